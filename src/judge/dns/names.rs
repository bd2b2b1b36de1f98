//! The rules about names and answers: aliases, sizes, TTLs, names entered twice, wildcards, denied parents.

use super::places::Owner;
use super::text::bad_a_labels_of;
use crate::inquiry::{Inquiry, Kind, Rdata};
use crate::intent::{Intent, What};
use crate::judge::basis::{UsableAnswer, evidence};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::{Standard, is_meant, presentation};
use crate::rules::Severity;
use crate::rules::dns as rules;

/// At most this many names are looked up a second time, with the domain appended again.
const MAX_DOUBLED: usize = 4;

/// At most this many mail hosts are looked at for a gap in a wildcard.
const MAX_HOSTS: usize = 4;

/// What is wrong with the answer at one place.
pub(super) fn check(place: &Owner<'_>, findings: &mut Findings) {
    let Some(seen) = &place.seen else { return };
    let topic = Topic::new(Site::rrset(place.name.clone(), Kind::Txt), place.managed);
    if let Some(target) = seen.chain.first()
        && !place.probed
    {
        let message = format!("TXT cannot be placed here; target {target}");
        let said = findings.say(&rules::CNAME, &topic, message);
        said.about(target.to_string());
        if !place.managed && place.standard != Standard::Spf {
            said.at_most(Severity::Info);
        }
    }
    let size = answer_size(&place.name, seen);
    if size > 1232 {
        let message = format!("want an answer of at most 1232 octets, found about {size}");
        findings.say(&rules::OVERSIZED, &topic, message);
    } else if size > 512 && place.standard != Standard::Dkim {
        let message = format!("want an answer of at most 512 octets, found about {size}");
        findings.say(&rules::LARGE, &topic, message);
    }
    let ttl = seen.fact.ttl();
    if ttl > 86_400 && !place.texts().is_empty() {
        let message = format!("want a TTL of at most 86400 s, found {ttl}");
        findings.say(&rules::TTL, &topic, message);
    }
}

