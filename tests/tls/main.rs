//! TLS at mail servers as specification: what each level wants, what is unknown, every rule, and who is asked at all.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "../support/facts.rs"]
mod facts;

mod alias;
mod beside;
#[rustfmt::skip] // A row is a line.
mod beyond;
mod keeping;
#[rustfmt::skip] // A row is a line.
mod rules;
mod seen;
mod senders;
#[rustfmt::skip] // A row is a line.
mod shaken;
mod states;
mod usage_two;
mod vectors;
