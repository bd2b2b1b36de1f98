//! The state of a wanted `_dmarc`: a record, an alias, or nothing of its own.

use jiff::Timestamp;

use super::walk::{Found, Step, applicable, organizational_domain, targets, texts, walk};
use crate::inquiry::{Inquiry, Kind, Need, Question, Rdata, Reply, Trouble};
use crate::intent::{DmarcWant, Intent, ManagedRrset};
use crate::judge::{Findings, RecordVerdict, Site, State};
use crate::name::Name;
use crate::records::dmarc::{self, Likeness, Policy, likeness, parse};
use crate::records::{Class, Comparison, presentation};

/// The state of a wanted record. What is wrong beside is for the checks to say, so nothing goes to the findings.
pub(in crate::judge) fn state(
    intent: &Intent,
    wanted: &ManagedRrset,
    want: &DmarcWant,
    inquiry: &mut Inquiry<'_>,
    _findings: &mut Findings,
) -> RecordVerdict {
    let mut view = View::new(wanted, inquiry);
    match want {
        DmarcWant::Record(record) => view.record(intent, record),
        DmarcWant::Inherit => view.inherit(intent),
        DmarcWant::Cname { target, at_least } => view.cname(target, *at_least),
    }
    view.verdict
}

/// One look at the wanted RRset: the verdict as far as it is made, and the asking for it.
struct View<'i, 'f> {
    inquiry: &'i mut Inquiry<'f>,
    verdict: RecordVerdict,
    /// Why a text that was meant as a record is none.
    near_miss: Option<&'static str>,
}

impl<'i, 'f> View<'i, 'f> {
    fn new(wanted: &ManagedRrset, inquiry: &'i mut Inquiry<'f>) -> Self {
        let desired = wanted.desired();
        let verdict = RecordVerdict {
            site: Site::rrset(wanted.name.clone(), desired.kind),
            standard: wanted.standard(),
            state: State::Unknown,
            desired: desired.values,
            observed: Vec::new(),
            differences: Vec::new(),
            unanswered: None,
            ttl: None,
            seen_at: None,
            expires_at: None,
            questions: Vec::new(),
        };
        Self {
            inquiry,
            verdict,
            near_miss: None,
        }
    }

