//! One validator: what it refuses is what the API server refuses, field by field and reason by reason.

use std::collections::BTreeSet;

use kube::api::{Api, PostParams};
use kube::core::Request;
use serde_json::{Value, json};
use zegel::api::{self, Fault, MailDomain, Violation};

use super::cases::{Bad, accepted, refused};
use super::cluster;
use super::control_plane::ControlPlane;
use super::grants;
use super::mutations::mutations;

/// A kind, and where its objects are created.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
}

const MAIL_DOMAIN: Kind = Kind {
    name: "MailDomain",
    path: "/apis/zegel.dev/v1alpha1/namespaces/default/maildomains",
};

impl Kind {
    /// A whole object with this spec.
    pub(crate) fn object(&self, name: &str, spec: &Value) -> Value {
        json!({
            "apiVersion": "zegel.dev/v1alpha1",
            "kind": self.name,
            "metadata": {"name": name},
            "spec": spec,
        })
    }

    pub(crate) fn offline(&self, spec: &Value) -> Vec<Violation> {
        api::validate(&self.object("x", spec)).violations
    }

    /// What is said offline of each of these specs, and what the API server says: how many are right, how many wrong, and
    /// where the two differ.
    pub(crate) async fn compared(
        &self,
        plane: &ControlPlane,
        specs: impl Iterator<Item = (String, Value)>,
    ) -> (usize, usize) {
        let (mut right, mut wrong) = (0, 0);
        let mut unlikes = Vec::new();
        for (what, spec) in specs {
            let violations = self.offline(&spec);
            match violations.is_empty() {
                true => right += 1,
                false => wrong += 1,
            }
            let (unknown, rest): (Vec<_>, Vec<_>) = violations
                .into_iter()
                .partition(|violation| violation.fault == Fault::Unknown);
            let mut note = |unlike: Option<String>| {
                unlikes.extend(unlike.map(|unlike| format!("{what}: {spec:.300}\n{unlike}")));
            };
            if !unknown.is_empty() {
                note(unlike_unknown(
                    &unknown,
                    self.create(plane, &spec, "Strict").await,
                ));
            }
            note(unlike(&rest, self.create(plane, &spec, "Ignore").await.err()));
        }
        assert!(
            unlikes.is_empty(),
            "{} differ:\n{}",
            unlikes.len(),
            unlikes.iter().take(20).cloned().collect::<Vec<_>>().join("\n\n")
        );
        println!(
            "{}: {right} right and {wrong} wrong manifests, one verdict",
            self.name
        );
        (right, wrong)
    }

    /// Sends the object as a client would that keeps nothing of it.
    async fn create(&self, plane: &ControlPlane, spec: &Value, validation: &str) -> kube::Result<Value> {
        let body = serde_json::to_vec(&self.object("mutation", spec)).unwrap();
        let mut request = Request::new(self.path)
            .create(&PostParams::default(), body)
            .unwrap();
        let query = format!("{}?dryRun=All&fieldValidation={validation}", self.path);
        *request.uri_mut() = query.parse().unwrap();
        plane.client().request(request).await
    }
}

/// A whole object with this spec.
fn object(name: &str, spec: &Value) -> Value {
    MAIL_DOMAIN.object(name, spec)
}

fn offline(spec: &Value) -> Vec<Violation> {
    MAIL_DOMAIN.offline(spec)
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
                    .any(|one| one.path == *field && one.message.contains(part)),
                "{spec:.300}\nwants {field}: {part}\nhas {refusal:#?}"
            );
        }
    }
    for spec in accepted() {
        assert_eq!(offline(&spec), [], "{spec:.300}");
    }
}

/// What is said at each place of the schema: `spec.dkim.selectors[]`, and the sentence. What holds between an object and
/// the one before says nothing of these.
fn sentences(schema: &Value, path: &str, found: &mut Vec<(String, String)>) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let at = format!("{path}{}", rule["fieldPath"].as_str().unwrap_or_default());
        if !rule["rule"].as_str().unwrap().contains("oldSelf") {
            let said = api::sentences(rule);
            assert!(!said.is_empty(), "{path}: a rule says nothing: {rule}");
            found.extend(said.into_iter().map(|sentence| (at.clone(), sentence)));
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        sentences(field, &format!("{path}.{name}"), found);
    }
    if schema["items"].is_object() {
        sentences(&schema["items"], &format!("{path}[]"), found);
    }
}

/// The schema of a spec.
fn spec_schema() -> Value {
    let crd = serde_json::to_value(api::crd()).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"].clone()
}

