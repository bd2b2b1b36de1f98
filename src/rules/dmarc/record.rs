//! Rules about the text of a DMARC record (RFC 9989 4.7, 4.8).

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// Several DMARC records at one name.
pub const SEVERAL_RECORDS: Rule = Rule {
    id: "DMARC-001",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "several DMARC records at one name",
    section: "RFC 9989 4.10",
    why: "Receivers discard all of them and go on above; those that follow RFC 7489 apply no DMARC at all.",
    fix: "Keep one record and remove the others.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=none\" and \"v=DMARC1; p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// The text does not start with exactly v=DMARC1.
pub const VERSION: Rule = Rule {
    id: "DMARC-002",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "the text does not start with exactly v=DMARC1",
    section: "RFC 9989 4.7",
    why: "v must be the first tag and its value exactly DMARC1, in capitals; receivers ignore any other text as a whole.",
    fix: "Start the text with v=DMARC1;.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=dmarc1; p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// Something stands before v=DMARC1.
pub const BEFORE_VERSION: Rule = Rule {
    id: "DMARC-003",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "something stands before v=DMARC1",
    section: "RFC 9989 4.8",
    why: "Nothing may stand before v, not even a blank or a quote: receivers ignore the text as a whole.",
    fix: "Remove what stands before v.",
    bad: "_dmarc.voorbeeld.nl TXT \" v=DMARC1; p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// No semicolon after v=DMARC1.
pub const SEPARATOR: Rule = Rule {
    id: "DMARC-004",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "no semicolon after v=DMARC1",
    section: "RFC 9989 4.8",
    why: "Tags are separated by semicolons. Without one the version is not DMARC1, and receivers ignore the text as a whole.",
    fix: "Write a semicolon between tags.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1, p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// A part of the record is no tag.
pub const SYNTAX: Rule = Rule {
    id: "DMARC-005",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a part of the record is no tag",
    section: "RFC 9989 4.8",
    why: "A tag is a name of letters, =, and a value of printing characters. Receivers skip anything else; older ones may refuse the record.",
    fix: "Remove the part, or write it as name=value.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; reports to me\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// A tag stands there twice.
pub const DUPLICATE_TAG: Rule = Rule {
    id: "DMARC-006",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "a tag stands there twice",
    section: "RFC 9989 4.8",
    why: "No RFC says which one counts: some receivers take the first, some the last, some refuse the record. Zegel shows the weakest reading, which is none.",
    fix: "Keep one of them.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; p=none\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// A tag no RFC knows.
pub const UNKNOWN_TAG: Rule = Rule {
    id: "DMARC-007",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "a tag no RFC knows",
    section: "RFC 9989 4.7",
    why: "Receivers ignore unknown tags, so it has no effect; often it is a slip in a name that should have one.",
    fix: "Remove it, or correct its name.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; ruaa=mailto:dmarc@voorbeeld.nl\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// Pct is gone, and splits receivers.
pub const PCT: Rule = Rule {
    id: "DMARC-008",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "pct is gone, and splits receivers",
    section: "RFC 9989 A.6",
    why: "Receivers of RFC 9989 ignore pct and apply the policy to all mail; those of RFC 7489 still apply it to a part. Nobody knows who does which.",
    fix: "Remove pct; to try a policy out, write t=y.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; pct=20\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; t=y\"",
};

/// Rf and ri are gone.
pub const OLD_TAGS: Rule = Rule {
    id: "DMARC-009",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "rf and ri are gone",
    section: "RFC 9989 C.5.2",
    why: "Receivers of RFC 9989 ignore them: there is one report format, and reports come daily.",
    fix: "Remove the tag.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; ri=3600\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// P is missing.
pub const NO_POLICY: Rule = Rule {
    id: "DMARC-010",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "p is missing",
    section: "RFC 9989 4.10.1",
    why: "Without p and without a valid rua receivers apply no DMARC at all; with a valid rua they act as if it said p=none.",
    fix: "Write p, second in the record.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// P does not follow v.
pub const POLICY_NOT_SECOND: Rule = Rule {
    id: "DMARC-011",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "p does not follow v",
    section: "RFC 7489 6.4",
    why: "RFC 9989 allows any order; strict receivers of RFC 7489 refuse a record whose second tag is not p.",
    fix: "Write p right after v=DMARC1.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; rua=mailto:dmarc@voorbeeld.nl; p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// P is no policy.
pub const POLICY_INVALID: Rule = Rule {
    id: "DMARC-012",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "p is no policy",
    section: "RFC 9989 4.10.1",
    why: "Receivers act as if the record said p=none where rua is valid, and apply no DMARC where it is not.",
    fix: "Write none, quarantine or reject.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=rejected\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// Sp or np is no policy.
pub const SUBPOLICY_INVALID: Rule = Rule {
    id: "DMARC-013",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "sp or np is no policy",
    section: "RFC 9989 4.10.1",
    why: "One bad sp or np spoils the whole record: receivers act as if it said p=none where rua is valid, and apply no DMARC where it is not.",
    fix: "Write none, quarantine or reject, or remove the tag.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; sp=all\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; sp=reject\"",
};

/// T is neither y nor n.
pub const TESTING_INVALID: Rule = Rule {
    id: "DMARC-014",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "t is neither y nor n",
    section: "RFC 9989 4.7",
    why: "Receivers take the default, n: the policy is applied in full.",
    fix: "Write t=y while testing, else remove t.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; t=yes\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; t=y\"",
};

/// Adkim or aspf is neither r nor s.
pub const ALIGNMENT_INVALID: Rule = Rule {
    id: "DMARC-015",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "adkim or aspf is neither r nor s",
    section: "RFC 9989 4.7",
    why: "Receivers take the default, r: any name of the organization may have signed or sent.",
    fix: "Write r or s, or remove the tag.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; adkim=strict\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; adkim=s\"",
};

/// Strict alignment while names below send.
pub const STRICT_SUBDOMAINS: Rule = Rule {
    id: "DMARC-016",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "strict alignment while names below send",
    section: "RFC 9989 4.4",
    why: "With aspf=s mail from the domain passes by SPF only when its envelope sender is the domain itself; names below have SPF of their own to send.",
    fix: "Remove aspf=s, or sign such mail with the domain itself.",
    bad: "aspf=s, and SPF at news.voorbeeld.nl",
    good: "aspf=r, and SPF at news.voorbeeld.nl",
};

/// T=y: the policy counts one level down.
pub const TESTING: Rule = Rule {
    id: "DMARC-017",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "t=y: the policy counts one level down",
    section: "RFC 9989 4.7",
    why: "Receivers quarantine what the record asks them to reject. Meant for the days of a change, it is often left behind.",
    fix: "Remove t=y when the reports show that your own mail passes.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; t=y\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// T=y makes quarantine none.
pub const TESTING_QUARANTINE: Rule = Rule {
    id: "DMARC-018",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "t=y makes quarantine none",
    section: "RFC 9989 4.7",
    why: "One level below quarantine is none: receivers do nothing about forged mail.",
    fix: "Remove t=y when the reports show that your own mail passes.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=quarantine; t=y\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=quarantine\"",
};

/// Psd is none of y, n and u.
pub const PSD_INVALID: Rule = Rule {
    id: "DMARC-019",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "psd is none of y, n and u",
    section: "RFC 9989 4.7",
    why: "Receivers take the default, u: the tree walk decides which name is the organizational domain.",
    fix: "Write y, n or u, or remove the tag.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; psd=no\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; psd=n\"",
};

/// The record is longer than 450 octets.
pub const LONG: Rule = Rule {
    id: "DMARC-044",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the record is longer than 450 octets",
    section: "RFC 9989 4.5",
    why: "Some older programs read no more; the rest is lost to them.",
    fix: "Name fewer report addresses.",
    bad: "a record with fifteen report addresses",
    good: "a record with one or two",
};

/// Aspf=s: bounces cannot align by SPF.
pub const STRICT_BOUNCES: Rule = Rule {
    id: "DMARC-045",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "aspf=s: bounces cannot align by SPF",
    section: "RFC 9989 4.4.2",
    why: "Mail with an empty envelope sender has SPF checked for the name in HELO; that is a host's name, and strictly never the domain.",
    fix: "Remove aspf=s, or make sure that bounces are signed with DKIM.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; aspf=s\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// A line ends within the record.
pub const LINE_END: Rule = Rule {
    id: "DMARC-049",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "a line ends within the record",
    section: "RFC 9989 4.8",
    why: "White space is blanks and tabs alone. A line end spoils the name or value it stands in: receivers skip the tag or take no policy from it, and no two programs need read it alike.",
    fix: "Write the record in one line, with blanks alone between its tags.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1;\\010p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// A separator is wrong or missing.
pub const WRONG_SEPARATOR: Rule = Rule {
    id: "DMARC-050",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "a separator is wrong or missing",
    section: "RFC 9989 4.6, 4.8",
    why: "Tags are separated by semicolons, report addresses by commas, failure options by colons, a name from its value by =. What follows another sign is lost, or spoils what stands before it: a policy with something behind it is none.",
    fix: "Write the separator that belongs there.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; rua=mailto:a@voorbeeld.nl;mailto:b@voorbeeld.nl\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; rua=mailto:a@voorbeeld.nl,mailto:b@voorbeeld.nl\"",
};

/// Another record stands in this one's text.
pub const FOREIGN: Rule = Rule {
    id: "DMARC-051",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "another record stands in this one's text",
    section: "RFC 9989 4.5, 4.7",
    why: "One TXT record holds one DMARC record. Receivers read what follows as a part of it: it is lost where it is, and spoils the tag it stands in or beside.",
    fix: "Publish each record by itself, at the name it is looked for.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject v=spf1 mx -all\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\", voorbeeld.nl TXT \"v=spf1 mx -all\"",
};

/// A host name stands in a TXT record where a CNAME was meant.
pub const ALIAS_AS_TEXT: Rule = Rule {
    id: "DMARC-052",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "a host name stands in the text where a CNAME was meant",
    section: "RFC 9989 4.5, RFC 1034 3.6.2",
    why: "Receivers read text at _dmarc as a record, and a name is none. To let another name hold the record, this one must be a CNAME, which is a record type of its own and not a text.",
    fix: "Replace the TXT record by a CNAME to that name.",
    bad: "_dmarc.voorbeeld.nl TXT \"voorbeeld.nl.dmarc.example\"",
    good: "_dmarc.voorbeeld.nl CNAME voorbeeld.nl.dmarc.example",
};

/// The rules about a text that was meant as a record and is none.
pub const NEAR_MISSES: [&Rule; 4] = [&VERSION, &BEFORE_VERSION, &SEPARATOR, &ALIAS_AS_TEXT];
