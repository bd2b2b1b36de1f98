//! Plans against servers that are functions: what is found, and how many hellos it takes.

use super::super::plan::MAX_STEPS;
use super::*;

/// A server as far as a plan can tell it: what it takes, by its own order or the client's.
struct Server {
    versions: &'static [Version],
    takes: fn(Suite) -> bool,
    is_choosy: bool,
}

impl Server {
    fn react(&self, offer: &Offer) -> Reaction {
        let spoken = self.versions.iter().filter(|version| {
            let is_alone = offer.version == Version::TLS13;
            **version <= offer.version && (!is_alone || **version == Version::TLS13)
        });
        let Some(version) = spoken.max() else {
            return Reaction::Alert(Alert(70));
        };
        let fits =
            |suite: &&Suite| suite.is_of_tls13() == (*version == Version::TLS13) && (self.takes)(**suite);
        let mut shared: Vec<Suite> = offer.suites.iter().filter(fits).copied().collect();
        if self.is_choosy {
            shared.sort_by_key(|suite| std::cmp::Reverse(NCSC_2025_05.suite(*suite)));
        }
        let Some(suite) = shared.first() else {
            return Reaction::Alert(Alert(40));
        };
        let extensions = [0, 43, 0, 2, 3, 4];
        let extensions: &[u8] = if *version == Version::TLS13 {
            &extensions
        } else {
            &[]
        };
        let end = message(14, &[]);
        let legacy = version.0.min(0x0303);
        let inside = [hello(legacy, suite.0, 0, extensions), end].concat();
        Reaction::to(offer, read(&record(22, &inside)).unwrap().unwrap())
    }

    fn look(&self, scope: Scope) -> Vec<Step> {
        let plan = Plan {
            baseline: &NCSC_2025_05,
            scope,
        };
        let mut steps = Vec::new();
        while let Some((probe, offer)) = plan.next(&host(), &steps) {
            steps.push(Step {
                probe,
                reaction: self.react(&offer),
                suites: offer.suites,
            });
            assert!(steps.len() <= MAX_STEPS);
        }
        steps
    }
}

const MODERN: &[Version] = &[Version::TLS12, Version::TLS13];
const ALL: &[Version] = &[
    Version::SSL30,
    Version::TLS10,
    Version::TLS11,
    Version::TLS12,
    Version::TLS13,
];

fn is_strong(suite: Suite) -> bool {
    NCSC_2025_05.suite(suite) >= Level::Sufficient
}

#[test]
fn a_hardened_server_is_troubled_little_and_an_open_one_never_beyond_the_bound() {
    let hardened = Server {
        versions: MODERN,
        takes: is_strong,
        is_choosy: true,
    };
    assert_eq!(hardened.look(Scope::Old).len(), 1);
    assert_eq!(hardened.look(Scope::Versions).len(), 3);
    assert!(
        hardened.look(Scope::Full).len() <= 11,
        "{}",
        hardened.look(Scope::Full).len()
    );
    let open = Server {
        versions: ALL,
        takes: |_| true,
        is_choosy: false,
    };
    assert_eq!(open.look(Scope::Old).len(), 3);
    // All is asked of it, to the last: the bound cuts nothing off.
    let all = open.look(Scope::Full);
    assert_eq!(all.len(), MAX_STEPS);
    assert_eq!(all.last().map(|step| step.probe), Some(Probe::Tls13Suites));
}

#[test]
fn every_version_a_server_speaks_is_found() {
    for versions in [
        MODERN,
        ALL,
        &[Version::TLS10][..],
        &[Version::TLS13],
        &[Version::TLS11, Version::TLS12],
    ] {
        let server = Server {
            versions,
            takes: |_| true,
            is_choosy: true,
        };
        let steps = server.look(Scope::Full);
        let mut found: Vec<Version> = steps
            .iter()
            .filter_map(Step::chosen)
            .map(|(version, _)| version)
            .collect();
        found.sort();
        found.dedup();
        assert_eq!(found, versions);
    }
}

#[test]
fn one_weak_suite_among_strong_ones_is_found_wherever_it_stands() {
    let plan = Plan {
        baseline: &NCSC_2025_05,
        scope: Scope::Full,
    };
    for weak in Suite::all().filter(|suite| !is_strong(*suite) && !suite.is_of_tls13()) {
        let worth = match NCSC_2025_05.suite(weak) {
            Level::PhaseOut => Worth::PhaseOut,
            _ => Worth::Insufficient,
        };
        let mut steps: Vec<Step> = Vec::new();
        // What comes behind the classes asks for something else.
        while let Some((probe, offer)) = plan
            .next(&host(), &steps)
            .filter(|(probe, _)| *probe != Probe::Prime)
        {
            let takes = |suite: &&Suite| !suite.is_of_tls13() && (is_strong(**suite) || **suite == weak);
            let reaction = match offer.suites.iter().find(takes) {
                Some(suite) if offer.version == Version::TLS12 => {
                    let inside = [hello(0x0303, suite.0, 0, &[]), message(14, &[])].concat();
                    Reaction::to(&offer, read(&record(22, &inside)).unwrap().unwrap())
                }
                _ => Reaction::Closed,
            };
            let suites = offer.suites;
            steps.push(Step {
                probe,
                suites,
                reaction,
            });
        }
        let is_found =
            |step: &Step| step.probe == Probe::Suites(worth) && step.chosen() == Some((Version::TLS12, weak));
        assert!(steps.iter().any(is_found), "{weak}");
    }
}

