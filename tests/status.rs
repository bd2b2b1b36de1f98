//! The status as a specification: what follows from a previous status, a verdict and a time.
#![allow(unreachable_pub, clippy::unwrap_used)]

#[path = "status/bounds.rs"]
mod bounds;
#[path = "status/history.rs"]
mod history;
#[path = "support/kstatus.rs"]
mod kstatus;
#[path = "status/table.rs"]
mod table;
#[path = "status/world.rs"]
mod world;
