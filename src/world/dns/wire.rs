//! Messages over sockets: one question to a list of servers, until one of them says something that counts.
//!
//! A try is a UDP datagram from a connected socket (so that the system picks a port nobody can guess, RFC 5452, and tells
//! at once when nobody listens), a fresh one for a stranger, one of a few [`sockets`] that are soon replaced for our
//! resolvers; and, when the answer is truncated, the same question over TCP (RFC 7766). What does not belong to the question is ignored, as any resolver ignores it. A server that cannot read
//! EDNS is asked once more without it, and from then on without it at first (RFC 6891 7). Servers are tried in order;
//! an error code from one sends us to the next, silence brings another round. What is reported in the end is the
//! most telling thing any of them said. Whether the servers answer at all is known too: see [`health`](super::health).

mod cookie;
mod direct;
mod message;
mod odd;
mod query;
mod sockets;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout, timeout_at};

use self::cookie::Jar;
pub(super) use self::direct::Spoken;
pub(super) use self::message::usable;
pub(in crate::world) use self::message::whole;
use self::message::{Incoming, explained, is_truncated, read, refuses_edns};
use self::query::octets_of;
use self::sockets::Sockets;
use super::health::{self, Change, Health, Moment, Pulse, is_silence, telling};
use crate::inquiry::{ExtendedError, Trouble};
use crate::world::Clock;

/// What we let a server send over UDP (RFC 9715 3, DNS flag day 2020).
pub(super) const UDP_PAYLOAD: u16 = 1232;

/// Room for a datagram that is larger than we said we take.
const UDP_BUFFER: usize = 4096;

/// For so long a server that cannot read EDNS is asked without it at once.
const WITHOUT_EDNS: Duration = Duration::from_mins(15);

/// Who the servers are to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Resolvers: they find out whatever they are asked.
    Recursive,
    /// Authorities: they know their zones and nothing else, and say so.
    Authority,
}

/// The servers, and how patiently they are asked. Cheap to clone.
#[derive(Clone)]
pub(super) struct Wire {
    manner: Manner,
    servers: Arc<[Arc<Server>]>,
    timeout: Duration,
    attempts: u32,
    clock: Clock,
}

/// Why there is no answer, and how a server explains that itself.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) trouble: Trouble,
    pub(super) explained: Option<ExtendedError>,
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self {
            trouble,
            explained: None,
        }
    }
}

struct Server {
    address: SocketAddr,
    pulse: Mutex<Pulse>,
    /// Until when it is not troubled with EDNS.
    plain_until: Mutex<Option<Instant>>,
    /// What we and it tell each other apart by from forgers.
    cookies: Jar,
    /// Where our resolvers are asked from.
    sockets: Sockets,
}

