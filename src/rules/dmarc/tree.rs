//! Rules about the policy that applies, and where it comes from (RFC 9989 4.10).

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A public suffix without psd=y.
pub const PSO_WITHOUT_PSD: Rule = Rule {
    id: "DMARC-020",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "a public suffix without psd=y",
    section: "RFC 9989 5.2",
    why: "Without psd=y the suffix counts as the organizational domain of every name below it, so that one registrant's mail passes as another's.",
    fix: "Add psd=y.",
    bad: "_dmarc.bank TXT \"v=DMARC1; p=none\"",
    good: "_dmarc.bank TXT \"v=DMARC1; p=none; psd=y\"",
};

/// Psd=n ends every walk here.
pub const PSD_NO: Rule = Rule {
    id: "DMARC-021",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "psd=n ends every walk here",
    section: "RFC 9989 4.10",
    why: "The name is the organizational domain of all names below it; records above it no longer apply to them.",
    fix: "Nothing, where this part of the organization stands by itself; else remove psd=n.",
    bad: "_dmarc.afdeling.voorbeeld.nl TXT \"v=DMARC1; p=none; psd=n\"",
    good: "_dmarc.afdeling.voorbeeld.nl TXT \"v=DMARC1; p=none\"",
};

/// Psd=y at a domain that is no public suffix.
pub const PSD_YES: Rule = Rule {
    id: "DMARC-022",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "psd=y at a domain that is no public suffix",
    section: "RFC 9989 4.10.2",
    why: "Every name below becomes an organization of its own: mail signed by the domain no longer aligns with names below it and fails DMARC.",
    fix: "Remove psd=y.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; psd=y\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// Sp and np mean nothing here.
pub const SUBPOLICY_IGNORED: Rule = Rule {
    id: "DMARC-023",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "sp and np mean nothing here",
    section: "RFC 9989 4.7",
    why: "They count only in the record of the organizational domain or a public suffix; this name has an organizational domain above it.",
    fix: "Write them in the organizational domain's record, or make this name one with psd=n.",
    bad: "a.voorbeeld.nl: \"v=DMARC1; p=reject; sp=none\", below voorbeeld.nl with a record",
    good: "a.voorbeeld.nl: \"v=DMARC1; p=reject\"",
};

/// No policy for names that do not exist.
pub const NO_NP: Rule = Rule {
    id: "DMARC-024",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "no policy for names that do not exist",
    section: "RFC 9989 4.7",
    why: "Forgers invent names below a domain. np lets receivers reject those even while names that exist are still being looked at.",
    fix: "Write np=reject when every name you send from exists in DNS.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=none\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=none; np=reject\"",
};

/// A wildcard makes np apply to nothing.
pub const NP_WILDCARD: Rule = Rule {
    id: "DMARC-025",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a wildcard makes np apply to nothing",
    section: "RFC 9989 A.4",
    why: "np counts for names DNS denies. Below a wildcard every name exists, so sp counts instead.",
    fix: "Give sp the policy you want for invented names, or remove the wildcard.",
    bad: "*.voorbeeld.nl A 192.0.2.1, and \"v=DMARC1; p=none; np=reject\"",
    good: "\"v=DMARC1; p=none; sp=reject; np=reject\"",
};

/// Sp is weaker than p.
pub const SP_WEAKER: Rule = Rule {
    id: "DMARC-026",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "sp is weaker than p",
    section: "RFC 9989 4.7",
    why: "Forgers use names below the domain, where less is asked of receivers than for the domain itself.",
    fix: "Make sp as strong as p, or remove it.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; sp=none\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// Np is weaker than sp.
pub const NP_WEAKER: Rule = Rule {
    id: "DMARC-027",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "np is weaker than sp",
    section: "RFC 9989 4.7",
    why: "Nobody sends from names that do not exist, so nothing is gained by asking less for them.",
    fix: "Make np as strong as sp, or remove it.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; np=none\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; np=reject\"",
};

/// Weaker than what applies without it.
pub const WEAKER_THAN_ABOVE: Rule = Rule {
    id: "DMARC-028",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "weaker than what applies without it",
    section: "RFC 9989 4.10.1",
    why: "A name's own record replaces the organizational domain's; this one asks less of receivers than names without a record get.",
    fix: "Remove the record, or make it as strong.",
    bad: "a.voorbeeld.nl: \"v=DMARC1; p=none\", below \"v=DMARC1; p=reject\"",
    good: "a.voorbeeld.nl: \"v=DMARC1; p=reject\"",
};

/// Receivers are asked to do nothing.
pub const POLICY_NONE: Rule = Rule {
    id: "DMARC-029",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "receivers are asked to do nothing",
    section: "RFC 9989 4.7",
    why: "p=none is for collecting reports. Mail that forges the domain is delivered as any other.",
    fix: "Read the reports, mend your own senders, then write p=quarantine and p=reject.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// A strict policy that rests on SPF alone.
pub const NO_DKIM: Rule = Rule {
    id: "DMARC-030",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a strict policy that rests on SPF alone",
    section: "RFC 9989 7.4",
    why: "Forwarding breaks SPF: without DKIM the domain's own mail is rejected wherever somebody forwards it.",
    fix: "Sign all mail with DKIM and publish the selector.",
    bad: "policy: Reject, and every selector Revoked",
    good: "policy: Reject, and a published selector",
};

/// P=reject for people who write to mailing lists.
pub const REJECT_WITH_LISTS: Rule = Rule {
    id: "DMARC-031",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "p=reject for people who write to mailing lists",
    section: "RFC 9989 7.4",
    why: "RFC 9989 advises against reject for domains of general use, for mailing lists break authentication; government baselines demand it. Both are right about something.",
    fix: "Nothing, where a baseline asks for reject; else consider p=quarantine.",
    bad: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=quarantine\"",
};

/// A name of more than eight labels.
pub const LONG_NAME: Rule = Rule {
    id: "DMARC-033",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "a name of more than eight labels",
    section: "RFC 9989 4.10",
    why: "The walk asks at most eight names: the name itself, then the last seven labels and so on. Records in between are never seen.",
    fix: "Publish a record at the name itself.",
    bad: "a.b.c.d.e.f.g.voorbeeld.nl without a record of its own",
    good: "a.b.c.d.e.f.g.voorbeeld.nl with one",
};

/// Psd=n too deep to be found from below.
pub const PSD_NO_TOO_DEEP: Rule = Rule {
    id: "DMARC-034",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "psd=n too deep to be found from below",
    section: "RFC 9989 5.1.8",
    why: "A walk from a name below jumps to seven labels and never asks here: neither the policy nor the boundary exists for it.",
    fix: "Publish a record at each name that sends.",
    bad: "b.c.d.e.f.g.voorbeeld.nl with \"v=DMARC1; p=none; psd=n\"",
    good: "c.d.e.f.voorbeeld.nl with \"v=DMARC1; p=none; psd=n\"",
};

/// The record counts for this name alone.
pub const INTERMEDIATE: Rule = Rule {
    id: "DMARC-035",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the record counts for this name alone",
    section: "RFC 9989 4.10.1",
    why: "Names below take the organizational domain's record, not this one.",
    fix: "Nothing, if that is meant; psd=n makes this name the organizational domain of those below.",
    bad: "mail.voorbeeld.nl: \"v=DMARC1; p=reject\", below voorbeeld.nl with a record",
    good: "mail.voorbeeld.nl: \"v=DMARC1; p=reject; psd=n\"",
};

/// Old and new receivers see different organizations.
pub const LISTS_DISAGREE: Rule = Rule {
    id: "DMARC-036",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "old and new receivers see different organizations",
    section: "RFC 9989 C.3",
    why: "Receivers of RFC 9989 walk the tree, those of RFC 7489 read the public suffix list, and here the two differ: alignment and policy depend on who receives.",
    fix: "Publish a record at each name that sends; psd=n settles it for the new receivers.",
    bad: "own.voorbeeld.nl with psd=n, below voorbeeld.nl",
    good: "own.voorbeeld.nl with a record of its own and strict alignment",
};

/// A public suffix counts as the organization.
pub const SUFFIX_TAKES_OVER: Rule = Rule {
    id: "DMARC-037",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a public suffix counts as the organization",
    section: "RFC 9989 4.10.2",
    why: "The suffix has a DMARC record without psd=y, so the walk takes it for the organizational domain, and other registrants' mail aligns with this domain.",
    fix: "Write psd=n in your own record.",
    bad: "voorbeeld.bank: \"v=DMARC1; p=reject\", below bank: \"v=DMARC1; p=none\"",
    good: "voorbeeld.bank: \"v=DMARC1; p=reject; psd=n\"",
};

/// The public suffix's policy applies.
pub const SUFFIX_POLICY: Rule = Rule {
    id: "DMARC-038",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the public suffix's policy applies",
    section: "RFC 9989 4.10.1",
    why: "Neither the domain nor its organization has a record, so the suffix's policy is used and its operator gets the reports.",
    fix: "Publish a record of your own: it replaces the suffix's.",
    bad: "bank: \"v=DMARC1; p=reject; psd=y\", nothing at voorbeeld.bank",
    good: "voorbeeld.bank: \"v=DMARC1; p=reject\"",
};

/// The CNAME does not end at one DMARC record.
pub const ALIAS_END: Rule = Rule {
    id: "DMARC-039",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "the CNAME does not end at one DMARC record",
    section: "RFC 9989 4.10",
    why: "A CNAME at _dmarc is followed, and what stands at its end counts: it must be exactly one DMARC record.",
    fix: "Ask the provider for the right name, or publish the record itself.",
    bad: "_dmarc.voorbeeld.nl CNAME gone.provider.example",
    good: "_dmarc.voorbeeld.nl CNAME voorbeeld.nl.provider.example",
};

/// The CNAME ends in a domain that nobody has.
pub const TAKEOVER: Rule = Rule {
    id: "DMARC-048",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "the CNAME leads into a domain that anyone may register",
    section: "RFC 9989 10",
    why: "Whoever registers the domain publishes your policy: it can be taken back to none, and the reports of all mail in your name go where they choose.",
    fix: "Take the CNAME away, or publish the record itself.",
    bad: "_dmarc.voorbeeld.nl CNAME voorbeeld.nl.gone.example, where gone.example does not exist",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=reject\"",
};

/// The record alone makes the name exist.
pub const RECORD_MAKES_NAME: Rule = Rule {
    id: "DMARC-040",
    severity: Severity::Info,
    standard: Standard::Dmarc,
    title: "the record alone makes the name exist",
    section: "RFC 8020 2",
    why: "The name has no record of its own but the one below it at _dmarc. That alone makes the name exist: without it DNS would deny the name, and the policy for names that do not exist (np) would count.",
    fix: "Remove the record, if nothing is sent from the name.",
    bad: "_dmarc.oud.voorbeeld.nl, and nothing at oud.voorbeeld.nl",
    good: "nothing at or below oud.voorbeeld.nl",
};

/// No DMARC record applies.
pub const NO_RECORD: Rule = Rule {
    id: "DMARC-042",
    severity: Severity::Error,
    standard: Standard::Dmarc,
    title: "no DMARC record applies",
    section: "RFC 9989 5.1.4",
    why: "Without one receivers apply no DMARC: anyone may send in the domain's name, and nobody reports it.",
    fix: "Publish a record at _dmarc; start with p=none and rua to collect reports, or with p=reject if the domain sends no mail.",
    bad: "nothing at _dmarc.voorbeeld.nl",
    good: "_dmarc.voorbeeld.nl TXT \"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl\"",
};

/// A domain that sends no mail without p=reject.
pub const SILENT_NOT_REJECT: Rule = Rule {
    id: "DMARC-043",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "a domain that sends no mail without p=reject",
    section: "RFC 9989 4.7",
    why: "Its SPF record (or its role) says that no mail comes from it: nothing is lost by rejecting all of it, and forgers are stopped.",
    fix: "Write p=reject.",
    bad: "SPF \"v=spf1 -all\" and DMARC \"v=DMARC1; p=none\"",
    good: "SPF \"v=spf1 -all\" and DMARC \"v=DMARC1; p=reject\"",
};

/// Missing names answer as if they existed: np applies to nothing.
pub const NP_COMPACT_DENIAL: Rule = Rule {
    id: "DMARC-047",
    severity: Severity::Warning,
    standard: Standard::Dmarc,
    title: "missing names answer as if they existed: np applies to nothing",
    section: "RFC 9824 3",
    why: "The name servers answer \"no such record\" for names that do not exist, as compact denial of existence does. Receivers then apply sp, never np.",
    fix: "Give sp the policy you want for invented names.",
    bad: "no-such-name.voorbeeld.nl A: NOERROR, and \"v=DMARC1; p=none; np=reject\"",
    good: "\"v=DMARC1; p=none; sp=reject; np=reject\"",
};
