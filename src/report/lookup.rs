//! One record set in depth, as `zegel lookup` prints it: what the resolver says, whether that is proven and by which
//! chain, and what each name server of the zone says. Pure.

mod recursive;

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

pub use self::recursive::{ExplainedReport, RecursiveReport, UnprovenReport};
use super::Style;
use super::servers::ServerReport;
use super::text::{hanging, harmless};
use crate::inquiry::{
    Dns, Doubt, ExtendedError, Inquiry, Kind, Need, Passes, Reply, Security, Trouble, Trust, Zone,
    whole_second,
};
use crate::judge::authorities::{self, Servers, Visible};
use crate::name::Name;

/// What is known of one record set; the JSON of `zegel lookup --output json`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LookupReport {
    /// The owner name that was asked for.
    pub name: Name,
    /// The record type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What the resolver says.
    pub recursive: RecursiveReport,
    /// What that is worth by Zegel's own validation.
    pub security: SecurityReport,
    /// The zone the name lies in, its aliases not followed; null when it could not be found.
    pub zone: Option<Name>,
    /// What each address of each of its name servers says; empty when they were not asked.
    pub servers: Vec<ServerReport>,
    /// The same in one line: which are right, and what the others do; null when they were not asked.
    pub summary: Option<String>,
    /// By when the resolver that was asked has what every name server says, where it has an older answer; null where that
    /// cannot be known, and where nothing older was seen.
    pub visible_by: Option<Timestamp>,
    /// What hangs on that time, or why there is none: what one look cannot know of other resolvers.
    pub visible_why: String,
    /// How many questions were put for all this, those of validation included.
    pub questions: u64,
    /// Whether answers could be validated: `Validates`, `PassesOn`, `Strips`, `Unknown`, of the resolver, or `Off`.
    pub validation: &'static str,
    #[serde(skip)]
    passes: Option<Passes>,
    #[serde(skip)]
    is_known: bool,
    #[serde(skip)]
    worth: Security,
}

/// What an answer is worth.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityReport {
    /// `Secure`, `Insecure`, `Bogus` or `Indeterminate`; `NotAsked` where nothing is validated: it is off, or the resolver
    /// does not pass DNSSEC on.
    pub state: &'static str,
    /// The zone at which that was decided.
    pub at: Option<Name>,
    /// The type of the record set that is not proven.
    pub kind: Option<String>,
    /// The reason in a word: `Expired`, `Unsigned`, `DsMatchesNoKey`, …
    pub why: Option<&'static str>,
    /// The reason in words.
    pub message: Option<String>,
    /// When the first signature ends on which the answer rests.
    pub until: Option<Timestamp>,
    /// The zones from the trust anchor down, by the parts of the answer.
    pub chain: Vec<ZoneReport>,
}

/// One zone of a chain of trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneReport {
    /// Its apex.
    pub zone: Name,
    /// Whether the chain leads through it, or where and why it ends.
    pub state: &'static str,
    /// The tags of its DS at the parent; none at a trust anchor.
    pub ds: Vec<u16>,
    /// The tags of its keys.
    pub keys: Vec<u16>,
    /// When the signature over its keys ends.
    pub until: Option<Timestamp>,
}

