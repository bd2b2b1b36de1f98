//! A server's first flight, read from the clear: hello, certificates, key exchange, alert (RFC 8446 4, RFC 5246 7).
//!
//! The flight ends with ServerHelloDone up to TLS 1.2, with the ServerHello or HelloRetryRequest under TLS 1.3, and
//! with a fatal alert always. Records may be cut anywhere and messages may lie across them or many in one: what
//! arrives is put together first, and read message by message.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::code_points::{Exchange, Group, Scheme, Suite, Version};
use super::octets::Octets;

/// A flight is at most this long, in octets on the wire.
pub const MAX_OCTETS: usize = 64 * 1024;

/// A record holds at most this much: 2^14 octets, and what encryption may add (RFC 5246 6.2.3).
const MAX_RECORD: usize = (1 << 14) + 2048;

/// What a server said before anything is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// Its hello, or under TLS 1.3 its wish for another key share.
    pub hello: Option<ServerHello>,
    /// The certificates as they were sent, each in DER; under TLS 1.3 they are encrypted, and none is here.
    pub certificates: Vec<Vec<u8>>,
    /// With what the key is to be agreed; `None` where the suite needs nothing said (RSA), and under TLS 1.3.
    pub exchange: Option<KeyExchange>,
    /// Whether it asks its client for a certificate (RFC 5246 7.4.4): in the clear up to TLS 1.2 alone. Whether it takes none for
    /// an answer is not said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_for_certificate: bool,
    /// The alert it ended with.
    pub alert: Option<Alert>,
}

/// ServerHello or HelloRetryRequest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerHello {
    /// The version chosen: that of `supported_versions` where it is there.
    pub version: Version,
    /// The suite chosen.
    pub suite: Suite,
    /// Whether it compresses (RFC 3749), which leaks what is encrypted (RFC 7525 3.3).
    pub compresses: bool,
    /// Whether the master secret is bound to the handshake (RFC 7627).
    pub extended_master_secret: bool,
    /// Whether renegotiation is bound to the connection (RFC 5746).
    pub secure_renegotiation: bool,
    /// The group of its key share, or the one it asks for (TLS 1.3).
    pub group: Option<Group>,
    /// Whether it asks for another key share first (RFC 8446 4.1.4).
    pub is_retry: bool,
}

/// ServerKeyExchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyExchange {
    /// In a prime field (RFC 5246 7.4.3).
    Dhe {
        /// The field, where it is one of RFC 7919 with its generator 2.
        group: Option<Group>,
        /// The size of the prime, in bits.
        bits: usize,
        /// What it is signed with; none below TLS 1.2, and where nobody is authenticated.
        scheme: Option<Scheme>,
    },
    /// On a curve (RFC 8422 5.4).
    Ecdhe {
        /// The curve; none where its parameters are spelled out.
        group: Option<Group>,
        /// What it is signed with; none below TLS 1.2, and where nobody is authenticated.
        scheme: Option<Scheme>,
    },
}

impl KeyExchange {
    /// What it is signed with.
    pub fn scheme(&self) -> Option<Scheme> {
        match self {
            Self::Dhe { scheme, .. } | Self::Ecdhe { scheme, .. } => *scheme,
        }
    }
}

/// An alert (RFC 8446 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Alert(pub u8);

impl std::fmt::Display for Alert {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            40 => "handshake_failure",
            47 => "illegal_parameter",
            50 => "decode_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            109 => "missing_extension",
            112 => "unrecognized_name",
            other => return write!(f, "alert {other}"),
        };
        f.write_str(name)
    }
}

/// Why what came is no flight.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error, Serialize, Deserialize,
)]
#[non_exhaustive]
pub enum Malformed {
    /// A message whose inside does not fit its length.
    #[error("a {0} that does not hold what it must")]
    Message(Kind),
    /// It does not begin as a TLS record does.
    #[error("octets that are no TLS record")]
    NotTls,
    /// A message that has no place there.
    #[error("a message out of turn")]
    OutOfTurn,
    /// A record longer than any may be.
    #[error("a record longer than TLS allows")]
    RecordTooLong,
    /// The server chose a suite it was not offered (RFC 8446 4.1.3).
    #[error("a suite that was not offered")]
    Suite,
    /// More than [`MAX_OCTETS`].
    #[error("more than 65536 octets before the handshake's first flight ended")]
    TooLong,
    /// The server chose a version above the one offered.
    #[error("a version that was not offered")]
    Version,
}

