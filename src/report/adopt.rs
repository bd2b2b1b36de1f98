//! The `MailDomain` that live DNS already satisfies: how a fleet is adopted.
//!
//! A proposal is made from what stands in DNS, then judged over the same facts by the same judgement a check would
//! use; whatever is not in sync is taken out again and said in a comment. So what is written is in sync by
//! construction, and what a manifest cannot say is a remark, never a guess. Pure.

mod dkim;
mod dmarc;
mod spf;

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::live::Live;
use super::text::harmless;
use crate::api::{DmarcSpec, MailDomainSpec, Role};
use crate::inquiry::Inquiry;
use crate::intent::{Intent, SpecError};
use crate::judge::{State, judge};
use crate::records::tags::{self, PartKind, WhiteSpace};
use crate::records::{self, Standard, presentation};

/// A manifest in the making: the spec, and what it cannot say.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// What live DNS satisfies.
    pub spec: MailDomainSpec,
    /// What could not be said, one sentence each, the standard first.
    pub remarks: Vec<String>,
}

/// The spec that `live` satisfies, judged over the facts of `inquiry`.
pub fn adopt(live: &Live, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Adopted {
    if let Some(parked) = parked(live, inquiry, now) {
        return parked;
    }
    let mut adopted = Adopted {
        spec: bare(live, Role::Mail),
        remarks: Vec::new(),
    };
    spf::propose(live, inquiry, &mut adopted);
    dkim::propose(live, &mut adopted);
    dmarc::propose(live, &mut adopted);
    if live.has_null_mx() {
        adopted.remark(
            Standard::Mx,
            "the domain accepts no mail (null MX), and is not parked: see role SendOnly",
        );
    }
    settle(&mut adopted, inquiry, now);
    adopted
}

/// Role Parked, when every record it derives is in sync already and DNS says so itself with a null MX.
fn parked(live: &Live, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Option<Adopted> {
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

fn bare(live: &Live, role: Role) -> MailDomainSpec {
    MailDomainSpec {
        domain: live.domain.to_string(),
        role,
        interval: None,
        settle_window: None,
        stale_after: None,
        ready_when: None,
        suspend: None,
        spf: None,
        dkim: None,
        dmarc: None,
    }
}

impl Adopted {
    fn remark(&mut self, standard: Standard, text: impl AsRef<str>) {
        self.remarks.push(format!("{standard}: {}", text.as_ref()));
    }

    /// The manifest: a YAML document that starts with `---`, remarks as comments at its end.
    ///
    /// # Errors
    /// When the spec cannot be written as YAML; none is known.
    pub fn to_yaml(&self) -> Result<String, serde_saphyr::SerializeError> {
        let manifest = Manifest {
            api_version: "zegel.dev/v1alpha1",
            kind: "MailDomain",
            metadata: Metadata {
                name: object_name(&self.spec.domain),
            },
            spec: &self.spec,
        };
        let mut out = String::from("---\n");
        out.push_str(&serde_saphyr::to_string(&manifest)?);
        if !out.ends_with('\n') {
            out.push('\n');
        }
        for remark in &self.remarks {
            let _ = writeln!(out, "# {}", harmless(remark));
        }
        Ok(out)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: &'a MailDomainSpec,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
}

/// An object's name for a domain: hyphens for dots where that is unambiguous (two labels), else the domain itself
/// (`_`, which no object name holds, becomes `x`).
pub fn object_name(domain: &str) -> String {
    let plain = domain.replace('_', "x");
    if plain.matches('.').count() <= 1 {
        plain.replace('.', "-")
    } else {
        plain
    }
}

/// The tags of a record, names as they stand, values in presentation format; the first of a name first.
fn tag_values(record: &[u8]) -> Vec<(String, String)> {
    let text = |span: records::Span| presentation(record.get(span).unwrap_or_default());
    tags::split(record, WhiteSpace::Folding)
        .into_iter()
        .filter_map(|part| match part.kind {
            PartKind::Tag { name, value } => Some((text(name), text(value))),
            _ => None,
        })
        .collect()
}

/// Judges the proposal and takes out what is not in sync, until all of it is.
fn settle(adopted: &mut Adopted, inquiry: &mut Inquiry<'_>, now: Timestamp) {
    // Each round takes out at least one part or ends.
    let selectors = adopted.spec.dkim.as_ref().map_or(0, |dkim| dkim.selectors.len());
    let parts = 3 + selectors + adopted.spec.spf.as_ref().map_or(0, |spf| spf.also_at.len());
    for _ in 0..=parts {
        let wrong = match Intent::from_spec(&adopted.spec) {
            Err(errors) => errors,
            Ok(intent) => {
                let verdict = judge(&intent, inquiry, now);
                let records = intent.wanted.iter().zip(&verdict.records);
                let wrong =
                    records
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
                            SpecError::new(
                                wanted.path.clone(),
                                format!("{} is not managed: {why}", wanted.name),
                            )
                        });
                wrong.collect()
            }
        };
        if wrong.is_empty() {
            return;
        }
        // From the end, so that earlier indices stay what they are; a part is taken out once.
        let mut last = None;
        for error in wrong.iter().rev() {
            if last != Some(part(&error.path)) {
                take_out(adopted, error);
            }
            last = Some(part(&error.path));
        }
    }
}

fn found(observed: &[String]) -> String {
    if observed.is_empty() {
        "nothing".to_owned()
    } else {
        observed.join(" | ")
    }
}

/// The part of the spec a path lies in: one selector, one other name, or a whole block.
fn part(path: &str) -> &str {
    let block = path.split(']').next().unwrap_or_default();
    if block.starts_with("spec.dkim.selectors[") || block.starts_with("spec.spf.alsoAt[") {
        return block;
    }
    path.get(..8).unwrap_or(path)
}

/// Takes the part of the spec out that `error` is about.
fn take_out(adopted: &mut Adopted, error: &SpecError) {
    let spec = &mut adopted.spec;
    let part = part(&error.path);
    let index = part
        .rsplit('[')
        .next()
        .and_then(|index| index.parse::<usize>().ok());
    let mut message = error.message.clone();
    let standard = match (part.get(..8), index) {
        (Some("spec.spf"), Some(index)) => {
            let also_at = spec.spf.as_mut().map(|spf| &mut spf.also_at);
            if let Some(also_at) = also_at.filter(|also_at| index < also_at.len()) {
                also_at.remove(index);
            }
            Standard::Spf
        }
        (Some("spec.spf"), None) => {
            spec.spf = None;
            Standard::Spf
        }
        (Some("spec.dki"), index) => {
            let selectors = spec.dkim.as_mut().map(|dkim| &mut dkim.selectors);
            let selector = selectors
                .as_ref()
                .zip(index)
                .and_then(|(selectors, index)| selectors.get(index));
            if let Some(selector) = selector {
                message = format!("selector {}: {message}", selector.name);
            }
            match (selectors, index) {
                (Some(selectors), Some(index)) if selectors.len() > 1 && index < selectors.len() => {
                    selectors.remove(index);
                }
                _ => spec.dkim = None,
            }
            Standard::Dkim
        }
        _ => {
            spec.dmarc = None;
            Standard::Dmarc
        }
    };
    adopted.remark(standard, message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_are_unambiguous() {
        for (domain, name) in [
            ("voorbeeld.nl", "voorbeeld-nl"),
            ("a-b.nl", "a-b-nl"),
            ("a.b.nl", "a.b.nl"),
            ("_x.nl", "xx-nl"),
        ] {
            assert_eq!(object_name(domain), name);
        }
    }
}
