//! `zegel crd`: the CustomResourceDefinition, byte for byte as it stands in `crds/`.

use super::{Exit, Failure, output};
use crate::api;

/// Prints it.
///
/// # Errors
/// When the output cannot be written.
pub fn run() -> Result<Exit, Failure> {
    output::print(&api::crd_yaml())?;
    Ok(Exit::Fine)
}
