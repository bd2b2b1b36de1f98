//! The grants of a closed cluster: which namespace may claim which domain. Pure: what the watches have shown, and what
//! follows from it.
//!
//! Grants add up, so what one of them allows is allowed, and no order of theirs matters. What a new list shows counts
//! once the list is whole: nothing is revoked because a watch begins anew.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::Resource;
use kube::api::DynamicObject;
use kube::runtime::watcher;

use crate::api::{GrantSummary, MailDomainGrantSpec, MailDomainGrantStatus};
use crate::history::{self, GrantState};
use crate::intent::{Grant, Labels, SpecError};

/// Who may claim a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Tenancy {
    /// Whoever may create a MailDomain; of two that claim one domain the older has it
    #[default]
    #[value(name = "Open")]
    Open,
    /// Only a namespace that a MailDomainGrant says may; whoever has none is told NotGranted
    #[value(name = "Closed")]
    Closed,
}

/// What a watch has shown, by name.
#[derive(Debug, Clone)]
pub(super) struct Shelf<T> {
    now: BTreeMap<String, T>,
    /// While the watch lists anew: what it has listed so far.
    coming: Option<BTreeMap<String, T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            now: BTreeMap::new(),
            coming: None,
        }
    }
}

impl<T> Shelf<T> {
    /// Takes note of what a watch shows of objects without namespace, each read by `read`; gives whether what counts may
    /// have changed.
    pub(super) fn note<K: Resource>(&mut self, event: &watcher::Event<K>, read: impl Fn(&K) -> T) -> bool {
        let name = |object: &K| object.meta().name.clone().unwrap_or_default();
        match event {
            watcher::Event::Init => self.coming = Some(BTreeMap::new()),
            watcher::Event::InitApply(object) => {
                if let Some(coming) = &mut self.coming {
                    coming.insert(name(object), read(object));
                }
            }
            watcher::Event::InitDone => {
                if let Some(coming) = self.coming.take() {
                    self.now = coming;
                }
            }
            watcher::Event::Apply(object) => {
                self.now.insert(name(object), read(object));
            }
            watcher::Event::Delete(object) => {
                self.now.remove(&name(object));
            }
        }
        // What a list shows counts once it is whole.
        !matches!(event, watcher::Event::Init | watcher::Event::InitApply(_))
    }
}

/// A grant as it is watched: whatever its spec or status holds, it can be read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) uid: String,
    pub(super) generation: i64,
    /// What it allows, or why that cannot be said.
    grant: Result<Grant, String>,
    /// The status; one that cannot be read counts as none.
    pub(super) status: Option<MailDomainGrantStatus>,
}

impl Held {
    /// Reads a grant as the API server gives it.
    pub(super) fn read(object: &DynamicObject) -> Self {
        let part = |name: &str| object.data.get(name).cloned().unwrap_or_default();
        let grant = match serde_json::from_value::<MailDomainGrantSpec>(part("spec")) {
            Ok(spec) => Grant::from_spec(&spec).map_err(|errors| {
                let all: Vec<String> = errors.iter().map(SpecError::to_string).collect();
                all.join("; ")
            }),
            Err(error) => Err(format!("spec: {error}")),
        };
        Self {
            uid: object.metadata.uid.clone().unwrap_or_default(),
            generation: object.metadata.generation.unwrap_or_default(),
            grant,
            status: serde_json::from_value(part("status")).ok(),
        }
    }
}

/// All grants, and the labels of namespaces where those are heeded.
#[derive(Debug, Clone, Default)]
pub(super) struct Grants {
    /// Whether labels of namespaces are watched.
    heeds_selectors: bool,
    pub(super) grants: Shelf<Held>,
    pub(super) namespaces: Shelf<Labels>,
}

impl Grants {
    /// No grant yet.
    pub(super) fn new(heeds_selectors: bool) -> Self {
        Self {
            heeds_selectors,
            ..Self::default()
        }
    }

    /// The grants that are for this namespace, by name.
    pub(super) fn of(&self, namespace: &str) -> Vec<(&str, &Grant)> {
        let labels = self.namespaces.now.get(namespace);
        let all = self.grants.now.iter();
        let sound = all.filter_map(|(name, held)| Some((name.as_str(), held.grant.as_ref().ok()?)));
        sound
            .filter(|(_, grant)| grant.is_for(namespace, labels))
            .collect()
    }

