//! A little internet of facts: a resolver, and name servers that each say something of their own.
//!
//! ```text
//! resolver   what the resolver says, as in support/facts
//! server     127.0.0.1 serial 7        a server of voorbeeld.nl: the lines below it are its zone
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::SignedDuration;
use zegel::inquiry::{
    Answer, AnyQuestion, Depth, Direct, Dns, Ends, Fact, Facts, Inquiry, Kind, Referral, Security, Soa,
    Source, Trouble, View, settle_facts,
};
use zegel::inquiry::{Made, Rdata, StartOfAuthority};
use zegel::intent::Intent;
use zegel::judge::authorities::{ServerView, Servers};
use zegel::judge::{Verdict, judge};
use zegel::name::Name;

use super::facts::{World, name, now};

/// How a server behaves.
#[derive(Debug, Clone)]
pub(crate) enum Server {
    /// It serves a zone, of which it holds this version.
    Zone {
        apex: Name,
        serial: u32,
        world: World,
        signed: Option<Ends>,
    },
    /// It answers every question so.
    Fails(Trouble),
    /// It refers every question there.
    Refers(Referral),
    /// It answers without authority, offering recursion or not.
    Stranger { recurses: bool },
}

/// Everything there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Net {
    resolver: World,
    /// The apexes the resolver knows, with their serials.
    apexes: BTreeMap<Name, u32>,
    servers: BTreeMap<IpAddr, Server>,
    /// Zones that some servers delegate: their NS, and glue.
    cuts: Vec<Referral>,
    /// The resolver says that it has authority.
    has_authority: bool,
    /// Whatever the resolver says is proven.
    is_proven: bool,
}

/// The zone every test is about.
pub(crate) const APEX: &str = "voorbeeld.nl";

/// The registry's server.
const REGISTRY: &str = "127.0.0.200";

impl Net {
    /// Three servers of voorbeeld.nl at 127.0.0.1 to 127.0.0.3, a registry that delegates to them, and `zone` at each of
    /// them and at the resolver.
    pub(crate) fn new(zone: &str) -> Self {
        let mut net = Self {
            resolver: World::new(zone),
            ..Self::default()
        };
        for line in [
            "voorbeeld.nl NS ns1.dns.example",
            "voorbeeld.nl NS ns2.dns.example",
            "voorbeeld.nl NS ns3.dns.example",
            "ns1.dns.example A 127.0.0.1",
            "ns2.dns.example A 127.0.0.2",
            "ns3.dns.example A 127.0.0.3",
            "nl NS ns.registry.example",
            "ns.registry.example A 127.0.0.200",
        ] {
            net.resolver.add(line);
        }
        net.apexes.insert(name(APEX), 7);
        net.apexes.insert(name("nl"), 1);
        net.delegate(&["ns1.dns.example", "ns2.dns.example", "ns3.dns.example"]);
        for last in 1..=3 {
            net.serve(&format!("127.0.0.{last}"), 7, zone);
        }
        net
    }

    /// What the registry says of voorbeeld.nl.
    pub(crate) fn delegate(&mut self, servers: &[&str]) {
        let referral = Referral {
            owner: name(APEX),
            servers: servers.iter().map(|server| name(server)).collect(),
            glue: Vec::new(),
        };
        self.set(REGISTRY, Server::Refers(referral));
    }

    /// A server holds this version of voorbeeld.nl.
    pub(crate) fn serve(&mut self, address: &str, serial: u32, zone: &str) {
        let mut world = World::new(zone);
        world.add("voorbeeld.nl EXISTS");
        self.set(
            address,
            Server::Zone {
                apex: name(APEX),
                serial,
                world,
                signed: None,
            },
        );
    }

    /// The signatures of a server end and began then.
    pub(crate) fn sign(&mut self, address: &str, ends: Ends) {
        if let Some(Server::Zone { signed, .. }) = self.servers.get_mut(&address.parse().expect("an address"))
        {
            *signed = Some(ends);
        }
    }

    /// A server behaves so.
    pub(crate) fn set(&mut self, address: &str, server: Server) {
        self.servers.insert(address.parse().expect("an address"), server);
    }

