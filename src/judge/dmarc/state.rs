//! The state of a wanted `_dmarc`: a record, an alias, or nothing of its own.

use super::discovery::effective;
use super::walk::{TreeStep, WalkNeeds, applicable, organizational_domain, targets, walk};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::intent::{DmarcWant, Intent, ManagedRrset};
use crate::judge::basis::{Basis, Judged};
use crate::judge::{Findings, RecordVerdict, State};
use crate::name::Name;
use crate::records::dmarc::{self, DesiredRecord, Likeness, Policy, Record, TagName, likeness, parse};
use crate::records::{Class, Comparison, presentation};

/// The state of a wanted record. What is wrong beside is for the checks to say, so nothing goes to the findings.
pub(in crate::judge) fn state(
    intent: &Intent,
    wanted: &ManagedRrset,
    want: &DmarcWant,
    inquiry: &mut Inquiry<'_>,
    _findings: &mut Findings,
) -> RecordVerdict {
    let mut basis = Basis::default();
    let mut look = RrsetLook {
        domain: &intent.domain,
        name: &wanted.name,
        basis: &mut basis,
        inquiry,
    };
    let judged = match want {
        DmarcWant::Record(record) => look.record(record),
        DmarcWant::Inherit => look.inherited(),
        DmarcWant::Cname { target, at_least } => look.alias(target, *at_least),
    };
    let judged = judged.unwrap_or_else(|| judged_as(State::Unknown, Vec::new(), Vec::new()));
    basis.verdict(wanted, judged)
}

fn judged_as(state: State, observed: Vec<String>, differences: Vec<String>) -> Judged {
    Judged {
        state,
        observed,
        differences,
    }
}

/// What stands at the wanted name.
struct AtName {
    /// The aliases on the way, the records and the near misses.
    observed: Vec<String>,
    records: Vec<Record>,
    /// Why a text that was meant as a record is none.
    near_miss: Option<&'static str>,
}

/// One look at the wanted RRset. Whatever is `None` below is not known: the basis says why.
struct RrsetLook<'l, 'f> {
    domain: &'l Name,
    name: &'l Name,
    basis: &'l mut Basis,
    inquiry: &'l mut Inquiry<'f>,
}

impl RrsetLook<'_, '_> {
    /// The DMARC records at the wanted name, and what is to be shown of it.
    fn records_here(&mut self) -> Option<AtName> {
        let seen = self.basis.ask(self.inquiry, self.name, Kind::Txt)?;
        let mut here = AtName {
            observed: seen
                .chain
                .iter()
                .map(|target| format!("CNAME {target}"))
                .collect(),
            records: Vec::new(),
            near_miss: None,
        };
        for text in seen.texts() {
            match likeness(&text) {
                Likeness::Other => continue,
                Likeness::NearMiss(why) => here.near_miss = here.near_miss.or(Some(why)),
                Likeness::Dmarc => here.records.push(parse(&text)),
            }
            here.observed.push(presentation(&text));
        }
        Some(here)
    }

    /// A record of its own is wanted.
    fn record(&mut self, wanted: &DesiredRecord) -> Option<Judged> {
        let here = self.records_here()?;
        let record = match here.records.as_slice() {
            [] => {
                let sentence =
                    |why| format!("want a DMARC record, found a text receivers do not take for one: {why}");
                let differences = here.near_miss.map(sentence).into_iter().collect();
                return Some(judged_as(State::Missing, here.observed, differences));
            }
            [record] => record,
            many => {
                let count = many.len();
                let difference = format!("records: want 1, found {count}: receivers discard all of them");
                return Some(judged_as(State::Drifted, here.observed, vec![difference]));
            }
        };
        // sp and np matter only at an organizational domain: the walk is needed only where they decide.
        let as_if = |organizational| dmarc::compare(wanted, record, Some(organizational));
        let (above, below) = (as_if(true), as_if(false));
        if above == below {
            return Some(compared(above, here.observed));
        }
        match self.is_organizational() {
            Some(true) => Some(compared(above, here.observed)),
            Some(false) => Some(compared(below, here.observed)),
            None if below.class == Class::Different => Some(compared(below, here.observed)),
            // Whether it differs hangs on an answer that was not had.
            None => Some(judged_as(State::Unknown, here.observed, Vec::new())),
        }
    }

