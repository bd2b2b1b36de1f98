//! An outage of DNS: one log line and one metric, however many objects suffer.
//!
//! Whether there is one is told by the resolvers themselves: their health and a control question. Domains whose own
//! servers are dead make none, however many they are and however often they are asked again.

use super::complaint::Complaints;
use crate::world::Health;

/// What was said of an outage.
#[derive(Debug, Default)]
pub(super) struct Outage(Complaints);

/// A line worth saying.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Began,
    Ended,
}

impl Outage {
    /// Says what is news about the resolvers' health.
    pub(super) fn note(&self, health: Health) {
        match (self.line(health), health) {
            (Some(Line::Began), Health::Silent { since, why }) => tracing::warn!(
                %since,
                why = why.reason(),
                "DNS does not answer: what is known of every MailDomain stays as it is until it is too old"
            ),
            (Some(Line::Ended), _) => tracing::info!("DNS answers again"),
            _ => {}
        }
    }

    fn line(&self, health: Health) -> Option<Line> {
        match health {
            Health::Silent { .. } => self.0.note("DNS").map(|_| Line::Began),
            Health::Answering => self.0.over().then_some(Line::Ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use tokio::time::advance;

    use super::*;
    use crate::inquiry::Trouble;

    const SILENT: Health = Health::Silent {
        since: Timestamp::UNIX_EPOCH,
        why: Trouble::Timeout,
    };

    #[tokio::test(start_paused = true)]
    async fn thousands_of_looks_in_vain_are_one_line_and_the_first_answer_another() {
        let outage = Outage::default();
        assert_eq!(outage.line(Health::Answering), None);
        assert_eq!(outage.line(SILENT), Some(Line::Began));
        for _ in 0..10_000 {
            assert_eq!(outage.line(SILENT), None);
        }
        assert_eq!(outage.line(Health::Answering), Some(Line::Ended));
        assert_eq!(outage.line(Health::Answering), None);
    }

    #[tokio::test(start_paused = true)]
    async fn resolvers_that_come_and_go_make_few_lines() {
        let outage = Outage::default();
        let mut lines = 0;
        for second in 0..3600 {
            let health = if second % 6 < 3 { SILENT } else { Health::Answering };
            lines += usize::from(outage.line(health).is_some());
            advance(Duration::from_secs(1)).await;
        }
        assert!(lines <= 16, "{lines}");
    }
}
