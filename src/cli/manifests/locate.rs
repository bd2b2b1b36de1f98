//! Where things stand in a YAML file: its documents, and the line of every field. Pure.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, Parser};

/// One document of a file.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// The line its text starts at, from 1.
    pub(super) first_line: u64,
    /// The line of every field of the file by its path, `spec.dkim.selectors[2].name`.
    pub(super) lines: BTreeMap<String, u64>,
}

/// At most this many fields of a document are remembered: beyond it the line is that of a field around.
const MAX_FIELDS: usize = 100_000;

/// Deeper fields are not remembered: a manifest has none.
const MAX_DEPTH: usize = 16;

/// The documents of a file; when it stops being YAML, also the line and what is wrong there.
pub(super) fn documents(text: &str) -> (Vec<Document<'_>>, Option<(u64, String)>) {
    let mut found: Vec<Document<'_>> = Vec::new();
    let mut walk = Walk::default();
    let mut start = (0, 1);
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let line = error.marker().line() as u64;
                return (found, Some((line.max(1), error.info().to_owned())));
            }
        };
        let offset = |index: Option<usize>| index.unwrap_or_default().min(text.len());
        match event {
            Event::DocumentStart(..) => {
                walk = Walk::default();
                start = (offset(span.start.byte_offset()), span.start.line() as u64);
            }
            Event::DocumentEnd => found.push(Document {
                text: text
                    .get(start.0..offset(span.start.byte_offset()))
                    .unwrap_or_default(),
                first_line: start.1,
                lines: std::mem::take(&mut walk.lines),
            }),
            event => walk.step(&event, span.start.line() as u64),
        }
    }
    (found, None)
}

/// The way from the document's root to where the parser stands.
#[derive(Default)]
struct Walk {
    stack: Vec<Level>,
    lines: BTreeMap<String, u64>,
}

enum Level {
    /// In a mapping; the key whose value comes next.
    Mapping(Option<(String, u64)>),
    /// In a sequence; the index of the next item.
    Sequence(usize),
}

impl Walk {
    fn step(&mut self, event: &Event<'_>, line: u64) {
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Level::Mapping(key @ None)) = self.stack.last_mut() {
                    *key = Some((text.to_string(), line));
                    return;
                }
                self.note(line);
                self.done();
            }
            Event::Alias(_) => {
                self.note(line);
                self.done();
            }
            Event::MappingStart(..) => {
                self.note(line);
                self.stack.push(Level::Mapping(None));
            }
            Event::SequenceStart(..) => {
                self.note(line);
                self.stack.push(Level::Sequence(0));
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.stack.pop();
                self.done();
            }
            _ => {}
        }
    }

    /// Notes the line of the node that starts here: its key's when it has one.
    fn note(&mut self, line: u64) {
        if self.stack.len() > MAX_DEPTH || self.lines.len() >= MAX_FIELDS {
            return;
        }
        let mut path = String::new();
        let mut at = line;
        for level in &self.stack {
            match level {
                Level::Mapping(Some((key, line))) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                    at = *line;
                }
                Level::Mapping(None) => return,
                Level::Sequence(index) => {
                    path.push_str(&format!("[{index}]"));
                    at = line;
                }
            }
        }
        self.lines.entry(path).or_insert(at);
    }

    /// A node is complete: the next one is the next key or item.
    fn done(&mut self) {
        match self.stack.last_mut() {
            Some(Level::Mapping(key)) => *key = None,
            Some(Level::Sequence(index)) => *index += 1,
            None => {}
        }
    }
}
