//! What values may not say together, and what cannot be without: refused by the templates, with a sentence.

use serde_json::{Value, json};

use crate::control_plane::{chart_dir, helm, run};
use crate::template::{helm_template, refused, with_image};

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
    let monitor = |which: &str, interval: &str, timeout: &str| json!({"monitoring": {which: {"enabled": true, "interval": interval, "scrapeTimeout": timeout}}});
    let rolling = |surge: Value, away: Value| json!({"strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": away}}});
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
        (
            monitor("serviceMonitor", "60s", "90s"),
            "serviceMonitor.scrapeTimeout is 90s and interval 60s",
        ),
        (
            monitor("podMonitor", "1m30s", "91s"),
            "podMonitor.scrapeTimeout is 91s and interval 1m30s",
        ),
        (rolling(json!(0), json!(0)), "no pod could be replaced"),
        (rolling(json!("0%"), json!(0)), "no pod could be replaced"),
        (json!({"dnsPolicy": "None"}), "dnsConfig.nameservers is empty"),
        (
            json!({"dnsPolicy": "None", "dnsConfig": {"searches": ["voorbeeld.nl"]}}),
            "dnsConfig.nameservers is empty",
        ),
        (
            json!({"dns": {"dnssec": "off", "trustAnchor": {"configMap": "anchors"}}}),
            "the anchor serves nothing",
        ),
        (
            json!({"dns": {"dnssec": "off", "dnssecControl": "nl"}}),
            "dns.dnssecControl is set and dns.dnssec is off",
        ),
        (
            json!({"dns": {"dnssec": "off", "dnssecBogusControl": "bogus.example"}}),
            "dns.dnssecBogusControl is set and dns.dnssec is off",
        ),
        (
            json!({"metrics": {"objects": "None", "objectLabels": ["team"]}}),
            "no MailDomain has series of its own",
        ),
        (
            json!({"metrics": {"objectLabels": ["team", "Team"]}}),
            "has team and Team, which would both be label_team in a series",
        ),
        (
            json!({"metrics": {"objectLabels": ["stage", "example.com/partOf", "example.com/part-of"]}}),
            "would both be label_example_com_part_of in a series",
        ),
        (
            json!({"metrics": {"objectLabels": ["costCENTER2B", "cost_center2_b"]}}),
            "would both be label_cost_center2_b in a series",
        ),
        (
            json!({"leaderElection": {"leaseDuration": "1s"}}),
            "leaseDuration is 1s",
        ),
        (
            json!({"leaderElection": {"leaseDuration": "2999ms"}}),
            "Want 3s at the least",
        ),
        (
            json!({"podLabels": {"app.kubernetes.io/name": "other"}}),
            "podLabels has app.kubernetes.io/name",
        ),
        (
            json!({"podLabels": {"app.kubernetes.io/instance": "other"}}),
            "podLabels has app.kubernetes.io/instance",
        ),
    ] {
        let words = refused(values.clone());
        assert!(words.contains(says), "{values}: {words}");
        assert!(!words.contains("nil pointer"), "{values}: {words}");
    }
}

/// What is next to what is refused is taken.
#[test]
fn values_that_agree_are_taken() {
    for values in [
        json!({"monitoring": {"podMonitor": {"enabled": true, "interval": "1m30s", "scrapeTimeout": "90s"}}}),
        json!({"monitoring": {"serviceMonitor": {"interval": "1s"}}}),
        json!({"strategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}}),
        json!({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}),
        json!({"leaderElection": {"leaseDuration": "3s"}}),
        json!({"leaderElection": {"leaseDuration": "1m"}}),
        json!({"metrics": {"objects": "None"}}),
        json!({"watch": {"labelSelector": "team in (a, b),!legacy, example.com/tier!=test,mail,n > 3,x notin (y),empty="}}),
        json!({"watch": {"shardSelector": "shard=1"}}),
        json!({"networkPolicy": {"egress": {"apiServer": {"cidrs": [
            "0.0.0.0/0", "10.0.0.1/32", "::/0", "::1/128", "2001:db8::/32", "1:2:3:4:5:6:7:8/64", "fe80::1:2:3/10", "1::8/9",
        ]}}}}),
        json!({"volumes": [
            {"name": "a", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}, {"name": "b", "secret": {"secretName": "s"}},
            {"name": "c", "csi": {"driver": "d"}}, {"name": "d", "projected": {"sources": []}},
        ]}),
    ] {
        helm_template("zegel", &with_image(values.clone()))
            .unwrap_or_else(|words| panic!("{values}: {words}"));
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
