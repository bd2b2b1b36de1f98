//! What an SPF record holds: its terms in order, each with its span, and what the record says as a whole.

use super::addresses::{Network4, Network6};
use super::domain_spec::DomainSpec;
use super::syntax_error::{SyntaxError, SyntaxErrorKind};
use crate::records::kept::Kept;
use crate::records::{Span, presentation};

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
    /// What its author hardly meant, once somebody asked.
    pub(super) slips: Kept<Vec<SyntaxError>>,
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
    Invalid(Box<SyntaxError>),
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
                    // Two pieces of one broken term have one error between them.
                    if errors.last() != Some(&**error) {
                        errors.push(SyntaxError::clone(error));
                    }
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
                let mend = None;
                errors.push(SyntaxError {
                    kind,
                    span,
                    message,
                    mend,
                });
            }
        }
        errors
    }

    /// Whether receivers can evaluate it at all.
    pub fn is_valid(&self) -> bool {
        self.errors().is_empty()
    }

    /// The directives in order, with the index of their term; those behind `all` too.
    pub fn directives(&self) -> impl Iterator<Item = (usize, Qualifier, &Mechanism)> + Clone {
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
        presentation(span.and_then(|span| self.text.get(span)).unwrap_or_default())
    }
}
