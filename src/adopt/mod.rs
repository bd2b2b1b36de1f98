//! The `MailDomain` that live DNS already satisfies: how a fleet is adopted.
//!
//! A proposal is made from what stands in DNS, then judged over the same facts by the same judgement a check would
//! use; whatever is not in sync is taken out again and said in a remark. So what is proposed is in sync by
//! construction, and what a manifest cannot say, or would not mend, is a remark, never a guess. Each standard has a
//! room here and a row in the table: where its records stand and what is listed of them, what it proposes, and how a part
//! of its block is taken out again. [`live`] is the look at DNS itself, which `zegel inspect` shows too. Pure.

mod dane;
mod dkim;
mod dmarc;
mod errors;
pub mod init;
pub mod live;
mod mtasts;
mod mx;
mod parked;
pub mod profile;
mod settle;
mod spf;
mod tlsrpt;

use jiff::Timestamp;

pub use self::live::Live;
use crate::api::{MailDomainSpec, RecordStatus, Role};
use crate::inquiry::{Inquiry, Kind, Need};
use crate::name::Name;
use crate::records::{self, Standard, presentation, tags};

/// Whose remarks are about the domain itself: whether it exists, and who answers for it.
const OF_THE_DOMAIN: Standard = Standard::Dns;

/// A manifest in the making: the spec, and what it cannot say.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// What live DNS satisfies.
    pub spec: MailDomainSpec,
    /// What could not be said, one sentence each, the standard first.
    pub remarks: Vec<String>,
    /// What a check of the spec comes to, over the facts it was adopted from.
    pub checked: Checked,
}

/// What a check of an adopted spec comes to; all it manages is in sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// There is an Error on what it manages: DNS has to be mended, not the manifest.
    pub wrong: bool,
    /// Something was not answered on which an Error could hang.
    pub unknown: bool,
}

impl Checked {
    /// Nothing is known yet.
    const NOT_YET: Self = Self {
        wrong: false,
        unknown: true,
    };
}

/// Where records stand: the labels before the domain, none for the domain itself, and their type.
struct RecordSite {
    labels: &'static str,
    kind: Kind,
    /// What hangs on them, of a domain nobody manages.
    need: Need,
}

impl RecordSite {
    /// Its name; `None` where the domain leaves no room for it.
    fn of(&self, domain: &Name) -> Option<Name> {
        match self.labels {
            "" => Some(domain.clone()),
            labels => domain.prepend(labels).ok(),
        }
    }
}