impl LookupReport {
    /// Looks at a record set; to be run until the inquiry opens no new question.
    pub fn look(name: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Self {
        let question = Dns::new(name.clone(), kind);
        let unanswered = match inquiry.ask(question.clone(), Need::Essential) {
            Reply::Unanswered(trouble) => trouble,
            Reply::Open | Reply::Answered(..) => Trouble::Limit,
        };
        let servers = authorities::of(name, kind, inquiry);
        let fact = inquiry.fact(&question).map(|fact| &**fact);
        let agrees = servers
            .as_ref()
            .ok()
            .and_then(|servers| authorities::resolver_agrees(servers, inquiry));
        let visible = Visible::of(servers.as_ref().map_err(|why| *why), fact, agrees);
        let servers = servers.ok();
        let has_answer = fact.is_some_and(|fact| fact.outcome.is_ok());
        let zone = servers.as_ref().map_or(name, |servers| &servers.zone);
        let (worth, trust, unproven) = match fact {
            Some(fact) if fact.outcome.is_ok() || fact.security != Security::NotAsked => {
                (fact.security.clone(), fact.source.trust.clone(), None)
            }
            _ => {
                let explained = fact.and_then(|fact| fact.source.explained.as_deref());
                of_no_answer(name, zone, (unanswered, explained), servers.as_ref(), inquiry)
            }
        };
        let security = SecurityReport::of(&worth, trust.as_deref());
        Self {
            name: name.clone(),
            kind,
            recursive: RecursiveReport::of(fact, unanswered),
            security: SecurityReport {
                message: unproven.or_else(|| security.message.clone()),
                ..security
            },
            zone: servers.as_ref().map(|servers| servers.zone.clone()),
            summary: servers.as_ref().and_then(|servers| match has_answer {
                true => servers.line(),
                false => servers.line_among_themselves(),
            }),
            servers: servers.as_ref().map(ServerReport::all).unwrap_or_default(),
            visible_by: visible.by,
            visible_why: visible.why,
            questions: 0,
            validation: Passes::word(inquiry.passes()),
            passes: inquiry.passes(),
            is_known: has_answer,
            worth,
        }
    }

    /// The same with what it cost to find out.
    #[must_use]
    pub fn at_the_cost_of(self, questions: u64) -> Self {
        Self { questions, ..self }
    }

    /// Whether an answer was had.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Whether the answer is proven to be false, by the doing of a domain: for everybody, so not by a signature that ended
    /// so short ago that some still take it.
    pub fn is_bogus(&self) -> bool {
        let Security::Bogus(bogus) = &self.worth else {
            return false;
        };
        self.worth.is_of_a_domain() && !bogus.why.is_tolerated()
    }

    /// What the answer is worth, for people.
    fn security(&self) -> String {
        let worth = match &self.worth {
            Security::NotAsked => format!("not asked: {}", self.why_not_asked()),
            // That there is no answer is not the fault of its proof.
            Security::Indeterminate { .. } if !self.is_known => match &self.security.message {
                Some(why) => format!("indeterminate: {why}"),
                None => self.worth.to_string(),
            },
            worth => worth.to_string(),
        };
        match self.security.until {
            Some(until) => format!("{worth}; the first signature ends {until}"),
            None => worth,
        }
    }

    /// Why nothing was validated.
    fn why_not_asked(&self) -> &'static str {
        match self.passes {
            None => "validation is off",
            Some(Passes::Strips) => {
                "the resolver does not pass DNSSEC on (signatures or proofs of absence are missing, or do not lead to the trust \
                 anchor)"
            }
            _ => "it is not known whether the resolver passes DNSSEC on",
        }
    }

    /// By when what the servers say is seen, for people.
    fn visible(&self) -> String {
        match self.visible_by {
            Some(by) => format!("by {}: {}", whole_second(by), self.visible_why),
            None => self.visible_why.clone(),
        }
    }

    /// The report for people.
    pub fn text(&self, style: Style) -> String {
        let mut rows = vec![["resolver".to_owned(), self.recursive.line()]];
        if !self.recursive.chain.is_empty() {
            let chain: Vec<&str> = self.recursive.chain.iter().map(Name::as_str).collect();
            rows.push(["aliases".to_owned(), chain.join(" → ")]);
        }
        rows.push(["security".to_owned(), self.security()]);
        for zone in &self.security.chain {
            rows.push([String::new(), zone.line()]);
        }
        match &self.zone {
            Some(zone) => rows.push(["zone".to_owned(), zone.to_string()]),
            // Why there is nothing to say of its servers is why there is none.
            None => rows.push(["servers".to_owned(), self.visible()]),
        }
        if let Some(summary) = &self.summary {
            rows.push(["servers".to_owned(), summary.clone()]);
        }
        for server in &self.servers {
            rows.push([String::new(), server.line()]);
        }
        if self.summary.is_some() {
            rows.push(["visible".to_owned(), self.visible()]);
        }
        rows.push(["cost".to_owned(), format!("{} questions", self.questions)]);
        let mut text = format!("{} {}\n", harmless(self.name.as_str()), self.kind);
        for [label, value] in rows {
            text.push_str(&hanging(
                &format!("  {label:<10} "),
                &harmless(&value),
                style.width,
            ));
        }
        text
    }
}

