//! One authority asked itself: without recursion, for what it holds, and politely.

use std::net::IpAddr;

use zegel::inquiry::{Answer, Dns, Kind, Security, Soa, Trouble, View};
use zegel::name::Name;
use zegel::world::{Config, Health, World};

use super::dns::{DnsServer, Fault, REFUSED, SERVFAIL};
use super::{hasty, name, question, text, world};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A world whose resolver and whose authority are two servers.
fn both(resolver: &DnsServer, authority: &DnsServer) -> World {
    world(Config {
        authority_port: authority.address().port(),
        ..hasty(&[resolver])
    })
}

fn at_home(owner: &str, kind: Kind) -> Dns {
    question(owner, kind).at(HOME)
}

#[tokio::test]
async fn an_authority_is_asked_for_what_it_holds_and_the_resolver_for_what_it_sees() {
    let (resolver, authority) = (
        DnsServer::start("voorbeeld.nl 300 TXT oud"),
        DnsServer::start("voorbeeld.nl 3600 TXT nieuw\nvoorbeeld.nl 900 SOA 120"),
    );
    authority.authoritative(true);
    let world = both(&resolver, &authority);
    let seen = world.ask(&question("voorbeeld.nl", Kind::Txt), None).await;
    let held = world.ask(&at_home("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!((&seen.outcome, &held.outcome), (&text("oud"), &text("nieuw")));
    assert_eq!(
        (seen.source.authoritative, held.source.authoritative),
        (false, true)
    );
    assert_eq!(held.source.server, Some(authority.address()));
    assert_eq!(held.security, Security::NotAsked);
    assert_eq!(
        (authority.seen().total(), authority.seen().recursion_desired),
        (1, 0)
    );
    assert_eq!(resolver.seen().recursion_desired, 1);
    // Each is remembered as its own.
    world.ask(&at_home("voorbeeld.nl", Kind::Txt), None).await;
    assert_eq!(authority.seen().total(), 1);
}

#[tokio::test]
async fn a_denial_and_a_start_of_authority_say_which_version_of_the_zone_spoke() {
    let authority = DnsServer::start("voorbeeld.nl 900 SOA 120");
    authority.authoritative(true);
    let world = both(&authority, &authority);
    let soa = |ttl| Soa {
        owner: name("voorbeeld.nl"),
        serial: 1,
        minimum: 120,
        ttl,
    };
    for (owner, kind, soa) in [
        ("weg.voorbeeld.nl", Kind::Txt, Some(soa(900))),
        ("voorbeeld.nl", Kind::Txt, Some(soa(900))),
        ("voorbeeld.nl", Kind::Soa, Some(soa(900))),
    ] {
        let fact = world.ask(&at_home(owner, kind), None).await;
        assert_eq!(fact.source.soa, soa, "{owner} {kind}: {:?}", fact.outcome);
    }
}

#[tokio::test]
async fn who_answers_without_authority_is_lame_whatever_else_it_can() {
    let cache = DnsServer::start("voorbeeld.nl TXT x");
    let fact = both(&cache, &cache)
        .ask(&at_home("voorbeeld.nl", Kind::Txt), None)
        .await;
    assert_eq!(fact.outcome, Err(Trouble::Lame));
}

#[tokio::test]
async fn an_alias_that_leads_away_ends_at_the_authority_it_leaves() {
    let authority = DnsServer::start("a.example CNAME b.elders");
    authority.authoritative(true);
    authority.fail("a.example", Fault::OneLink);
    let fact = both(&authority, &authority)
        .ask(&at_home("a.example", Kind::Txt), None)
        .await;
    assert_eq!(
        (&fact.outcome, fact.chain()),
        (&Err(Trouble::Lame), &[name("b.elders")][..])
    );
    assert_eq!(authority.asked("b.elders", "TXT"), 0);
    let alias = both(&authority, &authority)
        .ask(&at_home("a.example", Kind::Cname), None)
        .await;
    assert!(matches!(alias.outcome, Ok(Answer::Records(_))));
}

/// Who answered for one zone is there, whatever is lost of a question for another; who never did is not.
#[tokio::test]
async fn that_an_authority_was_heard_is_told_where_it_says_nothing_now() {
    let (resolver, authority) = (DnsServer::start(""), DnsServer::start("a.example TXT x"));
    authority.authoritative(true);
    authority.fail("b.example", Fault::Silent);
    authority.fail("c.example", Fault::Silent);
    let world = both(&resolver, &authority);
    let silent = world.ask(&at_home("c.example", Kind::Txt), None).await;
    assert_eq!(
        (silent.outcome.clone(), &silent.source.heard_at),
        (Err(Trouble::Timeout), &None)
    );
    let answered = world.ask(&at_home("a.example", Kind::Txt), None).await;
    assert_eq!(
        (&answered.outcome, &answered.source.heard_at),
        (&text("x"), &None)
    );
    let lost = world.ask(&at_home("b.example", Kind::Txt), None).await;
    assert_eq!(lost.outcome, Err(Trouble::Timeout));
    assert!(lost.source.direct.is_none());
    assert!(
        lost.source
            .heard_at
            .as_deref()
            .is_some_and(|at| *at <= lost.seen_at)
    );
    // Of a resolver nothing of the kind is told.
    let asked = world.ask(&question("b.example", Kind::Txt), None).await;
    assert_eq!(asked.source.heard_at, None);
}

#[tokio::test]
async fn each_view_has_a_health_of_its_own_and_refusal_is_no_illness_of_an_authority() {
    let (resolver, authority) = (DnsServer::start(""), DnsServer::start(""));
    for (fault, silent) in [(REFUSED, false), (SERVFAIL, false), (Fault::Silent, true)] {
        authority.fail_all(fault);
        let world = both(&resolver, &authority);
        authority.forget();
        for n in 0..4 {
            world
                .ask(&at_home(&format!("n{n}.example"), Kind::Txt), None)
                .await;
        }
        if silent {
            authority
                .until(|seen| seen.questions.keys().any(|(name, _)| *name == Name::root()))
                .await;
            while world.health_of(View::Authority(HOME)) == Health::Answering {
                tokio::task::yield_now().await;
            }
        }
        let health = world.health_of(View::Authority(HOME));
        assert_eq!(
            matches!(health, Health::Silent { .. }),
            silent,
            "{fault:?}: {health:?}"
        );
        assert_eq!(world.health(), Health::Answering, "{fault:?}");
    }
}
