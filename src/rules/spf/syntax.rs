//! What makes an SPF record unreadable (RFC 7208 4.6, 12): any one of these is a permerror for every sender.

use super::rule;
use crate::rules::{Rule, Severity};

/// A character outside ASCII.
pub const NON_ASCII: Rule = rule(
    "SPF-005",
    Severity::Error,
    "RFC 7208 3.1",
    "a character outside ASCII",
    "Records are plain ASCII. A smart quote, a no-break space or an accented letter, often pasted from a document, makes the whole record a permerror.",
    "Type the record again in plain characters; write internationalized names as A-labels (xn--…).",
    "v=spf1 include:spf.example.com\u{a0}-all",
    "v=spf1 include:spf.example.com -all",
);

/// A tab, line end or control character.
pub const CONTROL: Rule = rule(
    "SPF-006",
    Severity::Error,
    "RFC 7208 4.6.1",
    "a tab, line end or control character",
    "Only spaces separate terms. A tab or line end becomes part of a term, which no receiver can read then.",
    "Replace it by one space.",
    "v=spf1 mx\t-all",
    "v=spf1 mx -all",
);

/// A syntax error behind all.
pub const BEHIND_ALL: Rule = rule(
    "SPF-008",
    Severity::Error,
    "RFC 7208 4.6",
    "a syntax error behind all",
    "Receivers read the whole record before they evaluate any of it: an error behind all, or behind a term that matches, still makes every check a permerror.",
    "Remove or mend the term, although it could never be reached.",
    "v=spf1 mx -all foo",
    "v=spf1 mx -all",
);

/// An unknown mechanism.
pub const UNKNOWN_MECHANISM: Rule = rule(
    "SPF-009",
    Severity::Error,
    "RFC 7208 4.6.1",
    "an unknown mechanism",
    "A term without = that is no mechanism is a syntax error: the whole record is a permerror, and nobody is authorized by it.",
    "Write one of all, include, a, mx, ip4, ip6, exists, ptr, or remove the term.",
    "v=spf1 ipv4:192.0.2.1 -all",
    "v=spf1 ip4:192.0.2.1 -all",
);

/// A malformed modifier.
pub const MODIFIER: Rule = rule(
    "SPF-010",
    Severity::Error,
    "RFC 7208 12",
    "a malformed modifier",
    "A modifier is a name that begins with a letter, and a value; it has no qualifier. Anything else is a syntax error.",
    "Write name=value without a sign before it.",
    "v=spf1 mx -redirect=spf.example.com",
    "v=spf1 mx redirect=spf.example.com",
);

/// A qualifier without its mechanism.
pub const QUALIFIER: Rule = rule(
    "SPF-012",
    Severity::Error,
    "RFC 7208 4.6.2",
    "a qualifier without its mechanism",
    "One of + - ~ ? stands directly before a mechanism. Alone, doubled or followed by a space it is a syntax error.",
    "Put one qualifier directly before the mechanism.",
    "v=spf1 mx - all",
    "v=spf1 mx -all",
);

/// All with an argument.
pub const ALL_ARGUMENT: Rule = rule(
    "SPF-020",
    Severity::Error,
    "RFC 7208 5.1",
    "all with an argument",
    "all stands for everybody and takes neither a name nor a prefix: with one the record is a permerror.",
    "Write all alone, with its qualifier.",
    "v=spf1 mx -all:example.com",
    "v=spf1 mx -all",
);

/// Include without a domain.
pub const INCLUDE_DOMAIN: Rule = rule(
    "SPF-030",
    Severity::Error,
    "RFC 7208 5.2",
    "include without a domain",
    "include means: whoever that domain lets pass. Without a domain it is a syntax error.",
    "Write the domain behind the colon, without a space.",
    "v=spf1 include: spf.example.com -all",
    "v=spf1 include:spf.example.com -all",
);

/// A URL or mail address where a domain belongs.
pub const URL: Rule = rule(
    "SPF-037",
    Severity::Error,
    "RFC 7208 12",
    "a URL or mail address where a domain belongs",
    "Receivers ask DNS for the name as it stands; http:// or an @ makes it no domain name.",
    "Keep the host name only.",
    "v=spf1 include:https://spf.example.com -all",
    "v=spf1 include:spf.example.com -all",
);

