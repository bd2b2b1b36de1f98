//! The name `_domainkey` itself: historic records, wildcards, and whether it exists.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A policy record of DomainKeys.
pub const DOMAINKEYS: Rule = Rule {
    id: "DKIM-039",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "a policy record of DomainKeys",
    section: "RFC 4870 3.6",
    why: "DomainKeys came before DKIM and is historic; nobody reads o= any more. DMARC says what to do with unsigned mail.",
    fix: "Remove the TXT record at _domainkey.",
    bad: "_domainkey TXT \"o=~\"",
    good: "no TXT record at _domainkey",
};

/// An ADSP record.
pub const ADSP: Rule = Rule {
    id: "DKIM-040",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "an ADSP record",
    section: "RFC 5617",
    why: "Author Domain Signing Practices are historic since 2013; DMARC took their place.",
    fix: "Remove the TXT record at _adsp._domainkey.",
    bad: "_adsp._domainkey TXT \"dkim=all\"",
    good: "_dmarc TXT \"v=DMARC1; p=reject\"",
};

/// A wildcard answers for every selector.
pub const WILDCARD: Rule = Rule {
    id: "DKIM-041",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "a wildcard answers for every selector",
    section: "RFC 4592 2.2, RFC 6376 3.6.2",
    why: "A key behind a wildcard verifies under any selector, so no selector can be revoked by removing it. An empty p behind one is good for a domain that does not send; elsewhere it answers for every selector not yet published.",
    fix: "Publish keys at their selectors; keep *._domainkey only to revoke all of a parked domain.",
    bad: "*._domainkey TXT \"v=DKIM1; p=MIIBIjANBg…\"",
    good: "*._domainkey TXT \"v=DKIM1; p=\"",
};

/// _domainkey is said not to exist although a selector below it does.
pub const NODE_DENIED: Rule = Rule {
    id: "DKIM-042",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "_domainkey is said not to exist although a selector below it does",
    section: "RFC 8020 2",
    why: "NXDOMAIN means that nothing exists below a name. A resolver that keeps to it never asks for the selector, and tests like internet.nl see no DKIM.",
    fix: "Let the name server answer NOERROR for the empty name _domainkey: most do; ask the provider to mend theirs.",
    bad: "_domainkey.voorbeeld.nl: NXDOMAIN",
    good: "_domainkey.voorbeeld.nl: NOERROR without records",
};

/// The DKIM reporting record is malformed.
pub const REPORT_RECORD: Rule = Rule {
    id: "DKIM-043",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "the DKIM reporting record is malformed",
    section: "RFC 6651 3.2",
    why: "Verifiers that send failure reports read ra, rp, rr and rs at _report._domainkey; with a malformed record they send none.",
    fix: "Write ra=local-part; rp=0 to 100; rr=types separated by colons.",
    bad: "_report._domainkey TXT \"ra=a@b; rp=200\"",
    good: "_report._domainkey TXT \"ra=dkim-errors; rp=100; rr=all\"",
};

/// A domain that takes mail has no DKIM at all.
pub const NO_DKIM: Rule = Rule {
    id: "DKIM-049",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "a domain with mail has no DKIM at all",
    section: "RFC 8020 2, RFC 9989 5.1.2",
    why: "_domainkey does not exist, so no selector below it does: nobody can sign in the name of the domain. Mail that is forwarded fails SPF, and only an aligned signature would still pass DMARC.",
    fix: "Let whoever sends your mail sign it, and publish the selectors they give. A domain that sends nothing: publish *._domainkey with an empty p.",
    bad: "voorbeeld.nl MX 10 mail.voorbeeld.nl, and _domainkey.voorbeeld.nl: NXDOMAIN",
    good: "s1._domainkey.voorbeeld.nl TXT \"v=DKIM1; p=MIIBIjANBg…\"",
};
