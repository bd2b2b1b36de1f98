//! Writing the one canonical form.

use super::{DesiredRecord, Policy};

impl DesiredRecord {
    /// The canonical record: v, p, sp, np, t, psd, adkim, aspf, rua, ruf, fo; defaults are not written.
    ///
    /// p stands second because RFC 7489 6.4 demanded it; pct, rf and ri are never written (RFC 9989 C.5.2).
    pub fn to_text(&self) -> String {
        let mut text = "v=DMARC1".to_owned();
        let mut tag = |name: &str, value: &str| {
            for part in ["; ", name, "=", value] {
                text.push_str(part);
            }
        };
        tag("p", self.policy.as_str());
        if let Some(policy) = self.subdomain_policy {
            tag("sp", Policy::as_str(policy));
        }
        if let Some(policy) = self.nonexistent_subdomain_policy {
            tag("np", Policy::as_str(policy));
        }
        if self.testing {
            tag("t", "y");
        }
        if let Some(public_suffix) = self.public_suffix {
            tag("psd", if public_suffix { "y" } else { "n" });
        }
        if self.strict_dkim {
            tag("adkim", "s");
        }
        if self.strict_spf {
            tag("aspf", "s");
        }
        if !self.aggregate_reports.is_empty() {
            tag("rua", &self.aggregate_reports.join(","));
        }
        if !self.failure_reports.is_empty() {
            tag("ruf", &self.failure_reports.join(","));
            if !self.failure_options.is_empty() && self.failure_options != ["0"] {
                tag("fo", &self.failure_options.join(":"));
            }
        }
        text
    }
}
