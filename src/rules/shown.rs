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

/// A record of usage 2 that matches, and a certificate that is not for the host.
pub const ANCHORED_OTHERWISE: Rule = Rule {
    id: "DANE-018",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "the authority a TLSA record names issued a certificate that senders do not take",
    section: "RFC 7672 3.2.2, RFC 7671 5.2",
    why: "With usage 2 the name and the dates of the certificate count: senders with DANE do not deliver where one is wrong. With usage 3 they do not count.",
    fix: "Have a certificate issued for the host's name, and renew it in time; or publish a record of usage 3 for the host's own key.",
    bad: "2 1 1, and a certificate for www.voorbeeld.nl",
    good: "2 1 1, and a certificate for mx1.voorbeeld.nl",
};

/// TLSA records at a server without TLS.
pub const TLSA_WITHOUT_TLS: Rule = Rule {
    id: "DANE-028",
    severity: Severity::Error,
    standard: Standard::Dane,
    title: "TLSA records at a mail server that offers no TLS",
    section: "RFC 7672 2.2",
    why: "A TLSA record says that there is TLS. Senders with DANE deliver nothing in the clear: all their mail waits, and comes back after days.",
    fix: "Switch STARTTLS on at the mail server; until then take the TLSA records out of DNS.",
    bad: "_25._tcp.mx1.voorbeeld.nl TLSA 3 1 1 …, and no STARTTLS",
    good: "_25._tcp.mx1.voorbeeld.nl TLSA 3 1 1 …, and 250 STARTTLS",
};

/// What the rules of DANE come to beside what is shown, by id.
pub const DANE: &[&Rule] = &[&NO_MATCH, &ANCHORED_OTHERWISE, &TLSA_WITHOUT_TLS];

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
