//! Rules about SPF (RFC 7208).

use super::Rule;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[];
