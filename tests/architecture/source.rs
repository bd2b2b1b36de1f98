//! The source as text: files, the lines that are code, the paths they name.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file of the program with its text; paths from the project's root.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    sources_of(&["src"])
}

/// Every Rust file in these folders with its text.
pub(crate) fn sources_of(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 20, "the source is not where it was");
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(root).unwrap().to_owned(), text)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The module right below the crate's root.
pub(crate) fn module(path: &Path) -> String {
    let first = path
        .components()
        .nth(1)
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The lines that are code, with their numbers: no comments, and no module of tests at the end.
pub(crate) fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// Whether `line` holds `word` as a word of its own.
pub(crate) fn names(line: &str, word: &str) -> bool {
    let inner = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let open = word.chars().next().is_some_and(inner) && before.is_some_and(inner);
        let close = word.chars().next_back().is_some_and(inner) && after.is_some_and(inner);
        // `hickory` stands for hickory_resolver, hickory_proto and the like.
        !open && (!close || after == Some('_'))
    })
}

/// The paths below `crate::` that a line names, two parts deep.
pub(crate) fn crate_paths(line: &str) -> Vec<String> {
    let two_parts = |text: &str| {
        let path: String = text
            .chars()
            .take_while(|character| character.is_alphanumeric() || matches!(character, '_' | ':'))
            .collect();
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).take(2).collect();
        parts.join("::")
    };
    let mut paths = Vec::new();
    for (start, _) in line.match_indices("crate::") {
        let rest = &line[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => paths.extend(group.split(',').map(str::trim).map(two_parts)),
            None => paths.push(two_parts(rest)),
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}
