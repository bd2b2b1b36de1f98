//! The program beside a mail server: `inspect --starttls`, `check` with a tls block, and the same again from a recording.

use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};

use zegel::world::Identity;

use super::dns::{DnsServer, Fault};
use super::probe::{Authority, answers_once};
use super::server::{Act, Server, say, self_signed, with_tls};

const ZONE: &str = "
    voorbeeld.nl        TXT   v=spf1 mx -all
    voorbeeld.nl        MX    10 mx1.voorbeeld.nl
    mx1.voorbeeld.nl    A     127.0.0.1
    _dmarc.voorbeeld.nl TXT   v=DMARC1; p=reject
";

const MANIFEST: &str = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: voorbeeld-nl}\n\
                        spec: {domain: voorbeeld.nl, role: Mail, tls: {level: LEVEL}}\n";

/// The program with these arguments, beside this resolver alone.
fn program(dns: &DnsServer, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
    command
        .args(args)
        .args(["--resolver", &dns.address().to_string()])
        .args([
            "--dnssec",
            "off",
            "--authorities",
            "off",
            "--allow-private-targets",
        ]);
    command
}

/// The same through a probe at this port, with what the controller has of it.
fn through(mut command: Command, port: u16, [ca, cert, key]: &[String; 3]) -> Command {
    command.args(["--probe", &format!("localhost:{port}")]).args([
        "--probe-ca",
        ca,
        "--probe-cert",
        cert,
        "--probe-key",
        key,
    ]);
    command
}

/// Runs the program against these servers, beside the runtime that serves them.
pub(super) async fn zegel(dns: &DnsServer, mail: &Server, args: &[&str]) -> (i32, String) {
    let mut command = program(dns, args);
    command.args(["--smtp-port", &mail.port.to_string(), "--smtp-pause", "10ms"]);
    run(command).await
}

