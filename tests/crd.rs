//! The CRD: fresh on disk; and what it refuses, refused offline with the same words as by the API server.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "support/control_plane.rs"]
mod control_plane;

use std::collections::BTreeSet;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::response::Status;
use serde_json::{Value, json};
use zegel::api::{self, MailDomain};

use self::control_plane::ControlPlane;

const CRD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crds/maildomains.zegel.dev.yaml");

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/zegel/templates/crd.yaml");

/// What the chart adds to the CRD.
const KEPT: [&str; 2] = ["  annotations:", "    helm.sh/resource-policy: keep"];

#[test]
fn the_crd_on_disk_is_what_the_types_say() {
    let fresh = api::crd_yaml();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(CRD, &fresh).unwrap();
    }
    let stored = std::fs::read_to_string(CRD).unwrap_or_default();
    assert!(
        stored == fresh,
        "crds/maildomains.zegel.dev.yaml is stale: run `make crd` and commit what it writes"
    );
    let read: CustomResourceDefinition = serde_saphyr::from_str(&stored).unwrap();
    assert_eq!(
        read,
        api::crd(),
        "the YAML does not read back as what was written"
    );
}

/// Whoever installs from the program, from the file or with the chart gets the same: with another default of status,
/// `helm install --wait` would succeed without a controller.
#[test]
fn the_program_the_file_and_the_chart_hold_the_same_bytes() {
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_zegel"))
        .arg("crd")
        .output()
        .unwrap();
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed == std::fs::read_to_string(CRD).unwrap(),
        "`zegel crd` prints another CRD than crds/ holds"
    );
    // The chart's template adds switches, each on lines of its own, and the annotation they switch.
    let template = std::fs::read_to_string(CHART).unwrap();
    let plain: String = template
        .split_inclusive('\n')
        .filter(|line| !line.contains("{{") && !KEPT.contains(&line.trim_end()))
        .collect();
    assert!(
        printed == plain,
        "charts/zegel/templates/crd.yaml holds another CRD than `zegel crd` prints"
    );
    assert!(printed.contains("observedGeneration: -1"));
}

