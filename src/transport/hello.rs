//! A hand-made ClientHello: what is offered, and its octets (RFC 8446 4.1.2, RFC 5246 7.4.1.2).
//!
//! No cryptography goes into it. Under TLS 1.3 the key share is left empty, as RFC 8446 4.2.8 allows: the server then
//! answers with a HelloRetryRequest that names suite and group. Up to TLS 1.2 nothing of the client's is asked before
//! the server's whole first flight.

use super::code_points::{Group, Scheme, Suite, Version};
use crate::name::Name;

/// At most this many suites stand in one hello: some servers read no more, others refuse a longer one.
pub const MAX_SUITES: usize = 64;

/// What a hello offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The highest version; TLS 1.3 stands alone, every lower one takes those below with it.
    pub version: Version,
    /// The suites, the most wanted first; the first [`MAX_SUITES`] are sent.
    pub suites: Vec<Suite>,
    /// The groups, the most wanted first; none, and the extension is left out.
    pub groups: Vec<Group>,
    /// The signature schemes, the most wanted first; below TLS 1.2 there are none (RFC 5246 7.4.1.4.1).
    pub schemes: Vec<Scheme>,
    /// Whether DEFLATE (RFC 3749) is offered beside no compression.
    pub deflate: bool,
    /// The name the certificate is asked for (RFC 6066 3); an MX host's.
    pub server_name: Option<Name>,
}

/// Extensions (IANA, TLS ExtensionType Values).
mod extension {
    pub(super) const SERVER_NAME: u16 = 0;
    pub(super) const SUPPORTED_GROUPS: u16 = 10;
    pub(super) const EC_POINT_FORMATS: u16 = 11;
    pub(super) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(super) const EXTENDED_MASTER_SECRET: u16 = 23;
    pub(super) const SUPPORTED_VERSIONS: u16 = 43;
    pub(super) const KEY_SHARE: u16 = 51;
    pub(super) const RENEGOTIATION_INFO: u16 = 0xff01;
}

impl Offer {
    /// The hello as one record on the wire, with these 32 octets as the client's random ones.
    pub fn to_octets(&self, random: [u8; 32]) -> Vec<u8> {
        let is_tls13 = self.version >= Version::TLS13;
        let legacy = self.version.min(Version::TLS12);
        let mut body = Vec::with_capacity(512);
        body.extend(legacy.0.to_be_bytes());
        body.extend(random);
        // Under TLS 1.3 a session id makes old boxes on the way believe in a TLS 1.2 session (RFC 8446 D.4).
        let session: &[u8] = if is_tls13 { &random } else { &[] };
        push_short(&mut body, session);
        push_long(
            &mut body,
            &numbers(self.suites.iter().take(MAX_SUITES).map(|suite| suite.0)),
        );
        let compression: &[u8] = if self.deflate && !is_tls13 { &[1, 0] } else { &[0] };
        push_short(&mut body, compression);
        // SSL 3.0 knows no extensions, and some of its servers refuse what they do not know.
        if self.version > Version::SSL30 {
            push_long(&mut body, &self.extensions(is_tls13));
        }
        let mut message = vec![1, 0];
        push_long(&mut message, &body);
        // The record says TLS 1.0 for the sake of old servers (RFC 8446 5.1), and no more than is offered.
        let mut record = vec![22];
        record.extend(legacy.min(Version::TLS10).0.to_be_bytes());
        push_long(&mut record, &message);
        record
    }

    fn extensions(&self, is_tls13: bool) -> Vec<u8> {
        let mut all = Vec::with_capacity(256);
        let mut add = |kind: u16, content: &[u8]| {
            all.extend(kind.to_be_bytes());
            push_long(&mut all, content);
        };
        if let Some(name) = self.server_name.as_ref().filter(|name| !name.is_root()) {
            let mut host = vec![0];
            push_long(&mut host, name.as_str().as_bytes());
            add(extension::SERVER_NAME, &long(&host));
        }
        if !self.groups.is_empty() {
            let groups = numbers(self.groups.iter().map(|group| group.0));
            add(extension::SUPPORTED_GROUPS, &long(&groups));
            // Uncompressed points, the only form everybody reads (RFC 8422 5.1.2).
            add(extension::EC_POINT_FORMATS, &[1, 0]);
        }
        if self.version >= Version::TLS12 && !self.schemes.is_empty() {
            let schemes = numbers(self.schemes.iter().map(|scheme| scheme.0));
            add(extension::SIGNATURE_ALGORITHMS, &long(&schemes));
        }
        if is_tls13 {
            let mut versions = Vec::new();
            push_short(&mut versions, &Version::TLS13.0.to_be_bytes());
            add(extension::SUPPORTED_VERSIONS, &versions);
            add(extension::KEY_SHARE, &[0, 0]);
        } else {
            add(extension::EXTENDED_MASTER_SECRET, &[]);
            add(extension::RENEGOTIATION_INFO, &[0]);
        }
        all
    }
}

fn numbers(numbers: impl Iterator<Item = u16>) -> Vec<u8> {
    numbers.flat_map(u16::to_be_bytes).collect()
}

/// A field that opens with its own length in two octets; what does not fit is left out.
fn push_long(into: &mut Vec<u8>, content: &[u8]) {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    into.extend(length.to_be_bytes());
    into.extend(content.iter().take(length.into()));
}

/// The same with a length of one octet.
fn push_short(into: &mut Vec<u8>, content: &[u8]) {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    into.push(length);
    into.extend(content.iter().take(length.into()));
}

fn long(content: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(content.len() + 2);
    push_long(&mut field, content);
    field
}
