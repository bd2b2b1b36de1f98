//! Which reports the domain's own record asks for, and whether its addresses can be used.

use std::collections::BTreeSet;

use super::Examination;
use crate::judge::Finding;
use crate::records::dmarc::{self, Application, Record, Separator, TagName, Uri, UriProblem};
use crate::records::presentation;
use crate::rules::{Rule, Severity, reporting as rules};

/// Report services that were closed: the domains of their addresses.
const RETIRED: &[&str] = &["dmarc.service.gov.uk"];

pub(super) fn check(examination: &mut Examination<'_>, record: &Record) {
    // Nobody sends reports for a record that nobody applies; its addresses may be the very reason.
    if record.application() != Application::Not {
        aggregate(examination, record);
        failure(examination, record);
    }
    for tag in [TagName::Rua, TagName::Ruf] {
        uris(examination, record, tag);
    }
}

/// rua as a whole.
fn aggregate(examination: &mut Examination<'_>, record: &Record) {
    if record.first(TagName::Rua).is_none() && !record.hides(TagName::Rua) {
        // Who sends nothing loses less.
        let severity = match examination.is_silent_by_role() {
            true => Severity::Info,
            false => Severity::Warning,
        };
        let message = "no rua: nobody gets aggregate reports";
        let finding = examination.whole(&rules::NO_REPORTS, record, message);
        finding.at_most(severity).label("no rua");
    }
    let usable: Vec<&Uri> = record
        .uris(TagName::Rua)
        .iter()
        .filter(|uri| uri.problem.is_none())
        .collect();
    if let Some(third) = usable.get(2) {
        let message = format!(
            "{} destinations: receivers of RFC 7489 may send to two only",
            usable.len()
        );
        let finding = examination.whole(&rules::MANY, record, message);
        finding.about("rua").at(third.span.clone());
    }
}

/// ruf and fo.
fn failure(examination: &mut Examination<'_>, record: &Record) {
    let discovery = examination.discovery.clone();
    let ruf = record.first(TagName::Ruf);
    if let Some(tag) = ruf
        && record.public_suffix() == Some(true)
    {
        let message = "ruf in a record with psd=y must not be used";
        examination.tag(&rules::SUFFIX_FAILURE_REPORTS, record, tag, message);
    }
    let failure = discovery
        .destinations
        .iter()
        .filter(|one| one.tag == TagName::Ruf);
    for destination in failure.filter(|_| !discovery.is_inherited()) {
        let (severity, leaves) = match destination.external {
            Some(true) => (Severity::Warning, "to another organization"),
            _ => (Severity::Info, "within the organization"),
        };
        let message = format!(
            "failure reports go {leaves}, to {}: they can hold parts of messages",
            destination.host
        );
        about_uri(
            examination,
            &rules::FAILURE_REPORTS,
            record,
            TagName::Ruf,
            &destination.uri,
            message,
        )
        .at_most(severity);
    }
    let Some(fo) = record.first(TagName::Fo) else {
        return;
    };
    let misread = record.wrong_separators().iter();
    let separated = misread.filter(|one| fo.span.contains(&one.after.start)).count() == 0;
    if let Some((why, fix)) = wrong_options(record.value(fo)).filter(|_| separated) {
        let shown = presentation(record.value(fo));
        let message = format!("fo is \"{shown}\": {why}");
        examination.tag(&rules::OPTIONS, record, fo, message).fix(fix);
    } else if ruf.is_none() {
        let message = "fo without ruf: receivers ignore it";
        let finding = examination.tag(&rules::OPTIONS, record, fo, message);
        finding.at_most(Severity::Info).fix("Remove fo, or add ruf.");
    }
}

/// What is wrong with failure options, and what to do.
fn wrong_options(value: &[u8]) -> Option<(&'static str, &'static str)> {
    let mut seen = BTreeSet::new();
    if value.is_empty() {
        return Some((
            "it is empty",
            "Remove the empty fo=, or write 0, 1, d, s or d:s after it.",
        ));
    }
    for option in value.split(|octet| *octet == b':') {
        match option.trim_ascii().to_ascii_lowercase().as_slice() {
            [one @ (b'0' | b'1' | b'd' | b's')] if seen.insert(*one) => {}
            [b'0' | b'1' | b'd' | b's'] => {
                return Some(("an option stands there twice", "Write each option once."));
            }
            _ => return Some(("want 0, 1, d or s; the default counts", rules::OPTIONS.fix)),
        }
    }
    let both = seen.contains(&b'0') && seen.contains(&b'1');
    both.then_some(("0 and 1 exclude each other", "Keep one of 0 and 1."))
}

