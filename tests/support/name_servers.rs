//! A resolver, and the name servers of one zone, each at a loopback address of its own and all at one port.
//!
//! The resolver knows what its zone says and where the servers are; each server has authority for what it is told.

#![allow(dead_code)] // Each user takes its part.

use std::net::{Ipv4Addr, SocketAddr};

use super::dns::DnsServer;

/// The apex of the zone.
pub(crate) const APEX: &str = "voorbeeld.nl";

/// A resolver and name servers.
pub(crate) struct NameServers {
    /// What receivers ask.
    pub(crate) resolver: DnsServer,
    /// `ns1.dns.example` and so on, at 127.0.0.11 and so on.
    pub(crate) servers: Vec<DnsServer>,
    /// The port of all of them.
    pub(crate) port: u16,
}

impl NameServers {
    /// So many of them, all of which hold `zone` as version 7.
    pub(crate) fn start(count: u8, zone: &str) -> Self {
        let servers = (0..64)
            .find_map(|_| Self::at_one_port(count))
            .expect("a port free everywhere");
        let port = servers.first().expect("one at least").address().port();
        let all = Self {
            resolver: DnsServer::start(""),
            servers,
            port,
        };
        all.publish(zone, 7);
        all.resolve(zone);
        for number in 1..=count {
            all.resolver
                .set(&format!("ns{number}.dns.example A {}", address(number)));
        }
        all
    }

    fn at_one_port(count: u8) -> Option<Vec<DnsServer>> {
        let first = DnsServer::try_at(SocketAddr::new(address(1).into(), 0), "")?;
        let port = first.address().port();
        let mut servers = vec![first];
        for number in 2..=count {
            servers.push(DnsServer::try_at(
                SocketAddr::new(address(number).into(), port),
                "",
            )?);
        }
        for server in &servers {
            server.authoritative(true);
        }
        Some(servers)
    }

    /// Every server holds `zone` from now on, as version `serial`.
    pub(crate) fn publish(&self, zone: &str, serial: u32) {
        for number in 1..=self.servers.len() {
            self.publish_at(number, zone, serial);
        }
    }

    /// Server `number`, from 1, holds `zone` and nothing else.
    pub(crate) fn publish_at(&self, number: usize, zone: &str, serial: u32) {
        let server = self.servers.get(number - 1).expect("a server of that number");
        server.clear();
        server.set(&self.with_servers(zone, serial));
    }

    /// The resolver says `zone`, of what it names.
    pub(crate) fn resolve(&self, zone: &str) {
        self.resolver.set(&self.with_servers(zone, 7));
    }

    fn with_servers(&self, zone: &str, serial: u32) -> String {
        let names = (1..=self.servers.len()).map(|number| format!("{APEX} NS ns{number}.dns.example\n"));
        format!("{APEX} 300 SOA 60 {serial}\n{}{zone}", names.collect::<String>())
    }

    /// How many questions the servers got, all together.
    pub(crate) fn asked(&self) -> usize {
        self.servers.iter().map(|server| server.seen().total()).sum()
    }
}

fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, 10 + number)
}
