//! What names are, said by their labels and by their texts.

use super::*;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn names_compare_without_case_and_trailing_dot() {
    assert_eq!(name("Voorbeeld.NL."), name("voorbeeld.nl"));
    assert_eq!(name(".").as_str(), ".");
    assert_eq!(
        name("voorbeeld.nl").prepend("_DMARC").unwrap().as_str(),
        "_dmarc.voorbeeld.nl"
    );
}

#[test]
fn an_escaped_dot_at_the_end_belongs_to_the_label() {
    for (text, label) in [
        (r"a\.", r"a."),
        (r"a\\.", r"a\"),
        (r"a\\\.", r"a\."),
        (r"\\\..", r"\."),
    ] {
        let read = name(text);
        assert_eq!(read.labels(), [label.as_bytes()], "{text}");
        assert_eq!(name(read.as_str()), read, "{text}");
    }
}

#[test]
fn what_is_no_name_is_refused_with_the_reason() {
    for (text, why) in [
        ("", NameError::EmptyLabel),
        ("a..b", NameError::EmptyLabel),
        (".a", NameError::EmptyLabel),
        ("é.nl", NameError::NonAscii),
        ("a\\", NameError::Escape),
        ("a\\25x", NameError::Escape),
        ("a\\256", NameError::Escape),
    ] {
        assert_eq!(text.parse::<Name>(), Err(why), "{text:?}");
    }
    assert_eq!("a".repeat(64).parse::<Name>(), Err(NameError::LabelTooLong));
    assert_eq!(
        vec!["a".repeat(63); 4].join(".").parse::<Name>(),
        Err(NameError::TooLong)
    );
}

#[test]
fn suffix_parent_and_below() {
    let deep = name("a.b.c.nl");
    assert_eq!(deep.suffix(2), name("c.nl"));
    assert_eq!(deep.suffix(9), deep);
    assert_eq!(deep.parent(), Some(name("b.c.nl")));
    assert_eq!(Name::root().parent(), None);
    assert!(deep.is_at_or_below(&name("c.nl")) && !name("xc.nl").is_at_or_below(&name("c.nl")));
}

/// Any octet, and often one that has a meaning in presentation format.
fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), prop::sample::select(br"\.0".to_vec())]
}

/// What names are, said by their labels: what the texts are asked instead must say the same.
fn assert_the_texts_say_what_the_labels_say(mine: &Name, theirs: &Name) {
    let (labels, others) = (mine.labels(), theirs.labels());
    assert_eq!(mine.label_count(), labels.len(), "{mine}");
    assert_eq!(
        mine.wire_len(),
        1 + labels.iter().map(|label| label.len() + 1).sum::<usize>(),
        "{mine}"
    );
    assert_eq!(
        mine.is_at_or_below(theirs),
        labels.ends_with(&others),
        "{mine} {theirs}"
    );
    let above = labels
        .split_first()
        .map(|(_, above)| Name::from_labels(above).unwrap());
    assert_eq!(mine.parent(), above, "{mine}");
    for count in 0..=labels.len() + 1 {
        let skip = labels.len().saturating_sub(count);
        assert_eq!(
            mine.suffix(count),
            Name::from_labels(&labels[skip..]).unwrap(),
            "{mine} {count}"
        );
    }
    let joined = Name::from_labels(labels.iter().chain(&others));
    match mine.is_root() {
        true => assert_eq!(theirs.prepend("."), Err(NameError::EmptyLabel)),
        false => assert_eq!(theirs.prepend(mine.as_str()), joined, "{mine} {theirs}"),
    }
}

#[test]
fn a_dot_inside_a_label_parts_nothing() {
    for mine in [
        ".",
        "nl",
        "b.nl",
        r"a\.b.nl",
        r"a\\.b.nl",
        r"\\\.nl",
        r"x\046nl",
        r"\..\.",
        "a.b.c.nl",
    ] {
        for theirs in [".", "nl", "b.nl", r"\.b.nl", r"a\.b.nl", r"\.nl"] {
            assert_the_texts_say_what_the_labels_say(&name(mine), &name(theirs));
        }
    }
}

proptest! {
    #[test]
    fn texts_are_asked_for_what_labels_say(
        mine in prop::collection::vec(prop::collection::vec(octet(), 1..5), 0..5),
        below in prop::collection::vec(prop::collection::vec(octet(), 1..5), 0..3),
    ) {
        let name = Name::from_labels(&mine).unwrap();
        let whole = Name::from_labels(below.iter().chain(&mine)).unwrap();
        assert_the_texts_say_what_the_labels_say(&whole, &name);
        assert_the_texts_say_what_the_labels_say(&name, &whole);
    }

    #[test]
    fn a_plain_text_reads_as_any_other(text in "[a-cA-C0-9._-]{0,12}|[a.]{0,300}|(a{60,70}[.]){1,5}") {
        let slowly = if text == "." { Ok(Name::root()) } else { labels_of(&text).and_then(Name::from_labels) };
        prop_assert_eq!(text.parse::<Name>(), slowly);
    }

    #[test]
    fn any_labels_survive_print_and_parse(labels in prop::collection::vec(prop::collection::vec(octet(), 1..20), 1..8)) {
        let made = Name::from_labels(&labels).unwrap();
        prop_assert_eq!(&made, &name(made.as_str()));
        let lower: Vec<Vec<u8>> = labels.iter().map(|l| l.to_ascii_lowercase()).collect();
        let of_texts: Vec<Vec<u8>> = made.label_texts().flat_map(|text| name(text).labels()).collect();
        prop_assert_eq!(&of_texts, &lower);
        prop_assert_eq!(made.labels(), lower);
    }

    #[test]
    fn any_text_parses_or_is_refused(text in ".*") {
        let _ = text.parse::<Name>();
    }
}
