//! The dane block that live DNS satisfies: the TLSA records of the mail hosts that lie in the domain itself. Pure.

use super::live::RrsetSeen;
use super::{Adopted, Live, index_in};
use crate::api::{DaneHost, DaneSpec, MailDomainSpec, RecordStatus};
use crate::inquiry::{Inquiry, Rdata};
use crate::records::Standard;
use crate::records::dane::Tlsa;

/// Proposes the records of the hosts that lie in the domain: those of a provider's are the provider's to change.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    let mut hosts = Vec::new();
    for (host, seen) in &live.tlsa {
        let records = records(seen);
        if let Some(trouble) = seen.trouble {
            adopted.remark(Standard::Dane, format!("{host}: not answered: {trouble}"));
        } else if records.is_empty() {
            continue;
        } else if !host.is_at_or_below(&live.domain) {
            let text = format!(
                "{host}: its records are those of whoever runs it; required: true asks for some without naming them"
            );
            adopted.remark(Standard::Dane, text);
        } else if !seen.chain().is_empty() {
            adopted.remark(
                Standard::Dane,
                format!("{host}: its records stand behind an alias"),
            );
        } else {
            hosts.push(DaneHost {
                name: host.to_string(),
                records,
                ..DaneHost::default()
            });
        }
    }
    if !hosts.is_empty() {
        adopted.spec.dane = Some(DaneSpec {
            hosts,
            ..DaneSpec::default()
        });
    }
}

/// The TLSA records of each host that has some.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    let some = live
        .tlsa
        .iter()
        .filter(|(_, seen)| seen.trouble.is_some() || !seen.records().is_empty() || !seen.chain().is_empty());
    some.map(|(_, seen)| seen.status(Standard::Dane, records(seen)))
        .collect()
}

/// Takes one host out, or the whole block.
pub(super) fn take_out(spec: &mut MailDomainSpec, path: &str) -> Option<String> {
    let block = spec.dane.as_mut()?;
    let index = index_in(path, "spec.dane.hosts").filter(|index| *index < block.hosts.len());
    let taken = index.map(|index| block.hosts.remove(index).name);
    if taken.is_none() || block.hosts.is_empty() {
        spec.dane = None;
    }
    taken.map(|name| format!("host {name}"))
}

fn records(seen: &RrsetSeen) -> Vec<String> {
    let texts = seen.records().iter().filter_map(Rdata::text_only);
    texts
        .map(|text| Tlsa::parse(text).map_or_else(|_| text.to_owned(), |record| record.to_string()))
        .collect()
}
