//! Messages over sockets: one question to a list of servers, until one of them says something that counts.
//!
//! A try is a UDP datagram from a fresh, connected socket (so that the system picks a port nobody can guess,
//! RFC 5452, and tells at once when nobody listens) and, when the answer is truncated, the same question over TCP
//! (RFC 7766). What does not belong to the question is ignored, as any resolver ignores it. Servers are tried in
//! order; an error code from one sends us to the next, silence brings another round. What is reported in the end is
//! the most telling thing any of them said.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::RecordType;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout};

use crate::inquiry::Trouble;

/// What we let a server send over UDP (RFC 9715 3, DNS flag day 2020).
pub(super) const UDP_PAYLOAD: u16 = 1232;

/// Room for a datagram that is larger than we said we take.
const UDP_BUFFER: usize = 4096;

/// This many tries in a row without answer make a server suspect: one or two can be slow names.
const SILENCES: u32 = 3;

/// How long a suspect server is tried after the others; then one question may try it again.
const SUSPICION: Duration = Duration::from_secs(30);

/// The servers, and how patiently they are asked. Cheap to clone.
#[derive(Clone)]
pub(super) struct Wire {
    servers: Arc<[Server]>,
    timeout: Duration,
    attempts: u32,
}

struct Server {
    address: SocketAddr,
    health: Mutex<Health>,
}

/// What became of the last tries at a server.
#[derive(Default)]
struct Health {
    /// How many tries in a row brought nothing.
    silences: u32,
    /// Until when it is tried after the others for that.
    suspect_until: Option<Instant>,
}

impl Wire {
    pub(super) fn new(servers: &[SocketAddr], timeout: Duration, attempts: u32) -> Self {
        let server = |&address| Server {
            address,
            health: Mutex::default(),
        };
        Self {
            servers: servers.iter().map(server).collect(),
            timeout,
            attempts,
        }
    }

    /// The longest [`Wire::ask`] can take.
    pub(super) fn patience(&self) -> Duration {
        let servers = u32::try_from(self.servers.len()).unwrap_or(u32::MAX);
        self.timeout
            .saturating_mul(self.attempts)
            .saturating_mul(servers)
            .saturating_mul(2)
    }

    /// Asks until a server gives an answer that counts: NOERROR or NXDOMAIN, by a server that may say so.
    pub(super) async fn ask(&self, query: &Message) -> Result<Message, Trouble> {
        let encoded = query.to_vec().map_err(|_| Trouble::Malformed)?;
        let mut troubles = Vec::new();
        // A server that answered with an error code is not asked again: only silence may be an accident of the way.
        let mut willing = self.in_order();
        for _ in 0..self.attempts {
            let mut silent = Vec::new();
            for server in willing {
                let tried = self.try_at(server, query, &encoded).await;
                server.note(tried.as_ref().err().copied());
                match tried.and_then(usable) {
                    Ok(answer) => return Ok(answer),
                    Err(trouble) => {
                        troubles.push(trouble);
                        if is_silence(trouble) {
                            silent.push(server);
                        }
                    }
                }
            }
            willing = silent;
        }
        Err(troubles
            .into_iter()
            .max_by_key(|&trouble| telling(trouble))
            .unwrap_or(Trouble::Network))
    }

    /// The servers as configured, those that were silent lately behind the others.
    fn in_order(&self) -> Vec<&Server> {
        let now = Instant::now();
        let (suspects, mut trusted): (Vec<_>, Vec<_>) =
            self.servers.iter().partition(|server| server.is_suspect(now));
        trusted.extend(suspects);
        trusted
    }

    async fn try_at(&self, server: &Server, query: &Message, encoded: &[u8]) -> Result<Message, Trouble> {
        let over_udp = timeout(self.timeout, udp(server.address, query, encoded)).await;
        let answer = match over_udp.map_err(|_| Trouble::Timeout)?? {
            Datagram::Whole(answer) => return Ok(answer),
            Datagram::Truncated => timeout(self.timeout, tcp(server.address, query, encoded)).await,
        };
        answer.map_err(|_| Trouble::Timeout)?
    }
}

impl Server {
    /// Remembers whether a try brought anything at all; an outage is told once when it begins and once when it ends.
    fn note(&self, trouble: Option<Trouble>) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let was_suspect = health.suspect_until.is_some();
        let Some(trouble) = trouble.filter(|&trouble| is_silence(trouble)) else {
            *health = Health::default();
            if was_suspect {
                tracing::info!(server = %self.address, "DNS server answers again");
            }
            return;
        };
        health.silences = health.silences.saturating_add(1);
        if health.silences >= SILENCES {
            health.suspect_until = Some(Instant::now() + SUSPICION);
            if !was_suspect {
                tracing::warn!(server = %self.address, reason = trouble.reason(), "DNS server does not answer");
            }
        }
    }

    /// Whether others are to be tried first. When the time is over one asker is told no, and tries for all.
    fn is_suspect(&self, now: Instant) -> bool {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match health.suspect_until {
            None => false,
            Some(until) if now < until => true,
            Some(_) => {
                health.suspect_until = Some(now + SUSPICION);
                false
            }
        }
    }
}

