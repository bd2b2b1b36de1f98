//! The end of an outage: mail servers are looked at anew, and troubled no more than before.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use zegel::inquiry::Trouble;

use super::server::{Server, say, self_signed, with_tls};
use super::{CHAIN, question, world};

/// After an outage who could not be reached is tried at once, in his turn; who is busy is left alone as before.
#[tokio::test]
async fn after_an_outage_mail_servers_are_looked_at_anew_and_keep_their_pause() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let pause = Duration::from_millis(300);
    let busy = Server::start(vec![vec![say("421 later\r\n")]]).await;
    let world = world(busy.port, pause);
    let ask = async |address: IpAddr| world.ask_mail_server(&question(address, CHAIN), None).await;
    assert_eq!(ask(busy.address).await.trouble(), Some(Trouble::Busy));
    let down: IpAddr = [127, 1, 1, 1].into();
    let failed = tokio::time::Instant::now();
    assert_eq!(ask(down).await.trouble(), Some(Trouble::Network));
    let up = Server::start_at((down, busy.port).into(), vec![with_tls(&config)]).await;
    assert_eq!(
        ask(down).await.trouble(),
        Some(Trouble::Network),
        "it is shared for a while"
    );
    world.forget_failures();
    assert!(ask(down).await.outcome.is_ok());
    let first = up.connections.lock().unwrap()[0];
    assert!(
        first.duration_since(failed) >= pause,
        "{:?}",
        first.duration_since(failed)
    );
    assert_eq!(ask(busy.address).await.trouble(), Some(Trouble::Busy));
    assert_eq!(busy.count(), 1);
    // What was answered stays.
    let count = up.count();
    world.forget_failures();
    assert!(ask(down).await.outcome.is_ok() && up.count() == count);
}

/// One on his way when the outage is found to be over is joined: nobody is connected to twice for it.
#[tokio::test]
async fn a_look_that_is_on_its_way_is_joined_after_an_outage() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let world = world(server.port, Duration::ZERO);
    let asked = question(server.address, CHAIN);
    let (first, second) = tokio::join!(world.ask_mail_server(&asked, None), async {
        world.forget_failures();
        world.ask_mail_server(&asked, None).await
    });
    assert!(Arc::ptr_eq(&first, &second) && first.outcome.is_ok());
    assert_eq!(server.count(), 2, "as many as one look takes");
}

/// Where nobody could be reached, the end of an outage has one tried before his time.
#[tokio::test]
async fn after_an_outage_a_closed_port_is_tried_again() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config)]).await;
    let world = world(server.port, Duration::ZERO);
    let ask = async |address: IpAddr| {
        let fact = world.ask_mail_server(&question(address, CHAIN), None).await;
        fact.trouble()
    };
    for last in 1..=3 {
        ask([127, 1, last, 1].into()).await;
    }
    assert_eq!(ask(server.address).await, Some(Trouble::PortBlocked));
    world.forget_failures();
    assert_eq!(ask(server.address).await, None);
    assert!(!world.mail_port_is_blocked());
}
