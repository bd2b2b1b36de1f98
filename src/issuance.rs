//! What the CertificateRequests of cert-manager say of a certificate's keys: the current, the next, the authority's. Pure.
//!
//! A CertificateRequest holds the request for a certificate (the public key) and, once issued, the certificate with its chain;
//! never a private key. A Certificate has one for each of its revisions, as far as they are kept: the newest that was issued
//! says which key is current, one that came after it and is still pending which is next. Two revisions with the same key
//! show that the key stays at renewals, two with different ones that it changes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::asn1::AnyRef;
use der::{Decode, Encode, SliceReader, Tag, Tagged};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer};
use serde_json::Value;

use crate::intent::{Issued, Keys};
use crate::records::dane::Tlsa;
use crate::transport::Certificate;

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
        /// `2 1 1` of the authority, where the chain holds its certificate.
        issuer: Option<Tlsa>,
    },
}

impl Request {
    /// Reads one; `None` where it is for no Certificate, so that nobody can name it.
    pub fn read(object: &Value) -> Option<Self> {
        let meta = &object["metadata"];
        let note = |name: &str| meta["annotations"][name].as_str();
        let owner = || {
            let mut owners = meta["ownerReferences"].as_array()?.iter();
            owners.find(|owner| owner["kind"] == "Certificate")?["name"].as_str()
        };
        Some(Self {
            certificate: note(CERTIFICATE).or_else(owner)?.to_owned(),
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
        .map(|pem| keys(&pem))
        .unwrap_or_default();
    match (is("Ready", "True"), chain.split_first()) {
        (true, Some((leaf, above))) => Stage::Issued {
            key: Tlsa::of_key(leaf),
            issuer: above.first().map(|issuer| Tlsa {
                usage: 2,
                ..Tlsa::of_key(issuer)
            }),
        },
        _ => Stage::Pending,
    }
}

/// A field of octets, as Kubernetes writes it.
fn pem(field: &Value) -> Option<Vec<u8>> {
    let text = field.as_str().filter(|text| text.len() <= MOST)?;
    STANDARD.decode(text).ok()
}

/// The public keys of a chain, the certificate's own first, up to the first that cannot be read.
fn keys(pem: &[u8]) -> Vec<Vec<u8>> {
    let certificates = CertificateDer::pem_slice_iter(pem).map_while(Result::ok);
    let read = certificates.map_while(|der| Certificate::from_der(&der).ok());
    read.map(|certificate| certificate.public_key_info)
        .take(8)
        .collect()
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
    requests.sort_by_key(|request| request.revision);
    let current = requests.iter().rev().find_map(|request| match &request.stage {
        Stage::Issued { key, issuer } => Some((*request, key, issuer)),
        Stage::Pending | Stage::Failed => None,
    });
    let Some((newest, key, issuer)) = current else {
        return Issued::Absent(match requests.last().map(|request| &request.stage) {
            None => "no CertificateRequest of it is there".to_owned(),
            Some(Stage::Failed) => "its CertificateRequest came to nothing".to_owned(),
            Some(_) => "its first CertificateRequest is not issued yet".to_owned(),
        });
    };
    let mut seen = requests.iter().filter_map(|request| request.key());
    let first = seen.next();
    let others: Vec<&Tlsa> = seen.collect();
    let shown = match others.is_empty() {
        true => None,
        false => Some(others.iter().any(|key| Some(*key) != first)),
    };
    let later = requests
        .iter()
        .filter(|request| request.revision > newest.revision && request.stage == Stage::Pending);
    Issued::Keys(Keys {
        revision: newest.revision,
        current: key.clone(),
        next: later
            .filter_map(|request| request.requested.clone())
            .find(|next| next != key),
        issuer: issuer.clone(),
        rotates: newest.rotates.or(shown),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
    use serde_json::json;

    use super::*;

    fn authority() -> (String, Issuer<'static, KeyPair>, KeyPair) {
        let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::default());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let own = KeyPair::from_pem(&key.serialize_pem()).unwrap();
        (pem, Issuer::new(params, key), own)
    }

    fn record(usage: u8, key: &KeyPair) -> Tlsa {
        Tlsa {
            usage,
            ..Tlsa::of_key(&key.subject_public_key_info())
        }
    }

    fn params() -> CertificateParams {
        CertificateParams::new(["mx1.voorbeeld.nl".to_owned()]).unwrap()
    }

    /// A request as cert-manager makes it.
    fn request(revision: i64, key: &KeyPair, status: Value) -> Value {
        let csr = params().serialize_request(key).unwrap().pem().unwrap();
        json!({
            "metadata": {
                "name": format!("mx1-{revision}"),
                "annotations": {CERTIFICATE: "mx1", REVISION: revision.to_string()},
            },
            "spec": {"request": STANDARD.encode(csr)},
            "status": status,
        })
    }

    fn pending() -> Value {
        json!({"conditions": [{"type": "Approved", "status": "True"}, {"type": "Ready", "status": "False", "reason": "Pending"}]})
    }

    fn ready(key: &KeyPair) -> (Value, Tlsa) {
        let (ca, issuer, own) = authority();
        let leaf = params().signed_by(key, &issuer).unwrap().pem();
        let status = json!({
            "conditions": [{"type": "Ready", "status": "True", "reason": "Issued"}],
            "certificate": STANDARD.encode(leaf + &ca),
        });
        (status, record(2, &own))
    }

    fn of(objects: &[Value]) -> Issued {
        let read: Vec<Request> = objects.iter().filter_map(Request::read).collect();
        issued(&read)
    }

    fn keys_of(issued: Issued) -> Keys {
        match issued {
            Issued::Keys(keys) => keys,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_newest_that_was_issued_is_current_and_what_waits_behind_it_is_next() {
        let (one, two, three) = [(); 3].map(|()| KeyPair::generate().unwrap()).into();
        let (first, _) = ready(&one);
        let (second, issuer) = ready(&two);
        let objects = [
            request(3, &three, pending()),
            request(1, &one, first),
            request(2, &two, second.clone()),
        ];
        let keys = keys_of(of(&objects));
        assert_eq!((keys.revision, &keys.current), (2, &record(3, &two)));
        assert_eq!(keys.next, Some(record(3, &three)));
        assert_eq!(keys.issuer, Some(issuer));
        assert_eq!(keys.rotates, Some(true));
        // One that came to nothing is no next one.
        for failed in [
            json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Failed"}]}),
            json!({"conditions": [{"type": "Denied", "status": "True"}, {"type": "Ready", "status": "False", "reason": "Denied"}]}),
            json!({"conditions": [{"type": "InvalidRequest", "status": "True"}]}),
        ] {
            let keys = keys_of(of(&[
                request(2, &two, second.clone()),
                request(3, &three, failed),
            ]));
            assert_eq!((keys.next, keys.rotates), (None, None));
        }
    }

    #[test]
    fn whether_a_key_stays_is_shown_by_two_revisions_or_said() {
        let (one, two) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let issued = |revision, key: &KeyPair| request(revision, key, ready(key).0);
        let said = |mut object: Value, policy: &str| {
            object["metadata"]["annotations"][ROTATION] = policy.into();
            object
        };
        for (objects, rotates) in [
            (vec![issued(1, &one)], None),
            (vec![issued(1, &one), issued(2, &one)], Some(false)),
            (vec![issued(1, &one), request(2, &one, pending())], Some(false)),
            (vec![issued(1, &one), issued(2, &two)], Some(true)),
            (vec![said(issued(1, &one), "Never")], Some(false)),
            (vec![said(issued(1, &one), "Always")], Some(true)),
            (vec![said(issued(1, &one), "Sometimes")], None),
        ] {
            assert_eq!(keys_of(of(&objects)).rotates, rotates, "{}", objects.len());
        }
    }

    #[test]
    fn what_has_no_key_yet_is_told_apart() {
        let key = KeyPair::generate().unwrap();
        let failed = json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Failed"}]});
        let unreadable = json!({"conditions": [{"type": "Ready", "status": "True"}], "certificate": "AAAA"});
        for (objects, says) in [
            (vec![], "no CertificateRequest of it is there"),
            (vec![request(1, &key, pending())], "not issued yet"),
            (vec![request(1, &key, json!({}))], "not issued yet"),
            (vec![request(1, &key, failed)], "came to nothing"),
            (vec![request(1, &key, unreadable)], "not issued yet"),
        ] {
            let Issued::Absent(why) = of(&objects) else {
                panic!("{objects:?}");
            };
            assert!(why.contains(says), "{why}");
        }
        // Made by hand, for no Certificate: nobody can name it.
        assert_eq!(Request::read(&json!({"metadata": {"name": "x"}})), None);
        let owned = json!({"metadata": {"ownerReferences": [{"kind": "Certificate", "name": "mx1"}]}});
        assert_eq!(Request::read(&owned).unwrap().certificate, "mx1");
    }

    proptest! {
        #[test]
        fn no_octets_bring_the_reader_down(octets: Vec<u8>, ready: bool) {
            let field = STANDARD.encode(&octets);
            let status = if ready { "True" } else { "False" };
            let object = json!({
                "metadata": {"annotations": {CERTIFICATE: "mx1", REVISION: field.clone()}},
                "spec": {"request": field.clone()},
                "status": {"conditions": [{"type": "Ready", "status": status}], "certificate": field},
            });
            let read = Request::read(&object);
            prop_assert!(read.is_some_and(|request| request.requested.is_none()));
        }
    }
}
