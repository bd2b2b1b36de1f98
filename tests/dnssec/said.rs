//! What an answer says to whoever reads it, and whether that is the truth. The truth of a question is what its recorded
//! answer says, and Secure may be only what is recorded as Secure.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::recording::Row;

/// What an answer says to whoever reads it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    aliases: Vec<String>,
    end: End,
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Records(Vec<String>),
    NoData,
    NxDomain,
    /// It says nothing about where the aliases lead.
    Elsewhere,
}

/// Reads an answer to the end of its aliases; `None` where they have none.
pub(super) fn said(message: &Message, name: &Name, kind: RecordType) -> Option<Said> {
    let at = |name: &Name, kind| {
        let here = |record: &&Record| {
            let class = record.dns_class == DNSClass::IN;
            class && record.name == *name && record.record_type() == kind
        };
        let mut data: Vec<RData> = message
            .answers
            .iter()
            .filter(here)
            .map(|r| r.data.clone())
            .collect();
        data.sort_by_key(ToString::to_string);
        data.dedup();
        data
    };
    let (mut here, mut aliases) = (name.clone(), Vec::new());
    for _ in 0..=16 {
        let data = at(&here, kind);
        if !data.is_empty() {
            let data = data.iter().map(|data| data.to_string().to_lowercase()).collect();
            return Some(Said {
                aliases,
                end: End::Records(data),
            });
        }
        let Some(RData::CNAME(target)) = at(&here, RecordType::CNAME).into_iter().next() else {
            let denies = message.metadata.response_code == ResponseCode::NXDomain;
            let soa = message.authorities.iter().any(|record| {
                record.dns_class == DNSClass::IN
                    && record.record_type() == RecordType::SOA
                    && record.name.zone_of(&here)
            });
            let end = match (denies, soa || aliases.is_empty()) {
                (true, _) => End::NxDomain,
                (false, true) => End::NoData,
                (false, false) => End::Elsewhere,
            };
            return Some(Said { aliases, end });
        };
        aliases.push(target.0.to_lowercase().to_string());
        here = target.0;
    }
    None
}

/// Whether what is said, and called Secure, may be.
pub(super) fn is_true(said: &Said, row: &Row) -> bool {
    let truth = self::said(&row.message, &row.name, row.kind).unwrap();
    match said.end {
        End::Elsewhere => truth.aliases.starts_with(&said.aliases),
        _ => row.state == "Secure" && *said == truth,
    }
}
