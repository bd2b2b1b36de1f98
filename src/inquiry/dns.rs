//! The DNS lane: a name, a record type and who is asked; records, or their absence.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{AnyQuestion, Ends, ExtendedError, Lane, Trust};
use crate::name::Name;

/// The kind of records a question asks for (RFC 1035 3.2.2 and later).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Kind {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may issue certificates (RFC 8659).
    Caa,
    /// The keys a zone wants its parent to delegate to, whole (RFC 7344 3.2).
    Cdnskey,
    /// The same by their digests (RFC 7344 3.1).
    Cds,
    /// The alias itself, not followed.
    Cname,
    /// A zone's keys (RFC 4034 2).
    Dnskey,
    /// The keys a zone is delegated to, as its parent has them (RFC 4034 5).
    Ds,
    /// Mail exchanges.
    Mx,
    /// Name servers.
    Ns,
    /// The name of an address.
    Ptr,
    /// Start of authority.
    Soa,
    /// SPF's own record type of RFC 4408 (99), which RFC 7208 3.1 retired.
    Spf,
    /// Where a service is (RFC 2782).
    Srv,
    /// The certificate or key of a service (RFC 6698).
    Tlsa,
    /// Text.
    Txt,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Kind {
    /// Every kind, in the order of their mnemonics.
    pub const ALL: [Self; 16] = [
        Self::A,
        Self::Aaaa,
        Self::Caa,
        Self::Cdnskey,
        Self::Cds,
        Self::Cname,
        Self::Dnskey,
        Self::Ds,
        Self::Mx,
        Self::Ns,
        Self::Ptr,
        Self::Soa,
        Self::Spf,
        Self::Srv,
        Self::Tlsa,
        Self::Txt,
    ];

    /// The type's mnemonic.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cdnskey => "CDNSKEY",
            Self::Cds => "CDS",
            Self::Cname => "CNAME",
            Self::Dnskey => "DNSKEY",
            Self::Ds => "DS",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Spf => "SPF",
            Self::Srv => "SRV",
            Self::Tlsa => "TLSA",
            Self::Txt => "TXT",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    /// Reads a mnemonic, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let kind = Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text));
        kind.ok_or(())
    }
}

/// From where a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum View {
    /// As any receiver sees it: through a recursive resolver.
    #[default]
    Recursive,
    /// As one authority has it: asked itself, without recursion and without validation.
    Authority(IpAddr),
}

/// One question to DNS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dns {
    /// The owner name.
    pub name: Name,
    /// The record type.
    pub kind: Kind,
    /// Who is asked.
    pub view: View,
}

impl Dns {
    /// A question as a receiver would ask it.
    pub fn new(name: Name, kind: Kind) -> Self {
        Self {
            name,
            kind,
            view: View::Recursive,
        }
    }

    /// The same question put to one authority.
    #[must_use]
    pub fn at(self, authority: IpAddr) -> Self {
        Self {
            view: View::Authority(authority),
            ..self
        }
    }
}

impl AnyQuestion {
    /// The question itself, when DNS is asked.
    pub fn dns(&self) -> Option<&Dns> {
        self.of()
    }
}

impl fmt::Display for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)?;
        match self.view {
            View::Recursive => Ok(()),
            View::Authority(address) => write!(f, " at {address}"),
        }
    }
}

impl Lane for Dns {
    type Answer = Answer;
    type Source = Source;

    const NAME: &'static str = "dns";

    fn name(&self) -> &Name {
        &self.name
    }

