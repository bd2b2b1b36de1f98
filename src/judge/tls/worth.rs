//! What was seen of a server's TLS, each with its level by the guidelines. Pure, over one look.

use std::fmt;

use super::EDITION;
use super::shaken::Shaken;
use crate::inquiry::{Offered, Session};
use crate::rules::{Rule, tls as rules};
use crate::transport::{
    Certificate, KeyExchange, Level, Lower, Preference, Probe, Step, Suite, Version, own, preference,
};

/// Something that was seen and has a level.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::judge) struct Trait {
    pub(in crate::judge) of: Of,
    pub(in crate::judge) level: Level,
    /// What it is: `TLS 1.0`.
    pub(in crate::judge) what: String,
}

/// Of what kind it is, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::judge) enum Of {
    Version,
    Suite,
    Order,
    Group,
    Hash,
    Compression,
    Renegotiation,
    MasterSecret,
    Key,
    Signature,
}

impl Of {
    /// The rule one that is too low breaks.
    pub(super) fn rule(self) -> &'static Rule {
        match self {
            Self::Version => &rules::OLD_VERSION,
            Self::Suite => &rules::WEAK_SUITE,
            Self::Order => &rules::NO_ORDER,
            Self::Group => &rules::WEAK_GROUP,
            Self::Hash => &rules::WEAK_HASH,
            Self::Compression => &rules::COMPRESSION,
            Self::Renegotiation => &rules::INSECURE_RENEGOTIATION,
            Self::MasterSecret => &rules::NO_EXTENDED_MASTER_SECRET,
            Self::Key => &rules::WEAK_KEY,
            Self::Signature => &rules::WEAK_SIGNATURE,
        }
    }

    /// What is wanted instead, in a few words.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Version => "TLS 1.2 or TLS 1.3",
            Self::Suite => "no suite below sufficient",
            Self::Order => "a server that chooses its best suite",
            Self::Group => "no group below sufficient",
            Self::Hash => "key exchanges signed with SHA-256 or more",
            Self::Compression => "no compression",
            Self::Renegotiation => "secure renegotiation",
            Self::MasterSecret => "the extended master secret",
            Self::Key => "a certificate's key on P-256 and up, or of RSA with 3072 bits",
            Self::Signature => "certificates signed with SHA-256 or more",
        }
    }
}

impl Trait {
    /// The best there is of its kind.
    pub(super) fn best(&self) -> Level {
        match self.of {
            Of::Group | Of::Hash => Level::Sufficient,
            _ => Level::Good,
        }
    }
}

impl fmt::Display for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.level)
    }
}

/// What was agreed on, in a line.
pub(super) fn in_a_word(session: &Session) -> String {
    match (&session.offered, &session.handshake) {
        (Offered::Absent, _) => "no STARTTLS".to_owned(),
        (Offered::Refused(words), _) => format!("STARTTLS refused: {words}"),
        (Offered::Yes, Some(Ok(seen))) => {
            let leaf = seen
                .chain
                .first()
                .and_then(|leaf| Certificate::from_der(leaf).ok());
            let key = leaf.map_or(String::new(), |leaf| format!(", {}", leaf.key));
            format!("{}, {}{key}", seen.version, seen.suite)
        }
        (Offered::Yes, _) => match (Shaken::of(&[session]), chosen_beyond(session)) {
            (Shaken::Done, Some((version, suite))) => format!("{version}, {suite}"),
            (Shaken::Open(..), _) => "STARTTLS, and no TLS comes about from here".to_owned(),
            _ => "STARTTLS, and no TLS comes about".to_owned(),
        },
    }
}

/// The best a server chose of what our own client does not speak.
fn chosen_beyond(session: &Session) -> Option<(Version, Suite)> {
    let beyond = session.steps.iter().filter(|step| own::is_beyond(step));
    beyond.filter_map(Step::chosen).max()
}

/// All that was seen in one look and has a level.
pub(in crate::judge) fn traits(session: &Session) -> Vec<Trait> {
    let mut all = Vec::new();
    let mut add = |of, level, what: String| all.push(Trait { of, level, what });
    let agreed = session
        .handshake
        .iter()
        .flatten()
        .map(|seen| (seen.version, seen.suite));
    for (version, suite) in session.steps.iter().filter_map(Step::chosen).chain(agreed) {
        add(Of::Version, EDITION.version(version), version.to_string());
        add(Of::Suite, EDITION.suite(suite), suite.to_string());
    }
    for step in &session.steps {
        let Some(flight) = step.reaction.flight() else {
            continue;
        };
        let Some(hello) = &flight.hello else { continue };
        if let Some(group) = hello.group {
            add(Of::Group, EDITION.group(group), group.to_string());
        }
        if let Some(exchange) = &flight.exchange {
            add(Of::Group, EDITION.exchange(exchange), shown(exchange));
            if let Some(scheme) = exchange.scheme() {
                add(
                    Of::Hash,
                    EDITION.scheme(scheme).min(Level::Sufficient),
                    scheme.to_string(),
                );
            }
        }
        if hello.compresses {
            add(Of::Compression, Level::Insufficient, "DEFLATE".to_owned());
        }
        // SSL 3.0 is asked without extensions, and TLS 1.3 needs none of these.
        let is_asked = step.probe != Probe::Version(Version::SSL30) && hello.version < Version::TLS13;
        if is_asked && !hello.secure_renegotiation {
            add(Of::Renegotiation, Level::Insufficient, "none".to_owned());
        }
        if is_asked && hello.version == Version::TLS12 && !hello.extended_master_secret {
            add(Of::MasterSecret, Level::Insufficient, "none".to_owned());
        }
    }
    if let Preference::Worse(worse, better) = preference(EDITION, Lower::All, &session.steps) {
        add(
            Of::Order,
            Level::Insufficient,
            format!("{worse}, although it takes {better}"),
        );
    }
    for (number, der) in certificates(session).iter().enumerate() {
        let Ok(certificate) = Certificate::from_der(der) else {
            continue;
        };
        // A root is trusted for being there, whatever it is signed with.
        if number > 0 && certificate.is_self_issued {
            continue;
        }
        let whose = if number == 0 { "its own" } else { "an issuer's" };
        let (key, signature) = (&certificate.key, &certificate.signature);
        add(Of::Key, EDITION.key(key), format!("{key}, {whose}"));
        if !certificate.is_self_issued {
            add(
                Of::Signature,
                EDITION.signature(signature),
                format!("{signature}, {whose}"),
            );
        }
    }
    all
}

/// The certificates that were sent: by the whole handshake, else in the clear.
pub(in crate::judge) fn certificates(session: &Session) -> &[Vec<u8>] {
    if let Some(Ok(seen)) = &session.handshake {
        return &seen.chain;
    }
    let flights = session.steps.iter().filter_map(|step| step.reaction.flight());
    let sent = flights.map(|flight| &flight.certificates);
    sent.into_iter()
        .find(|sent| !sent.is_empty())
        .map_or(&[], Vec::as_slice)
}

fn shown(exchange: &KeyExchange) -> String {
    match exchange {
        KeyExchange::Dhe {
            group: Some(group), ..
        } => group.to_string(),
        KeyExchange::Dhe {
            group: None, bits, ..
        } => format!("DHE of {bits} bits in a field that is none of RFC 7919"),
        KeyExchange::Ecdhe {
            group: Some(group), ..
        } => group.to_string(),
        KeyExchange::Ecdhe { group: None, .. } => "a curve of its own".to_owned(),
    }
}
