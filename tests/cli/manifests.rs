//! Several manifests in one run: each file once, each object once, each domain once.

use serde_json::Value;

use super::harness::{Run, folder, zegel, zegel_with};

/// A manifest of this namespace (none where empty), name and domain, with the rest of its spec.
fn manifest(namespace: &str, name: &str, domain: &str, rest: &str) -> String {
    let namespace = match namespace {
        "" => String::new(),
        namespace => format!(", namespace: {namespace}"),
    };
    format!(
        "---\napiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: {name}{namespace}}}\nspec:\n  \
         domain: {domain}\n  role: Mail\n{rest}"
    )
}

const FAIL: &str = "  spf: {mechanisms: [mx], all: Fail}\n";
const SOFT: &str = "  spf: {mechanisms: [a], all: SoftFail}\n";

fn errors(run: &Run) -> Vec<&str> {
    run.err
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect()
}

/// Each text, the values that are planned of it, and how each error begins and what it holds.
#[test]
fn an_object_and_a_domain_stand_there_once_in_a_run() {
    let twice = |left: &str, right: &str| [left, right].concat();
    for (what, text, planned, says) in [
        (
            "one object twice",
            twice(
                &manifest("mail", "a", "a.nl", FAIL),
                &manifest("mail", "a", "a.nl", FAIL),
            ),
            &["v=spf1 mx -all"][..],
            &[("error: -:12: metadata.name: mail/a", "-:4")][..],
        ),
        (
            "one object with two domains",
            twice(
                &manifest("mail", "a", "a.nl", FAIL),
                &manifest("mail", "a", "b.nl", SOFT),
            ),
            &["v=spf1 mx -all"],
            &[("error: -:12: metadata.name: mail/a", "-:4")],
        ),
        (
            "without a namespace",
            twice(&manifest("", "a", "a.nl", FAIL), &manifest("", "a", "b.nl", SOFT)),
            &["v=spf1 mx -all"],
            &[("error: -:12: metadata.name: a is", "-:4")],
        ),
        (
            "three of them",
            twice(
                &twice(&manifest("", "a", "a.nl", FAIL), &manifest("", "a", "a.nl", SOFT)),
                &manifest("", "a", "a.nl", SOFT),
            ),
            &["v=spf1 mx -all"],
            &[
                ("error: -:12: metadata.name", "-:4"),
                ("error: -:20: metadata.name", "-:4"),
            ],
        ),
        (
            "one of them wrong in itself",
            twice(
                &manifest("", "a", "a.nl", "  x: 1\n"),
                &manifest("", "a", "b.nl", SOFT),
            ),
            &[],
            &[("error: -:8: spec.x", ""), ("error: -:12: metadata.name", "-:4")],
        ),
        (
            "one name in two namespaces",
            twice(
                &manifest("x", "a", "a.nl", FAIL),
                &manifest("z", "a", "b.nl", SOFT),
            ),
            &["v=spf1 mx -all", "v=spf1 a ~all"],
            &[],
        ),
        // As the controller decides between objects that come at one time: by namespace, then by name.
        (
            "one domain of two objects",
            twice(
                &manifest("mail", "b", "a.nl", FAIL),
                &manifest("mail", "a", "a.nl", SOFT),
            ),
            &["v=spf1 a ~all"],
            &[("error: -:6: spec.domain: a.nl", "mail/a (-:14)")],
        ),
        (
            "one domain in two namespaces",
            twice(
                &manifest("x", "a", "a.nl", FAIL),
                &manifest("z", "a", "a.nl", SOFT),
            ),
            &["v=spf1 mx -all"],
            &[("error: -:14: spec.domain: a.nl", "x/a (-:6)")],
        ),
        // The winner's own mistake does not hide that the other loses.
        (
            "the first of them wrong in itself",
            twice(
                &manifest("", "a", "a.nl", "  spf: {all: Pass}\n"),
                &manifest("", "b", "a.nl", SOFT),
            ),
            &[],
            &[
                ("error: -:8: spec.spf.all", ""),
                ("error: -:14: spec.domain: a.nl", "a (-:6)"),
            ],
        ),
        // Who is there already came first.
        (
            "what a server gave back goes first",
            twice(
                &manifest("", "a", "a.nl", FAIL),
                &manifest("", "b", "a.nl", SOFT).replace(
                    "{name: b}",
                    "{name: b, creationTimestamp: '2026-01-02T03:04:05Z'}",
                ),
            ),
            &["v=spf1 a ~all"],
            &[("error: -:6: spec.domain: a.nl", "b (-:14)")],
        ),
        (
            "the older of two that a server gave back",
            twice(
                &manifest("", "a", "a.nl", FAIL).replace(
                    "{name: a}",
                    "{name: a, creationTimestamp: '2026-01-02T03:04:05Z'}",
                ),
                &manifest("", "b", "a.nl", SOFT).replace(
                    "{name: b}",
                    "{name: b, creationTimestamp: '2025-01-02T03:04:05Z'}",
                ),
            ),
            &["v=spf1 a ~all"],
            &[("error: -:6: spec.domain: a.nl", "b (-:14)")],
        ),
        // Who only looks claims nothing.
        (
            "one claims and one looks",
            twice(&manifest("", "a", "a.nl", ""), &manifest("", "b", "a.nl", SOFT)),
            &["v=spf1 a ~all"],
            &[],
        ),
        (
            "names yet to be made",
            twice(&manifest("", "a", "a.nl", FAIL), &manifest("", "b", "b.nl", SOFT))
                .replace("{name: a}", "{generateName: a-}")
                .replace("{name: b}", "{generateName: a-}"),
            &["v=spf1 mx -all", "v=spf1 a ~all"],
            &[],
        ),
    ] {
        let run = zegel_with(&["plan", "-o", "json", "-"], &text);
        let lines: Vec<Value> = run
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .collect();
        let values: Vec<&str> = lines
            .iter()
            .filter_map(|line| line["values"][0].as_str())
            .collect();
        assert_eq!(values, planned, "{what}: {run:?}");
        let errors = errors(&run);
        assert_eq!(errors.len(), says.len(), "{what}: {run:?}");
        for (error, (start, part)) in errors.iter().zip(says) {
            assert!(
                error.starts_with(start) && error.contains(part),
                "{what}: {start} {part}\n{error}"
            );
        }
        assert_eq!(run.code, if says.is_empty() { 0 } else { 2 }, "{what}: {run:?}");
        // They are said in JSON too.
        let invalid = lines.iter().filter(|line| line["outcome"] == "invalid");
        assert_eq!(invalid.count(), says.len(), "{what}: {run:?}");
    }
}

