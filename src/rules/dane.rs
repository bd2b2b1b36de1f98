//! Rules about DANE for SMTP (RFC 7671, RFC 7672), as far as DNS tells.

pub mod issued;

use super::{Rule, Severity};
use crate::records::Standard;

/// TLSA records at the mail domain, where no sender looks.
pub const OWNER: Rule = Rule {
    id: "DANE-001",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "TLSA records at the mail domain, where no sender looks",
    section: "RFC 7672 2.2.3",
    why: "Senders look at _25._tcp before each host of the MX. At the domain itself they look only where it is its own MX host.",
    fix: "Publish the records at _25._tcp before each MX host.",
    bad: "_25._tcp.voorbeeld.nl TLSA 3 1 1 …, MX mx1.voorbeeld.nl",
    good: "_25._tcp.mx1.voorbeeld.nl TLSA 3 1 1 …",
};

/// A TLSA record for public authorities at a mail host.
pub const PUBLIC_AUTHORITY: Rule = Rule {
    id: "DANE-002",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a TLSA record for public authorities at a mail host",
    section: "RFC 7672 3.1.3",
    why: "Usages 0 and 1 bind to the web's authorities, which SMTP does not. Senders do not use such a record; with no other they encrypt and check nothing.",
    fix: "Write usage 3 for the host's own key, or 2 for the authority that signs it.",
    bad: "1 1 1 …",
    good: "3 1 1 …",
};

/// No TLSA record of a kind that all senders know.
pub const UNCOMMON: Rule = Rule {
    id: "DANE-003",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "no TLSA record of a kind that all senders know",
    section: "RFC 7672 3.1",
    why: "3 1 1 is what every sender knows and what survives a renewed certificate; 2 0 1 is the second choice. SHA-512 gains nothing and is not known to all.",
    fix: "Publish 3 1 1.",
    bad: "3 1 2 … alone",
    good: "3 1 1 …",
};

/// A TLSA record with a number nobody knows.
pub const UNKNOWN_NUMBER: Rule = Rule {
    id: "DANE-004",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "a TLSA record with a number nobody knows",
    section: "RFC 6698 2.1",
    why: "Usage, selector and matching type have few values. Senders do not use a record with another one; with no other they encrypt and check nothing.",
    fix: "Write 3 1 1 and the SHA-256 of the host's public key.",
    bad: "3 1 3 …",
    good: "3 1 1 …",
};

/// A TLSA record whose data is no digest of its type.
pub const LENGTH: Rule = Rule {
    id: "DANE-005",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "a TLSA record whose data is no digest of its type",
    section: "RFC 6698 2.1.3, RFC 7671 9",
    why: "SHA-256 has 32 octets and SHA-512 has 64. A record with fewer or more matches no certificate; senders do not use it.",
    fix: "Publish the whole digest, of the type that the record says.",
    bad: "3 1 1 with 31 octets",
    good: "3 1 1 with 32 octets",
};

/// A TLSA record that holds the whole certificate or key.
pub const FULL: Rule = Rule {
    id: "DANE-006",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a TLSA record that holds the whole certificate or key",
    section: "RFC 7671 10.1, RFC 7672 3.1.2",
    why: "A whole certificate makes answers too large for UDP; where TCP is blocked mail to the host waits.",
    fix: "Publish a digest: matching type 1.",
    bad: "3 0 0 308203…",
    good: "3 1 1 …",
};

/// A TLSA record for an authority's key without its certificate.
pub const BARE_ANCHOR: Rule = Rule {
    id: "DANE-007",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "a TLSA record for an authority's key without its certificate",
    section: "RFC 7672 3.1.2",
    why: "2 1 x leaves the limits out that the authority's certificate sets itself, and holds only where the server sends that certificate.",
    fix: "Where only one is published prefer 2 0 1; beside 3 1 1 it is a sound second.",
    bad: "2 1 1 …",
    good: "2 0 1 …",
};

/// TLSA records that nobody can prove.
pub const UNSIGNED: Rule = Rule {
    id: "DANE-008",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "TLSA records that nobody can prove",
    section: "RFC 7672 2.1, 2.2",
    why: "Senders use TLSA only where DNSSEC proves it and the host's addresses. In an unsigned zone the records do nothing at all.",
    fix: "Sign the zone and have its parent publish a DS; or remove the records.",
    bad: "TLSA in a zone without DS",
    good: "TLSA in a signed zone",
};