#[test]
fn each_sentence_of_the_schema_is_said_of_something() {
    let mut all = Vec::new();
    sentences(&spec_schema(), "spec", &mut all);
    let said: Vec<Violation> = refused().iter().flat_map(|bad| offline(&bad.spec)).collect();
    let place = |path: &str| {
        let parts = path
            .split('[')
            .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join("[]")
    };
    let never: Vec<_> = all
        .iter()
        .filter(|(at, sentence)| {
            !said
                .iter()
                .any(|one| place(&one.path) == *at && one.message.contains(sentence))
        })
        .collect();
    assert!(all.len() >= 39, "{}", all.len());
    assert!(
        never.is_empty(),
        "no manifest in cases.rs breaks these: {never:#?}"
    );
}

/// How many rules the API server evaluates in each write of an object with this spec.
fn evaluated(schema: &Value, value: &Value) -> usize {
    let own = schema["x-kubernetes-validations"].as_array().map_or(0, Vec::len);
    let below: usize = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| evaluated(&schema["properties"][name], value))
            .sum(),
        Value::Array(items) => items.iter().map(|item| evaluated(&schema["items"], item)).sum(),
        _ => 0,
    };
    own + below
}

/// Each is evaluated in every write of a status, and costs the API server some KiB: docs/performance.md. Where this fails,
/// say the new fact in a rule that is there (`src/api/facts.rs`).
#[test]
fn a_usual_spec_is_judged_by_few_rules() {
    let usual = json!({
        "domain": "voorbeeld.nl", "role": "Mail", "interval": "1h",
        "spf": {"mechanisms": ["mx"], "all": "Fail"},
        "dkim": {"selectors": [{"name": "s1", "cname": "a.nl"}, {"name": "s2", "publicKey": "MIIB"}]},
        "dmarc": {"policy": "Reject", "aggregateReports": ["mailto:a@a.nl"]},
    });
    assert_eq!(offline(&usual), []);
    let rules = evaluated(&spec_schema(), &usual);
    // One for each block that hangs on others, two of the domain, one of each other part.
    assert!(rules <= 8 + 2 + 1 + 1 + 2 + 1, "{rules} rules");
}

/// What a domain may be is said twice, in the schema for the API server and in the intent for whoever has no cluster:
/// the same names pass.
mod a_domain {
    use proptest::prelude::*;
    use zegel::intent::Intent;

    use super::*;

    /// Whether the schema takes it, and whether the intent does.
    fn verdicts(domain: &str) -> (bool, bool) {
        let spec = json!({"domain": domain, "role": "Mail"});
        let read = serde_json::from_value(spec.clone()).expect("it has the fields it must have");
        (offline(&spec).is_empty(), Intent::from_spec(&read).is_ok())
    }

    #[test]
    fn that_is_refused_by_one_is_refused_by_the_other() {
        for Bad { spec, .. } in refused() {
            if let (Some(domain), Some(2)) = (
                spec["domain"].as_str(),
                spec.as_object().map(serde_json::Map::len),
            ) && spec["role"] == "Mail"
            {
                assert_eq!(verdicts(domain), (false, false), "{domain}");
            }
        }
        for spec in accepted() {
            let domain = spec["domain"].as_str().expect("a domain");
            assert_eq!(verdicts(domain), (true, true), "{domain}");
        }
    }

    proptest! {
        #[test]
        fn of_any_letters_is_judged_alike(domain in "[a1_.-]{1,12}|[aN1:@/*_. é-]{1,8}|([a1]{1,3}[.]){1,4}(arpa|in-addr.arpa|ip6.arpa|_x.nl|[0-9.]{1,4})") {
            let (schema, intent) = verdicts(&domain);
            prop_assert_eq!(schema, intent, "{}", domain);
        }
    }
}