    /// Asks what the state hangs on and notes the answer's times.
    fn ask(&mut self, name: &Name, kind: Kind) -> Reply<'f> {
        let question = Question::new(name.clone(), kind);
        let reply = self.inquiry.ask(question.clone(), Need::Essential);
        self.rests_on(question, reply);
        reply
    }

    /// The state rests on this answer.
    fn rests_on(&mut self, question: Question, reply: Reply<'_>) {
        let verdict = &mut self.verdict;
        if !verdict.questions.contains(&question) {
            verdict.questions.push(question);
        }
        if let Some(fact) = reply.fact() {
            let earliest =
                |known: Option<Timestamp>, new: Timestamp| Some(known.map_or(new, |one| one.min(new)));
            verdict.ttl = verdict.ttl.or(Some(fact.ttl));
            verdict.seen_at = earliest(verdict.seen_at, fact.seen_at);
            verdict.expires_at = Some(
                verdict
                    .expires_at
                    .map_or(fact.expires_at, |one| one.max(fact.expires_at)),
            );
        }
    }

    fn unknown(&mut self, trouble: Option<Trouble>) {
        self.verdict.state = State::Unknown;
        self.verdict.unanswered = trouble;
    }

    /// The DMARC records at the wanted name; what is shown is noted. `None` when that is not known.
    fn records_here(&mut self) -> Option<Vec<dmarc::Record>> {
        let name = self.verdict.name().clone();
        let reply = self.ask(&name, Kind::Txt);
        if let Reply::Unanswered(trouble) = reply {
            self.unknown(Some(trouble));
            return None;
        }
        let fact = reply.fact()?;
        let mut records = Vec::new();
        self.verdict
            .observed
            .extend(fact.chain.iter().map(|target| format!("CNAME {target}")));
        for text in texts(reply) {
            let kind = likeness(&text);
            if kind != Likeness::Other {
                self.verdict.observed.push(presentation(&text));
            }
            if let Likeness::NearMiss(why) = kind {
                self.near_miss = self.near_miss.or(Some(why));
            }
            if kind == Likeness::Dmarc {
                records.push(parse(&text));
            }
        }
        Some(records)
    }

    fn record(&mut self, intent: &Intent, wanted: &dmarc::DesiredRecord) {
        let Some(records) = self.records_here() else {
            return;
        };
        match records.as_slice() {
            [] => {
                self.verdict.state = State::Missing;
                let why = self.near_miss;
                let sentence =
                    |why| format!("want a DMARC record, found a text receivers do not take for one: {why}");
                self.verdict.differences = why.map(sentence).into_iter().collect();
            }
            [record] => {
                // sp and np matter only at an organizational domain: the walk is needed only where they decide.
                let as_if = |organizational| dmarc::compare(wanted, record, Some(organizational));
                let (above, below) = (as_if(true), as_if(false));
                if above == below {
                    return self.compared(above);
                }
                match self.is_organizational(&intent.domain) {
                    Some(true) => self.compared(above),
                    Some(false) => self.compared(below),
                    None if below.class == Class::Different => self.compared(below),
                    None => {} // Whether it differs hangs on an answer that was not had.
                }
            }
            many => self.several(many.len()),
        }
    }

    fn compared(&mut self, comparison: Comparison) {
        self.verdict.unanswered = None;
        self.verdict.state = match comparison.class {
            Class::Equal | Class::Equivalent => State::InSync,
            Class::Different => State::Drifted,
        };
        self.verdict.differences = comparison.differences;
    }

    fn several(&mut self, count: usize) {
        self.verdict.state = State::Drifted;
        let difference = format!("records: want 1, found {count}: receivers discard all of them");
        self.verdict.differences = vec![difference];
    }

    /// The walk from `domain`, every name of it essential.
    fn walk(&mut self, domain: &Name) -> Vec<Step> {
        let steps = walk(&targets(domain), self.inquiry, Need::Essential, Need::Essential);
        for step in &steps {
            let question = Question::new(step.asked.clone(), Kind::Txt);
            let reply = self.inquiry.ask(question.clone(), Need::Essential);
            self.rests_on(question, reply);
        }
        steps
    }

    /// Whether the domain is its own organizational domain; notes why that is not known.
    fn is_organizational(&mut self, domain: &Name) -> Option<bool> {
        let steps = self.walk(domain);
        let organizational = organizational_domain(domain, &steps);
        if organizational.is_none() {
            self.unknown(first_trouble(&steps));
        }
        organizational.map(|organizational| organizational == *domain)
    }

    fn inherit(&mut self, intent: &Intent) {
        let Some(records) = self.records_here() else {
            return;
        };
        if !records.is_empty() {
            self.verdict.state = State::Unexpected;
            self.verdict.differences =
                vec!["record: want none here, found one: it is used instead of the inherited".to_owned()];
            return;
        }
        let steps = self.walk(&intent.domain);
        let Some(found) = applicable(&intent.domain, &steps) else {
            return self.unknown(first_trouble(&steps));
        };
        let record = found.and_then(|step| step.record().map(|record| (step, record)));
        let Some((step, record)) = record else {
            self.verdict.state = State::Missing;
            self.verdict.differences =
                vec!["inherit: want a record above that applies, found none".to_owned()];
            return;
        };
        let text = presentation(&record.text);
        if record.effects().is_none() {
            self.verdict.state = State::Missing;
            let found = format!(
                "inherit: want a record above that applies, found one at {} that starts no DMARC",
                step.asked
            );
            self.verdict.differences = vec![format!("{found}: {text}")];
            return;
        }
        self.verdict.state = State::InSync;
        self.verdict
            .observed
            .push(format!("inherited from {}: {text}", step.asked));
    }

    fn cname(&mut self, target: &Name, at_least: Option<Policy>) {
        let name = self.verdict.name().clone();
        let reply = self.ask(&name, Kind::Cname);
        if let Reply::Unanswered(trouble) = reply {
            return self.unknown(Some(trouble));
        }
        let Some(records) = reply.records() else { return };
        let found = records.iter().find_map(|record| match record {
            Rdata::Cname(found) => Some(found),
            _ => None,
        });
        match found {
            None => self.no_alias(),
            Some(found) if found != target => {
                self.verdict.state = State::Drifted;
                self.verdict.observed = vec![found.to_string()];
                self.verdict.differences = vec![format!("CNAME: want {target}, found {found}")];
            }
            Some(found) => {
                self.verdict.observed = vec![found.to_string()];
                self.verdict.state = State::InSync;
                if let Some(at_least) = at_least {
                    self.end_of_alias(at_least);
                }
            }
        }
    }

    /// There is no alias: a record in its place is drift, nothing is missing.
    fn no_alias(&mut self) {
        let Some(records) = self.records_here() else {
            return;
        };
        if records.is_empty() {
            self.verdict.state = State::Missing;
            return;
        }
        self.verdict.state = State::Drifted;
        let copied =
            "CNAME: found TXT in its place: copied or flattened, it will not follow the provider's changes";
        self.verdict.differences = vec![copied.to_owned()];
    }

    /// The policy where the alias ends.
    fn end_of_alias(&mut self, at_least: Policy) {
        let name = self.verdict.name().clone();
        let reply = self.ask(&name, Kind::Txt);
        if let Reply::Unanswered(trouble) = reply {
            return self.unknown(Some(trouble));
        }
        if reply.fact().is_none() {
            return self.unknown(None);
        }
        let texts = texts(reply);
        let texts: Vec<&Vec<u8>> = texts
            .iter()
            .filter(|text| likeness(text) == Likeness::Dmarc)
            .collect();
        self.verdict
            .observed
            .extend(texts.iter().map(|text| presentation(text)));
        let found = match texts.as_slice() {
            [] => "found no DMARC record at its end".to_owned(),
            [text] => match super::discovery::effective(&parse(text), dmarc::TagName::P) {
                Some(have) if have.policy >= at_least => return,
                Some(have) if have.testing => format!("found {} at its end, in effect for t=y", have.policy),
                Some(have) => format!("found {} at its end", have.policy),
                None => "found a record at its end that starts no DMARC".to_owned(),
            },
            many => format!(
                "found {} records at its end: receivers discard all of them",
                many.len()
            ),
        };
        self.verdict.state = State::Drifted;
        self.verdict.differences = vec![format!("policy: want at least {at_least}, {found}")];
    }
}

/// Why the first unanswered name of a walk is so.
fn first_trouble(steps: &[Step]) -> Option<Trouble> {
    steps.iter().find_map(|step| match step.found {
        Found::Unanswered(trouble) => trouble,
        _ => None,
    })
}
