//! A small world to tell histories in: intents of a few records, verdicts made by hand, a clock that is a number.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use zegel::api::{MailDomainStatus, ReadyWhen, RecordStatus};
use zegel::history::{
    Before, Event, FLUX_REQUESTED_AT, Next, Pass, REQUESTED_AT, Remembered, Requests, next,
};
use zegel::inquiry::{Kind, Need, Question, Trouble};
use zegel::intent::{DkimWant, DmarcWant, Intent, ManagedRrset, Role, Schedule, What};
use zegel::judge::{Answered, Consulted, Finding, RecordVerdict, Site, State, Unanswered, Verdict};
use zegel::name::Name;
use zegel::records::Standard;
use zegel::rules::{Rule, Severity};

use crate::kstatus;

/// A rule of SPF that no catalogue holds.
pub static RULE: Rule = Rule {
    id: "SPF-T01",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "for tests",
    section: "RFC 7208 4.6.4",
    why: "",
    fix: "mend it",
    bad: "",
    good: "",
};

/// A rule of SPF that the catalogue holds.
pub fn spf_rule() -> &'static Rule {
    let mut rules = zegel::rules::all();
    rules
        .find(|rule| rule.standard == Standard::Spf && rule.severity == Severity::Error)
        .unwrap()
}

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Seconds after the start of the history.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub const SERVFAIL: Says = Says::Nothing(Trouble::ServFail);

/// An answer that differs from what is wanted, had at this second, with this remaining TTL.
pub fn drifted(seen: i64, ttl: i64) -> Says {
    Says::State(State::Drifted, seen, ttl)
}

pub fn secs(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3600;

/// What DNS says of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// This state, had at this second, with this remaining TTL.
    State(State, i64, i64),
    /// No answer.
    Nothing(Trouble),
}

/// An object with its history.
pub struct Object {
    pub intent: Intent,
    pub schedule: Schedule,
    pub generation: i64,
    pub status: Option<MailDomainStatus>,
    pub remembered: Remembered,
    pub annotations: BTreeMap<String, String>,
    pub writes: usize,
    pub last: Option<Next>,
}

impl Object {
    /// An object that manages a DKIM selector, a DMARC record and a null MX.
    pub fn new() -> Self {
        let domain = name("voorbeeld.nl");
        let wanted = |name: &str, kind, what| ManagedRrset {
            name: name.parse().unwrap(),
            kind,
            what,
            path: "spec".to_owned(),
        };
        let key = What::Dkim(DkimWant::Cname(name("s.provider.example")));
        let policy = What::Dmarc(DmarcWant::Cname {
            target: name("d.provider.example"),
            at_least: None,
        });
        Self {
            intent: Intent {
                domain,
                role: Some(Role::Parked),
                wanted: vec![
                    wanted("s._domainkey.voorbeeld.nl", Kind::Cname, key),
                    wanted("_dmarc.voorbeeld.nl", Kind::Cname, policy),
                    wanted("voorbeeld.nl", Kind::Mx, What::NullMx),
                ],
                asked: Vec::new(),
                probes: Vec::new(),
            },
            schedule: Schedule {
                interval: SignedDuration::from_hours(1),
                settle_window: SignedDuration::from_mins(15),
                stale_after: SignedDuration::from_hours(6),
                ready_when: ReadyWhen::Compliant,
                suspend: false,
            },
            generation: 1,
            status: None,
            remembered: Remembered::default(),
            annotations: BTreeMap::new(),
            writes: 0,
            last: None,
        }
    }

    /// An object that manages nothing.
    pub fn observing() -> Self {
        let mut object = Self::new();
        object.intent.wanted.clear();
        object.intent.role = Some(Role::Mail);
        object
    }

    /// An object that was found in sync an hour before the start, so that caches hold nothing of that look.
    pub fn in_sync() -> Self {
        let mut object = Self::new();
        object.look(-HOUR, &object.all_in_sync(-HOUR));
        assert_eq!(object.ready(), ("True", "Compliant"));
        object
    }

    /// Everything in sync, seen at this second, with a TTL of five minutes.
    pub fn all_in_sync(&self, seen: i64) -> Vec<Says> {
        vec![Says::State(State::InSync, seen, 300); self.intent.wanted.len()]
    }

    /// As [`Self::all_in_sync`], but the DMARC record says something else.
    pub fn with_dmarc(&self, seen: i64, says: Says) -> Vec<Says> {
        let mut all = self.all_in_sync(seen);
        all[1] = says;
        all
    }

    /// The desired text of the DMARC record changes.
    pub fn change_dmarc(&mut self, target: &str) {
        self.intent.wanted[1].what = What::Dmarc(DmarcWant::Cname {
            target: name(target),
            at_least: None,
        });
        self.generation += 1;
    }

    pub fn look(&mut self, now: i64, says: &[Says]) -> Next {
        self.look_with(now, says, Vec::new())
    }

