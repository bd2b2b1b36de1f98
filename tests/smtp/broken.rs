//! Handshakes that never come about, by real connections: what each is told as, and whose doing it is said to be.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use zegel::inquiry::{Closeness, Halt};

use crate::server::{Act, Server, up_to_tls, with_flight, with_tls};
use crate::{hello, look, message, record, session};

/// A server that asks for a certificate of who connects, and requires it or does without.
fn wanting(
    requires: bool,
    der: &[u8],
    key: &rcgen::KeyPair,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let shown = CertificateDer::from(der.to_vec());
    let mut roots = RootCertStore::empty();
    roots.add(shown.clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let verifier = match requires {
        true => verifier,
        false => verifier.allow_unauthenticated(),
    };
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![shown], key);
    Arc::new(config.unwrap())
}

/// A hello of TLS 1.3, and behind it what nobody can read.
fn damaged() -> Vec<u8> {
    let share = [&[0, 0x1d, 0, 32][..], &[9; 32]].concat();
    let length = |octets: &[u8]| u16::try_from(octets.len()).unwrap().to_be_bytes();
    let extensions = [&[0, 43, 0, 2, 3, 4][..], &[0, 51], &length(&share), &share].concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        // The session the client named is not known here: the library notices that first where it named one.
        &[0, 0x13, 0x02, 0],
        &length(&extensions),
        &extensions,
    ]
    .concat();
    let encrypted = [&[23, 3, 3, 0, 64][..], &[1; 64]].concat();
    [record(&message(2, &body)), encrypted].concat()
}

#[tokio::test]
async fn a_handshake_that_never_comes_about_is_told_with_whose_doing_it_is() {
    let made = rcgen::generate_simple_self_signed(vec!["mx1.voorbeeld.nl".to_owned()]).unwrap();
    let (der, key) = (made.cert.der().to_vec(), made.signing_key);
    let of_client =
        |versions: &[&'static SupportedProtocolVersion]| with_tls(&wanting(true, &der, &key, versions));
    let long: Vec<u8> = message(11, &[0; 200_000])
        .chunks(16_000)
        .flat_map(record)
        .collect();
    let flight = |octets: &[u8]| with_flight(octets);
    let closing = |octets: &[u8]| {
        let mut acts = up_to_tls();
        acts.extend([Act::Hear, Act::Send(octets.to_vec()), Act::Close]);
        acts
    };
    let ended = record(&[hello(0xc02b), message(11, &[0, 0, 0]), message(14, &[])].concat());
    let rows: [(&str, Vec<Act>, Halt, &str); 9] = [
        (
            "a certificate of 200,000 octets",
            flight(&[record(&hello(0xc02b)), long].concat()),
            Halt::TooLong,
            "more than 64 KiB",
        ),
        (
            "TLS 1.2 that requires a client's certificate",
            of_client(&[&version::TLS12]),
            Halt::ClientCertificate,
            "wants a certificate of whoever delivers",
        ),
        (
            "TLS 1.3 that does",
            of_client(&[&version::TLS13]),
            Halt::ClientCertificate,
            "wants a certificate of whoever delivers",
        ),
        ("TLS 1.3 that is damaged", flight(&damaged()), Halt::Broken, ""),
        (
            "plain text",
            flight(b"250 what was that\r\n"),
            Halt::Broken,
            "something that is no TLS",
        ),
        (
            "a suite that was not offered",
            flight(&record(&hello(0x0005))),
            Halt::Broken,
            "breaks the rules of TLS",
        ),
        ("no certificate", flight(&ended), Halt::Broken, ""),
        (
            "a refusal",
            flight(&[21, 3, 3, 0, 2, 2, 40]),
            Halt::Apart,
            "the alert HandshakeFailure",
        ),
        ("an end", closing(&[]), Halt::Apart, "closed the connection"),
    ];
    for (name, script, halt, says) in rows {
        let server = Server::start(vec![script]).await;
        let fact = look(&server, Closeness::Chain).await;
        let session = session(&fact);
        let words = session.handshake.as_ref().unwrap().as_ref().unwrap_err();
        assert_eq!(session.halt, Some(halt), "{name}: {words}");
        assert!(words.contains(says), "{name}: {words}");
    }
    // Who asks for a certificate and does without one is as any other.
    for versions in [&[&version::TLS12][..], &[&version::TLS13]] {
        let asking = wanting(false, &der, &key, versions);
        let server = Server::start(vec![with_tls(&asking)]).await;
        let fact = look(&server, Closeness::Chain).await;
        let session = session(&fact);
        assert!(session.halt.is_none(), "{session:?}");
        assert!(session.handshake.as_ref().unwrap().is_ok(), "{session:?}");
    }
}
