//! CAA as Internet.nl tests it: whether a set stands at the host's name or above, every record of it can be read, and one
//! says who may issue (RFC 8659 3, 4). It is recommended, and does not count.

use super::criteria;
use super::mark::{Mark, Status};
use crate::inquiry::{Inquiry, Need, Trouble};
use crate::judge::caa::{Relevant, relevant};
use crate::name::Name;
use crate::records::caa::Caa;

/// The test of one host.
pub(super) fn mark(host: &Name, inquiry: &mut Inquiry<'_>) -> Mark {
    let test = &criteria::CAA;
    match relevant(host, Need::Detail, inquiry) {
        Err((name, why)) => Mark::unanswered(test, &format!("{name} CAA"), why.unwrap_or(Trouble::Limit)),
        Ok(Some(found)) => judged(&found),
        Ok(None) => Mark::new(
            test,
            Status::Warning,
            "bad",
            0,
            "no CAA record at its name or above",
        ),
    }
}

fn judged(found: &Relevant) -> Mark {
    let test = &criteria::CAA;
    let name = &found.at;
    // The test takes no other letter case for it.
    if !found.records.iter().any(|record| record.tag == b"issue") {
        let why = format!("{name} has CAA records, and none with the tag issue");
        return Mark::new(test, Status::Warning, "insufficient", 0, why);
    }
    let is_wrong = |record: &&Caa| record.fault().is_some();
    let wrong = found.records.iter().find(is_wrong).map(ToString::to_string);
    match wrong.or_else(|| found.unreadable.first().cloned()) {
        Some(text) => {
            let why = format!("{name} has a CAA record that cannot be read: {text}");
            Mark::new(test, Status::Warning, "syntax-error", 0, why)
        }
        None => Mark::good(test, format!("CAA at {name}")),
    }
}
