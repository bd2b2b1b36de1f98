//! What cert-manager issues, watched: the keys of certificates that MailDomains name.
//!
//! CertificateRequests alone are read, which hold no private key, and only where that is switched on. Of each a few digests
//! are kept. An object whose certificate got another key is passed anew. Before the first list is there nothing is known,
//! and nothing is said; where the API server refuses to list them, that is what is said.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt};
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::reflector::Store;
use kube::runtime::watcher;
use kube::{Client, ResourceExt};
use tokio::time::sleep;

use super::complaint::Complaints;
use super::error::Error;
use super::object::Watched;
use super::roster::Roster;
use super::watch::class;
use super::words::watch_in_words;
use crate::intent::Issued;
use crate::issuance::{Request, issued};

/// So many a page of a list.
const PAGE: u32 = 200;

/// After an error it is tried again so late: certificates change seldom.
const PAUSE: Duration = Duration::from_secs(15);

/// A certificate, by namespace and name.
type Certificate = (String, String);

/// What is known of certificates.
#[derive(Debug, Default)]
pub(super) struct Issuance {
    state: Mutex<State>,
    complaints: Complaints,
}

#[derive(Debug, Default)]
struct State {
    known: Known,
    /// While they are listed anew: those listed so far.
    listed: Option<Known>,
    /// Whether a first list is there, or was refused.
    is_listed: bool,
    /// Why they cannot be listed.
    refused: Option<String>,
}

/// The requests for each certificate, by their names.
#[derive(Debug, Default)]
struct Known(HashMap<Certificate, BTreeMap<String, Request>>);

/// A request as the API server shows it.
struct Shown {
    key: Certificate,
    name: String,
    request: Request,
}

/// One that is for no Certificate is of no interest.
fn shown(object: DynamicObject) -> Option<Shown> {
    let (namespace, name) = (object.namespace()?, object.name_any());
    let request = Request::read(&serde_json::to_value(object).ok()?)?;
    Some(Shown {
        key: (namespace, request.certificate.clone()),
        name,
        request,
    })
}

impl Known {
    fn put(&mut self, shown: Shown) {
        self.0
            .entry(shown.key)
            .or_default()
            .insert(shown.name, shown.request);
    }

    fn remove(&mut self, shown: &Shown) {
        if let Some(requests) = self.0.get_mut(&shown.key) {
            requests.remove(&shown.name);
            if requests.is_empty() {
                self.0.remove(&shown.key);
            }
        }
    }

    fn of(&self, key: &Certificate) -> Issued {
        issued(self.0.get(key).into_iter().flat_map(BTreeMap::values))
    }
}

/// What the API server tells of CertificateRequests.
pub(super) fn events(
    client: Client,
    namespace: Option<&str>,
    round: u32,
) -> impl Stream<Item = watcher::Result<watcher::Event<DynamicObject>>> + Send + use<> {
    let kind = GroupVersionKind::gvk("cert-manager.io", "v1", "CertificateRequest");
    let kind = ApiResource::from_gvk_with_plural(&kind, "certificaterequests");
    let api = match namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &kind),
        None => Api::all_with(client, &kind),
    };
    let config = watcher::Config {
        page_size: Some(PAGE),
        timeout: Some(round),
        ..watcher::Config::default()
    };
    watcher(api, config)
}

impl Issuance {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a certificate.
    pub(super) fn of(&self, namespace: &str, name: &str) -> Issued {
        let state = self.lock();
        match &state.refused {
            Some(why) => Issued::Absent(why.clone()),
            None => state.known.of(&(namespace.to_owned(), name.to_owned())),
        }
    }

    /// Whether a first list is there, or was refused.
    pub(super) fn is_listed(&self) -> bool {
        self.lock().is_listed
    }

