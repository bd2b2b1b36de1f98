//! An HTTPS server on loopback that answers each connection with the octets it was given.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use zegel::world::{Authorities, PolicyConfig};

/// An authority of the tests' own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        // No two are of one name.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// What trusts it.
    pub(crate) fn trusted(&self) -> Authorities {
        Authorities::These(Arc::new(vec![self.0.der().clone()]))
    }

    /// A certificate for `name`, valid or long gone, and its key.
    fn certificate(&self, name: &str, expired: bool) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 2, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        (certificate.der().clone(), PrivateKeyDer::Pkcs8(key))
    }
}

/// What a server does with a request.
#[derive(Clone)]
pub(crate) enum Habit {
    /// Sends these octets, and closes.
    Sends(Vec<u8>),
    /// Sends the first part, and the second after a while that nobody waits for.
    Stalls(Vec<u8>),
}

/// A server at work.
pub(crate) struct Server {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Starts one whose certificate is for `name`.
    pub(crate) async fn start(authority: &Authority, name: &str, expired: bool, habit: Habit) -> Self {
        let (certificate, key) = authority.certificate(name, expired);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let (acceptor, habit) = (acceptor.clone(), habit.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut request = vec![0; 2048];
                    let Ok(length) = stream.read(&mut request).await else {
                        return;
                    };
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    assert!(
                        request.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"),
                        "{request}"
                    );
                    assert!(
                        request.to_ascii_lowercase().contains("\r\nhost: mta-sts."),
                        "{request}"
                    );
                    let octets = match &habit {
                        Habit::Sends(octets) | Habit::Stalls(octets) => octets,
                    };
                    let _ = stream.write_all(octets).await;
                    let _ = stream.flush().await;
                    if let Habit::Stalls(_) = habit {
                        tokio::time::sleep(Duration::from_secs(3600)).await;
                    }
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, connections }
    }

    /// How often anybody connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How a world comes to it.
    pub(crate) fn config(&self, authority: &Authority) -> PolicyConfig {
        PolicyConfig {
            authorities: authority.trusted(),
            port: self.port,
        }
    }
}

/// An answer with this status line and these headers, whose body's length is told.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
