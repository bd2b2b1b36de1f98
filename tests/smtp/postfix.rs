//! Postfix as Debian has it, hardened, and with an old key; and sslscan beside it, as somebody else's eyes.
//!
//! `dev/mail-servers` installs both; without them, or without root, what needs them says so and is skipped. Each Postfix has
//! a folder and a port of its own. Where the two do not agree the reason stands here:
//!
//! - Suites: a look names some of a class, not all of them, so each named one must be known to sslscan, and each class that
//!   sslscan finds must be found.
//! - SSL 2.0 is not asked for: no library of the last ten years knows it.
//! - Renegotiation: sslscan tries one, and says that none is supported where a server refuses it; what is looked for here is
//!   whether the server binds it to the connection (RFC 5746), which it says in its hello.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use zegel::inquiry::{Closeness, Fact, Session, Starttls};
use zegel::transport::levels::NCSC_2025_05;
use zegel::transport::{Certificate, KeyExchange, Level, Probe, Step, Suite, Version};

use super::{question, world};

/// Where a program is, sought where root would.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// What hardens one beyond Debian's defaults.
pub(super) const HARDENED: [&str; 5] = [
    "smtpd_tls_protocols = >=TLSv1.2",
    "smtpd_tls_ciphers = high",
    "tls_preempt_cipherlist = yes",
    "tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20",
    "smtpd_tls_exclude_ciphers = aNULL",
];

pub(super) struct Postfix {
    program: PathBuf,
    folder: tempfile::TempDir,
    pub(super) port: u16,
}

impl Postfix {
    /// Starts one with a key of so many bits and these lines in main.cf; `None`, loudly, where that cannot be done.
    pub(super) fn start(bits: &str, lines: &[&str]) -> Option<Self> {
        let tools = ["postfix", "sslscan", "openssl"].map(program);
        let [Some(program), Some(_), Some(openssl)] = tools else {
            println!(
                "SKIPPED: a real mail server (postfix, sslscan or openssl is not installed: dev/mail-servers)"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let is_root = Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|id| id.stdout == b"0\n");
        if !is_root {
            println!("SKIPPED: a real mail server (postfix starts as root only)");
            return None;
        }
        // Its processes run as another user.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["conf", "queue", "data"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        run(Command::new("chown").arg("postfix").arg(root.join("data")));
        for name in [
            "postfix-script",
            "post-install",
            "postfix-files",
            "dynamicmaps.cf",
        ] {
            let _ = fs::copy(Path::new("/etc/postfix").join(name), root.join("conf").join(name));
        }
        run(Command::new(openssl)
            .args([
                "req",
                "-x509",
                "-newkey",
                &format!("rsa:{bits}"),
                "-nodes",
                "-days",
                "30",
            ])
            .args([
                "-subj",
                "/CN=mx1.voorbeeld.nl",
                "-addext",
                "subjectAltName=DNS:mx1.voorbeeld.nl",
            ])
            .arg("-keyout")
            .arg(root.join("key.pem"))
            .arg("-out")
            .arg(root.join("cert.pem")));
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let at = root.display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\nmyhostname = mx1.voorbeeld.nl\n\
             mydestination =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmaillog_file = {at}/log\n\
             maillog_file_prefixes = /\nsmtpd_tls_security_level = may\nsmtpd_tls_cert_file = {at}/cert.pem\n\
             smtpd_tls_key_file = {at}/key.pem\nsmtpd_peername_lookup = no\nlocal_recipient_maps =\nalias_maps =\n{}\n",
            lines.join("\n")
        );
        let master = format!(
            "127.0.0.1:{port} inet n - n - - smtpd\npostlog unix-dgram n - n - 1 postlogd\ntlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\nanvil unix - - n - 1 anvil\n"
        );
        fs::write(root.join("conf/main.cf"), main).unwrap();
        fs::write(root.join("conf/master.cf"), master).unwrap();
        let postfix = Self {
            program,
            folder,
            port,
        };
        run(postfix.command("start"));
        Some(postfix)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(self.folder.path().join("conf")).arg(what);
        command
    }

    pub(super) async fn look(&self, closeness: Closeness) -> Arc<Fact<Starttls>> {
        let world = world(self.port, Duration::ZERO);
        world
            .ask_mail_server(&question([127, 0, 0, 1].into(), closeness), None)
            .await
    }

