//! `zegel lookup` over real servers: where a bogus name lies, and what can be said where a resolver keeps the cause back.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use hickory_proto::rr::rdata::opt::EdnsOption;
use jiff::Timestamp;
use zegel::inquiry::{Depth, Kind};
use zegel::report::Style;
use zegel::report::json::{Judged, line};
use zegel::report::lookup::LookupReport;
use zegel::world::{Config, Dnssec, Freshness, Passes, World};

use super::live::{Tree, asks_for, forwarder, tree};
use crate::json_page::Page;

fn world(tree: &Tree, resolver: std::net::SocketAddr, source: bool) -> World {
    World::new(Config {
        resolvers: vec![resolver],
        dnssec: Some(Dnssec::Auto),
        trust_anchor: Some(tree.anchor.parse().unwrap()),
        authority_port: tree.knot,
        ask_authorities: source,
        ..Config::default()
    })
    .unwrap()
}

async fn look(world: &World, name: &str, depth: Depth) -> LookupReport {
    let name = name.parse().unwrap();
    let fresh = Freshness::any().approaching(depth);
    let patience = std::time::Duration::from_secs(20);
    let settled = world
        .settle(patience, &fresh, |inquiry| {
            LookupReport::look(&name, Kind::Txt, inquiry)
        })
        .await;
    settled.verdict
}

/// A resolver that keeps to itself what it finds bogus says SERVFAIL, whoever asks: the keys of the zone tell why.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_resolver_keeps_back_is_bogus_where_the_keys_of_its_zone_are_and_else_not_known() {
    let Some(tree) = tree() else { return };
    let (closed, _) = forwarder(tree.unbound, |asked: &Message, mut answer: Message| {
        if asks_for(asked, RecordType::TXT) {
            answer.answers.clear();
            answer.authorities.clear();
            answer.metadata.response_code = ResponseCode::ServFail;
        }
        Some(answer)
    })
    .await;
    let world = world(&tree, closed, false);
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Validates));
    for (name, state, at, why) in [
        ("_dmarc.expired.nl", "Bogus", "expired.nl", "Expired"),
        ("_dmarc.wrongds.nl", "Bogus", "wrongds.nl", "DsMatchesNoKey"),
        ("nokeys.nl", "Bogus", "nokeys.nl", "NoDnskey"),
        // Nothing is wrong with its keys: it may be the record's signature, or the way to its servers.
        ("_dmarc.good.nl", "Indeterminate", "_dmarc.good.nl", "ServFail"),
        ("_dmarc.plain.nl", "Indeterminate", "_dmarc.plain.nl", "ServFail"),
    ] {
        let report = look(&world, name, Depth::Off).await;
        assert_eq!(report.recursive.outcome, "ServFail", "{name}");
        let security = &report.security;
        let said = (
            security.state,
            security.at.as_ref().map(ToString::to_string),
            security.why,
        );
        assert_eq!(
            said,
            (state, Some(at.to_owned()), Some(why)),
            "{name}: {security:?}"
        );
    }
}

/// A resolver that lets nobody look past its own validation: it ignores CD, and its keys too are kept back.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_resolver_that_ignores_cd_its_own_words_are_told_and_what_the_zones_servers_show() {
    let Some(tree) = tree() else { return };
    let (closed, _) = forwarder(tree.unbound, |asked: &Message, mut answer: Message| {
        let at = asked.queries[0].name().to_string();
        let is_broken = [
            "expired.nl.",
            "future.nl.",
            "wrongds.nl.",
            "nokeys.nl.",
            "nosig.nl.",
            "plain.nl.",
        ]
        .iter()
        .any(|zone| at.ends_with(zone));
        if is_broken && !asks_for(asked, RecordType::DS) {
            answer.answers.clear();
            answer.authorities.clear();
            answer.metadata.response_code = ResponseCode::ServFail;
            let mut said = vec![0, 6];
            said.extend(b"validation \x1b[31mfailure");
            if let Some(edns) = &mut answer.edns {
                edns.options_mut().insert(EdnsOption::Unknown(15, said));
            }
        }
        Some(answer)
    })
    .await;
    let world = world(&tree, closed, true);
    assert_eq!(world.look_for_dnssec().await, Some(Passes::Validates));
    let mut page = Page::read();
    for (name, cause) in [
        (
            "_dmarc.expired.nl",
            "at ns.expired.nl (127.0.0.1) the signature over it ended 2",
        ),
        (
            "_dmarc.future.nl",
            "at ns.future.nl (127.0.0.1) the signature over it begins only 2",
        ),
        (
            "_dmarc.wrongds.nl",
            "the DS that its parent has for wrongds.nl are for key ",
        ),
        (
            "_dmarc.nokeys.nl",
            "its parent has a DS for nokeys.nl, and at ns.nokeys.nl (127.0.0.1) that has no DNSKEY",
        ),
        (
            "_dmarc.nosig.nl",
            "its parent has a DS for nosig.nl, and at ns.nosig.nl (127.0.0.1) it is not signed",
        ),
        // Nothing can be wrong with the signatures of an unsigned zone.
        ("_dmarc.plain.nl", ""),
    ] {
        let report = look(&world, name, Depth::Closely).await;
        let security = &report.security;
        assert_eq!(
            (security.state, security.why),
            ("Indeterminate", Some("ServFail")),
            "{name}"
        );
        let message = security.message.clone().unwrap_or_default();
        let own = "the server answered SERVFAIL and explains it as EDE 6, DNSSEC Bogus: \"validation  [31mfailure\"";
        assert!(message.contains(own), "{name}: {message}");
        assert!(message.contains(cause), "{name}: {message}");
        assert_eq!(
            message.contains("keeps it back"),
            !cause.is_empty(),
            "{name}: {message}"
        );
        assert!(!message.contains('\x1b'), "{name}");
        let explained = report.recursive.explained.as_ref().unwrap();
        assert_eq!((explained.code, explained.meaning), (6, Some("DNSSEC Bogus")));
        let judged = Judged {
            outcome: "unknown",
            body: &report,
        };
        page.hold("lookup", &line(Timestamp::now(), &judged));
    }
}

