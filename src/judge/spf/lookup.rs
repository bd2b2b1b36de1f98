//! Asking for the SPF record at a name (RFC 7208 4.4, 4.5), and making names of octets.

use crate::inquiry::{Fact, Inquiry, Kind, Need, Question, Rdata, Reply, Trouble};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Likeness, NearMiss, likeness};

/// What a TXT question about SPF brought.
pub(super) enum Looked<'f> {
    /// Not answered yet.
    Open,
    /// No usable answer.
    Unanswered(Trouble),
    /// An answer, with whatever of it concerns SPF.
    Answered(Values<'f>),
}

/// The TXT values at a name, sorted by what they are to SPF.
pub(super) struct Values<'f> {
    /// The SPF records, joined, octets as they came.
    pub(super) records: Vec<Vec<u8>>,
    /// What was meant as one and is none, and why.
    pub(super) near_misses: Vec<(Vec<u8>, NearMiss)>,
    /// Every other value, joined.
    pub(super) others: Vec<Vec<u8>>,
    /// Whether the name itself does not exist.
    pub(super) nxdomain: bool,
    /// The answer.
    pub(super) fact: &'f Fact,
}

impl Values<'_> {
    /// Records and near misses in presentation format, an alias in the way first.
    pub(super) fn observed(&self) -> Vec<String> {
        let chain = self.fact.chain.iter().map(|target| format!("CNAME {target}"));
        let near_misses = self.near_misses.iter().map(|(text, _)| text);
        let values = self
            .records
            .iter()
            .chain(near_misses)
            .map(|text| presentation(text));
        chain.chain(values).collect()
    }
}

/// Asks for the TXT values at `name`.
pub(super) fn look<'f>(inquiry: &mut Inquiry<'f>, name: &Name, need: Need) -> Looked<'f> {
    let reply = inquiry.ask(Question::new(name.clone(), Kind::Txt), need);
    let (records, fact) = match reply {
        Reply::Open => return Looked::Open,
        Reply::Unanswered(trouble) => return Looked::Unanswered(trouble),
        Reply::Records(records, fact) => (records, fact),
        Reply::NoData(fact) | Reply::NxDomain(fact) => (&[][..], fact),
    };
    let mut values = Values {
        records: Vec::new(),
        near_misses: Vec::new(),
        others: Vec::new(),
        nxdomain: matches!(reply, Reply::NxDomain(_)),
        fact,
    };
    for text in records.iter().filter_map(joined) {
        match likeness(&text) {
            Likeness::Spf => values.records.push(text),
            Likeness::NearMiss(why) => values.near_misses.push((text, why)),
            Likeness::Other => values.others.push(text),
        }
    }
    Looked::Answered(values)
}

fn joined(record: &Rdata) -> Option<Vec<u8>> {
    match record {
        Rdata::Txt(txt) => Some(txt.joined()),
        _ => None,
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
