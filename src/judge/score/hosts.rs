//! Who is tested: the hosts of the MX as Internet.nl's test chooses them, and what it makes of a domain without any.
//!
//! The test asks for the MX once and takes its hosts by name, whatever their preference, ten at most. A host named
//! localhost is none. Where there is no host it does not turn to the domain's own address, as senders do (RFC 5321 5.1).

use std::net::IpAddr;

use super::criteria::Criterion;
use super::mark::{Mark, Status};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::judge::basis::UsableAnswer;
use crate::name::Name;
use crate::records::mx::is_nowhere;
use crate::records::presentation;

/// At most so many hosts are tested.
pub(super) const MAX_HOSTS: usize = 10;

/// What the test makes of a domain's MX, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MxStatus {
    /// There is a host.
    HasMx,
    /// There is none.
    NoMx,
    /// A null MX alone, at a name with an address.
    NullMx,
    /// A null MX beside another.
    NullMxWithOtherMx,
    /// A null MX alone, at a name without an address.
    NullMxWithoutAddress,
}

impl MxStatus {
    /// Internet.nl's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HasMx => "has_mx",
            Self::NoMx => "no_mx",
            Self::NullMx => "null_mx",
            Self::NullMxWithOtherMx => "null_mx_with_other_mx",
            Self::NullMxWithoutAddress => "null_mx_without_a_aaaa",
        }
    }

    /// The mark of a test of hosts that are not there: untested, and told as loudly as the MX is odd.
    pub(super) fn mark(self, test: &'static Criterion) -> Mark {
        Mark {
            status: match self {
                Self::NullMxWithoutAddress => Status::Info,
                Self::NullMxWithOtherMx => Status::Warning,
                _ => Status::NotTested,
            },
            ..Mark::not_tested(test, self.verdict(), self.why())
        }
    }

    /// The verdict of a test of hosts that are not there.
    fn verdict(self) -> &'static str {
        match self {
            Self::HasMx => "",
            Self::NoMx => "no-mailservers",
            Self::NullMx => "null-mx",
            Self::NullMxWithOtherMx => "null-mx-with-other-mx",
            Self::NullMxWithoutAddress => "null-mx-without-a-aaaa",
        }
    }

    /// Why no host is tested, in a clause.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::HasMx => "",
            Self::NoMx => "there is no MX",
            Self::NullMx => "the domain takes no mail: its MX is 0 .",
            Self::NullMxWithOtherMx => "0 . stands beside another MX, and no host is tested then",
            Self::NullMxWithoutAddress => {
                "the domain takes no mail: its MX is 0 ., at a name without address"
            }
        }
    }
}

/// Who is tested.
#[derive(Debug)]
pub(super) struct Tested {
    /// What the MX says; else why it is not known.
    pub(super) status: Result<MxStatus, Trouble>,
    /// The hosts, by name.
    pub(super) hosts: Vec<Host>,
    /// How many more there are.
    pub(super) beyond: usize,
}

/// One host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: Name,
    pub(super) v4: Result<Vec<IpAddr>, Trouble>,
    /// Without those that are IPv4 addresses in truth.
    pub(super) v6: Result<Vec<IpAddr>, Trouble>,
}

impl Host {
    /// A name with its addresses.
    pub(super) fn at(name: Name, inquiry: &mut Inquiry<'_>) -> Self {
        let (v4, v6) = match name.is_root() {
            true => (Ok(Vec::new()), Ok(Vec::new())),
            false => (
                addresses(&name, Kind::A, inquiry),
                addresses(&name, Kind::Aaaa, inquiry),
            ),
        };
        Self { name, v4, v6 }
    }

    /// A host of a domain's MX.
    fn of_mx(name: Name, domain: &Name, inquiry: &mut Inquiry<'_>) -> Self {
        match is_nowhere(&name, domain) {
            true => Self {
                name,
                v4: Ok(Vec::new()),
                v6: Ok(Vec::new()),
            },
            false => Self::at(name, inquiry),
        }
    }

    /// Whether it is known to have no address.
    pub(super) fn is_nowhere(&self) -> bool {
        let none = |found: &Result<Vec<IpAddr>, Trouble>| found.as_ref().is_ok_and(Vec::is_empty);
        none(&self.v4) && none(&self.v6)
    }
}

