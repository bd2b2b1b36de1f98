//! A plan held against DNS: of each record set that is not what it must be, what is to be added, what to be taken away, and
//! what of others stays. Pure: it asks through the same inquiry as the judgement, and takes the judgement's word for what
//! differs, so that what a plan changes is what a check complains of.

use serde::{Serialize, Serializer};

use super::{Row, row};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Rdata};
use crate::intent::Intent;
use crate::judge::{State, Verdict};
use crate::name::Name;

/// What stands in DNS where a record set is to change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Seen {
    /// The desired values that do not stand there, as in the row.
    pub add: Vec<String>,
    /// What is to be taken away: other values of the same standard, and what cannot stand beside it.
    pub remove: Vec<Old>,
    /// What of the same type stays: values of others, and those that are right.
    #[serde(serialize_with = "shown")]
    pub keep: Vec<Rdata>,
    /// Whether the set is to change; one that is right all stays.
    #[serde(skip)]
    pub differs: bool,
}

/// A record that is to be taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Old {
    /// Its type: the row's, or that of what is in the way.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its data, a text string by string as it was answered.
    #[serde(rename = "value", serialize_with = "shown_one")]
    pub data: Rdata,
}

fn shown_one<S: Serializer>(data: &Rdata, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&data.shown())
}

fn shown<S: Serializer>(data: &[Rdata], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(data.iter().map(Rdata::shown))
}

/// A plan that was held against DNS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// The record sets of which it is known what stands there, those that are right included, in the order of the plan.
    pub rows: Vec<Row>,
    /// Those of which it is not known.
    pub open: Vec<Open>,
}

/// A record set of which it is not known what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its name.
    pub name: Name,
    /// Which it is, and why: a sentence.
    pub why: String,
}

/// What of the plan for `intent` differs from DNS, by its `verdict` over the facts of `inquiry`.
pub fn held(intent: &Intent, verdict: &Verdict, ttl: u32, inquiry: &mut Inquiry<'_>) -> Held {
    let mut held = Held::default();
    for (wanted, record) in intent.wanted.iter().zip(&verdict.records) {
        inquiry.on_behalf_of(wanted.standard());
        let mut row = row(wanted, ttl);
        match (record.state, record.unanswered) {
            (State::InSync, _) => {
                stays(&mut row, inquiry);
                held.rows.push(row);
            }
            (State::Unknown, why) => {
                let why = why.map_or_else(|| "not answered".to_owned(), |why| format!("not answered: {why}"));
                held.open.push(Open {
                    why: format!("{} {}: {why}", row.name, row.kind),
                    name: row.name,
                });
            }
            (State::Drifted | State::Missing | State::Unexpected, _) => {
                row.seen = Some(seen(&row, &record.observed, inquiry));
                held.rows.push(row);
            }
        }
    }
    held
}

impl Held {
    /// The record sets that are to change.
    pub fn changes(&self) -> Vec<Row> {
        let differs = |row: &&Row| row.seen.as_ref().is_some_and(|seen| seen.differs);
        self.rows.iter().filter(differs).cloned().collect()
    }
}

/// A record set that is right: what stands there stays, as it stands.
fn stays(row: &mut Row, inquiry: &mut Inquiry<'_>) {
    let alias = alias_of(&row.name, inquiry);
    let keep = match (alias, row.kind) {
        (Some(alias), Kind::Cname) => vec![alias],
        (Some(alias), kind) => {
            row.values.clear();
            row.condition = Some(format!(
                "what is wanted is at the end of a CNAME to {}, which stays, and is no {kind}",
                alias.shown()
            ));
            Vec::new()
        }
        (None, kind) => records(&row.name, kind, inquiry),
    };
    row.seen = Some(Seen {
        keep,
        ..Seen::default()
    });
}

/// What stands at the row's name; `observed` is what the judgement saw of the standard there.
fn seen(row: &Row, observed: &[String], inquiry: &mut Inquiry<'_>) -> Seen {
    let alias = alias_of(&row.name, inquiry);
    if row.kind == Kind::Cname {
        return where_an_alias_is_wanted(row, alias, inquiry);
    }
    if let Some(alias) = alias {
        // What is answered is at the end of the alias, and nothing may stand beside one.
        return Seen {
            add: row.values.clone(),
            remove: vec![Old {
                kind: Kind::Cname,
                data: alias,
            }],
            keep: Vec::new(),
            differs: true,
        };
    }
    let mut seen = Seen {
        add: row.values.clone(),
        differs: true,
        ..Seen::default()
    };
    for data in records(&row.name, row.kind, inquiry) {
        let shown = data.shown();
        if let Some(at) = seen.add.iter().position(|value| *value == shown) {
            seen.add.remove(at);
            seen.keep.push(data);
        } else if observed.contains(&shown) {
            seen.remove.push(Old { kind: row.kind, data });
        } else {
            seen.keep.push(data);
        }
    }
    seen
}

fn where_an_alias_is_wanted(row: &Row, alias: Option<Rdata>, inquiry: &mut Inquiry<'_>) -> Seen {
    let mut seen = Seen {
        add: row.values.clone(),
        differs: true,
        ..Seen::default()
    };
    match alias {
        Some(alias) => {
            let shown = alias.shown();
            match seen.add.iter().position(|value| *value == shown) {
                Some(at) => {
                    seen.add.remove(at);
                    seen.keep.push(alias);
                }
                None => seen.remove.push(Old {
                    kind: Kind::Cname,
                    data: alias,
                }),
            }
        }
        // A text in its place, copied or flattened.
        None => seen.remove.extend(
            records(&row.name, Kind::Txt, inquiry)
                .into_iter()
                .map(|data| Old {
                    kind: Kind::Txt,
                    data,
                }),
        ),
    }
    seen
}

/// The alias that stands at a name itself.
fn alias_of(name: &Name, inquiry: &mut Inquiry<'_>) -> Option<Rdata> {
    let answer = records(name, Kind::Cname, inquiry);
    answer.into_iter().find(|data| matches!(data, Rdata::Cname(_)))
}

fn records(name: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Vec<Rdata> {
    let reply = inquiry.ask(Dns::new(name.clone(), kind), Need::Evidence);
    reply.records().unwrap_or_default().to_vec()
}
