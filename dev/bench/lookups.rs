//! Looks a list of questions up and makes nothing of the answers: what `make bench` holds Zegel's looks beside.
//!
//! ```text
//! lookups lean|hickory RESOLVER FILE        FILE: one question a line, `voorbeeld.nl TXT`
//! ```
//!
//! `lean` is the raw limit of this machine: two threads, each with one UDP socket and as many questions on the wire as Zegel
//! has in all of them, written beforehand, matched by their number, never read. `hickory` is hickory-resolver asked the
//! same, by as many tasks, nothing remembered.

use std::collections::HashMap;
use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

/// As many questions are on the wire at once, over all threads: as many as Zegel has unless it is told otherwise.
const AT_ONCE: usize = 64;

const THREADS: usize = 2;

type Question = (Name, RecordType);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how, resolver, file] = arguments.as_slice() else {
        return Err("usage: lookups lean|hickory RESOLVER FILE".into());
    };
    let resolver: SocketAddr = resolver.parse()?;
    let questions = std::fs::read_to_string(file)?
        .lines()
        .map(question)
        .collect::<Result<Vec<_>, _>>()?;
    let began = Instant::now();
    let answered = match how.as_str() {
        "lean" => lean(resolver, &questions)?,
        "hickory" => tokio::runtime::Runtime::new()?.block_on(hickory(resolver, &questions))?,
        other => return Err(format!("want lean or hickory, found {other}").into()),
    };
    println!(
        "{{\"questions\": {}, \"answered\": {answered}, \"seconds\": {:.3}}}",
        questions.len(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

fn question(line: &str) -> Result<Question, Box<dyn Error>> {
    let (name, kind) = line
        .split_once(' ')
        .ok_or("want a name and a type in each line")?;
    let mut name = Name::from_ascii(name)?;
    name.set_fqdn(true);
    let kind = match kind {
        "SPF" => RecordType::Unknown(99),
        kind => kind.parse()?,
    };
    Ok((name, kind))
}

/// How many were answered by the thinnest client there is.
fn lean(resolver: SocketAddr, questions: &[Question]) -> Result<usize, Box<dyn Error>> {
    let share = questions.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = questions
            .chunks(share)
            .map(|share| scope.spawn(move || lean_share(resolver, share).map_err(|error| error.to_string())))
            .collect();
        let mut answered = 0;
        for thread in threads {
            answered += thread.join().map_err(|_| "a thread ended early")??;
        }
        Ok(answered)
    })
}

fn lean_share(resolver: SocketAddr, questions: &[Question]) -> Result<usize, Box<dyn Error>> {
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.connect(resolver)?;
    socket.set_read_timeout(Some(Duration::from_secs(3)))?;
    let mut on_the_wire: HashMap<u16, usize> = HashMap::new();
    let (mut next, mut answered, mut id) = (0, 0, 0_u16);
    let mut buffer = [0; 4096];
    loop {
        while on_the_wire.len() < AT_ONCE / THREADS
            && let Some(question) = questions.get(next)
        {
            id = id.wrapping_add(1);
            socket.send(&message(id, question)?)?;
            on_the_wire.insert(id, next);
            next += 1;
        }
        if on_the_wire.is_empty() {
            return Ok(answered);
        }
        match socket.recv(&mut buffer) {
            Ok(length) if length >= 12 => {
                answered += usize::from(
                    on_the_wire
                        .remove(&u16::from_be_bytes([buffer[0], buffer[1]]))
                        .is_some(),
                );
            }
            Ok(_) => {}
            // What is lost is lost: nothing is asked twice.
            Err(_) => on_the_wire.clear(),
        }
    }
}

fn message(id: u16, (name, kind): &Question) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut message = Message::query();
    message.metadata.id = id;
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name.clone(), *kind));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    Ok(message.to_vec()?)
}

/// How many were answered by hickory-resolver; an absence is an answer.
async fn hickory(resolver: SocketAddr, questions: &[Question]) -> Result<usize, Box<dyn Error>> {
    let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
    (udp.port, tcp.port) = (resolver.port(), resolver.port());
    let server = NameServerConfig::new(resolver.ip(), true, vec![udp, tcp]);
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().cache_size = 0;
    let resolver = builder.build()?;
    // Tasks of their own, so that both cores work as they do for Zegel.
    let asked = stream::iter(questions.iter().cloned())
        .map(|(name, kind)| {
            let resolver = resolver.clone();
            tokio::spawn(async move {
                match resolver.lookup(name, kind).await {
                    Ok(_) => true,
                    Err(error) => error.is_no_records_found(),
                }
            })
        })
        .buffer_unordered(AT_ONCE);
    Ok(asked
        .filter(|answered| std::future::ready(matches!(answered, Ok(true))))
        .count()
        .await)
}
