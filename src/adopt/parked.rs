//! Role Parked, where every record it derives is in sync already. Pure.

use jiff::Timestamp;

use super::{Adopted, Live, bare, dmarc};
use crate::api::{DmarcSpec, Role};
use crate::inquiry::Inquiry;
use crate::intent::Intent;
use crate::judge::{State, judge};

/// The spec of a parked domain, when DNS says so itself with a null MX and no selector holds anything.
pub(super) fn propose(live: &Live, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Option<Adopted> {
    if !live.has_null_mx() {
        return None;
    }
    let mut spec = bare(live, Role::Parked);
    if let [record] = live.dmarc_texts().as_slice() {
        let (dmarc, _) = dmarc::spec_of(record);
        spec.dmarc = dmarc.map(|dmarc| DmarcSpec {
            testing: None,
            public_suffix: None,
            alignment: None,
            ..dmarc
        });
    }
    let intent = Intent::from_spec(&spec).ok()?;
    let verdict = judge(&intent, inquiry, now);
    let in_sync = verdict.records.iter().all(|record| record.state == State::InSync);
    let no_keys = live.found_selectors().next().is_none();
    (in_sync && no_keys).then(|| Adopted {
        spec,
        remarks: Vec::new(),
    })
}
