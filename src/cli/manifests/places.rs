//! Where the fields of a document stand: a tree of them, each with its line, that is asked by path. Pure.
//!
//! A path is written only where something is said of a field: what is noted of each is its own name, borrowed from the text.

use std::borrow::Cow;

/// At most this many fields of a document are remembered: beyond it the line is that of a field around.
const MAX_FIELDS: usize = 100_000;

/// A field or an entry that is remembered, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

/// What leads from what is around to a field or an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<'t> {
    /// The document itself.
    Whole,
    /// A field by its name.
    Field(Cow<'t, str>),
    /// An entry of a list by its index.
    Entry(usize),
}

#[derive(Debug)]
struct Node<'t> {
    step: Step<'t>,
    line: u64,
    within: Vec<usize>,
}

/// The fields and entries of one document, and the line of each.
#[derive(Debug, Default)]
pub(super) struct Places<'t> {
    nodes: Vec<Node<'t>>,
}

impl<'t> Places<'t> {
    /// Remembers what stands in line `line`, one step from `around`; `None` where there is no room, or what is around is
    /// not remembered itself.
    pub(super) fn note(&mut self, around: Option<Place>, step: Step<'t>, line: u64) -> Option<Place> {
        let place = self.nodes.len();
        if place >= MAX_FIELDS {
            return None;
        }
        match around {
            Some(Place(around)) => self.nodes.get_mut(around)?.within.push(place),
            // Only a document stands in nothing.
            None if place == 0 => {}
            None => return None,
        }
        self.nodes.push(Node {
            step,
            line,
            within: Vec::new(),
        });
        Some(Place(place))
    }

    /// The line of the field at this path, `spec.dkim.selectors[2].name`; where it stands there twice, the first. The
    /// empty path is that of the document.
    pub(super) fn line(&self, path: &str) -> Option<u64> {
        let found = self.find(0, path)?;
        self.nodes.get(found).map(|node| node.line)
    }

    /// The line of the field at this path, or of the nearest around it.
    pub(super) fn nearest(&self, path: &str) -> Option<u64> {
        let mut path = path;
        loop {
            if let Some(line) = self.line(path) {
                return Some(line);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }

    /// What a path leads to from here.
    fn find(&self, from: usize, path: &str) -> Option<usize> {
        let node = self.nodes.get(from)?;
        if path.is_empty() {
            return Some(from);
        }
        if let Some((index, rest)) = entry(path)
            && let Some(&within) = node.within.get(index)
            && let Some(Step::Entry(_)) = self.nodes.get(within).map(|node| &node.step)
        {
            return self.find(within, rest);
        }
        let name = match from {
            0 => path,
            _ => path.strip_prefix('.')?,
        };
        // A name may hold dots itself, and may stand there twice.
        node.within.iter().find_map(|&within| {
            let Step::Field(field) = &self.nodes.get(within)?.step else {
                return None;
            };
            let rest = name.strip_prefix(&**field)?;
            let ends = rest.is_empty() || rest.starts_with(['.', '[']);
            ends.then(|| self.find(within, rest)).flatten()
        })
    }
}

/// An index at the start of a path, and what follows it.
fn entry(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Step<'_> {
        Step::Field(name.into())
    }

    #[test]
    fn each_path_leads_to_its_line_or_to_that_around_it() {
        let mut places = Places::default();
        let whole = places.note(None, Step::Whole, 1);
        let spec = places.note(whole, field("spec"), 2);
        let list = places.note(spec, field("list"), 3);
        for index in 0..3 {
            let entry = places.note(list, Step::Entry(index), 4 + index as u64);
            places.note(entry, field("name"), 14 + index as u64);
        }
        let again = places.note(whole, field("spec"), 30);
        places.note(again, field("more"), 31);
        let notes = places.note(whole, field("notes"), 40);
        places.note(notes, field("a.b/c[0]"), 41);
        places.note(notes, field(""), 42);
        for (path, line, nearest) in [
            ("", Some(1), Some(1)),
            ("spec", Some(2), Some(2)),
            ("spec.list", Some(3), Some(3)),
            ("spec.list[2]", Some(6), Some(6)),
            ("spec.list[2].name", Some(16), Some(16)),
            ("spec.list[3].name", None, Some(3)),
            ("spec.list[x]", None, Some(3)),
            ("spec.list.name", None, Some(3)),
            ("spec.lis", None, Some(2)),
            ("spec.more", Some(31), Some(31)),
            ("notes.a.b/c[0]", Some(41), Some(41)),
            ("notes.a.b/c[1]", None, Some(40)),
            ("notes.", Some(42), Some(42)),
            ("other.field", None, None),
        ] {
            assert_eq!(places.line(path), line, "{path:?}");
            assert_eq!(places.nearest(path), nearest, "{path:?}");
        }
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let mut places = Places::default();
        let whole = places.note(None, Step::Whole, 1);
        for index in 0..2 * MAX_FIELDS {
            places.note(whole, Step::Entry(index), 2);
        }
        assert_eq!(places.nodes.len(), MAX_FIELDS);
        assert_eq!(places.note(None, Step::Whole, 1), None);
    }
}
