//! TLSA records that follow from certificates: which, by which scheme, and what is known of their keys. Pure.
//!
//! The spec names certificates; their keys are not in it. So what is wanted is first wanted of certificates nobody has read,
//! and stays so offline. A controller that reads the CertificateRequests of cert-manager fills in what they say
//! ([`Intent::with_certificates`](super::Intent::with_certificates)); then the records are desired as any others are.

use std::collections::BTreeSet;

use super::SpecError;
use crate::api::CertificateRef;
pub use crate::api::DaneScheme;
use crate::api::form::is_subdomain;
use crate::records::dane::Tlsa;

/// At most so many certificates of one host.
const MAX_CERTIFICATES: usize = 8;

/// Records wanted of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// What makes room for the next key.
    pub scheme: DaneScheme,
    /// The certificates, by name, and what is known of each.
    pub certificates: Vec<(String, Issued)>,
}

/// What is known of one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Issued {
    /// Nobody here reads certificates.
    #[default]
    NotRead,
    /// It was looked for, and has no key yet: why, in a clause.
    Absent(String),
    /// It has one.
    Keys(Keys),
}

/// The keys of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// How often it was issued.
    pub revision: i64,
    /// `3 1 1` of the key it has.
    pub current: Tlsa,
    /// `3 1 1` of a key that is being certified, and another one.
    pub next: Option<Tlsa>,
    /// `2 1 1` of the authority that signed it, where its chain holds that one's certificate.
    pub issuer: Option<Tlsa>,
    /// The same of the revision before, where it was another authority's.
    pub issuer_before: Option<Tlsa>,
    /// Whether its key changes when it is renewed; `None` where nothing shows.
    pub rotates: Option<bool>,
}

impl Certified {
    /// The records, once all certificates are known and have what the scheme asks for.
    pub fn records(&self) -> Option<BTreeSet<Tlsa>> {
        let mut records = BTreeSet::new();
        for (_, issued) in &self.certificates {
            let Issued::Keys(keys) = issued else {
                return None;
            };
            records.insert(keys.current.clone());
            match self.scheme {
                DaneScheme::CurrentAndNext => records.extend(keys.next.clone()),
                DaneScheme::CurrentAndIssuer => {
                    records.insert(keys.issuer.clone()?);
                }
            }
        }
        Some(records)
    }

    /// What they want published; nothing yet, and on which condition, while they are not known.
    pub(super) fn desired(&self) -> super::Desired {
        let names: Vec<&str> = self.certificates.iter().map(|(name, _)| name.as_str()).collect();
        let (values, condition) = match self.records() {
            Some(records) => (records.iter().map(ToString::to_string).collect(), None),
            None => {
                let what = match self.scheme {
                    DaneScheme::CurrentAndNext => "3 1 1 of the current and the next key",
                    DaneScheme::CurrentAndIssuer => "3 1 1 of the key and 2 1 1 of the authority",
                };
                let condition = format!(
                    "{what} of the certificates {}, as a controller with --certificate-requests reads them",
                    names.join(", ")
                );
                (Vec::new(), Some(condition))
            }
        };
        super::Desired {
            kind: crate::inquiry::Kind::Tlsa,
            values,
            condition,
            file: None,
        }
    }
}

/// The certificates a list names, none of them read yet.
pub(super) fn read(
    refs: &[CertificateRef],
    scheme: Option<DaneScheme>,
    path: &str,
    errors: &mut Vec<SpecError>,
) -> Certified {
    let path = format!("{path}.certificateRefs");
    if refs.len() > MAX_CERTIFICATES {
        let message = format!("at most {MAX_CERTIFICATES} certificates, found {}", refs.len());
        errors.push(SpecError::new(&path, message));
    }
    let mut certificates: Vec<(String, Issued)> = Vec::new();
    for (index, reference) in refs.iter().enumerate().take(MAX_CERTIFICATES) {
        let name = &reference.name;
        let at = format!("{path}[{index}].name");
        if name.contains('/') {
            let message = format!(
                "{name:?} names a namespace: want a Certificate of the MailDomain's own namespace, by its name alone"
            );
            errors.push(SpecError::new(at, message));
        } else if !is_subdomain(name) {
            let message = format!(
                "{name:?} can be no object's name (RFC 1123): want that of a Certificate, as mx1-blue: lower case letters, \
                 digits, - and . inside, and a letter or digit at both ends of each part"
            );
            errors.push(SpecError::new(at, message));
        } else if certificates.iter().any(|(known, _)| known == name) {
            let message = format!("{name} stands in this list before");
            errors.push(SpecError::new(at, message));
        } else {
            certificates.push((name.clone(), Issued::NotRead));
        }
    }
    Certified {
        scheme: scheme.unwrap_or(DaneScheme::CurrentAndNext),
        certificates,
    }
}
