//! Where reports go.

use std::collections::BTreeSet;

use super::Case;
use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata, Reply};
use crate::intent::Role;
use crate::judge::Finding;
use crate::judge::dmarc::reports::Destination;
use crate::judge::dmarc::walk::texts;
use crate::name::Name;
use crate::records::dmarc::{Likeness, Record, TagName, Uri, UriProblem, likeness};
use crate::records::presentation;
use crate::rules::{Rule, Severity, reporting as rules};

/// Report services that were closed: the domains of their addresses.
const RETIRED: &[&str] = &["dmarc.service.gov.uk"];

pub(super) fn check(case: &mut Case<'_>, inquiry: &mut Inquiry<'_>) {
    let discovery = case.discovery;
    if let Some(record) = discovery.own_record() {
        aggregate(case, record);
        failure(case, record);
        for tag in [TagName::Rua, TagName::Ruf] {
            uris(case, record, tag);
        }
    }
    for destination in &discovery.destinations {
        if discovery.is_inherited() {
            agreed_above(case, destination);
        } else if let Some(record) = discovery.own_record() {
            agreement(case, record, destination, inquiry);
            accepts_mail(case, record, destination, inquiry);
        }
    }
}

fn at(case: &mut Case<'_>, rule: &'static Rule, record: &Record, uri: &Uri, message: String) {
    let finding = case
        .finding(rule, message)
        .marking(&record.text, uri.span.clone(), "");
    case.say(finding);
}

/// rua as a whole.
fn aggregate(case: &mut Case<'_>, record: &Record) {
    if record.first(TagName::Rua).is_none() {
        // Who sends nothing loses less.
        let severity = if case.is_silent_by_role() {
            Severity::Info
        } else {
            Severity::Warning
        };
        let finding = case
            .finding(&rules::NO_REPORTS, "no rua: nobody gets aggregate reports")
            .milder(severity)
            .marking(&record.text, 0..record.text.len(), "no rua");
        case.say(finding);
    }
    let usable: Vec<Uri> = record
        .uris(TagName::Rua)
        .into_iter()
        .filter(|uri| uri.problem.is_none())
        .collect();
    if let Some(third) = usable.get(2) {
        let message = format!(
            "{} destinations: receivers of RFC 7489 may send to two only",
            usable.len()
        );
        at(case, &rules::MANY, record, third, message);
    }
}

/// ruf and fo.
fn failure(case: &mut Case<'_>, record: &Record) {
    let ruf = record.first(TagName::Ruf);
    if let Some(tag) = ruf
        && record.public_suffix() == Some(true)
    {
        case.tag(
            &rules::SUFFIX_FAILURE_REPORTS,
            record,
            tag,
            "ruf in a record with psd=y must not be used",
        );
    }
    for destination in case
        .discovery
        .destinations
        .iter()
        .filter(|one| one.tag == TagName::Ruf)
    {
        if case.discovery.is_inherited() {
            break;
        }
        let (severity, leaves) = match destination.external {
            Some(true) => (Severity::Warning, "to another organization"),
            _ => (Severity::Info, "within the organization"),
        };
        let message = format!(
            "failure reports go {leaves}, to {}: they can hold parts of messages",
            destination.host
        );
        let finding = case
            .finding(&rules::FAILURE_REPORTS, message)
            .milder(severity)
            .marking(&record.text, destination.uri.span.clone(), "");
        case.say(finding);
    }
    let Some(fo) = record.first(TagName::Fo) else {
        return;
    };
    if let Some(why) = wrong_options(record.value(fo)) {
        let shown = presentation(record.value(fo));
        case.tag(&rules::OPTIONS, record, fo, format!("fo is \"{shown}\": {why}"));
    } else if ruf.is_none() {
        let finding = case
            .finding(&rules::OPTIONS, "fo without ruf: receivers ignore it")
            .milder(Severity::Info)
            .marking(&record.text, fo.span.clone(), "");
        case.say(finding);
    }
}

