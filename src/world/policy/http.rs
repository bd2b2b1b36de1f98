//! One request over TLS, and as much of the answer as a policy may hold.

use std::pin::pin;
use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::tls::untrusted;
use crate::inquiry::{MAX_POLICY, Served, Trouble};
use crate::name::Name;

/// So much of a header's value is kept.
const MAX_HEADER: usize = 120;

/// Asks for the policy over an open connection.
pub(super) async fn get(stream: TcpStream, host: &Name, tls: Arc<ClientConfig>) -> Result<Served, Trouble> {
    let server = ServerName::try_from(host.as_str().to_owned()).map_err(|_| Trouble::NoRoute)?;
    let stream = match TlsConnector::from(tls).connect(server, stream).await {
        Ok(stream) => stream,
        Err(error) => return untrusted(&error).map(Served::Untrusted).ok_or(Trouble::Network),
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Trouble::Network)?;
    let request = Request::get("/.well-known/mta-sts.txt")
        .header(HOST, host.as_str())
        .header(ACCEPT, "text/plain")
        .header(USER_AGENT, concat!("zegel/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())
        .map_err(|_| Trouble::NoRoute)?;
    let exchange = async {
        let answer = sender
            .send_request(request)
            .await
            .map_err(|_| Trouble::Malformed)?;
        let (head, body) = answer.into_parts();
        match head.status {
            StatusCode::OK => read(body, word(&head.headers, CONTENT_TYPE)).await,
            other => Ok(Served::Status {
                code: other.as_u16(),
                location: word(&head.headers, LOCATION),
            }),
        }
    };
    // The connection moves only while it is looked after; when it has ended, what came before may still have to be read.
    let (mut exchange, mut connection) = (pin!(exchange), pin!(connection));
    tokio::select! {
        biased;
        served = &mut exchange => return served,
        _ = &mut connection => {}
    }
    exchange.await
}

async fn read(mut body: Incoming, media_type: Option<String>) -> Result<Served, Trouble> {
    let mut octets = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Trouble::Malformed)?;
        let Some(data) = frame.data_ref() else { continue };
        if octets.len() + data.len() > MAX_POLICY {
            return Ok(Served::TooLarge);
        }
        octets.extend_from_slice(data);
    }
    Ok(Served::File {
        media_type,
        body: octets,
    })
}

/// A header's value, as far as it is text, and cut.
fn word(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.chars().take(MAX_HEADER).collect())
}