impl Wire {
    pub(super) fn new(
        manner: Manner,
        servers: &[SocketAddr],
        timeout: Duration,
        attempts: u32,
        clock: Clock,
    ) -> Self {
        let server = |&address| {
            Arc::new(Server {
                address,
                pulse: Mutex::default(),
                plain_until: Mutex::default(),
                cookies: Jar::default(),
                sockets: Sockets::default(),
            })
        };
        Self {
            manner,
            servers: servers.iter().map(server).collect(),
            timeout,
            attempts,
            clock,
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

    /// Whether the first of them was silent so often and so lately that it is not worth asking.
    pub(super) fn is_silent(&self) -> bool {
        let now = Instant::now();
        self.servers
            .first()
            .is_some_and(|server| server.pulse().is_silent(now))
    }

    /// Whether these servers answer.
    pub(super) fn health(&self) -> Health {
        health::of_list(self.servers.iter().map(|server| server.pulse().down()))
    }

    /// Asks until a server gives an answer that counts: NOERROR or NXDOMAIN, by a server that may say so. Tells which
    /// one it was.
    pub(super) async fn ask(&self, query: &Message) -> Result<(Message, SocketAddr), Failed> {
        let encoded = octets_of(query)?;
        let mut troubles = Vec::new();
        // A server that answered with an error code is not asked again: only silence may be an accident of the way.
        let mut willing = self.in_order();
        for _ in 0..self.attempts {
            let mut silent = Vec::new();
            for server in willing {
                let tried = self.try_at(server, query, &encoded).await;
                self.note(server, tried.as_ref().err().map(|failed| failed.trouble));
                match tried {
                    Ok(answer) => return Ok((answer, server.address)),
                    Err(failed) => {
                        let trouble = failed.trouble;
                        troubles.push(failed);
                        // A connection that broke may be whole the next time (RFC 7766 6.2.4).
                        if is_silence(trouble) || trouble == Trouble::Truncated {
                            silent.push(server);
                        }
                    }
                }
            }
            willing = silent;
        }
        Err(troubles
            .into_iter()
            .max_by_key(|failed| (telling(failed.trouble), failed.explained.is_some()))
            .unwrap_or(Trouble::Network.into()))
    }

    /// The servers as configured, those that were silent lately behind the others.
    fn in_order(&self) -> Vec<&Arc<Server>> {
        let now = Instant::now();
        let (suspects, mut trusted): (Vec<_>, Vec<_>) = self
            .servers
            .iter()
            .partition(|server| server.pulse().is_suspect(now));
        trusted.extend(suspects);
        trusted
    }

    async fn try_at(&self, server: &Server, query: &Message, encoded: &[u8]) -> Result<Message, Failed> {
        let answer = self.exchange(server, query, encoded).await;
        // Of our own services nobody needs to know more than that they cannot be reached.
        let answer = answer.map_err(|trouble| match trouble {
            Trouble::NoRoute => Trouble::Network,
            other => other,
        })?;
        let explained = explained(&answer);
        usable(answer, query).map_err(|trouble| Failed { trouble, explained })
    }

    /// One question, one answer; without EDNS where the server cannot read it.
    async fn exchange(&self, server: &Server, query: &Message, encoded: &[u8]) -> Result<Message, Trouble> {
        // Who wants signatures cannot do without EDNS (RFC 3225 3).
        let dispensable = query.edns.as_ref().is_some_and(|edns| !edns.flags().dnssec_ok);
        if !(dispensable && server.is_plain()) {
            let answer = self.send(server, query, encoded).await?;
            if !(dispensable && refuses_edns(&answer)) {
                return Ok(answer);
            }
        }
        Box::pin(self.exchange_plain(server, query)).await
    }

    async fn exchange_plain(&self, server: &Server, query: &Message) -> Result<Message, Trouble> {
        let mut plain = query.clone();
        plain.edns = None;
        let encoded = octets_of(&plain)?;
        let answer = self.send(server, &plain, &encoded).await?;
        if !refuses_edns(&answer) {
            server.remember_plain();
        }
        Ok(answer)
    }

    async fn send(&self, server: &Server, query: &Message, encoded: &[u8]) -> Result<Message, Trouble> {
        match shared_udp(server, query, encoded, Instant::now() + self.timeout).await? {
            Datagram::Whole(answer) => Ok(answer),
            Datagram::Truncated => {
                let whole = timeout(self.timeout, Box::pin(tcp(server.address, query, encoded))).await;
                // The server answers, and has more to say than TCP lets through: that is what to tell.
                match whole.unwrap_or(Err(Trouble::Timeout)) {
                    Err(trouble) if is_silence(trouble) => Err(Trouble::Truncated),
                    heard => heard,
                }
            }
        }
    }

    /// Remembers what became of a try, and asks the control question when it is due.
    fn note(&self, server: &Arc<Server>, trouble: Option<Trouble>) {
        let change = server.pulse().note(self.counted(trouble), self.moment());
        self.tell(server, change);
        if change.is_some() {
            tokio::spawn(self.clone().control(server.clone()));
        }
    }

    /// Asks every server the control question, now.
    pub(super) async fn ask_control(&self) {
        let all = self.servers.iter();
        futures::future::join_all(all.map(|server| self.clone().control(server.clone()))).await;
    }

    /// Asks a server what any resolver must know. It takes no place on the wire: there is one of these a server at
    /// most, and it must not wait behind the very questions that get no answer.
    async fn control(self, server: Arc<Server>) {
        let query = super::message(Name::root(), RecordType::NS, self.manner == Manner::Recursive);
        let Ok(encoded) = octets_of(&query) else {
            return;
        };
        let mut trouble = None;
        for _ in 0..self.attempts {
            let tried = self.try_at(&server, &query, &encoded).await;
            trouble = tried.err().map(|failed| failed.trouble);
            if !trouble.is_some_and(is_silence) {
                break;
            }
        }
        let change = server.pulse().note_control(self.counted(trouble), self.moment());
        self.tell(&server, change);
    }

    /// Whether a trouble counts against a server: an authority that refuses what is not its own is in good health.
    fn counted(&self, trouble: Option<Trouble>) -> Option<Trouble> {
        match self.manner {
            Manner::Recursive => trouble,
            Manner::Authority => {
                trouble.filter(|&trouble| is_silence(trouble) && trouble != Trouble::NoRoute)
            }
        }
    }

    /// An outage is told once when it begins and once when it ends; of a stranger's, only to who wants to know more.
    fn tell(&self, server: &Server, change: Option<Change>) {
        let (ours, address) = (self.manner == Manner::Recursive, server.address);
        match change {
            None | Some(Change::AskControl) => {}
            Some(Change::Recovered) if ours => tracing::info!(server = %address, "DNS server answers again"),
            Some(Change::Recovered) => tracing::debug!(server = %address, "name server answers again"),
            Some(Change::WentDown) => {
                let reason = server.pulse().down().map(|(_, trouble)| trouble.reason());
                match ours {
                    true => tracing::warn!(
                        server = %address,
                        reason,
                        "DNS server does not answer, not even for the root"
                    ),
                    false => tracing::debug!(server = %address, reason, "name server does not answer"),
                }
            }
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            instant: Instant::now(),
            time: (self.clock)(),
        }
    }
}

impl Server {
    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_plain(&self) -> bool {
        let until = *self.plain_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn remember_plain(&self) {
        let mut until = self.plain_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if until.is_none_or(|until| until <= now) {
            *until = Some(now + WITHOUT_EDNS);
        }
    }
}

enum Datagram {
    Whole(Message),
    Truncated,
}

/// What datagrams under a question's number come to.
struct Ear {
    /// What to tell if nothing better comes.
    late: Trouble,
}

impl Ear {
    fn new() -> Self {
        Self {
            late: Trouble::Timeout,
        }
    }

    /// Takes in one datagram; `None` when it is not the answer.
    fn hear(&mut self, octets: &[u8], query: &Message) -> Result<Option<Datagram>, Trouble> {
        if is_truncated(octets, query) {
            return Ok(Some(Datagram::Truncated));
        }
        match read(octets, query)? {
            Incoming::Answer(answer) => return Ok(Some(Datagram::Whole(answer))),
            // It may be a forger's: the true answer can still come, and only if it does not is this worth telling.
            Incoming::OtherQuestion => self.late = Trouble::Malformed,
            Incoming::Unrelated => {}
        }
        Ok(None)
    }
}

/// Over one of the sockets that questions to our resolvers share.
async fn shared_udp(
    server: &Server,
    query: &Message,
    encoded: &[u8],
    end: Instant,
) -> Result<Datagram, Trouble> {
    let sent = server.sockets.send(server.address, query.metadata.id, encoded);
    let mut hearing = sent.await?;
    let mut ear = Ear::new();
    loop {
        let octets = match hearing.next(end).await {
            Err(Trouble::Timeout) => return Err(ear.late),
            heard => heard?,
        };
        if let Some(datagram) = ear.hear(&octets, query)? {
            return Ok(datagram);
        }
    }
}

/// Over a socket of its own.
async fn udp(server: SocketAddr, query: &Message, encoded: &[u8], end: Instant) -> Result<Datagram, Trouble> {
    let local = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    // Until here nothing was sent: what fails is the way from here, and none of the server's doing.
    let socket = UdpSocket::bind(local).await.map_err(|_| Trouble::NoRoute)?;
    socket.connect(server).await.map_err(|_| Trouble::NoRoute)?;
    socket.send(encoded).await.map_err(unsent)?;
    let mut buffer = vec![0; UDP_BUFFER];
    let mut ear = Ear::new();
    loop {
        let Ok(received) = timeout_at(end, socket.recv(&mut buffer)).await else {
            return Err(ear.late);
        };
        let octets = buffer.get(..received.map_err(network)?).unwrap_or_default();
        if let Some(datagram) = ear.hear(octets, query)? {
            return Ok(datagram);
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
        let mut octets = vec![0; usize::from(length)];
        stream.read_exact(&mut octets).await.map_err(network)?;
        match read(&octets, query)? {
            Incoming::Answer(answer) => return Ok(answer),
            Incoming::OtherQuestion => return Err(Trouble::Malformed),
            Incoming::Unrelated => {}
        }
    }
}

fn unsent(error: io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::PermissionDenied => Trouble::NoRoute,
        _ => Trouble::Network,
    }
}

fn network(_: io::Error) -> Trouble {
    Trouble::Network
}