fn wrong_options(value: &[u8]) -> Option<&'static str> {
    let mut seen = BTreeSet::new();
    for option in value.split(|octet| *octet == b':') {
        match option.trim_ascii().to_ascii_lowercase().as_slice() {
            [one @ (b'0' | b'1' | b'd' | b's')] if seen.insert(*one) => {}
            [b'0' | b'1' | b'd' | b's'] => return Some("an option stands there twice"),
            _ => return Some("want 0, 1, d or s; the default counts"),
        }
    }
    let both = seen.contains(&b'0') && seen.contains(&b'1');
    both.then_some("0 and 1 exclude each other")
}

/// Each URI by itself.
fn uris(case: &mut Case<'_>, record: &Record, tag: TagName) {
    let name = tag.as_str();
    let mut seen = BTreeSet::new();
    for uri in record.uris(tag) {
        let shown = &uri.text;
        if let Some(problem) = uri.problem {
            let rule = match problem {
                UriProblem::NonAscii => &rules::NOT_ASCII,
                UriProblem::Character => &rules::NOT_ENCODED,
                _ => &rules::BARE_ADDRESS,
            };
            let message = format!("{name}: \"{shown}\" {}: receivers skip it", problem.as_str());
            at(case, rule, record, &uri, message);
            continue;
        }
        if uri.scheme != "mailto" {
            at(
                case,
                &rules::OTHER_SCHEME,
                record,
                &uri,
                format!("{name}: most receivers ignore {shown}"),
            );
        }
        if uri.size.is_some() {
            let message = format!("{name}: {shown} has a size limit, which RFC 9989 dropped");
            at(case, &rules::SIZE, record, &uri, message);
        }
        if uri.scheme == "mailto" && uri.query {
            let message = format!("{name}: {shown} has header fields, which receivers ignore");
            at(case, &rules::QUERY, record, &uri, message);
        }
        if !seen.insert(uri.canonical.clone()) {
            at(
                case,
                &rules::TWICE,
                record,
                &uri,
                format!("{name}: {shown} stands there twice"),
            );
        }
        let retired = uri
            .host
            .as_ref()
            .is_some_and(|host| RETIRED.contains(&host.as_str()));
        if retired {
            let message = format!("{name}: the service behind {shown} was closed; nobody reads its reports");
            at(case, &rules::RETIRED_SERVICE, record, &uri, message);
        }
    }
}

/// An inherited record's destination: only what this domain's owner might think is missing here.
fn agreed_above(case: &mut Case<'_>, destination: &Destination) {
    let (Some(false), Some(ask), Some(place)) = (
        destination.authorized,
        &destination.ask,
        &case.discovery.policy_domain,
    ) else {
        return;
    };
    let message = format!(
        "the inherited record's {} do not arrive at {}: it would have to agree at {ask}, for {place}, not for {}",
        reports_of(destination.tag),
        destination.host,
        case.intent.domain
    );
    let finding = case.finding(&rules::AGREED_ABOVE, message);
    case.say(finding);
}

fn reports_of(tag: TagName) -> &'static str {
    if tag == TagName::Ruf {
        "failure reports"
    } else {
        "aggregate reports"
    }
}

