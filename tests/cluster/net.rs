//! A stage with name servers of its own, which are asked themselves, and a resolver between them and everybody else.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use zegel::inquiry::{Dns, Kind};
use zegel::world::{Clock, Config, Dnssec, World};

use super::{Stage, plane};
use crate::caching::CachingResolver;
use crate::dns::DnsServer;
use crate::name_servers::{APEX, NameServers};

/// Name servers of a zone, and a resolver that remembers what they say.
pub struct Net {
    pub servers: NameServers,
    pub resolver: CachingResolver,
}

impl Net {
    /// Somebody else asks the resolver for TXT at a name.
    pub async fn ask(&self, name: &str) {
        let config = Config {
            resolvers: vec![self.resolver.address()],
            dnssec: Some(Dnssec::Off),
            ask_authorities: false,
            ..Config::default()
        };
        let question = Dns::new(name.parse().unwrap(), Kind::Txt);
        World::new(config).unwrap().ask(&question, None).await;
    }
}

/// A clock that can be put forward.
pub fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let ahead = ahead.clone();
    Arc::new(move || Timestamp::now() + SignedDuration::from_secs(ahead.load(Ordering::Relaxed)))
}

impl Stage {
    /// A stage with a controller at work, and so many name servers of a zone that are asked themselves; everybody else
    /// asks a resolver that remembers what they say.
    pub async fn with_name_servers(namespace: &str, count: u8, zone: &str) -> Self {
        let plane = plane().await;
        plane.create_namespace(namespace).await.unwrap();
        let servers = NameServers::start(count, zone);
        let ahead = Arc::new(AtomicI64::new(0));
        let addresses = servers.servers.iter().map(DnsServer::address).collect();
        let elsewhere = servers.resolver.address();
        let resolver = CachingResolver::start(APEX, addresses, elsewhere, clock(&ahead)).await;
        let config = Config {
            resolvers: vec![resolver.address()],
            timeout: Duration::from_secs(20),
            dnssec: Some(Dnssec::Off),
            authority_port: servers.port,
            authority_rate: NonZeroU32::MAX,
            ..Config::default()
        };
        let mut stage = Self::with(namespace, plane, DnsServer::start(""), ahead, config);
        stage.net = Some(Net { servers, resolver });
        stage.start().await;
        stage
    }

    /// The name servers, of a stage that has some.
    pub fn net(&self) -> &Net {
        self.net.as_ref().unwrap()
    }
}
