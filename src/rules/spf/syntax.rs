//! What makes an SPF record unreadable (RFC 7208 4.6, 12): any one of these is a permerror for every sender.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A character outside ASCII.
pub const NON_ASCII: Rule = Rule {
    id: "SPF-005",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a character outside ASCII",
    section: "RFC 7208 3.1",
    why: "Records are plain ASCII. A smart quote, a no-break space or an accented letter, often pasted from a document, makes the whole record a permerror.",
    fix: "Type the record again in plain characters; write internationalized names as A-labels (xn--…).",
    bad: "v=spf1 include:münchen.example –all",
    good: "v=spf1 include:xn--mnchen-3ya.example -all",
};

/// A tab, line end or control character.
pub const CONTROL: Rule = Rule {
    id: "SPF-006",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a tab, line end or control character",
    section: "RFC 7208 4.6.1",
    why: "Only spaces separate terms. A tab or line end becomes part of a term, which no receiver can read then.",
    fix: "Replace it by one space.",
    bad: "v=spf1 mx\t-all",
    good: "v=spf1 mx -all",
};

/// A syntax error behind all.
pub const BEHIND_ALL: Rule = Rule {
    id: "SPF-008",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a syntax error behind all",
    section: "RFC 7208 4.6",
    why: "Receivers read the whole record before they evaluate any of it: an error behind all, or behind a term that matches, still makes every check a permerror.",
    fix: "Remove or mend the term, although it could never be reached.",
    bad: "v=spf1 mx -all foo",
    good: "v=spf1 mx -all",
};

/// An unknown mechanism.
pub const UNKNOWN_MECHANISM: Rule = Rule {
    id: "SPF-009",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an unknown mechanism",
    section: "RFC 7208 4.6.1",
    why: "A term without = that is no mechanism is a syntax error: the whole record is a permerror, and nobody is authorized by it.",
    fix: "Write one of all, include, a, mx, ip4, ip6, exists, ptr, or remove the term.",
    bad: "v=spf1 ipv4:192.0.2.1 -all",
    good: "v=spf1 ip4:192.0.2.1 -all",
};

/// A malformed modifier.
pub const MODIFIER: Rule = Rule {
    id: "SPF-010",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a malformed modifier",
    section: "RFC 7208 12",
    why: "A modifier is a name that begins with a letter, and a value; it has no qualifier. Anything else is a syntax error.",
    fix: "Write name=value without a sign before it.",
    bad: "v=spf1 mx -redirect=spf.example.com",
    good: "v=spf1 mx redirect=spf.example.com",
};

/// A qualifier without its mechanism.
pub const QUALIFIER: Rule = Rule {
    id: "SPF-012",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a qualifier without its mechanism",
    section: "RFC 7208 4.6.2",
    why: "One of + - ~ ? stands directly before a mechanism. Alone, doubled or followed by a space it is a syntax error.",
    fix: "Put one qualifier directly before the mechanism.",
    bad: "v=spf1 mx - all",
    good: "v=spf1 mx -all",
};

/// All with an argument.
pub const ALL_ARGUMENT: Rule = Rule {
    id: "SPF-020",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "all with an argument",
    section: "RFC 7208 5.1",
    why: "all stands for everybody and takes neither a name nor a prefix: with one the record is a permerror.",
    fix: "Write all alone, with its qualifier.",
    bad: "v=spf1 mx -all:example.com",
    good: "v=spf1 mx -all",
};

/// Include without a domain.
pub const INCLUDE_DOMAIN: Rule = Rule {
    id: "SPF-030",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "include without a domain",
    section: "RFC 7208 5.2",
    why: "include means: whoever that domain lets pass. Without a domain it is a syntax error.",
    fix: "Write the domain behind the colon, without a space.",
    bad: "v=spf1 include: spf.example.com -all",
    good: "v=spf1 include:spf.example.com -all",
};

