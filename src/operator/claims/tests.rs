//! Whose a domain is, and who is woken when that changes.

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::runtime::watcher;
use serde_json::json;

use super::*;
use crate::api::{MailDomainSpec, Role};
use crate::intent::{Labels, claims};
use crate::operator::grants::Held;
use crate::operator::grants::tests::grant;

fn key(namespace: &str, name: &str) -> Key {
    (namespace.to_owned(), name.to_owned())
}

/// What a spec of these claims.
fn spec(domain: &str, role: Role) -> Option<String> {
    let spec = serde_json::from_value(json!({"domain": domain, "role": role})).unwrap();
    claims(&spec).then(|| domain.to_owned())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn the_oldest_wins_and_its_heir_is_woken() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    let (a, b, c) = (key("x", "a"), key("x", "b"), key("y", "c"));
    assert!(claims.apply(&b, at(2), parked.as_deref()).is_empty());
    assert_eq!(claims.conflict(&b), None);
    assert_eq!(
        claims.apply(&a, at(1), parked.as_deref()),
        std::slice::from_ref(&b),
        "the younger loses it"
    );
    assert!(claims.apply(&c, at(3), parked.as_deref()).is_empty());
    assert!(claims.conflict(&b).unwrap().contains("\"a\""));
    assert_eq!(claims.remove(&a), std::slice::from_ref(&b));
    assert_eq!(claims.conflict(&b), None);
    assert!(claims.remove(&c).is_empty(), "nobody waits for a loser");
}

#[test]
fn who_was_told_the_winners_name_is_told_the_next() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    let (a, b, c, far) = (key("x", "a"), key("x", "b"), key("x", "c"), key("y", "a"));
    for (second, key) in [&a, &b, &c, &far].into_iter().enumerate() {
        claims.apply(key, at(i64::try_from(second).unwrap()), parked.as_deref());
    }
    assert!(claims.conflict(&c).unwrap().contains("\"a\""));
    assert_eq!(
        claims.remove(&a),
        [b, c.clone()],
        "to another namespace the message is the same"
    );
    assert!(claims.conflict(&c).unwrap().contains("\"b\""));
}

#[test]
fn thousands_of_rivals_that_go_together_wake_few() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    let rivals: Vec<Key> = (0..2000)
        .map(|number| key("x", &format!("{number:04}")))
        .collect();
    for rival in &rivals {
        claims.apply(rival, at(1), parked.as_deref());
    }
    let woken: usize = rivals.iter().map(|rival| claims.remove(rival).len()).sum();
    assert!(woken <= rivals.len() * MOST_CONCERNED, "{woken}");
}

#[test]
fn the_message_names_nothing_of_another_namespace() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    claims.apply(&key("secret", "hidden"), at(1), parked.as_deref());
    claims.apply(&key("x", "a"), at(2), parked.as_deref());
    let message = claims.conflict(&key("x", "a")).unwrap();
    assert!(
        !message.contains("secret") && !message.contains("hidden"),
        "{message}"
    );
}

#[test]
fn at_one_moment_namespace_and_name_decide() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    for key in [key("b", "a"), key("a", "b"), key("a", "a")] {
        claims.apply(&key, at(1), parked.as_deref());
    }
    assert_eq!(claims.conflict(&key("a", "a")), None);
    for loser in [key("a", "b"), key("b", "a")] {
        let message = claims.conflict(&loser).unwrap();
        assert!(
            message.contains("in the same second and comes first by namespace and name"),
            "{message}"
        );
    }
    claims.apply(&key("0", "young"), at(2), parked.as_deref());
    let message = claims.conflict(&key("0", "young")).unwrap();
    assert!(message.contains("which is older"), "{message}");
}

#[test]
fn who_only_looks_claims_nothing() {
    let mut claims = Claims::default();
    claims.apply(&key("x", "a"), at(1), spec("a.nl", Role::Mail).as_deref());
    claims.apply(&key("x", "b"), at(2), spec("a.nl", Role::Mail).as_deref());
    claims.apply(&key("x", "c"), at(3), spec("a.nl", Role::Parked).as_deref());
    assert_eq!(claims.conflict(&key("x", "b")), None);
    assert_eq!(claims.conflict(&key("x", "c")), None);
}

