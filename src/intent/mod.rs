//! The spec, made certain: every default filled, every impossible combination refused.
//!
//! [`Intent`] is what is judged: the wanted RRsets and the role. [`Schedule`] is when and how strictly; changing it
//! changes no verdict. Both are made from the spec alone, offline, by controller and `zegel check` alike; whatever is
//! wrong with a spec is said all at once, each error with the field it is about. Pure.

mod dkim;
mod dmarc;
mod schedule;
mod spf;

use aws_lc_rs::digest;

pub use self::dmarc::dmarc_spec;
pub use self::schedule::{Schedule, parse_duration};
use crate::api::{MailDomainSpec, Role};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::{self, Standard};

/// What must be true of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The domain.
    pub domain: Name,
    /// What it is used for; `None` when nobody said (`zegel inspect`).
    pub role: Option<Role>,
    /// The managed RRsets, in the order they are shown.
    pub wanted: Vec<Wanted>,
    /// DKIM selectors to look at although they are not managed.
    pub probes: Vec<String>,
}

/// One managed RRset.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The owner name.
    pub name: Name,
    /// The record type that is published there (none for [`DmarcWant::Inherit`], which still names TXT).
    pub kind: Kind,
    /// What must be there.
    pub what: What,
    /// The field of the manifest that asks for it: `spec.dkim.selectors[2]`.
    pub path: String,
}

impl Wanted {
    /// The standard this RRset serves.
    pub fn standard(&self) -> Standard {
        match self.what {
            What::Spf(_) => Standard::Spf,
            What::Dkim(_) => Standard::Dkim,
            What::Dmarc(_) => Standard::Dmarc,
            What::NullMx => Standard::Mx,
        }
    }
}

/// What must be at a name.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// This SPF record.
    Spf(records::spf::Record),
    /// A DKIM key record, or none.
    Dkim(DkimWant),
    /// A DMARC record, or none.
    Dmarc(DmarcWant),
    /// A null MX (RFC 7505); where the name has no address, no MX at all does as well.
    NullMx,
}

/// What must be at a selector.
#[derive(Debug, Clone, PartialEq)]
pub enum DkimWant {
    /// Exactly this key.
    Key(records::dkim::Wanted),
    /// Exactly one valid key, whichever.
    AnyKey(records::dkim::Wanted),
    /// A CNAME to this name.
    Cname(Name),
    /// No usable key: `p=` empty or nothing at all.
    Revoked,
    /// `*._domainkey` with an empty `p=`; nothing at all is equivalent.
    WildcardRevoked,
}

/// What must be at `_dmarc`.
#[derive(Debug, Clone, PartialEq)]
pub enum DmarcWant {
    /// This record.
    Record(records::dmarc::Wanted),
    /// No record here, and one above that applies.
    Inherit,
    /// A CNAME to this name, with at least this policy at its end.
    Cname {
        /// The provider's name.
        target: Name,
        /// The weakest acceptable policy there.
        at_least: Option<records::dmarc::Policy>,
    },
}

/// What is wrong with one field of a spec.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct SpecError {
    /// The field: `spec.spf.mechanisms[3]`.
    pub path: String,
    /// What is wrong and what to write instead, in a sentence.
    pub message: String,
}

impl SpecError {
    /// An error about a field.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl Intent {
    /// Makes a spec certain.
    ///
    /// # Errors
    /// All that is wrong with the spec, in the order of its fields.
    pub fn from_spec(spec: &MailDomainSpec) -> Result<Self, Vec<SpecError>> {
        let domain = domain(&spec.domain).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut wanted = Vec::new();
        for part in [
            spf::wanted(spec, &domain),
            dkim::wanted(spec, &domain),
            dmarc::wanted(spec, &domain),
        ] {
            match part {
                Ok(part) => wanted.extend(part),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if let Err(wrong) = Schedule::from_spec(spec) {
            errors.extend(wrong);
        }
        if spec.role == Role::Parked {
            let name = domain.clone();
            wanted.push(Wanted {
                name,
                kind: Kind::Mx,
                what: What::NullMx,
                path: "spec.role".to_owned(),
            });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            domain,
            role: Some(spec.role),
            wanted,
            probes: Vec::new(),
        })
    }

    /// Nothing wanted: the domain is only looked at, with these DKIM selectors.
    pub fn observe(domain: Name, probes: Vec<String>) -> Self {
        Self {
            domain,
            role: None,
            wanted: Vec::new(),
            probes,
        }
    }

    /// Whether findings about `standard` count: something of it is wanted, or the role requires it.
    pub fn manages(&self, standard: Standard) -> bool {
        let required_by_role = standard == Standard::Mx
            && matches!(self.role, Some(Role::SendOnly | Role::ReceiveOnly | Role::Parked));
        required_by_role || self.wanted.iter().any(|wanted| wanted.standard() == standard)
    }

    /// A digest of what is judged, for telling one intent from the next; hexadecimal.
    pub fn digest(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(format!("{} {:?}", self.domain, self.role).as_bytes());
        for wanted in &self.wanted {
            let desired = crate::judge::desired(wanted);
            let line = format!(
                "\n{} {} {:?} {:?}",
                wanted.name, desired.kind, desired.values, desired.condition
            );
            context.update(line.as_bytes());
        }
        context
            .finish()
            .as_ref()
            .iter()
            .take(16)
            .map(|octet| format!("{octet:02x}"))
            .collect()
    }
}

/// `text` as the name of a mail domain, or what is wrong with it.
fn domain(text: &str) -> Result<Name, SpecError> {
    let wrong = |message: String| SpecError::new("spec.domain", message);
    let name: Name = text
        .parse()
        .map_err(|error| wrong(format!("{text:?} is no domain name: {error}")))?;
    if name.as_str() != text {
        return Err(wrong(format!(
            "write {name}: lower case, A-labels, no trailing dot"
        )));
    }
    let host_label = |label: &[u8]| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    if name.is_root() || !name.labels().iter().all(|label| host_label(label)) {
        return Err(wrong(format!(
            "{text:?}: labels hold letters, digits and inner hyphens"
        )));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "{domain: a.nl, role: Mail, dkim: {selectors: [{name: s, anyKey: true}]}, \
                        dmarc: {cname: a.nl.dmarc.example}}";

    fn digest(spec: &str) -> String {
        Intent::from_spec(&serde_saphyr::from_str(spec).unwrap())
            .unwrap()
            .digest()
    }

    #[test]
    fn the_digest_is_of_what_is_judged_and_of_nothing_else() {
        let before = digest(SPEC);
        for (what, with) in [
            ("role: Mail", "role: SendOnly, spf: {all: Fail}"),
            ("anyKey: true", "anyKey: true, flags: [Testing]"),
            ("anyKey: true", "state: Revoked"),
            ("dmarc.example", "dmarc.example, atLeast: Reject"),
            ("dmarc.example", "other.example"),
        ] {
            assert_ne!(digest(&SPEC.replace(what, with)), before, "{with}");
        }
        let timing =
            "role: Mail, interval: 5m, settleWindow: 1m, staleAfter: 1h, readyWhen: Observed, suspend: true";
        assert_eq!(digest(&SPEC.replace("role: Mail", timing)), before);
    }
}
