//! A probe that says that it is still at it, and never comes to an end.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use zegel::inquiry::Trouble;
use zegel::recording::probe::Told;
use zegel::world::{ProbeConfig, SmtpConfig};

use super::probe::{Authority, ask, smtp, world};

/// One that lives and never comes to an end is told as a probe that cannot be asked, once its time is over.
#[tokio::test]
async fn a_probe_that_is_still_at_it_for_ever_is_not_waited_for_as_long() {
    let authority = Authority::new();
    let config = Arc::new(authority.identity("localhost", &authority).server().unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = TlsAcceptor::from(config.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await.ok()?;
                let _ = stream.read(&mut [0; 4096]).await;
                let mut beat = tokio::time::interval(Duration::from_millis(5));
                loop {
                    beat.tick().await;
                    stream.write_all(Told::waiting().as_bytes()).await.ok()?;
                    stream.flush().await.ok()?;
                }
                #[allow(unreachable_code, reason = "it never comes to an end")]
                Some(())
            });
        }
    });
    let at = format!("localhost:{port}").parse().unwrap();
    let identity = authority.identity("controller", &authority);
    let short = Duration::from_millis(20);
    let world = world(SmtpConfig {
        probe: Some(ProbeConfig { at, identity }),
        pause: short,
        banner: short,
        step: short,
        turn: short,
        ..smtp(25, true)
    });
    let fact = ask(&world, [8, 8, 8, 8]).await;
    assert_eq!(fact.trouble(), Some(Trouble::NoProbe));
    assert!(
        fact.source
            .words
            .contains("still at it, for longer than any look takes"),
        "{}",
        fact.source.words
    );
    assert_eq!(ask(&world, [8, 8, 4, 4]).await.trouble(), Some(Trouble::NoProbe));
    assert!(world.silent_probe().is_some());
}
