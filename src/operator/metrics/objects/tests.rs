//! The series of a fleet: which there are, and how large they grow.

use jiff::SignedDuration;
use kube::Resource;
use kube::api::DynamicObject;
use kube::runtime::reflector;
use kube::runtime::watcher;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde_json::{Value, json};

use super::super::{ByReason, Metrics};
use super::*;
use crate::judge::{Ending, Measures};
use crate::operator::grants::{Grants, Held};
use crate::series::held::differences;
use crate::world::Config;

fn condition(kind: &str, status: &str, reason: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": "m", "lastTransitionTime": "2026-11-21T20:12:00Z"})
}

fn record(standard: &str, state: &str) -> Value {
    json!({"name": "a.nl", "type": "TXT", "standard": standard, "state": state})
}

fn object(namespace: &str, name: &str, status: Value) -> Watched {
    serde_json::from_value(json!({
        "metadata": {"namespace": namespace, "name": name, "uid": name},
        "spec": {"domain": format!("{name}.nl"), "role": "Mail"},
        "status": status,
    }))
    .unwrap()
}

fn good(namespace: &str, name: &str) -> Watched {
    let standards = ["SPF", "DKIM", "DMARC", "MX", "TLSRPT"];
    let mut conditions = vec![
        condition("Ready", "True", "Compliant"),
        condition("InSync", "True", "InSync"),
        condition("Compliant", "True", "Compliant"),
    ];
    conditions.extend(standards.map(|standard| condition(standard, "True", "InSync")));
    object(
        namespace,
        name,
        json!({
            "reason": "Compliant", "conditions": conditions, "lastObservation": "2026-11-21T20:12:00Z",
            "summary": {"records": 5, "inSync": 5, "ratio": "5/5"},
            "records": standards.map(|standard| record(standard, "InSync")),
        }),
    )
}

fn bad(namespace: &str, name: &str) -> Watched {
    object(
        namespace,
        name,
        json!({
            "reason": "Drifted", "lastObservation": "2026-11-21T20:10:00Z",
            "conditions": [
                condition("Ready", "False", "Drifted"), condition("Stalled", "True", "Drifted"),
                condition("InSync", "False", "Drifted"), condition("Compliant", "True", "Compliant"),
                condition("SPF", "False", "Drifted"), condition("DMARC", "True", "InSync"),
            ],
            "summary": {"records": 2, "inSync": 1, "drifted": 1, "ratio": "1/2"},
            "records": [record("SPF", "Drifted"), record("DMARC", "InSync")],
            "findings": [{"rule": "SPF-040", "severity": "Error", "managed": true}],
        }),
    )
}

/// What a leader of these objects says.
fn said(objects: impl IntoIterator<Item = Watched>, which: MetricsObjects) -> String {
    said_with(objects, which, "")
}

/// The same, with these labels in its series.
fn said_with(objects: impl IntoIterator<Item = Watched>, which: MetricsObjects, labels: &str) -> String {
    let mut text = String::new();
    let registry = registry(objects, which, labels, Tracker::default(), None);
    encode(&mut text, &registry).unwrap();
    text
}

/// One grant, as the API server gives it.
fn granted() -> Grants {
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomainGrant", "metadata": {"name": "all", "uid": "all"},
        "spec": {"namespaces": {"names": ["mail"]}, "domains": ["*"], "may": ["Claim"]},
    }))
    .unwrap();
    let mut grants = Grants::new(false);
    grants.grants.note(&watcher::Event::Apply(object), Held::read);
    grants
}

fn registry(
    objects: impl IntoIterator<Item = Watched>,
    which: MetricsObjects,
    labels: &str,
    tracker: Tracker,
    grants: Option<Grants>,
) -> Registry {
    let mut registry = Registry::with_prefix("zegel");
    registry.register_collector(Box::new(known(objects, which, labels, tracker, grants)));
    registry
}

