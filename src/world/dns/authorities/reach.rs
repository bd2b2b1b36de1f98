//! Whether authorities can be asked from here at all: noticed by itself, said once.
//!
//! Many networks let questions out to their own resolver alone, and some answer in everybody's place. Then what
//! authorities seem to say, or not to say, is told of the network here and of no zone. So signs are gathered: silence of
//! the authorities of three unrelated zones while the resolver answers, and answers by recursors wherever one asks. One
//! answer by an authority ends it. Every ten minutes it is tried again. The time is an argument.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::name::Name;

/// So many unrelated zones are no accident.
const ZONES: usize = 3;

/// So many silent IPv6 networks are no accident, where none answers and IPv4 does.
const IPV6_NETWORKS: usize = 20;

/// After so long a closed way is tried again.
const AGAIN: Duration = Duration::from_mins(10);

/// Above this many networks nothing more is learnt from them.
const MOST: usize = 64;

/// Whether authorities are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// They are asked.
    Asked,
    /// Somebody said they are not to be asked.
    Off,
    /// None of them answers from here although the resolver does: port 53 outward is closed.
    Unreachable,
    /// Something on the way answers in place of them.
    Intercepted,
}

impl Reach {
    /// The word of metric labels and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "Asked",
            Self::Off => "Off",
            Self::Unreachable => "AuthoritiesUnreachable",
            Self::Intercepted => "AuthoritiesIntercepted",
        }
    }

    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Asked, Self::Off, Self::Unreachable, Self::Intercepted];
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "name servers are asked themselves",
            Self::Off => "name servers are not asked themselves (--authorities off)",
            Self::Unreachable => {
                "no name server answers from here although the resolver does, so port 53 outward seems to be closed: \
                 what single servers say is not known, and DNS is judged as the resolver has it"
            }
            Self::Intercepted => {
                "something between here and the name servers answers in place of them: what single servers say is not \
                 known, and DNS is judged as the resolver has it"
            }
        })
    }
}

/// What a question to an authority showed of the way there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered, as an authority does, whatever it said.
    Answer,
    /// Somebody who recurses and has no authority answered.
    Recursor,
    /// Nothing came back, while the resolver answers.
    Silence,
    /// Nothing could be sent.
    NoRoute,
}

/// What is known of the way.
#[derive(Debug)]
pub(super) struct Watch {
    wanted: bool,
    signs: Mutex<Signs>,
}

#[derive(Debug, Default)]
struct Signs {
    /// The networks from which nothing came since the last answer, and the zone that was asked about there.
    silent: BTreeMap<Network, Name>,
    /// The same of those from which recursors answered.
    recursors: BTreeMap<Network, Name>,
    /// IPv6 networks that were silent since an IPv6 address last answered; whether IPv4 answered since.
    silent_v6: BTreeMap<Network, Name>,
    v4_answers: bool,
    /// Until when authorities are not asked, and why.
    closed: Option<(Reach, Instant)>,
    /// Until when IPv6 is not tried.
    no_ipv6_until: Option<Instant>,
    told: Option<Reach>,
    told_ipv6: bool,
}

/// A stretch of addresses that are likely one operator's: /24 and /48.
type Network = [u8; 7];

fn network(address: IpAddr) -> Network {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            // In 127/8 each address is as good as a network: nobody is routed there.
            let last = if address.is_loopback() {
                address.octets()[3]
            } else {
                0
            };
            [4, a, b, c, last, 0, 0]
        }
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, ..] = address.octets();
            [6, a, b, c, d, e, f]
        }
    }
}

/// Whether this machine has a way out to the IPv6 internet: a socket that is connected there sends nothing.
pub(super) fn routes_ipv6() -> bool {
    // One of the root's servers: an address that is somebody's, wherever one is.
    let there = Ipv6Addr::new(0x2001, 0x07fd, 0, 0, 0, 0, 0, 1);
    let socket = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0));
    socket.is_ok_and(|socket| socket.connect((there, 53)).is_ok())
}

impl Watch {
    pub(super) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            signs: Mutex::default(),
        }
    }

    /// Whether authorities are asked now.
    pub(super) fn reach(&self, now: Instant) -> Reach {
        if !self.wanted {
            return Reach::Off;
        }
        match self.signs().closed {
            Some((why, until)) if now < until => why,
            _ => Reach::Asked,
        }
    }

    /// Whether no IPv6 address is worth a try now.
    pub(super) fn lacks_ipv6(&self, now: Instant) -> bool {
        self.signs().no_ipv6_until.is_some_and(|until| now < until)
    }

    /// Takes note of what a question to the server of `zone` at `address` showed.
    pub(super) fn note(&self, sign: Sign, address: IpAddr, zone: &Name, now: Instant) {
        let mut signs = self.signs();
        signs.note_ipv6(sign, address, zone, now);
        let here = network(address);
        match sign {
            Sign::NoRoute => return,
            Sign::Answer => {
                signs.silent.clear();
                signs.recursors.clear();
                if signs.closed.take().is_some() && signs.told.take().is_some() {
                    tracing::info!("name servers can be asked themselves again");
                }
                return;
            }
            Sign::Silence => insert(&mut signs.silent, here, zone),
            Sign::Recursor => insert(&mut signs.recursors, here, zone),
        }
        let why = if is_everywhere(&signs.recursors) {
            Reach::Intercepted
        } else if is_everywhere(&signs.silent) && signs.recursors.is_empty() {
            Reach::Unreachable
        } else {
            return;
        };
        signs.closed = Some((why, now + AGAIN));
        if signs.told != Some(why) {
            signs.told = Some(why);
            tracing::warn!(reason = why.as_str(), "{why}");
        }
    }

    fn signs(&self) -> MutexGuard<'_, Signs> {
        self.signs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signs {
    fn note_ipv6(&mut self, sign: Sign, address: IpAddr, zone: &Name, now: Instant) {
        let answers = matches!(sign, Sign::Answer | Sign::Recursor);
        if address.is_ipv4() {
            self.v4_answers |= answers;
            return;
        }
        if answers {
            self.silent_v6.clear();
            self.v4_answers = false;
            self.no_ipv6_until = None;
            self.told_ipv6 = false;
            return;
        }
        insert(&mut self.silent_v6, network(address), zone);
        let dark = self.silent_v6.len() >= IPV6_NETWORKS && self.v4_answers;
        // A loopback or private address says nothing of the way out.
        let is_out = matches!(address, IpAddr::V6(address) if address.segments()[0] & 0xe000 == 0x2000);
        if (sign == Sign::NoRoute && is_out) || dark {
            self.no_ipv6_until = Some(now + AGAIN);
            if !std::mem::replace(&mut self.told_ipv6, true) {
                tracing::info!("IPv6 leads nowhere from here: name servers are asked over IPv4 alone");
            }
        }
    }
}

fn insert(networks: &mut BTreeMap<Network, Name>, here: Network, zone: &Name) {
    if networks.len() < MOST {
        networks.entry(here).or_insert_with(|| zone.clone());
    }
}

/// Whether signs came from so many unrelated zones, each in another network, that it is none of their doing.
fn is_everywhere(networks: &BTreeMap<Network, Name>) -> bool {
    let mut zones: Vec<&Name> = networks.values().collect();
    zones.sort();
    zones.dedup();
    zones.len() >= ZONES && networks.len() >= ZONES
}

#[cfg(test)]
mod tests;
