//! Rules about TLS-RPT (RFC 8460).

use super::{Rule, Severity};
use crate::records::Standard;

/// A text that was meant as a TLS-RPT record and is none.
pub const VERSION: Rule = Rule {
    id: "TRPT-001",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "a text that was meant as a TLS-RPT record and is none",
    section: "RFC 8460 3",
    why: "Senders discard what does not begin with exactly v=TLSRPTv1 and a semicolon: no report is sent, and nobody learns why mail did not arrive.",
    fix: "Begin the text with v=TLSRPTv1; in these letters, with nothing before it.",
    bad: "v=tlsrptv1 rua=mailto:tls@voorbeeld.nl",
    good: "v=TLSRPTv1; rua=mailto:tls@voorbeeld.nl",
};

/// Several TLS-RPT records.
pub const SEVERAL: Rule = Rule {
    id: "TRPT-002",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "several TLS-RPT records",
    section: "RFC 8460 3",
    why: "Where not exactly one record is left, senders take the domain for one without TLS-RPT, and report to nobody.",
    fix: "Keep one record, with all addresses in its rua.",
    bad: "two records, one for each address",
    good: "v=TLSRPTv1; rua=mailto:a@voorbeeld.nl,mailto:b@voorbeeld.nl",
};

/// A TLS-RPT record senders cannot read.
pub const SYNTAX: Rule = Rule {
    id: "TRPT-003",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "a TLS-RPT record senders cannot read",
    section: "RFC 8460 3",
    why: "A record needs a rua, written so, and nothing outside its grammar: no empty field, no white space around = or at the end without a semicolon, no value with = in a field of one's own. Of another one senders make nothing.",
    fix: "Write v=TLSRPTv1; rua= and the addresses, with commas between them.",
    bad: "v=TLSRPTv1; RUA = mailto:tls@voorbeeld.nl",
    good: "v=TLSRPTv1; rua=mailto:tls@voorbeeld.nl",
};

/// An address for TLS reports that is neither mailto: nor https:.
pub const SCHEME: Rule = Rule {
    id: "TRPT-004",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "an address for TLS reports that is neither mailto: nor https:",
    section: "RFC 8460 3",
    why: "Reports go by mail or by HTTPS alone; an address of another kind, or without one, gets none.",
    fix: "Write mailto: before a mail address, or an https: URI.",
    bad: "rua=tls@voorbeeld.nl",
    good: "rua=mailto:tls@voorbeeld.nl",
};

/// An address for TLS reports with characters that must be %-encoded.
pub const NOT_ENCODED: Rule = Rule {
    id: "TRPT-005",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "an address for TLS reports with characters that must be %-encoded",
    section: "RFC 8460 3, RFC 3986 2",
    why: "A comma ends an address, a semicolon the field, and no URI holds a blank; a size limit with !, as DMARC once had it, never was.",
    fix: "Leave the size limit out; write , as %2C, ! as %21, ; as %3B and a blank as %20.",
    bad: "rua=mailto:tls@voorbeeld.nl!10m",
    good: "rua=mailto:tls@voorbeeld.nl",
};

/// A field in a TLS-RPT record that nobody gives a meaning to.
pub const UNKNOWN_FIELD: Rule = Rule {
    id: "TRPT-006",
    severity: Severity::Info,
    standard: Standard::TlsRpt,
    title: "a field in a TLS-RPT record that nobody gives a meaning to",
    section: "RFC 8460 3",
    why: "Senders ignore fields they do not know. Often one was meant for another record.",
    fix: "Remove the field.",
    bad: "v=TLSRPTv1; rua=mailto:tls@voorbeeld.nl; fo=1",
    good: "v=TLSRPTv1; rua=mailto:tls@voorbeeld.nl",
};

/// A TLS-RPT record at a name where nobody looks.
pub const WRONG_NAME: Rule = Rule {
    id: "TRPT-012",
    severity: Severity::Error,
    standard: Standard::TlsRpt,
    title: "a TLS-RPT record at a name where nobody looks",
    section: "RFC 8460 3",
    why: "Senders look at _smtp._tls alone. Drafts had other names, and the two labels are easily swapped.",
    fix: "Publish the record at _smtp._tls below the domain.",
    bad: "_tls._smtp.voorbeeld.nl TXT v=TLSRPTv1; …",
    good: "_smtp._tls.voorbeeld.nl TXT v=TLSRPTv1; …",
};

/// A domain that takes mail, below one with TLS-RPT.
pub const NOT_INHERITED: Rule = Rule {
    id: "TRPT-013",
    severity: Severity::Info,
    standard: Standard::TlsRpt,
    title: "a domain that takes mail below one with TLS-RPT, and has none of its own",
    section: "RFC 8460 3",
    why: "Reports are about one domain: senders look for no record above. About mail to a name below nobody is told.",
    fix: "Give the domain a record of its own: a tlsRpt block.",
    bad: "_smtp._tls.voorbeeld.nl alone, and mail to wmo.voorbeeld.nl",
    good: "_smtp._tls.wmo.voorbeeld.nl beside",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &VERSION,
    &SEVERAL,
    &SYNTAX,
    &SCHEME,
    &NOT_ENCODED,
    &UNKNOWN_FIELD,
    &WRONG_NAME,
    &NOT_INHERITED,
];
