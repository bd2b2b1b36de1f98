//! The dkim block that live DNS satisfies: the selectors that were found. Pure.

use super::live::RrsetSeen;
use super::{Adopted, Live, index_in, tag_values};
use crate::api::{DkimFlag, DkimSelector, DkimSpec, MailDomainSpec, RecordStatus, SelectorState};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Trouble};
use crate::judge::dkim::SelectorAnswer;
use crate::name::Name;
use crate::records::{Standard, presentation};

/// Proposes the block, or says why there is none.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    let mut selectors = Vec::new();
    for found in live.found_selectors() {
        let selector = bare(&found.label);
        if let Some(target) = found.answer.chain.first() {
            selectors.push(DkimSelector {
                cname: Some(target.to_string()),
                ..selector
            });
            continue;
        }
        let texts: Vec<&[u8]> = found.answer.meant().collect();
        match texts.as_slice() {
            [key] => selectors.push(key_selector(selector, key)),
            several => {
                let text = format!(
                    "selector {}: {} key records, which verifiers may not tell apart",
                    found.label,
                    several.len()
                );
                adopted.remark(Standard::Dkim, text);
            }
        }
    }
    if selectors.is_empty() {
        let text =
            "no selector is known: DKIM selectors cannot be listed by asking DNS (name them with --selector)";
        adopted.remark(Standard::Dkim, text);
    } else {
        adopted.spec.dkim = Some(DkimSpec { selectors });
    }
}

/// So many selectors without an answer are looked at for an alias: in an outage all are without one.
const MAX_UNANSWERED: usize = 16;

/// Says which selectors are left out because nothing was answered there: those somebody named, and those that are an
/// alias, so that something of theirs stands there.
pub(super) fn unanswered(live: &Live, inquiry: &mut Inquiry<'_>, adopted: &mut Adopted) {
    let without = live.unanswered_selectors().take(MAX_UNANSWERED);
    let mut told = 0;
    for (label, seen, why, is_named) in without {
        let question = Dns::new(seen.name.clone(), Kind::Cname);
        let aliases = inquiry
            .ask(question, Need::Evidence)
            .records()
            .unwrap_or_default();
        let target = aliases.iter().find_map(|rdata| match rdata {
            Rdata::Cname(target) => Some(target),
            _ => None,
        });
        let what = match (target, why) {
            (Some(target), Trouble::CnameLoop) => {
                format!("a CNAME to {target}, and CNAMEs that lead round in a circle")
            }
            (Some(target), _) => format!("a CNAME to {target}, at whose end nothing was answered ({why})"),
            (None, _) if is_named => format!("not answered: {why}"),
            (None, _) => continue,
        };
        adopted.remark(Standard::Dkim, format!("selector {label} is not managed: {what}"));
        told += 1;
    }
    let all = live.unanswered_selectors().count();
    if let Some(more @ 1..) = all.checked_sub(told) {
        adopted.remark(
            Standard::Dkim,
            format!("{more} of the selectors that were tried were not answered: they are not managed"),
        );
    }
}

/// The selectors that were found, those somebody named, whatever stands there, and last the wildcard behind all others.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    let found = live.found_selectors();
    let listed = found.iter().map(|found| status(&found.name, &found.answer));
    let named = live.named_selectors();
    let others = named.filter(|seen| !found.iter().any(|found| found.name == seen.name));
    let every = live.domain.prepend("*._domainkey").ok();
    let wildcard = every
        .zip(live.wildcard())
        .map(|(name, answer)| status(&name, answer));
    listed.chain(others.map(as_it_is)).chain(wildcard).collect()
}

/// What stands at a name, as the status names records.
fn status(name: &Name, answer: &SelectorAnswer) -> RecordStatus {
    RecordStatus {
        name: name.to_string(),
        type_: Kind::Txt.to_string(),
        standard: Standard::Dkim.to_string(),
        state: "Observed".to_owned(),
        observed: answer.observed(),
        ttl: Some(i64::from(answer.ttl)),
        ..RecordStatus::default()
    }
}

/// A selector somebody named, at which nothing of DKIM stands, with the texts that stand there instead: what is no key
/// is shown as it is, for somebody meant something by it.
fn as_it_is(seen: &RrsetSeen) -> RecordStatus {
    let texts = seen.texts(|_| true);
    let shown = texts.iter().map(|text| presentation(text)).collect();
    seen.status(Standard::Dkim, shown)
}

/// The block of a domain that sends nothing: the selectors that were revoked one by one. `None` where one is live.
pub(super) fn revoked(live: &Live) -> Option<Vec<DkimSelector>> {
    let found = live.found_selectors().iter();
    let revoked = found.map(|found| {
        let withdrawn = !found.answer.is_live() && found.answer.chain.is_empty();
        withdrawn.then(|| DkimSelector {
            state: Some(SelectorState::Revoked),
            ..bare(&found.label)
        })
    });
    revoked.collect()
}

/// A selector of which nothing is said.
pub(super) fn bare(label: &str) -> DkimSelector {
    DkimSelector {
        name: label.to_owned(),
        state: None,
        public_key: None,
        cname: None,
        any_key: None,
        flags: Vec::new(),
    }
}

/// Takes one selector out, or the block.
pub(super) fn take_out(spec: &mut MailDomainSpec, path: &str) -> Option<String> {
    let at = index_in(path, "spec.dkim.selectors");
    let selectors = spec.dkim.as_mut().map(|dkim| &mut dkim.selectors);
    match (selectors, at) {
        (Some(selectors), Some(at)) if at < selectors.len() => {
            let name = selectors.remove(at).name;
            if selectors.is_empty() {
                spec.dkim = None;
            }
            Some(format!("selector {name}"))
        }
        _ => {
            spec.dkim = None;
            None
        }
    }
}

/// A selector from its key record.
fn key_selector(selector: DkimSelector, record: &[u8]) -> DkimSelector {
    let tags = tag_values(record);
    let value = |name: &str| {
        tags.iter()
            .find(|(tag, _)| tag == name)
            .map(|(_, value)| value.as_str())
    };
    let key: String = value("p").unwrap_or_default().split_whitespace().collect();
    if key.is_empty() {
        return DkimSelector {
            state: Some(SelectorState::Revoked),
            ..selector
        };
    }
    let flags = value("t").unwrap_or_default().split(':').map(str::trim);
    let flags = flags.filter_map(|flag| match flag {
        "s" => Some(DkimFlag::StrictIdentity),
        "y" => Some(DkimFlag::Testing),
        _ => None,
    });
    DkimSelector {
        public_key: Some(key),
        flags: flags.collect(),
        ..selector
    }
}
