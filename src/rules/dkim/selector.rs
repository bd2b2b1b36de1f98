//! A selector and the selectors of a domain together: names, several records, aliases, shared keys.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// A selector is no valid sub-domain name.
pub const SELECTOR: Rule = Rule {
    id: "DKIM-001",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "a selector is no valid sub-domain name",
    section: "RFC 6376 3.1",
    why: "Selectors are labels of letters, digits and inner hyphens. Signers and verifiers that check the grammar refuse others, and the mail then counts as unsigned.",
    fix: "Publish the key under a selector of letters, digits and inner hyphens and sign with that one.",
    bad: "mail_2026._domainkey.voorbeeld.nl",
    good: "mail-2026._domainkey.voorbeeld.nl",
};

/// No RSA key besides Ed25519.
pub const ED25519_ALONE: Rule = Rule {
    id: "DKIM-020",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "no RSA key besides Ed25519",
    section: "RFC 8463 3",
    why: "Many verifiers cannot check Ed25519 yet; for them the mail is unsigned.",
    fix: "Sign twice: with Ed25519 under one selector and with RSA under another.",
    bad: "s1: k=ed25519",
    good: "s1: k=ed25519, s2: k=rsa",
};

/// An RSA and an Ed25519 key share a selector.
pub const MIXED_SELECTOR: Rule = Rule {
    id: "DKIM-021",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an RSA and an Ed25519 key share a selector",
    section: "RFC 8463 4.1, RFC 6376 3.6.2.2",
    why: "A selector holds one record. With two a verifier takes either, so each signature fails now and then.",
    fix: "Move one of the keys to a selector of its own.",
    bad: "s1: k=rsa and k=ed25519",
    good: "s1: k=rsa, s2: k=ed25519",
};

/// More than one TXT record at a selector.
pub const SEVERAL_RECORDS: Rule = Rule {
    id: "DKIM-022",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "more than one TXT record at a selector",
    section: "RFC 6376 3.6.2.2",
    why: "What a verifier does with several records is undefined: it may take the wrong one, or none.",
    fix: "Leave one TXT record at the selector; publish another key under another selector.",
    bad: "two TXT records at s1._domainkey",
    good: "one TXT record at s1._domainkey",
};

/// A selector's CNAME leads to no key.
pub const DARK: Rule = Rule {
    id: "DKIM-037",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a selector's CNAME leads to no key",
    section: "RFC 6376 6.1.2",
    why: "Providers keep a standby selector dark until they rotate, so one without a key beside one with a key is normal: then this is a Warning, as where another selector was not answered. When no selector has a key, no signature verifies: then it is an Error.",
    fix: "Where no selector has a key: switch signing on at the provider, and look whether it still expects these names. Where another one has: nothing, while the provider keeps this one as a standby.",
    bad: "selector1 CNAME …, and nothing at its end",
    good: "selector1 CNAME …, and one key at its end",
};

/// A selector's CNAME leads to a domain nobody owns.
pub const TAKEOVER: Rule = Rule {
    id: "DKIM-038",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a selector's CNAME leads to a domain nobody owns",
    section: "RFC 6376 8",
    why: "Whoever registers the target's domain publishes a key there and signs in your name.",
    fix: "Remove the CNAME, or point it at the provider you use now.",
    bad: "s1 CNAME s1.provider-that-is-gone.example",
    good: "s1 CNAME s1.provider.example",
};

/// A domain that sends has no published selector.
pub const NO_SELECTOR: Rule = Rule {
    id: "DKIM-044",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "a domain that sends has no published selector",
    section: "RFC 9989 5.1.2",
    why: "Mail that is forwarded fails SPF; only an aligned signature still passes DMARC. Without a published selector there is none.",
    fix: "Sign, and list the selector with its key.",
    bad: "selectors: [{name: s1, state: Revoked}]",
    good: "selectors: [{name: s2, publicKey: …}]",
};

/// One key under several names.
pub const SHARED_KEY: Rule = Rule {
    id: "DKIM-045",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "one key under several names",
    section: "RFC 6376 3.1",
    why: "One private key then stands behind all of them: when it leaks, all are lost, and revoking one selector revokes nothing.",
    fix: "Make a key for each selector and each domain.",
    bad: "s1 and s2 with the same p",
    good: "s1 and s2 with a key of their own",
};

/// A host name stands where a CNAME was meant.
pub const HOST_NAME: Rule = Rule {
    id: "DKIM-047",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a host name stands where a CNAME was meant",
    section: "RFC 6376 3.6.1, RFC 1034 3.6.2",
    why: "The provider asked for a CNAME, and its target was entered as the text of a TXT record. Verifiers find a text that is no key, so every signature with this selector fails.",
    fix: "Remove the TXT record and publish a CNAME with this target instead.",
    bad: "s1._domainkey TXT \"s1.provider.example.\"",
    good: "s1._domainkey CNAME s1.provider.example.",
};

/// A selector that was asked for holds no key.
pub const NO_KEY_FOUND: Rule = Rule {
    id: "DKIM-048",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a selector that was asked for holds no key",
    section: "RFC 6376 3.6.1, 6.1.2",
    why: "Whoever names a selector expects that mail is signed with it. Where no key can be found, each of these signatures fails as if the mail were not signed.",
    fix: "Publish the key record (or the CNAME) that the signer asks for, at exactly this selector.",
    bad: "zegel inspect voorbeeld.nl --selector s1, and nothing at s1._domainkey.voorbeeld.nl",
    good: "s1._domainkey.voorbeeld.nl TXT \"v=DKIM1; p=MIIBIjANBg…\"",
};

/// One key for several domains.
pub const SHARED_BY_DOMAINS: Rule = Rule {
    id: "DKIM-051",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "one key for several domains",
    section: "RFC 6376 3.1",
    why: "One private key then stands behind all of these domains: when it leaks, all are lost. Only who sees several manifests at once can know; so zegel check says it of the manifests it was given, and a judgement of one domain, as the controller makes it, never does.",
    fix: "Make a key for each domain.",
    bad: "the same publicKey in two manifests",
    good: "a publicKey of its own in each manifest",
};