#[test]
fn who_stops_claiming_lets_go() {
    let mut claims = Claims::default();
    let parked = spec("a.nl", Role::Parked);
    let (a, b) = (key("x", "a"), key("x", "b"));
    claims.apply(&a, at(1), parked.as_deref());
    claims.apply(&b, at(2), parked.as_deref());
    assert_eq!(
        claims.apply(&a, at(1), spec("a.nl", Role::Mail).as_deref()),
        std::slice::from_ref(&b)
    );
    assert_eq!(
        claims.apply(&a, at(1), parked.as_deref()),
        std::slice::from_ref(&b),
        "and takes it back"
    );
    assert_eq!(
        claims.apply(&a, at(1), None),
        [b],
        "a spec that cannot be read claims nothing"
    );
    assert!(claims.by_domain.len() == 1 && claims.by_object.len() == 1);
}

/// A closed cluster with these grants: for a namespace, about a domain.
fn closed(grants: &[(&str, &str)]) -> Claims {
    let mut claims = Claims::closed(Grants::new(true));
    for (namespace, domain) in grants {
        claims.change_grants(|grants| give(grants, namespace, domain));
    }
    claims
}

fn granted(namespace: &str, domain: &str) -> kube::api::DynamicObject {
    let name = format!("{namespace}.{domain}").replace('*', "all");
    grant(&name, json!({"names": [namespace]}), &[domain])
}

fn give(grants: &mut Grants, namespace: &str, domain: &str) -> bool {
    let event = watcher::Event::Apply(granted(namespace, domain));
    grants.grants.note(&event, Held::read)
}

fn take(grants: &mut Grants, namespace: &str, domain: &str) -> bool {
    let event = watcher::Event::Delete(granted(namespace, domain));
    grants.grants.note(&event, Held::read)
}

#[test]
fn in_a_closed_cluster_the_granted_one_has_it_however_young() {
    let mut claims = closed(&[("y", "a.nl")]);
    let parked = spec("a.nl", Role::Parked);
    let (old, young) = (key("x", "old"), key("y", "young"));
    assert!(claims.apply(&old, at(1), parked.as_deref()).is_empty());
    assert!(
        claims.apply(&young, at(2), parked.as_deref()).is_empty(),
        "nobody's luck turned"
    );
    assert_eq!((claims.refusal(&young), claims.conflict(&young)), (None, None));
    assert!(
        claims
            .refusal(&old)
            .unwrap()
            .contains("names namespace \"x\" and domain \"a.nl\"")
    );
    assert_eq!(
        claims.conflict(&old),
        None,
        "whether somebody else has it is none of its business"
    );
}

#[test]
fn a_grant_that_is_made_lets_the_older_claim_win_and_one_that_is_taken_gives_it_back() {
    let mut claims = closed(&[("y", "a.nl")]);
    let parked = spec("a.nl", Role::Parked);
    let (old, young) = (key("x", "old"), key("y", "young"));
    claims.apply(&old, at(1), parked.as_deref());
    claims.apply(&young, at(2), parked.as_deref());
    let both = [old.clone(), young.clone()];
    assert_eq!(claims.change_grants(|grants| give(grants, "x", "a.nl")), both);
    assert_eq!((claims.refusal(&old), claims.conflict(&old)), (None, None));
    let message = claims.conflict(&young).unwrap();
    assert!(
        message.contains("of another namespace") && !message.contains("old\""),
        "{message}"
    );
    assert_eq!(
        claims.change_grants(|grants| give(grants, "x", "b.nl")),
        [],
        "of no concern"
    );
    assert_eq!(claims.change_grants(|grants| take(grants, "x", "a.nl")), both);
    assert!(claims.refusal(&old).is_some() && claims.conflict(&young).is_none());
}

