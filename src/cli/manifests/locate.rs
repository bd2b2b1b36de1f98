//! Where things stand in a YAML file: its documents, and the line of every field. Pure.
//!
//! A document is walked once: what its value is, where it is plain, comes of the same walk.
//!
//! A document is what stands between two lines that begin with `---`, which YAML allows nowhere else at a line's
//! start; so one that is broken takes no other with it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle};

use super::places::{Place, Places, Step};
use super::value::Maker;

/// One document of a file.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// The line its text starts at, from 1.
    pub(super) first_line: u64,
    /// The line of every field of the file by its path, `spec.dkim.selectors[2].name`.
    pub(super) lines: Places<'t>,
    /// Its value, where it is plain: else it is to be read.
    pub(super) value: Option<Value>,
    /// The fields that stand there twice, and the lines where they do so again.
    pub(super) doubled: Vec<(String, u64)>,
    /// Where a word stands without quotes that older YAML, and so `kubectl`, reads as a boolean: `yes`, `off`.
    pub(super) words: BTreeMap<String, bool>,
    /// Where it stops being YAML, and what is wrong there.
    pub(super) broken: Option<(u64, String)>,
}

/// Deeper fields are not remembered: a manifest has none.
const MAX_DEPTH: usize = 16;

/// The text split before each line that begins a document, each with the line it starts at; directives stay with the
/// document they are for.
pub(super) fn parts(text: &str) -> impl Iterator<Item = (u64, &str)> {
    Parts {
        text,
        lines: 1,
        is_over: false,
    }
}

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
        let (first_line, mut seam, mut at) = (self.lines, Seam::default(), 0);
        for content in self.text.split_inclusive('\n') {
            if seam.is_before(content) {
                let (part, rest) = self.text.split_at(at);
                self.text = rest;
                return Some((first_line, part));
            }
            at += content.len();
            self.lines += 1;
        }
        self.is_over = true;
        Some((first_line, self.text))
    }
}

/// Tells, line by line, where a document ends and the next begins.
#[derive(Debug, Default)]
pub(super) struct Seam {
    holds_something: bool,
}

impl Seam {
    /// Whether this line belongs to the next document.
    pub(super) fn is_before(&mut self, line: &str) -> bool {
        if is_start(line) && self.holds_something {
            return true;
        }
        let bare = line.trim();
        // What stands behind `---` on its line is content too, and so is its being there a second time.
        self.holds_something |= is_start(line) || !(bare.is_empty() || bare.starts_with(['#', '%']));
        false
    }
}

fn is_start(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The document of this text, which starts at that line of its file.
pub(super) fn document(first_line: u64, text: &str) -> Document<'_> {
    let mut walk = Walk {
        before: first_line.saturating_sub(1),
        ..Walk::default()
    };
    let mut maker = Maker::new();
    let mut broken = None;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                maker.step(&event);
                walk.step(event, span.start.line() as u64);
            }
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
        value: maker.value().filter(|_| broken.is_none()),
        doubled: walk.doubled,
        words: walk.words,
        broken,
    }
}

/// The way from the document's root to where the parser stands, and what was met on it.
#[derive(Default)]
struct Walk<'t> {
    /// How many lines stand before the document.
    before: u64,
    stack: Vec<Level<'t>>,
    lines: Places<'t>,
    doubled: Vec<(String, u64)>,
    words: BTreeMap<String, bool>,
}

struct Level<'t> {
    /// Where it stands, where that is remembered.
    place: Option<Place>,
    kind: Kind<'t>,
}

enum Kind<'t> {
    /// In a mapping: the key whose value comes next, and those before it.
    Mapping(Option<(Cow<'t, str>, u64)>, Keys<'t>),
    /// In a sequence; the index of the next item.
    Sequence(usize),
}

/// The keys of a mapping so far.
#[derive(Default)]
struct Keys<'t> {
    /// Nearly always there are few.
    few: Vec<Cow<'t, str>>,
    many: BTreeSet<Cow<'t, str>>,
}

impl<'t> Keys<'t> {
    /// So many are looked through one by one.
    const FEW: usize = 16;

    /// Whether it was not there before.
    fn insert(&mut self, key: Cow<'t, str>) -> bool {
        if self.few.contains(&key) {
            return false;
        }
        match self.few.len() < Self::FEW {
            true => {
                self.few.push(key);
                true
            }
            false => self.many.insert(key),
        }
    }
}

impl<'t> Walk<'t> {
    fn step(&mut self, event: Event<'t>, line: u64) {
        let line = self.before + line;
        match event {
            Event::Scalar(text, style, _, tag) => {
                if let Some(Kind::Mapping(key @ None, before)) =
                    self.stack.last_mut().map(|level| &mut level.kind)
                {
                    // Merge keys may stand there several times.
                    let is_new = before.insert(text.clone()) || text == "<<";
                    *key = Some((text, line));
                    if !is_new && let Some(path) = self.path() {
                        self.doubled.push((path, line));
                    }
                    return;
                }
                self.note(line);
                if let (ScalarStyle::Plain, None, Some(yes)) = (style, tag, boolean(&text))
                    && let Some(path) = self.path()
                {
                    self.words.insert(path, yes);
                }
                self.done();
            }
            Event::Alias(_) => {
                self.note(line);
                self.done();
            }
            Event::MappingStart(..) => self.begin(line, Kind::Mapping(None, Keys::default())),
            Event::SequenceStart(..) => self.begin(line, Kind::Sequence(0)),
            Event::MappingEnd | Event::SequenceEnd => {
                self.stack.pop();
                self.done();
            }
            _ => {}
        }
    }

    fn begin(&mut self, line: u64, kind: Kind<'t>) {
        let place = self.note(line);
        self.stack.push(Level { place, kind });
    }

    /// Notes the line of the node that starts here: its key's when it has one.
    fn note(&mut self, line: u64) -> Option<Place> {
        if self.stack.len() > MAX_DEPTH {
            return None;
        }
        let Some(level) = self.stack.last() else {
            return self.lines.note(None, Step::Whole, line);
        };
        let around = Some(level.place?);
        match &level.kind {
            Kind::Mapping(key, _) => {
                let (key, line) = key.clone()?;
                self.lines.note(around, Step::Field(key), line)
            }
            Kind::Sequence(index) => self.lines.note(around, Step::Entry(*index), line),
        }
    }

    /// The path to where the parser stands.
    fn path(&self) -> Option<String> {
        if self.stack.len() > MAX_DEPTH {
            return None;
        }
        let mut path = String::new();
        for level in &self.stack {
            match &level.kind {
                Kind::Mapping(key, _) => {
                    let (key, _) = key.as_ref()?;
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Kind::Sequence(index) => path.push_str(&format!("[{index}]")),
            }
        }
        Some(path)
    }

    /// A node is complete: the next one is the next key or item.
    fn done(&mut self) {
        match self.stack.last_mut().map(|level| &mut level.kind) {
            Some(Kind::Mapping(key, _)) => *key = None,
            Some(Kind::Sequence(index)) => *index += 1,
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
