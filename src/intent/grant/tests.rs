//! Grants as tables: which domain and which namespace each is about, and what can be none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn grant(spec: Value) -> Result<Grant, Vec<SpecError>> {
    Grant::from_spec(&serde_json::from_value(spec).unwrap())
}

fn of_domains(domains: &[&str]) -> Grant {
    grant(json!({"namespaces": {"names": ["a"]}, "domains": domains, "may": ["Claim"]})).unwrap()
}

fn of_namespaces(namespaces: Value) -> Grant {
    grant(json!({"namespaces": namespaces, "domains": ["*"], "may": ["Claim"]})).unwrap()
}

fn labels(of: &[(&str, &str)]) -> Labels {
    of.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_name_is_itself_a_wildcard_all_below_at_any_depth_and_a_star_everything() {
    for (domains, domain, wanted) in [
        (&["voorbeeld.nl"][..], "voorbeeld.nl", true),
        (&["voorbeeld.nl"], "mail.voorbeeld.nl", false),
        (&["voorbeeld.nl"], "ander.nl", false),
        (&["*.voorbeeld.nl"], "voorbeeld.nl", false),
        (&["*.voorbeeld.nl"], "mail.voorbeeld.nl", true),
        (&["*.voorbeeld.nl"], "a.b.c.voorbeeld.nl", true),
        (&["*.voorbeeld.nl"], "eenvoorbeeld.nl", false),
        (&["*.voorbeeld.nl"], "voorbeeld.nl.example", false),
        (&["voorbeeld.nl", "*.voorbeeld.nl"], "voorbeeld.nl", true),
        (&["*.nl"], "voorbeeld.nl", true),
        (&["*.nl"], "nl", false),
        (&["*"], "voorbeeld.nl", true),
        (&["*.arpa"], "home.arpa", true),
        (&["my_host.nl"], "my_host.nl", true),
        (&["ander.nl", "*.ander.nl", "voorbeeld.nl"], "voorbeeld.nl", true),
    ] {
        assert_eq!(
            of_domains(domains).is_about(domain),
            wanted,
            "{domains:?} {domain}"
        );
    }
}

#[test]
fn a_namespace_is_meant_by_its_name_or_by_its_labels() {
    let known = labels(&[("team", "mail"), ("stage", "prod")]);
    let expression = |key: &str, operator: &str, values: &[&str]| {
        let mut one = json!({"key": key, "operator": operator});
        if !values.is_empty() {
            one["values"] = json!(values);
        }
        json!({"selector": {"matchExpressions": [one]}})
    };
    for (namespaces, wanted, unknown) in [
        (json!({"names": ["x", "here"]}), true, true),
        (json!({"names": ["x"]}), false, false),
        (json!({"selector": {}}), true, true),
        (
            json!({"selector": {"matchLabels": {"team": "mail"}}}),
            true,
            false,
        ),
        (
            json!({"selector": {"matchLabels": {"team": "web"}}}),
            false,
            false,
        ),
        (
            json!({"selector": {"matchLabels": {"team": "mail", "stage": "test"}}}),
            false,
            false,
        ),
        (
            json!({"names": ["here"], "selector": {"matchLabels": {"team": "web"}}}),
            true,
            true,
        ),
        (expression("team", "In", &["web", "mail"]), true, false),
        (expression("team", "In", &["web"]), false, false),
        (expression("team", "NotIn", &["web"]), true, false),
        (expression("team", "NotIn", &["mail"]), false, false),
        (expression("absent", "NotIn", &["mail"]), true, false),
        (expression("absent", "In", &["mail"]), false, false),
        (expression("team", "Exists", &[]), true, false),
        (expression("absent", "Exists", &[]), false, false),
        (expression("absent", "DoesNotExist", &[]), true, false),
        (expression("team", "DoesNotExist", &[]), false, false),
    ] {
        let grant = of_namespaces(namespaces.clone());
        assert_eq!(grant.is_for("here", Some(&known)), wanted, "{namespaces}");
        assert_eq!(
            grant.is_for("here", None),
            unknown,
            "{namespaces}, of which no labels are known"
        );
    }
    assert!(
        !of_namespaces(json!({"selector": {}})).asks_for_labels(),
        "every namespace, whatever its labels"
    );
    assert!(of_namespaces(json!({"selector": {"matchLabels": {"team": "mail"}}})).asks_for_labels());
}

#[test]
fn what_is_wrong_is_said_of_each_entry_with_what_to_write() {
    for (spec, path, says) in [
        (
            json!({"domains": ["Voorbeeld.nl"]}),
            "spec.domains[0]",
            "write voorbeeld.nl",
        ),
        (
            json!({"domains": ["a.nl", "voorbeeld.nl."]}),
            "spec.domains[1]",
            "write voorbeeld.nl",
        ),
        (
            json!({"domains": ["*.Voorbeeld.nl"]}),
            "spec.domains[0]",
            "write *.voorbeeld.nl",
        ),
        (
            json!({"domains": ["bücher.nl"]}),
            "spec.domains[0]",
            "write xn--bcher-kva.nl",
        ),
        (
            json!({"domains": ["*voorbeeld.nl"]}),
            "spec.domains[0]",
            "*.voorbeeld.nl",
        ),
        (json!({"domains": ["mail.*.nl"]}), "spec.domains[0]", "only there"),
        (json!({"domains": ["*.*.nl"]}), "spec.domains[0]", "only there"),
        (
            json!({"domains": ["nl"]}),
            "spec.domains[0]",
            "*.nl is every domain below it",
        ),
        (json!({"domains": ["192.0.2.1"]}), "spec.domains[0]", "IP address"),
        (
            json!({"domains": ["a.nl", "_dmarc.a.nl"]}),
            "spec.domains[1]",
            "no MailDomain can have _dmarc.a.nl: ",
        ),
        (
            json!({"domains": ["s1._domainkey.a.nl"]}),
            "spec.domains[0]",
            "name a.nl",
        ),
        (
            json!({"domains": ["*._domainkey.a.nl"]}),
            "spec.domains[0]",
            "no MailDomain can have a domain below _domainkey.a.nl: ",
        ),
        (
            json!({"domains": ["_mta-sts.a.nl"]}),
            "spec.domains[0]",
            "name a.nl",
        ),
        (json!({"domains": ["*._tcp"]}), "spec.domains[0]", "below _tcp: "),
        (json!({"domains": ["_tcp"]}), "spec.domains[0]", "have _tcp: "),
        (
            json!({"domains": ["2.0.192.in-addr.arpa"]}),
            "spec.domains[0]",
            "reverse zone",
        ),
        (
            json!({"domains": ["*.ip6.arpa"]}),
            "spec.domains[0]",
            "reverse zone",
        ),
        (json!({"domains": ["*."]}), "spec.domains[0]", "is no domain"),
        (
            json!({"domains": ["user@a.nl"]}),
            "spec.domains[0]",
            "behind the @",
        ),
        (
            json!({"namespaces": {"names": ["team-*"]}}),
            "spec.namespaces.names[0]",
            "use selector",
        ),
        (
            json!({"namespaces": {"names": ["a", "Team"]}}),
            "spec.namespaces.names[1]",
            "lower case",
        ),
        (json!({"namespaces": {}}), "spec.namespaces", "grants nothing"),
        (
            json!({"namespaces": {"selector": {"matchLabels": {"a b": "c"}}}}),
            "spec.namespaces.selector.matchLabels.a b",
            "no label's name",
        ),
        (
            json!({"namespaces": {"selector": {"matchLabels": {"example.com/team": "-"}}}}),
            "spec.namespaces.selector.matchLabels.example.com/team",
            "no label's value",
        ),
        (
            json!({"namespaces": {"selector": {"matchExpressions": [{"key": "team", "operator": "In", "values": ["a", "b c"]}]}}}),
            "spec.namespaces.selector.matchExpressions[0].values[1]",
            "no label's value",
        ),
    ] {
        let mut whole = json!({"namespaces": {"names": ["a"]}, "domains": ["a.nl"], "may": ["Claim"]});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let errors = grant(whole.clone()).unwrap_err();
        let [error] = errors.as_slice() else {
            panic!("{whole}: {errors:?}")
        };
        assert_eq!(error.path, path, "{whole}");
        assert!(error.message.contains(says), "{whole}: {error}");
    }
}

proptest! {
    /// Whatever the domain, all that lies below it is what its wildcard is about, and nothing else.
    #[test]
    fn a_wildcard_is_about_just_what_ends_in_its_base(domain in "[a-c]{1,2}(\\.[a-c]{1,2}){1,3}", base in "[a-c]{1,2}(\\.[a-c]{1,2}){0,2}") {
        let grant = of_domains(&[&format!("*.{base}")]);
        prop_assert_eq!(grant.is_about(&domain), domain.ends_with(&format!(".{base}")));
    }
}
