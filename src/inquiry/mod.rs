//! The seam between the judgement and the world: questions, answers, and the list of what is still open.
//!
//! The judgement is a pure function over [`Facts`]. Where it needs an answer it calls [`Inquiry::ask`]: the fact is
//! there, or the question is noted as open and the judgement goes on with what it has. Whoever runs the judgement
//! answers the open questions and runs it again, until none is left. So this module knows no socket, no clock and no
//! task: it is the contract both sides keep. Facts are pinned for a pass; a TTL that runs out between two waves
//! changes nothing.
//!
//! Questions come in [lanes](Lane), each with its own answers. DNS is the first: [`Dns`] asks, [`Answer`] answers,
//! [`Source`] tells where the answer came from. [`Starttls`] asks a mail server for its TLS, and a [`Session`] answers.

mod address;
mod depth;
mod dns;
mod extended;
mod fact;
mod facts;
mod lane;
mod made;
mod need;
mod noted;
mod passes;
mod policy;
mod presentation;
mod record_type;
mod reply;
mod run;
mod security;
mod settle;
mod stand_in;
mod starttls;
#[cfg(test)]
mod tests;
mod trouble;
mod trust;
mod working;

pub use self::address::{is_private, nobody_at};
pub use self::depth::{Approach, Depth};
pub use self::dns::{
    Answer, Direct, Disbelieved, Dns, Kind, Rdata, Referral, Soa, Source, StartOfAuthority, Txt, View,
};
pub use self::extended::ExtendedError;
pub use self::fact::{Answered, Fact, whole_second};
pub use self::facts::Facts;
pub use self::lane::{AnyQuestion, Lane, Urgency};
pub use self::made::Made;
pub use self::need::Need;
pub use self::noted::Asked;
pub use self::passes::Passes;
pub use self::policy::{MAX_POLICY, PolicyFile, PolicySource, Served};
pub use self::record_type::RecordType;
pub use self::reply::Reply;
pub use self::run::Inquiry;
pub use self::security::{Bogus, Broken, Doubt, Security, Unproven};
pub use self::settle::{settle_facts, settle_from, settle_with};
pub use self::stand_in::About;
pub use self::starttls::{Closeness, Halt, Handshake, Offered, Session, Spoke, Starttls};
pub use self::trouble::Trouble;
pub use self::trust::{Ds, Ends, Hashing, Key, Trust, Zone};

/// At most this many times is the judgement run in one pass before what is open counts as unanswered.
pub const MAX_WAVES: usize = 32;

/// At most this many questions are put to our own services in one pass; a further one is answered [`Trouble::Limit`].
pub const MAX_QUESTIONS: usize = 512;

/// At most this many questions are put to strangers, to a zone's authorities, in one pass; counted apart, so that no
/// number of name servers keeps a domain from being judged.
pub const MAX_VIEWS: usize = 512;
