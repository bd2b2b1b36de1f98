//! The policy that is served: whether senders get one, what is wrong with it, and whether it is the one that is desired.

use super::hosts;
use crate::inquiry::{Dns, Inquiry, Kind, Need, PolicyFile, Reply, Served};
use crate::intent::Intent;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::mtasts::{self, Mode, PatternFault, Policy, PolicyFault};
use crate::rules::mtasts::{ID_TWICE, SHORT, file as rules};
use crate::rules::{Rule, Severity};

/// Says what is wrong with what is served, and gives the policy it is; `wanted` is the one the manifest asks for.
pub(super) fn check(
    intent: &Intent,
    wanted: Option<&Policy>,
    need: Need,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> Option<Policy> {
    let domain = intent.domain.clone();
    let Reply::Answered(served, _) = inquiry.ask(PolicyFile { domain }, need) else {
        return None;
    };
    let host = mtasts::policy_host(&intent.domain)?;
    let url = mtasts::policy_url(&intent.domain);
    let of_file = Topic::new(Site::Host(host.clone()), topic.managed);
    let (media_type, body) = match served {
        Served::File { media_type, body } => (media_type, body),
        other => {
            let end = alias(&host, inquiry);
            none(other, &url, end.as_ref(), &of_file, findings);
            return None;
        }
    };
    if !is_plain_text(media_type.as_deref()) {
        let found = media_type
            .as_deref()
            .map_or("none".to_owned(), |found| format!("{found:?}"));
        let message =
            format!("want media type text/plain of {url}, found {found}: some senders take it for no policy");
        findings.say(&rules::MEDIA_TYPE, &of_file, message);
    }
    let read = mtasts::parse_policy(body);
    faults(&read.faults, is_compressed(body), &url, &of_file, findings);
    let policy = read.policy?;
    match wanted {
        Some(wanted) if *wanted != policy => {
            let message = format!(
                "want the policy that is desired at {url}, found another: {}; who fetched it under the id that is desired keeps \
                 the wrong one",
                differences(wanted, &policy).join("; ")
            );
            findings.say(&rules::NOT_SERVED, &of_file, message);
        }
        Some(_) => {}
        // Of a policy nobody manages the one that is served is what counts.
        None => {
            hosts::check(intent, &policy, &of_file, inquiry, findings);
            lasting(&policy, &of_file, findings);
        }
    }
    Some(policy)
}

/// Says that an enforced policy, desired or served, is kept for too short a time.
pub(super) fn lasting(policy: &Policy, topic: &Topic, findings: &mut Findings) {
    if policy.mode == Mode::Enforce && policy.max_age < A_DAY {
        let message = format!(
            "want a policy that is kept for weeks, found {} seconds",
            policy.max_age
        );
        findings.say(&SHORT, topic, message);
    }
}

/// In seconds.
const A_DAY: u32 = 86_400;

/// Where the host that serves the policy leads, where it is an alias, as far as that was asked.
fn alias(host: &Name, inquiry: &Inquiry<'_>) -> Option<Name> {
    let fact = |kind| inquiry.fact(&Dns::new(host.clone(), kind));
    let facts = [Kind::A, Kind::Aaaa].into_iter().filter_map(fact);
    facts.filter_map(|fact| fact.chain().last().cloned()).next()
}

/// What is served is no policy.
fn none(served: &Served, url: &str, alias: Option<&Name>, topic: &Topic, findings: &mut Findings) {
    let (rule, message): (&'static Rule, String) = match served {
        Served::Status { code, location } if (300..400).contains(code) => {
            let to = location
                .as_deref()
                .map_or(String::new(), |to| format!(" to {to}"));
            let message = format!(
                "want status 200 of {url}, found {code}, a redirect{to}, which senders must not follow"
            );
            (&rules::STATUS, message)
        }
        Served::Status { code, .. } => (
            &rules::STATUS,
            format!("want status 200 of {url}, found {code}: senders find no policy"),
        ),
        Served::TooLarge => (
            &rules::TOO_LARGE,
            format!(
                "want at most {} octets of {url}, found more: senders read no further",
                crate::inquiry::MAX_POLICY
            ),
        ),
        Served::Untrusted(why) => match alias {
            None => (
                &rules::CERTIFICATE,
                format!(
                    "want a certificate for {} that senders accept, found that {why}",
                    topic.site.name()
                ),
            ),
            Some(end) => (
                &rules::CERTIFICATE_AT_ALIAS,
                format!(
                    "want a certificate for {} that senders accept from {end}, where its alias leads, found that {why}",
                    topic.site.name()
                ),
            ),
        },
        Served::File { .. } => return,
    };
    findings.say(rule, topic, message);
}

/// `text/plain`, whatever its parameters (RFC 8461 3.2).
fn is_plain_text(media_type: Option<&str>) -> bool {
    let bare = media_type.and_then(|text| text.split(';').next());
    bare.is_some_and(|bare| bare.trim().eq_ignore_ascii_case("text/plain"))
}

/// Whether it begins as a file of gzip does (RFC 1952 2.3.1).
fn is_compressed(body: &[u8]) -> bool {
    body.starts_with(&[0x1f, 0x8b])
}

/// What is wrong with the file, by its lines; a file that is something else altogether is one fault.
fn faults(faults: &[PolicyFault], compressed: bool, url: &str, topic: &Topic, findings: &mut Findings) {
    let lines = faults
        .iter()
        .filter(|fault| matches!(fault, PolicyFault::Line(..)))
        .count();
    let missing = faults
        .iter()
        .filter(|fault| matches!(fault, PolicyFault::Missing(_)))
        .count();
    if lines > 0 && missing == 3 {
        let message = format!(
            "want lines of version, mode, mx and max_age at {url}, found another file: senders find no policy"
        );
        findings.say(&rules::LINE, topic, message).about("file");
        return;
    }
    // Whoever writes one line so mostly writes all of them so.
    let of_blanks = |fault: &PolicyFault| match fault {
        PolicyFault::Spaced(number, _) => Some(*number),
        _ => None,
    };
    let spaced: Vec<usize> = faults.iter().filter_map(of_blanks).collect();
    for fault in faults {
        let (rule, subject, found): (&'static Rule, String, String) = match fault {
            PolicyFault::Encoding if compressed => (
                &rules::ENCODING,
                "file".to_owned(),
                "it compressed (gzip), which nobody asked for".to_owned(),
            ),
            PolicyFault::Encoding => (
                &rules::ENCODING,
                "file".to_owned(),
                "octets that are none, or a byte order mark".to_owned(),
            ),
            PolicyFault::Empty => (&rules::LINE, "file".to_owned(), "an empty file".to_owned()),
            PolicyFault::LineEnd(number) => (
                &rules::LINE,
                "file".to_owned(),
                format!("a line that ends in CR alone, line {number}: LF ends a line, or CR and LF"),
            ),
            PolicyFault::Line(number, text) if text.starts_with('#') => (
                &rules::COMMENT,
                format!("line {number}"),
                format!("a comment in line {number}: {text}"),
            ),
            PolicyFault::Line(number, text) => (
                &rules::LINE,
                format!("line {number}"),
                format!("no key: value in line {number}: {text}"),
            ),
            PolicyFault::Unreadable(number, text) => (
                &rules::LINE,
                format!("line {number}"),
                format!("a key whose value is none in line {number}: {text}"),
            ),
            PolicyFault::Spaced(number, _) if Some(number) != spaced.first() => continue,
            PolicyFault::Spaced(number, text) => {
                let before = match text.starts_with([' ', '\\']) {
                    true => "key",
                    false => "colon",
                };
                let more = match spaced.len() {
                    0 | 1 => String::new(),
                    count => format!(", the first of {count} such lines"),
                };
                (
                    &rules::LINE,
                    format!("line {number}"),
                    format!("a blank before the {before} in line {number}: {text}{more}"),
                )
            }
            PolicyFault::Blank(number) => (
                &rules::COMMENT,
                format!("line {number}"),
                format!("a blank line, line {number}"),
            ),
            PolicyFault::Twice(number, key) => (
                &ID_TWICE,
                key.clone(),
                format!("{key} again in line {number}, where the first counts"),
            ),
            // The line that was meant is told already.
            PolicyFault::Missing(key) if faults.iter().any(|other| other.swallows(key)) => continue,
            PolicyFault::Missing(key) => (&rules::LINE, (*key).to_owned(), format!("no {key}")),
            PolicyFault::Value(number, key, value) => {
                let rule = match *key {
                    "version" => &rules::FILE_VERSION,
                    "mode" => &rules::MODE,
                    _ => &rules::MAX_AGE,
                };
                (
                    rule,
                    (*key).to_owned(),
                    format!("{key}: {value} in line {number}"),
                )
            }
            PolicyFault::Mx(number, text, why) => {
                let rule = match why {
                    PatternFault::LeadingDot | PatternFault::Asterisk => &rules::OLD_PATTERN,
                    PatternFault::NonAscii => &rules::U_LABEL,
                    PatternFault::Empty | PatternFault::Address | PatternFault::Port | PatternFault::Name => {
                        &rules::PATTERN
                    }
                };
                (
                    rule,
                    text.clone(),
                    format!("mx: {text} in line {number}, which {}", why.as_str()),
                )
            }
            PolicyFault::TrailingDot(number, text) => (
                &rules::TRAILING_DOT,
                text.clone(),
                format!(
                    "mx: {text} in line {number}, with a dot at its end, where many senders find no match"
                ),
            ),
            PolicyFault::NoMx => (
                &rules::NO_MX,
                "mx".to_owned(),
                "no mx, though mode is not none".to_owned(),
            ),
        };
        let rest = match fault.is_fatal() {
            true => ": senders find no policy",
            false => "",
        };
        let message = format!("want a policy as RFC 8461 3.2 has it at {url}, found {found}{rest}");
        let said = findings.say(rule, topic, message);
        said.about(subject);
        if !fault.is_fatal() {
            said.at_most(Severity::Warning);
        }
    }
}

/// What tells two policies apart, in sentences.
fn differences(wanted: &Policy, found: &Policy) -> Vec<String> {
    let mut differences = Vec::new();
    if wanted.mode != found.mode {
        differences.push(format!(
            "mode: want {}, found {}",
            wanted.mode.as_str(),
            found.mode.as_str()
        ));
    }
    differences.extend(
        wanted
            .mx
            .difference(&found.mx)
            .map(|one| format!("mx: want {one}, found none")),
    );
    differences.extend(
        found
            .mx
            .difference(&wanted.mx)
            .map(|one| format!("mx: want no {one}, found it")),
    );
    if wanted.max_age != found.max_age {
        differences.push(format!(
            "max_age: want {}, found {}",
            wanted.max_age, found.max_age
        ));
    }
    differences
}
