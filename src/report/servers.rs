//! What single name servers say, as JSON has it: one object a record set, one entry a name and address. Pure.

use serde::Serialize;

use super::lookup::ServerReport;
use crate::judge::authorities::Servers;
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
