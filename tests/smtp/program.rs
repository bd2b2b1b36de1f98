//! The program beside a mail server: `inspect --starttls`, `check` with a tls block, and the same again from a recording.

use std::process::{Command, Output};

use super::dns::DnsServer;
use super::server::{Act, Server, say, self_signed, with_tls};

const ZONE: &str = "
    voorbeeld.nl        TXT   v=spf1 mx -all
    voorbeeld.nl        MX    10 mx1.voorbeeld.nl
    mx1.voorbeeld.nl    A     127.0.0.1
    _dmarc.voorbeeld.nl TXT   v=DMARC1; p=reject
";

const MANIFEST: &str = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: voorbeeld-nl}\n\
                        spec: {domain: voorbeeld.nl, role: Mail, tls: {level: LEVEL}}\n";

/// Runs the program against these servers, beside the runtime that serves them.
async fn zegel(dns: &DnsServer, mail: &Server, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
    command
        .args(args)
        .args([
            "--resolver",
            &dns.address().to_string(),
            "--dnssec",
            "off",
            "--authorities",
            "off",
        ])
        .args([
            "--smtp-port",
            &mail.port.to_string(),
            "--smtp-pause",
            "10ms",
            "--allow-private-targets",
        ]);
    run(command).await
}

async fn run(mut command: Command) -> (i32, String) {
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
    let (code, live) = zegel(&dns, &mail, &["check", &file("Good"), "--record", &recording]).await;
    assert_eq!(code, 0, "{live}");
    assert!(live.contains("TLS") && live.contains("in sync"), "{live}");
    let mut again = Command::new(env!("CARGO_BIN_EXE_zegel"));
    again.args(["check", &file("Good"), "--replay", &recording]);
    assert_eq!(run(again).await, (0, live));
    // What cannot be had is neither.
    let busy = Server::start(vec![vec![say("421 too many connections\r\n")]]).await;
    let (code, out) = zegel(&dns, &busy, &["check", &file("Any")]).await;
    assert_eq!(code, 3, "{out}");
    let plain = vec![say("220 mx1\r\n"), Act::Hear, say("250 mx1\r\n")];
    let plain = Server::start(vec![plain]).await;
    let (code, out) = zegel(&dns, &plain, &["check", &file("Any")]).await;
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("want STARTTLS, found none"), "{out}");
}
