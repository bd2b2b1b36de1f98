//! Failures that recur: one line for each class of them when it begins, then ever fewer, and one when it is over.
//!
//! A log that repeats a failure each second tells no more than one that says it once, and hides the rest. What is
//! left out is counted, and the count stands in the next line. "Works again" is said only of what was complained of,
//! so something that fails and recovers all the time makes few lines of either kind.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After a line the same class is silent for so long; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// And at the longest for so long.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What one part of the controller complains of.
#[derive(Debug, Default)]
pub(super) struct Complaints(Mutex<BTreeMap<String, Complaint>>);

/// One class of failures.
#[derive(Debug)]
struct Complaint {
    /// When a line may be said again.
    silent_until: Instant,
    pause: Duration,
    /// How often it happened since the last line.
    unsaid: u64,
    /// Whether a line was said since it was last over.
    open: bool,
}

impl Complaints {
    /// Takes note of a failure; when a line is due, gives how many of its class were left out since the last one.
    pub(super) fn note(&self, class: &str) -> Option<u64> {
        let now = Instant::now();
        let mut all = self.lock();
        let Some(complaint) = all.get_mut(class) else {
            let first = Complaint {
                silent_until: now + FIRST_PAUSE,
                pause: FIRST_PAUSE,
                unsaid: 0,
                open: true,
            };
            all.insert(class.to_owned(), first);
            return Some(0);
        };
        if now < complaint.silent_until {
            complaint.unsaid = complaint.unsaid.saturating_add(1);
            return None;
        }
        // Quiet for longer than it was silenced for: a new story.
        complaint.pause = match now - complaint.silent_until > complaint.pause {
            true => FIRST_PAUSE,
            false => (complaint.pause * 2).min(LONGEST_PAUSE),
        };
        complaint.silent_until = now + complaint.pause;
        complaint.open = true;
        Some(std::mem::take(&mut complaint.unsaid))
    }

    /// It works; gives whether that is worth a line, as something was complained of.
    pub(super) fn over(&self) -> bool {
        let mut any = false;
        for complaint in self.lock().values_mut() {
            any |= std::mem::take(&mut complaint.open);
        }
        any
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Complaint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The class of a failed call: what of it says the same about many objects and many tries.
pub(super) fn class_of(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => format!("status {}", status.code),
        _ => "no answer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_each_second_for_a_day_makes_few_lines_and_loses_no_count() {
        let complaints = Complaints::default();
        let (mut lines, mut told) = (0, 0);
        for _ in 0..24 * 3600 {
            if let Some(unsaid) = complaints.note("no answer") {
                lines += 1;
                told += unsaid + 1;
            }
            advance(Duration::from_secs(1)).await;
        }
        assert!((25..=32).contains(&lines), "{lines} lines");
        assert!(told > 23 * 3600, "{told} of 86400 told");
    }

    #[tokio::test(start_paused = true)]
    async fn classes_do_not_silence_each_other() {
        let complaints = Complaints::default();
        assert_eq!(complaints.note("status 403"), Some(0));
        assert_eq!(complaints.note("status 403"), None);
        assert_eq!(complaints.note("no answer"), Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_and_recovers_all_the_time_makes_few_lines_of_either_kind() {
        let complaints = Complaints::default();
        let (mut failed, mut works) = (0, 0);
        for _ in 0..3600 {
            failed += usize::from(complaints.note("no answer").is_some());
            advance(Duration::from_millis(600)).await;
            works += usize::from(complaints.over());
            advance(Duration::from_millis(600)).await;
        }
        assert!(failed <= 8 && works <= failed, "{failed} and {works}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_long_quiet_it_is_a_new_story() {
        let complaints = Complaints::default();
        complaints.note("no answer");
        advance(Duration::from_secs(60)).await;
        assert!(
            complaints.note("no answer").is_some(),
            "silent for 120 s from here"
        );
        advance(Duration::from_secs(3600)).await;
        assert!(
            complaints.note("no answer").is_some(),
            "silent for 60 s from here"
        );
        advance(Duration::from_secs(60)).await;
        assert!(complaints.note("no answer").is_some());
        assert!(complaints.over());
        assert!(!complaints.over(), "said once");
    }
}
