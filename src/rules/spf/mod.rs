//! Rules about SPF (RFC 7208).
//!
//! [`syntax`]: what makes a record unreadable. [`record`]: what a readable record says, judged by itself. [`tree`]:
//! what it comes to with the records it leads to, and beside the other names of the domain.
//!
//! Two things are no rule, for no answer of DNS and no manifest tells them: how many names a client's address has
//! (SPF-048, known only when somebody sends), and whether a list of addresses was once another domain's record that
//! has changed since (SPF-100).

pub mod record;
pub mod syntax;
pub mod tree;

use super::{Rule, Severity};
use crate::records::Standard;

pub use self::tree::EQUIVALENT;

/// Every rule of this family, by id.
pub const RULES: &[&Rule] = &[
    &record::SEVERAL,
    &record::NEAR_MISS,
    &record::VERSION_CASE,
    &tree::RETIRED_TYPE,
    &syntax::NON_ASCII,
    &syntax::CONTROL,
    &record::SPARE_SPACES,
    &syntax::BEHIND_ALL,
    &syntax::UNKNOWN_MECHANISM,
    &syntax::MODIFIER,
    &record::LOST_MECHANISM,
    &syntax::QUALIFIER,
    &record::MECHANISM_CASE,
    &syntax::ALL_ARGUMENT,
    &record::AFTER_ALL,
    &record::REDIRECT_AND_ALL,
    &record::NO_END,
    &record::PASS_ALL,
    &record::NEUTRAL_ALL,
    &record::FAIL_BEFORE_DMARC,
    &record::SEVERAL_ALL,
    &syntax::INCLUDE_DOMAIN,
    &tree::INCLUDE_MISSING,
    &tree::INCLUDE_BROKEN,
    &record::INCLUDED_ALL,
    &tree::INCLUDE_PASSES_ALL,
    &tree::LOOP,
    &record::SAME_TWICE,
    &syntax::URL,
    &tree::WILDCARD_TARGET,
    &tree::TAKE_OVER,
    &tree::TOO_MANY,
    &tree::REDIRECT_COUNTS,
    &tree::ORDER_DECIDES,
    &tree::NO_HEAD_ROOM,
    &tree::VOIDS,
    &tree::VOIDS_IP6,
    &tree::TOO_MANY_MX,
    &tree::MX_QUERIES,
    &tree::DEEP,
    &tree::OWN_VOID,
    &tree::NULL_MX,
    &tree::ALIAS,
    &tree::NO_IMPLICIT_MX,
    &tree::IP6_ONLY,
    &tree::WEB_SERVER,
    &record::PTR,
    &record::MACRO_P,
    &syntax::EXISTS,
    &tree::EXISTS_IP4,
    &syntax::IP4,
    &syntax::PREFIX,
    &syntax::WRONG_FAMILY,
    &syntax::IP6,
    &syntax::DUAL_CIDR,
    &record::WIDE,
    &record::HOST_BITS,
    &record::SPECIAL,
    &record::OVERLAP,
    &record::EVERYBODY,
    &syntax::DUPLICATE_REDIRECT,
    &syntax::DUPLICATE_EXPLANATION,
    &record::MODIFIER_CASE,
    &tree::REDIRECT_MISSING,
    &tree::REDIRECT_DOMAIN,
    &tree::UNUSED_EXPLANATION,
    &tree::EXPLANATION_TARGET,
    &record::POINTLESS_EXPLANATION,
    &syntax::MACRO_LETTER,
    &syntax::PERCENT,
    &syntax::TRANSFORMER,
    &syntax::DELIMITER,
    &record::ESCAPED_MACRO,
    &syntax::DOMAIN_END,
    &record::IMPOSSIBLE_NAME,
    &record::LOCAL_PART,
    &record::HELO_MACRO,
    &tree::NOT_FOLLOWED,
    &tree::LARGE,
    &tree::WILDCARD_GAP,
    &tree::HELO_NAME,
    &tree::NEVER_SENDS,
    &tree::ELSEWHERE,
    &tree::SWAPPED,
    &record::SENDER_ID,
    &record::REPORT_MODIFIER,
    &syntax::SECOND_VERSION,
    &syntax::PUNCTUATION,
    &tree::NONE,
    &EQUIVALENT,
    &tree::NOT_EXPLORED,
];

/// A rule of this standard.
#[allow(clippy::too_many_arguments)] // The fields of a rule, in order: a table reads best without their names.
const fn rule(
    id: &'static str,
    severity: Severity,
    section: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        standard: Standard::Spf,
        title,
        section,
        why,
        fix,
        bad,
        good,
    }
}
