//! The walk over the tree: record by record, term by term, each record once.

use std::collections::HashMap;
use std::sync::Arc;

use super::analysis::{Analysis, Node, Reached, TermCost, Unprobed, Walked};
use super::cost::Cost;
use super::obstacle::Obstacle;
use super::probe;
use super::referral::{Referral, Via};
use crate::inquiry::{Inquiry, Need};
use crate::judge::spf::evaluation::NearMissText;
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::policy::name_of;
use crate::judge::spf::published::{Published, gather};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{Addresses, DomainSpec, Mechanism, Network4, Qualifier, Record};

/// How deep includes are followed: a receiver gives up at ten.
pub const MAX_DEPTH: usize = 12;

/// How many records are read.
pub const MAX_RECORDS: usize = 48;

/// How many `a`, `mx` and `exists` terms are looked into.
pub const MAX_PROBES: usize = 24;

/// Walks the tree of `domain`.
pub(super) fn walk(domain: &Name, inquiry: &mut Inquiry<'_>) -> Analysis {
    let mut walk = TreeWalk {
        inquiry,
        walked: Walked::default(),
        known: HashMap::new(),
        ancestors: Vec::new(),
        v4: Vec::new(),
    };
    let referral = Referral {
        via: Via::Apex,
        parent: String::new(),
        top: None,
        passes: true,
        decides: true,
    };
    let (node, cost) = walk.visit(domain.as_str(), referral);
    let TreeWalk { mut walked, v4, .. } = walk;
    walked.passing = Addresses::new(v4, []);
    let obstacle = walked.reached.first().and_then(|apex| apex.obstacle.as_ref());
    let problem = obstacle.and_then(Obstacle::at_apex);
    Analysis::new(node, problem, cost, walked)
}

/// The tree of a domain that is none: a check of it says none (RFC 7208 4.3).
pub fn of_no_domain(domain: &str) -> Analysis {
    of_obstacle(
        presentation(domain.as_bytes()),
        &Obstacle::Malformed,
        Walked::default(),
    )
}

/// The tree of a domain whose own record is not answered yet: what it costs is not known.
pub(super) fn of_open(domain: &Name) -> Analysis {
    let walked = Walked {
        lower_bound: true,
        ..Walked::default()
    };
    of_obstacle(domain.to_string(), &Obstacle::Open, walked)
}

fn of_obstacle(name: String, obstacle: &Obstacle, walked: Walked) -> Analysis {
    let node = Node {
        name,
        record: None,
        lookups: 0,
        repeated: false,
        problem: Some(obstacle.to_string()),
        terms: Vec::new(),
    };
    Analysis::new(node, obstacle.at_apex(), Cost::default(), walked)
}

/// A walk under way.
struct TreeWalk<'w, 'f> {
    inquiry: &'w mut Inquiry<'f>,
    walked: Walked,
    known: HashMap<Name, Cost>,
    ancestors: Vec<Name>,
    v4: Vec<Network4>,
}

