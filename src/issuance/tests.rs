//! Which key is current and which is next, whose authority counts, and that nothing brings the reader down.

use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
use serde_json::json;

use super::*;

fn authority() -> (String, Issuer<'static, KeyPair>, KeyPair) {
    let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::default());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    let own = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    (pem, Issuer::new(params, key), own)
}

fn record(usage: u8, key: &KeyPair) -> Tlsa {
    Tlsa {
        usage,
        ..Tlsa::of_key(&key.subject_public_key_info())
    }
}

fn params() -> CertificateParams {
    CertificateParams::new(["mx1.voorbeeld.nl".to_owned()]).unwrap()
}

/// A request as cert-manager makes it.
fn request(revision: i64, key: &KeyPair, status: Value) -> Value {
    let csr = params().serialize_request(key).unwrap().pem().unwrap();
    json!({
        "metadata": {
            "name": format!("mx1-{revision}"),
            "annotations": {CERTIFICATE: "mx1", REVISION: revision.to_string()},
        },
        "spec": {"request": STANDARD.encode(csr)},
        "status": status,
    })
}

fn pending() -> Value {
    json!({"conditions": [{"type": "Approved", "status": "True"}, {"type": "Ready", "status": "False", "reason": "Pending"}]})
}

fn ready(key: &KeyPair) -> (Value, Tlsa) {
    let (ca, issuer, own) = authority();
    (with(&signed(key, &issuer), &[&ca]), record(2, &own))
}

fn signed(key: &KeyPair, issuer: &Issuer<'static, KeyPair>) -> String {
    params().signed_by(key, issuer).unwrap().pem()
}

/// Issued, with these certificates behind it.
fn with(leaf: &str, above: &[&str]) -> Value {
    json!({
        "conditions": [{"type": "Ready", "status": "True", "reason": "Issued"}],
        "certificate": STANDARD.encode(leaf.to_owned() + &above.concat()),
    })
}

fn of(objects: &[Value]) -> Issued {
    let read: Vec<Request> = objects.iter().filter_map(Request::read).collect();
    issued(&read)
}