    /// The walk from the domain, every name of it essential.
    fn walk(&mut self) -> Vec<TreeStep> {
        let steps = walk(
            &targets(self.domain),
            self.inquiry,
            WalkNeeds::all(Need::Essential),
        );
        for step in &steps {
            let question = Dns::new(step.asked.clone(), Kind::Txt);
            let reply = self.inquiry.ask(question.clone(), Need::Essential);
            self.basis.rests_on(question, reply);
        }
        steps
    }

    /// Whether the domain is its own organizational domain.
    fn is_organizational(&mut self) -> Option<bool> {
        let steps = self.walk();
        organizational_domain(self.domain, &steps).map(|organizational| organizational == *self.domain)
    }

    /// No record is wanted here, and one above that applies.
    fn inherited(&mut self) -> Option<Judged> {
        let mut here = self.records_here()?;
        if !here.records.is_empty() {
            let difference = "record: want none here, found one: it is used instead of the inherited";
            let differences = vec![difference.to_owned()];
            return Some(judged_as(State::Unexpected, here.observed, differences));
        }
        let steps = self.walk();
        let found = applicable(self.domain, &steps)?;
        let Some((step, record)) = found.and_then(|step| step.record().map(|record| (step, record))) else {
            let difference = "inherit: want a record above that applies, found none";
            return Some(judged_as(
                State::Missing,
                here.observed,
                vec![difference.to_owned()],
            ));
        };
        let text = presentation(&record.text);
        if record.effects().is_none() {
            let difference = format!(
                "inherit: want a record above that applies, found one at {} that starts no DMARC: {text}",
                step.asked
            );
            return Some(judged_as(State::Missing, here.observed, vec![difference]));
        }
        here.observed
            .push(format!("inherited from {}: {text}", step.asked));
        Some(judged_as(State::InSync, here.observed, Vec::new()))
    }

    /// An alias is wanted, and perhaps a policy at its end.
    fn alias(&mut self, target: &Name, at_least: Option<Policy>) -> Option<Judged> {
        let seen = self.basis.ask(self.inquiry, self.name, Kind::Cname)?;
        let found = seen.records.iter().find_map(|record| match record {
            Rdata::Cname(found) => Some(found.clone()),
            _ => None,
        });
        let Some(found) = found else {
            return self.no_alias();
        };
        let observed = vec![found.to_string()];
        if found != *target {
            let difference = format!("CNAME: want {target}, found {found}");
            return Some(judged_as(State::Drifted, observed, vec![difference]));
        }
        match at_least {
            Some(at_least) => Some(self.end_of_alias(at_least, observed)),
            None => Some(judged_as(State::InSync, observed, Vec::new())),
        }
    }

    /// There is no alias: a record in its place is drift, nothing is missing.
    fn no_alias(&mut self) -> Option<Judged> {
        let here = self.records_here()?;
        if here.records.is_empty() {
            return Some(judged_as(State::Missing, here.observed, Vec::new()));
        }
        let copied =
            "CNAME: found TXT in its place: copied or flattened, it will not follow the provider's changes";
        Some(judged_as(State::Drifted, here.observed, vec![copied.to_owned()]))
    }

    /// The policy where the alias ends.
    fn end_of_alias(&mut self, at_least: Policy, mut observed: Vec<String>) -> Judged {
        let Some(seen) = self.basis.ask(self.inquiry, self.name, Kind::Txt) else {
            return judged_as(State::Unknown, observed, Vec::new());
        };
        let texts = seen.texts();
        let is_record = |text: &&Vec<u8>| likeness(text) == Likeness::Dmarc;
        let texts: Vec<&Vec<u8>> = texts.iter().filter(is_record).collect();
        observed.extend(texts.iter().map(|text| presentation(text)));
        let found = match texts.as_slice() {
            [] => "found no DMARC record at its end".to_owned(),
            [text] => match effective(&parse(text), TagName::P) {
                Some(have) if have.policy >= at_least => {
                    return judged_as(State::InSync, observed, Vec::new());
                }
                Some(have) if have.testing => format!("found {} at its end, in effect for t=y", have.policy),
                Some(have) => format!("found {} at its end", have.policy),
                None => "found a record at its end that starts no DMARC".to_owned(),
            },
            many => format!(
                "found {} records at its end: receivers discard all of them",
                many.len()
            ),
        };
        let difference = format!("policy: want at least {at_least}, {found}");
        judged_as(State::Drifted, observed, vec![difference])
    }
}

fn compared(comparison: Comparison, observed: Vec<String>) -> Judged {
    let state = match comparison.class {
        Class::Equal | Class::Equivalent => State::InSync,
        Class::Different => State::Drifted,
    };
    judged_as(state, observed, comparison.differences)
}