fn known(
    objects: impl IntoIterator<Item = Watched>,
    which: MetricsObjects,
    labels: &str,
    tracker: Tracker,
    grants: Option<Grants>,
) -> Objects {
    let labels: ObjectLabels = labels.parse().unwrap();
    let (store, mut writer) = reflector::store();
    writer.apply_watcher_event(&watcher::Event::Init);
    for mut object in objects {
        object.carry(&labels);
        writer.apply_watcher_event(&watcher::Event::InitApply(object));
    }
    writer.apply_watcher_event(&watcher::Event::InitDone);
    let leadership = Arc::new(Leadership::default());
    leadership.hold_for_ever();
    let config = Config {
        resolvers: vec![([127, 0, 0, 1], 53).into()],
        ..Config::default()
    };
    let roster = Roster::new(store.clone(), Arc::default());
    let roster = match grants {
        Some(grants) => roster.closed(grants),
        None => roster,
    };
    Objects {
        roster: Arc::new(roster),
        store,
        tracker: Arc::new(tracker),
        leadership,
        world: World::new(config).unwrap(),
        shards: Arc::new(Shards::new(1)),
        suspicion: Arc::default(),
        which,
        labels: Arc::new(labels),
    }
}

fn labelled(mut object: Watched, labels: &[(&str, &str)]) -> Watched {
    let labels = labels
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    object.meta_mut().labels = Some(labels.collect());
    object
}

/// The series that speak of objects, sorted: the store has no order.
fn lines_of(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| line.contains("{namespace=")).collect();
    lines.sort_unstable();
    lines
}

const COUNTS: [&str; 20] = [
    r#"zegel_maildomains_oldest_observation_timestamp_seconds{namespace="n"} 1795291800"#,
    r#"zegel_maildomains{namespace="n",type="Compliant",status="True",reason="Compliant"} 2"#,
    r#"zegel_maildomains{namespace="n",type="DKIM",status="True",reason="InSync"} 1"#,
    r#"zegel_maildomains{namespace="n",type="DMARC",status="True",reason="InSync"} 2"#,
    r#"zegel_maildomains{namespace="n",type="InSync",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomains{namespace="n",type="InSync",status="True",reason="InSync"} 1"#,
    r#"zegel_maildomains{namespace="n",type="MX",status="True",reason="InSync"} 1"#,
    r#"zegel_maildomains{namespace="n",type="Ready",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomains{namespace="n",type="Ready",status="True",reason="Compliant"} 1"#,
    r#"zegel_maildomains{namespace="n",type="SPF",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomains{namespace="n",type="SPF",status="True",reason="InSync"} 1"#,
    r#"zegel_maildomains{namespace="n",type="Stalled",status="True",reason="Drifted"} 1"#,
    r#"zegel_maildomains{namespace="n",type="TLSRPT",status="True",reason="InSync"} 1"#,
    r#"zegel_maildomains{namespace="o",type="Ready",status="Unknown",reason="Progressing"} 1"#,
    r#"zegel_records{namespace="n",standard="DKIM",state="InSync"} 1"#,
    r#"zegel_records{namespace="n",standard="DMARC",state="InSync"} 2"#,
    r#"zegel_records{namespace="n",standard="MX",state="InSync"} 1"#,
    r#"zegel_records{namespace="n",standard="SPF",state="Drifted"} 1"#,
    r#"zegel_records{namespace="n",standard="SPF",state="InSync"} 1"#,
    r#"zegel_records{namespace="n",standard="TLSRPT",state="InSync"} 1"#,
];

const PROBLEMS: [&str; 4] = [
    r#"zegel_maildomain_condition{namespace="n",name="b",domain="b.nl",type="InSync",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomain_condition{namespace="n",name="b",domain="b.nl",type="Ready",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomain_condition{namespace="n",name="b",domain="b.nl",type="SPF",status="False",reason="Drifted"} 1"#,
    r#"zegel_maildomain_info{namespace="n",name="b",domain="b.nl"} 1"#,
];

fn fleet() -> [Watched; 3] {
    [
        good("n", "a"),
        bad("n", "b"),
        object("o", "c", json!({"observedGeneration": -1})),
    ]
}

