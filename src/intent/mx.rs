//! What a role says of MX, made certain: a parked domain takes no mail. Pure.

use super::{Desired, ManagedRrset, Role, Rrsets, What};
use crate::api::MailDomainSpec;
use crate::inquiry::Kind;
use crate::name::Name;

/// The RRsets the spec wants for this standard.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    match Role::from(spec.role) {
        Role::Mail | Role::SendOnly | Role::ReceiveOnly => Ok(Vec::new()),
        Role::Parked => Ok(vec![ManagedRrset {
            name: domain.clone(),
            kind: Kind::Mx,
            what: What::NullMx,
            path: "spec.role".to_owned(),
        }]),
    }
}

/// Whether the role alone requires something of where mail goes.
pub(super) fn required(role: Role) -> bool {
    role != Role::Mail
}

/// A null MX (RFC 7505).
pub(super) fn desired() -> Desired {
    Desired {
        kind: Kind::Mx,
        values: vec!["0 .".to_owned()],
        condition: Some("only where the name has an A or AAAA record".to_owned()),
    }
}
