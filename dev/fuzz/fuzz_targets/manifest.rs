//! Manifests: whatever YAML says becomes an intent or errors, never a crash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::api::MailDomainSpec;
use zegel::intent::Intent;

fuzz_target!(|text: &str| {
    let Ok(spec) = serde_saphyr::from_str::<MailDomainSpec>(text) else { return };
    match Intent::from_spec(&spec) {
        Ok(intent) => {
            assert_eq!(intent.digest(), intent.digest());
            for wanted in &intent.wanted {
                let _ = wanted.desired();
            }
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
});