    /// Whether a namespace may claim a domain.
    pub(super) fn allow(&self, namespace: &str, domain: &str) -> bool {
        allow(&self.of(namespace), domain)
    }

    /// What to tell whoever may not: a sentence that names nothing but what is theirs.
    pub(super) fn refusal(&self, namespace: &str, domain: &str) -> String {
        let stars = match self
            .of(namespace)
            .iter()
            .any(|(_, grant)| grant.is_about_all_below(domain))
        {
            true => format!(
                "; what it may manage is *.{domain}, and that is every domain below {domain} and not {domain} itself"
            ),
            false => String::new(),
        };
        format!(
            "namespace {namespace:?} may not manage {domain} in this cluster, and DNS is not asked about it{stars}: ask whoever \
             runs the cluster for a MailDomainGrant that names namespace {namespace:?} and domain {domain:?}; this \
             MailDomain is looked at as soon as there is one"
        )
    }

    /// How grants stand: how many have this Ready, by its status and reason.
    pub(super) fn standing(&self) -> BTreeMap<(&'static str, &'static str), i64> {
        let mut standing = BTreeMap::new();
        for held in self.grants.now.values() {
            *standing.entry(self.state(held).ready()).or_default() += 1;
        }
        standing
    }

    /// The statuses that are to be written; `met` says what each grant comes to, where that is known.
    pub(super) fn due(&self, met: Option<&BTreeMap<String, GrantSummary>>, now: Timestamp) -> Vec<Due> {
        let mut due = Vec::new();
        for (name, held) in &self.grants.now {
            let summary = met.map(|met| met.get(name).copied().unwrap_or_default());
            let status = held.status.as_ref();
            let next = history::grant_status(status, held.generation, &self.state(held), summary, now);
            if status != Some(&next) {
                due.push(Due {
                    name: name.clone(),
                    uid: held.uid.clone(),
                    status: next,
                });
            }
        }
        due
    }

    fn state<'h>(&self, held: &'h Held) -> GrantState<'h> {
        match &held.grant {
            Err(why) => GrantState::InvalidSpec(why),
            Ok(grant) if grant.asks_for_labels() && !self.heeds_selectors => {
                GrantState::SelectorsNotHeeded { names: grant.names() }
            }
            Ok(_) => GrantState::Accepted,
        }
    }
}

/// Whether one of these is about a domain.
pub(super) fn allow(grants: &[(&str, &Grant)], domain: &str) -> bool {
    grants.iter().any(|(_, grant)| grant.is_about(domain))
}