    pub fn look_with(&mut self, now: i64, says: &[Says], findings: Vec<Finding>) -> Next {
        let mut verdict = verdict(&self.intent, says, findings);
        if self.intent.wanted.is_empty() {
            verdict.asked[0].answered = answered(now, 300);
        }
        self.judged(now, &verdict)
    }

    /// DNS was asked, and this is what was found.
    pub fn judged(&mut self, now: i64, verdict: &Verdict) -> Next {
        let (intent, schedule) = (self.intent.clone(), self.schedule);
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict,
        };
        self.pass(now, pass)
    }

    /// Nobody asked DNS.
    pub fn aged(&mut self, now: i64) -> Next {
        let (intent, schedule) = (self.intent.clone(), self.schedule);
        let pass = Pass::Aged {
            intent: &intent,
            schedule: &schedule,
        };
        self.pass(now, pass)
    }

    /// Somebody asks for a look.
    pub fn request(&mut self, value: &str) {
        self.annotations.insert(REQUESTED_AT.to_owned(), value.to_owned());
    }

    /// Somebody asks for a look with Flux.
    pub fn request_by_flux(&mut self, value: &str) {
        self.annotations
            .insert(FLUX_REQUESTED_AT.to_owned(), value.to_owned());
    }

    /// Whether the next look is one that was asked for.
    pub fn is_requested(&self) -> bool {
        let requests = Requests::of(&self.annotations);
        self.before(&requests).request().is_some()
    }

    /// A look after the clock was set back: what holds from one step to the next does not hold then.
    pub fn look_as_it_is(&mut self, now: i64, says: &[Says]) -> Next {
        self.judged_as_it_is(now, &verdict(&self.intent, says, Vec::new()))
    }

    /// What was found, whatever the clock does.
    pub fn judged_as_it_is(&mut self, now: i64, verdict: &Verdict) -> Next {
        let (intent, schedule) = (self.intent.clone(), self.schedule);
        let pass = Pass::Judged {
            intent: &intent,
            schedule: &schedule,
            verdict,
        };
        self.pass_as_it_is(now, pass)
    }

    /// Nobody asked DNS, whatever the clock does.
    pub fn aged_as_it_is(&mut self, now: i64) -> Next {
        let (intent, schedule) = (self.intent.clone(), self.schedule);
        let pass = Pass::Aged {
            intent: &intent,
            schedule: &schedule,
        };
        self.pass_as_it_is(now, pass)
    }

    /// One pass, whatever the clock does.
    pub fn pass_as_it_is(&mut self, now: i64, pass: Pass<'_>) -> Next {
        let next = self.peek(now, pass);
        if next.write {
            self.writes += 1;
            self.status = Some(next.status.clone());
        }
        self.remembered = next.remembered.clone();
        self.last = Some(next.clone());
        next
    }

    /// One pass: checks what always holds, writes when a write is due.
    pub fn pass(&mut self, now: i64, pass: Pass<'_>) -> Next {
        let next = self.peek(now, pass);
        let broken = kstatus::violations(self.generation, &next.status);
        assert!(broken.is_empty(), "{broken:?}\n{:#?}", next.status.conditions);
        if let Some(before) = &self.status {
            let broken = kstatus::step_violations(before, &next.status);
            assert!(broken.is_empty(), "{broken:?}\n{before:#?}\n{:#?}", next.status);
        }
        assert!(
            next.event.is_none() || next.write,
            "an event goes with a written change"
        );
        if next.write {
            self.writes += 1;
            // What is read back is what was written: through JSON.
            let json = serde_json::to_string(&next.status).unwrap();
            assert!(json.len() <= 64 * 1024);
            self.status = Some(serde_json::from_str(&json).unwrap());
            assert_eq!(self.status.as_ref(), Some(&next.status), "a status survives JSON");
        } else {
            assert_eq!(self.status.as_ref(), Some(&next.status));
        }
        self.remembered = next.remembered.clone();
        let again = self.peek(now, pass);
        assert!(!again.write && again.event.is_none(), "the same again is no news");
        self.last = Some(next.clone());
        next
    }

    fn peek(&self, now: i64, pass: Pass<'_>) -> Next {
        let requests = Requests::of(&self.annotations);
        next(&self.before(&requests), pass, at(now))
    }

    pub fn before<'a>(&'a self, requests: &'a Requests) -> Before<'a> {
        Before {
            uid: "7c1f0e0a-0000-4000-8000-000000000001",
            generation: self.generation,
            requests,
            status: self.status.as_ref(),
            remembered: &self.remembered,
        }
    }

    /// The process is replaced by a new one.
    pub fn restart(&mut self) {
        self.remembered = Remembered::default();
    }

    pub fn ready(&self) -> (&str, &str) {
        self.condition("Ready")
    }

    pub fn condition(&self, type_: &str) -> (&str, &str) {
        let status = self.status.as_ref().unwrap();
        kstatus::condition(status, type_).unwrap_or(("-", "-"))
    }

    pub fn message(&self) -> String {
        let status = self.status.as_ref().unwrap();
        let ready = status
            .conditions
            .iter()
            .find(|condition| condition.type_ == "Ready");
        ready.unwrap().message.clone()
    }

    pub fn dmarc(&self) -> &RecordStatus {
        &self.status.as_ref().unwrap().records[1]
    }

    pub fn kstatus(&self) -> kstatus::Kstatus {
        kstatus::kstatus(self.generation, self.status.as_ref().unwrap())
    }

    pub fn requeue(&self) -> i64 {
        let requeue = self.last.as_ref().unwrap().requeue.unwrap();
        requeue.as_secs() + i64::from(requeue.subsec_nanos() > 0)
    }

    pub fn event(&self) -> Option<(&'static str, bool)> {
        let event: Option<&Event> = self.last.as_ref().unwrap().event.as_ref();
        event.map(|event| (event.reason, event.warning))
    }
}

