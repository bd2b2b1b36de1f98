//! Record types by their numbers: what is proven or not can be of any type. Pure.

use std::fmt;

/// A record type by its number, shown by its mnemonic (`DS`) or as RFC 3597 5 writes it (`TYPE4711`).
///
/// What is asked is a [`Kind`](super::Kind); what is not proven can be of any type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordType(pub u16);

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.0 {
            1 => "A",
            2 => "NS",
            5 => "CNAME",
            6 => "SOA",
            12 => "PTR",
            15 => "MX",
            16 => "TXT",
            28 => "AAAA",
            33 => "SRV",
            39 => "DNAME",
            43 => "DS",
            46 => "RRSIG",
            47 => "NSEC",
            48 => "DNSKEY",
            50 => "NSEC3",
            51 => "NSEC3PARAM",
            52 => "TLSA",
            64 => "SVCB",
            65 => "HTTPS",
            99 => "SPF",
            257 => "CAA",
            other => return f.pad(&format!("TYPE{other}")),
        };
        f.pad(word)
    }
}
