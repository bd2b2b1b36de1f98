//! DKIM key records, and keys as manifests write them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::records::{Class, dkim};

fuzz_target!(|data: &[u8]| {
    let _ = dkim::likeness(data);
    let observed = dkim::parse(data);
    let any = dkim::DesiredKey { key: None, testing: false, strict_identity: false };
    let _ = dkim::compare(&any, &observed);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = dkim::PublicKey::from_manifest(text) {
        let wanted = dkim::DesiredKey { key: Some(key), testing: false, strict_identity: false };
        let written = wanted.to_text().expect("a key is written");
        assert_eq!(dkim::compare(&wanted, &dkim::parse(written.as_bytes())).class, Class::Equal);
    }
});
