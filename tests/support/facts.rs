//! A world made of text: the facts a test's judgement is settled from.
//!
//! ```text
//! voorbeeld.nl            TXT    v=spf1 mx -all            one character-string (split at 255 octets)
//! voorbeeld.nl        300 TXT    "v=spf1 mx" " -all"       two of them, and a TTL (default 3600)
//! voorbeeld.nl            MX     10 mail.voorbeeld.nl
//! mail.voorbeeld.nl       A      192.0.2.1
//! s1._domainkey.voorbeeld.nl CNAME s1.provider.example
//! *.voorbeeld.nl          TXT    v=spf1 -all               a wildcard, as RFC 4592 has it
//! both.voorbeeld.nl       CNAME  x.example                 beside records of another type: they win, and it is told
//! empty.voorbeeld.nl      EXISTS                           a name without records
//! broken.example          TXT    !SERVFAIL                 no usable answer for one type
//! gone.example            ANY    !TIMEOUT                  nor for any other
//! _25._tcp.mx.example     TLSA   3 1 1 ab…                 as it is shown
//! ```
//!
//! `\DDD` and `\"` are octets (RFC 1035 5.1); other characters stand for their UTF-8. Lines that start with `#` or `;`
//! say nothing. A name that is not there is NXDOMAIN; an ancestor of one that is there is NODATA. CNAMEs are followed.

#![allow(dead_code)] // Each test binary uses its part.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use zegel::inquiry::{
    Answer, Dns, Fact, Inquiry, Kind, Made, Rdata, Security, Source, Trouble, Txt, settle_from,
};
use zegel::intent::Intent;
use zegel::judge::{Finding, RecordVerdict, Verdict, judge};
use zegel::name::Name;

/// The negative TTL of every denial.
pub(crate) const NEGATIVE_TTL: u32 = 900;

/// The time every fact was had and every judgement is made.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}

/// `text` as a name.
pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Everything DNS knows in one test.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    records: BTreeMap<(Name, Kind), (u32, Vec<Rdata>)>,
    troubles: BTreeMap<(Name, Option<Kind>), Trouble>,
    names: BTreeSet<Name>,
    /// What answers from a zone are worth; elsewhere nothing was validated.
    worth: BTreeMap<Name, Security>,
}

impl World {
    /// Reads the text; panics on a line that says nothing known, for a test that cannot be read is no test.
    pub(crate) fn new(zone: &str) -> Self {
        let mut world = Self::default();
        for line in zone.lines().map(str::trim) {
            if !(line.is_empty() || line.starts_with(['#', ';'])) {
                world.add(line);
            }
        }
        world
    }

    /// Adds one line.
    pub(crate) fn add(&mut self, line: &str) {
        let (owner, rest) = word(line);
        let (mut kind, mut data) = word(rest);
        let mut ttl = 3600;
        if let Ok(given) = kind.parse() {
            ttl = given;
            (kind, data) = word(data);
        }
        let owner = name(owner);
        let mut above = Some(owner.clone());
        while let Some(ancestor) = above {
            above = ancestor.parent();
            self.names.insert(ancestor);
        }
        if kind == "EXISTS" {
            return;
        }
        if let Some(trouble) = data.strip_prefix('!') {
            let kind = (kind != "ANY").then(|| kind_of(kind, line));
            self.troubles.insert((owner, kind), trouble_of(trouble, line));
            return;
        }
        let kind = kind_of(kind, line);
        self.push(owner, kind, ttl, rdata(kind, data, line));
    }

    /// Adds one record.
    pub(crate) fn push(&mut self, owner: Name, kind: Kind, ttl: u32, rdata: Rdata) {
        let mut above = Some(owner.clone());
        while let Some(ancestor) = above {
            above = ancestor.parent();
            self.names.insert(ancestor);
        }
        let set = self.records.entry((owner, kind)).or_insert((ttl, Vec::new()));
        set.0 = set.0.min(ttl);
        set.1.push(rdata);
    }

    /// Lets one type at a name get no answer.
    pub(crate) fn fail(&mut self, owner: Name, kind: Kind, trouble: Trouble) {
        self.troubles.insert((owner, Some(kind)), trouble);
    }

    /// The same, with what answers from a zone and below are worth.
    pub(crate) fn worth(mut self, zone: &str, security: Security) -> Self {
        self.worth.insert(name(zone), security);
        self
    }

