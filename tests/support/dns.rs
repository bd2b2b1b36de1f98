//! A recursive resolver on loopback that knows only what it is told, and fails as it is told.
//!
//! ```text
//! voorbeeld.nl         300 TXT   v=spf1 mx -all       one text, split at 255 octets; TTL 3600 when left out
//! voorbeeld.nl             TXT   "v=spf1" " -all"     two character-strings
//! voorbeeld.nl             MX    10 mail.voorbeeld.nl
//! *.voorbeeld.nl           A     192.0.2.1            a wildcard (RFC 4592)
//! s1._domainkey.voorbeeld.nl CNAME s1.provider.example
//! voorbeeld.nl         300 SOA   60 7                 its negative TTL and serial; the root's SOA elsewhere
//! empty.voorbeeld.nl       EXISTS                     a name without records
//! ```
//!
//! UDP and TCP on one port, in a thread and runtime of its own, so that synchronous tests and programs can use it
//! too. Names nobody wrote are NXDOMAIN; names above a written one are NODATA. Everything can be changed while it runs.

#![allow(dead_code)] // Each user takes its part.

#[path = "dns_fault.rs"]
mod fault;
#[path = "dns_zone.rs"]
mod zone;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use hickory_resolver::proto::op::{Edns, Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::{self, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{oneshot, watch};
use zegel::name::Name;

#[allow(unused_imports, reason = "each user takes its part")]
pub(crate) use self::fault::{Fault, NOTIMP, REFUSED, SERVFAIL, Shape};
use self::fault::{Faults, Spoilt};
use self::zone::{Found, Zone, record_type, wire};

/// What a test can look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Questions received, by name and type, over UDP and TCP.
    pub(crate) questions: BTreeMap<(Name, RecordType), usize>,
    /// Those over TCP.
    pub(crate) over_tcp: usize,
    /// Those without EDNS (RFC 6891).
    pub(crate) without_edns: usize,
    /// Those with RD set.
    pub(crate) recursion_desired: usize,
    /// Those with CD set (RFC 4035 3.2.2).
    pub(crate) checking_disabled: usize,
    /// Being answered now.
    pub(crate) in_flight: usize,
    /// The most that were being answered at once.
    pub(crate) peak: usize,
}

impl Seen {
    /// How many questions in all.
    pub(crate) fn total(&self) -> usize {
        self.questions.values().sum()
    }
}

/// The server; it stops when dropped.
pub(crate) struct DnsServer {
    address: SocketAddr,
    state: Arc<State>,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

struct State {
    zone: Mutex<Zone>,
    faults: Mutex<Faults>,
    seen: watch::Sender<Seen>,
    /// Counts the times everything held was let go.
    gate: watch::Sender<u64>,
}

impl DnsServer {
    /// Starts on a free port of 127.0.0.1 with the records of `zone`.
    pub(crate) fn start(zone: &str) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        (0..32)
            .find_map(|_| Self::try_at(any, zone))
            .expect("a port free for UDP and TCP")
    }

    /// Starts at this address, where it is free for UDP and TCP.
    pub(crate) fn try_at(address: SocketAddr, zone: &str) -> Option<Self> {
        let udp = std::net::UdpSocket::bind(address).ok()?;
        let tcp = std::net::TcpListener::bind(udp.local_addr().ok()?).ok()?;
        let mut server = Self {
            address: udp.local_addr().expect("a bound socket has an address"),
            state: Arc::new(State {
                zone: Mutex::new(Zone::with_negative_ttl(60)),
                faults: Mutex::default(),
                seen: watch::Sender::default(),
                gate: watch::Sender::default(),
            }),
            running: None,
        };
        server.set(zone);
        server.run(udp, tcp);
        Some(server)
    }

    /// Where it listens, UDP and TCP.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces the record sets that `zone` names.
    pub(crate) fn set(&self, zone: &str) {
        lock(&self.state.zone).set(zone);
    }

    /// Takes away the records of one type.
    pub(crate) fn remove(&self, name: &str, kind: &str) {
        lock(&self.state.zone).remove(&parse(name), Some(record_type(kind)));
    }

    /// Takes away a name.
    pub(crate) fn remove_name(&self, name: &str) {
        lock(&self.state.zone).remove(&parse(name), None);
    }

    /// Forgets all records.
    pub(crate) fn clear(&self) {
        lock(&self.state.zone).clear();
    }

    /// Whether a name nobody wrote is NODATA instead of NXDOMAIN.
    pub(crate) fn absent_is_nodata(&self, yes: bool) {
        lock(&self.state.zone).absent_is_nodata = yes;
    }

    /// Whether it answers as the authority for all it holds (AA), and finds nothing out for others (no RA).
    pub(crate) fn authoritative(&self, yes: bool) {
        lock(&self.state.zone).authoritative = yes;
    }

