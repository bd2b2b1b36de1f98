//! Whether a server chooses its better suites: each sufficient one it takes over all below that (NCSC-NL, and so
//! Internet.nl). Pure: told by what hellos came to, and by what the next hello must offer where that is not enough.
//!
//! A hello offers what is below sufficient first and the sufficient ones behind it. What a server chooses there of the latter
//! stands above the former, and is left out of the next; until it chooses one below. Then either it takes none of those that
//! are left, which one hello with these alone tells, or it prefers the worse. That one is not needed where it was seen to take
//! one of them elsewhere: a server that follows the client's order is found out by the first.

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

/// What is known of it after these hellos, at the highest version up to TLS 1.2.
pub fn preference(baseline: &Baseline, steps: &[Step]) -> Preference {
    let chosen = || steps.iter().filter_map(Step::chosen);
    let versions = chosen().map(|(version, _)| version);
    let Some(version) = versions.filter(|version| *version <= Version::TLS12).max() else {
        return Preference::Nothing;
    };
    let is_better = |suite: &Suite| baseline.suite(*suite) >= Level::Sufficient;
    let at_version = chosen().filter(|(at, _)| *at == version);
    let taken: BTreeSet<Suite> = at_version.map(|(_, suite)| suite).collect();
    // Versions before TLS 1.2 have nothing that is sufficient.
    if version < Version::TLS12 || taken.iter().all(is_better) {
        return Preference::Nothing;
    }
    let orders = || steps.iter().filter(|step| step.probe == Probe::Order);
    let compares = |step: &&Step| step.suites.iter().any(|suite| !is_better(suite));
    let above: BTreeSet<Suite> = orders()
        .filter(compares)
        .filter_map(Step::chosen)
        .map(|(_, suite)| suite)
        .filter(is_better)
        .collect();
    let left: Vec<Suite> = likely(baseline)
        .into_iter()
        .filter(|suite| is_better(suite) && !suite.is_anonymous() && !above.contains(suite))
        .collect();
    let Some(last) = orders().next_back() else {
        return Preference::Open(worst_first(baseline, &taken, steps, &left));
    };
    let is_alone = !compares(&last);
    let mut chosen_there = orders().filter_map(Step::chosen).map(|(_, suite)| suite);
    let worse = chosen_there.rfind(|suite| !is_better(suite));
    match (worse, left.iter().find(|suite| taken.contains(suite))) {
        (Some(worse), Some(better)) => Preference::Worse(worse, *better),
        (Some(_), None) if is_alone && last.was_refused() => match above.is_empty() {
            true => Preference::Nothing,
            false => Preference::Better,
        },
        (Some(_), None) if is_alone => Preference::Open(Vec::new()),
        (Some(_), None) => Preference::Open(left),
        (None, _) if last.chosen().is_none() => Preference::Open(Vec::new()),
        (None, _) if left.is_empty() => Preference::Better,
        (None, _) => Preference::Open(worst_first(baseline, &taken, steps, &left)),
    }
}

/// What is below sufficient, first what was taken and then what was not refused, as many as a server reads beside what is
/// better.
fn worst_first(baseline: &Baseline, taken: &BTreeSet<Suite>, steps: &[Step], better: &[Suite]) -> Vec<Suite> {
    let of_low = |step: &&Step| matches!(step.probe, Probe::Suites(Worth::Insufficient | Worth::PhaseOut));
    let refused = steps.iter().filter(of_low).filter(|step| step.was_refused());
    let refused: BTreeSet<Suite> = refused.flat_map(|step| step.suites.iter().copied()).collect();
    let is_low = |suite: &Suite| baseline.suite(*suite) < Level::Sufficient;
    let mut low: Vec<Suite> = taken.iter().copied().filter(is_low).collect();
    let unknown = likely(baseline).into_iter();
    low.extend(unknown.filter(|suite| is_low(suite) && !taken.contains(suite) && !refused.contains(suite)));
    low.truncate(MAX_SUITES.saturating_sub(better.len()));
    low.extend(better);
    low
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
