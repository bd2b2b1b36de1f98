//! DNS dies under a whole fleet, and comes back.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::json;

use crate::dns::Fault;
use crate::fleet::name;
use crate::stage::{Stage, http, run};

const FLEET: usize = 400;

#[test]
fn dns_that_dies_under_a_fleet_turns_it_unknown_in_time_and_all_recover() {
    run(async {
        let mut stage = Stage::empty_with("dead-dns", |config| {
            config.timeout = Duration::from_secs(1);
            config.spare_the_silent = true;
        })
        .await;
        // Their next look is long after they turn stale: no pass of their own helps them.
        stage
            .create_fleet(FLEET, json!({"interval": "6h", "staleAfter": "6h"}))
            .await;
        stage.start().await;
        stage.reasons("InSync", FLEET).await;
        stage.dns.fail_all(Fault::Silent);
        // Somebody looks, and finds out.
        for number in 0..8 {
            stage.annotate(&name(number)).await;
        }
        crate::stage::eventually("the outage", async || {
            stage.metrics().await.contains("zegel_dns_outage 1")
        })
        .await;
        assert!(stage.with_reason("DNSUnavailable") == 0, "what is known stands");

        let began = Instant::now();
        stage.pass_time(SignedDuration::from_hours(6));
        let unknown = stage.reasons("DNSUnavailable", FLEET);
        let alive = async {
            loop {
                let asked = Instant::now();
                let (status, why) = http(stage.metrics_address(), "/livez").await.unwrap();
                assert_eq!(status, 200, "{why}");
                assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = unknown => {}
            () = alive => {}
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());

        stage.dns.heal();
        let began = Instant::now();
        stage.reasons("InSync", FLEET).await;
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "{:?}",
            began.elapsed()
        );
        assert!(stage.metrics().await.contains("zegel_dns_outage 0"));
        let mut most = 0;
        for number in 8..FLEET {
            most = most.max(stage.writes(&name(number)).await);
        }
        // In sync, stale, in sync; and one that could not be asked when a pass came first.
        assert!(most <= 4, "{most} writes of one object");
        stage
            .told(&name(9), &["InSync", "DNSUnavailable", "DNSRecovered"])
            .await;
        stage.end().await;
    });
}
