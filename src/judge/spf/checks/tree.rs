//! What a record leads to: its includes and redirects.

use super::saying::{say_of_term, span_of};
use super::syntax::{mending, rule_of, slips_by_term};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::judge::dns;
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::policy::name_of;
use crate::judge::spf::published::{Meant, Values, gather};
use crate::judge::spf::state::UNLIKELY_LABEL;
use crate::judge::spf::tree::{Analysis, Obstacle, Probe, Reached, Via};
use crate::judge::{Finding, Findings, Topic};
use crate::name::Name;
use crate::records::mx::is_nowhere;
use crate::records::presentation;
use crate::records::spf::{
    Addresses, DomainSpec, Mechanism, Qualifier, Record, SyntaxError, parse_macro_string,
};
use crate::rules::spf::{limits, record as record_rules, tree as rules};
use crate::rules::{Rule, Severity};

/// Judges what the domain's own record leads to; says of which of its terms a slip is the cause.
pub(super) fn check(
    domain: &Name,
    analysis: &Analysis,
    own: &Record,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> Vec<usize> {
    let slips = slips_by_term(own);
    let mut told = Vec::new();
    let beyond = analysis.reached.iter();
    for reached in beyond.filter(|reached| reached.referral.via != Via::Apex) {
        let mut place = TreeRecord {
            domain,
            own,
            reached,
            topic,
            findings: &mut *findings,
        };
        place.signed_everybody(analysis);
        match &reached.obstacle {
            Some(obstacle) => {
                let top = reached.referral.top.filter(|_| reached.depth == 1);
                let slip = slips.iter().find(|(index, _)| Some(*index) == top);
                if place.hindered(obstacle, slip.map(|(_, slip)| *slip), inquiry) {
                    told.extend(top);
                }
            }
            None => place.readable(inquiry),
        }
    }
    let is_said = findings.iter().any(|said| {
        let everybody = [
            &record_rules::EVERYBODY,
            &record_rules::PASS_ALL,
            &rules::INCLUDE_PASSES_ALL,
        ];
        said.site == topic.site && everybody.contains(&said.rule)
    });
    let of_exists = analysis
        .probes
        .iter()
        .any(|probe| probe.everybody && probe.passes);
    if analysis.ipv4_addresses == ALL_V4 && !is_said && !of_exists {
        let message = "the networks of this record, its hosts and its includes together are every IPv4 address: anyone may send";
        findings.say(&record_rules::EVERYBODY, topic, message);
    }
    explanation(domain, own, topic, inquiry, findings);
    told
}

/// So deep an include is looked into for whether it lets everybody pass.
const MAX_DEPTH: usize = 10;

/// How many addresses IPv4 has.
const ALL_V4: u64 = 1 << 32;

/// A record beyond the domain's own, and where what is found of it is said.
struct TreeRecord<'p> {
    domain: &'p Name,
    own: &'p Record,
    reached: &'p Reached,
    topic: &'p Topic,
    findings: &'p mut Findings,
}