/// What can be read offline is what a controller can read, and the other way round.
#[test]
fn what_is_right_offline_can_be_read() {
    for (what, spec) in mutations() {
        let judged = api::validate(&object("x", &spec));
        let read = serde_json::from_value::<MailDomain>(judged.object);
        if judged.violations.is_empty() {
            assert!(read.is_ok(), "{what}: {spec:.300}\n{read:?}");
        }
    }
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_says_what_to_write() {
    let wrong = json!({
        "domain": 5, "role": "mail", "intervall": "1h", "suspend": "yes",
        "spf": {"mechanisms": "mx", "all": "Fail"},
        "dkim": {"selectors": [{"name": "a", "anyKey": true}, {"name": "a"}]},
        "dmarc": {"policy": "reject", "rua": "mailto:a@a.nl", "failureOptions": ["1", 0]},
    });
    let mut said: Vec<String> = offline(&wrong).iter().map(ToString::to_string).collect();
    said.sort();
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn the_api_server_says_what_is_said_offline() {
    let plane = ControlPlane::start().await.unwrap();
    plane.install_crd().await.unwrap();
    let objects: Api<MailDomain> = Api::namespaced(plane.client(), "default");

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

    let by_hand = refused().into_iter().map(|bad| ("by hand".to_owned(), bad.spec));
    let (right, wrong) = MAIL_DOMAIN.compared(&plane, by_hand.chain(mutations())).await;
    let right = right + accepted().len();
    assert!(
        right >= 40 && right + wrong >= 400,
        "{right} right, {wrong} wrong"
    );

    cluster::the_domain_is_immutable(&objects).await;
    cluster::what_is_no_maildomain_is_refused(&plane).await;
    cluster::it_is_found_by_every_name_and_selected_by_field(&plane).await;
    cluster::the_table_fits_a_terminal(&plane).await;
    grants::the_api_server_says_of_grants_what_is_said_offline(&plane).await;
}

/// How the two differ about unknown fields, if they do: each is named by the server, and no other.
fn unlike_unknown(offline: &[Violation], refused: kube::Result<Value>) -> Option<String> {
    let message = match refused {
        Err(kube::Error::Api(status)) if status.code == 400 => status.message.clone(),
        other => format!("{other:?}"),
    };
    let named = |violation: &Violation| message.contains(&format!("unknown field \"{}\"", violation.path));
    let same = offline.iter().all(named) && message.matches("unknown field").count() == offline.len();
    (!same).then(|| format!("the API server says {message}\noffline says {offline:#?}"))
}

/// How the two differ, if they do: every violation is a cause and every cause a violation, with field and reason, and a
/// rule's words are the server's.
///
/// The server says some things twice, and some not: what is no value of the right type it also calls not supported, or
/// no entry of a list with keys; entries without their keys it also calls doubled; of a value that stands in a list
/// three times it names the second only. It judges by rules when nothing else hinders it, and says so in a cause
/// without a field; offline each part that is sound by itself is judged.
pub(crate) fn unlike(offline: &[Violation], refused: Option<kube::Error>) -> Option<String> {
    let causes = match refused {
        None => Vec::new(),
        Some(kube::Error::Api(status)) if status.code == 422 => {
            let details = status.details.expect("a refusal has details");
            details.causes
        }
        Some(other) => return Some(format!("{other:?}\noffline says {offline:#?}")),
    };
    let left_out = causes.iter().any(|cause| cause.field == "<nil>");
    let has = |field: &str, reason: &str| {
        causes
            .iter()
            .any(|cause| cause.field == field && cause.reason == reason)
    };
    let has_below = |field: &str| {
        causes.iter().any(|cause| {
            cause.field.starts_with(&format!("{field}.")) && cause.reason == "FieldValueRequired"
        })
    };
    let theirs: BTreeSet<(&str, &str)> = causes
        .iter()
        .map(|cause| (cause.field.as_str(), cause.reason.as_str()))
        .filter(|(field, reason)| {
            let same_again = *reason != "FieldValueTypeInvalid" && has(field, "FieldValueTypeInvalid")
                || *reason == "FieldValueDuplicate" && has_below(field);
            *field != "<nil>" && !same_again
        })
        .collect();
    let list = |path: &str| path.rsplit_once('[').map(|(list, _)| list.to_owned());
    let is_third = |violation: &Violation| {
        let of_list = |cause: &str| list(cause) == list(&violation.path);
        violation.fault == Fault::Duplicate
            && !has(&violation.path, "FieldValueDuplicate")
            && theirs
                .iter()
                .any(|(field, reason)| *reason == "FieldValueDuplicate" && of_list(field))
    };
    let judged: Vec<&Violation> = offline
        .iter()
        .filter(|violation| !(left_out && violation.fault == Fault::Rule || is_third(violation)))
        .collect();
    let ours: BTreeSet<(&str, &str)> = judged
        .iter()
        .map(|violation| {
            (
                violation.path.as_str(),
                violation.fault.reason().unwrap_or_default(),
            )
        })
        .collect();
    let in_their_words = |violation: &&Violation| {
        violation.fault != Fault::Rule
            || causes
                .iter()
                .any(|cause| cause.field == violation.path && cause.message.ends_with(&violation.message))
    };
    let same = ours == theirs && judged.iter().all(in_their_words);
    (!same).then(|| format!("the API server says {causes:#?}\noffline says {offline:#?}"))
}
