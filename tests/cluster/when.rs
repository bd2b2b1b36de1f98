//! What a person waits for who publishes a record: with name servers that are asked themselves, and a resolver between
//! them and everybody else that keeps to TTLs.

use jiff::SignedDuration;
use serde_json::json;
use zegel::api::RecordStatus;

use crate::stage::{Net, Stage, run, spec_with};

/// The zone without its DMARC record.
const WITHOUT: &str = "
voorbeeld.nl        3600 TXT v=spf1 ip4:192.0.2.1 -all
voorbeeld.nl        3600 MX  10 mail.voorbeeld.nl
mail.voorbeeld.nl   3600 A   192.0.2.1
mail.voorbeeld.nl   3600 AAAA 2001:db8::1
";
const RIGHT: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject";
const WEAKER: &str = "_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none";
const NAME: &str = "voorbeeld-nl";

fn zone(dmarc: &str) -> String {
    format!("{WITHOUT}{dmarc}\n")
}

/// A server holds the zone from now on, and says that an absence may be remembered for an hour.
fn publish_at(net: &Net, number: usize, dmarc: &str, serial: u32) {
    net.servers.publish_at(number, &zone(dmarc), serial);
    net.servers.servers[number - 1].set(&format!("voorbeeld.nl 3600 SOA 3600 {serial}"));
}

/// A stage whose two name servers hold the zone.
async fn stage(namespace: &str, dmarc: &str) -> Stage {
    let stage = Stage::with_name_servers(namespace, 2, &zone(dmarc)).await;
    for number in 1..=2 {
        publish_at(stage.net(), number, dmarc, 7);
    }
    stage
}

fn dmarc(stage: &Stage) -> RecordStatus {
    let status = stage.statuses(NAME).pop().unwrap();
    let mut records = status.records.into_iter();
    records
        .find(|record| record.name == "_dmarc.voorbeeld.nl")
        .unwrap()
}

fn message(stage: &Stage) -> String {
    let status = stage.statuses(NAME).pop().unwrap();
    let ready = status
        .conditions
        .into_iter()
        .find(|condition| condition.type_ == "Ready");
    ready.unwrap().message
}

