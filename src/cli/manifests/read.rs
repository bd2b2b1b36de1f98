//! The manifests in a text: documents read, objects found, all that is wrong with them located. Pure.

use std::io::BufRead;
use std::sync::LazyLock;

use kube::CustomResourceExt;
use kube::core::ApiResource;
use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;

use super::locate::{Document, document, parts};
use super::paths::find;
use super::rivals::Object;
use super::stream::{Stopped, Stream};
use super::{Manifest, mistakes, words};
use crate::api::{MailDomain, MailDomainGrant};
use crate::intent::{SpecError, claims};
use crate::report::ManifestRef;
use crate::report::sarif::Invalid;

/// Reads the manifests in `text`, and what is wrong with those that cannot be used; what several of them have to do
/// with each other is not looked at.
pub fn read(file: &str, text: &str) -> (Vec<Manifest>, Vec<Invalid>) {
    let (objects, invalid) = objects(file, text);
    let manifests = objects.into_iter().filter_map(|object| object.manifest);
    (manifests.collect(), invalid)
}

/// Objects, and what is wrong with them.
pub(super) type Objects = (Vec<Object>, Vec<Invalid>);

/// Reads the objects in `text`, and what is wrong with them.
pub(super) fn objects(file: &str, text: &str) -> Objects {
    let mut reader = Reader::new(file);
    for (first_line, text) in parts(text) {
        reader.part(first_line, text);
    }
    (reader.objects, reader.invalid)
}

/// The same of a text of which one document is held at a time.
///
/// # Errors
/// When all of the text has to be looked at to say what it is.
pub(super) fn streamed<R: BufRead>(file: &str, documents: Stream<R>) -> Result<Objects, Stopped> {
    let mut reader = Reader::new(file);
    for part in documents {
        let (first_line, text) = part?;
        reader.part(first_line, &text);
    }
    Ok((reader.objects, reader.invalid))
}

struct Reader<'r> {
    file: &'r str,
    objects: Vec<Object>,
    invalid: Vec<Invalid>,
}

impl<'r> Reader<'r> {
    fn new(file: &'r str) -> Self {
        Self {
            file,
            objects: Vec::new(),
            invalid: Vec::new(),
        }
    }

    /// Reads the text of one document.
    fn part(&mut self, first_line: u64, text: &str) {
        let mut document = document(first_line, text);
        let value = document.value.take();
        self.document(&document, value);
    }

    fn wrong(&mut self, line: u64, path: impl Into<String>, message: impl Into<String>) {
        self.invalid.push(Invalid {
            file: self.file.to_owned(),
            line,
            error: SpecError::new(path, message),
        });
    }

    /// Reads a document, whose value may be known already.
    fn document(&mut self, document: &Document<'_>, value: Option<Value>) {
        let template = || words::template(document.text).map(|line| document.first_line + line);
        if let Some((line, message)) = &document.broken {
            return match template() {
                // A chart's other kinds are none of ours.
                Some(_) if !is_about_us(document.text) => {}
                Some(line) => self.wrong(line, "document", words::of_template()),
                None => self.wrong(*line, "document", format!("this is no YAML: {message}")),
            };
        }
        // What stands there twice is said by its line, and the rest is read.
        let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
        let value = value.map_or_else(|| serde_saphyr::from_str_with_options(document.text, options), Ok);
        let mut value: Value = match value {
            Ok(value) => value,
            Err(error) => {
                let line = error.location().map_or(0, |at| at.line().saturating_sub(1));
                return match template() {
                    Some(_) if !is_about_us(document.text) => {}
                    Some(line) => self.wrong(line, "document", words::of_template()),
                    None => {
                        let message = words::unreadable(&error, document.text);
                        self.wrong(document.first_line + line, "document", message);
                    }
                };
            }
        };
        for (path, yes) in &document.words {
            if let Some(word) = find(&mut value, path) {
                *word = Value::Bool(*yes);
            }
        }
        if let Value::Array(items) = &value {
            let ours = |item: &Value| !matches!(is_ours(item), Ours::No);
            if items.iter().any(ours) {
                let message = "this is a list of objects: write each as a document of its own (--- between them), or \
                               all as the items of a List";
                self.wrong(document.first_line, "document", message);
            }
            return;
        }
        self.value(document, "", &value);
    }

