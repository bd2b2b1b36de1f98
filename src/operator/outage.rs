//! Tells a resolver that does not answer from a domain that is broken: one log line and one metric, however many
//! objects suffer.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::judge::Verdict;

/// So many looks in a row without any answer make an outage.
const LOOKS: u32 = 3;

/// Counts looks in a row in which nothing at all was answered.
#[derive(Debug, Default)]
pub(super) struct Outage(AtomicU32);

impl Outage {
    /// Takes note of one look, among `objects` objects.
    pub(super) fn note(&self, verdict: &Verdict, objects: usize) {
        if verdict.questions == 0 {
            return;
        }
        let enough = LOOKS.min(u32::try_from(objects).unwrap_or(LOOKS)).max(1);
        if verdict.unanswered.len() < verdict.questions {
            if self.0.swap(0, Ordering::Relaxed) >= enough {
                tracing::info!("DNS answers again");
            }
            return;
        }
        if self.0.fetch_add(1, Ordering::Relaxed) + 1 == enough {
            let why = verdict.unanswered.first().map_or("", |one| one.why.reason());
            tracing::warn!(
                why,
                "DNS does not answer: what is known of every MailDomain stays as it is"
            );
        }
    }

    /// Whether DNS is out.
    pub(super) fn is_on(&self, objects: usize) -> bool {
        self.0.load(Ordering::Relaxed) >= LOOKS.min(u32::try_from(objects).unwrap_or(LOOKS)).max(1)
    }
}