/// The schema keeps its promises to older and newer controllers and to the API server.
#[test]
fn the_schema_has_no_defaults_in_spec_no_enums_in_status_and_no_odd_formats() {
    let schema = serde_json::to_value(api::crd()).unwrap();
    let properties = &schema["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
    let spec = properties["spec"].to_string();
    assert!(!spec.contains("\"default\""), "a default stands under spec");
    assert!(!spec.contains("\"nullable\""), "null is a value under spec");
    let status = properties["status"].to_string();
    for bound in [
        "\"enum\"",
        "\"maxItems\"",
        "\"maxLength\"",
        "\"pattern\"",
        "x-kubernetes-validations",
    ] {
        assert!(!status.contains(bound), "status is bounded by {bound}");
    }
    assert_eq!(properties["status"]["default"], json!({"observedGeneration": -1}));
    for format in ["uint8", "uint16", "uint32", "uint64", "\"int8\"", "\"int16\""] {
        assert!(
            !properties.to_string().contains(format),
            "{format} draws a warning"
        );
    }
}

/// A spec that breaks rules, and each rule it breaks: the field, and a part of the message.
struct Bad {
    spec: Value,
    says: &'static [(&'static str, &'static str)],
}

fn bad(spec: Value, says: &'static [(&'static str, &'static str)]) -> Bad {
    Bad { spec, says }
}

fn bad_domain(domain: &str, says: &'static [(&'static str, &'static str)]) -> Bad {
    bad(json!({"domain": domain, "role": "Mail"}), says)
}

/// A Mail domain with this beside domain and role.
fn bad_mail(rest: Value, says: &'static [(&'static str, &'static str)]) -> Bad {
    bad(with_role("Mail", rest), says)
}

fn with_role(role: &str, rest: Value) -> Value {
    let mut spec = json!({"domain": "voorbeeld.nl", "role": role});
    if let (Value::Object(spec), Value::Object(rest)) = (&mut spec, rest) {
        spec.extend(rest);
    }
    spec
}

fn selector(rest: Value) -> Value {
    let mut selector = json!({"name": "s1"});
    if let (Value::Object(selector), Value::Object(rest)) = (&mut selector, rest) {
        selector.extend(rest);
    }
    json!({"dkim": {"selectors": [selector]}})
}

fn refused() -> Vec<Bad> {
    let label_64 = format!("{}.nl", "a".repeat(64));
    let long = format!("{}nl", "a.".repeat(126));
    let mut all = vec![
        // the domain's name
        bad_domain("Voorbeeld.nl", &[("spec.domain", "lower case")]),
        bad_domain("voorbeeld.nl.", &[("spec.domain", "without a trailing dot")]),
        bad_domain("voorbéeld.nl", &[("spec.domain", "A-labels")]),
        bad_domain("voorbeeld..nl", &[("spec.domain", "no domain name")]),
        bad_domain(".nl", &[("spec.domain", "no domain name")]),
        bad_domain("-a.nl", &[("spec.domain", "no domain name")]),
        bad_domain("a-.nl", &[("spec.domain", "no domain name")]),
        bad_domain("a b.nl", &[("spec.domain", "no domain name")]),
        bad_domain("*.nl", &[("spec.domain", "no domain name")]),
        bad_domain(&label_64, &[("spec.domain", "no domain name")]),
        bad_domain(
            "",
            &[("spec.domain", "at least 1"), ("spec.domain", "no domain name")],
        ),
        bad_domain(&long, &[("spec.domain", "253")]),
        // durations
        bad_mail(json!({"interval": "9s"}), &[("spec.interval", "at least 10s")]),
        bad_mail(json!({"interval": "1d"}), &[("spec.interval", "90s, 15m")]),
        bad_mail(json!({"interval": "30m1h"}), &[("spec.interval", "90s, 15m")]),
        bad_mail(
            json!({"interval": "8761h", "staleAfter": "8760h"}),
            &[
                ("spec.interval", "a year"),
                ("spec.staleAfter", "at least interval"),
            ],
        ),
        bad_mail(
            json!({"settleWindow": "-5m"}),
            &[("spec.settleWindow", "90s, 15m")],
        ),
        bad_mail(
            json!({"staleAfter": "59m"}),
            &[("spec.staleAfter", "at least interval")],
        ),
        bad_mail(
            json!({"interval": "2h", "staleAfter": "1h59m59s"}),
            &[("spec.staleAfter", "at least interval")],
        ),
        // spf
        bad_mail(
            json!({"spf": {"mechanisms": ["mx"]}}),
            &[("spec.spf", "exactly one of all and redirect")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "redirect": "a.nl"}}),
            &[("spec.spf", "exactly one of all and")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "alsoAt": [{"name": "_spf1"}]}}),
            &[("spec.spf.alsoAt[0]", "exactly one of all and redirect")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": ["mx", ""]}}),
            &[("spec.spf.mechanisms[1]", "at least 1 chars")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": ["a".repeat(256)]}}),
            &[("spec.spf.mechanisms[0]", "255")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "mechanisms": vec!["mx"; 257]}}),
            &[("spec.spf.mechanisms", "256")],
        ),
        bad_mail(
            json!({"spf": {"all": "Fail", "alsoAt": [
                {"name": "a", "all": "Fail"}, {"name": "a", "all": "Fail"}
            ]}}),
            &[("spec.spf.alsoAt[1]", "Duplicate value")],
        ),
        // dkim
        bad_mail(
            json!({"dkim": {"selectors": []}}),
            &[("spec.dkim.selectors", "at least 1 items")],
        ),
        bad_mail(
            selector(json!({})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"anyKey": false})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"anyKey": true, "cname": "a.nl"})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"state": "Published"})),
            &[("spec.dkim.selectors[0]", "exactly one of publicKey")],
        ),
        bad_mail(
            selector(json!({"state": "Revoked", "publicKey": "MIIB"})),
            &[("spec.dkim.selectors[0]", "no key may stand there")],
        ),
        bad_mail(
            selector(json!({"cname": "a.nl", "flags": ["Testing"]})),
            &[("spec.dkim.selectors[0]", "no place beside cname")],
        ),
        bad_mail(
            selector(json!({"publicKey": "A".repeat(8193)})),
            &[("spec.dkim.selectors[0].publicKey", "8192")],
        ),
        bad_mail(
            json!({"dkim": {"selectors": [
                {"name": "s1", "anyKey": true}, {"name": "s1", "anyKey": true}
            ]}}),
            &[("spec.dkim.selectors[1]", "Duplicate value")],
        ),
        // dmarc
        bad_mail(
            json!({"dmarc": {}}),
            &[("spec.dmarc", "exactly one of policy, inherit: true and cname")],
        ),
        bad_mail(
            json!({"dmarc": {"inherit": false}}),
            &[("spec.dmarc", "exactly one of policy")],
        ),
        bad_mail(
            json!({"dmarc": {"policy": "Reject", "cname": "a.nl"}}),
            &[("spec.dmarc", "exactly one of policy")],
        ),
        bad_mail(
            json!({"dmarc": {"policy": "Reject", "atLeast": "None"}}),
            &[("spec.dmarc", "atLeast goes with cname only")],
        ),
        bad_mail(
            json!({"dmarc": {"inherit": true, "testing": true}}),
            &[("spec.dmarc", "no place beside inherit or cname")],
        ),
        bad_mail(
            json!({"dmarc": {"cname": "a.nl", "aggregateReports": ["mailto:a@a.nl"]}}),
            &[("spec.dmarc", "no place beside inherit or cname")],
        ),
        // roles
        bad(
            with_role("SendOnly", json!({})),
            &[("spec.spf", "SendOnly needs an spf block")],
        ),
    ];
    for role in ["ReceiveOnly", "Parked"] {
        let mut with = |rest: Value, says| all.push(bad(with_role(role, rest), says));
        with(
            json!({"spf": {"all": "Fail"}}),
            &[("spec.spf", "take no spf block")],
        );
        with(
            selector(json!({"anyKey": true})),
            &[("spec.dkim", "only DKIM selectors with state Revoked")],
        );
        for dmarc in [
            json!({"policy": "None"}),
            json!({"policy": "Quarantine", "subdomainPolicy": "Reject"}),
            json!({"testing": true}),
            json!({"publicSuffix": "Yes"}),
            json!({"alignment": {"spf": "Strict"}}),
            json!({"inherit": true}),
            json!({"cname": "a.nl"}),
        ] {
            with(
                json!({"dmarc": dmarc}),
                &[("spec.dmarc", "take in dmarc only policy Reject")],
            );
        }
    }
    all
}

