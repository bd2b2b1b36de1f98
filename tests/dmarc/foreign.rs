//! What stands at `_dmarc` and belongs elsewhere: letters outside ASCII, records of other standards. One slip, one
//! finding, with what to write.

use crate::facts::{findings, judge_in, observe};
use crate::kinds::{look, only};

/// A letter outside ASCII breaks what it stands in; that it is one is not said a second time.
#[test]
fn an_accented_letter_is_one_finding() {
    for (tags, rule) in [
        ("p=r\u{e9}ject; rua=mailto:d@a.nl", "DMARC-012"),
        ("p=reject; sp=re\u{e9}ject; rua=mailto:d@a.nl", "DMARC-013"),
        ("p=reject; np=n\u{f6}ne; rua=mailto:d@a.nl", "DMARC-013"),
        ("p=reject; rua=mailto:d@m\u{fc}nchen.example", "DRPT-005"),
        ("p=reject; n\u{f6}te=x; rua=mailto:d@a.nl", "DMARC-005"),
    ] {
        let verdict = look(&format!("v=DMARC1; {tags}"));
        only(&verdict, rule);
        assert!(
            findings(&verdict, "DNS-020").is_empty() && findings(&verdict, "DNS-012").is_empty(),
            "{tags}: {:#?}",
            verdict.findings
        );
    }
}

/// Another standard's record at `_dmarc` is named, with the name it belongs at.
#[test]
fn a_record_of_another_standard_is_told_where_it_belongs() {
    for (text, what, place) in [
        (
            "v=TLSRPTv1; rua=mailto:d@a.nl",
            "a TLS-RPT record",
            "_smtp._tls.a.nl",
        ),
        ("v=STSv1; id=20260101", "an MTA-STS record", "_mta-sts.a.nl"),
        (
            "v=BIMI1; l=https://a.nl/l.svg",
            "a BIMI record",
            "default._bimi.a.nl",
        ),
        ("v=DKIM1; p=", "a DKIM key", "<selector>._domainkey.a.nl"),
    ] {
        let verdict = look(text);
        let found = only(&verdict, "DMARC-042");
        let says = format!(": what stands there is {what}, which belongs at {place}");
        assert!(found.message.ends_with(&says), "{text}: {}", found.message);
        assert!(
            found.fix.starts_with(&format!(
                "Move that record to {place}. Publish a record at _dmarc"
            )),
            "{text}: {}",
            found.fix
        );
        // At the domain itself it is missed by SPF.
        let verdict = judge_in(&format!("a.nl TXT {text}"), &observe("a.nl"));
        let found = only(&verdict, "SPF-101");
        assert!(found.message.ends_with(&says), "{text}: {}", found.message);
        assert!(
            found.fix.starts_with(&format!("Move that record to {place}. ")),
            "{text}: {}",
            found.fix
        );
    }
    // What is no record of anybody, and what SPF speaks of, is not named here.
    for text in ["some-verification=1", "v=STSv10; id=1", "v=spf1 -all"] {
        let verdict = look(text);
        let found = only(&verdict, "DMARC-042");
        assert!(!found.message.contains("belongs"), "{text}: {}", found.message);
    }
}
