//! From DNS messages to answers: which of the records belong to the question, where its aliases lead, how long it
//! holds.
//!
//! A message may hold anything: records of other names, aliases in a circle, thousands of records. Only what hangs
//! on the question's name, link by link, is read; the rest is not there. The octets of names and texts are taken as
//! they are. No socket here.

use std::net::IpAddr;

use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{self, DNSClass, RData, RecordType};

use jiff::Timestamp;

use crate::dnssec::{Proven, claimed};
use crate::inquiry::{
    Answer, Disbelieved, Dns, Ends, Kind, Rdata, Referral, Security, Soa, Source, StartOfAuthority, Trouble,
    Txt,
};
use crate::name::Name;
use crate::records::caa::Caa;

/// An alias may lead to an alias this often (unbound and BIND stop there or earlier).
pub(super) const MAX_CHAIN: usize = 16;

/// Where the aliases of a question have led so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trail {
    start: Name,
    /// The targets in order, the smallest TTL met in seconds, and who spoke last.
    pub(super) source: Source,
    /// What the messages so far are worth; `None` before the first.
    pub(super) security: Option<Security>,
}

impl Trail {
    pub(super) fn new(start: Name) -> Self {
        let source = Source {
            ttl: u32::MAX,
            ..Source::default()
        };
        Self {
            start,
            source,
            security: None,
        }
    }

    /// The name to ask for.
    pub(super) fn end(&self) -> &Name {
        self.source.chain.last().unwrap_or(&self.start)
    }

    /// Takes note of what the next message is worth.
    pub(super) fn prove(&mut self, proven: Proven) {
        let Proven { security, trust, ttl } = proven;
        self.source.ttl = self.source.ttl.min(ttl);
        self.security = Some(match self.security.take() {
            None => security,
            Some(before) => before.worst(security),
        });
        match &mut self.source.trust {
            None => self.source.trust = Some(Box::new(trust)),
            Some(whole) => {
                whole.ends = Ends::first(whole.ends, trust.ends);
                whole.zones.extend(trust.zones);
                let known = std::mem::take(&mut whole.hashing);
                let new = trust.hashing.into_iter().filter(|one| !known.contains(one));
                whole.hashing = known.iter().cloned().chain(new).collect();
            }
        }
    }

    /// Takes note of the zone that an answer speaks of which does not count: where its servers are to be found.
    pub(super) fn note_apex(&mut self, message: &Message) {
        let at_or_above = |owner: &Name| self.end().is_at_or_below(owner);
        self.source.soa = start_of_authority(&message.answers, |owner| owner == self.end())
            .or_else(|| start_of_authority(&message.authorities, at_or_above));
    }

    /// Takes note of what an answer says that does not count, and of where its aliases lead.
    pub(super) fn disbelieve(&mut self, kind: Kind, message: &Message) {
        let mut read = Self::new(self.start.clone());
        read.source.chain.clone_from(&self.source.chain);
        if let Ok(answer) = read.follow(kind, message) {
            let chain = read.source.chain;
            self.source.disbelieved = Some(Box::new(Disbelieved { chain, answer }));
        }
    }

    /// Nothing was validated after all.
    pub(super) fn prove_nothing(&mut self) {
        self.security = None;
        self.source.trust = None;
    }

