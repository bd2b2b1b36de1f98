//! What only a cluster can show: immutable fields, names and selectors, the table people see.

use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::json;
use zegel::api::{self, MailDomain};

use super::control_plane::{self, ControlPlane};
use super::verdicts;

pub(crate) async fn the_domain_is_immutable(objects: &Api<MailDomain>) {
    let old = objects.get("good-0").await.unwrap();
    let mut new = old.clone();
    new.spec.domain = "ander.nl".to_owned();
    let update = |new: &MailDomain, old: &MailDomain| {
        let value = |object: &MailDomain| serde_json::to_value(object).unwrap();
        api::validate_update(&value(new), &value(old)).violations
    };
    let refused = objects.replace("good-0", &PostParams::default(), &new).await;
    let violations = update(&new, &old);
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].message.contains("immutable"), "{violations:?}");
    assert_eq!(verdicts::unlike(&violations, refused.err()), None);

    new.spec.domain = old.spec.domain.clone();
    new.spec.suspend = Some(true);
    assert_eq!(update(&new, &old), []);
    objects
        .replace("good-0", &PostParams::default(), &new)
        .await
        .unwrap();
}

/// Types, enumerations and unknown fields: refused by the API server, and no `MailDomain` offline either.
pub(crate) async fn what_is_no_maildomain_is_refused(plane: &ControlPlane) {
    let kind = kube::core::ApiResource::erase::<MailDomain>(&());
    let objects: Api<DynamicObject> = Api::namespaced_with(plane.client(), "default", &kind);
    for (spec, part) in [
        (json!({"domain": "a.nl"}), "spec.role: Required value"),
        (json!({"role": "Mail"}), "spec.domain: Required value"),
        (
            json!({"domain": "a.nl", "role": "mail"}),
            "supported values: \"Mail\"",
        ),
        (
            json!({"domain": "a.nl", "role": "Mail", "suspend": "yes"}),
            "spec.suspend: expected boolean",
        ),
        (
            json!({"domain": "a.nl", "role": "Mail", "polcy": 1}),
            "spec.polcy: field not declared in schema",
        ),
        (
            json!({"domain": "a.nl", "role": "Mail", "spf": {"all": "Pass"}}),
            "supported values: \"Fail\"",
        ),
    ] {
        assert!(
            serde_json::from_value::<api::MailDomainSpec>(spec.clone()).is_err(),
            "{spec}"
        );
        let object = json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
            "metadata": {"name": "no-maildomain"}, "spec": spec,
        });
        let params = PatchParams {
            field_validation: Some(kube::api::ValidationDirective::Strict),
            ..PatchParams::apply("tests").force()
        };
        let error = objects
            .patch("no-maildomain", &params, &Patch::Apply(&object))
            .await
            .expect_err(part)
            .to_string();
        assert!(
            error.to_lowercase().contains(&part.to_lowercase()),
            "{object}\nwants {part}\nhas {error}"
        );
    }
}

pub(crate) async fn it_is_found_by_every_name_and_selected_by_field(plane: &ControlPlane) {
    for name in ["maildomains", "maildomain", "maildom", "mail"] {
        let mut kubectl = plane.kubectl();
        kubectl.args(["get", name, "good-1", "--output", "name"]);
        if name == "mail" {
            // A category takes no names.
            kubectl = plane.kubectl();
            kubectl.args(["get", name, "--output", "name"]);
        }
        let found = control_plane::run(kubectl).unwrap();
        assert!(found.contains("maildomain.zegel.dev/good-1\n"), "{name}: {found}");
    }
    let status = json!({"status": {"reason": "Drifted"}});
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "default");
    let patched = objects
        .patch_status("good-1", &PatchParams::default(), &Patch::Merge(&status))
        .await;
    patched.unwrap();
    for selector in ["status.reason=Drifted", "spec.domain=xn--vorbeeld-d1a.nl"] {
        let mut kubectl = plane.kubectl();
        kubectl.args([
            "get",
            "maildomain",
            "--field-selector",
            selector,
            "--output",
            "name",
        ]);
        assert_eq!(
            control_plane::run(kubectl).unwrap(),
            "maildomain.zegel.dev/good-1\n",
            "{selector}"
        );
    }
}

/// Names and domains of 13 characters, the longest reason, every state known: 100 columns. Errors are among what is
/// shown, and the age is not: what is wrong matters more than since when it is written down.
pub(crate) async fn the_table_fits_a_terminal(plane: &ControlPlane) {
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "default");
    let spec = json!({"domain": "abcdefghij.nl", "role": "Mail"});
    let object = MailDomain::new("abcdefghij-nl", serde_json::from_value(spec).unwrap());
    objects.create(&PostParams::default(), &object).await.unwrap();
    for (ready, reason) in [
        ("Unknown", "DNSUnavailable"),
        ("False", "DomainConflict"),
        ("False", "Noncompliant"),
    ] {
        let condition = |kind: &str, status: &str| {
            let since = "2026-11-21T20:57:00Z";
            json!({"type": kind, "status": status, "reason": reason, "message": "", "lastTransitionTime": since})
        };
        let conditions = [
            condition("Ready", ready),
            condition("SPF", "False"),
            condition("DKIM", "False"),
            condition("DMARC", "False"),
        ];
        let status = json!({"status": {"reason": reason, "summary": {"ratio": "126/128", "errors": 12}, "conditions": conditions}});
        let patched = objects
            .patch_status("abcdefghij-nl", &PatchParams::default(), &Patch::Merge(&status))
            .await;
        patched.unwrap();
        let mut kubectl = plane.kubectl();
        kubectl.args(["get", "maildomain", "abcdefghij-nl"]);
        let table = control_plane::run(kubectl).unwrap();
        assert!(table.contains(reason) && table.contains("126/128"), "{table}");
        assert!(table.contains("ERRORS"), "{table}");
        let widest = table
            .lines()
            .map(|line| line.trim_end().chars().count())
            .max()
            .unwrap();
        assert!(widest <= 100, "{widest} columns:\n{table}");
    }
}
