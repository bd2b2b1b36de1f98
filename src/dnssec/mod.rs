//! DNSSEC validation: what an answer is worth by its signatures (RFC 4033 to 4035, 5155, 6840, 9276). Pure.
//!
//! ```text
//! message ─▶ judge ─▶ Ask: DS and DNSKEY that are still needed ─▶ (the world asks them) ─▶ judge again
//!               └───▶ Done: Security, and the zones that were walked
//! ```
//!
//! An answer is as good as the weakest of its parts: each alias on the way, the records or their absence at its end, and
//! for what a wildcard made the proof that nothing nearer exists. Each part is signed by a zone, and a zone is trusted by
//! the DS above it: `chain`; where that is broken, `blame` says by whom. Files: `sets` (what is signed together),
//! `signature` (one set, one zone), `denial`, `hashed` and `proof` (absence), `chain`, `delegation` and `zones` (zones
//! from the anchor down, and what is remembered of them), `anchors`.
//!
//! What could not be fetched accuses nobody, and no answer can make this work without end: see the bounds at each file.

mod anchors;
mod answer;
mod blame;
mod chain;
mod delegation;
mod denial;
mod hashed;
mod proof;
mod sets;
mod signature;
mod zones;

use std::collections::HashMap;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;

pub use self::anchors::Anchors;
pub use self::signature::claimed;
pub use self::zones::Zones;
use crate::inquiry::{Security, Trouble, Trust};

/// A question that validation needs answered: DS or DNSKEY, asked with DO and CD.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lookup {
    /// The name of a zone, or what may be one.
    pub name: Name,
    /// [`RecordType::DS`] or [`RecordType::DNSKEY`].
    pub kind: RecordType,
}

impl Lookup {
    fn ds(name: &Name) -> Self {
        Self {
            name: name.to_lowercase(),
            kind: RecordType::DS,
        }
    }

    fn dnskey(name: &Name) -> Self {
        Self {
            name: name.to_lowercase(),
            kind: RecordType::DNSKEY,
        }
    }
}

/// What was answered to [`Lookup`]s while one answer is judged.
pub type Replies = HashMap<Lookup, Result<Message, Trouble>>;

/// How far the judgement of an answer has come.
#[derive(Debug)]
pub enum Step {
    /// These are needed first; each is asked at most once.
    Ask(Vec<Lookup>),
    /// It is judged.
    Done(Proven),
}

/// An answer, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// What it is worth.
    pub security: Security,
    /// The zones its parts lie in, and the signature that ends first.
    pub trust: Trust,
    /// For how long it may be kept at most, in seconds: what is secure no longer than it is signed (RFC 4035 5.3.3).
    pub ttl: u32,
}

/// Judges `message`, an answer to the question for `kind` at `name` asked with DO and CD, by what is known of zones and
/// what was answered meanwhile.
pub fn judge(
    message: &Message,
    name: &Name,
    kind: RecordType,
    known: (&Anchors, &Zones),
    replies: &Replies,
    now: Timestamp,
) -> Step {
    let (anchors, zones) = known;
    let walk = chain::Walk {
        anchors,
        zones,
        replies,
        now,
        budget: signature::Budget::default(),
    };
    answer::judge(message, name, kind, walk)
}

/// A wire name as the rest of Zegel has it.
fn name_of(name: &Name) -> crate::name::Name {
    crate::name::Name::from_labels(name.iter()).unwrap_or_else(|_| crate::name::Name::root())
}
