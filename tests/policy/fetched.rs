//! What is heard of each kind of server.

use std::time::Duration;

use zegel::inquiry::{Inquiry, MAX_POLICY, Need, PolicyFile, Reply, Served, Trouble};
use zegel::world::{Config, Dnssec, Freshness, PolicyConfig, SmtpConfig, World};

use crate::dns::{DnsServer, SERVFAIL};
use crate::facts::name;
use crate::server::{Authority, Habit, Server, answer};

const POLICY: &str = "version: STSv1\nmode: enforce\nmx: mx1.a.nl\nmax_age: 604800\n";
const PLAIN: &str = "Content-Type: text/plain\r\n";

fn world(dns: &DnsServer, policies: PolicyConfig) -> World {
    careful(dns, policies, true)
}

/// A world that connects to addresses of private networks, as those of these tests are, or not.
fn careful(dns: &DnsServer, policies: PolicyConfig, allow_private: bool) -> World {
    let config = Config {
        smtp: SmtpConfig {
            allow_private,
            ..SmtpConfig::default()
        },
        resolvers: vec![dns.address()],
        dnssec: Some(Dnssec::Off),
        policies,
        ..Config::default()
    };
    World::new(config).expect("a resolver was given")
}

/// What a world makes of the policy of `a.nl`.
async fn fetched(world: &World) -> Result<Served, Trouble> {
    let question = PolicyFile { domain: name("a.nl") };
    let judge = |inquiry: &mut Inquiry<'_>| match inquiry.ask(question.clone(), Need::Evidence) {
        Reply::Answered(served, _) => Some(Ok(served.clone())),
        Reply::Unanswered(trouble) => Some(Err(trouble)),
        Reply::Open => None,
    };
    let settled = world
        .settle(Duration::from_secs(30), &Freshness::any(), judge)
        .await;
    settled.verdict.expect("it was asked")
}

async fn served(certificate: &str, expired: bool, octets: Vec<u8>) -> Result<Served, Trouble> {
    let authority = Authority::new();
    let server = Server::start(&authority, certificate, expired, Habit::Sends(octets)).await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    fetched(&world(&dns, server.config(&authority))).await
}

fn file(media_type: Option<&str>, body: &str) -> Result<Served, Trouble> {
    Ok(Served::File {
        media_type: media_type.map(str::to_owned),
        body: body.as_bytes().to_vec(),
    })
}

