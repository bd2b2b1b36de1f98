//! What single name servers say, as JSON has it: one object a record set, one entry a name and address. Pure.

use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use crate::judge::authorities::{ServerState, ServerView, Servers};
use crate::name::Name;

/// What all name servers of a zone say of one record set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServersReport {
    /// The owner name.
    pub name: Name,
    /// The record type.
    #[serde(rename = "type")]
    pub type_: String,
    /// The zone that holds it.
    pub zone: Name,
    /// All of it in a line; null when nobody was asked.
    pub summary: Option<String>,
    /// Each name and address.
    pub servers: Vec<ServerReport>,
    /// Names and addresses beyond the bounds, which were not asked.
    #[serde(skip_serializing_if = "is_none")]
    pub left_out: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

impl From<&Servers> for ServersReport {
    fn from(servers: &Servers) -> Self {
        Self {
            name: servers.site.name().clone(),
            type_: servers.site.type_word(),
            zone: servers.zone.clone(),
            summary: servers.line(),
            servers: servers.views.iter().map(ServerReport::of).collect(),
            left_out: servers.left_out,
        }
    }
}

/// What one address of a name server says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerReport {
    /// The server's name.
    pub name: Name,
    /// The address that was asked.
    pub address: IpAddr,
    /// `Right`: as the resolver says; `Stale`, `Differs`, `Lame`, `Silent`, `NoRoute` or `NotAsked`.
    pub state: &'static str,
    /// In which way it is lame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lame: Option<&'static str>,
    /// What it holds, in presentation format.
    pub values: Vec<String>,
    /// The original TTL of what it holds, in seconds.
    pub ttl: Option<u32>,
    /// The version of the zone it holds.
    pub serial: Option<u32>,
    /// Which of the machines behind the address spoke (RFC 5001).
    pub nsid: Option<String>,
    /// How long the answer took, in milliseconds.
    pub rtt: Option<f64>,
    /// When the answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// What kept it from being right.
    pub why: Option<String>,
}

impl ServerReport {
    /// What a view says.
    pub(super) fn of(view: &ServerView) -> Self {
        Self {
            name: view.name.clone(),
            address: view.address,
            state: view.state.as_str(),
            lame: match view.state {
                ServerState::Lame(how) => Some(how.as_str()),
                _ => None,
            },
            values: view.values.clone(),
            ttl: view.ttl,
            serial: view.serial,
            nsid: view.nsid.clone(),
            rtt: view.rtt.map(|rtt| (rtt.as_secs_f64() * 10_000.0).round() / 10.0),
            seen_at: view.seen_at,
            why: view.why.clone(),
        }
    }

    /// The same for people.
    pub(super) fn line(&self) -> String {
        let mut line = format!("{} {}: {}", self.name, self.address, self.state);
        if let Some(why) = &self.why {
            let _ = write!(line, " ({why})");
        }
        if self.state != "Right" && !self.values.is_empty() {
            let _ = write!(line, ": {}", self.values.join(", "));
        }
        if let Some(ttl) = self.ttl {
            let _ = write!(line, ", ttl {ttl}");
        }
        if let Some(serial) = self.serial {
            let _ = write!(line, ", serial {serial}");
        }
        if let Some(nsid) = &self.nsid {
            let _ = write!(line, ", nsid {nsid}");
        }
        if let Some(rtt) = self.rtt {
            let _ = write!(line, ", {rtt} ms");
        }
        line
    }
}
