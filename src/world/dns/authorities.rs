//! The authorities asked themselves: one wire an address, made when it is first asked, with a health of its own.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::health::Health;
use super::wire::{Manner, Wire};
use crate::world::Clock;

/// Above this many addresses those that answer are forgotten: nothing is lost with them.
const ADDRESSES: usize = 4096;

pub(super) struct Authorities {
    port: u16,
    timeout: Duration,
    attempts: u32,
    clock: Clock,
    wires: Mutex<HashMap<IpAddr, Wire>>,
}

impl Authorities {
    pub(super) fn new(port: u16, timeout: Duration, attempts: u32, clock: Clock) -> Self {
        Self {
            port,
            timeout,
            attempts,
            clock,
            wires: Mutex::default(),
        }
    }

    /// The wire to one address.
    pub(super) fn at(&self, address: IpAddr) -> Wire {
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

    /// Whether the server at an address answers, as far as it was asked.
    pub(super) fn health(&self, address: IpAddr) -> Health {
        self.wires().get(&address).map_or(Health::Answering, Wire::health)
    }

    /// The longest a question to any of them can take.
    pub(super) fn patience(&self) -> Duration {
        self.timeout.saturating_mul(self.attempts).saturating_mul(2)
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

    fn wires(&self) -> MutexGuard<'_, HashMap<IpAddr, Wire>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
