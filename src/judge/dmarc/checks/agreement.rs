//! Whether those to whom reports go agree to get them (RFC 9990 4), and can get mail at all.

use super::Examination;
use super::reports::about_uri;
use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Rdata, Reply};
use crate::intent::Role;
use crate::judge::dmarc::reports::Destination;
use crate::judge::dmarc::walk::texts;
use crate::judge::{Site, Topic};
use crate::name::Name;
use crate::records::dmarc::{Likeness, Record, TagName, likeness};
use crate::records::presentation;
use crate::rules::reporting as rules;

pub(super) fn check(examination: &mut Examination<'_>, inquiry: &mut Inquiry<'_>) {
    let discovery = examination.discovery.clone();
    for destination in &discovery.destinations {
        if discovery.is_inherited() {
            agreed_above(examination, destination);
        } else if let Some(record) = discovery.own_record() {
            // Who accepts no mail need not agree to get any.
            if accepts_mail(examination, record, destination, inquiry) {
                agreement(examination, record, destination, inquiry);
            }
        }
    }
}

/// An inherited record's destination: only what this domain's owner might think is missing here.
fn agreed_above(examination: &mut Examination<'_>, destination: &Destination) {
    let discovery = examination.discovery.clone();
    let (Some(false), Some(ask), Some(place)) =
        (destination.authorized, &destination.ask, &discovery.policy_domain)
    else {
        return;
    };
    if destination.missing {
        return; // Nobody there could agree: the record's owner is told to correct the address.
    }
    let message = format!(
        "the inherited record's {} do not arrive at {}: it would have to agree at {ask}, for {place}, not for {}",
        reports_of(destination.tag),
        destination.host,
        examination.intent.domain
    );
    let subject = format!("{}={}", destination.tag.as_str(), destination.uri.text);
    examination.say(&rules::AGREED_ABOVE, message).about(subject);
}

fn reports_of(tag: TagName) -> &'static str {
    if tag == TagName::Ruf {
        "failure reports"
    } else {
        "aggregate reports"
    }
}

/// Whether the other side agrees, and how.
fn agreement(
    examination: &mut Examination<'_>,
    record: &Record,
    destination: &Destination,
    inquiry: &mut Inquiry<'_>,
) {
    let (host, uri, tag) = (&destination.host, &destination.uri, destination.tag);
    if destination.too_long {
        let message = format!("the name at which {host} would have to agree is longer than 255 octets");
        about_uri(examination, &rules::AGREEMENT_TOO_LONG, record, tag, uri, message);
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
            about_uri(examination, rule, record, tag, uri, message)
                .label("not agreed")
                .fix(format!("Ask the owner of {host} to publish: {publish}"));
        }
        (Some(true), true) if wildcard().is_some_and(|wildcard| has_agreement(&wildcard, inquiry)) => {
            let message = format!("{host} agrees to reports about every domain");
            about_uri(examination, &rules::AGREES_TO_ALL, record, tag, uri, message);
        }
        _ => {}
    }
    theirs(examination, destination, ask);
}

/// What is wrong with the agreement itself, which is the destination's to mend.
fn theirs(examination: &mut Examination<'_>, destination: &Destination, ask: &Name) {
    let host = &destination.host;
    let topic = Topic::new(Site::rrset(ask.clone(), Kind::Txt), examination.topic.managed);
    let found: Vec<Record> = destination.agreements().collect();
    if !found.is_empty() && destination.texts.len() > 1 {
        let message = format!(
            "{} TXT records at {ask}: older receivers may want exactly one",
            destination.texts.len()
        );
        examination
            .findings
            .say(&rules::AGREEMENT_COMPANY, &topic, message);
    }
    for one in &found {
        let topic = topic.text(&one.text);
        // Of several agreements each is named by its text.
        let subject = (found.len() > 1).then(|| presentation(&one.text));
        if !one.text.contains(&b';') {
            let message = "the agreement has no semicolon: some receivers of RFC 7489 do not take it";
            let finding = examination
                .findings
                .say(&rules::AGREEMENT_SEMICOLON, &topic, message);
            finding.subject = subject.clone();
        }
        if let Some(p) = one.first(TagName::P) {
            let message = "a policy means nothing in an agreement";
            let finding = examination
                .findings
                .say(&rules::AGREEMENT_POLICY, &topic, message);
            finding.at(p.span.clone()).subject = subject.clone();
        }
        let elsewhere = one
            .uris(destination.tag)
            .iter()
            .find(|uri| uri.problem.is_none() && uri.host.as_ref() != Some(host));
        if let Some(elsewhere) = elsewhere {
            let message = format!(
                "{host} wants reports at {} instead, which is another host: receivers send to neither",
                elsewhere.text
            );
            let finding = examination
                .findings
                .say(&rules::OVERRIDE_ELSEWHERE, &topic, message);
            finding.about(&elsewhere.text).at(elsewhere.span.clone());
        }
    }
}

fn has_agreement(name: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let reply = inquiry.ask(Dns::new(name.clone(), Kind::Txt), Need::Evidence);
    texts(reply).iter().any(|text| likeness(text) == Likeness::Dmarc)
}

/// Whether the destination can get mail at all, as far as known.
fn accepts_mail(
    examination: &mut Examination<'_>,
    record: &Record,
    destination: &Destination,
    inquiry: &mut Inquiry<'_>,
) -> bool {
    let (host, uri, tag) = (&destination.host, &destination.uri, destination.tag);
    if destination.uri.scheme != "mailto" {
        if destination.missing {
            does_not_exist(examination, record, destination);
        }
        return !destination.missing;
    }
    let null_mx = |records: &[Rdata]| {
        records
            .iter()
            .any(|record| matches!(record, Rdata::Mx { exchange, .. } if exchange.is_root()))
    };
    let mut ask = |kind| inquiry.ask(Dns::new(host.clone(), kind), Need::Evidence);
    let mx = ask(Kind::Mx);
    let refuses = mx.records().is_some_and(null_mx);
    if *host == examination.intent.domain && (refuses || examination.intent.role == Some(Role::Parked)) {
        let message = format!("reports go to {host} itself, which accepts no mail");
        about_uri(examination, &rules::OWN_NULL_MX, record, tag, uri, message);
        return false;
    }
    let nowhere = match mx {
        Reply::Answered(Answer::NxDomain, fact) if fact.chain().is_empty() => {
            does_not_exist(examination, record, destination);
            return false;
        }
        Reply::Answered(Answer::NxDomain, _) => true,
        Reply::Answered(Answer::NoData, _) => [Kind::A, Kind::Aaaa]
            .into_iter()
            .all(|kind| matches!(ask(kind), Reply::Answered(Answer::NoData | Answer::NxDomain, _))),
        _ => false,
    };
    if refuses || nowhere {
        let why = if refuses {
            "it has a null MX"
        } else {
            "it has neither MX nor address"
        };
        let message = format!("{host} accepts no mail: {why}");
        about_uri(examination, &rules::NO_MAIL_THERE, record, tag, uri, message);
    }
    !refuses && !nowhere
}

/// The destination's host is no name at all: a slip in the address, mostly.
fn does_not_exist(examination: &mut Examination<'_>, record: &Record, destination: &Destination) {
    let (host, uri, tag) = (&destination.host, &destination.uri, destination.tag);
    let message = format!("{host} does not exist (NXDOMAIN): no report can arrive there");
    about_uri(examination, &rules::NO_MAIL_THERE, record, tag, uri, message)
        .label("does not exist")
        .fix(format!(
            "Correct the address: write a domain that exists and accepts mail instead of {host}."
        ));
}