fn accepted() -> Vec<Value> {
    let many = |count: usize, make: &dyn Fn(usize) -> Value| (0..count).map(make).collect::<Vec<_>>();
    let key = "A".repeat(8192);
    let mut all = vec![
        json!({"domain": "nl", "role": "Mail"}),
        json!({"domain": "xn--vorbeeld-d1a.nl", "role": "Mail"}),
        json!({"domain": "_weird.a-b.1.nl", "role": "Mail"}),
        json!({"domain": format!("{}.nl", "a".repeat(63)), "role": "Mail"}),
        with_role(
            "Mail",
            json!({"interval": "10s", "staleAfter": "10s", "settleWindow": "0s"}),
        ),
        with_role("Mail", json!({"interval": "8760h", "staleAfter": "8760h"})),
        with_role(
            "Mail",
            json!({"dmarc": {"policy": "None", "inherit": false, "testing": true}}),
        ),
        with_role(
            "Mail",
            json!({"dmarc": {"cname": "a.nl", "atLeast": "Reject", "testing": false}}),
        ),
        with_role("SendOnly", json!({"spf": {"redirect": "%{d}._spf.voorbeeld.nl"}})),
        // The bounds themselves.
        with_role(
            "Mail",
            json!({
                "spf": {
                    "all": "Fail",
                    "mechanisms": vec!["a".repeat(255); 256],
                    "alsoAt": many(32, &|n| json!({"name": format!("_spf{n}"), "all": "Neutral"})),
                },
                "dkim": {"selectors": many(64, &|n| json!({"name": format!("s{n}"), "publicKey": key}))},
            }),
        ),
    ];
    for role in ["ReceiveOnly", "Parked"] {
        all.push(with_role(role, json!({})));
        all.push(with_role(role, selector(json!({"state": "Revoked"}))));
        all.push(with_role(role, json!({"dmarc": {
            "policy": "Reject", "subdomainPolicy": "None", "nonexistentSubdomainPolicy": "Reject",
            "aggregateReports": ["mailto:a@a.nl"], "failureReports": ["mailto:a@a.nl"], "failureOptions": ["1"],
            "testing": false, "inherit": false,
        }})));
    }
    all
}

/// Field and message of everything refused, the API server's preamble (`Invalid value: …: `) left out.
type Refusal = BTreeSet<(String, String)>;

fn offline(spec: &Value) -> Refusal {
    let object = MailDomain::new("x", serde_json::from_value(spec.clone()).unwrap());
    let violations = api::violations(&object);
    violations.into_iter().map(|it| (it.path, it.message)).collect()
}

#[test]
fn what_is_refused_offline_is_refused_with_a_reason() {
    for Bad { spec, says } in refused() {
        let refusal = offline(&spec);
        assert_eq!(refusal.len(), says.len(), "{spec:.300}\n{refusal:#?}");
        for (field, part) in says {
            assert!(
                refusal
                    .iter()
                    .any(|(path, message)| path == field && message.contains(part)),
                "{spec:.300}\nwants {field}: {part}\nhas {refusal:#?}"
            );
        }
    }
    for spec in accepted() {
        assert_eq!(offline(&spec), Refusal::new(), "{spec:.300}");
    }
}

