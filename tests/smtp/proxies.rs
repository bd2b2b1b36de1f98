//! SOCKS5 proxies that lead nowhere: whose fault it is, in which words, and that no port is called closed for it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use zegel::inquiry::Trouble;
use zegel::world::{Config, SmtpConfig, World};

use crate::{CHAIN, question};

/// One that answers each message of a client with the next of these, and then hangs up, or says no more.
async fn proxy(answers: Vec<Vec<u8>>, hangs_up: bool) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answers = answers.clone();
            tokio::spawn(async move {
                let mut octets = [0; 64];
                for answer in answers {
                    client.read(&mut octets).await.ok().filter(|came| *came > 0)?;
                    client.write_all(&answer).await.ok()?;
                }
                if !hangs_up {
                    while let Ok(1..) = client.read(&mut octets).await {}
                }
                Some(())
            });
        }
    });
    address
}

fn world(proxy: SocketAddr) -> World {
    let config = Config {
        resolvers: vec![([127, 0, 0, 1], 9).into()],
        smtp: SmtpConfig {
            pause: Duration::ZERO,
            step: Duration::from_millis(500),
            proxy: Some(proxy),
            ..SmtpConfig::default()
        },
        ..Config::default()
    };
    World::new(config).unwrap()
}

#[tokio::test]
async fn a_proxy_at_fault_is_told_as_that() {
    let nobody = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        listener.local_addr().unwrap()
    };
    let reply = |code: u8| vec![vec![5, 0], vec![5, code, 0, 1, 0, 0, 0, 0, 0, 0]];
    let no_proxy = |says: &'static str| (Trouble::NoProxy, Some(says));
    let rows = [
        (nobody, no_proxy("cannot be reached")),
        (proxy(vec![], false).await, no_proxy("does not answer")),
        (proxy(vec![], true).await, no_proxy("closed the connection")),
        (proxy(vec![vec![5, 0xff]], false).await, no_proxy("wants a password")),
        (proxy(vec![vec![5, 2]], false).await, no_proxy("wants a password")),
        (proxy(vec![vec![0, 0x5b]], false).await, no_proxy("does not speak SOCKS5")),
        (proxy(vec![b"HTTP/1.1 400".to_vec()], false).await, no_proxy("does not speak SOCKS5")),
        (proxy(vec![vec![5, 0]], true).await, no_proxy("closed the connection")),
        (proxy(vec![vec![5, 0], vec![5, 0, 0, 9]], false).await, no_proxy("does not speak SOCKS5")),
        (proxy(reply(1), false).await, no_proxy("says that it failed (1)")),
        (proxy(reply(2), false).await, no_proxy("not allowed by its rules (2)")),
        (proxy(reply(7), false).await, no_proxy("does not know how to connect (7)")),
        (proxy(reply(99), false).await, no_proxy("does not say why (99)")),
        // These are of the mail server.
        (proxy(reply(3), false).await, (Trouble::Network, None)),
        (proxy(reply(4), false).await, (Trouble::Network, None)),
        (proxy(reply(5), false).await, (Trouble::Network, None)),
        (proxy(reply(6), false).await, (Trouble::Network, None)),
        (proxy(vec![vec![5, 0]], false).await, (Trouble::Timeout, None)),
        // And this of the kind of its address.
        (proxy(reply(8), false).await, (Trouble::NoRoute, None)),
    ];
    for (proxy, (trouble, says)) in rows {
        let world = world(proxy);
        // Three networks in which nobody is reached are a closed port, where it is not the proxy.
        for address in [[8, 8, 8, 8], [9, 9, 9, 9], [1, 1, 1, 1]] {
            let fact = world.ask_mail_server(&question(address.into(), CHAIN), None).await;
            let is_last = address == [1, 1, 1, 1];
            let is_of_servers = matches!(trouble, Trouble::Network | Trouble::Timeout);
            let wanted = if is_last && is_of_servers { Trouble::PortBlocked } else { trouble };
            assert_eq!(fact.trouble(), Some(wanted), "{proxy} {says:?}");
        }
        assert_eq!(world.mail_port_is_blocked(), says.is_none() && trouble != Trouble::NoRoute);
        let told = world.failed_proxy();
        assert_eq!(told.is_some(), says.is_some(), "{told:?}");
        let named = format!("socks5://{proxy} ");
        assert!(told.is_none_or(|told| told.starts_with(&named) && told.contains(says.unwrap())), "{says:?}");
    }
}

/// It takes connections and says nothing: that is waited for once, and whoever else is asked about is not kept waiting for it.
#[tokio::test]
async fn a_proxy_that_swallows_everything_is_waited_for_once() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (count, counted) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            kept.push(client);
            count.send_replace(kept.len());
        }
    });
    let world = world(address);
    for last in 1..=20 {
        let fact = world.ask_mail_server(&question([9, 9, last, 1].into(), CHAIN), None).await;
        assert_eq!(fact.trouble(), Some(Trouble::NoProxy));
    }
    assert_eq!(*counted.borrow(), 1);
    assert!(world.failed_proxy().is_some_and(|why| why.ends_with("does not answer")));
    assert!(!world.mail_port_is_blocked());
}

/// Whoever was asked about while it failed was not looked at, whatever it does for the next.
#[tokio::test]
async fn that_a_proxy_failed_is_told_though_it_works_again() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        // The first is turned away; to the others it says that the mail server refused.
        drop(listener.accept().await);
        while let Ok((mut client, _)) = listener.accept().await {
            let mut octets = [0; 64];
            for answer in [&[5, 0][..], &[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]] {
                if client.read(&mut octets).await.is_ok() {
                    client.write_all(answer).await.ok();
                }
            }
        }
    });
    let world = world(address);
    for (server, trouble) in [([9, 9, 9, 9], Trouble::NoProxy), ([8, 8, 8, 8], Trouble::Network)] {
        let fact = world.ask_mail_server(&question(server.into(), CHAIN), None).await;
        assert_eq!(fact.trouble(), Some(trouble));
    }
    assert!(world.failed_proxy().is_some_and(|why| why.contains("closed the connection")));
}
