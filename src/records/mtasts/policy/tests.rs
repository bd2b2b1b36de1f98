//! Policy files right and wrong, and that what is written is read.

use super::*;
use proptest::prelude::*;

const GOOD: &str = "version: STSv1\nmode: enforce\nmx: mx1.a.nl\nmx: *.b.nl\nmax_age: 604800\n";

fn policy(text: &str) -> Policy {
    let read = parse_policy(text.as_bytes());
    read.policy.unwrap_or_else(|| panic!("{text}: {:?}", read.faults))
}

#[test]
fn lines_end_in_one_way_or_the_other_and_in_any_order() {
    let good = policy(GOOD);
    assert_eq!(
        (good.mode, good.max_age, good.mx.len()),
        (Mode::Enforce, 604_800, 2)
    );
    for text in [
        GOOD.replace('\n', "\r\n"),
        GOOD.trim_end().to_owned(),
        "max_age:604800\nmx:*.b.nl\nmx:\t mx1.A.nl\nmode:enforce\nversion:STSv1".to_owned(),
        format!("{GOOD}x-other: a b c\n"),
        format!("{GOOD}x: \u{e9}\n"),
        GOOD.replace("mx: *.b.nl", "mx: *.b.nl\nmx: mx1.a.nl"),
    ] {
        assert_eq!(policy(&text), good, "{text}");
    }
    assert_eq!(policy("version: STSv1\nmode: none\nmax_age: 86400\n").mx.len(), 0);
}

#[test]
fn what_is_wrong_is_told_by_its_line() {
    let with = |from: &str, to: &str| GOOD.replace(from, to);
    for (text, fault, fatal) in [
        (
            with("STSv1", "STSv2"),
            PolicyFault::Value(1, "version", "STSv2".into()),
            true,
        ),
        (
            with("enforce", "Enforce"),
            PolicyFault::Value(2, "mode", "Enforce".into()),
            true,
        ),
        (with("mode: enforce\n", ""), PolicyFault::Missing("mode"), true),
        (
            with("version: STSv1\n", ""),
            PolicyFault::Missing("version"),
            true,
        ),
        (
            with("max_age: 604800\n", ""),
            PolicyFault::Missing("max_age"),
            true,
        ),
        (
            with("604800", "31557601"),
            PolicyFault::Value(5, "max_age", "31557601".into()),
            true,
        ),
        (
            with("604800", "7d"),
            PolicyFault::Value(5, "max_age", "7d".into()),
            true,
        ),
        (
            with("604800", "+604800"),
            PolicyFault::Value(5, "max_age", "+604800".into()),
            true,
        ),
        (
            with("604800", "00000604800"),
            PolicyFault::Value(5, "max_age", "00000604800".into()),
            true,
        ),
        (
            with("*.b.nl", ".b.nl"),
            PolicyFault::Mx(4, ".b.nl".into(), PatternFault::LeadingDot),
            true,
        ),
        (
            with("mx: *.b.nl", "# backup"),
            PolicyFault::Line(4, "# backup".into()),
            true,
        ),
        (
            with("mx: *.b.nl", "mx = b.nl"),
            PolicyFault::Line(4, "mx = b.nl".into()),
            true,
        ),
        (with("mx: mx1.a.nl\nmx: *.b.nl\n", ""), PolicyFault::NoMx, true),
        (with("mx: *.b.nl", ""), PolicyFault::Blank(4), false),
        (
            with("mx: *.b.nl", "mode: testing"),
            PolicyFault::Twice(4, "mode".into()),
            false,
        ),
        (format!("\u{feff}{GOOD}"), PolicyFault::Encoding, true),
        (
            with("version:", "version :"),
            PolicyFault::Spaced(1, "version : STSv1".into()),
            true,
        ),
        (
            with("mode:", "mode\t:"),
            PolicyFault::Spaced(2, "mode\\009: enforce".into()),
            true,
        ),
        (
            with("mx: *", " mx: *"),
            PolicyFault::Spaced(4, " mx: *.b.nl".into()),
            true,
        ),
        (
            with("max_age:", "  max_age:"),
            PolicyFault::Spaced(5, "  max_age: 604800".into()),
            true,
        ),
        (
            with("mx: *.b.nl", "x-other : a"),
            PolicyFault::Spaced(4, "x-other : a".into()),
            true,
        ),
        (
            format!("{GOOD}x:\n"),
            PolicyFault::Unreadable(6, "x:".into()),
            true,
        ),
        (
            format!("{GOOD}x-other: \t\n"),
            PolicyFault::Unreadable(6, "x-other: \\009".into()),
            true,
        ),
        (
            format!("{GOOD}x: a\u{1}b\n"),
            PolicyFault::Unreadable(6, "x: a\\001b".into()),
            true,
        ),
        (GOOD.replace('\n', "\r"), PolicyFault::LineEnd(1), true),
        (with("enforce\n", "enforce\r"), PolicyFault::LineEnd(2), true),
        (GOOD.replace('\n', "\r\r\n"), PolicyFault::LineEnd(1), true),
        (String::new(), PolicyFault::Empty, true),
        ("\n".into(), PolicyFault::Empty, true),
        (" \r\n\r\n\t\n".into(), PolicyFault::Empty, true),
    ] {
        let read = parse_policy(text.as_bytes());
        assert_eq!(read.faults, [fault], "{text}");
        assert_eq!(read.policy.is_none(), fatal, "{text}");
    }
    assert_eq!(parse_policy(b"\xff\xfe").faults, [PolicyFault::Encoding]);
    let html = parse_policy(b"<!DOCTYPE html>\n<html></html>\n");
    assert!(html.policy.is_none() && html.faults.len() > 3);
}

