//! What stands in DNS of MTA-STS. The policy is not in DNS, so no block is proposed: only whether there is one. Pure.

use super::{Adopted, Live};
use crate::api::{MailDomainSpec, RecordStatus};
use crate::inquiry::Inquiry;
use crate::records::fields::Likeness;
use crate::records::{Standard, mtasts, presentation};

/// Says that there is a policy, which DNS does not hold.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.trouble(Standard::MtaSts) {
        return adopted.remark(Standard::MtaSts, format!("not answered: {trouble}"));
    }
    let texts = texts(live);
    let is_record = |text: &&Vec<u8>| mtasts::likeness(text) == Likeness::Record;
    if texts.iter().any(|text| is_record(&text)) {
        let text = format!(
            "not managed: mode, mx and maxAge stand in the policy at {}, which is not fetched; a block with those of it wants \
             an id of its own at _mta-sts, the policy's digest",
            mtasts::policy_url(&live.domain)
        );
        adopted.remark(Standard::MtaSts, text);
    }
}

/// The records and near misses at `_mta-sts`.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    let shown = texts(live).iter().map(|text| presentation(text)).collect();
    let seen = live.at(Standard::MtaSts);
    seen.map(|seen| seen.status(Standard::MtaSts, shown))
        .into_iter()
        .collect()
}

/// Takes the block out.
pub(super) fn take_out(spec: &mut MailDomainSpec, _: &str) -> Option<String> {
    spec.mta_sts = None;
    None
}

fn texts(live: &Live) -> Vec<Vec<u8>> {
    let is_meant = |text: &[u8]| mtasts::likeness(text) != Likeness::Other;
    let seen = live.at(Standard::MtaSts);
    seen.map(|seen| seen.texts(is_meant)).unwrap_or_default()
}
