//! Why a term is no SPF: which rule of the grammar it breaks, where, and the likeliest slip behind it.

use crate::records::Span;

/// Why a term is no SPF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which rule of the grammar it breaks.
    pub kind: SyntaxErrorKind,
    /// The part of the record that is meant: the term, or less.
    pub span: Span,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What was meant, where that can be told.
    pub mend: Option<Mend>,
}

/// What to write in place of a stretch of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// What goes: whole terms.
    pub span: Span,
    /// What stands there instead: terms that can be read.
    pub text: String,
}

/// Which rule of the grammar a term breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// `all` with something behind it.
    AllArgument,
    /// A tab, a line end or another control character.
    Control,
    /// A delimiter that is none in a macro.
    Delimiter,
    /// A domain-spec that is empty, or ends in no top-level label and no macro.
    DomainEnd,
    /// A prefix written where none belongs, or two in a wrong way.
    DualCidr,
    /// `exp=` twice.
    DuplicateExplanation,
    /// `redirect=` twice.
    DuplicateRedirect,
    /// `exists` without a domain, or with a prefix.
    Exists,
    /// `include` without a domain.
    Include,
    /// No IPv4 address.
    Ip4,
    /// No IPv6 address.
    Ip6,
    /// Another record begins here, without a blank before it.
    Joined,
    /// A macro letter that is none, or only allowed in explanations.
    MacroLetter,
    /// Markup of a web page or document.
    Markup,
    /// Two terms and no blank between them.
    MissingBlank,
    /// A modifier with a qualifier or a malformed name.
    Modifier,
    /// An octet outside ASCII.
    NonAscii,
    /// Anything else.
    Other,
    /// A `%` that begins no macro.
    Percent,
    /// A prefix out of range or with leading zeros.
    Prefix,
    /// A comma, semicolon or quote between or around terms.
    Punctuation,
    /// A qualifier that stands alone or twice.
    Qualifier,
    /// A transformer of zero parts.
    Transformer,
    /// A mechanism nobody knows.
    UnknownMechanism,
    /// A URL or mail address where a domain belongs.
    Url,
    /// An address of the other family.
    WrongFamily,
}