    /// Something more that the resolver knows.
    pub(crate) fn know(&mut self, line: &str) {
        self.resolver.add(line);
    }

    /// The resolver says this of everything but name servers.
    pub(crate) fn resolve(&mut self, zone: &str) {
        let fresh = Self::new(zone);
        self.resolver = fresh.resolver;
    }

    /// The resolver has this version of a zone.
    pub(crate) fn serial_at_the_resolver(&mut self, apex: &str, serial: u32) {
        self.apexes.insert(name(apex), serial);
    }

    /// Whatever the resolver says is proven.
    pub(crate) fn prove(&mut self) {
        self.is_proven = true;
    }

    /// The resolver answers with authority: from a zone of its own.
    pub(crate) fn resolver_has_authority(&mut self) {
        self.has_authority = true;
    }

    /// The resolver gets no answer about this zone.
    pub(crate) fn break_zone(&mut self, apex: &str, trouble: Trouble) {
        for kind in [Kind::Soa, Kind::Ns, Kind::Txt, Kind::Mx] {
            self.resolver.fail(name(apex), kind, trouble);
        }
    }

    /// A zone of its own below voorbeeld.nl, held by this server; the others refer there.
    pub(crate) fn cut(&mut self, apex: &str, server: &str, address: &str, serial: u32, zone: &str) {
        self.resolver.add(&format!("{apex} NS {server}"));
        self.resolver.add(&format!("{server} A {address}"));
        self.apexes.insert(name(apex), serial);
        self.cuts.push(Referral {
            owner: name(apex),
            servers: vec![name(server)],
            glue: Vec::new(),
        });
        let mut world = World::new(zone);
        world.add(&format!("{apex} EXISTS"));
        self.set(
            address,
            Server::Zone {
                apex: name(apex),
                serial,
                world,
                signed: None,
            },
        );
    }

    fn answer(&self, question: &Dns) -> Fact {
        match question.view {
            View::Authority(address) => self.at(address, question),
            _ => {
                let mut fact = self.resolver.answer(question);
                fact.source.authoritative = self.has_authority;
                if self.is_proven {
                    fact.security = Security::Secure;
                }
                let end = fact.chain().last().unwrap_or(&question.name).clone();
                let is_denial = matches!(fact.outcome, Ok(Answer::NoData | Answer::NxDomain));
                let apex = self
                    .apexes
                    .keys()
                    .filter(|apex| end.is_at_or_below(apex))
                    .max_by_key(|it| it.label_count());
                let soa = apex.map(|apex| soa(apex, self.apexes[apex]));
                if question.kind == Kind::Soa
                    && fact.outcome.is_ok()
                    && soa.as_ref().is_some_and(|soa| soa.owner == end)
                {
                    let serial = soa.as_ref().map_or(0, |soa| soa.serial);
                    fact.outcome = Ok(Answer::Records(vec![start(serial)]));
                    fact.source.soa = soa;
                } else if is_denial || fact.outcome == Err(Trouble::Bogus) {
                    fact.source.soa = soa;
                }
                fact
            }
        }
    }

