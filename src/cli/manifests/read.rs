//! The manifests in a text: documents read, objects found, all that is wrong with them located. Pure.

use std::collections::BTreeMap;

use kube::CustomResourceExt;
use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;

use super::locate::{Document, documents};
use super::rivals::Object;
use super::{Manifest, mistakes};
use crate::api::MailDomain;
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

/// Reads the objects in `text`, and what is wrong with them.
pub(super) fn objects(file: &str, text: &str) -> (Vec<Object>, Vec<Invalid>) {
    let mut reader = Reader {
        file,
        objects: Vec::new(),
        invalid: Vec::new(),
    };
    for document in &documents(text) {
        reader.document(document);
    }
    (reader.objects, reader.invalid)
}

struct Reader<'r> {
    file: &'r str,
    objects: Vec<Object>,
    invalid: Vec<Invalid>,
}

impl Reader<'_> {
    fn wrong(&mut self, line: u64, path: impl Into<String>, message: impl Into<String>) {
        self.invalid.push(Invalid {
            file: self.file.to_owned(),
            line,
            error: SpecError::new(path, message),
        });
    }

    fn document(&mut self, document: &Document<'_>) {
        if let Some((line, message)) = &document.broken {
            return self.wrong(*line, "document", format!("this is no YAML: {message}"));
        }
        // What stands there twice is said by its line, and the rest is read.
        let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
        let mut value: Value = match serde_saphyr::from_str_with_options(document.text, options) {
            Ok(value) => value,
            Err(error) => {
                let (line, message) = located(document, &error);
                return self.wrong(line, "document", message);
            }
        };
        for (path, yes) in &document.words {
            if let Some(word) = find(&mut value, path) {
                *word = Value::Bool(*yes);
            }
        }
        match is_ours(&value) {
            Ours::Yes => return self.object(document, "", &value),
            Ours::Nearly(field, message) => {
                let line = document.lines.get(field).copied().unwrap_or(document.first_line);
                return self.wrong(line, field, message);
            }
            Ours::No => {}
        }
        // kubectl get -o yaml writes a List.
        let is_list = text(&value, "kind").ends_with("List");
        let items = value.get("items").and_then(Value::as_array);
        for (index, item) in items.filter(|_| is_list).into_iter().flatten().enumerate() {
            if matches!(is_ours(item), Ours::Yes) {
                self.object(document, &format!("items[{index}]."), item);
            }
        }
    }

    /// Reads one object; its fields stand below `prefix` in the document.
    fn object(&mut self, document: &Document<'_>, prefix: &str, object: &Value) {
        let below = |path: &str| path.strip_prefix(prefix).map(str::to_owned);
        let lines: BTreeMap<String, u64> = document
            .lines
            .iter()
            .filter_map(|(path, line)| Some((below(path)?, *line)))
            .collect();
        let doubled: Vec<(String, u64)> = document
            .doubled
            .iter()
            .filter_map(|(path, line)| Some((below(path)?, *line)))
            .collect();
        for (path, line) in &doubled {
            let first = lines.get(path).copied().unwrap_or_default();
            let message = format!("stands there twice, first in line {first}: keep one of the two");
            self.wrong(*line, path, message);
        }
        let start = document.lines.get(prefix.trim_end_matches('.'));
        let start = start.copied().unwrap_or(document.first_line);
        let metadata = |field: &str| {
            let value = object.get("metadata").and_then(|metadata| metadata.get(field));
            value.and_then(Value::as_str).map(str::to_owned)
        };
        let source = ManifestRef {
            file: self.file.to_owned(),
            line: lines.get("spec.domain").copied().unwrap_or(start),
            namespace: metadata("namespace"),
            name: metadata("name").unwrap_or_default(),
        };
        let judged = mistakes::judge(object);
        let claims = judged.spec.as_ref().filter(|spec| claims(spec));
        let mut read = Object {
            named_at: super::line(&lines, "metadata.name").unwrap_or(start),
            created: metadata("creationTimestamp").and_then(|text| text.parse().ok()),
            claims: claims.map(|spec| spec.domain.to_ascii_lowercase()),
            source: source.clone(),
            manifest: None,
        };
        let line = |path: &str| super::line(&lines, path).unwrap_or(start);
        if let (Some(spec), true) = (judged.spec, judged.mistakes.is_empty() && doubled.is_empty()) {
            read.manifest = Some(Manifest {
                spec,
                source,
                lines: lines.clone(),
            });
        }
        for SpecError { path, message } in judged.mistakes {
            self.wrong(line(&path), path, message);
        }
        self.objects.push(read);
    }
}

/// Whether an object is a `MailDomain`.
enum Ours {
    Yes,
    /// It was meant to be one: the field that says otherwise, and what to write.
    Nearly(&'static str, String),
    No,
}

fn is_ours(value: &Value) -> Ours {
    let resource = MailDomain::api_resource();
    let (kind, version) = (text(value, "kind"), text(value, "apiVersion"));
    let same_group = version.split('/').next() == Some(resource.group.as_str());
    if kind == resource.kind && version == resource.api_version {
        return Ours::Yes;
    }
    if same_group && kind == resource.kind {
        let message = format!("write {}: {version} is not known here", resource.api_version);
        return Ours::Nearly("apiVersion", message);
    }
    if same_group && kind.eq_ignore_ascii_case(&resource.kind) {
        return Ours::Nearly("kind", format!("write {}, in just these letters", resource.kind));
    }
    Ours::No
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What stands at a path of [`Document::words`].
fn find<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    let mut at = value;
    // A key may hold dots of its own; only a manifest's fields matter, and they hold none.
    for part in path.split('.') {
        let mut steps = part.split('[');
        let name = steps.next().unwrap_or_default();
        if !name.is_empty() {
            at = at.get_mut(name)?;
        }
        for index in steps {
            at = at.get_mut(index.trim_end_matches(']').parse::<usize>().ok()?)?;
        }
    }
    Some(at)
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: a}\n";

