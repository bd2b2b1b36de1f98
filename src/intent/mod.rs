//! The spec, made certain: every default filled, every impossible combination refused.
//!
//! [`Intent`] is what is judged: the managed RRsets and the role. [`Schedule`] is when and how strictly; changing it
//! changes no verdict. Both are made from the spec alone, offline, by controller and `zegel check` alike; whatever is
//! wrong with a spec is said all at once, each error with the field it is about. Each standard has a room of its own
//! here, a variant of [`What`] and a row in the table. Pure.

mod certified;
mod dane;
mod desired;
mod dkim;
mod dmarc;
mod dnssec;
mod grant;
mod mtasts;
mod mx;
mod role;
mod schedule;
mod selectors;
mod spf;
mod tls;
mod tlsrpt;

use std::fmt::Write;

use aws_lc_rs::digest;
use jiff::Timestamp;

pub use self::certified::{Certified, DaneScheme, Issued, Keys};
pub use self::dane::{DaneWant, is_tlsa_name, tlsa_name};
pub use self::desired::{Desired, PolicyFile};
pub use self::dkim::DkimWant;
pub use self::dmarc::{DmarcWant, dmarc_spec};
pub use self::grant::{Grant, Labels};
pub use self::mtasts::{LABEL as MTA_STS, MtaStsWant};
pub use self::mx::MxWant;
pub use self::role::Role;
pub use self::schedule::Schedule;
pub use self::selectors::{ListedSelector, SelectorList};
pub use self::tlsrpt::LABELS as TLS_RPT;
use crate::api::MailDomainSpec;
pub use crate::api::{Observe, TlsLevel};
use crate::inquiry::{Depth, Kind};
use crate::name::Name;
use crate::name::mail::{self, NoMailDomain};
use crate::records::{self, Standard};

/// What must be true of one domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The domain.
    pub domain: Name,
    /// What it is used for; `None` when nobody said (`zegel inspect`).
    pub role: Option<Role>,
    /// The managed RRsets, in the order they are shown.
    pub wanted: Vec<ManagedRrset>,
    /// DKIM selectors somebody asked for by name although they are not managed: each is spoken of, whatever it holds.
    pub asked: SelectorList,
    /// DKIM selectors that are merely tried: one that holds nothing says nothing.
    pub probes: SelectorList,
    /// Whose word counts of the records.
    pub observe: Observe,
    /// Whether mail servers are looked at although nothing is wanted of their TLS.
    pub looks_at_tls: bool,
}

/// One managed RRset.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedRrset {
    /// The owner name.
    pub name: Name,
    /// The record type that is published there (none for [`DmarcWant::Inherit`], which still names TXT).
    pub kind: Kind,
    /// What must be there.
    pub what: What,
    /// The field of the manifest that asks for it: `spec.dkim.selectors[2]`.
    pub path: String,
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
    /// An MX record set, or the null one.
    Mx(MxWant),
    /// A null MX (RFC 7505) by the role; where the name has no address, no MX at all does as well.
    NullMx,
    /// The record of this MTA-STS policy.
    MtaSts(MtaStsWant),
    /// The TLS-RPT record of these addresses.
    TlsRpt(Vec<String>),
    /// TLSA records, or that there are some.
    Dane(DaneWant),
    /// TLS of this level at every mail server of the domain.
    Tls(TlsLevel),
    /// A chain of trust to this name, and to the others that are managed.
    Signed,
}

impl ManagedRrset {
    /// The standard this RRset serves.
    pub fn standard(&self) -> Standard {
        match self.what {
            What::Spf(_) => Standard::Spf,
            What::Dkim(_) => Standard::Dkim,
            What::Dmarc(_) => Standard::Dmarc,
            What::Mx(_) | What::NullMx => Standard::Mx,
            What::MtaSts(_) => Standard::MtaSts,
            What::TlsRpt(_) => Standard::TlsRpt,
            What::Dane(_) => Standard::Dane,
            What::Tls(_) => Standard::Tls,
            What::Signed => Standard::Dnssec,
        }
    }