    fn scan(&self) -> Scan {
        let output = Command::new(program("sslscan").unwrap())
            .args([
                "--starttls-smtp",
                "--xml=-",
                "--no-heartbleed",
                &format!("127.0.0.1:{}", self.port),
            ])
            .output()
            .unwrap();
        Scan(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = self.command("stop").stderr(Stdio::null()).status();
    }
}

fn run(command: impl std::borrow::BorrowMut<Command>) {
    let mut command = command;
    let output = command.borrow_mut().output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What sslscan says.
struct Scan(String);

impl Scan {
    fn versions(&self) -> BTreeSet<Version> {
        let line = Regex::new(r#"protocol type="(ssl|tls)" version="([0-9.]+)" enabled="1""#).unwrap();
        let version = |(kind, number): (&str, &str)| match (kind, number) {
            ("ssl", _) => Version::SSL30,
            (_, "1.0") => Version::TLS10,
            (_, "1.1") => Version::TLS11,
            (_, "1.2") => Version::TLS12,
            _ => Version::TLS13,
        };
        let found = line.captures_iter(&self.0).map(|found| found.extract::<2>().1);
        found.map(|[kind, number]| version((kind, number))).collect()
    }

    fn suites(&self) -> BTreeSet<Suite> {
        let line = Regex::new(r#"cipher="[^"]*" id="0x([0-9A-Fa-f]{4})""#).unwrap();
        let found = line.captures_iter(&self.0).map(|found| found.extract::<1>().1);
        found
            .map(|[id]| Suite(u16::from_str_radix(id, 16).unwrap()))
            .collect()
    }

    fn key_bits(&self) -> usize {
        let line = Regex::new(r#"<pk error="false" type="RSA" bits="([0-9]+)""#).unwrap();
        line.captures(&self.0).unwrap()[1].parse().unwrap()
    }

    /// The sizes of the prime fields that suites with a certificate are agreed in.
    fn fields(&self) -> BTreeSet<usize> {
        let line = Regex::new(r#"cipher="DHE-[^"]*"[^>]* dhebits="([0-9]+)""#).unwrap();
        line.captures_iter(&self.0)
            .map(|found| found[1].parse().unwrap())
            .collect()
    }
}

pub(super) fn chosen(session: &Session) -> Vec<(Version, Suite)> {
    session.steps.iter().filter_map(Step::chosen).collect()
}

fn agree(session: &Session, scan: &Scan) {
    let ours = chosen(session);
    let versions: BTreeSet<Version> = ours.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, scan.versions());
    let suites: BTreeSet<Suite> = ours.iter().map(|(_, suite)| *suite).collect();
    let theirs = scan.suites();
    let unknown: Vec<&Suite> = suites.difference(&theirs).collect();
    assert!(unknown.is_empty(), "sslscan does not find {unknown:?}");
    for level in Level::ALL {
        let has = |suites: &BTreeSet<Suite>| suites.iter().any(|suite| NCSC_2025_05.suite(*suite) == level);
        // Of the good ones a server of TLS 1.3 chooses one.
        let is_of_choice = level >= Level::Sufficient;
        assert!(
            has(&suites) == has(&theirs) || is_of_choice,
            "{level}: {suites:?}, sslscan {theirs:?}"
        );
    }
    let flights = session.steps.iter().filter_map(|step| step.reaction.flight());
    let fields: BTreeSet<usize> = flights
        .clone()
        .filter_map(|flight| match flight.exchange {
            Some(KeyExchange::Dhe { bits, .. }) if !flight.hello.as_ref().unwrap().suite.is_anonymous() => {
                Some(bits)
            }
            _ => None,
        })
        .collect();
    assert_eq!(fields, scan.fields());
    let mut certificates = flights.flat_map(|flight| &flight.certificates);
    let leaf = Certificate::from_der(certificates.next().unwrap()).unwrap();
    assert_eq!(leaf.key, zegel::transport::certificate::Key::Rsa(scan.key_bits()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_postfix_is_seen_as_sslscan_sees_it() {
    let Some(postfix) = Postfix::start("2048", &[]) else {
        return;
    };
    let fact = postfix.look(Closeness::Profile).await;
    let session = fact.outcome.as_ref().unwrap();
    assert_eq!(session.cut_short, None);
    agree(session, &postfix.scan());
    // Debian's defaults: old versions, RSA key exchange, SHA-1 and SHA-224 signatures, the client's order.
    let took = |probe: Probe| {
        session
            .steps
            .iter()
            .any(|step| step.probe == probe && step.chosen().is_some())
    };
    assert!(took(Probe::Version(Version::TLS11)) && took(Probe::Version(Version::TLS10)));
    assert!(took(Probe::Sha1) && took(Probe::Sha224));
    let order = session
        .steps
        .iter()
        .find(|step| step.probe == Probe::Order)
        .unwrap();
    assert!(NCSC_2025_05.suite(order.chosen().unwrap().1) < Level::Sufficient);
    let chain = postfix.look(Closeness::Chain).await;
    let seen = chain
        .outcome
        .as_ref()
        .unwrap()
        .handshake
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap();
    assert_eq!(seen.version, Version::TLS13);
    assert_eq!(seen.chain.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hardened_postfix_takes_nothing_below_sufficient() {
    let Some(postfix) = Postfix::start("3072", &HARDENED) else {
        return;
    };
    let fact = postfix.look(Closeness::Profile).await;
    let session = fact.outcome.as_ref().unwrap();
    agree(session, &postfix.scan());
    for (version, suite) in chosen(session) {
        let level = NCSC_2025_05.version(version).min(NCSC_2025_05.suite(suite));
        assert!(level >= Level::Sufficient, "{version} {suite}");
    }
    assert!(session.steps.len() <= 12, "{} connections", session.steps.len());
}

/// A key so small that no library of today would check a signature by it is still seen for what it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_postfix_with_a_small_key_shows_it() {
    let Some(postfix) = Postfix::start("1024", &[]) else {
        return;
    };
    let fact = postfix.look(Closeness::Chain).await;
    let session = fact.outcome.as_ref().unwrap();
    let seen = session.handshake.as_ref().unwrap().as_ref().unwrap();
    let leaf = Certificate::from_der(&seen.chain[0]).unwrap();
    assert_eq!(leaf.key, zegel::transport::certificate::Key::Rsa(1024));
    assert!(
        seen.proven.is_err(),
        "rustls does not take a signature by such a key"
    );
    assert_eq!(NCSC_2025_05.key(&leaf.key), Level::Insufficient);
}
