//! What a key record says beside its key: the tag list, its version, and what the tags allow.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

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
    fix: "Start the record with v=DKIM1; in exactly these letters, and nothing before it.",
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
    why: "Verifiers ignore what they do not know there, so it has no effect. Values are compared letter by letter (RFC 6376 3.2): t=Y is not t=y.",
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
