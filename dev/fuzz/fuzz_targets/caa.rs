//! CAA records, as they come and as they are written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::records::caa::{Caa, leave};

fuzz_target!(|data: &[u8]| {
    let written = std::str::from_utf8(data).ok().and_then(|text| Caa::parse(text).ok());
    for record in Caa::from_wire(data).into_iter().chain(written) {
        let _ = (record.fault(), record.issue());
        assert_eq!(Caa::parse(&record.to_string()), Ok(record.clone()));
        let _ = leave(&[record]);
    }
});
