//! Manifests: found, read, split into documents, every field with its line.
//!
//! A file may hold several documents; kinds other than `MailDomain` and `MailDomainGrant` are skipped, the items of a
//! `List` are read. A grant is read for its mistakes alone: it asks nothing of DNS. What is wrong is collected, each with file, line and field, so that one run says all of it. Reading text is pure
//! ([`read`]); only [`load`] touches files and standard input.

mod locate;
mod mistakes;
mod paths;
mod places;
mod read;
mod renamed;
mod rivals;
mod stream;
mod value;
mod words;

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use self::read::Objects;
pub use self::read::read;
use self::stream::Stream;
use super::{Failure, file, output};
use crate::intent::{Intent, SpecError};
use crate::report::ManifestRef;
use crate::report::sarif::Invalid;
use crate::report::text::harmless;

/// One `MailDomain` of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What it wants.
    pub intent: Intent,
    /// Where it stands; the line is that of `spec.domain`.
    pub source: ManifestRef,
    /// The line of each wanted record set, in their order: of what it was derived from, or the nearest field around it.
    pub lines: Vec<u64>,
    /// Where it stands in its document: nothing, or `items[2].`.
    pub prefix: String,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The manifests that can be read, in the order they stand.
    pub manifests: Vec<Manifest>,
    /// What is wrong.
    pub invalid: Vec<Invalid>,
    /// How many `MailDomainGrant`s there are, right or wrong.
    pub grants: usize,
}

impl Loaded {
    /// What to say of a run that has grants to look at and nothing else, of which nothing is wrong.
    pub fn of_grants_alone(&self) -> Option<String> {
        let is_alone = self.manifests.is_empty() && self.invalid.is_empty() && self.grants > 0;
        is_alone.then(|| {
            let (number, kind) = match self.grants {
                1 => ("1".to_owned(), "MailDomainGrant is"),
                number => (number.to_string(), "MailDomainGrants are"),
            };
            format!("{number} {kind} written as the API server takes it; a grant publishes nothing, so DNS is not asked")
        })
    }

    /// Says on standard error all that is wrong; whether something makes the run fail.
    pub fn complain(&mut self) -> bool {
        self.invalid
            .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        for invalid in &self.invalid {
            let text = harmless(&invalid.error.to_string());
            output::note(&format!(
                "error: {}:{}: {text}",
                harmless(&invalid.file),
                invalid.line
            ));
        }
        !self.invalid.is_empty()
    }
}

/// Reads every manifest of `paths`: files, folders, `-` for standard input; a file that is named several times, once.
///
/// # Errors
/// When a path cannot be read, or no `MailDomain` stands in any of them.
pub fn load(paths: &[String]) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::default();
    let mut named = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let found = match path.as_str() {
            file::STDIN => vec![PathBuf::from(path)],
            path => files(Path::new(path))?,
        };
        for found in found {
            // What the way to it is makes no other file of it; one that is gone says so when it is read.
            let place = found.canonicalize().unwrap_or_else(|_| found.clone());
            if seen.insert(place) {
                named.push(found);
            }
        }
    }
    let mut objects = Vec::new();
    for (read, wrong) in read_files(&named) {
        objects.extend(read);
        loaded.invalid.extend(wrong);
    }
    if objects.is_empty() && loaded.invalid.is_empty() {
        return Err(Failure::Usage(format!(
            "no MailDomain (zegel.dev/v1alpha1) stands in {}",
            paths.join(", ")
        )));
    }
    loaded.grants = objects.iter().filter(|object| object.is_grant).count();
    loaded.invalid.extend(rivals::part(&mut objects));
    loaded.manifests = objects.into_iter().filter_map(|object| object.manifest).collect();
    Ok(loaded)
}

/// The file itself, or every `*.yaml` and `*.yml` below a folder in the order of their names; links to folders are
/// not followed.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::Usage(format!("cannot read {}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        entries.push(entry.map_err(failed)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        if kind.is_dir() {
            found.extend(files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            found.push(path);
        }
    }
    Ok(found)
}

/// Fewer files than this are read by one thread: they are read before others have begun.
const FEW_FILES: usize = 64;

/// What stands in each of `files`, in their order, and what is wrong there; many are read on all cores.
fn read_files(files: &[PathBuf]) -> Vec<Objects> {
    let read_share = |share: &[PathBuf]| -> Vec<Objects> {
        share
            .iter()
            .map(|file| read_file(&file.display().to_string()))
            .collect()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if files.len() < FEW_FILES || cores == 1 {
        return read_share(files);
    }
    std::thread::scope(|scope| {
        let shares = files.chunks(files.len().div_ceil(cores));
        let readers: Vec<_> = shares
            .map(|share| scope.spawn(move || read_share(share)))
            .collect();
        let read = readers
            .into_iter()
            .map(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic)));
        read.flatten().collect()
    })
}

/// The objects of a file, and what is wrong with it.
fn read_file(path: &str) -> Objects {
    if let Some(lines) = file::lines(path)
        && let Ok(read) = read::streamed(path, Stream::new(lines))
    {
        return read;
    }
    match file::text(path) {
        Ok(text) => read::objects(path, &text),
        // Said with all the others' mistakes: one file that cannot be read hides nothing.
        Err(failure) => {
            let wrong = Invalid {
                file: path.to_owned(),
                line: 1,
                error: SpecError::new("document", failure.to_string()),
            };
            (Vec::new(), vec![wrong])
        }
    }
}
