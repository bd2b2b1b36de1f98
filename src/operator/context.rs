//! What every pass needs.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, Shared};
use jiff::Timestamp;
use kube::Client;
use kube::runtime::reflector::Store;

use super::claims::Elsewhere;
use super::clocks::Clocks;
use super::complaint::Complaints;
use super::issuance::Issuance;
use super::leadership::Leadership;
use super::looks::Looks;
use super::metrics::Metrics;
use super::object::Watched;
use super::outage::Outage;
use super::pace::Pace;
use super::pulse::Pulse;
use super::roster::Roster;
use super::shards::Shards;
use super::suspicion::Suspicion;
use super::tracker::Tracker;
use crate::world::World;

/// Done once the process is told to stop.
pub(super) type Stop = Shared<BoxFuture<'static, ()>>;

/// Done once the watch has listed all there is.
pub(super) type Filled = Shared<BoxFuture<'static, ()>>;

/// What every pass needs.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) world: World,
    pub(super) store: Store<Watched>,
    pub(super) filled: Filled,
    pub(super) roster: Arc<Roster>,
    pub(super) tracker: Arc<Tracker>,
    pub(super) leadership: Arc<Leadership>,
    pub(super) shards: Arc<Shards>,
    /// Where else claims are looked for; `None` where all that may claim are watched.
    pub(super) elsewhere: Option<Elsewhere>,
    /// Whether only who is granted it may claim.
    pub(super) is_closed: bool,
    /// Whether this controller looks after all MailDomains there are.
    pub(super) sees_all: bool,
    /// What cert-manager issued, where that is read.
    pub(super) issuance: Option<Arc<Issuance>>,
    pub(super) metrics: Metrics,
    pub(super) outage: Outage,
    pub(super) pulse: Arc<Pulse>,
    pub(super) pace: Pace,
    pub(super) suspicion: Arc<Suspicion>,
    pub(super) complaints: Complaints,
    pub(super) clocks: Clocks,
    pub(super) stop: Stop,
    /// Who we are, in events.
    pub(super) instance: String,
    /// The Lease, by namespace and name, that events about the whole installation are told of.
    pub(super) lease: Option<(String, String)>,
    /// Where the last look at each object is kept.
    pub(super) looks: Arc<Looks>,
    /// How long all questions of one pass may take.
    pub(super) deadline: Duration,
}

impl Context {
    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Whether certificates are read, and the first list of them is not there yet.
    pub(super) fn is_listing_certificates(&self) -> bool {
        self.issuance
            .as_ref()
            .is_some_and(|issuance| !issuance.is_listed())
    }

    /// Sees whether the clock was put back, and then moves what is remembered with it.
    pub(super) fn notice_steps(&self) {
        if let Some(by) = self.clocks.put_back(|| self.now()) {
            tracing::warn!(seconds = by.as_secs(), "the clock was put back");
            self.tracker.put_back(by);
        }
    }
}
