//! The certificates of a control plane of our own.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType,
};

use super::Error;

/// A CA, the server's certificate for 127.0.0.1, the administrator's, and the key that signs tokens.
pub(super) fn certificates(dir: &Path) -> Result<(), Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(&[(DnType::CommonName, "zegel-test-ca")]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    fs::write(dir.join("ca.crt"), ca.pem())?;

    let mut server = CertificateParams::default();
    server.distinguished_name = subject(&[(DnType::CommonName, "kube-apiserver")]);
    server.subject_alt_names = vec![
        SanType::IpAddress([127, 0, 0, 1].into()),
        SanType::DnsName("localhost".try_into()?),
    ];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut admin = CertificateParams::default();
    admin.distinguished_name = subject(&[
        (DnType::OrganizationName, "system:masters"),
        (DnType::CommonName, "admin"),
    ]);
    admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    for (name, params) in [("server", server), ("admin", admin)] {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &ca)?;
        fs::write(dir.join(format!("{name}.crt")), certificate.pem())?;
        fs::write(dir.join(format!("{name}.key")), key.serialize_pem())?;
    }
    let tokens = KeyPair::generate()?;
    fs::write(dir.join("service-account.key"), tokens.serialize_pem())?;
    fs::write(dir.join("service-account.pub"), tokens.public_key_pem())?;
    Ok(())
}

fn subject(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in parts {
        name.push(kind.clone(), *value);
    }
    name
}
