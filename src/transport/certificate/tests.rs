//! Certificates made for the purpose, read back; and every way to break one.

use proptest::prelude::*;
use rcgen::{
    CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    PKCS_RSA_SHA256, SignatureAlgorithm, date_time_ymd,
};

use super::*;

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "mx1.voorbeeld.nl");
    params.not_before = date_time_ymd(2026, 1, 2);
    params.not_after = date_time_ymd(2057, 3, 4);
    params
}

fn made(names: &[&str], algorithm: &'static SignatureAlgorithm) -> (Vec<u8>, KeyPair) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = params(names).self_signed(&key).unwrap();
    (certificate.der().to_vec(), key)
}

#[test]
fn key_signature_names_and_dates_are_read() {
    for (algorithm, key, signature) in [
        (
            &PKCS_ECDSA_P256_SHA256,
            Key::Ec(Some(Group(23))),
            Signature::Ecdsa(Hash::Sha256),
        ),
        (
            &PKCS_ECDSA_P384_SHA384,
            Key::Ec(Some(Group(24))),
            Signature::Ecdsa(Hash::Sha384),
        ),
        (&PKCS_ED25519, Key::Ed25519, Signature::Ed25519),
        (&PKCS_RSA_SHA256, Key::Rsa(2048), Signature::Rsa(Hash::Sha256)),
    ] {
        let (der, _) = made(&["mx1.voorbeeld.nl", "*.post.example"], algorithm);
        let read = Certificate::from_der(&der).unwrap();
        assert_eq!((&read.key, &read.signature), (&key, &signature));
        assert_eq!(read.dns_names, ["mx1.voorbeeld.nl", "*.post.example"]);
        assert_eq!(read.common_name.as_deref(), Some("mx1.voorbeeld.nl"));
        // Before 2050 dates are UTCTime, from then on GeneralizedTime (RFC 5280 4.1.2.5).
        assert_eq!(read.not_before.to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(read.not_after.to_string(), "2057-03-04T00:00:00Z");
        assert!(read.is_self_issued);
        assert!(read.is_valid_at("2030-01-01T00:00:00Z".parse().unwrap()));
        assert!(!read.is_valid_at("2025-01-01T00:00:00Z".parse().unwrap()));
    }
}

/// What `3 1 1` is the digest of must be the octets of the certificate, not a copy that is spelled otherwise.
#[test]
fn the_public_key_stands_in_the_certificate_octet_by_octet() {
    let (der, key) = made(&["mx1.voorbeeld.nl"], &PKCS_ECDSA_P256_SHA256);
    let read = Certificate::from_der(&der).unwrap();
    assert_eq!(
        read.public_key_info,
        rcgen::PublicKeyData::subject_public_key_info(&key)
    );
    let at = der
        .windows(read.public_key_info.len())
        .position(|part| part == read.public_key_info);
    assert!(at.is_some());
}

#[test]
fn a_certificate_is_for_the_hosts_it_names() {
    let (der, _) = made(
        &["mx1.voorbeeld.nl", "*.post.example", "*.nl"],
        &PKCS_ECDSA_P256_SHA256,
    );
    let read = Certificate::from_der(&der).unwrap();
    for (host, is_for) in [
        ("mx1.voorbeeld.nl", true),
        ("MX1.Voorbeeld.NL", true),
        ("mx2.voorbeeld.nl", false),
        ("a.post.example", true),
        ("post.example", false),
        ("a.b.post.example", false),
        // A whole top level domain is nobody's.
        ("voorbeeld.nl", false),
    ] {
        assert_eq!(read.is_for(&host.parse().unwrap()), is_for, "{host}");
    }
    // The common name alone counts for nothing.
    let (der, _) = made(&["other.example"], &PKCS_ECDSA_P256_SHA256);
    assert!(
        !Certificate::from_der(&der)
            .unwrap()
            .is_for(&"mx1.voorbeeld.nl".parse().unwrap())
    );
}

#[test]
fn one_of_an_issuer_is_not_self_issued() {
    let (_, issuer_key) = made(&[], &PKCS_ECDSA_P256_SHA256);
    let mut issuer = CertificateParams::default();
    issuer.distinguished_name.push(DnType::CommonName, "A root");
    let issuer = rcgen::Issuer::from_params(&issuer, &issuer_key);
    let key = KeyPair::generate().unwrap();
    let leaf = params(&["mx1.voorbeeld.nl"]).signed_by(&key, &issuer).unwrap();
    assert!(!Certificate::from_der(leaf.der()).unwrap().is_self_issued);
}

proptest! {
    #[test]
    fn a_broken_certificate_is_unreadable_and_breaks_nothing(
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let (whole, _) = made(&["mx1.voorbeeld.nl"], &PKCS_ECDSA_P256_SHA256);
        let at = at.index(whole.len());
        prop_assert!(Certificate::from_der(&whole[..at]).is_err());
        let mut bent = whole.clone();
        bent[at] = octet;
        let _ = Certificate::from_der(&bent);
    }
}
