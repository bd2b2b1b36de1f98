//! Which MailDomain a domain belongs to, when several want it.
//!
//! Only an object that says what must be there claims: one with a managed block, or whose role derives records.
//! The oldest claim wins, then namespace and name decide, so every replica and every restart decides alike. When the
//! winner changes, the old and the new one are woken, and every rival that was or will be told its name. Pure: an
//! index over what the watch has seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::api::MailDomainSpec;
use crate::intent::{Claim, claims};

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

/// All claims.
#[derive(Debug, Default)]
pub(super) struct Claims {
    by_domain: HashMap<String, BTreeSet<Claim>>,
    by_object: BTreeMap<Key, (String, Timestamp)>,
}

impl Claims {
    /// The object is there, or changed; gives the objects whose luck turned.
    pub(super) fn apply(&mut self, key: &Key, created: Timestamp, spec: Option<&MailDomainSpec>) -> Vec<Key> {
        let wanted = spec
            .filter(|spec| claims(spec))
            .map(|spec| spec.domain.to_ascii_lowercase());
        let held = self.by_object.get(key);
        if held.map(|(domain, created)| (domain.as_str(), *created))
            == wanted.as_deref().map(|domain| (domain, created))
        {
            return Vec::new();
        }
        let mut woken = self.remove(key);
        if let Some(domain) = wanted {
            let before = self.winner(&domain).cloned();
            let claims = self.by_domain.entry(domain.clone()).or_default();
            claims.insert((created, key.clone()));
            self.by_object.insert(key.clone(), (domain.clone(), created));
            woken.extend(self.concerned(&domain, before.as_ref()));
        }
        woken.retain(|other| other != key);
        woken
    }

    /// The object is gone, or claims nothing any more; gives the objects whose luck, or whose message, turned.
    pub(super) fn remove(&mut self, key: &Key) -> Vec<Key> {
        let Some((domain, created)) = self.by_object.remove(key) else {
            return Vec::new();
        };
        let won = self.winner(&domain) == Some(key);
        if let Some(claims) = self.by_domain.get_mut(&domain) {
            claims.remove(&(created, key.clone()));
            if claims.is_empty() {
                self.by_domain.remove(&domain);
            }
        }
        match won {
            true => self.concerned(&domain, Some(key)),
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
        let (domain, _) = self.by_object.get(key)?;
        let winner = self.winner(domain).filter(|winner| *winner != key)?;
        let whose = match winner.0 == key.0 {
            true => format!("MailDomain {:?} of this namespace", winner.1),
            false => "a MailDomain of another namespace".to_owned(),
        };
        Some(format!(
            "{domain} belongs to {whose}, which is older: one domain has one MailDomain"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Role;

    fn key(namespace: &str, name: &str) -> Key {
        (namespace.to_owned(), name.to_owned())
    }

    fn spec(domain: &str, role: Role) -> MailDomainSpec {
        serde_json::from_value(serde_json::json!({"domain": domain, "role": role})).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_oldest_wins_and_its_heir_is_woken() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        let (a, b, c) = (key("x", "a"), key("x", "b"), key("y", "c"));
        assert!(claims.apply(&b, at(2), Some(&parked)).is_empty());
        assert_eq!(claims.conflict(&b), None);
        assert_eq!(
            claims.apply(&a, at(1), Some(&parked)),
            std::slice::from_ref(&b),
            "the younger loses it"
        );
        assert!(claims.apply(&c, at(3), Some(&parked)).is_empty());
        assert!(claims.conflict(&b).unwrap().contains("\"a\""));
        assert_eq!(claims.remove(&a), std::slice::from_ref(&b));
        assert_eq!(claims.conflict(&b), None);
        assert!(claims.remove(&c).is_empty(), "nobody waits for a loser");
    }

    #[test]
    fn who_was_told_the_winners_name_is_told_the_next() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        let (a, b, c, far) = (key("x", "a"), key("x", "b"), key("x", "c"), key("y", "a"));
        for (second, key) in [&a, &b, &c, &far].into_iter().enumerate() {
            claims.apply(key, at(i64::try_from(second).unwrap()), Some(&parked));
        }
        assert!(claims.conflict(&c).unwrap().contains("\"a\""));
        assert_eq!(
            claims.remove(&a),
            [b, c.clone()],
            "to another namespace the message is the same"
        );
        assert!(claims.conflict(&c).unwrap().contains("\"b\""));
    }

    #[test]
    fn thousands_of_rivals_that_go_together_wake_few() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        let rivals: Vec<Key> = (0..2000)
            .map(|number| key("x", &format!("{number:04}")))
            .collect();
        for rival in &rivals {
            claims.apply(rival, at(1), Some(&parked));
        }
        let woken: usize = rivals.iter().map(|rival| claims.remove(rival).len()).sum();
        assert!(woken <= rivals.len() * MOST_CONCERNED, "{woken}");
    }

    #[test]
    fn the_message_names_nothing_of_another_namespace() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        claims.apply(&key("secret", "hidden"), at(1), Some(&parked));
        claims.apply(&key("x", "a"), at(2), Some(&parked));
        let message = claims.conflict(&key("x", "a")).unwrap();
        assert!(
            !message.contains("secret") && !message.contains("hidden"),
            "{message}"
        );
    }

    #[test]
    fn at_one_moment_namespace_and_name_decide() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        for key in [key("b", "a"), key("a", "b"), key("a", "a")] {
            claims.apply(&key, at(1), Some(&parked));
        }
        assert_eq!(claims.conflict(&key("a", "a")), None);
        assert!(claims.conflict(&key("a", "b")).is_some());
        assert!(claims.conflict(&key("b", "a")).is_some());
    }

    #[test]
    fn who_only_looks_claims_nothing() {
        let mut claims = Claims::default();
        claims.apply(&key("x", "a"), at(1), Some(&spec("a.nl", Role::Mail)));
        claims.apply(&key("x", "b"), at(2), Some(&spec("a.nl", Role::Mail)));
        claims.apply(&key("x", "c"), at(3), Some(&spec("a.nl", Role::Parked)));
        assert_eq!(claims.conflict(&key("x", "b")), None);
        assert_eq!(claims.conflict(&key("x", "c")), None);
    }

    #[test]
    fn who_stops_claiming_lets_go() {
        let mut claims = Claims::default();
        let parked = spec("a.nl", Role::Parked);
        let (a, b) = (key("x", "a"), key("x", "b"));
        claims.apply(&a, at(1), Some(&parked));
        claims.apply(&b, at(2), Some(&parked));
        assert_eq!(
            claims.apply(&a, at(1), Some(&spec("a.nl", Role::Mail))),
            std::slice::from_ref(&b)
        );
        assert_eq!(
            claims.apply(&a, at(1), Some(&parked)),
            std::slice::from_ref(&b),
            "and takes it back"
        );
        assert_eq!(
            claims.apply(&a, at(1), None),
            [b],
            "a spec that cannot be read claims nothing"
        );
        assert!(claims.by_domain.len() == 1 && claims.by_object.len() == 1);
    }
}
