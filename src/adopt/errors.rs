//! What is wrong and no manifest mends: said beside what is adopted, so that nobody takes it for a sound domain. Pure.

use super::{Adopted, Checked};
use crate::judge::{Finding, Verdict};
use crate::rules::Severity;

/// How such a remark begins, behind its standard.
const ERROR: &str = "Error ";

/// How the remark ends that counts the others.
const MORE: &str = "more Error findings: see zegel inspect";

/// Whether a remark is one of these.
pub(super) fn is_error(remark: &str) -> bool {
    let text = remark.split_once(": ").map_or(remark, |(_, text)| text);
    text.starts_with(ERROR) || remark.ends_with(MORE)
}

/// At most this many errors are said one by one.
const MAX_ERRORS: usize = 8;

/// Says every Error finding of the adopted spec's own verdict, and what a check of it comes to: those on what it manages
/// make it fail.
pub(super) fn remark(adopted: &mut Adopted, verdict: &Verdict) {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors: Vec<&Finding> = verdict.findings.iter().filter(is_error).collect();
    adopted.checked = Checked {
        wrong: errors.iter().any(|finding| finding.managed),
        unknown: !(verdict.is_complete() && verdict.compliance_is_known()),
    };
    for finding in errors.iter().take(MAX_ERRORS) {
        let weight = if finding.managed {
            "a check of this manifest fails"
        } else {
            "not managed"
        };
        let text = format!(
            "{ERROR}{} at {}, {weight}: {}",
            finding.rule.id,
            finding.site.name(),
            finding.message
        );
        adopted.remark(finding.rule.standard, text);
    }
    if let Some(more) = errors.len().checked_sub(MAX_ERRORS).filter(|more| *more > 0) {
        adopted.remarks.push(format!("{more} {MORE}"));
    }
}
