//! Whether DNS works, as far as can be told from here: one pulse a server, one word a list of servers.
//!
//! A question without answer says little of who was asked: the domain's own servers may be dead, and a resolver then
//! says SERVFAIL, or nothing in time. So after some failures in a row the server is asked a *control question*, one
//! that any resolver must answer whatever became of the rest of the world: the root's name servers. Only when that
//! gets no answer either is the server said not to answer. Broken domains, however many, make no outage.
//!
//! Pure: the time is an argument, and whoever asks is told when the control question is due.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::inquiry::Trouble;

/// This many failures in a row make the control question due: one or two can be broken names.
const FAILURES: u32 = 3;

/// The control question is not asked again sooner, while failures go on.
const CONTROL_EVERY: Duration = Duration::from_secs(10);

/// How long a silent server is tried after the others; then one question may try it again.
const SUSPICION: Duration = Duration::from_secs(30);

/// Whether a list of servers answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// One of them at least answers, or nothing speaks against it yet.
    Answering,
    /// None of them gives an answer that counts, not even to the control question.
    Silent {
        /// Since when: the first failure after the last answer of any of them.
        since: Timestamp,
        /// The most telling of what they say or do not say.
        why: Trouble,
    },
}

/// One moment, as the two clocks tell it: the one that only goes forward and the one that is written down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    pub(super) time: Timestamp,
}

/// What became of the last tries at one server.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// Tries in a row without an answer that counts, and when the first of them was.
    failures: u32,
    failing_since: Option<Timestamp>,
    /// Tries in a row in which nothing came back at all.
    silences: u32,
    /// Until when it is tried after the others for that.
    suspect_until: Option<Instant>,
    /// When the control question was asked last.
    controlled: Option<Instant>,
    /// The control question got no answer either.
    down: Option<(Timestamp, Trouble)>,
    /// It refuses the control question while it answers others: what it says to that proves nothing.
    deaf_to_control: bool,
}

/// What a note changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The control question is due.
    AskControl,
    /// It answers again. The control question is due once more: does it answer that one at all?
    Recovered,
    /// Now it is known that it does not answer.
    WentDown,
}

impl Pulse {
    /// Takes note of a try at a question: `None` when an answer came that counts.
    pub(super) fn note(&mut self, trouble: Option<Trouble>, now: Moment) -> Option<Change> {
        let Some(trouble) = trouble else {
            return self.lives();
        };
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now.time);
        if is_silence(trouble) {
            self.silences = self.silences.saturating_add(1);
            if self.silences >= FAILURES {
                self.suspect_until = Some(now.instant + SUSPICION);
            }
        } else {
            self.silences = 0;
            self.suspect_until = None;
        }
        let rested = self
            .controlled
            .is_none_or(|asked| now.instant.duration_since(asked) >= CONTROL_EVERY);
        if self.failures < FAILURES || !rested {
            return None;
        }
        self.controlled = Some(now.instant);
        Some(Change::AskControl)
    }

    /// Takes note of what became of the control question: `None` when an answer came that counts.
    pub(super) fn note_control(&mut self, trouble: Option<Trouble>, now: Moment) -> Option<Change> {
        let Some(trouble) = trouble else {
            self.deaf_to_control = false;
            return self.lives();
        };
        let refused = !is_silence(trouble);
        // Answers come, and may have overtaken the control question.
        let Some(since) = self.failing_since else {
            self.deaf_to_control |= refused;
            return None;
        };
        if refused && self.deaf_to_control {
            return None;
        }
        let was_up = self.down.is_none();
        self.down = Some((since.min(now.time), trouble));
        was_up.then_some(Change::WentDown)
    }

    /// Whether others are to be tried first. When the time is over one asker is told no, and tries for all.
    pub(super) fn is_suspect(&mut self, now: Instant) -> bool {
        match self.suspect_until {
            None => false,
            Some(until) if now < until => true,
            Some(_) => {
                self.suspect_until = Some(now + SUSPICION);
                false
            }
        }
    }

    /// Whether it was silent so often in a row, and so lately, that asking it again tells nothing new.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        self.suspect_until.is_some_and(|until| now < until)
    }

    /// Since when it does not answer, and how that shows.
    pub(super) fn down(&self) -> Option<(Timestamp, Trouble)> {
        self.down
    }

    fn lives(&mut self) -> Option<Change> {
        let was_down = self.down.is_some();
        *self = Self {
            controlled: self.controlled,
            deaf_to_control: self.deaf_to_control,
            ..Self::default()
        };
        was_down.then_some(Change::Recovered)
    }
}