/// The zone of a bogus name is found by what its own answer says, also where one server has the zone above too.
#[tokio::test(flavor = "multi_thread")]
async fn a_bogus_name_is_asked_at_the_servers_of_its_own_zone() {
    let Some(tree) = tree() else { return };
    let world = world(&tree, tree.unbound, true);
    for (name, zone) in [
        ("_dmarc.altered.nl", "altered.nl"),
        ("_dmarc.bad.good.nl", "bad.good.nl"),
        ("_dmarc.expired.nl", "expired.nl"),
        ("_dmarc.wrongds.nl", "wrongds.nl"),
        ("_dmarc.nokeys.nl", "nokeys.nl"),
        ("bad.good.nl", "bad.good.nl"),
    ] {
        let report = look(&world, name, Depth::Closely).await;
        let found = report.zone.as_ref().map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(zone), "{name}");
        let [server] = report.servers.as_slice() else {
            panic!("{name}: {:?}", report.servers)
        };
        let server = (server.name.to_string(), server.state);
        assert_eq!(server, (format!("ns.{zone}"), "Right"), "{name}");
    }
}

/// An alias leads into a zone that is broken: what was said, and where it led, explains why another zone is named. Nothing of it
/// counts.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_and_does_not_count_is_shown_apart_from_what_does() {
    let Some(tree) = tree() else { return };
    let (changing, _) = forwarder(tree.unbound, |asked: &Message, mut answer: Message| {
        // An absence that nobody proves, in place of what is there.
        if asked.queries[0].name().to_string() == "_dmarc.hashed.nl." && asks_for(asked, RecordType::TXT) {
            answer.answers.clear();
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        Some(answer)
    })
    .await;
    let policy = "v=DMARC1; p=reject";
    let mut page = Page::read();
    for (resolver, name, at, chain, unproven, said) in [
        (
            tree.unbound,
            "to-bogus.good.nl",
            Some("expired.nl"),
            &["_dmarc.expired.nl"][..],
            Some(("Records", &[policy][..])),
            "no usable answer (Bogus); not proven: v=DMARC1; p=reject",
        ),
        (
            tree.unbound,
            "_dmarc.expired.nl",
            Some("expired.nl"),
            &[],
            Some(("Records", &[policy])),
            "no usable answer (Bogus); not proven: v=DMARC1; p=reject",
        ),
        (
            tree.unbound,
            "nothing.nonsec.nl",
            Some("nonsec.nl"),
            &[],
            Some(("NxDomain", &[])),
            "no usable answer (Bogus); not proven: the name does not exist (NXDOMAIN)",
        ),
        (
            changing,
            "_dmarc.hashed.nl",
            Some("hashed.nl"),
            &[],
            Some(("NxDomain", &[])),
            "no usable answer (Stripped); not proven: the name does not exist (NXDOMAIN)",
        ),
        (
            tree.unbound,
            "to-data.good.nl",
            None,
            &["_dmarc.good.nl"],
            None,
            policy,
        ),
    ] {
        let report = look(&world(&tree, resolver, true), name, Depth::Closely).await;
        let recursive = &report.recursive;
        let found = recursive.unproven.as_ref();
        let found = found.map(|said| {
            (
                said.outcome,
                said.values.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        });
        let wanted = unproven.map(|(outcome, values)| (outcome, values.to_vec()));
        assert_eq!(found, wanted, "{name}: {recursive:?}");
        assert_eq!(
            recursive.values.is_empty(),
            unproven.is_some(),
            "{name}: {recursive:?}"
        );
        let aliases: Vec<&str> = recursive.chain.iter().map(zegel::name::Name::as_str).collect();
        assert_eq!(aliases, chain, "{name}");
        let shown = report.security.at.as_ref().map(zegel::name::Name::as_str);
        assert_eq!(shown, at, "{name}: {:?}", report.security);
        let table = report.text(Style::PLAIN);
        let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(said), "{name}: {table}");
        let is_told = |alias: &&str| flat.contains(&format!("aliases {alias}"));
        assert!(chain.iter().all(is_told), "{name}: {table}");
        let judged = Judged {
            outcome: "wrong",
            body: &report,
        };
        page.hold("lookup", &line(Timestamp::now(), &judged));
    }
}