    /// Follows `events` for ever, and has the objects passed whose certificates changed.
    pub(super) async fn follow(
        &self,
        events: impl Stream<Item = watcher::Result<watcher::Event<DynamicObject>>>,
        store: &Store<Watched>,
        roster: &Roster,
    ) -> Error {
        let mut events = pin!(events);
        while let Some(event) = events.next().await {
            let changed = match event {
                Ok(event) => self.note(event),
                Err(error) => {
                    let changed = self.fail(&error);
                    sleep(PAUSE).await;
                    changed
                }
            };
            if !changed.is_empty() {
                let named = store.state();
                roster.wake(
                    named
                        .iter()
                        .map(AsRef::as_ref)
                        .filter(|object| names_one_of(object, &changed)),
                );
            }
        }
        Error::Ended("the watch on CertificateRequests")
    }

    /// Takes note of what the API server tells; gives the certificates of which something else is known now.
    fn note(&self, event: watcher::Event<DynamicObject>) -> BTreeSet<Certificate> {
        let mut state = self.lock();
        let state = &mut *state;
        match event {
            watcher::Event::Init => {
                state.listed = Some(Known::default());
                BTreeSet::new()
            }
            watcher::Event::InitApply(object) => {
                if let Some((listed, shown)) = state.listed.as_mut().zip(shown(object)) {
                    listed.put(shown);
                }
                BTreeSet::new()
            }
            watcher::Event::InitDone => {
                let listed = state.listed.take().unwrap_or_default();
                let before = std::mem::replace(&mut state.known, listed);
                state.is_listed = true;
                let was_refused = state.refused.take().is_some();
                if self.complaints.over() {
                    tracing::info!("the watch on CertificateRequests works again");
                }
                let all = before.0.keys().chain(state.known.0.keys());
                let all: BTreeSet<Certificate> = all.cloned().collect();
                let is_new = |key: &Certificate| was_refused || before.of(key) != state.known.of(key);
                all.into_iter().filter(is_new).collect()
            }
            watcher::Event::Apply(object) => state.change(object, Known::put),
            watcher::Event::Delete(object) => state.change(object, |known, shown| known.remove(&shown)),
        }
    }

    /// Says why nothing comes. What the API server will not give is known to be missing, until it does.
    fn fail(&self, error: &watcher::Error) -> BTreeSet<Certificate> {
        let refused = match error {
            watcher::Error::InitialListFailed(error) => refusal(error),
            _ => None,
        };
        if let Some(unsaid) = self.complaints.note(&class(error)) {
            tracing::warn!(
                error = %watch_in_words(error),
                unsaid,
                "cannot watch CertificateRequests (is cert-manager there, RBAC granted: chart, certManager.enabled?); trying on"
            );
        }
        let Some(why) = refused else {
            return BTreeSet::new();
        };
        let mut state = self.lock();
        state.is_listed = true;
        let is_news = state.refused.replace(why).is_none();
        match is_news {
            true => state.known.0.keys().cloned().collect(),
            false => BTreeSet::new(),
        }
    }
}

impl State {
    fn change(
        &mut self,
        object: DynamicObject,
        change: impl FnOnce(&mut Known, Shown),
    ) -> BTreeSet<Certificate> {
        let Some(shown) = shown(object) else {
            return BTreeSet::new();
        };
        let key = shown.key.clone();
        let before = self.known.of(&key);
        change(&mut self.known, shown);
        match self.known.of(&key) == before {
            true => BTreeSet::new(),
            false => BTreeSet::from([key]),
        }
    }
}

