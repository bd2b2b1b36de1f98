//! Mail servers on loopback: what each way of answering comes to, and how little they are troubled.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod at_it;
mod broken;
#[path = "../support/dns.rs"]
mod dns;
mod enough;
#[path = "../support/knot.rs"]
mod knot;
mod outage;
mod postfix;
mod probe;
mod program;
#[rustfmt::skip] // A row is a line.
mod proxies;
mod rollover;
mod server;
mod shared;
mod testssl;
#[path = "../support/unbound.rs"]
mod unbound;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use server::{Act, Server, say, self_signed, up_to_tls, with_flight, with_tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use zegel::inquiry::{Closeness, Fact, Offered, Session, Starttls, Trouble};
use zegel::transport::{Certificate, KeyExchange, Malformed, Probe, Reaction, Version};
use zegel::world::{Config, SmtpConfig, World};

const CHAIN: Closeness = Closeness::Chain;

fn world(port: u16, pause: Duration) -> World {
    let config = Config {
        resolvers: vec![([127, 0, 0, 1], 9).into()],
        smtp: SmtpConfig {
            port,
            pause,
            banner: Duration::from_secs(2),
            step: Duration::from_secs(2),
            allow_private: true,
            ..SmtpConfig::default()
        },
        ..Config::default()
    };
    World::new(config).unwrap()
}

fn question(address: IpAddr, closeness: Closeness) -> Starttls {
    Starttls {
        host: "mx1.voorbeeld.nl".parse().unwrap(),
        address,
        closeness,
    }
}

async fn look(server: &Server, closeness: Closeness) -> Arc<Fact<Starttls>> {
    let world = world(server.port, Duration::ZERO);
    world
        .ask_mail_server(&question(server.address, closeness), None)
        .await
}

fn session(fact: &Fact<Starttls>) -> &Session {
    fact.outcome.as_ref().unwrap()
}

/// Only an answer to EHLO without STARTTLS, or a refusal for good, is "no TLS"; whoever is busy has not answered.
#[tokio::test]
async fn what_is_not_now_is_never_taken_for_no_tls() {
    let ehlo = |answer: &str| vec![say("220 mx1\r\n"), Act::Hear, say(answer)];
    let starttls = |answer: &str| {
        let mut acts = ehlo("250-mx1\r\n250-SIZE\r\n250 STARTTLS\r\n");
        acts.extend([Act::Hear, say(answer)]);
        acts
    };
    for (script, outcome) in [
        (
            vec![say("421 4.7.0 too many connections\r\n")],
            Err((Trouble::Busy, "421 4.7.0 too many connections")),
        ),
        (vec![say("450 later\r\n")], Err((Trouble::Busy, "450 later"))),
        (
            vec![say("554 5.7.1 no\r\n")],
            Err((Trouble::Refused, "554 5.7.1 no")),
        ),
        (
            vec![say("SSH-2.0-OpenSSH_9\r\n")],
            Err((Trouble::Malformed, "a line without a reply code")),
        ),
        (
            ehlo(&"250-SIZE\r\n".repeat(500)),
            Err((Trouble::Malformed, "a reply of more than 128 lines")),
        ),
        (
            ehlo(&format!("250-{}\r\n", "x".repeat(4000))),
            Err((Trouble::Malformed, "a line longer than 2048 octets")),
        ),
        (ehlo("421 busy\r\n"), Err((Trouble::Busy, "421 busy"))),
        (
            ehlo("550 who are you\r\n"),
            Err((Trouble::Refused, "550 who are you")),
        ),
        (ehlo("250-mx1\r\n250 SIZE\r\n"), Ok(Offered::Absent)),
        (ehlo("250 mx1\r\n"), Ok(Offered::Absent)),
        (
            starttls("454 4.7.0 not now\r\n"),
            Err((Trouble::Busy, "454 4.7.0 not now")),
        ),
        (
            starttls("501 5.5.4 no\r\n"),
            Ok(Offered::Refused("501 5.5.4 no".to_owned())),
        ),
    ] {
        let server = Server::start(vec![script]).await;
        let fact = look(&server, CHAIN).await;
        match outcome {
            Ok(offered) => assert_eq!(session(&fact).offered, offered),
            Err((trouble, words)) => {
                assert_eq!(fact.trouble(), Some(trouble), "{words}");
                assert_eq!(fact.source.words, words);
            }
        }
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn who_closes_or_says_nothing_has_not_answered() {
    let closing = Server::start(vec![vec![say("220 mx1\r\n"), Act::Hear]]).await;
    // Its script ends behind the hello, and it hears on: that is silence.
    assert_eq!(look(&closing, CHAIN).await.trouble(), Some(Trouble::Timeout));
    let silent = Server::start(vec![vec![Act::Wait(Duration::from_secs(30))]]).await;
    assert_eq!(look(&silent, CHAIN).await.trouble(), Some(Trouble::Timeout));
    assert_eq!(
        silent.heard(),
        "",
        "nothing is said before the server's first words"
    );
}

#[tokio::test]
async fn a_slow_banner_is_waited_for() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let mut script = with_tls(&config);
    script.insert(0, Act::Wait(Duration::from_millis(600)));
    let server = Server::start(vec![script]).await;
    let fact = look(&server, CHAIN).await;
    assert_eq!(session(&fact).offered, Offered::Yes);
}

#[tokio::test]
async fn the_certificates_are_seen_whatever_they_are_worth() {
    let (der, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let fact = look(&server, CHAIN).await;
    let seen = session(&fact).handshake.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(seen.chain, [der]);
    assert_eq!(seen.version, Version::TLS13);
    assert_eq!(seen.proven, Ok(()));
    assert_eq!(seen.trusted, Err("it leads to no public root".to_owned()));
    let leaf = Certificate::from_der(&seen.chain[0]).unwrap();
    assert!(leaf.is_for(&"mx1.voorbeeld.nl".parse().unwrap()));
    // And one hello of an old version, which it refuses.
    let [step] = &session(&fact).steps[..] else {
        panic!("{:?}", session(&fact).steps);
    };
    assert_eq!(step.probe, Probe::Version(Version::TLS11));
    assert!(
        matches!(step.reaction, Reaction::Alert(_) | Reaction::Closed),
        "{step:?}"
    );
    assert_eq!(server.count(), 2);
    assert!(
        server.heard().contains("EHLO [127.0.0.1]\r\n"),
        "{}",
        server.heard()
    );
    assert!(server.heard().contains("QUIT\r\n") && !server.heard().contains("MAIL"));
}

#[tokio::test]
async fn all_of_the_tls_of_a_modern_server_is_found_in_few_connections() {
    let (der, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let fact = look(&server, Closeness::Profile).await;
    let session = session(&fact);
    assert_eq!(session.cut_short, None);
    let mut versions: Vec<Version> = session
        .steps
        .iter()
        .filter_map(|step| step.chosen())
        .map(|(version, _)| version)
        .collect();
    versions.sort();
    versions.dedup();
    assert_eq!(versions, [Version::TLS12, Version::TLS13]);
    let flights = session.steps.iter().filter_map(|step| step.reaction.flight());
    let certificates: Vec<_> = flights.flat_map(|flight| &flight.certificates).collect();
    assert!(certificates.iter().all(|certificate| **certificate == der) && !certificates.is_empty());
    // One more shows that it still takes what it took: the last that was asked for it refused.
    assert!(server.count() <= 12, "{}", server.count());
    assert_eq!(server.count(), session.steps.len() + 1);
}

/// What a server says in the clear behind its go-ahead was put there by somebody else.
#[tokio::test]
async fn what_stands_behind_the_go_ahead_is_noticed() {
    let mut script = up_to_tls();
    script.pop();
    script.push(say("220 go ahead\r\n250 injected\r\n"));
    let server = Server::start(vec![script]).await;
    let fact = look(&server, CHAIN).await;
    assert!(session(&fact).injected);
}

fn record(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[22, 3, 3], &length[..], content].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn hello(suite: u16) -> Vec<u8> {
    let [high, low] = suite.to_be_bytes();
    message(2, &[&[3, 3][..], &[7; 32], &[0, high, low, 0]].concat())
}

/// A server with nothing but DHE speaks TLS 1.2, though rustls has nothing in common with it.
#[tokio::test]
async fn a_server_of_dhe_alone_is_not_without_tls() {
    let exchange = message(12, &[&[0, 1, 0xff, 0, 1, 2, 0, 1, 5, 4, 1, 0, 1, 9][..]].concat());
    let flight = record(&[hello(0x009e), exchange, message(14, &[])].concat());
    let server = Server::start(vec![with_flight(&flight)]).await;
    let fact = look(&server, CHAIN).await;
    let session = session(&fact);
    assert!(session.handshake.as_ref().unwrap().is_err());
    let spoken = session
        .steps
        .iter()
        .find(|step| step.probe == Probe::Version(Version::TLS12))
        .unwrap();
    let exchange = spoken.reaction.flight().unwrap().exchange.as_ref().unwrap();
    assert!(
        matches!(
            exchange,
            KeyExchange::Dhe {
                group: None,
                bits: 8,
                ..
            }
        ),
        "{exchange:?}"
    );
}

#[tokio::test]
async fn a_flight_that_never_ends_or_breaks_off_is_told_as_that() {
    let endless = record(&[&[11, 1, 0, 0][..], &[0; 16000]].concat());
    let endless = [record(&hello(0x009e)), endless, record(&[0; 16000]).repeat(4)].concat();
    let broken_off = &record(&hello(0x009e))[..20];
    for (octets, reaction) in [
        (&endless[..], Reaction::Malformed(Malformed::TooLong)),
        (b"500 what was that\r\n", Reaction::Malformed(Malformed::NotTls)),
    ] {
        let server = Server::start(vec![with_flight(octets)]).await;
        let fact = look(&server, Closeness::Profile).await;
        assert_eq!(session(&fact).steps[0].reaction, reaction);
    }
    let server = Server::start(vec![with_flight(broken_off)]).await;
    let fact = look(&server, Closeness::Profile).await;
    assert!(session(&fact).steps.is_empty());
    assert!(
        session(&fact).cut_short.is_some(),
        "no answer in time is no refusal"
    );
}

/// However many domains hang on a host, it is looked at once; and one address gets its pause between any two connections.
#[tokio::test]
async fn a_provider_is_troubled_once_for_a_thousand_domains() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let pause = Duration::from_millis(50);
    let world = world(server.port, pause);
    let asked = question(server.address, CHAIN);
    let looks = (0..1000).map(|_| world.ask_mail_server(&asked, None));
    let facts = futures::future::join_all(looks).await;
    assert!(facts.iter().all(|fact| session(fact).offered == Offered::Yes));
    assert_eq!(server.count(), 2);
    // Another name for the same machine.
    let other = Starttls {
        host: "mx2.voorbeeld.nl".parse().unwrap(),
        ..asked
    };
    world.ask_mail_server(&other, None).await;
    let times = server.connections.lock().unwrap().clone();
    assert_eq!(times.len(), 4);
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= pause),
        "{times:?}"
    );
}

#[tokio::test]
async fn an_address_of_a_private_network_is_not_connected_to_because_a_name_says_so() {
    let server = Server::start(vec![up_to_tls()]).await;
    let smtp = SmtpConfig {
        port: server.port,
        ..SmtpConfig::default()
    };
    let config = Config {
        resolvers: vec![([127, 0, 0, 1], 9).into()],
        smtp,
        ..Config::default()
    };
    let world = World::new(config).unwrap();
    for (address, trouble) in [
        (server.address, Trouble::Private),
        ([10, 0, 0, 1].into(), Trouble::Private),
        ([192, 0, 2, 1].into(), Trouble::NoRoute),
    ] {
        let fact = world.ask_mail_server(&question(address, CHAIN), None).await;
        assert_eq!(fact.trouble(), Some(trouble), "{address}");
    }
    assert_eq!(server.count(), 0);
}

/// Where nobody anywhere can be reached, it is this place's fault; one who can be reached shows that it is not.
#[tokio::test]
async fn a_closed_port_is_noticed_and_said_of_this_place() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let world = world(server.port, Duration::ZERO);
    let ask = async |address: [u8; 4]| {
        let fact = world
            .ask_mail_server(&question(address.into(), CHAIN), None)
            .await;
        fact.trouble()
    };
    assert_eq!(ask([127, 1, 1, 1]).await, Some(Trouble::Network));
    assert_eq!(ask([127, 1, 2, 1]).await, Some(Trouble::Network));
    assert!(!world.mail_port_is_blocked());
    assert_eq!(ask([127, 1, 3, 1]).await, Some(Trouble::PortBlocked));
    assert_eq!(ask([127, 1, 4, 1]).await, Some(Trouble::PortBlocked));
    assert!(world.mail_port_is_blocked());
}

