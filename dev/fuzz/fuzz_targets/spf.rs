//! SPF records: two values after a zero octet are parsed, printed, compared.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zegel::name::Name;
use zegel::records::{Class, spf};

fuzz_target!(|data: &[u8]| {
    let owner: Name = "voorbeeld.nl".parse().expect("a name");
    let mut halves = data.splitn(2, |&octet| octet == 0);
    let (left, right) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let _ = (spf::likeness(left), spf::likeness(right));
    let (left, right) = (spf::parse(left), spf::parse(right));
    let (there, back) = (spf::compare(&left, &right, &owner), spf::compare(&right, &left, &owner));
    assert_eq!(there.class, back.class, "comparison is symmetric in class");
    for record in [&left, &right] {
        assert_ne!(spf::compare(record, record, &owner).class, Class::Different, "a record differs from itself");
        for (span, _) in record.syntax_errors() {
            assert!(span.start <= span.end && span.end <= record.text.len());
        }
        if record.syntax_errors().is_empty() {
            let again = spf::parse(record.to_text().as_bytes());
            assert_ne!(spf::compare(record, &again, &owner).class, Class::Different, "printing changed it");
        }
        let said = record.as_spec();
        if said.lost.is_empty() {
            let (redirect, explanation) = (said.redirect.as_deref(), said.explanation.as_deref());
            let built = spf::build(&said.mechanisms, said.all, redirect, explanation).expect("what was said builds");
            assert_ne!(spf::compare(&built, record, &owner).class, Class::Different, "adoption changed it");
        }
    }
});
