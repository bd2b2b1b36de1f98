//! Every format, over the same report.

use zegel::inquiry::Need;
use zegel::intent::SpecError;
use zegel::judge::{RecordVerdict, State, Unanswered};
use zegel::records::Standard;
use zegel::report::json::Open;
use zegel::report::sarif::Invalid;
use zegel::report::{Origin, Outcome, Report, Style, csv, json, junit, sarif, table};
use zegel::rules::Severity;

use super::made_up::{everything, finding, inspected, noon, record, unanswered, verdict};

pub(crate) fn invalid() -> Invalid {
    Invalid {
        file: "mail/bad.yaml".to_owned(),
        line: 9,
        error: SpecError::new("spec.spf.all", "write one of all and redirect <not both>"),
    }
}

#[test]
fn table_for_a_person() {
    insta::assert_snapshot!(table::domain(&everything(), Style::PLAIN));
}

#[test]
fn table_on_a_narrow_terminal() {
    let style = Style {
        width: 60,
        ..Style::PLAIN
    };
    let text = table::domain(&everything(), style);
    insta::assert_snapshot!(text);
}

#[test]
fn colour_changes_no_letter() {
    let colour = Style {
        colour: true,
        ..Style::PLAIN
    };
    let painted = table::domain(&everything(), colour);
    assert!(painted.contains("\u{1b}[31m"), "{painted}");
    let mut plain = String::new();
    let mut rest = painted.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').expect("an escape ends").1;
    }
    plain.push_str(rest);
    assert_eq!(plain, table::domain(&everything(), Style::PLAIN));
}

#[test]
fn json_names_things_as_the_status_does() {
    let line = json::report(&everything());
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
    let keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "schemaVersion",
            "at",
            "outcome",
            "domain",
            "source",
            "file",
            "line",
            "namespace",
            "name",
            "summary",
            "records",
            "findings",
            "unanswered",
            "validation"
        ]
    );
    insta::assert_snapshot!(format!("{value:#}"));
}

#[test]
fn junit_keeps_failures_and_errors_apart() {
    insta::assert_snapshot!(junit::suites(&[everything()], &[invalid()]));
}

/// A pipeline shows one line: it says what is right, whatever the judgement had to say.
#[test]
fn of_what_differs_every_format_says_what_is_wanted_and_what_is_found() {
    let any_key = "exactly one valid key, whichever: the provider publishes it";
    for (state, desired, condition, observed, differences, says) in [
        (
            State::Missing,
            &["v=DMARC1; p=reject"][..],
            None,
            &[][..],
            &[][..],
            "want v=DMARC1; p=reject, found nothing",
        ),
        (
            State::Missing,
            &["v=DMARC1; p=reject"],
            None,
            &["v=DMARC; p=reject"],
            &["the version is not DMARC1"],
            "want v=DMARC1; p=reject, found v=DMARC; p=reject: the version is not DMARC1",
        ),
        (
            State::Missing,
            &[],
            Some(any_key),
            &[],
            &["want a key record, found none"],
            "want exactly one valid key, whichever: the provider publishes it, found nothing",
        ),
        // What is seen of it beside that is no repetition.
        (
            State::Missing,
            &[],
            Some(any_key),
            &["v=DKIM1; p="],
            &["want a key, found a revoked one"],
            "want exactly one valid key, whichever: the provider publishes it, found v=DKIM1; p=: want a key, found a revoked one",
        ),
        // The type is said already.
        (
            State::Missing,
            &["a.provider.example"],
            None,
            &[],
            &["TXT: want a.provider.example, found none"],
            "want a.provider.example, found none",
        ),
        (
            State::Missing,
            &["0 ."],
            Some("only where the name has an A or AAAA record"),
            &[],
            &[],
            "want 0 . (only where the name has an A or AAAA record), found nothing",
        ),
        (
            State::Unexpected,
            &[],
            None,
            &["v=DMARC1; p=none"],
            &[],
            "want nothing, found v=DMARC1; p=none",
        ),
        (
            State::Drifted,
            &["10 a.nl", "20 b.nl"],
            None,
            &["10 a.nl"],
            &[],
            "want 10 a.nl | 20 b.nl, found 10 a.nl",
        ),
        (
            State::Drifted,
            &["v=DMARC1; p=reject"],
            None,
            &["v=DMARC1; p=none"],
            &["p: want reject, found none"],
            "p: want reject, found none",
        ),
    ] {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let record = RecordVerdict {
            desired: texts(desired),
            condition: condition.map(str::to_owned),
            observed: texts(observed),
            differences: texts(differences),
            ..record("_dmarc.voorbeeld.nl", Standard::Dmarc, state)
        };
        let report = Report::of_manifest(
            verdict(vec![record], Vec::new()),
            noon(),
            Default::default(),
            Vec::new(),
        );
        let sarif = sarif::log(std::slice::from_ref(&report), &[], None);
        let csv = csv::row(&report);
        let junit = junit::suites(&[report], &[]);
        let word = state.as_str();
        for (format, text, line) in [
            (
                "sarif",
                &sarif,
                format!("_dmarc.voorbeeld.nl TXT {word}: {says}\""),
            ),
            (
                "junit",
                &junit,
                format!("type=\"{word}\" message=\"{says}\">want: "),
            ),
            ("csv", &csv, says.to_owned()),
        ] {
            assert!(text.contains(&line), "{format}: {line}\n{text}");
        }
        let nothing_wanted = junit.contains("want: nothing");
        assert_eq!(nothing_wanted, state == State::Unexpected, "{junit}");
    }
}

