//! Two servers of one zone that differ: the same records, one of them signed well, the other not, or by other keys. An honest resolver
//! asks now this one, now that one, and mixes what they say: it is the zone that is broken, for whoever happens to get it so, and
//! the resolver is not to blame.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::time::timeout;
use zegel::inquiry::{Kind, Security};
use zegel::world::{Dnssec, Passes};

use super::harmful::{question, unsigned_texts, world};
use super::live::{Tree, asks_for, forwarder, say, tree};

/// A zone with a DS for a second key, which its own server does not have.
const ZONE: &str = "twods.nl";

/// A second server of it.
struct Second {
    child: Child,
    at: SocketAddr,
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(tree: &Tree, program: &str, args: &[&str]) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let done = Command::new(program)
        .env("PATH", format!("{path}:/usr/sbin"))
        .current_dir(tree.folder.path())
        .args(args)
        .output()
        .unwrap();
    assert!(done.status.success(), "{program} {args:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// The files of the zone's keys, without their endings: first those that it is signed by, then that of the other DS.
fn keys(tree: &Tree) -> (Vec<String>, String) {
    let signed = std::fs::read_to_string(tree.folder.path().join("twods_nl.signed")).unwrap();
    let (mut own, mut other) = (Vec::new(), None);
    for entry in std::fs::read_dir(tree.folder.path()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(key) = file
            .strip_suffix(".key")
            .filter(|key| key.starts_with("Ktwods.nl."))
        else {
            continue;
        };
        let text = std::fs::read_to_string(tree.folder.path().join(&file)).unwrap();
        let octets = text.split(';').next().unwrap().split_whitespace().last().unwrap();
        match signed.contains(octets) {
            true => own.push(key.to_owned()),
            false => other = Some(key.to_owned()),
        }
    }
    (own, other.expect("a key that no server has"))
}

/// The zone as the second server has it, signed so.
fn sign(tree: &Tree, dates: &[&str], keys: &[&str]) {
    let to = ["-o", "twods.nl.", "-f", "second.signed", "twods_nl.zone"];
    run(tree, "ldns-signzone", &[dates, &to[..], keys].concat());
}

/// A knot of its own at 127.0.0.25, with the zone as it was signed last.
async fn second(tree: &Tree) -> Second {
    let folder = tree.folder.path();
    std::fs::create_dir_all(folder.join("run2")).unwrap();
    let address = Ipv4Addr::new(127, 0, 0, 25);
    let conf = format!(
        "server:\n    rundir: {folder}/run2\n    listen: {address}@{port}\ndatabase:\n    storage: {folder}/db2\ntemplate:\n  - id: default\n    storage: {folder}\n    \
         semantic-checks: off\n    zonefile-sync: -1\n    journal-content: none\nzone:\n  - domain: {ZONE}.\n    file: second.signed\n",
        folder = folder.display(),
        port = tree.knot,
    );
    std::fs::write(folder.join("second.conf"), conf).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let child = Command::new("knotd")
        .env("PATH", format!("{path}:/usr/sbin"))
        .arg("-c")
        .arg(folder.join("second.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let second = Second {
        child,
        at: (address, tree.knot).into(),
    };
    let until = Instant::now() + Duration::from_secs(20);
    while !answers(second.at).await {
        assert!(Instant::now() < until, "the second server does not answer");
    }
    second
}

async fn answers(at: SocketAddr) -> bool {
    let mut query = Message::query();
    query.add_query(Query::query(
        Name::from_ascii("twods.nl.").unwrap(),
        RecordType::SOA,
    ));
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(at).await.unwrap();
    let _ = socket.send(&query.to_vec().unwrap()).await;
    let mut answer = vec![0; 4096];
    match timeout(Duration::from_millis(100), socket.recv(&mut answer)).await {
        Ok(Ok(length)) => Message::from_vec(&answer[..length]).is_ok_and(|answer| !answer.answers.is_empty()),
        // Nothing listens there yet, and that is told at once.
        Ok(Err(_)) => {
            tokio::time::sleep(Duration::from_millis(20)).await;
            false
        }
        Err(_) => false,
    }
}

/// A resolver that knows both servers, and has what this says it has from the second.
async fn mixing(
    tree: &Tree,
    second: SocketAddr,
    is_from_the_second: fn(&Message) -> bool,
    strips: bool,
) -> SocketAddr {
    let handle = tokio::runtime::Handle::current();
    let (resolver, _) = forwarder(tree.unbound, move |asked, mut answer| {
        let name = asked.queries[0].name().to_string();
        let is_below = name.ends_with("twods.nl.") && !asks_for(asked, RecordType::DS);
        if is_below && is_from_the_second(asked) {
            answer = tokio::task::block_in_place(|| handle.block_on(say(second, asked)));
            answer.metadata.authoritative = false;
            answer.metadata.recursion_available = true;
        }
        if name == "ns.twods.nl." && asks_for(asked, RecordType::A) {
            let data = RData::A(A(Ipv4Addr::new(127, 0, 0, 25)));
            answer
                .answers
                .push(Record::from_rdata(asked.queries[0].name().clone(), 3600, data));
        }
        match strips {
            true => unsigned_texts(asked, answer),
            false => Some(answer),
        }
    })
    .await;
    resolver
}

fn texts(asked: &Message) -> bool {
    asks_for(asked, RecordType::TXT)
}

fn keys_alone(asked: &Message) -> bool {
    asks_for(asked, RecordType::DNSKEY)
}

fn everything(_: &Message) -> bool {
    true
}

fn nothing(_: &Message) -> bool {
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_that_differ_the_zone_is_to_blame_and_not_who_mixes_them() {
    let Some(tree) = tree() else { return };
    let (own, other) = keys(&tree);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let stranger = run(
        &tree,
        "ldns-keygen",
        &["-a", "ECDSAP256SHA256", "-k", "twods.nl."],
    );
    type Mix = (&'static str, fn(&Message) -> bool);
    let (both, of_texts, of_keys, none): (Mix, Mix, Mix, Mix) = (
        ("all from the second", everything),
        ("texts from the second", texts),
        ("keys from the second", keys_alone),
        ("all from the first", nothing),
    );
    let ended = ["-i", "20200101000000", "-e", "20200201000000"];
    let mut wrong = Vec::new();
    for (what, dates, keys, rows) in [
        (
            "signatures that ended",
            &ended[..],
            own.clone(),
            &[
                (both, Some("Expired")),
                (of_texts, Some("Expired")),
                (of_keys, Some("Expired")),
                (none, None),
            ][..],
        ),
        (
            "keys that no DS is for",
            &[],
            vec![stranger.as_str()],
            &[
                (both, Some("DsMatchesNoKey")),
                (of_texts, Some("DsMatchesNoKey")),
                (of_keys, Some("DsMatchesNoKey")),
                (none, None),
            ],
        ),
        (
            // Who gets all of it from one of them is well off.
            "keys of the other DS, which the first has not",
            &[],
            vec![other.as_str()],
            &[
                (both, None),
                (of_texts, Some("NoMatchingKey")),
                (of_keys, Some("NoMatchingKey")),
                (none, None),
            ],
        ),
        (
            "no signatures",
            &[],
            vec![],
            &[
                (both, Some("NoDnskey")),
                (of_texts, Some("NoSignature")),
                (of_keys, Some("NoDnskey")),
                (none, None),
            ],
        ),
    ] {
        match keys.is_empty() {
            true => {
                let folder = tree.folder.path();
                std::fs::copy(folder.join("twods_nl.zone"), folder.join("second.signed")).unwrap();
            }
            false => sign(&tree, dates, &keys),
        }
        let second = second(&tree).await;
        for ((mix, is_from_the_second), why) in rows {
            let resolver = mixing(&tree, second.at, *is_from_the_second, false).await;
            let world = world(&tree, resolver, Dnssec::Auto, true);
            for name in ["_dmarc.twods.nl", "twods.nl", "_dmarc.twods.nl"] {
                let fact = world.ask(&question((name, Kind::Txt)), None).await;
                let at = fact.security.at().map(zegel::name::Name::as_str);
                let is_right = match why {
                    Some(why) => {
                        let said = (fact.security.state(), at, fact.security.reason());
                        said == ("Bogus", Some(ZONE), Some(*why))
                    }
                    None => fact.security == Security::Secure,
                };
                if !is_right {
                    wrong.push(format!(
                        "{what}, {mix}, {name}: want {why:?}, got {:?}",
                        fact.security
                    ));
                }
                if world.dnssec() != Some(Passes::Validates) {
                    wrong.push(format!(
                        "{what}, {mix}, {name}: the resolver is {:?}",
                        world.dnssec()
                    ));
                }
            }
        }
        // Behind a resolver that does harm beside, what the servers show is told all the same.
        let resolver = mixing(&tree, second.at, nothing, true).await;
        let world = world(&tree, resolver, Dnssec::Auto, true);
        let fact = world.ask(&question(("_dmarc.twods.nl", Kind::Txt)), None).await;
        if fact.security.state() != "Bogus" {
            wrong.push(format!("{what}, stripped: {:?}", fact.security));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
