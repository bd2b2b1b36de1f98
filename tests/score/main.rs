//! Internet.nl's score as specification: its totals, the verdicts of its tests over zones, and what is said of the rest.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "../support/facts.rs"]
mod facts;
#[allow(dead_code, reason = "its servers are made for another test")]
#[path = "../tls/seen.rs"]
mod seen;

mod addresses;
#[rustfmt::skip] // A row is a line.
mod auth;
mod odd;
mod odd_text;
mod said;
#[rustfmt::skip] // A row is a line.
mod totals;
#[rustfmt::skip] // A row is a line.
mod unseen;
mod world;
