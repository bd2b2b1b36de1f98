//! TLSA records of a key that a mail server still shows: they stay until it shows the next (RFC 7671 8.1).
//!
//! The records that follow from certificates are those of the certificates as issued. A server takes up a new one later: until
//! then senders need the record of the key it shows. Only what stands there already is kept, never what a server shows and
//! nobody published: anybody on the way could show that.

use std::collections::BTreeSet;

use super::known;
use super::servers::MailServer;
use super::tlsa::Shown;
use super::worth;
use crate::inquiry::{Inquiry, Need};
use crate::intent::{DaneWant, Intent, ManagedRrset};
use crate::judge::{Findings, RecordVerdict, Site, State, Topic, dane};
use crate::records::Standard;
use crate::records::dane::{Tlsa, compare};
use crate::rules::dane::issued as rules;

/// The state of records that follow from certificates, with those of a key that is still shown wanted beside.
pub(in crate::judge) fn keeping(
    intent: &Intent,
    wanted: &ManagedRrset,
    want: &DaneWant,
    verdict: RecordVerdict,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    let DaneWant::Certified(certified) = want else {
        return verdict;
    };
    let Some(records) = certified.records() else {
        return verdict;
    };
    let published: BTreeSet<Tlsa> = verdict
        .observed
        .iter()
        .filter_map(|text| Tlsa::parse(text).ok())
        .collect();
    if published.is_subset(&records) {
        return verdict;
    }
    let kept = shown_still(&published, &records, wanted, intent, inquiry);
    if kept.is_empty() {
        return verdict;
    }
    let topic = Topic::new(Site::rrset(wanted.name.clone(), wanted.kind), true);
    for record in &kept {
        let message = format!(
            "want {record} kept until the server shows the next key, found that it still shows the one of this record, which is \
             of none of the certificates any more: it is wanted beside until then"
        );
        findings
            .say(&rules::SHOWN_STILL, &topic, message)
            .about(record.to_string());
    }
    let all: BTreeSet<Tlsa> = records.union(&kept).cloned().collect();
    let differences = compare(&all, &published).differences;
    RecordVerdict {
        state: match differences.is_empty() {
            true => State::InSync,
            false => State::Drifted,
        },
        desired: all.iter().map(ToString::to_string).collect(),
        differences,
        ..verdict
    }
}

/// Those of the published records, beyond the wanted ones, whose key is shown at some address of the host.
fn shown_still(
    published: &BTreeSet<Tlsa>,
    records: &BTreeSet<Tlsa>,
    wanted: &ManagedRrset,
    intent: &Intent,
    inquiry: &mut Inquiry<'_>,
) -> BTreeSet<Tlsa> {
    inquiry.on_behalf_of(Standard::Tls);
    let servers = known(intent, inquiry);
    let hosts = dane::gather(&intent.domain, Need::Evidence, inquiry).hosts;
    inquiry.on_behalf_of(Standard::Dane);
    let stands_at = |host: &&dane::MailHost| host.places.iter().any(|place| place.name == wanted.name);
    let here: Vec<&dane::MailHost> = hosts.iter().filter(stands_at).collect();
    let servers = servers.iter().flat_map(|servers| &servers.all);
    let of_host = servers.filter(|server| here.iter().any(|host| host.name == server.host));
    let shows = |server: &MailServer, record: &Tlsa| {
        server.as_dane().answered().any(|(_, fact)| {
            let session = fact.outcome.as_ref().ok();
            let shown = session.and_then(|session| Shown::new(worth::certificates(session), fact.seen_at));
            shown.is_some_and(|shown| shown.matches(record))
        })
    };
    let of_host: Vec<&MailServer> = of_host.collect();
    let beyond = published.difference(records);
    beyond
        .filter(|record| of_host.iter().any(|server| shows(server, record)))
        .cloned()
        .collect()
}
