//! When bad news are believed, held, and believed again.

use super::*;
use crate::history::News::{Bad, Good, Worse};

const TIME: Timestamp = Timestamp::UNIX_EPOCH;

const LIES: Evidence = Evidence {
    others: Count { right: 0, wrong: 8 },
    root: Count { right: 0, wrong: 1 },
    registries: Count { right: 0, wrong: 1 },
};
const TRUTH: Evidence = Evidence {
    others: Count { right: 8, wrong: 0 },
    root: Count { right: 1, wrong: 0 },
    registries: Count { right: 1, wrong: 0 },
};

fn key(number: usize) -> Key {
    ("mail".to_owned(), format!("object-{number}"))
}

/// A suspicion, and the clock.
struct Fleet {
    suspicion: Suspicion,
    now: Instant,
}

impl Fleet {
    fn new() -> Self {
        Self {
            suspicion: Suspicion::default(),
            now: Instant::now(),
        }
    }

    fn look(&self, number: usize, news: News) -> Advice {
        let (_, name) = key(number);
        self.suspicion.weigh(&name, || key(number), news, self.now)
    }

    /// How many of these are believed.
    fn believed(&self, objects: std::ops::Range<usize>, news: News) -> usize {
        objects
            .filter(|number| self.look(*number, news) == Advice::Believe)
            .count()
    }

    fn conclude(&self, evidence: &Evidence) -> (Option<Change>, usize) {
        let (change, held) = self.suspicion.conclude(evidence, self.now, TIME);
        (change, held.len())
    }
}

#[test]
fn few_bad_news_or_a_small_share_are_believed_as_they_come() {
    for (good, worse) in [(0, 9), (100, 9), (10_000, 9)] {
        let fleet = Fleet::new();
        fleet.believed(worse..worse + good, Good);
        assert_eq!(fleet.believed(0..worse, Worse), worse, "{good} {worse}");
        assert!(!fleet.suspicion.wants_control(), "{good} {worse}");
    }
    // One in eleven, for ever.
    let fleet = Fleet::new();
    for number in 0..11_000 {
        let news = if number % 11 == 10 { Worse } else { Good };
        assert_eq!(fleet.look(number, news), Advice::Believe, "{number}");
    }
    // What was bad before, or is new, says nothing about the resolver.
    let fleet = Fleet::new();
    assert_eq!(fleet.believed(0..500, Bad), 500);
}

#[test]
fn many_at_once_are_held_until_a_control_was_asked() {
    for (good, worse, believed) in [(0, 40, 9), (90, 40, 9), (1000, 400, 9), (9000, 2000, 9)] {
        let fleet = Fleet::new();
        fleet.believed(worse..worse + good, Good);
        assert_eq!(fleet.believed(0..worse, Worse), believed, "{good} {worse}");
        assert!(fleet.suspicion.wants_control());
        assert!(!fleet.suspicion.is_suspected(), "not yet");
    }
    // One in five, as a provider's customers among all others.
    let fleet = Fleet::new();
    let held = (0..1000).find(|number| {
        let news = if number % 5 == 0 { Worse } else { Good };
        fleet.look(*number, news) == Advice::Hold
    });
    assert_eq!(held, Some(45), "at the tenth");
}

#[test]
fn who_fails_the_control_is_suspected_and_only_good_news_are_believed() {
    let fleet = Fleet::new();
    fleet.believed(0..40, Good);
    assert_eq!(fleet.believed(0..40, Worse), 9);
    assert_eq!(
        fleet.conclude(&LIES),
        (Some(Change::Suspected { worse: 40, of: 40 }), 0)
    );
    assert!(fleet.suspicion.is_suspected());
    assert_eq!(fleet.believed(0..40, Bad), 0, "a second answer confirms nothing");
    assert_eq!(fleet.believed(40..60, Worse), 0);
    assert_eq!(fleet.believed(60..70, Good), 10);
    assert_eq!(fleet.conclude(&LIES), (None, 0), "said once");
    assert_eq!(fleet.suspicion.lied_until(), Some(TIME));

    assert_eq!(
        fleet.conclude(&TRUTH),
        (Some(Change::Cleared), 60),
        "all that was held, each once"
    );
    assert!(!fleet.suspicion.is_suspected());
    assert_eq!(
        fleet.suspicion.lied_until(),
        Some(TIME),
        "what memory holds is not believed"
    );
    assert_eq!(fleet.believed(0..9, Worse), 9, "counted anew");
}

