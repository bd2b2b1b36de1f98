//! What a watch sees of the fleet's objects, and waiting until it has seen enough.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::TryStreamExt;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::watcher;
use zegel::api::MailDomain;

use crate::WITHIN;
use crate::control_plane::Process;

/// What a watch has seen of the fleet's objects.
#[derive(Default)]
pub(crate) struct Watched {
    /// Status writes by domain: every resourceVersion after the first is one.
    versions: BTreeMap<String, BTreeSet<String>>,
    pub(crate) latest: BTreeMap<String, MailDomain>,
    /// How many writes the first verdict took, by domain.
    pub(crate) first: BTreeMap<String, usize>,
}

impl Watched {
    pub(crate) fn see(&mut self, object: MailDomain) {
        let version = object
            .metadata
            .resource_version
            .clone()
            .expect("a resourceVersion");
        self.versions
            .entry(object.spec.domain.clone())
            .or_default()
            .insert(version);
        let domain = object.spec.domain.clone();
        self.latest.insert(domain.clone(), object);
        if self.has_verdict(&domain) {
            let writes = self.writes(&domain);
            self.first.entry(domain).or_insert(writes);
        }
    }

    pub(crate) fn writes(&self, domain: &str) -> usize {
        self.versions.get(domain).map_or(0, |versions| versions.len() - 1)
    }

    pub(crate) fn total(&self) -> usize {
        self.versions.keys().map(|domain| self.writes(domain)).sum()
    }

    pub(crate) fn ready(&self, domain: &str) -> Option<&Condition> {
        let status = self.latest.get(domain)?.status.as_ref()?;
        status
            .conditions
            .iter()
            .find(|condition| condition.type_ == "Ready")
    }

    /// Whether an object was looked at completely.
    pub(crate) fn has_verdict(&self, domain: &str) -> bool {
        let observed = |object: &MailDomain| {
            let status = object.status.as_ref()?;
            Some(
                status.observed_generation == object.metadata.generation && status.last_observation.is_some(),
            )
        };
        self.latest.get(domain).and_then(observed).unwrap_or(false)
    }
}

/// Follows the watch until what was seen is as wished.
pub(crate) async fn until(
    stream: &mut (impl futures::Stream<Item = Result<MailDomain, watcher::Error>> + Unpin),
    watched: &mut Watched,
    controller: &mut Process,
    what: &str,
    wished: impl Fn(&Watched) -> bool,
) {
    let follow = async {
        while !wished(watched) && !controller.has_ended() {
            // The wish may be about the server alone: look again at least every second.
            if let Ok(next) = tokio::time::timeout(Duration::from_secs(1), stream.try_next()).await {
                watched.see(next.expect("the watch goes on").expect("the watch does not end"));
            }
        }
    };
    if tokio::time::timeout(WITHIN, follow).await.is_err() || controller.has_ended() {
        panic!("not in time: {what}\n{}", controller.last_words());
    }
}
