//! The TLSA records of a mail server's host wherever senders may have them from, beside the key it shows (RFC 7671 8.1, 8.4).
//!
//! What was asked is one resolver, and what it says is held against the key with everything else. Other senders ask others:
//! those that have nothing yet get what a name server holds now, and those that asked earlier still have what stood there
//! before. By each such set alone the key that is shown must be taken. Name servers are asked for it where they are looked at
//! that closely, whether the records are managed, wanted of somebody else or only observed; the zone may be anybody's.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::{names, shown_at};
use super::known;
use super::servers::MailServer;
use super::tlsa::{Shown, Taken};
use crate::inquiry::{Depth, Dns, Fact, Inquiry, Kind, Need, Rdata, whole_second};
use crate::intent::Intent;
use crate::judge::servers::Servers;
use crate::judge::{Findings, RecordVerdict, Site, Topic, authorities, dane};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dane::{Tlsa, effective};
use crate::rules::shown::OUT_OF_STEP;

/// Says of keys that are shown and taken, that some senders go by records that let them not through: those a name server
/// holds, and those the resolver has where the servers hold something newer.
pub(in crate::judge) fn check(
    intent: &Intent,
    records: &[RecordVerdict],
    all: &[Servers],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    inquiry.on_behalf_of(Standard::Tls);
    let Some(servers) = known(intent, inquiry) else {
        return;
    };
    if servers
        .all
        .iter()
        .all(|server| server.answered().next().is_none())
    {
        return;
    }
    let found = dane::gather(&intent.domain, Need::Evidence, inquiry);
    for host in &found.hosts {
        let of_host = servers.all.iter().filter(|server| server.host == host.name);
        let of_host: Vec<&MailServer> = of_host.map(MailServer::as_dane).collect();
        let used = host.effective();
        let Some((place, _)) = host.found().filter(|_| !used.is_empty()) else {
            continue;
        };
        let scene = Scene {
            names: names(intent, host),
            servers: of_host,
            used,
        };
        let topic = Topic::new(Site::Host(host.name.clone()), intent.manages(Standard::Dane));
        let record = records.iter().find(|record| {
            record.standard == Standard::Dane && !record.is_no_record() && *record.name() == place.name
        });
        if let Some(record) = record {
            scene.at_the_resolver(host, record, &topic, findings);
        }
        let held = held_at(&place.name, all, inquiry);
        scene.at_the_servers(host, &held, &topic, findings);
    }
}

/// One host: its servers, and the records by which they were judged.
struct Scene<'s> {
    /// What a certificate may be for where usage 2 counts.
    names: Vec<&'s Name>,
    servers: Vec<&'s MailServer>,
    used: BTreeSet<Tlsa>,
}

impl Scene<'_> {
    /// The records of the keys that are taken by what was judged, and not by `other`.
    fn shut_out_by(&self, other: &BTreeSet<Tlsa>) -> BTreeSet<String> {
        if effective(other).is_empty() {
            // Senders that can use none of them deliver without.
            return BTreeSet::new();
        }
        let delivers =
            |shown: &Shown<'_>, by: &BTreeSet<Tlsa>| shown.taken_by(by, &self.names) == Taken::Delivers;
        let shown = self.servers.iter().flat_map(|server| shown_at(server));
        let out = shown.filter(|(_, shown)| delivers(shown, &self.used) && !delivers(shown, other));
        out.map(|(_, shown)| shown.record().to_string()).collect()
    }

    /// What the resolver has, where the record is judged by what the name servers hold.
    fn at_the_resolver(
        &self,
        host: &dane::MailHost,
        record: &RecordVerdict,
        topic: &Topic,
        findings: &mut Findings,
    ) {
        let Some(says) = &record.resolver else { return };
        let old = says.observed.iter().filter_map(|text| Tlsa::parse(text).ok());
        if self.shut_out_by(&old.collect()).is_empty() {
            return;
        }
        let until = says
            .expires_at
            .map_or_else(String::new, |at| format!(", this one until {}", whole_second(at)));
        let message = format!(
            "want the key of {} changed once its record is seen everywhere, found that the name servers hold the record of the key \
             that is shown, and the resolver older ones without it{until}: senders that ask such a resolver do not deliver",
            host.name
        );
        findings.say(&OUT_OF_STEP, topic, message).fix(
            "Give the server the key of before until the older records have run out at all resolvers, or wait: mail is tried again.",
        );
    }

    /// What the name servers hold.
    fn at_the_servers(&self, host: &dane::MailHost, held: &Held, topic: &Topic, findings: &mut Findings) {
        let mut lacking: BTreeMap<BTreeSet<Tlsa>, BTreeSet<Name>> = BTreeMap::new();
        let mut missing: BTreeSet<String> = BTreeSet::new();
        for (name, records) in held {
            let out = self.shut_out_by(records);
            if !out.is_empty() {
                missing.extend(out);
                lacking.entry(records.clone()).or_default().insert(name.clone());
            }
        }
        if lacking.is_empty() {
            return;
        }
        let is_everywhere = held.iter().all(|(_, records)| lacking.contains_key(records));
        let each = lacking.iter().map(|(records, at)| {
            let records: Vec<String> = records.iter().map(ToString::to_string).collect();
            let at: Vec<&str> = at.iter().map(Name::as_str).collect();
            format!("{} at {}", records.join(", "), at.join(", "))
        });
        let each: Vec<String> = each.collect();
        let missing = missing.into_iter().collect::<Vec<_>>().join(" and ");
        let where_ = match is_everywhere {
            true => "the name servers do not hold it",
            false => "some name servers do not hold it",
        };
        let message = format!(
            "want the record of the key that {} shows, {missing}, at every name server until it shows another, found that {where_}: \
             {}; senders that get their answer there do not deliver",
            host.name,
            each.join("; ")
        );
        let place = host.found().map_or(&host.name, |(place, _)| &place.name);
        findings.say(&OUT_OF_STEP, topic, message).about("name servers").fix(format!(
            "Publish {missing} at {place} at every name server, beside what stands there, until the server shows another key; or \
             give the server back the key that those records are for."
        ));
    }
}

/// What each name server was heard to hold; of one with several addresses each set once.
type Held = BTreeSet<(Name, BTreeSet<Tlsa>)>;

/// What the name servers hold at this name, as far as they were heard. They are asked here where nobody looked at the name
/// yet, and name servers are looked at that closely.
fn held_at(name: &Name, all: &[Servers], inquiry: &mut Inquiry<'_>) -> Held {
    let question = Dns::new(name.clone(), Kind::Tlsa);
    let known = all
        .iter()
        .find(|servers| servers.question().as_ref() == Some(&question));
    let asked = match known {
        None if inquiry.depth() >= Depth::Closely => authorities::of(name, Kind::Tlsa, inquiry).ok(),
        _ => None,
    };
    let servers = known.or(asked.as_ref());
    let views = servers.into_iter().flat_map(Servers::counting);
    let held = views.filter_map(|view| {
        let there = inquiry.fact(&question.clone().at(view.address))?;
        Some((view.name.clone(), tlsa(there)?))
    });
    held.collect()
}

/// The records of a name server's own answer; `None` where it gave none, as where its alias leads elsewhere.
fn tlsa(fact: &Fact) -> Option<BTreeSet<Tlsa>> {
    let answer = fact.outcome.as_ref().ok()?;
    let texts = answer.records().iter().filter_map(Rdata::text_only);
    Some(texts.filter_map(|text| Tlsa::parse(text).ok()).collect())
}
