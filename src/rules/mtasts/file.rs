//! Rules about the file an MTA-STS policy is served in (RFC 8461 3.2, 3.3), which DNS alone does not show.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

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

/// A policy at the end of an alias, whose certificate senders do not accept.
pub const CERTIFICATE_AT_ALIAS: Rule = Rule {
    id: "STS-038",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a policy at the end of an alias, whose certificate senders do not accept",
    section: "RFC 8461 3.3, 8.2",
    why: "Senders follow the alias, and ask for mta-sts below the domain all the same: the certificate must be for that name, whoever serves the policy. Of any other they take none.",
    fix: "Have who serves the policy get a certificate for mta-sts below the domain, and keep it in date; or serve it elsewhere.",
    bad: "mta-sts CNAME policies.provider.example, and a certificate for policies.provider.example",
    good: "the same, and a certificate for mta-sts.voorbeeld.nl",
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
    why: "Each line is a key, a colon right behind it and a value, never an empty one, and ends in LF, or in CR and LF; version, mode and max_age stand there once each, in lower case.",
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

/// A policy with a dot at the end of a host.
pub const TRAILING_DOT: Rule = Rule {
    id: "STS-023",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "a policy with a dot at the end of a host",
    section: "RFC 8461 3.2, RFC 5321 4.1.2",
    why: "Zone files end a name with a dot, mail does not. Senders compare the texts, and many find that no host matches: then mail waits, and bounces.",
    fix: "Write the host without the dot at its end.",
    bad: "mx: mx1.voorbeeld.nl.",
    good: "mx: mx1.voorbeeld.nl",
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

/// A policy host whose certificate any authority may issue.
pub const ANY_ISSUER: Rule = Rule {
    id: "STS-042",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "no CAA record says who may issue certificates for the host that serves the policy",
    section: "RFC 8659 3, RFC 8461 10.2",
    why: "Without one every public authority may issue a certificate for the host, also one that was deceived: whoever has it can serve another policy, or none.",
    fix: "Publish a CAA record at the domain, or at mta-sts below it, that names the authority its certificates come from.",
    bad: "mta-sts.voorbeeld.nl, and no CAA at its name or above",
    good: "voorbeeld.nl CAA 0 issue \"letsencrypt.org\"",
};

/// CAA records by which nobody may issue the certificate of the policy's host.
pub const NO_ISSUER: Rule = Rule {
    id: "STS-043",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "CAA records by which no public authority may issue a certificate for the host that serves the policy",
    section: "RFC 8659 4.1, 4.2, RFC 8461 3.3",
    why: "Senders take a policy only under a certificate of a public authority, and authorities look at CAA before they issue. Where the nearest set names none, or holds a critical tag they do not know, the certificate cannot be renewed: once it ends, senders find no policy.",
    fix: "Name the authority that issues the certificate, of the provider who serves the policy where one does: issue \"letsencrypt.org\".",
    bad: "voorbeeld.nl CAA 0 issue \";\"",
    good: "voorbeeld.nl CAA 0 issue \"letsencrypt.org\"",
};

/// A CAA record that is none.
pub const ODD_CAA: Rule = Rule {
    id: "STS-044",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "a CAA record of the host that serves the policy that authorities cannot read",
    section: "RFC 8659 4.1",
    why: "A record is flags, a tag of letters and digits, and a value. What one says that has no tag, or a tag that goes past its end, nobody knows: it names no authority, and an authority that is careful issues nothing. Where its flags say critical, none may.",
    fix: "Remove the record, or write it again: 0 issue \"letsencrypt.org\".",
    bad: "voorbeeld.nl CAA \\# 2 0000",
    good: "voorbeeld.nl CAA 0 issue \"letsencrypt.org\"",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &STATUS,
    &CERTIFICATE,
    &CERTIFICATE_AT_ALIAS,
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
    &TRAILING_DOT,
    &COMMENT,
    &ENCODING,
    &NOT_SERVED,
    &ANY_ISSUER,
    &NO_ISSUER,
    &ODD_CAA,
];
