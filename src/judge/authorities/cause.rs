//! Why a resolver that keeps its answer back may do so: what the zone's own servers show of its signatures and keys.
//!
//! A resolver that validates and does not let one look past that (it ignores CD, RFC 4035 3.2.2) says SERVFAIL and no more.
//! Nothing here is checked, only read, so it is a hint for people and makes nothing bogus.

use super::Servers;
use crate::inquiry::{Answer, Dns, Ends, Fact, Inquiry, Kind, Need, Rdata, Reply};
use crate::judge::dnssec::PublishedKey;

/// What a zone's servers show that makes its answers fail validation, in a clause; `None` where nothing does, or nobody can
/// tell.
pub fn likely_cause(servers: &Servers, inquiry: &mut Inquiry<'_>) -> Option<String> {
    let question = servers.question()?;
    let ds = inquiry.ask(Dns::new(servers.zone.clone(), Kind::Ds), Need::Detail);
    let ds: Vec<(u16, u8)> = shown(ds).filter_map(PublishedKey::of_ds).collect();
    for view in servers.counting() {
        let who = format!("{} ({})", view.name, view.address);
        let own = inquiry.fact(&question.clone().at(view.address));
        if let Some(why) = own.and_then(|fact| ended(fact)) {
            return Some(format!("at {who} the signature over it {why}"));
        }
        let keys = Dns::new(servers.zone.clone(), Kind::Dnskey).at(view.address);
        let reply = inquiry.ask(keys.clone(), Need::Detail);
        if let Some(why) = inquiry.fact(&keys).and_then(|fact| ended(fact)) {
            return Some(format!(
                "at {who} the signature over the keys of {} {why}",
                servers.zone
            ));
        }
        if ds.is_empty() {
            continue;
        }
        if matches!(reply.answer(), Some(Answer::NoData | Answer::NxDomain)) {
            return Some(format!(
                "its parent has a DS for {}, and at {who} that has no DNSKEY",
                servers.zone
            ));
        }
        let keys: Vec<(u16, u8)> = shown(reply)
            .filter_map(PublishedKey::parse)
            .map(PublishedKey::id)
            .collect();
        if !keys.is_empty() && !ds.iter().any(|one| keys.contains(one)) {
            let tags = |all: &[(u16, u8)]| {
                let tags: Vec<String> = all.iter().map(|(tag, _)| tag.to_string()).collect();
                tags.join(", ")
            };
            return Some(format!(
                "the DS that its parent has for {} are for key {}, and at {who} it has {}",
                servers.zone,
                tags(&ds),
                tags(&keys)
            ));
        }
        let is_unsigned = |fact: &Fact| {
            let direct = fact.source.direct.as_ref();
            fact.outcome.is_ok() && direct.is_some_and(|direct| direct.signed.is_none())
        };
        if own.is_some_and(|fact| is_unsigned(fact)) {
            return Some(format!(
                "its parent has a DS for {}, and at {who} it is not signed",
                servers.zone
            ));
        }
    }
    None
}

fn shown<'f>(reply: Reply<'f>) -> impl Iterator<Item = &'f str> {
    reply
        .records()
        .unwrap_or_default()
        .iter()
        .filter_map(Rdata::text_only)
}

/// That the signature that ends last is not valid at the time of the look.
fn ended(fact: &Fact) -> Option<String> {
    let Ends { at, since, .. } = fact.source.direct.as_ref()?.signed?;
    if at < fact.seen_at {
        return Some(format!("ended {at}"));
    }
    (since > fact.seen_at).then(|| format!("begins only {since}"))
}
