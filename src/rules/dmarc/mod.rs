//! Rules about DMARC (RFC 9989).

pub mod record;
pub mod tree;

use super::{Rule, reporting};

/// Whether a rule speaks of a tag or address that cannot be read as it was meant, and not of what a record leaves out or
/// asks for.
pub fn is_slip(rule: &Rule) -> bool {
    let slips = [
        &record::SYNTAX,
        &record::DUPLICATE_TAG,
        &record::NO_POLICY,
        &record::POLICY_INVALID,
        &record::SUBPOLICY_INVALID,
        &record::TESTING_INVALID,
        &record::ALIGNMENT_INVALID,
        &record::PSD_INVALID,
        &reporting::BARE_ADDRESS,
        &reporting::OTHER_SCHEME,
        &reporting::NOT_ENCODED,
        &reporting::SIZE,
        &reporting::NOT_ASCII,
    ];
    slips.iter().any(|slip| slip.id == rule.id)
}

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &record::SEVERAL_RECORDS,
    &record::VERSION,
    &record::BEFORE_VERSION,
    &record::SEPARATOR,
    &record::SYNTAX,
    &record::DUPLICATE_TAG,
    &record::UNKNOWN_TAG,
    &record::PCT,
    &record::OLD_TAGS,
    &record::NO_POLICY,
    &record::POLICY_NOT_SECOND,
    &record::POLICY_INVALID,
    &record::SUBPOLICY_INVALID,
    &record::TESTING_INVALID,
    &record::ALIGNMENT_INVALID,
    &record::STRICT_SUBDOMAINS,
    &record::TESTING,
    &record::TESTING_QUARANTINE,
    &record::PSD_INVALID,
    &tree::PSO_WITHOUT_PSD,
    &tree::PSD_NO,
    &tree::PSD_YES,
    &tree::SUBPOLICY_IGNORED,
    &tree::NO_NP,
    &tree::NP_WILDCARD,
    &tree::SP_WEAKER,
    &tree::NP_WEAKER,
    &tree::WEAKER_THAN_ABOVE,
    &tree::POLICY_NONE,
    &tree::NO_DKIM,
    &tree::REJECT_WITH_LISTS,
    &tree::LONG_NAME,
    &tree::PSD_NO_TOO_DEEP,
    &tree::INTERMEDIATE,
    &tree::LISTS_DISAGREE,
    &tree::SUFFIX_TAKES_OVER,
    &tree::SUFFIX_POLICY,
    &tree::ALIAS_END,
    &tree::TAKEOVER,
    &tree::RECORD_MAKES_NAME,
    &tree::NO_RECORD,
    &tree::SILENT_NOT_REJECT,
    &record::LONG,
    &record::STRICT_BOUNCES,
    &tree::NP_COMPACT_DENIAL,
    &record::LINE_END,
    &record::WRONG_SEPARATOR,
    &record::FOREIGN,
    &record::ALIAS_AS_TEXT,
];
