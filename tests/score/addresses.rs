//! Hosts with several addresses: the test takes one of them, and which nobody chooses.

use zegel::inquiry::{Offered, Session, Trouble};
use zegel::judge::score::criteria::Group;

use crate::seen::with;
use crate::world::Seen;

const V4: &str = "9.9.9.25";
const V6: &str = "2a00:1::25";

/// An address of which nothing is known may be the one: it is not as if it were not there.
#[test]
fn an_address_that_gave_no_answer_keeps_the_range_open() {
    let absent = || with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let broken = || {
        with(|session| {
            session.handshake = Some(Err("closed".to_owned()));
            session.steps = Vec::new();
        })
    };
    let busy: fn() -> Result<Session, Trouble> = || Err(Trouble::Busy);
    for (name, at, range, unseen) in [
        ("both are fine", vec![], (100, 100), None),
        (
            "one is busy, the other fine",
            vec![(V4, busy())],
            (0, 100),
            Some(V4),
        ),
        (
            "the other one is",
            vec![(V6, Err(Trouble::Timeout))],
            (0, 100),
            Some(V6),
        ),
        (
            "one is busy, the other breaks off",
            vec![(V4, busy()), (V6, Ok(broken()))],
            (0, 100),
            Some(V4),
        ),
        (
            "one is busy, the other offers none",
            vec![(V4, Ok(absent())), (V6, busy())],
            (0, 100),
            Some(V6),
        ),
        ("both are busy", vec![(V4, busy()), (V6, busy())], (0, 100), None),
        (
            "both offer none",
            vec![(V4, Ok(absent())), (V6, Ok(absent()))],
            (0, 0),
            None,
        ),
        ("one offers none", vec![(V4, Ok(absent()))], (0, 100), None),
    ] {
        let seen = Seen {
            at,
            ..Seen::perfect()
        };
        let (score, _) = seen.score();
        let category = score
            .categories
            .iter()
            .find(|one| one.group == Group::Starttls)
            .unwrap();
        assert_eq!((category.score.lowest, category.score.highest), range, "{name}");
        if let Some(unseen) = unseen {
            let told = format!("{:?}", score.unseen);
            assert!(
                told.contains(&format!("nothing is known of {unseen} (")),
                "{name}: {told}"
            );
        }
    }
}

/// Nor is one that was not looked at because there are too many.
#[test]
fn addresses_beyond_those_that_are_looked_at_keep_the_range_open() {
    let absent = || with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    for (more, range) in [(2, (0, 0)), (3, (0, 100))] {
        let mut seen = Seen::perfect();
        seen.at = vec![(V4, Ok(absent())), (V6, Ok(absent()))];
        for address in ["9.9.9.27", "9.9.9.28", "9.9.9.29"].into_iter().take(more) {
            seen = seen.with(&format!("mx1.b.nl A {address}"));
            seen.at.push((address, Ok(absent())));
        }
        let (score, _) = seen.score();
        let mut categories = score.categories.iter();
        let category = categories.find(|one| one.group == Group::Starttls).unwrap();
        let (lowest, highest) = (category.score.lowest, category.score.highest);
        assert_eq!((lowest, highest), range, "{more} more");
    }
}
