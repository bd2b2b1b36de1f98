//! MTA-STS: the record, the policy file, and what its lines cover.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::records::mtasts;

fuzz_target!(|data: &[u8]| {
    let _ = mtasts::likeness(data);
    let record = mtasts::parse(data);
    let _ = (record.id_is_sound(), record.problems().count(), record.unknown().count());
    let _ = mtasts::compare("20260101", &record);
    let read = mtasts::parse_policy(data);
    // A policy is one that senders read, and there is a reason where there is none.
    assert_eq!(read.policy.is_none(), read.faults.iter().any(mtasts::PolicyFault::is_fatal));
    if let Some(policy) = read.policy {
        assert!(policy.max_age <= mtasts::MAX_AGE);
        let again = mtasts::parse_policy(policy.body().as_bytes());
        assert_eq!((again.policy.as_ref(), again.faults.is_empty()), (Some(&policy), true));
        let written = mtasts::write(&policy.id());
        assert!(mtasts::parse(written.as_bytes()).id_is_sound());
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(pattern) = mtasts::Pattern::parse(text) {
        assert_eq!(mtasts::Pattern::parse(&pattern.to_string()), Ok(pattern.clone()));
        assert_ne!(pattern.covers(pattern.name()), pattern.is_wildcard());
    }
});
