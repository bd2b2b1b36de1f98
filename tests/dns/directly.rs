//! How a stranger is spoken to: what the question holds, what is done about each difficulty, and no more often than that.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hickory_resolver::proto::op::{Edns, Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption, NSIDPayload};
use hickory_resolver::proto::rr::rdata::{A, NS, SOA, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use zegel::inquiry::{Dns, Fact, Kind, Trouble};
use zegel::world::{Config, World};

use super::dns::DnsServer;
use super::{name, question, text, world};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// One question as it came: over TCP or not, and when.
#[derive(Clone)]
struct Heard {
    query: Message,
    over_tcp: bool,
    at: Instant,
}

impl Heard {
    fn cookie(&self) -> Option<Vec<u8>> {
        match self.query.edns.as_ref()?.option(EdnsCode::Cookie)? {
            EdnsOption::Unknown(_, data) => Some(data.clone()),
            _ => None,
        }
    }
}

/// A server that answers as a script says, and remembers what it heard.
struct Stranger {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Stranger {
    /// The script gets each question with the number of those before it; `None` is silence.
    async fn start(script: impl Fn(&Heard, usize) -> Option<Message> + Send + Sync + 'static) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((HOME, 0)).await.expect("a port");
            let address = udp.local_addr().expect("an address");
            if let Ok(tcp) = TcpListener::bind(address).await {
                break (udp, tcp);
            }
        };
        let (address, heard) = (
            udp.local_addr().expect("an address"),
            Arc::new(Mutex::new(Vec::new())),
        );
        let script = Arc::new(script);
        let answer = {
            let heard = heard.clone();
            move |octets: &[u8], over_tcp| {
                let query = Message::from_vec(octets).expect("our question can be read");
                let (one, at) = (query, Instant::now());
                let one = Heard {
                    query: one,
                    over_tcp,
                    at,
                };
                let mut heard: std::sync::MutexGuard<'_, Vec<Heard>> = heard.lock().expect("nobody panics");
                heard.push(one.clone());
                let answer = script(&one, heard.len() - 1)?;
                answer.to_vec().ok()
            }
        };
        let over_tcp = answer.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok((length, client)) = udp.recv_from(&mut buffer).await {
                if let Some(octets) = answer(&buffer[..length], false) {
                    let _ = udp.send_to(&octets, client).await;
                }
            }
        });
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let length = stream.read_u16().await.unwrap_or(0);
                let mut octets = vec![0; length.into()];
                if stream.read_exact(&mut octets).await.is_ok()
                    && let Some(octets) = over_tcp(&octets, true)
                {
                    let length = u16::try_from(octets.len()).expect("a short answer");
                    let _ = stream
                        .write_all(&[&length.to_be_bytes()[..], &octets].concat())
                        .await;
                }
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("nobody panics").clone()
    }

    /// `U` a datagram, `T` over TCP; small without EDNS.
    fn story(&self) -> String {
        let letter = |one: &Heard| match (one.over_tcp, one.query.edns.is_some()) {
            (false, true) => 'U',
            (false, false) => 'u',
            (true, true) => 'T',
            (true, false) => 't',
        };
        self.heard().iter().map(letter).collect()
    }

    fn world(&self, resolver: &DnsServer) -> World {
        world(Config {
            resolvers: vec![resolver.address()],
            authority_port: self.address.port(),
            authority_rate: NonZeroU32::new(100).expect("many"),
            timeout: Duration::from_millis(300),
            ..Config::default()
        })
    }

    async fn asked(&self) -> Arc<Fact> {
        let resolver = DnsServer::start("");
        self.world(&resolver)
            .ask(&at_home("voorbeeld.nl", Kind::Txt), None)
            .await
    }
}

fn at_home(owner: &str, kind: Kind) -> Dns {
    question(owner, kind).at(HOME)
}

fn wire(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).expect("a name")
}

/// An authority's answer without records.
fn reply(heard: &Heard) -> Message {
    let mut reply = Message::response(heard.query.metadata.id, heard.query.metadata.op_code);
    reply.metadata.authoritative = true;
    reply.add_queries(heard.query.queries.iter().cloned());
    if heard.query.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(1232);
        reply.set_edns(edns);
    }
    reply
}

fn right(heard: &Heard) -> Message {
    let mut reply = reply(heard);
    let data = RData::TXT(TXT::new(vec!["v=spf1 -all".to_owned()]));
    reply.add_answer(Record::from_rdata(wire("voorbeeld.nl"), 300, data));
    reply
}

fn error(heard: &Heard, code: ResponseCode) -> Message {
    let mut reply = reply(heard);
    reply.metadata.response_code = code;
    reply
}

fn option(reply: &mut Message, option: EdnsOption) {
    let edns = reply.edns.as_mut().expect("an answer with EDNS");
    edns.options_mut().insert(option);
}

