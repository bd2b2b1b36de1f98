//! RPKI as Internet.nl tests it: whether the routes to all servers are authorised. Nothing of it can be seen in DNS.
//!
//! It takes the view of routers and a validator of route origins. So the category is anything between what is certain
//! (servers that are not there have full points) and a hundred.

use super::criteria;
use super::hosts::{MxStatus, Tested};
use super::mark::{Category, Gap, Mark, Status, Why};

/// The category.
pub(super) fn category(tested: &Tested) -> Category {
    let marks = [
        (&criteria::RPKI_MX, true),
        (&criteria::RPKI_MX_VALID, true),
        (&criteria::RPKI_NS, false),
        (&criteria::RPKI_NS_VALID, false),
        (&criteria::RPKI_MX_NS, true),
        (&criteria::RPKI_MX_NS_VALID, true),
    ];
    let unseen = |test| Mark::unknown(test, Gap::new(Why::Said(WHY.to_owned())));
    let mark = |(test, of_mail): (&'static criteria::Criterion, bool)| match tested.status {
        Ok(MxStatus::HasMx) | Err(_) => unseen(test),
        Ok(status) if of_mail => {
            Mark::new(test, Status::NotTested, "no-addresses", test.points, status.why())
        }
        Ok(_) => unseen(test),
    };
    Category::of(criteria::Group::Rpki, marks.into_iter().map(mark).collect())
}

const WHY: &str =
    "routes are not looked at: that takes the view of routers, and a validator of their origins";
