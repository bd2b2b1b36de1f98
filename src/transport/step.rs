//! One hello of a look at a server's TLS: what it is to find out, and what came of it. Pure.

use serde::{Deserialize, Serialize};

use super::code_points::{Suite, Version};
use super::flight::{Alert, Flight, Malformed};
use super::hello::{MAX_SUITES, Offer};
use super::levels::Level;

/// What a hello is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Probe {
    /// Whether a version is spoken, with all suites that go with it.
    Version(Version),
    /// Whether suites of a low level are taken, where better ones are not offered.
    Suites(Worth),
    /// Which prime field it takes, where nothing else is offered.
    Prime,
    /// Whether it takes a curve below sufficient, where nothing else is offered.
    Curves,
    /// Whether it signs its key exchange with SHA-1, where nothing else is offered (TLS 1.2).
    Sha1,
    /// Whether it signs its key exchange with SHA-224, where nothing else is offered (TLS 1.2).
    Sha224,
    /// Whether it chooses its better suites over those below sufficient, and whether it takes the better at all.
    Order,
    /// Whether it takes the insufficient suite of TLS 1.3.
    Tls13Suites,
}

/// The levels of which a server should take no suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Worth {
    /// Those of [`Level::Insufficient`].
    Insufficient,
    /// Those of [`Level::PhaseOut`].
    PhaseOut,
}

impl Worth {
    /// The level it is.
    pub fn level(self) -> Level {
        match self {
            Self::Insufficient => Level::Insufficient,
            Self::PhaseOut => Level::PhaseOut,
        }
    }
}

/// What a server did with a hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reaction {
    /// It refused with an alert.
    Alert(Alert),
    /// It closed the connection and said nothing.
    Closed,
    /// It went on.
    Hello(Box<Flight>),
    /// It said what TLS does not allow.
    Malformed(Malformed),
}

impl Reaction {
    /// What a flight that answers `offer` comes to.
    pub fn to(offer: &Offer, flight: Flight) -> Self {
        match (&flight.hello, flight.alert) {
            (_, Some(alert)) => Self::Alert(alert),
            (None, None) => Self::Closed,
            (Some(hello), None) if hello.version > offer.version => Self::Malformed(Malformed::Version),
            (Some(hello), None)
                if !offer
                    .suites
                    .iter()
                    .take(MAX_SUITES)
                    .any(|suite| *suite == hello.suite) =>
            {
                Self::Malformed(Malformed::Suite)
            }
            (Some(_), None) => Self::Hello(Box::new(flight)),
        }
    }

    /// The flight of a server that went on.
    pub fn flight(&self) -> Option<&Flight> {
        match self {
            Self::Hello(flight) => Some(flight),
            Self::Alert(_) | Self::Closed | Self::Malformed(_) => None,
        }
    }
}

/// One hello, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it was to find out.
    pub probe: Probe,
    /// The suites it offered.
    pub suites: Vec<Suite>,
    /// What the server did.
    pub reaction: Reaction,
}

impl Step {
    /// Whether the server took nothing of it.
    pub(super) fn was_refused(&self) -> bool {
        matches!(self.reaction, Reaction::Alert(_) | Reaction::Closed)
    }

    /// The version and suite of a server that went on.
    pub fn chosen(&self) -> Option<(Version, Suite)> {
        let hello = self.reaction.flight()?.hello.as_ref()?;
        Some((hello.version, hello.suite))
    }
}