impl<'f> TreeWalk<'_, 'f> {
    fn visit(&mut self, domain: &str, referral: Referral) -> (Node, Cost) {
        let mut node = Node {
            name: domain.to_owned(),
            record: None,
            lookups: 0,
            repeated: false,
            problem: None,
            terms: Vec::new(),
        };
        let name = name_of(domain);
        if let Some(cost) = name.as_ref().and_then(|name| self.known.get(name)) {
            node.repeated = true;
            node.lookups = cost.worst;
            return (node, *cost);
        }
        let mut reached = Reached {
            name: domain.to_owned(),
            depth: self.ancestors.len(),
            record: None,
            obstacle: None,
            referral,
        };
        let read = self.read(name.as_ref(), &reached).and_then(one_record);
        let (record, obstacle) = match read {
            Ok(record) => (Some(record), syntax_error(record)),
            Err(obstacle) => (None, Some(obstacle)),
        };
        node.record = record.map(|record| presentation(&record.text));
        node.problem = obstacle.as_ref().map(ToString::to_string);
        self.walked.lower_bound |= obstacle.as_ref().is_some_and(Obstacle::hides_cost);
        let readable = record.filter(|_| obstacle.is_none());
        reached.record = readable.cloned();
        reached.obstacle = obstacle;
        let referral = reached.referral.clone();
        self.walked.reached.push(reached);
        let (Some(record), Some(name)) = (readable, name) else {
            return (node, Cost::default());
        };
        self.ancestors.push(name.clone());
        let (terms, cost) = self.terms(record, domain, &referral);
        self.ancestors.pop();
        node.terms = terms;
        node.lookups = cost.worst;
        self.known.insert(name, cost);
        (node, cost)
    }

    /// What is published at a name, unless the walk ends before it.
    fn read(&mut self, name: Option<&Name>, reached: &Reached) -> Result<Published<'f>, Obstacle> {
        let name = name.ok_or(Obstacle::Malformed)?;
        if self.ancestors.contains(name) {
            return Err(Obstacle::Loop);
        }
        if reached.referral.leads_nowhere(name) {
            return Err(Obstacle::Nowhere);
        }
        if reached.depth > MAX_DEPTH || self.walked.reached.len() >= MAX_RECORDS {
            return Err(Obstacle::Bounds);
        }
        let published = gather(self.inquiry, name, Need::Compliance);
        if reached.referral.via == Via::Apex
            && let Some(values) = published.values()
        {
            self.walked.near_misses = NearMissText::of(values);
        }
        Ok(published)
    }

    fn terms(&mut self, record: &Record, domain: &str, referral: &Referral) -> (Vec<TermCost>, Cost) {
        let mut terms = Vec::new();
        let mut sum = Cost::default();
        // What the luckiest sender has spent before the term at hand.
        let mut spent = 0_u32;
        (sum.pass, sum.other) = (u32::MAX, u32::MAX);
        let end = record.all().map(|(index, _)| index);
        // Whether a term that lets nobody pass has matched everybody: what stands behind it is never reached.
        let mut shut = false;
        for (index, qualifier, mechanism) in record.directives() {
            let mut term = TermCost::new(record, index, end.is_some_and(|end| index > end));
            if !term.unreachable {
                let onward = Referral {
                    via: Via::Include,
                    parent: domain.to_owned(),
                    top: referral.top.or(Some(index)),
                    passes: referral.passes && qualifier == Qualifier::Pass && !shut,
                    decides: referral.decides,
                };
                let cost = self.mechanism((qualifier, mechanism), &mut term, onward);
                shut |= qualifier != Qualifier::Pass && cost.always_matches();
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
            let mut term = TermCost::new(record, index, end.is_some());
            if end.is_none() {
                let onward = Referral {
                    via: Via::Redirect,
                    parent: domain.to_owned(),
                    top: referral.top.or(Some(index)),
                    passes: referral.passes && !shut,
                    ..referral.clone()
                };
                let cost = self.follow(target, onward, &mut term);
                sum.pass = sum.pass.min(spent.saturating_add(cost.pass));
                spent = spent.saturating_add(cost.other);
                term.lookups = cost.worst;
                sum.add(cost);
            }
            terms.push(term);
        }
        sum.other = sum.other.min(spent);
        (terms, sum)
    }

    /// The cost of one reachable mechanism.
    fn mechanism(
        &mut self,
        (qualifier, mechanism): (Qualifier, &Mechanism),
        term: &mut TermCost,
        onward: Referral,
    ) -> Cost {
        match mechanism {
            Mechanism::All => {
                self.everybody(onward.passes);
                Cost::of_all()
            }
            Mechanism::Ip6(_) => Cost::default(),
            Mechanism::Ip4(network) => {
                if onward.passes {
                    self.v4.push(*network);
                }
                Cost::default()
            }
            Mechanism::Include(target) => {
                let decides = false; // Its end is not this record's.
                self.follow(target, Referral { decides, ..onward }, term)
            }
            Mechanism::A { .. } | Mechanism::Mx { .. } | Mechanism::Ptr(_) | Mechanism::Exists(_) => {
                self.look_into((qualifier, mechanism), term, onward)
            }
        }
    }

    /// A term matches every sender.
    fn everybody(&mut self, passes: bool) {
        if passes {
            self.v4.push(Network4 {
                address: [0, 0, 0, 0].into(),
                prefix: 0,
            });
        }
    }

    /// What a term that names hosts finds.
    fn look_into(
        &mut self,
        (qualifier, mechanism): (Qualifier, &Mechanism),
        term: &mut TermCost,
        onward: Referral,
    ) -> Cost {
        let mut cost = Cost::of_one_query();
        let Some(target) = probe::target(mechanism, &onward.parent) else {
            self.walked.voids_lower_bound = true; // Another name for every sender.
            return cost;
        };
        if self.walked.probes.len() >= MAX_PROBES {
            self.walked.voids_lower_bound = true;
            self.walked.unprobed.get_or_insert_with(|| Unprobed {
                term: term.term.clone(),
                at: onward.parent,
                top: onward.top,
            });
            return cost;
        }
        let described = probe::Term {
            qualifier,
            mechanism,
            text: &term.term,
            is_own: self.ancestors.len() == 1,
        };
        if let Some(found) = probe::probe(described, target, &onward, self.inquiry) {
            self.walked.voids_lower_bound |= found.unsure;
            cost.voids = (u32::from(found.void_v4), u32::from(found.void_v6));
            term.void = found.void_v4;
            if found.passes {
                self.v4.extend(found.networks.iter().copied());
            }
            if found.everybody {
                cost = cost.and_it_matches();
                self.everybody(found.passes);
            }
            self.walked.probes.push(found);
        }
        cost
    }

    /// Goes on where an include or redirect leads.
    fn follow(&mut self, target: &DomainSpec, referral: Referral, term: &mut TermCost) -> Cost {
        let Some(name) = without_sender(target, &referral.parent) else {
            self.walked.lower_bound = true;
            self.walked.reached.push(Reached {
                name: target.to_string(),
                depth: self.ancestors.len(),
                record: None,
                obstacle: Some(Obstacle::SenderDependent),
                referral,
            });
            return Cost::of_one_query();
        };
        let (node, cost) = self.visit(&name, referral);
        term.target = Some(node);
        cost.and_the_term()
    }
}

/// The one SPF record at a name.
pub(super) fn one_record(published: Published<'_>) -> Result<&Arc<Record>, Obstacle> {
    match published {
        Published::Open => Err(Obstacle::Open),
        Published::Unanswered(trouble) => Err(Obstacle::Unanswered(trouble)),
        Published::Values(values) => match values.records.as_slice() {
            [] => Err(Obstacle::Missing {
                nxdomain: values.nxdomain,
            }),
            [one] => Ok(one),
            many => Err(Obstacle::Several(many.len())),
        },
    }
}

fn syntax_error(record: &Record) -> Option<Obstacle> {
    let error = record.errors().into_iter().next()?;
    Some(Obstacle::Syntax(error.message))
}
