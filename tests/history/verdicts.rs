//! Verdicts made by hand: what DNS says of each record, and what is found beside it.

use zegel::inquiry::{AnyQuestion, Dns, Kind, Need, Trouble};
use zegel::intent::Intent;
use zegel::judge::{Answered, Consulted, Finding, RecordVerdict, Site, State, Unanswered, Verdict};
use zegel::records::{Standard, Standards};
use zegel::rules::{Rule, Severity};

use crate::world::{at, name};

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

/// What DNS says of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// This state, had at this second, with this remaining TTL.
    State(State, i64, i64),
    /// No answer.
    Nothing(Trouble),
    /// All was answered at this second, and what it is judged by is missing.
    Unjudged(Trouble, i64),
}

pub const SERVFAIL: Says = Says::Nothing(Trouble::ServFail);

/// An answer that differs from what is wanted, had at this second, with this remaining TTL.
pub fn drifted(seen: i64, ttl: i64) -> Says {
    Says::State(State::Drifted, seen, ttl)
}

pub fn verdict(intent: &Intent, says: &[Says], findings: Vec<Finding>) -> Verdict {
    let mut records = Vec::new();
    let mut unanswered = Vec::new();
    // The domain itself.
    let mut asked = vec![Consulted {
        question: Dns::new(intent.domain.clone(), Kind::Txt).into(),
        need: match intent.wanted.is_empty() {
            true => Need::Essential,
            false => Need::Compliance,
        },
        standards: Standards::from([Standard::Dns]),
        answered: says.iter().find_map(|says| match says {
            Says::State(_, seen, ttl) => answered(*seen, *ttl),
            Says::Unjudged(_, seen) => answered(*seen, 300),
            Says::Nothing(_) => None,
        }),
    }];
    for (wanted, says) in intent.wanted.iter().zip(says) {
        let desired = wanted.desired();
        let question = AnyQuestion::from(Dns::new(wanted.name.clone(), desired.kind));
        let asked_for = question.clone();
        let mut record = RecordVerdict {
            site: Site::rrset(wanted.name.clone(), desired.kind),
            standard: wanted.standard(),
            state: State::Unknown,
            desired: desired.values.clone(),
            condition: desired.condition.clone(),
            observed: Vec::new(),
            differences: Vec::new(),
            unanswered: None,
            ttl: None,
            seen_at: None,
            expires_at: None,
            questions: vec![question.clone()],
            resolver: None,
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
            Says::Unjudged(trouble, seen) => {
                record.unanswered = Some(*trouble);
                record.seen_at = Some(at(*seen));
                record.expires_at = Some(at(*seen + 300));
            }
            Says::Nothing(trouble) => {
                record.unanswered = Some(*trouble);
                unanswered.push(Unanswered {
                    question,
                    need: Need::Essential,
                    standards: Standards::from([wanted.standard()]),
                    weighs: Standards::from([wanted.standard()]),
                    managed: true,
                    why: *trouble,
                    words: None,
                    holds: true,
                });
            }
        }
        asked.push(Consulted {
            question: asked_for,
            need: Need::Essential,
            standards: Standards::from([wanted.standard()]),
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
        depth: zegel::inquiry::Depth::Off,
        servers: Vec::new(),
        validation: None,
        policy: None,
        valid_until: None,
        measures: zegel::judge::Measures::default(),
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
    let question = AnyQuestion::from(Dns::new(name("spf.provider.example"), Kind::Txt));
    if answered.is_none() {
        verdict.unanswered.push(Unanswered {
            need,
            ..evidence_unanswered(standard)
        });
    }
    verdict.asked.push(Consulted {
        question,
        need,
        standards: Standards::from([standard]),
        answered,
    });
}

/// An unanswered evidence question beside a verdict.
pub fn evidence_unanswered(standard: Standard) -> Unanswered {
    Unanswered {
        question: Dns::new(name("spf.provider.example"), Kind::Txt).into(),
        need: Need::Evidence,
        standards: Standards::from([standard]),
        weighs: Standards::from([standard]),
        managed: true,
        why: Trouble::ServFail,
        words: None,
        holds: false,
    }
}
