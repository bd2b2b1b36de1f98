//! The Kubernetes API `zegel.dev/v1alpha1`: the kinds `MailDomain` and `MailDomainGrant`, spec and status of each. Types
//! only, pure.
//!
//! The spec's schema carries CEL rules for structure; what a rule over long lists cannot afford (record syntax, key
//! material) is judged by [`crate::intent`], by controller and `zegel check` alike. No defaults stand under spec: the
//! intent fills them, so a stored object never changes its meaning silently.

mod crd;
mod facts;
pub(crate) mod form;
mod grant;
mod served;
mod spec;
mod status;
mod validate;

pub use crd::{crd, crd_yaml, crds, crds_yaml, grant_crd, grant_crd_yaml};
pub use facts::sentences;
pub use grant::*;
pub use served::{SchemaDifference, served_difference};
pub use spec::*;
pub use status::*;
pub use validate::{Fault, Validated, Violation, validate, validate_update};
