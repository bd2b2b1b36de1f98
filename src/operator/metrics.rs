//! What the controller counts, and what it knows of each object: for `/metrics`.
//!
//! Series of objects are made from the store at each scrape, never kept: an object that is gone leaves none, and a
//! standby has none.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube::runtime::reflector::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::lease::Leadership;
use super::object::Watched;
use super::tracker::Tracker;
use crate::api::MailDomainStatus;
use crate::rules::Severity;
use crate::world::{Health, Passes, Reach, World};

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
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "reconciles",
            "Passes over a MailDomain, by Ready's reason or the error that stopped it",
            self.reconciles.clone(),
        );
        registry.register(
            "reconcile_duration_seconds",
            "How long a pass took",
            self.durations.clone(),
        );
        registry.register("status_writes", "Status writes", self.writes.clone());
        registry.register("events", "Events told, by reason", self.events.clone());
        registry.register(
            "suppressed_changes",
            "Changes left unsaid: answers that take turns, and writes over the bound of an hour",
            self.suppressed.clone(),
        );
    }
}

/// Makes the series of objects.
pub(super) struct Objects {
    pub(super) store: Store<Watched>,
    pub(super) tracker: Arc<Tracker>,
    pub(super) leadership: Arc<Leadership>,
    pub(super) world: World,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    namespace: String,
    name: String,
    domain: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCondition {
    namespace: String,
    name: String,
    domain: String,
    r#type: String,
    status: String,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    namespace: String,
    name: String,
    domain: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReach {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfResolver {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFindings {
    severity: String,
    managed: String,
}

impl Collector for Objects {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let leading = self.leadership.holds();
        plain(
            &mut encoder,
            "leader",
            "Whether this replica is the one that works",
            leading,
        )?;
        if !leading {
            return Ok(());
        }
        let objects = self.store.state();
        let out = matches!(self.world.health(), Health::Silent { .. });
        plain(
            &mut encoder,
            "dns_outage",
            "Whether no resolver answers, not even a control question",
            out,
        )?;
        let reach = self.world.reach();
        gauge(
            &mut encoder,
            "dns_authorities",
            "Whether name servers are asked themselves, and why not: 1 for what is so",
            Reach::ALL
                .into_iter()
                .map(|one| (OfReach { state: one.as_str() }, i64::from(one == reach))),
        )?;
        plain(
            &mut encoder,
            "dns_authorities_without_ipv6",
            "Whether it was noticed that no name server can be asked over IPv6 from here",
            self.world.lacks_ipv6(),
        )?;
        gauge(
            &mut encoder,
            "resolver_dnssec",
            "What the resolver makes of DNSSEC: 1 at what it was last found to do; without --dnssec off",
            self.world.dnssec().into_iter().flat_map(|found| {
                Passes::ALL.map(|state| {
                    let labels = OfResolver {
                        state: state.as_str(),
                    };
                    (labels, i64::from(state == found))
                })
            }),
        )?;
        gauge(
            &mut encoder,
            "findings",
            "Findings on all MailDomains, by severity, and whether they are about what is managed",
            findings(objects.iter().filter_map(|object| status_of(object))),
        )?;
        gauge(
            &mut encoder,
            "maildomain_condition",
            "The conditions of each MailDomain as they are: 1",
            objects.iter().flat_map(|object| conditions(object)),
        )?;
        gauge(
            &mut encoder,
            "maildomain_records",
            "Managed records of each MailDomain, by state",
            objects.iter().flat_map(|object| records(object)),
        )?;
        gauge(
            &mut encoder,
            "maildomain_last_observation_timestamp_seconds",
            "When each MailDomain was last looked at completely",
            objects.iter().filter_map(|object| {
                let remembered = self.tracker.last_observation(object.uid());
                let written = status_of(object).and_then(|status| status.last_observation.as_ref());
                let last = remembered.max(written.map(|time| time.0))?;
                Some((named(object), last.as_second()))
            }),
        )?;
        gauge(
            &mut encoder,
            "maildomain_next_observation_timestamp_seconds",
            "When each MailDomain is looked at next",
            objects.iter().filter_map(|object| {
                let next = self.tracker.next_look(object.uid())?;
                Some((named(object), next.as_second()))
            }),
        )
    }
}

/// One series without labels: 1 or 0.
fn plain(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: bool,
) -> Result<(), std::fmt::Error> {
    let family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    ConstGauge::new(i64::from(value)).encode(family)
}

fn gauge<L: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    series: impl Iterator<Item = (L, i64)>,
) -> Result<(), std::fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in series {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn status_of(object: &Watched) -> Option<&MailDomainStatus> {
    object.status.as_ref()
}

/// Every kind of finding with its count over the fleet, those that nobody has too: an alert wants a series to be there.
fn findings<'a>(
    statuses: impl Iterator<Item = &'a MailDomainStatus>,
) -> impl Iterator<Item = (OfFindings, i64)> {
    let mut counts = BTreeMap::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        for managed in [true, false] {
            counts.insert((severity.as_str().to_owned(), managed), 0);
        }
    }
    for finding in statuses.flat_map(|status| &status.findings) {
        let kind = (finding.severity.clone(), finding.managed == Some(true));
        if let Some(count) = counts.get_mut(&kind) {
            *count += 1;
        }
    }
    counts.into_iter().map(|((severity, managed), count)| {
        let managed = managed.to_string();
        (OfFindings { severity, managed }, count)
    })
}

fn named(object: &Watched) -> Named {
    let (namespace, name) = object.key();
    Named {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        domain: object.domain().to_owned(),
    }
}

fn conditions(object: &Watched) -> impl Iterator<Item = (OfCondition, i64)> {
    let named = named(object);
    let conditions = status_of(object)
        .into_iter()
        .flat_map(|status| &status.conditions);
    conditions.map(move |condition| {
        let labels = OfCondition {
            namespace: named.namespace.clone(),
            name: named.name.clone(),
            domain: named.domain.clone(),
            r#type: condition.type_.clone(),
            status: condition.status.clone(),
            reason: condition.reason.clone(),
        };
        (labels, 1)
    })
}

fn records(object: &Watched) -> impl Iterator<Item = (OfState, i64)> {
    let named = named(object);
    let summary = status_of(object).and_then(|status| status.summary.as_ref());
    let states = summary.map(|summary| {
        [
            ("InSync", summary.in_sync),
            ("Drifted", summary.drifted),
            ("Missing", summary.missing),
            ("Unexpected", summary.unexpected),
            ("Unknown", summary.unknown),
            ("Unanswered", summary.unanswered),
        ]
    });
    states.into_iter().flatten().map(move |(state, count)| {
        let labels = OfState {
            namespace: named.namespace.clone(),
            name: named.name.clone(),
            domain: named.domain.clone(),
            state,
        };
        (labels, i64::from(count))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn findings_are_summed_over_the_fleet_managed_or_not() {
        let status =
            |findings| -> MailDomainStatus { serde_json::from_value(json!({"findings": findings})).unwrap() };
        let fleet = [
            status(json!([
                {"severity": "Error", "managed": true}, {"severity": "Error", "managed": false},
                {"severity": "Error", "managed": false}, {"severity": "Warning"},
            ])),
            status(json!([{"severity": "Error", "managed": false}, {"severity": "Curious"}])),
            status(json!([])),
        ];
        let counts: Vec<(String, String, i64)> = findings(fleet.iter())
            .map(|(labels, count)| (labels.severity, labels.managed, count))
            .collect();
        let wanted = [
            ("Error", "false", 3),
            ("Error", "true", 1),
            ("Info", "false", 0),
            ("Info", "true", 0),
            ("Warning", "false", 1),
            ("Warning", "true", 0),
        ];
        let wanted =
            wanted.map(|(severity, managed, count)| (severity.to_owned(), managed.to_owned(), count));
        assert_eq!(counts, wanted);
    }
}
