//! The key of a mail server changes from blue to green, watched to the end: what is published, and by when it is seen everywhere
//! (RFC 7671 8.1).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zegel::api::{PublishedStatus, RecordStatus};

use crate::stage::{Net, Stage, run, spec_with};

const NAME: &str = "voorbeeld-nl";
const TLSA: &str = "_25._tcp.mx1.voorbeeld.nl";
const TTL: i64 = 3600;

/// The record of a key, whose digest is this octet alone.
fn record(octet: &str) -> String {
    format!("3 1 1 {}", octet.repeat(32))
}

/// Every server holds these records from now on, each as a version of the zone of its own.
fn publish(net: &Net, records: &[&str], serial: u32) {
    let lines = records
        .iter()
        .map(|record| format!("{TLSA} {TTL} TLSA {record}\n"));
    let zone = format!(
        "voorbeeld.nl 3600 TXT v=spf1 ip4:192.0.2.1 -all\nvoorbeeld.nl 3600 MX 10 mx1.voorbeeld.nl\n\
         mx1.voorbeeld.nl 3600 A 192.0.2.1\nmx1.voorbeeld.nl 3600 AAAA 2001:db8::1\n\
         _dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject\n{}",
        lines.collect::<String>()
    );
    for (number, server) in (1..).zip(&net.servers.servers) {
        net.servers.publish_at(number, &zone, serial);
        server.set(&format!("voorbeeld.nl 3600 SOA 3600 {serial}"));
    }
}

/// The manifest with these records.
fn wanted(records: &[&str]) -> Value {
    spec_with(json!({
        "interval": "10s", "settleWindow": "15m",
        "dane": {"hosts": [{"name": "mx1.voorbeeld.nl", "records": records}]},
    }))
}

fn tlsa(stage: &Stage) -> RecordStatus {
    let status = stage.statuses(NAME).pop().unwrap();
    status
        .records
        .into_iter()
        .find(|record| record.name == TLSA)
        .unwrap()
}

/// What is promised of the records that stand, once it is.
async fn promised(stage: &Stage, desired: &[&str]) -> (PublishedStatus, Timestamp) {
    let is_there = |record: &RecordStatus| {
        record.name == TLSA
            && record.desired == desired
            && record
                .published
                .as_ref()
                .is_some_and(|published| published.visible_by.is_some())
    };
    stage
        .until(NAME, |status| status.records.iter().any(is_there))
        .await;
    let published = tlsa(stage).published.unwrap();
    let by = published.visible_by.as_ref().unwrap().0;
    (published, by)
}

#[test]
fn a_key_changes_from_blue_to_green_and_each_step_says_when_it_is_seen_everywhere() {
    run(async {
        let (blue, green) = (&*record("b1"), &*record("9e"));
        let both: &[&str] = &[green, blue];
        let stage = Stage::with_name_servers("rollover", 2, "").await;
        let net = stage.net();
        publish(net, &[blue], 7);
        stage.create(NAME, wanted(&[blue])).await;
        stage.ready(NAME, "True", "InSync").await;

        // The next key's record is wanted beside the current one: it is told what is missing,
        stage.edit(NAME, wanted(both)).await;
        stage.ready(NAME, "False", "Propagating").await;
        let differences = tlsa(&stage).differences;
        assert_eq!(differences, [format!("TLSA: want {green}, found none")]);
        // and once it stands at every server, by when nobody is left with the old set alone.
        publish(net, both, 8);
        stage.pass_time(SignedDuration::from_secs(11));
        stage.look_by_itself(NAME).await;
        let (published, by) = promised(&stage, both).await;
        let wait = by.duration_since(published.since.unwrap().0).as_secs();
        assert!((TTL..=TTL + 2).contains(&wait), "{wait}");
        assert_eq!(published.servers, 2);
        // Then the server may show green; and when it does, blue goes.
        stage.pass_time(SignedDuration::from_secs(TTL + 70));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "True", "InSync").await;

        stage.edit(NAME, wanted(&[green])).await;
        stage.ready(NAME, "False", "Propagating").await;
        assert_eq!(
            tlsa(&stage).differences,
            [format!("TLSA: want no other, found {blue}")]
        );
        publish(net, &[green], 9);
        stage.pass_time(SignedDuration::from_secs(11));
        stage.look_by_itself(NAME).await;
        let (published, by) = promised(&stage, &[green]).await;
        let wait = by.duration_since(published.since.unwrap().0).as_secs();
        assert!((TTL..=TTL + 2).contains(&wait), "{wait}");
        stage.pass_time(SignedDuration::from_secs(TTL + 70));
        stage.look_by_itself(NAME).await;
        stage.ready(NAME, "True", "InSync").await;
        let end = tlsa(&stage);
        assert_eq!(
            (end.state.as_str(), end.observed),
            ("InSync", vec![green.to_owned()])
        );
        stage.end().await;
    });
}
