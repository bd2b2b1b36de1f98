//! What each address of a zone's servers was heard to say: of the zone's version, and of one record set.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::zone::{Zone, referral};
use crate::inquiry::{Answer, Dns, Fact, Inquiry, Kind, Need, Rdata, Referral, Reply, Trouble, nobody_at};
use crate::judge::servers::Lame;
use crate::name::Name;

/// What a server holds of a record set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    /// The aliases followed within what it serves.
    pub(super) chain: Vec<Name>,
    /// The records at their end, sorted, none for an absence; `None` where the last alias leads to what it does not serve.
    pub(super) end: Option<Vec<Rdata>>,
}

/// What one address says of a record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It holds this, with authority.
    Holds(Content),
    /// It has authority over the zone; the record was not asked for.
    Serves,
    /// It serves the zone not, or not well.
    Lame(Lame),
    /// Nothing came back.
    Silent(Trouble),
    /// Nothing could be sent.
    NoRoute,
    /// It was not asked.
    NotAsked,
    /// The record lies in a zone of its own further down.
    Cut(Referral),
}

/// One address, and all that was heard of it.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) name: Name,
    pub(super) address: IpAddr,
    pub(super) said: Said,
    pub(super) serial: Option<u32>,
    pub(super) ttl: Option<u32>,
    pub(super) nsid: Option<String>,
    pub(super) rtt: Option<Duration>,
    pub(super) seen_at: Option<Timestamp>,
    /// The error code of its last answer.
    pub(super) rcode: Option<u16>,
    /// The fact that was had of the record itself.
    pub(super) fact: Option<Arc<Fact>>,
    /// It offers recursion and has no authority.
    pub(super) recurses: bool,
}

/// Asks every address of `zone` for its version, and for the records of `kind` at `name` where `thorough`. `None` while
/// something is open.
pub(super) fn of(
    zone: &Zone,
    name: &Name,
    kind: Kind,
    thorough: bool,
    inquiry: &mut Inquiry<'_>,
) -> Option<Vec<View>> {
    let mut views = Vec::new();
    let mut is_open = false;
    for (server, address) in zone.addresses() {
        match one(zone, server, address, (name, kind), thorough, inquiry) {
            Some(view) => views.push(view),
            None => is_open = true,
        }
    }
    if is_open {
        return None;
    }
    without_interceptor(&mut views);
    Some(views)
}

fn one(
    zone: &Zone,
    server: &Name,
    address: IpAddr,
    (name, kind): (&Name, Kind),
    thorough: bool,
    inquiry: &mut Inquiry<'_>,
) -> Option<View> {
    let mut view = View {
        name: server.clone(),
        address,
        said: Said::NoRoute,
        serial: None,
        ttl: None,
        nsid: None,
        rtt: None,
        seen_at: None,
        rcode: None,
        fact: None,
        recurses: false,
    };
    if nobody_at(address).is_some() {
        return Some(view);
    }
    // First whether it serves the zone at all: a silent server is waited for once, not once a record.
    let question = Dns::new(zone.apex.clone(), Kind::Soa).at(address);
    let reply = inquiry.ask(question.clone(), Need::Detail);
    if matches!(reply, Reply::Open) {
        return None;
    }
    let fact = inquiry.fact(&question);
    view.hear(fact);
    view.said = version(zone, reply, fact);
    if let (Said::Serves, Some(soa)) = (&view.said, fact.and_then(|fact| fact.source.soa.as_ref())) {
        view.serial = Some(soa.serial);
    }
    if !thorough || view.said != Said::Serves {
        return Some(view);
    }
    let question = Dns::new(name.clone(), kind).at(address);
    let reply = inquiry.ask(question.clone(), Need::Detail);
    if matches!(reply, Reply::Open) {
        return None;
    }
    let fact = inquiry.fact(&question);
    view.hear(fact);
    view.said = record(zone, name, reply, fact);
    if let Some(fact) = fact.filter(|_| matches!(view.said, Said::Holds(_))) {
        // Where an alias was asked for and is not there, something else may be, and for how long that is kept is not known.
        let is_told = kind != Kind::Cname || !matches!(fact.outcome, Ok(Answer::NoData));
        view.ttl = is_told.then(|| fact.ttl());
        view.fact = Some(fact.clone());
        if let Some(soa) = fact.source.soa.as_ref().filter(|soa| soa.owner == zone.apex) {
            view.serial = Some(soa.serial);
        }
    }
    Some(view)
}

impl View {
    fn hear(&mut self, fact: Option<&Arc<Fact>>) {
        let Some(fact) = fact else { return };
        let Some(direct) = &fact.source.direct else { return };
        self.seen_at = Some(fact.seen_at);
        self.rtt = Some(direct.rtt);
        self.rcode = direct.rcode;
        self.nsid.clone_from(&direct.nsid);
        self.recurses = direct.recursion_available && !fact.source.authoritative;
    }
}

