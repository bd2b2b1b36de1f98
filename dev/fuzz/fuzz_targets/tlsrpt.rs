//! TLS-RPT records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::records::tlsrpt;

fuzz_target!(|data: &[u8]| {
    let _ = tlsrpt::likeness(data);
    let record = tlsrpt::parse(data);
    let _ = record.unknown().count();
    for uri in &record.uris {
        let _ = uri.text.len();
    }
    let _ = tlsrpt::compare(&["mailto:tls@voorbeeld.nl".to_owned()], &record);
    // What is of use is written and read again as it was.
    let usable: Vec<String> = record.usable().into_iter().collect();
    if !usable.is_empty() {
        let again = tlsrpt::parse(tlsrpt::write(&usable).as_bytes());
        assert_eq!(again.usable().into_iter().collect::<Vec<_>>(), usable);
    }
});
