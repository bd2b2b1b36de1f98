//! `/livez`, `/readyz` and `/metrics`, over plain HTTP. Nothing here knows Kubernetes: whoever serves says whether it is
//! alive and ready.
//!
//! The port is open to whoever reaches the pod, so all it can take is bounded: so many connections, each for so long,
//! headers, answer and idleness included. When all places are taken the connection that has had its place longest makes
//! room: a probe is answered within milliseconds, so it is served however many others come and say nothing. Two answers of
//! `/metrics` are on their way at most.

mod accept;
mod classic;
mod exposition;
mod places;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use self::accept::Wish;
use self::places::Bounded;

/// So many connections are open at once; the next one takes the place of the oldest.
const MOST_CONNECTIONS: usize = 64;
/// A connection lasts so long, whatever happens on it.
const LONGEST_CONNECTION: Duration = Duration::from_secs(10);
/// So many answers of `/metrics`, which can be large, are on their way at once.
const MOST_ANSWERS: usize = 2;

/// Whether something is so; a sentence says why not.
pub type Check = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What is served.
pub struct Served {
    registry: Arc<Registry>,
    live: Check,
    ready: Check,
    answers: Arc<Semaphore>,
}

impl Served {
    /// Serves these metrics, and what the checks say.
    pub fn new(registry: Registry, live: Check, ready: Check) -> Self {
        Self {
            registry: Arc::new(registry),
            live,
            ready,
            answers: Arc::new(Semaphore::new(MOST_ANSWERS)),
        }
    }
}

/// Serves until the listener fails.
///
/// # Errors
/// What made it fail.
pub async fn serve(listener: TcpListener, served: Arc<Served>) -> io::Result<()> {
    serve_within(
        Bounded::new(listener, MOST_CONNECTIONS, LONGEST_CONNECTION),
        served,
    )
    .await
}

async fn serve_within(listener: Bounded, served: Arc<Served>) -> io::Result<()> {
    let router = Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(served);
    axum::serve(listener, router).await
}

async fn livez(State(served): State<Arc<Served>>) -> (StatusCode, String) {
    answer(&served.live)
}

async fn readyz(State(served): State<Arc<Served>>) -> (StatusCode, String) {
    answer(&served.ready)
}

