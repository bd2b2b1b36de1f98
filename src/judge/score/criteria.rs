//! What Internet.nl's mail test asks, as data: its categories, its tests by the names of its batch API, how each counts.
//!
//! A newer edition is another table. Points are the test's own: ten for a whole one; a category is the hundredfold of the
//! points had over those that could be had, cut to a whole number, and the score the mean of the categories, cut again.

use std::fmt;

/// An edition of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    /// Internet.nl's release.
    pub release: &'static str,
    /// Its revision, as its repository names it.
    pub revision: &'static str,
    /// When that was.
    pub date: &'static str,
    /// The guidelines for TLS it tests by.
    pub guidelines: &'static str,
}

/// The edition the rules of this room are of.
pub const EDITION: Edition = Edition {
    release: "1.11.2",
    revision: "cec0e01d",
    date: "2026-07-14",
    guidelines: "NCSC-NL 2025-05",
};

/// A category; all count alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Whether name servers and mail servers are reached over IPv6.
    Ipv6,
    /// Whether domain and mail servers' names are signed.
    Dnssec,
    /// DMARC, DKIM and SPF.
    Auth,
    /// STARTTLS and DANE.
    Starttls,
    /// Whether the routes to all servers are authorised.
    Rpki,
}

impl Group {
    /// Its name in Internet.nl's API.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ipv6 => "mail_ipv6",
            Self::Dnssec => "mail_dnssec",
            Self::Auth => "mail_auth",
            Self::Starttls => "mail_starttls",
            Self::Rpki => "mail_rpki",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ipv6 => "IPv6",
            Self::Dnssec => "DNSSEC",
            Self::Auth => "DMARC, DKIM and SPF",
            Self::Starttls => "STARTTLS and DANE",
            Self::Rpki => "RPKI",
        })
    }
}

/// How much Internet.nl asks for a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It counts, and fails.
    Required,
    /// It does not count; what is wrong is a warning.
    Recommended,
    /// It does not count, and is told.
    Optional,
}

/// One test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Criterion {
    /// Its name in Internet.nl's API.
    pub id: &'static str,
    /// Where it stands.
    pub group: Group,
    /// How much it is asked for.
    pub level: Level,
    /// The points of its own; 0 for one that counts with another, or not.
    pub points: u32,
    /// The rules of this catalogue that tell of it, the nearest first.
    pub rules: &'static [&'static str],
    /// What to do where no rule tells of it.
    pub fix: &'static str,
}

macro_rules! criteria {
    ($($name:ident = $id:literal, $group:ident, $level:ident, $points:literal, $rules:expr, $fix:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub const $name: Criterion = Criterion {
                id: $id,
                group: Group::$group,
                level: Level::$level,
                points: $points,
                rules: &$rules,
                fix: $fix,
            };
        )*
        /// Every test, in Internet.nl's order.
        pub const ALL: &[Criterion] = &[$($name),*];
    };
}