#[test]
fn a_zone_is_never_given_two_spf_records_of_one_name() {
    let text = [manifest("", "b", "a.nl", FAIL), manifest("", "a", "a.nl", SOFT)].concat();
    let run = zegel_with(&["plan", "-o", "zone", "-"], &text);
    let records = run
        .out
        .lines()
        .filter(|line| line.starts_with("a.nl. 3600 IN TXT"));
    assert_eq!((records.count(), run.code), (1, 2), "{run:?}");
}

/// However often and by whatever way a file is named, it is read once.
#[test]
fn a_file_is_read_once() {
    let folder = folder(&[
        ("m/a.yaml", &manifest("", "a", "a.nl", FAIL)),
        ("m/deep/b.yaml", &manifest("", "b", "b.nl", SOFT)),
    ]);
    let path = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("the path is UTF-8")
            .to_owned()
    };
    #[cfg(unix)]
    std::os::unix::fs::symlink(path("m/a.yaml"), path("m/z.yaml")).expect("a link can be made");
    let (all, a) = (path("m"), path("m/a.yaml"));
    for paths in [
        vec![a.clone(), a.clone(), path("m/deep")],
        vec![all.clone(), a.clone()],
        vec![a.clone(), all.clone()],
        vec![all.clone(), all.clone()],
        vec![path("m/../m"), path("m/./deep/../a.yaml")],
        vec![all.clone(), path("m/deep")],
    ] {
        let mut args = vec!["plan", "-o", "json"];
        args.extend(paths.iter().map(String::as_str));
        let run = zegel(&args);
        assert_eq!((run.code, run.out.lines().count()), (0, 2), "{paths:?}: {run:?}");
    }
    let both = zegel_with(
        &["plan", "-o", "json", "-", "-"],
        &manifest("", "a", "a.nl", FAIL),
    );
    assert_eq!((both.code, both.out.lines().count()), (0, 1), "{both:?}");
}

