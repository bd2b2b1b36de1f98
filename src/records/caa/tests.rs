//! What is read, written, and let by CAA records.

use proptest::prelude::*;

use super::*;

fn caa(text: &str) -> Caa {
    Caa::parse(text).unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn a_value_is_the_octets_between_its_quotes() {
    for (text, value, written) in [
        (
            "0 issue \"ca.example\"",
            &b"ca.example"[..],
            "0 issue \"ca.example\"",
        ),
        ("0 issue ca.example", b"ca.example", "0 issue \"ca.example\""),
        (
            "  0\t issue \t \"ca.example\" ",
            b"ca.example",
            "0 issue \"ca.example\"",
        ),
        ("0 issue \"\"", b"", "0 issue \"\""),
        ("0 issue \"a\\\"b\"", b"a\"b", "0 issue \"a\\\"b\""),
        (
            "0 issue \"\\\"ca.example\\\"\"",
            b"\"ca.example\"",
            "0 issue \"\\\"ca.example\\\"\"",
        ),
        ("0 issue \\\"a", b"\"a", "0 issue \"\\\"a\""),
        ("0 issue \"a\\\\\"", b"a\\", "0 issue \"a\\\\\""),
        ("0 issue \"a\\255b\"", b"a\xffb", "0 issue \"a\\255b\""),
        ("0 issue \\059", b";", "0 issue \";\""),
        (
            "0 issue \"caf\u{e9}\"",
            "caf\u{e9}".as_bytes(),
            "0 issue \"caf\\195\\169\"",
        ),
        ("255 ISSUE x", b"x", "255 ISSUE \"x\""),
        ("\\# 8 0005697373756578", b"x", "0 issue \"x\""),
        ("\\# 8 0005 6973 7375 6578", b"x", "0 issue \"x\""),
        // A tag, and a value of nothing.
        ("\\# 3 000169", b"", "0 i \"\""),
        ("\\# 5 8002612D78", b"x", "\\# 5 8002612D78"),
    ] {
        let record = caa(text);
        assert_eq!(record.value, value, "{text}");
        assert_eq!(record.to_string(), written, "{text}");
    }
}

#[test]
fn what_is_no_record_is_none() {
    for text in [
        "",
        "0",
        "0 issue",
        "0 issue ",
        "256 issue \"a\"",
        "-1 issue \"a\"",
        "+1 issue \"a\"",
        "x issue \"a\"",
        "0 is-sue \"a\"",
        "0 issue \"a",
        "0 issue \"a\"b",
        "0 issue \"a\" \"b\"",
        "0 issue a b",
        "0 issue ;",
        "0 issue a\"b\"",
        "0 issue \"a\\25\"",
        "0 issue \"a\\256\"",
        "0 issue \"a\\",
        "\\# 0",
        "\\# 4 0001",
        "\\# 2 00é0",
        "\\#",
    ] {
        let said = Caa::parse(text).unwrap_err();
        assert!(said.contains("is no CAA record"), "{text}: {said}");
    }
    for octets in [&b""[..], b"\0", b"\0\0", b"\0\0x", b"\0\x02i"] {
        assert_eq!(Caa::from_wire(octets), None, "{octets:?}");
    }
}

#[test]
fn a_record_holds_to_the_grammar_of_its_tag_or_does_not() {
    for (text, fault) in [
        ("0 issue \"letsencrypt.org\"", None),
        ("0 issue \";\"", None),
        ("0 issue \"\"", None),
        ("0 issue \" \\009\"", None),
        ("128 issuewild \"a.nl; policy=ev; account=1\"", None),
        ("0 issue \"a.nl; validationmethods=dns-01,ca-own\"", None),
        ("0 issue \"a.nl; validationmethods=dns-99\"", Some(Fault::Value)),
        ("0 issue \"a.nl; nothing\"", Some(Fault::Value)),
        ("0 issue \"a.nl; a=1;\"", Some(Fault::Value)),
        ("0 issue \"a.nl; a=1 2\"", Some(Fault::Value)),
        // Blanks stand around a parameter, and none around its sign (RFC 8659 4.2).
        ("0 issue \" a.nl ;  a=1 ;\\009b=2 \"", None),
        ("0 issue \"a.nl; a=\"", None),
        ("0 issue \"a.nl; a=b=c\"", None),
        ("0 issue \"a.nl; a = b\"", Some(Fault::Value)),
        ("0 issue \"a.nl; a =b\"", Some(Fault::Value)),
        ("0 issue \"a.nl; a= b\"", Some(Fault::Value)),
        ("0 issuewild \"a.nl; a=1; b\\009=2\"", Some(Fault::Value)),
        ("0 issuemail \"a.nl; = b\"", Some(Fault::Value)),
        ("0 issue \"-a.nl\"", Some(Fault::Value)),
        ("0 issue \"a.nl.\"", Some(Fault::Value)),
        ("0 issue \"a nl\"", Some(Fault::Value)),
        ("0 issue \"\\\"a.nl\\\"\"", Some(Fault::Value)),
        ("0 issue \"a\\255\"", Some(Fault::Value)),
        ("1 issue \"a.nl\"", Some(Fault::Flags)),
        ("0 iodef \"mailto:a@a.nl\"", None),
        ("0 iodef \"https://a.nl/x\"", None),
        ("0 iodef \"a@a.nl\"", Some(Fault::Value)),
        ("0 contactemail \"a@a.nl\"", None),
        ("0 contactphone \"+31 10\"", Some(Fault::Value)),
        ("0 contactphone \"+31-10\"", None),
        ("0 issuemail \"a.nl\"", None),
        ("0 auth \"x\"", Some(Fault::Tag)),
        ("0 unknown \"x\"", Some(Fault::Tag)),
        ("\\# 5 8002612D78", Some(Fault::Tag)),
    ] {
        assert_eq!(caa(text).fault(), fault, "{text}");
    }
}

#[test]
fn who_may_issue_follows_from_the_set() {
    let nobody = |why: &str| Leave::Nobody(why.to_owned());
    for (set, who) in [
        (&["0 iodef \"mailto:a@a.nl\""][..], Leave::Anybody),
        (&["0 issuewild \";\""], Leave::Anybody),
        (&["0 issue \"ca.example\""], Leave::Some),
        (&["0 ISSUE \"ca.example\""], Leave::Some),
        (
            &["0 issue \";\"", "0 issue \"ca.example; policy=x\""],
            Leave::Some,
        ),
        (&["128 issue \"ca.example\""], Leave::Some),
        (&["0 issue \";\"", "0 issuewild \"ca.example\""], Leave::Some),
        (&["0 issue \";\""], nobody("issue \";\" alone")),
        (&["0 issue \"; policy=x\""], nobody("issue \";\" alone")),
        (
            &["0 issue \";\"", "0 issuewild \";\""],
            nobody("issue \";\" alone"),
        ),
        // What is no value names nobody (RFC 8659 4.2).
        (
            &["0 issue \"%%%%%\""],
            nobody("issue \"%%%%%\", which names no authority"),
        ),
        (
            &["0 issue \"\\\"ca.example\\\"\""],
            nobody("issue \"\\\"ca.example\\\"\", which names no authority"),
        ),
        (
            &["0 issue \"ca.example; a = b\""],
            nobody("issue \"ca.example; a = b\", which names no authority"),
        ),
        (
            &["0 issue \"ca.example; a = b\"", "0 issue \"other.example; a=b\""],
            Leave::Some,
        ),
        (
            &["128 tbs \"x\"", "0 issue \"ca.example\""],
            nobody("the tag tbs, which is critical and nobody knows"),
        ),
        (
            &["\\# 5 8002612D78", "0 issue \"ca.example\""],
            nobody("the tag \"a-\", which is critical and nobody knows"),
        ),
        (&["0 tbs \"x\"", "0 issue \"ca.example\""], Leave::Some),
    ] {
        let records: Vec<Caa> = set.iter().map(|text| caa(text)).collect();
        assert_eq!(leave(&records), who, "{set:?}");
    }
    assert_eq!(leave(&[]), Leave::Anybody);
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(
        flags in any::<u8>(),
        tag in prop_oneof![
            "[a-zA-Z0-9]{1,20}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 1..=255),
        ],
        value in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let record = Caa { flags, tag, value };
        prop_assert_eq!(Caa::parse(&record.to_string()), Ok(record));
    }

    #[test]
    fn whatever_is_read_is_written_and_read_again(text in "([0-9]{1,3} [a-z]{1,6} )?.{0,40}") {
        if let Ok(record) = Caa::parse(&text) {
            let _ = (record.fault(), record.issue());
            prop_assert_eq!(Caa::parse(&record.to_string()), Ok(record.clone()));
            let _ = leave(&[record]);
        }
    }
}
