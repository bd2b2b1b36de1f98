//! What the CertificateRequests of cert-manager say of a certificate's keys: the current, the next, the authority's. Pure.
//!
//! A CertificateRequest holds the request for a certificate (the public key) and, once issued, the certificate with its chain;
//! never a private key. A Certificate has one for each of its revisions, as far as they are kept: the newest that was issued
//! says which key is current, one that came after it and is still pending which is next. Two revisions with the same key
//! show that the key stays at renewals, two with different ones that it changes. Revisions count within one Certificate: of one
//! that was deleted and made anew, requests of before may be left, with higher numbers.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::asn1::AnyRef;
use der::{Decode, Encode, SliceReader, Tag, Tagged};
use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer};
use serde_json::Value;

use crate::intent::{Issued, Keys};
use crate::records::dane::Tlsa;
use crate::transport::Certificate;
use crate::transport::chain::{Anchor, Astray, leads_to};

/// The annotation that names the Certificate.
const CERTIFICATE: &str = "cert-manager.io/certificate-name";

/// The annotation that counts its revisions.
const REVISION: &str = "cert-manager.io/certificate-revision";

/// The annotation by which somebody says of a Certificate that its key stays (`Never`) or not (`Always`): cert-manager copies
/// the annotations of a Certificate to its requests, and its rotationPolicy stands in the Certificate alone.
const ROTATION: &str = "zegel.dev/rotation-policy";

/// The most octets of a field that are read.
const MOST: usize = 64 * 1024;

/// One CertificateRequest, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The Certificate it is for.
    pub certificate: String,
    /// The Certificate's uid, for another may have had its name before.
    pub owner: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Which revision of it.
    pub revision: i64,
    /// How far it has come.
    pub stage: Stage,
    /// `3 1 1` of the key a certificate is asked for.
    pub requested: Option<Tlsa>,
    /// Whether somebody said that the key changes at a renewal.
    pub rotates: Option<bool>,
}

/// How far a request has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It waits.
    Pending,
    /// It was refused, or came to nothing.
    Failed,
    /// It was issued.
    Issued {
        /// `3 1 1` of the certificate's key.
        key: Tlsa,
        /// `2 1 1` of the authority that issued it, where the chain holds its certificate.
        issuer: Option<Tlsa>,
    },
}

impl Request {
    /// Reads one; `None` where it is for no Certificate, so that nobody can name it.
    pub fn read(object: &Value) -> Option<Self> {
        let meta = &object["metadata"];
        let note = |name: &str| meta["annotations"][name].as_str();
        let mut owners = meta["ownerReferences"].as_array().into_iter().flatten();
        let owner = owners.find(|owner| owner["kind"] == "Certificate");
        let of_owner = |field: &str| owner.and_then(|owner| owner[field].as_str());
        Some(Self {
            certificate: note(CERTIFICATE).or_else(|| of_owner("name"))?.to_owned(),
            owner: of_owner("uid").map(str::to_owned),
            created: meta["creationTimestamp"]
                .as_str()
                .and_then(|text| text.parse().ok()),
            revision: note(REVISION).and_then(|text| text.parse().ok()).unwrap_or(0),
            stage: stage(&object["status"]),
            requested: pem(&object["spec"]["request"]).and_then(|pem| requested(&pem)),
            rotates: note(ROTATION).and_then(|policy| match policy {
                "Never" => Some(false),
                "Always" => Some(true),
                _ => None,
            }),
        })
    }

    /// The key it is about.
    fn key(&self) -> Option<&Tlsa> {
        match &self.stage {
            Stage::Issued { key, .. } => Some(key),
            Stage::Pending => self.requested.as_ref(),
            Stage::Failed => None,
        }
    }
}

fn stage(status: &Value) -> Stage {
    let conditions = || status["conditions"].as_array().into_iter().flatten();
    let is = |kind: &str, status: &str| {
        conditions().any(|condition| condition["type"] == kind && condition["status"] == status)
    };
    let ended = |reason: &str| {
        conditions().any(|condition| condition["type"] == "Ready" && condition["reason"] == reason)
    };
    if is("Denied", "True") || is("InvalidRequest", "True") || ended("Failed") || ended("Denied") {
        return Stage::Failed;
    }
    let chain = pem(&status["certificate"])
        .map(|pem| certificates(&pem))
        .unwrap_or_default();
    match (is("Ready", "True"), chain.split_first()) {
        (true, Some((leaf, above))) => Stage::Issued {
            key: Tlsa::of_key(&leaf.1.public_key_info),
            issuer: above
                .iter()
                .find(|one| has_issued(one, leaf))
                .map(|(_, issuer)| Tlsa {
                    usage: 2,
                    ..Tlsa::of_key(&issuer.public_key_info)
                }),
        },
        _ => Stage::Pending,
    }
}

