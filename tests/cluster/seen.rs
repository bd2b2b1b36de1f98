//! A watch that remembers every status anybody could see.

use std::collections::BTreeMap;

use futures::StreamExt;
use kube::api::Api;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Client, ResourceExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use zegel::api::{MailDomain, MailDomainStatus};

/// What a watch has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The objects there are.
    pub objects: BTreeMap<String, MailDomain>,
    /// Every status anybody could see, in order: name, uid, generation.
    pub statuses: Vec<(String, String, i64, MailDomainStatus)>,
}

impl Seen {
    /// Ready's reason of each object; empty where nobody looked yet.
    pub fn reasons(&self) -> BTreeMap<String, String> {
        let reason = |object: &MailDomain| object.status.as_ref().and_then(|status| status.reason.clone());
        let named = self.objects.iter();
        named
            .map(|(name, object)| (name.clone(), reason(object).unwrap_or_default()))
            .collect()
    }
}

/// Follows a namespace and remembers every status.
pub fn follow(client: Client, namespace: &str) -> (watch::Receiver<Seen>, JoinHandle<()>) {
    let (sender, receiver) = watch::channel(Seen::default());
    let api: Api<MailDomain> = Api::namespaced(client, namespace);
    let task = tokio::spawn(async move {
        let mut events = std::pin::pin!(watcher(api, watcher::Config::default()).default_backoff());
        while let Some(event) = events.next().await {
            sender.send_modify(|seen| match event {
                Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) => {
                    let status = object.status.clone().unwrap_or_default();
                    let (name, uid) = (object.name_any(), object.uid().unwrap_or_default());
                    let generation = object.metadata.generation.unwrap_or_default();
                    let same = seen.objects.get(&name).is_some_and(|before| {
                        before.uid() == object.uid() && before.status.as_ref() == Some(&status)
                    });
                    if !same {
                        seen.statuses.push((name.clone(), uid, generation, status));
                    }
                    seen.objects.insert(name, object);
                }
                Ok(watcher::Event::Delete(object)) => {
                    seen.objects.remove(&object.name_any());
                }
                _ => {}
            });
        }
    });
    (receiver, task)
}
