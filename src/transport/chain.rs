//! Whether the certificates a server sends lead to an authority of somebody's own choice (RFC 5280 6, RFC 7671 5.2):
//! signatures, dates and purposes up to it. Whom it is for is not looked at here.
//!
//! webpki does the work, by way of rustls, with that authority as its only anchor. What it does not know (an algorithm,
//! an old form) is no fault of the chain: others may know it.

use std::time::Duration;

use der::asn1::AnyRef;
use der::{Decode, SliceReader};
use jiff::Timestamp;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, Der, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};

use super::certificate::{Certificate, Key};

/// An authority.
#[derive(Debug, Clone, Copy)]
pub enum Anchor<'a> {
    /// By its certificate, in DER.
    Certificate(&'a [u8]),
    /// By its SubjectPublicKeyInfo alone, in DER: whatever it is called.
    Key(&'a [u8]),
}

/// Why a chain does not lead there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Astray {
    /// Something of it is not judged here: an algorithm, a form or a purpose nobody here knows.
    Unjudged,
    /// One of its certificates has ended, or has not begun.
    OutOfDate,
    /// A signature is missing, or is not the next one's.
    Broken,
}

/// RSA keys below this size are known to others, not here.
const SMALLEST_RSA: usize = 2048;

/// Whether the first certificate of a chain leads to the anchor at this time, by those sent with it in any order.
///
/// # Errors
/// Why it does not.
pub fn leads_to(chain: &[Vec<u8>], anchor: Anchor<'_>, at: Timestamp) -> Result<(), Astray> {
    let Some((leaf, rest)) = chain.split_first() else {
        return Err(Astray::Broken);
    };
    let mut roots = RootCertStore::empty();
    match anchor {
        Anchor::Certificate(der) => {
            let read = Certificate::from_der(der).map_err(|_| Astray::Unjudged)?;
            // One below another is trusted as it is: it is no part of the path that is looked at (RFC 5280 6.1), and OpenSSL looks
            // at the dates of a root alone.
            if read.is_self_issued && !read.is_valid_at(at) {
                return Err(Astray::OutOfDate);
            }
            let added = roots.add(CertificateDer::from(der));
            added.map_err(|_| Astray::Unjudged)?;
        }
        // A key has no name: it may be whoever signed any of them.
        Anchor::Key(info) => {
            let key = contents(info).ok_or(Astray::Unjudged)?;
            let issuers = chain.iter().filter_map(|der| Certificate::from_der(der).ok());
            roots.roots.extend(issuers.map(|certificate| TrustAnchor {
                subject: Der::from(certificate.issuer),
                subject_public_key_info: Der::from(key.to_vec()),
                name_constraints: None,
            }));
        }
    }
    let leaf = CertificateDer::from(leaf.as_slice());
    let leaf = ParsedCertificate::try_from(&leaf).map_err(|_| Astray::Unjudged)?;
    let rest: Vec<CertificateDer<'_>> = rest
        .iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let now = u64::try_from(at.as_second()).map_err(|_| Astray::Unjudged)?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    let known = default_provider().signature_verification_algorithms;
    let verified = verify_server_cert_signed_by_trust_anchor(&leaf, &roots, &rest, now, known.all);
    verified.map_err(|error| match error {
        _ if has_small_key(chain) => Astray::Unjudged,
        Error::InvalidCertificate(why) => why_astray(&why),
        _ => Astray::Unjudged,
    })
}

fn why_astray(why: &CertificateError) -> Astray {
    match why {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Astray::OutOfDate,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Astray::Broken,
        _ => Astray::Unjudged,
    }
}

fn has_small_key(chain: &[Vec<u8>]) -> bool {
    let read = chain.iter().filter_map(|der| Certificate::from_der(der).ok());
    let mut keys = read.map(|certificate| certificate.key);
    keys.any(|key| matches!(key, Key::Rsa(bits) if bits < SMALLEST_RSA))
}

/// What stands within the outermost sequence.
fn contents(der: &[u8]) -> Option<&[u8]> {
    let any = AnyRef::decode(&mut SliceReader::new(der).ok()?).ok()?;
    Some(any.value())
}
