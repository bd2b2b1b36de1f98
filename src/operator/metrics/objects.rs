//! What is known of the objects, for `/metrics`: made from the store at each scrape, never kept. An object that is gone
//! leaves nothing, and a standby has nothing to say.
//!
//! Counts are always there, a few series a namespace. Series of single objects are what grows with a fleet, to megabytes a
//! scrape: by default only what is not as it should be has them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use kube::runtime::reflector::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use self::measured::Shown;
use super::tally::Tally;
use crate::operator::labels::ObjectLabels;
use crate::operator::leadership::Leadership;
use crate::operator::object::Watched;
use crate::operator::roster::Roster;
use crate::operator::shape::Condition;
use crate::operator::shards::Shards;
use crate::operator::suspicion::Suspicion;
use crate::operator::tracker::{Seen, Tracker};
use crate::series::{self, Metric};
use crate::world::{Health, Passes, Reach, World};

/// Which objects have series of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum MetricsObjects {
    /// Every object: its conditions, its records by state, what was measured of it, when it was and will be looked at
    #[value(name = "All")]
    All,
    /// What is not True of an object's conditions or near its bound or its end, and no series of an object without such
    #[default]
    #[value(name = "Problems")]
    Problems,
    /// None: counts only
    #[value(name = "None")]
    None,
}

/// Makes the series.
pub(in crate::operator) struct Objects {
    pub(in crate::operator) store: Store<Watched>,
    pub(in crate::operator) tracker: Arc<Tracker>,
    pub(in crate::operator) leadership: Arc<Leadership>,
    pub(in crate::operator) world: World,
    pub(in crate::operator) shards: Arc<Shards>,
    pub(in crate::operator) suspicion: Arc<Suspicion>,
    pub(in crate::operator) roster: Arc<Roster>,
    pub(in crate::operator) which: MetricsObjects,
    pub(in crate::operator) labels: Arc<ObjectLabels>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").finish_non_exhaustive()
    }
}

type Label<'a> = (&'a str, &'a str);

impl Collector for Objects {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let leading = self.leadership.holds() && self.shards.held() > 0;
        plain(&mut encoder, &series::LEADER, leading)?;
        if !leading {
            return Ok(());
        }
        number(
            &mut encoder,
            &series::SHARDS_HELD,
            i64::try_from(self.shards.held()).unwrap_or(i64::MAX),
        )?;
        number(
            &mut encoder,
            &series::SHARDS,
            i64::try_from(self.shards.count()).unwrap_or(i64::MAX),
        )?;
        self.of_dns(&mut encoder)?;
        let mut objects = self.store.state();
        objects.retain(|object| self.shards.hold(object));
        let mut tally = Tally::new();
        let mut known = Vec::with_capacity(objects.len());
        for object in &objects {
            let mut seen = self.tracker.seen(object.uid());
            seen.last_observation = seen.last_observation.max(object.last_observation());
            tally.measure(object, &seen.measures);
            known.push((object, seen));
        }
        tally.add(
            known
                .iter()
                .map(|(object, seen)| (&***object, seen.last_observation, seen.next_look)),
        );
        counts(&mut encoder, &tally)?;
        let standing = self.roster.grants_standing().unwrap_or_default();
        gauge(
            &mut encoder,
            &series::GRANTS,
            standing
                .into_iter()
                .map(|((status, reason), count)| ([("status", status), ("reason", reason)], count)),
        )?;
        let measured = known.iter().map(|(object, seen)| (*object, seen.measures));
        let shown = Shown::of(measured, self.which, Timestamp::now());
        match self.which {
            MetricsObjects::All => self.of_all(&mut encoder, &known)?,
            MetricsObjects::Problems => self.of_problems(&mut encoder, &objects, &shown)?,
            MetricsObjects::None => return Ok(()),
        }
        of_measures(&mut encoder, &shown)
    }
}

