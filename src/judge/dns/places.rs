//! The names at which TXT records of some standard are looked for.

use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DkimWant, DmarcWant, Intent, What};
use crate::judge::basis::{Texts, UsableAnswer, evidence};
use crate::judge::{TextsAt, row};
use crate::name::Name;
use crate::records::{Standard, is_meant};

/// At most this many values of one name are looked at: more than one is wrong already.
const MAX_TEXTS: usize = 8;

/// A name, and what was found there.
#[derive(Debug)]
pub(super) struct Owner<'f> {
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
    pub(super) seen: Option<UsableAnswer<'f>>,
    /// The values in it that were meant for this standard, quotes and odd characters before the version aside.
    texts: Vec<Vec<u8>>,
}

impl Owner<'_> {
    /// The values that were meant for this standard.
    pub(super) fn texts(&self) -> &[Vec<u8>] {
        &self.texts
    }

    /// Whether no record of the standard stands there, as far as was seen.
    pub(super) fn is_vacant(&self) -> bool {
        self.seen.is_some_and(|seen| seen.chain.is_empty()) && self.texts().is_empty()
    }
}

/// Every place, each once: the domain and `_dmarc`, whatever the spec wants TXT at, and the probed selectors.
pub(super) fn all<'f>(intent: &Intent, inquiry: &mut Inquiry<'f>) -> Vec<Owner<'f>> {
    let mut listed = Vec::new();
    for standard in Standard::ALL {
        let texts = (row(*standard).texts)(intent, inquiry);
        listed.extend(texts.into_iter().map(|at| (*standard, at)));
    }
    let mut places: Vec<Owner<'f>> = Vec::new();
    let mut add = |name: Name, standard, managed, expected, probed| {
        if places
            .iter()
            .any(|place| place.name == name && place.standard == standard)
        {
            return;
        }
        let seen = evidence(inquiry, &name, Kind::Txt);
        let texts = seen.map(|seen| seen.shared_texts());
        let meant = texts
            .into_iter()
            .flat_map(Texts::iter)
            .filter(|text| is_meant(standard, text));
        places.push(Owner {
            texts: meant.take(MAX_TEXTS).cloned().collect(),
            name,
            standard,
            managed,
            expected,
            probed,
            seen,
        });
    };
    for wanted in &intent.wanted {
        if wanted.kind == Kind::Txt {
            let none = matches!(
                wanted.what,
                What::Dkim(DkimWant::Revoked | DkimWant::WildcardRevoked) | What::Dmarc(DmarcWant::Inherit)
            );
            add(wanted.name.clone(), wanted.standard(), true, !none, false);
        }
    }
    for (standard, TextsAt { name, expected }) in listed {
        add(name, standard, false, expected, !expected);
    }
    places
}