    fn at(&self, address: IpAddr, question: &Dns) -> Fact {
        let direct = Direct {
            nsid: Some(format!("{address}")),
            rtt: Duration::from_millis(3),
            ..Direct::default()
        };
        let told = |outcome, source: Source| Fact {
            outcome,
            security: Security::NotAsked,
            source,
            seen_at: now(),
            expires_at: now() + SignedDuration::from_secs(5),
            made: Made::default(),
        };
        let with = |direct: Direct| Source {
            direct: Some(Box::new(direct)),
            ..Source::default()
        };
        match self.servers.get(&address) {
            None => told(Err(Trouble::Timeout), Source::default()),
            Some(Server::Fails(trouble)) => {
                let silent = matches!(trouble, Trouble::Timeout | Trouble::Network | Trouble::NoRoute);
                let source = if silent { Source::default() } else { with(direct) };
                told(Err(*trouble), source)
            }
            Some(Server::Refers(referral)) => {
                let referral = Some(referral.clone());
                told(Err(Trouble::Lame), with(Direct { referral, ..direct }))
            }
            Some(Server::Stranger { recurses }) => {
                let direct = Direct {
                    recursion_available: *recurses,
                    ..direct
                };
                told(Err(Trouble::Lame), with(direct))
            }
            Some(Server::Zone {
                apex,
                serial,
                world,
                signed,
            }) => {
                let direct = Direct {
                    signed: *signed,
                    ..direct
                };
                if !question.name.is_at_or_below(apex) {
                    return told(Err(Trouble::Refused), with(direct));
                }
                let cut = self.cuts.iter().find(|cut| {
                    cut.owner.is_strictly_below(apex) && question.name.is_at_or_below(&cut.owner)
                });
                if let Some(cut) = cut {
                    let referral = Some(cut.clone());
                    return told(Err(Trouble::Lame), with(Direct { referral, ..direct }));
                }
                let mut fact = world.answer(question);
                fact.source.authoritative = true;
                fact.source.direct = Some(Box::new(direct));
                let away = fact.chain().iter().any(|target| !target.is_at_or_below(apex));
                if away {
                    fact.outcome = Err(Trouble::Lame);
                }
                if question.kind == Kind::Soa && question.name == *apex {
                    fact.outcome = Ok(Answer::Records(vec![start(*serial)]));
                }
                if question.kind == Kind::Soa || matches!(fact.outcome, Ok(Answer::NoData | Answer::NxDomain))
                {
                    let soa = soa(apex, *serial);
                    if question.kind != Kind::Soa {
                        fact.source.ttl = soa.ttl.min(soa.minimum);
                    }
                    fact.source.soa = Some(soa);
                }
                fact
            }
        }
    }

    /// Runs a judgement until it asks nothing more; what it asked besides.
    pub(crate) fn settle<T>(&self, depth: Depth, run: impl FnMut(&mut Inquiry<'_>) -> T) -> (T, Facts) {
        self.settle_from(Facts::new().approaching(depth), run)
    }

    /// The same, from what is known and pinned already.
    pub(crate) fn settle_from<T>(&self, facts: Facts, run: impl FnMut(&mut Inquiry<'_>) -> T) -> (T, Facts) {
        let answer = |question: &AnyQuestion, facts: &mut Facts| {
            if let Some(question) = question.dns() {
                facts.insert(question.clone(), self.answer(question));
            }
        };
        settle_facts(facts, answer, run)
    }

    /// Judges an intent, with the servers looked at so closely; what was asked besides.
    pub(crate) fn judge_at(&self, depth: Depth, intent: &Intent) -> (Verdict, Facts) {
        self.settle(depth, |inquiry| judge(intent, inquiry, now()))
    }

    /// The same, closely.
    pub(crate) fn judge(&self, intent: &Intent) -> Verdict {
        self.judge_at(Depth::Closely, intent).0
    }
}

fn start(serial: u32) -> Rdata {
    Rdata::Soa(Some(Box::new(StartOfAuthority {
        mname: name("ns1.dns.example"),
        rname: name("hostmaster.voorbeeld.nl"),
        serial,
        refresh: 3600,
        retry: 600,
        expire: 86_400,
        minimum: 900,
    })))
}

fn soa(apex: &Name, serial: u32) -> Soa {
    Soa {
        owner: apex.clone(),
        serial,
        minimum: 900,
        ttl: 300,
    }
}

/// `ns1 Right, ns2 Stale`: each server, and how it is lame.
pub(crate) fn states(servers: &Servers) -> String {
    let word = |view: &ServerView| {
        let host = view.name.as_str().split('.').next().unwrap_or_default();
        match view.state {
            zegel::judge::authorities::ServerState::Lame(how) => format!("{host} Lame({})", how.as_str()),
            state => format!("{host} {}", state.as_str()),
        }
    };
    servers.views.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// How many questions went to authorities, and how many to the resolver.
pub(crate) fn counts(facts: &Facts) -> (usize, usize) {
    (facts.views(), facts.len() - facts.views())
}