impl TreeRecord<'_> {
    /// Says it of the record's name, and marks the term of the domain's own record that leads there.
    fn say(&mut self, rule: &'static Rule, message: impl Into<String>) -> &mut Finding {
        let span = match self.reached.referral.top {
            Some(top) => span_of(self.own, top),
            None => 0..self.own.text.len(),
        };
        let said = self.findings.say(rule, self.topic, message);
        said.about(self.reached.name.as_str()).at(span)
    }

    /// An include or redirect that could not be followed; whether `slip` was said to be the cause.
    fn hindered(
        &mut self,
        obstacle: &Obstacle,
        slip: Option<&SyntaxError>,
        inquiry: &mut Inquiry<'_>,
    ) -> bool {
        let Reached { name, referral, .. } = self.reached;
        let (via, parent) = (referral.via, &referral.parent);
        let term = if via == Via::Include {
            "include"
        } else {
            "redirect"
        };
        let mut message = format!("{term} of {name} in the record of {parent}: {obstacle}");
        let mut fix = None;
        let rule = match obstacle {
            Obstacle::Bounds => &limits::NOT_EXPLORED,
            Obstacle::Loop => &rules::LOOP,
            Obstacle::SenderDependent => &rules::NOT_FOLLOWED,
            // An outage is no fault of the record.
            Obstacle::Open | Obstacle::Unanswered(_) => return false,
            Obstacle::Missing { nxdomain } => {
                if let Some(slip) = slip {
                    let message = format!("{}: {message}", slip.message);
                    let fix = mending(self.own, &[slip]);
                    let said = self.say(rule_of(slip.kind), message);
                    if let Some(fix) = fix {
                        said.fix(fix);
                    }
                    return true;
                }
                if let Some(meant) = meant_at(name, inquiry) {
                    let found = presentation(&meant.text);
                    message = format!(
                        "{term} of {name} in the record of {parent}: {found} stands there, which receivers do not take for an SPF record: {}",
                        meant.miss.why
                    );
                    fix = Some(match &meant.miss.whole {
                        Some(whole) => format!("Write the whole record at {name} anew: {whole}"),
                        None => format!(
                            "Begin the record at {name} with v=spf1 and one space, nothing before it."
                        ),
                    });
                }
                let free = nxdomain
                    .then(|| name_of(name).and_then(|name| dns::gone(&name, inquiry)))
                    .flatten();
                if let Some(free) = free {
                    let message = format!("{message}, nor does {free}: anyone may register it");
                    self.say(&rules::TAKE_OVER, message);
                    return false;
                }
                match via {
                    Via::Redirect => &rules::REDIRECT_MISSING,
                    Via::Include | Via::Apex => &rules::INCLUDE_MISSING,
                }
            }
            Obstacle::Malformed | Obstacle::Nowhere | Obstacle::Several(_) | Obstacle::Syntax(_) => {
                match (via, obstacle) {
                    (Via::Redirect, _) => &rules::REDIRECT_MISSING,
                    (_, Obstacle::Malformed | Obstacle::Nowhere) => &rules::INCLUDE_MISSING,
                    _ => &rules::INCLUDE_BROKEN,
                }
            }
        };
        if let Obstacle::Several(_) = obstacle {
            fix = Some(format!(
                "Merge the records at {name} into one, or have its owner do so."
            ));
        } else if let (Obstacle::Syntax(_), Via::Redirect) = (obstacle, via) {
            fix = Some(format!("Mend the record at {name}, or have its owner do so."));
        }
        let said = self.say(rule, message);
        if let Some(fix) = fix {
            said.fix(fix);
        }
        false
    }

    /// `?include:` and its like of a record that lets everybody pass: every sender gets this result, and nothing behind
    /// it is reached.
    fn signed_everybody(&mut self, analysis: &Analysis) {
        let Reached {
            name,
            referral,
            depth,
            ..
        } = self.reached;
        let Some(top) = referral
            .top
            .filter(|_| *depth == 1 && referral.via == Via::Include)
        else {
            return;
        };
        let directive = self.own.directives().find(|(index, _, _)| *index == top);
        let Some((_, qualifier, _)) = directive.filter(|(_, qualifier, _)| *qualifier != Qualifier::Pass)
        else {
            return;
        };
        if !lets_everybody_pass(name, analysis, 0) {
            return;
        }
        let term = self.own.term_text(top);
        let all = qualifier.all();
        let message = format!(
            "{name} lets everybody pass, and {term} matches whoever passes there: in effect {all}, and nothing behind it is reached"
        );
        let (rule, fix) = match qualifier {
            Qualifier::Neutral => (&record_rules::NEUTRAL_ALL, format!("Remove {term}.")),
            _ => (
                &rules::INCLUDE_PASSES_ALL,
                format!("Remove {term}; end the record in {all} where that is meant."),
            ),
        };
        let said = self.say(rule, message);
        said.at_most(Severity::Warning).fix(fix);
    }

    /// A record that could be read.
    fn readable(&mut self, inquiry: &mut Inquiry<'_>) {
        let reached = self.reached;
        let Some(record) = &reached.record else {
            return;
        };
        let name = &reached.name;
        let referral = &reached.referral;
        let ends_in_pass = matches!(record.all(), Some((_, Qualifier::Pass)));
        if referral.decides {
            self.end_of_redirect(record);
        }
        if referral.passes && passes_all(record) && !(referral.decides && ends_in_pass) {
            let message = format!("{name} lets everybody pass, and so does this record");
            self.say(&rules::INCLUDE_PASSES_ALL, message);
        }
        if referral.via == Via::Include && record.explanation().is_some() {
            let message = format!("exp= of {name} is not used for this domain: it is only included");
            self.say(&rules::UNUSED_EXPLANATION, message);
        }
        if referral.via == Via::Redirect
            && let Some(term) = about_its_own_name(record)
        {
            let message = format!("{term} in the record of {name} means {name}, not {}", self.domain);
            self.say(&rules::REDIRECT_DOMAIN, message);
        }
        if referral.via == Via::Include && reached.depth == 1 && is_wildcard(name, record, inquiry) {
            let message = format!("{name} has its record from a wildcard only");
            self.say(&rules::WILDCARD_TARGET, message);
        }
    }

    /// Where only redirects lead to a record, its end is the domain's own.
    fn end_of_redirect(&mut self, record: &Record) {
        let name = &self.reached.name;
        let decides = format!("the record of {name}, which decides in place of this one,");
        match (record.all(), record.redirect()) {
            (Some((_, Qualifier::Pass)), _) => {
                let message = format!("{decides} ends in +all: anyone may send in this domain's name");
                self.say(&record_rules::PASS_ALL, message);
            }
            (Some((_, Qualifier::Neutral)), _) => {
                let message = format!("want -all or ~all at the end, but {decides} ends in ?all");
                self.say(&record_rules::NEUTRAL_ALL, message);
            }
            (None, None) => {
                let message =
                    format!("want -all or ~all at the end, but {decides} has neither all nor redirect");
                self.say(&record_rules::NO_END, message);
            }
            (Some((_, Qualifier::Fail | Qualifier::SoftFail)), _) | (None, Some(_)) => {}
        }
    }
}

