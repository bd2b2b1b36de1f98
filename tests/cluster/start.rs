//! What a start costs: a fleet that stands is left in peace.

use serde_json::json;

use crate::fleet::{domain, name};
use crate::process::Program;
use crate::stage::{Stage, eventually, http, run};

const FLEET: usize = 300;

#[test]
fn killed_in_the_middle_of_a_first_pass_it_goes_on_where_it_was() {
    run(async {
        let stage = Stage::empty("first-pass").await;
        stage.create_fleet(FLEET, json!({})).await;
        let first = Program::start(&stage, "first", &["--concurrency", "2"]);
        stage.reasons("InSync", FLEET / 6).await;
        // Without a word.
        drop(first);
        // What the API server has counts: the watch may not have shown the last of it yet.
        let mut done = Vec::new();
        for number in 0..FLEET {
            done.push(stage.writes(&name(number)).await > 0);
        }
        let judged = done.iter().filter(|done| **done).count();
        assert!((FLEET / 6..FLEET).contains(&judged), "in the middle: {judged}");
        stage.dns.forget();

        let mut second = Program::start(&stage, "second", &[]);
        second.ready().await;
        stage.reasons("InSync", FLEET).await;
        let mut written = 0;
        for number in 0..FLEET {
            written += stage.writes(&name(number)).await;
        }
        assert_eq!(written, FLEET, "every status once");
        // What was judged already has its own moment within five minutes: few of those are over yet.
        let asked = |number: usize| stage.dns.asked(&domain(number), "TXT") > 0;
        let again = (0..FLEET)
            .filter(|number| done[*number] && asked(*number))
            .count();
        assert!(again * 3 < judged, "{again} of {judged} asked again");
        assert!((0..FLEET).all(|number| done[number] || asked(number)));
        let deferred = eventually_deferred(&second).await;
        assert!(deferred * 3 > judged * 2, "{deferred} of {judged}");
        for number in [0, FLEET / 2, FLEET - 1] {
            stage.told(&name(number), &["InSync"]).await;
        }
        stage.end().await;
    });
}

/// How many first looks were put off, once there are any.
async fn eventually_deferred(program: &Program) -> usize {
    let address = program.address().unwrap();
    let series = r#"zegel_reconciles_total{reason="Deferred"} "#;
    let counted = async || {
        let (_, metrics) = http(address, "/metrics").await?;
        metrics
            .lines()
            .find_map(|line| line.strip_prefix(series)?.parse().ok())
    };
    eventually("first looks were put off", async || counted().await.is_some()).await;
    counted().await.unwrap_or(0)
}
