//! A probe on loopback that looks at mail servers for others: whom it answers, what it says, and what becomes of the question
//! when it does not.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use zegel::inquiry::{Fact, Made, Security, Spoke, Starttls, Trouble};
use zegel::probe::Probe;
use zegel::recording::probe::{Asked, Reason, Told};
use zegel::world::{Config, Identity, ProbeConfig, SmtpConfig, World};

use super::server::{Server, self_signed, up_to_tls, with_tls};
use super::{CHAIN, question, session};

/// An authority, and a folder for what it certifies.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::default());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let folder = tempfile::tempdir().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(folder.path().join("ca.crt"), certificate.pem()).unwrap();
        Self {
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// Who `name` is, and whom it believes.
    pub(crate) fn identity(&self, name: &str, believes: &Self) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |kind: &str| self.folder.path().join(format!("{name}.{kind}"));
        std::fs::write(file("crt"), certificate.pem()).unwrap();
        std::fs::write(file("key"), key.serialize_pem()).unwrap();
        Identity {
            authority: believes.path(),
            certificate: file("crt"),
            key: file("key"),
        }
    }
}

pub(crate) fn smtp(port: u16, allow_private: bool) -> SmtpConfig {
    SmtpConfig {
        port,
        pause: Duration::ZERO,
        banner: Duration::from_secs(2),
        step: Duration::from_secs(2),
        allow_private,
        ..SmtpConfig::default()
    }
}

pub(crate) fn world(smtp: SmtpConfig) -> World {
    World::new(Config {
        resolvers: vec![([127, 0, 0, 1], 9).into()],
        smtp,
        ..Config::default()
    })
    .unwrap()
}

/// A probe that looks at mail servers at `port`.
async fn probe(authority: &Authority, port: u16, allow_private: bool) -> SocketAddr {
    let identity = authority.identity("localhost", authority);
    let probe = Probe::new(world(smtp(port, allow_private)), identity).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { probe.serve(listener).await });
    at
}

/// A world that has the probe at `host` look.
fn through(host: &str, port: u16, identity: Identity) -> World {
    let at = format!("{host}:{port}").parse().unwrap();
    world(SmtpConfig {
        probe: Some(ProbeConfig { at, identity }),
        ..smtp(25, true)
    })
}

pub(crate) async fn ask(world: &World, address: impl Into<IpAddr>) -> Arc<Fact<Starttls>> {
    world
        .ask_mail_server(&question(address.into(), CHAIN), None)
        .await
}

#[tokio::test]
async fn a_probe_says_what_it_saw_and_looks_once_for_all_who_ask() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let direct = ask(&world(smtp(server.port, true)), server.address).await;
    let authority = Authority::new();
    let at = probe(&authority, server.port, true).await;
    let client = authority.identity("controller", &authority);
    let first = ask(&through("localhost", at.port(), client.clone()), server.address).await;
    assert_eq!(session(&first).handshake, session(&direct).handshake);
    assert_eq!(session(&first).banner, session(&direct).banner);
    assert_eq!(server.count(), 4, "two by ourselves, two by the probe");
    let left = first.expires_at.duration_since(first.seen_at).as_secs();
    assert!((24 * 3600 - 60..=24 * 3600).contains(&left), "{left}");
    // Another one, with a memory of its own.
    let other = through("localhost", at.port(), client);
    let second = ask(&other, server.address).await;
    assert_eq!(session(&second), session(&first));
    assert!(second.seen_at <= second.expires_at && other.silent_probe().is_none());
    // Also who wants it new gets what is not a minute old.
    let asked = question(server.address, CHAIN);
    let anew = other.ask_mail_server(&asked, Some(other.now())).await;
    assert_eq!(session(&anew), session(&first));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn both_sides_must_show_the_right_certificate() {
    let server = Server::start(vec![up_to_tls()]).await;
    let (ours, theirs) = (Authority::new(), Authority::new());
    let at = probe(&ours, server.port, true).await;
    for (host, identity, says) in [
        (
            "localhost",
            theirs.identity("controller", &ours),
            "does not accept our certificate (--probe-cert)",
        ),
        (
            "localhost",
            ours.identity("controller", &theirs),
            "its certificate is not accepted: it does not come from the authority of --probe-ca",
        ),
        (
            "127.0.0.1",
            ours.identity("controller", &ours),
            "its certificate is not accepted: it is not for the host of --probe",
        ),
    ] {
        let world = through(host, at.port(), identity);
        let fact = ask(&world, server.address).await;
        assert_eq!(fact.trouble(), Some(Trouble::NoProbe), "{says}");
        let words = &fact.source.words;
        assert!(
            words.contains(says) && words.contains(&at.port().to_string()),
            "{words}"
        );
        assert_eq!(world.silent_probe().as_ref(), Some(words));
    }
    assert_eq!(server.count(), 0, "nobody was connected to");
}

