//! The DKIM table of MEANING, row by row and both ways: what is Equal, what is Different.

use proptest::prelude::*;

use zegel::records::Class;
use zegel::records::dkim::{DesiredKey, KeyForm, KeyKind, PublicKey, compare, parse};

use crate::keys::*;

fn wanted(key: Option<&str>, flags: &str) -> DesiredKey {
    DesiredKey {
        key: key.map(|text| PublicKey::from_manifest(text).expect("a key")),
        testing: flags.contains('y'),
        strict_identity: flags.contains('s'),
    }
}

fn differences(wanted: &DesiredKey, text: &str) -> Vec<String> {
    let comparison = compare(wanted, &parse(text.as_bytes()));
    assert_eq!(
        comparison.class,
        if comparison.differences.is_empty() {
            Class::Equal
        } else {
            Class::Different
        }
    );
    comparison.differences
}

#[test]
fn what_no_verifier_can_tell_apart_is_equal() {
    let rsa = wanted(Some(RSA_2048), "");
    let folded: String = RSA_2048
        .as_bytes()
        .chunks(64)
        .map(|line| format!("{}\r\n ", std::str::from_utf8(line).expect("ASCII")))
        .collect();
    for text in [
        format!("v=DKIM1; p={RSA_2048}"),
        format!("p={RSA_2048}"),
        format!("v=DKIM1; k=rsa; p={RSA_2048}"),
        format!("v=DKIM1; s=email; p={RSA_2048}"),
        format!("v=DKIM1; s=*; p={RSA_2048}"),
        format!("v=DKIM1; s=tlsrpt:email; p={RSA_2048}"),
        format!("v=DKIM1; h=sha256; p={RSA_2048}"),
        format!("v=DKIM1; h=sha1 : sha256; p={RSA_2048}"),
        format!("v=DKIM1; n=made by hand; p={RSA_2048}"),
        format!("v=DKIM1; g=*; x=1; unknown=yes; p={RSA_2048}"),
        format!("v=DKIM1; t=other; p={RSA_2048}"),
        format!("v=DKIM1;p={RSA_2048};"),
        format!(" v = DKIM1 ; p = {RSA_2048} ; "),
        format!("v=DKIM1; p={folded}"),
        format!("v=DKIM1; p={RSA_2048_PKCS1}"),
    ] {
        assert_eq!(differences(&rsa, &text), Vec::<String>::new(), "{text}");
    }
    let ed25519 = wanted(Some(ED25519), "");
    assert!(differences(&ed25519, &format!("v=DKIM1; k=ed25519; p={ED25519}")).is_empty());
}

