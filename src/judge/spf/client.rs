//! Who sends: the arguments of check_host() (RFC 7208 4.1), made certain.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use jiff::Timestamp;

use super::evaluation::Identity;

/// The client, and what it said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address; an IPv4 address mapped into IPv6 counts as IPv4 (RFC 7208 5).
    pub(super) ip: IpAddr,
    /// The domain to check, without a trailing dot.
    pub(super) domain: Arc<str>,
    /// The sender's local part; `postmaster` where there was none (4.3).
    pub(super) local: String,
    /// The sender's domain.
    pub(super) sender_domain: Arc<str>,
    /// The HELO name.
    pub(super) helo: String,
    /// Whose domain is checked.
    pub(super) identity: Identity,
    /// The receiving host, for `%{r}`.
    pub(super) receiver: String,
    /// When, for `%{t}`.
    pub(super) now: Timestamp,
}

impl Client {
    /// A client at `ip` that said HELO `helo` and MAIL FROM `sender`; an empty sender means a bounce, whose domain is
    /// the HELO name (RFC 7208 2.4). `receiver` is the host that checks, `now` the time it does.
    pub fn new(ip: IpAddr, sender: &str, helo: &str, receiver: &str, now: Timestamp) -> Self {
        let ip = match ip {
            IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
            IpAddr::V4(_) => ip,
        };
        let identity = if sender.is_empty() {
            Identity::Helo
        } else {
            Identity::MailFrom
        };
        let (local, domain) = match sender.rsplit_once('@') {
            Some((local, domain)) => (local, domain),
            None if sender.is_empty() => ("", helo),
            None => ("", sender),
        };
        let domain = a_labels(domain);
        Self {
            ip,
            local: if local.is_empty() {
                "postmaster".to_owned()
            } else {
                local.to_owned()
            },
            sender_domain: domain.clone(),
            domain,
            helo: helo.to_owned(),
            identity,
            receiver: receiver.to_owned(),
            now,
        }
    }

    /// Checks `domain` in place of the sender's own.
    #[must_use]
    pub fn at(self, domain: &str) -> Self {
        let domain = a_labels(domain);
        Self { domain, ..self }
    }

    /// The domain that is checked.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// `<local-part>@<domain>`.
    pub(super) fn sender(&self) -> String {
        format!("{}@{}", self.local, self.sender_domain)
    }

    /// The name under which its PTR records stand.
    pub(super) fn reverse_name(&self) -> String {
        match self.ip {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                format!("{}.in-addr.arpa", Ipv4Addr::new(d, c, b, a))
            }
            IpAddr::V6(_) => {
                let dotted = self.dotted_ip();
                let nibbles: Vec<&str> = dotted.rsplit('.').collect();
                format!("{}.ip6.arpa", nibbles.join("."))
            }
        }
    }

    /// The address as `%{i}` has it: dotted quad, or 32 nibbles with dots between.
    pub(super) fn dotted_ip(&self) -> String {
        match self.ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let nibbles: Vec<String> = ip
                    .octets()
                    .iter()
                    .map(|octet| format!("{:X}.{:X}", octet >> 4, octet & 15))
                    .collect();
                nibbles.join(".")
            }
        }
    }
}

/// A domain in A-labels where that can be (RFC 8616 4), without a trailing dot.
fn a_labels(domain: &str) -> Arc<str> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_ascii() {
        return domain.into();
    }
    idna::domain_to_ascii(domain).map_or_else(|_| domain.into(), Into::into)
}
