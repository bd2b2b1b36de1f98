//! `zegel crd`: the CustomResourceDefinitions, byte for byte as they stand in `crds/`.

use super::{Exit, Failure, output};
use crate::api;

/// Prints them, a document each.
///
/// # Errors
/// When the output cannot be written.
pub fn run() -> Result<Exit, Failure> {
    output::print(&api::crds_yaml())?;
    Ok(Exit::Fine)
}