/// Exists without a domain, or with a prefix.
pub const EXISTS: Rule = rule(
    "SPF-058",
    Severity::Error,
    "RFC 7208 5.7",
    "exists without a domain, or with a prefix",
    "exists asks whether a name has an address; it needs the name and compares nothing with a prefix.",
    "Write exists: and a name, without a prefix length.",
    "v=spf1 exists:%{i}.spf.example.com/24 -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// No IPv4 address in ip4.
pub const IP4: Rule = rule(
    "SPF-060",
    Severity::Error,
    "RFC 7208 5.6",
    "no IPv4 address in ip4",
    "ip4 takes four numbers from 0 to 255 without leading zeros: no host name, no port, no shortened address.",
    "Write the whole address, or a:name for a host.",
    "v=spf1 ip4:mail.example.com -all",
    "v=spf1 a:mail.example.com -all",
);

/// A prefix length out of range.
pub const PREFIX: Rule = rule(
    "SPF-061",
    Severity::Error,
    "RFC 7208 5.6",
    "a prefix length out of range",
    "An IPv4 prefix is 0 to 32, an IPv6 prefix 0 to 128, without a leading zero. Anything else is a syntax error.",
    "Write the prefix as a plain number within its range.",
    "v=spf1 ip4:192.0.2.0/033 -all",
    "v=spf1 ip4:192.0.2.0/24 -all",
);

/// An address of the other family.
pub const WRONG_FAMILY: Rule = rule(
    "SPF-062",
    Severity::Error,
    "RFC 7208 5.6",
    "an address of the other family",
    "ip4 takes IPv4 addresses and ip6 takes IPv6 addresses; crossed, the record is a permerror.",
    "Use ip6: for addresses with colons and ip4: for those with dots.",
    "v=spf1 ip4:2001:db8::1 -all",
    "v=spf1 ip6:2001:db8::1 -all",
);

/// No IPv6 address in ip6.
pub const IP6: Rule = rule(
    "SPF-063",
    Severity::Error,
    "RFC 7208 5.6",
    "no IPv6 address in ip6",
    "ip6 takes the text form of RFC 4291, without brackets and without a zone.",
    "Write the address plainly.",
    "v=spf1 ip6:[2001:db8::1] -all",
    "v=spf1 ip6:2001:db8::1 -all",
);

/// Prefix lengths written wrongly.
pub const DUAL_CIDR: Rule = rule(
    "SPF-064",
    Severity::Error,
    "RFC 7208 12",
    "prefix lengths written wrongly",
    "a and mx take /4-bits, //6-bits, or both as /24//64; ip4 and ip6 take one; ptr takes none.",
    "Write the IPv6 prefix behind two slashes.",
    "v=spf1 a/24/64 -all",
    "v=spf1 a/24//64 -all",
);

/// Redirect twice.
pub const DUPLICATE_REDIRECT: Rule = rule(
    "SPF-070",
    Severity::Error,
    "RFC 7208 6",
    "redirect twice",
    "Receivers cannot follow two ways: a second redirect= makes the record a permerror.",
    "Keep one; use include where several domains are meant.",
    "v=spf1 redirect=a.example.com redirect=b.example.com",
    "v=spf1 include:a.example.com include:b.example.com -all",
);

/// Exp twice.
pub const DUPLICATE_EXPLANATION: Rule = rule(
    "SPF-071",
    Severity::Error,
    "RFC 7208 6",
    "exp twice",
    "A second exp= makes the record a permerror.",
    "Keep one.",
    "v=spf1 -all exp=a.example.com exp=b.example.com",
    "v=spf1 -all exp=a.example.com",
);

/// A macro letter that is none here.
pub const MACRO_LETTER: Rule = rule(
    "SPF-080",
    Severity::Error,
    "RFC 7208 7.2",
    "a macro letter that is none here",
    "The letters are s l o d i p h v; c, r and t are allowed in explanation texts only. Any other is a permerror.",
    "Use one of the letters, or leave the macro out.",
    "v=spf1 exists:%{c}.spf.example.com -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// A percent sign that begins no macro.
pub const PERCENT: Rule = rule(
    "SPF-081",
    Severity::Error,
    "RFC 7208 7.1",
    "a percent sign that begins no macro",
    "% must be followed by {, %, _ or -, and a brace must be closed.",
    "Write %% for a percent sign; close the brace.",
    "v=spf1 exists:%(i).spf.example.com -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// A macro that keeps no part.
pub const TRANSFORMER: Rule = rule(
    "SPF-082",
    Severity::Error,
    "RFC 7208 7.1",
    "a macro that keeps no part",
    "The number in a macro says how many parts of the value are kept; 0 is a syntax error.",
    "Write 1 or more, or no number.",
    "v=spf1 include:%{d0}.spf.example.com -all",
    "v=spf1 include:%{d2}.spf.example.com -all",
);

/// A macro delimiter that is none.
pub const DELIMITER: Rule = rule(
    "SPF-083",
    Severity::Error,
    "RFC 7208 7.1",
    "a macro delimiter that is none",
    "A value may be cut at . - + , / _ and =; another character is a syntax error.",
    "Use one of these, or none for the dot.",
    "v=spf1 exists:%{l&}.spf.example.com -all",
    "v=spf1 exists:%{l-}.spf.example.com -all",
);

/// A domain that is none.
pub const DOMAIN_END: Rule = rule(
    "SPF-085",
    Severity::Error,
    "RFC 7208 7.1",
    "a domain that is none",
    "A domain in a term ends in a top-level label (a letter in it, no hyphen at its ends) or in a macro, and has at least two labels. An address or a bare host name is a syntax error.",
    "Write the whole domain name; an address belongs in ip4: or ip6:.",
    "v=spf1 a:mailserver -all",
    "v=spf1 a:mailserver.example.com -all",
);

/// Two records merged into one.
pub const SECOND_VERSION: Rule = rule(
    "SPF-098",
    Severity::Error,
    "RFC 7208 12",
    "two records merged into one",
    "v=spf1 stands once, at the beginning. In the middle it is a syntax error: somebody pasted a second record behind the first, or a provider joined two.",
    "Merge the terms into one record with one version and one all.",
    "v=spf1 mx -all v=spf1 include:spf.example.com -all",
    "v=spf1 mx include:spf.example.com -all",
);

/// A comma, semicolon or quote between terms.
pub const PUNCTUATION: Rule = rule(
    "SPF-099",
    Severity::Error,
    "RFC 7208 12",
    "a comma, semicolon or quote between terms",
    "Spaces alone separate terms; a comma or semicolon becomes part of one, which no receiver can read then.",
    "Replace it by one space.",
    "v=spf1 mx, include:spf.example.com; -all",
    "v=spf1 mx include:spf.example.com -all",
);