#[test]
fn a_change_of_the_world_is_believed_and_told_once() {
    let mut fleet = Fleet::new();
    fleet.believed(0..60, Good);
    assert_eq!(fleet.believed(0..40, Worse), 9);
    assert_eq!(
        fleet.conclude(&TRUTH),
        (Some(Change::Changed { worse: 40, of: 60 }), 31)
    );
    assert_eq!(fleet.suspicion.changed(), 40);
    assert_eq!(fleet.believed(0..40, Worse), 40);
    // The second answer, which confirms it, says nothing new and takes nothing back.
    assert_eq!(fleet.believed(0..40, Bad), 40);
    assert_eq!(fleet.suspicion.changed(), 40);
    // The trust of one control does not last: a resolver that begins to lie now is found out.
    fleet.now += TRUST;
    assert_eq!(fleet.believed(40..50, Worse), 0);
    assert_eq!(fleet.conclude(&TRUTH), (None, 10), "told once");
    assert_eq!(fleet.believed(40..50, Worse), 10);
    fleet.now += TRUST;
    fleet.believed(50..51, Worse);
    assert!(matches!(
        fleet.conclude(&LIES),
        (Some(Change::Suspected { .. }), 0)
    ));
}

#[test]
fn what_is_long_ago_counts_no_more() {
    let mut fleet = Fleet::new();
    for number in 0..100 {
        assert_eq!(
            fleet.look(number, Worse),
            Advice::Believe,
            "one in ten minutes: {number}"
        );
        fleet.now += Duration::from_mins(10);
    }
    // And an object counts once, as it is now.
    for _ in 0..100 {
        assert_eq!(fleet.look(7, Worse), Advice::Believe);
    }
    let mut fleet = Fleet::new();
    fleet.believed(0..200, Good);
    fleet.believed(0..9, Worse);
    fleet.now += WINDOW;
    assert_eq!(fleet.believed(0..9, Worse), 9);
    assert_eq!(
        fleet.suspicion.lock().looks.len(),
        9,
        "nothing is kept beyond its time"
    );
}

#[test]
fn a_change_that_is_over_leaves_no_trust_behind() {
    let mut fleet = Fleet::new();
    fleet.believed(0..40, Worse);
    fleet.conclude(&TRUTH);
    fleet.now += WINDOW;
    assert_eq!(fleet.look(1, Worse), Advice::Believe);
    assert_eq!(fleet.suspicion.changed(), 0);
    assert_eq!(fleet.believed(0..40, Worse), 9, "a new one is asked about anew");
}

#[test]
fn what_a_control_proves() {
    let count = |right, wrong| Count { right, wrong };
    for (others, root, registries, trustworthy) in [
        // Other objects' records decide, whatever the root says: a resolver within a company may know none.
        (count(8, 0), count(0, 1), count(0, 1), true),
        (count(5, 3), count(1, 0), count(1, 0), true),
        (count(4, 4), count(1, 0), count(1, 0), false),
        (count(0, 8), count(1, 0), count(4, 0), false),
        (count(3, 0), count(0, 0), count(0, 0), true),
        // Too few of them: the root and the registries.
        (count(2, 0), count(1, 0), count(1, 0), true),
        (count(0, 2), count(1, 0), count(2, 0), true),
        (count(2, 0), count(0, 1), count(1, 0), false),
        (count(0, 0), count(1, 0), count(1, 1), false),
        (count(0, 0), count(1, 0), count(0, 0), false),
        // No answer proves nothing.
        (count(0, 0), count(0, 0), count(0, 0), false),
        (count(2, 0), count(0, 0), count(1, 0), false),
    ] {
        let evidence = Evidence {
            others,
            root,
            registries,
        };
        assert_eq!(evidence.is_trustworthy(), trustworthy, "{evidence:?}");
    }
}

#[test]
fn one_change_that_comes_in_bursts_is_told_once() {
    let mut fleet = Fleet::new();
    fleet.believed(0..400, Good);
    let mut told = 0;
    for burst in 0..4 {
        // Its objects have their turn together, and between them come many that are as they were.
        fleet.believed(burst * 12..(burst + 1) * 12, Worse);
        let asked = fleet.suspicion.wants_control();
        told += usize::from(asked && fleet.conclude(&TRUTH).0.is_some());
        fleet.believed(100..200, Good);
        assert_eq!(fleet.look(0, Bad), Advice::Believe, "calm again");
        fleet.now += TRUST * 5;
    }
    assert_eq!(told, 1);
    fleet.now += WINDOW;
    fleet.believed(0..400, Good);
    fleet.believed(0..12, Worse);
    assert!(fleet.conclude(&TRUTH).0.is_some(), "another one is told anew");
}

#[test]
fn what_is_remembered_grows_with_the_fleet_and_not_with_its_looks() {
    let mut fleet = Fleet::new();
    for second in 0..1000 {
        fleet.now += Duration::from_secs(u64::from(second % 3 == 0));
        fleet.believed(0..100, Good);
    }
    let inner = fleet.suspicion.lock();
    assert_eq!(inner.looks.len(), 100);
    assert!(inner.order.len() <= 2 * 100 + SMALL + 1, "{}", inner.order.len());
}