/// Nothing came back: the server may be down, or the way to it.
fn is_silence(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Timeout | Trouble::Network)
}

enum Datagram {
    Whole(Message),
    Truncated,
}

async fn udp(server: SocketAddr, query: &Message, encoded: &[u8]) -> Result<Datagram, Trouble> {
    let local = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(local).await.map_err(network)?;
    socket.connect(server).await.map_err(network)?;
    socket.send(encoded).await.map_err(network)?;
    let mut buffer = vec![0; UDP_BUFFER];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(network)?;
        let datagram = buffer.get(..length).unwrap_or_default();
        if is_truncated(datagram, query) {
            return Ok(Datagram::Truncated);
        }
        if let Some(answer) = read(datagram, query)? {
            return Ok(Datagram::Whole(answer));
        }
    }
}

async fn tcp(server: SocketAddr, query: &Message, encoded: &[u8]) -> Result<Message, Trouble> {
    let mut stream = TcpStream::connect(server).await.map_err(network)?;
    let length = u16::try_from(encoded.len()).map_err(|_| Trouble::Malformed)?;
    let mut framed = Vec::with_capacity(encoded.len() + 2);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(encoded);
    stream.write_all(&framed).await.map_err(network)?;
    loop {
        let length = stream.read_u16().await.map_err(network)?;
        let mut message = vec![0; usize::from(length)];
        stream.read_exact(&mut message).await.map_err(network)?;
        if let Some(answer) = read(&message, query)? {
            return Ok(answer);
        }
    }
}

fn network(_: io::Error) -> Trouble {
    Trouble::Network
}

/// Whether this is our answer, cut short: read from the header alone, for a cut can go through a record.
fn is_truncated(message: &[u8], query: &Message) -> bool {
    let [high, low, flags, ..] = message else {
        return false;
    };
    u16::from_be_bytes([*high, *low]) == query.metadata.id && flags & 0x80 != 0 && flags & 0x02 != 0
}

/// The answer to `query`; `None` when it belongs to something else (RFC 5452 9.1) and is to be ignored.
fn read(message: &[u8], query: &Message) -> Result<Option<Message>, Trouble> {
    let id = query.metadata.id.to_be_bytes();
    if !message.starts_with(&id) {
        return Ok(None);
    }
    let answer = Message::from_vec(message).map_err(|_| Trouble::Malformed)?;
    // Some servers leave out the question when they refuse to read it.
    let refused = answer.queries.is_empty() && answer.metadata.response_code != ResponseCode::NoError;
    let ours = answer.metadata.message_type == MessageType::Response
        && answer.metadata.op_code == query.metadata.op_code
        && (refused || answer.queries == query.queries);
    Ok(ours.then_some(answer))
}

/// Whether a server's answer counts, and else what is wrong with it.
fn usable(answer: Message) -> Result<Message, Trouble> {
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        ResponseCode::ServFail => return Err(Trouble::ServFail),
        ResponseCode::Refused => return Err(Trouble::Refused),
        _ => return Err(Trouble::OtherRcode),
    }
    if is_lame(&answer) {
        return Err(Trouble::Lame);
    }
    Ok(answer)
}

/// Neither responsible nor recursive, or sending us elsewhere: name servers without an answer and without SOA
/// (RFC 2308 2.2 tells this from "no data"), by a server that is not responsible or points at the root.
fn is_lame(answer: &Message) -> bool {
    let (authoritative, recursive) = (answer.metadata.authoritative, answer.metadata.recursion_available);
    if !authoritative && !recursive {
        return true;
    }
    let is_referral = answer.metadata.response_code == ResponseCode::NoError
        && answer.answers.is_empty()
        && answer
            .authorities
            .iter()
            .any(|record| record.record_type() == RecordType::NS)
        && !answer
            .authorities
            .iter()
            .any(|record| record.record_type() == RecordType::SOA);
    let upward = answer
        .authorities
        .iter()
        .any(|record| record.record_type() == RecordType::NS && record.name.is_root());
    let asked_root = answer.queries.iter().any(|query| query.name().is_root());
    is_referral && (!authoritative || (upward && !asked_root))
}

