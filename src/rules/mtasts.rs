//! Rules about MTA-STS (RFC 8461): the record, the policy that is served, and both beside the MX.

use super::{Rule, Severity};
use crate::records::Standard;

/// A text that was meant as an MTA-STS record and is none.
pub const VERSION: Rule = Rule {
    id: "STS-001",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a text that was meant as an MTA-STS record and is none",
    section: "RFC 8461 3.1",
    why: "Senders discard what does not begin with exactly v=STSv1 and a semicolon: to them the domain has no policy, and mail to it can be read on the way.",
    fix: "Begin the text with v=STSv1; in these letters, with nothing before it.",
    bad: "v=stsv1; id=20260101",
    good: "v=STSv1; id=20260101;",
};

/// White space before the semicolon behind the version.
pub const BLANK: Rule = Rule {
    id: "STS-002",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "white space before the semicolon behind the version",
    section: "RFC 8461 3.1, erratum 6285",
    why: "The grammar allows it, and the rule by which senders discard records does not: some ignore such a record.",
    fix: "Write v=STSv1; with the semicolon right behind the version.",
    bad: "v=STSv1 ; id=20260101",
    good: "v=STSv1; id=20260101",
};

/// Several MTA-STS records.
pub const SEVERAL: Rule = Rule {
    id: "STS-003",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "several MTA-STS records",
    section: "RFC 8461 3.1",
    why: "Where not exactly one record is left, senders take the domain for one without MTA-STS.",
    fix: "Keep the record with the id of the policy that is served.",
    bad: "two records, with the old and the new id",
    good: "v=STSv1; id=20260201;",
};

/// An MTA-STS record without a sound id.
pub const ID: Rule = Rule {
    id: "STS-004",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "an MTA-STS record without a sound id",
    section: "RFC 8461 3.1",
    why: "The id tells senders whether the policy is a new one: 1 to 32 letters and digits. A record without one is none.",
    fix: "Write id= and letters and digits alone, another one for each policy.",
    bad: "v=STSv1; id=2026-01-01",
    good: "v=STSv1; id=20260101",
};

/// A field in an MTA-STS record that nobody gives a meaning to.
pub const UNKNOWN_FIELD: Rule = Rule {
    id: "STS-006",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "a field in an MTA-STS record that nobody gives a meaning to",
    section: "RFC 8461 3.1",
    why: "Senders ignore fields they do not know; mode, mx and max_age belong in the policy, not here. One whose value is none spoils the record.",
    fix: "Remove the field.",
    bad: "v=STSv1; id=20260101; mode=enforce",
    good: "v=STSv1; id=20260101",
};

/// An MTA-STS record senders cannot read.
pub const SYNTAX: Rule = Rule {
    id: "STS-007",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "an MTA-STS record senders cannot read",
    section: "RFC 8461 3.1",
    why: "Between two semicolons stands a field, name=value, without white space around =. Of another record strict senders make nothing.",
    fix: "Write v=STSv1; id= and the id, and nothing else.",
    bad: "v=STSv1;; id = 20260101",
    good: "v=STSv1; id=20260101",
};

/// An MTA-STS record with two ids.
pub const ID_TWICE: Rule = Rule {
    id: "STS-008",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an MTA-STS record with two ids",
    section: "RFC 8461 3.2",
    why: "The first counts, the others are ignored: whoever changes the second changes nothing.",
    fix: "Keep one id.",
    bad: "v=STSv1; id=20260101; id=20260201",
    good: "v=STSv1; id=20260201",
};

/// A policy that is not served.
pub const STATUS: Rule = Rule {
    id: "STS-010",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy that is not served",
    section: "RFC 8461 3.3",
    why: "Only status 200 is a policy. A redirect must not be followed, and an error page is none: senders then deliver as if there were no policy.",
    fix: "Serve the file itself at /.well-known/mta-sts.txt, with status 200 and without a redirect.",
    bad: "301 to https://www.voorbeeld.nl/",
    good: "200, and the policy",
};

/// A policy whose certificate senders do not accept.
pub const CERTIFICATE: Rule = Rule {
    id: "STS-011",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy whose certificate senders do not accept",
    section: "RFC 8461 3.3",
    why: "The certificate must be for mta-sts below the domain, in date, and of a public authority. Of any other senders take no policy.",
    fix: "Have a certificate for mta-sts below the domain issued, and renewed in time.",
    bad: "a certificate for www.voorbeeld.nl",
    good: "a certificate for mta-sts.voorbeeld.nl",
};

/// A policy that is not served as text/plain.
pub const MEDIA_TYPE: Rule = Rule {
    id: "STS-012",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "a policy that is not served as text/plain",
    section: "RFC 8461 3.2",
    why: "Senders should look at the media type, to tell a policy from a page that a web server makes of any name.",
    fix: "Serve the file as text/plain.",
    bad: "Content-Type: text/html",
    good: "Content-Type: text/plain",
};

