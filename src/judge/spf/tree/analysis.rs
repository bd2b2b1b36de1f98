//! The tree and what it comes to: types, serialized as `zegel spf --output json` prints them.

use std::sync::Arc;

use serde::Serialize;

use super::cost::Cost;
use super::obstacle::Obstacle;
use super::probe::Probe;
use super::referral::Referral;
use crate::judge::spf::evaluation::NearMissText;
use crate::records::spf::{Addresses, Mechanism, Qualifier, Record};

/// The tree of a domain's SPF, and what it comes to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The domain.
    pub domain: String,
    /// Its record in presentation format.
    pub record: Option<String>,
    /// Why nobody is evaluated by it: there is no record, or it is a permerror for every sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What was meant as a record and is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMissText>,
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
    pub(in crate::judge::spf) reached: Vec<Reached>,
    /// Every term that was looked into.
    #[serde(skip)]
    pub(in crate::judge::spf) probes: Vec<Probe>,
    /// The first term that was not looked into for [`MAX_PROBES`].
    #[serde(skip)]
    pub(in crate::judge::spf) unprobed: Option<Unprobed>,
    /// Terms without IPv4 and without IPv6 answers.
    #[serde(skip)]
    pub(in crate::judge::spf) void_families: (u32, u32),
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
    /// Its terms in order; none where nobody can read it.
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

impl TermCost {
    /// A term that costs nothing so far.
    pub(super) fn new(record: &Record, index: usize, unreachable: bool) -> Self {
        Self {
            term: record.term_text(index),
            lookups: 0,
            void: false,
            unreachable,
            target: None,
        }
    }
}

/// A record that was reached, or was to be.
#[derive(Debug, Clone)]
pub(in crate::judge::spf) struct Reached {
    pub(in crate::judge::spf) name: String,
    pub(in crate::judge::spf) referral: Referral,
    pub(in crate::judge::spf) depth: usize,
    pub(in crate::judge::spf) record: Option<Arc<Record>>,
    pub(in crate::judge::spf) obstacle: Option<Obstacle>,
}

/// A term past the bound of those that are looked into.
#[derive(Debug, Clone)]
pub(in crate::judge::spf) struct Unprobed {
    /// As it stands.
    pub(in crate::judge::spf) term: String,
    /// The record it stands in.
    pub(in crate::judge::spf) at: String,
    /// The term of the apex record that leads here.
    pub(in crate::judge::spf) top: Option<usize>,
}

/// What a walk gathers beside the tree itself.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) reached: Vec<Reached>,
    pub(super) probes: Vec<Probe>,
    pub(super) unprobed: Option<Unprobed>,
    pub(super) near_misses: Vec<NearMissText>,
    pub(super) lower_bound: bool,
    pub(super) voids_lower_bound: bool,
    pub(super) passing: Addresses,
}

impl Analysis {
    /// Whether nobody can pass: there is a record, and whatever would let somebody pass in it or behind it finds nothing.
    /// False also where that is not known.
    pub(in crate::judge) fn nobody_passes(&self) -> bool {
        let mut passing = self.reached.iter().filter(|reached| reached.referral.passes);
        let known = self.record.is_some() && self.problem.is_none() && !self.lookups.lower_bound;
        known
            && self.unprobed.is_none()
            && passing.all(|reached| {
                let record = reached.record.as_ref();
                record.is_some_and(|record| self.finds_nobody(&reached.name, record))
            })
    }

    /// Whether no term of the record at `name` lets somebody pass; the records it leads to are looked at by themselves.
    fn finds_nobody(&self, name: &str, record: &Record) -> bool {
        let end = record.all().map_or(usize::MAX, |(index, _)| index);
        let mut passing = record
            .directives()
            .filter(|(index, qualifier, _)| *index <= end && *qualifier == Qualifier::Pass);
        passing.all(|(index, _, mechanism)| match mechanism {
            Mechanism::Include(_) => true,
            Mechanism::All | Mechanism::Ip4(_) | Mechanism::Ip6(_) | Mechanism::Ptr(_) => false,
            Mechanism::A { .. } | Mechanism::Mx { .. } | Mechanism::Exists(_) => {
                let term = record.term_text(index);
                let mut probes = self.probes.iter();
                probes.any(|probe| {
                    let is_void = probe.null_mx || probe.void_v4 && probe.void_v6;
                    probe.at == name && probe.term == term && is_void && !probe.unsure
                })
            }
        })
    }

    pub(super) fn new(tree: Node, problem: Option<String>, cost: Cost, walked: Walked) -> Self {
        Self {
            domain: tree.name.clone(),
            record: tree.record.clone(),
            problem,
            near_misses: walked.near_misses,
            lookups: Lookups {
                best: cost.pass.min(cost.other),
                worst: cost.worst,
                lower_bound: walked.lower_bound,
            },
            voids: cost.voids.0.max(cost.voids.1),
            voids_lower_bound: walked.lower_bound || walked.voids_lower_bound,
            ipv4_addresses: walked.passing.count_v4(),
            tree,
            reached: walked.reached,
            probes: walked.probes,
            unprobed: walked.unprobed,
            void_families: cost.voids,
        }
    }
}
