//! `zegel crd`: the CustomResourceDefinition, as it stands in `crds/`.

use kube::CustomResourceExt;

use super::{Exit, Failure, output};
use crate::api::MailDomain;

/// The CustomResourceDefinition as YAML.
///
/// # Errors
/// When it cannot be written as YAML; none is known.
pub fn yaml() -> Result<String, serde_saphyr::SerializeError> {
    serde_saphyr::to_string(&MailDomain::crd())
}

/// Prints it.
///
/// # Errors
/// When the output cannot be written.
pub fn run() -> Result<Exit, Failure> {
    output::print(&yaml().map_err(|error| Failure::Usage(error.to_string()))?)?;
    Ok(Exit::Fine)
}
