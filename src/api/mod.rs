//! The Kubernetes API `zegel.dev/v1alpha1`: the `MailDomain` kind, its spec, its status. Types only, pure.
//!
//! The spec's schema carries CEL rules for structure; what a rule over long lists cannot afford (record syntax, key
//! material) is judged by [`crate::intent`], by controller and `zegel check` alike. No defaults stand under spec: the
//! intent fills them, so a stored object never changes its meaning silently.

mod crd;
mod served;
mod spec;
mod status;
mod validate;

pub use crd::{crd, crd_yaml};
pub use served::{SchemaDifference, served_difference};
pub use spec::*;
pub use status::*;
pub use validate::{Fault, Validated, Violation, validate, validate_update};