/// What a server that takes these suites of TLS 1.2 comes to, and in how many hellos: by its own order, or the client's.
fn compared(taken: &[Suite], is_choosy: bool) -> ([Preference; 2], usize) {
    let plan = Plan {
        baseline: &NCSC_2025_05,
        scope: Scope::Full,
    };
    let mut steps: Vec<Step> = Vec::new();
    while let Some((probe, offer)) = plan.next(&host(), &steps) {
        let chosen = match is_choosy {
            true => taken.iter().find(|suite| offer.suites.contains(suite)),
            false => offer.suites.iter().find(|suite| taken.contains(suite)),
        };
        let reaction = match chosen.filter(|_| offer.version == Version::TLS12) {
            Some(suite) => {
                let inside = [hello(0x0303, suite.0, 0, &[]), message(14, &[])].concat();
                Reaction::to(&offer, read(&record(22, &inside)).unwrap().unwrap())
            }
            None => Reaction::Alert(Alert(40)),
        };
        steps.push(Step {
            probe,
            suites: offer.suites,
            reaction,
        });
        assert!(steps.len() <= MAX_STEPS);
    }
    let orders = steps.iter().filter(|step| step.probe == Probe::Order).count();
    let found = [Lower::All, Lower::PhaseOut].map(|lower| preference(&NCSC_2025_05, lower, &steps));
    (found, orders)
}

/// Every order of every choice among these suites, two sufficient and two below.
fn orders() -> Vec<Vec<Suite>> {
    let mut all: Vec<Vec<Suite>> = vec![Vec::new()];
    let mut at = 0;
    while let Some(one) = all.get(at).cloned() {
        for suite in [0xc030, 0xc02f, 0xc061, 0x002f].map(Suite) {
            if !one.contains(&suite) {
                all.push([one.clone(), vec![suite]].concat());
            }
        }
        at += 1;
    }
    all.split_off(1)
}

/// Each sufficient suite is held against those below, whichever the server likes best; and by itself against those that are to be
/// phased out, whatever insufficient it likes better.
#[test]
fn a_worse_suite_that_is_preferred_to_any_better_one_is_found() {
    let is_phase_out = |suite: &Suite| NCSC_2025_05.suite(*suite) == Level::PhaseOut;
    for taken in orders() {
        let held = |taken: &[Suite], found: Preference| {
            let is_mixed =
                taken.iter().any(|suite| is_strong(*suite)) && taken.iter().any(|suite| !is_strong(*suite));
            let is_kept = taken.is_sorted_by_key(|suite| !is_strong(*suite));
            match (is_mixed, is_kept) {
                (false, _) => assert_eq!(found, Preference::Nothing, "{taken:?}"),
                (true, true) => assert_eq!(found, Preference::Better, "{taken:?}"),
                (true, false) => {
                    let Preference::Worse(worse, better) = found else {
                        panic!("{taken:?}: {found:?}");
                    };
                    let place = |of: Suite| taken.iter().position(|suite| *suite == of);
                    assert!(
                        place(worse).is_some() && place(worse) < place(better),
                        "{taken:?}"
                    );
                    assert!(!is_strong(worse) && is_strong(better), "{taken:?}");
                }
            }
            is_mixed
        };
        let without: Vec<Suite> = taken
            .iter()
            .copied()
            .filter(|suite| is_strong(*suite) || is_phase_out(suite))
            .collect();
        let ([all, phase_out], hellos) = compared(&taken, true);
        let is_mixed = held(&taken, all);
        let is_mixed_without = held(&without, phase_out);
        let is_both = is_mixed_without && without.len() < taken.len();
        // Where something insufficient ended the first row, each better one is held once more against the rest.
        assert!(hellos <= if is_both { 6 } else { 4 }, "{taken:?}: {hellos}");
        // Who follows the client takes the worse where that stands first.
        let ([all, phase_out], hellos) = compared(&taken, false);
        assert_eq!(
            matches!(all, Preference::Worse(..)),
            is_mixed,
            "{taken:?}: {all:?}"
        );
        assert_eq!(
            matches!(phase_out, Preference::Worse(..)),
            is_mixed_without,
            "{taken:?}: {phase_out:?}"
        );
        // That nothing better is taken is known by one more; so is what is to be phased out behind something insufficient.
        let most = if is_mixed && !is_both { 1 } else { 2 };
        assert!(hellos <= most, "{taken:?}: {hellos}");
    }
}

/// A look of before, or one that was cut off, leaves open what it did not compare.
#[test]
fn what_was_not_compared_is_open() {
    let step = |probe, suites: &[u16], chosen: u16| {
        let inside = [hello(0x0303, chosen, 0, &[]), message(14, &[])].concat();
        Step {
            probe,
            suites: suites.iter().copied().map(Suite).collect(),
            reaction: Reaction::Hello(Box::new(read(&record(22, &inside)).unwrap().unwrap())),
        }
    };
    let all = [
        step(Probe::Version(Version::TLS12), &[0xc030, 0xc02f, 0xc061], 0xc030),
        step(Probe::Suites(Worth::PhaseOut), &[0xc061], 0xc061),
        step(Probe::Order, &[0xc061, 0xc030, 0xc02f], 0xc030),
    ];
    assert_eq!(
        preference(&NCSC_2025_05, Lower::All, &all[..1]),
        Preference::Nothing
    );
    for some in [&all[..2], &all[..3]] {
        assert!(
            matches!(preference(&NCSC_2025_05, Lower::All, some), Preference::Open(next) if !next.is_empty())
        );
    }
    // A server that takes no more connections, or says nonsense, cannot be asked on.
    for reaction in [Reaction::Closed, Reaction::Malformed(Malformed::Suite)] {
        let last = Step {
            reaction,
            ..all[2].clone()
        };
        let steps = [&all[..], &[last]].concat();
        assert_eq!(
            preference(&NCSC_2025_05, Lower::All, &steps),
            Preference::Open(Vec::new())
        );
    }
}