    /// What this world answers, and what the answer is worth.
    pub(crate) fn answer(&self, question: &Dns) -> Fact {
        let mut fact = self.answered(question);
        let names: Vec<Name> = std::iter::once(&question.name)
            .chain(fact.chain())
            .cloned()
            .collect();
        let of = |name: &Name| {
            let zones = self.worth.iter().filter(|(zone, _)| name.is_at_or_below(zone));
            let nearest = zones.max_by_key(|(zone, _)| zone.label_count());
            nearest.map_or(Security::NotAsked, |(_, security)| security.clone())
        };
        fact.security = names.iter().map(of).reduce(Security::worst).unwrap_or_default();
        fact
    }

    fn answered(&self, question: &Dns) -> Fact {
        let mut chain: Vec<Name> = Vec::new();
        let mut ttl = u32::MAX;
        let mut owner = question.name.clone();
        loop {
            if let Some(trouble) = self.trouble(&owner, question.kind) {
                return fact(Err(trouble), chain, 0);
            }
            let source = match self.source(&owner) {
                Some(source) => source,
                None => return fact(Ok(Answer::NxDomain), chain, ttl.min(NEGATIVE_TTL)),
            };
            if let Some((own, records)) = self.records.get(&(source.clone(), question.kind)) {
                let found = Ok(Answer::Records(records.clone()));
                let mut fact = fact(found, chain, ttl.min(*own));
                fact.source.beside = self.beside(&source, question.kind);
                return fact;
            }
            let Some((own, aliases)) = self.records.get(&(source, Kind::Cname)) else {
                return fact(Ok(Answer::NoData), chain, ttl.min(NEGATIVE_TTL));
            };
            let Some(Rdata::Cname(target)) = aliases.first() else {
                unreachable!("a CNAME holds a name")
            };
            ttl = ttl.min(*own);
            if chain.contains(target) || chain.len() > 16 {
                return fact(Err(Trouble::CnameLoop), chain, 0);
            }
            chain.push(target.clone());
            owner = target.clone();
        }
    }

    /// Runs a judgement until it asks nothing more.
    pub(crate) fn settle<T>(&self, run: impl FnMut(&mut Inquiry<'_>) -> T) -> T {
        settle_from(|question| self.answer(question), run).0
    }

    /// Judges an intent in this world.
    pub(crate) fn judge(&self, intent: &Intent) -> Verdict {
        self.settle(|inquiry| judge(intent, inquiry, now()))
    }

    /// The target of a CNAME that stands beside records of `kind` at `owner`.
    fn beside(&self, owner: &Name, kind: Kind) -> Option<Name> {
        if kind == Kind::Cname {
            return None;
        }
        let (_, aliases) = self.records.get(&(owner.clone(), Kind::Cname))?;
        aliases.iter().find_map(|alias| match alias {
            Rdata::Cname(target) => Some(target.clone()),
            _ => None,
        })
    }

    fn trouble(&self, owner: &Name, kind: Kind) -> Option<Trouble> {
        let one = self.troubles.get(&(owner.clone(), Some(kind)));
        one.or_else(|| self.troubles.get(&(owner.clone(), None))).copied()
    }

    /// The name whose records answer for `owner`: itself, or the wildcard at its closest encloser (RFC 4592 3.3.1).
    fn source(&self, owner: &Name) -> Option<Name> {
        if self.names.contains(owner) {
            return Some(owner.clone());
        }
        let mut encloser = owner.parent()?;
        while !self.names.contains(&encloser) {
            encloser = encloser.parent()?;
        }
        let wildcard = encloser.prepend("*").ok()?;
        self.names.contains(&wildcard).then_some(wildcard)
    }
}

/// Judges an intent in the world `zone` describes.
pub(crate) fn judge_in(zone: &str, intent: &Intent) -> Verdict {
    World::new(zone).judge(intent)
}

/// The intent of a manifest's spec, written as YAML or JSON; panics with what is wrong with it.
pub(crate) fn intent(spec: &str) -> Intent {
    let spec = serde_saphyr::from_str(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
    Intent::from_spec(&spec).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Nothing wanted: only looked at.
pub(crate) fn observe(domain: &str) -> Intent {
    Intent::observe(name(domain), Vec::new(), Vec::new())
}

/// The findings of a rule.
pub(crate) fn findings<'v>(verdict: &'v Verdict, rule: &str) -> Vec<&'v Finding> {
    verdict
        .findings
        .iter()
        .filter(|finding| finding.rule.id == rule)
        .collect()
}

/// The ids of all that was found, each once, in order.
pub(crate) fn rule_ids(verdict: &Verdict) -> BTreeSet<&'static str> {
    verdict.findings.iter().map(|finding| finding.rule.id).collect()
}

