//! A mail server that does what its script says: one script a connection, the last one again and again.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;

/// One thing a server does.
#[derive(Clone)]
pub(crate) enum Act {
    /// Sends these octets.
    Send(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Hears something: a line, or a hello.
    Hear,
    /// Ends the connection.
    Close,
    /// Shakes hands.
    Tls(Arc<ServerConfig>),
}

pub(crate) fn say(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

/// A server as most are, up to the go-ahead.
pub(crate) fn up_to_tls() -> Vec<Act> {
    vec![
        say("220 mx1.voorbeeld.nl ESMTP\r\n"),
        Act::Hear,
        say("250-mx1.voorbeeld.nl\r\n250 STARTTLS\r\n"),
        Act::Hear,
        say("220 go ahead\r\n"),
    ]
}

/// The same, and then TLS.
pub(crate) fn with_tls(config: &Arc<ServerConfig>) -> Vec<Act> {
    let mut acts = up_to_tls();
    acts.push(Act::Tls(config.clone()));
    acts
}

/// The same, and then octets in answer to any hello.
pub(crate) fn with_flight(octets: &[u8]) -> Vec<Act> {
    let mut acts = up_to_tls();
    acts.extend([Act::Hear, Act::Send(octets.to_vec())]);
    acts
}

pub(crate) struct Server {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// When each connection came.
    pub(crate) connections: Arc<Mutex<Vec<Instant>>>,
    /// What was heard, over all connections.
    pub(crate) heard: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// Starts one at a port of its own.
    pub(crate) async fn start(scripts: Vec<Vec<Act>>) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), scripts).await
    }

    /// Starts one at this address.
    pub(crate) async fn start_at(at: SocketAddr, scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind(at).await.expect("a free port");
        let at = listener.local_addr().expect("an address");
        let server = Self {
            address: at.ip(),
            port: at.port(),
            connections: Arc::default(),
            heard: Arc::default(),
        };
        let (connections, heard) = (server.connections.clone(), server.heard.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut connections = connections.lock().unwrap();
                    connections.push(Instant::now());
                    connections.len()
                };
                let script = scripts
                    .get(number - 1)
                    .or(scripts.last())
                    .cloned()
                    .unwrap_or_default();
                tokio::spawn(play(stream, script, heard.clone()));
            }
        });
        server
    }

    pub(crate) fn count(&self) -> usize {
        self.connections.lock().unwrap().len()
    }

    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

async fn play(mut stream: TcpStream, script: Vec<Act>, heard: Arc<Mutex<Vec<u8>>>) -> Option<()> {
    let mut octets = [0; 4096];
    for act in script {
        match act {
            Act::Send(text) => stream.write_all(&text).await.ok()?,
            Act::Close => return Some(()),
            Act::Wait(time) => sleep(time).await,
            Act::Hear => {
                let came = stream.read(&mut octets).await.ok().filter(|came| *came > 0)?;
                heard.lock().unwrap().extend(&octets[..came]);
            }
            Act::Tls(config) => {
                let mut stream = TlsAcceptor::from(config).accept(stream).await.ok()?;
                let came = stream.read(&mut octets).await.ok()?;
                heard.lock().unwrap().extend(&octets[..came]);
                return Some(());
            }
        }
    }
    // What is still said is heard, so that nothing is lost by a reset.
    while let Ok(came @ 1..) = stream.read(&mut octets).await {
        heard.lock().unwrap().extend(&octets[..came]);
    }
    Some(())
}

/// A certificate for these names by nobody in particular, and a server that shows it.
pub(crate) fn self_signed(names: &[&str]) -> (Vec<u8>, Arc<ServerConfig>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let der = made.cert.der().to_vec();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(der.clone())], key)
        .expect("a certificate and its key");
    (der, Arc::new(config))
}
