//! A client that takes the certificates that count, and what is wrong with one that does not.

use std::sync::Arc;

use rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use crate::world::fetching::Authorities;

/// A client that checks names and chains, and speaks TLS 1.2 or 1.3.
pub(super) fn client(authorities: &Authorities) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    match authorities {
        Authorities::Public => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Authorities::These(some) => {
            roots.add_parsable_certificates(some.iter().cloned());
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = versions.unwrap_or_else(|_| ClientConfig::builder());
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// What is wrong with a certificate; `None` where a handshake failed for another reason.
pub(super) fn untrusted(error: &std::io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    let Error::InvalidCertificate(why) = error else {
        return None;
    };
    Some(match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "no public authority stands behind it".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        CertificateError::Revoked => "it is revoked".to_owned(),
        other => format!("it cannot be checked ({other:?})"),
    })
}