    /// The domains that can be used, and what is wrong with the others.
    fn read_all(text: &str) -> (Vec<String>, Vec<String>) {
        let (manifests, invalid) = read("f.yaml", text);
        let wrong = invalid.into_iter();
        (
            manifests
                .into_iter()
                .map(|manifest| manifest.spec.domain)
                .collect(),
            wrong.map(|one| format!("{}: {}", one.line, one.error)).collect(),
        )
    }

    /// Each text, the domains in it, and how each mistake in it begins.
    #[test]
    fn every_document_is_read_and_every_mistake_has_its_line() {
        let good = |domain: &str| format!("{HEAD}spec: {{domain: {domain}, role: Mail}}\n");
        for (text, domains, says) in [
            (good("a.nl"), &["a.nl"][..], &[][..]),
            (String::new(), &[], &[]),
            ("# nothing\n".to_owned(), &[], &[]),
            (format!("%YAML 1.2\n---\n{}...\n", good("a.nl")), &["a.nl"], &[]),
            (format!("---\n---\n{}---\n", good("a.nl")), &["a.nl"], &[]),
            (format!("{}--- # the next\r\n{}", good("a.nl"), good("b.nl")), &["a.nl", "b.nl"], &[]),
            ("apiVersion: v1\nkind: Pod\nspec: {domain: a.nl}\n".to_owned(), &[], &[]),
            // A broken document takes no other with it.
            (
                format!("{}---\nspec: [\n---\n{}---\n  a: b\n c: d\n", good("a.nl"), good("b.nl")),
                &["a.nl", "b.nl"],
                &["6: document: this is no YAML", "14: document: this is no YAML"],
            ),
            (
                format!("{}---\n{HEAD}spec:\n  domain: b.nl\n  role: Mail\n  polcy: 1\n  suspend: 5\n", good("a.nl")),
                &["a.nl"],
                &["12: spec.polcy: there is no field", "13: spec.suspend: want a boolean"],
            ),
            (
                format!("{HEAD}spec:\n  domain: a.nl\n  role: Mail\n  spf: {{all: Fail}}\n  role: SendOnly\n  spf:\n    all: Fail\n"),
                &[],
                &["8: spec.role: stands there twice, first in line 6", "9: spec.spf: stands there twice, first in line 7"],
            ),
            // As kubectl reads them: words without quotes are booleans, nulls are nothing.
            (format!("{HEAD}spec: {{domain: a.nl, role: Mail, suspend: yes, interval: ~, spf: null}}\n"), &["a.nl"], &[]),
            (
                format!("{HEAD}spec:\n  domain: a.nl\n  role: Mail\n  dkim:\n    selectors:\n    - name: no\n      anyKey: true\n    - {{name: 'no', anyKey: on}}\n"),
                &[],
                &["9: spec.dkim.selectors[0].name: want a text, found the boolean false: put it in quotes"],
            ),
            (
                "apiVersion: zegel.dev/v1beta1\nkind: MailDomain\n---\napiVersion: zegel.dev/v1alpha1\nkind: maildomain\n".to_owned(),
                &[],
                &["1: apiVersion: write zegel.dev/v1alpha1", "5: kind: write MailDomain"],
            ),
            (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: zegel.dev/v1alpha1\n  kind: MailDomain\n  metadata: {name: a}\n  spec: {domain: a.nl, role: Mail}\n\
                 - kind: Pod\n- apiVersion: zegel.dev/v1alpha1\n  kind: MailDomain\n  metadata: {name: A}\n  spec:\n    role: Mail\n".to_owned(),
                &["a.nl"],
                &["11: metadata.name: \"A\" is no object's name", "12: spec.domain: must be there"],
            ),
            ("{\"apiVersion\": \"zegel.dev/v1alpha1\", \"kind\": \"MailDomain\", \"metadata\": {\"generateName\": \"a-\"}, \"spec\": {\"domain\": \"a.nl\", \"role\": \"Mail\"}}".to_owned(), &["a.nl"], &[]),
        ] {
            let (found, said) = read_all(&text);
            assert_eq!(found, domains, "{text}\n{said:#?}");
            assert_eq!(said.len(), says.len(), "{text}\n{said:#?}");
            for (said, part) in said.iter().zip(says) {
                assert!(said.starts_with(part), "{text}\nwant {part}\nfound {said}");
            }
        }
    }

    #[test]
    fn what_a_server_gave_back_is_read() {
        let text = format!(
            "{HEAD}spec: {{domain: a.nl, role: Mail}}\nstatus: {{observedGeneration: 5, whatever: [1]}}\n"
        );
        let text = text.replace(
            "{name: a}",
            "{name: a, uid: x, managedFields: [{manager: kubectl}], annotations: {a: b}}",
        );
        assert_eq!(read_all(&text), (vec!["a.nl".to_owned()], Vec::new()));
    }
}