/// A line that is missing because of another fault is said once, with that one.
#[test]
fn the_line_that_was_meant_is_known_by_its_key() {
    let line = |text: &str| PolicyFault::Line(1, text.into());
    let value = |text: &str| PolicyFault::Value(1, "version", text.into());
    let mx = |text: &str| PolicyFault::Mx(1, text.into(), PatternFault::Name);
    for (fault, key, swallows) in [
        (line("mode enforce"), "mode", true),
        (line("mode=enforce"), "mode", true),
        (line("mode"), "mode", true),
        (line(" \\009max_age\\009= 1"), "max_age", true),
        (line("modes enforce"), "mode", false),
        (line("the mode"), "mode", false),
        (line("<?xml version=\"1.0\"?>"), "version", false),
        (line("mode enforce"), "max_age", false),
        (value("STSv1, mode: enforce"), "mode", true),
        (value("STSv1 mode : enforce"), "mode", true),
        (value("STSv1;max_age=1"), "max_age", true),
        (value("STSv1 mode"), "mode", false),
        (value("STSv1 xmode: a"), "mode", false),
        (mx("a.nl, max_age: 1"), "max_age", true),
        (mx("mode.a.nl"), "mode", false),
        (PolicyFault::Missing("mode"), "mode", false),
        (PolicyFault::Twice(1, "mode".into()), "mode", false),
    ] {
        assert_eq!(fault.swallows(key), swallows, "{fault:?} {key}");
    }
}

#[test]
fn the_id_is_of_the_body_and_of_nothing_else() {
    let one = policy(GOOD);
    let id = one.id();
    assert_eq!(id.len(), 20);
    assert!(id.bytes().all(|octet| octet.is_ascii_alphanumeric()));
    // As `printf '…' | sha256sum | xxd -r -p | base32` has it.
    assert_eq!(base32(b"fooba"), "mzxw6ytb");
    assert_eq!(base32(b"foob"), "mzxw6yq");
    assert_eq!(base32(b"f"), "my");
    assert_eq!(
        policy(&GOOD.replace("mx: mx1.a.nl\nmx: *.b.nl", "mx: *.b.nl\nmx: MX1.a.nl")).id(),
        id
    );
    for other in [
        GOOD.replace("enforce", "testing"),
        GOOD.replace("604800", "604801"),
        GOOD.replace("*.b.nl", "b.b.nl"),
    ] {
        assert_ne!(policy(&other).id(), id, "{other}");
    }
}

fn some() -> impl Strategy<Value = Policy> {
    let pattern =
        ("(\\*\\.)?[a-z][a-z0-9]{0,5}\\.[a-z]{2,5}").prop_map(|text| Pattern::parse(&text).unwrap());
    let mode = prop::sample::select(vec![Mode::None, Mode::Testing, Mode::Enforce]);
    (mode, prop::collection::btree_set(pattern, 1..6), 0..=MAX_AGE).prop_map(|(mode, mx, max_age)| Policy {
        mode,
        mx,
        max_age,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(policy in some()) {
        let read = parse_policy(policy.body().as_bytes());
        prop_assert_eq!(&read.faults, &Vec::new());
        prop_assert_eq!(read.policy, Some(policy));
    }

    #[test]
    fn anything_can_be_read(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let read = parse_policy(&octets);
        prop_assert!(read.policy.is_some() || !read.faults.is_empty());
    }
}
