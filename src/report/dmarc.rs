//! One domain's DMARC in depth, as `zegel dmarc` prints it: the walk, the record found, the policy for mail from that
//! name, what receivers of RFC 7489 do instead, and where reports go. Pure.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::json::Open;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Passes, Trouble};
use crate::judge::dmarc::{
    Discovery, DiscoveryOutcome, Effective, PUBLIC_SUFFIX_LIST, StepAnswer, TreeStep, gather,
};
use crate::name::Name;
use crate::records::dmarc::Policy;
use crate::records::{Standard, presentation};
use crate::rules;

/// What is known of a domain's DMARC; the JSON of `zegel dmarc --output json`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DmarcReport {
    /// The domain.
    pub domain: Name,
    /// `policy`, `none`, `invalid` or `unknown`.
    pub outcome: &'static str,
    /// RFC 9989 4.10.2; null when an unanswered name hides it.
    pub organizational_domain: Option<Name>,
    /// Where the record that applies stands, without `_dmarc.`; null where there is none.
    pub policy_domain: Option<Name>,
    /// That record, in presentation format.
    pub record: Option<String>,
    /// The policy for mail from the domain, `t=y` counted in; null unless the outcome is `policy`.
    pub effective_policy: Option<Policy>,
    /// The tag that policy was read from: `p`, `sp` or `np`.
    pub policy_tag: Option<&'static str>,
    /// Whether the record says `t=y`.
    pub testing: bool,
    /// Whether the domain exists; null when that could not be asked.
    pub exists: Option<bool>,
    /// The names of the full walk from the domain, in order.
    pub queries: Vec<Name>,
    /// The texts on the way that were meant as a record.
    pub near_misses: Vec<NearMissReport>,
    /// The names of the walk at which a CNAME stands beside the record or beside another CNAME.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cname_conflicts: Vec<CnameConflict>,
    /// The policies for names below the domain without a record of their own.
    pub subdomains: SubdomainsReport,
    /// What receivers that follow RFC 7489 do.
    pub rfc7489: LegacyReport,
    /// Where reports go.
    pub report_destinations: Vec<DestinationReport>,
    /// The questions that got no usable answer.
    pub unanswered: Vec<Open>,
    /// Whether answers could be validated: `Validates`, `PassesOn`, `Strips`, `Unknown`, of the resolver, or `Off`.
    pub validation: &'static str,
    #[serde(skip)]
    discovery: Arc<Discovery>,
}

/// The policies for names below the domain; null where none applies or it could not be asked.
#[derive(Debug, Clone, Serialize)]
pub struct SubdomainsReport {
    /// For names that exist.
    pub existing: Option<Policy>,
    /// For names that do not.
    pub nonexistent: Option<Policy>,
}

/// What receivers that follow RFC 7489 do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegacyReport {
    /// `policy`, `none`, `invalid` or `unknown`, as for the domain itself.
    pub outcome: &'static str,
    /// By the public suffix list.
    pub organizational_domain: Name,
    /// Where the record they apply stands; null where none does, or that is not known.
    pub policy_domain: Option<Name>,
    /// The policy they apply, `pct=0` counted in; null unless the outcome is `policy`.
    pub effective_policy: Option<Policy>,
    /// They apply it to so many percent of the mail only, and the next weaker one to the rest; null where to all.
    pub percent: Option<u8>,
}

/// A text that was meant as a record, and is none to receivers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NearMissReport {
    /// Where it stands.
    pub name: Name,
    /// The text, in presentation format.
    pub text: String,
    /// Why receivers discard it.
    pub why: &'static str,
}

/// A CNAME that excludes what else stands at its name (RFC 1034 3.6.2, RFC 2181 10.1).
#[derive(Debug, Clone, Serialize)]
pub struct CnameConflict {
    /// The name of the walk.
    pub name: Name,
    /// Where the CNAME leads.
    pub target: Name,
}

/// One destination of reports.
#[derive(Debug, Clone, Serialize)]
pub struct DestinationReport {
    /// As the record says it, `!size` left out.
    pub uri: String,
    /// `rua` or `ruf`.
    pub kind: &'static str,
    /// Whether reports go there; null when that could not be asked.
    pub authorized: Option<bool>,
    /// The name whose TXT must agree; null where none must.
    pub ask: Option<Name>,
    /// The URIs the destination wants reports at instead; null where it names none.
    #[serde(rename = "override")]
    pub overrides: Option<Vec<String>>,
    /// What the destination's owner must publish, as a line of a zone file; null where nothing is needed.
    pub publish: Option<String>,
}

