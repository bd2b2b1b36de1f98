//! The rules about one selector: its name, what its answer holds, and where its CNAME leads.

use super::answer::SelectorAnswer;
use super::gather::{Origin, Selector};
use super::key;
use super::linter::Setting;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Reply, Trouble};
use crate::intent::DkimWant;
use crate::judge::{Finding, Findings, Site, Topic, dns};
use crate::name::{Name, is_ldh};
use crate::records::dkim::{self, KeyKind, Likeness, Material, NearMiss};
use crate::records::presentation;
use crate::rules::Severity;
use crate::rules::dkim::{key as key_rules, record as record_rules, selector as rules};

/// At most this many records of one selector are looked at closely: more than one is wrong already.
const MAX_RECORDS: usize = 4;

/// What is wrong with one selector.
pub(super) fn check(selector: &Selector<'_>, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let mut found = Findings::new();
    let topic = Topic::new(
        Site::rrset(selector.name.clone(), Kind::Txt),
        selector.is_managed(),
    );
    odd_name(selector, &topic, &mut found);
    if let Some(answer) = &selector.answer {
        match spread(answer, &topic, &mut found) {
            true => {}
            false => {
                records(selector, answer, &topic, &mut found);
                near_misses(answer, &topic, &mut found);
                several(answer, &topic, &mut found);
            }
        }
        let is_lost = takeover(answer, &topic, inquiry, &mut found);
        if selector.origin == Origin::Named && !is_lost {
            without_key(selector, answer, &topic, &mut found);
        }
    } else {
        endless(selector, &topic, inquiry, &mut found);
    }
    findings.extend(found.into_iter().map(|finding| weighed(selector, finding)));
}

/// A finding with the weight it has here.
///
/// Behind a CNAME the provider may keep whatever it likes as a standby, and where no key is wanted a record no verifier
/// can use does no harm; that no selector has a key is said by its own rule. What lets others sign weighs the same
/// everywhere.
fn weighed(selector: &Selector<'_>, mut finding: Finding) -> Finding {
    let lets_others_sign = [
        &key_rules::KNOWN_KEY,
        &key_rules::PEM_OR_PRIVATE,
        &rules::TAKEOVER,
    ];
    let spare = matches!(selector.want(), Some(DkimWant::Cname(_) | DkimWant::Revoked));
    if spare && !lets_others_sign.contains(&finding.rule) {
        finding.at_most(Severity::Warning);
    }
    finding
}

/// Whoever signs with it must be able to write it in s= (RFC 6376 3.5), whether it answers or not.
fn odd_name(selector: &Selector<'_>, topic: &Topic, findings: &mut Findings) {
    let spoken_of = selector.origin != Origin::Tried || selector.exists();
    if let Some(odd) = odd_selector(&selector.name).filter(|_| spoken_of) {
        let message = format!("want letters, digits and inner hyphens in a selector, found {odd}");
        findings.say(&rules::SELECTOR, topic, message).about(odd);
    }
}

/// One key that stands there in several records.
fn spread(answer: &SelectorAnswer, topic: &Topic, findings: &mut Findings) -> bool {
    let (Some(key), Some(first)) = (answer.spread_key(), answer.keys.first()) else {
        return false;
    };
    let message = format!(
        "want one TXT record, found one key ({}) spread over {} records: verifiers do not join records",
        key.describe(),
        answer.count()
    );
    let end = first.text.len();
    findings
        .say(&rules::SEVERAL_RECORDS, &topic.text(&first.text), message)
        .at(end.saturating_sub(8)..end)
        .label("the rest stands in another record")
        .fix("Publish one TXT record of several strings: in a zone file \"first part\" \"second part\" on one line.");
    true
}

/// The key records.
fn records(selector: &Selector<'_>, answer: &SelectorAnswer, topic: &Topic, findings: &mut Findings) {
    let (testing, strict_identity) = match selector.want() {
        Some(DkimWant::Key(record) | DkimWant::AnyKey(record)) => (record.testing, record.strict_identity),
        _ => (false, false),
    };
    for record in answer.keys.iter().take(MAX_RECORDS) {
        // The text tells records apart; servers turn their order.
        let which = match answer.keys.len() {
            1 => String::new(),
            _ => format!(" of {}", presentation(&record.text)),
        };
        let setting = Setting {
            name: &selector.name,
            topic,
            which: &which,
            named: selector.origin != Origin::Tried,
            revoked: selector.is_revoked(),
            testing,
            strict_identity,
        };
        key::check(record, &setting, findings);
    }
}

/// What was meant as a key record, and is none.
fn near_misses(answer: &SelectorAnswer, topic: &Topic, findings: &mut Findings) {
    for (text, why) in answer.near_misses.iter().take(MAX_RECORDS) {
        // A character outside ASCII is said where all records' characters are looked at.
        if !text.is_ascii() && dkim::likeness(dkim::in_ascii(text).trim_ascii()) == Likeness::Key {
            continue;
        }
        let topic = topic.text(text);
        let label = "discarded by verifiers";
        match why {
            NearMiss::HostName => {
                let host = dkim::host_name(text).map_or_else(|| presentation(text), |host| host.to_string());
                let message = format!("want a CNAME to {host}, found a TXT record that holds this host name");
                findings
                    .say(&rules::HOST_NAME, &topic, message)
                    .about(host.as_str())
                    .label("a host name")
                    .fix(format!(
                        "Remove the TXT record and publish a CNAME to {host} at {}.",
                        topic.site.name()
                    ));
            }
            NearMiss::Pem | NearMiss::PrivatePem => {
                let what = if *why == NearMiss::Pem {
                    "a PEM file"
                } else {
                    "a private key"
                };
                let message = format!("want a key record, found {what}: {why}");
                findings
                    .say(&key_rules::PEM_OR_PRIVATE, &topic, message)
                    .about(presentation(text))
                    .label(label)
                    .fix(why.fix());
            }
            _ => {
                let message = format!("want a key record, found a near miss: {why}");
                findings
                    .say(&record_rules::VERSION, &topic, message)
                    .about(presentation(text))
                    .label(label)
                    .fix(match dkim::with_right_separators(text) {
                        Some(whole) => format!("{} The whole record: {whole}", why.fix()),
                        None => why.fix().to_owned(),
                    });
            }
        }
    }
}

