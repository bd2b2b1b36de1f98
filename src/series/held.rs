//! What is served, held to the catalogue: for the tests of whoever serves. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Kind};

/// What is wrong with an exposition by this catalogue: metrics that are not in `groups` or differ from it, and those of
/// `groups` that it lacks.
pub(crate) fn differences(text: &str, groups: &[&Group]) -> Vec<String> {
    let helps: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '))
        .collect();
    let mut kinds: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .collect();
    let mut wrong = Vec::new();
    for metric in groups.iter().flat_map(|group| group.metrics) {
        let full = metric.full_name();
        // OpenMetrics names a counter without its suffix.
        let name = full.strip_suffix("_total").unwrap_or(&full);
        match kinds.remove(name) {
            None => wrong.push(format!("{full} is not served")),
            Some(kind) if kind != metric.kind.as_str() => {
                wrong.push(format!("{full} is served as {kind}"));
            }
            Some(_) => {}
        }
        let help = helps.get(name).map(|help| help.trim_end_matches('.'));
        if help.is_some_and(|help| help != metric.help) {
            wrong.push(format!("{full} is served as {help:?}"));
        }
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let Some(rest) = line.strip_prefix(name) else {
                continue;
            };
            let rest = ["_total", "_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| rest.strip_prefix(suffix))
                .unwrap_or(rest);
            match rest.strip_prefix('{').and_then(|rest| rest.rsplit_once('}')) {
                Some((labels, _)) => seen.extend(
                    labels
                        .split("\",")
                        .filter_map(|label| Some(label.split_once("=\"")?.0)),
                ),
                None if rest.starts_with(' ') => {
                    seen.insert("");
                }
                None => {}
            }
        }
        seen.remove("");
        if metric.kind == Kind::Histogram {
            seen.remove("le");
        }
        let known = |label: &str| {
            metric.labels.iter().any(|known| {
                *known == label || known.strip_suffix('*').is_some_and(|it| label.starts_with(it))
            })
        };
        for label in seen.iter().filter(|label| !known(label)) {
            wrong.push(format!("{full} has a label {label}"));
        }
        for label in metric.labels {
            let begin = label.trim_end_matches('*');
            if !seen
                .iter()
                .any(|seen| *seen == *label || (begin != *label && seen.starts_with(begin)))
            {
                wrong.push(format!("{full} has no label {label}"));
            }
        }
    }
    wrong.extend(kinds.keys().map(|name| format!("{name} is in no catalogue")));
    wrong
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::*;
    use super::differences;

    #[test]
    fn no_metric_is_listed_twice_and_each_is_named_as_prometheus_wants_it() {
        let mut names = HashSet::new();
        for metric in ALL.iter().flat_map(|group| group.metrics) {
            let full = metric.full_name();
            assert!(names.insert(full.clone()), "{full} twice");
            assert!(
                full.bytes()
                    .all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_'),
                "{full}"
            );
            assert_eq!(full.ends_with("_total"), metric.kind == Kind::Counter, "{full}");
            assert!(!metric.help.is_empty() && !metric.help.ends_with('.'), "{full}");
        }
        assert_eq!(RECONCILES.full_name(), "zegel_reconciles_total");
        assert_eq!(PROCESS_CPU.full_name(), "process_cpu_seconds_total");
        assert_eq!(DNS_IN_FLIGHT.full_name(), "zegel_dns_in_flight");
    }

    #[test]
    fn what_differs_from_the_catalogue_is_seen() {
        let group = &Group {
            title: "",
            intro: "",
            metrics: &[&EVENTS, &SHARDS, &MAILDOMAIN_LABELS],
        };
        let right = "# HELP zegel_events Events told, by reason.\n# TYPE zegel_events counter\n\
                     zegel_events_total{reason=\"InSync\"} 1\n# TYPE zegel_shards gauge\nzegel_shards 1\n\
                     # TYPE zegel_maildomain_labels gauge\n\
                     zegel_maildomain_labels{namespace=\"n\",name=\"a\",domain=\"a.nl\",label_team=\"x\"} 1\n";
        assert_eq!(differences(right, &[group]), [""; 0]);
        for (from, to, said) in [
            (
                "shards gauge",
                "shards counter",
                "zegel_shards is served as counter",
            ),
            ("{reason=", "{why=", "zegel_events_total has a label why"),
            (
                "{reason=\"InSync\"}",
                "",
                "zegel_events_total has no label reason",
            ),
            (
                ",label_team=\"x\"",
                "",
                "zegel_maildomain_labels has no label label_*",
            ),
            ("# TYPE zegel_shards gauge\n", "", "zegel_shards is not served"),
            (
                "# TYPE zegel_events",
                "# TYPE zegel_other gauge\n# TYPE zegel_events",
                "zegel_other is in no catalogue",
            ),
            (
                "told,",
                "sent,",
                "zegel_events_total is served as Some(\"Events sent, by reason\")",
            ),
        ] {
            let wrong = differences(&right.replace(from, to), &[group]);
            assert!(wrong.contains(&said.to_owned()), "{said}: {wrong:?}");
        }
    }
}
