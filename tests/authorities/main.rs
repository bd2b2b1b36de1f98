//! Every authority, judged over facts: which server says what, the line people read, the findings, and that none of it
//! makes a verdict worse.

#[path = "../support/facts.rs"]
mod facts;
mod lookup;
mod net;
#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "made for another program; a test stops where it cannot go on"
)]
#[path = "../tls/seen.rs"]
mod seen;

mod alone;
mod depths;
mod going;
mod held_back;
mod keys;
mod observe;
mod signatures;
mod states;
mod zones;