fn answer(check: &Check) -> (StatusCode, String) {
    match check() {
        Ok(()) => (StatusCode::OK, "ok".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

async fn metrics(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    // Closed never: it lives as long as what is served.
    match served.answers.clone().acquire_owned().await {
        Ok(place) => exposition::answer(served.registry.clone(), Wish::of(&headers), place),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicBool, Ordering};

    use prometheus_client::metrics::counter::Counter;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    /// The status line and the body; of metrics in OpenMetrics, which says where it ends.
    async fn ask(address: SocketAddr, path: &str) -> io::Result<(String, String)> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: zegel\r\nAccept: application/openmetrics-text\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.lines().next().unwrap_or_default();
        Ok((status.to_owned(), body.to_owned()))
    }

    fn fine() -> Check {
        Box::new(|| Ok(()))
    }

    async fn started(served: Served, most: usize, longest: Duration) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let bounded = Bounded::new(listener, most, longest);
        tokio::spawn(serve_within(bounded, Arc::new(served)));
        Ok(address)
    }

    fn said(status: &str, body: &str) -> (String, String) {
        (format!("HTTP/1.1 {status}"), body.to_owned())
    }

    #[tokio::test]
    async fn what_the_checks_say_is_answered() -> io::Result<()> {
        let sound = Arc::new(AtomicBool::new(false));
        let check = |why: &'static str| -> Check {
            let sound = sound.clone();
            Box::new(move || match sound.load(Ordering::Relaxed) {
                true => Ok(()),
                false => Err(why.to_owned()),
            })
        };
        let served = Served::new(
            Registry::default(),
            check("no pass ends"),
            check("not filled yet"),
        );
        let address = started(served, MOST_CONNECTIONS, LONGEST_CONNECTION).await?;
        let no = |why| said("503 Service Unavailable", why);
        assert_eq!(ask(address, "/livez").await?, no("no pass ends"));
        assert_eq!(ask(address, "/readyz").await?, no("not filled yet"));

        sound.store(true, Ordering::Relaxed);
        assert_eq!(ask(address, "/livez").await?, said("200 OK", "ok"));
        assert_eq!(ask(address, "/readyz").await?, said("200 OK", "ok"));
        Ok(())
    }

    #[tokio::test]
    async fn a_large_answer_arrives_whole_and_many_are_asked_for_at_once() -> io::Result<()> {
        let mut registry = Registry::default();
        for number in 0..4000 {
            let counter = Counter::<u64>::default();
            registry.register(format!("counter_{number}"), "x".repeat(40), counter);
        }
        let served = Served::new(registry, fine(), fine());
        let address = started(served, MOST_CONNECTIONS, LONGEST_CONNECTION).await?;
        let all = (0..10).map(|_| ask(address, "/metrics"));
        for answer in futures::future::join_all(all).await {
            let (status, body) = answer?;
            assert_eq!(status, "HTTP/1.1 200 OK");
            assert!(
                body.len() > 4 * exposition::PIECE && body.contains("counter_3999"),
                "{}",
                body.len()
            );
            assert!(body.trim_end().ends_with("# EOF") || body.contains("# EOF\n"));
        }
        Ok(())
    }

    /// Connections that send a few octets of a request and then nothing.
    async fn slow(address: SocketAddr, many: usize) -> io::Result<Vec<TcpStream>> {
        let mut all = Vec::new();
        for _ in 0..many {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(b"GET /livez HTTP/1.1\r\nHost:").await?;
            all.push(stream);
        }
        Ok(all)
    }

    /// How many of these the server has closed.
    async fn closed(streams: &mut [TcpStream]) -> usize {
        let mut closed = 0;
        for stream in streams {
            let mut octet = [0];
            // The end of the stream, or a reset: not "nothing yet".
            let read = timeout(Duration::from_millis(1), stream.read(&mut octet)).await;
            closed += usize::from(matches!(read, Ok(Ok(0) | Err(_))));
        }
        closed
    }

    #[tokio::test]
    async fn slow_connections_are_closed_when_their_time_is_over() -> io::Result<()> {
        let served = Served::new(Registry::default(), fine(), fine());
        let address = started(served, 100, Duration::from_millis(200)).await?;
        let mut streams = slow(address, 50).await?;
        timeout(Duration::from_secs(20), async {
            while closed(&mut streams).await < 50 {}
        })
        .await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_connection_that_is_kept_alive_ends_too() -> io::Result<()> {
        let served = Served::new(Registry::default(), fine(), fine());
        let address = started(served, 100, Duration::from_millis(200)).await?;
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nHost: zegel\r\n\r\n")
            .await?;
        let mut answer = Vec::new();
        let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await?;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
        Ok(())
    }

    #[tokio::test]
    async fn more_slow_connections_than_there_are_places_keep_no_probe_out() -> io::Result<()> {
        let served = Served::new(Registry::default(), fine(), fine());
        // They would last for an hour.
        let address = started(served, 8, Duration::from_secs(3600)).await?;
        let mut streams = slow(address, 300).await?;
        assert_eq!(ask(address, "/livez").await?, said("200 OK", "ok"));
        assert_eq!(ask(address, "/metrics").await?.0, "HTTP/1.1 200 OK");
        timeout(Duration::from_secs(20), async {
            while closed(&mut streams).await < 292 {}
        })
        .await?;
        Ok(())
    }

    #[tokio::test]
    async fn who_reads_no_metrics_keeps_nobody_else_from_them_for_long() -> io::Result<()> {
        let mut registry = Registry::default();
        for number in 0..20_000 {
            registry.register(
                format!("counter_{number}"),
                "x".repeat(400),
                Counter::<u64>::default(),
            );
        }
        let served = Served::new(registry, fine(), fine());
        let address = started(served, 100, Duration::from_millis(500)).await?;
        let mut lazy = Vec::new();
        for _ in 0..MOST_ANSWERS {
            let mut stream = TcpStream::connect(address).await?;
            stream
                .write_all(b"GET /metrics HTTP/1.1\r\nHost: zegel\r\n\r\n")
                .await?;
            lazy.push(stream);
        }
        timeout(Duration::from_secs(20), async {
            while !matches!(ask(address, "/metrics").await, Ok((_, body)) if body.contains("# EOF")) {}
        })
        .await?;
        drop(lazy);
        Ok(())
    }
}