/// What one standard gives.
struct Row {
    /// Where its records stand, when anybody can know that.
    places: &'static [RecordSite],
    /// What is listed of it, of a domain nobody manages; `None` where it has no records of its own.
    list: Option<fn(&Live) -> Vec<RecordStatus>>,
    /// Proposes the standard's block, or says why there is none.
    propose: fn(&Live, &mut Inquiry<'_>, &mut Adopted),
    /// The standard's block in a spec, `spec.spf`; empty where it has none.
    block: &'static str,
    /// Takes the part of the block out that the path is about; says which part where it is not all of the block.
    take_out: fn(&mut MailDomainSpec, &str) -> Option<String>,
}

/// The table: one row a standard.
fn row(standard: Standard) -> Row {
    match standard {
        Standard::Spf => Row {
            places: &[RecordSite {
                labels: "",
                kind: Kind::Txt,
                need: Need::Essential,
            }],
            list: Some(spf::list),
            propose: spf::propose,
            block: "spec.spf",
            take_out: spf::take_out,
        },
        // Its selectors are named or tried.
        Standard::Dkim => Row {
            places: &[],
            list: Some(dkim::list),
            propose: dkim::propose,
            block: "spec.dkim",
            take_out: dkim::take_out,
        },
        Standard::Dmarc => Row {
            places: &[RecordSite {
                labels: "_dmarc",
                kind: Kind::Txt,
                need: Need::Essential,
            }],
            list: Some(dmarc::list),
            propose: dmarc::propose,
            block: "spec.dmarc",
            take_out: dmarc::take_out,
        },
        Standard::Mx => Row {
            places: &[RecordSite {
                labels: "",
                kind: Kind::Mx,
                need: Need::Essential,
            }],
            list: Some(mx::list),
            propose: mx::propose,
            block: "spec.mx",
            take_out: mx::take_out,
        },
        Standard::MtaSts => Row {
            places: &[RecordSite {
                labels: crate::intent::MTA_STS,
                kind: Kind::Txt,
                need: Need::Evidence,
            }],
            list: Some(mtasts::list),
            propose: mtasts::propose,
            block: "spec.mtaSts",
            take_out: mtasts::take_out,
        },
        Standard::TlsRpt => Row {
            places: &[RecordSite {
                labels: crate::intent::TLS_RPT,
                kind: Kind::Txt,
                need: Need::Evidence,
            }],
            list: Some(tlsrpt::list),
            propose: tlsrpt::propose,
            block: "spec.tlsRpt",
            take_out: tlsrpt::take_out,
        },
        // Its records stand at the hosts of the MX.
        Standard::Dane => Row {
            places: &[],
            list: Some(dane::list),
            propose: dane::propose,
            block: "spec.dane",
            take_out: dane::take_out,
        },
        // How safe it must be is for its owner to say; and no mail server is troubled for an adoption.
        Standard::Tls => Row {
            places: &[],
            list: None,
            propose: |_, _, _| {},
            block: "",
            take_out: |_, _| None,
        },
        // Whether it must be signed is not to be read from DNS: a domain that is signed today may choose.
        Standard::Dnssec => Row {
            places: &[],
            list: None,
            propose: |_, _, _| {},
            block: "",
            take_out: |_, _| None,
        },
        // What all share is published by nobody.
        Standard::Dns => Row {
            places: &[],
            list: None,
            propose: |_, _, _| {},
            block: "",
            take_out: |_, _| None,
        },
    }
}

/// The standards with records that are listed, in the order they are shown.
pub fn listed() -> impl Iterator<Item = Standard> {
    let all = Standard::ALL.iter().copied();
    all.filter(|standard| row(*standard).list.is_some())
}

/// The spec that `live` satisfies, judged over the facts of `inquiry`.
pub fn adopt(live: &Live, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Adopted {
    if let Some(mut parked) = parked::propose(live, inquiry, now) {
        inquiry.on_behalf_of(Standard::Dkim);
        dkim::unanswered(live, inquiry, &mut parked);
        return parked;
    }
    let mut adopted = Adopted {
        spec: bare(live, Role::Mail),
        remarks: Vec::new(),
        checked: Checked::NOT_YET,
    };
    for standard in Standard::ALL {
        inquiry.on_behalf_of(*standard);
        (row(*standard).propose)(live, inquiry, &mut adopted);
    }
    settle::settle(&mut adopted, inquiry, now);
    inquiry.on_behalf_of(Standard::Dkim);
    dkim::unanswered(live, inquiry, &mut adopted);
    adopted
}

/// The domain and its role, and nothing managed.
fn bare(live: &Live, role: Role) -> MailDomainSpec {
    MailDomainSpec {
        domain: live.domain.to_string(),
        role,
        interval: None,
        settle_window: None,
        stale_after: None,
        ready_when: None,
        suspend: None,
        observe: None,
        spf: None,
        dkim: None,
        dmarc: None,
        mx: None,
        mta_sts: None,
        tls_rpt: None,
        dane: None,
        dnssec: None,
        tls: None,
    }
}

impl Adopted {
    fn remark(&mut self, standard: Standard, text: impl AsRef<str>) {
        self.remarks.push(format!("{standard}: {}", text.as_ref()));
    }
}

/// The tags of a record, names as they stand, values in presentation format; the first of a name first.
fn tag_values(record: &[u8]) -> Vec<(String, String)> {
    let text = |span: records::Span| presentation(record.get(span).unwrap_or_default());
    tags::split(record, tags::WhiteSpace::Folding)
        .into_iter()
        .filter_map(|part| match part.kind {
            tags::PartKind::Tag { name, value } => Some((text(name), text(value))),
            _ => None,
        })
        .collect()
}

/// The number in the brackets behind `list` in a path: `spec.dkim.selectors[2].name` → 2.
fn index_in(path: &str, list: &str) -> Option<usize> {
    let (number, _) = path.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    number.parse().ok()
}
