//! The causes by name: what was found, the mark's word, what to do. Pure.

use std::fmt;

use crate::records::Span;

/// What spoilt a key, and where its trace stands in the record's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What happened.
    pub cause: Cause,
    /// Where it shows.
    pub span: Span,
}

/// What spoils keys.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A backslash, as zone files escape with.
    Backslash,
    /// `-` and `_` stand where base64 has `+` and `/` (RFC 4648 5).
    Base64Url,
    /// A whole X.509 certificate.
    Certificate,
    /// The end of the key is missing.
    Cut {
        /// How long its DER says it is, in octets.
        expected: usize,
        /// How many octets are there.
        found: usize,
        /// Whether the record ends where one character-string is full.
        at_255: bool,
    },
    /// `p=p=…`.
    DoubledTag,
    /// A PEM file encoded in base64 once more.
    EncodedTwice,
    /// Three dots, where a page showed the key shortened.
    Ellipsis,
    /// A second key record behind the first, in one text.
    Glued,
    /// The two characters `\n` or `\r`, as programs write a line end.
    EscapedLineEnd,
    /// A line end that is no folding white space: not CRLF with a blank behind it.
    LineEnd,
    /// `<br>`, `&#43;` and the like, as web pages write them.
    Markup,
    /// No semicolon between this tag and the one before it.
    MissingSemicolon,
    /// A character outside ASCII.
    NonAscii,
    /// `=` at the end is missing, or is too much.
    Padding,
    /// The lines `-----BEGIN …-----` and `-----END …-----` of a PEM file.
    Pem,
    /// `%2B`, `%2F`, `%3D`, as URLs write them.
    PercentEncoded,
    /// Blanks stand where `+` stood: a form took the value for a URL.
    PlusLost,
    /// A private key.
    Private,
    /// Quotes around the key, or within it.
    Quotes,
    /// `" "` within the key: the seam of two strings of a zone file.
    QuotedSeam,
    /// A semicolon within the key.
    Semicolon,
    /// An OpenSSH key.
    Ssh,
    /// Something stands behind the key: a comma, a dot.
    Tail,
    /// The whole record stands in `p`.
    WholeRecord,
}

impl fmt::Display for Cause {
    /// What was found, after `found `.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backslash => "a backslash in it, which belongs to the notation of zone files",
            Self::Base64Url => "base64url in it: - and _ stand where base64 has + and /",
            Self::Certificate => "a whole certificate (X.509)",
            Self::Cut {
                expected,
                found,
                at_255,
            } => {
                write!(f, "a key cut short: {found} of {expected} octets")?;
                return f.write_str(if *at_255 {
                    "; cut at 255 octets, as many as one string holds: the rest of the key is missing"
                } else {
                    "; the rest of the key is missing"
                });
            }
            Self::DoubledTag => "p= written twice: p=p=",
            Self::EncodedTwice => "a PEM file that was encoded in base64 once more",
            Self::Ellipsis => "three dots in it: the key was copied from where it is shown shortened",
            Self::Glued => "two key records in one text: the second begins where the first was to end",
            Self::EscapedLineEnd => "\\n or \\r in it: a line end as programs write it",
            Self::LineEnd => "a line end in it, which ends the record for a strict verifier",
            Self::Markup => "markup of a web page in it",
            Self::MissingSemicolon => "no semicolon between two tags",
            Self::NonAscii => "a character outside ASCII in it",
            Self::Padding => "base64 of a wrong length or with wrong padding (=)",
            Self::Pem => "the BEGIN and END lines of a PEM file in it",
            Self::PercentEncoded => "%2B, %2F or %3D in it: the key was encoded for a URL",
            Self::PlusLost => "blanks where + stood: a form took the key for part of a URL",
            Self::Private => "a private key, with which anybody can sign",
            Self::Quotes => "quotes in it",
            Self::QuotedSeam => {
                "\" \" in it: the seam between two strings of a zone file became part of the value"
            }
            Self::Semicolon => "a semicolon in it, which ends the key there",
            Self::Ssh => "a key in the form of OpenSSH",
            Self::Tail => "something behind the key",
            Self::WholeRecord => "the whole record written into p=",
        })
    }
}

impl Cause {
    /// A word or two for the mark.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Backslash | Self::EscapedLineEnd => "an escape",
            Self::Base64Url => "base64url",
            Self::Certificate => "a certificate",
            Self::Cut { at_255: true, .. } => "cut at 255 octets",
            Self::Cut { .. } => "ends too early",
            Self::DoubledTag | Self::WholeRecord => "twice",
            Self::EncodedTwice => "encoded twice",
            Self::Ellipsis => "shortened",
            Self::Glued => "the second record",
            Self::LineEnd => "a line end",
            Self::Markup => "markup",
            Self::MissingSemicolon => "a semicolon belongs here",
            Self::NonAscii => "outside ASCII",
            Self::Padding => "padding",
            Self::Pem => "of a PEM file",
            Self::PercentEncoded => "encoded for a URL",
            Self::PlusLost => "a + belongs here",
            Self::Private => "a private key",
            Self::Quotes | Self::QuotedSeam => "quotes",
            Self::Semicolon => "a semicolon",
            Self::Ssh => "of OpenSSH",
            Self::Tail => "behind the key",
        }
    }

    /// What to do about it.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Backslash => {
                "Enter the value without backslashes; the provider's form escapes what it must."
            }
            Self::Base64Url => "Write + for - and / for _: DKIM takes plain base64 (RFC 4648 4).",
            Self::Certificate => {
                "Publish the public key alone: what `openssl x509 -pubkey -noout` prints, without the lines around it."
            }
            Self::Cut { at_255: true, .. } => {
                "Publish the whole value as one TXT record of several strings of at most 255 octets each; where the \
                 provider's form takes one string only, use a CNAME or another provider for this name."
            }
            Self::Cut { .. } => "Copy the key again, whole, from what the signer printed.",
            Self::DoubledTag => "Write p= once.",
            Self::EncodedTwice => {
                "Publish what stands between the BEGIN and END lines as it is; it is base64 already."
            }
            Self::Ellipsis => {
                "Copy the whole key from what the signer printed, not from a page that shortens it."
            }
            Self::Glued => {
                "Keep one of the two records; where both keys are in use, publish each at a selector of its own."
            }
            Self::EscapedLineEnd | Self::LineEnd => "Write the key in one line.",
            Self::Markup => "Copy the key as plain text.",
            Self::MissingSemicolon => "Write a semicolon between the two tags, and nothing else but a blank.",
            Self::NonAscii => "Type the value anew in a plain text editor.",
            Self::Padding => "Copy the key again, with the = at its end.",
            Self::Pem => "Publish what stands between the BEGIN and END lines alone, in one line.",
            Self::PercentEncoded => "Write + for %2B, / for %2F and = for %3D.",
            Self::PlusLost => {
                "Copy the key again from what the signer printed: each of these blanks was a +."
            }
            Self::Private => {
                "Anybody can sign with it: make a new key under a new selector, and revoke this selector at once."
            }
            Self::Quotes => "Enter the value without quotes.",
            Self::QuotedSeam => {
                "Enter the value as one text; the quotes and the blank between two strings belong to zone files only."
            }
            Self::Semicolon => "Remove the semicolon within the key.",
            Self::Ssh => "Publish what `openssl pkey -pubout` prints, without the lines around it.",
            Self::Tail => "Remove what stands behind the key.",
            Self::WholeRecord => "Write the key alone behind p=.",
        }
    }
}