#[tokio::test]
async fn without_series_of_objects_the_counts_are_there() {
    let text = said(fleet(), MetricsObjects::None);
    assert_eq!(lines_of(&text), COUNTS);
    assert!(
        text.contains("zegel_findings{severity=\"Error\",managed=\"true\"} 1\n"),
        "{text}"
    );
    assert!(
        text.contains("zegel_findings{severity=\"Info\",managed=\"false\"} 0\n"),
        "{text}"
    );
}

#[tokio::test]
async fn by_default_an_object_has_series_for_what_is_not_true() {
    let text = said(fleet(), MetricsObjects::default());
    let wanted: Vec<&str> = PROBLEMS.into_iter().chain(COUNTS).collect();
    assert_eq!(lines_of(&text), wanted);
}

#[tokio::test]
async fn what_is_wrong_and_suspended_says_both_and_what_is_well_and_suspended_neither() {
    let suspended = |mut object: Watched| {
        object.change_status(|status| {
            let suspended = condition("Suspended", "True", "Suspended");
            status.conditions.push(serde_json::from_value(suspended).unwrap());
        });
        object
    };
    let text = said(
        [suspended(bad("n", "b")), suspended(good("n", "a"))],
        MetricsObjects::Problems,
    );
    let of: Vec<&str> = lines_of(&text)
        .into_iter()
        .filter(|line| line.starts_with("zegel_maildomain_condition{") && line.contains("Suspended"))
        .collect();
    let line = r#"zegel_maildomain_condition{namespace="n",name="b",domain="b.nl",type="Suspended",status="True",reason="Suspended"} 1"#;
    assert_eq!(of, [line]);
}

#[tokio::test]
async fn all_is_every_condition_and_no_state_that_nothing_is_in() {
    let text = said(fleet(), MetricsObjects::All);
    let all = lines_of(&text);
    let of = |what: &str| all.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!(of("zegel_maildomain_condition{"), 8 + 6);
    assert_eq!(of("zegel_maildomain_info{"), 3);
    let records: Vec<&&str> = all
        .iter()
        .filter(|line| line.starts_with("zegel_maildomain_records{"))
        .collect();
    let wanted = [
        r#"zegel_maildomain_records{namespace="n",name="a",domain="a.nl",state="InSync"} 5"#,
        r#"zegel_maildomain_records{namespace="n",name="b",domain="b.nl",state="Drifted"} 1"#,
        r#"zegel_maildomain_records{namespace="n",name="b",domain="b.nl",state="InSync"} 1"#,
    ];
    assert_eq!(records.into_iter().copied().collect::<Vec<_>>(), wanted);
    assert_eq!(of("zegel_maildomain_last_observation_timestamp_seconds{"), 2);
    assert!(
        COUNTS.iter().chain(&PROBLEMS).all(|line| all.contains(line)),
        "{text}"
    );
}

#[tokio::test]
async fn ten_thousand_objects_of_which_some_are_bad_fit_into_200_kilobytes() {
    let namespaces = ["gemeenten", "provincies", "rijk", "waterschappen"];
    let kinds = [bad("", ""), good("", "")];
    let fleet = || {
        (0..10_000).map(|number| {
            let mut object = kinds[usize::from(number % 50 != 0)].clone();
            let name = format!("gemeente-nummer-{number}");
            object.set_domain(&format!("{name}.nl"));
            let meta = object.meta_mut();
            meta.namespace = Some(namespaces[number % namespaces.len()].to_owned());
            (meta.uid, meta.name) = (Some(name.clone()), Some(name));
            object
        })
    };
    let sizes = [
        MetricsObjects::None,
        MetricsObjects::Problems,
        MetricsObjects::All,
    ]
    .map(|which| said(fleet(), which).len());
    let [none, problems, all] = sizes;
    assert!(none < 10_000, "{sizes:?}");
    assert!(problems < 200_000, "{sizes:?}");
    assert!(all > 1_000_000, "{sizes:?}");
}

