//! The policy lane at work: fetches an MTA-STS policy exactly as RFC 8461 3.3 has senders do it.
//!
//! The address comes from our own resolver, the certificate must be one for `mta-sts.<domain>` by a public authority, no
//! redirect is followed, and no more than 64 KiB are read. Names come from objects of anybody, so nothing is sent to
//! addresses of a network of one's own unless that is allowed. Files: `tls` (the certificates that count), `http` (one
//! request).

mod http;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::dns::Servers;
use super::exchange::{Exchange, Heard, Put};
use super::fetching::PolicyConfig;
use crate::inquiry::{
    Answer, Dns, Kind, PolicyFile, PolicySource, Rdata, Security, Served, Trouble, is_private, nobody_at,
};
use crate::name::Name;
use crate::records::mtasts::policy_host;

/// A connection is waited for so long, and then the next address is tried.
const CONNECT: Duration = Duration::from_secs(5);

/// The whole fetch is waited for so long. RFC 8461 3.3 suggests a minute for senders, who can wait; a look cannot.
const PATIENCE: Duration = Duration::from_secs(15);

/// At most so many addresses are tried.
const MAX_ADDRESSES: usize = 4;

/// How long what was served holds, in seconds: an hour.
const TTL: u32 = 3600;

/// Who fetches.
pub(super) struct Fetcher {
    dns: Exchange<Servers>,
    port: u16,
    /// Whether addresses of private networks are connected to.
    allow_private: bool,
    tls: Arc<ClientConfig>,
}

impl Fetcher {
    pub(super) fn new(dns: Exchange<Servers>, config: PolicyConfig, allow_private: bool) -> Self {
        Self {
            dns,
            port: config.port,
            allow_private,
            tls: Arc::new(tls::client(&config.authorities)),
        }
    }

    async fn fetch(&self, domain: &Name) -> (Option<SocketAddr>, Result<Served, Trouble>) {
        let Some(host) = policy_host(domain) else {
            return (None, Err(Trouble::NoRoute));
        };
        let addresses = match self.addresses(&host).await {
            Ok(addresses) => addresses,
            Err(trouble) => return (None, Err(trouble)),
        };
        let mut last = (None, Err(Trouble::NoRoute));
        for address in addresses {
            let server = SocketAddr::new(address, self.port);
            let served = match timeout(CONNECT, TcpStream::connect(server)).await {
                Err(_) => Err(Trouble::Timeout),
                Ok(Err(_)) => Err(Trouble::Network),
                Ok(Ok(stream)) => http::get(stream, &host, self.tls.clone()).await,
            };
            let is_answer = served.is_ok();
            last = (Some(server), served);
            if is_answer {
                break;
            }
        }
        last
    }

    /// The addresses of the host that may be connected to, IPv6 first as everybody's libraries have it.
    async fn addresses(&self, host: &Name) -> Result<Vec<IpAddr>, Trouble> {
        let ask = |kind| {
            let question = Dns::new(host.clone(), kind);
            async move { self.dns.ask(&question, None).await }
        };
        let (v6, v4) = futures::join!(ask(Kind::Aaaa), ask(Kind::A));
        let mut found = Vec::new();
        let mut trouble = None;
        for fact in [&v6, &v4] {
            match &fact.outcome {
                Err(why) => trouble = Some(*why),
                Ok(answer) => found.extend(addresses(answer)),
            }
        }
        let some = !found.is_empty();
        found
            .retain(|address| self.allow_private || (nobody_at(*address).is_none() && !is_private(*address)));
        found.truncate(MAX_ADDRESSES);
        match (found.is_empty(), some, trouble) {
            (false, ..) => Ok(found),
            (true, false, Some(trouble)) => Err(trouble),
            // There is none, or none that anything may be sent to.
            (true, ..) => Err(Trouble::NoRoute),
        }
    }
}

fn addresses(answer: &Answer) -> impl Iterator<Item = IpAddr> {
    answer.records().iter().filter_map(Rdata::address)
}

impl Put for Fetcher {
    type Lane = PolicyFile;

    async fn put(&self, question: &PolicyFile, _: Option<Timestamp>) -> Heard<PolicyFile> {
        let (server, outcome) = self.fetch(&question.domain).await;
        Heard {
            outcome,
            security: Security::NotAsked,
            source: PolicySource { server },
            ttl: TTL,
            seen_at: None,
        }
    }

    fn patience(&self, _: &PolicyFile) -> Duration {
        PATIENCE
    }
}
