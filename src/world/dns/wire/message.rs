//! Which octets are an answer to our question, and which answers count. No socket here.

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{DNSClass, Record, RecordType};

use super::odd;
use crate::inquiry::{ExtendedError, Trouble};
use crate::world::dns::reading::covered;

/// What octets that came in are to the question that is out.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// An answer to it, whatever it says.
    Answer(Message),
    /// Its number, over an answer to another question.
    OtherQuestion,
    /// Another's (RFC 5452 9.1): to be ignored.
    Unrelated,
}

/// Reads what came in. An error when it bears the question's number and is no message.
pub(super) fn read(octets: &[u8], query: &Message) -> Result<Incoming, Trouble> {
    let id = query.metadata.id.to_be_bytes();
    if !octets.starts_with(&id) {
        return Ok(Incoming::Unrelated);
    }
    let answer = whole(octets)
        // Some of those who cannot read a question send back its header alone, counts and all.
        .or_else(|| bare_error(octets, query))
        .ok_or(Trouble::Malformed)?;
    if answer.metadata.message_type != MessageType::Response
        || answer.metadata.op_code != query.metadata.op_code
    {
        return Ok(Incoming::Unrelated);
    }
    // Some leave out the question when they refuse to read it; nobody who denies a name may leave it out.
    let code = answer.metadata.response_code;
    let is_error = !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
    let refused = answer.queries.is_empty() && is_error;
    match refused || answer.queries == query.queries {
        true => Ok(Incoming::Answer(answer)),
        false => Ok(Incoming::OtherQuestion),
    }
}

/// The message that octets are, its odd records kept as octets; `None` where they are none.
pub(in crate::world) fn whole(octets: &[u8]) -> Option<Message> {
    Message::from_vec(octets).ok().or_else(|| odd::read(octets))
}

/// A header that says FORMERR or NOTIMP, whatever follows it.
fn bare_error(octets: &[u8], query: &Message) -> Option<Message> {
    let [_, _, flags, codes, ..] = octets else {
        return None;
    };
    let code = ResponseCode::from_low(codes & 0x0f);
    let is_error = matches!(code, ResponseCode::FormErr | ResponseCode::NotImp);
    (flags & 0x80 != 0 && is_error)
        .then(|| Message::error_msg(query.metadata.id, query.metadata.op_code, code))
}

/// Whether this is our answer, cut short: read from the header alone, for a cut can go through a record.
pub(super) fn is_truncated(octets: &[u8], query: &Message) -> bool {
    let [high, low, flags, ..] = octets else {
        return false;
    };
    u16::from_be_bytes([*high, *low]) == query.metadata.id && flags & 0x80 != 0 && flags & 0x02 != 0
}

/// Whether the server may mean our EDNS by its error (RFC 6891 6.1.3 and 7): then the question is worth asking without.
pub(super) fn refuses_edns(answer: &Message) -> bool {
    matches!(
        answer.metadata.response_code,
        // 16 is BADVERS where there is EDNS, whatever else it means elsewhere.
        ResponseCode::FormErr | ResponseCode::NotImp | ResponseCode::BADVERS | ResponseCode::BADSIG
    )
}

/// Whether a server's answer counts, and else what is wrong with it.
pub(in crate::world::dns) fn usable(answer: Message, query: &Message) -> Result<Message, Trouble> {
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        ResponseCode::ServFail => return Err(Trouble::ServFail),
        ResponseCode::Refused => return Err(Trouble::Refused),
        _ => return Err(Trouble::OtherRcode),
    }
    if is_lame(&answer, query) {
        return Err(Trouble::Lame);
    }
    if is_about_others(&answer, query) {
        return Err(Trouble::Malformed);
    }
    Ok(answer)
}

/// Records, and none of them of the name, class and type that were asked for, nor an alias there. An absence has an
/// empty answer section (RFC 2308 2.2): this is none, and must not be taken for one.
///
/// Signatures over what was asked for are about it, where they were asked for too: somebody has left out what they are over,
/// and who that was is found out as of any answer that lacks a part.
fn is_about_others(answer: &Message, query: &Message) -> bool {
    let wants_signatures = query.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
    let belongs = |record: &Record| {
        let signed = covered(record).filter(|_| wants_signatures);
        query.queries.iter().any(|asked| {
            let wanted = [asked.query_type(), RecordType::CNAME];
            *asked.name() == record.name
                && record.dns_class == DNSClass::IN
                && (wanted.contains(&record.record_type())
                    || signed.is_some_and(|kind| wanted.contains(&kind)))
        })
    };
    !answer.answers.is_empty() && !answer.answers.iter().any(belongs)
}

/// Neither responsible nor recursive, or sending us elsewhere: name servers without an answer and without SOA
/// (RFC 2308 2.2 tells this from "no data"), by a server that is not responsible or points at the root.
fn is_lame(answer: &Message, query: &Message) -> bool {
    let (authoritative, recursive) = (answer.metadata.authoritative, answer.metadata.recursion_available);
    // Asked without recursion, only an authority may answer.
    let may_answer = authoritative || (recursive && query.metadata.recursion_desired);
    if !may_answer {
        return true;
    }
    let is_referral = answer.metadata.response_code == ResponseCode::NoError
        && answer.answers.is_empty()
        && answer
            .authorities
            .iter()
            .any(|record| record.record_type() == RecordType::NS)
        && !answer
            .authorities
            .iter()
            .any(|record| record.record_type() == RecordType::SOA);
    let upward = answer
        .authorities
        .iter()
        .any(|record| record.record_type() == RecordType::NS && record.name.is_root());
    let asked_root = answer.queries.iter().any(|query| query.name().is_root());
    is_referral && (!authoritative || (upward && !asked_root))
}

/// The code of the option that explains an error (RFC 8914 2).
const EXPLAINED: u16 = 15;

/// How the server explains its error.
pub(super) fn explained(answer: &Message) -> Option<ExtendedError> {
    match answer.edns.as_ref()?.option(EdnsCode::Unknown(EXPLAINED))? {
        EdnsOption::Unknown(_, data) => {
            let (code, text) = data.split_at_checked(2)?;
            Some(ExtendedError::new(
                u16::from_be_bytes(code.try_into().ok()?),
                text,
            ))
        }
        _ => None,
    }
}