/// A finding about one URI of a record, which is marked.
pub(super) fn about_uri<'e>(
    examination: &'e mut Examination<'_>,
    rule: &'static Rule,
    record: &Record,
    tag: TagName,
    uri: &Uri,
    message: String,
) -> &'e mut Finding {
    // Of an empty URI the tag, or the comma before it, is marked.
    let mark = match uri.span.is_empty() {
        true => uri.span.start.saturating_sub(1)..uri.span.start,
        false => uri.span.clone(),
    };
    let finding = examination.whole(rule, record, message);
    finding.about(format!("{}={}", tag.as_str(), uri.text)).at(mark)
}

/// Each URI by itself.
fn uris(examination: &mut Examination<'_>, record: &Record, tag: TagName) {
    let name = tag.as_str();
    let separators = record.wrong_separators();
    let mut seen = BTreeSet::new();
    let mut broken = BTreeSet::new();
    for uri in record.uris(tag) {
        // A URI that took in what follows it: that a separator is wrong is said already.
        let misread = separators.iter().any(|one| {
            one.found.start <= uri.span.end
                && uri.span.start < one.after.end
                && uri.span.end > one.found.start
        });
        if let Some(problem) = uri.problem {
            if !misread && broken.insert(uri.text.clone()) {
                unusable(examination, record, tag, uri, problem);
            }
            continue;
        }
        let shown = &uri.text;
        if !uri.to_encode.is_empty() {
            let message = format!("{name}: {shown} holds {}", encoding(uri));
            about_uri(examination, &rules::NOT_ENCODED, record, tag, uri, message)
                .at_most(Severity::Warning)
                .fix(encoding_fix(record, uri));
        }
        if uri.scheme != "mailto" {
            let message = format!("{name}: most receivers ignore {shown}");
            let fix = match uri.meant() {
                Some(meant) => format!("Write {meant}."),
                None => rules::OTHER_SCHEME.fix.to_owned(),
            };
            about_uri(examination, &rules::OTHER_SCHEME, record, tag, uri, message).fix(fix);
        }
        if uri.size.is_some() {
            let message = format!("{name}: {shown} has a size limit, which RFC 9989 dropped");
            about_uri(examination, &rules::SIZE, record, tag, uri, message)
                .at_most(Severity::Warning)
                .fix(format!("Write {shown}, without what begins at the !."));
        }
        if let Some(meant) = uri.without_final_dot() {
            let message = format!("{name}: {shown} ends in a dot, which no address does");
            about_uri(examination, &rules::FINAL_DOT, record, tag, uri, message)
                .fix(format!("Write {meant}, without a dot at its end."));
        }
        if uri.scheme == "mailto" && uri.query {
            let message = format!("{name}: {shown} has header fields, which receivers ignore");
            about_uri(examination, &rules::QUERY, record, tag, uri, message);
        }
        if !seen.insert(uri.canonical.clone()) {
            let message = format!("{name}: {shown} stands there twice");
            about_uri(examination, &rules::TWICE, record, tag, uri, message);
        }
        if uri
            .host
            .as_ref()
            .is_some_and(|host| RETIRED.contains(&host.as_str()))
        {
            let message = format!("{name}: the service behind {shown} was closed; nobody reads its reports");
            about_uri(examination, &rules::RETIRED_SERVICE, record, tag, uri, message);
        }
    }
}