/// Why a list is refused for good, as far as can be told: there is no such kind, or no right to it.
fn refusal(error: &kube::Error) -> Option<String> {
    match error {
        kube::Error::Api(status) if status.code == 404 => {
            Some("the cluster has no CertificateRequests: cert-manager is not installed".to_owned())
        }
        kube::Error::Api(status) if status.code == 403 => Some(
            "CertificateRequests may not be read: the right is missing (chart: certManager.enabled)"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Whether an object names one of these certificates.
fn names_one_of(object: &Watched, certificates: &BTreeSet<Certificate>) -> bool {
    let namespace = object.key().0;
    if !certificates.iter().any(|(of, _)| of == namespace) {
        return false;
    }
    let Some(block) = object.spec().ok().and_then(|spec| spec.dane) else {
        return false;
    };
    let of_hosts = block.hosts.iter().flat_map(|host| &host.certificate_refs);
    let mut refs = block.certificate_refs.iter().chain(of_hosts);
    refs.any(|reference| certificates.contains(&(namespace.to_owned(), reference.name.clone())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(name: &str, certificate: &str, stage: &str) -> DynamicObject {
        let note = json!({"cert-manager.io/certificate-name": certificate});
        serde_json::from_value(json!({
            "apiVersion": "cert-manager.io/v1", "kind": "CertificateRequest",
            "metadata": {"namespace": "mail", "name": name, "annotations": note},
            "status": {"conditions": [{"type": "Ready", "status": "False", "reason": stage}]},
        }))
        .unwrap()
    }

    fn why(issuance: &Issuance, certificate: &str) -> String {
        match issuance.of("mail", certificate) {
            Issued::Absent(why) => why,
            other => panic!("{other:?}"),
        }
    }

    fn changed(issuance: &Issuance, event: watcher::Event<DynamicObject>) -> Vec<String> {
        let changed = issuance.note(event);
        changed.into_iter().map(|(_, certificate)| certificate).collect()
    }

    #[test]
    fn only_certificates_of_which_something_else_is_known_are_told_of() {
        use watcher::Event::{Apply, Delete, Init, InitApply, InitDone};
        let issuance = Issuance::default();
        let none: [&str; 0] = [];
        assert!(!issuance.is_listed());
        assert_eq!(changed(&issuance, Init), none);
        assert_eq!(changed(&issuance, InitApply(object("a-1", "a", "Pending"))), none);
        assert_eq!(changed(&issuance, InitApply(object("b-1", "b", "Pending"))), none);
        assert_eq!(why(&issuance, "a"), "no CertificateRequest of it is there");
        assert_eq!(changed(&issuance, InitDone), ["a", "b"]);
        assert!(issuance.is_listed() && why(&issuance, "a").contains("not issued yet"));
        assert_eq!(changed(&issuance, Apply(object("a-1", "a", "Pending"))), none);
        assert_eq!(changed(&issuance, Apply(object("a-1", "a", "Failed"))), ["a"]);
        // The watch was lost: of what is listed anew, one is as before and one is gone.
        assert_eq!(changed(&issuance, Init), none);
        assert_eq!(changed(&issuance, InitApply(object("a-1", "a", "Failed"))), none);
        assert_eq!(changed(&issuance, InitDone), ["b"]);
        assert_eq!(changed(&issuance, Delete(object("a-1", "a", "Failed"))), ["a"]);
        assert!(issuance.lock().known.0.is_empty());
    }

    #[test]
    fn what_is_refused_is_known_to_be_missing_and_an_outage_is_not() {
        let failure = |code: u16| {
            let status = kube::core::Status::failure("no", "Reason").with_code(code);
            watcher::Error::InitialListFailed(kube::Error::Api(status.boxed()))
        };
        for (code, says) in [
            (404, "cert-manager is not installed"),
            (403, "certManager.enabled"),
        ] {
            let issuance = Issuance::default();
            issuance.fail(&failure(500));
            assert!(!issuance.is_listed(), "it may come yet");
            issuance.fail(&failure(code));
            assert!(issuance.is_listed() && why(&issuance, "a").contains(says));
            issuance.note(watcher::Event::Init);
            issuance.note(watcher::Event::InitApply(object("a-1", "a", "Pending")));
            assert_eq!(changed(&issuance, watcher::Event::InitDone), ["a"]);
            assert!(why(&issuance, "a").contains("not issued yet"));
        }
    }
}
