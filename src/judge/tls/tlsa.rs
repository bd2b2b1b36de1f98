//! What a mail server shows beside the TLSA records of its host (RFC 7671 5, RFC 7672 3): whether a sender with DANE takes it
//! for the right one, by which records, and what happens to that while a key changes. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::name::Name;
use crate::records::dane::{Tlsa, effective};
use crate::transport::Certificate;
use crate::transport::chain::{Anchor, Astray, leads_to};

/// The certificates a server sent.
pub(in crate::judge) struct Shown<'a> {
    ders: &'a [Vec<u8>],
    leaf: Certificate,
    /// The first with its own, each that could be read.
    read: Vec<(&'a Vec<u8>, Certificate)>,
    at: Timestamp,
}

/// What a sender makes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// It delivers, or whether it does cannot be told here.
    Delivers,
    /// A record names an authority of theirs, and this keeps it from being taken.
    Anchored(String),
    /// A record names an authority of theirs, and the host is in the common name alone, by which some senders go.
    ByCommonName,
    /// No record is about any of them.
    Nowhere,
}

impl<'a> Shown<'a> {
    /// Reads them; `None` where the server's own cannot be read.
    pub(in crate::judge) fn new(ders: &'a [Vec<u8>], at: Timestamp) -> Option<Self> {
        let read: Vec<_> = ders
            .iter()
            .filter_map(|der| Some((der, Certificate::from_der(der).ok()?)))
            .collect();
        let leaf = Certificate::from_der(ders.first()?).ok()?;
        Some(Self { ders, leaf, read, at })
    }

    /// The record of its key that most people would publish.
    pub(super) fn record(&self) -> Tlsa {
        Tlsa::of_key(&self.leaf.public_key_info)
    }

    /// What a sender makes of them by these records, of which it uses the strongest; the certificate may be for any of `names`
    /// (RFC 7672 3.2.2).
    pub(super) fn taken_by(&self, records: &BTreeSet<Tlsa>, names: &[&Name]) -> Taken {
        let used = effective(records);
        if used.iter().any(|record| record.usage == 3 && self.is_own(record)) {
            return Taken::Delivers;
        }
        let mut worst = None;
        for record in used.iter().filter(|record| record.usage == 2) {
            match self.leads_to(record, names) {
                None => {}
                Some(Taken::Delivers) => return Taken::Delivers,
                Some(Taken::ByCommonName) => worst = Some(Taken::ByCommonName),
                Some(why) => worst = worst.or(Some(why)),
            }
        }
        worst.unwrap_or(Taken::Nowhere)
    }

    /// Whether a record is about any of them, wherever it must stand by its usage.
    pub(in crate::judge) fn matches(&self, record: &Tlsa) -> bool {
        match record.usage {
            3 => self.is_own(record),
            2 => !self.anchors(record).is_empty(),
            _ => false,
        }
    }

    /// What is wrong with its own certificate where somebody looks at dates and names.
    pub(super) fn oddity(&self, host: &Name) -> Option<String> {
        let leaf = &self.leaf;
        match (leaf.is_valid_at(self.at), leaf.is_for(host)) {
            (false, _) if leaf.not_before > self.at => Some(format!("it begins at {}", leaf.not_before)),
            (false, _) => Some(format!("it ended at {}", leaf.not_after)),
            (true, false) => Some("it is for another host".to_owned()),
            (true, true) => None,
        }
    }

    fn is_own(&self, record: &Tlsa) -> bool {
        let own = self.ders.first();
        own.is_some_and(|der| record.matches(der, &self.leaf.public_key_info))
    }