/// Who is tested of this domain.
pub(super) fn gather(domain: &Name, inquiry: &mut Inquiry<'_>) -> Tested {
    let nobody = |status| Tested {
        status,
        hosts: Vec::new(),
        beyond: 0,
    };
    let seen = match ask(inquiry, domain, Kind::Mx) {
        Ok(seen) => seen,
        Err(why) => return nobody(Err(why)),
    };
    let exchange = |rdata: &Rdata| match rdata {
        Rdata::Mx { preference, exchange } => Some((*preference, exchange.clone())),
        _ => None,
    };
    let mut all: Vec<(u16, Name)> = seen.records.iter().filter_map(exchange).collect();
    all.sort();
    all.dedup();
    if all
        .iter()
        .any(|(preference, host)| *preference == 0 && host.is_root())
    {
        return nobody(if all.len() > 1 {
            Ok(MxStatus::NullMxWithOtherMx)
        } else {
            null(domain, inquiry)
        });
    }
    let mut names: Vec<Name> = all.into_iter().map(|(_, host)| host).collect();
    names.retain(|host| host.as_str() != "localhost");
    names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    let beyond = names.len().saturating_sub(MAX_HOSTS);
    names.truncate(MAX_HOSTS);
    if names.is_empty() {
        return nobody(Ok(MxStatus::NoMx));
    }
    Tested {
        status: Ok(MxStatus::HasMx),
        hosts: names
            .into_iter()
            .map(|name| Host::of_mx(name, domain, inquiry))
            .collect(),
        beyond,
    }
}

/// What a null MX alone is called.
fn null(domain: &Name, inquiry: &mut Inquiry<'_>) -> Result<MxStatus, Trouble> {
    let found = [Kind::A, Kind::Aaaa].map(|kind| addresses(domain, kind, inquiry));
    if found.iter().flatten().any(|found| !found.is_empty()) {
        return Ok(MxStatus::NullMx);
    }
    let trouble = found.into_iter().find_map(Result::err);
    trouble.map_or(Ok(MxStatus::NullMxWithoutAddress), Err)
}

/// The addresses at a name.
fn addresses(name: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Result<Vec<IpAddr>, Trouble> {
    let seen = ask(inquiry, name, kind)?;
    // An IPv4 address in truth is none.
    let is_own = |address: &IpAddr| !matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    Ok(seen
        .records
        .iter()
        .filter_map(Rdata::address)
        .filter(is_own)
        .collect())
}

/// Asks; nothing of the verdict hangs on it. What is open yet has no answer: all of it is thrown away then.
pub(super) fn ask<'f>(
    inquiry: &mut Inquiry<'f>,
    name: &Name,
    kind: Kind,
) -> Result<UsableAnswer<'f>, Trouble> {
    match inquiry.ask(Dns::new(name.clone(), kind), Need::Detail) {
        Reply::Open => Err(Trouble::Limit),
        Reply::Unanswered(why) => Err(why),
        reply @ Reply::Answered(..) => UsableAnswer::from_reply(reply).ok_or(Trouble::Malformed),
    }
}

/// The TXT records at a name as the test reads them: joined, with quotes, backslashes and odd octets escaped. Nothing
/// where there is none, and whether the name exists.
pub(super) fn texts(inquiry: &mut Inquiry<'_>, name: &Name) -> Result<Texts, Trouble> {
    let seen = ask(inquiry, name, Kind::Txt)?;
    Ok(Texts {
        all: seen
            .texts()
            .iter()
            .map(|text| presentation(text).replace('"', "\\\""))
            .collect(),
        is_denied: seen.nxdomain,
    })
}

/// What stands at a name.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    pub(super) all: Vec<String>,
    /// Whether the name does not exist.
    pub(super) is_denied: bool,
}

impl Texts {
    /// Those that begin so, in any letter case.
    pub(super) fn beginning(&self, prefix: &str) -> Vec<&String> {
        let begins = |text: &&String| {
            let head = text.get(..prefix.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        };
        self.all.iter().filter(begins).collect()
    }
}