/// A certificate in DER, and as it was read.
type Read = (Vec<u8>, Certificate);

/// Whether one certificate is that of who issued another, by name and signature: under a record of any other nothing leads
/// anywhere (RFC 7671 5.2). Where that is beyond what is known here, it is taken for it; its dates are no matter.
fn has_issued((above, _): &Read, (der, leaf): &Read) -> bool {
    let chain = std::slice::from_ref(der);
    leads_to(chain, Anchor::Certificate(above), leaf.not_before) != Err(Astray::Broken)
}

/// A field of octets, as Kubernetes writes it.
fn pem(field: &Value) -> Option<Vec<u8>> {
    let text = field.as_str().filter(|text| text.len() <= MOST)?;
    STANDARD.decode(text).ok()
}

/// A chain, the certificate itself first, up to the first that cannot be read.
fn certificates(pem: &[u8]) -> Vec<Read> {
    let certificates = CertificateDer::pem_slice_iter(pem).map_while(Result::ok);
    let read = certificates.map_while(|der| Some((der.to_vec(), Certificate::from_der(&der).ok()?)));
    read.take(8).collect()
}

/// `3 1 1` of the key of a certification request (RFC 2986 4.1).
fn requested(pem: &[u8]) -> Option<Tlsa> {
    let der = CertificateSigningRequestDer::from_pem_slice(pem).ok()?;
    let outer = sequence(AnyRef::decode(&mut SliceReader::new(&der).ok()?).ok()?)?;
    let info = sequence(AnyRef::decode(&mut SliceReader::new(outer).ok()?).ok()?)?;
    let mut fields = SliceReader::new(info).ok()?;
    let (_version, _subject) = (
        AnyRef::decode(&mut fields).ok()?,
        AnyRef::decode(&mut fields).ok()?,
    );
    let key = AnyRef::decode(&mut fields).ok()?;
    sequence(key)?;
    Some(Tlsa::of_key(&key.to_der().ok()?))
}

fn sequence(any: AnyRef<'_>) -> Option<&[u8]> {
    (any.tag() == Tag::Sequence).then(|| any.value())
}

/// What all requests for one certificate come to.
pub fn issued<'r>(requests: impl IntoIterator<Item = &'r Request>) -> Issued {
    let mut requests: Vec<&Request> = requests.into_iter().collect();
    let mut newest_of: BTreeMap<Option<&str>, Option<Timestamp>> = BTreeMap::new();
    for request in &requests {
        let newest = newest_of.entry(request.owner.as_deref()).or_default();
        *newest = request.created.max(*newest);
    }
    // A Certificate that was made anew counts its revisions from the first again: the newer Certificate's are the later ones.
    requests.sort_by_key(|request| {
        let owner = request.owner.as_deref();
        (newest_of.get(&owner), owner, request.revision, request.created)
    });
    let current = requests.iter().enumerate().rev();
    let current = current.filter_map(|(at, request)| match &request.stage {
        Stage::Issued { key, issuer } => Some((at, *request, key, issuer)),
        Stage::Pending | Stage::Failed => None,
    });
    let mut current = current.peekable();
    let Some((at, newest, key, of_now)) = current.next() else {
        return Issued::Absent(match requests.last().map(|request| &request.stage) {
            None => "no CertificateRequest of it is there".to_owned(),
            Some(Stage::Failed) => "its CertificateRequest came to nothing".to_owned(),
            Some(_) => "its first CertificateRequest is not issued yet".to_owned(),
        });
    };
    let before = current.peek().and_then(|(_, request, _, issuer)| {
        let before = issuer.as_ref().filter(|_| request.owner == newest.owner)?;
        (of_now.as_ref()? != before).then(|| before.clone())
    });
    let own = requests.iter().filter(|request| request.owner == newest.owner);
    let mut seen = own.filter_map(|request| request.key());
    let first = seen.next();
    let others: Vec<&Tlsa> = seen.collect();
    let shown = match others.is_empty() {
        true => None,
        false => Some(others.iter().any(|key| Some(*key) != first)),
    };
    let is_later = |request: &Request| request.owner != newest.owner || request.revision > newest.revision;
    let later = requests.iter().skip(at + 1);
    let later = later.filter(|request| request.stage == Stage::Pending && is_later(request));
    Issued::Keys(Keys {
        revision: newest.revision,
        current: key.clone(),
        next: later
            .filter_map(|request| request.requested.clone())
            .find(|next| next != key),
        issuer: of_now.clone(),
        issuer_before: before,
        rotates: newest.rotates.or(shown),
    })
}

#[cfg(test)]
mod tests;
