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

/// How long a server that did not answer is tried last.
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
    /// Until when it is tried after the others, because it was silent.
    suspect_until: Mutex<Option<Instant>>,
}

impl Wire {
    pub(super) fn new(servers: &[SocketAddr], timeout: Duration, attempts: u32) -> Self {
        let server = |&address| Server {
            address,
            suspect_until: Mutex::new(None),
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
                match self.try_at(server, query, &encoded).await.and_then(usable) {
                    Ok(answer) => {
                        server.suspect(None);
                        return Ok(answer);
                    }
                    Err(trouble @ (Trouble::Timeout | Trouble::Network)) => {
                        server.suspect(Some(Instant::now() + SUSPICION));
                        troubles.push(trouble);
                        silent.push(server);
                    }
                    Err(trouble) => troubles.push(trouble),
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
    fn suspect(&self, until: Option<Instant>) {
        *self.suspect_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    fn is_suspect(&self, now: Instant) -> bool {
        let until = *self.suspect_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| now < until)
    }
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
