//! Rules about DMARC (RFC 9989).

use super::Rule;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[];
