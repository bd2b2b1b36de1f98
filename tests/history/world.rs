//! A small world to tell histories in: intents of a few records, verdicts made by hand, a clock that is a number.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use zegel::api::{MailDomainStatus, ReadyWhen, RecordStatus};
use zegel::history::{
    Before, Event, FLUX_REQUESTED_AT, Next, Pass, REQUESTED_AT, Remembered, Requests, next,
};
use zegel::inquiry::Kind;
use zegel::intent::{DkimWant, DmarcWant, Intent, ManagedRrset, Role, Schedule, SelectorList, What};
use zegel::judge::{Finding, State, Verdict};
use zegel::name::Name;

use crate::kstatus;
pub use crate::verdicts::*;

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Seconds after the start of the history.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub fn secs(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3600;

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
                asked: SelectorList::none(),
                probes: SelectorList::none(),
                observe: zegel::api::Observe::Both,
                looks_at_tls: false,
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
        if next.write.is_some() {
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
            next.event.is_none() || next.write.is_some(),
            "an event goes with a written change"
        );
        if next.write.is_some() {
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
        assert!(
            again.write.is_none() && again.event.is_none(),
            "the same again is no news"
        );
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