    /// The authorities among them, or in the record itself, that a record of usage 2 names. Those stand above the host's own
    /// certificate (RFC 7671 5.2): one that signed itself is taken by usage 3, and by its key where the record has that whole.
    fn anchors<'r>(&self, record: &'r Tlsa) -> Vec<Anchor<'r>>
    where
        'a: 'r,
    {
        let own = self.ders.first();
        let sent = self
            .read
            .iter()
            .filter(|(der, one)| own != Some(*der) && record.matches(der, &one.public_key_info));
        let mut found: Vec<Anchor<'r>> = sent.map(|(der, _)| Anchor::Certificate(der)).collect();
        // A whole certificate or key in the record need not be sent.
        let is_own = record.selector == 0 && own == Some(&record.data);
        if found.is_empty() && record.matching == 0 && !is_own {
            let whole = match record.selector {
                0 => Anchor::Certificate(&record.data),
                _ => Anchor::Key(&record.data),
            };
            // Somebody else's is as good as not there.
            if leads_to(self.ders, whole, self.at) != Err(Astray::Broken) {
                found.push(whole);
            }
        }
        found
    }

    /// Whether they lead to what a record of usage 2 names, names aside; `None` where it is about none of them.
    pub(in crate::judge) fn way_to(&self, record: &Tlsa) -> Option<Result<(), Astray>> {
        let anchors = self.anchors(record);
        let ways = anchors.iter().map(|anchor| leads_to(self.ders, *anchor, self.at));
        // What cannot be judged here may be taken by whoever can.
        ways.min_by_key(|way| way.err())
    }

    /// Whether its own certificate is valid now by its dates.
    pub(in crate::judge) fn is_in_time(&self) -> bool {
        self.leaf.is_valid_at(self.at)
    }

    /// Whether its own certificate is for this host as OpenSSL compares them.
    pub(in crate::judge) fn is_loosely_for(&self, host: &Name) -> bool {
        self.leaf.is_loosely_for(host)
    }

    /// Whether a record of usage 2 holds a whole certificate that was not sent.
    pub(in crate::judge) fn is_unsent(&self, record: &Tlsa) -> bool {
        (record.selector, record.matching) == (0, 0) && !self.ders.contains(&record.data)
    }

    /// What a sender makes of them by this record of usage 2; `None` where it is about none of them.
    fn leads_to(&self, record: &Tlsa, names: &[&Name]) -> Option<Taken> {
        let best = self.way_to(record)?;
        let is_any = |is: fn(&Certificate, &Name) -> bool| names.iter().any(|name| is(&self.leaf, name));
        Some(match best {
            Err(Astray::Broken) => Taken::Anchored(
                "its signatures do not lead there: a certificate between the two is not sent, or another authority signed it"
                    .to_owned(),
            ),
            Err(Astray::OutOfDate) => Taken::Anchored(self.dates()),
            Ok(()) | Err(Astray::Unjudged) if !self.is_in_time() => Taken::Anchored(self.dates()),
            Ok(()) | Err(Astray::Unjudged) if is_any(Certificate::is_for) => Taken::Delivers,
            Ok(()) | Err(Astray::Unjudged) if is_any(Certificate::is_commonly_for) => Taken::ByCommonName,
            Ok(()) | Err(Astray::Unjudged) => Taken::Anchored("it is for another host".to_owned()),
        })
    }

    /// Which of them is out of date.
    fn dates(&self) -> String {
        let old = self.read.iter().find(|(_, one)| !one.is_valid_at(self.at));
        let Some((der, old)) = old else {
            return "the authority's certificate is not valid at this time".to_owned();
        };
        let whose = match self.ders.first() == Some(*der) {
            true => "it",
            false => "a certificate of an authority that is sent with it",
        };
        format!("{whose} is valid from {} to {}", old.not_before, old.not_after)
    }
}

/// The kinds of records of which none is about what is shown: by each of them alone a sender would not deliver (RFC 7671 8).
pub(super) fn kinds_without_match(records: &BTreeSet<Tlsa>, shown: &Shown<'_>) -> Vec<String> {
    let usable: Vec<&Tlsa> = records.iter().filter(|one| one.useless().is_none()).collect();
    let kinds: BTreeSet<String> = usable.iter().map(|one| one.kind()).collect();
    let is_met = |kind: &String| {
        let mut own = usable.iter().filter(|one| one.kind() == *kind);
        own.any(|one| shown.matches(one))
    };
    kinds.into_iter().filter(|kind| !is_met(kind)).collect()
}
