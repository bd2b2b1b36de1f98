//! DKIM: the state of every wanted selector, and what is wrong with the keys that can be seen (RFC 6376).
//!
//! Selectors cannot be listed by asking DNS: what the intent names is managed, what it probes is only observed, and
//! nothing found at a probe means nothing. The state of a selector hangs on its own answers; where a CNAME leads, and
//! what stands at its end, is evidence. Files: [`probes`] (the list `inspect` tries), `answer` (what one answer holds,
//! read once), `gather` (which selectors are looked at, and which are a wildcard's), `state`, `key` (rules about one
//! record), `allows` (what its tags allow), `linter` (how either is said), `single` (rules about one selector), `check` (rules about the selectors of a domain together), `node`
//! (rules about `_domainkey` itself).

mod allows;
mod answer;
mod check;
mod gather;
mod key;
mod linter;
mod node;
pub mod probes;
mod single;
mod state;

pub(crate) use self::answer::SelectorAnswer;
pub(super) use self::check::check;
pub(crate) use self::gather::{of_list, possible};
pub(super) use self::state::state;
use super::TextsAt;
use crate::inquiry::Inquiry;
use crate::intent::Intent;

/// A selector nobody has: what answers for it answers for every selector.
pub(crate) const UNLIKELY_SELECTOR: &str = "zegel-no-such-selector";

/// Where keys are looked for, managed or not: at the selectors somebody asked for, and those that are merely tried.
pub(super) fn texts(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Vec<TextsAt> {
    let listed = of_list(&intent.domain, &intent.asked, &intent.probes, inquiry);
    let at = |name| TextsAt {
        name,
        expected: false,
    };
    listed.all.into_iter().map(|selector| at(selector.name)).collect()
}