#[tokio::test]
async fn a_stranger_is_asked_for_what_it_holds_who_it_is_and_with_a_cookie() {
    let stranger = Stranger::start(|heard, _| {
        let mut reply = right(heard);
        option(
            &mut reply,
            EdnsOption::NSID(NSIDPayload::new(*b"ams1\xff").expect("short")),
        );
        Some(reply)
    })
    .await;
    let fact = stranger.asked().await;
    assert_eq!(fact.outcome, text("v=spf1 -all"));
    let direct = fact.source.direct.as_deref().expect("an authority spoke");
    assert_eq!(direct.nsid.as_deref(), Some("ams1\\255"));
    assert!(!direct.recursion_available && direct.rtt > Duration::ZERO);
    assert_eq!(
        (fact.source.authoritative, fact.ttl()),
        (true, 300),
        "the original TTL"
    );
    let heard = stranger.heard();
    let [one] = heard.as_slice() else {
        panic!("{} questions", heard.len())
    };
    let (metadata, edns) = (&one.query.metadata, one.query.edns.as_ref().expect("EDNS"));
    assert_eq!(
        (metadata.recursion_desired, metadata.checking_disabled),
        (false, false)
    );
    assert_eq!((edns.max_payload(), edns.flags().dnssec_ok), (1232, true));
    assert!(edns.option(EdnsCode::NSID).is_some());
    assert_eq!(one.cookie().map(|cookie| cookie.len()), Some(8));
}

