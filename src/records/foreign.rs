//! Records where another standard's are looked for: what a text is by its version, and where it belongs.
//!
//! One record at the wrong name is two slips to receivers (nothing where it is looked for, noise where it stands) and
//! one to whoever wrote it. So who misses a record says what stands in its place. Only the version counts: whether the
//! rest is right is a matter for the place it belongs to. Pure.

use crate::name::Name;

/// A standard by the version of its records.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    version: &'static str,
    /// What its records are called.
    pub what: &'static str,
    /// The labels before the domain where they stand; empty for the domain itself.
    labels: &'static str,
}

/// Every standard whose TXT records begin with a version, whether or not Zegel judges them.
const STANDARDS: [Foreign; 6] = [
    Foreign {
        version: "v=spf1",
        what: "an SPF record",
        labels: "",
    },
    Foreign {
        version: "v=DMARC1",
        what: "a DMARC record",
        labels: "_dmarc.",
    },
    Foreign {
        version: "v=DKIM1",
        what: "a DKIM key",
        labels: "<selector>._domainkey.",
    },
    // RFC 8460 3
    Foreign {
        version: "v=TLSRPTv1",
        what: "a TLS-RPT record",
        labels: "_smtp._tls.",
    },
    // RFC 8461 3.1
    Foreign {
        version: "v=STSv1",
        what: "an MTA-STS record",
        labels: "_mta-sts.",
    },
    Foreign {
        version: "v=BIMI1",
        what: "a BIMI record",
        labels: "default._bimi.",
    },
];

impl Foreign {
    /// The standard a text belongs to by its version; blanks and quotes before it are overlooked.
    pub fn of(text: &[u8]) -> Option<&'static Self> {
        let noise = |octet: &u8| octet.is_ascii_whitespace() || matches!(octet, b'"' | b'\'');
        let skip = text.iter().take_while(|octet| noise(octet)).count();
        let bare = text.get(skip..)?;
        STANDARDS.iter().find(|standard| {
            let version = standard.version.as_bytes();
            let start = bare.get(..version.len());
            let goes_on = bare.get(version.len()).is_some_and(u8::is_ascii_alphanumeric);
            start.is_some_and(|start| start.eq_ignore_ascii_case(version)) && !goes_on
        })
    }

    /// The first of these texts that belongs elsewhere, and that no other room speaks of: SPF says itself where SPF and
    /// DMARC stand in each other's place.
    pub fn first<'t>(texts: impl IntoIterator<Item = &'t Vec<u8>>) -> Option<&'static Self> {
        let untold = |one: &&Self| !matches!(one.version, "v=spf1" | "v=DMARC1");
        texts.into_iter().filter_map(|text| Self::of(text)).find(untold)
    }

    /// Where it is looked for, for mail of `domain`.
    pub fn place(&self, domain: &Name) -> String {
        format!("{}{domain}", self.labels)
    }

    /// Behind what is missed: what stands there in its place.
    pub fn remark(&self, domain: &Name) -> String {
        format!(
            ": what stands there is {}, which belongs at {}",
            self.what,
            self.place(domain)
        )
    }

    /// What to do about it, before what is to be done about the record that is missed.
    pub fn fix(&self, domain: &Name, fix: &str) -> String {
        format!("Move that record to {}. {fix}", self.place(domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_its_whole_version() {
        let domain: Name = "a.nl".parse().expect("a name");
        for (text, place) in [
            ("v=spf1 -all", Some("a.nl")),
            ("v=DMARC1; p=none", Some("_dmarc.a.nl")),
            ("v=DKIM1; p=", Some("<selector>._domainkey.a.nl")),
            ("v=TLSRPTv1; rua=mailto:a@a.nl", Some("_smtp._tls.a.nl")),
            ("v=tlsrptv1", Some("_smtp._tls.a.nl")),
            (" \"v=STSv1; id=1", Some("_mta-sts.a.nl")),
            ("v=BIMI1;l=", Some("default._bimi.a.nl")),
            ("v=STSv10; id=1", None),
            ("x v=STSv1; id=1", None),
            ("v=STS", None),
            ("", None),
        ] {
            let found = Foreign::of(text.as_bytes()).map(|standard| standard.place(&domain));
            assert_eq!(found.as_deref(), place, "{text:?}");
        }
    }
}