#[tokio::test]
async fn the_api_server_says_what_is_said_offline() {
    let plane = ControlPlane::start().await.unwrap();
    plane.install_crd().await.unwrap();
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "default");

    for (index, spec) in refused().into_iter().map(|bad| bad.spec).enumerate() {
        let object = MailDomain::new(
            &format!("bad-{index}"),
            serde_json::from_value(spec.clone()).unwrap(),
        );
        let status = refusal_of(objects.create(&PostParams::default(), &object).await, &spec);
        assert_same(&offline(&spec), &status, &spec);
    }
    for (index, spec) in accepted().into_iter().enumerate() {
        let object = MailDomain::new(
            &format!("good-{index}"),
            serde_json::from_value(spec.clone()).unwrap(),
        );
        let created = objects.create(&PostParams::default(), &object).await;
        let created = created.unwrap_or_else(|error| panic!("{spec:.300}\n{error}"));
        let generation = created.status.and_then(|status| status.observed_generation);
        assert_eq!(
            generation,
            Some(-1),
            "an object nobody looked at must not look finished"
        );
    }

    the_domain_is_immutable(&objects).await;
    what_is_no_maildomain_is_refused(&plane).await;
    it_is_found_by_every_name_and_selected_by_field(&plane).await;
    the_table_fits_a_terminal(&plane).await;
}

fn refusal_of<K: std::fmt::Debug>(result: kube::Result<K>, spec: &Value) -> Box<Status> {
    match result {
        Err(kube::Error::Api(status)) if status.code == 422 => status,
        other => panic!("{spec:.300}\nwas not refused: {other:?}"),
    }
}

/// Every violation is a cause and every cause a violation; the server's message ends with ours.
fn assert_same(offline: &Refusal, status: &Status, spec: &Value) {
    let details = status.details.as_ref().expect("a refusal has details");
    // The cause without a field says that rules were left out because something is too long.
    let causes: Vec<_> = details
        .causes
        .iter()
        .filter(|cause| cause.field != "<nil>")
        .collect();
    let unmatched: Vec<_> = causes
        .iter()
        .filter(|cause| {
            !offline
                .iter()
                .any(|(path, message)| *path == cause.field && matches_message(&cause.message, message))
        })
        .collect();
    assert!(
        unmatched.is_empty() && causes.len() == offline.len(),
        "{spec:.300}\nthe API server says {causes:#?}\noffline says {offline:#?}"
    );
}

fn matches_message(theirs: &str, ours: &str) -> bool {
    // A doubled key is shown by the server as the key's fields.
    theirs.ends_with(ours) || theirs.starts_with("Duplicate value") && ours.starts_with("Duplicate value")
}

async fn the_domain_is_immutable(objects: &Api<MailDomain>) {
    let old = objects.get("good-0").await.unwrap();
    let mut new = old.clone();
    new.spec.domain = "ander.nl".to_owned();
    let status = refusal_of(
        objects.replace("good-0", &PostParams::default(), &new).await,
        &json!("ander.nl"),
    );
    let violations = api::update_violations(&new, &old);
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].message.contains("immutable"), "{violations:?}");
    let offline = violations.into_iter().map(|it| (it.path, it.message)).collect();
    assert_same(&offline, &status, &json!("ander.nl"));

    new.spec.domain = old.spec.domain.clone();
    new.spec.suspend = Some(true);
    assert_eq!(api::update_violations(&new, &old), []);
    objects
        .replace("good-0", &PostParams::default(), &new)
        .await
        .unwrap();
}

/// Types, enumerations and unknown fields: refused by the API server, and no `MailDomain` offline either.
async fn what_is_no_maildomain_is_refused(plane: &ControlPlane) {
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

async fn it_is_found_by_every_name_and_selected_by_field(plane: &ControlPlane) {
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

/// Names and domains of 14 characters, the longest reason, every state known: 100 columns.
async fn the_table_fits_a_terminal(plane: &ControlPlane) {
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "default");
    let spec = json!({"domain": "abcdefghijk.nl", "role": "Mail"});
    let object = MailDomain::new("abcdefghijk-nl", serde_json::from_value(spec).unwrap());
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
        let status =
            json!({"status": {"reason": reason, "summary": {"ratio": "126/128"}, "conditions": conditions}});
        let patched = objects
            .patch_status("abcdefghijk-nl", &PatchParams::default(), &Patch::Merge(&status))
            .await;
        patched.unwrap();
        let mut kubectl = plane.kubectl();
        kubectl.args(["get", "maildomain", "abcdefghijk-nl"]);
        let table = control_plane::run(kubectl).unwrap();
        assert!(table.contains(reason) && table.contains("126/128"), "{table}");
        // An age takes mostly three or four columns (`45m`, `100d`); here it is seconds: two.
        let widest = table
            .lines()
            .map(|line| line.trim_end().chars().count())
            .max()
            .unwrap();
        assert!(widest + 2 <= 100, "{widest} columns:\n{table}");
    }
}