/// A policy of more than 64 KiB.
pub const TOO_LARGE: Rule = Rule {
    id: "STS-013",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy of more than 64 KiB",
    section: "RFC 8461 3.3",
    why: "Senders bound what they read. Of a file beyond that they take no policy.",
    fix: "Serve the policy alone: version, mode, mx and max_age.",
    bad: "a whole web page",
    good: "a few lines",
};

/// A policy senders cannot read.
pub const LINE: Rule = Rule {
    id: "STS-014",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy senders cannot read",
    section: "RFC 8461 3.2",
    why: "Each line is a key, a colon and a value; version, mode and max_age stand there once each, in lower case.",
    fix: "Serve what zegel plan prints.",
    bad: "mode = enforce",
    good: "mode: enforce",
};

/// A policy of another version.
pub const FILE_VERSION: Rule = Rule {
    id: "STS-015",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy of another version",
    section: "RFC 8461 3.2",
    why: "There is one version, STSv1, written so. Senders do not read another.",
    fix: "Write version: STSv1.",
    bad: "version: STSv2",
    good: "version: STSv1",
};

/// A policy with a mode nobody knows.
pub const MODE: Rule = Rule {
    id: "STS-016",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy with a mode nobody knows",
    section: "RFC 8461 3.2, 5",
    why: "Senders know enforce, testing and none, in lower case.",
    fix: "Write mode: enforce, testing or none.",
    bad: "mode: Enforce",
    good: "mode: enforce",
};

/// A policy whose max_age is none.
pub const MAX_AGE: Rule = Rule {
    id: "STS-017",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy whose max_age is none",
    section: "RFC 8461 3.2",
    why: "max_age is a number of seconds, of at most ten digits, a year at most.",
    fix: "Write max_age: 2592000, or another number of seconds.",
    bad: "max_age: 30d",
    good: "max_age: 2592000",
};

/// An enforced policy that is kept for less than a day.
pub const SHORT: Rule = Rule {
    id: "STS-018",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an enforced policy that is kept for less than a day",
    section: "RFC 8461 3.2, 10.2",
    why: "A sender that is kept from renewing the policy falls back to none when it ends. Weeks are meant.",
    fix: "Write maxAge: 30d, or longer.",
    bad: "mode: Enforce, maxAge: 1h",
    good: "mode: Enforce, maxAge: 30d",
};

/// A policy without a host.
pub const NO_MX: Rule = Rule {
    id: "STS-019",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy without a host",
    section: "RFC 8461 3.2",
    why: "Unless mode is none a policy names the hosts mail may go to. One without any is no policy.",
    fix: "Add a line mx: for each host of the MX.",
    bad: "mode: enforce, and no mx",
    good: "mode: enforce, mx: mx1.voorbeeld.nl",
};

/// A policy with a host that is none.
pub const PATTERN: Rule = Rule {
    id: "STS-020",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy with a host that is none",
    section: "RFC 8461 3.2, 4.1",
    why: "mx holds a host's whole name, or an asterisk, a dot and a name. Senders do not read a policy with anything else.",
    fix: "Write the host as the MX has it.",
    bad: "mx: mail",
    good: "mx: mail.voorbeeld.nl",
};

/// A policy with a pattern of a draft.
pub const OLD_PATTERN: Rule = Rule {
    id: "STS-021",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy with a pattern of a draft",
    section: "RFC 8461 3.2, 4.1",
    why: "A dot alone before a name, or an asterisk as a part of a label, was never of the standard.",
    fix: "Write *. before the name, or the host itself.",
    bad: "mx: .voorbeeld.nl",
    good: "mx: *.voorbeeld.nl",
};

/// A policy with characters outside ASCII in a host.
pub const U_LABEL: Rule = Rule {
    id: "STS-022",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy with characters outside ASCII in a host",
    section: "RFC 8461 3.2",
    why: "Hosts are compared as DNS has them: in A-labels.",
    fix: "Write the host in A-labels (xn--…).",
    bad: "mx: mx.münchen.example",
    good: "mx: mx.xn--mnchen-3ya.example",
};

/// A policy with a comment or a blank line.
pub const COMMENT: Rule = Rule {
    id: "STS-024",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy with a comment or a blank line",
    section: "RFC 8461 3.2",
    why: "A policy knows neither. Strict senders read nothing of a file with a comment; most overlook a blank line.",
    fix: "Remove the line.",
    bad: "# our hosts",
    good: "mx: mx1.voorbeeld.nl",
};

/// A policy that is no plain UTF-8.
pub const ENCODING: Rule = Rule {
    id: "STS-025",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy that is no plain UTF-8",
    section: "RFC 8461 3.2",
    why: "A byte order mark stands before the first key and spoils it; UTF-16 is no text to senders.",
    fix: "Save the file as UTF-8 without a byte order mark.",
    bad: "FE FF, or EF BB BF",
    good: "version: STSv1 as its first octets",
};

