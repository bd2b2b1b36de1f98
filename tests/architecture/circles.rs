//! No circle among modules: of two files or folders side by side, one may know the other, not both each other.
//!
//! What a file names is read from its `crate::`, `super::` and `self::` paths; a name that a folder only passes on is
//! followed to the file it comes from. A folder's own file knows what lies in it and is known there: that is no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::{code, sources};

/// A module's path below the crate's root: `["judge", "spf"]`.
type Module = Vec<String>;

#[test]
fn there_is_no_circle_among_modules() {
    let texts: BTreeMap<Module, String> = sources()
        .iter()
        .map(|(path, text)| (module_of(path), code_of(text)))
        .filter(|(module, _)| !matches!(module.first().map(String::as_str), None | Some("main")))
        .collect();
    let circles = circles(&texts);
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn the_check_sees_a_circle() {
    let texts = |files: &[(&[&str], &str)]| -> BTreeMap<Module, String> {
        let module = |path: &[&str]| path.iter().map(|part| (*part).to_owned()).collect();
        files
            .iter()
            .map(|(path, text)| (module(path), (*text).to_owned()))
            .collect()
    };
    let one_way = texts(&[
        (&["a"], "mod b; mod c; pub use self::b::B; use c::go;"),
        (&["a", "b"], "use crate::d::D;"),
        (&["a", "c"], "use super::{Own, B};\npub fn go() {}"),
        (&["d"], "pub struct D;"),
    ]);
    assert_eq!(circles(&one_way), Vec::<String>::new());
    let through_the_folder = texts(&[
        (&["a"], "pub use self::b::B; pub use c::*;"),
        (&["a", "b"], "use super::{\n    C,\n};"),
        (&["a", "c"], "use super::B; pub struct C;"),
    ]);
    assert_eq!(circles(&through_the_folder), ["a: b → c → b"]);
    let deep = texts(&[
        (&["a"], ""),
        (&["a", "x"], "fn f() { crate::d::y::g() }"),
        (&["d"], "mod y;"),
        (&["d", "y"], "use crate::{a::x::{self, f}};"),
    ]);
    assert_eq!(circles(&deep), ["the crate: a → d → a"]);
}

/// Every circle, once, as the way round.
fn circles(texts: &BTreeMap<Module, String>) -> Vec<String> {
    // For each folder, which of its children name which.
    let mut folders: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let house = House::new(texts);
    for (module, text) in texts {
        for path in paths(text) {
            let Some(target) = house.home(module, &path) else {
                continue;
            };
            let shared = module
                .iter()
                .zip(&target)
                .take_while(|(left, right)| left == right)
                .count();
            // One in the other, or the same: no neighbours.
            let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) else {
                continue;
            };
            let folder = folders.entry(module[..shared].to_vec()).or_default();
            folder.entry(from.clone()).or_default().insert(to.clone());
        }
    }
    let mut found = Vec::new();
    for (folder, arrows) in &folders {
        let shown = match folder.is_empty() {
            true => "the crate".to_owned(),
            false => folder.join("::"),
        };
        let ways = arrows.keys().filter_map(|start| way_back(arrows, start));
        let mut seen: BTreeSet<BTreeSet<String>> = BTreeSet::new();
        for way in ways {
            if seen.insert(way.iter().cloned().collect()) {
                found.push(format!("{shown}: {}", way.join(" → ")));
            }
        }
    }
    found
}

