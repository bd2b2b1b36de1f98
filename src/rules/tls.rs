//! Rules about TLS at mail servers (RFC 3207), by the guidelines of NCSC-NL for what is still safe.

use super::{Rule, Severity};
use crate::records::Standard;

/// A mail server without TLS.
pub const NO_STARTTLS: Rule = Rule {
    id: "TLS-001",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server offers no TLS",
    section: "RFC 3207 4",
    why: "Mail to it travels in the clear: whoever listens on the way reads it, and nobody notices.",
    fix: "Switch STARTTLS on at the mail server, with a certificate for its name; see that no firewall before it takes STARTTLS out of the answer to EHLO.",
    bad: "250-mx1.voorbeeld.nl\n250 SIZE 10485760",
    good: "250-mx1.voorbeeld.nl\n250-SIZE 10485760\n250 STARTTLS",
};

/// TLS that is offered, and never comes about.
pub const NO_AGREEMENT: Rule = Rule {
    id: "TLS-002",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server offers TLS, and no version of it comes about",
    section: "RFC 3207 4.1",
    why: "Senders that insist on TLS do not deliver; the others fall back to the clear, where everybody on the way reads along.",
    fix: "Look into the mail server's log for the handshakes that fail: mostly the certificate or its key cannot be read, or all that is allowed is too old.",
    bad: "220 ready for TLS, and then the connection ends",
    good: "220 ready for TLS, and then a ServerHello",
};

/// A version of TLS below sufficient.
pub const OLD_VERSION: Rule = Rule {
    id: "TLS-003",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server speaks a version of TLS that nobody should use",
    section: "RFC 8996, RFC 7568",
    why: "SSL 3.0, TLS 1.0 and TLS 1.1 can be broken, or rest on hashes that can; NCSC-NL calls them insufficient, and Internet.nl's test fails on one.",
    fix: "Allow TLS 1.2 and TLS 1.3 alone. Postfix: smtpd_tls_protocols = >=TLSv1.2 and smtpd_tls_mandatory_protocols = >=TLSv1.2.",
    bad: "TLS 1.0",
    good: "TLS 1.2 and TLS 1.3",
};

/// A suite below sufficient.
pub const WEAK_SUITE: Rule = Rule {
    id: "TLS-004",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server takes cipher suites that nobody should use",
    section: "RFC 9325 4",
    why: "A suite without forward secrecy, without authentication, or with a broken cipher lets mail be read, later or at once, by whoever recorded it. What is only to be phased out is advice.",
    fix: "Allow the suites of ECDHE with AES-GCM or ChaCha20-Poly1305 alone. Postfix: tls_medium_cipherlist and tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20.",
    bad: "TLS_RSA_WITH_AES_128_CBC_SHA",
    good: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
};

/// A server that leaves the choice to the client.
pub const NO_ORDER: Rule = Rule {
    id: "TLS-005",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server takes a suite below sufficient, though it has a better one",
    section: "RFC 9325 4.2.1",
    why: "A client gets a suite that is to be phased out, or worse, though both could do better: by an old order of its own, or by the server's.",
    fix: "Have the server choose, and its good suites before all others. Postfix: tls_preempt_cipherlist = yes.",
    bad: "the client's order, or a suite to be phased out before a good one",
    good: "the server's order, the good suites first",
};

/// A key exchange in a group below sufficient.
pub const WEAK_GROUP: Rule = Rule {
    id: "TLS-006",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server agrees on keys in a group that nobody should use",
    section: "RFC 9325 4.2, RFC 7919",
    why: "In a small group, or one of the server's own making, the key of a connection can be worked out afterwards.",
    fix: "Allow the curves X25519, P-256 and P-384, and no DHE. Postfix: take DHE out of the lists of ciphers, and leave tls_eecdh_auto_curves as it is.",
    bad: "DHE with 1024 bits",
    good: "X25519",
};

/// A key exchange signed with a weak hash.
pub const WEAK_HASH: Rule = Rule {
    id: "TLS-007",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server signs its key exchange with a hash that nobody should use",
    section: "RFC 9155",
    why: "SHA-1 can be made to collide: who can do that fast enough stands in for the server. SHA-224 is only to be phased out.",
    fix: "Allow signatures with SHA-256 and more alone. OpenSSL: SignatureAlgorithms without SHA1 and SHA224; security level 2 takes away SHA-1 alone.",
    bad: "rsa_pkcs1_sha1",
    good: "rsa_pss_rsae_sha256",
};

/// Compression within TLS.
pub const COMPRESSION: Rule = Rule {
    id: "TLS-008",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server compresses within TLS",
    section: "RFC 9325 3.3",
    why: "How well a message compresses tells what is in it: secrets leak through its length.",
    fix: "Switch TLS compression off. Postfix: tls_ssl_options = NO_COMPRESSION.",
    bad: "DEFLATE",
    good: "no compression",
};

