//! What the test server knows: records written as text, looked up as a recursive resolver would.

use std::collections::{BTreeMap, BTreeSet};

use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, MX, NS, NULL, PTR, SOA, TXT};
use hickory_resolver::proto::rr::{self, RData, RecordType};
use zegel::name::Name;

/// The TTL of a line without one.
const DEFAULT_TTL: u32 = 3600;

/// SPF's own type (RFC 4408).
const SPF: RecordType = RecordType::Unknown(99);

/// A record as the server keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) ttl: u32,
    pub(crate) data: RData,
}

/// All records, and which names there are because of them.
#[derive(Debug, Default)]
pub(crate) struct Zone {
    records: BTreeMap<Name, BTreeMap<u16, Vec<Record>>>,
    /// Every name that has records or lies above one that has.
    names: BTreeSet<Name>,
    /// A name that is not there exists all the same, without records.
    pub(crate) absent_is_nodata: bool,
    /// Every name has `10 mx.NAME` unless it says otherwise.
    pub(crate) invent_mx: bool,
    /// Answers speak as an authority.
    pub(crate) authoritative: bool,
    /// The TTL of a denial.
    pub(crate) negative_ttl: u32,
}

/// What is found at the end of the aliases.
pub(crate) enum Found {
    Records(Vec<Record>),
    NoData,
    NxDomain,
}

impl Zone {
    pub(crate) fn with_negative_ttl(negative_ttl: u32) -> Self {
        Self {
            negative_ttl,
            ..Self::default()
        }
    }

    /// Replaces the record sets that `text` names.
    pub(crate) fn set(&mut self, text: &str) {
        let mut replaced = BTreeSet::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let (owner, kind, record) = parse(line);
            let sets = self.records.entry(owner.clone()).or_default();
            if replaced.insert((owner, kind)) {
                sets.remove(&u16::from(kind));
            }
            if let Some(record) = record {
                sets.entry(kind.into()).or_default().push(record);
            }
        }
        self.find_names();
    }

    /// Takes away the records of one type, or all of a name.
    pub(crate) fn remove(&mut self, owner: &Name, kind: Option<RecordType>) {
        match (kind, self.records.get_mut(owner)) {
            (Some(kind), Some(sets)) => {
                sets.remove(&u16::from(kind));
                if sets.is_empty() {
                    self.records.remove(owner);
                }
            }
            (None, Some(_)) => {
                self.records.remove(owner);
            }
            (_, None) => {}
        }
        self.find_names();
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.find_names();
    }

    fn find_names(&mut self) {
        self.names.clear();
        for owner in self.records.keys() {
            let mut next = Some(owner.clone());
            while let Some(name) = next {
                next = name.parent();
                if !self.names.insert(name) {
                    break;
                }
            }
        }
    }

    /// Follows aliases as far as they go; the links are returned with their owners.
    pub(crate) fn look_up(
        &self,
        start: &Name,
        kind: RecordType,
        chase: bool,
    ) -> (Vec<(Name, Record)>, Name, Found) {
        let mut links: Vec<(Name, Record)> = Vec::new();
        let mut at = start.clone();
        loop {
            let sets = self.sets(&at);
            if let Some(found) = sets.and_then(|sets| sets.get(&u16::from(kind))) {
                return (links, at, Found::Records(found.clone()));
            }
            let alias = sets.and_then(|sets| sets.get(&u16::from(RecordType::CNAME))?.first());
            let Some(Record {
                ttl,
                data: RData::CNAME(target),
            }) = alias
            else {
                let invented = self.invent_mx && kind == RecordType::MX && sets.is_some();
                if invented && let Ok(host) = at.prepend("mx") {
                    let data = RData::MX(MX::new(10, wire(&host)));
                    return (
                        links,
                        at,
                        Found::Records(vec![Record {
                            ttl: DEFAULT_TTL,
                            data,
                        }]),
                    );
                }
                let there = sets.is_some() || self.names.contains(&at) || self.absent_is_nodata;
                return (links, at, if there { Found::NoData } else { Found::NxDomain });
            };
            let looped = links.iter().any(|(owner, _)| *owner == at);
            let data = RData::CNAME(target.clone());
            links.push((at, Record { ttl: *ttl, data }));
            at = Name::from_labels(target.0.iter()).expect("a target came from a name");
            if looped || !chase {
                return (links, at, Found::NoData);
            }
        }
    }

    /// The records at a name, a wildcard's when there is no such name (RFC 4592).
    fn sets(&self, name: &Name) -> Option<&BTreeMap<u16, Vec<Record>>> {
        if self.names.contains(name) {
            return self.records.get(name);
        }
        let mut encloser = name.parent()?;
        while !self.names.contains(&encloser) {
            encloser = encloser.parent()?;
        }
        self.records.get(&encloser.prepend("*").ok()?)
    }

    /// The SOA of the zone a name is in: the root's where nobody wrote one.
    pub(crate) fn soa(&self, name: &Name) -> (Name, Record) {
        let mut next = Some(name.clone());
        while let Some(apex) = next {
            let found = self
                .records
                .get(&apex)
                .and_then(|sets| sets.get(&u16::from(RecordType::SOA)));
            if let Some(record) = found.and_then(|records| records.first()) {
                return (apex, record.clone());
            }
            next = apex.parent();
        }
        (Name::root(), soa(self.negative_ttl, self.negative_ttl, 1))
    }
}