    /// Reads a document or an item of one, an object or a list of them; its fields stand below `prefix`.
    fn value(&mut self, document: &Document<'_>, prefix: &str, value: &Value) {
        let line = |path: String| document.lines.nearest(&path).unwrap_or(document.first_line);
        match is_ours(value) {
            Ours::MailDomain => return self.object(document, prefix, value, false),
            Ours::Grant => return self.object(document, prefix, value, true),
            Ours::Nearly(field, message) => {
                let path = format!("{prefix}{field}");
                return self.wrong(line(path.clone()), path, message);
            }
            Ours::No => {}
        }
        // kubectl get -o yaml writes a List.
        let kind = text(value, "kind");
        let of_ours = our_kinds()
            .iter()
            .find(|resource| kind.strip_suffix("List") == Some(&resource.kind) && is_our_group(value));
        let of_any = kind == "List" && text(value, "apiVersion") == "v1";
        if of_ours.is_none() && !of_any {
            return;
        }
        let path = format!("{prefix}items");
        let items = match value.get("items") {
            None | Some(Value::Null) => return,
            Some(Value::Array(items)) => items,
            Some(_) => {
                return self.wrong(
                    line(path.clone()),
                    path,
                    "want a list: start each object with a hyphen",
                );
            }
        };
        for (index, item) in items.iter().enumerate() {
            let path = format!("{prefix}items[{index}]");
            match (item, &of_ours) {
                (Value::Object(fields), Some(resource)) => {
                    // What the list is of is said once for all of them.
                    let mut fields = fields.clone();
                    for (field, value) in [("kind", &resource.kind), ("apiVersion", &resource.api_version)] {
                        fields.entry(field).or_insert_with(|| Value::from(value.as_str()));
                    }
                    self.value(document, &format!("{path}."), &Value::Object(fields));
                }
                (Value::Object(_), None) => self.value(document, &format!("{path}."), item),
                (_, _) => self.wrong(
                    line(path.clone()),
                    path,
                    "want an object with apiVersion, kind and metadata",
                ),
            }
        }
    }

    /// Reads one object; its fields stand below `prefix` in the document.
    fn object(&mut self, document: &Document<'_>, prefix: &str, object: &Value, is_grant: bool) {
        let mut is_doubled = false;
        for (path, line) in document
            .doubled
            .iter()
            .filter(|(path, _)| path.starts_with(prefix))
        {
            is_doubled = true;
            let first = document.lines.line(path).unwrap_or_default();
            let message = format!("stands there twice, first in line {first}: keep one of the two");
            self.wrong(*line, path.as_str(), message);
        }
        let start = document.lines.line(prefix.trim_end_matches('.'));
        let start = start.unwrap_or(document.first_line);
        let line = |path: &str| {
            let nearest = match prefix {
                "" => document.lines.nearest(path),
                prefix => document.lines.nearest(&format!("{prefix}{path}")),
            };
            nearest.unwrap_or(start)
        };
        let metadata = |field: &str| {
            let value = object.get("metadata").and_then(|metadata| metadata.get(field));
            value.and_then(Value::as_str).map(str::to_owned)
        };
        let source = ManifestRef {
            file: self.file.to_owned(),
            line: match document.lines.line(&format!("{prefix}spec.domain")) {
                Some(line) if !is_grant => line,
                Some(_) | None => start,
            },
            namespace: metadata("namespace"),
            name: metadata("name").unwrap_or_default(),
        };
        let (claims, intent, mistakes) = match is_grant {
            true => (None, None, mistakes::judge_grant(object).mistakes),
            false => {
                let judged = mistakes::judge(object);
                let claims = judged.spec.filter(claims).map(|spec| spec.domain);
                (claims, judged.intent, of_patch(object, judged.mistakes))
            }
        };
        let mut read = Object {
            prefix: prefix.to_owned(),
            named_at: line("metadata.name"),
            created: metadata("creationTimestamp").and_then(|text| text.parse().ok()),
            claims: claims.map(|domain| domain.to_ascii_lowercase()),
            source: source.clone(),
            manifest: None,
            is_grant,
        };
        let mistakes = unrendered(object, mistakes);
        for SpecError { path, message } in &mistakes {
            self.wrong(line(path), format!("{prefix}{path}"), message);
        }
        if let (Some(intent), true) = (intent, mistakes.is_empty() && !is_doubled) {
            let lines = intent.wanted.iter().map(|wanted| line(&wanted.path)).collect();
            read.manifest = Some(Manifest {
                intent,
                source,
                lines,
                prefix: prefix.to_owned(),
            });
        }
        self.objects.push(read);
    }
}

