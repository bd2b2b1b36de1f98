//! What of a look is a number or a time, beside what is right or wrong: how much of a bound is used, and when something ends.
//!
//! A rule speaks when it is late; who watches a fleet wants to see it come. What a pass has of them is taken by `measuring`;
//! what it has not, for want of an answer, stands as it was before. Pure.

use jiff::{SignedDuration, Timestamp};

/// What was measured; nothing of what was not looked at, or not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measures {
    /// Terms of the domain's SPF that query DNS, for a sender nothing matches: ten are allowed (RFC 7208 4.6.4).
    pub spf_lookups: Option<u32>,
    /// Of the certificates that mail servers show: [`Ending::first`].
    pub certificate: Option<Ending>,
    /// Of the signatures in the domain's own zones: the same.
    pub signature: Option<Ending>,
}

/// When something ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When it ends.
    pub at: Timestamp,
    /// From when on it should have been renewed.
    pub soon_from: Timestamp,
}

impl Ending {
    /// Of what began then, ends then, and is renewed in its last quarter, no sooner than `most` before its end.
    pub(super) fn new(since: Timestamp, at: Timestamp, most: SignedDuration) -> Self {
        let quarter = since.duration_until(at) / 4;
        let before = quarter.clamp(SignedDuration::ZERO, most);
        let soon_from = at.checked_sub(before).unwrap_or(at);
        Self { at, soon_from }
    }

    /// Of many the one to look at: of those that should have been renewed the first to end, else the first of all. What is made
    /// short and renewed in time hides nothing that is late.
    pub(super) fn first(all: impl Iterator<Item = Self>, now: Timestamp) -> Option<Self> {
        all.min_by_key(|ending| (!ending.is_soon(now), ending.at))
    }

    /// Whether it should have been renewed.
    pub fn is_soon(&self, now: Timestamp) -> bool {
        self.soon_from <= now
    }
}

impl Measures {
    /// What ends, by a word for its kind.
    pub fn endings(self) -> impl Iterator<Item = (&'static str, Ending)> {
        let kinds = [("Certificate", self.certificate), ("Signature", self.signature)];
        kinds
            .into_iter()
            .filter_map(|(kind, ending)| Some((kind, ending?)))
    }

    /// With what was measured before in place of what was not this time.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        Self {
            spf_lookups: self.spf_lookups.or(before.spf_lookups),
            certificate: self.certificate.or(before.certificate),
            signature: self.signature.or(before.signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: SignedDuration = SignedDuration::from_hours(30 * 24);

    #[test]
    fn what_ends_is_late_in_its_last_quarter_and_no_sooner_than_the_most() {
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        for (lives, soon) in [(365, 335), (120, 90), (90, 68), (8, 6), (0, 0)] {
            let ending = Ending::new(day(0), day(lives), MOST);
            assert!(ending.is_soon(day(soon)), "{lives}");
            assert!(!ending.is_soon(day(soon - 1)), "{lives}");
        }
        // One that ends before it begins is late from its end on.
        assert_eq!(Ending::new(day(9), day(2), MOST).soon_from, day(2));
    }

    #[test]
    fn of_many_what_is_late_comes_before_what_ends_sooner_and_is_not() {
        let ending = |soon_from: i64, at: i64| Ending {
            at: Timestamp::from_second(at).unwrap(),
            soon_from: Timestamp::from_second(soon_from).unwrap(),
        };
        let (short, late, later, far) = (ending(60, 80), ending(10, 90), ending(20, 95), ending(500, 900));
        for (all, first) in [
            (&[far, short, late][..], Some(late)),
            (&[later, late], Some(late)),
            (&[far, short], Some(short)),
            (&[far], Some(far)),
            (&[], None),
        ] {
            let now = Timestamp::from_second(50).unwrap();
            assert_eq!(Ending::first(all.iter().copied(), now), first, "{all:?}");
        }
    }

    #[test]
    fn what_was_not_measured_this_time_is_as_it_was() {
        let ending = |second| {
            let at = Timestamp::from_second(second).unwrap();
            Some(Ending { at, soon_from: at })
        };
        let before = Measures {
            spf_lookups: Some(9),
            certificate: ending(1),
            signature: None,
        };
        let now = Measures {
            spf_lookups: Some(3),
            certificate: None,
            signature: ending(2),
        };
        let both = Measures {
            spf_lookups: Some(3),
            certificate: ending(1),
            signature: ending(2),
        };
        assert_eq!(now.or(before), both);
        let kinds: Vec<&str> = both.endings().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["Certificate", "Signature"]);
    }
}
