//! One domain's DMARC in depth, as `zegel dmarc` prints it: the walk, the record found, the policy for mail from that
//! name, what receivers of RFC 7489 do instead, and where reports go. Pure.

use std::fmt::Write as _;

use serde::Serialize;

use crate::inquiry::{Inquiry, Kind, Need};
use crate::judge::dmarc::{Discovery, Effective, Found, Outcome, PUBLIC_SUFFIX_LIST, discover};
use crate::name::Name;
use crate::records::dmarc::Policy;
use crate::records::presentation;

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
    /// The policies for names below the domain without a record of their own.
    pub subdomains: SubdomainsReport,
    /// What receivers that follow RFC 7489 do.
    pub rfc7489: LegacyReport,
    /// Where reports go.
    pub report_destinations: Vec<DestinationReport>,
    /// The questions that got no usable answer.
    pub unanswered: Vec<UnansweredReport>,
    #[serde(skip)]
    discovery: Discovery,
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
    /// By the public suffix list.
    pub organizational_domain: Name,
    /// Where the record they apply stands; null where none does.
    pub policy_domain: Option<Name>,
    /// The policy they apply; null where they apply none.
    pub effective_policy: Option<Policy>,
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

/// A question without a usable answer.
#[derive(Debug, Clone, Serialize)]
pub struct UnansweredReport {
    /// The name asked.
    pub name: Name,
    /// The type asked.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// `ServFail`, `Timeout`, …
    pub why: &'static str,
}

impl DmarcReport {
    /// Looks at a domain; to be run until the inquiry opens no new question.
    pub fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        let discovery = discover(domain, inquiry, Need::Essential);
        let unanswered = inquiry.asked().filter_map(|(question, asked)| {
            asked.trouble.map(|why| UnansweredReport {
                name: question.name.clone(),
                kind: question.kind,
                why: why.reason(),
            })
        });
        Self::new(discovery, unanswered.collect())
    }

    /// The report of a discovery.
    pub fn new(discovery: Discovery, unanswered: Vec<UnansweredReport>) -> Self {
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
            outcome: match discovery.outcome {
                Outcome::Policy => "policy",
                Outcome::None => "none",
                Outcome::Invalid => "invalid",
                Outcome::Unknown => "unknown",
            },
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
            rfc7489: LegacyReport {
                organizational_domain: legacy.organizational_domain.clone(),
                policy_domain: legacy.policy_domain.clone(),
                effective_policy: legacy.policy,
            },
            report_destinations: destinations.collect(),
            unanswered,
            discovery,
        }
    }

    /// What a person reads.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n  {}\n", self.domain, self.verdict());
        text.push_str("\nthe walk (RFC 9989 4.10)\n");
        for (index, step) in self.discovery.steps.iter().enumerate() {
            let found = match &step.found {
                Found::Nothing => "no DMARC record".to_owned(),
                Found::Record(record) => presentation(&record.text),
                Found::Several(count) => format!("{count} DMARC records: all discarded"),
                Found::Unanswered(why) => why.map_or("open".to_owned(), |why| format!("not known: {why}")),
            };
            let via = step
                .chain
                .last()
                .map(|end| format!("  (by CNAME from {end})"))
                .unwrap_or_default();
            line(
                &mut text,
                &format!("{}. {}", index + 1, step.asked),
                &format!("{found}{via}"),
            );
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
        line(
            &mut text,
            "organizational domain",
            self.rfc7489.organizational_domain.as_str(),
        );
        line(
            &mut text,
            "record from",
            &known(&self.rfc7489.policy_domain, "nowhere"),
        );
        let partial = self.discovery.legacy.partial;
        let partial = partial
            .map(|percentage| format!(", on {percentage} % of the mail (pct)"))
            .unwrap_or_default();
        let policy = self.rfc7489.effective_policy;
        let policy = policy.map_or("none applied".to_owned(), |policy| format!("{policy}{partial}"));
        line(&mut text, "policy", &policy);
        self.destinations(&mut text);
        if !self.unanswered.is_empty() {
            text.push_str("\nnot answered\n");
            for one in &self.unanswered {
                line(&mut text, &format!("{} {}", one.name, one.kind), one.why);
            }
        }
        text
    }

    /// The outcome in a sentence.
    fn verdict(&self) -> String {
        match (self.discovery.outcome, &self.discovery.policy) {
            (Outcome::Policy, Some(effective)) => {
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
            (Outcome::None, _) => "no DMARC record applies: receivers apply no DMARC".to_owned(),
            (Outcome::Invalid, _) => {
                "the record has no valid policy and no valid rua: receivers apply no DMARC".to_owned()
            }
            _ => "not known: DNS gave no usable answer".to_owned(),
        }
    }

    fn destinations(&self, text: &mut String) {
        if self.report_destinations.is_empty() {
            return;
        }
        text.push_str("\nreports\n");
        for one in &self.report_destinations {
            let said = match (one.authorized, &one.ask) {
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

fn policy_said(effective: Option<Effective>) -> String {
    effective.map_or("none applied, or not known".to_owned(), |effective| {
        format!("{} ({})", effective.policy, effective.tag.as_str())
    })
}

/// Two columns.
fn line(text: &mut String, left: &str, right: &str) {
    let _ = writeln!(text, "  {left:<38}  {right}");
}