criteria! {
    NS_ADDRESS = "mail_ipv6_ns_address", Ipv6, Required, 0, ["DNS-040"], "Give two of the domain's name servers an AAAA record.";
    NS_REACH = "mail_ipv6_ns_reach", Ipv6, Required, 10, ["DNS-040"], "Have at least two name servers answer over IPv6.";
    MX_ADDRESS = "mail_ipv6_mx_address", Ipv6, Required, 0, ["MX-015", "MX-009"], "Give every host of the MX an AAAA record.";
    MX_REACH = "mail_ipv6_mx_reach", Ipv6, Required, 10, ["MX-015", "MX-009"], "Give every host of the MX an AAAA record, and have it take mail there.";
    DOMAIN_SIGNED = "mail_dnssec_mailto_exist", Dnssec, Required, 0, ["SEC-001", "SEC-003"], "Sign the domain's zone, and have its DS published at the registry.";
    DOMAIN_VALID = "mail_dnssec_mailto_valid", Dnssec, Required, 10, ["SEC-015", "SEC-008", "SEC-002", "SEC-003", "SEC-001", "SEC-016"], "Sign the zones of the domain and of all hosts of its MX, and have their DS published above them.";
    MX_SIGNED = "mail_dnssec_mx_exist", Dnssec, Required, 0, ["SEC-016"], "Have the zones of all hosts of the MX signed, or take a provider who signs.";
    MX_VALID = "mail_dnssec_mx_valid", Dnssec, Required, 0, ["SEC-016"], "Mend the signatures of the zones the hosts of the MX lie in.";
    DMARC = "mail_auth_dmarc_exist", Auth, Required, 10, ["DMARC-001", "DMARC-002", "DMARC-003", "DMARC-042"], "Publish one DMARC record: v=DMARC1; p=reject; rua=mailto:…";
    DMARC_POLICY = "mail_auth_dmarc_policy", Auth, Required, 10, ["DMARC-012", "DMARC-010", "DMARC-011", "DMARC-013", "DMARC-014", "DMARC-018", "DMARC-050", "DMARC-006", "DMARC-004", "DMARC-005", "DMARC-007", "DMARC-051", "DRPT-001", "DMARC-029"], "Raise the policy to p=quarantine or p=reject, once the reports show that your own mail passes.";
    DKIM = "mail_auth_dkim_exist", Auth, Required, 10, ["DKIM-042", "DKIM-049", "DKIM-044"], "Publish a key below _domainkey, and have your name servers answer NOERROR for _domainkey itself (RFC 8020).";
    SPF = "mail_auth_spf_exist", Auth, Required, 10, ["SPF-001", "SPF-002", "SPF-095", "SPF-094", "SPF-101"], "Publish one SPF record at the domain.";
    SPF_POLICY = "mail_auth_spf_policy", Auth, Required, 10, ["SPF-099", "SPF-105", "SPF-009", "SPF-010", "SPF-012", "SPF-020", "SPF-030", "SPF-058", "SPF-060", "SPF-061", "SPF-062", "SPF-063", "SPF-064", "SPF-081", "SPF-080", "SPF-085", "SPF-040", "SPF-035", "SPF-032", "SPF-031", "SPF-073", "SPF-034", "SPF-039", "SPF-024", "SPF-025", "SPF-023"], "End the record in ~all or -all, and mend what it includes.";
    STARTTLS = "mail_starttls_tls_available", Starttls, Required, 10, ["TLS-001", "TLS-002", "MX-009", "MX-010"], "Have every host of the MX reachable at port 25, and offering STARTTLS.";
    VERSION = "mail_starttls_tls_version", Starttls, Required, 10, ["TLS-003"], "Allow TLS 1.2 and TLS 1.3 alone.";
    CIPHERS = "mail_starttls_tls_ciphers", Starttls, Required, 10, ["TLS-004"], "Take no suite below those to be phased out.";
    ORDER = "mail_starttls_tls_cipherorder", Starttls, Required, 10, ["TLS-005"], "Have the server choose its best suite.";
    EXCHANGE = "mail_starttls_tls_keyexchange", Starttls, Required, 10, ["TLS-006"], "Take no group below those to be phased out.";
    EXCHANGE_HASH = "mail_starttls_tls_keyexchangehash", Starttls, Required, 10, ["TLS-007"], "Sign key exchanges with SHA-256 or more.";
    COMPRESSION = "mail_starttls_tls_compress", Starttls, Required, 10, ["TLS-008"], "Switch TLS compression off.";
    RENEGOTIATION = "mail_starttls_tls_secreneg", Starttls, Required, 10, ["TLS-009"], "Let the server know secure renegotiation (RFC 5746).";
    CLIENT_RENEGOTIATION = "mail_starttls_tls_clientreneg", Starttls, Optional, 0, [], "";
    MASTER_SECRET = "mail_starttls_tls_extendedmastersecret", Starttls, Required, 10, ["TLS-010"], "Let the server know the extended master secret (RFC 7627).";
    ZERO_RTT = "mail_starttls_tls_0rtt", Starttls, Required, 10, [], "";
    TRUST = "mail_starttls_cert_chain", Starttls, Optional, 0, ["TLS-015", "TLS-013"], "";
    KEY = "mail_starttls_cert_pubkey", Starttls, Required, 10, ["TLS-011"], "Show certificates with keys of RSA from 2048 bits on, or on P-256.";
    SIGNATURE = "mail_starttls_cert_sig", Starttls, Required, 10, ["TLS-012"], "Show certificates signed with SHA-256 or more.";
    HOST = "mail_starttls_cert_domain", Starttls, Optional, 0, ["TLS-014"], "";
    CAA = "mail_starttls_tls_caa", Starttls, Recommended, 0, ["TLS-018", "TLS-022"], "Say with a CAA record who may issue certificates for the mail servers.";
    DANE = "mail_starttls_dane_exist", Starttls, Required, 10, ["DANE-008", "DANE-010", "DANE-011", "DANE-002", "DANE-021"], "Publish TLSA records for every host of the MX, in a signed zone: 3 1 1 of the present key, and of the next.";
    DANE_VALID = "mail_starttls_dane_valid", Starttls, Required, 10, ["DANE-012", "DANE-028", "DANE-018"], "Publish TLSA records that match what the mail servers show.";
    DANE_ROLLOVER = "mail_starttls_dane_rollover", Starttls, Optional, 0, [], "";
    RPKI_MX = "mail_rpki_exists", Rpki, Required, 5, [], "";
    RPKI_MX_VALID = "mail_rpki_valid", Rpki, Required, 10, [], "";
    RPKI_NS = "mail_ns_rpki_exists", Rpki, Required, 5, [], "";
    RPKI_NS_VALID = "mail_ns_rpki_valid", Rpki, Required, 10, [], "";
    RPKI_MX_NS = "mail_mx_ns_rpki_exists", Rpki, Required, 5, [], "";
    RPKI_MX_NS_VALID = "mail_mx_ns_rpki_valid", Rpki, Required, 10, [], "";
}
