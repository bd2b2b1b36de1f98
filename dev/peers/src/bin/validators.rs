//! A long run of one validator over names nobody asked before: whether what it holds grows with what it answered.
//!
//! ```text
//! validators zegel|hickory RESOLVER ANCHOR ANSWERS      ANCHOR: a DNSKEY record of the root, in words
//! ```
//!
//! Every question is for a new name: absent in a zone of NSEC3, or made by a wildcard. One question is on the wire at a time,
//! so that CPU is all that is compared; Zegel's own memory of answers is switched off, for hickory's handle has none.
//! After each tenth part a line of JSON says how many answers there were, what they cost and what is held by then.
//! `dev/dnssec/validators.py` builds the tree and runs both.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt;
use hickory_net::dnssec::DnssecDnsHandle;
use hickory_net::proto::dnssec::{Proof, TrustAnchors};
use hickory_net::proto::op::{DnsRequest, DnsRequestOptions, Query};
use hickory_net::proto::rr::{Name, RecordType};
use hickory_net::runtime::TokioRuntimeProvider;
use hickory_net::udp::UdpClientStream;
use hickory_net::xfer::DnsHandle;
use zegel::inquiry::{Dns, Kind, Security};
use zegel::world::{CacheBounds, Config, Dnssec, World};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [which, resolver, anchor, answers] = arguments.as_slice() else {
        return Err("usage: validators zegel|hickory RESOLVER ANCHOR ANSWERS".into());
    };
    let (resolver, answers): (SocketAddr, usize) = (resolver.parse()?, answers.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match which.as_str() {
        "zegel" => runtime.block_on(zegel(resolver, anchor, answers)),
        "hickory" => runtime.block_on(hickory(resolver, anchor, answers)),
        other => Err(format!("want zegel or hickory, found {other}").into()),
    }
}

/// The name of question `number`.
fn name(number: usize) -> String {
    match number % 2 {
        0 => format!("n{number}.hashed.nl."),
        _ => format!("n{number}.w.hashed.nl."),
    }
}

async fn zegel(resolver: SocketAddr, anchor: &str, answers: usize) -> Result<(), Box<dyn Error>> {
    let world = World::new(Config {
        resolvers: vec![resolver],
        dnssec: Some(Dnssec::Auto),
        trust_anchor: Some(anchor.parse().map_err(|why| format!("{why:?}"))?),
        ask_authorities: false,
        cache: CacheBounds {
            entries: 16,
            ..Config::default().cache
        },
        ..Config::default()
    })?;
    let mut secure = 0;
    for number in 1..=answers {
        let question = Dns::new(name(number).trim_end_matches('.').parse()?, Kind::Txt);
        let fact = world.ask(&question, None).await;
        secure += usize::from(fact.security == Security::Secure);
        if number % (answers / 10).max(1) == 0 {
            tell(number, secure, world.questions())?;
        }
    }
    Ok(())
}

/// Counts what is put to the resolver.
#[derive(Clone)]
struct Counted<H>(H, Arc<AtomicU64>);

impl<H: DnsHandle> DnsHandle for Counted<H> {
    type Response = H::Response;
    type Runtime = H::Runtime;

    fn send(&self, request: DnsRequest) -> Self::Response {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.send(request)
    }
}

async fn hickory(resolver: SocketAddr, anchor: &str, answers: usize) -> Result<(), Box<dyn Error>> {
    let anchors: TrustAnchors = anchor.parse().map_err(|why| format!("{why:?}"))?;
    let exchange = UdpClientStream::builder(resolver, TokioRuntimeProvider::default()).exchange();
    let counted = Counted(exchange, Arc::default());
    let asked = counted.1.clone();
    let validator = DnssecDnsHandle::with_trust_anchor(counted, Arc::new(anchors));
    let mut secure = 0;
    for number in 1..=answers {
        let query = Query::query(Name::from_ascii(name(number))?, RecordType::TXT);
        let mut options = DnsRequestOptions::default();
        options.use_edns = true;
        options.edns_set_dnssec_ok = true;
        options.recursion_desired = true;
        let is_secure = match validator.lookup(query, options).next().await {
            Some(Ok(response)) => {
                let mut records = response.answers.iter().chain(&response.authorities).peekable();
                records.peek().is_some() && records.all(|record| record.proof == Proof::Secure)
            }
            // What it calls absent and proven is an error too.
            Some(Err(why)) => format!("{why:?}").contains("Secure"),
            None => false,
        };
        secure += usize::from(is_secure);
        if number % (answers / 10).max(1) == 0 {
            tell(number, secure, asked.load(Ordering::Relaxed))?;
        }
    }
    Ok(())
}

/// What it cost so far: milliseconds of CPU (Linux counts in hundredths of a second), and what is resident.
fn tell(answers: usize, secure: usize, questions: u64) -> Result<(), Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.unwrap_or_default().trim().trim_end_matches(" kB");
    println!(
        "{{\"answers\": {answers}, \"secure\": {secure}, \"questions\": {questions}, \"cpu_ms\": {}, \"rss_kib\": {resident}}}",
        ticks * 10
    );
    Ok(())
}
