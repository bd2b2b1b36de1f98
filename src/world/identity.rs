//! Who one is to a probe, and whom one believes: a certificate, its key, and the authority of the other side, as files.
//!
//! Both sides show a certificate, and both ask for one by the authority they were given: a probe connects to whatever it is
//! told, so it takes questions from nobody else. Files are read again now and then, because certificates are renewed
//! while the program runs; one that cannot be read then leaves the last good one in place.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::time::Instant;

/// What both sides say they speak (RFC 7301), so that nothing else is taken for it.
const PROTOCOL: &[u8] = b"zegel-probe";

/// Files are read again this often.
const READ_AGAIN: Duration = Duration::from_secs(60);

/// The files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The authorities the other side's certificate must come from, in PEM.
    pub authority: PathBuf,
    /// The own certificate, and those between it and its authority, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

impl Identity {
    /// Of one who asks.
    ///
    /// # Errors
    /// In words: which file cannot be used, and why.
    pub fn client(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]);
        let builder = builder.map_err(|error| error.to_string())?;
        let mut config = builder
            .with_root_certificates(self.authorities()?)
            .with_client_auth_cert(self.chain()?, self.private_key()?)
            .map_err(|error| self.pair(&error))?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(config)
    }

    /// Of one who answers.
    ///
    /// # Errors
    /// As of one who asks.
    pub fn server(&self) -> Result<ServerConfig, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let authorities = Arc::new(self.authorities()?);
        let clients = WebPkiClientVerifier::builder_with_provider(authorities, provider.clone()).build();
        let clients = clients.map_err(|error| cannot(&self.authority, &error))?;
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]);
        let mut config = builder
            .map_err(|error| error.to_string())?
            .with_client_cert_verifier(clients)
            .with_single_cert(self.chain()?, self.private_key()?)
            .map_err(|error| self.pair(&error))?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(config)
    }

    fn authorities(&self) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.authority)? {
            roots
                .add(certificate)
                .map_err(|error| cannot(&self.authority, &error))?;
        }
        Ok(roots)
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, String> {
        certificates(&self.certificate)
    }

    fn private_key(&self) -> Result<PrivateKeyDer<'static>, String> {
        PrivateKeyDer::from_pem_file(&self.key).map_err(|error| match error {
            rustls::pki_types::pem::Error::NoItemsFound => {
                cannot(&self.key, &"it holds no private key in PEM")
            }
            other => cannot(&self.key, &other),
        })
    }

    fn pair(&self, error: &rustls::Error) -> String {
        format!(
            "the certificate {} and the key {} cannot be used together: {error}",
            self.certificate.display(),
            self.key.display()
        )
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| cannot(path, &error))?;
    let all: Result<Vec<_>, _> = read.collect();
    match all.map_err(|error| cannot(path, &error))? {
        none if none.is_empty() => Err(cannot(path, &"it holds no certificate in PEM")),
        some => Ok(some),
    }
}

fn cannot(path: &Path, why: &dyn fmt::Display) -> String {
    format!("{} cannot be used: {why}", path.display())
}

/// What is made of the files, anew when they may have changed.
pub struct Renewed<C> {
    make: Box<dyn Fn() -> Result<C, String> + Send + Sync>,
    kept: Mutex<(Instant, Arc<C>)>,
}

impl<C> Renewed<C> {
    /// Makes it once, so that what is wrong from the start is said at the start.
    ///
    /// # Errors
    /// What `make` says.
    pub fn new(make: impl Fn() -> Result<C, String> + Send + Sync + 'static) -> Result<Self, String> {
        let first = Arc::new(make()?);
        Ok(Self {
            make: Box::new(make),
            kept: Mutex::new((Instant::now(), first)),
        })
    }

    /// The present one. Three small files are read, once a minute.
    pub fn get(&self) -> Arc<C> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.elapsed() >= READ_AGAIN {
            kept.0 = Instant::now();
            match (self.make)() {
                Ok(made) => kept.1 = Arc::new(made),
                Err(why) => tracing::warn!("{why}; what was read before goes on"),
            }
        }
        kept.1.clone()
    }
}

impl<C> fmt::Debug for Renewed<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renewed")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn files_are_read_again_now_and_then_and_what_cannot_be_read_takes_nothing_away() {
        let reads = Arc::new(AtomicU32::new(0));
        let counted = reads.clone();
        let renewed = Renewed::new(move || match counted.fetch_add(1, Ordering::Relaxed) {
            2 => Err("ca.crt cannot be used".to_owned()),
            number => Ok(number),
        })
        .unwrap();
        for (after, want) in [(0, 0), (59, 0), (2, 1), (10, 1), (60, 1), (60, 3)] {
            advance(Duration::from_secs(after)).await;
            assert_eq!(*renewed.get(), want, "after {after} more");
        }
        assert_eq!(reads.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let made = rcgen::generate_simple_self_signed(["probe.voorbeeld.nl".to_owned()]).unwrap();
        let other = rcgen::KeyPair::generate().unwrap();
        std::fs::write(file("tls.crt"), made.cert.pem()).unwrap();
        std::fs::write(file("tls.key"), made.signing_key.serialize_pem()).unwrap();
        std::fs::write(file("other.key"), other.serialize_pem()).unwrap();
        std::fs::write(file("empty"), "").unwrap();
        let identity = |authority: &str, certificate: &str, key: &str| Identity {
            authority: file(authority),
            certificate: file(certificate),
            key: file(key),
        };
        let right = identity("tls.crt", "tls.crt", "tls.key");
        assert!(right.client().is_ok() && right.server().is_ok());
        for (wrong, says) in [
            (
                identity("missing", "tls.crt", "tls.key"),
                "missing cannot be used",
            ),
            (identity("empty", "tls.crt", "tls.key"), "no certificate in PEM"),
            (identity("tls.crt", "tls.key", "tls.key"), "no certificate in PEM"),
            (identity("tls.crt", "tls.crt", "tls.crt"), "no private key in PEM"),
            (
                identity("tls.crt", "tls.crt", "other.key"),
                "cannot be used together",
            ),
        ] {
            for said in [wrong.client().unwrap_err(), wrong.server().unwrap_err()] {
                assert!(said.contains(says), "{said}");
            }
        }
    }
}
