//! What a domain's SPF costs and reaches, without a sender: the whole tree of includes and redirects.
//!
//! Every term is counted as if nothing matched before it, which is the worst a receiver meets. A record is expanded
//! once, however often it is included; its cost counts each time. Where macros hide a branch, where an answer is
//! missing and where the bounds of this walk are reached, the count is a lower bound and says so. The walk goes no
//! deeper than [`MAX_DEPTH`] and reads no more than [`MAX_RECORDS`] records, far beyond the ten terms receivers allow,
//! so a hostile zone costs little. All its questions are evidence, except where the caller says otherwise.

use std::collections::HashMap;

use serde::Serialize;

use crate::inquiry::{Inquiry, Need};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Addresses, DomainSpec, Mechanism, Network4, Qualifier, Record, parse};

use super::expand::without_sender;
use super::lookup::{Looked, look, name_of};
use super::obstacle::Obstacle;
use super::probe::{self, Probe};

/// How deep includes are followed: a receiver gives up at ten.
pub const MAX_DEPTH: usize = 12;

/// How many records are read.
pub const MAX_RECORDS: usize = 48;

/// How many `a`, `mx` and `exists` terms are looked into.
pub const MAX_PROBES: usize = 24;

/// The tree of a domain's SPF, and what it comes to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The domain.
    pub domain: String,
    /// Its record in presentation format.
    pub record: Option<String>,
    /// Terms that query DNS.
    pub lookups: Lookups,
    /// Terms whose query finds nothing, at worst, over the address family with more of them.
    pub voids: u32,
    /// Whether it may be more: what some terms find depends on who sends, or was not seen.
    pub voids_lower_bound: bool,
    /// How many IPv4 addresses are let pass.
    pub ipv4_addresses: u64,
    /// The records and what each term costs.
    pub tree: Node,
    /// Every record that was read, in the order it is reached.
    #[serde(skip)]
    pub(super) sites: Vec<Site>,
    /// Every term that was looked into.
    #[serde(skip)]
    pub(super) probes: Vec<Probe>,
    /// The first term that was not looked into for [`MAX_PROBES`].
    #[serde(skip)]
    pub(super) unprobed: Option<Unprobed>,
    /// Terms without IPv4 and without IPv6 answers.
    #[serde(skip)]
    pub(super) void_families: (u32, u32),
}

/// How many terms that query DNS an evaluation reaches (RFC 7208 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lookups {
    /// For the luckiest sender.
    pub best: u32,
    /// For a sender nothing matches.
    pub worst: u32,
    /// Whether it may be more: something could not be followed.
    pub lower_bound: bool,
}

/// A record in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Where it stands.
    pub name: String,
    /// The record in presentation format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What its terms cost together.
    pub lookups: u32,
    /// Whether it was expanded further up: its terms are not shown again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// Why it could not be followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Its terms in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermCost>,
}

/// A term in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TermCost {
    /// As it stands in the record.
    pub term: String,
    /// Itself and all behind it.
    pub lookups: u32,
    /// Its query finds nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
    /// It stands behind `all`, or is a redirect beside one: receivers never come there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreachable: bool,
    /// The record it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Node>,
}

/// How a record is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Via {
    Apex,
    Include,
    Redirect,
}

/// A record that was reached, or was to be.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) via: Via,
    /// The record whose term leads here.
    pub(super) parent: String,
    /// The term of the apex record that leads here.
    pub(super) top: Option<usize>,
    pub(super) depth: usize,
    pub(super) record: Option<Record>,
    pub(super) obstacle: Option<Obstacle>,
    /// Whether only pass qualifiers lead here: what it lets pass, passes.
    pub(super) passes: bool,
}

/// A term past the bound of those that are looked into.
#[derive(Debug, Clone)]
pub(super) struct Unprobed {
    /// As it stands.
    pub(super) term: String,
    /// The record it stands in.
    pub(super) at: String,
    /// The term of the apex record that leads here.
    pub(super) top: Option<usize>,
}

/// Walks the tree of `domain`; its own record is asked for with `need`, everything else as evidence.
pub fn analyse(domain: &Name, inquiry: &mut Inquiry<'_>, need: Need) -> Analysis {
    let mut walk = Walk {
        inquiry,
        need,
        sites: Vec::new(),
        probes: Vec::new(),
        known: HashMap::new(),
        ancestors: Vec::new(),
        lower_bound: false,
        voids_lower_bound: false,
        unprobed: None,
        v4: Vec::new(),
    };
    let step = Step {
        via: Via::Apex,
        parent: String::new(),
        top: None,
        passes: true,
    };
    let (node, cost) = walk.visit(domain.as_str(), step);
    let addresses = Addresses::new(walk.v4, []);
    Analysis {
        domain: domain.to_string(),
        record: node.record.clone(),
        lookups: Lookups {
            best: cost.pass.min(cost.other),
            worst: cost.worst,
            lower_bound: walk.lower_bound,
        },
        voids: cost.voids.0.max(cost.voids.1),
        voids_lower_bound: walk.lower_bound || walk.voids_lower_bound,
        ipv4_addresses: addresses.count_v4(),
        tree: node,
        sites: walk.sites,
        probes: walk.probes,
        unprobed: walk.unprobed,
        void_families: cost.voids,
    }
}

