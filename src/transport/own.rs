//! What our own client speaks, as numbers: what a server chose beyond it no handshake of ours could show. Data, held to the
//! library by a test of who shakes hands.

use super::code_points::{Group, Scheme, Version};
use super::flight::KeyExchange;
use super::step::Step;

/// Its suites.
pub const SUITES: [u16; 9] = [
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9,
];

/// Its groups.
pub const GROUPS: [u16; 4] = [23, 24, 29, 4588];

/// What it takes key exchanges to be signed with.
pub const SCHEMES: [u16; 10] = [
    0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807,
];

/// Whether a server chose what our client does not speak: an old version of TLS, a suite, group or signature it has not. SSL 3.0 is
/// no TLS (RFC 7568 3).
pub fn is_beyond(step: &Step) -> bool {
    let Some((version, suite)) = step.chosen().filter(|(version, _)| *version >= Version::TLS10) else {
        return false;
    };
    let has_group = |group: Option<Group>| group.is_none_or(|group| GROUPS.contains(&group.0));
    let has_scheme = |scheme: Option<Scheme>| scheme.is_none_or(|scheme| SCHEMES.contains(&scheme.0));
    let flight = step.reaction.flight();
    let hello = flight.and_then(|flight| flight.hello.as_ref());
    let has_exchange = match flight.and_then(|flight| flight.exchange.as_ref()) {
        None => true,
        Some(KeyExchange::Dhe { .. } | KeyExchange::Ecdhe { group: None, .. }) => false,
        Some(KeyExchange::Ecdhe { group, scheme }) => has_group(*group) && has_scheme(*scheme),
    };
    let is_spoken = version >= Version::TLS12
        && SUITES.contains(&suite.0)
        && hello.is_none_or(|hello| has_group(hello.group));
    !(is_spoken && has_exchange)
}
