//! Turns stale what is too old, without asking DNS.
//!
//! In an outage each pass waits for DNS to its deadline, and thousands of them queue: an object whose turn comes late
//! would stay green for longer than its `staleAfter`. That time went by needs no pass. So a task of its own looks over
//! what is known of all objects, and writes of each that is too old that it is, before any slow pass. While DNS
//! answers the passes get a while to come first: whoever starts anew after a night off does not turn a fleet Unknown and
//! back.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::object::Watched;
use super::reconcile::{Wish, intend};
use super::write::Subject;
use crate::world::Health;

/// How often all objects are looked over; more seldom where that takes long.
const PAUSE: Duration = Duration::from_secs(5);
/// Of its time it looks them over at most one part in so many.
const SHARE: u32 = 20;
/// So many are written before all are looked over again: those that have waited longest, and who turned stale meanwhile
/// is not behind a whole fleet.
const ROUND: usize = 1000;
/// So many statuses are read at once.
const AT_ONCE: usize = 32;
/// While DNS answers, passes get so long to come first.
const GRACE: SignedDuration = SignedDuration::from_mins(1);
/// And so long once a resolver that lied is believed again: all that was held is looked at then, which is a whole fleet.
const AFTER_LIES: SignedDuration = SignedDuration::from_mins(2);
/// So many statuses are written at once, each with its event: as many as passes by default. How many a second is the pace's to say;
/// with a quarter of it the last of 10,000 waited a minute and a half while an API server had time left.
const WRITERS: usize = 64;

/// Looks over all objects for ever.
pub(super) async fn run(context: &Context) {
    let leading_since = context.now();
    loop {
        let began = Instant::now();
        context.notice_steps();
        let mut due = due(context, leading_since).await;
        let looked_over = began.elapsed();
        let is_all = due.len() <= ROUND;
        due.truncate(ROUND);
        futures::stream::iter(due)
            .for_each_concurrent(WRITERS, |object| async move {
                let (namespace, name) = object.key();
                let Ok(Wish::Look(intent, schedule)) = intend(&object, context) else {
                    return;
                };
                if let Err(error) = Subject::read(&object, context)
                    .age(&intent, &schedule, context)
                    .await
                {
                    // The next round tries again.
                    tracing::debug!(namespace, name, %error, "cannot write that it is stale");
                }
            })
            .await;
        // The time that writes take is not ours: they have a pace of their own.
        let pause = looked_over * SHARE;
        sleep(if is_all { PAUSE.max(pause) } else { pause }).await;
    }
}

/// The objects that are too old now, the oldest first.
async fn due(context: &Context, leading_since: Timestamp) -> Vec<Arc<Watched>> {
    let now = context.now();
    let silent = matches!(context.world.health(), Health::Silent { .. });
    let believed_since = match context.suspicion.is_suspected() {
        true => None,
        false => context.suspicion.lied_until(),
    };
    let mut objects: Vec<(Option<Timestamp>, Arc<Watched>)> = Vec::new();
    let mut computed = 0_usize;
    for object in context.store.state() {
        if !context.shards.hold(&object) {
            continue;
        }
        let stale_at = match context.tracker.stale_at(object.uid()) {
            Some(known) => known,
            // Nothing was ever said of it: nothing can be too old.
            None if object.shape().is_none() => None,
            // No pass of this process has ended yet: the status says it.
            None => {
                // At a start that is so of a whole fleet, and to read one takes a while: others have this thread in between.
                computed += 1;
                if computed.is_multiple_of(AT_ONCE) {
                    tokio::task::yield_now().await;
                }
                compute(&object, context, now)
            }
        };
        if is_due(stale_at, silent, leading_since, believed_since, now) {
            objects.push((stale_at, object));
        }
    }
    objects.sort_by_key(|(stale_at, _)| *stale_at);
    objects.into_iter().map(|(_, object)| object).collect()
}

/// When an object turns stale by its status; kept for the next time.
fn compute(object: &Watched, context: &Context, now: Timestamp) -> Option<Timestamp> {
    let stale_at = match intend(object, context) {
        Ok(Wish::Look(intent, schedule)) => Subject::read(object, context).stale_at(&intent, &schedule, now),
        _ => None,
    };
    context.tracker.change(object, |tracked| {
        // A pass that ended meanwhile knows better.
        tracked.stale_at.get_or_insert(stale_at);
    });
    stale_at
}

/// Whether it is time to say that something is stale. `believed_since`: the resolver lied until then, and is believed now.
fn is_due(
    stale_at: Option<Timestamp>,
    silent: bool,
    leading_since: Timestamp,
    believed_since: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    let Some(stale_at) = stale_at.filter(|at| *at <= now) else {
        return false;
    };
    let passed = |since: Timestamp, time| now.duration_since(since.min(now)) >= time;
    let had_their_turn = passed(stale_at.max(leading_since), GRACE)
        && believed_since.is_none_or(|since| passed(since, AFTER_LIES));
    silent || had_their_turn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn in_an_outage_what_is_too_old_is_stale_at_once_and_else_after_the_passes_had_their_turn() {
        for (stale_at, silent, now, due) in [
            (None, true, 1000, false),
            (Some(1000), true, 999, false),
            (Some(1000), true, 1000, true),
            (Some(1000), false, 1059, false),
            (Some(1000), false, 1060, true),
        ] {
            let row = format!("{stale_at:?} {silent} {now}");
            assert_eq!(
                is_due(stale_at.map(at), silent, at(0), None, at(now)),
                due,
                "{row}"
            );
        }
        // Stale for hours when this process began to lead.
        assert!(!is_due(Some(at(0)), false, at(5000), None, at(5059)));
        assert!(is_due(Some(at(0)), false, at(5000), None, at(5060)));
        assert!(is_due(Some(at(0)), true, at(5000), None, at(5000)));
    }

    #[test]
    fn once_a_resolver_that_lied_is_believed_again_all_that_was_held_is_looked_at_first() {
        for (stale_at, silent, believed_since, now, due) in [
            (900, false, 1000, 1119, false),
            (900, false, 1000, 1120, true),
            (1100, false, 1000, 1159, false),
            (1100, false, 1000, 1160, true),
            // There is nobody to look.
            (900, true, 1000, 1001, true),
        ] {
            let row = format!("{stale_at} {silent} {believed_since} {now}");
            let believed_since = Some(at(believed_since));
            assert_eq!(
                is_due(Some(at(stale_at)), silent, at(0), believed_since, at(now)),
                due,
                "{row}"
            );
        }
    }
}
