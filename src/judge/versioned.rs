//! Records of a version and fields where one is looked for: which texts count, and what is said where not exactly one
//! does. MTA-STS and TLS-RPT share it (RFC 8461 3.1, RFC 8460 3).

use super::basis::{Basis, Judged, UsableAnswer};
use super::mx::hosts_of;
use super::{Findings, State, Topic, dns};
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::name::Name;
use crate::records::fields::Likeness;
use crate::records::{Comparison, presentation};
use crate::rules::{Rule, Severity};

/// The texts of one standard at its name.
pub(super) struct Versioned {
    /// Those senders take for records.
    pub(super) records: Vec<Vec<u8>>,
    /// Those that were meant as one, each with why it is none.
    pub(super) misses: Vec<(Vec<u8>, &'static str)>,
}

impl Versioned {
    /// Sorts the texts of an answer; what belongs to another standard is left out.
    pub(super) fn of(seen: &UsableAnswer<'_>, likeness: fn(&[u8]) -> Likeness) -> Self {
        let mut found = Self {
            records: Vec::new(),
            misses: Vec::new(),
        };
        for text in seen.texts() {
            match likeness(&text) {
                Likeness::Record => found.records.push(text),
                Likeness::NearMiss(why) => found.misses.push((text, why)),
                Likeness::Other => {}
            }
        }
        found
    }

    /// The record that counts: the only one.
    pub(super) fn one(&self) -> Option<&Vec<u8>> {
        match self.records.as_slice() {
            [record] => Some(record),
            _ => None,
        }
    }

    /// Says that texts were meant as records and are none, or that there are several; both of `what`. A miss beside a
    /// record that counts harms nobody.
    pub(super) fn say(
        &self,
        what: &str,
        (miss, several): (&'static Rule, &'static Rule),
        topic: &Topic,
        findings: &mut Findings,
    ) {
        for (text, why) in &self.misses {
            let message = format!("want {what}, found a text that senders do not take for one: it {why}");
            let said = findings.say(miss, &topic.text(text), message);
            said.about(presentation(text));
            if self.one().is_some() {
                said.at_most(Severity::Warning)
                    .fix("Remove the text: the record beside it is the one that counts.");
            }
        }
        if self.records.len() > 1 {
            let message = format!(
                "want one, found {} of {what}: senders discard all of them",
                self.records.len()
            );
            findings.say(several, topic, message);
        }
    }
}

/// The nearest name above a domain that takes mail, within who registered it, at which a record of these labels stands: nobody
/// looks for one there. Advice hangs on it and nothing else. Of a domain that takes no mail nothing is asked above it.
pub(super) fn above(
    domain: &Name,
    labels: &str,
    has_record: fn(&UsableAnswer<'_>) -> bool,
    inquiry: &mut Inquiry<'_>,
) -> Option<Name> {
    let registered = dns::registrable(domain);
    // A domain right below a registry has nobody above who could have one.
    let is_within = |at: &Name| at.is_at_or_below(&registered);
    let mut at = domain.parent().filter(is_within)?;
    let exchanges = inquiry.ask(Dns::new(domain.clone(), Kind::Mx), Need::Detail);
    if hosts_of(&UsableAnswer::from_reply(exchanges)?).is_empty() {
        return None;
    }
    for _ in 0..MAX_ABOVE {
        let question = Dns::new(at.prepend(labels).ok()?, Kind::Txt);
        let seen = UsableAnswer::from_reply(inquiry.ask(question, Need::Detail))?;
        if has_record(&seen) {
            return Some(at);
        }
        at = at.parent().filter(is_within)?;
    }
    None
}

/// At most so many names above a domain are looked at.
const MAX_ABOVE: usize = 3;

/// The state of a wanted record of `what` at `name`; `None` where it is not known.
pub(super) fn state(
    what: &str,
    name: &Name,
    likeness: fn(&[u8]) -> Likeness,
    compare: impl FnOnce(&[u8]) -> Comparison,
    basis: &mut Basis,
    inquiry: &mut Inquiry<'_>,
) -> Option<Judged> {
    let seen = basis.ask(inquiry, name, Kind::Txt)?;
    let found = Versioned::of(&seen, likeness);
    let aliases = seen.chain.iter().map(|target| format!("CNAME {target}"));
    let misses = found.misses.iter().map(|(text, _)| text);
    let texts = found.records.iter().chain(misses).map(|text| presentation(text));
    let observed = aliases.chain(texts).collect();
    let (state, differences) = match found.records.as_slice() {
        [] => {
            let miss = found.misses.first().map(|(_, why)| {
                format!("want {what}, found a text that senders do not take for one: it {why}")
            });
            (State::Missing, miss.into_iter().collect())
        }
        [record] => {
            let differences = compare(record).differences;
            let state = match differences.is_empty() {
                true => State::InSync,
                false => State::Drifted,
            };
            (state, differences)
        }
        many => {
            let difference = format!(
                "records: want 1, found {}: senders discard all of them",
                many.len()
            );
            (State::Drifted, vec![difference])
        }
    };
    Some(Judged {
        state,
        observed,
        differences,
    })
}
