//! SPF records (RFC 7208): what a TXT value says about who may send in a domain's name.
//!
//! A [`Record`] keeps every term in its place, also those no receiver can read, each with its span: rules point at
//! them, and any one of them makes receivers give up (permerror, RFC 7208 4.6). [`build`] makes the canonical record
//! of a manifest's block, [`Record::as_spec`] goes the other way, and [`compare`] asks what a receiver can tell apart.
//! Pure: octets in, values out. Nothing here asks DNS; evaluating a record is for the judgement.

mod addresses;
mod anew;
mod compare;
mod domain_spec;
mod doubts;
mod likeness;
mod macros;
mod mended;
mod numbers;
mod parse;
mod part;
mod record;
mod senders;
mod slips;
mod syntax_error;
mod terms;
mod write;

#[cfg(test)]
mod tests;

pub use self::addresses::{Addresses, Network4, Network6};
pub use self::compare::compare;
pub use self::domain_spec::{DomainSpec, Macro, MacroString, Piece};
pub use self::likeness::{Likeness, NearMiss, likeness};
pub use self::macros::parse_macro_string;
pub use self::parse::parse;
pub use self::record::{DualCidr, Mechanism, Modifier, Qualifier, Record, Term, TermKind};
pub use self::senders::{Senders, senders};
pub use self::syntax_error::{Mend, SyntaxError, SyntaxErrorKind};
pub use self::write::{AsSpec, BuildError, build};
