//! testssl.sh beside, as a second pair of somebody else's eyes: what it says of a Postfix, row by row.
//!
//! `dev/mail-servers` installs it; without it, or without root, what needs it says so and is skipped. Where the two do not
//! agree the reason stands here:
//!
//! - Renegotiation by the client is not looked for by us: it takes a whole connection, and Internet.nl does not count it.
//! - Its lists of suites are OpenSSL's: AES in CBC is "obsoleted" there, while NCSC-NL has some of it to be phased out. So of
//!   those lists only the ones are held to that both sides draw alike.
//! - Of suites that nobody should use a look asks until it has found some, not for every kind: anonymous ones that it finds are
//!   known to testssl.sh, and it may know of some beside others that were found.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use zegel::inquiry::{Closeness, Session};
use zegel::transport::certificate::Key;
use zegel::transport::{Certificate, Flight, Step, Version};

use super::postfix::{HARDENED, Postfix, chosen, program};

/// What it says, by the id of each row.
struct Says(BTreeMap<String, String>);

impl Says {
    fn of(port: u16) -> Option<Self> {
        let Some(testssl) = program("testssl").or_else(|| program("testssl.sh")) else {
            println!("SKIPPED: testssl.sh beside a real mail server (it is not installed: dev/mail-servers)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("says.json");
        let mut command = Command::new(testssl);
        command
            .args([
                "--quiet",
                "--color",
                "0",
                "--warnings",
                "batch",
                "--ip",
                "127.0.0.1",
            ])
            .args(["--nodns", "none", "--starttls", "smtp"])
            .args(["-p", "-s", "-S", "-R", "-C", "--jsonfile"])
            .arg(&file)
            .arg(format!("mx1.voorbeeld.nl:{port}"));
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let rows: Vec<serde_json::Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {text}\n{}", String::from_utf8_lossy(&output.stdout)));
        let row = |row: &serde_json::Value| {
            let of = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            (of("id"), of("finding"))
        };
        Some(Self(rows.iter().map(row).collect()))
    }

    /// What it says of a row; it says something of every one that is asked for.
    fn row(&self, id: &str) -> &str {
        let known = self.0.get(id);
        known.unwrap_or_else(|| panic!("testssl.sh has no row {id}: {:#?}", self.0))
    }

    fn offers(&self, id: &str) -> bool {
        let says = self.row(id);
        says.contains("offered") && !says.contains("not offered")
    }
}

/// Every row that both sides know.
fn agree(session: &Session, says: &Says) {
    let ours: BTreeSet<Version> = chosen(session).iter().map(|(version, _)| *version).collect();
    for (id, version) in [
        ("SSLv3", Version::SSL30),
        ("TLS1", Version::TLS10),
        ("TLS1_1", Version::TLS11),
        ("TLS1_2", Version::TLS12),
        ("TLS1_3", Version::TLS13),
    ] {
        assert_eq!(ours.contains(&version), says.offers(id), "{id}: {}", says.row(id));
    }
    let flights: Vec<&Flight> = session
        .steps
        .iter()
        .filter_map(|step: &Step| step.reaction.flight())
        .collect();
    let suites: Vec<_> = chosen(session).into_iter().map(|(_, suite)| suite).collect();
    let has_anonymous = suites.iter().any(|suite| suite.is_anonymous());
    assert!(
        !has_anonymous || says.offers("cipherlist_aNULL"),
        "{}",
        says.row("cipherlist_aNULL")
    );
    // A stock server of today has none of these, and neither of us may find one.
    for id in ["cipherlist_NULL", "cipherlist_EXPORT"] {
        assert!(!says.offers(id), "{id}: {}", says.row(id));
    }
    let hellos = || {
        let hellos = flights.iter().filter_map(|flight| flight.hello.as_ref());
        hellos.filter(|hello| hello.version < Version::TLS13)
    };
    assert!(hellos().next().is_some(), "both speak TLS 1.2");
    let extensions = says.row("TLS_extensions");
    assert_eq!(
        hellos().all(|hello| hello.extended_master_secret),
        extensions.contains("extended master secret"),
        "{extensions}"
    );
    let renegotiation = says.row("secure_renego");
    assert_eq!(
        hellos().all(|hello| hello.secure_renegotiation),
        renegotiation.contains("supported") && !renegotiation.contains("not supported"),
        "{renegotiation}"
    );
    let compression = says.row("CRIME_TLS");
    assert_eq!(
        hellos().any(|hello| hello.compresses),
        !compression.contains("not vulnerable"),
        "{compression}"
    );
    let leaf = flights.iter().find_map(|flight| flight.certificates.first());
    let leaf = Certificate::from_der(leaf.unwrap()).unwrap();
    let Key::Rsa(bits) = leaf.key else {
        panic!("{}", leaf.key)
    };
    let size = says.row("cert_keySize");
    assert!(size.contains(&format!("RSA {bits} bits")), "{size}");
    let signature = says.row("cert_signatureAlgorithm");
    assert_eq!(leaf.signature.to_string(), "RSA with SHA-256");
    assert!(signature.contains("SHA256 with RSA"), "{signature}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_postfix_is_seen_as_testssl_sees_it() {
    let Some(postfix) = Postfix::start("2048", &[]) else {
        return;
    };
    let fact = postfix.look(Closeness::Profile).await;
    let Some(says) = Says::of(postfix.port) else {
        return;
    };
    agree(fact.outcome.as_ref().unwrap(), &says);
    // What Debian's defaults are known for is found, and not only agreed on.
    assert!(says.offers("TLS1") && says.offers("cipherlist_aNULL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hardened_postfix_is_seen_as_testssl_sees_it() {
    let Some(postfix) = Postfix::start("3072", &HARDENED) else {
        return;
    };
    let fact = postfix.look(Closeness::Profile).await;
    let Some(says) = Says::of(postfix.port) else {
        return;
    };
    agree(fact.outcome.as_ref().unwrap(), &says);
    assert!(!says.offers("TLS1") && !says.offers("TLS1_1") && !says.offers("cipherlist_aNULL"));
}
