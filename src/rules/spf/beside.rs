//! What stands beside an SPF record, or in place of one: other types, other names, other text.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A record of the retired type SPF.
pub const RETIRED_TYPE: Rule = Rule {
    id: "SPF-004",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a record of the retired type SPF",
    section: "RFC 7208 3.1",
    why: "Only TXT is asked. A record of type 99 is read by nobody and grows stale beside the real one.",
    fix: "Remove it.",
    bad: "voorbeeld.nl SPF \"v=spf1 mx -all\"",
    good: "voorbeeld.nl TXT \"v=spf1 mx -all\"",
};

/// The TXT records are too large for one plain answer.
pub const LARGE: Rule = Rule {
    id: "SPF-090",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "the TXT records are too large for one plain answer",
    section: "RFC 7208 3.4",
    why: "All TXT records of a name come in one answer. Above 512 octets it needs EDNS, above 1,232 it is cut and asked again over TCP, which some networks drop: then the check is a temperror.",
    fix: "Move verification texts to names of their own, remove what nobody uses.",
    bad: "voorbeeld.nl with 2,000 octets of TXT",
    good: "voorbeeld.nl with one SPF record of 300 octets",
};

/// A wildcard does not cover a name that exists.
pub const WILDCARD_GAP: Rule = Rule {
    id: "SPF-091",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a wildcard does not cover a name that exists",
    section: "RFC 7208 3.5",
    why: "*.example.com answers only for names that have no record at all. This one exists, so it has no SPF of its own.",
    fix: "Publish SPF at that name too.",
    bad: "*.example.com TXT \"v=spf1 -all\", mail.example.com A only",
    good: "mail.example.com TXT \"v=spf1 -all\"",
};

/// A mail server's own name without SPF.
pub const HELO_NAME: Rule = Rule {
    id: "SPF-092",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a mail server's own name without SPF",
    section: "RFC 7208 2.3",
    why: "Bounces have no sender: receivers check the HELO name instead. Without a record there they cannot tell them from forgeries.",
    fix: "Publish v=spf1 a -all at the server's name.",
    bad: "mail.example.com A 192.0.2.1",
    good: "mail.example.com TXT \"v=spf1 a -all\"",
};

/// A mail host that does not send, without SPF.
pub const NEVER_SENDS: Rule = Rule {
    id: "SPF-093",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a mail host that does not send, without SPF",
    section: "RFC 7208 10.1.2",
    why: "It receives mail, so its name looks like a mail domain; nothing says that nobody sends from it.",
    fix: "Publish v=spf1 -all at that name.",
    bad: "in.example.com A 192.0.2.1",
    good: "in.example.com TXT \"v=spf1 -all\"",
};

/// The SPF record stands at another name.
pub const ELSEWHERE: Rule = Rule {
    id: "SPF-094",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "the SPF record stands at another name",
    section: "RFC 7208 3",
    why: "Receivers ask at the domain itself. A record at _spf or spf counts only where the domain's own record includes it.",
    fix: "Publish a record at the domain: v=spf1 include:_spf.example.com -all.",
    bad: "_spf.example.com TXT \"v=spf1 mx -all\"",
    good: "example.com TXT \"v=spf1 mx -all\"",
};

/// SPF and DMARC records swapped.
pub const SWAPPED: Rule = Rule {
    id: "SPF-095",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "SPF and DMARC records swapped",
    section: "RFC 9989 4.5",
    why: "SPF is asked at the domain, DMARC at _dmarc below it. A record at the other's place is discarded.",
    fix: "Move it.",
    bad: "_dmarc.example.com TXT \"v=spf1 mx -all\"",
    good: "example.com TXT \"v=spf1 mx -all\"",
};

/// No SPF record.
pub const NONE: Rule = Rule {
    id: "SPF-101",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "no SPF record",
    section: "RFC 7208 2.6.1",
    why: "Nothing says who may send in this domain's name, so everybody may: receivers cannot tell its mail from a forgery.",
    fix: "Publish a record that names the senders and ends in -all; v=spf1 -all where nobody sends.",
    bad: "voorbeeld.nl without an SPF record",
    good: "voorbeeld.nl TXT \"v=spf1 mx -all\"",
};

/// Written differently, with the same result for every sender.
pub const EQUIVALENT: Rule = Rule {
    id: "SPF-102",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "written differently, with the same result for every sender",
    section: "RFC 7208 4.6",
    why: "The order of terms that query, or one of them standing twice, changes no result as long as every query is answered. When one fails, it decides whether a later term is still reached.",
    fix: "Nothing need be done; publish the desired text to have both the same.",
    bad: "\"v=spf1 include:a.example mx -all\" where \"v=spf1 mx include:a.example -all\" is desired",
    good: "\"v=spf1 mx include:a.example -all\"",
};