/// Whether the other side agrees, and how.
fn agreement(case: &mut Case<'_>, record: &Record, destination: &Destination, inquiry: &mut Inquiry<'_>) {
    let (host, uri) = (&destination.host, &destination.uri);
    if destination.too_long {
        let message = format!("the name at which {host} would have to agree is longer than 255 octets");
        at(case, &rules::AGREEMENT_TOO_LONG, record, uri, message);
    }
    let Some(ask) = &destination.ask else { return };
    let wildcard = || host.prepend("*._report._dmarc").ok();
    let agrees = destination.agreements().next().is_some();
    match (destination.authorized, agrees) {
        (Some(false), false) => {
            let hidden = wildcard().is_some_and(|wildcard| has_agreement(&wildcard, inquiry));
            let (rule, why) = if hidden {
                (
                    &rules::WILDCARD_HIDDEN,
                    "a wildcard there does not reach it, for a closer name exists",
                )
            } else {
                (&rules::NOT_AUTHORIZED, "found no DMARC record there")
            };
            let publish = destination.publish().unwrap_or_default();
            let message = format!("{host} does not agree to get reports: want v=DMARC1; at {ask}, {why}");
            let finding = case
                .finding(rule, message)
                .with_fix(format!("Ask the owner of {host} to publish: {publish}"))
                .marking(&record.text, uri.span.clone(), "not agreed");
            case.say(finding);
        }
        (Some(true), true) if wildcard().is_some_and(|wildcard| has_agreement(&wildcard, inquiry)) => {
            let message = format!("{host} agrees to reports about every domain");
            at(case, &rules::AGREES_TO_ALL, record, uri, message);
        }
        _ => {}
    }
    let found: Vec<Record> = destination.agreements().collect();
    let theirs = |case: &Case<'_>, rule, text: &[u8], message: String| {
        Finding::new(rule, case.managed, ask.clone(), message).marking(text, 0..text.len(), "")
    };
    if !found.is_empty() && destination.texts.len() > 1 {
        let message = format!(
            "{} TXT records at {ask}: older receivers may want exactly one",
            destination.texts.len()
        );
        let finding = Finding::new(&rules::AGREEMENT_COMPANY, case.managed, ask.clone(), message);
        case.say(finding);
    }
    for one in &found {
        if !one.text.contains(&b';') {
            let message =
                "the agreement has no semicolon: some receivers of RFC 7489 do not take it".to_owned();
            let finding = theirs(case, &rules::AGREEMENT_SEMICOLON, &one.text, message);
            case.say(finding);
        }
        if let Some(p) = one.first(TagName::P) {
            let message = "a policy means nothing in an agreement".to_owned();
            let finding = theirs(case, &rules::AGREEMENT_POLICY, &one.text, message);
            case.say(finding.marking(&one.text, p.span.clone(), ""));
        }
        let elsewhere = one
            .uris(destination.tag)
            .into_iter()
            .find(|uri| uri.problem.is_none() && uri.host.as_ref() != Some(host));
        if let Some(elsewhere) = elsewhere {
            let message = format!(
                "{host} wants reports at {} instead, which is another host: receivers send to neither",
                elsewhere.text
            );
            let finding = theirs(case, &rules::OVERRIDE_ELSEWHERE, &one.text, message);
            case.say(finding.marking(&one.text, elsewhere.span, ""));
        }
    }
}

fn has_agreement(name: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let reply = inquiry.ask(Question::new(name.clone(), Kind::Txt), Need::Evidence);
    texts(reply).iter().any(|text| likeness(text) == Likeness::Dmarc)
}

/// Whether the destination can get mail at all.
fn accepts_mail(case: &mut Case<'_>, record: &Record, destination: &Destination, inquiry: &mut Inquiry<'_>) {
    if destination.uri.scheme != "mailto" {
        return;
    }
    let (host, uri) = (&destination.host, &destination.uri);
    let null_mx = |records: &[Rdata]| {
        records
            .iter()
            .any(|record| matches!(record, Rdata::Mx { exchange, .. } if exchange.is_root()))
    };
    let mut ask = |kind| inquiry.ask(Question::new(host.clone(), kind), Need::Evidence);
    let mx = ask(Kind::Mx);
    let refuses = mx.records().is_some_and(null_mx);
    if *host == case.intent.domain && (refuses || case.intent.role == Some(Role::Parked)) {
        let message = format!("reports go to {host} itself, which accepts no mail");
        return at(case, &rules::OWN_NULL_MX, record, uri, message);
    }
    let nowhere = match mx {
        Reply::NxDomain(_) => true,
        Reply::NoData(_) => [Kind::A, Kind::Aaaa]
            .into_iter()
            .all(|kind| matches!(ask(kind), Reply::NoData(_) | Reply::NxDomain(_))),
        _ => false,
    };
    if refuses || nowhere {
        let why = if refuses {
            "it has a null MX"
        } else {
            "it has neither MX nor address"
        };
        let message = format!("{host} accepts no mail: {why}");
        at(case, &rules::NO_MAIL_THERE, record, uri, message);
    }
}
