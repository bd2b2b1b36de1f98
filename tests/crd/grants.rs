//! Grants: what is refused offline is refused by the API server, and what a person sees of them.

use kube::api::{Api, PostParams};
use proptest::prelude::*;
use serde_json::{Value, json};
use zegel::api::{self, MailDomainGrant};
use zegel::intent::Grant;

use super::control_plane::{self, ControlPlane};
use super::mutations::mutations_of;
use super::verdicts::Kind;

const GRANT: Kind = Kind {
    name: "MailDomainGrant",
    path: "/apis/zegel.dev/v1alpha1/maildomaingrants",
};

/// Between them every field stands once in a grant that is right.
fn bases() -> [Value; 3] {
    [
        json!({
            "namespaces": {
                "names": ["team-a", "team-b"],
                "selector": {
                    "matchLabels": {"example.com/team": "mail", "stage": "prod"},
                    "matchExpressions": [
                        {"key": "tier", "operator": "In", "values": ["gold", "silver"]},
                        {"key": "old", "operator": "DoesNotExist"},
                    ],
                },
            },
            "domains": ["voorbeeld.nl", "*.voorbeeld.nl"], "may": ["Claim"],
        }),
        json!({"namespaces": {"names": ["platform"]}, "domains": ["*"], "may": ["Claim"]}),
        json!({"namespaces": {"selector": {}}, "domains": ["*.nl"], "may": ["Claim"]}),
    ]
}

/// Domains that can be none, with a part of what the schema says.
const REFUSED: [(&str, &str); 18] = [
    ("Voorbeeld.nl", "lower case"),
    ("voorbeeld.nl.", "without a trailing dot"),
    ("voorbéeld.nl", "A-labels"),
    ("voorbeeld..nl", "each entry is a domain"),
    ("*voorbeeld.nl", "each entry is a domain"),
    ("mail.*.nl", "each entry is a domain"),
    ("*.*.nl", "each entry is a domain"),
    ("nl", "one label"),
    ("192.0.2.1", "IP address"),
    ("*.1", "ends in a number"),
    ("_dmarc.voorbeeld.nl", "underscore"),
    ("s1._domainkey.voorbeeld.nl", "underscore"),
    ("*._domainkey.voorbeeld.nl", "underscore"),
    ("_mta-sts.voorbeeld.nl", "underscore"),
    ("*._tcp", "underscore"),
    ("2.0.192.in-addr.arpa", "reverse zone"),
    ("*.in-addr.arpa", "reverse zone"),
    ("*.ip6.arpa", "reverse zone"),
];

fn with_domains(domains: &[&str]) -> Value {
    json!({"namespaces": {"names": ["a"]}, "domains": domains, "may": ["Claim"]})
}

#[test]
fn a_domain_that_can_be_none_is_refused_by_the_schema_and_by_the_intent() {
    for (domain, says) in REFUSED {
        let spec = with_domains(&["voorbeeld.nl", domain]);
        let refusal = GRANT.offline(&spec);
        assert!(
            refusal
                .iter()
                .any(|one| one.path == "spec.domains" && one.message.contains(says)),
            "{domain}: {refusal:#?}"
        );
        let errors = Grant::from_spec(&serde_json::from_value(spec).unwrap()).unwrap_err();
        assert!(
            errors.iter().all(|error| error.path == "spec.domains[1]"),
            "{domain}: {errors:?}"
        );
    }
    for spec in bases() {
        assert_eq!(GRANT.offline(&spec), [], "{spec}");
        Grant::from_spec(&serde_json::from_value(spec).unwrap()).unwrap();
    }
}

proptest! {
    #[test]
    fn a_pattern_of_any_letters_is_judged_alike(domain in "([*][.])?[a1_.-]{1,12}|[aN1:@/*_. é-]{1,8}|([*][.])?([a1]{1,3}[.]){1,4}[a1]{1,2}|([*][.])?([a1]{1,3}[.]){0,2}(arpa|in-addr.arpa|ip6.arpa|_x|_x.nl)") {
        let spec = with_domains(&[&domain]);
        let intent = Grant::from_spec(&serde_json::from_value(spec.clone()).unwrap());
        prop_assert_eq!(GRANT.offline(&spec).is_empty(), intent.is_ok(), "{}: {:?}", domain, intent);
    }
}

pub(crate) async fn the_api_server_says_of_grants_what_is_said_offline(plane: &ControlPlane) {
    let by_hand = REFUSED.map(|(domain, _)| ("by hand".to_owned(), with_domains(&["voorbeeld.nl", domain])));
    let doubled = ("by hand".to_owned(), with_domains(&["a.nl", "b.nl", "a.nl"]));
    let all = by_hand
        .into_iter()
        .chain([doubled])
        .chain(mutations_of(api::grant_crd(), &bases()));
    let (right, wrong) = GRANT.compared(plane, all).await;
    assert!(right >= 20 && wrong >= 80, "{right} right, {wrong} wrong");
    it_is_found_by_its_names_and_its_table_says_what_it_is_about(plane).await;
}

async fn it_is_found_by_its_names_and_its_table_says_what_it_is_about(plane: &ControlPlane) {
    let grants: Api<MailDomainGrant> = Api::all(plane.client());
    let [spec, ..] = bases();
    let grant = MailDomainGrant::new("teams", serde_json::from_value(spec).unwrap());
    let created = grants.create(&PostParams::default(), &grant).await.unwrap();
    assert_eq!(created.status, None, "a permission waits for nobody");
    for name in ["maildomaingrants", "maildomaingrant", "maildomgrant"] {
        let mut kubectl = plane.kubectl();
        kubectl.args(["get", name, "teams", "--output", "wide"]);
        let table = control_plane::run(kubectl).unwrap();
        assert!(
            table.starts_with("NAME    READY   STATUS   NAMESPACES   DOMAINS   AGE"),
            "{table}"
        );
        assert!(
            table.contains("voorbeeld.nl") && table.contains("team-a"),
            "{table}"
        );
    }
}
