//! What is published for SPF at a name (RFC 7208 4.4, 4.5): its TXT values, sorted and parsed once an answer.
//!
//! Whoever needs SPF's values reads them here: the state of a record, an evaluation, the tree, the rules, and the rooms
//! of other standards. So there is one parser, one idea of what is a record and what was only meant as one. What was read
//! stays with the answer, so that a provider's record, which thousands of domains include, is parsed once for all.

use std::sync::{Arc, OnceLock};

use super::evaluation::NearMissText;
use super::policy::{Policy, is_address, name_of};
use crate::inquiry::{Answer, Dns, Fact, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Likeness, NearMiss, Record, likeness};

/// What a TXT question about SPF brought.
#[derive(Debug, Clone, Copy)]
pub enum Published<'f> {
    /// Not answered yet.
    Open,
    /// No usable answer.
    Unanswered(Trouble),
    /// An answer: what was read of it stands beside it.
    Values(&'f Values),
}

/// The TXT values at a name, sorted by what they are to SPF.
#[derive(Debug)]
pub struct Values {
    /// The SPF records, parsed; receivers want exactly one.
    pub records: Vec<Arc<Record>>,
    /// What was meant as one and is none.
    pub near_misses: Vec<Meant>,
    /// Every other value, joined.
    pub others: Vec<Vec<u8>>,
    /// Whether the name itself does not exist.
    pub nxdomain: bool,
    /// The CNAME targets followed, in order.
    pub chain: Box<[Name]>,
    /// The one record as an evaluation walks it, where one was evaluated.
    policy: OnceLock<Option<Policy>>,
}

/// A text that was meant as a record, and why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The value, joined, octets as they came.
    pub text: Vec<u8>,
    /// What is wrong with it.
    pub miss: NearMiss,
}

/// Asks for the TXT values at `name`. What they hold is read once, whoever asks, for whichever domain.
pub fn gather<'f>(inquiry: &mut Inquiry<'f>, name: &Name, need: Need) -> Published<'f> {
    published(inquiry, &Dns::new(name.clone(), Kind::Txt), need)
}

/// The same by the question.
pub(super) fn published<'f>(inquiry: &mut Inquiry<'f>, question: &Dns, need: Need) -> Published<'f> {
    match inquiry.ask_about(question, need) {
        Reply::Open => Published::Open,
        Reply::Unanswered(trouble) => Published::Unanswered(trouble),
        Reply::Answered(_, fact) => Published::Values(Values::read(fact)),
    }
}

fn joined(record: &Rdata) -> Option<Vec<u8>> {
    match record {
        Rdata::Txt(txt) => Some(txt.joined()),
        _ => None,
    }
}

impl<'f> Published<'f> {
    /// The values, where there was a usable answer.
    pub fn values(self) -> Option<&'f Values> {
        match self {
            Self::Values(values) => Some(values),
            Self::Open | Self::Unanswered(_) => None,
        }
    }

    /// The one record receivers evaluate: none where there are several, or where nobody can read it (permerror).
    pub fn evaluated(self) -> Option<&'f Record> {
        self.values()?.only().filter(|record| record.is_valid())
    }
}

impl Values {
    /// What stands in an answer, read once for whoever holds it.
    pub(super) fn read(fact: &Fact) -> &Self {
        fact.once(Self::of)
    }

    /// What stands in an answer.
    fn of(fact: &Fact) -> Self {
        let answer = fact.outcome.as_ref().ok();
        let mut values = Self {
            records: Vec::new(),
            near_misses: Vec::new(),
            others: Vec::new(),
            nxdomain: matches!(answer, Some(Answer::NxDomain)),
            chain: fact.chain().into(),
            policy: OnceLock::new(),
        };
        for text in answer.map_or(&[][..], Answer::records).iter().filter_map(joined) {
            match likeness(&text) {
                Likeness::Spf => values.records.push(Arc::new(Record::of(text))),
                Likeness::NearMiss(miss) => values.near_misses.push(Meant { text, miss }),
                Likeness::Other => values.others.push(text),
            }
        }
        values
    }

    /// The record as an evaluation walks it, where there is exactly one; made once.
    pub(super) fn policy(&self) -> Option<&Policy> {
        let policy = self.policy.get_or_init(|| self.only().map(Policy::of));
        policy.as_ref()
    }

    /// The record, where there is exactly one.
    pub fn only(&self) -> Option<&Record> {
        match self.records.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Records and near misses in presentation format, an alias in the way first.
    pub(super) fn observed(&self) -> Vec<String> {
        let chain = self.chain.iter().map(|target| format!("CNAME {target}"));
        let records = self.records.iter().map(|record| &record.text);
        let meant = self.near_misses.iter().map(|meant| &meant.text);
        let values = records.chain(meant).map(|text| presentation(text));
        chain.chain(values).collect()
    }
}

impl NearMissText {
    /// All that were published at a name.
    pub(super) fn of(values: &Values) -> Vec<Self> {
        let meant = values.near_misses.iter().map(|meant| Self {
            text: presentation(&meant.text),
            why: meant.miss.why.clone(),
        });
        meant.collect()
    }
}

/// The domain as a name a check asks for: it has several labels, and is no address (RFC 7208 4.3).
pub fn checkable(domain: &str) -> Option<Name> {
    name_of(domain).filter(|name| name.has_several_labels() && !is_address(domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::spf::policy::Place;

    /// What is made ready for a check is what a check makes of the text.
    #[test]
    fn a_place_is_checkable_where_its_text_is() {
        for text in [
            "a.example",
            "A.Example.",
            "example",
            "",
            ".",
            "a..example",
            "192.0.2.1",
            "2001:db8::1",
            "::1",
            "fe80::1",
            "dead.beef",
            "[192.0.2.1]",
            "a\\.b.example",
            "münchen.example",
            "1.2.3.4.in-addr.arpa",
        ] {
            let place = Place::new(text);
            let asked = place.checkable().map(|question| question.name.clone());
            assert_eq!(asked, checkable(text), "{text}");
            assert_eq!(place.name().cloned(), name_of(text), "{text}");
        }
    }
}
