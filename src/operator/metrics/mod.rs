//! What the controller counts, for `/metrics`; [`objects`] beside it says what it knows of the objects, [`process`] what the
//! process takes.

mod objects;
mod process;
mod tally;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric as Registered, Registry};

pub use self::objects::MetricsObjects;
pub(super) use self::objects::Objects;
use self::process::Process;
use crate::series::{self, Metric};
use crate::world::World;

/// What the passes count.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    /// Passes, by how they ended: Ready's reason, or the error's.
    pub(super) reconciles: Family<ByReason, Counter>,
    /// How long they took, in seconds.
    pub(super) durations: Histogram,
    /// Status writes.
    pub(super) writes: Counter,
    /// Events told, by reason.
    pub(super) events: Family<ByReason, Counter>,
    /// Changes that were left unsaid.
    pub(super) suppressed: Counter,
}

/// How something ended, in one word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByReason {
    pub(super) reason: String,
}

impl ByReason {
    pub(super) fn new(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            reconciles: Family::default(),
            durations: Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]),
            writes: Counter::default(),
            events: Family::default(),
            suppressed: Counter::default(),
        }
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        process::register_build(registry);
        put(registry, &series::RECONCILES, self.reconciles.clone());
        put(registry, &series::RECONCILE_DURATION, self.durations.clone());
        put(registry, &series::STATUS_WRITES, self.writes.clone());
        put(registry, &series::EVENTS, self.events.clone());
        put(registry, &series::SUPPRESSED_CHANGES, self.suppressed.clone());
    }
}

/// All that is served, in the order in which it is written.
///
/// What is said of objects comes last, whatever it comes to: who writes it may have to wait for the reader, and whatever family is
/// being written then is locked. Whoever counts would wait with it, and among those is who sends to the reader.
pub(super) fn registry(metrics: &Metrics, world: &World, objects: Objects) -> Registry {
    let mut all = Registry::default();
    all.register_collector(Box::new(Process));
    let counted = all.sub_registry_with_prefix(PREFIX);
    metrics.register(counted);
    world.register_metrics(counted);
    // A registry writes what is collected before what is registered below it.
    all.sub_registry_with_prefix(PREFIX)
        .register_collector(Box::new(objects));
    all
}

/// Before the name of every metric but those of the process.
const PREFIX: &str = "zegel";

/// Registers a metric of the catalogue.
fn put(registry: &mut Registry, metric: &Metric, value: impl Registered) {
    registry.register(metric.name, metric.help, value);
}