/// A mail host that the MTA-STS policy does not cover.
pub const UNCOVERED: Rule = Rule {
    id: "STS-026",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a mail host that the MTA-STS policy does not cover",
    section: "RFC 8461 4.1, 5",
    why: "Senders that keep to an enforced policy deliver nothing to a host outside of it: with that host away mail waits, and bounces.",
    fix: "Add the host to the policy's mx, wait for the old policy's max_age, and only then let it take mail.",
    bad: "MX mx2.voorbeeld.nl, mtaSts.mx: [mx1.voorbeeld.nl]",
    good: "mtaSts.mx: [mx1.voorbeeld.nl, mx2.voorbeeld.nl]",
};

/// An entry of the MTA-STS policy that covers no mail host.
pub const STALE: Rule = Rule {
    id: "STS-027",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an entry of the MTA-STS policy that covers no mail host",
    section: "RFC 8461 8.1",
    why: "Whoever comes by that name is trusted with the domain's mail. Before a change of hosts it is right to have both for a while.",
    fix: "Remove the entry once no sender keeps a policy that needs it.",
    bad: "MX mx1.voorbeeld.nl, mtaSts.mx: [mx1.voorbeeld.nl, old.voorbeeld.nl]",
    good: "mtaSts.mx: [mx1.voorbeeld.nl]",
};

/// An entry of the MTA-STS policy that is wider than needed.
pub const WIDE: Rule = Rule {
    id: "STS-028",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an entry of the MTA-STS policy that is wider than needed",
    section: "RFC 8461 10.4",
    why: "An asterisk below a provider's whole domain trusts every host the provider gives a name there.",
    fix: "Name the hosts of the MX.",
    bad: "mtaSts.mx: ['*.provider.example']",
    good: "mtaSts.mx: [mx1.provider.example]",
};

/// Another policy is served than the one that is desired.
pub const NOT_SERVED: Rule = Rule {
    id: "STS-032",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "another policy is served than the one that is desired",
    section: "RFC 8461 8.1",
    why: "Senders fetch the policy when the id changes, and keep it. Where the new id stands before the new file, they keep the old one under it.",
    fix: "Serve the file that zegel plan prints at every server, and only then publish the record with its id.",
    bad: "the record of the new policy, the file of the old",
    good: "both of the new one, the file first",
};

/// An MTA-STS record, and no host that serves the policy.
pub const NO_HOST: Rule = Rule {
    id: "STS-035",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "an MTA-STS record, and no host that serves the policy",
    section: "RFC 8461 3.3",
    why: "Senders fetch the policy from mta-sts below the domain. Without an address there they have none, and mail to the domain can be read on the way.",
    fix: "Publish an address of mta-sts below the domain, or a CNAME to who serves the policy; or remove the record.",
    bad: "_mta-sts TXT v=STSv1; id=1, and no mta-sts",
    good: "_mta-sts TXT v=STSv1; id=1, mta-sts CNAME policies.provider.example",
};

/// An MTA-STS policy without TLS-RPT.
pub const NO_REPORTS: Rule = Rule {
    id: "STS-036",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an MTA-STS policy without TLS-RPT",
    section: "RFC 8460 1",
    why: "Where a sender keeps to the policy and cannot deliver, only its report tells the domain so.",
    fix: "Publish a TLS-RPT record: a tlsRpt block with the address that reads the reports.",
    bad: "mtaSts: {mode: Enforce}, and no tlsRpt",
    good: "mtaSts: {mode: Enforce}, tlsRpt: {reports: [\"mailto:tls@voorbeeld.nl\"]}",
};

/// MTA-STS at a domain that takes no mail.
pub const NO_MAIL: Rule = Rule {
    id: "STS-039",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "MTA-STS at a domain that takes no mail",
    section: "RFC 7505 3",
    why: "A null MX says that no mail is taken, so a policy about where it may go is without use, and is one more thing to keep right.",
    fix: "Take the policy back with mode None, and then the record.",
    bad: "MX 0 ., _mta-sts TXT v=STSv1; id=1",
    good: "MX 0 . alone",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &VERSION,
    &BLANK,
    &SEVERAL,
    &ID,
    &UNKNOWN_FIELD,
    &SYNTAX,
    &ID_TWICE,
    &STATUS,
    &CERTIFICATE,
    &MEDIA_TYPE,
    &TOO_LARGE,
    &LINE,
    &FILE_VERSION,
    &MODE,
    &MAX_AGE,
    &SHORT,
    &NO_MX,
    &PATTERN,
    &OLD_PATTERN,
    &U_LABEL,
    &COMMENT,
    &ENCODING,
    &UNCOVERED,
    &STALE,
    &WIDE,
    &NOT_SERVED,
    &NO_HOST,
    &NO_REPORTS,
    &NO_MAIL,
];

/// Those about the file that is served, which DNS alone does not show.
pub const OF_THE_FILE: &[&Rule] = &[
    &STATUS,
    &CERTIFICATE,
    &MEDIA_TYPE,
    &TOO_LARGE,
    &LINE,
    &FILE_VERSION,
    &MODE,
    &MAX_AGE,
    &NO_MX,
    &PATTERN,
    &OLD_PATTERN,
    &U_LABEL,
    &COMMENT,
    &ENCODING,
    &NOT_SERVED,
];
