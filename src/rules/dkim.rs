//! Rules about DKIM (RFC 6376, RFC 8301, RFC 8463).

use super::Rule;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[];
