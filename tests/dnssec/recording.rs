//! The recorded tree: what `dev/dnssec/tree.py record` wrote, and a world made of it.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;
use serde_json::Value;
use zegel::dnssec::{Anchors, Lookup, Proven, Replies, Step, Zones, judge};
use zegel::inquiry::Trouble;

/// One question of the tree, its answer, and what it is worth to whom.
pub(super) struct Row {
    pub(super) name: Name,
    pub(super) kind: RecordType,
    pub(super) state: String,
    pub(super) why: Option<String>,
    pub(super) unbound: String,
    pub(super) delv: String,
    pub(super) message: Message,
}

/// All of it.
pub(super) struct Recording {
    pub(super) now: Timestamp,
    pub(super) anchors: Anchors,
    pub(super) rows: Vec<Row>,
    lookups: HashMap<Lookup, Message>,
}

impl Recording {
    pub(super) fn read() -> Self {
        let mut lines = include_str!("recorded.jsonl").lines();
        let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let mut recording = Self {
            now: Timestamp::from_second(head["now"].as_i64().unwrap()).unwrap(),
            anchors: head["anchor"].as_str().unwrap().parse().unwrap(),
            rows: Vec::new(),
            lookups: HashMap::new(),
        };
        for line in lines {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().map(str::to_owned);
            let message = Message::from_vec(&STANDARD.decode(text("message").unwrap()).unwrap()).unwrap();
            let kind: RecordType = text("type").unwrap().parse().unwrap();
            match text("lookup") {
                Some(zone) => {
                    let lookup = Lookup {
                        name: absolute(&zone),
                        kind,
                    };
                    recording.lookups.insert(lookup, message);
                }
                None => recording.rows.push(Row {
                    name: absolute(&text("name").unwrap()),
                    kind,
                    state: text("state").unwrap(),
                    why: text("why"),
                    unbound: text("unbound").unwrap(),
                    delv: text("delv").unwrap(),
                    message,
                }),
            }
        }
        recording
    }

    pub(super) fn row(&self, name: &str, kind: RecordType) -> &Row {
        let name = absolute(name);
        let mut rows = self.rows.iter();
        rows.find(|row| row.name == name && row.kind == kind)
            .unwrap_or_else(|| panic!("{name} {kind} was not recorded"))
    }

    /// What is answered to a lookup.
    pub(super) fn answer(&self, lookup: &Lookup) -> Result<Message, Trouble> {
        self.lookups.get(lookup).cloned().ok_or(Trouble::Timeout)
    }

    /// Judges a message as the world does, with the lookups answered by `answer`; tells how many were asked.
    pub(super) fn judge_with(
        &self,
        (message, name, kind): (&Message, &Name, RecordType),
        zones: &Zones,
        now: Timestamp,
        mut answer: impl FnMut(&Lookup) -> Result<Message, Trouble>,
    ) -> (Proven, usize) {
        let mut replies = Replies::new();
        loop {
            match judge(message, name, kind, (&self.anchors, zones), &replies, now) {
                Step::Done(proven) => return (proven, replies.len()),
                Step::Ask(lookups) => {
                    assert!(!lookups.is_empty());
                    for lookup in lookups {
                        let reply = answer(&lookup);
                        assert!(
                            replies.insert(lookup.clone(), reply).is_none(),
                            "{lookup:?} twice"
                        );
                    }
                }
            }
        }
    }

    pub(super) fn judge(&self, row: &Row, zones: &Zones) -> (Proven, usize) {
        let question = (&row.message, &row.name, row.kind);
        self.judge_with(question, zones, self.now, |lookup| self.answer(lookup))
    }
}

pub(super) fn absolute(text: &str) -> Name {
    let mut name = Name::from_ascii(text).unwrap();
    name.set_fqdn(true);
    name
}