    /// Reads what `message` says about the records of `kind` at the trail's end, following its aliases. `None` when
    /// they lead to a name the message says nothing about: ask for it.
    pub(super) fn follow(&mut self, kind: Kind, message: &Message) -> Result<Option<Answer>, Trouble> {
        let mut records = relevant(kind, message);
        let length = self.source.chain.len();
        self.source.authoritative = message.metadata.authoritative;
        loop {
            let here = |wanted| {
                let end = self.end();
                records
                    .iter()
                    .filter(move |record| record.kind == wanted && record.owner == *end)
            };
            if here(kind).next().is_some() {
                let ttl = here(kind).map(|record| record.ttl).min().unwrap_or(0);
                let beside = alias(here(Kind::Cname)).filter(|_| kind != Kind::Cname);
                records.retain(|record| record.kind == kind && record.owner == *self.end());
                let mut found: Vec<Rdata> = records.into_iter().map(|record| record.data).collect();
                // A record set has no order and no doubles (RFC 2181 5).
                found.sort();
                found.dedup();
                // They stand where the candidates stood, and are kept for as long as they hold.
                found.shrink_to_fit();
                let soa = start_of_authority(&message.answers, |owner| owner == self.end());
                self.source.beside = beside.map(|(target, _)| target);
                self.source.soa = soa.filter(|_| kind == Kind::Soa);
                self.source.ttl = self.source.ttl.min(ttl);
                if message.metadata.response_code == ResponseCode::NXDomain {
                    return Err(Trouble::Malformed);
                }
                return Ok(Some(Answer::Records(found)));
            }
            let Some((target, ttl)) = alias(here(Kind::Cname)) else {
                break;
            };
            self.source.ttl = self.source.ttl.min(ttl);
            let chain = &mut self.source.chain;
            if target == self.start || chain.contains(&target) || chain.len() >= MAX_CHAIN {
                return Err(Trouble::CnameLoop);
            }
            chain.push(target);
        }
        // Records of the kind are there, and not one can be read: that is no absence. What is no text in the retired type is
        // as good as none.
        let has_unreadable = self.has_unreadable(kind, message);
        if has_unreadable && kind != Kind::Spf {
            return Err(Trouble::Malformed);
        }
        let absent = match message.metadata.response_code {
            ResponseCode::NXDomain => Answer::NxDomain,
            _ => Answer::NoData,
        };
        // Only the SOA of a zone the name can be in counts.
        let soa = start_of_authority(&message.authorities, |owner| self.end().is_at_or_below(owner));
        let moved = self.source.chain.len() > length;
        if moved && absent == Answer::NoData && soa.is_none() {
            return Ok(None);
        }
        // Nor where somebody has signed them: they were left out.
        if !has_unreadable && self.has_signatures(kind, message) {
            return Err(Trouble::Malformed);
        }
        // RFC 2308 5: the smaller of the SOA's TTL and its last field; without SOA an absence may not be kept.
        let negative_ttl = soa.as_ref().map_or(0, |soa| soa.ttl.min(soa.minimum));
        self.source.ttl = self.source.ttl.min(negative_ttl);
        self.source.soa = soa;
        Ok(Some(absent))
    }
}

impl Trail {
    /// Whether there is a record of `kind`, or an alias, at the end whose data are of no form that is known.
    fn has_unreadable(&self, kind: Kind, message: &Message) -> bool {
        self.has_at_end(message, |record| is_meant(kind, record.record_type()))
    }

    /// Whether there is a signature over records of `kind`, or over an alias, at the end.
    fn has_signatures(&self, kind: Kind, message: &Message) -> bool {
        self.has_at_end(message, |record| {
            covered(record).is_some_and(|signed| is_meant(kind, signed))
        })
    }

    fn has_at_end(&self, message: &Message, is: impl Fn(&rr::Record) -> bool) -> bool {
        message
            .answers
            .iter()
            .filter(|record| record.dns_class == DNSClass::IN && is(record))
            .any(|record| name(&record.name).is_some_and(|owner| owner == *self.end()))
    }
}

/// Whether a question for `kind` is answered by records of this type: its own, or an alias.
fn is_meant(kind: Kind, of: RecordType) -> bool {
    [kind, Kind::Cname].into_iter().any(|one| record_type(one) == of)
}

/// The type a signature covers; `None` of what is none.
pub(super) fn covered(record: &rr::Record) -> Option<RecordType> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature.input().type_covered),
        _ => None,
    }
}

