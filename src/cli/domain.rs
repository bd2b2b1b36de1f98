//! One domain as a person names it to `zegel inspect`: a domain mail is sent for, and nobody's suffix. Pure.

use psl::{Psl, Type};

use crate::name::Name;
use crate::name::mail::{NoMailDomain, not_for_mail};
pub use crate::name::mail::{is_address, read as domain};

/// Why a text is no domain to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDomain {
    /// No mail is sent from it.
    #[error(transparent)]
    Mail(#[from] NoMailDomain),
    /// `co.uk`: names are registered below it, and it is no organization's own.
    #[error(
        "{0} is a public suffix: organizations register names below it (--public-suffixes looks at it all \
         the same)"
    )]
    PublicSuffix(Name),
}

/// Why no organization sends mail from a name: it can be no mail domain or, unless `suffixes` are asked for, is a public
/// suffix. The private part of the public suffix list (a provider's customers) is an organization's own.
pub fn sends_no_mail(name: &Name, suffixes: bool) -> Option<NoDomain> {
    if let Some(why) = not_for_mail(name) {
        return Some(why.into());
    }
    let suffix = psl::List.suffix(name.as_str().as_bytes())?;
    let public = suffix.typ() == Some(Type::Icann) && suffix.as_bytes() == name.as_str().as_bytes();
    (public && !suffixes).then(|| NoDomain::PublicSuffix(name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_suffix_is_no_organization_s_own() {
        for (text, says) in [
            ("nl", "one label"),
            ("co.uk", "public suffix"),
            ("gov.uk", "public suffix"),
        ] {
            let name = domain(text).expect(text);
            let why = sends_no_mail(&name, false).map(|why| why.to_string());
            assert!(
                why.as_ref().is_some_and(|why| why.contains(says)),
                "{text}: {why:?}"
            );
        }
        // A provider's customers stand on the private part of the list; unknown top-level domains are nobody's.
        for text in ["github.io", "blogspot.com", "voorbeeld.nl", "a.example", "uk.com"] {
            let name = domain(text).expect(text);
            assert_eq!(sends_no_mail(&name, false), None, "{text}");
        }
        let asked_for = domain("gov.uk").expect("it is a name");
        assert_eq!(sends_no_mail(&asked_for, true), None);
    }
}
