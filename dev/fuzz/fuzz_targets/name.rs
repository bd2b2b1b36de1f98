//! Domain names: whatever parses prints to something that parses to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::name::Name;

fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<Name>() {
        assert!(name.wire_len() <= 255);
        assert_eq!(name, name.as_str().parse().expect("a printed name parses"));
        assert_eq!(Name::from_labels(name.labels()).as_ref(), Ok(&name));
    }
});
