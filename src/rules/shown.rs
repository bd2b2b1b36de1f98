//! Rules about what a mail server shows beside what DNS says of it: TLSA records, and MTA-STS policies.

use super::{Rule, Severity};
use crate::records::Standard;

/// No TLSA record matches the certificate.
pub const NO_MATCH: Rule = Rule {
    id: "DANE-012",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "no TLSA record matches the certificate the mail server shows",
    section: "RFC 7672 3.2, RFC 7671 5.1",
    why: "Senders with DANE take the server for somebody else's and do not deliver: mail waits, and comes back after days.",
    fix: "Publish the record of the key that is shown, beside the others; or give the server back the key the records are for.",
    bad: "3 1 1 of the key of last year",
    good: "3 1 1 of the key that is shown",
};

/// A kind of TLSA record of which none matches the certificate.
pub const KIND_WITHOUT_MATCH: Rule = Rule {
    id: "DANE-013",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a kind of TLSA record of which none matches what the mail server shows",
    section: "RFC 7671 8",
    why: "Not every sender knows every kind (usage, selector, matching type): by each kind that is published alone the server must be taken. One that matches nothing lets those senders wait who know no other.",
    fix: "Publish of each kind the record of what is shown, or take the kind out altogether.",
    bad: "3 1 1 of the key that is shown, 2 1 1 of an authority it is not of",
    good: "3 1 1 of the key that is shown, 2 1 1 of the authority that signed it",
};

/// A key and its records out of step.
pub const OUT_OF_STEP: Rule = Rule {
    id: "DANE-015",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "a mail server's key and its TLSA records change out of step",
    section: "RFC 7671 8.1, 8.4",
    why: "Resolvers keep TLSA records for their TTL. A key must be in the records before it is shown for as long as older ones can be kept, and stay in them until no server shows it: else senders with DANE do not deliver.",
    fix: "Publish the next key beside the current one, wait until it is seen everywhere, change the key, and only then take the old record out.",
    bad: "the new record and the new key at the same hour",
    good: "the new record beside the old one; the new key after twice the TTL; then the old record out",
};

/// A record of usage 2 that matches, and a certificate that is not for the host.
pub const ANCHORED_OTHERWISE: Rule = Rule {
    id: "DANE-018",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "the authority a TLSA record names issued a certificate that senders do not take",
    section: "RFC 7672 3.2.2, RFC 7671 5.2",
    why: "With usage 2 the name, the dates and every signature up to that authority count: senders with DANE do not deliver where one is wrong. With usage 3 they do not count.",
    fix: "Have a certificate issued for the host's name, renew it in time, and have the server send every certificate up to the authority's; or publish a record of usage 3 for the host's own key.",
    bad: "2 1 1, and a certificate for www.voorbeeld.nl",
    good: "2 1 1, and a certificate for mx1.voorbeeld.nl",
};

/// TLSA records at a server without TLS.
pub const TLSA_WITHOUT_TLS: Rule = Rule {
    id: "DANE-028",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "TLSA records at a mail server that offers no TLS, or none that comes about",
    section: "RFC 7672 2.2",
    why: "A TLSA record says that there is TLS. Senders with DANE deliver nothing in the clear: all their mail waits, and comes back after days.",
    fix: "Switch STARTTLS on at the mail server, and see that a handshake comes about; until then take the TLSA records out of DNS.",
    bad: "_25._tcp.mx1.voorbeeld.nl TLSA 3 1 1 …, and no STARTTLS",
    good: "_25._tcp.mx1.voorbeeld.nl TLSA 3 1 1 …, and 250 STARTTLS",
};

/// A certificate that only senders with DANE take.
pub const TAKEN_BY_KEY: Rule = Rule {
    id: "DANE-017",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "a certificate that is out of date or another host's, and that DANE takes by its key",
    section: "RFC 7672 3.1.1, RFC 7671 5.1",
    why: "With usage 3 the key alone counts: names and dates do not, and mail of senders with DANE arrives. Senders that keep to MTA-STS look at both, and reports about TLS tell them as failures.",
    fix: "Renew the certificate for the host's name, with the same key: the TLSA records stay as they are.",
    bad: "3 1 1 of the key that is shown, in a certificate that ended last week",
    good: "the same key in a certificate that is valid, for the host",
};

/// STARTTLS at some addresses of a host alone.
pub const SELECTIVE: Rule = Rule {
    id: "DANE-023",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "TLSA records at a mail server that offers TLS at some of its addresses alone",
    section: "RFC 7672 9.2",
    why: "A TLSA record says that there is TLS, whoever asks and whichever address is met. Senders with DANE deliver nothing in the clear: their mail waits wherever TLS is not offered.",
    fix: "Switch STARTTLS on at every machine behind the host's name, and offer it to every client; until then take those addresses out, or the TLSA records.",
    bad: "STARTTLS at 192.0.2.1, none at 2001:db8::1",
    good: "STARTTLS at both",
};

/// What the rules of DANE come to beside what is shown, by id.
pub const DANE: &[&Rule] = &[
    &NO_MATCH,
    &KIND_WITHOUT_MATCH,
    &OUT_OF_STEP,
    &TAKEN_BY_KEY,
    &SELECTIVE,
    &ANCHORED_OTHERWISE,
    &TLSA_WITHOUT_TLS,
];

/// A policy that asks for TLS, and a server that does not give it.
pub const POLICY_UNMET: Rule = Rule {
    id: "STS-029",
    severity: Severity::Error,
    standard: Standard::MtaSts,
    title: "a mail server does not show what the MTA-STS policy promises",
    section: "RFC 8461 4.1, 4.2",
    why: "Senders that keep to a policy in mode enforce do not deliver to a server without TLS, or with a certificate that is not for its name or leads to no public root. In mode testing they report it.",
    fix: "Give the server a certificate of a public authority for the name in the MX; until then publish the policy with mode testing.",
    bad: "mode: enforce, and a certificate by itself",
    good: "mode: enforce, and a certificate for mx1.voorbeeld.nl of a public authority",
};

/// What the rules of MTA-STS come to beside what is shown, by id.
pub const MTA_STS: &[&Rule] = &[&POLICY_UNMET];