/// A URI that receivers skip, and the fix that fits its fault.
fn unusable(
    examination: &mut Examination<'_>,
    record: &Record,
    tag: TagName,
    uri: &Uri,
    problem: UriProblem,
) {
    let (name, shown) = (tag.as_str(), &uri.text);
    let encoded = matches!(problem, UriProblem::Character | UriProblem::Address) && !uri.to_encode.is_empty();
    let rule = match problem {
        UriProblem::NonAscii => &rules::NOT_ASCII,
        UriProblem::Size => &rules::SIZE,
        _ if encoded => &rules::NOT_ENCODED,
        _ => &rules::BARE_ADDRESS,
    };
    let what = match encoded {
        true => format!("holds {}", encoding(uri)),
        false => problem.as_str().to_owned(),
    };
    let alone = record.uris(tag).len() == 1;
    let fix = match (problem, uri.meant()) {
        (UriProblem::Empty, _) if alone => {
            format!("Remove the empty {name}=, or fill it: {name}=mailto: and an address.")
        }
        (UriProblem::Empty, _) => "Remove the comma that nothing stands beside.".to_owned(),
        (UriProblem::NonAscii, _) => rules::NOT_ASCII.fix.to_owned(),
        // A sentence's own dot would be read as the one that is too much.
        (_, Some(meant)) if shown.trim_end_matches(['>', '"', '\'', ' ']).ends_with('.') => {
            format!("Write {meant}, without a dot at its end.")
        }
        (_, Some(meant)) => format!("Write {meant}."),
        (UriProblem::Size, None) => rules::SIZE.fix.to_owned(),
        _ if encoded => encoding_fix(record, uri),
        (UriProblem::BareAddress, _) => rules::BARE_ADDRESS.fix.to_owned(),
        (UriProblem::Slashes, _) => "Remove the slashes after mailto:.".to_owned(),
        (UriProblem::Run, _) => "Write a comma between the addresses.".to_owned(),
        (UriProblem::NoScheme, _) => "Write a mailto: URI: mailto:, a name, @ and a domain.".to_owned(),
        _ => "Write one address after mailto:, a name, @ and a domain.".to_owned(),
    };
    let message = format!("{name}: \"{shown}\" {what}: receivers skip it");
    // Where nothing stands nothing is lost.
    let severity = match problem {
        UriProblem::Empty => Severity::Warning,
        _ => rule.severity,
    };
    about_uri(examination, rule, record, tag, uri, message)
        .at_most(severity)
        .fix(fix);
}

/// Whether a finding is about an address without scheme in a tag whose equals sign is wrong: the whole text that is said of
/// the sign holds the address as it must be.
pub(super) fn is_mended_with_its_tag(record: &Record, finding: &Finding) -> bool {
    if finding.rule != &rules::BARE_ADDRESS || dmarc::whole(&record.text).is_none() {
        return false;
    }
    let Some((_, address)) = finding
        .subject
        .as_deref()
        .and_then(|subject| subject.split_once('='))
    else {
        return false;
    };
    record.wrong_separators().iter().any(|one| {
        let behind = record.text.get(one.after.clone()).unwrap_or_default();
        one.belongs == Separator::Equals && presentation(behind).split(',').any(|each| each.trim() == address)
    })
}

/// The characters of a URI that must be %-encoded, each with how.
fn encoding(uri: &Uri) -> String {
    let named: Vec<String> = uri.to_encode.iter().map(|octet| character(*octet)).collect();
    match named.as_slice() {
        [one] => format!("{one}, which must be %-encoded in a report URI"),
        many => format!("{}, which must be %-encoded in a report URI", many.join(" and ")),
    }
}

/// How to write an address without the characters that have no place in it.
fn encoding_fix(record: &Record, uri: &Uri) -> String {
    let body = record.text.get(uri.span.clone()).unwrap_or_default();
    let at = body.iter().position(|octet| *octet == b'@').unwrap_or(body.len());
    let (local, host) = body.split_at_checked(at).unwrap_or((body, &[]));
    let fields = host.iter().position(|octet| *octet == b'?').unwrap_or(host.len());
    let (host, fields) = host.split_at_checked(fields).unwrap_or((host, &[]));
    let within = |part: &[u8]| -> Vec<u8> {
        uri.to_encode
            .iter()
            .copied()
            .filter(|octet| part.contains(octet))
            .collect()
    };
    let behind = within(host);
    if uri.scheme == "mailto" && !behind.is_empty() {
        let named: Vec<String> = behind.into_iter().map(character).collect();
        return format!(
            "Write a host name alone after the @: none holds {}.",
            named.join(" or ")
        );
    }
    if uri.scheme == "mailto" && !within(fields).is_empty() {
        return "Remove the question mark and what follows it: receivers make the message themselves."
            .to_owned();
    }
    let local = if uri.scheme == "mailto" { local } else { body };
    let pairs = within(local).into_iter().map(|octet| match octet {
        b' ' | b'\t' => format!(
            "no blank where none belongs to the mailbox's name, else {} as %{octet:02X}",
            character(octet)
        ),
        _ => format!("{} as %{octet:02X}", character(octet)),
    });
    format!("Write {}.", pairs.collect::<Vec<_>>().join(", "))
}

/// A character as people name it.
fn character(octet: u8) -> String {
    match octet {
        b' ' => "a blank".to_owned(),
        b'\t' => "a tab".to_owned(),
        other => presentation(&[other]),
    }
}
