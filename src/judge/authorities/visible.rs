//! By when what the name servers hold is seen, as far as one look can tell. Pure.
//!
//! Whoever saw the older answer at the name servers knows how long others may keep it (the controller does, see
//! `history`). One look sees what the resolver still has, and how long that one keeps it: others may have fetched it
//! later. So the time is that of the resolver that was asked, and what is not known is said beside.

use super::Unasked;
use crate::inquiry::{Doubt, Fact, Security};
use crate::judge::servers::{ServerState, Servers, Visible};

impl Visible {
    /// What one look tells: `fact` is the resolver's answer, `agrees` whether one of the servers says the same.
    pub(crate) fn of(servers: Result<&Servers, Unasked>, fact: Option<&Fact>, agrees: Option<bool>) -> Self {
        let never = |why: &str| Self {
            by: None,
            why: why.to_owned(),
        };
        let servers = match servers {
            Ok(servers) => servers,
            Err(why) => return never(&format!("not known: {why}")),
        };
        let Some(fact) = fact.filter(|fact| fact.outcome.is_ok()) else {
            let is_old = |fact: &Fact| {
                let why = &fact.security;
                matches!(
                    why,
                    Security::Indeterminate {
                        why: Doubt::Outdated,
                        ..
                    }
                )
            };
            return never(match fact.is_some_and(is_old) {
                true => {
                    "not known: the resolver still holds what the zone gave before it was mended, and drops it when its TTL \
                     has run out"
                }
                false => "not known: the resolver gave no usable answer",
            });
        };
        if servers.counting().next().is_none() {
            return never("not known: no name server answered as an authority");
        }
        if servers.none_is_right() {
            return never(
                "not known: the name servers hold different things, and their serials do not tell which is newer",
            );
        }
        let unless = unless(servers);
        let behind: Vec<_> = servers
            .counting()
            .filter(|view| view.state != ServerState::Right)
            .collect();
        if !behind.is_empty() {
            let longest = behind.iter().filter_map(|view| view.ttl).max();
            let then = longest.map_or(String::new(), |ttl| {
                format!(", and resolvers may keep what they get there for {ttl} s from then")
            });
            return Self {
                by: None,
                why: format!("not before the servers that hold something else have followed{then}{unless}"),
            };
        }
        if agrees != Some(false) {
            return Self {
                by: None,
                why: format!(
                    "the resolver and every name server that answers say the same: nothing older was seen{unless}"
                ),
            };
        }
        // Who serves the zone itself remembers nothing, and what no cache may keep was had just now.
        if fact.source.authoritative {
            return never(
                "not known: the resolver claims authority over the zone (AA), so it may serve a copy of its own, which \
                 follows no name server",
            );
        }
        if fact.ttl() == 0 {
            return never(
                "not known: no cache may keep what the resolver says (TTL 0), so it had it just now, and from elsewhere",
            );
        }
        Self {
            by: Some(fact.expires_at),
            why: format!(
                "then the resolver that was asked drops an answer that no name server gives any more; how long others may \
                 keep it is not known, for its TTL was not seen at a name server. If it stays, the resolver has a view of \
                 its own{unless}"
            ),
        }
    }
}

/// What would make it otherwise: that a server which could not be heard holds something else. Empty where all were heard; one
/// that is lame serves nobody.
fn unless(servers: &Servers) -> String {
    let groups = servers.groups();
    let clauses = groups.iter().filter_map(|group| {
        let names = group.names.iter().map(ToString::to_string);
        let heard = |name: &String| servers.counting().any(|view| view.name.as_str() == name);
        let names: Vec<String> = names.filter(|name| !heard(name)).collect();
        let is_one = names.len() == 1;
        let does = match (group.state, is_one) {
            (ServerState::Silent, _) => "which did not answer",
            (ServerState::NoRoute, _) => "which cannot be asked from here",
            (ServerState::Unresolved, true) => "whose address is not known",
            (ServerState::Unresolved, false) => "whose addresses are not known",
            (ServerState::NotAsked, true) => "which was not asked",
            (ServerState::NotAsked, false) => "which were not asked",
            _ => return None,
        };
        (!names.is_empty()).then(|| format!("{}, {does}", either(&names)))
    });
    let clauses: Vec<String> = clauses.collect();
    match clauses.is_empty() {
        true => String::new(),
        false => format!("; unless {}, holds something else", clauses.join(", or ")),
    }
}

/// One of several names in a sentence: `ns1, ns2 or ns3`.
fn either(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_names_one_holds_something_else() {
        for (names, said) in [
            (&["ns1"][..], "ns1"),
            (&["ns1", "ns2"], "ns1 or ns2"),
            (&["ns1", "ns2", "ns3"], "ns1, ns2 or ns3"),
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(either(&names), said);
        }
    }
}