/// One who shows no certificate hears nothing, whatever he asks.
#[tokio::test]
async fn who_shows_no_certificate_is_not_heard() {
    let server = Server::start(vec![up_to_tls()]).await;
    let authority = Authority::new();
    let at = probe(&authority, server.port, true).await;
    let with = authority.identity("controller", &authority).client().unwrap();
    let mut roots = rustls::RootCertStore::empty();
    let pem = std::fs::read(authority.path()).unwrap();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).map(Result::unwrap));
    let provider = with.crypto_provider().clone();
    let mut without = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    without.alpn_protocols = with.alpn_protocols.clone();
    let asked = Asked {
        question: question(server.address, CHAIN),
        max_age: None,
    };
    let said = say(at, without, asked.to_line().as_bytes()).await;
    assert!(said.is_err(), "{said:?}");
    assert_eq!(server.count(), 0);
}

/// Says something to a probe over TLS, and hears all it answers.
async fn say(at: SocketAddr, config: rustls::ClientConfig, octets: &[u8]) -> std::io::Result<String> {
    let stream = TcpStream::connect(at).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(octets).await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    Ok(said)
}

#[tokio::test]
async fn a_question_of_another_version_and_one_that_is_none_are_refused_with_words() {
    let authority = Authority::new();
    let at = probe(&authority, 25, true).await;
    let client = || authority.identity("controller", &authority).client().unwrap();
    for (line, reason, says) in [
        (
            "{\"probe\": 2, \"dane\": {\"host\": \"mx1.voorbeeld.nl\"}}\n",
            Reason::Version,
            "want a line of probe version 1, found version 2",
        ),
        ("GET / HTTP/1.1\r\n", Reason::Malformed, "cannot be read"),
        (
            "{\"probe\": 1, \"starttls\": {\"host\": \"-\", \"address\": \"::1\"}}\n",
            Reason::Malformed,
            "cannot be read",
        ),
    ] {
        let said = say(at, client(), line.as_bytes()).await.unwrap();
        let Told::Refused(refused) = Told::read(&said).unwrap() else {
            panic!("{said}");
        };
        assert_eq!(refused.reason, reason);
        assert!(refused.words.contains(says), "{}", refused.words);
    }
    // One that never ends is not kept.
    let endless = say(at, client(), &[b' '; 64 * 1024]).await;
    assert!(endless.is_err() || endless.unwrap().is_empty());
}

/// A probe that says these lines to whatever is asked, and goes.
async fn made_up(authority: &Authority, lines: String) -> SocketAddr {
    let config = Arc::new(authority.identity("localhost", authority).server().unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = TlsAcceptor::from(config.clone()).accept(stream).await else {
                continue;
            };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(lines.as_bytes()).await;
        }
    });
    at
}

/// What a probe says of a mail server that is busy.
fn told_busy(asked: &Starttls, now: jiff::Timestamp) -> String {
    let fact = Fact {
        outcome: Err(Trouble::Busy),
        security: Security::NotAsked,
        source: Spoke::default(),
        seen_at: now,
        expires_at: now,
        made: Made::default(),
    };
    Told::answer(asked, &fact, now)
}

/// A probe that answers whoever comes first, that his mail server is busy, and is gone once that is heard.
pub(crate) async fn answers_once(authority: &Authority) -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let config = Arc::new(authority.identity("localhost", authority).server().unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let gone = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(config).accept(stream).await.unwrap();
        let mut line = vec![0; 4096];
        let length = stream.read(&mut line).await.unwrap();
        let asked = Asked::read(std::str::from_utf8(&line[..length]).unwrap()).unwrap();
        let told = told_busy(&asked.question, jiff::Timestamp::now());
        stream.write_all(told.as_bytes()).await.unwrap();
        let _ = stream.read(&mut line).await;
    });
    (at, gone)
}

