//! DMARC policy records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::records::dmarc;

fuzz_target!(|data: &[u8]| {
    let _ = dmarc::likeness(data);
    let observed = dmarc::parse(data);
    let wanted = dmarc::DesiredRecord {
        policy: dmarc::Policy::Reject,
        subdomain_policy: None,
        nonexistent_subdomain_policy: Some(dmarc::Policy::Quarantine),
        testing: false,
        public_suffix: None,
        strict_dkim: false,
        strict_spf: false,
        aggregate_reports: vec!["mailto:dmarc@voorbeeld.nl".to_owned()],
        failure_reports: Vec::new(),
        failure_options: Vec::new(),
    };
    for organizational in [None, Some(true), Some(false)] {
        let comparison = dmarc::compare(&wanted, &observed, organizational);
        assert_eq!(comparison.class == zegel::records::Class::Different, !comparison.differences.is_empty());
    }
});
