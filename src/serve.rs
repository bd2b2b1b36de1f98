//! `/livez`, `/readyz` and `/metrics`, over plain HTTP.
//!
//! Live means that the program runs its tasks; ready that its caches are filled, on a standby too (a rollout behind a
//! PodDisruptionBudget would wait for ever else). Nothing here knows Kubernetes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

/// What is served.
#[derive(Debug)]
pub struct Served {
    registry: Registry,
    ready: AtomicBool,
}

impl Served {
    /// Serves these metrics; not ready yet.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            ready: AtomicBool::new(false),
        }
    }

    /// From now on `/readyz` says so.
    pub fn set_ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }
}

/// Serves until the listener fails.
///
/// # Errors
/// What made it fail.
pub async fn serve(listener: TcpListener, served: Arc<Served>) -> io::Result<()> {
    let router = Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(served);
    axum::serve(listener, router).await
}

async fn readyz(State(served): State<Arc<Served>>) -> (StatusCode, &'static str) {
    match served.ready.load(Ordering::Relaxed) {
        true => (StatusCode::OK, "ok"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the caches are not filled yet"),
    }
}

async fn metrics(State(served): State<Arc<Served>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &served.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    /// The status line and the body.
    async fn ask(address: SocketAddr, path: &str) -> io::Result<(String, String)> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: zegel\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.lines().next().unwrap_or_default();
        Ok((status.to_owned(), body.to_owned()))
    }

    #[tokio::test]
    async fn live_at_once_and_ready_when_the_caches_are_filled() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let served = Arc::new(Served::new(Registry::default()));
        tokio::spawn(serve(listener, served.clone()));

        let said = |status: &str, body: &str| (format!("HTTP/1.1 {status}"), body.to_owned());
        let waiting = said("503 Service Unavailable", "the caches are not filled yet");
        assert_eq!(ask(address, "/livez").await?, said("200 OK", "ok"));
        assert_eq!(ask(address, "/readyz").await?, waiting);

        served.set_ready();
        assert_eq!(ask(address, "/livez").await?, said("200 OK", "ok"));
        assert_eq!(ask(address, "/readyz").await?, said("200 OK", "ok"));
        assert_eq!(ask(address, "/metrics").await?, said("200 OK", "# EOF\n"));
        Ok(())
    }
}
