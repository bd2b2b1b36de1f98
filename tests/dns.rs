//! DNS over real sockets: what a resolver says, and all the ways in which it fails to.

#[path = "support/dns.rs"]
mod dns;

use std::time::Duration;

use dns::{DnsServer, Fault, NOTIMP, REFUSED, SERVFAIL};
use zegel::inquiry::{Answer, Kind, Question, Rdata, Trouble, Txt};
use zegel::name::Name;
use zegel::world::{Config, World};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn question(owner: &str, kind: Kind) -> Question {
    Question::new(name(owner), kind)
}

fn text(text: &str) -> Answer {
    Answer::Records(vec![Rdata::Txt(Txt::split(text.as_bytes()))])
}

/// One try of a quarter of a second at each server.
fn hasty(servers: &[&DnsServer]) -> Config {
    Config {
        resolvers: servers.iter().map(|server| server.address()).collect(),
        timeout: Duration::from_millis(250),
        attempts: std::num::NonZeroU32::MIN,
        ..Config::default()
    }
}

/// The defaults: patient enough for a busy machine.
fn patient(servers: &[&DnsServer]) -> Config {
    Config {
        resolvers: servers.iter().map(|server| server.address()).collect(),
        ..Config::default()
    }
}

#[tokio::test]
async fn what_was_published_is_answered() {
    let server = DnsServer::start(
        r#"
        voorbeeld.nl       300 TXT   v=spf1 mx -all
        voorbeeld.nl           MX    10 mail.voorbeeld.nl
        voorbeeld.nl           NS    ns1.voorbeeld.nl
        voorbeeld.nl       600 SOA   120
        voorbeeld.nl           SPF   "v=spf1" " -all"
        mail.voorbeeld.nl      A     192.0.2.1
        mail.voorbeeld.nl      AAAA  2001:db8::1
        1.2.0.192.in-addr.arpa PTR   mail.voorbeeld.nl
        leeg.example           MX    0 .
        "#,
    );
    let world = World::new(patient(&[&server])).unwrap();
    let host = || name("mail.voorbeeld.nl");
    let strings = vec![b"v=spf1".to_vec(), b" -all".to_vec()];
    let table = [
        ("voorbeeld.nl", Kind::Txt, text("v=spf1 mx -all"), 300),
        (
            "VOORBEELD.nl",
            Kind::Mx,
            Answer::Records(vec![Rdata::Mx {
                preference: 10,
                exchange: host(),
            }]),
            3600,
        ),
        (
            "voorbeeld.nl",
            Kind::Ns,
            Answer::Records(vec![Rdata::Ns(name("ns1.voorbeeld.nl"))]),
            3600,
        ),
        ("voorbeeld.nl", Kind::Soa, Answer::Records(vec![Rdata::Soa]), 600),
        (
            "voorbeeld.nl",
            Kind::Spf,
            Answer::Records(vec![Rdata::Txt(Txt { strings })]),
            3600,
        ),
        (
            "mail.voorbeeld.nl",
            Kind::A,
            Answer::Records(vec![Rdata::A([192, 0, 2, 1].into())]),
            3600,
        ),
        (
            "mail.voorbeeld.nl",
            Kind::Aaaa,
            Answer::Records(vec![Rdata::Aaaa("2001:db8::1".parse().unwrap())]),
            3600,
        ),
        (
            "1.2.0.192.in-addr.arpa",
            Kind::Ptr,
            Answer::Records(vec![Rdata::Ptr(host())]),
            3600,
        ),
        (
            "leeg.example",
            Kind::Mx,
            Answer::Records(vec![Rdata::Mx {
                preference: 0,
                exchange: Name::root(),
            }]),
            3600,
        ),
        // An absence holds for the smaller of the SOA's TTL and its minimum (RFC 2308 5).
        ("voorbeeld.nl", Kind::A, Answer::NoData, 120),
        ("weg.voorbeeld.nl", Kind::A, Answer::NxDomain, 120),
        ("nl", Kind::Txt, Answer::NoData, 60),
        ("localhost", Kind::A, Answer::NxDomain, 60),
        ("x.invalid", Kind::Txt, Answer::NxDomain, 60),
    ];
    for (owner, kind, answer, ttl) in table {
        let fact = world.ask(&question(owner, kind), None).await;
        assert_eq!((&fact.answer, fact.ttl), (&answer, ttl), "{owner} {kind}");
        assert_eq!(fact.chain, [], "{owner} {kind}");
    }
    assert_eq!(
        server.asked("localhost", "A"),
        1,
        "no name is answered without asking"
    );
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    let table = [
        (SERVFAIL, Trouble::ServFail),
        (REFUSED, Trouble::Refused),
        (NOTIMP, Trouble::OtherRcode),
        (Fault::Lame, Trouble::Lame),
        (Fault::UpwardReferral, Trouble::Lame),
        (Fault::Garbage, Trouble::Malformed),
        (Fault::Silent, Trouble::Timeout),
        (Fault::WrongId, Trouble::Timeout),
        (Fault::WrongQuestion, Trouble::Timeout),
        (Fault::TruncatedForGood, Trouble::Network),
    ];
    for (fault, trouble) in table {
        server.fail_all(fault);
        let world = World::new(hasty(&[&server])).unwrap();
        let fact = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
        assert_eq!(fact.answer, Answer::Unanswered(trouble), "{fault:?}");
        assert_eq!(fact.ttl, 0, "{fault:?}");
    }
}