#[tokio::test]
async fn an_objects_labels_are_carried_as_asked_and_only_where_it_has_series() {
    let fleet = || {
        [
            labelled(good("n", "a"), &[("team", "post"), ("secret", "x")]),
            labelled(
                bad("n", "b"),
                &[("app.kubernetes.io/part-of", "mail"), ("team", "web")],
            ),
            bad("n", "c"),
        ]
    };
    let of = |which, labels: &str| -> Vec<String> {
        let text = said_with(fleet(), which, labels);
        let lines = lines_of(&text);
        let wanted = lines
            .iter()
            .filter(|line| line.starts_with("zegel_maildomain_labels{"));
        wanted.map(|line| (*line).to_owned()).collect()
    };
    let both = "team,app.kubernetes.io/part-of";
    let problems = [
        r#"zegel_maildomain_labels{namespace="n",name="b",domain="b.nl",label_team="web",label_app_kubernetes_io_part_of="mail"} 1"#,
        r#"zegel_maildomain_labels{namespace="n",name="c",domain="c.nl"} 1"#,
    ];
    assert_eq!(of(MetricsObjects::Problems, both), problems);
    let well = r#"zegel_maildomain_labels{namespace="n",name="a",domain="a.nl",label_team="post"} 1"#;
    assert_eq!(of(MetricsObjects::All, both), [&[well], &problems[..]].concat());
    assert_eq!(of(MetricsObjects::None, both), [""; 0]);
    assert_eq!(of(MetricsObjects::All, ""), [""; 0]);
}

/// So many terms of SPF, and a certificate that ends then and should have been renewed ten seconds sooner.
fn measured(lookups: u32, ends: i64) -> Measures {
    let at = Timestamp::from_second(ends).unwrap();
    Measures {
        spf_lookups: Some(lookups),
        certificate: Some(Ending {
            at,
            soon_from: at - SignedDuration::from_secs(10),
        }),
        signature: None,
    }
}

/// Every metric of the operator, each with all its labels.
#[tokio::test]
async fn what_is_served_is_what_the_catalogue_says() {
    let fleet = fleet().map(|object| labelled(object, &[("team", "post")]));
    let tracker = Tracker::default();
    for object in &fleet {
        tracker.begin(object.uid());
        tracker.change(object, |tracked| {
            tracked.next_look = Some(Timestamp::UNIX_EPOCH);
            tracked.measures = measured(9, 100);
        });
    }
    let (metrics, granted) = (Metrics::default(), Some(granted()));
    let mut registry = registry(fleet, MetricsObjects::All, "team", tracker, granted);
    metrics.reconciles.get_or_create(&ByReason::new("InSync")).inc();
    metrics.events.get_or_create(&ByReason::new("InSync")).inc();
    metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    use series::{CONTROLLER, FLEET, OBJECTS, WAY};
    let groups = [&FLEET, &OBJECTS, &WAY, &CONTROLLER];
    assert_eq!(differences(&text, &groups), [""; 0], "{text}");
}

mod measured_alone;

/// Who writes what is said of a fleet may wait for the reader, with a lock on the family that it is in.
#[test]
fn what_is_said_of_objects_is_written_after_all_that_is_counted() {
    let metrics = Metrics::default();
    metrics
        .reconciles
        .get_or_create(&ByReason::new("Compliant"))
        .inc();
    let objects = known(
        [bad("mail", "a")],
        MetricsObjects::All,
        "",
        Tracker::default(),
        None,
    );
    let world = objects.world.clone();
    let all = super::super::registry(&metrics, &world, objects);
    let mut text = String::new();
    encode(&mut text, &all).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let first_of = |prefix: &str| {
        lines
            .iter()
            .position(|line| line.starts_with(prefix))
            .expect(prefix)
    };
    let last_of = |prefix: &str| {
        lines
            .iter()
            .rposition(|line| line.starts_with(prefix))
            .expect(prefix)
    };
    let fleet = first_of("zegel_maildomain");
    for counted in [
        "process_",
        "zegel_reconciles_total",
        "zegel_dns_",
        "zegel_policy_",
        "zegel_smtp_",
    ] {
        assert!(
            last_of(counted) < fleet,
            "{counted} stands behind the fleet:\n{text}"
        );
    }
}
