//! Rules about DMARC reports (RFC 9990, RFC 9991).

use super::Rule;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[];
