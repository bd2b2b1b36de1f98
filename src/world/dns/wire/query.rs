//! A question as octets (RFC 1035 4.1). The codec notes every label it writes, so that a later name can point at it
//! (4.1.4): that is most of what writing a question costs there, and a question has one name. What is no plain question is
//! left to the codec.

use hickory_proto::op::{Edns, Message, MessageType, Metadata, Query};
use hickory_proto::rr::RecordType;

use crate::inquiry::Trouble;

/// The octets of a question, as the codec would write them.
pub(super) fn octets_of(query: &Message) -> Result<Vec<u8>, Trouble> {
    match plain(query) {
        Some(octets) => Ok(octets),
        None => query.to_vec().map_err(|_| Trouble::Malformed),
    }
}

/// The octets of one question and nothing else but EDNS without options; `None` of any other.
fn plain(message: &Message) -> Option<Vec<u8>> {
    let Message {
        metadata,
        queries,
        answers,
        authorities,
        additionals,
        signature: None,
        edns,
        ..
    } = message
    else {
        return None;
    };
    let [query] = queries.as_slice() else { return None };
    let has_options = edns
        .as_ref()
        .is_some_and(|edns| !edns.options().as_ref().is_empty());
    let has_more = !(answers.is_empty() && authorities.is_empty() && additionals.is_empty());
    // All that is set in a header of ours beside the number: whether to recurse, and whether to leave checks to us.
    let mut usual = Metadata::new(metadata.id, metadata.message_type, metadata.op_code);
    usual.recursion_desired = metadata.recursion_desired;
    usual.checking_disabled = metadata.checking_disabled;
    let is_query = u8::from(metadata.op_code) == 0 && metadata.message_type == MessageType::Query;
    if has_options || has_more || !is_query || *metadata != usual {
        return None;
    }
    let mut octets = Vec::with_capacity(12 + query.name.len() + 4 + 11);
    octets.extend_from_slice(&metadata.id.to_be_bytes());
    octets.push(u8::from(metadata.recursion_desired));
    octets.push(u8::from(metadata.checking_disabled) << 4);
    for count in [1, 0, 0, u16::from(edns.is_some())] {
        octets.extend_from_slice(&count.to_be_bytes());
    }
    put(query, &mut octets)?;
    if let Some(edns) = edns {
        put_edns(edns, &mut octets);
    }
    Some(octets)
}

fn put(query: &Query, octets: &mut Vec<u8>) -> Option<()> {
    let begin = octets.len();
    for label in query.name.iter() {
        octets.push(
            u8::try_from(label.len())
                .ok()
                .filter(|length| (1..64).contains(length))?,
        );
        octets.extend_from_slice(label);
    }
    octets.push(0);
    if octets.len() - begin > 255 {
        return None;
    }
    octets.extend_from_slice(&u16::from(query.query_type).to_be_bytes());
    octets.extend_from_slice(&u16::from(query.query_class).to_be_bytes());
    Some(())
}

/// RFC 6891 6.1.2, without options.
fn put_edns(edns: &Edns, octets: &mut Vec<u8>) {
    octets.push(0);
    octets.extend_from_slice(&u16::from(RecordType::OPT).to_be_bytes());
    octets.extend_from_slice(&edns.max_payload().to_be_bytes());
    octets.extend_from_slice(&[edns.rcode_high(), edns.version()]);
    octets.extend_from_slice(&u16::from(*edns.flags()).to_be_bytes());
    octets.extend_from_slice(&[0, 0]);
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{OpCode, ResponseCode};
    use hickory_proto::rr::rdata::opt::EdnsOption;
    use hickory_proto::rr::{DNSClass, Name};
    use proptest::prelude::*;

    use super::*;
    use crate::inquiry::Kind;
    use crate::world::dns::{message, reading, signed_message};

    proptest! {
        #[test]
        fn a_question_is_written_as_the_codec_writes_it(
            labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..64), 0..4),
            kind in prop::sample::select(Kind::ALL.to_vec()),
            (recursive, signed, has_edns, id) in any::<(bool, bool, bool, u16)>(),
        ) {
            let Ok(name) = Name::from_labels(labels) else { return Ok(()) };
            let kind = reading::record_type(kind);
            let mut query = match signed {
                true => signed_message(name, kind),
                false => message(name, kind, recursive),
            };
            query.metadata.id = id;
            if !has_edns {
                query.edns = None;
            }
            let octets = plain(&query).expect("a plain question");
            prop_assert_eq!(&octets, &query.to_vec().unwrap());
            prop_assert_eq!(Message::from_vec(&octets).unwrap().queries, query.queries);
        }
    }

    /// One that is changed so is left to the codec, or comes to the same.
    #[test]
    fn what_is_no_plain_question_is_left_to_the_codec() {
        let changes: [fn(&mut Message); 9] = [
            |query| query.metadata.message_type = MessageType::Response,
            |query| query.metadata.op_code = OpCode::Notify,
            |query| query.metadata.authentic_data = true,
            |query| query.metadata.authoritative = true,
            |query| query.metadata.truncation = true,
            |query| query.metadata.recursion_available = true,
            |query| query.metadata.response_code = ResponseCode::NXDomain,
            |query| query.queries.clear(),
            |query| {
                let edns = query.edns.get_or_insert_default();
                edns.options_mut().insert(EdnsOption::Unknown(10, vec![1; 8]));
            },
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut query = message(Name::from_ascii("a.example.").unwrap(), RecordType::TXT, true);
            query.queries[0].set_query_class(DNSClass::CH);
            assert!(plain(&query).is_some());
            change(&mut query);
            assert_eq!(plain(&query), None, "{at}");
            assert_eq!(octets_of(&query).unwrap(), query.to_vec().unwrap(), "{at}");
        }
    }
}