/// The kinds of messages that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Certificate.
    Certificate,
    /// ServerHello.
    ServerHello,
    /// ServerKeyExchange.
    ServerKeyExchange,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "Certificate",
            Self::ServerHello => "ServerHello",
            Self::ServerKeyExchange => "ServerKeyExchange",
        })
    }
}

/// Reads a flight as it comes, in pieces of any size.
#[derive(Debug, Default)]
pub struct FlightReader {
    /// What came and is no whole record yet.
    wire: Vec<u8>,
    /// The insides of the records, as far as they are no whole message yet.
    messages: Vec<u8>,
    /// How much came in all.
    taken: usize,
    flight: Flight,
}

impl FlightReader {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on; the flight, when it is whole.
    ///
    /// # Errors
    /// When what came is no flight; nothing more is to be read then.
    pub fn push(&mut self, octets: &[u8]) -> Result<Option<Flight>, Malformed> {
        self.taken = self.taken.saturating_add(octets.len());
        self.wire.extend_from_slice(octets);
        let wire = std::mem::take(&mut self.wire);
        let mut rest = Octets::new(&wire);
        let mut used = 0;
        while let Some((kind, content)) = record(&mut rest)? {
            used += 5 + content.len();
            if self.take_record(kind, content)? {
                return Ok(Some(std::mem::take(&mut self.flight)));
            }
        }
        self.wire = wire.get(used..).unwrap_or_default().to_vec();
        match self.taken > MAX_OCTETS {
            true => Err(Malformed::TooLong),
            false => Ok(None),
        }
    }

    /// Takes one record's inside; whether the flight is whole.
    fn take_record(&mut self, kind: u8, content: &[u8]) -> Result<bool, Malformed> {
        match kind {
            // For the sake of old boxes on the way it is sent under TLS 1.3 too (RFC 8446 D.4).
            20 => Ok(false),
            21 => {
                let &[level, description] = content else {
                    return Ok(false);
                };
                // A warning, of a name it does not know, say, ends nothing (RFC 6066 3).
                if level == 1 && description != 0 {
                    return Ok(false);
                }
                self.flight.alert = Some(Alert(description));
                Ok(true)
            }
            22 => {
                self.messages.extend_from_slice(content);
                self.read_messages()
            }
            _ => Err(Malformed::OutOfTurn),
        }
    }

    fn read_messages(&mut self) -> Result<bool, Malformed> {
        let messages = std::mem::take(&mut self.messages);
        let mut rest = Octets::new(&messages);
        let mut used = 0;
        loop {
            let mut ahead = rest;
            let (Some(kind), Some(body)) = (ahead.u8(), ahead.longest()) else {
                break;
            };
            rest = ahead;
            used += 4 + body.len();
            if self.take_message(kind, body)? {
                return Ok(true);
            }
        }
        self.messages = messages.get(used..).unwrap_or_default().to_vec();
        Ok(false)
    }

    /// Takes one message; whether the flight is whole.
    fn take_message(&mut self, kind: u8, body: &[u8]) -> Result<bool, Malformed> {
        match (kind, &self.flight.hello) {
            // HelloRequest may come at any time, and says nothing (RFC 5246 7.4.1.1).
            (0, _) => Ok(false),
            (2, None) => {
                let hello = server_hello(body).ok_or(Malformed::Message(Kind::ServerHello))?;
                let is_tls13 = hello.version >= Version::TLS13;
                self.flight.hello = Some(hello);
                Ok(is_tls13)
            }
            (11, Some(_)) => {
                let certificates = certificates(body).ok_or(Malformed::Message(Kind::Certificate))?;
                self.flight.certificates = certificates;
                Ok(false)
            }
            (12, Some(hello)) => {
                let exchange = exchange(hello, body);
                self.flight.exchange = exchange.ok_or(Malformed::Message(Kind::ServerKeyExchange))?;
                Ok(false)
            }
            (14, Some(_)) => Ok(true),
            (13, Some(_)) => {
                self.flight.asks_for_certificate = true;
                Ok(false)
            }
            // CertificateStatus, and what is yet to come.
            (15.., Some(_)) => Ok(false),
            _ => Err(Malformed::OutOfTurn),
        }
    }
}

