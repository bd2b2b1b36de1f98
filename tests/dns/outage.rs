//! A resolver that does not answer, and a world that does not wait for it again and again.

use std::time::{Duration, Instant};

use zegel::inquiry::{Kind, Trouble};
use zegel::world::{Config, Health, World};

use crate::dns::{DnsServer, Fault};
use crate::{hasty, question, world};

const ZONE: &str = "
voorbeeld.nl TXT v=spf1 -all
voorbeeld.nl MX  10 mail.voorbeeld.nl
mail.voorbeeld.nl A 192.0.2.1
. NS a.root-servers.net
";

/// Asks until the world has noticed that nobody answers.
async fn until_silent(world: &World) {
    let mut number = 0;
    while world.health() == Health::Answering {
        number += 1;
        world
            .ask(&question(&format!("n{number}.voorbeeld.nl"), Kind::Txt), None)
            .await;
    }
}

#[tokio::test]
async fn while_nobody_answers_questions_end_at_once_and_few_go_out() {
    let server = DnsServer::start(ZONE);
    let world = world(Config {
        spare_the_silent: true,
        ..hasty(&[&server])
    });
    server.fail_all(Fault::Silent);
    until_silent(&world).await;
    server.forget();
    let began = Instant::now();
    for number in 0..1000 {
        let name = format!("m{number}.voorbeeld.nl");
        let fact = world.ask(&question(&name, Kind::Txt), None).await;
        assert_eq!(fact.outcome, Err(Trouble::Timeout), "what all of them hear");
    }
    // Each would have taken half a second.
    assert!(
        began.elapsed() < Duration::from_secs(100),
        "{:?}",
        began.elapsed()
    );
    let most = 2 + began.elapsed().as_secs() / 2;
    let sent = server.seen().total();
    assert!(u64::try_from(sent).unwrap() <= most, "{sent} of 1,000 went out");
}

#[tokio::test]
async fn what_is_remembered_is_still_known_and_the_first_answer_ends_it() {
    let server = DnsServer::start(ZONE);
    let world = world(Config {
        spare_the_silent: true,
        ..hasty(&[&server])
    });
    let known = question("voorbeeld.nl", Kind::Txt);
    let before = world.ask(&known, None).await;
    assert!(before.outcome.is_ok());
    server.fail_all(Fault::Silent);
    until_silent(&world).await;
    assert_eq!(world.ask(&known, None).await.outcome, before.outcome);
    assert!(
        matches!(world.look_for_health().await, Health::Silent { .. }),
        "asked, and still dead"
    );

    server.heal();
    assert_eq!(world.look_for_health().await, Health::Answering);
    let fact = world.ask(&question("mail.voorbeeld.nl", Kind::A), None).await;
    assert!(fact.outcome.is_ok(), "{:?}", fact.outcome);
}

#[tokio::test]
async fn who_asks_once_is_patient_with_a_resolver_that_does_not_answer() {
    let server = DnsServer::start(ZONE);
    let world = world(hasty(&[&server]));
    server.fail_all(Fault::Silent);
    until_silent(&world).await;
    server.heal();
    let fact = world.ask(&question("voorbeeld.nl", Kind::Mx), None).await;
    assert!(fact.outcome.is_ok() || matches!(world.health(), Health::Answering));
}