#[test]
fn grants_add_up_so_what_another_one_still_allows_is_not_revoked() {
    let mut claims = closed(&[("x", "a.nl"), ("x", "*.nl")]);
    let a = key("x", "a");
    claims.apply(&a, at(1), spec("a.nl", Role::Parked).as_deref());
    assert_eq!(claims.change_grants(|grants| take(grants, "x", "a.nl")), []);
    assert_eq!(claims.refusal(&a), None);
    assert_eq!(
        claims.change_grants(|grants| take(grants, "x", "*.nl")),
        std::slice::from_ref(&a)
    );
    assert!(claims.refusal(&a).is_some());
}

#[test]
fn labels_of_a_namespace_that_change_grant_and_revoke() {
    let mut claims = closed(&[]);
    let a = key("x", "a");
    claims.apply(&a, at(1), spec("a.nl", Role::Parked).as_deref());
    let selector = json!({"selector": {"matchLabels": {"team": "mail"}}});
    let event = watcher::Event::Apply(grant("teams", selector, &["*"]));
    assert_eq!(
        claims.change_grants(|grants| grants.grants.note(&event, Held::read)),
        []
    );
    let namespace = Namespace {
        metadata: ObjectMeta {
            name: Some("x".to_owned()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    };
    let event = watcher::Event::Apply(namespace);
    for (team, woken, is_refused) in [("mail", true, false), ("mail", false, false), ("web", true, true)] {
        let labels = || Labels::from([("team".to_owned(), team.to_owned())]);
        let turned = claims.change_grants(|grants| grants.namespaces.note(&event, |_| labels()));
        assert_eq!(!turned.is_empty(), woken, "{team}");
        assert_eq!(claims.refusal(&a).is_some(), is_refused, "{team}");
    }
}

#[test]
fn who_only_looks_needs_no_grant() {
    let mut claims = closed(&[]);
    claims.apply(&key("x", "a"), at(1), spec("a.nl", Role::Mail).as_deref());
    assert_eq!(claims.refusal(&key("x", "a")), None);
}

/// Whether it is looked at is another matter: a slip in a manifest, or a pause, gives its domain to nobody else.
#[test]
fn who_rests_or_has_made_a_slip_keeps_its_claim_and_is_counted() {
    for slip in [
        json!({"domain": "a.nl", "role": "Parked", "suspend": true}),
        json!({"domain": "a.nl", "role": "Mail", "spf": {"mechanisms": ["ip4:nonsense"], "all": "Fail"}}),
        json!({"domain": "a.nl", "role": "Mail", "suspend": true, "dmarc": {"cname": "..", "policy": "Reject"}}),
    ] {
        let mut claims = closed(&[("x", "a.nl"), ("y", "a.nl")]);
        let (first, second) = (key("x", "a"), key("y", "b"));
        let resting: MailDomainSpec = serde_json::from_value(slip.clone()).unwrap();
        assert!(crate::intent::claims(&resting), "{slip}");
        claims.apply(&first, at(1), Some("a.nl"));
        claims.apply(&second, at(2), spec("a.nl", Role::Parked).as_deref());
        assert_eq!(claims.conflict(&first), None, "{slip}");
        assert!(claims.conflict(&second).is_some(), "{slip}");
        // Both claim it; whose it is, is for the claims to say.
        let counted: Vec<GrantSummary> = claims.met().into_values().collect();
        let one = GrantSummary {
            namespaces: 1,
            domains: 1,
        };
        assert_eq!(counted, [one, one], "{slip}");
    }
}

#[test]
fn what_a_grant_comes_to_is_counted_by_namespace_and_domain() {
    let mut claims = closed(&[("x", "*.nl"), ("y", "a.nl"), ("z", "z.nl")]);
    for (namespace, name, domain) in [
        ("x", "a", "a.nl"),
        ("x", "b", "b.nl"),
        ("x", "c", "b.nl"),
        ("x", "d", "d.example"),
        ("y", "a", "a.nl"),
    ] {
        claims.apply(
            &key(namespace, name),
            at(1),
            spec(domain, Role::Parked).as_deref(),
        );
    }
    let met: Vec<_> = claims.met().into_iter().collect();
    let summary = |namespaces, domains| GrantSummary { namespaces, domains };
    let wanted = [
        ("x.all.nl".to_owned(), summary(1, 2)),
        ("y.a.nl".to_owned(), summary(1, 1)),
    ];
    assert_eq!(met, wanted);
}
