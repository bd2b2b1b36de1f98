//! Manifests: found, read, split into documents, every field with its line.
//!
//! A file may hold several documents; kinds other than `MailDomain` are skipped, the items of a `List` are read. What
//! is wrong is collected, each with file, line and field, so that one run says all of it. Reading text is pure
//! ([`read`]); only [`load`] touches files and standard input.

mod locate;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kube::CustomResourceExt;
use serde::Deserialize;
use serde_json::Value;

use super::{Failure, file, output};
use crate::api::{MailDomain, MailDomainSpec};
use crate::intent::SpecError;
use crate::report::Place;
use crate::report::sarif::Invalid;
use crate::report::text::harmless;
use locate::Document;

/// One `MailDomain` of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What it says.
    pub spec: MailDomainSpec,
    /// Where it stands; the line is that of `spec.domain`.
    pub place: Place,
    lines: BTreeMap<String, u64>,
}

impl Manifest {
    /// The line of `path` (`spec.dkim.selectors[2]`), or of the nearest field around it.
    pub fn line(&self, path: &str) -> u64 {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return *line;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = path.get(..end).unwrap_or_default(),
                None => return self.place.line,
            }
        }
    }

    /// What is wrong with a field, and where it stands.
    pub fn invalid(&self, error: SpecError) -> Invalid {
        Invalid {
            file: self.place.file.clone(),
            line: self.line(&error.path),
            error,
        }
    }
}

/// What was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The manifests that can be read, in the order they stand.
    pub manifests: Vec<Manifest>,
    /// What is wrong.
    pub invalid: Vec<Invalid>,
    /// Domains named by more than one manifest: the later places.
    pub duplicates: Vec<(Place, Place)>,
}

