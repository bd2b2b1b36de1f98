//! What a spec says of DNSSEC, made certain: whether the domain's names must be signed. Pure.

use super::{Desired, ManagedRrset, Rrsets, What};
use crate::api::MailDomainSpec;
use crate::inquiry::Kind;
use crate::name::Name;

/// The chain of trust the spec wants: one, to the domain; it is judged over all names that are managed.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let required = spec.dnssec.as_ref().is_some_and(|dnssec| dnssec.required);
    let wanted = required.then(|| ManagedRrset {
        name: domain.clone(),
        kind: Kind::Soa,
        what: What::Signed,
        path: "spec.dnssec".to_owned(),
    });
    Ok(wanted.into_iter().collect())
}

/// No record of anybody's choice: signatures, and a DS at the parent.
pub(super) fn desired() -> Desired {
    Desired {
        kind: Kind::Soa,
        values: Vec::new(),
        condition: Some("the zone is signed, and its parent has a DS for it".to_owned()),
        file: None,
    }
}
