//! The mtaSts block that the record and the policy that is served satisfy. Pure.
//!
//! The policy is not in DNS: it is fetched, as whoever inspects a domain has it fetched anyway. The id that stands in the record
//! is kept where it is not the policy's digest, for a new one would have every sender come for the same policy.

use super::{Adopted, Live};
use crate::api::{MailDomainSpec, MtaStsMode, MtaStsSpec, RecordStatus};
use crate::inquiry::{Inquiry, Need, PolicyFile, Reply, Served};
use crate::records::fields::Likeness;
use crate::records::mtasts::{self, Mode, Policy, Record};
use crate::records::{Standard, presentation};

/// Proposes the block, or says why there is none; of a domain without a record nothing.
pub(super) fn propose(live: &Live, inquiry: &mut Inquiry<'_>, adopted: &mut Adopted) {
    let why = match block(live, inquiry) {
        Ok(None) => return,
        Ok(Some((block, ignored))) => {
            adopted.spec.mta_sts = Some(block);
            for text in ignored {
                let text = format!("{text} has no place in a manifest: senders ignore it");
                adopted.remark(Standard::MtaSts, text);
            }
            return;
        }
        Err(why) => why,
    };
    adopted.remark(Standard::MtaSts, why);
}

/// The block with what of the record it leaves out; `None` where there is no record, or the policy is not there yet.
fn block(live: &Live, inquiry: &mut Inquiry<'_>) -> Result<Option<(MtaStsSpec, Vec<String>)>, String> {
    if let Some(trouble) = live.trouble(Standard::MtaSts) {
        return Err(format!("not answered: {trouble}"));
    }
    let texts = texts(live);
    let records = texts
        .iter()
        .filter(|text| mtasts::likeness(text) == Likeness::Record);
    let records: Vec<Record> = records.map(|text| mtasts::parse(text)).collect();
    let record = match records.as_slice() {
        [] => return Ok(None),
        [record] => record,
        several => return Err(format!("{} records, none of which counts", several.len())),
    };
    let Some(id) = record.read_id() else {
        return Err("not managed: the record is one that senders cannot read".to_owned());
    };
    let domain = live.domain.clone();
    let url = mtasts::policy_url(&domain);
    let policy = match inquiry.ask(PolicyFile { domain }, Need::Evidence) {
        Reply::Open => return Ok(None),
        Reply::Unanswered(why) => {
            return Err(format!(
                "not managed: the policy at {url} could not be had: {why}"
            ));
        }
        Reply::Answered(Served::File { body, .. }, _) => mtasts::parse_policy(body).policy,
        Reply::Answered(..) => None,
    };
    let policy = policy.ok_or_else(|| format!("not managed: senders find no policy at {url}"))?;
    if policy.max_age == 0 {
        return Err(format!(
            "not managed: the policy at {url} has max_age 0, which a manifest cannot say"
        ));
    }
    let fields = &record.fields;
    let ignored = record
        .unknown()
        .map(|(field, _)| presentation(fields.octets(&field.span)));
    Ok(Some((spec(&policy, id), ignored.collect())))
}

fn spec(policy: &Policy, id: &str) -> MtaStsSpec {
    MtaStsSpec {
        mode: match policy.mode {
            Mode::Enforce => MtaStsMode::Enforce,
            Mode::Testing => MtaStsMode::Testing,
            Mode::None => MtaStsMode::None,
        },
        mx: policy.mx.iter().map(ToString::to_string).collect(),
        max_age: Some(age(policy.max_age)),
        id: Some(id.to_owned()).filter(|id| *id != policy.id()),
    }
}

/// Seconds in the largest unit that says them whole.
fn age(seconds: u32) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let whole = units
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length));
    whole.map_or_else(
        || format!("{seconds}s"),
        |(length, unit)| format!("{}{unit}", seconds / length),
    )
}

/// The records and near misses at `_mta-sts`.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    live.listed(Standard::MtaSts, &texts(live))
}

/// Takes the block out.
pub(super) fn take_out(spec: &mut MailDomainSpec, _: &str) -> Option<String> {
    spec.mta_sts = None;
    None
}

fn texts(live: &Live) -> Vec<Vec<u8>> {
    live.meant(Standard::MtaSts, |text| mtasts::likeness(text) != Likeness::Other)
}