impl Objects {
    /// What the world says of the way to DNS.
    fn of_dns(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        plain(
            encoder,
            &series::DNS_OUTAGE,
            matches!(self.world.health(), Health::Silent { .. }),
        )?;
        plain(
            encoder,
            &series::RESOLVER_SUSPECTED,
            self.suspicion.is_suspected(),
        )?;
        number(
            encoder,
            &series::FLEET_CHANGED,
            i64::try_from(self.suspicion.changed()).unwrap_or(i64::MAX),
        )?;
        let reach = self.world.reach();
        gauge(
            encoder,
            &series::DNS_AUTHORITIES,
            Reach::ALL
                .into_iter()
                .map(|one| ([("state", one.as_str())], i64::from(one == reach))),
        )?;
        plain(
            encoder,
            &series::DNS_AUTHORITIES_WITHOUT_IPV6,
            self.world.lacks_ipv6(),
        )?;
        gauge(
            encoder,
            &series::RESOLVER_DNSSEC,
            self.world.dnssec().into_iter().flat_map(|found| {
                Passes::ALL.map(|state| ([("state", state.as_str())], i64::from(state == found)))
            }),
        )
    }

    /// Everything of every object.
    fn of_all(&self, encoder: &mut DescriptorEncoder<'_>, known: &[(&Arc<Watched>, Seen)]) -> fmt::Result {
        let objects = || known.iter().map(|(object, _)| *object);
        info(encoder, objects())?;
        self.of_labels(encoder, objects())?;
        of_conditions(encoder, objects(), |_| true)?;
        gauge(
            encoder,
            &series::MAILDOMAIN_RECORDS,
            objects().flat_map(|object| records(object)),
        )?;
        gauge(
            encoder,
            &series::MAILDOMAIN_LAST_OBSERVATION,
            known
                .iter()
                .filter_map(|(object, seen)| Some((named(object), seen.last_observation?.as_second()))),
        )?;
        gauge(
            encoder,
            &series::MAILDOMAIN_NEXT_OBSERVATION,
            known
                .iter()
                .filter_map(|(object, seen)| Some((named(object), seen.next_look?.as_second()))),
        )
    }

    /// What is not as it should be, and beside it that somebody wants it left alone: an alert is to heed that.
    fn of_problems(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        objects: &[Arc<Watched>],
        shown: &Shown<'_>,
    ) -> fmt::Result {
        let has_one =
            |object: &&Arc<Watched>| conditions(object).any(|condition| is_problem(&condition.status));
        let measured = shown.uids();
        let has_any = |object: &&Arc<Watched>| measured.contains(object.uid()) || has_one(object);
        info(encoder, objects.iter().filter(has_any))?;
        self.of_labels(encoder, objects.iter().filter(has_any))?;
        of_conditions(encoder, objects.iter().filter(has_one), |condition| {
            is_problem(&condition.status) || &*condition.kind == "Suspended"
        })
    }

    /// The labels that were asked for. An object without any of them has its series too: a join must not lose it.
    fn of_labels<'a>(
        &'a self,
        encoder: &mut DescriptorEncoder<'_>,
        objects: impl Iterator<Item = &'a Arc<Watched>>,
    ) -> fmt::Result {
        if self.labels.is_empty() {
            return Ok(());
        }
        gauge(
            encoder,
            &series::MAILDOMAIN_LABELS,
            objects.map(|object| {
                let mut labels: Vec<Label<'a>> = named(object).to_vec();
                labels.extend(self.labels.named(object.labels()));
                (labels, 1)
            }),
        )
    }
}

/// The counts.
fn counts(encoder: &mut DescriptorEncoder<'_>, tally: &Tally<'_>) -> fmt::Result {
    gauge(
        encoder,
        &series::MAILDOMAINS,
        tally
            .conditions
            .iter()
            .map(|([namespace, kind, status, reason], count)| {
                let labels = [
                    ("namespace", *namespace),
                    ("type", *kind),
                    ("status", *status),
                    ("reason", *reason),
                ];
                (labels, *count)
            }),
    )?;
    gauge(
        encoder,
        &series::RECORDS,
        tally.records.iter().map(|([namespace, standard, state], count)| {
            let labels = [
                ("namespace", *namespace),
                ("standard", *standard),
                ("state", *state),
            ];
            (labels, *count)
        }),
    )?;
    gauge(
        encoder,
        &series::FINDINGS,
        tally
            .findings
            .iter()
            .map(|([severity, managed], count)| ([("severity", *severity), ("managed", *managed)], *count)),
    )?;
    gauge(
        encoder,
        &series::FINDINGS_BY_RULE,
        tally.rules.iter().map(|([rule, severity, managed], count)| {
            let labels = [("rule", *rule), ("severity", *severity), ("managed", *managed)];
            (labels, *count)
        }),
    )?;
    gauge(
        encoder,
        &series::SPF_LOOKUPS,
        tally
            .lookups
            .iter()
            .map(|(lookups, count)| ([("lookups", *lookups)], *count)),
    )?;
    gauge(
        encoder,
        &series::EARLIEST_END,
        tally
            .ends
            .iter()
            .map(|([namespace, kind], at)| ([("namespace", *namespace), ("kind", *kind)], at.as_second())),
    )?;
    gauge(encoder, &series::OLDEST_OBSERVATION, by_namespace(&tally.oldest))?;
    gauge(encoder, &series::NEXT_OBSERVATION, by_namespace(&tally.next))
}

