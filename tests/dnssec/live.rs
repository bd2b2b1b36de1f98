//! The tree on real servers: knot serves it, unbound resolves it and is the judge, and resolvers that do harm stand between.
//!
//! `dev/dns-servers` installs what it needs; without, these tests say so and are skipped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use tokio::net::UdpSocket;
use zegel::inquiry::{Dns, Kind, Need, Security};
use zegel::intent::Intent;
use zegel::judge::judge;
use zegel::world::{Config, Dnssec, Freshness, Passes, World};

use super::recording::{Recording, Row};

/// knot and unbound at work; they end with it.
pub(super) struct Tree {
    child: Child,
    pub(super) unbound: SocketAddr,
    /// The port of the zones' own servers, all of them at 127.0.0.1.
    pub(super) knot: u16,
    pub(super) anchor: String,
    pub(super) folder: tempfile::TempDir,
}

impl Drop for Tree {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The servers, or `None` where they are not installed.
pub(super) fn tree() -> Option<Tree> {
    let tools = [
        "python3",
        "knotd",
        "unbound",
        "ldns-signzone",
        "ldns-keygen",
        "ldns-key2ds",
    ];
    for tool in tools {
        let found = std::env::var_os("PATH")
            .into_iter()
            .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
            .chain([std::path::PathBuf::from("/usr/sbin")])
            .any(|folder| folder.join(tool).is_file());
        if !found {
            println!("SKIPPED: DNSSEC on real servers ({tool} is not installed: dev/dns-servers)");
            return None;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut child = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/dnssec/tree.py"))
        .arg("serve")
        .arg(folder.path())
        .env("PATH", format!("{path}:/usr/sbin"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).expect("the tree stands");
    let port = |key: &str| u16::try_from(said[key].as_u64().unwrap()).unwrap();
    Some(Tree {
        child,
        unbound: SocketAddr::from(([127, 0, 0, 1], port("unbound"))),
        knot: port("knot"),
        anchor: said["anchor"].as_str().unwrap().to_owned(),
        folder,
    })
}

fn world(tree: &Tree, resolver: SocketAddr, dnssec: Dnssec) -> World {
    World::new(Config {
        resolvers: vec![resolver],
        dnssec: Some(dnssec),
        trust_anchor: Some(tree.anchor.parse().unwrap()),
        ..Config::default()
    })
    .unwrap()
}

/// What Zegel can ask: its own record types.
fn question(row: &Row) -> Option<Dns> {
    let kind: Kind = row.kind.to_string().parse().ok()?;
    let name = row.name.to_string();
    Some(Dns::new(
        name.trim_end_matches('.').parse().or_else(|_| ".".parse()).ok()?,
        kind,
    ))
}

/// A resolver in front of another that spoils what it passes on.
pub(super) async fn forwarder(
    behind: SocketAddr,
    spoil: impl Fn(&Message, Message) -> Option<Message> + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    forwarder_at(([127, 0, 0, 1], 0).into(), behind, spoil).await
}

/// The same at an address of its own: in front of a name server it is one.
pub(super) async fn forwarder_at(
    at: SocketAddr,
    behind: SocketAddr,
    spoil: impl Fn(&Message, Message) -> Option<Message> + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = Arc::new(UdpSocket::bind(at).await.unwrap());
    let (address, count) = (socket.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let (spoil, counted) = (Arc::new(spoil), count.clone());
    tokio::spawn(async move {
        let mut buffer = vec![0; 4096];
        loop {
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
                return;
            };
            counted.fetch_add(1, Ordering::SeqCst);
            let (question, socket, spoil) = (buffer[..length].to_vec(), socket.clone(), spoil.clone());
            tokio::spawn(async move {
                let answer = put(behind, &question).await;
                let asked = Message::from_vec(&question).unwrap();
                let Ok(answer) = Message::from_vec(&answer) else {
                    return;
                };
                if let Some(answer) = spoil(&asked, answer) {
                    let _ = socket.send_to(&answer.to_vec().unwrap(), from).await;
                }
            });
        }
    });
    (address, count)
}

/// What comes back from a server for these octets.
async fn put(at: SocketAddr, question: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(at).await.unwrap();
    socket.send(question).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).await.unwrap();
    answer.truncate(length);
    answer
}

/// What a server says to a question as it stands.
pub(super) async fn say(at: SocketAddr, asked: &Message) -> Message {
    let answer = put(at, &asked.to_vec().unwrap()).await;
    Message::from_vec(&answer).unwrap()
}

pub(super) fn asks_for(message: &Message, kind: RecordType) -> bool {
    message.queries.iter().any(|query| query.query_type() == kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_on_real_servers_is_worth_what_it_is_and_costs_little() {
    let Some(tree) = tree() else { return };
    let recording = Recording::read();
    let world = world(&tree, tree.unbound, Dnssec::Auto);
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Validates));
    let settled = world
        .settle(std::time::Duration::from_secs(5), &Freshness::any(), |inquiry| {
            inquiry.ask(Dns::new("good.nl".parse().unwrap(), Kind::Mx), Need::Essential);
            inquiry.passes()
        })
        .await;
    assert_eq!(settled.verdict, Some(Passes::Validates), "a verdict says so too");
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for row in &recording.rows {
        let Some(question) = question(row) else { continue };
        asked += 1;
        let fact = world.ask(&question, None).await;
        let got = (fact.security.state(), fact.security.reason());
        if got != (row.state.as_str(), row.why.as_deref()) {
            wrong.push(format!(
                "{question}: want {} {:?}, got {:?}",
                row.state, row.why, fact.security
            ));
        }
        assert_eq!(
            fact.outcome.is_ok(),
            row.state != "Bogus",
            "{question}: {:?}",
            fact.outcome
        );
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let more = usize::try_from(world.validation_questions()).unwrap();
    let questions = asked + more;
    println!("{questions} questions for {asked} answers");
    assert!(
        questions * 10 <= asked * 16,
        "{questions} questions for {asked} answers"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn harmful_resolvers_accuse_no_domain_and_cost_little() {
    let Some(tree) = tree() else { return };
    // Without signatures.
    let (stripping, count) = forwarder(tree.unbound, |_, mut answer| {
        let kinds = [RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];
        answer
            .answers
            .retain(|record| !kinds.contains(&record.record_type()));
        answer
            .authorities
            .retain(|record| !kinds.contains(&record.record_type()));
        Some(answer)
    })
    .await;
    let auto = world(&tree, stripping, Dnssec::Auto);
    let required = world(&tree, stripping, Dnssec::Require);
    for name in ["_dmarc.good.nl", "_dmarc.plain.nl", "_dmarc.expired.nl"] {
        let question = Dns::new(name.parse().unwrap(), Kind::Txt);
        let fact = auto.ask(&question, None).await;
        // This one validates by itself: what it refuses stays refused.
        let known = name != "_dmarc.expired.nl";
        assert_eq!(
            (fact.outcome.is_ok(), &fact.security),
            (known, &Security::NotAsked),
            "{name}"
        );
        let fact = required.ask(&question, None).await;
        assert_eq!(
            fact.security.at().map(zegel::name::Name::as_str),
            Some("."),
            "{name}: {:?}",
            fact.security
        );
    }
    assert_eq!(auto.dnssec(), Some(Passes::Strips));
    let asked = count.load(Ordering::SeqCst);
    assert!(asked <= 12, "{asked}");

    // DS answered by the zone itself.
    let (wrong_side, count) = forwarder(tree.unbound, |asked, mut answer| {
        let at = asked.queries.first()?.name().clone();
        if asks_for(asked, RecordType::DS) && at.num_labels() == 2 {
            answer.answers.clear();
            answer.metadata.response_code = ResponseCode::NoError;
            answer.authorities.clear();
        }
        Some(answer)
    })
    .await;
    let world_ = world(&tree, wrong_side, Dnssec::Auto);
    let fact = world_
        .ask(&Dns::new("_dmarc.good.nl".parse().unwrap(), Kind::Txt), None)
        .await;
    let at = fact.security.at().map(zegel::name::Name::as_str);
    assert!(
        matches!(at, Some("nl" | "good.nl")),
        "never the domain: {:?}",
        fact.security
    );
    let asked = count.load(Ordering::SeqCst);
    assert!(asked <= 16, "{asked}");

    // Keys that never come.
    let no_keys = |asked: &Message, answer| (!asks_for(asked, RecordType::DNSKEY)).then_some(answer);
    let (silent, count) = forwarder(tree.unbound, no_keys).await;
    let began = std::time::Instant::now();
    let world_ = world(&tree, silent, Dnssec::Auto);
    let fact = world_
        .ask(&Dns::new("_dmarc.good.nl".parse().unwrap(), Kind::Txt), None)
        .await;
    assert!(fact.outcome.is_ok());
    assert_eq!(world_.dnssec(), Some(Passes::Unknown));
    let asked = count.load(Ordering::SeqCst);
    assert!(asked <= 8, "{asked}");
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// The whole way, from what the servers say to what a person is told.
#[tokio::test(flavor = "multi_thread")]
async fn what_endangers_a_domain_is_found_over_real_servers() {
    let Some(tree) = tree() else { return };
    let world = world(&tree, tree.unbound, Dnssec::Auto);
    for (domain, want) in [
        ("good.nl", &[][..]),
        ("p384.nl", &[]),
        ("plain.nl", &["SEC-001"]),
        ("island.nl", &["SEC-003"]),
        ("wrongdigest.nl", &["SEC-002"]),
        ("nokeys.nl", &["SEC-002"]),
        ("idlekey.nl", &["SEC-015"]),
        ("it50.nl", &["SEC-007"]),
        ("it150.nl", &["SEC-007"]),
        ("good.com", &["SEC-007"]),
        // What signs it hashes once more than it should, too.
        ("optout.nl", &["SEC-007", "SEC-009"]),
        ("sha1.nl", &["SEC-004"]),
        ("soon.nl", &["SEC-014"]),
        ("late.nl", &["SEC-008"]),
        ("expired.nl", &["SEC-008"]),
        ("orders.nl", &["SEC-010"]),
    ] {
        let intent = Intent::observe(domain.parse().unwrap(), Vec::new(), Vec::new());
        let (patience, fresh) = (std::time::Duration::from_secs(20), Freshness::any());
        let settled = world
            .settle(patience, &fresh, |inquiry| judge(&intent, inquiry, world.now()))
            .await;
        let mut found: Vec<_> = settled
            .verdict
            .findings
            .iter()
            .filter(|one| one.rule.id.starts_with("SEC-") && one.site.name().as_str() == domain)
            .map(|one| (one.rule.id, one.message.as_str()))
            .collect();
        found.dedup();
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, want, "{domain}: {found:?}");
    }
}

/// A resolver that sets AD and validates nothing is found out by a name that is known to be bogus; one that does not answer at
/// the root is tried with a name that it does answer.
#[tokio::test(flavor = "multi_thread")]
async fn the_controls_can_be_other_names() {
    let Some(tree) = tree() else { return };
    let (boaster, _) = forwarder(tree.unbound, |asked, mut answer| {
        answer.metadata.authentic_data = !asked.metadata.checking_disabled;
        answer.metadata.response_code = match answer.metadata.response_code {
            ResponseCode::ServFail => ResponseCode::NoError,
            other => other,
        };
        Some(answer)
    })
    .await;
    let (rootless, _) = forwarder(tree.unbound, |asked, mut answer| {
        let at_root = asked.queries.iter().any(|query| query.name().is_root());
        if at_root && asks_for(asked, RecordType::SOA) {
            answer.answers.clear();
            answer.metadata.response_code = ResponseCode::Refused;
        }
        Some(answer)
    })
    .await;
    let name = |text: &str| Some(text.parse().unwrap());
    for (resolver, sound, bogus, want) in [
        (tree.unbound, None, None, Passes::Validates),
        (tree.unbound, None, name("expired.nl"), Passes::Validates),
        (boaster, None, None, Passes::Validates),
        (boaster, None, name("expired.nl"), Passes::PassesOn),
        // Nothing is wrong with it: it tells nothing.
        (tree.unbound, None, name("good.nl"), Passes::PassesOn),
        (rootless, None, None, Passes::Unknown),
        (rootless, name("good.nl"), None, Passes::Validates),
        // No apex, but proven to be none.
        (rootless, name("mail.good.nl"), None, Passes::Validates),
        // It is proven to be unsigned, which nobody could who sees no signatures.
        (tree.unbound, name("plain.nl"), None, Passes::PassesOn),
    ] {
        let world = World::new(Config {
            resolvers: vec![resolver],
            dnssec: Some(Dnssec::Auto),
            trust_anchor: Some(tree.anchor.parse().unwrap()),
            dnssec_control: sound.clone(),
            dnssec_bogus_control: bogus.clone(),
            ..Config::default()
        })
        .unwrap();
        assert_eq!(world.look_for_dnssec().await, Some(want), "{sound:?} {bogus:?}");
    }
}
