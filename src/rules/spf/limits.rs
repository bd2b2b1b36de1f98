//! What an evaluation may cost (RFC 7208 4.6.4), and how far Zegel looks.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// More than ten terms that query DNS.
pub const TOO_MANY: Rule = Rule {
    id: "SPF-040",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "more than ten terms that query DNS",
    section: "RFC 7208 4.6.4",
    why: "Counted over all includes and the redirect, a receiver stops at the eleventh with a permerror: senders named further behind do not pass.",
    fix: "Remove includes nobody uses, name addresses with ip4 and ip6, move a sender to a sub-domain of its own.",
    bad: "v=spf1 include:a.example include:b.example … (11 terms) -all",
    good: "v=spf1 ip4:192.0.2.0/24 include:a.example -all",
};

/// Terms behind redirect count as well.
pub const REDIRECT_COUNTS: Rule = Rule {
    id: "SPF-041",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "terms behind redirect count as well",
    section: "RFC 7208 4.6.4",
    why: "redirect is itself a term that queries, and the ten are counted through it; exp, ip4, ip6 and all cost nothing.",
    fix: "Count the target's terms as this record's own.",
    bad: "v=spf1 include:a.example … redirect=b.example",
    good: "v=spf1 include:a.example -all",
};

/// It depends on the sender whether the limit is met.
pub const ORDER_DECIDES: Rule = Rule {
    id: "SPF-042",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "it depends on the sender whether the limit is met",
    section: "RFC 7208 4.6.4",
    why: "Only terms that are reached count. A sender named early passes, one named late, and every forger, meets a permerror.",
    fix: "Stay within ten terms for a sender nothing matches.",
    bad: "v=spf1 ip4:192.0.2.1 include:a.example … (11 terms) -all",
    good: "v=spf1 ip4:192.0.2.1 include:a.example -all",
};

/// Nine or ten terms that query DNS.
pub const NO_HEAD_ROOM: Rule = Rule {
    id: "SPF-043",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "nine or ten terms that query DNS",
    section: "RFC 7208 4.6.4",
    why: "It works today. When a provider adds one include to its own record, yours becomes a permerror.",
    fix: "Remove what nobody uses before that happens.",
    bad: "v=spf1 include:a.example … (10 terms) -all",
    good: "v=spf1 include:a.example mx -all",
};

/// More than two queries that find nothing.
pub const VOIDS: Rule = Rule {
    id: "SPF-044",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "more than two queries that find nothing",
    section: "RFC 7208 4.6.4",
    why: "Receivers stop at the third term whose query brings no record, with a permerror.",
    fix: "Remove the terms whose names no longer exist.",
    bad: "v=spf1 a:gone1.example.com a:gone2.example.com a:gone3.example.com -all",
    good: "v=spf1 a:mail.example.com -all",
};

/// More than two queries that find nothing for IPv6 senders.
pub const VOIDS_IP6: Rule = Rule {
    id: "SPF-045",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "more than two queries that find nothing for IPv6 senders",
    section: "RFC 7208 4.6.4",
    why: "a and mx ask for addresses of the sender's own family: without AAAA records they find nothing for a sender on IPv6, and the third such term is a permerror.",
    fix: "Name IPv4 hosts with ip4, or give the names AAAA records.",
    bad: "v=spf1 a:one.example.com a:two.example.com a:three.example.com -all (A records only)",
    good: "v=spf1 ip4:192.0.2.0/28 -all",
};

/// Mx of a name with more than ten exchanges.
pub const TOO_MANY_MX: Rule = Rule {
    id: "SPF-046",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "mx of a name with more than ten exchanges",
    section: "RFC 7208 4.6.4",
    why: "A receiver that meets more than ten MX records in one mx term stops with a permerror.",
    fix: "Name the senders with ip4, ip6 or a.",
    bad: "v=spf1 mx -all (11 MX records)",
    good: "v=spf1 ip4:192.0.2.0/28 -all",
};

/// Mx asks for every exchange.
pub const MX_QUERIES: Rule = Rule {
    id: "SPF-047",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "mx asks for every exchange",
    section: "RFC 7208 4.6.4",
    why: "mx counts as one term, but each of its exchanges costs one more query, and time.",
    fix: "Name the senders with ip4 and ip6 where there are many.",
    bad: "v=spf1 mx -all (8 MX records)",
    good: "v=spf1 ip4:192.0.2.0/28 -all",
};

/// A deep chain of includes.
pub const DEEP: Rule = Rule {
    id: "SPF-049",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a deep chain of includes",
    section: "RFC 7208 4.6.4",
    why: "Each level waits for the one above. A receiver may stop after 20 seconds, with a temperror, and slow name servers add up.",
    fix: "Include the record at the end of the chain directly.",
    bad: "v=spf1 include:a.example -all (a includes b, b includes c, c includes d, d includes e)",
    good: "v=spf1 include:e.example -all",
};

/// The tree of includes was not followed to its end.
pub const NOT_EXPLORED: Rule = Rule {
    id: "SPF-103",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "the tree of includes was not followed to its end",
    section: "RFC 7208 4.6.4",
    why: "The tree is far larger than the ten terms a receiver evaluates; the rest was not looked at, and the counts are lower bounds.",
    fix: "Remove includes until ten terms are enough.",
    bad: "a record with 60 includes",
    good: "v=spf1 include:spf.provider.example -all",
};

/// More than ten addresses of one exchange.
pub const MX_ADDRESSES: Rule = Rule {
    id: "SPF-106",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "more than ten addresses behind one exchange",
    section: "RFC 7208 4.6.4",
    why: "By the letter no exchange may make a receiver look at more than ten address records, or mx is a permerror. Some evaluators hold to it, most do not: whether a sender passes hangs on who receives.",
    fix: "Name the senders with ip4 and ip6, or give the exchange fewer addresses.",
    bad: "v=spf1 mx -all (one exchange with 15 A records)",
    good: "v=spf1 ip4:192.0.2.0/28 -all",
};