/// What was measured of single objects.
fn of_measures(encoder: &mut DescriptorEncoder<'_>, shown: &Shown<'_>) -> fmt::Result {
    gauge(
        encoder,
        &series::MAILDOMAIN_SPF_LOOKUPS,
        shown
            .lookups
            .iter()
            .map(|(object, lookups)| (named(object), i64::from(*lookups))),
    )?;
    gauge(
        encoder,
        &series::MAILDOMAIN_END,
        shown.endings.iter().map(|(object, kind, ending)| {
            let [namespace, name, domain] = named(object);
            ([namespace, name, domain, ("kind", kind)], ending.at.as_second())
        }),
    )?;
    gauge(
        encoder,
        &series::MAILDOMAIN_RENEWAL,
        shown.endings.iter().map(|(object, kind, ending)| {
            let [namespace, name, domain] = named(object);
            let labels = [namespace, name, domain, ("kind", kind)];
            (labels, ending.soon_from.as_second())
        }),
    )
}

fn by_namespace<'a>(of: &BTreeMap<&'a str, Timestamp>) -> impl Iterator<Item = ([Label<'a>; 1], i64)> {
    of.iter()
        .map(|(namespace, time)| ([("namespace", *namespace)], time.as_second()))
}

fn is_problem(status: &str) -> bool {
    status != "True"
}

fn info<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    objects: impl Iterator<Item = &'a Arc<Watched>>,
) -> fmt::Result {
    gauge(
        encoder,
        &series::MAILDOMAIN_INFO,
        objects.map(|object| (named(object), 1)),
    )
}

fn of_conditions<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    objects: impl Iterator<Item = &'a Arc<Watched>>,
    shown: impl Fn(&Condition) -> bool,
) -> fmt::Result {
    gauge(
        encoder,
        &series::MAILDOMAIN_CONDITION,
        objects.flat_map(|object| {
            let [namespace, name, domain] = named(object);
            let shown = conditions(object).filter(|condition| shown(condition));
            shown.map(move |condition| {
                let labels = [
                    namespace,
                    name,
                    domain,
                    ("type", &*condition.kind),
                    ("status", &*condition.status),
                    ("reason", &*condition.reason),
                ];
                (labels, 1)
            })
        }),
    )
}

fn conditions(object: &Watched) -> impl Iterator<Item = &Condition> {
    object.shape().into_iter().flat_map(|shape| &shape.conditions)
}

fn records(object: &Watched) -> impl Iterator<Item = ([Label<'_>; 4], i64)> {
    let [namespace, name, domain] = named(object);
    let states = object.shape().into_iter().flat_map(|shape| &shape.states);
    states.map(move |(state, count)| ([namespace, name, domain, ("state", *state)], i64::from(*count)))
}

fn named(object: &Watched) -> [Label<'_>; 3] {
    let (namespace, name) = object.key();
    [
        ("namespace", namespace),
        ("name", name),
        ("domain", object.domain()),
    ]
}

/// One series without labels: 1 or 0.
fn plain(encoder: &mut DescriptorEncoder<'_>, metric: &Metric, value: bool) -> fmt::Result {
    number(encoder, metric, i64::from(value))
}

/// One series without labels.
fn number(encoder: &mut DescriptorEncoder<'_>, metric: &Metric, value: i64) -> fmt::Result {
    let family = encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
    ConstGauge::new(value).encode(family)
}

fn gauge<L: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    metric: &Metric,
    series: impl Iterator<Item = (L, i64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
    for (labels, value) in series {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

mod measured;
#[cfg(test)]
mod tests;