impl Loaded {
    /// Says on standard error all that is wrong; whether something makes the run fail.
    pub fn complain(&mut self) -> bool {
        self.invalid
            .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        for (first, later) in &self.duplicates {
            output::note(&format!(
                "warning: {}:{} and {}:{} name the same domain; in a cluster the older object claims it",
                harmless(&first.file),
                first.line,
                harmless(&later.file),
                later.line
            ));
        }
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

/// Reads every manifest of `paths`: files, folders, `-` for standard input.
///
/// # Errors
/// When a path cannot be read, or no `MailDomain` stands in any of them.
pub fn load(paths: &[String]) -> Result<Loaded, Failure> {
    let mut loaded = Loaded::default();
    for path in paths {
        if path == file::STDIN {
            read_into(&mut loaded, path, &file::text(path)?);
            continue;
        }
        for found in files(Path::new(path))? {
            let found = found.display().to_string();
            read_into(&mut loaded, &found, &file::text(&found)?);
        }
    }
    if loaded.manifests.is_empty() && loaded.invalid.is_empty() {
        return Err(Failure::Usage(format!(
            "no MailDomain (zegel.dev/v1alpha1) stands in {}",
            paths.join(", ")
        )));
    }
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    let mut duplicates = Vec::new();
    for manifest in &loaded.manifests {
        match seen.get(manifest.spec.domain.as_str()) {
            Some(first) => duplicates.push(((*first).clone(), manifest.place.clone())),
            None => {
                seen.insert(&manifest.spec.domain, &manifest.place);
            }
        }
    }
    loaded.duplicates = duplicates;
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

fn read_into(loaded: &mut Loaded, file: &str, text: &str) {
    let (manifests, invalid) = read(file, text);
    loaded.manifests.extend(manifests);
    loaded.invalid.extend(invalid);
}

/// Reads the manifests in `text`, and what is wrong with those that cannot be used.
pub fn read(file: &str, text: &str) -> (Vec<Manifest>, Vec<Invalid>) {
    let (mut manifests, mut invalid) = (Vec::new(), Vec::new());
    let (documents, broken) = locate::documents(text);
    for document in &documents {
        read_document(file, document, &mut manifests, &mut invalid);
    }
    if let Some((line, message)) = broken {
        invalid.push(Invalid {
            file: file.to_owned(),
            line,
            error: SpecError::new("document", format!("this is no YAML: {message}")),
        });
    }
    (manifests, invalid)
}

fn read_document(
    file: &str,
    document: &Document<'_>,
    manifests: &mut Vec<Manifest>,
    invalid: &mut Vec<Invalid>,
) {
    let wrong = |line: u64, message: String| Invalid {
        file: file.to_owned(),
        line,
        error: SpecError::new("document", message),
    };
    let value: Value = match serde_saphyr::from_str(document.text) {
        Ok(value) => value,
        Err(error) => {
            let (line, message) = located(document, &error);
            invalid.push(wrong(line, message));
            return;
        }
    };
    if is_mail_domain(&value) {
        match serde_saphyr::from_str::<Object>(document.text) {
            Ok(object) => keep(file, document, "", object, &value, manifests, invalid),
            Err(error) => {
                let (line, message) = located(document, &error);
                invalid.push(wrong(line, message));
            }
        }
        return;
    }
    // kubectl get -o yaml writes a List.
    let items = value.get("items").and_then(Value::as_array);
    let is_list = value
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    for (index, item) in items.filter(|_| is_list).into_iter().flatten().enumerate() {
        if !is_mail_domain(item) {
            continue;
        }
        let path = format!("items[{index}]");
        match Object::deserialize(item) {
            Ok(object) => keep(
                file,
                document,
                &format!("{path}."),
                object,
                item,
                manifests,
                invalid,
            ),
            Err(error) => {
                let line = document.lines.get(&path).copied().unwrap_or(document.first_line);
                invalid.push(wrong(line, format!("{path}: {error}")));
            }
        }
    }
}

/// The part of an object that is read: what a server adds (status, managedFields) is not looked at.
#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    metadata: Metadata,
    spec: MailDomainSpec,
}

#[derive(Deserialize, Default)]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
}

fn is_mail_domain(value: &Value) -> bool {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let resource = MailDomain::api_resource();
    text("kind") == resource.kind && text("apiVersion") == resource.api_version
}

fn keep(
    file: &str,
    document: &Document<'_>,
    prefix: &str,
    object: Object,
    value: &Value,
    manifests: &mut Vec<Manifest>,
    invalid: &mut Vec<Invalid>,
) {
    let lines: BTreeMap<String, u64> = document
        .lines
        .iter()
        .filter_map(|(path, line)| Some((path.strip_prefix(prefix)?.to_owned(), *line)))
        .collect();
    let line = lines.get("spec.domain").copied().unwrap_or(document.first_line);
    let manifest = Manifest {
        place: Place {
            file: file.to_owned(),
            line,
            namespace: object.metadata.namespace,
            name: object.metadata.name.unwrap_or_default(),
        },
        spec: object.spec,
        lines,
    };
    let mut errors = Vec::new();
    if manifest.place.name.is_empty() {
        errors.push(SpecError::new("metadata.name", "an object needs a name"));
    }
    if !object_name(&manifest.place.name) {
        errors.push(SpecError::new(
            "metadata.name",
            "lower case letters, digits, - and . are allowed, at most 253",
        ));
    }
    errors.extend(schema::errors(value));
    if errors.is_empty() {
        manifests.push(manifest);
    } else {
        invalid.extend(errors.into_iter().map(|error| manifest.invalid(error)));
    }
}

/// Whether an API server takes `name` (RFC 1123 subdomain); the empty one is another error.
fn object_name(name: &str) -> bool {
    let inner =
        |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-' || octet == b'.';
    name.len() <= 253
        && name.bytes().all(inner)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
}

fn located(document: &Document<'_>, error: &serde_saphyr::Error) -> (u64, String) {
    let line = error
        .location()
        .map_or(0, |location| location.line().saturating_sub(1));
    // Only the first line: the rest draws the place we name ourselves.
    let message = error.without_snippet().to_string();
    let message = message.lines().next().unwrap_or_default();
    // Its own line counts from the document's start; ours from the file's.
    let message = message.split(" at line ").next().unwrap_or(message).to_owned();
    (document.first_line + line, message)
}