impl DmarcReport {
    /// Looks at a domain; to be run until the inquiry opens no new question.
    pub fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        inquiry.on_behalf_of(Standard::Dmarc);
        // The walk begins there, and without it nobody has looked: as essential here as in a judgement.
        if let Ok(name) = domain.prepend("_dmarc") {
            inquiry.ask(Dns::new(name, Kind::Txt), Need::Essential);
        }
        let discovery = gather(domain, inquiry);
        let unanswered = inquiry
            .unanswered()
            .map(|(question, asked, why)| Open::new(question, asked.need, asked.standards.iter(), why));
        let unanswered = unanswered.collect();
        Self {
            validation: Passes::word(inquiry.passes()),
            ..Self::new(discovery, unanswered)
        }
    }

    /// The report of a discovery, of which nothing was validated.
    pub fn new(discovery: Arc<Discovery>, unanswered: Vec<Open>) -> Self {
        let policy = |effective: Option<Effective>| effective.map(|effective| effective.policy);
        let (legacy, destinations) = (&discovery.legacy, &discovery.destinations);
        let destinations = destinations.iter().map(|destination| DestinationReport {
            uri: destination.uri.text.clone(),
            kind: destination.tag.as_str(),
            authorized: destination.authorized,
            ask: destination.ask.clone(),
            overrides: match destination.overrides.as_slice() {
                [] => None,
                overrides => Some(overrides.iter().map(|uri| uri.text.clone()).collect()),
            },
            publish: destination.publish(),
        });
        Self {
            domain: discovery.domain.clone(),
            outcome: discovery.outcome.as_str(),
            organizational_domain: discovery.organizational_domain.clone(),
            policy_domain: discovery.policy_domain.clone(),
            record: discovery.record.as_ref().map(|record| presentation(&record.text)),
            effective_policy: policy(discovery.policy),
            policy_tag: discovery.policy.map(|effective| effective.tag.as_str()),
            testing: discovery.record.as_ref().is_some_and(|record| record.testing()),
            exists: discovery.exists,
            queries: discovery.steps.iter().map(|step| step.asked.clone()).collect(),
            subdomains: SubdomainsReport {
                existing: policy(discovery.subdomains.existing),
                nonexistent: policy(discovery.subdomains.nonexistent),
            },
            cname_conflicts: discovery
                .steps
                .iter()
                .filter_map(|step| {
                    let (name, target) = (step.asked.clone(), step.beside.clone()?);
                    Some(CnameConflict { name, target })
                })
                .collect(),
            near_misses: discovery
                .near_misses()
                .map(|(step, text, miss)| NearMissReport {
                    name: step.asked.clone(),
                    text: presentation(text),
                    why: miss.why,
                })
                .collect(),
            rfc7489: LegacyReport {
                outcome: legacy.outcome.as_str(),
                organizational_domain: legacy.organizational_domain.clone(),
                policy_domain: legacy.policy_domain.clone(),
                effective_policy: legacy.policy,
                percent: legacy.partial,
            },
            report_destinations: destinations.collect(),
            unanswered,
            validation: Passes::OFF,
            discovery,
        }
    }

    /// What a person reads.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n  {}\n", self.domain, self.verdict());
        text.push_str("\nthe walk (RFC 9989 4.10)\n");
        for (index, step) in self.discovery.steps.iter().enumerate() {
            let found = answered(step);
            let via = step
                .chain
                .last()
                .map(|end| match step.of_any_name {
                    true => format!("  (any name here is an alias of {end}: a wildcard or DNAME)"),
                    false => format!("  (by CNAME to {end})"),
                })
                .unwrap_or_default();
            line(
                &mut text,
                &format!("{}. {}", index + 1, step.asked),
                &format!("{found}{via}"),
            );
            if let Some(other) = &step.beside {
                let rule = match step.chain.is_empty() {
                    true => rules::dns::CNAME_BESIDE_DATA.id,
                    false => rules::dns::SEVERAL_CNAMES.id,
                };
                let said = format!(
                    "a CNAME to {other} stands there too: receivers may take either, or none ({rule})"
                );
                line(&mut text, "   beside it", &said);
            }
            for miss in self.near_misses.iter().filter(|miss| miss.name == step.asked) {
                line(
                    &mut text,
                    "   meant as one",
                    &format!("{} ({})", miss.text, miss.why),
                );
            }
        }
        let known =
            |name: &Option<Name>, none: &str| name.as_ref().map_or(none.to_owned(), ToString::to_string);
        text.push_str("\nwhat follows\n");
        line(
            &mut text,
            "organizational domain",
            &known(&self.organizational_domain, "not known"),
        );
        line(&mut text, "record from", &known(&self.policy_domain, "nowhere"));
        let exists = match self.exists {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        };
        line(&mut text, "the name exists", exists);
        let (existing, nonexistent) = (
            self.discovery.subdomains.existing,
            self.discovery.subdomains.nonexistent,
        );
        line(&mut text, "names below that exist", &policy_said(existing));
        line(&mut text, "names below that do not", &policy_said(nonexistent));
        let _ = writeln!(
            text,
            "\nreceivers that follow RFC 7489 (public suffix list: {PUBLIC_SUFFIX_LIST})"
        );
        self.legacy(&mut text);
        self.destinations(&mut text);
        if !self.unanswered.is_empty() {
            text.push_str("\nnot answered\n");
            for one in &self.unanswered {
                line(&mut text, &format!("{} {}", one.name, one.type_), one.reason);
            }
        }
        text
    }

    /// What receivers of RFC 7489 do.
    fn legacy(&self, text: &mut String) {
        let legacy = &self.rfc7489;
        line(
            text,
            "organizational domain",
            legacy.organizational_domain.as_str(),
        );
        let (nowhere, none) = match self.discovery.legacy.outcome {
            DiscoveryOutcome::Unknown => ("not known", "not known: DNS gave no usable answer"),
            DiscoveryOutcome::Invalid => ("nowhere", "none applied: no valid policy and no valid rua"),
            DiscoveryOutcome::None | DiscoveryOutcome::Policy => ("nowhere", "none applied"),
        };
        let place = legacy.policy_domain.as_ref().map(ToString::to_string);
        line(text, "record from", place.as_deref().unwrap_or(nowhere));
        let policy = match (legacy.effective_policy, legacy.percent) {
            (None, _) => none.to_owned(),
            (Some(policy), None) => policy.to_string(),
            (Some(policy), Some(percent)) => {
                let rest = policy.lowered();
                format!("{policy} on {percent} % of the mail, {rest} on the rest (pct)")
            }
        };
        line(text, "policy", &policy);
    }

    /// The outcome in a sentence.
    fn verdict(&self) -> String {
        match (self.discovery.outcome, &self.discovery.policy) {
            (DiscoveryOutcome::Policy, Some(effective)) => {
                let place = self
                    .policy_domain
                    .as_ref()
                    .map_or_else(|| self.domain.to_string(), ToString::to_string);
                let testing = if effective.testing {
                    ", one level down for t=y"
                } else {
                    ""
                };
                let tag = effective.tag.as_str();
                format!("policy {} ({tag} of _dmarc.{place}{testing})", effective.policy)
            }
            (DiscoveryOutcome::None, _) => "no DMARC record applies: receivers apply no DMARC".to_owned(),
            (DiscoveryOutcome::Invalid, _) => {
                "the record has no valid policy and no valid rua: receivers apply no DMARC".to_owned()
            }
            _ if self.is_circular() => {
                "not known: a CNAME leads in a circle, so receivers find no record there".to_owned()
            }
            _ => "not known: DNS gave no usable answer".to_owned(),
        }
    }

    /// Whether a name of the walk is an alias without an end.
    fn is_circular(&self) -> bool {
        let mut steps = self.discovery.steps.iter();
        steps.any(|step| matches!(step.found, StepAnswer::Unanswered(Some(Trouble::CnameLoop))))
    }

    /// Whether a destination's host does not exist.
    fn is_missing(&self, one: &DestinationReport) -> bool {
        let mut all = self.discovery.destinations.iter();
        all.any(|other| other.missing && other.uri.text == one.uri && other.tag.as_str() == one.kind)
    }

    fn destinations(&self, text: &mut String) {
        if self.report_destinations.is_empty() {
            return;
        }
        text.push_str("\nreports\n");
        for one in &self.report_destinations {
            let said = match (one.authorized, &one.ask) {
                _ if self.is_missing(one) => "the host does not exist: receivers send nothing".to_owned(),
                (Some(true), None) => "same organizational domain: no agreement needed".to_owned(),
                (Some(true), Some(ask)) => format!("agreed at {ask}"),
                (Some(false), Some(ask)) => format!("NOT agreed at {ask}: receivers send nothing"),
                (Some(false), None) => {
                    "the name that must agree is too long for DNS: receivers send nothing".to_owned()
                }
                (None, _) => "agreement not known".to_owned(),
            };
            line(text, &format!("{} {}", one.kind, one.uri), &said);
            if let Some(overrides) = &one.overrides {
                line(text, "", &format!("sent instead to {}", overrides.join(", ")));
            }
            if let (Some(false), Some(publish)) = (one.authorized, &one.publish) {
                line(text, "", &format!("its owner must publish: {publish}"));
            }
        }
    }
}

/// What stands at a name of the walk.
fn answered(step: &TreeStep) -> String {
    match &step.found {
        StepAnswer::Nothing => "no DMARC record".to_owned(),
        StepAnswer::Record(record) => presentation(&record.text),
        StepAnswer::Several(count) => format!("{count} DMARC records: all discarded"),
        StepAnswer::Unanswered(Some(Trouble::CnameLoop)) => {
            "no record: its CNAMEs lead in a circle, or on without an end".to_owned()
        }
        StepAnswer::Unanswered(why) => why.map_or("open".to_owned(), |why| format!("not known: {why}")),
    }
}

fn policy_said(effective: Option<Effective>) -> String {
    effective.map_or("none applied, or not known".to_owned(), |effective| {
        format!("{} ({})", effective.policy, effective.tag.as_str())
    })
}

/// Two columns.
fn line(text: &mut String, left: &str, right: &str) {
    let _ = writeln!(text, "  {left:<38}  {right}");
}
