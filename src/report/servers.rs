//! What single name servers say, as JSON has it: one object a record set, one entry a name and address. Pure.

use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;

use crate::judge::authorities::{Apart, BEYOND, LeftOut, ServerState, ServerView, Servers};
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
    /// Each name and address; a name that leads to none has one entry too.
    pub servers: Vec<ServerReport>,
    /// How many of the zone's list lie beyond the bounds and were not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOutReport>,
    /// What the resolver says, where some server is right and none says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<ApartReport>,
}

/// What the resolver says and no server does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApartReport {
    /// What it says; empty: that there is none.
    pub values: Vec<String>,
    /// By when it has what the servers have, at the latest; null where that cannot be known.
    pub visible_by: Option<Timestamp>,
    /// What hangs on that time, or why there is none.
    pub visible_why: String,
}

impl From<&Apart> for ApartReport {
    fn from(apart: &Apart) -> Self {
        Self {
            values: apart.values.clone(),
            visible_by: apart.visible.by,
            visible_why: apart.visible.why.clone(),
        }
    }
}

/// What lies beyond the bounds and was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOutReport {
    /// Names.
    pub names: usize,
    /// Addresses of names of which some were asked.
    pub addresses: usize,
}

impl LeftOutReport {
    /// What was left out; `None` where nothing was.
    pub(super) fn of(left_out: &LeftOut) -> Option<Self> {
        (!left_out.is_nothing()).then_some(Self {
            names: left_out.names.len(),
            addresses: left_out.addresses,
        })
    }
}

impl From<&Servers> for ServersReport {
    fn from(servers: &Servers) -> Self {
        Self {
            name: servers.site.name().clone(),
            type_: servers.site.type_word(),
            zone: servers.zone.clone(),
            summary: servers.line(),
            servers: ServerReport::all(servers),
            left_out: LeftOutReport::of(&servers.left_out),
            resolver: servers.resolver.as_ref().map(ApartReport::from),
        }
    }
}

/// What one address of a name server says.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerReport {
    /// The server's name.
    pub name: Name,
    /// The address that was asked; null where the name leads to none, or none of it was asked.
    pub address: Option<IpAddr>,
    /// `Right`: as it is meant, or where nothing is meant as the newest version of the zone has it; `Stale`, `Differs`,
    /// `Lame`, `Silent`, `NoRoute`, `NoAddress`, `Unresolved` or `NotAsked`.
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
    /// What is known of every name in the list.
    pub(super) fn all(servers: &Servers) -> Vec<Self> {
        let mut all: Vec<Self> = servers.views.iter().map(Self::of).collect();
        let nowhere = servers.nowhere.iter();
        all.extend(nowhere.map(|it| Self::bare(&it.name, it.state(), it.why())));
        let left_out = servers.left_out.names.iter();
        all.extend(left_out.map(|name| Self::bare(name, ServerState::NotAsked, BEYOND.to_owned())));
        all.sort_by(|one, other| (&one.name, one.address).cmp(&(&other.name, other.address)));
        all
    }

    /// A name of which no address was asked.
    fn bare(name: &Name, state: ServerState, why: String) -> Self {
        Self {
            name: name.clone(),
            address: None,
            state: state.as_str(),
            lame: None,
            values: Vec::new(),
            ttl: None,
            serial: None,
            nsid: None,
            rtt: None,
            seen_at: None,
            why: Some(why),
        }
    }

    /// What a view says.
    pub(super) fn of(view: &ServerView) -> Self {
        Self {
            name: view.name.clone(),
            address: Some(view.address),
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
        let mut line = match self.address {
            Some(address) => format!("{} {address}: {}", self.name, self.state),
            None => format!("{}: {}", self.name, self.state),
        };
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
            let _ = match rtt < 1.0 {
                true => write!(line, ", under 1 ms"),
                false => write!(line, ", {rtt:.0} ms"),
            };
        }
        line
    }
}
