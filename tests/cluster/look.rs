//! Looking at what can only be asked for: events, HTTP, and waiting until something is so.

use std::time::Duration;

use k8s_openapi::api::events::v1::Event;
use kube::Client;
use kube::api::{Api, ListParams};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::PATIENCE;

/// The events told of an object, in order of their time.
pub async fn events(client: &Client, namespace: &str, name: &str) -> Vec<(String, String)> {
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let mut events = events.list(&ListParams::default()).await.unwrap().items;
    events.retain(|event| {
        event
            .regarding
            .as_ref()
            .is_some_and(|object| object.name.as_deref() == Some(name))
    });
    events.sort_by_key(|event| event.event_time.clone());
    let told = |event: Event| (event.reason.unwrap_or_default(), event.type_.unwrap_or_default());
    events.into_iter().map(told).collect()
}

/// Waits until something that can only be asked for is so.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let wait = async {
        while !holds().await {
            sleep(Duration::from_millis(25)).await;
        }
    };
    assert!(timeout(PATIENCE, wait).await.is_ok(), "not in time: {what}");
}

/// A GET: status and body.
pub async fn http(address: std::net::SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}
