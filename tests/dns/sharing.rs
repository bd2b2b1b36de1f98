//! One question, asked once: while it is on its way, and for as long as its answer holds.

use std::num::NonZeroUsize;

use futures::future::join_all;
use jiff::SignedDuration;
use zegel::inquiry::{Kind, Trouble};
use zegel::world::{CacheBounds, Config, Freshness};

use super::dns::{DnsServer, Fault, SERVFAIL};
use super::{Hands, patient, question, text, world};

#[tokio::test]
async fn a_thousand_askers_are_one_question_on_the_wire() {
    let server = DnsServer::start("voorbeeld.nl 0 TXT v=spf1 -all");
    server.fail_all(Fault::Held);
    let world = world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    let askers = join_all((0..1_000).map(|_| world.ask(&asked, None)));
    let (facts, ()) = tokio::join!(askers, async {
        server.until(|seen| seen.total() > 0).await;
        server.heal();
    });
    assert!(facts.iter().all(|fact| fact.outcome == text("v=spf1 -all")));
    assert_eq!(server.seen().total(), 1);
    assert_eq!(world.metrics().coalesced.get(), 999);
    // A TTL of 0 is for those who waited, and for nobody after them (RFC 1035 3.2.1).
    world.ask(&asked, None).await;
    assert_eq!(server.seen().total(), 2);
}

#[tokio::test]
async fn an_answer_is_remembered_for_its_ttl_and_an_absence_for_its_own() {
    let server = DnsServer::start("voorbeeld.nl 300 TXT v=spf1 -all\neeuwig.example 604800 TXT x");
    let hands = Hands::new();
    let world = hands.world(patient(&[&server]));
    let day = 24 * 60 * 60;
    for (owner, seconds) in [
        ("voorbeeld.nl", 300),
        ("weg.example", 60),
        ("eeuwig.example", day),
    ] {
        server.forget();
        let asked = question(owner, Kind::Txt);
        let first = world.ask(&asked, None).await;
        hands.forward(seconds - 1);
        assert_eq!(world.ask(&asked, None).await, first, "{owner}");
        assert_eq!(server.asked(owner, "TXT"), 1, "{owner}");
        hands.forward(1);
        let second = world.ask(&asked, None).await;
        assert_eq!(server.asked(owner, "TXT"), 2, "{owner}");
        assert_eq!(second.seen_at, hands.now(), "{owner}");
    }
    assert_eq!(world.metrics().cache_hits.get(), 3);
}

#[tokio::test]
async fn a_confirmation_is_asked_past_what_is_remembered() {
    let server = DnsServer::start("voorbeeld.nl 3600 TXT oud\nander.example 3600 TXT x");
    let hands = Hands::new();
    let world = hands.world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    let other = question("ander.example", Kind::Txt);
    let first = world.ask(&asked, None).await;
    world.ask(&other, None).await;
    server.set("voorbeeld.nl 3600 TXT nieuw");
    hands.forward(10);
    let mut fresh = Freshness::any();
    fresh.require(asked.clone(), hands.now());
    assert_eq!(world.ask(&asked, None).await, first);
    let confirmed = world.ask(&asked, fresh.floor(&asked)).await;
    assert_eq!(
        (confirmed.outcome.clone(), confirmed.seen_at),
        (text("nieuw"), hands.now())
    );
    world.ask(&other, fresh.floor(&other)).await;
    assert_eq!(
        server.asked("ander.example", "TXT"),
        1,
        "only what is to be confirmed is asked again"
    );
    assert_eq!(
        world.ask(&asked, None).await.outcome,
        text("nieuw"),
        "the others share the confirmation"
    );
    assert_eq!(
        world
            .ask(&asked, Freshness::not_before(hands.now()).floor(&asked))
            .await
            .outcome,
        text("nieuw")
    );
    assert_eq!(
        server.asked("voorbeeld.nl", "TXT"),
        2,
        "seen at the demanded time is late enough"
    );
}

#[tokio::test]
async fn a_confirmation_does_not_join_a_question_that_went_out_before() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    server.fail_all(Fault::Held);
    let hands = Hands::new();
    let world = hands.world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    let early = world.ask(&asked, None);
    let late = async {
        server.until(|seen| seen.in_flight == 1).await;
        hands.forward(1);
        world.ask(&asked, Some(hands.now())).await
    };
    let both_out = async {
        server.until(|seen| seen.in_flight == 2).await;
        server.heal();
    };
    let (early, late, ()) = tokio::join!(early, late, both_out);
    // A question that is held is sent again some day: that there were two says less than that nobody joined.
    assert_eq!(world.metrics().coalesced.get(), 0);
    assert_eq!(
        (&early.outcome, &late.outcome),
        (&text("v=spf1 -all"), &text("v=spf1 -all"))
    );
}