#[test]
fn a_look_that_could_not_be_made_is_no_suite_that_passed() {
    let mut none = verdict(Vec::new(), Vec::new());
    none.unanswered = vec![unanswered(Need::Essential)];
    let xml = junit::suites(&[Report::of_domain(none, noon(), inspected())], &[]);
    assert!(
        xml.contains("errors=\"1\"") && xml.contains("<error type=\"ServFail\""),
        "{xml}"
    );
}

#[test]
fn the_outcome_is_the_worst_that_is_known() {
    let in_sync = || record("voorbeeld.nl", Standard::Spf, State::InSync);
    let unknown = || record("voorbeeld.nl", Standard::Spf, State::Unknown);
    let missing = || record("voorbeeld.nl", Standard::Spf, State::Missing);
    for (records, findings, open, origin, outcome) in [
        (vec![], vec![], None, Origin::Domain, Outcome::Fine),
        (vec![in_sync()], vec![], None, Origin::Manifest, Outcome::Fine),
        (
            vec![in_sync(), unknown()],
            vec![],
            None,
            Origin::Manifest,
            Outcome::Unknown,
        ),
        (
            vec![unknown(), missing()],
            vec![],
            Some(Need::Essential),
            Origin::Manifest,
            Outcome::Wrong,
        ),
        (
            vec![in_sync()],
            vec![],
            Some(Need::Essential),
            Origin::Manifest,
            Outcome::Unknown,
        ),
        (
            vec![in_sync()],
            vec![],
            Some(Need::Evidence),
            Origin::Manifest,
            Outcome::Fine,
        ),
        (
            vec![in_sync()],
            vec![],
            Some(Need::Compliance),
            Origin::Manifest,
            Outcome::Unknown,
        ),
        (
            vec![],
            vec![],
            Some(Need::Compliance),
            Origin::Domain,
            Outcome::Unknown,
        ),
        (
            vec![in_sync()],
            vec![finding(Severity::Error, true)],
            None,
            Origin::Manifest,
            Outcome::Wrong,
        ),
        (
            vec![in_sync()],
            vec![finding(Severity::Error, false)],
            None,
            Origin::Manifest,
            Outcome::Fine,
        ),
        (
            vec![],
            vec![finding(Severity::Error, false)],
            None,
            Origin::Domain,
            Outcome::Wrong,
        ),
        (
            vec![],
            vec![finding(Severity::Warning, true)],
            None,
            Origin::Domain,
            Outcome::Fine,
        ),
    ] {
        let mut verdict = verdict(records, findings);
        verdict.unanswered = open.map(unanswered).into_iter().collect();
        let report = match origin {
            Origin::Domain => Report::of_domain(verdict, noon(), inspected()),
            Origin::Manifest => Report::of_manifest(verdict, noon(), Default::default(), Vec::new()),
        };
        assert_eq!(report.outcome(), outcome, "{report:?}");
    }
}

/// Of a record nobody's manifest has a value for, and that is wanted all the same, it is said what is wanted.
#[test]
fn a_requirement_is_no_want_of_nothing() {
    let everywhere = "every host of the MX has TLSA records senders can use, and all of it is signed";
    for (state, condition, wanted) in [
        (State::Missing, Some(everywhere), "every host of the MX"),
        (
            State::Drifted,
            Some("every mail server of the domain offers TLS"),
            "every mail server",
        ),
        (
            State::Missing,
            Some("exactly one valid key, whichever"),
            "exactly one",
        ),
        (State::Unexpected, None, "nothing"),
    ] {
        let record = RecordVerdict {
            condition: condition.map(str::to_owned),
            observed: vec!["something".to_owned()],
            differences: vec!["want it, found something else".to_owned()],
            ..record("voorbeeld.nl", Standard::Dane, state)
        };
        let verdict = verdict(vec![record], Vec::new());
        let report = Report::of_manifest(verdict, noon(), Default::default(), Vec::new());
        let text = table::domain(&report, Style::PLAIN);
        assert!(text.contains(&format!("  want   {wanted}")), "{text}");
        assert_eq!(text.contains("want   nothing"), condition.is_none(), "{text}");
    }
}

/// What only advice hangs on is told as that, and what a record's state hangs on is not, with the words of who gave no answer.
#[test]
fn what_a_state_hangs_on_is_not_told_as_advice() {
    let refusal = Some("454 4.7.0 TLS not available");
    for (holds, words) in [(true, refusal), (true, None), (false, refusal), (false, None)] {
        let verdict = verdict(Vec::new(), Vec::new());
        let mut report = Report::of_manifest(verdict, noon(), Default::default(), Vec::new());
        let open = Unanswered {
            holds,
            words: words.map(str::to_owned),
            ..unanswered(Need::Evidence)
        };
        assert_eq!(report.decides(&open), holds);
        report.verdict.unanswered = vec![open];
        let text = table::domain(&report, Style::PLAIN);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.contains("only advice"), !holds, "{text}");
        let json: serde_json::Value =
            serde_json::to_value(Open::from(&report.verdict.unanswered[0])).expect("JSON");
        assert_eq!(json["essential"], holds);
        if let Some(words) = words {
            assert!(text.contains(words), "{text}");
            assert!(
                json["why"].as_str().is_some_and(|why| why.ends_with(words)),
                "{json}"
            );
        }
    }
}
