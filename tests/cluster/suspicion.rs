//! A resolver that lies to a whole fleet, and a world that really changes.

use k8s_openapi::api::events::v1::Event;
use kube::api::{Api, ListParams};
use serde_json::json;

use crate::fleet::{domain, name, zone};
use crate::process::Program;
use crate::stage::{Stage, eventually, run};

const FLEET: usize = 60;

/// A fleet in sync, and the program that looks after it.
async fn fleet(stage: &Stage) -> Program {
    // What any resolver knows beside the fleet.
    stage.dns.set(". NS a.root-servers.net\nnl SOA 1");
    stage.create_fleet(FLEET, json!({"settleWindow": "5s"})).await;
    let election = [
        "--leader-elect",
        "--lease-name",
        "suspicion",
        "--lease-namespace",
        &stage.namespace,
    ];
    let admin = stage.plane.kubeconfig();
    let mut program = Program::start_as(stage, "suspicion", admin, &election);
    program.ready().await;
    stage.reasons("InSync", FLEET).await;
    program
}

/// The reasons of the events told of the Lease.
async fn told_of_the_lease(stage: &Stage) -> Vec<String> {
    let events: Api<Event> = Api::namespaced(stage.plane.client(), &stage.namespace);
    let of_lease = ListParams::default().fields("regarding.kind=Lease,regarding.name=suspicion");
    let mut told = events.list(&of_lease).await.unwrap().items;
    told.sort_by(|a, b| a.event_time.cmp(&b.event_time));
    told.into_iter().filter_map(|event| event.reason).collect()
}

#[test]
fn nothing_drifts_on_the_word_of_a_resolver_that_denies_everything() {
    run(async {
        let stage = Stage::empty("lies").await;
        let program = fleet(&stage).await;
        // A captive portal: no name exists.
        stage.dns.clear();
        for number in 0..FLEET {
            stage.annotate(&name(number)).await;
        }
        let says = async |series: &str| program.metrics().await.contains(series);
        eventually("it is suspected", async || {
            says("zegel_resolver_suspected 1").await
        })
        .await;
        // Those that were looked at before there were many wait for their second answer, and it is not believed.
        eventually("all are held", async || {
            says(r#"zegel_reconciles_total{reason="ResolverSuspected"}"#).await
        })
        .await;
        for number in 0..FLEET {
            stage.annotate(&name(number)).await;
        }
        assert!(
            stage.with_reason("InSync") >= FLEET - 9,
            "{:?}",
            stage.seen.borrow().reasons()
        );

        stage.dns.set(". NS a.root-servers.net\nnl SOA 1\nnl EXISTS");
        stage.dns.set(&zone(FLEET));
        eventually("it is trusted", async || says("zegel_resolver_suspected 0").await).await;
        stage.reasons("InSync", FLEET).await;
        for number in 0..FLEET {
            let story = stage.story(&name(number));
            let fine =
                story == ["True InSync"] || story == ["True InSync", "False Unconfirmed", "True InSync"];
            assert!(fine, "{story:?}");
            let told = stage.events(&name(number)).await;
            assert!(told.iter().all(|(reason, _)| reason == "InSync"), "{told:?}");
        }
        assert_eq!(
            told_of_the_lease(&stage).await,
            ["ResolverSuspected", "ResolverTrusted"]
        );
        stage.end().await;
    });
}

#[test]
fn a_world_that_really_changed_for_many_comes_through_and_is_told_as_one() {
    run(async {
        let stage = Stage::empty("changes").await;
        let program = fleet(&stage).await;
        // Of these their provider took the record away; the others have theirs.
        let changed = FLEET * 2 / 3;
        for number in 0..changed {
            stage.dns.remove_name(&format!("_dmarc.{}", domain(number)));
        }
        for number in 0..FLEET {
            stage.annotate(&name(number)).await;
        }
        stage.reasons("Drifted", changed).await;
        assert_eq!(stage.with_reason("InSync"), FLEET - changed);
        for number in 0..changed {
            let story = stage.story(&name(number));
            assert_eq!(
                story,
                ["True InSync", "False Unconfirmed", "False Drifted"],
                "{}",
                name(number)
            );
        }
        stage.told(&name(0), &["InSync", "RecordMissing"]).await;
        let metrics = program.metrics().await;
        assert!(metrics.contains("zegel_resolver_suspected 0"), "{metrics}");
        assert!(
            !metrics.contains("zegel_fleet_changed_maildomains 0"),
            "{metrics}"
        );
        assert_eq!(told_of_the_lease(&stage).await, ["FleetChanged"]);
        stage.end().await;
    });
}
