//! SPF records (RFC 7208): what a TXT value says about who may send in a domain's name.
//!
//! A [`Record`] keeps every term in its place, also those no receiver can read, each with its span: rules point at
//! them, and any one of them makes receivers give up (permerror, RFC 7208 4.6). [`build`] makes the canonical record
//! of a manifest's block, [`Record::as_spec`] goes the other way, and [`compare`] asks what a receiver can tell apart.
//! Pure: octets in, values out. Nothing here asks DNS; evaluating a record is for the judgement.

mod addresses;
mod compare;
mod domain_spec;
mod likeness;
mod parse;
mod parse_macros;
mod write;

#[cfg(test)]
mod tests;

pub use self::addresses::{Addresses, Network4, Network6};
pub use self::compare::compare;
pub use self::domain_spec::{DomainSpec, Macro, MacroString, Piece};
pub use self::likeness::{Likeness, likeness};
pub use self::parse::parse;
pub use self::parse_macros::parse_macro_string;
pub use self::write::{AsSpec, BuildError, build};
use super::Span;

/// The result a directive asks for (RFC 7208 4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Qualifier {
    /// `+`
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

impl Qualifier {
    /// The sign before a mechanism; nothing for pass, which is the default.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Pass => "",
            Self::Fail => "-",
            Self::SoftFail => "~",
            Self::Neutral => "?",
        }
    }

    /// `all` with this qualifier, the sign always written.
    pub fn all(self) -> &'static str {
        match self {
            Self::Pass => "+all",
            Self::Fail => "-all",
            Self::SoftFail => "~all",
            Self::Neutral => "?all",
        }
    }
}

/// An SPF record with everything that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The joined text it was read from (or written to).
    pub text: Vec<u8>,
    /// Every term after the version, in order.
    pub terms: Vec<Term>,
}

/// One term of a record: what stands between blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TermKind,
}

/// What a term says (RFC 7208 4.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A mechanism and the result it gives when it matches.
    Directive {
        /// The result.
        qualifier: Qualifier,
        /// Who it matches.
        mechanism: Mechanism,
    },
    /// `name=value`.
    Modifier(Modifier),
    /// Nothing a receiver can read.
    Invalid(SyntaxError),
}

/// Who a directive matches (RFC 7208 5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// Everybody (5.1).
    All,
    /// Whom another domain's record lets pass (5.2).
    Include(DomainSpec),
    /// The addresses of a name (5.3).
    A {
        /// The name; the record's own where absent.
        domain: Option<DomainSpec>,
        /// How many leading bits must agree.
        cidr: DualCidr,
    },
    /// The addresses of a name's mail exchanges (5.4).
    Mx {
        /// The name; the record's own where absent.
        domain: Option<DomainSpec>,
        /// How many leading bits must agree.
        cidr: DualCidr,
    },
    /// Clients whose validated name lies at or below a name (5.5, "do not use").
    Ptr(Option<DomainSpec>),
    /// IPv4 addresses (5.6).
    Ip4(Network4),
    /// IPv6 addresses (5.6).
    Ip6(Network6),
    /// Anybody for whom a constructed name has an A record (5.7).
    Exists(DomainSpec),
}

impl Mechanism {
    /// Whether evaluating it counts towards the ten terms that query DNS (RFC 7208 4.6.4).
    pub fn queries(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(_) | Self::Ip6(_))
    }

    /// The domain-spec written in it, if any.
    pub fn domain(&self) -> Option<&DomainSpec> {
        match self {
            Self::Include(domain) | Self::Exists(domain) => Some(domain),
            Self::A { domain, .. } | Self::Mx { domain, .. } | Self::Ptr(domain) => domain.as_ref(),
            Self::All | Self::Ip4(_) | Self::Ip6(_) => None,
        }
    }
}

/// The prefix lengths of `a` and `mx`, one an address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DualCidr {
    /// 0 to 32; 32 where not written.
    pub v4: u8,
    /// 0 to 128; 128 where not written.
    pub v6: u8,
}

