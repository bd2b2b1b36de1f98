//! Which hellos a look at a server's TLS takes, and what the next one is after what was seen.
//!
//! Every hello is a connection that leaves two lines in somebody's log and may trip a rate limit. So the plan asks for
//! classes rather than for single suites: "is anything insufficient taken?" is one hello when the answer is no. Where
//! it is yes, a few more name a few more; what a look says of a class is "at least these". Pure: a plan is a function of
//! what was seen.

use std::collections::BTreeSet;

use super::code_points::{Exchange, Group, Scheme, Suite, Version};
use super::hello::{MAX_SUITES, Offer};
use super::levels::{Baseline, Level};
use super::order::{Lower, Preference, likely, preference};
use super::step::{Probe, Step, Worth};
use crate::name::Name;

/// How many hellos at most ask for suites of one level.
const MOST_OF_A_LEVEL: usize = 4;

/// The most hellos one look takes.
pub const MAX_STEPS: usize = 19;

/// How much a look asks of a server's TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Whether versions before TLS 1.2 are spoken.
    Old,
    /// Which versions are spoken.
    Versions,
    /// All that a hello can tell.
    Full,
}

/// Which hellos are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan<'p> {
    /// By which edition suites are classed.
    pub baseline: &'p Baseline,
    /// How much is asked.
    pub scope: Scope,
}

impl Plan<'_> {
    /// The next hello to `host` after these; `None` when all is asked, or [`MAX_STEPS`] are.
    pub fn next(&self, host: &Name, steps: &[Step]) -> Option<(Probe, Offer)> {
        let seen = Seen { plan: self, steps };
        let (probe, version, suites) = seen.next().filter(|_| steps.len() < MAX_STEPS)?;
        let mut offer = Offer {
            version,
            suites,
            groups: groups(version),
            schemes: SCHEMES.map(Scheme).to_vec(),
            deflate: version < Version::TLS13,
            server_name: Some(host.clone()),
        };
        match probe {
            Probe::Curves => offer.groups = WEAK_CURVES.map(Group).to_vec(),
            Probe::Sha1 => offer.schemes = SHA1.map(Scheme).to_vec(),
            Probe::Sha224 => offer.schemes = SHA224.map(Scheme).to_vec(),
            _ => {}
        }
        offer.suites.truncate(MAX_SUITES);
        Some((probe, offer))
    }
}

/// The curves that are sufficient, the usual ones first; under TLS 1.3 the prime fields behind them. Below it those are
/// left out, so that a server shows the field it has by itself (RFC 7919 4).
fn groups(version: Version) -> Vec<Group> {
    let numbers: &[u16] = match version >= Version::TLS13 {
        true => &[29, 23, 24, 25, 30, 31, 32, 33, 257, 258, 259, 260, 256],
        false => &[29, 23, 24, 25, 30, 26, 27, 28],
    };
    numbers.iter().copied().map(Group).collect()
}

/// Curves below sufficient.
const WEAK_CURVES: [u16; 14] = [21, 20, 22, 19, 18, 17, 16, 15, 10, 9, 7, 6, 3, 1];

/// What signatures are taken, SHA-1 last.
const SCHEMES: [u16; 16] = [
    0x0804, 0x0805, 0x0806, 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
    0x0601, 0x0203, 0x0201,
];

/// Signatures with SHA-1 alone.
const SHA1: [u16; 3] = [0x0201, 0x0203, 0x0202];

/// Signatures with SHA-224 alone.
const SHA224: [u16; 3] = [0x0301, 0x0303, 0x0302];

/// What was seen so far, and what follows from it.
struct Seen<'s> {
    plan: &'s Plan<'s>,
    steps: &'s [Step],
}