fn soa(ttl: u32, minimum: u32, serial: u32) -> Record {
    let root = rr::Name::root();
    let data = RData::SOA(SOA::new(root.clone(), root, serial, 3600, 600, 86400, minimum));
    Record { ttl, data }
}

/// The name as it goes on the wire.
pub(crate) fn wire(name: &Name) -> rr::Name {
    rr::Name::from_labels(name.labels()).expect("a name fits the wire")
}

/// A record type by its mnemonic.
pub(crate) fn record_type(text: &str) -> RecordType {
    match text {
        "SPF" => SPF,
        other => other
            .parse()
            .unwrap_or_else(|_| panic!("no record type: {other:?}")),
    }
}

fn parse(line: &str) -> (Name, RecordType, Option<Record>) {
    let (owner, rest) = word(line);
    let (mut kind, mut rest) = word(rest);
    let mut ttl = DEFAULT_TTL;
    if let Ok(number) = kind.parse() {
        ttl = number;
        (kind, rest) = word(rest);
    }
    let owner = name(owner);
    if kind == "EXISTS" {
        return (owner, RecordType::NULL, None);
    }
    let kind = record_type(kind);
    let target = || wire(&name(rest));
    let data = match kind {
        RecordType::A => RData::A(A(rest.parse().expect("an IPv4 address"))),
        RecordType::AAAA => RData::AAAA(AAAA(rest.parse().expect("an IPv6 address"))),
        RecordType::CNAME => RData::CNAME(CNAME(target())),
        RecordType::MX => {
            let (preference, host) = word(rest);
            RData::MX(MX::new(
                preference.parse().expect("a preference"),
                wire(&name(host)),
            ))
        }
        RecordType::NS => RData::NS(NS(target())),
        RecordType::PTR => RData::PTR(PTR(target())),
        RecordType::SOA => {
            let mut numbers = rest.split_whitespace().map(str::parse);
            let mut next = |default| numbers.next().and_then(Result::ok).unwrap_or(default);
            let (minimum, serial) = (next(ttl), next(1));
            soa(ttl, minimum, serial).data
        }
        RecordType::TXT => RData::TXT(TXT::from_bytes(strings(rest).iter().map(Vec::as_slice).collect())),
        SPF => {
            let framed = strings(rest).into_iter().flat_map(|string| {
                let length = u8::try_from(string.len()).expect("a string of at most 255 octets");
                std::iter::once(length).chain(string)
            });
            RData::Unknown {
                code: SPF,
                rdata: NULL::with(framed.collect()),
            }
        }
        RecordType::TLSA => {
            let (usage, rest) = word(rest);
            let (selector, rest) = word(rest);
            let (matching, digits) = word(rest);
            let number = |text: &str| text.parse::<u8>().expect("a number of one octet");
            let mut octets = vec![number(usage), number(selector), number(matching)];
            octets.extend(digits.as_bytes().chunks(2).map(|pair| {
                let pair = std::str::from_utf8(pair).expect("hexadecimal digits");
                u8::from_str_radix(pair, 16).expect("hexadecimal digits")
            }));
            RData::Unknown {
                code: RecordType::TLSA,
                rdata: NULL::with(octets),
            }
        }
        other => panic!("the test server has no {other}: {line}"),
    };
    (owner, kind, Some(Record { ttl, data }))
}

fn name(text: &str) -> Name {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}

/// `"one" "two"` as they are; anything else is one text, split at 255 octets.
fn strings(text: &str) -> Vec<Vec<u8>> {
    if !text.starts_with('"') {
        return zegel::inquiry::Txt::split(&octets(&mut text.bytes(), None)).strings;
    }
    let mut strings = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        if octet == b'"' {
            strings.push(octets(&mut rest, Some(b'"')));
        }
    }
    strings
}

/// The octets up to `end`, with `\DDD` and `\X` read (RFC 1035 5.1).
fn octets(text: &mut impl Iterator<Item = u8>, end: Option<u8>) -> Vec<u8> {
    let mut octets = Vec::new();
    while let Some(octet) = text.next() {
        match octet {
            octet if Some(octet) == end => break,
            b'\\' => match text.next() {
                Some(hundreds @ b'0'..=b'9') => {
                    let digits = [Some(hundreds), text.next(), text.next()];
                    let value = digits.into_iter().fold(0, |value, digit| {
                        value * 10 + u32::from(digit.expect("three digits").wrapping_sub(b'0'))
                    });
                    octets.push(u8::try_from(value).expect("an octet"));
                }
                Some(other) => octets.push(other),
                None => octets.push(b'\\'),
            },
            octet => octets.push(octet),
        }
    }
    octets
}
