//! What MX says of a domain that is not parked. Pure.

use super::{Adopted, Live};
use crate::inquiry::Inquiry;
use crate::records::Standard;

/// Says of a domain that takes no mail which role may fit it.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.mx.trouble {
        return adopted.remark(Standard::Mx, format!("not answered: {trouble}"));
    }
    if live.has_null_mx() {
        adopted.remark(
            Standard::Mx,
            "the domain accepts no mail (null MX), and is not parked: see role SendOnly",
        );
    }
}
