//! What shows of a resolver that it leaves out a part of DNSSEC, and what was found of zones lately. No socket here.

use std::collections::HashMap;
use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use tokio::time::Instant;

use crate::inquiry::Broken;

/// Nobody asks of its own accord for this at a name that has an apex: what is said of it is an absence.
pub(super) const ABSENT: RecordType = RecordType::PTR;

/// What was found about a zone or a top-level domain is not looked for again within this.
const REMEMBERED: Duration = Duration::from_mins(1);

/// A question whose answer lacked its proof by the resolver's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) name: Name,
    pub(super) kind: RecordType,
}

/// Whether it looks as if something had been taken away.
pub(super) fn is_missing(why: &Broken) -> bool {
    match why {
        Broken::NoSignature | Broken::NoProof(_) | Broken::NoDnskey => true,
        Broken::KeyDoesNotSign { signers, .. } => signers.is_empty(),
        _ => false,
    }
}

/// Whether anything in an answer is signed.
pub(super) fn shows_signatures(message: &Message) -> bool {
    let mut records = message.answers.iter().chain(&message.authorities);
    records.any(|record| record.record_type() == RecordType::RRSIG)
}

/// What was found of zones and top-level domains, for a while.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// By zone and fault: whether the zone is to blame by what its own servers say.
    zones: HashMap<(crate::name::Name, &'static str), (bool, Instant)>,
    fine: HashMap<Name, Instant>,
}

/// Of so many at most.
const MOST_REMEMBERED: usize = 1024;

impl Remembered {
    /// Whether the zone is to blame for this fault, where that was found lately.
    pub(super) fn is_to_blame(&self, zone: &crate::name::Name, why: &'static str) -> Option<bool> {
        let (blame, at) = self.zones.get(&(zone.clone(), why))?;
        (at.elapsed() < REMEMBERED).then_some(*blame)
    }

    pub(super) fn note_blame(&mut self, zone: &crate::name::Name, why: &'static str, blame: bool) {
        if self.zones.len() >= MOST_REMEMBERED {
            self.zones.clear();
        }
        self.zones.insert((zone.clone(), why), (blame, Instant::now()));
    }

    pub(super) fn is_fine(&self, top: &Name) -> bool {
        self.fine.get(top).is_some_and(|at| at.elapsed() < REMEMBERED)
    }

    pub(super) fn note_fine(&mut self, top: &Name) {
        if self.fine.len() >= MOST_REMEMBERED {
            self.fine.clear();
        }
        self.fine.insert(top.to_lowercase(), Instant::now());
    }
}