fn keys_of(issued: Issued) -> Keys {
    match issued {
        Issued::Keys(keys) => keys,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_newest_that_was_issued_is_current_and_what_waits_behind_it_is_next() {
    let (one, two, three) = [(); 3].map(|()| KeyPair::generate().unwrap()).into();
    let (first, _) = ready(&one);
    let (second, issuer) = ready(&two);
    let objects = [
        request(3, &three, pending()),
        request(1, &one, first),
        request(2, &two, second.clone()),
    ];
    let keys = keys_of(of(&objects));
    assert_eq!((keys.revision, &keys.current), (2, &record(3, &two)));
    assert_eq!(keys.next, Some(record(3, &three)));
    assert_eq!(keys.issuer, Some(issuer));
    assert_eq!(keys.rotates, Some(true));
    // One that came to nothing is no next one.
    for failed in [
        json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Failed"}]}),
        json!({"conditions": [{"type": "Denied", "status": "True"}, {"type": "Ready", "status": "False", "reason": "Denied"}]}),
        json!({"conditions": [{"type": "InvalidRequest", "status": "True"}]}),
    ] {
        let keys = keys_of(of(&[
            request(2, &two, second.clone()),
            request(3, &three, failed),
        ]));
        assert_eq!((keys.next, keys.rotates), (None, None));
    }
}

#[test]
fn whether_a_key_stays_is_shown_by_two_revisions_or_said() {
    let (one, two) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let issued = |revision, key: &KeyPair| request(revision, key, ready(key).0);
    let said = |mut object: Value, policy: &str| {
        object["metadata"]["annotations"][ROTATION] = policy.into();
        object
    };
    for (objects, rotates) in [
        (vec![issued(1, &one)], None),
        (vec![issued(1, &one), issued(2, &one)], Some(false)),
        (vec![issued(1, &one), request(2, &one, pending())], Some(false)),
        (vec![issued(1, &one), issued(2, &two)], Some(true)),
        (vec![said(issued(1, &one), "Never")], Some(false)),
        (vec![said(issued(1, &one), "Always")], Some(true)),
        (vec![said(issued(1, &one), "Sometimes")], None),
    ] {
        assert_eq!(keys_of(of(&objects)).rotates, rotates, "{}", objects.len());
    }
}

/// What stands behind a certificate is no authority of it for standing there: below another's record nothing verifies.
#[test]
fn the_authority_is_the_one_that_issued_it() {
    let key = KeyPair::generate().unwrap();
    let ((ca, issuer, own), (other, _, _)) = (authority(), authority());
    let leaf = signed(&key, &issuer);
    let of_issuer = Some(record(2, &own));
    for (above, expected) in [
        (&[&*ca][..], of_issuer.clone()),
        (&[&*ca, &*other], of_issuer.clone()),
        (&[&*other, &*ca], of_issuer.clone()),
        (&[&*other], None),
        (&[&*other, &*other], None),
        (&[&*leaf], None),
        (&[], None),
    ] {
        let keys = keys_of(of(&[request(1, &key, with(&leaf, above))]));
        assert_eq!(keys.current, record(3, &key));
        assert_eq!(keys.issuer, expected, "{}", above.len());
    }
    // By another name and the same key: nothing leads there either.
    let mut renamed = CertificateParams::default();
    renamed.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    renamed
        .distinguished_name
        .push(rcgen::DnType::CommonName, "another");
    let renamed = renamed.self_signed(&own).unwrap().pem();
    let keys = keys_of(of(&[request(1, &key, with(&leaf, &[&renamed]))]));
    assert_eq!(keys.issuer, None);
    // One that signs itself has none above it.
    let alone = params().self_signed(&key).unwrap().pem();
    assert_eq!(keys_of(of(&[request(1, &key, with(&alone, &[]))])).issuer, None);
}

#[test]
fn another_authority_than_the_one_before_is_seen() {
    let (one, two) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let ((first, a), (second, b)) = (ready(&one), ready(&two));
    let alone = with(&signed(&two, &authority().1), &[]);
    for (objects, before) in [
        (vec![request(1, &one, first.clone())], None),
        (
            vec![request(1, &one, first.clone()), request(2, &one, first.clone())],
            None,
        ),
        (
            vec![request(1, &one, first.clone()), request(2, &two, second.clone())],
            Some(&a),
        ),
        (
            vec![request(2, &one, first.clone()), request(1, &two, second.clone())],
            Some(&b),
        ),
        // What is not known is no other; what waits has none yet.
        (
            vec![request(1, &one, first.clone()), request(2, &two, alone.clone())],
            None,
        ),
        (
            vec![request(1, &two, alone), request(2, &one, first.clone())],
            None,
        ),
        (vec![request(1, &one, first), request(2, &two, pending())], None),
    ] {
        assert_eq!(
            keys_of(of(&objects)).issuer_before.as_ref(),
            before,
            "{objects:?}"
        );
    }
}

/// A Certificate that is deleted and made anew counts from the first revision again, while requests of before are there.
#[test]
fn revisions_count_within_one_certificate() {
    let [old, older, new, next] = [(); 4].map(|()| KeyPair::generate().unwrap());
    let owned = |mut object: Value, uid: &str, created: &str| {
        object["metadata"]["ownerReferences"] = json!([{"kind": "Certificate", "name": "mx1", "uid": uid}]);
        object["metadata"]["creationTimestamp"] = created.into();
        object
    };
    let issued = |revision, key: &KeyPair| request(revision, key, ready(key).0);
    let before = [
        owned(issued(4, &older), "b", "2026-01-01T00:00:00Z"),
        owned(issued(5, &old), "b", "2026-03-01T00:00:00Z"),
    ];
    let after = |objects: &[Value]| {
        let mut all = before.to_vec();
        all.extend_from_slice(objects);
        all.reverse();
        keys_of(of(&all))
    };
    // Issued anew: the numbers and the keys of the one before count no more.
    let keys = after(&[owned(issued(1, &new), "a", "2026-05-01T00:00:00Z")]);
    assert_eq!((keys.revision, &keys.current), (1, &record(3, &new)));
    assert_eq!(
        (&keys.next, keys.rotates, &keys.issuer_before),
        (&None, None, &None)
    );
    // Being issued: the key of before is in use, and what is asked for is next.
    let keys = after(&[owned(request(1, &next, pending()), "a", "2026-05-01T00:00:00Z")]);
    assert_eq!((keys.revision, &keys.current), (5, &record(3, &old)));
    assert_eq!((keys.next, keys.rotates), (Some(record(3, &next)), Some(true)));
    // Renewed since: within one the numbers tell.
    let keys = after(&[
        owned(issued(1, &new), "a", "2026-05-01T00:00:00Z"),
        owned(request(2, &next, pending()), "a", "2026-06-01T00:00:00Z"),
    ]);
    assert_eq!((keys.revision, &keys.current), (1, &record(3, &new)));
    assert_eq!((keys.next, keys.rotates), (Some(record(3, &next)), Some(true)));
    // What was left waiting of the one before is nobody's next.
    let mut left = before.to_vec();
    left.push(owned(request(6, &next, pending()), "b", "2026-04-01T00:00:00Z"));
    left.push(owned(issued(1, &new), "a", "2026-05-01T00:00:00Z"));
    let keys = keys_of(of(&left));
    assert_eq!((&keys.current, &keys.next), (&record(3, &new), &None));
}

#[test]
fn what_has_no_key_yet_is_told_apart() {
    let key = KeyPair::generate().unwrap();
    let failed = json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Failed"}]});
    let unreadable = json!({"conditions": [{"type": "Ready", "status": "True"}], "certificate": "AAAA"});
    for (objects, says) in [
        (vec![], "no CertificateRequest of it is there"),
        (vec![request(1, &key, pending())], "not issued yet"),
        (vec![request(1, &key, json!({}))], "not issued yet"),
        (vec![request(1, &key, failed)], "came to nothing"),
        (vec![request(1, &key, unreadable)], "not issued yet"),
    ] {
        let Issued::Absent(why) = of(&objects) else {
            panic!("{objects:?}");
        };
        assert!(why.contains(says), "{why}");
    }
    // Made by hand, for no Certificate: nobody can name it.
    assert_eq!(Request::read(&json!({"metadata": {"name": "x"}})), None);
    let owned = json!({"metadata": {"ownerReferences": [{"kind": "Certificate", "name": "mx1"}]}});
    assert_eq!(Request::read(&owned).unwrap().certificate, "mx1");
}

proptest! {
    #[test]
    fn no_octets_bring_the_reader_down(octets: Vec<u8>, ready: bool) {
        let field = STANDARD.encode(&octets);
        let status = if ready { "True" } else { "False" };
        let object = json!({
            "metadata": {"annotations": {CERTIFICATE: "mx1", REVISION: field.clone()}},
            "spec": {"request": field.clone()},
            "status": {"conditions": [{"type": "Ready", "status": status}], "certificate": field},
        });
        let read = Request::read(&object);
        prop_assert!(read.is_some_and(|request| request.requested.is_none()));
    }
}