pub(super) async fn run(mut command: Command) -> (i32, String) {
    let run = tokio::task::spawn_blocking(move || command.output());
    let Output {
        status,
        stdout,
        stderr,
    } = run.await.unwrap().unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (status.code().unwrap(), text(&stdout) + &text(&stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_mail_servers_is_made_only_where_somebody_asks() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let (dns, mail) = (
        DnsServer::start(ZONE),
        Server::start(vec![with_tls(&config)]).await,
    );
    let (_, out) = zegel(&dns, &mail, &["inspect", "voorbeeld.nl", "-o", "json"]).await;
    assert!(!out.contains("TLS-0") && mail.count() == 0, "{out}");
    let (_, out) = zegel(
        &dns,
        &mail,
        &["inspect", "voorbeeld.nl", "-o", "json", "--starttls", "chain"],
    )
    .await;
    assert!(
        out.contains("TLS-015") && out.contains("leads to no public root"),
        "{out}"
    );
    assert_eq!(mail.count(), 2);
    // A spreadsheet has it in a column, empty where nobody looked.
    for (starttls, cell) in [("chain", "mx1.voorbeeld.nl at 127.0.0.1: TLS 1.3, "), ("off", "")] {
        let args = ["inspect", "voorbeeld.nl", "-o", "csv", "--starttls", starttls];
        let (_, out) = zegel(&dns, &mail, &args).await;
        let mut lines = out.lines();
        assert!(lines.next().is_some_and(|line| line.ends_with(",tls")), "{out}");
        let row = lines.next().unwrap();
        let last = row
            .rsplit(",\"")
            .next()
            .filter(|_| row.ends_with('"'))
            .unwrap_or_default();
        assert!(
            last.starts_with(cell) && last.is_empty() == cell.is_empty(),
            "{row}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_asks_for_tls_is_checked_and_replayed_to_the_octet() {
    let folder = tempfile::tempdir().unwrap();
    let file = |level: &str| {
        let path = folder.path().join(format!("{level}.yaml"));
        std::fs::write(&path, MANIFEST.replace("LEVEL", level)).unwrap();
        path.display().to_string()
    };
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let (dns, mail) = (
        DnsServer::start(ZONE),
        Server::start(vec![with_tls(&config)]).await,
    );
    let recording = folder.path().join("look.json").display().to_string();
    // The certificates alone do not tell; all of the TLS does.
    for (closely, code, says) in [("chain", 3, "--starttls profile"), ("profile", 0, "in sync")] {
        let args = [
            "check",
            &file("Sufficient"),
            "--starttls",
            closely,
            "--record",
            &recording,
        ];
        let (found, live) = zegel(&dns, &mail, &args).await;
        assert_eq!(found, code, "{live}");
        let words = live.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(says), "{live}");
        let mut again = Command::new(env!("CARGO_BIN_EXE_zegel"));
        again.args(["check", &file("Sufficient"), "--replay", &recording]);
        assert_eq!(run(again).await, (code, live));
    }
    // What cannot be had is neither.
    let busy = Server::start(vec![vec![say("421 too many connections\r\n")]]).await;
    let (code, out) = zegel(&dns, &busy, &["check", &file("Any")]).await;
    assert_eq!(code, 3, "{out}");
    // Nor is what is longer than is read, whose bound is told.
    for (answer, told) in [
        ("250-SIZE\r\n".repeat(500), "a reply of more than 128 lines"),
        ("oops\r\n".to_owned(), "a line without a reply code"),
    ] {
        let endless = Server::start(vec![vec![say("220 mx1\r\n"), Act::Hear, say(&answer)]]).await;
        let (code, out) = zegel(&dns, &endless, &["check", &file("Any")]).await;
        assert_eq!(code, 3, "{out}");
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            out.contains(&format!("the mail server's answer was not read on: {told}")),
            "{out}"
        );
    }
    let plain = vec![say("220 mx1\r\n"), Act::Hear, say("250 mx1\r\n")];
    let plain = Server::start(vec![plain]).await;
    let (code, out) = zegel(&dns, &plain, &["check", &file("Any")]).await;
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("want STARTTLS, found none"), "{out}");
}

/// The program at both ends: the probe until it is told to stop, and a look that goes through it.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_looks_through_the_program() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let (dns, mail) = (
        DnsServer::start(ZONE),
        Server::start(vec![with_tls(&config)]).await,
    );
    let authority = Authority::new();
    let [ca, cert, key] = files(&authority.identity("localhost", &authority));
    let mut probe = Command::new(env!("CARGO_BIN_EXE_zegel"))
        .args([
            "probe",
            "--listen",
            "127.0.0.1:0",
            "--ca",
            &ca,
            "--cert",
            &cert,
            "--key",
            &key,
        ])
        .args(["--allow-private-targets", "--smtp-pause", "10ms"])
        .args(["--smtp-port", &mail.port.to_string(), "--log-format", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = std::io::BufReader::new(probe.stderr.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut log, &mut first).unwrap();
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    let at: SocketAddr = first["listening"].as_str().unwrap().parse().unwrap();
    let identity = files(&authority.identity("controller", &authority));
    let inspect = || {
        let command = program(
            &dns,
            &["inspect", "voorbeeld.nl", "-o", "json", "--starttls", "chain"],
        );
        run(through(command, at.port(), &identity))
    };
    let (_, out) = inspect().await;
    assert!(
        out.contains("TLS-015") && out.contains("leads to no public root"),
        "{out}"
    );
    assert_eq!(mail.count(), 2);
    let pid = probe.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(probe.wait().unwrap().success());
    let (_, out) = inspect().await;
    assert!(
        out.contains("note: no mail server was looked at: the probe cannot be asked: localhost:")
            && !out.contains("WARN")
            && out.contains("NoProbe")
            && !out.contains("TLS-015"),
        "{out}"
    );
}

/// What a probe told before it died stands: it is not said that nothing was looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_dies_midway_is_said_to_be_gone_from_then_on() {
    let dns = DnsServer::start(
        "voorbeeld.nl MX 10 mx1.voorbeeld.nl\nmx1.voorbeeld.nl A 127.0.0.1\ntweede.nl MX 10 mx1.tweede.nl\nmx1.tweede.nl A 127.0.0.2",
    );
    // The second domain is asked about when the probe is gone.
    dns.fail("mx1.tweede.nl", Fault::Held);
    let authority = Authority::new();
    let (at, gone) = answers_once(&authority).await;
    let identity = files(&authority.identity("controller", &authority));
    let both = ["inspect", "voorbeeld.nl", "tweede.nl", "-o", "json"];
    let mut command = program(&dns, &both);
    command.args(["--starttls", "chain", "--dns-timeout", "60s", "--timeout", "120s"]);
    let running = tokio::spawn(run(through(command, at.port(), &identity)));
    gone.await.unwrap();
    dns.heal();
    let (_, out) = running.await.unwrap();
    let note = "note: not every mail server was looked at: the probe cannot be asked any more: localhost:";
    assert!(
        out.contains(note) && out.contains("no domain is judged by it"),
        "{out}"
    );
    assert!(!out.contains("no mail server was looked at"), "{out}");
    assert!(out.contains("Busy") && out.contains("NoProbe"), "{out}");
}

/// Where an identity's authority, certificate and key lie.
fn files(identity: &Identity) -> [String; 3] {
    [&identity.authority, &identity.certificate, &identity.key].map(|path| path.display().to_string())
}