    fn label(&self) -> &'static str {
        self.kind.as_str()
    }

    fn outcome(answer: &Answer) -> &'static str {
        match answer {
            Answer::Records(_) => "Records",
            Answer::NoData => "NoData",
            Answer::NxDomain => "NxDomain",
        }
    }

    fn size(answer: Option<&Answer>, source: &Source) -> usize {
        let data = match answer {
            Some(Answer::Records(records)) => records.iter().map(Rdata::size).sum(),
            Some(Answer::NoData | Answer::NxDomain) | None => 0,
        };
        let referral = source.direct.iter().filter_map(|direct| direct.referral.as_ref());
        let referred = referral.flat_map(|referral| {
            let glue = referral.glue.iter().map(|(name, _)| name);
            referral.servers.iter().chain(glue)
        });
        let disbelieved = source.disbelieved.iter();
        let without_worth: usize = disbelieved
            .clone()
            .flat_map(|disbelieved| &disbelieved.answer)
            .flat_map(|answer| answer.records().iter().map(Rdata::size))
            .sum();
        let names = source.chain.iter().chain(&source.beside).chain(referred);
        let names = names.chain(disbelieved.flat_map(|disbelieved| &disbelieved.chain));
        data + without_worth
            + names.map(|name| name.as_str().len() + 16).sum::<usize>()
            + source.direct.as_ref().map_or(0, |_| size_of::<Direct>())
    }

    fn destination(&self) -> Option<IpAddr> {
        match self.view {
            View::Recursive => None,
            View::Authority(address) => Some(address),
        }
    }
}

/// A TXT record's character-strings (RFC 1035 3.3.14).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Txt {
    /// The strings in order, octets as they came; none is over 255 when it came from DNS.
    pub strings: Vec<Vec<u8>>,
}

impl Txt {
    /// Splits `text` into strings of at most 255 octets (RFC 7208 3.3, RFC 6376 3.6.2.2).
    pub fn split(text: &[u8]) -> Self {
        if text.is_empty() {
            return Self {
                strings: vec![Vec::new()],
            };
        }
        Self {
            strings: text.chunks(255).map(<[u8]>::to_vec).collect(),
        }
    }

    /// All strings joined without anything between them, as every standard that uses TXT demands.
    pub fn joined(&self) -> Vec<u8> {
        self.strings.concat()
    }
}

/// All fields of a start of authority (RFC 1035 3.3.13), as one is shown that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct StartOfAuthority {
    /// The name server that is the original source of the zone.
    pub mname: Name,
    /// The mailbox of who is responsible, its first label the local part.
    pub rname: Name,
    /// The version of the zone.
    pub serial: u32,
    /// After so many seconds a secondary asks whether the version moved.
    pub refresh: u32,
    /// After so many seconds it asks again when it got no answer.
    pub retry: u32,
    /// After so many seconds without an answer it serves the zone no more.
    pub expire: u32,
    /// So many seconds an absence may be remembered at most (RFC 2308 4).
    pub minimum: u32,
}

/// One record's data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rdata {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// An alias' target.
    Cname(Name),
    /// A mail exchange.
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// The host; the root in a null MX (RFC 7505).
        exchange: Name,
    },
    /// A name server.
    Ns(Name),
    /// The name of an address.
    Ptr(Name),
    /// Start of authority; `None` where only that there is one was recorded.
    Soa(Option<Box<StartOfAuthority>>),
    /// Text, or the same in the retired type SPF.
    Txt(Txt),
    /// Of a type that is only shown: its presentation format.
    Shown(Box<str>),
}

/// A text takes about so many times its own octets once it was read by all who read texts: what is made of it stays with it, term
/// by term. Measured over SPF, DKIM and DMARC records of a controller's first pass.
const READ: usize = 16;

impl Rdata {
    /// The address, of an A or AAAA record.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::A(address) => Some(IpAddr::V4(*address)),
            Self::Aaaa(address) => Some(IpAddr::V6(*address)),
            _ => None,
        }
    }

    /// The text, of a record that is only shown.
    pub fn text_only(&self) -> Option<&str> {
        match self {
            Self::Shown(text) => Some(text),
            _ => None,
        }
    }

    /// About how many octets it takes in memory.
    fn size(&self) -> usize {
        size_of::<Self>()
            + match self {
                // What is made of a text stays with it: joined, told apart, parsed.
                Self::Txt(txt) => READ * txt.strings.iter().map(|string| string.len() + 24).sum::<usize>(),
                Self::Cname(name) | Self::Ns(name) | Self::Ptr(name) => name.as_str().len(),
                Self::Mx { exchange, .. } => exchange.as_str().len(),
                Self::Shown(text) => text.len(),
                Self::Soa(start) => start.as_ref().map_or(0, |start| {
                    size_of::<StartOfAuthority>() + start.mname.as_str().len() + start.rname.as_str().len()
                }),
                Self::A(_) | Self::Aaaa(_) => 0,
            }
    }
}

