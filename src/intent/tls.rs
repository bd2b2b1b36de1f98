//! What a spec says of TLS, made certain: of which level it must be at every mail server. Pure.

use super::{Desired, ManagedRrset, Rrsets, What};
use crate::api::{MailDomainSpec, TlsLevel};
use crate::inquiry::Kind;
use crate::name::Name;

/// The level the spec wants: one, at all mail servers of the domain.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let wanted = spec.tls.as_ref().map(|tls| ManagedRrset {
        name: domain.clone(),
        kind: Kind::Soa,
        what: What::Tls(tls.level),
        path: "spec.tls".to_owned(),
    });
    Ok(wanted.into_iter().collect())
}

/// No record of anybody's choice: what mail servers do. The type says that it is none.
pub(super) fn desired(level: TlsLevel) -> Desired {
    let what = match level {
        TlsLevel::Any => "of whatever kind",
        TlsLevel::Sufficient => "with nothing insufficient (NCSC-NL 2025-05)",
        TlsLevel::Good => "with nothing less than good (NCSC-NL 2025-05)",
    };
    Desired {
        kind: Kind::Soa,
        values: Vec::new(),
        file: None,
        condition: Some(format!("every mail server of the domain offers TLS {what}")),
    }
}
