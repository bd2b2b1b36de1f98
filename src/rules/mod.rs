//! The catalogue of rules, as data: what is checked, how bad it is, where it is written, why it matters, how to mend it.
//!
//! A rule is a constant; a finding points at one. Ids are stable: a rule that goes leaves its id unused. Severities:
//! Error means receivers discard, permerror or bounce because of it, or anyone may send in the domain's name; Warning
//! means a SHOULD is broken or interoperation is known to suffer; Info is advice. Pure data, no logic.

pub mod dane;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod dnssec;
pub mod mtasts;
pub mod mx;
pub mod reporting;
pub mod shown;
pub mod spf;
pub mod tls;
pub mod tlsrpt;

use serde::Serialize;

use crate::records::Standard;

/// How bad a finding is; ordered so that the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Severity {
    /// Receivers discard, permerror or bounce because of it, or anyone may send in the domain's name.
    Error,
    /// A SHOULD is broken, or interoperation is known to suffer.
    Warning,
    /// Advice.
    Info,
}

impl Severity {
    /// The word used in status, JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Info => "Info",
        }
    }
}

/// One rule of the catalogue.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable id, `SPF-040`.
    pub id: &'static str,
    /// The severity a finding of this rule has unless the situation makes it milder.
    pub severity: Severity,
    /// The standard it belongs to.
    pub standard: Standard,
    /// What is wrong when it fires, in a few words.
    pub title: &'static str,
    /// Where it is written: `RFC 7208 4.6.4`.
    pub section: &'static str,
    /// Why it matters to the owner of the domain.
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// An example that breaks the rule.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

impl Rule {
    /// The severity of a finding on what is managed, or on what nobody manages. What is wrong with MTA-STS, TLS-RPT or DANE is a
    /// Warning at most where nobody manages it: who has a block of SPF, DKIM or DMARC alone, or only looks, is told and fails no
    /// check by a standard that was never asked for.
    pub fn severity_where(&self, managed: bool) -> Severity {
        let is_milder = match self.standard {
            Standard::MtaSts | Standard::TlsRpt | Standard::Dane => !managed,
            Standard::Spf
            | Standard::Dkim
            | Standard::Dmarc
            | Standard::Mx
            | Standard::Tls
            | Standard::Dnssec
            | Standard::Dns => false,
        };
        match is_milder {
            true => self.severity.max(Severity::Warning),
            false => self.severity,
        }
    }

    /// The severity in words: also the milder one, where nobody manages what it is about.
    pub fn severities(&self) -> String {
        let (worst, unmanaged) = (self.severity, self.severity_where(false));
        match worst == unmanaged {
            true => worst.as_str().to_owned(),
            false => format!(
                "{}, {} where nobody manages it",
                worst.as_str(),
                unmanaged.as_str()
            ),
        }
    }
}

/// The table: the rules of each standard, by family and id.
fn row(standard: Standard) -> &'static [&'static [&'static Rule]] {
    match standard {
        Standard::Spf => &[spf::RULES],
        Standard::Dkim => &[dkim::RULES],
        Standard::Dmarc => &[dmarc::RULES, reporting::RULES],
        Standard::Mx => &[mx::RULES],
        Standard::MtaSts => &[
            mtasts::RULES,
            mtasts::file::RULES,
            mtasts::kept::RULES,
            shown::MTA_STS,
        ],
        Standard::TlsRpt => &[tlsrpt::RULES],
        Standard::Dane => &[dane::RULES, shown::DANE, dane::issued::RULES],
        Standard::Tls => &[tls::RULES],
        Standard::Dnssec => &[dnssec::RULES],
        Standard::Dns => &[dns::RULES],
    }
}

/// Every rule, by standard, family and id.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let families = Standard::ALL.iter().flat_map(|standard| row(*standard));
    families.flat_map(|rules| rules.iter().copied())
}

/// The rule with this id, letter case aside.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

/// Numbers of the catalogue that are no rule, and why: what cannot happen, and what nobody can tell from DNS and a
/// manifest alone. By family and id.
pub const NOT_RULES: &[(&str, &str)] = &[
    (
        "DNS-001",
        "A string of more than 255 octets cannot occur: its length is one octet. Longer values are split when written.",
    ),
    (
        "DNS-003",
        "A TXT record of more than 65535 octets cannot occur: its length is two octets.",
    ),
    (
        "DNS-004",
        "A label of more than 63 octets, or a name of more than 255, cannot occur: DNS carries none, and a manifest \
         with one is refused.",
    ),
    (
        "DNS-008",
        "Several TTLs in one record set cannot be seen: an answer carries one TTL per record set here.",
    ),
    (
        "DNS-015",
        "A record hidden below a zone cut is seen only by the authority that holds it; a resolver never meets it.",
    ),
    (
        "SPF-048",
        "How many names a client's address has is known only when that client sends.",
    ),
    (
        "SPF-100",
        "Whether a list of addresses was another domain's record that has changed since needs history.",
    ),
    (
        "DKIM-034",
        "How old a key is needs history: a record has no date.",
    ),
    (
        "DKIM-035",
        "Whether a rotation went in the right order needs history, and the signer's own view.",
    ),
    (
        "DKIM-036",
        "Whether a selector held another key before needs history.",
    ),
    (
        "DMARC-032",
        "How long a domain was at p=none and p=quarantine before p=reject needs history.",
    ),
    (
        "DMARC-041",
        "A name outside ASCII cannot occur: a manifest with one is refused, and `zegel inspect` turns one into A-labels.",
    ),
    (
        "DRPT-025",
        "Authorising reports at one's own mailbox is work rather than a fault: `zegel dmarc` prints the record to publish.",
    ),
    (
        "SEC-012",
        "Name servers that are lame or differ are said of each standard's records, and of the zone, by the rules of DNS.",
    ),
    (
        "SEC-013",
        "Which authority issues the certificates of a host does not follow from CAA: an authority goes by names of its own choice. \
         That nobody may issue for a mail server is said of it (TLS-019), and for the host of a policy (STS-043).",
    ),
    (
        "MX-012",
        "A preference beyond 65535 cannot occur: it is two octets.",
    ),
    (
        "STS-030",
        "A server that speaks nothing of TLS 1.2 or later breaks its policy's promise, which is said (STS-029), as are older \
         versions (TLS-003); every sender of MTA-STS names the host in TLS, so what one without that name would see is not asked.",
    ),
    (
        "TRPT-007",
        "Reports about TLS need no agreement of who gets them, unlike DMARC's.",
    ),
    (
        "TRPT-008",
        "Senders deliver reports whatever becomes of TLS (RFC 8460 3), so a mailbox behind the same hosts is no fault.",
    ),
    (
        "TRPT-009",
        "Whether an https: address takes a report is known only to who posts one.",
    ),
    ("TRPT-010", "The key that signs a report is its sender's."),
    (
        "TRPT-011",
        "TLS-RPT without DANE and MTA-STS is of use: reports then tell that no policy was found.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_stands_in_the_room_of_its_standard() {
        for standard in Standard::ALL {
            for rule in row(*standard).iter().copied().flatten() {
                assert_eq!(rule.standard, *standard, "{}", rule.id);
            }
        }
    }

    #[test]
    fn what_is_no_rule_is_none() {
        for (id, reason) in NOT_RULES {
            assert_eq!(find(id), None, "{id} is a rule, and said to be none");
            assert!(reason.ends_with('.'), "{id} has no reason");
        }
    }

    #[test]
    fn no_number_is_left_out_twice() {
        let mut ids: Vec<_> = NOT_RULES.iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), NOT_RULES.len());
    }
}
