//! Takes free shards up to this replica's share, keeps them, and gives back what is beyond it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::error::Error;
use super::lease::{Lease, Reached, Sighting};
use super::members::Members;
use super::shards::share;
use super::words::in_words;

/// What is on its way when a shard is given back may take so long: no call to the API server takes longer.
const DRAIN: Duration = Duration::from_secs(12);
/// So often is it seen whether all has come to its end.
const LOOK: Duration = Duration::from_millis(20);

/// One shard, as this replica sees it.
struct Seat {
    number: usize,
    lease: Arc<Lease>,
    sighting: Option<Sighting>,
    /// Keeps the Lease while this replica holds it.
    keeping: Option<JoinSet<Error>>,
}

/// Holds this replica's share of the shards, for ever.
pub(super) async fn run(context: &Context, leases: &[Arc<Lease>], members: &Members, duration: Duration) {
    let mut seats: Vec<Seat> = leases
        .iter()
        .enumerate()
        .map(|(number, lease)| Seat {
            number,
            lease: lease.clone(),
            sighting: None,
            keeping: None,
        })
        .collect();
    loop {
        for seat in &mut seats {
            seat.notice_loss(context);
        }
        let share = share(seats.len(), members.live(duration));
        let held = seats.iter().filter(|seat| seat.keeping.is_some()).count();
        if held > share {
            let beyond = seats.iter_mut().filter(|seat| seat.keeping.is_some()).skip(share);
            for seat in beyond {
                seat.give_back(context).await;
            }
        } else {
            take(&mut seats, share - held, context).await;
        }
        sleep(duration / 7).await;
    }
}

/// Takes up to so many that are free.
async fn take(seats: &mut [Seat], wanted: usize, context: &Context) {
    let free = seats.iter_mut().filter(|seat| seat.keeping.is_none());
    // All are looked at, wanted or not: how long a holder has been silent is known by looking only.
    let looks = free.map(|seat| async {
        let is_free = seat.lease.is_free(&mut seat.sighting).await;
        (seat, is_free)
    });
    let looked_at = futures::future::join_all(looks).await;
    let free = looked_at
        .into_iter()
        .filter(|(_, is_free)| *is_free)
        .map(|(seat, _)| seat);
    for seat in free.take(wanted) {
        if let Ok(Reached::Ours(sent)) = seat.lease.take_if_free(&mut seat.sighting).await {
            seat.begin(sent, context);
        }
    }
}

impl Seat {
    fn begin(&mut self, sent: Instant, context: &Context) {
        let mut keeping = JoinSet::new();
        let lease = self.lease.clone();
        keeping.spawn(async move { lease.keep(sent).await });
        self.keeping = Some(keeping);
        self.sighting = None;
        context.shards.begin(self.number);
        // What was remembered is older than what others may have done since.
        let objects = context.store.state();
        let ours: Vec<_> = objects
            .into_iter()
            .filter(|object| context.shards.of(object) == self.number)
            .collect();
        for object in &ours {
            context.tracker.begin_anew(object.uid());
        }
        tracing::info!(shard = self.number, objects = ours.len(), "took a shard");
        context.roster.wake(ours.iter().map(AsRef::as_ref));
    }

    /// Sees whether the Lease was lost.
    fn notice_loss(&mut self, context: &Context) {
        let Some(keeping) = &mut self.keeping else { return };
        let Some(ended) = keeping.try_join_next() else {
            return;
        };
        context.shards.end(self.number);
        self.keeping = None;
        match ended {
            Ok(error) => tracing::warn!(shard = self.number, %error, "lost a shard"),
            Err(error) => tracing::warn!(shard = self.number, %error, "a shard is kept no more"),
        }
    }

    /// Stops writing, waits for what is on its way, and gives the Lease back.
    async fn give_back(&mut self, context: &Context) {
        let Some(mut keeping) = self.keeping.take() else {
            return;
        };
        let drained = Instant::now() + DRAIN;
        // Kept until nothing is on its way: the Lease must not run out under it.
        context.shards.pause(self.number);
        while !context.shards.is_drained(self.number) && Instant::now() < drained {
            sleep(LOOK).await;
        }
        keeping.shutdown().await;
        context.shards.end(self.number);
        match self.lease.release().await {
            Ok(()) => tracing::info!(shard = self.number, "gave a shard back: others wait for it"),
            Err(error) => {
                tracing::warn!(
                    shard = self.number,
                    error = in_words(&error),
                    "cannot give a shard's Lease back; the others wait until it runs out"
                );
            }
        }
    }
}