/// Several records where one may stand.
fn several(answer: &SelectorAnswer, topic: &Topic, findings: &mut Findings) {
    if answer.count() < 2 || answer.keys.is_empty() {
        return;
    }
    let kinds = |kind: KeyKind| {
        let is_kind = |material: &Material| matches!(material, Material::Key(key) if key.kind == kind);
        answer.keys.iter().any(|record| is_kind(record.material()))
    };
    let second = answer.keys.get(1).map(|record| &record.text);
    let topic = match answer.others.first().or(second) {
        Some(text) => topic.text(text),
        None => topic.clone(),
    };
    let finding = if kinds(KeyKind::Rsa) && kinds(KeyKind::Ed25519) {
        let message = "want one key at a selector, found an RSA and an Ed25519 key";
        findings.say(&rules::MIXED_SELECTOR, &topic, message)
    } else {
        let message = format!("want one TXT record at a selector, found {}", answer.count());
        findings.say(&rules::SEVERAL_RECORDS, &topic, message)
    };
    finding.label("one too many");
}

/// A selector somebody named, at which no key can be found.
fn without_key(selector: &Selector<'_>, answer: &SelectorAnswer, topic: &Topic, findings: &mut Findings) {
    let end = answer.chain.last();
    let (found, severity) = if answer.meant().next().is_some() {
        let revoked =
            |record: &dkim::Record| *record.material() == Material::Revoked && record.damage().is_none();
        if answer.near_misses.is_empty() && answer.keys.iter().all(revoked) {
            // What is wrong with a record is said of the record; that a key was withdrawn is no fault of it.
            (
                "a revoked key: signatures with it fail".to_owned(),
                Severity::Warning,
            )
        } else {
            return;
        }
    } else if !answer.others.is_empty() {
        let of = if selector.is_of_wildcard {
            "the text of a wildcard"
        } else {
            "other text"
        };
        (of.to_owned(), Severity::Error)
    } else if let Some(end) = end {
        let what = if answer.nxdomain {
            "does not exist"
        } else {
            "holds no TXT record"
        };
        let of = if selector.is_of_wildcard {
            "the CNAME of a wildcard"
        } else {
            "a CNAME"
        };
        (format!("{of} that leads to {end}, which {what}"), Severity::Error)
    } else if answer.nxdomain {
        ("that it does not exist (NXDOMAIN)".to_owned(), Severity::Error)
    } else {
        ("no TXT record".to_owned(), Severity::Error)
    };
    let label = selector.label.unwrap_or_default();
    let topic = match answer.others.first() {
        Some(text) => topic.text(text),
        None => topic.clone(),
    };
    findings
        .say(
            &rules::NO_KEY_FOUND,
            &topic,
            format!("want a key at selector {label}, found {found}"),
        )
        .about(label)
        .at_most(severity);
}

/// A selector mail is signed with, whose CNAMEs do not end: no outage, but what stands in DNS.
fn endless(selector: &Selector<'_>, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let question = Dns::new(selector.name.clone(), Kind::Txt);
    let reply = inquiry.ask(question, Need::Evidence);
    let spoken_of = matches!(selector.origin, Origin::Named) || selector.is_published();
    if spoken_of && matches!(reply, Reply::Unanswered(Trouble::CnameLoop)) {
        let label = selector.label.unwrap_or(selector.name.as_str());
        let message = format!("want a key at selector {label}, found CNAMEs that lead round in a circle");
        findings
            .say(&rules::NO_KEY_FOUND, topic, message)
            .about(label)
            .fix("Point the CNAME at the name the provider gives, which holds the key itself.");
    }
}

/// A CNAME that ends in a domain anybody can register; whether it does.
fn takeover(
    answer: &SelectorAnswer,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> bool {
    let Some(target) = answer.chain.last().filter(|_| answer.nxdomain) else {
        return false;
    };
    let gone = dns::gone(target, inquiry);
    if let Some(gone) = &gone {
        let message = format!(
            "the CNAME leads to {target}, but {gone} does not exist: whoever registers it holds the selector"
        );
        findings
            .say(&rules::TAKEOVER, topic, message)
            .about(gone.to_string());
    }
    gone.is_some()
}

/// The selector, where its labels are not what RFC 6376 3.1 calls sub-domains.
fn odd_selector(name: &Name) -> Option<String> {
    let end = name.label_texts().position(|label| label == "_domainkey")?;
    // What is escaped is none of these.
    if name.label_texts().take(end).all(is_ldh) {
        return None;
    }
    let labels = name.labels();
    let selector = labels.get(..end)?;
    let shown: Vec<String> = selector.iter().map(|label| presentation(label)).collect();
    Some(shown.join("."))
}
