//! Whose fault it is that a set is not proven: the zone it lies in, in whosever name it is signed (RFC 4035 5.3.1). Pure.

use std::sync::Arc;

use hickory_proto::rr::{Name, RecordType};

use super::chain::{Stop, Walk, above_cut};
use super::name_of;
use super::zones::Keyed;
use crate::inquiry::{Bogus, Broken, RecordType as Type, Security};

/// What a zone should have signed is not proven.
pub(super) fn broken(zone: Arc<Keyed>, (kind, why): (RecordType, Broken)) -> Stop {
    let bogus = Bogus {
        at: name_of(&zone.apex),
        kind: Type(kind.into()),
        why,
    };
    Stop::Broken(zone, bogus)
}

/// The name in whose zone a set of `kind` at `name` lies.
pub(super) fn lies_in(name: &Name, kind: RecordType) -> Name {
    match kind {
        RecordType::DS => above_cut(name),
        _ => name.clone(),
    }
}

/// Whose fault it is that a signature by `signer` does not hold over what lies in the zone of `lies_in`: that zone's own,
/// in whosever name it is signed. Where that one is not signed at all, it still claims to be by one that is, which nobody
/// takes; where it is broken itself, that is what is told.
pub(super) fn blamed(
    walk: &mut Walk<'_>,
    lies_in: &Name,
    signer: Arc<Keyed>,
    (kind, why): (RecordType, Broken),
) -> Stop {
    let at = match walk.zone_of(lies_in) {
        Ok(own) if own.apex != signer.apex => name_of(&own.apex),
        Err(Stop::At(zone)) => match &zone.security {
            Security::Insecure { .. } => zone.name.clone(),
            // Its keys are broken, or it does not prove what lies below it, for the same fault.
            Security::Bogus(bogus) if bogus.at == zone.name => return Stop::At(zone),
            Security::Bogus(bogus) if bogus.at != name_of(&signer.apex) => bogus.at.clone(),
            // What the signer does not prove itself, or what could not be had, takes nothing back.
            _ => return broken(signer, (kind, why)),
        },
        Err(Stop::Ask(lookups)) => return Stop::Ask(lookups),
        _ => return broken(signer, (kind, why)),
    };
    let bogus = Bogus {
        at,
        kind: Type(kind.into()),
        why: Broken::WrongSigner(name_of(&signer.apex)),
    };
    Stop::Broken(signer, bogus)
}
