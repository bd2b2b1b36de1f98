//! What values may not say together, and what cannot be without: refused by the templates, with a sentence.

use serde_json::{Value, json};

use crate::control_plane::{chart_dir, helm, run};
use crate::template::{helm_template, refused};

#[test]
fn what_values_may_not_say_together_is_refused_with_a_sentence() {
    let unset = helm_template("zegel", "{}").unwrap_err();
    for part in [
        "image.repository is not set",
        "--set image.repository=registry.example/zegel",
    ] {
        assert!(unset.contains(part), "{unset}");
    }
    let empty = helm_template("zegel", r#"{"image": {"repository": ""}}"#).unwrap_err();
    assert!(empty.contains("image.repository is not set"), "{empty}");
    let both = json!({"serviceMonitor": {"enabled": true}, "podMonitor": {"enabled": true}});
    let budget = |budget: Value, replicas: u8| json!({"replicas": replicas, "podDisruptionBudget": budget});
    for (values, says) in [
        (json!({"monitoring": both}), "would be scraped twice"),
        (
            json!({"monitoring": {"serviceMonitor": {"enabled": true}}, "service": {"enabled": false}}),
            "there is no Service to scrape",
        ),
        (
            json!({"replicas": 2, "leaderElection": {"enabled": false}}),
            "both replicas would write every status",
        ),
        (
            json!({"serviceAccount": {"create": false}}),
            "serviceAccount.name is not set",
        ),
        (
            json!({"monitoring": {"dashboards": {"grafanaDashboard": {"enabled": true}}}}),
            "would select no Grafana",
        ),
        (
            json!({"monitoring": {"prometheusRule": {"overrides": {"ZegelDrifted": {"enabled": false}}}}}),
            "want one of ZegelDomainDrifted, ",
        ),
        (
            json!({"global": {"loglevel": "debug"}}),
            "global.loglevel is no value of this chart",
        ),
        (
            budget(json!({"enabled": true, "minAvailable": 1}), 1),
            "would block every drain",
        ),
        (
            budget(json!({"enabled": true, "minAvailable": "1%"}), 1),
            "would block every drain",
        ),
        (
            budget(json!({"enabled": true, "minAvailable": "51%"}), 2),
            "would block every drain",
        ),
        (
            budget(json!({"enabled": true, "minAvailable": 2}), 2),
            "would block every drain",
        ),
        (
            budget(json!({"enabled": true, "maxUnavailable": 0}), 1),
            "would block every drain",
        ),
        (
            budget(json!({"enabled": true, "maxUnavailable": "0%"}), 2),
            "would block every drain",
        ),
        (
            budget(
                json!({"enabled": true, "maxUnavailable": 1, "minAvailable": 1}),
                2,
            ),
            "Kubernetes takes one of them",
        ),
    ] {
        let words = refused(values.clone());
        assert!(words.contains(says), "{values}: {words}");
        assert!(!words.contains("nil pointer"), "{values}: {words}");
    }
}

/// In a chart of charts `global` is everybody's: what others put there is no slip of ours.
#[test]
fn under_another_chart_global_may_hold_what_others_need() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("charts")).unwrap();
    std::os::unix::fs::symlink(chart_dir(), path("charts/zegel")).unwrap();
    std::fs::write(
        path("Chart.yaml"),
        "apiVersion: v2\nname: platform\nversion: 1.0.0\n",
    )
    .unwrap();
    let values = json!({
        "global": {"storageClass": "fast", "commonLabels": {"team": "mail"}},
        "zegel": {"image": {"repository": "registry.example/zegel"}},
    });
    std::fs::write(path("values.yaml"), values.to_string()).unwrap();
    let mut command = helm().unwrap();
    command.args(["template", "platform"]).arg(folder.path());
    let objects: Vec<Value> = serde_saphyr::from_multiple(&run(command).unwrap()).unwrap();
    let deployment = objects
        .iter()
        .find(|object| object["kind"] == "Deployment")
        .unwrap();
    assert_eq!(deployment["metadata"]["name"], "platform-zegel");
    assert_eq!(deployment["metadata"]["labels"]["team"], "mail");
}
