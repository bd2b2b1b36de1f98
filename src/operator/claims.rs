//! Which MailDomain a domain belongs to, when several want it.
//!
//! Only an object that says what must be there claims: one with a managed block, or whose role derives records.
//! The oldest claim wins, then namespace and name decide, so every replica and every restart decides alike. When the
//! winner changes, the old and the new one are woken, and every rival that was or will be told its name. In a closed
//! cluster only what is granted is a claim, so who has no grant stands in nobody's way, however old. Pure: an index over
//! what the watch has seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::grants::{Grants, allow};
use crate::api::GrantSummary;
use crate::intent::{Claim, Grant};

/// An object's namespace and name.
pub(super) type Key = (String, String);

/// So many rivals, the oldest first, are woken when a winner changes: thousands that come and go together must not
/// each wake all the others.
const MOST_CONCERNED: usize = 32;

/// Where else claims are looked for, by who watches a part of the objects.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere {
    /// Only this namespace; `None` means all.
    pub(super) namespace: Option<String>,
}

/// What an object wants.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    domain: String,
    created: Timestamp,
    /// Whether it may claim it: what may not is nobody's rival, however old.
    granted: bool,
}

/// Shows each wish with the grants for its namespace: objects come by namespace, so what is for one is picked out once.
fn each_wish<'c>(
    by_object: &'c BTreeMap<Key, Wish>,
    grants: &'c Grants,
    mut see: impl FnMut(&'c Key, &'c Wish, &[(&'c str, &'c Grant)]),
) {
    let mut of_namespace: Option<(&str, Vec<(&str, &Grant)>)> = None;
    for (key, wish) in by_object {
        let known = of_namespace.take().filter(|(known, _)| *known == key.0);
        let (_, held) = of_namespace.insert(known.unwrap_or_else(|| (&key.0, grants.of(&key.0))));
        see(key, wish, held);
    }
}

/// All claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Of those that may claim, the oldest first; mostly there is one, and a set of one takes ten times as much.
    by_domain: HashMap<String, Vec<Claim>>,
    by_object: BTreeMap<Key, Wish>,
    /// Who may claim what; `None` in an open cluster, where everybody may.
    grants: Option<Grants>,
}

impl Claims {
    /// No claim yet, in a cluster where only who is granted it may claim.
    pub(super) fn closed(grants: Grants) -> Self {
        Self {
            grants: Some(grants),
            ..Self::default()
        }
    }

    /// The object is there, or changed, and claims this domain, if any; gives the objects whose luck turned.
    pub(super) fn apply(&mut self, key: &Key, created: Timestamp, claimed: Option<&str>) -> Vec<Key> {
        let wanted = claimed.map(str::to_ascii_lowercase);
        let held = self.by_object.get(key);
        if held.map(|wish| (wish.domain.as_str(), wish.created))
            == wanted.as_deref().map(|domain| (domain, created))
        {
            return Vec::new();
        }
        let mut woken = self.remove(key);
        if let Some(domain) = wanted {
            let wish = Wish {
                granted: self.may(&key.0, &domain),
                domain,
                created,
            };
            if wish.granted {
                woken.extend(self.enter(key, &wish));
            }
            self.by_object.insert(key.clone(), wish);
        }
        woken.retain(|other| other != key);
        woken
    }

    /// The object is gone, or claims nothing any more; gives the objects whose luck, or whose message, turned.
    pub(super) fn remove(&mut self, key: &Key) -> Vec<Key> {
        match self.by_object.remove(key) {
            Some(wish) if wish.granted => self.leave(key, &wish),
            Some(_) | None => Vec::new(),
        }
    }

    /// Grants or labels of namespaces change; gives the objects whose luck, or whose message, turned.
    pub(super) fn change_grants(&mut self, change: impl FnOnce(&mut Grants) -> bool) -> Vec<Key> {
        let Some(grants) = &mut self.grants else {
            return Vec::new();
        };
        if !change(grants) {
            return Vec::new();
        }
        let mut turned: Vec<(Key, Wish)> = Vec::new();
        each_wish(&self.by_object, grants, |key, wish, held| {
            let granted = allow(held, &wish.domain);
            if granted != wish.granted {
                let wish = Wish {
                    granted,
                    ..wish.clone()
                };
                turned.push((key.clone(), wish));
            }
        });
        let mut woken = BTreeSet::new();
        for (key, wish) in turned {
            woken.extend(match wish.granted {
                true => self.enter(&key, &wish),
                false => self.leave(&key, &wish),
            });
            self.by_object.insert(key.clone(), wish);
            woken.insert(key);
        }
        woken.into_iter().collect()
    }