/// A URL or mail address where a domain belongs.
pub const URL: Rule = Rule {
    id: "SPF-037",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a URL or mail address where a domain belongs",
    section: "RFC 7208 7.1",
    why: "Receivers ask DNS for the name as it stands, http:// or @ and all: nothing is there, and an include of it is a permerror. Where a path follows the record cannot even be read.",
    fix: "Keep the host name only.",
    bad: "v=spf1 include:https://spf.example.com -all",
    good: "v=spf1 include:spf.example.com -all",
};

/// Exists without a domain, or with a prefix.
pub const EXISTS: Rule = Rule {
    id: "SPF-058",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "exists without a domain, or with a prefix",
    section: "RFC 7208 5.7",
    why: "exists asks whether a name has an address; it needs the name and compares nothing with a prefix.",
    fix: "Write exists: and a name, without a prefix length.",
    bad: "v=spf1 exists:%{i}.spf.example.com/24 -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// No IPv4 address in ip4.
pub const IP4: Rule = Rule {
    id: "SPF-060",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "no IPv4 address in ip4",
    section: "RFC 7208 5.6",
    why: "ip4 takes four numbers from 0 to 255 without leading zeros: no host name, no port, no shortened address.",
    fix: "Write the whole address, or a:name for a host.",
    bad: "v=spf1 ip4:mail.example.com -all",
    good: "v=spf1 a:mail.example.com -all",
};

/// A prefix length out of range.
pub const PREFIX: Rule = Rule {
    id: "SPF-061",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a prefix length out of range",
    section: "RFC 7208 5.6",
    why: "An IPv4 prefix is 0 to 32, an IPv6 prefix 0 to 128, without a leading zero. Anything else is a syntax error.",
    fix: "Write the prefix as a plain number within its range.",
    bad: "v=spf1 ip4:192.0.2.0/033 -all",
    good: "v=spf1 ip4:192.0.2.0/24 -all",
};

/// An address of the other family.
pub const WRONG_FAMILY: Rule = Rule {
    id: "SPF-062",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an address of the other family",
    section: "RFC 7208 5.6",
    why: "ip4 takes IPv4 addresses and ip6 takes IPv6 addresses; crossed, the record is a permerror.",
    fix: "Use ip6: for addresses with colons and ip4: for those with dots.",
    bad: "v=spf1 ip4:2001:db8::1 -all",
    good: "v=spf1 ip6:2001:db8::1 -all",
};

/// No IPv6 address in ip6.
pub const IP6: Rule = Rule {
    id: "SPF-063",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "no IPv6 address in ip6",
    section: "RFC 7208 5.6",
    why: "ip6 takes the text form of RFC 4291, without brackets and without a zone.",
    fix: "Write the address plainly.",
    bad: "v=spf1 ip6:[2001:db8::1] -all",
    good: "v=spf1 ip6:2001:db8::1 -all",
};

/// Prefix lengths written wrongly.
pub const DUAL_CIDR: Rule = Rule {
    id: "SPF-064",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "prefix lengths written wrongly",
    section: "RFC 7208 12",
    why: "a and mx take /4-bits, //6-bits, or both as /24//64; ip4 and ip6 take one; ptr takes none.",
    fix: "Write the IPv6 prefix behind two slashes.",
    bad: "v=spf1 a/24/64 -all",
    good: "v=spf1 a/24//64 -all",
};

/// Redirect twice.
pub const DUPLICATE_REDIRECT: Rule = Rule {
    id: "SPF-070",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "redirect twice",
    section: "RFC 7208 6",
    why: "Receivers cannot follow two ways: a second redirect= makes the record a permerror.",
    fix: "Keep one; use include where several domains are meant.",
    bad: "v=spf1 redirect=a.example.com redirect=b.example.com",
    good: "v=spf1 include:a.example.com include:b.example.com -all",
};

/// Exp twice.
pub const DUPLICATE_EXPLANATION: Rule = Rule {
    id: "SPF-071",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "exp twice",
    section: "RFC 7208 6",
    why: "A second exp= makes the record a permerror.",
    fix: "Keep one.",
    bad: "v=spf1 -all exp=a.example.com exp=b.example.com",
    good: "v=spf1 -all exp=a.example.com",
};

/// A macro letter that is none here.
pub const MACRO_LETTER: Rule = Rule {
    id: "SPF-080",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a macro letter that is none here",
    section: "RFC 7208 7.2",
    why: "The letters are s l o d i p h v; c, r and t are allowed in explanation texts only. Any other is a permerror.",
    fix: "Use one of the letters, or leave the macro out.",
    bad: "v=spf1 exists:%{c}.spf.example.com -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// A percent sign that begins no macro.
pub const PERCENT: Rule = Rule {
    id: "SPF-081",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a percent sign that begins no macro",
    section: "RFC 7208 7.1",
    why: "% must be followed by {, %, _ or -, and a brace must be closed.",
    fix: "Write %% for a percent sign; close the brace.",
    bad: "v=spf1 exists:%(i).spf.example.com -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// A macro that keeps no part.
pub const TRANSFORMER: Rule = Rule {
    id: "SPF-082",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a macro that keeps no part",
    section: "RFC 7208 7.1",
    why: "The number in a macro says how many parts of the value are kept; 0 is a syntax error.",
    fix: "Write 1 or more, or no number.",
    bad: "v=spf1 include:%{d0}.spf.example.com -all",
    good: "v=spf1 include:%{d2}.spf.example.com -all",
};

/// A macro delimiter that is none.
pub const DELIMITER: Rule = Rule {
    id: "SPF-083",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a macro delimiter that is none",
    section: "RFC 7208 7.1",
    why: "A value may be cut at . - + , / _ and =; another character is a syntax error.",
    fix: "Use one of these, or none for the dot.",
    bad: "v=spf1 exists:%{l&}.spf.example.com -all",
    good: "v=spf1 exists:%{l-}.spf.example.com -all",
};

/// A domain that is none.
pub const DOMAIN_END: Rule = Rule {
    id: "SPF-085",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a domain that is none",
    section: "RFC 7208 7.1",
    why: "A domain in a term ends in a top-level label (a letter in it, no hyphen at its ends) or in a macro, and has at least two labels. An address or a bare host name is a syntax error.",
    fix: "Write the whole domain name; an address belongs in ip4: or ip6:.",
    bad: "v=spf1 a:mailserver -all",
    good: "v=spf1 a:mailserver.example.com -all",
};

/// A comma, semicolon or quote between terms.
pub const PUNCTUATION: Rule = Rule {
    id: "SPF-099",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a comma, semicolon or quote between terms",
    section: "RFC 7208 12",
    why: "Spaces alone separate terms; a comma or semicolon becomes part of one, which no receiver can read then.",
    fix: "Replace it by one space.",
    bad: "v=spf1 mx, include:spf.example.com; -all",
    good: "v=spf1 mx include:spf.example.com -all",
};

/// Two terms without a blank between them.
pub const MISSING_BLANK: Rule = Rule {
    id: "SPF-104",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "two terms without a blank between them",
    section: "RFC 7208 4.6.1",
    why: "Terms are separated by spaces. Without one the two become a single term: mostly none at all, which makes the record a permerror; sometimes another name than was meant, which is then asked for.",
    fix: "Put one space between the two terms.",
    bad: "v=spf1 ip4:192.0.2.81~all",
    good: "v=spf1 ip4:192.0.2.81 ~all",
};

/// Markup in the record.
pub const MARKUP: Rule = Rule {
    id: "SPF-105",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "markup in the record",
    section: "RFC 7208 12",
    why: "A record copied from a web page or a document brought its markup along, which became part of a term: mostly no receiver can read it then, and the record is a permerror.",
    fix: "Type the terms again, or paste them as plain text.",
    bad: "v=spf1 include:<b>spf.example.com</b> -all",
    good: "v=spf1 include:spf.example.com -all",
};
