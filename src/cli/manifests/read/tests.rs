//! Texts with manifests, and what is read of each.

use super::*;

const HEAD: &str = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: a}\n";

/// The domains that can be used, and what is wrong with the others.
fn read_all(text: &str) -> (Vec<String>, Vec<String>) {
    let (manifests, invalid) = read("f.yaml", text);
    let wrong = invalid.into_iter();
    (
        manifests
            .into_iter()
            .map(|manifest| manifest.intent.domain.to_string())
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
            &[
                "11: items[2].metadata.name: \"A\" is no object's name",
                "12: items[2].spec.domain: must be there",
            ],
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

/// Each list, the domains in it, and how each mistake in it begins.
#[test]
fn the_items_of_a_list_are_judged_as_documents_are() {
    let list = |kind: &str, version: &str, items: &[&str]| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nitems:\n- {}\n",
            items.join("\n- ")
        )
    };
    let ours = "apiVersion: zegel.dev/v1alpha1, kind: MailDomain";
    let good = format!("{{{ours}, metadata: {{name: a}}, spec: {{domain: a.nl, role: Mail}}}}");
    let bare = "{metadata: {name: b}, spec: {domain: b.nl, role: Mail}}";
    let broken = format!("{{{ours}, metadata: {{name: c}}, spec: 5}}");
    let nearly = "{apiVersion: zegel.dev/v1alpha1, kind: Maildomain}";
    let old = "{apiVersion: zegel.dev/v1, kind: MailDomain}";
    let nested = format!("{{apiVersion: v1, kind: List, items: [{good}, {broken}]}}");
    for (kind, version, items, domains, says) in [
        ("List", "v1", &[&good, "{kind: Pod}"][..], &["a.nl"][..], &[][..]),
        (
            "List",
            "v1",
            &[&broken],
            &[],
            &["4: items[0].spec: want an object"],
        ),
        (
            "List",
            "v1",
            &[nearly, &good, old, "7"],
            &["a.nl"],
            &[
                "4: items[0].kind: write MailDomain",
                "6: items[2].apiVersion: write",
                "7: items[3]: want an object",
            ],
        ),
        (
            "List",
            "v1",
            &[&nested],
            &["a.nl"],
            &["4: items[0].items[1].spec: want an object"],
        ),
        (
            "MailDomainList",
            "zegel.dev/v1alpha1",
            &[&good, bare],
            &["a.nl", "b.nl"],
            &[],
        ),
        (
            "MailDomainList",
            "zegel.dev/v1alpha1",
            &["{spec: {domain: a.nl}}", "[]", bare],
            &["b.nl"],
            &[
                "4: items[0].metadata.name: must be there",
                "4: items[0].spec.role: must be there",
                "5: items[1]: want an object",
            ],
        ),
        ("PodList", "v1", &[&good, "7"], &[], &[]),
    ] {
        let text = list(kind, version, items);
        let (found, mut said) = read_all(&text);
        said.sort();
        assert_eq!(found, domains, "{text}\n{said:#?}");
        assert_eq!(said.len(), says.len(), "{text}\n{said:#?}");
        for (said, part) in said.iter().zip(says) {
            assert!(said.starts_with(part), "{text}\nwant {part}\nfound {said}");
        }
    }
    for (text, says) in [
        (format!("- {good}\n"), "1: document: this is a list of objects"),
        (
            "apiVersion: v1\nkind: List\nitems: {a: b}\n".to_owned(),
            "3: items: want a list",
        ),
    ] {
        let (found, said) = read_all(&text);
        assert!(
            found.is_empty() && said.len() == 1 && said[0].starts_with(says),
            "{text}\n{said:#?}"
        );
    }
}

