//! What a person asks of the MailDomains in a cluster, from outside the controller: to see one or all, the events told of
//! one, and to have one looked at. With that person's own rights.
//!
//! Objects are handed on as JSON: one that this version cannot read is to be shown as well.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;
use kube::api::{Api, ApiResource, DynamicObject, ListParams, Patch, PatchParams};
use kube::{Client, Config};
use serde_json::{Value, json};

use super::{Error, REQUESTED_AT};
use crate::api::MailDomain;

/// No call is waited for longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many objects are asked for at a time.
const PAGE: u32 = 500;

/// A cluster somebody visits.
#[derive(Clone)]
pub struct Visit {
    client: Client,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit").finish_non_exhaustive()
    }
}

/// An event told of an object, as the API server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// When it was told last.
    pub at: Option<Timestamp>,
    /// Normal or Warning.
    pub type_: String,
    /// Why, in a word.
    pub reason: String,
    /// The same in a sentence.
    pub note: String,
}

impl Visit {
    /// The cluster `config` names; nothing is sent yet.
    ///
    /// # Errors
    /// When the configuration makes no client.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let mut config = config.clone();
        config.connect_timeout = Some(PATIENCE);
        config.read_timeout = Some(PATIENCE);
        config.write_timeout = Some(PATIENCE);
        Ok(Self {
            client: Client::try_from(config)?,
        })
    }

    /// One MailDomain.
    ///
    /// # Errors
    /// When there is none (404), or the API server refuses or does not answer.
    pub async fn get(&self, namespace: &str, name: &str) -> Result<Value, Error> {
        json_of(self.of(Some(namespace)).get(name).await?)
    }

    /// All MailDomains of a namespace, or of all.
    ///
    /// # Errors
    /// When the API server refuses, does not answer, or serves no such kind (404).
    pub async fn list(&self, namespace: Option<&str>, labels: Option<&str>) -> Result<Vec<Value>, Error> {
        let api = self.of(namespace);
        let mut params = ListParams::default().limit(PAGE);
        params.label_selector = labels.map(str::to_owned);
        let mut all = Vec::new();
        loop {
            let page = api.list(&params).await?;
            for object in page.items {
                all.push(json_of(object)?);
            }
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => return Ok(all),
            }
        }
    }

    /// The events told of the object with this uid, the oldest first.
    ///
    /// # Errors
    /// When the API server refuses or does not answer.
    pub async fn events(&self, namespace: &str, uid: &str) -> Result<Vec<KeptEvent>, Error> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), namespace);
        let params = ListParams::default().fields(&format!("involvedObject.uid={uid}"));
        let mut events: Vec<KeptEvent> = api.list(&params).await?.items.into_iter().map(kept).collect();
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    /// Asks for a look at an object, past the cache; `value` is what the status will echo.
    ///
    /// # Errors
    /// When there is none (404), or the API server refuses or does not answer.
    pub async fn request(&self, namespace: &str, name: &str, value: &str) -> Result<(), Error> {
        let patch = Patch::Merge(json!({"metadata": {"annotations": {REQUESTED_AT: value}}}));
        let api = self.of(Some(namespace));
        api.patch(name, &PatchParams::default(), &patch).await?;
        Ok(())
    }

    fn of(&self, namespace: Option<&str>) -> Api<DynamicObject> {
        let kind = ApiResource::erase::<MailDomain>(&());
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &kind),
            None => Api::all_with(self.client.clone(), &kind),
        }
    }
}

fn json_of(object: DynamicObject) -> Result<Value, Error> {
    serde_json::to_value(object).map_err(|error| Error::Api(kube::Error::SerdeError(error)))
}

/// An event has its time in one of several fields, by which API it was written with.
fn kept(event: Event) -> KeptEvent {
    let series = event.series.and_then(|series| series.last_observed_time);
    let at = series.map(|time| time.0);
    let at = at.or(event.last_timestamp.map(|time| time.0));
    let at = at.or(event.event_time.map(|time| time.0));
    KeptEvent {
        at: at.or(event.metadata.creation_timestamp.map(|time| time.0)),
        type_: event.type_.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        note: event.message.unwrap_or_default(),
    }
}
