//! Messages in which a record's data have no form that the codec knows: only that record is spoilt, not all the others.
//!
//! A key of another protocol than 3 "MUST be treated as invalid" (RFC 4034 2.1.2), an NSEC3 of an unknown hash "MUST be
//! ignored" (RFC 5155 8.1): the record, not the message. The codec refuses the whole message for it. So where it does, the
//! records are read one by one, and what cannot be read is kept as octets under its own type: it is part of what was
//! signed, and nobody takes it for what it is not. No socket here.

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordData, RecordType};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};

/// The octets of a header (RFC 1035 4.1.1).
pub(super) const HEADER: usize = 12;

/// Class, TTL and the length of the data, behind a record's type.
const BETWEEN: usize = 8;

/// Reads a message that the codec refuses; `None` where it is framed wrongly, too.
pub(super) fn read(octets: &[u8]) -> Option<Message> {
    let header = octets.get(..HEADER)?;
    let count = |place: usize| {
        let pair = header.get(place..place + 2)?;
        Some(usize::from(u16::from_be_bytes(pair.try_into().ok()?)))
    };
    let (questions, answers, authorities, additionals) = (count(4)?, count(6)?, count(8)?, count(10)?);
    let mut at = HEADER;
    for _ in 0..questions {
        at = after_name(octets, at)?.checked_add(4)?;
    }
    let mut head = octets.get(..at)?.to_vec();
    head.get_mut(6..HEADER)?.fill(0);
    let mut message = Message::from_vec(&head).ok()?;
    if (message.metadata.message_type, message.metadata.op_code) != (MessageType::Response, OpCode::Query) {
        return None;
    }
    for (count, is_last, section) in [
        (answers, false, &mut message.answers),
        (authorities, false, &mut message.authorities),
        (additionals, true, &mut message.additionals),
    ] {
        for _ in 0..count {
            let (record, next) = record(octets, at)?;
            at = next;
            match record.record_type() {
                RecordType::OPT if !is_last || message.edns.is_some() => return None,
                RecordType::OPT if matches!(record.data, RData::OPT(_) | RData::Update0(_)) => {
                    message.edns = Some((&record).into());
                }
                // An option that cannot be read, or a signature over the message, which nobody asked for.
                RecordType::OPT | RecordType::TSIG | RecordType::SIG => {}
                _ => section.push(record),
            }
        }
    }
    if let Some(edns) = &message.edns {
        let low = u8::try_from(u16::from(message.metadata.response_code) & 0x0f).ok()?;
        message.metadata.response_code = ResponseCode::from(edns.rcode_high(), low);
    }
    Some(message)
}

/// The record at `at`, and where the next one begins.
fn record(octets: &[u8], at: usize) -> Option<(Record, usize)> {
    let kind_at = after_name(octets, at)?;
    let field = |place: usize, length: usize| octets.get(place..place.checked_add(length)?);
    let kind = RecordType::from(u16::from_be_bytes(field(kind_at, 2)?.try_into().ok()?));
    let data_at = kind_at.checked_add(2 + BETWEEN)?;
    let length = u16::from_be_bytes(field(data_at.checked_sub(2)?, 2)?.try_into().ok()?);
    let data = field(data_at, usize::from(length))?;
    let next = data_at.checked_add(usize::from(length))?;
    let start = u16::try_from(at).ok()?;
    let decoder = BinDecoder::new(octets);
    if let Ok(record) = Record::read(&mut decoder.clone(start))
        && (kind == RecordType::OPT || !record.data.is_update())
    {
        return Some((record, next));
    }
    let owner = Name::read(&mut decoder.clone(start)).ok()?;
    let class = u16::from_be_bytes(field(kind_at.checked_add(2)?, 2)?.try_into().ok()?);
    let ttl = u32::from_be_bytes(field(kind_at.checked_add(4)?, 4)?.try_into().ok()?);
    let mut opaque = NULL::new();
    opaque.anything = data.to_vec();
    let data = RData::Unknown {
        code: kind,
        rdata: opaque,
    };
    let mut record = Record::from_rdata(owner, ttl, data);
    record.dns_class = DNSClass::from(class);
    Some((record, next))
}

/// The place behind a name, whatever its pointer points at.
pub(super) fn after_name(octets: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = *octets.get(at)?;
        match length >> 6 {
            0 if length == 0 => return at.checked_add(1),
            0 => at = at.checked_add(1 + usize::from(length))?,
            3 => return at.checked_add(2).filter(|end| *end <= octets.len()),
            _ => return None,
        }
    }
}
