//! Tells a resolver that does not answer from a domain that is broken: one log line and one metric, however many
//! objects suffer.
//!
//! One domain whose own servers are dead is no outage, however often it is asked again: several objects must have
//! looked in vain, and nobody with success in between. What came from memory says nothing of how DNS is now.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::inquiry::{Answer, Facts, Trouble};

/// So many objects, or all there are, without any answer make an outage.
const OBJECTS: usize = 3;

/// Which objects looked in vain since DNS last answered anything.
#[derive(Debug, Default)]
pub(super) struct Outage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    in_vain: BTreeSet<String>,
    on: bool,
}

/// What one look heard from DNS itself.
#[derive(Debug, Default)]
pub(super) struct Heard {
    answered: bool,
    trouble: Option<Trouble>,
}

impl Heard {
    /// Adds what was learnt since `began`.
    pub(super) fn add(&mut self, facts: &Facts, began: Timestamp) {
        for (_, fact) in facts.iter().filter(|(_, fact)| fact.seen_at >= began) {
            match fact.answer {
                Answer::Unanswered(trouble) => self.trouble = Some(trouble),
                Answer::Records(_) | Answer::NoData | Answer::NxDomain => self.answered = true,
            }
        }
    }
}

impl Outage {
    /// Takes note of what the object `uid`, one of `objects`, heard.
    pub(super) fn note(&self, uid: &str, heard: &Heard, objects: usize) {
        let mut state = self.state();
        if heard.answered {
            state.in_vain.clear();
            if std::mem::take(&mut state.on) {
                tracing::info!("DNS answers again");
            }
        } else if let Some(trouble) = heard.trouble.filter(|_| !state.on) {
            state.in_vain.insert(uid.to_owned());
            if state.in_vain.len() >= OBJECTS.min(objects) {
                state.on = true;
                tracing::warn!(
                    why = trouble.reason(),
                    "DNS does not answer: what is known of every MailDomain stays as it is"
                );
            }
        }
    }

    /// Whether DNS is out.
    pub(super) fn is_on(&self) -> bool {
        self.state().on
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::{Fact, Kind, Question};

    /// What a look heard that began at second 100 and has these facts: answered or not, and when.
    fn heard(facts: &[(bool, i64)]) -> Heard {
        let at = |second| Timestamp::from_second(second).unwrap();
        let facts = facts.iter().enumerate().map(|(number, (answered, seen))| {
            let question = Question::new(format!("n{number}.nl").parse().unwrap(), Kind::Txt);
            let fact = Fact {
                answer: match answered {
                    true => Answer::NoData,
                    false => Answer::Unanswered(Trouble::ServFail),
                },
                chain: Vec::new(),
                ttl: 0,
                seen_at: at(*seen),
                expires_at: at(1000),
            };
            (question, fact)
        });
        let mut heard = Heard::default();
        heard.add(&facts.collect(), at(100));
        heard
    }

    #[test]
    fn several_objects_in_vain_are_an_outage_and_one_answer_ends_it() {
        let outage = Outage::default();
        for uid in ["a", "b"] {
            outage.note(uid, &heard(&[(false, 100)]), 10);
            assert!(!outage.is_on());
        }
        outage.note("c", &heard(&[(false, 100)]), 10);
        assert!(outage.is_on());
        outage.note("d", &heard(&[(true, 99), (false, 101)]), 10);
        assert!(outage.is_on(), "what was remembered is no sign of life");
        outage.note("e", &heard(&[(true, 101), (false, 101)]), 10);
        assert!(!outage.is_on());
    }

    #[test]
    fn one_dead_domain_among_many_is_no_outage() {
        let outage = Outage::default();
        for _ in 0..20 {
            outage.note("a", &heard(&[(false, 100), (false, 101)]), 10);
        }
        assert!(!outage.is_on());
        let alone = Outage::default();
        alone.note("a", &heard(&[(false, 100)]), 1);
        assert!(alone.is_on(), "of the only one there is, no more can be known");
    }

    #[test]
    fn a_look_from_memory_alone_says_nothing() {
        let outage = Outage::default();
        for uid in ["a", "b", "c", "d"] {
            outage.note(uid, &heard(&[(false, 90), (true, 90)]), 4);
        }
        assert!(!outage.is_on());
    }
}