/// A status that is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Due {
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) status: MailDomainGrantStatus,
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A grant for these namespaces and domains.
    pub(in crate::operator) fn grant(name: &str, namespaces: Value, domains: &[&str]) -> DynamicObject {
        serde_json::from_value(json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomainGrant",
            "metadata": {"name": name, "uid": name, "generation": 1},
            "spec": {"namespaces": namespaces, "domains": domains, "may": ["Claim"]},
        }))
        .unwrap()
    }

    fn team(names: &[&str], domains: &[&str]) -> DynamicObject {
        grant(&names.concat(), json!({"names": names}), domains)
    }

    fn all(objects: &[DynamicObject]) -> Grants {
        let mut grants = Grants::new(true);
        for object in objects {
            grants
                .grants
                .note(&watcher::Event::Apply(object.clone()), Held::read);
        }
        grants
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_one_grant_allows_is_allowed_and_nothing_else() {
        let grants = all(&[team(&["a"], &["a.nl"]), team(&["a", "b"], &["*.shared.nl"])]);
        for (namespace, domain, wanted) in [
            ("a", "a.nl", true),
            ("a", "x.shared.nl", true),
            ("b", "x.shared.nl", true),
            ("b", "a.nl", false),
            ("c", "x.shared.nl", false),
            ("a", "shared.nl", false),
        ] {
            assert_eq!(grants.allow(namespace, domain), wanted, "{namespace} {domain}");
        }
    }

    #[test]
    fn a_list_that_begins_anew_revokes_nothing_before_it_is_whole() {
        let mut grants = all(&[team(&["a"], &["a.nl"]), team(&["b"], &["b.nl"])]);
        let mut see = |event: watcher::Event<DynamicObject>| {
            grants.grants.note(&event, Held::read);
            (grants.allow("a", "a.nl"), grants.allow("b", "b.nl"))
        };
        assert_eq!(see(watcher::Event::Init), (true, true));
        assert_eq!(
            see(watcher::Event::InitApply(team(&["a"], &["a.nl"]))),
            (true, true)
        );
        assert_eq!(
            see(watcher::Event::InitDone),
            (true, false),
            "gone while the watch was blind"
        );
        assert_eq!(
            see(watcher::Event::Delete(team(&["a"], &["a.nl"]))),
            (false, false)
        );
    }

    #[test]
    fn a_grant_that_cannot_be_read_allows_nothing_and_says_why() {
        let mut broken = team(&["a"], &["a.nl"]);
        broken.data["spec"]["may"] = json!(["Publish"]);
        let mut wrong = team(&["a"], &["a.nl"]);
        wrong.data["spec"]["domains"] = json!(["a.nl", "A.nl"]);
        for (object, says) in [(broken, "Publish"), (wrong, "spec.domains[1]: write a.nl")] {
            let grants = all(&[object]);
            assert!(!grants.allow("a", "a.nl"));
            let [due] = &grants.due(None, at(5))[..] else {
                panic!()
            };
            let ready = &due.status.conditions[0];
            assert_eq!(
                (ready.status.as_str(), ready.reason.as_str()),
                ("False", "InvalidSpec")
            );
            assert!(ready.message.contains(says), "{}", ready.message);
        }
    }

    #[test]
    fn labels_count_only_where_they_are_watched() {
        let object = grant(
            "a",
            json!({"names": ["named"], "selector": {"matchLabels": {"team": "mail"}}}),
            &["a.nl"],
        );
        for heeds in [true, false] {
            let mut grants = Grants::new(heeds);
            grants
                .grants
                .note(&watcher::Event::Apply(object.clone()), Held::read);
            if heeds {
                let labels = Labels::from([("team".to_owned(), "mail".to_owned())]);
                grants.namespaces.now.insert("labelled".to_owned(), labels);
            }
            assert!(grants.allow("named", "a.nl"));
            assert_eq!(grants.allow("labelled", "a.nl"), heeds);
            let [due] = &grants.due(None, at(5))[..] else {
                panic!()
            };
            let ready = &due.status.conditions[0];
            let wanted = if heeds {
                ("True", "Accepted")
            } else {
                ("False", "SelectorsNotHeeded")
            };
            assert_eq!((ready.status.as_str(), ready.reason.as_str()), wanted);
        }
    }

    #[test]
    fn a_status_is_written_once_and_again_when_it_says_something_else() {
        let mut object = team(&["a"], &["a.nl"]);
        let met = |domains| {
            let summary = GrantSummary {
                namespaces: 1,
                domains,
            };
            BTreeMap::from([("a".to_owned(), summary)])
        };
        let [due] = &all(&[object.clone()]).due(Some(&met(1)), at(5))[..] else {
            panic!()
        };
        object.data["status"] = serde_json::to_value(&due.status).unwrap();
        let grants = all(&[object]);
        assert_eq!(grants.due(Some(&met(1)), at(500)), []);
        let [again] = &grants.due(Some(&met(2)), at(500))[..] else {
            panic!()
        };
        assert_eq!(again.status.summary.unwrap().domains, 2);
        let since = |due: &Due| due.status.conditions[0].last_transition_time.clone();
        assert_eq!(since(again), since(due), "Ready is what it was");
    }

    #[test]
    fn the_refusal_says_whom_to_ask_for_what_and_what_a_star_is_not() {
        let grants = all(&[team(&["a"], &["*.a.nl"]), team(&["secret"], &["hidden.nl"])]);
        let said = grants.refusal("a", "b.nl");
        for part in ["MailDomainGrant", "names namespace \"a\" and domain \"b.nl\""] {
            assert!(said.contains(part), "{said}");
        }
        assert!(!said.contains("secret") && !said.contains("hidden"), "{said}");
        assert!(
            grants
                .refusal("a", "a.nl")
                .contains("*.a.nl, and that is every domain below a.nl")
        );
        assert!(
            !grants.refusal("b", "a.nl").contains('*'),
            "what is granted to others is not said"
        );
    }
}