#[tokio::test]
async fn each_difficulty_is_met_once_and_in_its_own_way() {
    type Script = fn(&Heard, usize) -> Option<Message>;
    let cases: [(&str, Script, &str, Result<&str, Trouble>); 10] = [
        ("silence", |_, _| None, "UUT", Err(Trouble::Timeout)),
        (
            "a lost datagram",
            |heard, n| (n > 0).then(|| right(heard)),
            "UU",
            Ok("v=spf1 -all"),
        ),
        (
            "TCP alone",
            |heard, _| heard.over_tcp.then(|| right(heard)),
            "UUT",
            Ok("v=spf1 -all"),
        ),
        (
            "a cut answer",
            |heard, _| match heard.over_tcp {
                true => Some(right(heard)),
                false => Some(reply(heard).truncate()),
            },
            "UT",
            Ok("v=spf1 -all"),
        ),
        (
            "a cut answer, and no TCP",
            |heard, _| (!heard.over_tcp).then(|| reply(heard).truncate()),
            "UT",
            Err(Trouble::Truncated),
        ),
        (
            "no EDNS",
            |heard, _| match heard.query.edns {
                Some(_) => Some(error(heard, ResponseCode::FormErr)),
                None => Some(right(heard)),
            },
            "Uu",
            Ok("v=spf1 -all"),
        ),
        (
            "no understanding",
            |heard, _| Some(error(heard, ResponseCode::NotImp)),
            "Uu",
            Err(Trouble::OtherRcode),
        ),
        (
            "refusal",
            |heard, _| Some(error(heard, ResponseCode::Refused)),
            "U",
            Err(Trouble::Refused),
        ),
        (
            "failure",
            |heard, _| Some(error(heard, ResponseCode::ServFail)),
            "U",
            Err(Trouble::ServFail),
        ),
        (
            "cookies it never takes, but over TCP",
            |heard, _| match heard.over_tcp {
                true => Some(right(heard)),
                false => Some(error(heard, ResponseCode::BADCOOKIE)),
            },
            "UT",
            Ok("v=spf1 -all"),
        ),
    ];
    for (what, script, story, outcome) in cases {
        let stranger = Stranger::start(script).await;
        let fact = stranger.asked().await;
        let outcome = match outcome {
            Ok(value) => text(value),
            Err(trouble) => Err(trouble),
        };
        assert_eq!(fact.outcome, outcome, "{what}");
        assert_eq!(stranger.story(), story, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_wants_its_cookie_back_gets_it_and_the_next_question_has_it_at_once() {
    let stranger = Stranger::start(|heard, _| {
        let cookie = heard.cookie()?;
        let mut answer = match cookie.len() {
            8 => error(heard, ResponseCode::BADCOOKIE),
            _ => right(heard),
        };
        let data = [&cookie[..8], b"knownfriend"].concat();
        option(&mut answer, EdnsOption::Unknown(10, data));
        Some(answer)
    })
    .await;
    let resolver = DnsServer::start("");
    let world = stranger.world(&resolver);
    for kind in [Kind::Txt, Kind::Mx] {
        world.ask(&at_home("voorbeeld.nl", kind), None).await;
    }
    let lengths: Vec<usize> = stranger
        .heard()
        .iter()
        .map(|one| one.cookie().map_or(0, |it| it.len()))
        .collect();
    assert_eq!(lengths, [8, 19, 19]);
}

#[tokio::test]
async fn how_a_server_has_no_authority_is_told_apart() {
    let ns = |owner: &str| Record::from_rdata(wire(owner), 60, RData::NS(NS(wire("ns1.elders.nl"))));
    let stranger = Stranger::start(move |heard, _| {
        let asked = heard.query.queries.first()?.name().to_ascii();
        let mut answer = reply(heard);
        answer.metadata.authoritative = false;
        match asked.as_str() {
            "recursor.nl." => answer.metadata.recursion_available = true,
            "upward.nl." => {
                answer.add_authority(ns("nl"));
            }
            "_dmarc.voorbeeld.nl." => {
                answer.add_authority(ns("_dmarc.voorbeeld.nl"));
                answer.add_additional(Record::from_rdata(
                    wire("ns1.elders.nl"),
                    60,
                    RData::A(A::new(127, 0, 0, 9)),
                ));
                answer.add_additional(Record::from_rdata(
                    wire("x.nl"),
                    60,
                    RData::A(A::new(127, 0, 0, 8)),
                ));
            }
            _ => {}
        }
        Some(answer)
    })
    .await;
    let resolver = DnsServer::start("");
    let world = stranger.world(&resolver);
    for (owner, recursor, referral) in [
        ("nobody.nl", false, None),
        ("recursor.nl", true, None),
        ("upward.nl", false, Some("nl")),
        ("_dmarc.voorbeeld.nl", false, Some("_dmarc.voorbeeld.nl")),
    ] {
        let fact = world.ask(&at_home(owner, Kind::Txt), None).await;
        assert_eq!(fact.outcome, Err(Trouble::Lame), "{owner}");
        let direct = fact.source.direct.as_deref().expect("it spoke");
        assert_eq!(direct.recursion_available, recursor, "{owner}");
        let owner_of = direct
            .referral
            .as_ref()
            .map(|referral| referral.owner.to_string());
        assert_eq!(owner_of.as_deref(), referral, "{owner}");
        if owner.starts_with('_') {
            let referral = direct.referral.as_ref().expect("a referral");
            let server = name("ns1.elders.nl");
            assert_eq!(referral.servers, std::slice::from_ref(&server));
            assert_eq!(
                referral.glue,
                [(server, "127.0.0.9".parse().expect("an address"))],
                "and nobody else's"
            );
        }
    }
}

#[tokio::test]
async fn the_start_of_authority_of_another_zone_is_told_with_its_owner() {
    let stranger = Stranger::start(|heard, _| {
        let mut answer = reply(heard);
        let host = wire("ns1.elders.nl");
        let soa = SOA::new(host.clone(), host, 7, 1, 1, 1, 60);
        answer.add_authority(Record::from_rdata(wire("nl"), 60, RData::SOA(soa)));
        Some(answer)
    })
    .await;
    let resolver = DnsServer::start("");
    let fact = stranger
        .world(&resolver)
        .ask(&at_home("voorbeeld.nl", Kind::Soa), None)
        .await;
    assert_eq!(fact.source.soa.as_ref().map(|soa| soa.owner.as_str()), Some("nl"));
}

#[tokio::test]
async fn between_two_messages_to_one_address_there_is_a_pause_whatever_the_second_is_for() {
    let stranger = Stranger::start(|heard, _| match (heard.over_tcp, &heard.query.edns) {
        (true, _) => Some(right(heard)),
        (false, None) => Some(reply(heard).truncate()),
        (false, Some(_)) => Some(error(heard, ResponseCode::FormErr)),
    })
    .await;
    let resolver = DnsServer::start("");
    let world = stranger.world(&resolver);
    let owners = ["a.nl", "b.nl", "c.nl"].map(|owner| at_home(owner, Kind::Txt));
    futures::future::join_all(owners.iter().map(|question| world.ask(question, None))).await;
    let heard = stranger.heard();
    assert_eq!(stranger.story(), "Uututut");
    for pair in heard.windows(2) {
        let apart = pair[1].at.duration_since(pair[0].at);
        // A hundred a second at most; what a scheduler takes or gives is no question's doing.
        assert!(apart >= Duration::from_millis(8), "{apart:?}");
    }
}

#[tokio::test]
async fn nothing_is_ever_sent_to_an_address_that_is_nobodys() {
    let resolver = DnsServer::start("");
    let world = world(Config {
        resolvers: vec![resolver.address()],
        ..Config::default()
    });
    for address in [
        "192.0.2.53",
        "198.51.100.53",
        "203.0.113.53",
        "2001:db8::53",
        "224.0.0.1",
        "0.0.0.0",
    ] {
        let view = question("voorbeeld.nl", Kind::Txt).at(address.parse().expect("an address"));
        let fact = world.ask(&view, None).await;
        assert_eq!(fact.outcome, Err(Trouble::NoRoute), "{address}");
        assert_eq!(fact.source.server, None, "{address}");
    }
    assert!(
        world
            .metrics()
            .views
            .get(&zegel::world::QuestionLabels {
                r#type: "TXT",
                outcome: "NoRoute",
            })
            .is_none(),
        "they are no questions"
    );
}
