//! What is no recording, and in which words it is refused.

use super::*;

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let with = |fact: &str| {
        format!(
            r#"{{"recording": 1, "beganAt": "2026-11-26T20:10:00Z", "looks": [{{"domain": "voorbeeld.nl", "at": "2026-11-26T20:10:00Z", "facts": [
            {{"name": "voorbeeld.nl", "seenAt": "2026-11-26T20:10:00Z", "expiresAt": "2026-11-26T20:10:00Z", {fact}}}]}}]}}"#
        )
    };
    let plain = with(r#""type": "TXT", "absence": "NoData""#);
    let read = Recording::read(&plain).unwrap();
    let look = read.look(&name("voorbeeld.nl")).unwrap();
    assert_eq!(
        look.facts.passes(),
        Some(Passes::Unknown),
        "one of before does not say"
    );
    let odd = plain.replace(r#""facts""#, r#""validation": "Perhaps", "facts""#);
    let error = Recording::read(&odd).unwrap_err().to_string();
    assert!(
        error.contains("want as validation one of Off, Validates"),
        "{error}"
    );
    for (text, says) in [
        (String::new(), "it is no recording of zegel"),
        ("{}".to_owned(), "missing field `recording`"),
        (
            r#"{"recording": 2}"#.to_owned(),
            "it is recording version 2, and this zegel reads up to 1",
        ),
        (
            with(r#""type": "TXT""#),
            "voorbeeld.nl TXT: want exactly one of values, absence and trouble",
        ),
        (with(r#""type": "TXT", "values": []"#), "want exactly one of"),
        (
            with(r#""type": "TXT", "values": ["a"], "trouble": "Timeout""#),
            "want exactly one of",
        ),
        (
            with(r#""type": "TXT", "values": ["v=spf1"]"#),
            "\"v=spf1\" is no list of quoted strings",
        ),
        (
            with(r#""type": "A", "values": ["192.0.2.256"]"#),
            "\"192.0.2.256\" is no IPv4 address",
        ),
        (
            with(r#""type": "MX", "values": ["mx.example"]"#),
            "is no preference and host",
        ),
        (
            with(r#""type": "MX", "values": ["70000 mx.example"]"#),
            "\"70000\" is no preference",
        ),
        (
            with(r#""type": "NS", "values": ["a..b"]"#),
            "\"a..b\": a label is empty",
        ),
        (
            with(r#""type": "LOC", "absence": "NoData""#),
            "\"LOC\" is no type of records",
        ),
        (
            with(r#""type": "A", "trouble": "Tired""#),
            "\"Tired\" is no reason",
        ),
    ] {
        let error = Recording::read(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}
