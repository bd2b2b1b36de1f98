//! The status as a specification: what follows from a previous status, a verdict and a time.
#![allow(unreachable_pub, clippy::unwrap_used)]

#[path = "history/bounds.rs"]
mod bounds;
#[path = "support/kstatus.rs"]
mod kstatus;
#[path = "history/properties.rs"]
mod properties;
#[path = "history/table.rs"]
mod table;
#[path = "history/world.rs"]
mod world;
