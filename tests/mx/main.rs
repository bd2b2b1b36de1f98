//! MX as specification: the hosts a manifest names, the null MX of a parked domain, what hangs on the MX of every role,
//! the rules, and the kinds of slips people make with it.

#[path = "../support/facts.rs"]
mod facts;

mod block;
mod kinds;
mod rules;
mod states;