/// The shortest way from `start` back to it.
fn way_back(arrows: &BTreeMap<String, BTreeSet<String>>, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut been: BTreeSet<&str> = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            for next in arrows.get(way.last()?).into_iter().flatten() {
                let mut way = way.clone();
                way.push(next.clone());
                if next == start {
                    return Some(way);
                }
                if been.insert(next) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// All modules, and what each takes in by `use`.
struct House<'t> {
    texts: &'t BTreeMap<Module, String>,
    /// Where a name of a module comes from, as a path from that module.
    taken: BTreeMap<&'t Module, Vec<Vec<String>>>,
}

impl<'t> House<'t> {
    fn new(texts: &'t BTreeMap<Module, String>) -> Self {
        let taken = texts.iter().map(|(module, text)| (module, uses(text))).collect();
        Self { texts, taken }
    }

    /// The module a path leads to from `module`, names that are only passed on followed.
    fn home(&self, module: &Module, path: &[String]) -> Option<Module> {
        self.follow(module, path, 0)
    }

    fn follow(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = module.clone();
        let mut rest = path;
        while let [first, more @ ..] = rest {
            match first.as_str() {
                "crate" => at = Vec::new(),
                "self" => {}
                "super" => {
                    at.pop();
                }
                name => {
                    let mut below = at.clone();
                    below.push(name.to_owned());
                    if !self.texts.contains_key(&below) {
                        break;
                    }
                    at = below;
                }
            }
            rest = more;
        }
        let Some(name) = rest.first().filter(|_| depth < 8) else {
            return self.texts.contains_key(&at).then_some(at);
        };
        if at == *module && depth == 0 {
            return Some(at);
        }
        for taken in self.taken.get(&at).into_iter().flatten() {
            let passes_on = match taken.last().map(String::as_str) {
                Some("*") => {
                    let source = self.follow(&at, &taken[..taken.len() - 1], depth + 1);
                    source.is_some_and(|source| source != at && self.defines(&source, name))
                }
                Some(last) => last == name && taken.len() > 1,
                None => false,
            };
            let path = match taken.last().map(String::as_str) {
                Some("*") => [&taken[..taken.len() - 1], rest].concat(),
                _ => taken.clone(),
            };
            if passes_on && let Some(home) = self.follow(&at, &path, depth + 1) {
                return Some(home);
            }
        }
        self.texts.contains_key(&at).then_some(at)
    }

    fn defines(&self, module: &Module, name: &str) -> bool {
        let Some(text) = self.texts.get(module) else {
            return false;
        };
        ["struct", "enum", "fn", "const", "static", "type", "trait", "mod"]
            .iter()
            .any(|word| {
                text.match_indices(&format!("{word} {name}")).any(|(at, found)| {
                    let next = text[at + found.len()..].chars().next();
                    !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
                })
            })
    }
}

/// The paths a text names that begin in the crate, around or here.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let before = text[..at].chars().next_back();
            let inside =
                before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | ':' | '$'));
            if !inside {
                tree(&text[at..], &[], &mut found);
            }
        }
    }
    found
}

/// What a module takes in, `mod x; use x::Y` included, as paths from it.
fn uses(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("use ") {
        let before = text[..at].chars().next_back();
        if before.is_none_or(|before| before.is_whitespace() || matches!(before, ';' | ')' | '}')) {
            tree(text[at + word.len()..].trim_start(), &[], &mut found);
        }
    }
    found
}

/// The paths of one tree, `a::{b, c::{d}}`; gives what follows it.
fn tree<'t>(text: &'t str, before: &[String], found: &mut Vec<Vec<String>>) -> &'t str {
    let mut path = before.to_vec();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(group) = rest.strip_prefix('{') {
            rest = group;
            loop {
                rest = rest.trim_start();
                match rest.chars().next() {
                    Some('}') => return &rest[1..],
                    Some(',') => rest = &rest[1..],
                    Some(character) if character.is_alphanumeric() || matches!(character, '_' | '*') => {
                        rest = tree(rest, &path, found);
                    }
                    _ => return rest,
                }
            }
        }
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '*')))
            .unwrap_or(rest.len());
        if end == 0 {
            return rest;
        }
        // `a::{self}` is a itself.
        match &rest[..end] {
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(more) if !more.starts_with('<') => rest = more,
            _ => {
                found.push(path);
                // `a as b` is known here by another name, which nobody follows.
                let renamed = rest.trim_start().strip_prefix("as ");
                return renamed.map_or(rest, |rest| {
                    rest.trim_start_matches(|character: char| character.is_alphanumeric() || character == '_')
                });
            }
        }
    }
}

/// The code of a file without its tests.
fn code_of(text: &str) -> String {
    let lines: Vec<&str> = code(text).map(|(_, line)| line).collect();
    lines.join("\n")
}

/// `src/judge/spf/mod.rs` is `judge::spf`, `src/name.rs` is `name`; the crate's root is nothing.
fn module_of(path: &Path) -> Module {
    let mut parts: Vec<String> = path
        .components()
        .skip(1)
        .map(|part| {
            part.as_os_str()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned()
        })
        .collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}