#[tokio::test]
async fn what_is_served_with_status_200_is_the_policy() {
    let chunked = format!(
        "HTTP/1.1 200 OK\r\n{PLAIN}Transfer-Encoding: chunked\r\n\r\n5\r\nversi\r\n3\r\non:\r\n0\r\n\r\n"
    );
    let until_closed = format!("HTTP/1.1 200 OK\r\n\r\n{POLICY}");
    for (octets, want) in [
        (answer("200 OK", PLAIN, POLICY), file(Some("text/plain"), POLICY)),
        (
            answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<html>"),
            file(Some("text/html; charset=utf-8"), "<html>"),
        ),
        (chunked.into_bytes(), file(Some("text/plain"), "version:")),
        (until_closed.into_bytes(), file(None, POLICY)),
        (answer("200 OK", PLAIN, ""), file(Some("text/plain"), "")),
        (
            answer("200 OK", PLAIN, &"x".repeat(MAX_POLICY)),
            file(Some("text/plain"), &"x".repeat(MAX_POLICY)),
        ),
        (
            answer("200 OK", PLAIN, &"x".repeat(MAX_POLICY + 1)),
            Ok(Served::TooLarge),
        ),
    ] {
        let found = served("mta-sts.a.nl", false, octets.clone()).await;
        assert_eq!(found, want, "{:.80}", String::from_utf8_lossy(&octets));
    }
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_other_status_is_a_policy() {
    let location = "Location: https://www.a.nl/.well-known/mta-sts.txt\r\n";
    for (octets, code, to) in [
        (
            answer("301 Moved", location, POLICY),
            301,
            Some("https://www.a.nl/.well-known/mta-sts.txt"),
        ),
        (answer("302 Found", "Location: /x\r\n", ""), 302, Some("/x")),
        (answer("404 Not Found", PLAIN, POLICY), 404, None),
        (answer("503 Away", PLAIN, POLICY), 503, None),
    ] {
        let want = Served::Status {
            code,
            location: to.map(str::to_owned),
        };
        assert_eq!(served("mta-sts.a.nl", false, octets).await, Ok(want), "{code}");
    }
}

#[tokio::test]
async fn a_certificate_must_be_for_the_host_valid_and_of_an_authority_that_counts() {
    let good = || answer("200 OK", PLAIN, POLICY);
    for (certificate, expired, want) in [
        ("mta-sts.a.nl", false, None),
        ("*.a.nl", false, None),
        ("a.nl", false, Some("another name")),
        ("mta-sts.b.nl", false, Some("another name")),
        ("mta-sts.a.nl", true, Some("expired")),
    ] {
        let found = served(certificate, expired, good()).await;
        match (found, want) {
            (Ok(Served::File { .. }), None) => {}
            (Ok(Served::Untrusted(why)), Some(part)) => assert!(why.contains(part), "{certificate}: {why}"),
            (found, want) => panic!("{certificate}: {found:?}, want {want:?}"),
        }
    }
    // One that another authority made.
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::start(&authority, "mta-sts.a.nl", false, Habit::Sends(good())).await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    let found = fetched(&world(&dns, server.config(&other))).await;
    assert!(
        matches!(&found, Ok(Served::Untrusted(why)) if why.contains("authority")),
        "{found:?}"
    );
}

#[tokio::test]
async fn what_is_no_answer_is_a_trouble() {
    for octets in [
        b"".to_vec(),
        b"220 mail.a.nl ESMTP\r\n".to_vec(),
        format!("HTTP/1.1 200 OK\r\n{PLAIN}Content-Length: 900\r\n\r\nversion:").into_bytes(),
    ] {
        let found = served("mta-sts.a.nl", false, octets).await;
        assert_eq!(found, Err(Trouble::Malformed));
    }
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    let policies = PolicyConfig {
        port,
        ..PolicyConfig::default()
    };
    assert_eq!(fetched(&world(&dns, policies)).await, Err(Trouble::Network));
}

#[tokio::test]
async fn a_server_that_stalls_is_given_up() {
    let authority = Authority::new();
    let begun = format!("HTTP/1.1 200 OK\r\n{PLAIN}Content-Length: 900\r\n\r\nversion: STSv1\n");
    let server = Server::start(
        &authority,
        "mta-sts.a.nl",
        false,
        Habit::Stalls(begun.into_bytes()),
    )
    .await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    let world = world(&dns, server.config(&authority));
    let question = PolicyFile { domain: name("a.nl") };
    let judge = |inquiry: &mut Inquiry<'_>| match inquiry.ask(question.clone(), Need::Evidence) {
        Reply::Unanswered(trouble) => Some(trouble),
        _ => None,
    };
    let settled = world
        .settle(Duration::from_millis(700), &Freshness::any(), judge)
        .await;
    assert_eq!(settled.verdict, Some(Trouble::Timeout));
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_of_a_network_of_ones_own_unless_that_is_allowed() {
    let authority = Authority::new();
    let server = Server::start(
        &authority,
        "mta-sts.a.nl",
        false,
        Habit::Sends(answer("200 OK", PLAIN, POLICY)),
    )
    .await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    let found = fetched(&careful(&dns, server.config(&authority), false)).await;
    assert_eq!(found, Err(Trouble::NoRoute));
    assert_eq!(server.connections(), 0);
}

/// What an outage of DNS left unfetched is fetched as soon as it is over, and what was fetched is kept.
#[tokio::test]
async fn after_an_outage_a_policy_is_fetched_at_once() {
    let authority = Authority::new();
    let good = Habit::Sends(answer("200 OK", PLAIN, POLICY));
    let server = Server::start(&authority, "mta-sts.a.nl", false, good).await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    dns.fail_all(SERVFAIL);
    let world = world(&dns, server.config(&authority));
    let failed = Err(Trouble::ServFail);
    assert_eq!(fetched(&world).await, failed);
    dns.heal();
    assert_eq!(fetched(&world).await, failed, "it is shared for a while");
    world.forget_failures();
    assert_eq!(fetched(&world).await, file(Some("text/plain"), POLICY));
    world.forget_failures();
    assert!(fetched(&world).await.is_ok() && server.connections() == 1);
}

#[tokio::test]
async fn a_policy_is_fetched_once_however_many_ask() {
    let authority = Authority::new();
    let server = Server::start(
        &authority,
        "mta-sts.a.nl",
        false,
        Habit::Sends(answer("200 OK", PLAIN, POLICY)),
    )
    .await;
    let dns = DnsServer::start("mta-sts.a.nl A 127.0.0.1");
    let world = world(&dns, server.config(&authority));
    let all = futures::future::join_all((0..20).map(|_| fetched(&world))).await;
    assert!(all.iter().all(|one| one.is_ok()), "{all:?}");
    assert_eq!(server.connections(), 1);
}
