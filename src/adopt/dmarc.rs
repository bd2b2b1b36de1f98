//! The dmarc block that live DNS satisfies. Pure.

use super::{Adopted, Live};
use crate::api::{DmarcSpec, MailDomainSpec, RecordStatus};
use crate::inquiry::Inquiry;
use crate::intent::dmarc_spec;
use crate::judge::dmarc::gather;
use crate::records::Standard;
use crate::records::dmarc::{self, Likeness};

/// Proposes the block, or says why there is none.
pub(super) fn propose(live: &Live, inquiry: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.trouble(Standard::Dmarc) {
        return adopted.remark(Standard::Dmarc, format!("not answered: {trouble}"));
    }
    let texts = live.dmarc_texts();
    let is_dmarc = |text: &&Vec<u8>| dmarc::likeness(text) == Likeness::Dmarc;
    let records: Vec<&Vec<u8>> = texts.iter().filter(is_dmarc).collect();
    let seen = live.at(Standard::Dmarc);
    let mut alias = seen.and_then(|seen| seen.chain().first());
    let discovery = gather(&live.domain, inquiry);
    if let Some(target) = alias
        && discovery.own().is_some_and(|step| step.of_any_name)
    {
        let text = format!(
            "what answers at _dmarc is no CNAME of its own: a wildcard or DNAME leads every name here on, this one to \
             {target}"
        );
        adopted.remark(Standard::Dmarc, text);
        if !records.is_empty() {
            return;
        }
        alias = None;
    }
    match (alias, records.as_slice()) {
        (Some(target), _) => {
            adopted.spec.dmarc = Some(DmarcSpec {
                cname: Some(target.to_string()),
                ..DmarcSpec::default()
            });
        }
        // Taken out again, with a remark, where nothing above applies.
        (None, []) => {
            adopted.spec.dmarc = Some(DmarcSpec {
                inherit: Some(true),
                ..DmarcSpec::default()
            });
        }
        (None, [record]) => {
            let (dmarc, lost) = spec_of(record);
            adopted.spec.dmarc = dmarc;
            for lost in lost {
                adopted.remark(Standard::Dmarc, lost);
            }
        }
        (None, several) => adopted.remark(
            Standard::Dmarc,
            format!("{} records, none of which counts", several.len()),
        ),
    }
}

/// The DMARC records and near misses at `_dmarc`.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    live.listed(Standard::Dmarc, &live.dmarc_texts())
}

impl Live {
    /// Whether it is known what stands at `_dmarc`.
    pub fn dmarc_is_known(&self) -> bool {
        self.trouble(Standard::Dmarc).is_none()
    }

    /// The DMARC records and near misses at `_dmarc`.
    pub fn dmarc_texts(&self) -> Vec<Vec<u8>> {
        self.meant(Standard::Dmarc, |text| dmarc::likeness(text) != Likeness::Other)
    }
}

/// Takes the block out.
pub(super) fn take_out(spec: &mut MailDomainSpec, _: &str) -> Option<String> {
    spec.dmarc = None;
    None
}

/// A DMARC record in the words of the manifest, where it can be said, and what of it cannot.
pub(super) fn spec_of(record: &[u8]) -> (Option<DmarcSpec>, Vec<String>) {
    let (wanted, lost) = dmarc::parse(record).as_desired();
    (wanted.map(|wanted| dmarc_spec(&wanted)), lost)
}