/// Renegotiation that is not bound to the connection.
pub const INSECURE_RENEGOTIATION: Rule = Rule {
    id: "TLS-009",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server does not know secure renegotiation",
    section: "RFC 5746 3.6",
    why: "Whoever stands between can put commands of his own before those of the sender.",
    fix: "Renew the server's TLS library: every one of the last ten years knows it.",
    bad: "a ServerHello without renegotiation_info",
    good: "a ServerHello with renegotiation_info",
};

/// A master secret that is not bound to its handshake.
pub const NO_EXTENDED_MASTER_SECRET: Rule = Rule {
    id: "TLS-010",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server does not know the extended master secret",
    section: "RFC 7627 4",
    why: "Two connections can be given one secret, and one be passed off for the other.",
    fix: "Renew the server's TLS library, and leave the extension switched on.",
    bad: "a ServerHello of TLS 1.2 without extended_master_secret",
    good: "a ServerHello of TLS 1.2 with it, or TLS 1.3 alone",
};

/// A certificate with a weak key.
pub const WEAK_KEY: Rule = Rule {
    id: "TLS-011",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server's certificate has a key that nobody should use",
    section: "RFC 9325 4.5",
    why: "Who works out the key stands in for the server. RSA of 2048 bits is only to be phased out.",
    fix: "Have a certificate issued for a key on P-256, or for RSA of at least 3072 bits.",
    bad: "RSA 1024",
    good: "EC secp256r1",
};

/// A certificate signed with a weak hash.
pub const WEAK_SIGNATURE: Rule = Rule {
    id: "TLS-012",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server's certificate is signed with a hash that nobody should use",
    section: "RFC 9155, RFC 6194",
    why: "Two certificates can be made to share one signature with SHA-1 or MD5: one for its owner, one for somebody else.",
    fix: "Have the certificate issued anew, signed with SHA-256 or more.",
    bad: "RSA with SHA-1",
    good: "ECDSA with SHA-256",
};

/// A certificate out of its dates.
pub const OUT_OF_DATE: Rule = Rule {
    id: "TLS-013",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server's certificate has ended, or has not begun",
    section: "RFC 5280 4.1.2.5",
    why: "Senders that check certificates (MTA-STS, DANE with usage 2) do not deliver. DANE with usage 3 does not look at dates (RFC 7671 5.1).",
    fix: "Renew the certificate, see that the server has loaded it, and find out why it was not renewed by itself.",
    bad: "notAfter 2024-01-01",
    good: "notAfter in the weeks to come",
};

/// A certificate for another host.
pub const OTHER_NAME: Rule = Rule {
    id: "TLS-014",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server's certificate is for another host",
    section: "RFC 6125 6.4, RFC 8461 4.2",
    why: "Senders that check certificates by MTA-STS do not deliver: the name they look for is that in the MX.",
    fix: "Have a certificate issued for the name that stands in the MX, or put into the MX the name that stands in the certificate.",
    bad: "MX 10 mx1.voorbeeld.nl, and a certificate for www.voorbeeld.nl",
    good: "MX 10 mx1.voorbeeld.nl, and a certificate for mx1.voorbeeld.nl",
};

/// A certificate that leads to no public root.
pub const UNTRUSTED: Rule = Rule {
    id: "TLS-015",
    severity: Severity::Info,
    standard: Standard::Tls,
    title: "a mail server's certificate leads to no public root",
    section: "RFC 8461 4.2",
    why: "Most senders do not ask for it, and DANE does without. With MTA-STS in mode enforce mail is refused for it.",
    fix: "Have a public authority issue the certificate, and send the intermediate certificates with it; or publish TLSA records.",
    bad: "a certificate by itself",
    good: "a certificate, and the intermediate of the authority that issued it",
};

/// Something in the clear behind the go-ahead.
pub const INJECTED: Rule = Rule {
    id: "TLS-016",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server says something in the clear behind its go-ahead for TLS",
    section: "RFC 3207 4.2, CVE-2011-0411",
    why: "What stands there a client may take for something that was said within TLS: whoever is on the way can put answers into its mouth.",
    fix: "Renew the mail server, and take out whatever stands before it and rewrites SMTP.",
    bad: "220 ready for TLS\n250 OK",
    good: "220 ready for TLS",
};

/// A look that ended early.
pub const CUT_SHORT: Rule = Rule {
    id: "TLS-017",
    severity: Severity::Info,
    standard: Standard::Tls,
    title: "a mail server wanted no more connections before all was seen",
    section: "RFC 5321 4.5.4.2",
    why: "What was not seen is not judged: neither found good nor bad.",
    fix: "Nothing, mostly: it is looked at again. Where it happens each time, allow the address zegel comes from more connections, or give --smtp-pause a longer time.",
    bad: "421 too many connections",
    good: "220 ready",
};

