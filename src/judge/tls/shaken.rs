//! Whether TLS comes about at an address: only a handshake that was finished shows it.
//!
//! What a server chooses in answer to a hello is a promise. It stands for a handshake only where it is beyond what our own client
//! speaks, and the two found nothing in common. Where the server broke off what it had promised, or broke the protocol, none comes
//! about. Where that may be our client's doing it is not known, and never good. Pure, over the looks at one address.

use crate::inquiry::{Halt, Offered, Session, Trouble};
use crate::transport::{Certificate, Step, Version, own};

/// What is known of TLS at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge) enum Shaken<'s> {
    /// Some version of it comes about.
    Done,
    /// None does, in these words.
    Never(&'s str),
    /// It is not known whether one does for others: why none did for us, in these words, and as a trouble.
    Open(&'s str, Trouble),
    /// It was not tried, or not offered.
    Untried,
}

/// What a choice is worth that no handshake followed.
const NOT_FINISHED: &str = "no whole handshake was tried";

/// What a request for a certificate is where no handshake of ours came so far.
const ASKS: &str = "it wants a certificate of whoever delivers, in a TLS that this client does not speak";

/// Whether a server chose what our client does not speak, and asks for a certificate there.
fn asks_beyond(step: &Step) -> bool {
    let flight = step.reaction.flight();
    own::is_beyond(step) && flight.is_some_and(|flight| flight.asks_for_certificate)
}

/// What an unreadable certificate is to those that must read it.
const UNREADABLE: &str = "its certificate cannot be read";

impl<'s> Shaken<'s> {
    /// What all the looks at one address come to.
    pub(in crate::judge) fn of(sessions: &[&'s Session]) -> Self {
        let offering = || {
            let offering = sessions.iter().filter(|session| session.offered == Offered::Yes);
            offering.copied()
        };
        let steps = || offering().flat_map(|session| &session.steps);
        let is_tls = |step: &Step| {
            step.chosen()
                .is_some_and(|(version, _)| version >= Version::TLS10)
        };
        if let Some(seen) = offering().find_map(|session| session.handshake.as_ref()?.as_ref().ok()) {
            let leaf = seen.chain.first().map(|leaf| Certificate::from_der(leaf));
            return match leaf {
                // Who cannot read it checks no signature by it.
                Some(Err(_)) if seen.proven.is_err() => Self::Open(UNREADABLE, Trouble::Malformed),
                _ => Self::Done,
            };
        }
        let failed = offering().find_map(|session| {
            let words = session.handshake.as_ref()?.as_ref().err()?;
            Some((words.as_str(), session.halt))
        });
        let Some((words, halt)) = failed else {
            return match steps().next() {
                None => Self::Untried,
                Some(_) if steps().any(is_tls) => Self::Open(NOT_FINISHED, Trouble::Limit),
                Some(_) => Self::Never(""),
            };
        };
        match halt {
            Some(Halt::Broken) => Self::Never(words),
            Some(Halt::ClientCertificate) => Self::Open(words, Trouble::Refused),
            Some(Halt::Silent) => Self::Open(words, Trouble::Timeout),
            Some(Halt::TooLong | Halt::Ours) => Self::Open(words, Trouble::Limit),
            // That it asks does not show that it insists, and nobody of ours got so far as to be told.
            Some(Halt::Apart) | None if steps().any(asks_beyond) => Self::Open(ASKS, Trouble::Refused),
            Some(Halt::Apart) | None if steps().any(own::is_beyond) => Self::Done,
            // It takes from others what it refused us.
            Some(Halt::Apart) | None if steps().any(is_tls) => Self::Open(words, Trouble::Refused),
            Some(Halt::Apart) | None => Self::Never(words),
        }
    }
}