/// What the places show together.
pub(super) fn together(
    intent: &Intent,
    places: &[Owner<'_>],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let domain = &intent.domain;
    let topic = Topic::new(Site::rrset(domain.clone(), Kind::Txt), !intent.wanted.is_empty());
    if domain.as_str().contains('_') {
        let message = format!("want letters, digits and hyphens in a mail domain, found {domain}");
        findings.say(&rules::UNDERSCORE, &topic, message);
    }
    for label in bad_a_labels_of(domain) {
        let message = format!("want a valid A-label, found {label}");
        findings.say(&rules::A_LABEL, &topic, message).about(label);
    }
    denied(domain, places, findings);
    doubled(intent, places, inquiry, findings);
    wildcard(intent, places, inquiry, findings);
    gaps(intent, inquiry, findings);
}

/// The domain is said not to exist, but something below it does.
fn denied(domain: &Name, places: &[Owner<'_>], findings: &mut Findings) {
    let apex = places
        .iter()
        .find(|place| place.name == *domain)
        .and_then(|place| place.seen);
    if !apex.is_some_and(|seen| seen.nxdomain && seen.chain.is_empty()) {
        return;
    }
    let exists = |place: &&Owner<'_>| {
        place
            .seen
            .is_some_and(|seen| !seen.records.is_empty() || !seen.chain.is_empty())
    };
    if let Some(below) = places.iter().find(exists) {
        let message = format!(
            "want NOERROR for {domain}, found NXDOMAIN although {} exists",
            below.name
        );
        let topic = Topic::new(Site::rrset(domain.clone(), Kind::Txt), below.managed);
        findings.say(&rules::DENIED_PARENT, &topic, message);
    }
}

/// Nothing at the right name, and the record where a form has appended the domain once more. Of selectors nobody has to
/// publish it is looked for at those somebody named, and where nothing else is in the way at the right name.
fn doubled(intent: &Intent, places: &[Owner<'_>], inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    let is_named = |name: &Name| intent.asked.names().any(|named| named == name);
    let missed = |place: &Owner<'_>| {
        let is_bare = place.seen.is_some_and(|seen| seen.records.is_empty());
        place.expected || (is_bare && place.standard == Standard::Dkim && is_named(&place.name))
    };
    let vacant = places
        .iter()
        .filter(|place| place.is_vacant() && missed(place) && !place.name.as_str().starts_with('*'));
    for place in vacant.take(MAX_DOUBLED) {
        let Ok(wrong) = domain.prepend(place.name.as_str()) else {
            continue;
        };
        let Some(seen) = evidence(inquiry, &wrong, Kind::Txt) else {
            continue;
        };
        let texts = seen.texts();
        let Some(text) = texts.iter().find(|text| is_meant(place.standard, text)) else {
            continue;
        };
        if of_wildcard(domain, text, inquiry) != Some(false) {
            continue;
        }
        let message = format!("want the record at {}, found it at {wrong}", place.name);
        let topic = Topic::new(Site::rrset(place.name.clone(), Kind::Txt), place.managed).text(text);
        let said = findings.say(&rules::NAME_TWICE, &topic, message);
        said.about(wrong.to_string()).label("one level too deep");
    }
}

/// Text of a wildcard where records of another standard are looked for.
fn wildcard(intent: &Intent, places: &[Owner<'_>], inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    let mut answers: Vec<(Name, Standard, UsableAnswer<'_>)> = places
        .iter()
        .filter(|place| place.standard == Standard::Dmarc)
        .filter_map(|place| Some((place.name.clone(), place.standard, place.seen?)))
        .collect();
    if (intent.role.is_none() || intent.manages(Standard::Dkim))
        && let Ok(node) = domain.prepend("_domainkey")
        && let Some(seen) = evidence(inquiry, &node, Kind::Txt)
    {
        answers.push((node, Standard::Dkim, seen));
    }
    for (name, standard, seen) in answers {
        let texts = seen.texts();
        let Some(text) = texts.iter().find(|text| !is_meant(standard, text)) else {
            continue;
        };
        if of_wildcard(domain, text, inquiry) != Some(true) {
            continue;
        }
        let shown = presentation(text.get(..40).unwrap_or(text));
        let message =
            format!("want a {standard} record or none at {name}, found the wildcard's text: {shown}");
        let topic = Topic::new(Site::rrset(name, Kind::Txt), intent.manages(standard)).text(text);
        let said = findings.say(&rules::WILDCARD_TEXT, &topic, message);
        said.about(standard.as_str()).label("of the wildcard");
        // SPF behind a wildcard is what parked domains are told to publish.
        if is_meant(Standard::Spf, text) {
            said.at_most(Severity::Info);
        }
    }
}

/// Whether the wildcard below the domain answers with this text; `None` when that is not known.
fn of_wildcard(domain: &Name, text: &[u8], inquiry: &mut Inquiry<'_>) -> Option<bool> {
    let wildcard = domain.prepend("*").ok()?;
    let seen = evidence(inquiry, &wildcard, Kind::Txt)?;
    Some(seen.texts().iter().any(|one| one == text))
}

/// SPF behind a wildcard, and mail hosts it does not cover because they exist.
fn gaps(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(wildcard) = intent.domain.prepend("*") else {
        return;
    };
    let wants_spf = |name: &Name| {
        intent
            .wanted
            .iter()
            .any(|wanted| wanted.name == *name && matches!(wanted.what, What::Spf(_)))
    };
    if !wants_spf(&wildcard) {
        return;
    }
    let Some(seen) = evidence(inquiry, &intent.domain, Kind::Mx) else {
        return;
    };
    let hosts = seen.records.iter().filter_map(|rdata| match rdata {
        Rdata::Mx { exchange, .. } => Some(exchange),
        _ => None,
    });
    let below = |host: &&Name| host.is_at_or_below(&intent.domain) && **host != intent.domain;
    for host in hosts.filter(below).take(MAX_HOSTS) {
        let Some(seen) = evidence(inquiry, host, Kind::Txt) else {
            continue;
        };
        let covered = seen.texts().iter().any(|text| is_meant(Standard::Spf, text));
        if !covered && !seen.nxdomain {
            let message =
                format!("the wildcard's SPF does not cover {host}, which exists and has none of its own");
            let topic = Topic::new(Site::rrset(host.clone(), Kind::Txt), true);
            findings.say(&rules::WILDCARD_GAP, &topic, message);
        }
    }
}

/// The size of the answer, names compressed (RFC 1035 4.1.4).
fn answer_size(name: &Name, seen: &UsableAnswer<'_>) -> usize {
    let aliases: usize = seen.chain.iter().map(|target| 12 + target.wire_len()).sum();
    let records: usize = seen
        .records
        .iter()
        .map(|rdata| match rdata {
            Rdata::Txt(txt) => 12 + txt.strings.iter().map(|string| 1 + string.len()).sum::<usize>(),
            _ => 12,
        })
        .sum();
    12 + name.wire_len() + 4 + aliases + records
}