#[test]
fn a_record_published_after_the_object_is_found_within_an_interval() {
    run(async {
        let stage = stage("published-after", "").await;
        let net = stage.net();
        stage
            .create(NAME, spec_with(json!({"interval": "10s", "settleWindow": "15m"})))
            .await;
        stage.ready(NAME, "False", "Propagating").await;
        // Our own question has not taught the resolver that there is nothing.
        publish_at(net, 1, RIGHT, 9);
        publish_at(net, 2, RIGHT, 9);
        stage.pass_time(SignedDuration::from_secs(11));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "True", "InSync").await;
        let record = dmarc(&stage);
        let published = record.published.unwrap();
        assert_eq!((record.state.as_str(), published.servers), ("InSync", 2));
        let text = message(&stage);
        assert!(
            text.contains("published at all 2 name servers since") && text.contains("have it by"),
            "{text}"
        );
        // An absence may be remembered for an hour from when the last server was seen without it.
        let wait = published
            .visible_by
            .unwrap()
            .0
            .duration_since(published.since.unwrap().0);
        assert!((3600..=3602).contains(&wait.as_secs()), "{wait}");
        stage.told(NAME, &["InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn what_somebody_else_taught_the_resolver_is_on_its_way_until_it_must_be_gone() {
    run(async {
        let stage = stage("taught", "").await;
        let net = stage.net();
        net.ask("_dmarc.voorbeeld.nl").await;
        stage
            .create(NAME, spec_with(json!({"interval": "10s", "settleWindow": "15m"})))
            .await;
        stage.ready(NAME, "False", "Propagating").await;
        publish_at(net, 1, RIGHT, 9);
        stage.pass_time(SignedDuration::from_secs(11));
        stage.look_by_itself(NAME).await;
        assert_eq!(dmarc(&stage).published, None, "one server of two has it");
        publish_at(net, 2, RIGHT, 9);
        stage.pass_time(SignedDuration::from_secs(11));
        stage.look_by_itself(NAME).await;
        stage
            .until(NAME, |status| {
                status
                    .records
                    .iter()
                    .any(|record| record.published.is_some() && record.name.starts_with("_dmarc"))
            })
            .await;
        stage.ready(NAME, "False", "Propagating").await;
        let text = message(&stage);
        assert!(
            text.contains("is on its way") && text.contains("at the latest"),
            "{text}"
        );
        let writes = stage.writes(NAME).await;
        for _ in 0..3 {
            stage.pass_time(SignedDuration::from_secs(11));
            stage.look_by_itself(NAME).await;
        }
        assert_eq!(stage.writes(NAME).await, writes, "nothing new is said");
        // The resolver keeps to the TTL: an hour after it was taught it sees the record.
        stage.pass_time(SignedDuration::from_secs(3600));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "True", "InSync").await;
        stage.told(NAME, &["InSync"]).await;
        stage.end().await;
    });
}

#[test]
fn answers_that_alternate_are_explained_by_the_server_that_is_behind() {
    run(async {
        let stage = stage("behind", RIGHT).await;
        let net = stage.net();
        net.resolver.remember(false);
        stage
            .create(NAME, spec_with(json!({"interval": "10s", "settleWindow": "10m"})))
            .await;
        stage.ready(NAME, "True", "InSync").await;
        publish_at(net, 2, WEAKER, 6);
        let alternates = || {
            let status = stage.statuses(NAME).pop();
            status.is_some_and(|status| status.reason.as_deref() == Some("Alternating"))
        };
        for _ in 0..24 {
            if !alternates() {
                stage.pass_time(SignedDuration::from_secs(11));
                stage.look(NAME).await;
            }
        }
        stage.ready(NAME, "False", "Alternating").await;
        let text = message(&stage);
        for part in [
            "p=reject",
            "p=none",
            "1 of 2 name servers right",
            "ns2.dns.example still serves an older version",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        // What is found beside the record takes its turns too, each first seen when its turn comes: then it is at rest.
        let mut at_rest = 0;
        for _ in 0..26 {
            let writes = stage.writes(NAME).await;
            stage.pass_time(SignedDuration::from_secs(11));
            stage.look_by_itself(NAME).await;
            at_rest = match stage.writes(NAME).await == writes {
                true => at_rest + 1,
                false => 0,
            };
            if at_rest == 8 {
                break;
            }
        }
        assert_eq!(at_rest, 8, "nothing new is said: {:#?}", stage.story(NAME));
        let writes = stage.writes(NAME).await;
        assert!(
            writes <= 12,
            "{writes} writes: more than an object makes in an hour"
        );
        let told = stage.events(NAME).await;
        let alternating = told.iter().filter(|(reason, _)| reason == "Alternating").count();
        assert_eq!(alternating, 1, "{told:?}");
        stage.end().await;
    });
}

#[test]
fn what_every_name_server_dropped_is_drift_before_the_resolver_forgets_it() {
    run(async {
        let stage = stage("going", RIGHT).await;
        let net = stage.net();
        stage
            .create(NAME, spec_with(json!({"interval": "10s", "settleWindow": "10m"})))
            .await;
        stage.ready(NAME, "True", "InSync").await;
        publish_at(net, 1, "", 9);
        stage.look(NAME).await;
        assert_eq!(dmarc(&stage).state, "InSync", "one server of two has it");
        publish_at(net, 2, "", 9);
        stage.look(NAME).await;
        stage.ready(NAME, "False", "Unconfirmed").await;
        let record = dmarc(&stage);
        assert_eq!(
            record.state, "Missing",
            "as it is when the resolver has forgotten it"
        );
        assert!(
            record.differences[0].starts_with("no name server serves it any more; resolvers forget it"),
            "{:?}",
            record.differences
        );
        let writes = stage.writes(NAME).await;
        for _ in 0..3 {
            stage.pass_time(SignedDuration::from_secs(11));
            stage.look_by_itself(NAME).await;
        }
        assert_eq!(stage.writes(NAME).await, writes, "nothing new is said");
        stage.pass_time(SignedDuration::from_secs(601));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "False", "Drifted").await;
        // The resolver forgets it, and then it is published again.
        stage.pass_time(SignedDuration::from_secs(3600));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "False", "Drifted").await;
        for number in 1..=2 {
            publish_at(net, number, RIGHT, 10);
        }
        stage.pass_time(SignedDuration::from_secs(3700));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "True", "InSync").await;
        stage.told(NAME, &["InSync", "RecordMissing", "InSync"]).await;
        stage.end().await;
    });
}
