//! An outage of DNS: one log line and one metric, however many objects suffer.
//!
//! Whether there is one is told by the resolvers themselves: their health and a control question. Domains whose own
//! servers are dead make none, however many they are and however often they are asked again.

use std::time::Duration;

use tokio::time::sleep;

use super::complaint::Complaints;
use super::context::Context;
use super::object::Watched;
use crate::history::Reason;
use crate::world::Health;

/// So often is it seen whether there is an outage, and whether it is over.
const LOOK: Duration = Duration::from_secs(1);
/// In an outage the resolvers are asked so often whether they answer again.
const PROBE: Duration = Duration::from_secs(5);

/// Watches the resolvers for ever. Once they answer again, every object that the outage left open is looked at: each for
/// itself would come back when its own pause is over, which is up to its interval.
pub(super) async fn watch(context: &Context) {
    let mut was_silent = false;
    loop {
        let health = match was_silent {
            true => context.world.look_for_health().await,
            false => context.world.health(),
        };
        context.outage.note(health);
        let is_silent = matches!(health, Health::Silent { .. });
        if was_silent && !is_silent {
            let objects = context.store.state();
            let open = || objects.iter().filter(|object| is_open(object, context));
            tracing::info!(objects = open().count(), "looking again at what DNS left open");
            context.roster.wake(open().map(AsRef::as_ref));
        }
        was_silent = is_silent;
        sleep(if is_silent { PROBE } else { LOOK }).await;
    }
}

/// Whether something of an object hangs on an answer that did not come.
fn is_open(object: &Watched, context: &Context) -> bool {
    let reason = object.status.as_ref().and_then(|status| status.reason.as_deref());
    reason == Some(Reason::DnsUnavailable.as_str()) || context.tracker.is_open(object.uid())
}

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
