//! Rules about DKIM (RFC 6376, RFC 8301, RFC 8463).

use super::{Rule, Severity};
use crate::records::Standard;

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

/// The record is no tag list.
pub const TAG_LIST: Rule = Rule {
    id: "DKIM-002",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "the record is no tag list",
    section: "RFC 6376 3.2",
    why: "Verifiers ignore a key record that is not name=value parts between semicolons, as they must: every signature made with it fails.",
    fix: "Write each tag as name=value, one semicolon between two tags.",
    bad: "v=DKIM1; rsa; p=MIIBIjANBg…",
    good: "v=DKIM1; k=rsa; p=MIIBIjANBg…",
};

/// A tag stands there twice.
pub const DUPLICATE_TAG: Rule = Rule {
    id: "DKIM-003",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a tag stands there twice",
    section: "RFC 6376 3.2",
    why: "A repeated tag makes the whole list invalid, whatever the two values are.",
    fix: "Keep one of the two.",
    bad: "v=DKIM1; k=rsa; k=rsa; p=MIIBIjANBg…",
    good: "v=DKIM1; k=rsa; p=MIIBIjANBg…",
};

/// White space after the last semicolon.
pub const TRAILING_SPACE: Rule = Rule {
    id: "DKIM-004",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "white space after the last semicolon",
    section: "RFC 6376 3.2",
    why: "The strict grammar has none there. Known verifiers ignore it, a strict one may not.",
    fix: "Remove the white space, or the last semicolon with it.",
    bad: "v=DKIM1; p=MIIBIjANBg…; ",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// The version is not DKIM1, or not first.
pub const VERSION: Rule = Rule {
    id: "DKIM-005",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "the version is not DKIM1, or not first",
    section: "RFC 6376 3.6.1",
    why: "v may be left out; where it stands it must be the first tag and exactly DKIM1, compared letter by letter. Anything else is discarded, as if no record were there.",
    fix: "Start the record with v=DKIM1; in exactly these letters.",
    bad: "v=dkim1; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// No version tag.
pub const NO_VERSION: Rule = Rule {
    id: "DKIM-006",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "no version tag",
    section: "RFC 6376 3.6.1",
    why: "The record works without v=DKIM1, but the standard recommends it, and tools recognise the record by it.",
    fix: "Start the record with v=DKIM1;.",
    bad: "k=rsa; p=MIIBIjANBg…",
    good: "v=DKIM1; k=rsa; p=MIIBIjANBg…",
};

/// No p tag.
pub const NO_KEY: Rule = Rule {
    id: "DKIM-007",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "no p tag",
    section: "RFC 6376 3.6.1",
    why: "p holds the key and is the one tag a key record must have. Without it every signature fails with a key syntax error.",
    fix: "Add p= with the public key, or p= with nothing behind it to revoke the selector.",
    bad: "v=DKIM1; k=rsa",
    good: "v=DKIM1; k=rsa; p=MIIBIjANBg…",
};

/// The key is revoked.
pub const REVOKED: Rule = Rule {
    id: "DKIM-008",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "the key is revoked",
    section: "RFC 6376 3.6.1",
    why: "An empty p says that the key is withdrawn. Signatures with this selector fail, as they would without a record.",
    fix: "Nothing, when that is meant; else publish the key of the selector that signs.",
    bad: "v=DKIM1; p=",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// The key is no valid base64.
pub const BASE64: Rule = Rule {
    id: "DKIM-009",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "the key is no valid base64",
    section: "RFC 6376 3.6.1",
    why: "A key that cannot be decoded verifies nothing. Copying through a form or an editor often loses an octet or a padding sign, or adds one.",
    fix: "Copy the key again, whole, from what the signer printed.",
    bad: "v=DKIM1; p=MIIBIjANBg%",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// The key is no SubjectPublicKeyInfo.
pub const KEY_ENCODING: Rule = Rule {
    id: "DKIM-010",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "the key is no SubjectPublicKeyInfo",
    section: "RFC 6376 3.6.1, errata 3017",
    why: "Verifiers expect an RSA key as DER of SubjectPublicKeyInfo. What does not decode verifies nothing; a bare RSAPublicKey (PKCS#1) is what the text of the standard says, and OpenDKIM, rspamd and others cannot read it.",
    fix: "Publish what `openssl pkey -pubout` prints, without the lines around it.",
    bad: "v=DKIM1; p=MIIBCgKCAQEA… (begins with the modulus)",
    good: "v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…",
};

/// An Ed25519 key is not its 32 octets.
pub const ED25519_ENCODING: Rule = Rule {
    id: "DKIM-011",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an Ed25519 key is not its 32 octets",
    section: "RFC 8463 4.2",
    why: "Under k=ed25519 p holds the 32 octets of the key alone. Wrapped in SubjectPublicKeyInfo, or of another length, it verifies nothing.",
    fix: "Publish the last 32 octets of what `openssl pkey -pubout -outform DER` prints, in base64: 44 characters.",
    bad: "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA…",
    good: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
};

/// An Ed25519 key without k=ed25519.
pub const ED25519_WITHOUT_K: Rule = Rule {
    id: "DKIM-012",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an Ed25519 key without k=ed25519",
    section: "RFC 8463 4.1",
    why: "Without k the key is read as RSA, and an Ed25519 key is none: every signature fails.",
    fix: "Add k=ed25519.",
    bad: "v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    good: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
};

/// An unknown key type.
pub const KEY_TYPE: Rule = Rule {
    id: "DKIM-013",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "an unknown key type",
    section: "RFC 6376 3.6.1",
    why: "Verifiers ignore a key of a type they do not know. k is compared letter by letter: RSA is not rsa.",
    fix: "Write k=rsa (or leave it out), or k=ed25519.",
    bad: "v=DKIM1; k=RSA; p=MIIBIjANBg…",
    good: "v=DKIM1; k=rsa; p=MIIBIjANBg…",
};

/// An RSA key of fewer than 1024 bits.
pub const RSA_TOO_SHORT: Rule = Rule {
    id: "DKIM-014",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an RSA key of fewer than 1024 bits",
    section: "RFC 8301 3.2",
    why: "Such keys are broken in hours for little money, so verifiers must not accept them.",
    fix: "Make a key of 2048 bits under a new selector and sign with it.",
    bad: "an RSA key of 512 bits",
    good: "an RSA key of 2048 bits",
};

/// An RSA key of fewer than 2048 bits.
pub const RSA_SHORT: Rule = Rule {
    id: "DKIM-015",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "an RSA key of fewer than 2048 bits",
    section: "RFC 8301 3.2",
    why: "1024 bits are within reach of states and rich attackers; signers should use at least 2048.",
    fix: "Make a key of 2048 bits under a new selector, sign with it, then revoke this one.",
    bad: "an RSA key of 1024 bits",
    good: "an RSA key of 2048 bits",
};

/// An RSA key of more than 4096 bits.
pub const RSA_LONG: Rule = Rule {
    id: "DKIM-016",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "an RSA key of more than 4096 bits",
    section: "RFC 8301 3.2",
    why: "Verifiers need to support 1024 to 4096 bits only; signatures with longer keys fail at some of them.",
    fix: "Use 2048 bits; 4096 is the most.",
    bad: "an RSA key of 8192 bits",
    good: "an RSA key of 2048 bits",
};

/// An RSA key of which the answer does not fit 512 octets.
pub const RSA_BULKY: Rule = Rule {
    id: "DKIM-017",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "an RSA key of which the answer does not fit 512 octets",
    section: "RFC 6376 3.3.3",
    why: "The answer needs EDNS or TCP. Nearly all resolvers have both; where one is blocked the key cannot be had.",
    fix: "2048 bits are enough for the life of a DKIM key.",
    bad: "an RSA key of 4096 bits",
    good: "an RSA key of 2048 bits",
};

/// An RSA key whose numbers are none of a key.
pub const RSA_NUMBERS: Rule = Rule {
    id: "DKIM-018",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an RSA key whose numbers are none of a key",
    section: "RFC 8017 3.1",
    why: "The exponent of a valid key is odd and at least 3, its modulus has no small factor. A key that breaks this was corrupted on its way, or anybody can compute its private half.",
    fix: "Make a new key under a new selector.",
    bad: "an RSA key with exponent 1",
    good: "an RSA key with exponent 65537",
};

/// A key whose private half is known or can be computed.
pub const KNOWN_KEY: Rule = Rule {
    id: "DKIM-019",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a key whose private half is known or can be computed",
    section: "RFC 6376 8",
    why: "Whoever has the private half signs in the name of the domain, and the mail passes DMARC. Example keys are printed in the standards with their private halves; keys of the ROCA kind can be factored.",
    fix: "Make a new key under a new selector, sign with it, and revoke this selector at once.",
    bad: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= (the example of RFC 8463)",
    good: "a key of your own",
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

/// H does not allow SHA-256.
pub const NO_SHA256: Rule = Rule {
    id: "DKIM-023",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "h does not allow SHA-256",
    section: "RFC 8301 3.1",
    why: "Signatures must be made with SHA-256 and SHA-1 must not be accepted: a key that forbids SHA-256 verifies nothing.",
    fix: "Remove h, or write h=sha256.",
    bad: "v=DKIM1; h=sha1; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// H still allows SHA-1.
pub const SHA1: Rule = Rule {
    id: "DKIM-024",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "h still allows SHA-1",
    section: "RFC 8301 3.1",
    why: "SHA-1 must not be used for signatures any more; naming it helps nobody.",
    fix: "Remove h, or write h=sha256.",
    bad: "v=DKIM1; h=sha1:sha256; p=MIIBIjANBg…",
    good: "v=DKIM1; h=sha256; p=MIIBIjANBg…",
};

/// S does not allow e-mail.
pub const NOT_FOR_EMAIL: Rule = Rule {
    id: "DKIM-025",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "s does not allow e-mail",
    section: "RFC 6376 3.6.1",
    why: "The key says it is for other services, so verifiers of mail must not use it.",
    fix: "Remove s, or write s=email.",
    bad: "v=DKIM1; s=web; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// A key for TLS reports only.
pub const TLSRPT_ONLY: Rule = Rule {
    id: "DKIM-026",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "a key for TLS reports only",
    section: "RFC 8460 3",
    why: "s=tlsrpt limits the key to signing TLS reports; mail signed with it fails.",
    fix: "Leave it so when only reports are signed with this selector; for mail remove s.",
    bad: "v=DKIM1; s=tlsrpt; p=MIIBIjANBg…",
    good: "v=DKIM1; s=email:tlsrpt; p=MIIBIjANBg…",
};

/// The testing flag is on.
pub const TESTING: Rule = Rule {
    id: "DKIM-027",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "the testing flag is on",
    section: "RFC 6376 3.6.1",
    why: "t=y asks verifiers to treat signed mail as unsigned: a signature then gains nothing with those who heed it.",
    fix: "Remove t=y once signing works.",
    bad: "v=DKIM1; t=y; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// Signing for sub-domains is forbidden.
pub const STRICT_IDENTITY: Rule = Rule {
    id: "DKIM-028",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "signing for sub-domains is forbidden",
    section: "RFC 6376 3.6.1, 3.10",
    why: "With t=s the signing identity (i=) must be of exactly the signing domain; software that signs with an identity in a sub-domain fails.",
    fix: "Nothing, when no signer uses i= of a sub-domain; else remove t=s.",
    bad: "i=@nieuws.voorbeeld.nl with t=s",
    good: "i=@voorbeeld.nl with t=s",
};

/// An unknown flag, service or hash.
pub const UNKNOWN_VALUE: Rule = Rule {
    id: "DKIM-029",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "an unknown flag, service or hash",
    section: "RFC 6376 3.6.1",
    why: "Verifiers ignore what they do not know there, so it has no effect.",
    fix: "Remove it, or mend the spelling.",
    bad: "v=DKIM1; t=test; p=MIIBIjANBg…",
    good: "v=DKIM1; t=y; p=MIIBIjANBg…",
};

/// The g tag is historic.
pub const GRANULARITY: Rule = Rule {
    id: "DKIM-030",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "the g tag is historic",
    section: "RFC 6376 appendix C.1",
    why: "RFC 6376 took g out: current verifiers ignore it, old ones limit the key to one local part, and an empty g once matched nobody.",
    fix: "Remove g.",
    bad: "v=DKIM1; g=; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// Notes take room.
pub const NOTES: Rule = Rule {
    id: "DKIM-031",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "notes take room",
    section: "RFC 6376 3.6.1",
    why: "n is for people and travels with every answer; nobody reads it there.",
    fix: "Keep the note where you keep the zone.",
    bad: "v=DKIM1; n=asked=for=by=Jan; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// Tags of a signature in a key record.
pub const SIGNATURE_TAGS: Rule = Rule {
    id: "DKIM-032",
    severity: Severity::Warning,
    standard: Standard::Dkim,
    title: "tags of a signature in a key record",
    section: "RFC 6376 3.5, 3.6.1",
    why: "These tags belong into the DKIM-Signature header field. Verifiers ignore them here, but the text was probably meant for another place.",
    fix: "Publish the key record of the selector, not the header of a message.",
    bad: "v=DKIM1; d=voorbeeld.nl; b=AAAA; p=MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// A PEM file or a private key is published.
pub const PEM_OR_PRIVATE: Rule = Rule {
    id: "DKIM-033",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a PEM file or a private key is published",
    section: "RFC 6376 3.6.1, 8",
    why: "A PEM file is no key record: verifiers discard it. A private key in DNS lets anybody sign in the name of the domain.",
    fix: "Publish the base64 of the public key alone. Was it the private one: make a new key, and revoke this selector at once.",
    bad: "-----BEGIN PUBLIC KEY----- MIIBIjANBg…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// A selector's CNAME leads to no key.
pub const DARK: Rule = Rule {
    id: "DKIM-037",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "a selector's CNAME leads to no key",
    section: "RFC 6376 6.1.2",
    why: "Providers keep a standby selector dark until they rotate, so one without a key is normal; when no selector has a key, no signature verifies.",
    fix: "Switch signing on at the provider, and look whether it still expects these names.",
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

/// A key type of DKIM2.
pub const DKIM2_KEY: Rule = Rule {
    id: "DKIM-046",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "a key type of DKIM2",
    section: "draft-ietf-dkim-dkim2-spec",
    why: "DKIM2 is a draft: verifiers of DKIM ignore the key, and the draft may change.",
    fix: "Keep a selector with an RSA key for the mail of today.",
    bad: "v=DKIM1; k=mldsa44; p=…",
    good: "v=DKIM1; p=MIIBIjANBg…",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &SELECTOR,
    &TAG_LIST,
    &DUPLICATE_TAG,
    &TRAILING_SPACE,
    &VERSION,
    &NO_VERSION,
    &NO_KEY,
    &REVOKED,
    &BASE64,
    &KEY_ENCODING,
    &ED25519_ENCODING,
    &ED25519_WITHOUT_K,
    &KEY_TYPE,
    &RSA_TOO_SHORT,
    &RSA_SHORT,
    &RSA_LONG,
    &RSA_BULKY,
    &RSA_NUMBERS,
    &KNOWN_KEY,
    &ED25519_ALONE,
    &MIXED_SELECTOR,
    &SEVERAL_RECORDS,
    &NO_SHA256,
    &SHA1,
    &NOT_FOR_EMAIL,
    &TLSRPT_ONLY,
    &TESTING,
    &STRICT_IDENTITY,
    &UNKNOWN_VALUE,
    &GRANULARITY,
    &NOTES,
    &SIGNATURE_TAGS,
    &PEM_OR_PRIVATE,
    &DARK,
    &TAKEOVER,
    &DOMAINKEYS,
    &ADSP,
    &WILDCARD,
    &NODE_DENIED,
    &REPORT_RECORD,
    &NO_SELECTOR,
    &SHARED_KEY,
    &DKIM2_KEY,
];