    /// Whether objects of this namespace may claim this domain.
    pub(super) fn may(&self, namespace: &str, domain: &str) -> bool {
        let grants = self.grants.as_ref();
        grants.is_none_or(|grants| grants.allow(namespace, domain))
    }

    /// Who may claim what; `None` in an open cluster.
    pub(super) fn grants(&self) -> Option<&Grants> {
        self.grants.as_ref()
    }

    /// What each grant comes to, by name; one that nobody claims by is left out.
    pub(super) fn met(&self) -> BTreeMap<String, GrantSummary> {
        let mut met: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
        let Some(grants) = &self.grants else {
            return BTreeMap::new();
        };
        each_wish(&self.by_object, grants, |key, wish, held| {
            for (name, _) in held.iter().filter(|(_, grant)| grant.is_about(&wish.domain)) {
                let (namespaces, domains) = met.entry(name).or_default();
                namespaces.insert(&key.0);
                domains.insert(&wish.domain);
            }
        });
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let met = met.into_iter().map(|(name, (namespaces, domains))| {
            let summary = GrantSummary {
                namespaces: count(namespaces.len()),
                domains: count(domains.len()),
            };
            (name.to_owned(), summary)
        });
        met.collect()
    }

    /// Why the object may not claim its domain at all: a sentence that names nothing but what is its own.
    pub(super) fn refusal(&self, key: &Key) -> Option<String> {
        let wish = self.by_object.get(key).filter(|wish| !wish.granted)?;
        Some(self.grants.as_ref()?.refusal(&key.0, &wish.domain))
    }

    /// A claim that counts from now on.
    fn enter(&mut self, key: &Key, wish: &Wish) -> Vec<Key> {
        let before = self.winner(&wish.domain).cloned();
        let claim = (wish.created, key.clone());
        match self.by_domain.get_mut(&wish.domain) {
            Some(claims) => {
                if let Err(place) = claims.binary_search(&claim) {
                    claims.insert(place, claim);
                }
            }
            None => {
                self.by_domain.insert(wish.domain.clone(), vec![claim]);
            }
        }
        self.concerned(&wish.domain, before.as_ref())
    }

    /// A claim that counts no more.
    fn leave(&mut self, key: &Key, wish: &Wish) -> Vec<Key> {
        let won = self.winner(&wish.domain) == Some(key);
        if let Some(claims) = self.by_domain.get_mut(&wish.domain) {
            if let Ok(place) = claims.binary_search(&(wish.created, key.clone())) {
                claims.remove(place);
            }
            if claims.is_empty() {
                self.by_domain.remove(&wish.domain);
            }
        }
        match won {
            true => self.concerned(&wish.domain, Some(key)),
            false => Vec::new(),
        }
    }

    /// Whom it concerns that the domain was `before`'s until now: nobody when it still is.
    fn concerned(&self, domain: &str, before: Option<&Key>) -> Vec<Key> {
        let after = self.winner(domain);
        if before == after {
            return Vec::new();
        }
        let named_to = |rival: &Key, winner: Option<&Key>| winner.is_some_and(|winner| winner.0 == rival.0);
        let claims = self.by_domain.get(domain).into_iter().flatten();
        claims
            .map(|(_, rival)| rival)
            .filter(|rival| Some(*rival) == after || named_to(rival, before) || named_to(rival, after))
            .take(MOST_CONCERNED)
            .cloned()
            .collect()
    }

    /// Whose the domain is.
    fn winner(&self, domain: &str) -> Option<&Key> {
        self.by_domain.get(domain)?.first().map(|(_, key)| key)
    }

    /// Why the object may not have its domain: a sentence that names no object of another namespace.
    pub(super) fn conflict(&self, key: &Key) -> Option<String> {
        let Wish { domain, created, .. } = self.by_object.get(key).filter(|wish| wish.granted)?;
        let winner = self.winner(domain).filter(|winner| *winner != key)?;
        let is_older = |winner: &Wish| winner.created < *created;
        let whose = match winner.0 == key.0 {
            true => format!("MailDomain {:?} of this namespace", winner.1),
            false => "a MailDomain of another namespace".to_owned(),
        };
        // Nothing more can be said of another namespace without naming it.
        let why = match self.by_object.get(winner).is_some_and(is_older) {
            true => "which is older",
            false => "which was made in the same second and comes first by namespace and name",
        };
        Some(format!(
            "{domain} belongs to {whose}, {why}: one domain has one MailDomain"
        ))
    }
}

#[cfg(test)]
mod tests;