/// The delegation a message sends us to in place of an answer: name servers of one zone, no start of authority.
pub(super) fn referral(message: &Message) -> Option<Referral> {
    let is_denial = message
        .authorities
        .iter()
        .any(|record| record.record_type() == RecordType::SOA);
    if is_denial || !message.answers.is_empty() {
        return None;
    }
    let servers = message.authorities.iter();
    let first = servers
        .clone()
        .find(|record| record.record_type() == RecordType::NS)?;
    let of_zone = servers.filter(|record| record.name == first.name);
    let mut named: Vec<Name> = of_zone
        .filter_map(|record| match &record.data {
            RData::NS(server) => name(&server.0),
            _ => None,
        })
        .collect();
    named.sort();
    named.dedup();
    let addresses = message.additionals.iter().filter_map(|record| {
        let address = match &record.data {
            RData::A(address) => IpAddr::V4(address.0),
            RData::AAAA(address) => IpAddr::V6(address.0),
            _ => return None,
        };
        let owner = name(&record.name)?;
        named.contains(&owner).then_some((owner, address))
    });
    let mut glue: Vec<(Name, IpAddr)> = addresses.collect();
    glue.sort();
    glue.dedup();
    Some(Referral {
        owner: name(&first.name)?,
        servers: named,
        glue,
    })
}

/// The signature over what was asked for at the question's own name, or over the start of authority of a denial, that ends
/// last.
pub(super) fn signed(question: &Dns, message: &Message, now: Timestamp) -> Option<Ends> {
    let is = |owner: &rr::Name| name(owner).is_some_and(|owner| owner == question.name);
    let above = |owner: &rr::Name| name(owner).is_some_and(|owner| question.name.is_at_or_below(&owner));
    let kind = record_type(question.kind);
    claimed(&message.answers, kind, is, now)
        .or_else(|| claimed(&message.authorities, RecordType::SOA, above, now))
}

/// Where aliases lead, and for how long. Several at one name are an error; the choice must at least not depend on their
/// order.
fn alias<'r>(aliases: impl Iterator<Item = &'r Candidate>) -> Option<(Name, u32)> {
    let first = aliases.min_by(|one, other| one.data.cmp(&other.data))?;
    match &first.data {
        Rdata::Cname(target) => Some((target.clone(), first.ttl)),
        _ => None,
    }
}

/// A record that may belong to the answer.
struct Candidate {
    owner: Name,
    kind: Kind,
    ttl: u32,
    data: Rdata,
}

fn relevant(kind: Kind, message: &Message) -> Vec<Candidate> {
    message
        .answers
        .iter()
        .filter(|record| record.dns_class == DNSClass::IN)
        .filter_map(|record| {
            let of = [kind, Kind::Cname]
                .into_iter()
                .find(|&one| record_type(one) == record.record_type())?;
            Some(Candidate {
                owner: name(&record.name)?,
                kind: of,
                ttl: bounded(record.ttl),
                data: rdata(of, &record.data)?,
            })
        })
        .collect()
}

/// The first start of authority of a zone that fits.
fn start_of_authority(records: &[rr::Record], fits: impl Fn(&Name) -> bool) -> Option<Soa> {
    let mut records = records.iter().filter(|record| record.dns_class == DNSClass::IN);
    records.find_map(|record| match &record.data {
        RData::SOA(soa) => Some(Soa {
            owner: name(&record.name).filter(&fits)?,
            serial: soa.serial,
            minimum: bounded(soa.minimum),
            ttl: bounded(record.ttl),
        }),
        _ => None,
    })
}

/// A TTL with its highest bit set counts as nothing (RFC 2181 8).
fn bounded(ttl: u32) -> u32 {
    if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl }
}

/// The type asked on the wire.
pub(super) fn record_type(kind: Kind) -> RecordType {
    match kind {
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
        Kind::Caa => RecordType::CAA,
        Kind::Cdnskey => RecordType::CDNSKEY,
        Kind::Cds => RecordType::CDS,
        Kind::Cname => RecordType::CNAME,
        Kind::Dnskey => RecordType::DNSKEY,
        Kind::Ds => RecordType::DS,
        Kind::Mx => RecordType::MX,
        Kind::Ns => RecordType::NS,
        Kind::Ptr => RecordType::PTR,
        Kind::Soa => RecordType::SOA,
        Kind::Spf => RecordType::Unknown(99),
        Kind::Srv => RecordType::SRV,
        Kind::Tlsa => RecordType::TLSA,
        Kind::Txt => RecordType::TXT,
    }
}

