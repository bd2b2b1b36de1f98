//! Whether a server chooses its better suites: each sufficient one it takes over all below that (NCSC-NL, and so
//! Internet.nl). Pure: told by what hellos came to, and by what the next hello must offer where that is not enough.
//!
//! A hello offers what is below sufficient first and the sufficient ones behind it. What a server chooses there of the latter
//! stands above the former, and is left out of the next; until it chooses one below. Then either it takes none of those that
//! are left, which one hello with these alone tells, or it prefers the worse. That one is not needed where it was seen to take
//! one of them elsewhere: a server that follows the client's order is found out by the first.
//!
//! NCSC-NL asks for the sufficient before all below, Internet.nl before those alone that are to be phased out. Where something
//! insufficient is chosen, that hello says nothing of the latter, so one more offers them without what is insufficient.

use std::collections::BTreeSet;

use super::code_points::{Exchange, Suite, Version};
use super::hello::MAX_SUITES;
use super::levels::{Baseline, Level};
use super::step::{Probe, Step, Worth};

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preference {
    /// There is nothing to choose between: nothing below sufficient is taken, or nothing else.
    Nothing,
    /// All it takes of the better was chosen over all below that was offered.
    Better,
    /// It chose the first, although it takes the second.
    Worse(Suite, Suite),
    /// Not all was compared: the suites the next hello is to offer; none where no hello would help.
    Open(Vec<Suite>),
}

/// What the sufficient suites are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lower {
    /// All that is below sufficient.
    All,
    /// What is to be phased out, and not what is insufficient.
    PhaseOut,
}

impl Lower {
    fn has(self, level: Level) -> bool {
        match self {
            Self::All => level < Level::Sufficient,
            Self::PhaseOut => level == Level::PhaseOut,
        }
    }
}

/// What is known of it after these hellos, at the highest version up to TLS 1.2.
pub fn preference(baseline: &Baseline, lower: Lower, steps: &[Step]) -> Preference {
    let chosen = || steps.iter().filter_map(Step::chosen);
    let versions = chosen().map(|(version, _)| version);
    let Some(version) = versions.filter(|version| *version <= Version::TLS12).max() else {
        return Preference::Nothing;
    };
    let is_better = |suite: &Suite| baseline.suite(*suite) >= Level::Sufficient;
    let is_lower = |suite: &Suite| lower.has(baseline.suite(*suite));
    let at_version = chosen().filter(|(at, _)| *at == version);
    let taken: BTreeSet<Suite> = at_version.map(|(_, suite)| suite).collect();
    // Versions before TLS 1.2 have nothing that is sufficient.
    if version < Version::TLS12 || !taken.iter().any(is_lower) {
        return Preference::Nothing;
    }
    // One that ended at what is neither compared nothing.
    let tells = |step: &&Step| {
        let chosen = step.chosen();
        chosen.is_none_or(|(_, suite)| is_better(&suite) || is_lower(&suite))
    };
    let all_orders = steps.iter().filter(|step| step.probe == Probe::Order);
    let orders: Vec<&Step> = all_orders.filter(tells).collect();
    let all_better: Vec<Suite> = likely(baseline)
        .into_iter()
        .filter(|suite| is_better(suite) && !suite.is_anonymous())
        .collect();
    let (mut above, mut worse) = (BTreeSet::new(), None);
    for step in &orders {
        match step.chosen() {
            Some((_, suite)) if is_lower(&suite) => {
                // What is seen later takes nothing back: another hello may offer less that is lower.
                let passed = |better: &&Suite| taken.contains(better) && !above.contains(*better);
                if let Some(better) = all_better.iter().find(passed) {
                    return Preference::Worse(suite, *better);
                }
                worse = Some(suite);
            }
            Some((_, suite)) if step.suites.iter().any(is_lower) => {
                above.insert(suite);
            }
            _ => {}
        }
    }
    let left: Vec<Suite> = all_better
        .into_iter()
        .filter(|suite| !above.contains(suite))
        .collect();
    let look = Look {
        baseline,
        lower,
        steps,
        taken: &taken,
    };
    let Some(last) = orders.last() else {
        return Preference::Open(look.worst_first(&left));
    };
    let is_alone = |step: &&Step| step.suites.iter().all(is_better);
    let is_any_left = left.iter().any(|suite| taken.contains(suite));
    if !is_any_left && orders.iter().any(|step| is_alone(step) && step.was_refused()) {
        return match above.is_empty() {
            true => Preference::Nothing,
            false => Preference::Better,
        };
    }
    match worse {
        Some(_) if is_alone(last) => Preference::Open(Vec::new()),
        Some(_) => Preference::Open(left),
        None if last.chosen().is_none() => Preference::Open(Vec::new()),
        None if left.is_empty() => Preference::Better,
        None => Preference::Open(look.worst_first(&left)),
    }
}

/// What the next hello is made of.
struct Look<'l> {
    baseline: &'l Baseline,
    lower: Lower,
    steps: &'l [Step],
    taken: &'l BTreeSet<Suite>,
}

impl Look<'_> {
    /// What is lower, first what was taken and then what was not refused, as many as a server reads beside what is better.
    fn worst_first(&self, better: &[Suite]) -> Vec<Suite> {
        let of_low =
            |step: &&Step| matches!(step.probe, Probe::Suites(Worth::Insufficient | Worth::PhaseOut));
        let refused = self.steps.iter().filter(of_low).filter(|step| step.was_refused());
        let refused: BTreeSet<Suite> = refused.flat_map(|step| step.suites.iter().copied()).collect();
        let is_low = |suite: &Suite| self.lower.has(self.baseline.suite(*suite));
        let mut low: Vec<Suite> = self.taken.iter().copied().filter(is_low).collect();
        let unknown = likely(self.baseline).into_iter();
        low.extend(
            unknown.filter(|suite| is_low(suite) && !self.taken.contains(suite) && !refused.contains(suite)),
        );
        low.truncate(MAX_SUITES.saturating_sub(better.len()));
        low.extend(better);
        low
    }
}

/// Suites up to TLS 1.2, those first that servers are likely to take.
pub(super) fn likely(baseline: &Baseline) -> Vec<Suite> {
    let mut all: Vec<Suite> = Suite::all().filter(|suite| !suite.is_of_tls13()).collect();
    all.sort_by_cached_key(|suite| (std::cmp::Reverse(baseline.suite(*suite)), oddity(*suite)));
    all
}

/// How odd a suite is among mail servers: the odder, the later it is offered.
fn oddity(suite: Suite) -> usize {
    let name = suite.name().unwrap_or_default();
    let odd = [
        "_DSS_",
        "ECDH_ECDSA",
        "ECDH_RSA",
        "EXPORT",
        "NULL",
        "ARIA",
        "CCM_8",
        "SEED",
        "IDEA",
        "_anon_",
    ];
    let very = odd.iter().filter(|word| name.contains(**word)).count();
    let is_static = suite.exchange() == Some(Exchange::Static);
    very * 4 + usize::from(is_static) + usize::from(name.contains("CAMELLIA"))
}
