//! The end of an outage: noticed soon, and all that it left open is looked at.

use std::time::Duration;

use tokio::time::sleep;

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
            // A failure is shared for a while: without this the looks that begin now would end as those before.
            context.world.forget_failures();
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
    let reason = object.shape().and_then(|shape| shape.reason.as_deref());
    reason == Some(Reason::DnsUnavailable.as_str()) || context.tracker.is_open(object.uid())
}