/// The health of a list: it answers as long as one of its servers does.
pub(super) fn of_list(servers: impl Iterator<Item = Option<(Timestamp, Trouble)>>) -> Health {
    let Some(all) = servers.collect::<Option<Vec<_>>>() else {
        return Health::Answering;
    };
    let since = all.iter().map(|(since, _)| *since).max();
    let why = all.iter().map(|(_, why)| *why).max_by_key(|&why| telling(why));
    match since.zip(why) {
        None => Health::Answering,
        Some((since, why)) => Health::Silent { since, why },
    }
}

/// Nothing came back: the server may be down, or the way to it.
pub(super) fn is_silence(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Timeout | Trouble::Network | Trouble::NoRoute)
}

/// The more a trouble says about the name and the less about the way, the higher.
pub(super) fn telling(trouble: Trouble) -> u8 {
    match trouble {
        Trouble::Bogus => 9,
        Trouble::CnameLoop => 8,
        Trouble::ServFail => 7,
        Trouble::Refused => 6,
        Trouble::Lame => 5,
        Trouble::OtherRcode => 4,
        Trouble::Truncated | Trouble::Malformed => 3,
        Trouble::Timeout => 2,
        Trouble::Network | Trouble::NoRoute => 1,
        // Those of mail servers are never said of DNS.
        Trouble::Busy
        | Trouble::Limit
        | Trouble::NoCertificate
        | Trouble::NoProbe
        | Trouble::NoProfile
        | Trouble::NoProxy
        | Trouble::NotRecorded
        | Trouble::NotValidated
        | Trouble::PortBlocked
        | Trouble::Private
        | Trouble::Stripped
        | Trouble::Unproven => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pulse and the two clocks, which go together.
    struct Bedside {
        pulse: Pulse,
        began: Instant,
        seconds: u64,
    }

    impl Bedside {
        fn new() -> Self {
            Self {
                pulse: Pulse::default(),
                began: Instant::now(),
                seconds: 0,
            }
        }

        fn now(&self) -> Moment {
            Moment {
                instant: self.began + Duration::from_secs(self.seconds),
                time: at(self.seconds),
            }
        }

        fn fail(&mut self, trouble: Trouble) -> Option<Change> {
            let now = self.now();
            self.pulse.note(Some(trouble), now)
        }

        fn fail_thrice(&mut self, trouble: Trouble) {
            for _ in 0..3 {
                self.fail(trouble);
            }
        }

        fn answer(&mut self) -> Option<Change> {
            let now = self.now();
            self.pulse.note(None, now)
        }

        fn control(&mut self, trouble: Option<Trouble>) -> Option<Change> {
            let now = self.now();
            self.pulse.note_control(trouble, now)
        }
    }

    fn at(second: u64) -> Timestamp {
        Timestamp::from_second(second.try_into().unwrap()).unwrap()
    }

    #[test]
    fn failures_in_a_row_call_for_the_control_question_and_no_more_often_than_every_ten_seconds() {
        for trouble in [
            Trouble::ServFail,
            Trouble::Timeout,
            Trouble::Refused,
            Trouble::Lame,
        ] {
            let mut bed = Bedside::new();
            let told: Vec<_> = (0..40)
                .filter_map(|second| {
                    bed.seconds = second;
                    bed.fail(trouble).map(|change| (second, change))
                })
                .collect();
            let due = [2, 12, 22, 32].map(|second| (second, Change::AskControl));
            assert_eq!(told, due, "{trouble:?}");
        }
    }

    #[test]
    fn an_answer_between_failures_ends_the_row() {
        let mut bed = Bedside::new();
        for second in 0..100 {
            bed.seconds = second;
            let change = match second % 3 {
                2 => bed.answer(),
                _ => bed.fail(Trouble::ServFail),
            };
            assert_eq!(change, None, "{second}");
        }
    }

    #[test]
    fn broken_domains_bring_nobody_down_whose_control_question_is_answered() {
        let mut bed = Bedside::new();
        for second in 0..1_000 {
            bed.seconds = second;
            if bed.fail(Trouble::ServFail) == Some(Change::AskControl) {
                assert_eq!(bed.control(None), None);
            }
            assert_eq!(bed.pulse.down(), None);
        }
    }

    #[test]
    fn who_leaves_the_control_question_unanswered_is_down_since_the_first_failure_until_any_answer() {
        let mut bed = Bedside::new();
        for second in 5..8 {
            bed.seconds = second;
            bed.fail(Trouble::Timeout);
        }
        assert_eq!(bed.pulse.down(), None, "failures alone say nothing");
        bed.seconds = 9;
        assert_eq!(bed.control(Some(Trouble::Timeout)), Some(Change::WentDown));
        assert_eq!(bed.pulse.down(), Some((at(5), Trouble::Timeout)));
        bed.seconds = 60;
        assert_eq!(bed.fail(Trouble::Timeout), Some(Change::AskControl));
        assert_eq!(
            bed.control(Some(Trouble::Network)),
            None,
            "what is known is told once"
        );
        assert_eq!(bed.pulse.down(), Some((at(5), Trouble::Network)));
        assert_eq!(bed.answer(), Some(Change::Recovered));
        assert_eq!((bed.answer(), bed.pulse.down()), (None, None));
    }

    #[test]
    fn an_answer_that_overtakes_the_control_question_counts() {
        let mut bed = Bedside::new();
        bed.fail_thrice(Trouble::Timeout);
        bed.answer();
        assert_eq!(bed.control(Some(Trouble::Timeout)), None);
        assert_eq!(bed.pulse.down(), None);
    }

    #[test]
    fn who_refuses_the_control_question_while_it_answers_others_is_not_judged_by_it() {
        let mut bed = Bedside::new();
        bed.fail_thrice(Trouble::ServFail);
        assert_eq!(bed.control(Some(Trouble::Refused)), Some(Change::WentDown));
        assert_eq!(bed.answer(), Some(Change::Recovered));
        assert_eq!(
            bed.control(Some(Trouble::Refused)),
            None,
            "asked once more: refused"
        );
        bed.fail_thrice(Trouble::ServFail);
        assert_eq!(bed.control(Some(Trouble::Refused)), None);
        assert_eq!(bed.pulse.down(), None);
        assert_eq!(
            bed.control(Some(Trouble::Timeout)),
            Some(Change::WentDown),
            "silence proves it"
        );
        assert_eq!(bed.control(None), Some(Change::Recovered));
        bed.fail_thrice(Trouble::ServFail);
        assert_eq!(
            bed.control(Some(Trouble::Refused)),
            Some(Change::WentDown),
            "it was answered once"
        );
    }

    #[test]
    fn only_silence_sends_a_server_behind_the_others_and_one_question_tries_it_again() {
        for (trouble, suspect) in [(Trouble::Timeout, true), (Trouble::ServFail, false)] {
            let mut bed = Bedside::new();
            bed.fail_thrice(trouble);
            let now = bed.now().instant;
            assert_eq!(bed.pulse.is_suspect(now), suspect, "{trouble:?}");
        }
        let mut bed = Bedside::new();
        bed.fail_thrice(Trouble::Network);
        bed.seconds = 30;
        let now = bed.now().instant;
        assert_eq!(
            (bed.pulse.is_suspect(now), bed.pulse.is_suspect(now)),
            (false, true)
        );
    }

    #[test]
    fn a_list_answers_while_one_of_it_does_and_is_silent_since_the_last_of_them_was() {
        let (early, late) = ((at(1), Trouble::ServFail), (at(2), Trouble::Timeout));
        for (servers, health) in [
            (vec![], Health::Answering),
            (vec![None], Health::Answering),
            (vec![Some(early), None], Health::Answering),
            (
                vec![Some(early), Some(late)],
                Health::Silent {
                    since: at(2),
                    why: Trouble::ServFail,
                },
            ),
        ] {
            assert_eq!(of_list(servers.iter().copied()), health, "{servers:?}");
        }
    }
}