#[tokio::test]
async fn a_failure_is_shared_for_half_a_minute_at_most() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    server.fail_all(SERVFAIL);
    let hands = Hands::new();
    let failures = SignedDuration::from_hours(1);
    let cache = CacheBounds {
        failures,
        ..CacheBounds::default()
    };
    let world = hands.world(Config {
        cache,
        ..patient(&[&server])
    });
    let asked = question("voorbeeld.nl", Kind::Txt);
    for (forward, questions) in [(0, 1), (29, 1), (1, 2)] {
        hands.forward(forward);
        let fact = world.ask(&asked, None).await;
        assert_eq!(fact.outcome, Err(Trouble::ServFail));
        assert_eq!(server.seen().total(), questions);
    }
}

#[tokio::test]
async fn an_outage_makes_nobody_forget_what_still_holds() {
    let server = DnsServer::start("voorbeeld.nl 300 TXT v=spf1 -all");
    let hands = Hands::new();
    let world = hands.world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    world.ask(&asked, None).await;
    server.fail_all(SERVFAIL);
    hands.forward(10);
    let confirmation = world.ask(&asked, Some(hands.now())).await;
    assert_eq!(confirmation.outcome, Err(Trouble::ServFail));
    assert_eq!(world.ask(&asked, None).await.outcome, text("v=spf1 -all"));
}

#[tokio::test]
async fn an_asker_that_gives_up_costs_nobody_the_answer() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    server.fail_all(Fault::Held);
    let world = world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    tokio::select! {
        biased;
        _ = world.ask(&asked, None) => panic!("nothing was released"),
        () = server.until(|seen| seen.in_flight == 1) => {}
    }
    server.heal();
    assert_eq!(world.ask(&asked, None).await.outcome, text("v=spf1 -all"));
    assert_eq!(server.seen().total(), 1);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_sent() {
    let server = DnsServer::start("een.example TXT x\ntwee.example TXT x\ndrie.example TXT x");
    server.fail_all(Fault::Held);
    let world = world(Config {
        concurrency: NonZeroUsize::MIN,
        ..patient(&[&server])
    });
    let one = question("een.example", Kind::Txt);
    let (fact, ()) = tokio::join!(world.ask(&one, None), async {
        server.until(|seen| seen.in_flight == 1).await;
        let two = question("twee.example", Kind::Txt);
        // Asked once, so that it waits for its place, then given up.
        assert!(futures::poll!(Box::pin(world.ask(&two, None))).is_pending());
        tokio::task::yield_now().await;
        server.heal();
    });
    assert_eq!(fact.outcome, text("x"));
    assert_eq!(
        world
            .ask(&question("drie.example", Kind::Txt), None)
            .await
            .outcome,
        text("x")
    );
    assert_eq!(server.asked("twee.example", "TXT"), 0);
}

#[tokio::test]
async fn what_a_confirmation_overtook_is_not_remembered_over_it() {
    let server = DnsServer::start("voorbeeld.nl 300 TXT oud");
    let hands = Hands::new();
    let world = hands.world(patient(&[&server]));
    let asked = question("voorbeeld.nl", Kind::Txt);
    server.fail_all(Fault::Held);
    let early = world.ask(&asked, None);
    let late = async {
        server.until(|seen| seen.in_flight == 1).await;
        hands.forward(1);
        // Whatever goes wrong with this one name alone, the answer comes at once and is right.
        server.fail("voorbeeld.nl", Fault::OneLink);
        server.set("voorbeeld.nl 300 TXT nieuw");
        let late = world.ask(&asked, Some(hands.now())).await;
        server.set("voorbeeld.nl 300 TXT oud");
        hands.forward(1);
        server.release();
        late
    };
    let (early, late) = tokio::join!(early, late);
    assert_eq!((&early.outcome, &late.outcome), (&text("oud"), &text("nieuw")));
    let remembered = world.ask(&asked, None).await;
    assert_eq!(remembered.outcome, text("nieuw"));
}

#[test]
fn a_runtime_that_shuts_down_leaves_nobody_waiting() {
    let server = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    let world = world(patient(&[&server]));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let handle = runtime.handle().clone();
    runtime.shutdown_background();
    let (done, is_done) = std::sync::mpsc::channel();
    // In a thread of its own, for whoever waits for himself cannot be woken.
    std::thread::spawn(move || {
        let alive = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("another runtime");
        let fact = alive.block_on(async {
            let _inside = handle.enter();
            world.ask(&question("voorbeeld.nl", Kind::Txt), None).await
        });
        done.send(fact.outcome.clone())
    });
    let answer = is_done.recv_timeout(std::time::Duration::from_secs(20));
    assert_eq!(answer, Ok(Err(Trouble::Limit)), "it was never asked");
}