/// What a record, or a term, costs.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    /// At least, until it passes or matches; `u32::MAX` where it never does.
    pass: u32,
    /// At least, until it ends in anything else or does not match.
    other: u32,
    worst: u32,
    /// For IPv4 and for IPv6 senders.
    voids: (u32, u32),
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.worst = self.worst.saturating_add(other.worst);
        self.voids.0 = self.voids.0.saturating_add(other.voids.0);
        self.voids.1 = self.voids.1.saturating_add(other.voids.1);
    }
}

/// How the walk comes to a record.
struct Step {
    via: Via,
    parent: String,
    top: Option<usize>,
    passes: bool,
}

struct Walk<'w, 'f> {
    inquiry: &'w mut Inquiry<'f>,
    need: Need,
    sites: Vec<Site>,
    probes: Vec<Probe>,
    known: HashMap<Name, Cost>,
    ancestors: Vec<Name>,
    lower_bound: bool,
    voids_lower_bound: bool,
    unprobed: Option<Unprobed>,
    v4: Vec<Network4>,
}

impl Walk<'_, '_> {
    fn visit(&mut self, domain: &str, step: Step) -> (Node, Cost) {
        let mut node = Node {
            name: domain.to_owned(),
            record: None,
            lookups: 0,
            repeated: false,
            problem: None,
            terms: Vec::new(),
        };
        let mut site = Site {
            name: domain.to_owned(),
            via: step.via,
            parent: step.parent,
            top: step.top,
            depth: self.ancestors.len(),
            record: None,
            obstacle: None,
            passes: step.passes,
        };
        let name = name_of(domain);
        if let Some(cost) = name.as_ref().and_then(|name| self.known.get(name)) {
            node.repeated = true;
            node.lookups = cost.worst;
            return (node, *cost);
        }
        let text = match self.read(name.as_ref(), &site) {
            Ok(text) => text,
            Err(obstacle) => {
                self.lower_bound |= obstacle.hides_cost();
                node.problem = Some(obstacle.to_string());
                site.obstacle = Some(obstacle);
                self.sites.push(site);
                return (node, Cost::default());
            }
        };
        node.record = Some(presentation(&text));
        let record = parse(&text);
        let error = record.errors().into_iter().next();
        if let Some(error) = error {
            let obstacle = Obstacle::Syntax(error.message);
            node.problem = Some(obstacle.to_string());
            site.obstacle = Some(obstacle);
        }
        site.record = Some(record.clone());
        let passes = site.passes;
        self.sites.push(site);
        let Some(name) = name else {
            return (node, Cost::default());
        };
        self.ancestors.push(name.clone());
        let (terms, cost) = self.terms(&record, domain, step.top, passes);
        self.ancestors.pop();
        node.terms = terms;
        node.lookups = cost.worst;
        self.known.insert(name, cost);
        (node, cost)
    }

    /// The one SPF record at a name.
    fn read(&mut self, name: Option<&Name>, site: &Site) -> Result<Vec<u8>, Obstacle> {
        let name = name.ok_or(Obstacle::Malformed)?;
        if self.ancestors.contains(name) {
            return Err(Obstacle::Loop);
        }
        if site.depth > MAX_DEPTH || self.sites.len() >= MAX_RECORDS {
            return Err(Obstacle::Bounds);
        }
        let need = if site.via == Via::Apex {
            self.need
        } else {
            Need::Evidence
        };
        match look(self.inquiry, name, need) {
            Looked::Open => Err(Obstacle::Open),
            Looked::Unanswered(trouble) => Err(Obstacle::Unanswered(trouble)),
            Looked::Answered(values) => match values.records.as_slice() {
                [] => Err(Obstacle::Missing {
                    nxdomain: values.nxdomain,
                }),
                [one] => Ok(one.clone()),
                many => Err(Obstacle::Several(many.len())),
            },
        }
    }

