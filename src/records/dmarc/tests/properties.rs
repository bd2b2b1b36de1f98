//! What holds of every text: nothing panics, what is written is read, comparing knows no sides.

use proptest::prelude::*;

use super::super::*;
use super::record;
use crate::records::Class;

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::None), Just(Policy::Quarantine), Just(Policy::Reject)]
}

fn uri() -> impl Strategy<Value = String> {
    ("[a-z0-9]{1,8}", "[a-z]{1,8}", "[a-z]{2,4}")
        .prop_map(|(local, host, top)| format!("mailto:{local}@{host}.{top}"))
}

prop_compose! {
    fn any_wanted()(
        policy in policy(),
        subdomain_policy in proptest::option::of(policy()),
        nonexistent_subdomain_policy in proptest::option::of(policy()),
        testing: bool,
        public_suffix: Option<bool>,
        strict_dkim: bool,
        strict_spf: bool,
        aggregate in prop::collection::btree_set(uri(), 0..3),
        failure in prop::collection::btree_set(uri(), 0..3),
        options in prop::sample::subsequence(vec!["1", "d", "s"], 0..3),
    ) -> DesiredRecord {
        let options = if failure.is_empty() { Vec::new() } else { options };
        DesiredRecord {
            policy,
            subdomain_policy,
            nonexistent_subdomain_policy,
            testing,
            public_suffix,
            strict_dkim,
            strict_spf,
            aggregate_reports: aggregate.into_iter().collect(),
            failure_reports: failure.into_iter().collect(),
            failure_options: options.into_iter().map(str::to_owned).collect(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_was_desired(wanted in any_wanted()) {
        let text = wanted.to_text();
        prop_assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc);
        let (read, lost) = record(&text).as_desired();
        prop_assert_eq!(read, Some(wanted.clone()));
        prop_assert!(lost.is_empty(), "{:?}", lost);
        prop_assert_eq!(compare(&wanted, &record(&text), Some(true)).class, Class::Equal);
    }

    #[test]
    fn comparing_is_symmetric(one in any_wanted(), other in any_wanted(), organizational: bool) {
        let there = compare(&one, &record(&other.to_text()), Some(organizational)).class;
        let back = compare(&other, &record(&one.to_text()), Some(organizational)).class;
        prop_assert_eq!(there, back);
    }

    #[test]
    fn any_octets_are_read(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let record = parse(&text);
        for tag in &record.tags {
            prop_assert!(tag.span.end <= text.len() && tag.value.end <= tag.span.end);
        }
        likeness(&text);
        for one in record.wrong_separators() {
            prop_assert!(one.found.end <= text.len() && one.after.start <= one.after.end && one.after.end <= text.len());
        }
        for uri in record.uris(TagName::Rua) {
            uri.meant();
        }
        record.effects();
        let (said, lost) = record.as_desired();
        prop_assert!(said.is_some() || !lost.is_empty());
        compare(&DesiredRecord::new(Policy::Reject), &record, None);
    }

    #[test]
    fn anything_like_a_record_is_read(text in "v=DMARC1(; ?(p|sp|np|t|psd|rua|ruf|fo|pct|x)=[ -~é]{0,12}){0,6}") {
        prop_assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc);
        let record = parse(text.as_bytes());
        if let (Some(wanted), _) = record.as_desired() {
            prop_assert!(compare(&wanted, &record, None).differences.is_empty());
        }
    }

    #[test]
    fn what_is_printed_is_read_with_any_white_space_separator_and_duplicate(
        tags in prop::collection::vec(("(p|sp|np|t|psd|rua|ruf|fo|pct|x|P|adkim)", "([!-:<-~]([ -:<-~]{0,8}[!-:<-~])?)?"), 0..8),
        blanks in prop::collection::vec("[ \t]{0,2}", 1..9),
        trailing: bool,
    ) {
        let mut blank = blanks.iter().cycle();
        let mut next = || blank.next().cloned().unwrap_or_default();
        let mut text = format!("v{}={}DMARC1{}", next(), next(), next());
        for (name, value) in &tags {
            text.push_str(&format!(";{}{name}{}={}{value}{}", next(), next(), next(), next()));
        }
        if trailing {
            text.push_str(&format!(";{}", next()));
        }
        prop_assert_eq!(likeness(text.as_bytes()), Likeness::Dmarc);
        let record = record(&text);
        let read: Vec<(String, String)> = record.tags.iter().skip(1)
            .map(|tag| (text[tag.name.clone()].to_owned(), text[tag.value.clone()].to_owned()))
            .collect();
        prop_assert_eq!(&read, &tags);
        for (index, tag) in record.tags.iter().enumerate() {
            let name = &text[tag.name.clone()];
            let before = record.tags.iter().take(index).any(|one| text[one.name.clone()].eq_ignore_ascii_case(name));
            prop_assert_eq!(tag.duplicate, before, "{}", name);
        }
        // Written without the white space it has the same effects.
        let plain = std::iter::once("v=DMARC1".to_owned()).chain(tags.iter().map(|(name, value)| format!("{name}={value}")));
        let plain = plain.collect::<Vec<_>>().join(";");
        prop_assert_eq!(super::record(&plain).effects(), record.effects());
    }
}
