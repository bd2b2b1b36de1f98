//! Whose verdict it is: deleted and made anew, claimed twice, written by somebody else meanwhile.

use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::dns::Fault;
use crate::kstatus::condition;
use crate::stage::{Stage, eventually, run, spec, spec_with};

#[test]
fn a_verdict_never_lands_on_an_object_made_anew() {
    run(async {
        let stage = Stage::new("anew").await;
        stage.dns.fail_type("_dmarc.voorbeeld.nl", "TXT", Fault::Held);
        let old = stage.create("voorbeeld-nl", spec()).await;
        stage.dns.until(|seen| seen.in_flight > 0).await;
        stage.delete("voorbeeld-nl").await;
        let new = stage
            .create(
                "voorbeeld-nl",
                spec_with(json!({"dmarc": {"policy": "Quarantine"}})),
            )
            .await;
        assert_ne!(old.uid(), new.uid());
        stage.dns.heal();
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        for status in stage.statuses("voorbeeld-nl") {
            for record in status.records.iter().filter(|record| record.standard == "DMARC") {
                assert_eq!(record.desired, ["v=DMARC1; p=quarantine"]);
            }
        }
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["False Propagating", "False Drifted"]
        );
        stage.end().await;
    });
}

#[test]
fn a_spec_that_changes_during_a_slow_answer_is_judged_anew() {
    run(async {
        let stage = Stage::new("midway").await;
        stage.dns.fail_type("_dmarc.voorbeeld.nl", "TXT", Fault::Held);
        stage.create("voorbeeld-nl", spec()).await;
        stage.dns.until(|seen| seen.in_flight > 0).await;
        stage
            .edit("voorbeeld-nl", json!({"dmarc": {"policy": "Quarantine"}}))
            .await;
        stage.dns.heal();
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["False Propagating", "False Drifted"],
            "never in sync"
        );
        stage.end().await;
    });
}

#[test]
fn a_label_written_during_a_slow_answer_costs_no_second_look() {
    run(async {
        let stage = Stage::new("label").await;
        stage.dns.fail_type("_dmarc.voorbeeld.nl", "TXT", Fault::Held);
        stage.create("voorbeeld-nl", spec()).await;
        stage.dns.until(|seen| seen.in_flight > 0).await;
        let label = Patch::Merge(json!({"metadata": {"labels": {"team": "mail"}}}));
        stage
            .api()
            .patch("voorbeeld-nl", &PatchParams::default(), &label)
            .await
            .unwrap();
        stage.dns.heal();
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.passed(1).await;
        assert_eq!(stage.dns.asked("_dmarc.voorbeeld.nl", "TXT"), 1);
        stage.end().await;
    });
}

#[test]
fn a_look_asked_for_during_a_slow_answer_is_not_lost() {
    run(async {
        let stage = Stage::new("asked").await;
        stage
            .create("voorbeeld-nl", spec_with(json!({"settleWindow": "1h"})))
            .await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        // The first look has something to write, and the second request comes between its reading and its writing.
        stage.dns.set("_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none");
        stage.dns.fail_type("_dmarc.voorbeeld.nl", "TXT", Fault::Held);
        stage.annotate("voorbeeld-nl").await;
        stage.dns.until(|seen| seen.in_flight > 0).await;
        stage.annotate("voorbeeld-nl").await;
        stage.dns.heal();
        stage.ready("voorbeeld-nl", "False", "Unconfirmed").await;
        eventually("the second look", async || {
            stage.dns.asked("_dmarc.voorbeeld.nl", "TXT") == 3
        })
        .await;
        stage.end().await;
    });
}

#[test]
fn the_older_claim_wins_and_its_end_frees_the_domain() {
    run(async {
        let stage = Stage::new("claims").await;
        stage.create("a", spec()).await;
        stage.ready("a", "True", "InSync").await;
        stage.create("b", spec()).await;
        let status = stage.ready("b", "False", "DomainConflict").await;
        assert!(condition(&status, "Stalled").is_some());
        stage.told("b", &["DomainConflict"]).await;
        stage
            .create("watcher", json!({"domain": "voorbeeld.nl", "role": "Mail"}))
            .await;
        stage
            .until("watcher", |status| {
                condition(status, "Ready").is_some_and(|(value, _)| value == "True")
            })
            .await;
        stage.ready("a", "True", "InSync").await;
        stage.delete("a").await;
        stage.ready("b", "True", "InSync").await;
        stage.told("b", &["DomainConflict", "InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn a_condition_of_somebody_else_stays() {
    run(async {
        let stage = Stage::new("foreign").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let audited = json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
            "status": {"conditions": [{
                "type": "Audited", "status": "True", "reason": "Seen", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1,
            }]},
        });
        let params = PatchParams::apply("auditor");
        stage
            .api()
            .patch_status("voorbeeld-nl", &params, &Patch::Apply(audited))
            .await
            .unwrap();
        stage
            .edit("voorbeeld-nl", json!({"dmarc": {"policy": "Quarantine"}}))
            .await;
        let status = stage.ready("voorbeeld-nl", "False", "Propagating").await;
        assert_eq!(condition(&status, "Audited"), Some(("True", "Seen")));
        // The auditor's condition speaks of an older generation: it is not held against kstatus here.
    });
}
