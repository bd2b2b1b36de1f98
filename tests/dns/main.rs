//! DNS over real sockets: what a resolver says, all the ways in which it fails to, what is shared, and the bounds.

#[path = "../support/dns.rs"]
mod dns;

mod answers;
mod authorities;
mod bounds;
mod directly;
mod edns;
mod failures;
mod health;
mod outage;
mod sharing;
mod validation;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dns::DnsServer;
use jiff::{SignedDuration, Timestamp};
use zegel::inquiry::{Answer, Dns, Kind, Rdata, Trouble, Txt};
use zegel::name::Name;
use zegel::world::{Config, Dnssec, World};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn question(owner: &str, kind: Kind) -> Dns {
    Dns::new(name(owner), kind)
}

/// What became of a question.
type Outcome = Result<Answer, Trouble>;

fn text(text: &str) -> Outcome {
    records(vec![Rdata::Txt(Txt::split(text.as_bytes()))])
}

fn records(records: Vec<Rdata>) -> Outcome {
    Ok(Answer::Records(records))
}

/// The defaults: patient enough for a busy machine; nothing is asked but what a test asks.
fn patient(servers: &[&DnsServer]) -> Config {
    Config {
        resolvers: servers.iter().map(|server| server.address()).collect(),
        dnssec: Some(Dnssec::Off),
        ..Config::default()
    }
}

/// One try of half a second at each server, for tests in which somebody is silent.
fn hasty(servers: &[&DnsServer]) -> Config {
    Config {
        timeout: Duration::from_millis(500),
        attempts: NonZeroU32::MIN,
        ..patient(servers)
    }
}

fn world(config: Config) -> World {
    World::new(config).expect("a resolver was given")
}

/// A clock that goes only when told to.
#[derive(Clone)]
struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(
            "2026-11-22T12:00:00Z".parse().expect("a time"),
        )))
    }

    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panics with the clock in hand")
    }

    fn forward(&self, seconds: i64) {
        let mut time = self.0.lock().expect("nobody panics with the clock in hand");
        *time += SignedDuration::from_secs(seconds);
    }

    fn world(&self, config: Config) -> World {
        let hands = self.clone();
        World::with_clock(config, Arc::new(move || hands.now())).expect("a resolver was given")
    }
}
