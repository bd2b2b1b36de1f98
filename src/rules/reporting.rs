//! Rules about DMARC reports (RFC 9990, RFC 9991).

use super::{Rule, Severity};
use crate::records::Standard;

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &BARE_ADDRESS,
    &OTHER_SCHEME,
    &NOT_ENCODED,
    &SIZE,
    &NOT_ASCII,
    &NO_REPORTS,
    &MANY,
    &TWICE,
    &NOT_AUTHORIZED,
    &AGREED_ABOVE,
    &AGREEMENT_SEMICOLON,
    &AGREEMENT_POLICY,
    &AGREES_TO_ALL,
    &WILDCARD_HIDDEN,
    &AGREEMENT_COMPANY,
    &OVERRIDE_ELSEWHERE,
    &AGREEMENT_TOO_LONG,
    &NO_MAIL_THERE,
    &OWN_NULL_MX,
    &FAILURE_REPORTS,
    &SUFFIX_FAILURE_REPORTS,
    &OPTIONS,
    &RETIRED_SERVICE,
    &QUERY,
    &FINAL_DOT,
];

/// A report destination is no URI.
pub const BARE_ADDRESS: Rule = Rule {
    id: "DRPT-001",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a report destination is no URI",
    section: "RFC 9989 4.8",
    why: "Receivers skip what is no URI: an address needs mailto: in front. Nobody gets the reports.",
    fix: "Write mailto: before the address.",
    bad: "\"v=DMARC1; p=none; rua=dmarc@voorbeeld.nl\"",
    good: "\"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// A report destination that is not mailto:.
pub const OTHER_SCHEME: Rule = Rule {
    id: "DRPT-002",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a report destination that is not mailto:",
    section: "RFC 9989 4.7",
    why: "mailto: is the only scheme receivers must support; most ignore any other.",
    fix: "Add or use a mailto: URI.",
    bad: "\"v=DMARC1; p=none; rua=https://voorbeeld.nl/dmarc\"",
    good: "\"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// A character in a report URI must be %-encoded.
pub const NOT_ENCODED: Rule = Rule {
    id: "DRPT-003",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a character in a report URI must be %-encoded",
    section: "RFC 9989 4.8",
    why: "A comma ends a URI and an exclamation mark began a size; such characters inside a URI make receivers skip it or send elsewhere.",
    fix: "Write , as %2C, ! as %21 and ; as %3B.",
    bad: "\"v=DMARC1; p=none; rua=mailto:dm!arc@voorbeeld.nl\"",
    good: "\"v=DMARC1; p=none; rua=mailto:dm%21arc@voorbeeld.nl\"",
};

/// A size limit on a report URI is gone.
pub const SIZE: Rule = Rule {
    id: "DRPT-004",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a size limit on a report URI is gone",
    section: "RFC 9989 4.8",
    why: "RFC 7489 let a URI end in ! with digits and k, m, g or t. RFC 9989 dropped it: a receiver that no longer knows it takes it for a part of the address, and one that knows it skips what is no size.",
    fix: "Remove the exclamation mark and what follows.",
    bad: "\"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl!10m\"",
    good: "\"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// A report address outside ASCII.
pub const NOT_ASCII: Rule = Rule {
    id: "DRPT-005",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a report address outside ASCII",
    section: "RFC 8616 6",
    why: "Records hold ASCII; receivers skip the URI.",
    fix: "Use an ASCII address; write the domain as A-labels (xn--…).",
    bad: "rua=mailto:dmarc@voorbéeld.nl",
    good: "rua=mailto:dmarc@xn--voorbeld-f1a.nl",
};

/// Nobody gets aggregate reports.
pub const NO_REPORTS: Rule = Rule {
    id: "DRPT-006",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "nobody gets aggregate reports",
    section: "RFC 9989 4.7",
    why: "Without rua receivers send none: who sends in the domain's name, and what fails, stays unknown.",
    fix: "Add rua=mailto: with an address that is read by a program.",
    bad: "\"v=DMARC1; p=reject\"",
    good: "\"v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// More than two report destinations.
pub const MANY: Rule = Rule {
    id: "DRPT-007",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "more than two report destinations",
    section: "RFC 9989 C.7",
    why: "Receivers of RFC 7489 had to send to two and often send to no more.",
    fix: "Keep the two that matter first.",
    bad: "rua with three URIs",
    good: "rua with one or two URIs",
};

/// A report destination stands there twice.
pub const TWICE: Rule = Rule {
    id: "DRPT-008",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a report destination stands there twice",
    section: "RFC 9989 4.7",
    why: "Receivers may send every report twice, or count it towards the two they send to.",
    fix: "Keep one of them.",
    bad: "rua=mailto:dmarc@voorbeeld.nl,mailto:dmarc@voorbeeld.nl",
    good: "rua=mailto:dmarc@voorbeeld.nl",
};

/// The other domain does not agree to get reports.
pub const NOT_AUTHORIZED: Rule = Rule {
    id: "DRPT-009",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the other domain does not agree to get reports",
    section: "RFC 9990 4",
    why: "Reports to another organization are sent only when it says so at <your domain>._report._dmarc.<its host>; receivers skip this destination.",
    fix: "Ask its owner to publish the record named here.",
    bad: "rua=mailto:v@reports.example, and nothing at voorbeeld.nl._report._dmarc.reports.example",
    good: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1;\"",
};

/// The agreement is asked where the record was found.
pub const AGREED_ABOVE: Rule = Rule {
    id: "DRPT-010",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the agreement is asked where the record was found",
    section: "RFC 9990 4",
    why: "The record is inherited, so receivers ask for the agreement of the name it stands at: names below need none of their own.",
    fix: "Have the agreement published for the name the record stands at.",
    bad: "a.voorbeeld.nl._report._dmarc.reports.example",
    good: "voorbeeld.nl._report._dmarc.reports.example",
};

/// The agreement has no semicolon.
pub const AGREEMENT_SEMICOLON: Rule = Rule {
    id: "DRPT-011",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the agreement has no semicolon",
    section: "RFC 9990 4",
    why: "RFC 9990 makes it optional; some receivers of RFC 7489 demand it and send nothing.",
    fix: "Ask its owner to publish \"v=DMARC1;\".",
    bad: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1\"",
    good: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1;\"",
};

/// The agreement holds a policy.
pub const AGREEMENT_POLICY: Rule = Rule {
    id: "DRPT-012",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the agreement holds a policy",
    section: "RFC 9990 4",
    why: "A policy means nothing there: only rua and ruf are read.",
    fix: "Nothing; its owner may remove p.",
    bad: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1; p=none\"",
    good: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1;\"",
};

/// The destination agrees to reports about everybody.
pub const AGREES_TO_ALL: Rule = Rule {
    id: "DRPT-013",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the destination agrees to reports about everybody",
    section: "RFC 9990 4",
    why: "A wildcard under _report._dmarc agrees for every domain: right for a report service, seldom for anyone else.",
    fix: "Nothing, if it is a report service.",
    bad: "*._report._dmarc.reports.example TXT \"v=DMARC1;\"",
    good: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1;\"",
};

/// The wildcard does not reach this domain.
pub const WILDCARD_HIDDEN: Rule = Rule {
    id: "DRPT-014",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the wildcard does not reach this domain",
    section: "RFC 4592 2.2",
    why: "A wildcard covers only names without a closer existing name; a record for another domain under the same top-level domain makes that name exist.",
    fix: "Ask its owner to publish the agreement for this domain by name.",
    bad: "*._report._dmarc.reports.example beside other.nl._report._dmarc.reports.example",
    good: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1;\"",
};

/// Other text beside the agreement.
pub const AGREEMENT_COMPANY: Rule = Rule {
    id: "DRPT-015",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "other text beside the agreement",
    section: "RFC 9990 4",
    why: "Receivers of RFC 9990 skip what is no DMARC record; older ones may want exactly one.",
    fix: "Its owner may remove the rest.",
    bad: "two TXT records at voorbeeld.nl._report._dmarc.reports.example",
    good: "one",
};

/// The destination sends its reports to another host.
pub const OVERRIDE_ELSEWHERE: Rule = Rule {
    id: "DRPT-016",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the destination sends its reports to another host",
    section: "RFC 9990 4",
    why: "An agreement may name another address, but only on the same host: otherwise receivers send no report to either.",
    fix: "Ask its owner to keep the override on its own host.",
    bad: "voorbeeld.nl._report._dmarc.reports.example TXT \"v=DMARC1; rua=mailto:x@elsewhere.example\"",
    good: "… TXT \"v=DMARC1; rua=mailto:x@reports.example\"",
};

/// The name of the agreement is too long for DNS.
pub const AGREEMENT_TOO_LONG: Rule = Rule {
    id: "DRPT-017",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the name of the agreement is too long for DNS",
    section: "RFC 9990 4",
    why: "It cannot be asked, so receivers send no reports there.",
    fix: "Use a destination with a shorter host name.",
    bad: "a host name of 200 characters",
    good: "a short one",
};

/// The destination accepts no mail.
pub const NO_MAIL_THERE: Rule = Rule {
    id: "DRPT-018",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the destination accepts no mail",
    section: "RFC 9989 11.6",
    why: "Its host does not exist, has a null MX, or neither MX nor address: every report bounces.",
    fix: "Use an address that accepts mail.",
    bad: "rua=mailto:dmarc@reports.example, and reports.example MX 0 .",
    good: "rua=mailto:dmarc@reports.example, and reports.example MX 10 mail.reports.example",
};

/// Reports go to a domain that accepts no mail: itself.
pub const OWN_NULL_MX: Rule = Rule {
    id: "DRPT-019",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "reports go to a domain that accepts no mail: itself",
    section: "RFC 7505 3",
    why: "The domain says that it accepts no mail, so its reports cannot arrive.",
    fix: "Use an address at another domain.",
    bad: "voorbeeld.nl MX 0 . and rua=mailto:dmarc@voorbeeld.nl",
    good: "voorbeeld.nl MX 0 . and rua=mailto:dmarc@ander.example",
};

/// Failure reports leave the organization.
pub const FAILURE_REPORTS: Rule = Rule {
    id: "DRPT-020",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "failure reports leave the organization",
    section: "RFC 9991 7",
    why: "They can hold addresses and parts of real messages: personal data that goes to somebody else.",
    fix: "Remove ruf, or send it to an address of your own.",
    bad: "ruf=mailto:f@reports.example",
    good: "no ruf",
};

/// Failure reports for a public suffix.
pub const SUFFIX_FAILURE_REPORTS: Rule = Rule {
    id: "DRPT-021",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "failure reports for a public suffix",
    section: "RFC 9991 2",
    why: "A public suffix may ask for aggregate reports only: failure reports would tell about its registrants' mail.",
    fix: "Remove ruf.",
    bad: "\"v=DMARC1; p=none; psd=y; ruf=mailto:f@bank\"",
    good: "\"v=DMARC1; p=none; psd=y; rua=mailto:d@bank\"",
};

/// Fo is not what receivers expect.
pub const OPTIONS: Rule = Rule {
    id: "DRPT-022",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "fo is not what receivers expect",
    section: "RFC 9989 4.8",
    why: "fo holds 0, 1, d and s, each once and not both 0 and 1; anything else counts as the default. Without ruf it is ignored.",
    fix: "Write 0, 1, d, s or d:s, or remove fo.",
    bad: "\"v=DMARC1; p=none; ruf=mailto:f@voorbeeld.nl; fo=all\"",
    good: "\"v=DMARC1; p=none; ruf=mailto:f@voorbeeld.nl; fo=1\"",
};

/// The report service is closed.
pub const RETIRED_SERVICE: Rule = Rule {
    id: "DRPT-023",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "the report service is closed",
    section: "RFC 9989 4.7",
    why: "The service no longer reads reports, so nobody does.",
    fix: "Replace the address.",
    bad: "rua=mailto:dmarc-rua@dmarc.service.gov.uk",
    good: "rua=mailto:dmarc@voorbeeld.nl",
};

/// A report URI with header fields.
pub const QUERY: Rule = Rule {
    id: "DRPT-024",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a report URI with header fields",
    section: "RFC 6068 2",
    why: "Receivers make the message themselves: a subject in the URI is ignored at best, and some skip the URI.",
    fix: "Remove the question mark and what follows.",
    bad: "rua=mailto:dmarc@voorbeeld.nl?subject=dmarc",
    good: "rua=mailto:dmarc@voorbeeld.nl",
};

/// A dot behind the host of a report address.
pub const FINAL_DOT: Rule = Rule {
    id: "DRPT-026",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a dot behind the host of a report address",
    section: "RFC 6068 2, RFC 5321 4.1.2",
    why: "Zone files end a host name in a dot, addresses do not: some receivers drop it, others skip the address or cannot deliver to it.",
    fix: "Remove the dot at the end of the address.",
    bad: "rua=mailto:dmarc@voorbeeld.nl.",
    good: "rua=mailto:dmarc@voorbeeld.nl",
};
