//! What is on its way: the name servers have it, and the resolver still gives another answer. Told wherever records are,
//! for it is neither in sync as a receiver sees it, nor drift. Pure.

use jiff::Timestamp;
use serde::Serialize;

use crate::inquiry::whole_second;
use crate::judge::authorities::{Apart, ServerState, Servers, Visible};
use crate::judge::{RecordVerdict, ResolverSays, State, Verdict};
use crate::rules;

/// The word for a record that every name server has and the resolver has not, as the controller's reason.
pub const PROPAGATING: &str = "Propagating";

/// Whether a record is on its way: by what the name servers hold it is as it is meant, by what the resolver says not yet.
pub fn is_on_its_way(record: &RecordVerdict) -> bool {
    record.state == State::InSync && record.resolver.is_some()
}

/// The state of a record in a word.
pub fn state(record: &RecordVerdict) -> &'static str {
    match is_on_its_way(record) {
        true => PROPAGATING,
        false => record.state.as_str(),
    }
}

/// What the resolver says of a record whose state is by what the name servers hold, as JSON has it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolverReport {
    /// What the state would be by its answer.
    pub state: &'static str,
    /// What it says.
    pub observed: Vec<String>,
    /// How that differs from what is meant.
    pub differences: Vec<String>,
    /// For how long it may keep that, in seconds.
    pub ttl: Option<u32>,
    /// By when it has what the name servers have, at the latest; null where that cannot be known.
    pub visible_by: Option<Timestamp>,
    /// What hangs on that time, or why there is none.
    pub visible_why: String,
}

impl ResolverReport {
    /// What the resolver says of `record`; `None` where its state is by the resolver's word.
    pub fn of(verdict: &Verdict, record: &RecordVerdict) -> Option<Self> {
        let says = record.resolver.as_ref()?;
        let apart = verdict.servers_of(&record.site);
        let visible = match apart.and_then(|servers| servers.resolver.as_ref()) {
            Some(apart) => apart.visible.clone(),
            None => forgotten(says),
        };
        Some(Self {
            state: says.state.as_str(),
            observed: says.observed.clone(),
            differences: says.differences.clone(),
            ttl: says.ttl,
            visible_by: visible.by,
            visible_why: visible.why,
        })
    }
}

/// Until when it has what the name servers have dropped.
fn forgotten(says: &ResolverSays) -> Visible {
    Visible {
        by: says.expires_at,
        why: "then the resolver that was asked drops what no name server serves any more".to_owned(),
    }
}

/// One record set that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnItsWay {
    /// Its name and type: `_dmarc.voorbeeld.nl TXT`.
    pub site: String,
    /// Who has what, and until when the resolver says what.
    pub sentence: String,
    /// The time of that, where it is known.
    pub by: Option<Timestamp>,
}

/// All that are on their way in this look.
pub fn all(verdict: &Verdict) -> Vec<OnItsWay> {
    let sets = verdict.servers.iter();
    sets.filter_map(|servers| one(verdict, servers)).collect()
}

fn one(verdict: &Verdict, servers: &Servers) -> Option<OnItsWay> {
    let apart = servers.resolver.as_ref()?;
    let mut records = verdict.records.iter();
    let record = records.find(|record| record.site == servers.site);
    // What differs by the servers' word too is told as a difference, and what they dropped as what it is.
    let is_told = record.is_some_and(|record| record.state != State::InSync)
        || verdict
            .findings
            .iter()
            .any(|finding| finding.site == servers.site && finding.rule == &rules::dns::GOING);
    (!is_told).then(|| OnItsWay {
        site: format!("{} {}", servers.site.name(), servers.site.type_word()),
        sentence: sentence(servers, apart, record),
        by: apart.visible.by,
    })
}

fn sentence(servers: &Servers, apart: &Apart, record: Option<&RecordVerdict>) -> String {
    let held = match record {
        Some(_) => "what is meant".to_owned(),
        None => {
            let mut right = servers.counting();
            let right = right.find(|view| view.state == ServerState::Right);
            quoted(right.map(|view| view.values.as_slice()).unwrap_or_default())
        }
    };
    let (right, _) = servers.names_right();
    let who = match (right, servers.names()) {
        (1, 1) => "the name server serves".to_owned(),
        (right, all) if right == all => format!("all {all} name servers serve"),
        (1, all) => format!("1 of {all} name servers serves"),
        (right, all) => format!("{right} of {all} name servers serve"),
    };
    let says = record.and_then(|record| record.resolver.as_ref());
    let seen = quoted(says.map_or(&apart.values, |says| &says.observed));
    let Visible { by, why } = &apart.visible;
    match by {
        Some(by) => {
            let by = whole_second(*by);
            format!("{who} {held}; the resolver still says {seen}, until {by} at the latest: {why}")
        }
        None => format!("{who} {held}; the resolver says {seen}; until when: {why}"),
    }
}

/// Values in a sentence.
fn quoted(values: &[String]) -> String {
    if values.is_empty() {
        return "no such record".to_owned();
    }
    let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    values.join(", ")
}
