//! Rules about TLSA records that follow from certificates of cert-manager.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A certificate whose TLSA record is wanted could not be read.
pub const UNREAD: Rule = Rule {
    id: "DANE-040",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "TLSA records follow from a certificate that is not known here",
    section: "RFC 7672 3.1.1",
    why: "Which records are wanted hangs on the certificate's key. Only a controller with --certificate-requests reads it, in the cluster; until then nothing can be said of the records.",
    fix: "In the cluster: switch it on (chart: certManager.enabled), and have the Certificate issued. Elsewhere: nothing; or write the records out.",
    bad: "certificateRefs: [{name: mx1-blue}], and no Certificate mx1-blue",
    good: "certificateRefs: [{name: mx1-blue}], issued",
};

/// A key that changes when its certificate is renewed, and no record that fits the next one.
pub const ROTATES: Rule = Rule {
    id: "DANE-041",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a key that changes at the renewal of its certificate, and no TLSA record for the next",
    section: "RFC 7671 8.1, 8.4",
    why: "cert-manager makes a new key at each renewal (rotationPolicy: Always, the default since 1.18), minutes before it is used: its record cannot be everywhere by then, and senders with DANE do not deliver until it is.",
    fix: "Set the Certificate's rotationPolicy: Never, and say so in its annotation zegel.dev/rotation-policy: Never; or name a second Certificate whose key is used next; or scheme: CurrentAndIssuer.",
    bad: "certificateRefs: [{name: mx1}], rotationPolicy: Always",
    good: "certificateRefs: [{name: mx1-blue}, {name: mx1-green}]",
};

/// No authority in the chain of a certificate.
pub const NO_ISSUER: Rule = Rule {
    id: "DANE-042",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a TLSA record of an authority is wanted, and the certificate's chain does not hold it",
    section: "RFC 7672 3.1.2, RFC 7671 5.2, 5.2.2",
    why: "A record of usage 2 counts only where the server sends the certificate of the authority that signed its own. It is not in the chain that was issued, so the server has none to send; under the record of another authority nothing verifies.",
    fix: "Use an issuer that gives its chain, or scheme: CurrentAndNext with two Certificates.",
    bad: "scheme: CurrentAndIssuer, and a certificate alone",
    good: "scheme: CurrentAndIssuer, and a certificate with that of its authority",
};

/// A record of a key that is still shown.
pub const SHOWN_STILL: Rule = Rule {
    id: "DANE-043",
    severity: Severity::Info,
    standard: Standard::Dane,
    title: "a TLSA record of the key before, which the mail server still shows",
    section: "RFC 7671 8.1, 8.4",
    why: "A certificate is issued anew before the server takes it up. Until it does, senders with DANE need the record of the key it shows: taken out at once, their mail would wait.",
    fix: "Have the server take up the new certificate. Once it shows that one at every address, the record is no longer wanted.",
    bad: "the old record taken out at the hour of the renewal",
    good: "both records until the server shows the new key",
};

/// A certificate that another authority issued than the one before.
pub const ANOTHER_AUTHORITY: Rule = Rule {
    id: "DANE-044",
    severity: Severity::Warning,
    standard: Standard::Dane,
    title: "a certificate that another authority issued than the revision before",
    section: "RFC 7671 8.1, 8.4",
    why: "With scheme: CurrentAndIssuer the authority's record carries the next certificate and its new key. Another authority takes that away: a record of it is to be everywhere before it issues.",
    fix: "Publish the record of the new authority at once, and leave the old one until the server shows the new certificate everywhere. Before the next such change publish the record first; or use scheme: CurrentAndNext.",
    bad: "scheme: CurrentAndIssuer, and an issuer that was exchanged",
    good: "scheme: CurrentAndIssuer, and the same authority at each renewal",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[&UNREAD, &ROTATES, &NO_ISSUER, &SHOWN_STILL, &ANOTHER_AUTHORITY];