    fn terms(
        &mut self,
        record: &Record,
        domain: &str,
        top: Option<usize>,
        passes: bool,
    ) -> (Vec<TermCost>, Cost) {
        let mut terms = Vec::new();
        let mut sum = Cost::default();
        // What the luckiest sender has spent before the term at hand.
        let mut spent = 0_u32;
        (sum.pass, sum.other) = (u32::MAX, u32::MAX);
        let end = record.all().map(|(index, _)| index);
        for (index, qualifier, mechanism) in record.directives() {
            let mut term = TermCost {
                term: record.term_text(index),
                lookups: 0,
                void: false,
                unreachable: end.is_some_and(|end| index > end),
                target: None,
            };
            if !term.unreachable {
                let passes = passes && qualifier == Qualifier::Pass;
                let cost = self.mechanism(mechanism, &mut term, domain, top.or(Some(index)), passes);
                let decides = if qualifier == Qualifier::Pass {
                    &mut sum.pass
                } else {
                    &mut sum.other
                };
                *decides = (*decides).min(spent.saturating_add(cost.pass));
                spent = spent.saturating_add(cost.other);
                term.lookups = cost.worst;
                sum.add(cost);
            }
            terms.push(term);
        }
        if let Some((index, target)) = record.redirect() {
            let mut term = TermCost {
                term: record.term_text(index),
                lookups: 0,
                void: false,
                unreachable: end.is_some(),
                target: None,
            };
            if end.is_none() {
                let step = Step {
                    via: Via::Redirect,
                    parent: domain.to_owned(),
                    top: top.or(Some(index)),
                    passes,
                };
                let cost = self.follow(target, step, &mut term);
                sum.pass = sum.pass.min(spent.saturating_add(cost.pass));
                spent = spent.saturating_add(cost.other);
                term.lookups = cost.worst;
                sum.add(cost);
            }
            terms.push(term);
        }
        sum.other = sum.other.min(spent);
        if !record.is_valid() {
            (sum.pass, sum.other) = (0, 0); // Receivers stop before its first term.
        }
        (terms, sum)
    }

    /// The cost of one reachable mechanism.
    fn mechanism(
        &mut self,
        mechanism: &Mechanism,
        term: &mut TermCost,
        domain: &str,
        top: Option<usize>,
        passes: bool,
    ) -> Cost {
        match mechanism {
            Mechanism::All | Mechanism::Ip6(_) => {
                if passes && matches!(mechanism, Mechanism::All) {
                    self.v4.push(Network4 {
                        address: [0, 0, 0, 0].into(),
                        prefix: 0,
                    });
                }
                let other = if matches!(mechanism, Mechanism::All) {
                    u32::MAX
                } else {
                    0
                };
                return Cost {
                    other,
                    ..Cost::default()
                };
            }
            Mechanism::Ip4(network) => {
                if passes {
                    self.v4.push(*network);
                }
                return Cost::default();
            }
            Mechanism::Include(target) => {
                let step = Step {
                    via: Via::Include,
                    parent: domain.to_owned(),
                    top,
                    passes,
                };
                return self.follow(target, step, term);
            }
            Mechanism::A { .. } | Mechanism::Mx { .. } | Mechanism::Ptr(_) | Mechanism::Exists(_) => {}
        }
        let mut cost = Cost {
            pass: 1,
            other: 1,
            worst: 1,
            voids: (0, 0),
        };
        let Some(target) = probe::target(mechanism, domain) else {
            self.voids_lower_bound = true; // Another name for every sender.
            return cost;
        };
        if self.probes.len() >= MAX_PROBES {
            self.voids_lower_bound = true;
            self.unprobed.get_or_insert_with(|| Unprobed {
                term: term.term.clone(),
                at: domain.to_owned(),
                top,
            });
            return cost;
        }
        if let Some(mut found) = probe::probe(mechanism, target, domain, top, &term.term, self.inquiry) {
            self.voids_lower_bound |= found.unsure;
            cost.voids = (u32::from(found.void_v4), u32::from(found.void_v6));
            term.void = found.void_v4;
            found.passes = passes;
            if passes {
                self.v4.extend(found.networks.iter().copied());
            }
            self.probes.push(found);
        }
        cost
    }

    /// Goes on where an include or redirect leads.
    fn follow(&mut self, target: &DomainSpec, step: Step, term: &mut TermCost) -> Cost {
        let Some(target) = without_sender(target, &step.parent) else {
            self.lower_bound = true;
            self.sites.push(Site {
                name: target.to_string(),
                via: step.via,
                parent: step.parent,
                top: step.top,
                depth: self.ancestors.len(),
                record: None,
                obstacle: Some(Obstacle::SenderDependent),
                passes: step.passes,
            });
            return Cost {
                pass: 1,
                other: 1,
                worst: 1,
                voids: (0, 0),
            };
        };
        let (node, mut cost) = self.visit(&target, step);
        term.target = Some(node);
        cost.pass = cost.pass.saturating_add(1);
        cost.other = cost.other.saturating_add(1);
        cost.worst = cost.worst.saturating_add(1);
        cost
    }
}
