//! The dkim block of a spec, made certain. Pure.

use super::{SpecError, Wanted};
use crate::api::MailDomainSpec;
use crate::name::Name;

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(_spec: &MailDomainSpec, _domain: &Name) -> Result<Vec<Wanted>, Vec<SpecError>> {
    Ok(Vec::new())
}
