//! What is said when no answer can be had, and who is asked next.

use std::num::NonZeroU32;
use std::sync::Arc;

use zegel::inquiry::{Answer, Fact, Kind, Trouble};
use zegel::world::Config;

use super::dns::{DnsServer, Fault, NOTIMP, REFUSED, SERVFAIL};
use super::{Hands, hasty, patient, question, text, world};

const ZONE: &str = "voorbeeld.nl TXT v=spf1 -all";

async fn ask(config: Config) -> Arc<Fact> {
    world(config)
        .ask(&question("voorbeeld.nl", Kind::Txt), None)
        .await
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let server = DnsServer::start(ZONE);
    let table = [
        (SERVFAIL, Trouble::ServFail),
        (REFUSED, Trouble::Refused),
        (NOTIMP, Trouble::OtherRcode),
        (Fault::Lame, Trouble::Lame),
        (Fault::UpwardReferral, Trouble::Lame),
        (Fault::Garbage, Trouble::Malformed),
        (Fault::Silent, Trouble::Timeout),
        (Fault::WrongId, Trouble::Timeout),
        // It comes under the right number: nobody but the server is likely to have sent it.
        (Fault::WrongQuestion, Trouble::Malformed),
        (Fault::AboutOthers, Trouble::Malformed),
        (Fault::TruncatedForGood, Trouble::Truncated),
        (Fault::TruncatedReset, Trouble::Truncated),
        (Fault::TruncatedHanging, Trouble::Truncated),
    ];
    for (fault, trouble) in table {
        server.fail_all(fault);
        let fact = ask(hasty(&[&server])).await;
        assert_eq!(fact.outcome, Err(trouble), "{fault:?}");
        assert_eq!((fact.ttl(), fact.chain()), (0, &[][..]), "{fault:?}");
    }
}

#[tokio::test]
async fn a_chain_whose_end_fails_is_unanswered_and_shows_how_far_it_came() {
    let server = DnsServer::start("a.example CNAME b.example\nb.example TXT x");
    server.fail("a.example", Fault::OneLink);
    server.fail("b.example", SERVFAIL);
    let fact = world(patient(&[&server]))
        .ask(&question("a.example", Kind::Txt), None)
        .await;
    assert_eq!(fact.outcome, Err(Trouble::ServFail));
    assert_eq!(fact.chain(), [super::name("b.example")]);
}

#[tokio::test]
async fn the_next_server_is_asked_when_one_does_not_answer() {
    for fault in [
        SERVFAIL,
        REFUSED,
        NOTIMP,
        Fault::Lame,
        Fault::Garbage,
        Fault::AboutOthers,
        Fault::WrongQuestion,
        Fault::Silent,
        Fault::TruncatedForGood,
    ] {
        let (first, second) = (DnsServer::start(ZONE), DnsServer::start(ZONE));
        first.fail_all(fault);
        let fact = ask(hasty(&[&first, &second])).await;
        assert_eq!(fact.outcome, text("v=spf1 -all"), "{fault:?}");
        assert!(first.seen().total() > 0, "servers are tried in order");
    }
}

#[tokio::test]
async fn an_absence_is_an_answer_and_nobody_else_is_asked() {
    let (first, second) = (DnsServer::start(""), DnsServer::start(ZONE));
    assert_eq!(
        ask(patient(&[&first, &second])).await.outcome,
        Ok(Answer::NxDomain)
    );
    assert_eq!(second.seen().total(), 0);
}

#[tokio::test]
async fn of_several_troubles_the_most_telling_is_reported() {
    let table = [
        (Fault::Silent, SERVFAIL, Trouble::ServFail),
        (SERVFAIL, REFUSED, Trouble::ServFail),
        (REFUSED, Fault::Silent, Trouble::Refused),
        (Fault::Lame, Fault::Garbage, Trouble::Lame),
    ];
    for (first_fault, second_fault, trouble) in table {
        let (first, second) = (DnsServer::start(ZONE), DnsServer::start(ZONE));
        first.fail_all(first_fault);
        second.fail_all(second_fault);
        let fact = ask(hasty(&[&first, &second])).await;
        assert_eq!(fact.outcome, Err(trouble), "{first_fault:?}, {second_fault:?}");
    }
}

#[tokio::test]
async fn silence_is_tried_again_and_an_error_code_is_not() {
    for (fault, tries) in [(Fault::Silent, 3), (SERVFAIL, 1), (REFUSED, 1)] {
        let server = DnsServer::start(ZONE);
        server.fail_all(fault);
        let attempts = NonZeroU32::new(3).unwrap();
        ask(Config {
            attempts,
            ..hasty(&[&server])
        })
        .await;
        // The third silence makes the control question due, which is another.
        assert_eq!(server.asked("voorbeeld.nl", "TXT"), tries, "{fault:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_by_every_question() {
    let (silent, other) = (DnsServer::start(""), DnsServer::start(ZONE));
    silent.fail_all(Fault::Silent);
    let world = world(hasty(&[&silent, &other]));
    for n in 0..20 {
        world
            .ask(&question(&format!("n{n}.voorbeeld.nl"), Kind::Txt), None)
            .await;
    }
    // Nor does the control question, which tells whether it answers anything, cost anybody a wait.
    let tries = silent.seen().total() - silent.asked(".", "NS");
    assert_eq!((tries, other.seen().total()), (3, 20));
}

#[tokio::test]
async fn nobody_listening_is_told_at_once_and_recovers_by_itself() {
    let mut server = DnsServer::start(ZONE);
    let hands = Hands::new();
    // The default patience is seconds: had it been waited for, the test would be seen to hang.
    let world = hands.world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    server.stop();
    let began = std::time::Instant::now();
    let fact = world.ask(&asked, None).await;
    assert_eq!(fact.outcome, Err(Trouble::Network));
    assert!(
        began.elapsed() < Config::default().timeout,
        "{:?}",
        began.elapsed()
    );
    server.restart();
    hands.forward(30);
    assert_eq!(world.ask(&asked, None).await.outcome, text("v=spf1 -all"));
}