/// What the answer to the question for the zone's version says of the server.
fn version(zone: &Zone, reply: Reply<'_>, fact: Option<&Arc<Fact>>) -> Said {
    match reply {
        Reply::Open => Said::NotAsked,
        Reply::Unanswered(trouble) => unanswered(zone, trouble, fact),
        Reply::Answered(_, fact) => {
            let soa = fact.source.soa.as_ref();
            match soa.is_some_and(|soa| soa.owner == zone.apex) && fact.chain().is_empty() {
                true => Said::Serves,
                false => {
                    match referral(fact).filter(|referral| !referral.owner.is_strictly_below(&zone.apex)) {
                        Some(_) => Said::Lame(Lame::UpwardReferral),
                        None => Said::Lame(Lame::WrongZone),
                    }
                }
            }
        }
    }
}

/// What the answer to the question for the record says.
fn record(zone: &Zone, name: &Name, reply: Reply<'_>, fact: Option<&Arc<Fact>>) -> Said {
    let cut = fact.and_then(|fact| referral(fact));
    let cut = cut.filter(|cut| cut.owner.is_strictly_below(&zone.apex) && name.is_at_or_below(&cut.owner));
    match reply {
        Reply::Open => Said::NotAsked,
        Reply::Unanswered(Trouble::Lame) if cut.is_some() => cut.cloned().map_or(Said::NotAsked, Said::Cut),
        Reply::Unanswered(Trouble::Lame) => match fact.filter(|fact| leads_away(fact)) {
            Some(fact) => Said::Holds(Content {
                chain: fact.chain().to_vec(),
                end: None,
            }),
            None => unanswered(zone, Trouble::Lame, fact),
        },
        Reply::Unanswered(trouble) => unanswered(zone, trouble, fact),
        Reply::Answered(_, fact) => match cut {
            // Some set AA on what is a referral all the same.
            Some(cut) => Said::Cut(cut.clone()),
            None => Content::of(fact).map_or(Said::NotAsked, Said::Holds),
        },
    }
}

/// An alias that ends at what this server does not serve: it has said all it can.
fn leads_away(fact: &Fact) -> bool {
    fact.source.authoritative && !fact.chain().is_empty()
}

fn unanswered(zone: &Zone, trouble: Trouble, fact: Option<&Arc<Fact>>) -> Said {
    Said::Lame(match trouble {
        Trouble::Timeout | Trouble::Network | Trouble::Truncated => return Said::Silent(trouble),
        Trouble::NoRoute => return Said::NoRoute,
        Trouble::Lame => match fact.and_then(|fact| referral(fact)) {
            None => Lame::NotAuthoritative,
            Some(referral) if zone.apex.is_strictly_below(&referral.owner) => Lame::UpwardReferral,
            Some(_) => Lame::Referral,
        },
        Trouble::Refused => Lame::Refused,
        Trouble::ServFail => Lame::ServFail,
        Trouble::OtherRcode => rcode(fact).map_or(Lame::ErrorCode, Lame::by_code),
        Trouble::Malformed | Trouble::CnameLoop => Lame::Unusable,
        _ => return Said::NotAsked,
    })
}

/// The error code of an answer.
pub(super) fn rcode(fact: Option<&Arc<Fact>>) -> Option<u16> {
    fact?.source.direct.as_ref()?.rcode
}

/// Where every server that answers recurses and has no authority, something on the way answers for all of them: what
/// they say themselves is not known.
fn without_interceptor(views: &mut [View]) {
    let spoke = |view: &&mut View| view.rtt.is_some();
    let (mut some, mut all) = (false, true);
    for view in views.iter_mut().filter(spoke) {
        some = true;
        all &= view.recurses;
    }
    if some && all {
        for view in views.iter_mut().filter(spoke) {
            view.said = Said::NoRoute;
            view.serial = None;
        }
    }
}

impl Content {
    /// What it holds, in presentation format.
    pub(super) fn values(&self) -> Vec<String> {
        let aliases = self.chain.iter().map(|target| format!("CNAME {target}"));
        let records = self.end.iter().flatten().map(Rdata::shown);
        aliases.chain(records).collect()
    }

    /// Whether a resolver that follows it may say what `seen` says.
    pub(super) fn agrees(&self, seen: &Self) -> bool {
        match &self.end {
            Some(_) => self == seen,
            None => !self.chain.is_empty() && seen.chain.starts_with(&self.chain),
        }
    }

    /// What an answer holds; `None` of none that can be used. Of a start of authority only that there is one: its serial is
    /// the version's, and no part of what is meant.
    pub(super) fn of(fact: &Fact) -> Option<Self> {
        let mut content = Self::exact(fact)?;
        for record in content.end.iter_mut().flatten() {
            if let Rdata::Soa(start) = record {
                *start = None;
            }
        }
        Some(content)
    }

    /// The same, with every field of a start of authority.
    pub(super) fn exact(fact: &Fact) -> Option<Self> {
        let answer = fact.outcome.as_ref().ok()?;
        let mut end = answer.records().to_vec();
        end.sort();
        Some(Self {
            chain: fact.chain().to_vec(),
            end: Some(end),
        })
    }
}
