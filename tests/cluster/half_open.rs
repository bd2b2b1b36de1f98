//! Connections to the API server that went dead without a word: what is seen is written all the same, and who cannot do
//! its work says so.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zegel::operator::{Patience, REQUESTED_AT};

use crate::control_plane::config_from;
use crate::kstatus::condition;
use crate::middlebox::Middlebox;
use crate::process::Program;
use crate::stage::{Stage, ZONE, eventually, http, run, spec_with};

/// As in production, and faster.
const PATIENCE: Patience = Patience {
    call: Duration::from_secs(1),
    round: Duration::from_secs(2),
    unheard: Duration::from_secs(6),
    standstill: Duration::from_secs(9),
};

/// So many domains beside each other.
const DOMAINS: usize = 20;

fn domain(number: usize) -> String {
    format!("d{number}.nl")
}

/// The zones of all domains, with this policy.
fn zones(policy: &str) -> String {
    let mut zones = ZONE.to_owned();
    for number in 0..DOMAINS {
        let domain = domain(number);
        zones.push_str(&format!(
            "{domain} 1 TXT v=spf1 -all\n{domain} 1 MX 10 mail.voorbeeld.nl\n_dmarc.{domain} 1 TXT v=DMARC1; p={policy}\n"
        ));
    }
    zones
}

fn spec(domain: &str) -> Value {
    spec_with(json!({"domain": domain, "spf": {"mechanisms": [], "all": "Fail"}}))
}

/// A box before the stage's API server, and a controller that knows the way through it alone.
async fn behind_a_box(stage: &mut Stage) -> Middlebox {
    let mut config = config_from(&stage.plane.account).await.unwrap();
    let middlebox = Middlebox::start(server(&config.cluster_url.to_string())).await;
    config.cluster_url = format!("https://{}", middlebox.address()).parse().unwrap();
    stage.start_with(config, PATIENCE).await;
    middlebox
}

fn server(url: &str) -> SocketAddr {
    let address = url.trim_start_matches("https://").trim_end_matches('/');
    address.parse().unwrap()
}

async fn says(address: SocketAddr, path: &str, status: u16) {
    eventually(&format!("{path} says {status}"), async || {
        http(address, path).await.is_some_and(|(said, _)| said == status)
    })
    .await;
}

#[test]
fn drift_behind_dead_connections_is_written_and_a_new_object_is_seen() {
    run(async {
        let mut stage = Stage::empty("half-open").await;
        stage.dns.set(&zones("reject"));
        for number in 0..DOMAINS {
            stage.create(&format!("d{number}"), spec(&domain(number))).await;
        }
        let middlebox = behind_a_box(&mut stage).await;
        for number in 0..DOMAINS {
            stage.ready(&format!("d{number}"), "True", "InSync").await;
        }
        // Every pass has written on a connection of its own, and all of them die, the watch's too.
        stage.dns.set(&zones("none"));
        middlebox.forget();
        let began = Instant::now();
        for number in 0..DOMAINS {
            stage.annotate(&format!("d{number}")).await;
        }
        for number in 0..DOMAINS {
            stage
                .until(&format!("d{number}"), |status| {
                    condition(status, "Ready").is_some_and(|(value, _)| value == "False")
                })
                .await;
        }
        stage.create("voorbeeld-nl", crate::stage::spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        stage.end().await;
    });
}

#[test]
fn an_api_server_that_is_silent_makes_unready_then_not_alive_and_keeps_nobody_from_stopping() {
    run(async {
        let mut stage = Stage::empty("silent").await;
        let middlebox = behind_a_box(&mut stage).await;
        let address = stage.metrics_address();
        says(address, "/readyz", 200).await;
        says(address, "/livez", 200).await;
        middlebox.go_dark();
        says(address, "/readyz", 503).await;
        says(address, "/livez", 503).await;
        let (_, why) = http(address, "/livez").await.unwrap();
        assert!(why.contains("has not answered the watch"), "{why}");
        middlebox.light();
        says(address, "/readyz", 200).await;
        says(address, "/livez", 200).await;
        middlebox.go_dark();
        let began = Instant::now();
        stage.stop().await;
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        stage.end().await;
    });
}

#[test]
fn a_standby_with_dead_connections_takes_over_and_ends_at_sigterm_although_nobody_answers() {
    run(async {
        let stage = Stage::empty("standby").await;
        let election = [
            "--leader-elect",
            "--lease-namespace",
            "standby",
            "--lease-duration",
            "3s",
        ];
        let direct = stage.plane.kubeconfig();
        let middlebox = Middlebox::start(server(stage.plane.server())).await;
        let through = stage.plane.dir().join("kubeconfig-through-the-box");
        let text = std::fs::read_to_string(direct).unwrap();
        let url = format!("https://{}", middlebox.address());
        std::fs::write(&through, text.replace(stage.plane.server(), &url)).unwrap();

        let mut leader = Program::start_as(&stage, "leader", direct, &election);
        leader.ready().await;
        eventually("it leads", async || leader.leads().await).await;
        let mut standby = Program::start_as(&stage, "standby", &through, &election);
        standby.ready().await;
        middlebox.forget();
        drop(leader);
        eventually("the standby leads", async || standby.leads().await).await;

        middlebox.go_dark();
        let began = Instant::now();
        standby.terminate();
        standby.ended().await;
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        stage.end().await;
    });
}

#[test]
fn a_selector_that_can_be_none_fails_the_start_with_the_servers_words() {
    run(async {
        let stage = Stage::empty("selector").await;
        let mut program = Program::start(&stage, "bad", &["--label-selector", "team=mail=web"]);
        program.ended().await;
        let words = program.last_words();
        assert!(
            words.contains("--label-selector") && words.contains("team=mail=web"),
            "{words}"
        );
        stage.end().await;
    });
}

#[test]
fn a_look_asked_for_as_flux_does_is_made() {
    run(async {
        let mut stage = Stage::empty("flux").await;
        stage.start().await;
        stage.create("voorbeeld-nl", crate::stage::spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.passed(1).await;
        let asked = stage.dns.asked("_dmarc.voorbeeld.nl", "TXT");
        let flux = zegel::operator::FLUX_REQUESTED_AT;
        assert_ne!(flux, REQUESTED_AT);
        stage.annotate_with("voorbeeld-nl", flux).await;
        eventually("the look", async || {
            stage.dns.asked("_dmarc.voorbeeld.nl", "TXT") > asked
        })
        .await;
        stage.end().await;
    });
}
