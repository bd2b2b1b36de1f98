//! How policies of MTA-STS are fetched: whose certificates count, and at which port.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// How policies are fetched.
#[derive(Debug, Clone)]
pub struct PolicyConfig {
    /// Whose certificates count.
    pub authorities: Authorities,
    /// The port: 443, except where a test stands in for a server.
    pub port: u16,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            authorities: Authorities::Public,
            port: 443,
        }
    }
}

/// Whose certificates count.
#[derive(Clone)]
pub enum Authorities {
    /// The public ones, as Mozilla has them.
    Public,
    /// These alone: for trials with a server of one's own.
    These(Arc<Vec<CertificateDer<'static>>>),
}

impl Authorities {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    /// When the file cannot be read, or holds none.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let read = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
        let all: Result<Vec<_>, _> = read.collect();
        match all.map_err(|error| error.to_string())? {
            none if none.is_empty() => Err("it holds no certificate in PEM".to_owned()),
            some => Ok(Self::These(Arc::new(some))),
        }
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("Public"),
            Self::These(some) => write!(f, "These({})", some.len()),
        }
    }
}
