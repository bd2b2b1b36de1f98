//! Rules about DNSSEC (RFC 4033 to 4035, RFC 5155, RFC 9276, RFC 9904).

use super::{Rule, Severity};
use crate::records::Standard;

/// The zone is not signed, or its parent does not say that it is.
pub const UNSIGNED: Rule = Rule {
    id: "SEC-001",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "the zone is not signed, or its parent does not say that it is",
    section: "RFC 4035 5.2",
    why: "Nobody can tell a forged answer from a true one: who gets between can redirect the domain's mail, and give it keys and policies of their own. An Error only where the manifest asks for DNSSEC.",
    fix: "Sign the zone, and give the DS of its key to the parent, mostly through the registrar.",
    bad: "a zone without DNSKEY, or with keys and no DS at the parent",
    good: "a signed zone, and its DS at the parent",
};

/// The parent names keys that the zone does not have.
pub const NO_KEY_FOR_DS: Rule = Rule {
    id: "SEC-002",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "the parent names keys that the zone does not have",
    section: "RFC 4035 5",
    why: "Resolvers that validate, which serve most mail receivers, give no answer for any name of the zone: its mail is deferred and then lost.",
    fix: "Publish the key the DS is for, or have the parent replace the DS by one for a key that the zone has; where the zone is not to be signed any more, have the DS removed first.",
    bad: "DS for key 4711, DNSKEY 815",
    good: "DS for key 815, DNSKEY 815",
};

/// The zone has keys, and its parent does not say so.
pub const ISLAND: Rule = Rule {
    id: "SEC-003",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "the zone is signed, and its parent does not say so",
    section: "RFC 4035 5.2",
    why: "Without a DS at the parent nobody checks the signatures: to all others the zone is unsigned, and the work of signing it is in vain. An Error only where the manifest asks for DNSSEC.",
    fix: "Give the DS of the zone's key to the parent, mostly through the registrar; or, where it shall not be signed, stop signing it.",
    bad: "DNSKEY 257 3 13 …, and no DS at the parent",
    good: "DNSKEY 257 3 13 …, and its DS at the parent",
};

/// Signed with an algorithm that nobody should use, or few know.
pub const WEAK_ALGORITHM: Rule = Rule {
    id: "SEC-004",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "signed with an algorithm that nobody should use, or few know",
    section: "RFC 9904, RFC 9905, RFC 9906",
    why: "Validators give up algorithms that can be forged (SHA-1, MD5, DSA, GOST): the zone is then as good as unsigned, or not resolved at all. One that few know is unsigned for all others.",
    fix: "Roll the keys to algorithm 13 (ECDSA P-256) or 15 (Ed25519).",
    bad: "algorithm 5 (RSASHA1)",
    good: "algorithm 13 (ECDSAP256SHA256)",
};

/// Every DS is made with a digest that nobody should use.
pub const WEAK_DIGEST: Rule = Rule {
    id: "SEC-005",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "every DS is made with a digest that nobody should use",
    section: "RFC 9904, RFC 9905",
    why: "Who can make a second key with the same SHA-1 digest can sign for the zone; validators are giving such DS up.",
    fix: "Have the parent add a DS with digest 2 (SHA-256), and remove the others.",
    bad: "digest 1 (SHA-1) alone",
    good: "digest 2 (SHA-256)",
};

/// An RSA key of fewer than 2048 bits.
pub const SHORT_KEY: Rule = Rule {
    id: "SEC-006",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "an RSA key of fewer than 2048 bits",
    section: "RFC 6781 3.4.2",
    why: "Keys of 1024 bits are within reach of those who would want to break them, and some validators refuse what is shorter.",
    fix: "Roll to an RSA key of 2048 bits, or better to algorithm 13.",
    bad: "RSA with 1024 bits",
    good: "RSA with 2048 bits, or ECDSA P-256",
};

/// NSEC3 with iterations or a salt.
pub const ITERATIONS: Rule = Rule {
    id: "SEC-007",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "NSEC3 with iterations or a salt",
    section: "RFC 9276 3.1",
    why: "Both hide nothing, and cost every server and validator work. Of more than a hundred iterations validators check nothing: absences of the zone are unproven then, and some resolvers refuse them; others begin with fewer. A salt alone is advice.",
    fix: "Sign with NSEC3 of 0 iterations and without salt, or with NSEC.",
    bad: "NSEC3PARAM 1 0 150 ab12",
    good: "NSEC3PARAM 1 0 0 -",
};

/// Its signatures have ended.
pub const EXPIRED: Rule = Rule {
    id: "SEC-008",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "its signatures have ended",
    section: "RFC 4034 3.1.5",
    why: "Resolvers that validate take it for forged and give no answer. Some allow for wrong clocks and still take it for a while: a tenth of its lifetime.",
    fix: "Sign the zone anew, and see why its signer stopped: keys out of reach, a disk that is full, a secondary that gets no transfers.",
    bad: "a signature that ended yesterday",
    good: "signatures that are renewed days before they end",
};