#[test]
fn what_a_verifier_can_tell_is_different() {
    let rsa = wanted(Some(RSA_2048), "");
    for (text, want) in [
        (format!("v=DKIM1; t=y; p={RSA_2048}"), "t: want no y, found y"),
        (format!("v=DKIM1; t=s; p={RSA_2048}"), "t: want no s, found s"),
        (
            format!("v=DKIM1; h=sha1; p={RSA_2048}"),
            "h: want sha256, found sha1",
        ),
        (
            format!("v=DKIM1; h=; p={RSA_2048}"),
            "h: want sha256, found nothing",
        ),
        (
            format!("v=DKIM1; s=tlsrpt; p={RSA_2048}"),
            "s: want email, found tlsrpt",
        ),
        (
            format!("v=DKIM1; s=Email; p={RSA_2048}"),
            "s: want email, found Email",
        ),
        (
            format!("v=DKIM1; p={OTHER_RSA_2048}"),
            "p: want RSA 2048 (sha256 ",
        ),
        (
            format!("v=DKIM1; k=ed25519; p={ED25519}"),
            "k: want rsa, found ed25519",
        ),
        ("v=DKIM1; p=".to_owned(), "found it empty (revoked)"),
        ("v=DKIM1; k=rsa".to_owned(), "found none"),
        (format!("v=DKIM1; P={RSA_2048}"), "found none"),
        (format!("v=DKIM1; k=RSA; p={RSA_2048}"), "k: want rsa, found RSA"),
        (format!("v=DKIM2; p={RSA_2048}"), "v: want DKIM1"),
        (
            format!("v=DKIM1; p={RSA_2048}; p={RSA_2048}"),
            "the tag stands there twice",
        ),
        (
            format!("v=DKIM1;; p={RSA_2048}"),
            "nothing stands between two semicolons",
        ),
        (format!("v=DKIM1; rsa; p={RSA_2048}"), "a part has no ="),
        (format!("v=DKIM1; p={}", &RSA_2048[..200]), "cut short"),
        (
            format!("v=DKIM1; p={}", &RSA_2048[..RSA_2048.len() - 3]),
            "cut short: 291 of 294 octets",
        ),
        (
            format!("v=DKIM1; p={}", RSA_512.trim_end_matches('=')),
            "wrong length or with wrong padding",
        ),
        (
            format!("v=DKIM1; p={}\n{}", &RSA_2048[..64], &RSA_2048[64..]),
            "p: want RSA 2048 (sha256 30866418), found a line end in it",
        ),
        (
            format!("v=DKIM1; p=!{RSA_2048}"),
            "octet 1 of the value, !, is no base64",
        ),
        (format!("v=DKIM1; p={ED25519}"), "k=ed25519 is missing"),
        (format!("v=DKIM1; p={EC}"), "elliptic curve"),
    ] {
        let found = differences(&rsa, &text);
        assert!(found.iter().any(|one| one.contains(want)), "{text}: {found:?}");
        assert!(found.iter().all(|one| one.len() <= 256), "{found:?}");
    }
    for (flags, text, want) in [
        ("y", format!("v=DKIM1; p={RSA_2048}"), "t: want y, found none"),
        (
            "s",
            format!("v=DKIM1; t=y; p={RSA_2048}"),
            "t: want s, found none",
        ),
    ] {
        let found = differences(&wanted(Some(RSA_2048), flags), &text);
        assert!(found.iter().any(|one| one == want), "{text}: {found:?}");
    }
    assert!(
        differences(
            &wanted(Some(RSA_2048), "ys"),
            &format!("v=DKIM1; t=s:y; p={RSA_2048}")
        )
        .is_empty()
    );
}

#[test]
fn any_key_takes_whatever_verifiers_accept() {
    let any = wanted(None, "");
    for (text, want) in [
        (format!("v=DKIM1; p={RSA_1024}"), None),
        (format!("v=DKIM1; k=ed25519; p={ED25519}"), None),
        (format!("v=DKIM1; p={RSA_512}"), Some("at least 1024 bits")),
        (format!("v=DKIM1; t=y; p={RSA_2048}"), Some("t: want no y")),
        ("v=DKIM1; p=".to_owned(), Some("revoked")),
        (
            "v=DKIM1; k=mldsa44; p=AAAA".to_owned(),
            Some("k: want rsa or ed25519, found mldsa44"),
        ),
        (
            format!("v=DKIM1; k=ed25519; p={ED25519_SPKI}"),
            Some("wrapped in SubjectPublicKeyInfo"),
        ),
        (
            format!("v=DKIM1; k=ed25519; p={RSA_2048}"),
            Some("an RSA key under k=ed25519"),
        ),
        (
            "v=DKIM1; k=ed25519; p=AAAA".to_owned(),
            Some("3 octets, an Ed25519 key has 32"),
        ),
    ] {
        let found = differences(&any, &text);
        match want {
            None => assert!(found.is_empty(), "{text}: {found:?}"),
            Some(want) => assert!(found.iter().any(|one| one.contains(want)), "{text}: {found:?}"),
        }
    }
}

#[test]
fn canonical_records() {
    for (key, flags, want) in [
        (RSA_2048, "", format!("v=DKIM1; p={RSA_2048}")),
        (RSA_2048_PKCS1, "", format!("v=DKIM1; p={RSA_2048}")),
        (RSA_2048, "ys", format!("v=DKIM1; t=y:s; p={RSA_2048}")),
        (ED25519, "y", format!("v=DKIM1; k=ed25519; t=y; p={ED25519}")),
        (ED25519_SPKI, "s", format!("v=DKIM1; k=ed25519; t=s; p={ED25519}")),
    ] {
        let wanted = wanted(Some(key), flags);
        assert_eq!(wanted.to_text(), Some(want));
    }
    assert_eq!(wanted(None, "y").to_text(), None);
}

