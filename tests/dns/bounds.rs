//! One pass: waves, and what ends it whatever the judgement wants.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures::future::join_all;
use zegel::inquiry::{Answer, Inquiry, Kind, MAX_QUESTIONS, MAX_WAVES, Need, Rdata, Reply, Trouble};
use zegel::world::{Config, Freshness};

use super::dns::{DnsServer, Fault};
use super::{hasty, patient, question, text, world};

const LONG: Duration = Duration::from_secs(60);

/// Follows `next` texts from name to name and returns how many it met.
fn walk(inquiry: &mut Inquiry<'_>, start: &str) -> usize {
    let mut at = start.to_owned();
    for met in 0.. {
        match inquiry.ask(question(&at, Kind::Txt), Need::Essential) {
            Reply::Answered(Answer::Records(texts), _) => {
                let Some(Rdata::Txt(next)) = texts.first() else {
                    return met;
                };
                at = String::from_utf8(next.joined()).expect("a name as text");
            }
            _ => return met,
        }
    }
    unreachable!("the walk ends with a name that is not there")
}

#[tokio::test]
async fn a_pass_asks_until_nothing_is_open() {
    let server =
        DnsServer::start("a.example TXT b.example\nb.example TXT c.example\nc.example TXT d.example");
    let world = world(patient(&[&server]));
    let settled = world
        .settle(LONG, &Freshness::any(), |inquiry| walk(inquiry, "a.example"))
        .await;
    assert_eq!((settled.verdict, settled.waves, settled.hit_limit), (3, 5, false));
    assert_eq!(settled.facts.len(), 4);
    assert_eq!(
        settled
            .facts
            .get(&question("d.example", Kind::Txt))
            .map(|fact| &fact.outcome),
        Some(&Ok(Answer::NxDomain))
    );

    let again = world
        .settle(LONG, &Freshness::any(), |inquiry| walk(inquiry, "a.example"))
        .await;
    assert_eq!(again.facts, settled.facts, "what is remembered is not asked");
    assert_eq!(server.seen().total(), 4);
    let fresh = Freshness::not_before(world.now());
    world
        .settle(LONG, &fresh, |inquiry| walk(inquiry, "a.example"))
        .await;
    assert_eq!(server.seen().total(), 8, "what must be fresh is");
}

#[tokio::test]
async fn a_fact_stays_as_it_is_for_the_pass() {
    let server = DnsServer::start("a.example 0 TXT b.example\nb.example 0 TXT c.example");
    let world = world(patient(&[&server]));
    let settled = world
        .settle(LONG, &Freshness::any(), |inquiry| {
            server.set("a.example 0 TXT elders.example");
            walk(inquiry, "a.example")
        })
        .await;
    assert_eq!(settled.verdict, 1);
    assert_eq!(server.asked("a.example", "TXT"), 1);
}

#[tokio::test]
async fn no_more_questions_are_on_the_wire_than_allowed() {
    let server = DnsServer::start("");
    server.fail_all(Fault::Held);
    let world = world(Config {
        concurrency: NonZeroUsize::new(8).unwrap(),
        ..patient(&[&server])
    });
    let questions: Vec<_> = (0..100)
        .map(|n| question(&format!("n{n}.example"), Kind::Txt))
        .collect();
    let all = join_all(questions.iter().map(|question| world.ask(question, None)));
    let (facts, ()) = tokio::join!(all, async {
        server.until(|seen| seen.in_flight >= 8).await;
        assert_eq!(world.metrics().in_flight.get(), 8);
        server.heal();
    });
    assert!(facts.iter().all(|fact| fact.outcome == Ok(Answer::NxDomain)));
    assert_eq!((server.seen().total(), server.seen().peak), (100, 8));
    assert_eq!(world.metrics().in_flight.get(), 0);
}

#[tokio::test]
async fn a_pass_ends_at_its_deadline() {
    let server = DnsServer::start("a.example TXT b.example");
    server.fail("b.example", Fault::Silent);
    let world = world(patient(&[&server]));
    let began = Instant::now();
    let deadline = Duration::from_millis(500);
    let judge = |inquiry: &mut Inquiry<'_>| {
        let met = walk(inquiry, "a.example");
        let asked = [("b.example", Kind::Txt), ("c.example", Kind::Txt)];
        // The second is asked only by those who know that the first got no answer.
        let first = inquiry.ask(question(asked[0].0, asked[0].1), Need::Essential);
        let Reply::Unanswered(trouble) = first else {
            return (met, None, None);
        };
        let second = inquiry.ask(question(asked[1].0, asked[1].1), Need::Essential);
        let Reply::Unanswered(limit) = second else {
            return (met, Some(trouble), None);
        };
        (met, Some(trouble), Some(limit))
    };
    let settled = world.settle(deadline, &Freshness::any(), judge).await;
    assert!(
        began.elapsed() < Config::default().timeout,
        "{:?}",
        began.elapsed()
    );
    assert_eq!(settled.verdict, (1, Some(Trouble::Timeout), Some(Trouble::Limit)));
    assert!(settled.hit_limit);
    assert_eq!(
        settled
            .facts
            .get(&question("a.example", Kind::Txt))
            .map(|fact| &fact.outcome),
        Some(&text("b.example"))
    );
}

