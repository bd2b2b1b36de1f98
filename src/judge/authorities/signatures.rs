//! Servers whose signatures were not renewed while those of others were: a transfer or a signer that stopped.
//!
//! Each server is asked for the zone's start of authority anyway, and gives the signature over it. It is not checked here,
//! only read: how long it lasts by its own word, held against the others.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jiff::Timestamp;

use crate::inquiry::{Dns, Ends, Inquiry, Kind};
use crate::judge::dnssec::is_late;
use crate::judge::servers::Servers;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::rules::dnssec as rules;

/// How the signature of one address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It ended then.
    Ended(Timestamp),
    /// It ends then, and should have been renewed by now.
    Late(Timestamp),
    /// There is none.
    Missing,
    /// It lasts until then.
    Fresh(Timestamp),
}

impl Standing {
    fn of(signed: Option<&Ends>, now: Timestamp) -> Self {
        match signed {
            None => Self::Missing,
            Some(ends) if ends.at < now => Self::Ended(ends.at),
            Some(ends) if is_late(ends, now) => Self::Late(ends.at),
            Some(ends) => Self::Fresh(ends.at),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Ended(at) => format!("ended {at}"),
            Self::Late(at) => format!("ends {at} and was not renewed"),
            Self::Missing => "is missing".to_owned(),
            Self::Fresh(at) => format!("lasts until {at}"),
        }
    }
}

/// Says it once a zone, with the servers it is about.
pub(super) fn check(all: &[Servers], managed: bool, inquiry: &Inquiry<'_>, findings: &mut Findings) {
    let zones: BTreeSet<&Name> = all.iter().map(|servers| &servers.zone).collect();
    for zone in zones {
        let standings = standings(zone, all, inquiry);
        let fresh = standings.values().filter_map(|standing| match standing {
            Standing::Fresh(at) => Some(*at),
            _ => None,
        });
        let Some(lasts) = fresh.max() else { continue };
        let behind: Vec<(&Name, IpAddr, Standing)> = standings
            .iter()
            .filter(|(_, standing)| !matches!(standing, Standing::Fresh(_)))
            .map(|((name, address), standing)| (*name, *address, *standing))
            .collect();
        if behind.is_empty() {
            continue;
        }
        let each: Vec<String> = behind
            .iter()
            .map(|(name, address, standing)| format!("at {name} ({address}) it {}", standing.words()))
            .collect();
        let names: BTreeSet<&str> = behind.iter().map(|(name, ..)| name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let topic = Topic::new(Site::Domain(zone.clone()), managed);
        let message = format!(
            "want signatures of {zone} that are renewed at every server, found of the one over its SOA: {}; elsewhere it \
             lasts until {lasts}",
            each.join(", ")
        );
        findings
            .say(&rules::SERVER_SIGNATURES, &topic, message)
            .about(names.join(", "));
    }
}

/// How the signature over the start of authority stands at each address that gave one, or an answer without.
fn standings<'s>(
    zone: &Name,
    all: &'s [Servers],
    inquiry: &Inquiry<'_>,
) -> BTreeMap<(&'s Name, IpAddr), Standing> {
    let mut standings = BTreeMap::new();
    let views = all.iter().filter(|servers| servers.zone == *zone);
    for view in views.flat_map(|servers| &servers.views) {
        let question = Dns::new(zone.clone(), Kind::Soa).at(view.address);
        let Some(fact) = inquiry.fact(&question).filter(|fact| fact.outcome.is_ok()) else {
            continue;
        };
        let Some(direct) = fact
            .source
            .direct
            .as_deref()
            .filter(|_| fact.source.authoritative)
        else {
            continue;
        };
        let standing = Standing::of(direct.signed.as_ref(), fact.seen_at);
        standings.insert((&view.name, view.address), standing);
    }
    standings
}