#[tokio::test]
async fn a_probe_that_dies_or_speaks_otherwise_is_no_answer_and_is_left_alone_for_a_while() {
    let authority = Authority::new();
    let nothing_of =
        |address: [u8; 4]| told_busy(&question(address.into(), CHAIN), jiff::Timestamp::UNIX_EPOCH);
    let whole = nothing_of([8, 8, 8, 8]);
    for (lines, says) in [
        (Told::waiting(), "closed the connection before its answer"),
        (
            whole.trim_end().to_owned(),
            "closed the connection before its answer",
        ),
        (
            "{\"probe\": 2, \"fact\": 1}\n".to_owned(),
            "found version 2: use the same zegel",
        ),
        ("220 mx1 ESMTP\n".to_owned(), "cannot be read"),
        (
            nothing_of([9, 9, 9, 9]),
            "it answered for STARTTLS of mx1.voorbeeld.nl at 9.9.9.9",
        ),
        (
            Told::refused(Reason::Other, "not\u{7} on Sundays".to_owned()),
            "it does not answer: not on Sundays",
        ),
    ] {
        let at = made_up(&authority, lines).await;
        let world = through(
            "localhost",
            at.port(),
            authority.identity("controller", &authority),
        );
        let fact = ask(&world, [8, 8, 8, 8]).await;
        assert_eq!(fact.trouble(), Some(Trouble::NoProbe), "{says}");
        assert!(fact.source.words.contains(says), "{}", fact.source.words);
        // Nobody else waits for it now, and it is none of theirs that the port is closed.
        assert_eq!(ask(&world, [8, 8, 4, 4]).await.trouble(), Some(Trouble::NoProbe));
        assert!(!world.mail_port_is_blocked() && !world.has_probe_answered());
    }
    // One that is still at it is waited for.
    let slow = made_up(&authority, Told::waiting().repeat(3) + &whole).await;
    let world = through(
        "localhost",
        slow.port(),
        authority.identity("controller", &authority),
    );
    assert_eq!(ask(&world, [8, 8, 8, 8]).await.trouble(), Some(Trouble::Busy));
    let full = made_up(&authority, Told::refused(Reason::Full, "later".to_owned())).await;
    let world = through(
        "localhost",
        full.port(),
        authority.identity("controller", &authority),
    );
    assert_eq!(ask(&world, [8, 8, 8, 8]).await.trouble(), Some(Trouble::Limit));
    assert_eq!(world.silent_probe(), None, "it lives, and has much to do");
    assert!(!world.has_probe_answered());
    // What one told before it died stands, and is not told as if nothing had been seen.
    let dying = made_up(&authority, whole).await;
    let world = through(
        "localhost",
        dying.port(),
        authority.identity("controller", &authority),
    );
    assert_eq!(ask(&world, [8, 8, 8, 8]).await.trouble(), Some(Trouble::Busy));
    assert_eq!(ask(&world, [8, 8, 4, 4]).await.trouble(), Some(Trouble::NoProbe));
    assert!(world.silent_probe().is_some() && world.has_probe_answered());
    let gone = through("localhost", 9, authority.identity("controller", &authority));
    let fact = ask(&gone, [8, 8, 8, 8]).await;
    assert!(
        fact.source.words.contains("no connection can be made"),
        "{}",
        fact.source.words
    );
}

/// What a controller must not do a probe does not do for it, and what it cannot do either is said of its place.
#[tokio::test]
async fn private_addresses_and_a_closed_port_are_the_probes_to_tell() {
    let server = Server::start(vec![up_to_tls()]).await;
    let authority = Authority::new();
    let client = || authority.identity("controller", &authority);
    let strict = probe(&authority, server.port, false).await;
    let world_of = |at: SocketAddr| through("localhost", at.port(), client());
    let fact = ask(&world_of(strict), server.address).await;
    assert_eq!(fact.trouble(), Some(Trouble::Private));
    // One that does not allow it itself does not even ask.
    let at = format!("localhost:{}", strict.port()).parse().unwrap();
    let own = world(SmtpConfig {
        probe: Some(ProbeConfig {
            at,
            identity: client(),
        }),
        ..smtp(25, false)
    });
    assert_eq!(ask(&own, server.address).await.trouble(), Some(Trouble::Private));
    assert_eq!(server.count(), 0);
    let free = probe(&authority, server.port, true).await;
    let world = world_of(free);
    for (address, trouble) in [
        ([127, 1, 1, 1], Trouble::Network),
        ([127, 1, 2, 1], Trouble::Network),
        ([127, 1, 3, 1], Trouble::PortBlocked),
    ] {
        assert_eq!(ask(&world, address).await.trouble(), Some(trouble), "{address:?}");
    }
    assert!(world.mail_port_is_blocked() && world.silent_probe().is_none());
}

/// Whoever comes and says nothing takes no place from those who ask.
#[tokio::test]
async fn silent_strangers_keep_nobody_out() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let authority = Authority::new();
    let at = probe(&authority, server.port, true).await;
    let mut strangers = Vec::new();
    for _ in 0..200 {
        strangers.push(TcpStream::connect(at).await.unwrap());
    }
    let world = through(
        "localhost",
        at.port(),
        authority.identity("controller", &authority),
    );
    let fact = ask(&world, server.address).await;
    assert!(fact.outcome.is_ok(), "{:?}", fact.outcome);
    assert!(strangers[0].read(&mut [0]).await.is_ok_and(|came| came == 0));
}