pub fn verdict(intent: &Intent, says: &[Says], findings: Vec<Finding>) -> Verdict {
    let mut records = Vec::new();
    let mut unanswered = Vec::new();
    // The domain itself.
    let mut asked = vec![Consulted {
        question: Question::new(intent.domain.clone(), Kind::Txt),
        need: match intent.wanted.is_empty() {
            true => Need::Essential,
            false => Need::Compliance,
        },
        standards: BTreeSet::from([Standard::Dns]),
        answered: says.iter().find_map(|says| match says {
            Says::State(_, seen, ttl) => answered(*seen, *ttl),
            Says::Nothing(_) => None,
        }),
    }];
    for (wanted, says) in intent.wanted.iter().zip(says) {
        let desired = wanted.desired();
        let question = Question::new(wanted.name.clone(), desired.kind);
        let asked_for = question.clone();
        let mut record = RecordVerdict {
            site: Site::rrset(wanted.name.clone(), desired.kind),
            standard: wanted.standard(),
            state: State::Unknown,
            desired: desired.values.clone(),
            observed: Vec::new(),
            differences: Vec::new(),
            unanswered: None,
            ttl: None,
            seen_at: None,
            expires_at: None,
            questions: vec![question.clone()],
        };
        match says {
            Says::State(state, seen, ttl) => {
                record.state = *state;
                record.ttl = u32::try_from(*ttl).ok();
                record.seen_at = Some(at(*seen));
                record.expires_at = Some(at(*seen + *ttl));
                match state {
                    State::InSync => record.observed = desired.values,
                    State::Missing | State::Unknown => {}
                    _ => record.observed = vec!["other.example".to_owned()],
                }
                if state.differs() {
                    record.differences = vec!["want this, found that".to_owned()];
                }
            }
            Says::Nothing(trouble) => {
                record.unanswered = Some(*trouble);
                unanswered.push(Unanswered {
                    question,
                    need: Need::Essential,
                    standards: BTreeSet::from([wanted.standard()]),
                    managed: true,
                    why: *trouble,
                });
            }
        }
        asked.push(Consulted {
            question: asked_for,
            need: Need::Essential,
            standards: BTreeSet::from([wanted.standard()]),
            answered: record
                .seen_at
                .zip(record.expires_at)
                .map(|(seen_at, expires_at)| Answered { seen_at, expires_at }),
        });
        records.push(record);
    }
    Verdict {
        domain: intent.domain.clone(),
        asked,
        records,
        findings,
        unanswered,
        valid_until: None,
    }
}

pub fn finding(managed: bool) -> Finding {
    Finding {
        rule: &RULE,
        severity: Severity::Error,
        managed,
        site: Site::rrset(name("voorbeeld.nl"), Kind::Txt),
        subject: None,
        message: "11 terms that query DNS".to_owned(),
        fix: RULE.fix.to_owned(),
        excerpt: None,
    }
}

/// An answer had at this second, with this remaining TTL.
pub fn answered(seen: i64, ttl: i64) -> Option<Answered> {
    Some(Answered {
        seen_at: at(seen),
        expires_at: at(seen + ttl),
    })
}

/// A question beside those the records hang on, and its answer, if any.
pub fn ask(verdict: &mut Verdict, need: Need, standard: Standard, answered: Option<Answered>) {
    let question = Question::new(name("spf.provider.example"), Kind::Txt);
    if answered.is_none() {
        verdict.unanswered.push(Unanswered {
            need,
            ..evidence_unanswered(standard)
        });
    }
    verdict.asked.push(Consulted {
        question,
        need,
        standards: BTreeSet::from([standard]),
        answered,
    });
}

/// An unanswered evidence question beside a verdict.
pub fn evidence_unanswered(standard: Standard) -> Unanswered {
    Unanswered {
        question: Question::new(name("spf.provider.example"), Kind::Txt),
        need: Need::Evidence,
        standards: BTreeSet::from([standard]),
        managed: true,
        why: Trouble::ServFail,
    }
}
