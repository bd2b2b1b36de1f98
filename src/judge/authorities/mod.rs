//! The name servers of a zone, each asked itself: which of them holds what.
//!
//! A resolver tells what a receiver sees; only the servers tell why. So for each record set the zone and its servers are
//! found, and each address is asked without recursion for the version of the zone and for the record. What comes of it
//! is evidence: it explains what the resolver says, and makes no verdict worse. How closely is looked is pinned with the
//! facts of a pass ([`Depth`](crate::inquiry::Depth)). Pure: it asks, as every room does. Files: `servers` (the types,
//! their groups and the line people read).

mod servers;

pub use self::servers::{Group, Lame, ServerState, ServerView, Servers};
