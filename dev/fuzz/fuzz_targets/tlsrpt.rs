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
});
