//! The authorities asked themselves: one wire an address, made when it is first asked, with a health of its own.
//!
//! Each is asked politely, for what it holds itself; what it says is read whether or not it has authority, for how it
//! has none tells what is wrong. What an authority says is said for that moment: it is remembered only so long that
//! domains looked at together share it; that it said anything, for an hour. Whether authorities can be asked from here at all is
//! known too: see `reach`.

mod reach;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{self, RecordType};
use jiff::Timestamp;
use tokio::time::Instant;

pub use self::reach::Reach;
use self::reach::{Sign, Watch};
use super::health::Health;
use super::reading::{self, Trail};
use super::wire::{Manner, Spoken, Wire, usable};
use crate::inquiry::{Answer, Direct, Dns, Kind, Security, Source, Trouble, Urgency, nobody_at};
use crate::name::Name;
use crate::records::presentation;
use crate::world::exchange::Heard;
use crate::world::places::Turns;
use crate::world::{Clock, Config, HEARD, is_within};

/// Above this many addresses those that answer are forgotten: nothing is lost with them but their cookies.
const ADDRESSES: usize = 4096;

/// A stranger's datagram is waited for no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// For so many seconds an answer is shared.
const SHARED: u32 = 5;

/// The longest name of a server (NSID) that is kept, in octets.
const MOST_NSID: usize = 128;

pub(super) struct Authorities {
    port: u16,
    timeout: Duration,
    attempts: u32,
    pause: Duration,
    clock: Clock,
    /// Those of the exchange: what is asked beside it waits for the same turn.
    turns: Arc<Turns>,
    wires: Mutex<HashMap<IpAddr, Wire>>,
    /// When each address was last heard, whatever it was asked.
    heard: Mutex<HashMap<IpAddr, Timestamp>>,
    watch: Watch,
}

impl Authorities {
    pub(super) fn new(config: &Config, turns: Arc<Turns>, clock: Clock) -> Self {
        Self {
            port: config.authority_port,
            timeout: config.timeout.min(PATIENCE),
            attempts: config.attempts.get(),
            pause: config.pause(),
            clock,
            turns,
            wires: Mutex::default(),
            heard: Mutex::default(),
            watch: Watch::new(config.ask_authorities),
        }
    }

    /// Whether the server at an address answers, as far as it was asked.
    pub(super) fn health(&self, address: IpAddr) -> Health {
        self.wires().get(&address).map_or(Health::Answering, Wire::health)
    }

    /// Whether authorities are asked at all.
    pub(super) fn reach(&self) -> Reach {
        self.watch.reach(Instant::now())
    }

    /// Whether no IPv6 address can be asked from here.
    pub(super) fn lacks_ipv6(&self) -> bool {
        self.watch.lacks_ipv6(Instant::now())
    }

    /// Whether an IPv6 address may be worth a question: there is a way out for it (nothing is sent to find out), and nothing
    /// speaks against it.
    pub(super) fn asks_over_ipv6(&self) -> bool {
        !self.lacks_ipv6() && reach::routes_ipv6()
    }

    /// The longest a question to any of them can take.
    pub(super) fn patience(&self, address: IpAddr) -> Duration {
        self.at(address).patience_directly(self.pause)
    }

    /// Why asking at an address tells nothing, where that is known beforehand.
    pub(super) fn in_vain(&self, address: IpAddr) -> Option<Trouble> {
        if nobody_at(address).is_some() || (address.is_ipv6() && self.lacks_ipv6()) {
            return Some(Trouble::NoRoute);
        }
        let is_silent = self.wires().get(&address).is_some_and(Wire::is_silent);
        is_silent.then_some(Trouble::Timeout)
    }

    /// What is known of who says nothing: when it was heard, where that is not long ago.
    pub(super) fn silence(&self, address: IpAddr) -> Source {
        let heard_at = self.heard().get(&address).copied();
        let lately = heard_at.filter(|at| is_within(HEARD, *at, (self.clock)()));
        Source {
            heard_at: lately.map(Box::new),
            ..Source::default()
        }
    }

    /// Puts one question to the authority at `address`; `resolvers_answer` tells a dead way out from a dead network.
    pub(super) async fn put(&self, question: &Dns, address: IpAddr, resolvers_answer: bool) -> Heard<Dns> {
        let mut source = Source::default();
        let outcome = match reading::wire_name(&question.name) {
            None => Err(Trouble::Malformed),
            Some(name) => {
                let kind = reading::record_type(question.kind);
                let wire = self.at(address);
                let spoken = wire.ask_directly(name, kind, self.pause).await;
                source.server = Some(SocketAddr::new(address, self.port));
                self.note(question, address, &spoken, resolvers_answer);
                if spoken.answer.is_err() {
                    source.heard_at = self.silence(address).heard_at;
                }
                read(question, spoken, &mut source, (self.clock)())
            }
        };
        Heard {
            outcome,
            security: Security::NotAsked,
            source,
            ttl: SHARED,
            seen_at: None,
        }
    }