/// What an answered question says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// There are records of this kind at the end of the chain: never empty.
    Records(Vec<Rdata>),
    /// The name exists, but has no record of this kind.
    NoData,
    /// The name does not exist.
    NxDomain,
}

impl Answer {
    /// The records; empty for an absence.
    pub fn records(&self) -> &[Rdata] {
        match self {
            Self::Records(records) => records,
            Self::NoData | Self::NxDomain => &[],
        }
    }
}

/// Who gave an answer, along which aliases, and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The server that was heard; `None` when none was.
    pub server: Option<SocketAddr>,
    /// Whether it spoke as an authority (AA), of the end of the chain.
    pub authoritative: bool,
    /// The CNAME targets followed from the question's name, in order; empty when there was no alias.
    pub chain: Vec<Name>,
    /// The target of a CNAME at the very name that holds the records, which no name may have (RFC 1034 3.6.2): who
    /// follows it sees something else.
    pub beside: Option<Name>,
    /// The remaining TTL when the answer came, in seconds: the smallest of the chain and the RRset, or the negative TTL
    /// (RFC 2308 5); 0 when unanswered.
    pub ttl: u32,
    /// The start of authority that was asked for, or that came with a denial; of an answer that does not count, the one it
    /// speaks of.
    pub soa: Option<Soa>,
    /// The chain of trust that was walked to prove it; `None` where nothing was validated.
    pub trust: Option<Box<Trust>>,
    /// What an authority that was asked itself says beside; `None` of a resolver, and where nothing came back.
    pub direct: Option<Box<Direct>>,
    /// When an authority that says nothing now was last heard, of whatever zone, within the hour; `None` of a resolver, and of one
    /// that answers.
    pub heard_at: Option<Box<Timestamp>>,
    /// How the resolver itself explains that it has no answer; `None` where it does not.
    pub explained: Option<Box<ExtendedError>>,
    /// What was said and does not count, because it is not proven: for people to see, and for no judgement.
    pub disbelieved: Option<Box<Disbelieved>>,
}

/// What was said and does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disbelieved {
    /// The CNAME targets from the question's name, in order.
    pub chain: Vec<Name>,
    /// What is said to be at their end; `None` where they lead to what the answer says nothing about.
    pub answer: Option<Answer>,
}

/// What an authority that was asked itself says beside its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Direct {
    /// Which of the machines behind its address spoke (RFC 5001), in presentation format.
    pub nsid: Option<String>,
    /// How long the answer took.
    pub rtt: Duration,
    /// Whether it offers to find things out for others (RA): no business of an authority.
    pub recursion_available: bool,
    /// The error code it answers with (RCODE); `None` of NOERROR and NXDOMAIN.
    pub rcode: Option<u16>,
    /// Where it sends us instead of answering.
    pub referral: Option<Referral>,
    /// The signature over its records, or over the start of authority of its denial, that ends last, as it says itself:
    /// nothing is checked here. `None` where it gives none.
    pub signed: Option<Ends>,
}

/// A delegation as one server tells it: name servers in place of an answer (RFC 1034 4.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// The zone's apex.
    pub owner: Name,
    /// Its name servers, sorted.
    pub servers: Vec<Name>,
    /// Addresses of theirs that came along (glue, RFC 9471), sorted.
    pub glue: Vec<(Name, IpAddr)>,
}

/// A zone's start of authority (RFC 1035 3.3.13), as far as anything hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soa {
    /// The zone's apex.
    pub owner: Name,
    /// The version of the zone.
    pub serial: u32,
    /// Its last field: how long an absence may be remembered at most (RFC 2308 4).
    pub minimum: u32,
    /// Its own remaining TTL.
    pub ttl: u32,
}
