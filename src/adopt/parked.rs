//! Role Parked, where every record it derives is in sync already. Pure.

use jiff::Timestamp;

use super::{Adopted, Checked, Live, bare, dkim, dmarc, errors};
use crate::api::{DkimSpec, DmarcSpec, Role};
use crate::inquiry::Inquiry;
use crate::intent::Intent;
use crate::judge::{State, judge};
use crate::records::Standard;

/// The spec of a parked domain, when all that the role derives stands in DNS: nobody may send, no selector holds a key,
/// and no mail is taken (a null MX, or neither MX nor address).
pub(super) fn propose(live: &Live, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Option<Adopted> {
    let mut adopted = Adopted {
        spec: bare(live, Role::Parked),
        remarks: Vec::new(),
        checked: Checked::NOT_YET,
    };
    let selectors = dkim::revoked(live)?;
    if !selectors.is_empty() {
        adopted.spec.dkim = Some(DkimSpec { selectors });
    }
    if let [record] = live.dmarc_texts().as_slice() {
        let (dmarc, lost) = dmarc::spec_of(record);
        adopted.spec.dmarc = dmarc.map(|dmarc| DmarcSpec {
            testing: None,
            public_suffix: None,
            alignment: None,
            ..dmarc
        });
        for lost in lost {
            adopted.remark(Standard::Dmarc, lost);
        }
    }
    let intent = Intent::from_spec(&adopted.spec).ok()?;
    let verdict = judge(&intent, inquiry, now);
    if verdict.records.iter().any(|record| record.state != State::InSync) {
        return None;
    }
    errors::remark(&mut adopted, &verdict);
    Some(adopted)
}
