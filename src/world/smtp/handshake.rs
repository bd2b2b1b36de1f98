//! One whole handshake by rustls, that shows the server's certificates; and whether they lead to a public root.
//!
//! Nothing is refused here: the certificates are wanted whatever they are worth, and no message follows. Whether they
//! are trusted is asked afterwards, of the roots Mozilla trusts, and noted beside them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, PeerMisbehaved,
    RootCertStore, SignatureScheme,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::talk::Connection;
use crate::inquiry::{Halt, Handshake};
use crate::name::Name;
use crate::transport::certificate::Key;
use crate::transport::{Certificate, Group, Suite, Version};

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
    ) -> Result<Handshake, Halted> {
        let ours = |words| Halted {
            words,
            halt: Halt::Ours,
        };
        let Ok(name) = ServerName::try_from(host.to_string()) else {
            return Err(ours(format!(
                "{host} is no name a certificate could be asked for"
            )));
        };
        let witness = Arc::new(Witness::new(self.provider.clone()));
        let config = ClientConfig::builder_with_provider(self.provider.clone());
        let config = match config.with_safe_default_protocol_versions() {
            Ok(config) => config,
            Err(error) => return Err(ours(error.to_string())),
        };
        let config = config
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_client_cert_resolver(witness.clone());
        let connector = TlsConnector::from(Arc::new(config));
        let shaken = timeout(patience, connector.connect(name.clone(), connection.stream)).await;
        let mut stream = match shaken {
            Err(_) => {
                return Err(Halted {
                    words: "the server did not answer in time".to_owned(),
                    halt: Halt::Silent,
                });
            }
            Ok(Err(error)) => return Err(witness.halted(&error)),
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
            proven: witness.proven().map_err(|error| error.to_string()),
            chain: chain.iter().map(|certificate| certificate.to_vec()).collect(),
        };
        let _ = timeout(Duration::from_secs(1), stream.write_all(b"QUIT\r\n")).await;
        // Under TLS 1.3 a server that requires a certificate says so only once our side is done (RFC 8446 4.4.2.4).
        let refused = match witness.was_asked() {
            true => timeout(patience, stream.read(&mut [0; 512])).await,
            false => Ok(Ok(0)),
        };
        let _ = timeout(Duration::from_secs(1), stream.shutdown()).await;
        // Who only hangs up has taken leave.
        if let Ok(Err(error)) = refused
            && matches!(library(&error), Some(Error::AlertReceived(_)))
        {
            return Err(witness.halted(&error));
        }
        match witness.is_forged(&seen.chain) {
            true => Err(Halted {
                words: "it does not show that it holds the key of its certificate".to_owned(),
                halt: Halt::Broken,
            }),
            false => Ok(seen),
        }
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

/// Why a handshake did not come about, and whose doing that is.
#[derive(Debug)]
pub(super) struct Halted {
    pub(super) words: String,
    pub(super) halt: Halt,
}

/// What the library says of an error on a connection, where it is its own.
fn library(error: &std::io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())
}

/// What an error of the library is in words, and whose doing; `None`: that hangs on what the server showed and asked before.
fn words(error: &Error) -> (String, Option<Halt>) {
    let (words, halt) = match error {
        Error::AlertReceived(alert) => {
            return (format!("the server ended it with the alert {alert:?}"), None);
        }
        Error::PeerIncompatible(why) => (
            format!("it speaks nothing that this client does ({why:?})"),
            Halt::Apart,
        ),
        Error::InvalidMessage(
            InvalidMessage::CertificatePayloadTooLarge | InvalidMessage::HandshakePayloadTooLarge,
        ) => (
            "it sends a message of more than 64 KiB, which this client does not take".to_owned(),
            Halt::TooLong,
        ),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => (
            "it answers with something that is no TLS".to_owned(),
            Halt::Broken,
        ),
        Error::InvalidMessage(why) => (
            format!("it sends what cannot be read as TLS ({why:?})"),
            Halt::Broken,
        ),
        Error::NoCertificatesPresented => ("it shows no certificate".to_owned(), Halt::Broken),
        Error::DecryptError => ("what it sends cannot be decrypted".to_owned(), Halt::Broken),
        Error::PeerMisbehaved(PeerMisbehaved::TooManyWarningAlertsReceived) => {
            ("it sends warnings and no end of them".to_owned(), Halt::Broken)
        }
        Error::PeerMisbehaved(why) => (format!("it breaks the rules of TLS ({why:?})"), Halt::Broken),
        Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerSentOversizedRecord
        | Error::NoApplicationProtocol => (format!("it breaks the rules of TLS: {error}"), Halt::Broken),
        // What else the library stops at is in itself, or it does not say whose doing it is.
        other => (format!("this client could not go on: {other}"), Halt::Ours),
    };
    (words, Some(halt))
}

/// Takes whatever is shown, has no certificate of its own, and notes what was shown and asked.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    proven: Mutex<Result<(), Error>>,
    /// Whether the server showed a certificate.
    was_shown: AtomicBool,
    /// Whether it asked for one.
    was_asked: AtomicBool,
}

