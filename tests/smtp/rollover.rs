//! The key of a mail server changes from blue to green, watched to the end (RFC 7671 8.1): a zone that knot signs at two servers,
//! a resolver that validates and keeps to TTLs, and a mail server that shows one key and then the other.
//!
//! `dev/dns-servers` installs both; without, this says so and is skipped.

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use zegel::records::dane::Tlsa;
use zegel::transport::Certificate;

use super::knot::{APEX, Knots};
use super::program::run;
use super::server::{Server, self_signed, with_tls};
use super::unbound::Unbound;

const NAME: &str = "_25._tcp.mx1.voorbeeld.nl";
const TTL: i64 = 3600;

/// The zone with these records of the host.
fn zone(records: &[&str]) -> String {
    let tlsa = records
        .iter()
        .map(|record| format!("_25._tcp.mx1 {TTL} TLSA {record}\n"));
    format!(
        "@ TXT \"v=spf1 mx -all\"\n@ MX 10 mx1\nmx1 A 127.0.0.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n{}",
        tlsa.collect::<String>()
    )
}

struct Stage {
    knots: Knots,
    resolver: Unbound,
    folder: tempfile::TempDir,
    serial: u32,
}

impl Stage {
    fn start(records: &[&str]) -> Option<Self> {
        let mut knots = Knots::room(2)?;
        for number in 1..=2 {
            knots.sign(number, 1, &zone(records));
        }
        let Some(ds) = knots.ds(1) else {
            println!("SKIPPED: a rollover in a signed zone (knot's keymgr is not installed)");
            return None;
        };
        let resolver = Self::resolver(&knots, &ds)?;
        Some(Self {
            knots,
            resolver,
            folder: tempfile::tempdir().unwrap(),
            serial: 1,
        })
    }

    /// One that remembers nothing of before: as all do once the TTLs are over.
    fn resolver(knots: &Knots, ds: &str) -> Option<Unbound> {
        let beside: Vec<String> = (1..=2)
            .map(|number| format!("ns{number}.dns.example. A {}", Knots::address(number)))
            .collect();
        let beside: Vec<&str> = beside.iter().map(String::as_str).collect();
        Unbound::start(APEX, (Knots::address(1), knots.port).into(), ds, &beside)
    }

    /// What everybody remembers of before is over.
    fn time_passes(&mut self) {
        let ds = self.knots.ds(1).unwrap();
        self.resolver = Self::resolver(&self.knots, &ds).unwrap();
    }

    /// One server holds these records from now on.
    fn publish_at(&mut self, number: usize, records: &[&str]) {
        if number == 1 {
            self.serial += 1;
        }
        self.knots.sign(number, self.serial, &zone(records));
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
        command
            .args(args)
            .args(["--resolver", &self.resolver.address.to_string()])
            .args(["--authority-port", &self.knots.port.to_string()])
            .args(["--authority-rate", "1000", "--dnssec", "off"]);
        command
    }