/// A mail server whose certificate any authority may issue.
pub const ANY_ISSUER: Rule = Rule {
    id: "TLS-018",
    severity: Severity::Info,
    standard: Standard::Tls,
    title: "no CAA record says who may issue certificates for a mail server",
    section: "RFC 8659 3",
    why: "Without one every public authority may issue a certificate for the host, also one that was deceived. Internet.nl recommends it.",
    fix: "Publish a CAA record at the host's domain that names the authority its certificates come from.",
    bad: "mx1.voorbeeld.nl, and no CAA at its name or above",
    good: "voorbeeld.nl CAA 0 issue \"letsencrypt.org\"",
};

/// CAA records by which nobody may issue.
pub const NO_ISSUER: Rule = Rule {
    id: "TLS-019",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "CAA records by which no public authority may issue a certificate for a mail server",
    section: "RFC 8659 4.1, 4.2",
    why: "Authorities look at CAA before they issue. Where the nearest set names none, or holds a critical tag they do not know, the certificate the server shows cannot be renewed, and ends.",
    fix: "Name the authority that issues the certificate: issue \"letsencrypt.org\"; or give the server a certificate of your own authority.",
    bad: "0 issue \";\"",
    good: "0 issue \"letsencrypt.org\"",
};

/// TLS that does not come about for us.
pub const NOT_FINISHED: Rule = Rule {
    id: "TLS-020",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a mail server offers TLS, and none comes about from here",
    section: "RFC 3207 4.1, RFC 8446 4.4",
    why: "Zegel's own client could not finish a handshake, and it may be that others can: what the server sends is larger than this client takes (64 KiB a message), it wants a certificate of whoever delivers, it refuses this client's hello and takes another, or it did not answer in time. So it is not known whether mail to it is encrypted. Senders have bounds too, and mostly no certificate: some deliver in the clear, or not at all.",
    fix: "Shorten the certificate and its chain: a few names and one or two intermediates do. Do not require a certificate of those who deliver mail (Postfix: smtpd_tls_req_ccert = no at port 25). Renew a server, or what stands before it, that refuses a hello of TLS 1.3.",
    bad: "a certificate with 10,000 names",
    good: "a certificate for mx1.voorbeeld.nl, and its intermediate",
};

/// More mail servers than are looked at.
pub const BEYOND: Rule = Rule {
    id: "TLS-021",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "more mail servers, or addresses of one, than are looked at",
    section: "RFC 5321 5.1",
    why: "Each look is a connection at a stranger's, so Zegel looks at ten hosts of a domain, the first by preference, and at four addresses of each. Of the others nothing is known: where all that was seen is fine, TLS is Unknown, not in sync.",
    fix: "Nothing, where so many are wanted: look at the others by hand. Else name fewer hosts, or give each fewer addresses.",
    bad: "11 hosts, or a host with five addresses",
    good: "two hosts with an address of each family",
};

/// A CAA record that is none.
pub const ODD_CAA: Rule = Rule {
    id: "TLS-022",
    severity: Severity::Info,
    standard: Standard::Tls,
    title: "a CAA record of a mail server that authorities cannot read",
    section: "RFC 8659 4.1",
    why: "A record is flags, a tag of letters and digits, and a value. What one says that has no tag, or a tag that goes past its end, nobody knows: it names no authority, and an authority that is careful issues nothing. Where its flags say critical, none may.",
    fix: "Remove the record, or write it again: 0 issue \"letsencrypt.org\".",
    bad: "voorbeeld.nl CAA \\# 2 0000",
    good: "voorbeeld.nl CAA 0 issue \"letsencrypt.org\"",
};

/// All of the TLS is wanted, and certificates alone were looked at.
pub const HALF_SEEN: Rule = Rule {
    id: "TLS-023",
    severity: Severity::Warning,
    standard: Standard::Tls,
    title: "a level of TLS is wanted that a look at certificates alone does not show",
    section: "NCSC-NL 2025-05",
    why: "Which versions, suites, groups and signatures a server takes is told by hellos that offer nothing else: minutes for each address, for each gets a pause. Without them nothing shows that the level is kept, and TLS is Unknown.",
    fix: "Look at all of it: zegel check --starttls profile. A controller does so by itself. Where it is enough that there is TLS, want level: Any.",
    bad: "zegel check, and tls: {level: Sufficient}",
    good: "zegel check --starttls profile",
};

/// Every rule about TLS, by id.
pub const RULES: &[&Rule] = &[
    &NO_STARTTLS,
    &NO_AGREEMENT,
    &OLD_VERSION,
    &WEAK_SUITE,
    &NO_ORDER,
    &WEAK_GROUP,
    &WEAK_HASH,
    &COMPRESSION,
    &INSECURE_RENEGOTIATION,
    &NO_EXTENDED_MASTER_SECRET,
    &WEAK_KEY,
    &WEAK_SIGNATURE,
    &OUT_OF_DATE,
    &OTHER_NAME,
    &UNTRUSTED,
    &INJECTED,
    &CUT_SHORT,
    &ANY_ISSUER,
    &NO_ISSUER,
    &NOT_FINISHED,
    &BEYOND,
    &ODD_CAA,
    &HALF_SEEN,
];