    /// What must be published for it.
    pub fn desired(&self) -> Desired {
        match &self.what {
            What::Spf(record) => spf::desired(record),
            What::Dkim(want) => dkim::desired(want),
            What::Dmarc(want) => dmarc::desired(want),
            What::Mx(want) => mx::desired(want),
            What::NullMx => mx::parked(),
            What::MtaSts(want) => mtasts::desired(&self.name, want),
            What::TlsRpt(reports) => tlsrpt::desired(reports),
            What::Dane(want) => dane::desired(want),
            What::Tls(level) => tls::desired(*level),
            What::Signed => dnssec::desired(),
        }
    }
}

/// What a standard's block and the role want: the RRsets, or all that is wrong with the block.
type Rrsets = Result<Vec<ManagedRrset>, Vec<SpecError>>;

/// What one standard gives.
struct Row {
    /// The RRsets a spec wants for it.
    wanted: fn(&MailDomainSpec, &Name) -> Rrsets,
    /// Whether a role requires something of it although no RRset is wanted: findings about it count then.
    required: fn(Role) -> bool,
}

/// The table: one row a standard.
fn row(standard: Standard) -> Row {
    let never = |_: Role| false;
    match standard {
        Standard::Spf => Row {
            wanted: spf::wanted,
            required: never,
        },
        Standard::Dkim => Row {
            wanted: dkim::wanted,
            required: never,
        },
        Standard::Dmarc => Row {
            wanted: dmarc::wanted,
            required: never,
        },
        Standard::Mx => Row {
            wanted: mx::wanted,
            required: mx::required,
        },
        Standard::MtaSts => Row {
            wanted: mtasts::wanted,
            required: never,
        },
        Standard::TlsRpt => Row {
            wanted: tlsrpt::wanted,
            required: never,
        },
        Standard::Dane => Row {
            wanted: dane::wanted,
            required: never,
        },
        Standard::Tls => Row {
            wanted: tls::wanted,
            required: never,
        },
        Standard::Dnssec => Row {
            wanted: dnssec::wanted,
            required: never,
        },
        // What all share is wanted by nobody.
        Standard::Dns => Row {
            wanted: |_, _| Ok(Vec::new()),
            required: never,
        },
    }
}

/// A claim on a domain, in the order in which claims win: the older first, then by namespace and name.
pub type Claim = (Timestamp, (String, String));

