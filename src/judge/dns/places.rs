//! The names at which TXT records of some standard are looked for.

use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DkimWant, DmarcWant, Intent, What};
use crate::judge::basis::{Seen, evidence};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dkim::{self, Likeness};
use crate::records::dmarc;

/// At most this many values of one name are looked at: more than one is wrong already.
const MAX_TEXTS: usize = 8;

/// A name, and what was found there.
#[derive(Debug)]
pub(super) struct Place<'f> {
    /// The owner name.
    pub(super) name: Name,
    /// The standard whose records are looked for there.
    pub(super) standard: Standard,
    /// Whether the spec wants a record of its own there.
    pub(super) managed: bool,
    /// Whether a record is missed when none is there.
    pub(super) expected: bool,
    /// Whether it is a selector nobody named.
    pub(super) probed: bool,
    /// The answer; `None` without a usable one.
    pub(super) seen: Option<Seen<'f>>,
}

impl Place<'_> {
    /// The values that were meant for this standard, quotes and odd characters before the version aside.
    pub(super) fn texts(&self) -> Vec<Vec<u8>> {
        let texts = self.seen.iter().flat_map(Seen::texts);
        texts
            .filter(|text| is_meant(self.standard, text))
            .take(MAX_TEXTS)
            .collect()
    }

    /// Whether no record of the standard stands there, as far as was seen.
    pub(super) fn is_vacant(&self) -> bool {
        self.seen.is_some_and(|seen| seen.chain.is_empty()) && self.texts().is_empty()
    }
}

/// Every place, each once: the domain and `_dmarc`, whatever the spec wants TXT at, and the probed selectors.
pub(super) fn all<'f>(intent: &Intent, inquiry: &mut Inquiry<'f>) -> Vec<Place<'f>> {
    let mut places: Vec<Place<'f>> = Vec::new();
    let mut add = |name: Name, standard, managed, expected, probed| {
        if places
            .iter()
            .any(|place| place.name == name && place.standard == standard)
        {
            return;
        }
        let seen = evidence(inquiry, &name, Kind::Txt);
        places.push(Place {
            name,
            standard,
            managed,
            expected,
            probed,
            seen,
        });
    };
    for wanted in &intent.wanted {
        let by_alias = matches!(
            wanted.what,
            What::NullMx | What::Dkim(DkimWant::Cname(_)) | What::Dmarc(DmarcWant::Cname { .. })
        );
        if !by_alias {
            let none = matches!(
                wanted.what,
                What::Dkim(DkimWant::Revoked | DkimWant::WildcardRevoked) | What::Dmarc(DmarcWant::Inherit)
            );
            add(wanted.name.clone(), wanted.standard(), true, !none, false);
        }
    }
    add(intent.domain.clone(), Standard::Spf, false, true, false);
    let aliased = intent
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.what, What::Dmarc(DmarcWant::Cname { .. })));
    if let Ok(name) = intent.domain.prepend("_dmarc")
        && !aliased
    {
        add(name, Standard::Dmarc, false, true, false);
    }
    for probe in intent.asked.iter().chain(&intent.probes) {
        if let Ok(name) = intent.domain.prepend(&format!("{probe}._domainkey")) {
            add(name, Standard::Dkim, false, false, true);
        }
    }
    places
}

/// Whether a value was meant as a record of this standard: what stands before the version is overlooked.
pub(super) fn is_meant(standard: Standard, text: &[u8]) -> bool {
    let noise = |octet: &u8| matches!(octet, b' ' | b'\t' | b'"' | b'\'' | b'\\') || !octet.is_ascii();
    let skip = text.iter().take_while(|octet| noise(octet)).count();
    let bare = text.get(skip..).unwrap_or_default();
    let starts = |version: &[u8]| {
        bare.get(..version.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(version))
    };
    match standard {
        Standard::Spf => starts(b"v=spf1"),
        Standard::Dmarc => dmarc::likeness(text) != dmarc::Likeness::Other,
        Standard::Dkim => dkim::likeness(bare) != Likeness::Other,
        _ => false,
    }
}
