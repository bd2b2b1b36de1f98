//! The tlsRpt block that live DNS satisfies. Pure.

use super::{Adopted, Live};
use crate::api::{MailDomainSpec, RecordStatus, TlsRptSpec};
use crate::inquiry::Inquiry;
use crate::records::fields::Likeness;
use crate::records::{Standard, presentation, tlsrpt};

/// Proposes the block, or says why there is none; of a domain without a record nothing.
pub(super) fn propose(live: &Live, _: &mut Inquiry<'_>, adopted: &mut Adopted) {
    if let Some(trouble) = live.trouble(Standard::TlsRpt) {
        return adopted.remark(Standard::TlsRpt, format!("not answered: {trouble}"));
    }
    let texts = texts(live);
    let is_record = |text: &&Vec<u8>| tlsrpt::likeness(text) == Likeness::Record;
    match texts.iter().filter(is_record).collect::<Vec<_>>().as_slice() {
        [] => {}
        [text] => {
            let record = tlsrpt::parse(text);
            let reports = record.uris.iter().map(|uri| uri.text.clone()).collect();
            adopted.spec.tls_rpt = Some(TlsRptSpec { reports });
            for (field, _) in record.unknown() {
                let shown = presentation(record.fields.octets(&field.span));
                adopted.remark(
                    Standard::TlsRpt,
                    format!("{shown} has no place in a manifest: senders ignore it"),
                );
            }
        }
        several => adopted.remark(
            Standard::TlsRpt,
            format!("{} records, none of which counts", several.len()),
        ),
    }
}

/// The records and near misses at `_smtp._tls`.
pub(super) fn list(live: &Live) -> Vec<RecordStatus> {
    live.listed(Standard::TlsRpt, &texts(live))
}

/// Takes the block out.
pub(super) fn take_out(spec: &mut MailDomainSpec, _: &str) -> Option<String> {
    spec.tls_rpt = None;
    None
}

fn texts(live: &Live) -> Vec<Vec<u8>> {
    live.meant(Standard::TlsRpt, |text| tlsrpt::likeness(text) != Likeness::Other)
}
