//! A server that has had enough of us before all of its TLS was seen: what it refuses from then on shows nothing.

use zegel::inquiry::Closeness;

use super::server::{Act, Server, say, self_signed, up_to_tls, with_flight, with_tls};
use super::{look, session};

/// An alert that refuses a handshake.
const REFUSAL: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

#[tokio::test]
async fn a_refusal_counts_only_of_a_server_that_still_takes_what_it_took() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let closing = || [up_to_tls(), vec![Act::Hear, Act::Close]].concat();
    let plain = vec![say("220 mx1\r\n"), Act::Hear, say("250 mx1\r\n"), Act::Hear];
    let (refuses, offers_no_more, busy) = (
        "it refuses in the end what it took before",
        "it offered TLS no more",
        "421 enough",
    );
    for (name, last, says) in [
        ("closes behind its go-ahead", closing(), refuses),
        ("answers with an alert", with_flight(&REFUSAL), refuses),
        ("has no STARTTLS any more", plain, offers_no_more),
        ("says so", vec![say("421 enough\r\n")], busy),
    ] {
        for sound in [1, 2, 5] {
            let scripts = std::iter::repeat_n(with_tls(&config), sound);
            let server = Server::start(scripts.chain([last.clone()]).collect()).await;
            let fact = look(&server, Closeness::Profile).await;
            assert_eq!(
                session(&fact).cut_short.as_deref(),
                Some(says),
                "{name} after {sound}"
            );
        }
    }
}

#[tokio::test]
async fn who_takes_no_hello_at_all_was_not_seen() {
    let closing = [up_to_tls(), vec![Act::Hear, Act::Close]].concat();
    for script in [closing, with_flight(&REFUSAL)] {
        let server = Server::start(vec![script]).await;
        let fact = look(&server, Closeness::Profile).await;
        assert_eq!(
            session(&fact).cut_short.as_deref(),
            Some("it took none of the hellos")
        );
        // Nothing more is asked than whether any version is spoken.
        assert_eq!(server.count(), session(&fact).steps.len());
    }
}

#[tokio::test]
async fn a_look_at_the_certificates_asks_no_more_for_it() {
    let (_, config) = self_signed(&["mx1.voorbeeld.nl"]);
    let server = Server::start(vec![with_tls(&config), with_flight(&REFUSAL)]).await;
    let fact = look(&server, Closeness::Chain).await;
    assert_eq!((session(&fact).cut_short.as_deref(), server.count()), (None, 2));
}
