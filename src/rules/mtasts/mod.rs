//! Rules about MTA-STS (RFC 8461): here those about the record, and about a policy beside the MX; `file` has those about
//! the file that is served, `kept` those about policies that senders have kept.

pub mod file;
pub mod kept;

use crate::records::Standard;
use crate::rules::{Rule, Severity};

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
    why: "Between two semicolons stands a field, name=value, without white space around =; white space at the end is of a semicolon before it. Of another record strict senders make nothing.",
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

/// An alias at `_mta-sts` that leads to no record.
pub const DANGLING: Rule = Rule {
    id: "STS-009",
    severity: Severity::Warning,
    standard: Standard::MtaSts,
    title: "an alias at _mta-sts that leads to no record",
    section: "RFC 8461 3.1, 8.2",
    why: "Senders follow the alias, and find no record at its end: to them the domain has no MTA-STS, whatever policy is served.",
    fix: "Have who holds the target publish the record there; or take the alias away.",
    bad: "_mta-sts CNAME voorbeeld-nl.mta-sts.provider.example, where nothing stands",
    good: "the same, with v=STSv1; id=1 at its end",
};

/// A domain that takes mail, below one with MTA-STS.
pub const NOT_INHERITED: Rule = Rule {
    id: "STS-031",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "a domain that takes mail below one with MTA-STS, and has none of its own",
    section: "RFC 8461 3.4",
    why: "A policy is for one domain: senders look for none above. Mail to a name below has no protection by it.",
    fix: "Give the domain a record and a policy of its own: an mtaSts block.",
    bad: "_mta-sts.voorbeeld.nl alone, and mail to wmo.voorbeeld.nl",
    good: "_mta-sts.wmo.voorbeeld.nl and mta-sts.wmo.voorbeeld.nl beside",
};

/// A policy that is enforced from its first day.
pub const AT_ONCE: Rule = Rule {
    id: "STS-037",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "a policy that is enforced from its first day",
    section: "RFC 8461 5",
    why: "What the policy forgot is not delivered from the first hour on, and senders keep it for its max_age. In mode testing they deliver, and their reports say what would not have arrived.",
    fix: "Begin with mode Testing and a tlsRpt block, read the reports for some weeks, and then write Enforce.",
    bad: "mtaSts: {mode: Enforce}, where no record was before",
    good: "mtaSts: {mode: Testing}, then Enforce",
};

/// A policy in testing beside TLSA records.
pub const TESTED_BESIDE_DANE: Rule = Rule {
    id: "STS-040",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "a policy in testing beside TLSA records, which are not",
    section: "RFC 8461 2, RFC 7672 2.2",
    why: "Mode testing softens MTA-STS alone. Senders with DANE go by the TLSA records first: what does not match them is not delivered, whatever the policy says.",
    fix: "Nothing, where DANE is meant to be kept to. Where TLS is still tried out, publish the TLSA records once it holds.",
    bad: "mtaSts: {mode: Testing}, and TLSA records at mx1",
    good: "mtaSts: {mode: Enforce}, and TLSA records at mx1",
};

/// A host named mta-sts, and no MTA-STS.
pub const HOST_ALONE: Rule = Rule {
    id: "STS-041",
    severity: Severity::Info,
    standard: Standard::MtaSts,
    title: "a host named mta-sts, and no MTA-STS",
    section: "RFC 8461 10.1, 3.3",
    why: "Whoever holds that host can serve a policy; with a record, which one forged answer is enough for, senders would keep to it. Often it is a wildcard, or what was left behind.",
    fix: "Publish the record where MTA-STS is meant; else take the host away, or see that nobody else holds it.",
    bad: "mta-sts.voorbeeld.nl A 192.0.2.1, and nothing at _mta-sts",
    good: "both, or neither",
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
    &DANGLING,
    &SHORT,
    &UNCOVERED,
    &STALE,
    &WIDE,
    &NOT_INHERITED,
    &NO_HOST,
    &NO_REPORTS,
    &AT_ONCE,
    &NO_MAIL,
    &TESTED_BESIDE_DANE,
    &HOST_ALONE,
];
