//! One whole handshake by rustls, that shows the server's certificates; and whether they lead to a public root.
//!
//! Nothing is refused here: the certificates are wanted whatever they are worth, and no message follows. Whether they
//! are trusted is asked afterwards, of the roots Mozilla trusts, and noted beside them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::talk::Connection;
use crate::inquiry::Handshake;
use crate::name::Name;
use crate::transport::{Group, Suite, Version};

/// What every handshake needs.
#[derive(Debug)]
pub(super) struct Shaker {
    provider: Arc<CryptoProvider>,
    roots: Option<Arc<WebPkiServerVerifier>>,
}

impl Shaker {
    pub(super) fn new() -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let store = Arc::new(RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        });
        let roots = WebPkiServerVerifier::builder_with_provider(store, provider.clone());
        Self {
            provider,
            roots: roots.build().ok(),
        }
    }

    /// Shakes hands as `host` would be greeted, within `patience`.
    ///
    /// # Errors
    /// When none comes about: the server's or the library's words.
    pub(super) async fn shake(
        &self,
        connection: Connection,
        host: &Name,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Handshake, String> {
        let Ok(name) = ServerName::try_from(host.to_string()) else {
            return Err(format!("{host} is no name a certificate could be asked for"));
        };
        let witness = Arc::new(Witness {
            provider: self.provider.clone(),
            proven: Mutex::new(Ok(())),
        });
        let config = ClientConfig::builder_with_provider(self.provider.clone());
        let config = match config.with_safe_default_protocol_versions() {
            Ok(config) => config,
            Err(error) => return Err(error.to_string()),
        };
        let config = config
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let shaken = timeout(patience, connector.connect(name.clone(), connection.stream)).await;
        let mut stream = match shaken {
            Err(_) => return Err("the server did not answer in time".to_owned()),
            Ok(Err(error)) => return Err(words(&error)),
            Ok(Ok(stream)) => stream,
        };
        let (_, session) = stream.get_ref();
        let chain: Vec<CertificateDer<'_>> = session.peer_certificates().unwrap_or_default().to_vec();
        let group = session.negotiated_key_exchange_group();
        let suite = session.negotiated_cipher_suite();
        let seen = Handshake {
            version: Version(session.protocol_version().map_or(0, u16::from)),
            suite: Suite(suite.map_or(0, |suite| u16::from(suite.suite()))),
            group: group.map(|group| Group(u16::from(group.name()))),
            trusted: self.trusted(&chain, &name, now),
            proven: witness
                .proven
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            chain: chain.iter().map(|certificate| certificate.to_vec()).collect(),
        };
        let _ = timeout(Duration::from_secs(1), stream.write_all(b"QUIT\r\n")).await;
        let _ = timeout(Duration::from_secs(1), stream.shutdown()).await;
        Ok(seen)
    }

    fn trusted(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: Timestamp,
    ) -> Result<(), String> {
        let (Some((leaf, rest)), Some(roots)) = (chain.split_first(), &self.roots) else {
            return Err("no certificate was sent".to_owned());
        };
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        match roots.verify_server_cert(leaf, rest, name, &[], now) {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(error)) => Err(match error {
                CertificateError::UnknownIssuer => "it leads to no public root".to_owned(),
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "it has expired".to_owned()
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "it is not valid yet".to_owned()
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "it is not for this host".to_owned()
                }
                CertificateError::BadSignature => "a signature of its chain is wrong".to_owned(),
                other => other.to_string(),
            }),
            Err(other) => Err(other.to_string()),
        }
    }
}

/// Why a handshake did not come about, in the server's or the library's words.
fn words(error: &std::io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::AlertReceived(alert)) => format!("the server ended it with the alert {alert:?}"),
        Some(inner) => inner.to_string(),
        None => "the server closed the connection".to_owned(),
    }
}

/// Takes whatever is shown, and notes whether the key was.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    proven: Mutex<Result<(), String>>,
}

impl Witness {
    fn note(
        &self,
        verified: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if let Err(error) = verified {
            *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = Err(error.to_string());
        }
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.note(verify_tls12_signature(message, certificate, signed, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        self.note(verify_tls13_signature(message, certificate, signed, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