/// The more a trouble says about the name and the less about the way, the higher.
fn telling(trouble: Trouble) -> u8 {
    match trouble {
        Trouble::Bogus => 9,
        Trouble::CnameLoop => 8,
        Trouble::ServFail => 7,
        Trouble::Refused => 6,
        Trouble::Lame => 5,
        Trouble::OtherRcode => 4,
        Trouble::Malformed => 3,
        Trouble::Timeout => 2,
        Trouble::Network => 1,
        Trouble::Limit => 0,
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::op::{Edns, OpCode, Query};
    use hickory_resolver::proto::rr::rdata::{CNAME, MX, SOA, TXT};
    use hickory_resolver::proto::rr::{Name, RData, Record};
    use proptest::prelude::*;

    use super::*;
    use crate::inquiry::Kind;
    use crate::world::reading::Trail;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn query() -> Message {
        let mut query = Message::query();
        query.metadata.id = 7;
        query.add_query(Query::query(name("a.example."), RecordType::TXT));
        query
    }

    /// An answer with something of everything.
    fn answer() -> Vec<u8> {
        let mut message = Message::response(7, OpCode::Query);
        message.metadata.recursion_available = true;
        message.add_queries(query().queries);
        let root = Name::root();
        for (owner, data) in [
            ("a.example.", RData::CNAME(CNAME(name("b.example.")))),
            (
                "b.example.",
                RData::TXT(TXT::new(vec!["v=spf1 -all".to_owned(), String::new()])),
            ),
            ("b.example.", RData::MX(MX::new(10, name("c.example.")))),
        ] {
            message.add_answer(Record::from_rdata(name(owner), 60, data));
        }
        let soa = SOA::new(root.clone(), root.clone(), 1, 1, 1, 1, 60);
        message.add_authority(Record::from_rdata(root, 60, RData::SOA(soa)));
        message.set_edns(Edns::new());
        message.to_vec().unwrap()
    }

    /// All that is done with what a server sends.
    fn take(octets: &[u8]) {
        let query = query();
        is_truncated(octets, &query);
        if let Ok(Some(answer)) = read(octets, &query)
            && let Ok(answer) = usable(answer)
        {
            for kind in [Kind::Txt, Kind::Mx, Kind::Spf, Kind::Cname, Kind::Soa] {
                Trail::new("a.example".parse().unwrap()).follow(kind, &answer);
            }
        }
    }

    #[test]
    fn what_belongs_to_another_question_is_ignored() {
        let ours = answer();
        assert!(read(&ours, &query()).unwrap().is_some());
        let (mut other_id, mut other_name, mut question) = (ours.clone(), ours.clone(), ours.clone());
        other_id[1] = 8;
        other_name[13] = b'x';
        question[2] &= 0x7f;
        for (what, octets) in [("id", other_id), ("name", other_name), ("a query", question)] {
            assert_eq!(read(&octets, &query()), Ok(None), "{what}");
        }
        let mut other_case = ours.clone();
        other_case[13] = b'A';
        assert!(read(&other_case, &query()).unwrap().is_some());
        assert_eq!(read(&ours[..ours.len() - 1], &query()), Err(Trouble::Malformed));
        assert_eq!(read(&[], &query()), Ok(None));
    }

    #[test]
    fn an_error_without_question_is_an_answer_and_an_answer_without_question_is_none() {
        for (code, want) in [(ResponseCode::FormErr, true), (ResponseCode::NoError, false)] {
            let octets = Message::error_msg(7, OpCode::Query, code).to_vec().unwrap();
            assert_eq!(read(&octets, &query()).unwrap().is_some(), want, "{code}");
        }
    }

    #[test]
    fn who_neither_recurses_nor_is_responsible_or_sends_us_upward_is_lame() {
        let ns = |owner: &str| Record::from_rdata(name(owner), 60, RData::NS(rr_ns()));
        let soa = || {
            let soa = SOA::new(Name::root(), Name::root(), 1, 1, 1, 1, 60);
            Record::from_rdata(name("example."), 60, RData::SOA(soa))
        };
        let table = [
            ("neither RA nor AA", false, false, vec![], true),
            ("no data, from a resolver without SOA", true, false, vec![], false),
            ("no data", true, false, vec![ns("example."), soa()], false),
            (
                "no data, by the zone itself",
                false,
                true,
                vec![ns("example.")],
                false,
            ),
            ("a referral", true, false, vec![ns("example.")], true),
            ("a referral to the root", false, true, vec![ns(".")], true),
        ];
        for (what, recursive, authoritative, authorities, lame) in table {
            let mut message = Message::response(7, OpCode::Query);
            message.add_queries(query().queries);
            message.metadata.recursion_available = recursive;
            message.metadata.authoritative = authoritative;
            message.add_authorities(authorities);
            assert_eq!(usable(message).is_err(), lame, "{what}");
        }
    }

    fn rr_ns() -> hickory_resolver::proto::rr::rdata::NS {
        hickory_resolver::proto::rr::rdata::NS(name("ns.example."))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn no_octets_make_us_fall(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), cut in any::<prop::sample::Index>()) {
            let mut octets = answer();
            for (at, value) in changes {
                let at = at.index(octets.len());
                octets[at] = value;
            }
            take(&octets);
            octets.truncate(cut.index(octets.len()));
            take(&octets);
        }

        #[test]
        fn no_noise_makes_us_fall(noise in prop::collection::vec(any::<u8>(), 0..600)) {
            take(&[&7_u16.to_be_bytes()[..], &noise].concat());
        }
    }
}
