//! Spares questions that would get no answer: while no resolver answers, one goes out now and then, and the others are
//! told at once what all of them would hear. Thousands of looks then end in no time instead of waiting one by one.
//!
//! Only for who comes back by himself, as the controller does: to somebody who asks once, patience is worth more. Pure:
//! the time is an argument.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Health;
use crate::inquiry::Trouble;

/// While no resolver answers, one question goes out in this time.
const TRY_EVERY: Duration = Duration::from_secs(5);

/// Says what is in vain.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// When the next question goes out all the same; `None` while resolvers answer.
    next: Mutex<Option<Instant>>,
}

impl Breaker {
    /// Why a question is in vain now; `None` where it goes out.
    pub(super) fn in_vain(&self, health: Health, now: Instant) -> Option<Trouble> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let Health::Silent { why, .. } = health else {
            *next = None;
            return None;
        };
        match *next {
            Some(at) if now < at => Some(why),
            // The last question that got no answer was the one that showed that nobody answers.
            None => {
                *next = Some(now + TRY_EVERY);
                Some(why)
            }
            Some(_) => {
                *next = Some(now + TRY_EVERY);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const SILENT: Health = Health::Silent {
        since: Timestamp::UNIX_EPOCH,
        why: Trouble::ServFail,
    };

    #[test]
    fn while_nobody_answers_one_question_in_five_seconds_goes_out() {
        let breaker = Breaker::default();
        let began = Instant::now();
        let out = (0..60_000)
            .filter(|milli| {
                let now = began + Duration::from_millis(*milli);
                breaker.in_vain(SILENT, now).is_none()
            })
            .collect::<Vec<_>>();
        let every_five: Vec<u64> = (1..12).map(|n| n * 5000).collect();
        assert_eq!(out, every_five);
    }

    #[test]
    fn those_that_stay_are_told_what_the_others_heard() {
        let breaker = Breaker::default();
        assert_eq!(breaker.in_vain(SILENT, Instant::now()), Some(Trouble::ServFail));
    }

    #[test]
    fn while_somebody_answers_every_question_goes_out() {
        let breaker = Breaker::default();
        let now = Instant::now();
        for _ in 0..10 {
            assert_eq!(breaker.in_vain(Health::Answering, now), None);
        }
        // After an outage too, and the next outage begins anew.
        assert!(breaker.in_vain(SILENT, now).is_some());
        assert_eq!(breaker.in_vain(Health::Answering, now), None);
        assert!(breaker.in_vain(SILENT, now + TRY_EVERY).is_some());
    }
}