    /// Whether every written name without MX has `10 mx.NAME`.
    pub(crate) fn invent_mx(&self, yes: bool) {
        lock(&self.state.zone).invent_mx = yes;
    }

    /// The TTL of denials where no SOA was written; 60 at first.
    pub(crate) fn negative_ttl(&self, ttl: u32) {
        lock(&self.state.zone).negative_ttl = ttl;
    }

    /// From now on every answer goes wrong in this way, except where a name has its own.
    pub(crate) fn fail_all(&self, fault: Fault) {
        lock(&self.state.faults).all = Some(fault);
    }

    /// From now on answers for this name go wrong.
    pub(crate) fn fail(&self, name: &str, fault: Fault) {
        lock(&self.state.faults)
            .by_name
            .insert((parse(name), None), fault);
    }

    /// From now on answers for this name and type go wrong.
    pub(crate) fn fail_type(&self, name: &str, kind: &str, fault: Fault) {
        let key = (parse(name), Some(record_type(kind)));
        lock(&self.state.faults).by_name.insert(key, fault);
    }

    /// No answer goes wrong any more, and what was held is let go.
    pub(crate) fn heal(&self) {
        *lock(&self.state.faults) = Faults::default();
        self.release();
    }

    /// Lets go what [`Fault::Held`] holds now; what comes later is held again.
    pub(crate) fn release(&self) {
        self.state.gate.send_modify(|count| *count += 1);
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> Seen {
        self.state.seen.borrow().clone()
    }

    /// How often this was asked.
    pub(crate) fn asked(&self, name: &str, kind: &str) -> usize {
        let key = (parse(name), record_type(kind));
        self.state.seen.borrow().questions.get(&key).copied().unwrap_or(0)
    }

    /// Forgets what was asked so far.
    pub(crate) fn forget(&self) {
        self.state.seen.send_modify(|seen| {
            *seen = Seen {
                in_flight: seen.in_flight,
                ..Seen::default()
            };
        });
    }

    /// Waits until what was seen is as wished; for ever if it never is.
    pub(crate) async fn until(&self, wished: impl FnMut(&Seen) -> bool) {
        let mut seen = self.state.seen.subscribe();
        seen.wait_for(wished)
            .await
            .expect("the server outlives its watcher");
    }

    /// Stops listening: connections are refused. What was being answered is dropped.
    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            thread.join().expect("the server's thread ends well");
            self.state.seen.send_modify(|seen| seen.in_flight = 0);
        }
    }

    /// Listens again, on the same port.
    pub(crate) fn restart(&mut self) {
        self.stop();
        // Somebody's outgoing socket may have been given the port meanwhile; it will not keep it for long.
        let (udp, tcp) = (0..1_000)
            .find_map(|_| {
                let udp = std::net::UdpSocket::bind(self.address).ok();
                let both = udp.zip(std::net::TcpListener::bind(self.address).ok());
                if both.is_none() {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                both
            })
            .expect("the same port again");
        self.run(udp, tcp);
    }

    fn run(&mut self, udp: std::net::UdpSocket, tcp: std::net::TcpListener) {
        udp.set_nonblocking(true)
            .expect("a socket can be made nonblocking");
        tcp.set_nonblocking(true)
            .expect("a socket can be made nonblocking");
        let (stop, stopped) = oneshot::channel();
        let state = self.state.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let udp = UdpSocket::from_std(udp).expect("a socket of this runtime");
                let tcp = TcpListener::from_std(tcp).expect("a socket of this runtime");
                tokio::select! {
                    () = serve_udp(Arc::new(udp), state.clone()) => {}
                    () = serve_tcp(tcp, state.clone()) => {}
                    _ = stopped => {}
                }
            });
        });
        self.running = Some((stop, thread));
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve_udp(socket: Arc<UdpSocket>, state: Arc<State>) {
    let mut buffer = vec![0; 65_535];
    loop {
        // A client that has gone shows as an error of ours; there is nothing to be done about it.
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let query = buffer[..length].to_vec();
        let (socket, state) = (socket.clone(), state.clone());
        tokio::spawn(async move {
            if let Some(answer) = state.answer(&query, false).await {
                let _ = socket.send_to(&answer, client).await;
            }
            state.done();
        });
    }
}

async fn serve_tcp(listener: TcpListener, state: Arc<State>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_connection(stream, state.clone()));
        }
    }
}

