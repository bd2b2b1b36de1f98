//! The key itself: whether there is one, whether it decodes, how strong it is, and who else may have it.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

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
    fix: "Write k=ed25519 before p, in place of another k.",
    bad: "v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    good: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
};

/// An unknown key type.
pub const KEY_TYPE: Rule = Rule {
    id: "DKIM-013",
    severity: Severity::Error,
    standard: Standard::Dkim,
    title: "an unknown key type",
    section: "RFC 6376 3.6.1",
    why: "Verifiers ignore a key of a type they do not know, and every signature with it fails. k is compared letter by letter: RSA is not rsa. At a selector nobody named, a type Zegel does not know is a Warning only.",
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

/// White space stands within the key.
pub const WHITE_SPACE: Rule = Rule {
    id: "DKIM-050",
    severity: Severity::Info,
    standard: Standard::Dkim,
    title: "white space stands within the key",
    section: "RFC 6376 3.6.1",
    why: "Folding white space within the key is allowed and taken out by verifiers. It mostly comes from copying a key of several lines, and the next tool may take it for the end of the key.",
    fix: "Write the key in one piece.",
    bad: "v=DKIM1; p=MIIBIjANBg kqhkiG9w0B…",
    good: "v=DKIM1; p=MIIBIjANBgkqhkiG9w0B…",
};
