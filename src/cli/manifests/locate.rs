//! Where things stand in a YAML file: its documents, and the line of every field. Pure.
//!
//! A document is what stands between two lines that begin with `---`, which YAML allows nowhere else at a line's
//! start; so one that is broken takes no other with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle};

/// One document of a file.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// The line its text starts at, from 1.
    pub(super) first_line: u64,
    /// The line of every field of the file by its path, `spec.dkim.selectors[2].name`.
    pub(super) lines: BTreeMap<String, u64>,
    /// The fields that stand there twice, and the lines where they do so again.
    pub(super) doubled: Vec<(String, u64)>,
    /// Where a word stands without quotes that older YAML, and so `kubectl`, reads as a boolean: `yes`, `off`.
    pub(super) words: BTreeMap<String, bool>,
    /// Where it stops being YAML, and what is wrong there.
    pub(super) broken: Option<(u64, String)>,
}

/// At most this many fields of a document are remembered: beyond it the line is that of a field around.
const MAX_FIELDS: usize = 100_000;

/// Deeper fields are not remembered: a manifest has none.
const MAX_DEPTH: usize = 16;

/// The documents of a file, one after another: what one holds is let go before the next is read.
pub(super) fn documents(text: &str) -> impl Iterator<Item = Document<'_>> {
    Parts {
        text,
        lines: 1,
        is_over: false,
    }
    .map(|(first_line, text)| document(first_line, text))
}

/// The text split before each line that begins a document; directives stay with the document they are for.
struct Parts<'t> {
    /// What is left.
    text: &'t str,
    /// The line it starts at.
    lines: u64,
    is_over: bool,
}

impl<'t> Iterator for Parts<'t> {
    type Item = (u64, &'t str);

    fn next(&mut self) -> Option<(u64, &'t str)> {
        if self.is_over {
            return None;
        }
        let (first_line, mut empty, mut at) = (self.lines, true, 0);
        for content in self.text.split_inclusive('\n') {
            if is_start(content) && !empty {
                let (part, rest) = self.text.split_at(at);
                self.text = rest;
                return Some((first_line, part));
            }
            let bare = content.trim();
            // What stands behind `---` on its line is content too, and so is its being there a second time.
            empty &= !is_start(content) && (bare.is_empty() || bare.starts_with(['#', '%']));
            at += content.len();
            self.lines += 1;
        }
        self.is_over = true;
        Some((first_line, self.text))
    }
}

fn is_start(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn document(first_line: u64, text: &str) -> Document<'_> {
    let mut walk = Walk {
        before: first_line.saturating_sub(1),
        ..Walk::default()
    };
    let mut broken = None;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => walk.step(&event, span.start.line() as u64),
            Err(error) => {
                let line = error.marker().line() as u64;
                broken = Some((walk.before + line.max(1), error.info().to_owned()));
                break;
            }
        }
    }
    Document {
        text,
        first_line,
        lines: walk.lines,
        doubled: walk.doubled,
        words: walk.words,
        broken,
    }
}

/// The way from the document's root to where the parser stands, and what was met on it.
#[derive(Default)]
struct Walk {
    /// How many lines stand before the document.
    before: u64,
    stack: Vec<Level>,
    lines: BTreeMap<String, u64>,
    doubled: Vec<(String, u64)>,
    words: BTreeMap<String, bool>,
}

enum Level {
    /// In a mapping: the key whose value comes next, and those before it.
    Mapping(Option<(String, u64)>, BTreeSet<String>),
    /// In a sequence; the index of the next item.
    Sequence(usize),
}

impl Walk {
    fn step(&mut self, event: &Event<'_>, line: u64) {
        let line = self.before + line;
        match event {
            Event::Scalar(text, style, _, tag) => {
                if let Some(Level::Mapping(key @ None, before)) = self.stack.last_mut() {
                    *key = Some((text.to_string(), line));
                    // Merge keys may stand there several times.
                    if !before.insert(text.to_string())
                        && text != "<<"
                        && let Some((path, _)) = self.path(line)
                    {
                        self.doubled.push((path, line));
                    }
                    return;
                }
                let path = self.note(line);
                if let (Some(path), ScalarStyle::Plain, None, Some(yes)) = (path, style, tag, boolean(text)) {
                    self.words.insert(path, yes);
                }
                self.done();
            }
            Event::Alias(_) => {
                self.note(line);
                self.done();
            }
            Event::MappingStart(..) => {
                self.note(line);
                self.stack.push(Level::Mapping(None, BTreeSet::new()));
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
    fn note(&mut self, line: u64) -> Option<String> {
        let (path, line) = self.path(line)?;
        if self.lines.len() < MAX_FIELDS {
            self.lines.entry(path.clone()).or_insert(line);
        }
        Some(path)
    }

    /// The path to where the parser stands, and the line it is found at.
    fn path(&self, line: u64) -> Option<(String, u64)> {
        if self.stack.len() > MAX_DEPTH {
            return None;
        }
        let mut path = String::new();
        let mut at = line;
        for level in &self.stack {
            match level {
                Level::Mapping(key, _) => {
                    let (key, line) = key.as_ref()?;
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                    at = *line;
                }
                Level::Sequence(index) => {
                    path.push_str(&format!("[{index}]"));
                    at = line;
                }
            }
        }
        Some((path, at))
    }

    /// A node is complete: the next one is the next key or item.
    fn done(&mut self) {
        match self.stack.last_mut() {
            Some(Level::Mapping(key, _)) => *key = None,
            Some(Level::Sequence(index)) => *index += 1,
            None => {}
        }
    }
}

/// The words that YAML 1.1 reads as booleans and YAML 1.2 does not.
fn boolean(word: &str) -> Option<bool> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}