impl Seen<'_> {
    fn next(&self) -> Option<(Probe, Version, Vec<Suite>)> {
        if self.plan.scope > Scope::Old {
            for version in [Version::TLS13, Version::TLS12] {
                if !self.was(Probe::Version(version)) {
                    return Some((Probe::Version(version), version, self.suites_of(version)));
                }
            }
        }
        if let Some(version) = self.next_old_version() {
            return Some((Probe::Version(version), version, self.suites_of(version)));
        }
        if self.plan.scope < Scope::Full {
            return None;
        }
        let of_old = self.highest_old().and_then(|version| self.next_of(version));
        let next = of_old.or_else(|| self.next_of_tls13());
        // The order of single suites comes last: of a server that takes a great deal the bound cuts that off first.
        next.or_else(|| {
            let suites = self.to_compare();
            (!suites.is_empty()).then_some((Probe::Order, Version::TLS12, suites))
        })
    }

    /// A hello names the highest version that is taken, so one refusal ends the row downward.
    fn next_old_version(&self) -> Option<Version> {
        let old = |step: &&Step| matches!(step.probe, Probe::Version(version) if version < Version::TLS12);
        let last = self.steps.iter().rfind(old);
        match last {
            None => Some(Version::TLS11),
            Some(step) => match step.chosen()?.0 {
                Version::TLS11 => Some(Version::TLS10),
                Version::TLS10 => Some(Version::SSL30),
                _ => None,
            },
        }
    }

    /// The highest version up to TLS 1.2 that was chosen: suites are asked for at that one.
    fn highest_old(&self) -> Option<Version> {
        let versions = self
            .steps
            .iter()
            .filter_map(Step::chosen)
            .map(|(version, _)| version);
        versions.filter(|version| *version <= Version::TLS12).max()
    }

    fn next_of(&self, version: Version) -> Option<(Probe, Version, Vec<Suite>)> {
        for worth in [Worth::Insufficient, Worth::PhaseOut] {
            let probe = Probe::Suites(worth);
            let rest = self.rest(worth, version);
            let count = self.steps.iter().filter(|step| step.probe == probe).count();
            if !rest.is_empty() && count < MOST_OF_A_LEVEL {
                return Some((probe, version, rest));
            }
        }
        let of = |exchange| move |suite: &Suite| suite.exchange() == Some(exchange) && !suite.is_anonymous();
        let with = |exchange| -> Vec<Suite> { self.likely().filter(of(exchange)).collect() };
        let mut single = vec![
            (Probe::Prime, with(Exchange::Dhe)),
            (Probe::Curves, with(Exchange::Ecdhe)),
        ];
        if version == Version::TLS12 {
            let signed: Vec<Suite> = [with(Exchange::Ecdhe), with(Exchange::Dhe)].concat();
            single.extend([(Probe::Sha1, signed.clone()), (Probe::Sha224, signed)]);
        }
        single.push((Probe::Order, self.to_compare()));
        let next = single
            .into_iter()
            .find(|(probe, suites)| !self.was(*probe) && !suites.is_empty());
        next.map(|(probe, suites)| (probe, version, suites))
    }

    fn next_of_tls13(&self) -> Option<(Probe, Version, Vec<Suite>)> {
        let spoken = self.steps.iter().filter_map(Step::chosen);
        let is_spoken = spoken
            .map(|(version, _)| version)
            .any(|version| version == Version::TLS13);
        let weak = |suite: &Suite| suite.is_of_tls13() && self.level(*suite) == Level::Insufficient;
        let suites: Vec<Suite> = Suite::all().filter(weak).collect();
        let is_next = is_spoken && !self.was(Probe::Tls13Suites) && !suites.is_empty();
        is_next.then_some((Probe::Tls13Suites, Version::TLS13, suites))
    }

    /// What the next hello about the order of suites offers; nothing where there is nothing to choose, or all is known.
    fn to_compare(&self) -> Vec<Suite> {
        let open = |lower| match preference(self.plan.baseline, lower, self.steps) {
            Preference::Open(suites) => suites,
            Preference::Nothing | Preference::Better | Preference::Worse(..) => Vec::new(),
        };
        let first = open(Lower::All);
        match first.is_empty() {
            true => open(Lower::PhaseOut),
            false => first,
        }
    }

    fn was(&self, probe: Probe) -> bool {
        self.steps.iter().any(|step| step.probe == probe)
    }

    fn level(&self, suite: Suite) -> Level {
        self.plan.baseline.suite(suite)
    }

    /// Suites up to TLS 1.2, those first that servers are likely to take.
    fn likely(&self) -> impl Iterator<Item = Suite> {
        likely(self.plan.baseline).into_iter()
    }

    /// The suites with which a version is asked for.
    fn suites_of(&self, version: Version) -> Vec<Suite> {
        match version {
            Version::TLS13 => {
                let usual = |suite: &Suite| suite.is_of_tls13() && self.level(*suite) > Level::Insufficient;
                Suite::all().filter(usual).collect()
            }
            Version::TLS12 => self.likely().collect(),
            _ => self.likely().filter(is_of_old_versions).collect(),
        }
    }

    /// The suites of a level of which nothing is known yet.
    fn rest(&self, worth: Worth, version: Version) -> Vec<Suite> {
        let refused = self
            .steps
            .iter()
            .filter(|step| step.probe == Probe::Suites(worth));
        let refused = refused.filter(|step| step.reaction.flight().is_none());
        let mut known: BTreeSet<Suite> = refused.flat_map(|step| step.suites.iter().copied()).collect();
        known.extend(self.steps.iter().filter_map(Step::chosen).map(|(_, suite)| suite));
        let usable = |suite: &Suite| version >= Version::TLS12 || is_of_old_versions(suite);
        self.likely()
            .filter(|suite| self.level(*suite) == worth.level() && usable(suite) && !known.contains(suite))
            .collect()
    }
}

/// Whether versions before TLS 1.2 know it: they have no other hash than MD5 and SHA-1 (RFC 5246 A.5).
fn is_of_old_versions(suite: &Suite) -> bool {
    suite
        .name()
        .is_some_and(|name| name.ends_with("_SHA") || name.ends_with("_MD5"))
}