fn pem(label: &str, base64: &str) -> String {
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("ASCII"))
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[test]
fn a_manifest_may_hold_a_key_in_every_usual_form() {
    for (text, kind, bits, form) in [
        (RSA_2048.to_owned(), KeyKind::Rsa, 2048, KeyForm::Spki),
        (pem("PUBLIC KEY", RSA_2048), KeyKind::Rsa, 2048, KeyForm::Spki),
        (
            pem("RSA PUBLIC KEY", RSA_2048_PKCS1),
            KeyKind::Rsa,
            2048,
            KeyForm::Pkcs1,
        ),
        (
            format!("  {}\n {}  ", &RSA_4096[..100], &RSA_4096[100..]),
            KeyKind::Rsa,
            4096,
            KeyForm::Spki,
        ),
        (ED25519.to_owned(), KeyKind::Ed25519, 256, KeyForm::Raw),
        (
            pem("PUBLIC KEY", ED25519_SPKI),
            KeyKind::Ed25519,
            256,
            KeyForm::Spki,
        ),
    ] {
        let key = PublicKey::from_manifest(&text).unwrap();
        assert_eq!((key.kind, key.bits, key.form), (kind, bits, form), "{text}");
    }
    let key = PublicKey::from_manifest(&pem("PUBLIC KEY", ED25519_SPKI)).unwrap();
    assert_eq!(key.to_base64(), ED25519);
}

#[test]
fn what_is_no_public_key_is_refused_with_the_reason() {
    for (text, want) in [
        (String::new(), "the key is empty"),
        (format!("v=DKIM1; p={RSA_2048}"), "the key alone"),
        (format!("p={RSA_2048}"), "the key alone"),
        (pem("PRIVATE KEY", "AAAA"), "never belongs in a manifest"),
        (
            "MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
            "never belongs in a manifest",
        ),
        (pem("CERTIFICATE", "AAAA"), "not of a PUBLIC KEY"),
        (format!("-----BEGIN PUBLIC KEY-----\n{RSA_2048}"), "no END line"),
        (
            format!("{}{}", pem("PUBLIC KEY", RSA_2048), pem("PUBLIC KEY", RSA_2048)),
            "one key alone",
        ),
        (RSA_2048[..100].to_owned(), "cut short"),
        (format!("{}AAAA", &RSA_2048[..RSA_2048.len()]), "too many"),
        (EC.to_owned(), "elliptic curve"),
        ("héllo".to_owned(), "is no base64"),
        ("QUJD".to_owned(), "no DER"),
    ] {
        let error = PublicKey::from_manifest(&text).unwrap_err();
        assert!(error.contains(want), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(octets in prop::collection::vec(any::<u8>(), 32), testing: bool, strict_identity: bool) {
        let key = PublicKey::from_p(KeyKind::Ed25519, base64(&octets).as_bytes()).unwrap();
        let wanted = DesiredKey { key: Some(key.clone()), testing, strict_identity };
        let record = parse(wanted.to_text().unwrap().as_bytes());
        prop_assert_eq!(compare(&wanted, &record).class, Class::Equal);
        prop_assert_eq!(record.usable_key(), Some(&key));
        prop_assert_eq!((record.has_flag("y"), record.has_flag("s")), (testing, strict_identity));
    }

    #[test]
    fn any_manifest_text_is_a_key_or_a_sentence(text in ".{0,200}") {
        if let Err(why) = PublicKey::from_manifest(&text) {
            prop_assert!(!why.is_empty());
        }
    }

    #[test]
    fn any_octets_in_p_are_a_key_or_a_reason(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for kind in [KeyKind::Rsa, KeyKind::Ed25519] {
            let _ = PublicKey::from_p(kind, base64(&octets).as_bytes());
            let _ = PublicKey::from_p(kind, &octets);
        }
    }

    #[test]
    fn a_damaged_key_never_panics(at in 0usize..392, octet: u8) {
        let mut text = RSA_2048.as_bytes().to_vec();
        if let Some(place) = text.get_mut(at) {
            *place = octet;
        }
        if let Ok(key) = PublicKey::from_p(KeyKind::Rsa, &text) {
            let _ = (key.weaknesses(), key.describe());
        }
    }
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}