/// The name as it is asked: absolute, every octet as it is.
pub(super) fn wire_name(name: &Name) -> Option<rr::Name> {
    let text = name.as_str();
    match name.is_root() || text.contains('\\') {
        true => rr::Name::from_labels(name.labels()).ok(),
        // Nearly all: every octet stands for itself.
        false => rr::Name::from_labels(text.split('.').map(str::as_bytes)).ok(),
    }
}

fn name(name: &rr::Name) -> Option<Name> {
    Name::from_labels(name.iter()).ok()
}

fn rdata(kind: Kind, data: &RData) -> Option<Rdata> {
    Some(match data {
        RData::A(address) => Rdata::A(address.0),
        RData::AAAA(address) => Rdata::Aaaa(address.0),
        RData::CNAME(target) => Rdata::Cname(name(&target.0)?),
        RData::MX(mx) => Rdata::Mx {
            preference: mx.preference,
            exchange: name(&mx.exchange)?,
        },
        RData::NS(server) => Rdata::Ns(name(&server.0)?),
        RData::PTR(host) => Rdata::Ptr(name(&host.0)?),
        RData::SOA(soa) => Rdata::Soa(Some(Box::new(StartOfAuthority {
            mname: name(&soa.mname)?,
            rname: name(&soa.rname)?,
            serial: soa.serial,
            refresh: soa.refresh.cast_unsigned(),
            retry: soa.retry.cast_unsigned(),
            expire: soa.expire.cast_unsigned(),
            minimum: soa.minimum,
        }))),
        RData::TXT(txt) => Rdata::Txt(Txt {
            strings: txt.txt_data.iter().map(|string| string.to_vec()).collect(),
        }),
        RData::CAA(caa) => {
            let caa = Caa {
                flags: caa.flags(),
                tag: caa.tag.clone().into_bytes(),
                value: caa.value.clone(),
            };
            Rdata::Shown(caa.to_string().into())
        }
        RData::DNSSEC(_) | RData::SRV(_) | RData::TLSA(_) => Rdata::Shown(data.to_string().into()),
        RData::Unknown { rdata, .. } => match kind {
            Kind::Spf => Rdata::Txt(Txt {
                strings: character_strings(&rdata.anything)?,
            }),
            Kind::Caa => {
                let known = Caa::from_wire(&rdata.anything).map(|caa| caa.to_string());
                Rdata::Shown(known.unwrap_or_else(|| generic(&rdata.anything)).into())
            }
            Kind::Cdnskey | Kind::Cds | Kind::Dnskey | Kind::Ds | Kind::Srv | Kind::Tlsa => {
                Rdata::Shown(generic(&rdata.anything).into())
            }
            // What must be read cannot be shown instead.
            Kind::A | Kind::Aaaa | Kind::Cname | Kind::Mx | Kind::Ns | Kind::Ptr | Kind::Soa | Kind::Txt => {
                return None;
            }
        },
        _ => return None,
    })
}

/// Data of no form that is known, as RFC 3597 5 writes them: `\# 2 0A0B`.
fn generic(octets: &[u8]) -> String {
    let hex: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
    match hex.is_empty() {
        true => "\\# 0".to_owned(),
        false => format!("\\# {} {hex}", octets.len()),
    }
}

/// The strings of a record type that is read as text although it is unknown (SPF's own, RFC 4408 3.1.1).
fn character_strings(mut octets: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut strings = Vec::new();
    while let Some((&length, rest)) = octets.split_first() {
        let (string, rest) = rest.split_at_checked(usize::from(length))?;
        strings.push(string.to_vec());
        octets = rest;
    }
    Some(strings)
}

#[cfg(test)]
pub(super) mod tests;
