//! What is wrong with the TLSA records of one host, whoever may prove them.

use std::collections::BTreeSet;

use crate::judge::{Findings, Topic};
use crate::records::dane::{Tlsa, Unusable, effective, telling};
use crate::rules::{Rule, Severity, dane as rules};

/// Kinds every sender knows, and that may stand alone.
const COMMON: [(u8, u8, u8); 5] = [(3, 1, 1), (2, 0, 1), (2, 1, 1), (3, 0, 1), (3, 1, 0)];

/// Says what is wrong with the records; `names_next`: also that none is of a next key.
pub(super) fn check(found: &BTreeSet<Tlsa>, topic: &Topic, names_next: bool, findings: &mut Findings) {
    let (used, telling) = (effective(found), telling(found));
    for record in found {
        let Some(why) = record.useless() else { continue };
        let rule: &'static Rule = match why {
            Unusable::PublicAuthority => &rules::PUBLIC_AUTHORITY,
            Unusable::Usage | Unusable::Selector | Unusable::Matching => &rules::UNKNOWN_NUMBER,
            Unusable::Length(..) | Unusable::Empty => &rules::LENGTH,
            Unusable::Placeholder => &rules::PLACEHOLDER,
        };
        let rest = match (used.is_empty(), telling.is_empty()) {
            (true, _) => "; with no other record senders encrypt, and check nothing",
            // What matches nothing is used all the same.
            (false, true) => "; senders use no record that can match, and do not deliver",
            (false, false) => "",
        };
        let message = format!("want records senders use, found {}{rest}", why.say(record));
        let said = findings.say(rule, topic, message);
        said.about(record.to_string());
        // Beside one that is used and can match it harms nobody.
        if !telling.is_empty() {
            said.at_most(Severity::Warning);
        }
    }
    let used = telling;
    for record in &used {
        let kind = record.kind();
        let rule: &'static Rule = match (record.usage, record.selector, record.matching) {
            (_, _, 0) => &rules::FULL,
            (3, 0, _) => &rules::CERTIFICATE,
            _ => continue,
        };
        let message = match rule == &rules::FULL {
            true => format!("want a digest, found {kind} with {} octets", record.data.len()),
            false => format!("want the host's key, found its certificate: {kind}"),
        };
        findings.say(rule, topic, message).about(record.to_string());
    }
    agility(found, topic, findings);
    if let [only] = used.iter().collect::<Vec<_>>().as_slice() {
        alone(only, topic, names_next, findings);
    }
    let bare = used
        .iter()
        .find(|record| record.usage == 2 && record.selector == 1);
    if let Some(record) = bare.filter(|_| used.len() > 1 && used.iter().all(|one| one.usage == 2)) {
        let message = format!(
            "want a certificate of the authority where no key of the host is named, found {}",
            record.kind()
        );
        findings.say(&rules::BARE_ANCHOR, topic, message);
    }
    let common = |record: &Tlsa| COMMON.contains(&(record.usage, record.selector, record.matching));
    if !used.is_empty() && !used.iter().any(common) {
        let kinds: BTreeSet<String> = used.iter().map(Tlsa::kind).collect();
        let kinds: Vec<String> = kinds.into_iter().collect();
        let message = format!("want 3 1 1, found only {}", kinds.join(", "));
        findings.say(&rules::UNCOMMON, topic, message);
    }
}

/// One record that is used, and no other.
fn alone(record: &Tlsa, topic: &Topic, names_next: bool, findings: &mut Findings) {
    if record.usage == 2 {
        let message = format!(
            "want a record of the host's own key beside, found one authority alone: {}",
            record.kind()
        );
        findings.say(&rules::ONE_AUTHORITY, topic, message);
    } else if names_next {
        let message = format!(
            "want a record for the next key beside, found one alone: {}",
            record.kind()
        );
        findings.say(&rules::NO_NEXT, topic, message);
    }
}

/// Digests of both strengths over the same thing, of another number of things.
fn agility(found: &BTreeSet<Tlsa>, topic: &Topic, findings: &mut Findings) {
    for (usage, selector) in [(2, 0), (2, 1), (3, 0), (3, 1)] {
        let count = |matching: u8| {
            let of = |record: &&Tlsa| {
                (record.usage, record.selector, record.matching) == (usage, selector, matching)
            };
            found
                .iter()
                .filter(of)
                .filter(|record| record.useless().is_none())
                .count()
        };
        let (weak, strong) = (count(1), count(2));
        if weak > 0 && strong > 0 && weak != strong {
            let message = format!(
                "want each key under both digests, found {weak} of {usage} {selector} 1 and {strong} of {usage} {selector} 2: \
                 senders use the latter alone"
            );
            findings
                .say(&rules::AGILITY, topic, message)
                .about(format!("{usage} {selector}"));
        }
    }
}
