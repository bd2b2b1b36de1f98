//! What all TXT-based standards share: names, strings, aliases, sizes (RFC 1034, RFC 1035, RFC 2181, RFC 4592).
//!
//! Looks where the other standards look, at the same questions, and says what spoils records of every kind: a name
//! that cannot hold TXT, a value with quotes in it, a wildcard that answers for everybody. Files: `places` (what is
//! looked at), `text` (the values), `names` (the names and their answers), `beside` (a CNAME beside data),
//! `cause` (the wildcard behind an Error that another room found). It looks last, so that it need not say again what
//! others have said.

mod beside;
mod cause;
mod names;
mod places;
mod text;

use super::basis::UsableAnswer;
use super::{Findings, Site, Topic};
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::intent::Intent;
use crate::name::Name;
use crate::records::Standard;
use crate::rules::dns as rules;

/// What is wrong with the names and values themselves.
pub(super) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let places = places::all(intent, inquiry);
    // They ask nothing, and while a question is open whatever is found is thrown away.
    if !inquiry.has_open() {
        for place in &places {
            text::check(place, findings);
            names::check(place, findings);
        }
    }
    beside::check(intent, &places, inquiry, findings);
    names::together(intent, &places, inquiry, findings);
    of_the_spec(intent, findings);
    cause::check(intent, inquiry, findings);
}

/// What the spec alone shows: records that exclude each other.
fn of_the_spec(intent: &Intent, findings: &mut Findings) {
    for (index, wanted) in intent.wanted.iter().enumerate() {
        for earlier in intent
            .wanted
            .iter()
            .take(index)
            .filter(|earlier| earlier.name == wanted.name)
        {
            let kinds = [wanted.kind, earlier.kind];
            let standards = [wanted.standard(), earlier.standard()];
            let alone = kinds.contains(&Kind::Cname);
            let same =
                kinds[0] == kinds[1] && (standards[0] == standards[1] || standards.contains(&Standard::Dkim));
            if alone || same {
                let message = format!(
                    "{} wants {} here and {} wants {}: both cannot be",
                    earlier.path, kinds[1], wanted.path, kinds[0]
                );
                let topic = Topic::new(Site::rrset(wanted.name.clone(), wanted.kind), true);
                findings
                    .say(&rules::CONFLICT, &topic, message)
                    .about(format!("{} {}", earlier.path, wanted.path));
            }
        }
    }
}

/// The registrable domain above a target that does not exist, where nobody has it: anyone may take it. An Error hangs
/// on it, whoever asks.
pub(super) fn gone(target: &Name, inquiry: &mut Inquiry<'_>) -> Option<Name> {
    let domain = registrable(target);
    // What no registry takes, nobody can register: `foo@bar`, `_spf`.
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    if !domain.label_texts().next()?.bytes().all(plain) {
        return None;
    }
    let question = Dns::new(domain.clone(), Kind::Soa);
    let seen = UsableAnswer::from_reply(inquiry.ask(question, Need::Compliance))?;
    (seen.nxdomain && seen.chain.is_empty()).then_some(domain)
}

/// The name one level below the public suffix, by the embedded list; private suffixes (`github.io`) count, for below
/// them too anybody may take a name.
pub(super) fn registrable(name: &Name) -> Name {
    let plain = |label: &Vec<u8>| label.iter().all(|octet| !matches!(octet, b'.' | b'\\'));
    let text = name.as_str();
    // The text splits into labels only where no label holds a dot itself, and without a backslash none does.
    let splits = || !text.contains('\\') || name.labels().iter().all(plain);
    match psl::domain_str(text) {
        Some(domain) if splits() => domain.parse().unwrap_or_else(|_| name.suffix(2)),
        _ => name.suffix(2),
    }
}