/// DANE at the mail hosts, and an MX that nobody can prove.
pub const MX_UNSIGNED: Rule = Rule {
    id: "DANE-009",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "DANE at the mail hosts, and an MX that nobody can prove",
    section: "RFC 7672 2.2.1",
    why: "Who can forge the MX sends mail to a host of his own: DANE then keeps out only those who listen. Many senders do not use it at all.",
    fix: "Sign the domain's zone and have its parent publish a DS.",
    bad: "voorbeeld.nl unsigned, mx.provider.example with DANE",
    good: "both signed",
};

/// A question for TLSA that gets no answer: mail is deferred.
pub const DEFERRED: Rule = Rule {
    id: "DANE-010",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "a question for TLSA that gets no answer: mail is deferred",
    section: "RFC 7672 2.1.2, 2.2",
    why: "Senders with DANE must know whether there are TLSA records before they deliver. Where the name servers fail at that one question, mail waits at them, and bounces after days, though addresses resolve.",
    fix: "Have the name servers of the host's zone answer questions for TLSA, with records or with a proven absence: an old server or a middle box is the cause most often.",
    bad: "_25._tcp.mx1.voorbeeld.nl TLSA: SERVFAIL",
    good: "NOERROR, with records or without",
};

/// Some mail hosts with DANE, others without.
pub const PARTIAL: Rule = Rule {
    id: "DANE-011",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "some mail hosts with DANE, others without",
    section: "RFC 7672 2.2.1",
    why: "Who keeps senders from the hosts with DANE gets the mail at one without it.",
    fix: "Publish TLSA records for every host of the MX.",
    bad: "mx1 with TLSA, mx2 without",
    good: "both with TLSA",
};

/// Digests of two strengths that do not stand for the same keys.
pub const AGILITY: Rule = Rule {
    id: "DANE-014",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "digests of two strengths that do not stand for the same keys",
    section: "RFC 7671 9",
    why: "Of digests over the same thing senders use only the strongest. A key that stands only under the weaker one is not seen.",
    fix: "Publish each key under both digests, or under SHA-256 alone.",
    bad: "3 1 1 of two keys, 3 1 2 of one",
    good: "3 1 1 of two keys",
};

/// No TLSA record for the next key.
pub const NO_NEXT: Rule = Rule {
    id: "DANE-016",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "no TLSA record for the next key",
    section: "RFC 7671 8.1, 8.4",
    why: "A key that is replaced before its record could be published everywhere stops mail to the host. A second record, of the next key or of the authority that signs both, makes room.",
    fix: "Publish 3 1 1 of the next key too, or 2 1 1 of the authority.",
    bad: "3 1 1 of the current key",
    good: "3 1 1 of the current key, 3 1 1 of the next",
};

/// A TLSA record for the certificate in place of its key.
pub const CERTIFICATE: Rule = Rule {
    id: "DANE-019",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a TLSA record for the certificate in place of its key",
    section: "RFC 7671 5.1",
    why: "A certificate changes at each renewal, a key need not. With an automatic renewal 3 0 x breaks every few weeks.",
    fix: "Publish 3 1 1, of the public key, and keep the key over renewals.",
    bad: "3 0 1 …",
    good: "3 1 1 …",
};

/// One authority alone behind a mail host.
pub const ONE_AUTHORITY: Rule = Rule {
    id: "DANE-020",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "one authority alone behind a mail host",
    section: "RFC 7671 5.2",
    why: "Public authorities change the key they sign with and do not ask: the next certificate then matches nothing, and mail stops.",
    fix: "Add a second record: 3 1 1 of the host's key, or the authority's other keys.",
    bad: "2 1 1 of one intermediate",
    good: "3 1 1 of the host, 2 1 1 of the intermediate",
};

/// TLSA records before a mail host's alias and not before its name.
pub const ALIAS: Rule = Rule {
    id: "DANE-021",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "TLSA records before a mail host's alias and not before its name",
    section: "RFC 7672 2.2.2, 2.2.3",
    why: "Where the MX names an alias senders look first at the name it leads to, and only then at the alias. Not all look twice.",
    fix: "Point the MX at the host's own name, and publish the records there.",
    bad: "MX mail, mail CNAME host, _25._tcp.mail TLSA",
    good: "MX host, _25._tcp.host TLSA",
};

