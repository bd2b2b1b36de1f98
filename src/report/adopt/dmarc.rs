//! The dmarc block that live DNS satisfies. Pure.

use super::super::live::Live;
use super::{Adopted, tag_values};
use crate::api::{Alignment, Alignments, DmarcPolicy, DmarcSpec, PublicSuffix};
use crate::records::Standard;
use crate::records::dmarc::{self, Likeness};

/// Proposes the block, or says why there is none.
pub(super) fn propose(live: &Live, adopted: &mut Adopted) {
    if let Some(trouble) = live.dmarc.trouble {
        return adopted.remark(Standard::Dmarc, format!("not answered: {trouble}"));
    }
    let texts = live.dmarc_texts();
    let is_dmarc = |text: &&Vec<u8>| dmarc::likeness(text) == Likeness::Dmarc;
    let records: Vec<&Vec<u8>> = texts.iter().filter(is_dmarc).collect();
    match (live.dmarc.chain.first(), records.as_slice()) {
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
            adopted.spec.dmarc = Some(dmarc);
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

/// A DMARC record in the words of the manifest, and the tags it has no words for.
pub(super) fn spec_of(record: &[u8]) -> (DmarcSpec, Vec<String>) {
    let mut spec = DmarcSpec::default();
    let mut lost = Vec::new();
    let mut alignment = Alignments::default();
    for (name, value) in tag_values(record) {
        let policy = match value.to_ascii_lowercase().as_str() {
            "none" => Some(DmarcPolicy::None),
            "quarantine" => Some(DmarcPolicy::Quarantine),
            "reject" => Some(DmarcPolicy::Reject),
            _ => None,
        };
        let aligned = value.eq_ignore_ascii_case("s").then_some(Alignment::Strict);
        match name.as_str() {
            "v" => {}
            "p" => spec.policy = policy,
            "sp" => spec.subdomain_policy = policy,
            "np" => spec.nonexistent_subdomain_policy = policy,
            "t" => spec.testing = value.eq_ignore_ascii_case("y").then_some(true),
            "psd" => {
                spec.public_suffix = match value.to_ascii_lowercase().as_str() {
                    "y" => Some(PublicSuffix::Yes),
                    "n" => Some(PublicSuffix::No),
                    _ => None,
                }
            }
            "adkim" => alignment.dkim = aligned,
            "aspf" => alignment.spf = aligned,
            "rua" => spec.aggregate_reports = uris(&value),
            "ruf" => spec.failure_reports = uris(&value),
            "fo" => spec.failure_options = value.split(':').map(|option| option.trim().to_owned()).collect(),
            _ => lost.push(format!("the tag {name}={value} has no place in a manifest")),
        }
    }
    // RFC 9989 4.7: a record without p is read as p=none.
    spec.policy = spec.policy.or(Some(DmarcPolicy::None));
    // Failure options without failure reports mean nothing.
    if spec.failure_reports.is_empty() {
        spec.failure_options.clear();
    }
    if alignment != Alignments::default() {
        spec.alignment = Some(alignment);
    }
    (spec, lost)
}

/// Report URIs without the size limits RFC 9990 has no use for.
fn uris(value: &str) -> Vec<String> {
    let stripped = value
        .split(',')
        .map(|uri| uri.trim().split('!').next().unwrap_or_default().to_owned());
    stripped.filter(|uri| !uri.is_empty()).collect()
}
