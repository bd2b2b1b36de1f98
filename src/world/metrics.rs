//! What the world counts about itself, for whoever serves `/metrics`.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric as Registered, Registry};

use crate::series::{self, Metric};

/// The labels of [`Metrics::questions`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct QuestionLabels {
    /// The record type: `TXT`.
    pub r#type: &'static str,
    /// `Records`, `NoData`, `NxDomain`, or the trouble's [reason](crate::inquiry::Trouble::reason).
    pub outcome: &'static str,
}

/// Counts and durations; cloning shares them.
#[derive(Debug, Clone)]
pub struct Metrics {
    lane: &'static str,
    /// Questions that went to a resolver, by type and outcome; tries and continued CNAME chains are not counted apart.
    pub questions: Family<QuestionLabels, Counter>,
    /// Questions put to strangers' servers, in the same way.
    pub views: Family<QuestionLabels, Counter>,
    /// How long they took, in seconds, waiting for a place excluded.
    pub durations: Histogram,
    /// Questions answered from what was remembered.
    pub cache_hits: Counter,
    /// Questions that joined one already on its way.
    pub coalesced: Counter,
    /// Questions on the wire now.
    pub in_flight: Gauge,
    /// Answers remembered now.
    pub cached: Gauge,
}

impl Metrics {
    /// Counts of the lane of this name.
    pub(super) fn new(lane: &'static str) -> Self {
        Self {
            lane,
            questions: Family::default(),
            views: Family::default(),
            durations: Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]),
            cache_hits: Counter::default(),
            coalesced: Counter::default(),
            in_flight: Gauge::default(),
            cached: Gauge::default(),
        }
    }

    /// Registers all of them under the lane's name: `dns_…` (so `zegel_dns_…` in a registry with the prefix `zegel`).
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix(self.lane);
        put(registry, &series::DNS_QUESTIONS, self.questions.clone());
        put(registry, &series::DNS_AUTHORITY_QUESTIONS, self.views.clone());
        put(registry, &series::DNS_QUESTION_DURATION, self.durations.clone());
        put(registry, &series::DNS_CACHE_HITS, self.cache_hits.clone());
        put(registry, &series::DNS_COALESCED, self.coalesced.clone());
        put(registry, &series::DNS_IN_FLIGHT, self.in_flight.clone());
        put(registry, &series::DNS_CACHED, self.cached.clone());
    }

    /// Registers what is of interest of a lane of strangers alone, under its name: `smtp_looks`.
    pub(super) fn register_looks(&self, registry: &mut Registry, blocked: Gauge, silent: Gauge) {
        let registry = registry.sub_registry_with_prefix(self.lane);
        put(registry, &series::SMTP_LOOKS, self.views.clone());
        put(registry, &series::SMTP_IN_FLIGHT, self.in_flight.clone());
        put(registry, &series::SMTP_CACHED, self.cached.clone());
        put(registry, &series::SMTP_PORT_BLOCKED, blocked);
        put(registry, &series::SMTP_PROBE_SILENT, silent);
    }

    /// Registers what is of interest of a lane that fetches files, under its name: `policy_fetches`.
    pub(super) fn register_fetches(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix(self.lane);
        put(registry, &series::POLICY_FETCHES, self.questions.clone());
        put(registry, &series::POLICY_FETCH_DURATION, self.durations.clone());
        put(registry, &series::POLICY_IN_FLIGHT, self.in_flight.clone());
        put(registry, &series::POLICY_CACHED, self.cached.clone());
    }

    /// Counts a question that asked for `label` and had `outcome`.
    pub(super) fn record(&self, label: &'static str, outcome: &'static str, took: Duration) {
        let labels = QuestionLabels {
            r#type: label,
            outcome,
        };
        self.questions.get_or_create(&labels).inc();
        self.durations.observe(took.as_secs_f64());
    }

    /// Counts a question to a stranger that asked for `label` and had `outcome`.
    pub(super) fn record_view(&self, label: &'static str, outcome: &'static str) {
        let labels = QuestionLabels {
            r#type: label,
            outcome,
        };
        self.views.get_or_create(&labels).inc();
    }
}

/// Registers a metric of the catalogue below a lane: without the lane's name, which the registry has.
fn put(registry: &mut Registry, metric: &Metric, value: impl Registered) {
    let name = metric.name.split_once('_').map_or(metric.name, |(_, name)| name);
    registry.register(name, metric.help, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::held::differences;

    #[test]
    fn what_is_served_is_what_the_catalogue_says() {
        let (dns, smtp, policy) = (Metrics::new("dns"), Metrics::new("smtp"), Metrics::new("policy"));
        dns.record("TXT", "NoData", Duration::from_millis(2));
        dns.record_view("TXT", "Records");
        smtp.record_view("Chain", "Records");
        policy.record("policy", "File", Duration::from_millis(90));
        let mut registry = Registry::with_prefix("zegel");
        dns.register(&mut registry);
        smtp.register_looks(&mut registry, Gauge::default(), Gauge::default());
        policy.register_fetches(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert_eq!(
            differences(&text, &[&series::DNS, &series::SMTP, &series::POLICY]),
            [""; 0],
            "{text}"
        );
    }

    #[test]
    fn the_exposition_names_types_and_outcomes() {
        let metrics = Metrics::new("dns");
        metrics.record("TXT", "NoData", Duration::from_millis(2));
        metrics.record("MX", "ServFail", Duration::from_secs(1));
        let mut registry = Registry::with_prefix("zegel");
        metrics.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            r#"zegel_dns_questions_total{type="TXT",outcome="NoData"} 1"#,
            r#"zegel_dns_questions_total{type="MX",outcome="ServFail"} 1"#,
            r#"zegel_dns_question_duration_seconds_bucket{le="0.003"} 1"#,
            "zegel_dns_cache_hits_total 0",
            "zegel_dns_in_flight 0",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
