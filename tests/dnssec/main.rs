//! DNSSEC validation, held to what unbound and delv say of the same answers.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod absences;
mod beside;
mod blame;
mod both;
mod copies;
mod counted;
#[path = "../support/facts.rs"]
mod facts;
mod harmful;
#[path = "../support/json_page.rs"]
mod json_page;
mod live;
mod local;
mod lookup;
mod mended;
mod mutated;
mod published;
mod recorded;
mod recording;
mod room;
mod said;
mod two;
mod witnesses;
