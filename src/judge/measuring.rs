//! Takes the [`Measures`] of a look, each from the room that knows it, once its checks have had their answers: nothing is asked
//! for a measure's own sake. They are kept apart from it, for the rooms know the verdict, which holds them. Pure.

use jiff::{SignedDuration, Timestamp};

use super::measures::{Ending, Measures};
use super::{dnssec, spf, tls};
use crate::inquiry::Inquiry;
use crate::intent::Intent;

/// A certificate is to be renewed in the last quarter of its life, and no sooner than this before its end.
const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the answers of this pass come to.
pub(super) fn measures(intent: &Intent, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Measures {
    let leaves = tls::leaves(intent, inquiry);
    let certificates = leaves
        .iter()
        .map(|leaf| Ending::new(leaf.not_before, leaf.not_after, RENEWAL));
    let ends = dnssec::ends(intent, inquiry);
    let signatures = ends
        .iter()
        .map(|ends| Ending::new(ends.since, ends.at, dnssec::needed(ends)));
    Measures {
        certificate: Ending::first(certificates, now),
        signature: Ending::first(signatures, now),
        spf_lookups: spf::lookups(intent, inquiry),
    }
}
