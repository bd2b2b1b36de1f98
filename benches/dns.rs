//! Questions a second over loopback, beside a plain hickory resolver against the same server in the same run.
//!
//! `cargo bench --bench dns` (or `--profile dev`). Both ask 20 000 different names, 64 at a time, nothing
//! remembered; only the ratio means anything, for the server, in the same process, takes most of the time. Then the
//! world answers 20 000 askers of 100 names, to show what sharing saves.

#[path = "../tests/support/dns.rs"]
mod dns;

use std::time::Instant;

use dns::DnsServer;
use futures::stream::{self, StreamExt};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RecordType;
use zegel::inquiry::{Answer, Dns, Kind};
use zegel::world::{Config, World};

const QUESTIONS: usize = 20_000;
const AT_ONCE: usize = 64;

#[tokio::main]
async fn main() {
    let server = DnsServer::start("*.voorbeeld.nl 3600 TXT v=spf1 include:_spf.voorbeeld.nl -all");
    let config = Config {
        resolvers: vec![server.address()],
        ..Config::default()
    };
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..3 {
        let world = World::new(config.clone()).expect("a resolver was given");
        rates[0].push(rate(|n| ask_world(&world, format!("z{round}-{n}.voorbeeld.nl"))).await);
        let plain = plain(&server);
        rates[1].push(rate(|n| ask_plain(&plain, format!("h{round}-{n}.voorbeeld.nl."))).await);
    }
    let [ours, theirs] = rates.map(median);
    println!(
        "different names: {ours:.0}/s, plain hickory {theirs:.0}/s, ratio {:.2}",
        ours / theirs
    );

    server.forget();
    let world = World::new(config).expect("a resolver was given");
    let shared = rate(|n| ask_world(&world, format!("s{}.voorbeeld.nl", n % 100))).await;
    let sent = server.seen().total();
    println!("the same 100 names: {shared:.0}/s, {QUESTIONS} asked, {sent} sent");
}

async fn rate<F: Future<Output = ()>>(ask: impl Fn(usize) -> F) -> f64 {
    let began = Instant::now();
    stream::iter(0..QUESTIONS)
        .map(ask)
        .buffer_unordered(AT_ONCE)
        .for_each(|()| async {})
        .await;
    QUESTIONS as f64 / began.elapsed().as_secs_f64()
}

async fn ask_world(world: &World, name: String) {
    let question = Dns::new(name.parse().expect("a name"), Kind::Txt);
    let fact = world.ask(&question, None).await;
    assert!(matches!(fact.outcome, Ok(Answer::Records(_))), "{fact:?}");
}

async fn ask_plain(resolver: &TokioResolver, name: String) {
    let found = resolver.lookup(name, RecordType::TXT).await.expect("an answer");
    assert!(!found.answers().is_empty());
}

fn plain(server: &DnsServer) -> TokioResolver {
    let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
    (udp.port, tcp.port) = (server.address().port(), server.address().port());
    let server = NameServerConfig::new(server.address().ip(), true, vec![udp, tcp]);
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().cache_size = 0;
    builder.build().expect("a resolver")
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