#[tokio::test]
async fn what_still_waits_for_its_place_at_the_deadline_was_never_asked() {
    let server = DnsServer::start("");
    server.fail_all(Fault::Held);
    let world = world(Config {
        concurrency: NonZeroUsize::MIN,
        ..patient(&[&server])
    });
    let judge = |inquiry: &mut Inquiry<'_>| {
        let mut troubles = Vec::new();
        for owner in ["a.example", "b.example", "c.example"] {
            if let Reply::Unanswered(trouble) = inquiry.ask(question(owner, Kind::Txt), Need::Essential) {
                troubles.push(trouble);
            }
        }
        troubles.sort();
        troubles
    };
    let settled = world
        .settle(Duration::from_millis(300), &Freshness::any(), judge)
        .await;
    let (never, late) = (Trouble::Limit, Trouble::Timeout);
    assert_eq!(settled.verdict, [never, never, late]);
    assert_eq!(server.seen().total(), 1);
}

#[tokio::test]
async fn a_judgement_that_never_ends_is_ended() {
    let server = DnsServer::start("");
    server.absent_is_nodata(true);
    let world = world(patient(&[&server]));
    // Always one more name.
    let deep = |inquiry: &mut Inquiry<'_>| {
        (0..)
            .take_while(|n| {
                let reply = inquiry.ask(question(&format!("d{n}.example"), Kind::Txt), Need::Essential);
                reply.fact().is_some()
            })
            .count()
    };
    let settled = world.settle(LONG, &Freshness::any(), deep).await;
    assert_eq!((settled.verdict, settled.waves), (MAX_WAVES, MAX_WAVES + 1));
    assert_eq!((server.seen().total(), settled.hit_limit), (MAX_WAVES, true));

    // Everything at once.
    server.forget();
    let wide = |inquiry: &mut Inquiry<'_>| {
        for n in 0..10_000 {
            inquiry.ask(question(&format!("w{n}.example"), Kind::Txt), Need::Evidence);
        }
    };
    let settled = world.settle(LONG, &Freshness::any(), wide).await;
    assert_eq!(
        (server.seen().total(), settled.facts.len()),
        (MAX_QUESTIONS, MAX_QUESTIONS)
    );
    assert!(settled.hit_limit);

    // Others every time, the important ones last: those are asked while there is room.
    server.forget();
    let mut wave = 0;
    let fickle = |inquiry: &mut Inquiry<'_>| {
        wave += 1;
        for n in 0..400 {
            let need = if n < 200 { Need::Evidence } else { Need::Essential };
            inquiry.ask(question(&format!("f{wave}-{n}.example"), Kind::Txt), need);
        }
    };
    let settled = world.settle(LONG, &Freshness::any(), fickle).await;
    assert_eq!(
        (server.seen().total(), settled.facts.len()),
        (MAX_QUESTIONS, MAX_QUESTIONS)
    );
    assert!(settled.hit_limit);
    let second_wave = |n| {
        settled
            .facts
            .contains(&question(&format!("f2-{n}.example"), Kind::Txt))
    };
    assert_eq!((0..200).filter(|&n| second_wave(n)).count(), 0);
    assert_eq!(
        (200..400).filter(|&n| second_wave(n)).count(),
        MAX_QUESTIONS - 400
    );
}

#[tokio::test]
async fn what_the_world_counts_is_what_happened() {
    let server = DnsServer::start("a.example TXT x\na.example MX 10 b.example");
    server.fail("stuk.example", Fault::Silent);
    let world = world(hasty(&[&server]));
    for (owner, kind) in [
        ("a.example", Kind::Txt),
        ("a.example", Kind::Txt),
        ("a.example", Kind::Mx),
        ("a.example", Kind::A),
        ("weg.example", Kind::A),
        ("stuk.example", Kind::Txt),
    ] {
        world.ask(&question(owner, kind), None).await;
    }
    let mut registry = prometheus_client::registry::Registry::with_prefix("zegel");
    world.metrics().register(&mut registry);
    let mut exposition = String::new();
    prometheus_client::encoding::text::encode(&mut exposition, &registry).unwrap();
    for line in [
        r#"zegel_dns_questions_total{type="TXT",outcome="Records"} 1"#,
        r#"zegel_dns_questions_total{type="TXT",outcome="Timeout"} 1"#,
        r#"zegel_dns_questions_total{type="MX",outcome="Records"} 1"#,
        r#"zegel_dns_questions_total{type="A",outcome="NoData"} 1"#,
        r#"zegel_dns_questions_total{type="A",outcome="NxDomain"} 1"#,
        "zegel_dns_question_duration_seconds_count 5",
        "zegel_dns_cache_hits_total 1",
        "zegel_dns_cached 5",
    ] {
        assert!(exposition.contains(line), "{line} is not in\n{exposition}");
    }
}
