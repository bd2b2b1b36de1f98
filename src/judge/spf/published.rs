//! What is published for SPF at a name (RFC 7208 4.4, 4.5): its TXT values, sorted and parsed once a pass.
//!
//! Whoever needs SPF's values reads them here: the state of a record, an evaluation, the tree, the rules, and the rooms
//! of other standards. So there is one parser, one idea of what is a record and what was only meant as one, and no
//! value is parsed again in a later wave.

use std::net::IpAddr;
use std::sync::Arc;

use crate::inquiry::{Dns, Fact, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Likeness, NearMiss, Record, likeness, parse};

/// What a TXT question about SPF brought.
#[derive(Debug)]
pub enum Published {
    /// Not answered yet.
    Open,
    /// No usable answer.
    Unanswered(Trouble),
    /// An answer.
    Values(Values),
}

/// The TXT values at a name, sorted by what they are to SPF.
#[derive(Debug)]
pub struct Values {
    /// The SPF records, parsed; receivers want exactly one.
    pub records: Vec<Record>,
    /// What was meant as one and is none.
    pub near_misses: Vec<Meant>,
    /// Every other value, joined.
    pub others: Vec<Vec<u8>>,
    /// Whether the name itself does not exist.
    pub nxdomain: bool,
    /// The answer.
    pub fact: Arc<Fact>,
}

/// A text that was meant as a record, and why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The value, joined, octets as they came.
    pub text: Vec<u8>,
    /// What is wrong with it.
    pub miss: NearMiss,
}

/// Asks for the TXT values at `name`; who asked before with another need shares what was parsed.
pub fn gather(inquiry: &mut Inquiry<'_>, name: &Name, need: Need) -> Arc<Published> {
    let question = Dns::new(name.clone(), Kind::Txt);
    inquiry.ask(question.clone(), need);
    inquiry.once(name, Need::Evidence, |inquiry| {
        sorted(inquiry.ask(question, Need::Evidence))
    })
}

fn sorted(reply: Reply<'_>) -> Published {
    let (records, fact) = match reply {
        Reply::Open => return Published::Open,
        Reply::Unanswered(trouble) => return Published::Unanswered(trouble),
        Reply::Answered(answer, fact) => (answer.records(), fact),
    };
    let mut values = Values {
        records: Vec::new(),
        near_misses: Vec::new(),
        others: Vec::new(),
        nxdomain: reply.is_nxdomain(),
        fact: Arc::clone(fact),
    };
    for text in records.iter().filter_map(joined) {
        match likeness(&text) {
            Likeness::Spf => values.records.push(parse(&text)),
            Likeness::NearMiss(miss) => values.near_misses.push(Meant { text, miss }),
            Likeness::Other => values.others.push(text),
        }
    }
    Published::Values(values)
}

fn joined(record: &Rdata) -> Option<Vec<u8>> {
    match record {
        Rdata::Txt(txt) => Some(txt.joined()),
        _ => None,
    }
}

impl Published {
    /// The values, where there was a usable answer.
    pub fn values(&self) -> Option<&Values> {
        match self {
            Self::Values(values) => Some(values),
            Self::Open | Self::Unanswered(_) => None,
        }
    }

    /// The one record receivers evaluate: none where there are several, or where nobody can read it (permerror).
    pub fn evaluated(&self) -> Option<&Record> {
        self.values()?.only().filter(|record| record.is_valid())
    }
}

impl Values {
    /// The record, where there is exactly one.
    pub fn only(&self) -> Option<&Record> {
        match self.records.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Records and near misses in presentation format, an alias in the way first.
    pub(super) fn observed(&self) -> Vec<String> {
        let chain = self.fact.chain().iter().map(|target| format!("CNAME {target}"));
        let records = self.records.iter().map(|record| &record.text);
        let meant = self.near_misses.iter().map(|meant| &meant.text);
        let values = records.chain(meant).map(|text| presentation(text));
        chain.chain(values).collect()
    }
}

/// A domain as SPF writes it, as a name; `None` where it is none: an empty or long label, or not ASCII (RFC 7208 4.3).
///
/// Every visible character may stand in a domain-spec, so labels are taken octet by octet: nothing is an escape.
pub(super) fn name_of(domain: &str) -> Option<Name> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() || !domain.is_ascii() {
        return None;
    }
    Name::from_labels(domain.split('.')).ok()
}

/// The domain as a name a check asks for: it has several labels, and is no address (RFC 7208 4.3).
pub fn checkable(domain: &str) -> Option<Name> {
    let is_address = domain.starts_with('[') || domain.parse::<IpAddr>().is_ok();
    name_of(domain).filter(|name| name.label_count() > 1 && !is_address)
}
