//! The `MailDomain` that live DNS already satisfies: how a fleet is adopted.
//!
//! A proposal is made from what stands in DNS, then judged over the same facts by the same judgement a check would
//! use; whatever is not in sync is taken out again and said in a comment. So what is written is in sync by
//! construction, and what a manifest cannot say is a remark, never a guess. Pure.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::live::Live;
use super::text::harmless;
use crate::api::{
    Alignment, Alignments, DkimFlag, DkimSelector, DkimSpec, DmarcPolicy, DmarcSpec, MailDomainSpec,
    PublicSuffix, Role, SelectorState, SpfAll, SpfSpec,
};
use crate::inquiry::Inquiry;
use crate::intent::{Intent, SpecError};
use crate::judge::{State, judge};
use crate::records::spf::{self, Qualifier};
use crate::records::tags::{self, PartKind};
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
    propose_spf(live, &mut adopted);
    propose_dkim(live, &mut adopted);
    propose_dmarc(live, &mut adopted);
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
        let (dmarc, _) = dmarc_spec(record);
        spec.dmarc = Some(DmarcSpec {
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

fn propose_spf(live: &Live, adopted: &mut Adopted) {
    if let Some(trouble) = live.apex.trouble {
        return adopted.remark(Standard::Spf, format!("not asked successfully: {trouble}"));
    }
    let texts = live.spf_texts();
    let is_spf = |text: &&Vec<u8>| spf::likeness(text) == spf::Likeness::Spf;
    let records: Vec<&Vec<u8>> = texts.iter().filter(is_spf).collect();
    let record = match records.as_slice() {
        [] => return adopted.remark(Standard::Spf, "no record"),
        [record] => record,
        several => {
            return adopted.remark(
                Standard::Spf,
                format!("{} records, none of which counts", several.len()),
            );
        }
    };
    let said = spf::parse(record).as_spec();
    if !said.lost.is_empty() {
        for lost in &said.lost {
            adopted.remark(Standard::Spf, lost);
        }
        return adopted.remark(Standard::Spf, format!("found: {}", presentation(record)));
    }
    let all = match said.all {
        Some(Qualifier::Fail) => Some(SpfAll::Fail),
        Some(Qualifier::SoftFail) => Some(SpfAll::SoftFail),
        Some(Qualifier::Neutral) => Some(SpfAll::Neutral),
        Some(Qualifier::Pass) => {
            return adopted.remark(Standard::Spf, "+all lets anyone send; no manifest can ask for it");
        }
        None if said.redirect.is_none() => Some(SpfAll::Neutral),
        None => None,
    };
    adopted.spec.spf = Some(SpfSpec {
        mechanisms: said.mechanisms,
        all,
        redirect: said.redirect,
        explanation: said.explanation,
        also_at: Vec::new(),
    });
}

fn propose_dkim(live: &Live, adopted: &mut Adopted) {
    let mut selectors = Vec::new();
    for (name, seen, keys) in live.found_selectors() {
        let selector = DkimSelector {
            name: name.to_owned(),
            state: None,
            public_key: None,
            cname: None,
            any_key: None,
            flags: Vec::new(),
        };
        if let Some(target) = seen.chain.first() {
            selectors.push(DkimSelector {
                cname: Some(target.to_string()),
                ..selector
            });
            continue;
        }
        match keys.as_slice() {
            [key] => selectors.push(key_selector(selector, key)),
            several => {
                let text = format!(
                    "selector {name}: {} key records, which verifiers may not tell apart",
                    several.len()
                );
                adopted.remark(Standard::Dkim, text);
            }
        }
    }
    if selectors.is_empty() {
        let text =
            "no selector is known: DKIM selectors cannot be listed by asking DNS (name them with --selector)";
        adopted.remark(Standard::Dkim, text);
    } else {
        adopted.spec.dkim = Some(DkimSpec { selectors });
    }
}

/// A selector from its key record.
fn key_selector(selector: DkimSelector, record: &[u8]) -> DkimSelector {
    let tags = tag_values(record);
    let value = |name: &str| {
        tags.iter()
            .find(|(tag, _)| tag == name)
            .map(|(_, value)| value.as_str())
    };
    let key: String = value("p").unwrap_or_default().split_whitespace().collect();
    if key.is_empty() {
        return DkimSelector {
            state: Some(SelectorState::Revoked),
            ..selector
        };
    }
    let flags = value("t").unwrap_or_default().split(':').map(str::trim);
    let flags = flags.filter_map(|flag| match flag {
        "s" => Some(DkimFlag::StrictIdentity),
        "y" => Some(DkimFlag::Testing),
        _ => None,
    });
    DkimSelector {
        public_key: Some(key),
        flags: flags.collect(),
        ..selector
    }
}

fn propose_dmarc(live: &Live, adopted: &mut Adopted) {
    if let Some(trouble) = live.dmarc.trouble {
        return adopted.remark(Standard::Dmarc, format!("not asked successfully: {trouble}"));
    }
    let texts = live.dmarc_texts();
    let is_dmarc = |text: &&Vec<u8>| records::dmarc::likeness(text) == records::dmarc::Likeness::Dmarc;
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
            let (dmarc, lost) = dmarc_spec(record);
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
fn dmarc_spec(record: &[u8]) -> (DmarcSpec, Vec<String>) {
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

/// The tags of a record, names as they stand, values in presentation format; the first of a name first.
fn tag_values(record: &[u8]) -> Vec<(String, String)> {
    let text = |span: records::Span| presentation(record.get(span).unwrap_or_default());
    tags::split(record)
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
    let parts = 3 + adopted.spec.dkim.as_ref().map_or(0, |dkim| dkim.selectors.len());
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

/// The part of the spec a path lies in: one selector, or a whole block.
fn part(path: &str) -> &str {
    let block = path.split(']').next().unwrap_or_default();
    if block.starts_with("spec.dkim.selectors[") {
        return block;
    }
    path.get(..8).unwrap_or(path)
}

/// Takes the part of the spec out that `error` is about.
fn take_out(adopted: &mut Adopted, error: &SpecError) {
    let spec = &mut adopted.spec;
    let standard = if error.path.starts_with("spec.spf") {
        spec.spf = None;
        Standard::Spf
    } else if let Some(rest) = error.path.strip_prefix("spec.dkim") {
        let index = rest
            .strip_prefix(".selectors[")
            .and_then(|rest| rest.split(']').next());
        match (
            index.and_then(|index| index.parse::<usize>().ok()),
            &mut spec.dkim,
        ) {
            (Some(index), Some(dkim)) if index < dkim.selectors.len() => {
                dkim.selectors.remove(index);
            }
            _ => spec.dkim = None,
        }
        if spec.dkim.as_ref().is_some_and(|dkim| dkim.selectors.is_empty()) {
            spec.dkim = None;
        }
        Standard::Dkim
    } else {
        spec.dmarc = None;
        Standard::Dmarc
    };
    let text = if error.message.is_empty() {
        "cannot be said"
    } else {
        &error.message
    };
    adopted.remark(standard, text);
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