async fn serve_connection(mut stream: TcpStream, state: Arc<State>) {
    while let Ok(length) = stream.read_u16().await {
        let mut query = vec![0; length.into()];
        if stream.read_exact(&mut query).await.is_err() {
            return;
        }
        let answer = state.answer(&query, true).await;
        state.done();
        let Some(answer) = answer else {
            if lock(&state.faults).all == Some(Fault::TruncatedReset) {
                let _ = stream.set_zero_linger();
            }
            return;
        };
        let length = u16::try_from(answer.len()).expect("a message of at most 64 KiB");
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

impl State {
    /// The octets to send; `None` is silence.
    async fn answer(&self, query: &[u8], tcp: bool) -> Option<Vec<u8>> {
        let gate = self.gate.subscribe();
        let query = Message::from_vec(query).ok();
        let question = query.as_ref().and_then(|query| query.queries.first());
        let asked = question.map(|question| {
            let name = Name::from_labels(question.name().iter()).expect("a name from the wire");
            (name, question.query_type())
        });
        let checking_disabled = query
            .as_ref()
            .is_some_and(|query| query.metadata.checking_disabled);
        // Before anybody can see that it is here and change what becomes of it.
        let fault = asked.as_ref().and_then(|(name, kind)| self.fault(name, *kind));
        self.seen.send_modify(|seen| {
            seen.in_flight += 1;
            seen.peak = seen.peak.max(seen.in_flight);
            seen.over_tcp += usize::from(tcp);
            seen.without_edns += usize::from(query.as_ref().is_some_and(|query| query.edns.is_none()));
            let recursion_desired = query.as_ref().map(|query| query.metadata.recursion_desired);
            seen.recursion_desired += usize::from(recursion_desired == Some(true));
            seen.checking_disabled += usize::from(checking_disabled);
            if let Some(asked) = &asked {
                *seen.questions.entry(asked.clone()).or_default() += 1;
            }
        });
        let (query, (name, kind)) = (query?, asked?);
        let fault = match fault {
            Some(Fault::Held) => {
                let mut gate = gate;
                gate.changed().await.ok()?;
                None
            }
            other => other,
        };
        if tcp && fault == Some(Fault::TruncatedHanging) {
            std::future::pending::<()>().await;
        }
        self.reply(&query, &name, kind, fault, tcp)
    }

    fn done(&self) {
        self.seen.send_modify(|seen| seen.in_flight -= 1);
    }

    fn fault(&self, name: &Name, kind: RecordType) -> Option<Fault> {
        lock(&self.faults).of(name, kind)
    }

    fn reply(
        &self,
        query: &Message,
        name: &Name,
        kind: RecordType,
        fault: Option<Fault>,
        tcp: bool,
    ) -> Option<Vec<u8>> {
        let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
        reply.metadata.recursion_desired = query.metadata.recursion_desired;
        let zone = lock(&self.zone);
        reply.metadata.authoritative = zone.authoritative;
        reply.metadata.recursion_available = !zone.authoritative;
        drop(zone);
        reply.add_queries(query.queries.iter().cloned());
        if query.edns.is_some() {
            let mut edns = Edns::new();
            edns.set_max_payload(1232);
            reply.set_edns(edns);
        }
        let fault = fault.filter(|fault| fault.concerns(query));
        if fault.is_none_or(Fault::leaves_the_records) {
            self.fill(&mut reply, name, kind, fault != Some(Fault::OneLink));
        }
        if let Some(Spoilt::Octets(octets)) = fault.map(|fault| fault.spoil(&mut reply, tcp)) {
            return octets;
        }
        debug_assert_eq!(reply.metadata.message_type, MessageType::Response);
        let encoded = reply.to_vec().expect("an answer can be written");
        let room = usize::from(query.max_payload());
        let cut = fault.is_some_and(Fault::cuts);
        match !tcp && (cut || encoded.len() > room) {
            true => reply.truncate().to_vec().ok(),
            false => Some(encoded),
        }
    }

    fn fill(&self, reply: &mut Message, name: &Name, kind: RecordType, chase: bool) {
        let zone = lock(&self.zone);
        let (links, end, found) = zone.look_up(name, kind, chase);
        let record =
            |owner: &Name, record: zone::Record| rr::Record::from_rdata(wire(owner), record.ttl, record.data);
        let moved = !links.is_empty();
        reply.add_answers(links.into_iter().map(|(owner, link)| record(&owner, link)));
        match found {
            Found::Records(records) => {
                reply.add_answers(records.into_iter().map(|one| record(&end, one)));
            }
            Found::NoData if moved && !chase => {}
            Found::NoData => {
                let (apex, soa) = zone.soa(&end);
                reply.add_authority(record(&apex, soa));
            }
            Found::NxDomain => {
                reply.metadata.response_code = ResponseCode::NXDomain;
                let (apex, soa) = zone.soa(&end);
                reply.add_authority(record(&apex, soa));
            }
        }
    }
}

fn parse(name: &str) -> Name {
    name.parse().unwrap_or_else(|error| panic!("{name:?}: {error}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