/// Folders without a namespace are applied each to its own place, as Kustomize trees are; one folder is one place.
#[test]
fn one_name_in_two_folders_is_one_object_in_two_forms() {
    let object = |domain: &str| manifest("", "a", domain, FAIL);
    let placed = |namespace: &str| manifest(namespace, "a", "a.nl", FAIL);
    let other = manifest("", "b", "a.nl", SOFT);
    for (what, files, planned, says) in [
        (
            "two folders, one domain",
            vec![
                ("staging/a.yaml", object("a.nl")),
                ("prod/a.yaml", object("a.nl")),
            ],
            2,
            vec![],
        ),
        (
            "two folders, two domains",
            vec![
                ("staging/a.yaml", object("s.nl")),
                ("prod/a.yaml", object("a.nl")),
            ],
            2,
            vec![],
        ),
        (
            "a base and what lies over it",
            vec![
                ("base/a.yaml", object("a.nl")),
                ("overlays/prod/a.yaml", object("a.nl")),
                ("overlays/staging/a.yaml", object("s.nl")),
            ],
            3,
            vec![],
        ),
        (
            "one folder",
            vec![("prod/a.yaml", object("a.nl")), ("prod/b.yaml", object("b.nl"))],
            1,
            vec!["prod/b.yaml:4: metadata.name: a is the name of the object at"],
        ),
        (
            "one namespace that is written in two folders",
            vec![
                ("staging/a.yaml", placed("mail")),
                ("prod/a.yaml", placed("mail")),
            ],
            1,
            vec!["staging/a.yaml:4: metadata.name: mail/a is the name of the object at"],
        ),
        (
            "two namespaces that are written: one domain, two claims",
            vec![("staging/a.yaml", placed("s")), ("prod/a.yaml", placed("p"))],
            1,
            vec!["staging/a.yaml:6: spec.domain: a.nl belongs to MailDomain p/a"],
        ),
        (
            "another name in another folder claims the domain too",
            vec![("staging/a.yaml", object("a.nl")), ("prod/b.yaml", other)],
            1,
            vec!["prod/b.yaml:6: spec.domain: a.nl belongs to MailDomain a"],
        ),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let folder = folder(&files);
        let path = folder.path().to_str().expect("the path is UTF-8");
        let run = zegel(&["plan", "-o", "zone", path]);
        let records = run.out.lines().filter(|line| line.contains(" IN TXT \"v=spf1"));
        assert_eq!(records.count(), planned, "{what}: {run:?}");
        let errors = errors(&run);
        assert_eq!(errors.len(), says.len(), "{what}: {run:?}");
        for (error, part) in errors.iter().zip(&says) {
            assert!(error.contains(part), "{what}: {part}\n{error}");
        }
        assert_eq!(run.code, if says.is_empty() { 0 } else { 2 }, "{what}: {run:?}");
    }
}

/// What a name that is no text is to become leads to a name.
#[test]
fn a_name_that_is_no_text_is_told_what_it_may_be() {
    for (name, says) in [
        ("2024", "found the number 2024: put it in quotes"),
        ("true", "found the boolean true: put it in quotes"),
        (
            "-1",
            "found the number -1: write lower case letters, digits, inner hyphens",
        ),
        ("[a]", "write lower case letters, digits, inner hyphens"),
    ] {
        for (field, metadata) in [
            ("metadata.name", format!("{{name: {name}}}")),
            ("metadata.namespace", format!("{{name: a, namespace: {name}}}")),
        ] {
            let text = manifest("", "a", "a.nl", FAIL).replace("{name: a}", &metadata);
            let run = zegel_with(&["plan", "-"], &text);
            let says = match field {
                "metadata.name" => says.to_owned(),
                _ => says.replace("digits, inner", "digits and inner"),
            };
            assert!(
                errors(&run).len() == 1
                    && run.err.contains(&format!("{field}: want a text"))
                    && run.err.contains(&says),
                "{name}: {run:?}"
            );
        }
    }
}
