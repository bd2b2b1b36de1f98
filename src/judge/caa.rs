//! The CAA records that count for a host (RFC 8659 3): those at its name, at the end of its alias too, else at the nearest
//! name above that has any. What a set lets is told by [`crate::records::caa`]; who asks says what it means.

use super::basis::UsableAnswer;
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::name::Name;
use crate::records::caa::Caa;

/// A set of records.
pub(super) struct Relevant {
    /// Where it stands.
    pub(super) at: Name,
    /// Those that can be read.
    pub(super) records: Vec<Caa>,
    /// Those that cannot, as they are shown.
    pub(super) unreadable: Vec<String>,
}

impl Relevant {
    /// Those that are none, or have a tag nobody could know, as they are shown: what they say is not known, to authorities either.
    fn odd(&self) -> Vec<String> {
        let of_tag = self.records.iter().filter(|record| !record.has_a_sound_tag());
        let of_tag = of_tag.map(ToString::to_string);
        self.unreadable.iter().cloned().chain(of_tag).collect()
    }
}

/// That some of the records that count for a host are none, where there are such.
pub(super) fn odd(host: &Name, found: &Relevant) -> Option<String> {
    let odd = found.odd();
    let (first, more) = odd.split_first()?;
    let more = match more.len() {
        0 => String::new(),
        more => format!(", and {more} more like it"),
    };
    Some(format!(
        "want CAA records of {host} that authorities can read, found at {} {first}{more}: it has no tag, one that goes past its end, \
         or one of other than letters and digits",
        found.at
    ))
}

/// That nobody says who may issue for a host, by the set that was found or for want of one.
pub(super) fn anybody_may(host: &Name, found: Option<&Relevant>) -> String {
    let what = found.map_or_else(
        || "none at its name or above".to_owned(),
        |found| format!("those of {} without the tag issue", found.at),
    );
    format!("want a CAA record that says who may issue certificates for {host}, found {what}")
}

/// Looks for the set; `None` where there is none up to the top.
///
/// # Errors
/// At which name it is not known, and why; without a reason, not yet.
pub(super) fn relevant(
    host: &Name,
    need: Need,
    inquiry: &mut Inquiry<'_>,
) -> Result<Option<Relevant>, (Name, Option<Trouble>)> {
    let mut at = Some(host.clone());
    while let Some(name) = at.filter(|name| !name.is_root()) {
        let seen = match inquiry.ask(Dns::new(name.clone(), Kind::Caa), need) {
            Reply::Open => return Err((name, None)),
            Reply::Unanswered(why) => return Err((name, Some(why))),
            reply @ Reply::Answered(..) => match UsableAnswer::from_reply(reply) {
                Some(seen) => seen,
                None => return Err((name, Some(Trouble::Malformed))),
            },
        };
        if !seen.records.is_empty() {
            let texts = seen.records.iter().filter_map(Rdata::text_only);
            let (mut records, mut unreadable) = (Vec::new(), Vec::new());
            for text in texts {
                match Caa::parse(text) {
                    Ok(record) => records.push(record),
                    Err(_) => unreadable.push(text.to_owned()),
                }
            }
            return Ok(Some(Relevant {
                at: name,
                records,
                unreadable,
            }));
        }
        at = name.parent();
    }
    Ok(None)
}