impl Witness {
    fn new(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            proven: Mutex::new(Ok(())),
            was_shown: AtomicBool::default(),
            was_asked: AtomicBool::default(),
        }
    }

    fn proven(&self) -> Result<(), Error> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn was_asked(&self) -> bool {
        self.was_asked.load(Ordering::Relaxed)
    }

    /// Why a handshake did not come about: who wanted a certificate and gave up did so for want of it, as far as can be known.
    fn halted(&self, error: &std::io::Error) -> Halted {
        let (words, halt) = match library(error) {
            Some(inner) => words(inner),
            None => ("the server closed the connection".to_owned(), None),
        };
        match halt {
            Some(halt) => Halted { words, halt },
            None if self.was_asked() => Halted {
                words: format!("it wants a certificate of whoever delivers: {words}"),
                halt: Halt::ClientCertificate,
            },
            None => Halted {
                words,
                halt: match self.was_shown.load(Ordering::Relaxed) {
                    true => Halt::Broken,
                    false => Halt::Apart,
                },
            },
        }
    }

    /// Whether what should show that the server holds its key does not. Of a small RSA key the library checks no signature.
    fn is_forged(&self, chain: &[Vec<u8>]) -> bool {
        let is_wrong = self.proven() == Err(Error::InvalidCertificate(CertificateError::BadSignature));
        let leaf = chain.first().and_then(|leaf| Certificate::from_der(leaf).ok());
        is_wrong && leaf.is_some_and(|leaf| !matches!(leaf.key, Key::Rsa(bits) if bits < 2048))
    }

    fn note(
        &self,
        verified: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if let Err(error) = verified {
            *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = Err(error);
        }
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
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
        self.was_shown.store(true, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::own;

    /// Nothing is put down to a server that the library stops at by itself.
    #[test]
    fn whose_doing_an_end_was_is_told_by_what_is_known_of_it() {
        use rustls::{AlertDescription, ContentType, HandshakeType, PeerIncompatible};
        let (broken, ours) = (Some(Halt::Broken), Some(Halt::Ours));
        for (error, halt, says) in [
            (Error::DecryptError, broken, "cannot be decrypted"),
            (Error::NoCertificatesPresented, broken, "no certificate"),
            (
                Error::PeerSentOversizedRecord,
                broken,
                "it breaks the rules of TLS: ",
            ),
            (
                Error::InappropriateMessage {
                    expect_types: vec![ContentType::Handshake],
                    got_type: ContentType::ApplicationData,
                },
                broken,
                "it breaks the rules of TLS: ",
            ),
            (
                Error::InappropriateHandshakeMessage {
                    expect_types: vec![HandshakeType::ServerHello],
                    got_type: HandshakeType::Finished,
                },
                broken,
                "it breaks the rules of TLS: ",
            ),
            (
                Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
                Some(Halt::Apart),
                "nothing that this client does",
            ),
            (
                Error::AlertReceived(AlertDescription::HandshakeFailure),
                None,
                "alert HandshakeFailure",
            ),
            (Error::EncryptError, ours, "this client could not go on: "),
            (
                Error::FailedToGetRandomBytes,
                ours,
                "this client could not go on: ",
            ),
            (
                Error::FailedToGetCurrentTime,
                ours,
                "this client could not go on: ",
            ),
            (Error::HandshakeNotComplete, ours, "this client could not go on: "),
            (Error::UnsupportedNameType, ours, "this client could not go on: "),
            (
                Error::InvalidCertificate(CertificateError::BadEncoding),
                ours,
                "this client could not go on: ",
            ),
            (
                Error::General("no".to_owned()),
                ours,
                "this client could not go on: ",
            ),
        ] {
            let (told, whose) = words(&error);
            assert_eq!(whose, halt, "{error:?}");
            assert!(told.contains(says), "{error:?}: {told}");
        }
    }

    /// What is said to be beyond this client is so by the library's own lists.
    #[test]
    fn what_our_own_client_speaks_is_known_by_number() {
        let provider = aws_lc_rs::default_provider();
        let sorted = |mut all: Vec<u16>| {
            all.sort_unstable();
            all
        };
        let suites = provider.cipher_suites.iter().map(|suite| suite.suite().into());
        assert_eq!(sorted(suites.collect()), own::SUITES);
        let groups = provider.kx_groups.iter().map(|group| group.name().into());
        assert_eq!(sorted(groups.collect()), own::GROUPS);
        let schemes = provider.signature_verification_algorithms.supported_schemes();
        // With ML-DSA nothing is signed below TLS 1.3, where key exchanges cannot be seen.
        let schemes = schemes.into_iter().map(u16::from);
        let below = schemes.filter(|scheme| !(0x0904..=0x0906).contains(scheme));
        assert_eq!(sorted(below.collect()), own::SCHEMES);
    }
}
