//! TLSA records, and the chains of certificates they are held against.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use zegel::records::dane::{Tlsa, compare, effective, telling};
use zegel::transport::Certificate;
use zegel::transport::chain::{Anchor, leads_to};

fuzz_target!(|data: &[u8]| {
    // The first octet says into how many certificates the rest is cut.
    if let Some((count, rest)) = data.split_first() {
        let size = rest.len() / (usize::from(count % 4) + 1) + 1;
        let chain: Vec<Vec<u8>> = rest.chunks(size).map(<[u8]>::to_vec).collect();
        let at = jiff::Timestamp::from_second(1_800_000_000).expect("a time");
        for one in &chain {
            let _ = leads_to(&chain, Anchor::Certificate(one), at);
            let _ = leads_to(&chain, Anchor::Key(one), at);
            if let Ok(read) = Certificate::from_der(one) {
                assert!(Tlsa::of_key(&read.public_key_info).matches(one, &read.public_key_info));
            }
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let records: BTreeSet<Tlsa> = text.lines().filter_map(|line| Tlsa::parse(line).ok()).collect();
    let used = effective(&records);
    assert!(used.is_subset(&records) && used.iter().all(|record| record.unusable().is_none()));
    assert!(telling(&records).is_subset(&used));
    assert!(compare(&records, &records).differences.is_empty());
    for record in &records {
        assert_eq!(Tlsa::parse(&record.to_string()).as_ref(), Ok(record));
    }
});