/// The verdict about the managed RRset at `owner`; panics when there is none.
pub(crate) fn record<'v>(verdict: &'v Verdict, owner: &str) -> &'v RecordVerdict {
    let owner = name(owner);
    let found = verdict.records.iter().find(|record| *record.name() == owner);
    found.unwrap_or_else(|| panic!("nothing is managed at {owner}: {:?}", verdict.records))
}

fn fact(outcome: Result<Answer, Trouble>, chain: Vec<Name>, ttl: u32) -> Fact {
    Fact {
        outcome,
        security: Security::NotAsked,
        source: Source {
            chain,
            ttl,
            ..Source::default()
        },
        seen_at: now(),
        expires_at: now() + SignedDuration::from_secs(i64::from(ttl)),
        made: Made::default(),
    }
}

/// The first word, and what follows its white space.
fn word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

fn kind_of(text: &str, line: &str) -> Kind {
    match text {
        "A" => Kind::A,
        "AAAA" => Kind::Aaaa,
        "CAA" => Kind::Caa,
        "CNAME" => Kind::Cname,
        "MX" => Kind::Mx,
        "NS" => Kind::Ns,
        "PTR" => Kind::Ptr,
        "SOA" => Kind::Soa,
        "SPF" => Kind::Spf,
        "TLSA" => Kind::Tlsa,
        "TXT" => Kind::Txt,
        _ => panic!("no such type: {line}"),
    }
}

fn trouble_of(text: &str, line: &str) -> Trouble {
    match text {
        "BOGUS" => Trouble::Bogus,
        "CNAMELOOP" => Trouble::CnameLoop,
        "LAME" => Trouble::Lame,
        "LIMIT" => Trouble::Limit,
        "MALFORMED" => Trouble::Malformed,
        "NETWORK" => Trouble::Network,
        "REFUSED" => Trouble::Refused,
        "SERVFAIL" => Trouble::ServFail,
        "TIMEOUT" => Trouble::Timeout,
        "TRUNCATED" => Trouble::Truncated,
        _ => panic!("no such trouble: {line}"),
    }
}

fn rdata(kind: Kind, data: &str, line: &str) -> Rdata {
    match kind {
        Kind::A => Rdata::A(data.parse().unwrap_or_else(|_| panic!("no IPv4 address: {line}"))),
        Kind::Aaaa => Rdata::Aaaa(data.parse().unwrap_or_else(|_| panic!("no IPv6 address: {line}"))),
        Kind::Cname => Rdata::Cname(name(data)),
        Kind::Ns => Rdata::Ns(name(data)),
        Kind::Ptr => Rdata::Ptr(name(data)),
        Kind::Soa => Rdata::Soa(None),
        Kind::Caa | Kind::Tlsa => Rdata::Shown(data.into()),
        Kind::Mx => {
            let (preference, exchange) = word(data);
            Rdata::Mx {
                preference: preference
                    .parse()
                    .unwrap_or_else(|_| panic!("no preference: {line}")),
                exchange: name(exchange),
            }
        }
        _ => Rdata::Txt(txt(data)),
    }
}

/// Quoted strings, or the whole text as one.
fn txt(data: &str) -> Txt {
    if !data.starts_with('"') {
        return Txt::split(&unescaped(data));
    }
    let mut strings = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = data.chars();
    while let Some(character) = characters.next() {
        match (character, &mut current) {
            ('"', None) => current = Some(String::new()),
            ('"', Some(_)) => strings.extend(current.take().map(|string| unescaped(&string))),
            ('\\', Some(string)) => {
                string.push('\\');
                string.extend(characters.next());
            }
            (character, Some(string)) => string.push(character),
            (_, None) => {}
        }
    }
    Txt { strings }
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            octets.push(first);
            continue;
        }
        match tail {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', more @ ..] => {
                octets.push((a - b'0') * 100 + (b - b'0') * 10 + (c - b'0'));
                rest = more;
            }
            [literal, more @ ..] => {
                octets.push(*literal);
                rest = more;
            }
            [] => octets.push(b'\\'),
        }
    }
    octets
}