/// What can be said of the worth of what was not answered, with its chain and why: where the zone's own DS and keys are shown
/// to be broken, that; else that there is nothing to prove, with what the resolver and the zone's servers hint at. Nothing
/// where nothing is validated.
fn of_no_answer(
    name: &Name,
    zone: &Name,
    (trouble, explained): (Trouble, Option<&ExtendedError>),
    servers: Option<&Servers>,
    inquiry: &mut Inquiry<'_>,
) -> (Security, Option<Box<Trust>>, Option<String>) {
    let passes = inquiry.passes();
    if matches!(passes, None | Some(Passes::Strips)) {
        return (Security::NotAsked, None, None);
    }
    // A resolver that keeps to itself what it finds bogus says SERVFAIL.
    if trouble == Trouble::ServFail && passes.is_some_and(Passes::is_enough) {
        for kind in [Kind::Ds, Kind::Dnskey] {
            let question = Dns::new(zone.clone(), kind);
            inquiry.ask(question.clone(), Need::Detail);
            let fact = inquiry.fact(&question);
            if let Some(fact) = fact.filter(|fact| matches!(fact.security, Security::Bogus(_))) {
                return (fact.security.clone(), fact.source.trust.clone(), None);
            }
        }
    }
    let security = Security::Indeterminate {
        at: name.clone(),
        why: Doubt::Unanswered(trouble),
    };
    let mut message = format!("there is no answer that could be proven: {trouble}");
    if let Some(explained) = explained {
        let _ = write!(message, " and explains it as {explained}");
    }
    let may_be_kept_back = trouble == Trouble::ServFail && passes.is_some_and(Passes::is_enough);
    let cause = servers.filter(|_| may_be_kept_back);
    if let Some(cause) = cause.and_then(|servers| authorities::likely_cause(servers, inquiry)) {
        let _ = write!(
            message,
            "; {cause}, which is why a resolver that validates keeps it back"
        );
    }
    (security, None, Some(message))
}

impl SecurityReport {
    fn of(security: &Security, trust: Option<&Trust>) -> Self {
        Self {
            state: security.state(),
            at: security.at().cloned(),
            kind: security.kind().map(|kind| kind.to_string()),
            why: security.reason(),
            message: security.why(),
            until: trust.and_then(|trust| trust.ends).map(|ends| ends.at),
            chain: trust.map(zones).unwrap_or_default(),
        }
    }
}

/// All zones of a chain, each once, the trust anchor first.
fn zones(trust: &Trust) -> Vec<ZoneReport> {
    let mut reports = Vec::new();
    for zone in trust.zones.iter().flat_map(|zone| zone.chain()) {
        let report = ZoneReport::of(zone);
        if !reports.contains(&report) {
            reports.push(report);
        }
    }
    reports
}

/// Tags in order; of one tag those with the lesser algorithm first.
fn in_order<A: Ord>(tags: impl Iterator<Item = (u16, A)>) -> Vec<u16> {
    let mut tags: Vec<(u16, A)> = tags.collect();
    tags.sort();
    tags.into_iter().map(|(tag, _)| tag).collect()
}

impl ZoneReport {
    fn of(zone: &Zone) -> Self {
        Self {
            zone: zone.name.clone(),
            state: zone.security.state(),
            ds: in_order(zone.ds.iter().map(|ds| (ds.tag, ds.algorithm))),
            keys: in_order(zone.keys.iter().map(|key| (key.tag, key.algorithm))),
            until: zone.ends.map(|ends| ends.at),
        }
    }

    fn line(&self) -> String {
        let tags = |tags: &[u16]| {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            tags.join(", ")
        };
        let mut line = format!("{} {}", self.zone, self.state.to_lowercase());
        if !self.ds.is_empty() {
            let _ = write!(line, ", DS {}", tags(&self.ds));
        }
        if !self.keys.is_empty() {
            let _ = write!(line, ", keys {}", tags(&self.keys));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_in_order_and_of_one_tag_the_lesser_algorithm_first() {
        let tags = [(60_000, 8), (7, 13), (300, 15), (300, 8)];
        assert_eq!(in_order(tags.into_iter()), [7, 300, 300, 60_000]);
    }
}
