//! Any answer, and any DS and DNSKEY behind it: judged within bounds, and never proven by keys that nobody trusts.

#![no_main]

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use zegel::dnssec::{Anchors, Replies, Step, Zones, judge};
use zegel::inquiry::{Security, Trouble};

fuzz_target!(|data: (Vec<u8>, Vec<u8>, u32)| {
    let (answer, behind, seconds) = data;
    let (Ok(message), Ok(now)) = (
        Message::from_vec(&answer),
        Timestamp::from_second(seconds.into()),
    ) else {
        return;
    };
    let asked = message.queries.first();
    let name = asked.map_or_else(Name::root, |query| query.name().clone());
    let kind = asked.map_or(RecordType::TXT, |query| query.query_type());
    let behind = Message::from_vec(&behind).map_err(|_| Trouble::Malformed);
    let (anchors, zones) = (Anchors::default(), Zones::default());
    let mut replies = Replies::new();
    loop {
        match judge(&message, &name, kind, (&anchors, &zones), &replies, now) {
            Step::Done(proven) => {
                // Nobody signs for the root by chance. What says nothing at all is not wrong.
                let says_something = !message.answers.is_empty();
                assert!(!says_something || proven.security != Security::Secure);
                return;
            }
            Step::Ask(lookups) => {
                assert!(replies.len() <= 64 + 256);
                replies.extend(lookups.into_iter().map(|lookup| (lookup, behind.clone())));
            }
        }
    }
});
