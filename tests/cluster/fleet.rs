//! Some hundreds of objects at once, each of a domain of its own.

use futures::StreamExt;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};
use zegel::api::MailDomain;

use crate::stage::{Stage, eventually};

/// The domain of an object of this number.
pub fn domain(number: usize) -> String {
    format!("gemeente-{number}.nl")
}

/// An object's name.
pub fn name(number: usize) -> String {
    format!("gemeente-{number}")
}

/// The records that are right for so many objects.
pub fn zone(objects: usize) -> String {
    let of_one = |number| {
        let domain = domain(number);
        format!(
            "{domain} 1 TXT v=spf1 ip4:192.0.2.1 -all\n\
             {domain} 1 MX 10 mail.voorbeeld.nl\n\
             _dmarc.{domain} 1 TXT v=DMARC1; p=reject\n"
        )
    };
    (0..objects).map(of_one).collect()
}

/// What each wants, with some fields replaced.
pub fn spec(number: usize, change: &Value) -> Value {
    let mut spec = crate::stage::spec_with(change.clone());
    spec["domain"] = json!(domain(number));
    spec
}

impl Stage {
    /// Writes the zone of so many objects, and creates them.
    pub async fn create_fleet(&self, objects: usize, change: Value) {
        self.dns.set(&zone(objects));
        let api: Api<MailDomain> = self.api();
        let all = (0..objects).map(|number| {
            let object: MailDomain = serde_json::from_value(json!({
                "apiVersion": "zegel.dev/v1alpha1",
                "kind": "MailDomain",
                "metadata": {"name": name(number)},
                "spec": spec(number, &change),
            }))
            .unwrap();
            let api = api.clone();
            async move { api.create(&PostParams::default(), &object).await.unwrap() }
        });
        futures::stream::iter(all)
            .buffer_unordered(16)
            .collect::<Vec<_>>()
            .await;
    }

    /// Waits until Ready of at least so many objects has this reason.
    pub async fn reasons(&self, reason: &str, objects: usize) {
        eventually(&format!("{objects} objects are {reason}"), async || {
            self.with_reason(reason) >= objects
        })
        .await;
    }

    /// How many objects have this reason now.
    pub fn with_reason(&self, reason: &str) -> usize {
        let reasons = self.seen.borrow().reasons();
        reasons.values().filter(|found| *found == reason).count()
    }
}
