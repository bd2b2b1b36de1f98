//! The link to the API server: who talks to it, how long an answer is waited for, and when it was last heard.
//!
//! A connection can be half-open: a NAT or a load balancer forgot it, what is written goes nowhere, and nobody ever
//! says so. HTTP/1.1 has no ping, so silence is the only sign: every call has a deadline, a connection on which nothing
//! comes for as long is closed, in use or not, and the next call opens a new one. The watch is begun anew after each
//! round, whatever it says: a round without an end is a dead one.
//!
//! Passes, watches and Lease each have a client, so a connections' pool, of their own: what one of them has filled with
//! dead connections is no concern of the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Response;
use kube::client::{ClientBuilder, DynBody};
use kube::{Client, Config};
use tokio::time::Instant;
use tower::ServiceBuilder;
use tower::layer::layer_fn;

/// How long the controller waits for what may never come.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the answer to one call to the API server.
    pub call: Duration,
    /// For one round of the watch: then it is begun anew. Whole seconds.
    pub round: Duration,
    /// For any sign that the watch is alive, until this replica is not ready.
    pub unheard: Duration,
    /// For any progress of watch or passes, until this process is not alive.
    pub standstill: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(10),
            round: Duration::from_secs(30),
            unheard: Duration::from_secs(60),
            standstill: Duration::from_secs(180),
        }
    }
}

/// Beyond the end of its round a watch is waited for so long.
const ROUND_MARGIN: Duration = Duration::from_secs(3);

/// The ways to the API server.
pub(super) struct Link {
    /// For passes: statuses and events.
    pub(super) passes: Client,
    /// For the watch.
    pub(super) watch: Client,
    /// For the watches of grants, of namespaces and of what cert-manager issues, which are no sign that the watch is alive.
    pub(super) grants: Client,
    /// For the Lease.
    pub(super) lease: Client,
    /// When the watch was last answered.
    pub(super) heard: Arc<Heard>,
}

impl Link {
    /// Clients that speak as `config` says and wait no longer than `patience` allows; nothing is sent yet.
    pub(super) fn new(config: &Config, patience: &Patience) -> kube::Result<Self> {
        let heard = Arc::new(Heard::new());
        Ok(Self {
            passes: client(config, patience.call, patience.call, None)?,
            watch: client(
                config,
                patience.call,
                patience.round + ROUND_MARGIN,
                Some(heard.clone()),
            )?,
            grants: client(config, patience.call, patience.round + ROUND_MARGIN, None)?,
            lease: client(config, patience.call, patience.call, None)?,
            heard,
        })
    }
}

/// A client whose calls end within `call`, and whose connections end after `silence`; successes are noted in `heard`.
fn client(
    config: &Config,
    call: Duration,
    silence: Duration,
    heard: Option<Arc<Heard>>,
) -> kube::Result<Client> {
    let mut config = config.clone();
    config.connect_timeout = Some(config.connect_timeout.map_or(call, |timeout| timeout.min(call)));
    config.read_timeout = Some(silence);
    // Silence counts from the question, not from the end of the answer before.
    config.reset_reader_on_write = true;
    let bounds = layer_fn(move |service| {
        let heard = heard.clone();
        ServiceBuilder::new()
            .map_response(move |response: Response<Box<DynBody>>| {
                if let Some(heard) = heard.as_ref().filter(|_| response.status().is_success()) {
                    heard.note();
                }
                response
            })
            .timeout(call)
            .service(service)
    });
    Ok(ClientBuilder::try_from(config)?.with_layer(&bounds).build())
}

/// When something was last heard.
#[derive(Debug)]
pub(super) struct Heard(Mutex<Instant>);

impl Heard {
    /// From now on it is waited for.
    pub(super) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// It is heard now.
    pub(super) fn note(&self) {
        *self.last() = Instant::now();
    }

    /// For how long it was not.
    pub(super) fn silence(&self) -> Duration {
        self.last().elapsed()
    }

    fn last(&self) -> MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::Api;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const PATIENCE: Patience = Patience {
        call: Duration::from_millis(300),
        round: Duration::from_secs(1),
        unheard: Duration::from_secs(1),
        standstill: Duration::from_secs(1),
    };

    const ANSWER: &str =
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}}"#;

    /// An API server that answers so many calls on each connection and is then silent, without closing it. Counts
    /// connections.
    async fn silent_after(answers: usize) -> (Config, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(talk(stream, answers));
            }
        });
        let url = format!("http://{address}").parse().unwrap();
        (Config::new(url), connections)
    }

    async fn talk(mut stream: TcpStream, mut answers: usize) {
        let mut octets = [0; 4096];
        while let Ok(1..) = stream.read(&mut octets).await {
            if answers == 0 {
                continue;
            }
            answers -= 1;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{ANSWER}", ANSWER.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    async fn call(client: &Client) -> kube::Result<ConfigMap> {
        Api::namespaced(client.clone(), "default").get("a").await
    }

    #[tokio::test]
    async fn a_call_that_is_never_answered_ends() {
        let (config, _) = silent_after(0).await;
        let link = Link::new(&config, &PATIENCE).unwrap();
        for client in [&link.passes, &link.watch, &link.lease] {
            let began = Instant::now();
            assert!(call(client).await.is_err());
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        }
    }

    #[tokio::test]
    async fn a_connection_that_went_dead_is_left_for_a_new_one() {
        let (config, connections) = silent_after(1).await;
        let link = Link::new(&config, &PATIENCE).unwrap();
        assert!(call(&link.passes).await.is_ok());
        assert!(call(&link.passes).await.is_err(), "on the same connection");
        assert!(call(&link.passes).await.is_ok(), "on a new one");
        assert_eq!(connections.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_connection_that_lies_idle_is_not_trusted_for_long() {
        let (config, connections) = silent_after(1).await;
        let link = Link::new(&config, &PATIENCE).unwrap();
        for used in 1..=3 {
            assert!(call(&link.passes).await.is_ok());
            assert_eq!(connections.load(Ordering::Relaxed), used);
            tokio::time::sleep(2 * PATIENCE.call).await;
        }
    }

    #[tokio::test]
    async fn only_the_watch_and_only_its_success_is_a_sign_of_life() {
        let (config, _) = silent_after(1).await;
        let link = Link::new(&config, &PATIENCE).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        call(&link.passes).await.unwrap();
        assert!(link.heard.silence() >= Duration::from_millis(50));
        call(&link.watch).await.unwrap();
        assert!(link.heard.silence() < Duration::from_millis(50));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(call(&link.watch).await.is_err());
        assert!(link.heard.silence() >= Duration::from_millis(50));
    }
}
