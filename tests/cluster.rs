//! The controller on a real API server, with DNS on loopback: what people and machines see.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where it cannot go on"
)]

#[path = "cluster/bad.rs"]
mod bad;
#[path = "support/caching.rs"]
mod caching;
#[path = "cluster/cert_manager.rs"]
mod cert_manager;
#[path = "support/control_plane.rs"]
mod control_plane;
#[path = "support/dns.rs"]
mod dns;
#[path = "cluster/fleet.rs"]
mod fleet;
#[path = "cluster/half_open.rs"]
mod half_open;
#[path = "cluster/identity.rs"]
mod identity;
#[path = "cluster/issued.rs"]
mod issued;
#[path = "support/kstatus.rs"]
mod kstatus;
#[path = "cluster/life.rs"]
mod life;
#[allow(dead_code, reason = "each test program takes its part")]
#[path = "smtp/server.rs"]
mod mail_server;
#[path = "cluster/measure.rs"]
mod measure;
#[path = "support/middlebox.rs"]
mod middlebox;
#[path = "support/name_servers.rs"]
mod name_servers;
#[path = "cluster/outage.rs"]
mod outage;
#[path = "cluster/port25.rs"]
mod port25;
#[path = "cluster/process.rs"]
mod process;
#[path = "cluster/rights.rs"]
mod rights;
#[path = "cluster/rights_closed.rs"]
mod rights_closed;
#[path = "cluster/rollover.rs"]
mod rollover;
#[path = "cluster/rows.rs"]
mod rows;
#[path = "cluster/shards.rs"]
mod shards;
#[path = "cluster/stage.rs"]
mod stage;
#[path = "cluster/start.rs"]
mod start;
#[path = "cluster/suspicion.rs"]
mod suspicion;
#[path = "cluster/tenancy.rs"]
mod tenancy;
#[path = "cluster/tenants.rs"]
mod tenants;
#[path = "cluster/visit.rs"]
mod visit;
#[path = "cluster/visit_check.rs"]
mod visit_check;
#[path = "cluster/when.rs"]
mod when;