/// Whether a spec claims its domain, rather than only looking at it: it has a block, or its role derives records.
pub fn claims(spec: &MailDomainSpec) -> bool {
    !Role::from(spec.role).sends() || spec.blocks().next().is_some()
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
        // A wrong domain hides nothing: the blocks are judged below the root then.
        let (domain, mut errors) = match domain(&spec.domain) {
            Ok(domain) => (domain, Vec::new()),
            Err(error) => (Name::root(), vec![error]),
        };
        let mut wanted = Vec::new();
        if let Err(wrong) = Schedule::from_spec(spec) {
            errors.extend(wrong);
        }
        for standard in Standard::ALL {
            match (row(*standard).wanted)(spec, &domain) {
                Ok(part) => wanted.extend(part),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            domain,
            role: Some(spec.role.into()),
            wanted,
            asked: SelectorList::none(),
            probes: SelectorList::none(),
            observe: spec.observe.unwrap_or_default(),
            looks_at_tls: false,
        })
    }

    /// Nothing wanted: the domain is only looked at, with the DKIM selectors that were asked for by name and those
    /// that are merely tried.
    pub fn observe(domain: Name, asked: Vec<String>, probes: Vec<String>) -> Self {
        Self {
            asked: SelectorList::of(&domain, asked),
            probes: SelectorList::of(&domain, probes),
            domain,
            role: None,
            wanted: Vec::new(),
            observe: Observe::Both,
            looks_at_tls: false,
        }
    }

    /// The same with what is known of the certificates it names.
    pub fn with_certificates(mut self, of: impl Fn(&str) -> Issued) -> Self {
        for wanted in &mut self.wanted {
            if let What::Dane(DaneWant::Certified(certified)) = &mut wanted.what {
                for (name, issued) in &mut certified.certificates {
                    *issued = of(name);
                }
            }
        }
        self
    }

    /// The certificates it names.
    pub fn certificates(&self) -> impl Iterator<Item = &str> {
        let certified = self.wanted.iter().filter_map(|wanted| match &wanted.what {
            What::Dane(DaneWant::Certified(certified)) => Some(certified),
            _ => None,
        });
        certified.flat_map(|certified| certified.certificates.iter().map(|(name, _)| name.as_str()))
    }

    /// How closely name servers are looked at for it, where nothing speaks against `depth`.
    pub fn depth(&self, depth: Depth) -> Depth {
        match self.observe {
            Observe::Recursive => Depth::Off,
            Observe::Authoritative | Observe::Both => depth,
        }
    }

    /// Whether findings about `standard` count: something of it is wanted, or the role requires it.
    pub fn manages(&self, standard: Standard) -> bool {
        self.role.is_some_and(row(standard).required)
            || self.wanted.iter().any(|wanted| wanted.standard() == standard)
    }

    /// Whether mail servers are looked at: something is wanted of their TLS, or somebody asked for a look.
    pub fn looks_at_mail_servers(&self) -> bool {
        let of_tls = |wanted: &ManagedRrset| matches!(wanted.what, What::Tls(_));
        self.looks_at_tls || self.wanted.iter().any(of_tls)
    }

    /// A digest of what is judged, for telling one intent from the next; hexadecimal.
    pub fn digest(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        // Writing into a text cannot fail.
        let mut line = String::with_capacity(512);
        let _ = write!(line, "{} {:?}", self.domain, self.role);
        for wanted in &self.wanted {
            let desired = wanted.desired();
            let (values, condition) = (&desired.values, &desired.condition);
            let _ = write!(
                line,
                "\n{} {} {values:?} {condition:?}",
                wanted.name, desired.kind
            );
            context.update(line.as_bytes());
            line.clear();
        }
        context.update(line.as_bytes());
        let whole = context.finish();
        let mut text = String::with_capacity(32);
        for octet in whole.as_ref().iter().take(16) {
            let _ = write!(text, "{octet:02x}");
        }
        text
    }
}

/// `text` as the name of a mail domain, or what is wrong with it.
fn domain(text: &str) -> Result<Name, SpecError> {
    let wrong = |message: String| SpecError::new("spec.domain", message);
    let no_domain = |why: NoMailDomain| wrong(format!("{text:?} is no mail domain: {why}"));
    let name = mail::read(text).map_err(no_domain)?;
    // Before its spelling: a domain that is only written right would be refused after all.
    if let Some(why) = mail::not_for_mail(&name) {
        return Err(no_domain(why));
    }
    if name.as_str() != text {
        return Err(wrong(format!(
            "write {name}: lower case, A-labels, no trailing dot"
        )));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_something_by_its_role_alone_claims_its_domain() {
        for role in ["Mail", "SendOnly", "ReceiveOnly", "Parked"] {
            let spec: MailDomainSpec =
                serde_saphyr::from_str(&format!("{{domain: a.nl, role: {role}}}")).unwrap();
            let derives = Intent::from_spec(&spec).is_ok_and(|intent| !intent.wanted.is_empty());
            assert_eq!(claims(&spec), derives, "{role}");
        }
        for block in [
            "spf: {all: Fail}",
            "dkim: {selectors: []}",
            "dmarc: {}",
            "mx: {}",
            "mtaSts: {mode: None}",
            "tlsRpt: {reports: []}",
            "dane: {required: true}",
            "dnssec: {required: true}",
            "tls: {level: Any}",
        ] {
            let spec: MailDomainSpec =
                serde_saphyr::from_str(&format!("{{domain: a.nl, role: Mail, {block}}}")).unwrap();
            assert!(claims(&spec), "{block}");
        }
    }

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
            ("role: Mail", "role: Mail, tls: {level: Any}"),
        ] {
            assert_ne!(digest(&SPEC.replace(what, with)), before, "{with}");
        }
        let timing =
            "role: Mail, interval: 5m, settleWindow: 1m, staleAfter: 1h, readyWhen: Observed, suspend: true";
        assert_eq!(digest(&SPEC.replace("role: Mail", timing)), before);
    }
}
