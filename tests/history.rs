//! The status as a specification: what follows from a previous status, a verdict and a time.
#![allow(unreachable_pub, clippy::unwrap_used)]

#[path = "history/alternation.rs"]
mod alternation;
#[path = "history/bounds.rs"]
mod bounds;
#[path = "history/clock.rs"]
mod clock;
#[path = "history/columns.rs"]
mod columns;
#[path = "history/compliance.rs"]
mod compliance;
#[path = "history/differences.rs"]
mod differences;
#[path = "history/events.rs"]
mod events;
#[path = "history/findings.rs"]
mod findings;
#[path = "history/freshness.rs"]
mod freshness;
#[path = "history/going.rs"]
mod going;
#[path = "support/kstatus.rs"]
mod kstatus;
#[path = "history/news.rs"]
mod news;
#[path = "history/outages.rs"]
mod outages;
#[path = "history/policies.rs"]
mod policies;
#[path = "history/policy_ids.rs"]
mod policy_ids;
#[path = "history/properties.rs"]
mod properties;
#[path = "history/quiet.rs"]
mod quiet;
#[path = "history/requests.rs"]
mod requests;
#[path = "history/servers.rs"]
mod servers;
#[path = "history/situations.rs"]
mod situations;
#[path = "history/start.rs"]
mod start;
#[path = "history/verdicts.rs"]
mod verdicts;
#[path = "history/when.rs"]
mod when;
#[path = "history/world.rs"]
mod world;