/// The next record, when it is there as a whole: its kind and its inside.
fn record<'o>(rest: &mut Octets<'o>) -> Result<Option<(u8, &'o [u8])>, Malformed> {
    let mut ahead = *rest;
    let Some(kind) = ahead.u8() else {
        return Ok(None);
    };
    if !(20..=24).contains(&kind) {
        return Err(Malformed::NotTls);
    }
    let Some(major) = ahead.u8() else {
        return Ok(None);
    };
    if major != 3 {
        return Err(Malformed::NotTls);
    }
    let (Some(_minor), Some(length)) = (ahead.u8(), ahead.u16()) else {
        return Ok(None);
    };
    if usize::from(length) > MAX_RECORD {
        return Err(Malformed::RecordTooLong);
    }
    let Some(content) = ahead.take(length.into()) else {
        return Ok(None);
    };
    *rest = ahead;
    Ok(Some((kind, content)))
}

/// The random octets by which a HelloRetryRequest is known: SHA-256 of that name (RFC 8446 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

fn server_hello(body: &[u8]) -> Option<ServerHello> {
    let mut rest = Octets::new(body);
    let legacy = Version(rest.u16()?);
    let is_retry = rest.take(32)? == RETRY;
    rest.short()?;
    let suite = Suite(rest.u16()?);
    let compression = rest.u8()?;
    let mut hello = ServerHello {
        version: legacy,
        suite,
        compresses: compression != 0,
        extended_master_secret: false,
        secure_renegotiation: false,
        group: None,
        is_retry,
    };
    // Below TLS 1.3 there may be no extensions at all.
    if rest.is_empty() {
        return Some(hello);
    }
    let mut extensions = Octets::new(rest.long()?);
    while !extensions.is_empty() {
        let kind = extensions.u16()?;
        let mut content = Octets::new(extensions.long()?);
        match kind {
            23 => hello.extended_master_secret = true,
            43 => hello.version = Version(content.u16()?),
            51 => hello.group = Some(Group(content.u16()?)),
            0xff01 => hello.secure_renegotiation = true,
            _ => {}
        }
    }
    Some(hello)
}

fn certificates(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut list = Octets::new(Octets::new(body).longest()?);
    let mut all = Vec::new();
    while !list.is_empty() {
        all.push(list.longest()?.to_vec());
    }
    Some(all)
}

/// What the key is to be agreed with: `None` when it cannot be read, `Some(None)` for a suite nobody knows.
fn exchange(hello: &ServerHello, body: &[u8]) -> Option<Option<KeyExchange>> {
    let mut rest = Octets::new(body);
    let is_signed = hello.version >= Version::TLS12 && !hello.suite.is_anonymous();
    Some(match hello.suite.exchange() {
        Some(Exchange::Ecdhe) => {
            // Named curve (RFC 8422 5.4); the others are gone, and not read on.
            let group = match rest.u8()? {
                3 => Some(Group(rest.u16()?)),
                _ => {
                    return Some(Some(KeyExchange::Ecdhe {
                        group: None,
                        scheme: None,
                    }));
                }
            };
            rest.short()?;
            let scheme = scheme(&mut rest, is_signed)?;
            Some(KeyExchange::Ecdhe { group, scheme })
        }
        Some(Exchange::Dhe) => {
            let prime = without_zeros(rest.long()?);
            let generator = without_zeros(rest.long()?);
            rest.long()?;
            let scheme = scheme(&mut rest, is_signed)?;
            Some(KeyExchange::Dhe {
                group: field(prime).filter(|_| generator == [2]),
                bits: bits(prime),
                scheme,
            })
        }
        _ => None,
    })
}

/// What it is signed with; `None` when it must be there and is not.
fn scheme(rest: &mut Octets<'_>, is_signed: bool) -> Option<Option<Scheme>> {
    match is_signed {
        true => rest.u16().map(|number| Some(Scheme(number))),
        false => Some(None),
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The size of a number without leading zeros, in bits.
pub(super) fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or_default())
}

/// The fields of RFC 7919, by the SHA-256 of their primes.
const FIELDS: [(Group, &str); 5] = [
    (
        Group(256),
        "9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966",
    ),
    (
        Group(257),
        "0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17",
    ),
    (
        Group(258),
        "4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e",
    ),
    (
        Group(259),
        "227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7",
    ),
    (
        Group(260),
        "770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833",
    ),
];

/// The field of RFC 7919 with this prime.
fn field(prime: &[u8]) -> Option<Group> {
    let digest = digest::digest(&digest::SHA256, prime);
    let hex: String = digest
        .as_ref()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    FIELDS
        .iter()
        .find(|(_, known)| *known == hex)
        .map(|(group, _)| *group)
}