    /// What the authority at `address` says to one question, whatever that is, when its turn comes.
    pub(super) async fn hear(
        &self,
        name: rr::Name,
        kind: RecordType,
        address: IpAddr,
    ) -> Result<Message, Trouble> {
        let Some(_turn) = self.turns.take(address, Urgency::Urgent).await else {
            return Err(Trouble::Limit);
        };
        let wire = self.at(address);
        let spoken = wire.ask_directly(name, kind, self.pause).await;
        spoken.answer
    }

    /// What an answer, or its absence, tells about the way to authorities.
    fn note(&self, question: &Dns, address: IpAddr, spoken: &Spoken, resolvers_answer: bool) {
        let sign = match &spoken.answer {
            Err(Trouble::NoRoute) => Sign::NoRoute,
            Err(Trouble::Timeout | Trouble::Network) if resolvers_answer => Sign::Silence,
            Err(Trouble::Timeout | Trouble::Network) => return,
            Ok(message) if message.metadata.recursion_available && !message.metadata.authoritative => {
                Sign::Recursor
            }
            Ok(_) | Err(_) => Sign::Answer,
        };
        if sign == Sign::Answer && spoken.answer.is_ok() {
            let mut heard = self.heard();
            if heard.len() >= ADDRESSES && !heard.contains_key(&address) {
                heard.clear();
            }
            heard.insert(address, (self.clock)());
        }
        // The parent's servers are asked for the child's: whose zone a question is about, is its name's.
        let zone = match question.kind {
            Kind::Ns => question.name.parent().unwrap_or_else(Name::root),
            _ => question.name.clone(),
        };
        self.watch.note(sign, address, &zone, Instant::now());
    }

    /// The wire to one address.
    fn at(&self, address: IpAddr) -> Wire {
        let mut wires = self.wires();
        if wires.len() >= ADDRESSES && !wires.contains_key(&address) {
            wires.retain(|_, wire| wire.health() != Health::Answering);
            if wires.len() >= ADDRESSES {
                wires.clear();
            }
        }
        let wire = wires.entry(address).or_insert_with(|| self.wire(address));
        wire.clone()
    }

    fn wire(&self, address: IpAddr) -> Wire {
        let server = SocketAddr::new(address, self.port);
        Wire::new(
            Manner::Authority,
            &[server],
            self.timeout,
            self.attempts,
            self.clock.clone(),
        )
    }

    fn heard(&self) -> MutexGuard<'_, HashMap<IpAddr, Timestamp>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wires(&self) -> MutexGuard<'_, HashMap<IpAddr, Wire>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an authority's message says about the question, and beside it.
fn read(question: &Dns, spoken: Spoken, source: &mut Source, now: Timestamp) -> Result<Answer, Trouble> {
    let message = spoken.answer?;
    let mut trail = Trail::new(question.name.clone());
    trail.source.server = source.server;
    trail.source.authoritative = message.metadata.authoritative;
    let code = message.metadata.response_code;
    let is_error = !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
    trail.source.direct = Some(Box::new(Direct {
        rcode: is_error.then(|| code.into()),
        nsid: nsid(&message),
        rtt: spoken.rtt,
        recursion_available: message.metadata.recursion_available,
        referral: reading::referral(&message),
        signed: reading::signed(question, &message, now),
    }));
    let outcome = usable(message, &spoken.query).and_then(|message| trail.follow(question.kind, &message));
    *source = trail.source;
    match outcome {
        Ok(Some(answer)) => Ok(answer),
        // What lies where an alias leads away is no business of this authority; for how long the alias is kept is.
        Ok(None) => Err(Trouble::Lame),
        Err(trouble) => {
            source.ttl = 0;
            Err(trouble)
        }
    }
}

/// The server's own name for itself (RFC 5001 3.1): mostly text, though nothing says it must be.
fn nsid(message: &Message) -> Option<String> {
    match message.edns.as_ref()?.option(EdnsCode::NSID)? {
        EdnsOption::NSID(name) if !name.as_ref().is_empty() => {
            let octets = name.as_ref();
            Some(presentation(octets.get(..MOST_NSID).unwrap_or(octets)))
        }
        _ => None,
    }
}
