//! Rules about DKIM (RFC 6376, RFC 8301, RFC 8463).
//!
//! [`record`]: the tag list and what it allows. [`key`]: what stands in `p`. [`selector`]: one selector's answer, and the
//! selectors of a domain together. [`node`]: `_domainkey` itself. Data only.

pub mod key;
pub mod node;
pub mod record;
pub mod selector;

use super::Rule;

/// Every rule of this family, by id.
pub const RULES: &[&Rule] = &[
    &selector::SELECTOR,
    &record::TAG_LIST,
    &record::DUPLICATE_TAG,
    &record::TRAILING_SPACE,
    &record::VERSION,
    &record::NO_VERSION,
    &key::NO_KEY,
    &key::REVOKED,
    &key::BASE64,
    &key::KEY_ENCODING,
    &key::ED25519_ENCODING,
    &key::ED25519_WITHOUT_K,
    &key::KEY_TYPE,
    &key::RSA_TOO_SHORT,
    &key::RSA_SHORT,
    &key::RSA_LONG,
    &key::RSA_BULKY,
    &key::RSA_NUMBERS,
    &key::KNOWN_KEY,
    &selector::ED25519_ALONE,
    &selector::MIXED_SELECTOR,
    &selector::SEVERAL_RECORDS,
    &record::NO_SHA256,
    &record::SHA1,
    &record::NOT_FOR_EMAIL,
    &record::TLSRPT_ONLY,
    &record::TESTING,
    &record::STRICT_IDENTITY,
    &record::UNKNOWN_VALUE,
    &record::GRANULARITY,
    &record::NOTES,
    &record::SIGNATURE_TAGS,
    &key::PEM_OR_PRIVATE,
    &selector::DARK,
    &selector::TAKEOVER,
    &node::DOMAINKEYS,
    &node::ADSP,
    &node::WILDCARD,
    &node::NODE_DENIED,
    &node::REPORT_RECORD,
    &selector::NO_SELECTOR,
    &selector::SHARED_KEY,
    &key::DKIM2_KEY,
    &selector::HOST_NAME,
    &selector::NO_KEY_FOUND,
    &node::NO_DKIM,
    &key::WHITE_SPACE,
    &selector::SHARED_BY_DOMAINS,
];