/// What is said of the record as a whole (RFC 7208 6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `redirect=`: whose record goes on where this one matched nothing (6.1).
    Redirect(DomainSpec),
    /// `exp=`: where the explanation for those rejected stands (6.2).
    Explanation(DomainSpec),
    /// Any other name: receivers ignore it.
    Unknown {
        /// The name in lower case.
        name: String,
        /// The value as it stands.
        value: String,
    },
}

/// Why a term is no SPF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which rule of the grammar it breaks.
    pub kind: SyntaxErrorKind,
    /// The part of the record that is meant: the term, or less.
    pub span: Span,
    /// What is wrong, in a sentence.
    pub message: String,
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
    /// A macro letter that is none, or only allowed in explanations.
    MacroLetter,
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
    /// A second `v=spf1`.
    SecondVersion,
    /// A transformer of zero parts.
    Transformer,
    /// A mechanism nobody knows.
    UnknownMechanism,
    /// A URL or mail address where a domain belongs.
    Url,
    /// An address of the other family.
    WrongFamily,
}

impl Record {
    /// Every syntax error with its place: any one makes the whole record a permerror (RFC 7208 4.6).
    pub fn syntax_errors(&self) -> Vec<(Span, String)> {
        self.errors()
            .into_iter()
            .map(|error| (error.span, error.message))
            .collect()
    }

    /// Every syntax error, in the order of their places.
    pub fn errors(&self) -> Vec<SyntaxError> {
        let (mut redirects, mut explanations) = (0, 0);
        let mut errors = Vec::new();
        for term in &self.terms {
            let (seen, kind, name) = match &term.kind {
                TermKind::Invalid(error) => {
                    errors.push(error.clone());
                    continue;
                }
                TermKind::Modifier(Modifier::Redirect(_)) => {
                    (&mut redirects, SyntaxErrorKind::DuplicateRedirect, "redirect=")
                }
                TermKind::Modifier(Modifier::Explanation(_)) => {
                    (&mut explanations, SyntaxErrorKind::DuplicateExplanation, "exp=")
                }
                _ => continue,
            };
            *seen += 1;
            if *seen > 1 {
                let (span, message) = (term.span.clone(), format!("{name} may stand only once"));
                errors.push(SyntaxError { kind, span, message });
            }
        }
        errors
    }

    /// Whether receivers can evaluate it at all.
    pub fn is_valid(&self) -> bool {
        self.errors().is_empty()
    }

    /// The directives in order, with the index of their term; those behind `all` too.
    pub fn directives(&self) -> impl Iterator<Item = (usize, Qualifier, &Mechanism)> {
        self.terms
            .iter()
            .enumerate()
            .filter_map(|(index, term)| match &term.kind {
                TermKind::Directive { qualifier, mechanism } => Some((index, *qualifier, mechanism)),
                _ => None,
            })
    }

    /// The first `all`, with the index of its term: nothing behind it is evaluated.
    pub fn all(&self) -> Option<(usize, Qualifier)> {
        let mut directives = self.directives();
        directives.find_map(|(index, qualifier, mechanism)| {
            matches!(mechanism, Mechanism::All).then_some((index, qualifier))
        })
    }

    /// The target of the first `redirect=`, also where `all` makes receivers ignore it.
    pub fn redirect(&self) -> Option<(usize, &DomainSpec)> {
        self.terms
            .iter()
            .enumerate()
            .find_map(|(index, term)| match &term.kind {
                TermKind::Modifier(Modifier::Redirect(domain)) => Some((index, domain)),
                _ => None,
            })
    }

    /// The target of the first `exp=`.
    pub fn explanation(&self) -> Option<(usize, &DomainSpec)> {
        self.terms
            .iter()
            .enumerate()
            .find_map(|(index, term)| match &term.kind {
                TermKind::Modifier(Modifier::Explanation(domain)) => Some((index, domain)),
                _ => None,
            })
    }

    /// The text of a term as it stands, in presentation format.
    pub fn term_text(&self, index: usize) -> String {
        let span = self.terms.get(index).map(|term| term.span.clone());
        super::presentation(span.and_then(|span| self.text.get(span)).unwrap_or_default())
    }
}