/// A wildcard answers for a mail host's TLSA.
pub const WILDCARD: Rule = Rule {
    id: "DANE-026",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a wildcard answers for a mail host's TLSA",
    section: "RFC 7671 6, RFC 4592",
    why: "Records at * are those of every port and service of the host: a key that changes for one changes for all.",
    fix: "Publish the records at _25._tcp.",
    bad: "*._tcp.mx1.voorbeeld.nl TLSA",
    good: "_25._tcp.mx1.voorbeeld.nl TLSA",
};

/// A TLSA record of nothing, or of a manual's example.
pub const PLACEHOLDER: Rule = Rule {
    id: "DANE-027",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "a TLSA record of nothing, or of a manual's example",
    section: "RFC 6698 2.3",
    why: "The digest of an empty input comes of a command that had nothing to read; the one of an example is nobody's key. Neither matches any host, and senders use both all the same: beside them a weaker digest over the same thing is not looked at.",
    fix: "Publish the digest of the host's own public key.",
    bad: "3 1 1 e3b0c442…",
    good: "3 1 1 of the key",
};

/// A host of Exchange Online that has no DANE.
pub const OUTLOOK: Rule = Rule {
    id: "DANE-029",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a host of Exchange Online that has no DANE",
    section: "RFC 7672 2.2",
    why: "mail.protection.outlook.com is not signed. Exchange Online has DANE at names below mx.microsoft, which have to be asked for.",
    fix: "Enable inbound DANE in Exchange Online and point the MX at the name it gives below mx.microsoft.",
    bad: "MX voorbeeld-nl.mail.protection.outlook.com",
    good: "MX voorbeeld-nl.a-v1.mx.microsoft",
};

/// An alias at `_25._tcp` that leads to no TLSA record.
pub const DANGLING: Rule = Rule {
    id: "DANE-022",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "an alias at _25._tcp that leads to no TLSA record",
    section: "RFC 7672 2.2.3",
    why: "Senders follow the alias, and find no record at its end: to them the host has no DANE, though somebody meant it to.",
    fix: "Publish the records at the end of the alias, in a signed zone; or take the alias away.",
    bad: "_25._tcp.mx1 CNAME dane.provider.example, where nothing stands",
    good: "the same, with 3 1 1 … at its end",
};

/// TLSA records that are kept for more than an hour.
pub const LONG_TTL: Rule = Rule {
    id: "DANE-024",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "TLSA records that are kept for more than an hour",
    section: "RFC 7671 13",
    why: "Resolvers keep the records for their TTL. A key that is lost, or changed in haste, is looked for that long, and mail waits; and each step of a rollover takes twice that time.",
    fix: "Give the records a TTL of an hour or less.",
    bad: "TTL 86400",
    good: "TTL 3600",
};

/// A mail host in a zone that is not signed, where DANE is wanted.
pub const UNSIGNED_HOST: Rule = Rule {
    id: "DANE-025",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a mail host in a zone that is not signed, where DANE is wanted",
    section: "RFC 7672 2.2.2, 2.2.3",
    why: "Senders ask for TLSA records only where the addresses of the host are proven. At a provider without DNSSEC no record helps: the domain has no DANE there, whatever it publishes.",
    fix: "Have the provider sign the zone of its mail hosts, or name hosts in a signed zone in the MX; or take required: true and the records back.",
    bad: "MX mx.provider.example, unsigned; dane: {required: true}",
    good: "MX in a signed zone",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &OWNER,
    &PUBLIC_AUTHORITY,
    &UNCOMMON,
    &UNKNOWN_NUMBER,
    &LENGTH,
    &FULL,
    &BARE_ANCHOR,
    &UNSIGNED,
    &MX_UNSIGNED,
    &DEFERRED,
    &PARTIAL,
    &AGILITY,
    &NO_NEXT,
    &CERTIFICATE,
    &ONE_AUTHORITY,
    &ALIAS,
    &WILDCARD,
    &PLACEHOLDER,
    &OUTLOOK,
    &DANGLING,
    &LONG_TTL,
    &UNSIGNED_HOST,
];
