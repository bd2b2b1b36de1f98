//! Judges a proposal and takes out what is not in sync, until all of it is. Pure.

use jiff::Timestamp;
use serde_json::json;

use super::{Adopted, errors, row};
use crate::api;
use crate::inquiry::Inquiry;
use crate::intent::{Intent, SpecError};
use crate::judge::{State, Verdict, judge};
use crate::records::Standard;

/// Takes out, with a remark, whatever of the proposal is not in sync.
pub(super) fn settle(adopted: &mut Adopted, inquiry: &mut Inquiry<'_>, now: Timestamp) {
    // Each round takes out at least one part or ends.
    let selectors = adopted.spec.dkim.as_ref().map_or(0, |dkim| dkim.selectors.len());
    let helpers = adopted.spec.spf.as_ref().map_or(0, |spf| spf.also_at.len());
    for _ in 0..=Standard::ALL.len() + selectors + helpers {
        let wrong = match look(adopted, inquiry, now) {
            Ok(verdict) => return errors::remark(adopted, &verdict),
            Err(wrong) => wrong,
        };
        // From the end, so that earlier indices stay what they are; a part is taken out once.
        let mut last = None;
        for error in wrong.iter().rev() {
            let part = part(&error.path);
            if last != Some(part) {
                take_out(adopted, error);
            }
            last = Some(part);
        }
    }
}

/// What the API server would refuse of a proposal: what stands in DNS keeps to no bound of the schema.
fn refused(adopted: &Adopted) -> Vec<SpecError> {
    let object = json!({
        "apiVersion": "zegel.dev/v1alpha1",
        "kind": "MailDomain",
        "metadata": {"name": "adopted"},
        "spec": adopted.spec,
    });
    let violations = api::validate(&object).violations.into_iter();
    violations
        .map(|violation| SpecError::new(violation.path, violation.message))
        .collect()
}

/// The verdict on a proposal that is in sync; else what makes it none, or keeps a part of it from being so.
fn look(adopted: &Adopted, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Result<Verdict, Vec<SpecError>> {
    let refused = refused(adopted);
    if !refused.is_empty() {
        return Err(refused);
    }
    let intent = Intent::from_spec(&adopted.spec)?;
    let verdict = judge(&intent, inquiry, now);
    let records = intent.wanted.iter().zip(&verdict.records);
    let wrong: Vec<SpecError> = records
        .filter(|(_, record)| record.state != State::InSync)
        .map(|(wanted, record)| {
            let why = match record.unanswered {
                Some(trouble) => format!("not answered: {trouble}"),
                None => format!(
                    "found {}; {}",
                    found(&record.observed),
                    record.differences.join("; ")
                ),
            };
            let message = format!("{} is not managed: {why}", wanted.name);
            SpecError::new(wanted.path.clone(), message)
        })
        .collect();
    if wrong.is_empty() { Ok(verdict) } else { Err(wrong) }
}

fn found(observed: &[String]) -> String {
    if observed.is_empty() {
        "nothing".to_owned()
    } else {
        observed.join(" | ")
    }
}

/// The part of the spec a path lies in: one entry of a list, or a whole block.
fn part(path: &str) -> &str {
    if let Some((entry, _)) = path.split_once(']') {
        return entry;
    }
    match path.match_indices('.').nth(1) {
        Some((end, _)) => path.get(..end).unwrap_or(path),
        None => path,
    }
}

/// Takes the part of the spec out that `error` is about, by the row of its standard.
fn take_out(adopted: &mut Adopted, error: &SpecError) {
    let of_block = |standard: &&Standard| {
        let block = row(**standard).block;
        let rest = error.path.strip_prefix(block).filter(|_| !block.is_empty());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let Some(standard) = Standard::ALL.iter().find(of_block) else {
        // Nothing of a block: what a role derives, or the domain itself.
        adopted.remarks.push(error.message.clone());
        return;
    };
    let part = (row(*standard).take_out)(&mut adopted.spec, &error.path);
    let message = match part {
        Some(part) => format!("{part}: {}", error.message),
        None => error.message.clone(),
    };
    adopted.remark(*standard, message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_in_one_part() {
        for (path, want) in [
            ("spec.spf", "spec.spf"),
            ("spec.spf.all", "spec.spf"),
            ("spec.spf.alsoAt[3].all", "spec.spf.alsoAt[3"),
            ("spec.dkim.selectors[2]", "spec.dkim.selectors[2"),
            ("spec.dmarc.policy", "spec.dmarc"),
            ("spec.role", "spec.role"),
        ] {
            assert_eq!(part(path), want, "{path}");
        }
    }
}