/// What is no object at all, and how the one mistake about it begins; none for what is of another kind.
#[test]
fn what_cannot_be_read_is_said_in_words_about_the_text() {
    const TEMPLATE: &str = "this looks like an unrendered template: render it first";
    let spec = |fields: &str| format!("{HEAD}spec:\n  domain: a.nl\n  role: Mail\n{fields}");
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (name, of) in [
        ("b", "a"),
        ("c", "b"),
        ("d", "c"),
        ("e", "d"),
        ("f", "e"),
        ("g", "f"),
    ] {
        bomb.push_str(&format!(
            "{name}: &{name} [{}]\n",
            vec![format!("*{of}"); 10].join(", ")
        ));
    }
    for (text, says) in [
        (spec("  null: 1\n"), "7: document: a field has no name here"),
        (spec("  ~: 1\n"), "7: document: a field has no name here"),
        (
            spec("  ? [a, b]\n  : 1\n"),
            "7: document: the name of a field is a text",
        ),
        (
            spec("  ? {a: b}\n  : 1\n"),
            "7: document: the name of a field is a text",
        ),
        (spec("  interval: .inf\n"), "7: document: a number without end"),
        (bomb, "6: document: its aliases (*name) stand for more"),
        (
            spec("  interval: {{ .Values.interval }}\n"),
            &format!("7: document: {TEMPLATE}"),
        ),
        (
            spec("  interval: {{ .Values.a | quote }}\n  x: {{ b }}\n"),
            &format!("7: document: {TEMPLATE}"),
        ),
        (
            spec("{{- if .Values.a }}\n  suspend: true\n{{- end }}\n"),
            &format!("7: document: {TEMPLATE}"),
        ),
        (
            format!("{{{{- if .Values.a }}}}\n{HEAD}{{{{- end }}}}\n"),
            &format!("1: document: {TEMPLATE}"),
        ),
        (
            spec("{% if a %}\n  suspend: true\n{% endif %}\n"),
            &format!("7: document: {TEMPLATE}"),
        ),
        (
            spec("  interval: '{{ .Values.a }}'\n"),
            "7: spec.interval: \"{{ .Values.a }}\" looks like an unrendered",
        ),
        (
            spec("  interval: ${INTERVAL}\n  settleWindow: ${A}\n"),
            "7: spec.interval: \"${INTERVAL}\" looks like",
        ),
        (
            spec("").replace("a.nl", "$DOMAIN"),
            "5: spec.domain: \"$DOMAIN\" looks like",
        ),
        (
            spec("").replace("name: a", "name: '{{ .Release.Name }}'"),
            "3: metadata.name: \"{{ .Release.Name }}\" looks",
        ),
    ] {
        let says: &str = says;
        let (found, said) = read_all(&text);
        assert!(
            found.is_empty() && said.len() == 1 && said[0].starts_with(says),
            "{text}\n{says}\n{said:#?}"
        );
    }
    // A macro is no template, and a chart's other kinds are not ours to read.
    let macros = spec("  spf: {mechanisms: ['exists:%{i}.a.nl'], all: Fail}\n");
    assert_eq!(read_all(&macros), (vec!["a.nl".to_owned()], Vec::new()));
    for text in [
        "kind: Pod\nspec: {{ .Values.spec }}\n",
        "{{- range .Values.a }}\nkind: Pod\n{{- end }}\n",
    ] {
        assert_eq!(read_all(text), (Vec::new(), Vec::new()), "{text}");
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

/// A patch is one slip: it lacks what every object has, and says so once. What lacks one of the two is no patch.
#[test]
fn a_patch_is_told_to_be_built_first() {
    let says = "spec: domain and role must be there, and neither is";
    for (spec, errors) in [
        ("{readyWhen: InSync}", &[says][..]),
        ("{spf: {mechanisms: [mx], all: Fail}}", &[says]),
        ("{dkim: {selectors: [{name: s1, anyKey: true}]}}", &[says]),
        ("{domain: a.nl}", &["spec.role: must be there"]),
        ("{role: Mail, readyWhen: InSync}", &["spec.domain: must be there"]),
        ("{}", &["spec.domain: must be there", "spec.role: must be there"]),
    ] {
        let (found, said) = read_all(&format!("{HEAD}spec: {spec}\n"));
        assert!(
            found.is_empty() && said.len() == errors.len(),
            "{spec}: {said:#?}"
        );
        for (said, start) in said.iter().zip(errors) {
            assert!(said.starts_with(&format!("4: {start}")), "{spec}: {said}");
        }
        assert_eq!(
            said[0].contains("kustomize build"),
            errors == [says],
            "{spec}: {said:#?}"
        );
    }
}