#[tokio::test]
async fn a_busy_server_is_not_asked_again_at_once() {
    let server = Server::start(vec![vec![say("421 later\r\n")]]).await;
    let world = world(server.port, Duration::ZERO);
    for host in ["mx1.voorbeeld.nl", "mx2.voorbeeld.nl"] {
        let asked = Starttls {
            host: host.parse().unwrap(),
            ..question(server.address, CHAIN)
        };
        assert_eq!(
            world.ask_mail_server(&asked, None).await.trouble(),
            Some(Trouble::Busy)
        );
    }
    assert_eq!(server.count(), 1);
}

/// A SOCKS5 proxy that connects to wherever it is told, once; what it was told is kept.
async fn socks5(told: Arc<Mutex<Vec<u8>>>, reply: u8) -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let told = told.clone();
            tokio::spawn(async move {
                let (mut greeting, mut request) = ([0; 3], [0; 10]);
                client.read_exact(&mut greeting).await.ok()?;
                client.write_all(&[5, 0]).await.ok()?;
                client.read_exact(&mut request).await.ok()?;
                told.lock().unwrap().extend(request);
                client
                    .write_all(&[5, reply, 0, 1, 127, 0, 0, 1, 0, 0])
                    .await
                    .ok()?;
                let port = u16::from_be_bytes([request[8], request[9]]);
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
                copy_bidirectional(&mut client, &mut server).await.ok()
            });
        }
    });
    address
}

#[tokio::test]
async fn where_the_port_is_closed_a_proxy_leads_out() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    for (reply, trouble) in [(0, None), (5, Some(Trouble::Network))] {
        let told = Arc::default();
        let config = Config {
            resolvers: vec![([127, 0, 0, 1], 9).into()],
            smtp: SmtpConfig {
                port: server.port,
                pause: Duration::ZERO,
                proxy: Some(socks5(Arc::clone(&told), reply).await),
                ..SmtpConfig::default()
            },
            ..Config::default()
        };
        let world = World::new(config).unwrap();
        // An address of the whole internet, which nobody here could reach by itself.
        let fact = world
            .ask_mail_server(&question([8, 8, 8, 8].into(), CHAIN), None)
            .await;
        assert_eq!(fact.trouble(), trouble);
        let told = told.lock().unwrap();
        assert_eq!(told[..8], [5, 1, 0, 1, 8, 8, 8, 8], "the address, not the name");
    }
}