/// The mistakes of an object; where all it lacks is what every object has, that it may be a patch, once.
fn of_patch(object: &Value, mut mistakes: Vec<SpecError>) -> Vec<SpecError> {
    const ALWAYS: [&str; 2] = ["domain", "role"];
    let spec = object.get("spec").and_then(Value::as_object);
    let is_part = |spec: &serde_json::Map<String, Value>| {
        !spec.is_empty() && ALWAYS.iter().all(|field| !spec.contains_key(*field))
    };
    let lacks = |mistake: &SpecError| ALWAYS.iter().any(|field| mistake.path == format!("spec.{field}"));
    if spec.is_some_and(is_part) && mistakes.iter().filter(|mistake| lacks(mistake)).count() == ALWAYS.len() {
        mistakes.retain(|mistake| !lacks(mistake));
        let message = "domain and role must be there, and neither is: write both. Where this is a patch of Kustomize, \
                       check what comes out: kustomize build FOLDER | zegel check -";
        mistakes.insert(0, SpecError::new("spec", message));
    }
    mistakes
}

/// The mistakes of an object, where it is a template that it is one in place of what else is wrong with such values.
fn unrendered(object: &Value, mut mistakes: Vec<SpecError>) -> Vec<SpecError> {
    let mut templates = Vec::new();
    for path in ["metadata.name", "metadata.namespace", "spec"] {
        let value = path.split('.').try_fold(object, |value, field| value.get(field));
        if let Some(value) = value {
            collect(path, value, &mut templates);
        }
    }
    let Some(first) = templates.first().cloned() else {
        return mistakes;
    };
    mistakes.retain(|mistake| !templates.iter().any(|template| template.path == mistake.path));
    mistakes.insert(0, first);
    mistakes
}

/// What a template engine has yet to fill in at `path` and below.
fn collect(path: &str, value: &Value, found: &mut Vec<SpecError>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(&format!("{path}.{name}"), value, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(&format!("{path}[{index}]"), value, found);
            }
        }
        value => found.extend(words::of_value(value).map(|message| SpecError::new(path, message))),
    }
}

/// Whether an object is one of ours.
enum Ours {
    MailDomain,
    Grant,
    /// It was meant to be one: the field that says otherwise, and what to write.
    Nearly(&'static str, String),
    No,
}

/// Our kinds.
fn our_kinds() -> &'static [ApiResource; 2] {
    static KINDS: LazyLock<[ApiResource; 2]> =
        LazyLock::new(|| [MailDomain::api_resource(), MailDomainGrant::api_resource()]);
    &KINDS
}

/// The one that is no grant.
fn mail_domain() -> &'static ApiResource {
    let [mail_domain, _] = our_kinds();
    mail_domain
}

/// Whether a text that cannot be read may be about one.
fn is_about_us(text: &str) -> bool {
    let resource = mail_domain();
    // The name of every kind of ours holds it.
    text.contains(&resource.group) || text.to_lowercase().contains(&resource.kind.to_lowercase())
}

fn is_our_group(value: &Value) -> bool {
    text(value, "apiVersion").split('/').next() == Some(mail_domain().group.as_str())
}

fn is_ours(value: &Value) -> Ours {
    let (kind, version) = (text(value, "kind"), text(value, "apiVersion"));
    let mut kinds = our_kinds().iter();
    let meant = kinds.find(|resource| kind.eq_ignore_ascii_case(&resource.kind));
    let Some(resource) = meant.filter(|_| is_our_group(value)) else {
        return Ours::No;
    };
    if kind != resource.kind {
        return Ours::Nearly("kind", format!("write {}, in just these letters", resource.kind));
    }
    if version != resource.api_version {
        let message = format!("write {}: {version} is not known here", resource.api_version);
        return Ours::Nearly("apiVersion", message);
    }
    match resource.kind == mail_domain().kind {
        true => Ours::MailDomain,
        false => Ours::Grant,
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
