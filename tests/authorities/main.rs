//! Every authority, judged over facts: which server says what, the line people read, the findings, and that none of it
//! makes a verdict worse.

#[path = "../support/facts.rs"]
mod facts;
mod lookup;
mod net;

mod alone;
mod depths;
mod going;
mod held_back;
mod observe;
mod signatures;
mod states;
mod zones;
