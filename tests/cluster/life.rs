//! The life of a MailDomain: created, drifting, mended, unreachable, suspended, gone.

use jiff::SignedDuration;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::dns::SERVFAIL;
use crate::kstatus::condition;
use crate::stage::{RIGHT, Stage, WEAKER, run, spec, spec_with};

#[test]
fn created_and_ready_in_one_write_and_a_look_that_finds_nothing_new_leaves_its_trace_alone() {
    run(async {
        let stage = Stage::new("create").await;
        stage.create("voorbeeld-nl", spec()).await;
        let status = stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(status.summary.unwrap().ratio, "2/2");
        assert_eq!(
            condition(&stage.statuses("voorbeeld-nl").pop().unwrap(), "SPF"),
            Some(("True", "InSync"))
        );
        stage.told("voorbeeld-nl", &["InSync"]).await;
        stage.passed(1).await;
        for _ in 0..3 {
            stage.look_by_itself("voorbeeld-nl").await;
        }
        assert_eq!(stage.writes("voorbeeld-nl").await, 1);
        assert_eq!(stage.passes().await, 4, "its own write is no reason for a pass");
        for _ in 0..3 {
            stage.look("voorbeeld-nl").await;
        }
        // A request for a look leaves its trace and the times of its answers, and nothing else.
        assert_eq!(stage.writes("voorbeeld-nl").await, 1 + 3);
        let mut statuses = stage.statuses("voorbeeld-nl");
        statuses.retain(|status| !status.conditions.is_empty());
        let last = statuses.last().unwrap();
        assert!(last.last_handled_reconcile_at.is_some());
        for status in &mut statuses {
            status.last_handled_reconcile_at = None;
            status.last_observation = None;
            status.last_compliance_observation = None;
        }
        statuses.dedup();
        assert_eq!(statuses.len(), 1, "{statuses:#?}");
        assert_eq!(stage.passes().await, 7, "nor is that of its trace");
        stage.told("voorbeeld-nl", &["InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn drift_is_unconfirmed_then_drifted_then_mended() {
    run(async {
        let stage = Stage::new("drift").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.dns.set(WEAKER);
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        let status = stage.statuses("voorbeeld-nl").pop().unwrap();
        let record = status
            .records
            .iter()
            .find(|record| record.name == "_dmarc.voorbeeld.nl")
            .unwrap();
        assert_eq!(
            (record.state.as_str(), record.cause.as_deref()),
            ("Drifted", Some("World"))
        );
        assert_eq!(record.observed, ["v=DMARC1; p=none"]);
        stage.dns.set(RIGHT);
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["True InSync", "False Unconfirmed", "False Drifted", "True InSync"]
        );
        stage.told("voorbeeld-nl", &["InSync", "Drifted", "InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn a_slip_of_one_look_is_never_drift() {
    run(async {
        let stage = Stage::new("slip").await;
        // The first answer holds for an hour: the second is asked for after settleWindow.
        stage
            .create("voorbeeld-nl", spec_with(json!({"settleWindow": "1h"})))
            .await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.dns.set("_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none");
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "False", "Unconfirmed").await;
        stage.dns.set(RIGHT);
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let told = stage.events("voorbeeld-nl").await;
        assert!(told.iter().all(|(reason, _)| reason == "InSync"), "{told:?}");
        stage.end().await;
    });
}

#[test]
fn a_new_intent_propagates_before_it_is_drift() {
    run(async {
        let stage = Stage::new("propagate").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage
            .edit("voorbeeld-nl", json!({"dmarc": {"policy": "Quarantine"}}))
            .await;
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["True InSync", "False Propagating", "False Drifted"]
        );
        let status = stage.statuses("voorbeeld-nl").pop().unwrap();
        let record = status
            .records
            .iter()
            .find(|record| record.name == "_dmarc.voorbeeld.nl")
            .unwrap();
        assert_eq!(record.cause.as_deref(), Some("Spec"));
        stage.dns.set("_dmarc.voorbeeld.nl 1 TXT v=DMARC1; p=quarantine");
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.end().await;
    });
}

#[test]
fn an_outage_of_dns_keeps_what_is_known() {
    run(async {
        let stage = Stage::new("outage").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.dns.fail_all(SERVFAIL);
        stage.pass_time(SignedDuration::from_hours(1));
        stage.look("voorbeeld-nl").await;
        let status = stage
            .until("voorbeeld-nl", |status| {
                status.summary.as_ref().is_some_and(|all| all.unanswered == 2)
            })
            .await;
        assert_eq!(
            condition(&status, "Ready"),
            Some(("True", "InSync")),
            "not yet stale"
        );
        assert!(status.records.iter().all(|record| record.state == "InSync"));
        stage.pass_time(SignedDuration::from_hours(6));
        stage.look("voorbeeld-nl").await;
        let status = stage.ready("voorbeeld-nl", "Unknown", "DNSUnavailable").await;
        assert!(status.records.iter().all(|record| record.state == "InSync"));
        assert!(stage.metrics().await.contains("zegel_dns_outage 1"));
        stage.dns.heal();
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["True InSync", "Unknown DNSUnavailable", "True InSync"]
        );
        stage
            .told("voorbeeld-nl", &["InSync", "DNSUnavailable", "DNSRecovered"])
            .await;
        assert!(stage.metrics().await.contains("zegel_dns_outage 0"));
        stage.end().await;
    });
}

#[test]
fn an_outage_recovers_by_itself() {
    run(async {
        let stage = Stage::new("recover").await;
        stage.dns.fail_all(SERVFAIL);
        stage
            .create("voorbeeld-nl", spec_with(json!({"interval": "10s"})))
            .await;
        stage.ready("voorbeeld-nl", "Unknown", "DNSUnavailable").await;
        stage.dns.heal();
        // Failures are shared for a while: by the clock of the world, which is put forward past it.
        stage.pass_time(SignedDuration::from_secs(60));
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage
            .told("voorbeeld-nl", &["DNSUnavailable", "DNSRecovered"])
            .await;
        stage.end().await;
    });
}

#[test]
fn in_an_outage_all_turn_stale_in_time_without_a_look_at_dns() {
    run(async {
        let stage = Stage::new("stale").await;
        let names: Vec<String> = (0..30).map(|number| format!("d{number}")).collect();
        for name in &names {
            let domain = format!("{name}.voorbeeld.nl");
            stage.dns.set(&format!(
                "{domain} 1 TXT v=spf1 ip4:192.0.2.1 -all\n_dmarc.{domain} 1 TXT v=DMARC1; p=reject"
            ));
            stage
                .create(name, spec_with(json!({"domain": domain, "interval": "6h"})))
                .await;
        }
        for name in &names {
            stage.ready(name, "True", "InSync").await;
        }
        stage.dns.fail_all(SERVFAIL);
        stage.pass_time(SignedDuration::from_hours(1));
        // One look is enough to know of the outage; the others are hours away.
        stage.passed(30).await;
        stage.look("d0").await;
        let asked = || -> usize {
            let others = names.iter().skip(1);
            others
                .map(|name| stage.dns.asked(&format!("_dmarc.{name}.voorbeeld.nl"), "TXT"))
                .sum()
        };
        let before = asked();
        stage.pass_time(SignedDuration::from_hours(12));
        for name in &names {
            let status = stage.ready(name, "Unknown", "DNSUnavailable").await;
            assert!(status.records.iter().all(|record| record.state == "InSync"));
        }
        assert_eq!(asked(), before, "nobody looked");
        stage.dns.heal();
        stage.look("d7").await;
        stage.ready("d7", "True", "InSync").await;
        stage
            .told("d7", &["InSync", "DNSUnavailable", "DNSRecovered"])
            .await;
        stage.end().await;
    });
}

#[test]
fn a_clock_that_is_put_back_keeps_nobody_green() {
    run(async {
        let stage = Stage::new("put-back").await;
        stage.pass_time(SignedDuration::from_hours(24));
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.dns.fail_all(SERVFAIL);
        // Five hours without an answer, by a clock that is then found to be five hours fast.
        for hours in [5, -5] {
            stage.pass_time(SignedDuration::from_hours(hours));
            stage.look("voorbeeld-nl").await;
            stage.ready("voorbeeld-nl", "True", "InSync").await;
        }
        stage.pass_time(SignedDuration::from_hours(2));
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "Unknown", "DNSUnavailable").await;
        stage.end().await;
    });
}

#[test]
fn suspended_is_left_alone() {
    run(async {
        let stage = Stage::new("suspend").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.edit("voorbeeld-nl", json!({"suspend": true})).await;
        let status = stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(condition(&status, "Suspended"), Some(("True", "Suspended")));
        stage.passed(2).await;
        stage.dns.forget();
        stage.dns.set(WEAKER);
        stage.annotate("voorbeeld-nl").await;
        stage.passed(3).await;
        assert_eq!(stage.dns.seen().total(), 0, "nobody looks");
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.edit("voorbeeld-nl", json!({"suspend": false})).await;
        stage.look("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        stage.end().await;
    });
}

#[test]
fn a_deleted_object_leaves_no_series() {
    run(async {
        let stage = Stage::new("series").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let ready = r#"zegel_maildomain_condition{namespace="series",name="voorbeeld-nl",domain="voorbeeld.nl",type="Ready",status="True",reason="InSync"} 1"#;
        crate::stage::eventually("the series", async || stage.metrics().await.contains(ready)).await;
        stage.passed(1).await;
        let metrics = stage.metrics().await;
        for series in [
            r#"zegel_maildomain_records{namespace="series",name="voorbeeld-nl",domain="voorbeeld.nl",state="InSync"} 2"#,
            "zegel_maildomain_last_observation_timestamp_seconds{",
            "zegel_maildomain_next_observation_timestamp_seconds{",
            r#"zegel_reconciles_total{reason="InSync"} 1"#,
            "zegel_status_writes_total 1",
            "zegel_reconcile_duration_seconds_count 1",
            "zegel_dns_questions_total{",
            "zegel_leader 1",
            concat!(
                r#"zegel_build_info{version=""#,
                env!("CARGO_PKG_VERSION"),
                r#"",commit=""#
            ),
            "# TYPE process_resident_memory_bytes gauge",
            "process_cpu_seconds_total ",
        ] {
            assert!(metrics.contains(series), "{series} is not in\n{metrics}");
        }
        stage.delete("voorbeeld-nl").await;
        crate::stage::eventually("no series", async || !stage.metrics().await.contains("voorbeeld")).await;
        stage.end().await;
    });
}

/// Whose a domain is, is no matter of DNS: the series follows, and nothing is looked at or written for it.
#[test]
fn a_label_that_changes_changes_the_series_and_asks_for_no_look() {
    run(async {
        let stage = Stage::new("labelled").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.passed(1).await;
        for (labels, shown) in [
            (json!({"team": "post", "secret": "x"}), r#",label_team="post"} 1"#),
            (
                json!({"team": "web", "app.kubernetes.io/part-of": "shop"}),
                r#",label_team="web",label_app_kubernetes_io_part_of="shop"} 1"#,
            ),
            (json!({"team": null, "app.kubernetes.io/part-of": null}), "} 1"),
        ] {
            let patch = Patch::Merge(json!({"metadata": {"labels": labels}}));
            let api = stage.api();
            api.patch("voorbeeld-nl", &PatchParams::default(), &patch)
                .await
                .unwrap();
            let series = format!(
                r#"zegel_maildomain_labels{{namespace="labelled",name="voorbeeld-nl",domain="voorbeeld.nl"{shown}"#
            );
            crate::stage::eventually(&series, async || stage.metrics().await.contains(&series)).await;
        }
        let metrics = stage.metrics().await;
        assert!(!metrics.contains("secret"), "{metrics}");
        assert!(
            metrics.contains("zegel_reconcile_duration_seconds_count 1\n"),
            "{metrics}"
        );
        assert_eq!(stage.writes("voorbeeld-nl").await, 1);
        stage.end().await;
    });
}

#[test]
fn the_first_look_that_takes_long_says_so() {
    run(async {
        let stage = Stage::new("slow").await;
        stage.dns.fail_all(crate::dns::Fault::Held);
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "Unknown", "Progressing").await;
        stage.dns.heal();
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert_eq!(stage.writes("voorbeeld-nl").await, 2);
        stage.told("voorbeeld-nl", &["InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn answers_that_take_turns_are_told_once() {
    run(async {
        let stage = Stage::new("turns").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.passed(1).await;
        let turn = async |zone: &str| {
            stage.dns.set(zone);
            stage.pass_time(SignedDuration::from_secs(5));
            stage.look_by_itself("voorbeeld-nl").await;
        };
        let alternates = || {
            let status = stage.statuses("voorbeeld-nl").pop();
            status.is_some_and(|status| status.reason.as_deref() == Some("Alternating"))
        };
        for _ in 0..10 {
            if !alternates() {
                turn(WEAKER).await;
                turn(RIGHT).await;
            }
        }
        let status = stage.ready("voorbeeld-nl", "False", "Alternating").await;
        let record = status
            .records
            .iter()
            .find(|record| record.name == "_dmarc.voorbeeld.nl")
            .unwrap();
        assert_eq!(record.observed, ["v=DMARC1; p=none"]);
        assert_eq!(record.alternates[0].observed, ["v=DMARC1; p=reject"]);
        let writes = stage.writes("voorbeeld-nl").await;
        for _ in 0..5 {
            turn(WEAKER).await;
            turn(RIGHT).await;
        }
        assert_eq!(stage.writes("voorbeeld-nl").await, writes, "nothing new is said");
        let told = stage.events("voorbeeld-nl").await;
        let alternating = told.iter().filter(|(reason, _)| reason == "Alternating").count();
        assert_eq!(alternating, 1, "{told:?}");
        let suppressed = stage.metrics().await;
        assert!(
            !suppressed.contains("zegel_suppressed_changes_total 0"),
            "what is left unsaid is counted"
        );
        stage.end().await;
    });
}