    /// `zegel check` of a manifest that wants these records, beside this mail server.
    async fn check(&self, wanted: &[&str], mail: &Server) -> (i32, String) {
        let records: Vec<String> = wanted.iter().map(|record| format!("\"{record}\"")).collect();
        let manifest = format!(
            "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: voorbeeld-nl}}\nspec: {{domain: {APEX}, role: \
             Mail, tls: {{level: Any}}, dane: {{hosts: [{{name: mx1.{APEX}, records: [{}]}}]}}}}\n",
            records.join(", ")
        );
        let file = self.folder.path().join("wanted.yaml");
        std::fs::write(&file, manifest).unwrap();
        let mut command = self.command(&["check", file.to_str().unwrap()]);
        command
            .args(["--smtp-port", &mail.port.to_string(), "--smtp-pause", "10ms"])
            .arg("--allow-private-targets");
        let (code, out) = run(command).await;
        (code, out.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// By when the records are seen everywhere, as `zegel lookup` says, and why.
    async fn visible(&self) -> (Option<Timestamp>, String) {
        let (_, out) = run(self.command(&["lookup", NAME, "TLSA", "-o", "json"])).await;
        let line = out.lines().find(|line| line.starts_with('{')).unwrap();
        let report: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| report[key].as_str().map(str::to_owned);
        let by = text("visibleBy").map(|by| by.parse().unwrap());
        (by, text("visibleWhy").unwrap_or_default())
    }
}

/// That it is seen everywhere within a TTL from now, and not at once.
fn within_a_ttl((by, why): (Option<Timestamp>, String)) {
    let by = by.unwrap_or_else(|| panic!("no time is told: {why}"));
    let wait = by.duration_since(Timestamp::now());
    assert!(
        wait > SignedDuration::from_secs(TTL - 120) && wait <= SignedDuration::from_secs(TTL + 1),
        "{wait:?}: {why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_changes_from_blue_to_green_and_no_step_is_taken_too_early() {
    let server = || {
        let (der, config) = self_signed(&["mx1.voorbeeld.nl"]);
        let key = Certificate::from_der(&der).unwrap().public_key_info;
        (Tlsa::of_key(&key).to_string(), config)
    };
    let ((blue, blue_config), (green, green_config)) = (server(), server());
    let shows_blue = Server::start(vec![with_tls(&blue_config)]).await;
    let shows_green = Server::start(vec![with_tls(&green_config)]).await;
    let (blue, green) = (blue.as_str(), green.as_str());
    let Some(mut stage) = Stage::start(&[blue]) else {
        return;
    };
    // Blue stands, and is shown.
    let (code, out) = stage.check(&[blue], &shows_blue).await;
    assert!(code == 0 && !out.contains("DANE-012"), "{out}");

    // Green is wanted beside: first it is missing, then at one server, then at both and on its way.
    let both = [blue, green];
    let (code, out) = stage.check(&both, &shows_blue).await;
    assert!(
        code == 1 && out.contains(&format!("want {green}, found none")),
        "{out}"
    );
    stage.publish_at(1, &both);
    let (code, out) = stage.check(&both, &shows_blue).await;
    assert!(code == 1 && !out.contains("on its way"), "{out}");
    assert_eq!(stage.visible().await.0, None, "one server of two has it");
    stage.publish_at(2, &both);
    let (code, out) = stage.check(&both, &shows_blue).await;
    assert!(code == 0 && out.contains("on its way"), "{out}");
    within_a_ttl(stage.visible().await);

    // Who changes the key now is told who does not deliver.
    let (_, out) = stage.check(&both, &shows_green).await;
    assert!(
        out.contains("DANE-015") && out.contains("older ones without it"),
        "{out}"
    );

    // Once the time is over nobody holds anything older, and the key may change.
    stage.time_passes();
    let (by, why) = stage.visible().await;
    assert!(by.is_none() && why.contains("nothing older"), "{why}");
    for server in [&shows_blue, &shows_green] {
        let (code, out) = stage.check(&both, server).await;
        assert!(
            code == 0 && !out.contains("DANE-012") && !out.contains("DANE-015"),
            "{out}"
        );
    }

    // Blue may go once green is shown, and not before.
    let (code, out) = stage.check(&[green], &shows_blue).await;
    assert!(
        code == 1 && out.contains("DANE-015") && out.contains("the manifest leaves it out"),
        "{out}"
    );
    let (code, out) = stage.check(&[green], &shows_green).await;
    assert!(code == 1 && !out.contains("DANE-015"), "{out}");
    for number in 1..=2 {
        stage.publish_at(number, &[green]);
    }
    let (code, out) = stage.check(&[green], &shows_green).await;
    assert!(
        code == 0 && out.contains("on its way") && !out.contains("DANE-015"),
        "{out}"
    );
    within_a_ttl(stage.visible().await);
    stage.time_passes();
    let (code, out) = stage.check(&[green], &shows_green).await;
    assert!(code == 0 && !out.contains("DANE-01"), "{out}");
    // The end: who shows blue again is nobody's host.
    let (code, out) = stage.check(&[green], &shows_blue).await;
    assert!(code == 1 && out.contains("DANE-012"), "{out}");
}