/// What is not there in a signed zone is not proven not to be.
pub const OPT_OUT: Rule = Rule {
    id: "SEC-009",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "what a signed zone does not hold, or a wildcard of it says, can be forged",
    section: "RFC 5155 6, 9.2",
    why: "The opt-out flag of NSEC3 is made for zones that delegate to very many unsigned ones. In a domain's own zone it leaves absences, and what wildcards say, unproven: who gets between can put a key, a policy or a TLSA where there is none.",
    fix: "Sign without opt-out.",
    bad: "NSEC3 1 1 0 - …",
    good: "NSEC3 1 0 0 - …, or NSEC",
};

/// What the zone asks of its parent would end its chain of trust.
pub const SIGNALS: Rule = Rule {
    id: "SEC-010",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "what the zone asks of its parent would end its chain of trust, or contradicts itself",
    section: "RFC 7344 4, RFC 8078 4",
    why: "Parents read CDS and CDNSKEY and make the DS of them, some at once. Such as are for no key of the zone, or order the DS away, make the zone unsigned or bogus; of two that contradict each other nobody knows which is heeded.",
    fix: "Let the signer publish CDS and CDNSKEY of a key that signs the zone, the same in both, or none at all.",
    bad: "CDS 0 0 0 00 in a zone that shall stay signed",
    good: "CDS 815 13 2 …, for the DNSKEY with tag 815",
};

/// A signed name leads to a zone that is not signed.
pub const ALIAS_UNSIGNED: Rule = Rule {
    id: "SEC-011",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "a signed name leads to a zone that is not signed",
    section: "RFC 4035 5.2",
    why: "The chain of trust ends at the alias' target: what it says can be forged, although the domain itself is signed. An Error only where the manifest asks for DNSSEC.",
    fix: "Ask whoever runs the target to sign its zone, or publish the records in a zone of one's own.",
    bad: "s1._domainkey.voorbeeld.nl CNAME to an unsigned zone",
    good: "the same to a signed zone",
};

/// Its signatures end soon, and were not renewed.
pub const ENDS_SOON: Rule = Rule {
    id: "SEC-014",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "its signatures end soon, and were not renewed",
    section: "RFC 6781 4.4.2",
    why: "Signers renew long before the end. One that has not, within the last quarter of the lifetime, has probably stopped: when the signatures end nobody who validates can resolve the domain, and its mail stops.",
    fix: "See that the signer runs, and sign the zone anew.",
    bad: "a signature of 30 days that ends tomorrow",
    good: "the same renewed a week before",
};

/// The chain of trust is broken.
pub const BOGUS: Rule = Rule {
    id: "SEC-015",
    severity: Severity::Error,
    standard: Standard::Dnssec,
    title: "the chain of trust is broken",
    section: "RFC 4035 5",
    why: "Resolvers that validate, which serve most mail receivers, give no answer: for them the name does not resolve.",
    fix: "Sign the zone anew with the keys that its parent's DS and its own DNSKEY name, and see that all servers of the zone serve the same signed zone.",
    bad: "records that were changed after they were signed",
    good: "records and signatures of one and the same version of the zone",
};

/// A host that takes the domain's mail is in a zone that is not signed.
pub const HOST_UNSIGNED: Rule = Rule {
    id: "SEC-016",
    severity: Severity::Info,
    standard: Standard::Dnssec,
    title: "a host that takes the domain's mail is in a zone that is not signed",
    section: "RFC 7672 2.2",
    why: "Senders look the host's addresses up, and would its TLSA: in an unsigned zone both can be forged, and DANE cannot be used, although the domain itself is signed.",
    fix: "Ask whoever runs the host to sign its zone, or use hosts in a signed one.",
    bad: "MX 10 mail.provider.example, unsigned",
    good: "MX 10 mail.provider.example, signed",
};

/// A server's signatures were not renewed, and those of the others were.
pub const SERVER_SIGNATURES: Rule = Rule {
    id: "SEC-017",
    severity: Severity::Warning,
    standard: Standard::Dnssec,
    title: "a name server gives signatures that were not renewed, and others give newer ones",
    section: "RFC 4034 3.1.5, RFC 6781 4.4.2",
    why: "Who asks that server gets answers that fail validation, or soon will, and who asks another does not: the domain resolves now and then. Mostly its zone transfers have stopped, or one of several signers has.",
    fix: "See why the server gets no newer version of the zone: NOTIFY, zone transfers, their keys; or why its own signer stopped.",
    bad: "at ns1 the signature over SOA ends in 20 days, at ns2 it ended yesterday",
    good: "the same signature at both",
};

/// All of them, by id.
pub(super) const RULES: &[&Rule] = &[
    &UNSIGNED,
    &NO_KEY_FOR_DS,
    &ISLAND,
    &WEAK_ALGORITHM,
    &WEAK_DIGEST,
    &SHORT_KEY,
    &ITERATIONS,
    &EXPIRED,
    &OPT_OUT,
    &SIGNALS,
    &ALIAS_UNSIGNED,
    &ENDS_SOON,
    &BOGUS,
    &HOST_UNSIGNED,
    &SERVER_SIGNATURES,
];
