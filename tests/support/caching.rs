//! A resolver on loopback that keeps to TTLs: it asks the name servers of one zone in turn and remembers what they say,
//! an absence too. Whatever lies outside the zone it has from another resolver, and forgets.
//!
//! One task over UDP; its clock is the test's, so that an hour passes at once.

#![allow(dead_code)] // Each user takes its part.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use jiff::{SignedDuration, Timestamp};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// The resolver; it stops when dropped.
pub(crate) struct CachingResolver {
    address: SocketAddr,
    remembers: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

struct Cache {
    apex: Name,
    servers: Vec<SocketAddr>,
    elsewhere: SocketAddr,
    clock: Clock,
    remembers: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    known: HashMap<(Name, Option<RecordType>), (Message, Timestamp)>,
    /// How often each question was passed on: the servers take turns.
    turns: HashMap<(Name, RecordType), usize>,
}

impl CachingResolver {
    /// A resolver of the zone at `apex`, which `servers` have.
    pub(crate) async fn start(
        apex: &str,
        servers: Vec<SocketAddr>,
        elsewhere: SocketAddr,
        clock: Clock,
    ) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let (remembers, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let mut cache = Cache {
            apex: Name::from_ascii(format!("{apex}.")).unwrap(),
            servers,
            elsewhere,
            clock,
            remembers: remembers.clone(),
            asked: asked.clone(),
            known: HashMap::new(),
            turns: HashMap::new(),
        };
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 65_535];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                if let Ok(query) = Message::from_vec(&buffer[..length])
                    && let Some(answer) = cache.answer(&query).await
                {
                    let _ = socket.send_to(&answer.to_vec().unwrap(), peer).await;
                }
            }
        });
        Self {
            address,
            remembers,
            asked,
            task,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it remembers what it hears.
    pub(crate) fn remember(&self, yes: bool) {
        self.remembers.store(yes, Ordering::Relaxed);
    }

    /// How often it had to ask the zone's servers.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for CachingResolver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cache {
    async fn answer(&mut self, query: &Message) -> Option<Message> {
        let question = query.queries.first()?;
        let (name, kind) = (question.name().to_lowercase(), question.query_type());
        if !self.apex.zone_of(&name) {
            return ask(self.elsewhere, query).await;
        }
        let now = (self.clock)();
        // An absence of the name is one of all its types, and of all below it (RFC 8020).
        let above = std::iter::successors(Some(name.clone()), |at| {
            (at != &self.apex).then(|| at.base_name())
        });
        let mut keys: Vec<(Name, Option<RecordType>)> = above.map(|at| (at, None)).collect();
        keys.push((name.clone(), Some(kind)));
        let fresh = keys
            .iter()
            .find_map(|key| self.known.get(key).filter(|(_, until)| now < *until));
        let (mut answer, left) = match fresh {
            Some((answer, until)) => (answer.clone(), until.duration_since(now).as_secs()),
            None => {
                let turn = self.turns.entry((name.clone(), kind)).or_default();
                let server = self.servers[*turn % self.servers.len()];
                *turn += 1;
                self.asked.fetch_add(1, Ordering::Relaxed);
                let answer = ask(server, query).await?;
                let ttl = ttl(&answer);
                let until = now
                    .checked_add(SignedDuration::from_secs(i64::from(ttl)))
                    .unwrap();
                let key = match answer.metadata.response_code {
                    ResponseCode::NXDomain => (name, None),
                    _ => (name, Some(kind)),
                };
                if self.remembers.load(Ordering::Relaxed) {
                    self.known.insert(key, (answer.clone(), until));
                }
                (answer, i64::from(ttl))
            }
        };
        answer.metadata.id = query.metadata.id;
        answer.metadata.authoritative = false;
        answer.metadata.recursion_available = true;
        answer.queries = query.queries.clone();
        let left = u32::try_from(left).unwrap_or(0);
        for record in answer.answers.iter_mut().chain(&mut answer.authorities) {
            record.ttl = record.ttl.min(left);
        }
        Some(answer)
    }
}

/// For how long an answer may be remembered (RFC 2181 8, RFC 2308 5).
fn ttl(answer: &Message) -> u32 {
    let of_records = answer.answers.iter().map(|record| record.ttl).min();
    let of_absence = answer.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
        _ => None,
    });
    of_records.or(of_absence).unwrap_or(0)
}

async fn ask(server: SocketAddr, query: &Message) -> Option<Message> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.ok()?;
    socket.send_to(&query.to_vec().ok()?, server).await.ok()?;
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).await.ok()?;
    Message::from_vec(&buffer[..length]).ok()
}
