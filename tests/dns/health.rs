//! Whether DNS works is told by the resolver's own pulse, never by how many domains are broken.

use zegel::inquiry::{Kind, Trouble};
use zegel::world::{Health, World};

use super::dns::{DnsServer, Fault, REFUSED, SERVFAIL};
use super::{Hands, hasty, patient, question};

/// Asks for `names` names that nobody asked for before, one after the other.
async fn ask(world: &World, names: usize) {
    for n in 0..names {
        world
            .ask(&question(&format!("n{n}.stuk.example"), Kind::Txt), None)
            .await;
    }
}

/// Waits until the control question has been asked, and what came of it is known.
async fn controlled(servers: &[&DnsServer], world: &World, wished: impl Fn(Health) -> bool) -> Health {
    for server in servers {
        server.until(|seen| asked_root(seen) > 0).await;
    }
    loop {
        let health = world.health();
        if wished(health) {
            return health;
        }
        tokio::task::yield_now().await;
    }
}

fn asked_root(seen: &super::dns::Seen) -> usize {
    let questions = seen.questions.iter();
    questions
        .filter(|((name, _), _)| name.is_root())
        .map(|(_, count)| count)
        .sum()
}

fn is_silent(health: Health) -> bool {
    matches!(health, Health::Silent { .. })
}

#[tokio::test]
async fn broken_domains_never_make_the_resolver_silent() {
    for fault in [
        SERVFAIL,
        REFUSED,
        Fault::Lame,
        Fault::Garbage,
        Fault::AboutOthers,
        Fault::Silent,
    ] {
        let server = DnsServer::start(". NS a.root-servers.net");
        for n in 0..12 {
            server.fail(&format!("n{n}.stuk.example"), fault);
        }
        let world = world_of(&[&server]);
        ask(&world, 12).await;
        server.until(|seen| asked_root(seen) > 0).await;
        assert_eq!(world.health(), Health::Answering, "{fault:?}");
        assert_eq!(
            server.asked(".", "NS"),
            1,
            "{fault:?}: one control question for all of them"
        );
    }
}

#[tokio::test]
async fn a_resolver_that_answers_nothing_is_silent_since_the_first_question_it_left_open() {
    for (fault, why) in [
        (SERVFAIL, Trouble::ServFail),
        (REFUSED, Trouble::Refused),
        (Fault::Silent, Trouble::Timeout),
    ] {
        let server = DnsServer::start("werkt.example TXT x");
        let hands = Hands::new();
        let world = hands.world(hasty(&[&server]));
        world.ask(&question("werkt.example", Kind::Txt), None).await;
        server.fail_all(fault);
        let since = hands.now();
        ask(&world, 2).await;
        assert_eq!(world.health(), Health::Answering, "{fault:?}: two prove nothing");
        hands.forward(5);
        ask(&world, 4).await;
        let health = controlled(&[&server], &world, is_silent).await;
        assert_eq!(health, Health::Silent { since, why }, "{fault:?}");

        server.heal();
        hands.forward(60);
        world.ask(&question("werkt.example", Kind::Mx), None).await;
        assert_eq!(world.health(), Health::Answering, "{fault:?}: any answer ends it");
    }
}

#[tokio::test]
async fn one_resolver_that_answers_is_enough() {
    let (silent, other) = (DnsServer::start(""), DnsServer::start(""));
    silent.fail_all(SERVFAIL);
    let world = world_of(&[&silent, &other]);
    ask(&world, 6).await;
    silent.until(|seen| asked_root(seen) > 0).await;
    assert_eq!(world.health(), Health::Answering);
    other.fail_all(REFUSED);
    for n in 0..6 {
        world
            .ask(&question(&format!("n{n}.ander.example"), Kind::Txt), None)
            .await;
    }
    let health = controlled(&[&silent, &other], &world, is_silent).await;
    assert!(
        matches!(
            health,
            Health::Silent {
                why: Trouble::ServFail,
                ..
            }
        ),
        "{health:?}"
    );
}

#[tokio::test]
async fn nobody_was_asked_yet_is_no_silence() {
    let mut server = DnsServer::start("");
    server.stop();
    assert_eq!(world_of(&[&server]).health(), Health::Answering);
}

fn world_of(servers: &[&DnsServer]) -> World {
    // Half a second is enough where nobody is silent, and short where somebody is.
    match servers {
        [_] => super::world(hasty(servers)),
        _ => super::world(patient(servers)),
    }
}
