//! What is said on port 25 before a message: SMTP replies, the clear part of a TLS handshake, certificates.
//!
//! Almost all that can be asked of a mail server's TLS is seen without a TLS stack: a hand-made ClientHello
//! ([`hello`]) goes out, the server's first flight ([`flight`]) comes back in the clear, and nothing follows. Which
//! hellos a look needs, and what the next one is after what was seen, is a [`plan`]; what the numbers are worth is
//! said by an edition of the guidelines, as data ([`levels`]); what our own client speaks beside that, [`own`]; where certificates lead, [`chain`] says. Here are octets and values only: whoever waits and
//! connects is the world.
//!
//! Everything here is read from strangers. Each reader has a bound, reads what it is given in pieces of any size, and
//! comes to an end by a value: never by a panic.

pub mod certificate;
pub mod chain;
pub mod code_points;
pub mod flight;
pub mod hello;
pub mod levels;
mod octets;
pub mod order;
pub mod own;
pub mod plan;
pub mod reply;
pub mod step;
mod suites;
#[cfg(test)]
mod tests;

pub use self::certificate::Certificate;
pub use self::code_points::{Group, Scheme, Suite, Version};
pub use self::flight::{Alert, Flight, FlightReader, KeyExchange, Malformed, ServerHello};
pub use self::hello::Offer;
pub use self::levels::{Baseline, Level};
pub use self::order::{Lower, Preference, preference};
pub use self::plan::{Plan, Scope};
pub use self::reply::{Reply, ReplyFault, ReplyReader};
pub use self::step::{Probe, Reaction, Step, Worth};