/// What was meant as a record at `name`, where none is.
fn meant_at(name: &str, inquiry: &mut Inquiry<'_>) -> Option<Meant> {
    let published = gather(inquiry, &name_of(name)?, Need::Evidence);
    published.values()?.near_misses.first().cloned()
}

/// A term that means the name its record stands at.
fn about_its_own_name(record: &Record) -> Option<String> {
    let own = record.directives().find(|(_, _, mechanism)| match mechanism {
        Mechanism::A { domain: None, .. } | Mechanism::Mx { domain: None, .. } | Mechanism::Ptr(None) => true,
        other => other
            .domain()
            .is_some_and(|domain| domain.string.macros().any(|one| one.letter == 'd')),
    });
    own.map(|(index, _, _)| record.term_text(index))
}

/// Whether the record at `name` lets everybody pass, by itself or by what it includes.
fn lets_everybody_pass(name: &str, analysis: &Analysis, depth: usize) -> bool {
    let mut there = analysis.reached.iter().filter(|reached| reached.name == name);
    let Some(record) = there
        .find_map(|reached| reached.record.as_ref())
        .filter(|_| depth <= MAX_DEPTH)
    else {
        return false;
    };
    let by_exists = |probe: &Probe| probe.at == name && probe.everybody && probe.qualifier == Qualifier::Pass;
    let leads_on = |domain: &DomainSpec| {
        let target = without_sender(domain, name);
        target.is_some_and(|target| lets_everybody_pass(&target, analysis, depth + 1))
    };
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let by_include = || {
        record.directives().any(|(index, qualifier, mechanism)| {
            let passes = index < end && qualifier == Qualifier::Pass;
            matches!(mechanism, Mechanism::Include(domain) if passes && leads_on(domain))
        })
    };
    let by_redirect =
        || record.all().is_none() && record.redirect().is_some_and(|(_, domain)| leads_on(domain));
    passes_all(record) || analysis.probes.iter().any(by_exists) || by_include() || by_redirect()
}

fn passes_all(record: &Record) -> bool {
    if matches!(record.all(), Some((_, Qualifier::Pass))) {
        return true;
    }
    let end = record.all().map_or(usize::MAX, |(index, _)| index);
    let passing = record
        .directives()
        .filter(|(index, qualifier, _)| *index < end && *qualifier == Qualifier::Pass);
    let v4 = passing.filter_map(|(_, _, mechanism)| match mechanism {
        Mechanism::Ip4(network) => Some(*network),
        _ => None,
    });
    Addresses::are_all_v4(v4)
}

/// Whether any name beside `name` has the same record. Names that say they are for SPF are taken at their word.
fn is_wildcard(name: &str, record: &Record, inquiry: &mut Inquiry<'_>) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    let Some(parent) = name_of(name)
        .and_then(|name| name.parent())
        .filter(|parent| parent.label_count() >= 2)
    else {
        return false;
    };
    if first.contains("spf") || first.starts_with('_') {
        return false;
    }
    let Ok(probe) = parent.prepend(UNLIKELY_LABEL) else {
        return false;
    };
    let published = gather(inquiry, &probe, Need::Evidence);
    let same = |values: &Values| values.records.iter().any(|other| other.text == record.text);
    published.values().is_some_and(same)
}

fn explanation(
    domain: &Name,
    own: &Record,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let Some((index, target)) = own.explanation() else {
        return;
    };
    if own.all().is_none() && own.redirect().is_some() {
        let message = "once the redirect is followed, only the target's own exp= is used";
        say_of_term(findings, &rules::UNUSED_EXPLANATION, topic, (own, index), message);
    }
    let Some(name) = without_sender(target, domain.as_str()).and_then(|target| name_of(&target)) else {
        return;
    };
    let question = Dns::new(name.clone(), Kind::Txt);
    let is_nowhere = is_nowhere(&name, domain);
    let records = match is_nowhere {
        true => Some(&[][..]),
        false => inquiry.ask(question, Need::Evidence).records(),
    };
    let Some(records) = records else {
        return;
    };
    let why = match records {
        [] if is_nowhere => "that is another machine to everybody, and not asked for".to_owned(),
        [] => "it has no TXT record".to_owned(),
        [Rdata::Txt(txt)] => match parse_macro_string(&txt.joined()) {
            Ok(_) => return,
            Err(error) => error.message,
        },
        many => format!("it has {} TXT records", many.len()),
    };
    let message = format!("the explanation at {name} is not used: {why}");
    say_of_term(findings, &rules::EXPLANATION_TARGET, topic, (own, index), message);
}
