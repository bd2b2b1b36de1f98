//! DKIM: the state of every wanted selector, and what is wrong with the keys that can be seen (RFC 6376).
//!
//! Selectors cannot be listed by asking DNS: what the intent names is managed, what it probes is only observed, and
//! nothing found at a probe means nothing. The state of a selector hangs on its own answers; where a CNAME leads, and
//! what stands at its end, is evidence. Files: [`probes`] (the list `inspect` tries), `state`, `selector` (what one
//! answer holds), `key` (rules about one record), `check` (rules
//! about the selectors of a domain, each and together), `node` (rules about `_domainkey` itself).

mod check;
mod key;
mod node;
pub mod probes;
mod selector;
mod state;

pub(super) use self::check::check;
pub(super) use self::state::state;
use super::TextsAt;
use crate::intent::Intent;

/// A selector nobody has: what answers for it answers for every selector.
pub(crate) const UNLIKELY_SELECTOR: &str = "zegel-no-such-selector";

/// Where keys are looked for, managed or not: at the selectors somebody asked for, and those that are merely tried.
pub(super) fn texts(intent: &Intent) -> Vec<TextsAt> {
    let selectors = intent.asked.iter().chain(&intent.probes);
    let name = |selector: &String| intent.domain.prepend(&format!("{selector}._domainkey")).ok();
    selectors
        .filter_map(name)
        .map(|name| TextsAt {
            name,
            expected: false,
        })
        .collect()
}
