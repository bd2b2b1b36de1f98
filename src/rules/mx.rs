//! Rules about MX (RFC 5321, RFC 7505).

use super::Rule;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[];
