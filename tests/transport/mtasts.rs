//! MTA-STS (RFC 8461), as far as DNS and the manifest tell.

use std::collections::BTreeSet;

use zegel::inquiry::{AnyQuestion, Approach, Depth, Facts, Need, PolicyFile, settle_facts};
use zegel::judge::{State, judge};
use zegel::records::Standard;
use zegel::rules;

use crate::facts::{World, findings, intent, judge_in, now, observe, record, rule_ids};
use crate::rows::{E, I, Row, W, hold};

const SPEC: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: [mx1.a.nl]}}";
const TESTING: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: Testing, mx: [mx1.a.nl]}}";
const SHORT: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: [mx1.a.nl], maxAge: 1h}}";
const TAKEN_BACK: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: None}}";
const WIDE: &str =
    "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: ['*.provider.example', mx1.a.nl]}}";
const LOOK: &str = "";

const GOOD: &str = "_mta-sts.a.nl TXT v=STSv1; id=20260101;\nmta-sts.a.nl A 192.0.2.1\na.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.2\n\
                    _smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:tls@a.nl\na.nl CAA 0 issue \"ca.example\"";

fn with(records: &str) -> String {
    let rest: Vec<&str> = GOOD.lines().skip(1).collect();
    format!("{records}\n{}", rest.join("\n"))
}

#[rustfmt::skip] // A row is a line.
const ROWS: &[Row] = &[
    ("STS-001", E, SPEC, "_mta-sts.a.nl TXT v=stsv1; id=1", GOOD),
    ("STS-001", W, LOOK, "_mta-sts.a.nl TXT STSv1; id=1", "_mta-sts.a.nl TXT v=spf1 -all"),
    ("STS-001", E, SPEC, "_mta-sts.a.nl TXT v=STSv1, id=1", GOOD),
    ("STS-002", W, SPEC, "_mta-sts.a.nl TXT v=STSv1 ; id=1", GOOD),
    ("STS-003", E, SPEC, "_mta-sts.a.nl TXT v=STSv1; id=1\n_mta-sts.a.nl TXT v=STSv1; id=2", GOOD),
    ("STS-004", E, SPEC, "_mta-sts.a.nl TXT v=STSv1; id=2026-01-01", GOOD),
    ("STS-004", E, SPEC, "_mta-sts.a.nl TXT v=STSv1; ID=1", GOOD),
    ("STS-004", W, LOOK, "_mta-sts.a.nl TXT v=STSv1; id=123456789012345678901234567890123", "_mta-sts.a.nl TXT v=STSv1; id=12345678901234567890123456789012"),
    ("STS-006", W, SPEC, "_mta-sts.a.nl TXT v=STSv1; id=1; mode=enforce", GOOD),
    ("STS-007", E, SPEC, "_mta-sts.a.nl TXT v=STSv1;; id=1", GOOD),
    ("STS-007", E, SPEC, "_mta-sts.a.nl TXT v=STSv1; id = 1", GOOD),
    ("STS-007", E, SPEC, "_mta-sts.a.nl TXT \"v=STSv1; id=1 \"", "_mta-sts.a.nl TXT \"v=STSv1; id=1 ; \""),
    ("STS-007", W, LOOK, "_mta-sts.a.nl TXT \"v=STSv1; id=1; _x=b\"", GOOD),
    ("STS-001", E, SPEC, "_mta-sts.a.nl TXT \";v=STSv1; id=1\"", GOOD),
    ("STS-008", W, SPEC, "_mta-sts.a.nl TXT v=STSv1; id=1; id=2", GOOD),
    ("STS-040", I, TESTING, "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA 3 1 1 abababababababababababababababababababababababababababababababab", GOOD),
    ("STS-040", I, TESTING, "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA 2 1 1 abababababababababababababababababababababababababababababababab", "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_25._tcp.mx1.a.nl TLSA 1 1 1 abababababababababababababababababababababababababababababababab"),
    ("STS-009", W, SPEC, "_mta-sts.a.nl CNAME gone.b.nl", "_mta-sts.a.nl CNAME t.b.nl\nt.b.nl TXT v=STSv1; id=1"),
    ("STS-009", W, LOOK, "_mta-sts.a.nl CNAME t.b.nl\nt.b.nl TXT v=spf1 -all", "_mta-sts.a.nl TXT v=spf1 -all"),
    ("STS-018", W, SHORT, GOOD, "a.nl EXISTS\n_mta-sts.b.nl TXT x"),
    ("STS-026", E, SPEC, "a.nl MX 10 mx1.a.nl\na.nl MX 20 mx2.a.nl\nmx1.a.nl A 192.0.2.1\nmx2.a.nl A 192.0.2.2", GOOD),
    ("STS-026", W, TESTING, "a.nl MX 10 mx2.a.nl\nmx2.a.nl A 192.0.2.2", GOOD),
    ("STS-027", W, SPEC, "a.nl MX 10 mx2.a.nl\nmx2.a.nl A 192.0.2.2", GOOD),
    ("STS-028", W, WIDE, GOOD, "a.nl EXISTS\n_mta-sts.b.nl TXT x"),
    ("STS-035", E, SPEC, "_mta-sts.a.nl TXT v=STSv1; id=1", GOOD),
    ("STS-035", W, LOOK, "_mta-sts.a.nl TXT v=STSv1; id=1\nmta-sts.a.nl CNAME gone.a.nl", "_mta-sts.a.nl TXT v=STSv1; id=1\nmta-sts.a.nl A !SERVFAIL"),
    ("STS-036", W, SPEC, "a.nl MX 10 mx1.a.nl", GOOD),
    ("STS-037", I, SPEC, "a.nl MX 10 mx1.a.nl", GOOD),
    ("STS-037", I, SPEC, "a.nl EXISTS", "_mta-sts.a.nl TXT v=stsv1; id=1"),
    ("STS-037", I, SPEC, "_mta-sts.a.nl TXT v=spf1 -all", "_mta-sts.a.nl TXT !SERVFAIL"),
    ("STS-039", W, LOOK, "_mta-sts.a.nl TXT v=STSv1; id=1\na.nl MX 0 .", GOOD),
];

/// Rules about domains below others, and about looks from near: they have tests of their own.
const ELSEWHERE: [&str; 2] = ["STS-031", "STS-041"];

/// Rules about the manifest alone: no world can mend them.
const OF_THE_MANIFEST: [&str; 2] = ["STS-018", "STS-028"];

#[test]
fn each_rule_fires_where_it_should_and_nowhere_else() {
    let rows: Vec<Row> = ROWS
        .iter()
        .filter(|row| !OF_THE_MANIFEST.contains(&row.0))
        .copied()
        .collect();
    let rules: Vec<&rules::Rule> = rules::mtasts::RULES
        .iter()
        .copied()
        .filter(|rule| !OF_THE_MANIFEST.contains(&rule.id) && !ELSEWHERE.contains(&rule.id))
        .collect();
    hold(&rows, &rules, World::new);
    for (rule, severity, spec, zone, _) in ROWS.iter().filter(|row| OF_THE_MANIFEST.contains(&row.0)) {
        let verdict = judge_in(zone, &intent(spec));
        let found = findings(&verdict, rule);
        assert!(
            found.len() == 1 && found[0].severity == *severity,
            "{rule}: {found:#?}"
        );
        let verdict = judge_in(zone, &intent(SPEC));
        assert!(findings(&verdict, rule).is_empty(), "{rule}");
    }
}

/// One slip of a field is told once, and what was found in one way of quoting.
#[test]
fn a_field_that_is_none_is_none_that_senders_ignore() {
    let long = format!("{}=b", "a".repeat(33));
    for (text, rule, says) in [
        ("v=STSv1; id=1; _x=b", "STS-007", "a field's name that is none"),
        ("v=STSv1; id=1; .x=1", "STS-007", "a field's name that is none"),
        (
            &format!("v=STSv1; id=1; {long}"),
            "STS-007",
            "a field's name that is none",
        ),
        ("v=STSv1; \\010id=a", "STS-007", "a field's name that is none"),
        ("v=STSv1; id=1; x = 1", "STS-007", "white space around ="),
        ("v=STSv1; id=1; x=", "STS-007", "a field's value that is none"),
        ("v=STSv1; id=1; x", "STS-007", "a field without ="),
        ("v=STSv1; id=1; x=y", "STS-006", "found x=y, which senders ignore"),
        (
            "v=STSv1; id=1; x=a=b",
            "STS-006",
            "found x=a=b, whose value is none",
        ),
        ("v=STSv1; id=\\\"a\\\"", "STS-004", "found \"\\\"a\\\"\""),
        ("v=STSv1; id=a_1", "STS-004", "found \"a_1\""),
    ] {
        let zone = with(&format!("_mta-sts.a.nl TXT \"{text}\""));
        for (subject, managed) in [(intent(SPEC), true), (observe("a.nl"), false)] {
            let verdict = judge_in(&zone, &subject);
            let of_record = ["STS-004", "STS-006", "STS-007"];
            let said: Vec<_> = verdict
                .findings
                .iter()
                .filter(|one| of_record.contains(&one.rule.id))
                .collect();
            let [found] = said.as_slice() else {
                panic!("{text}: {said:#?}");
            };
            assert_eq!((found.rule.id, found.managed), (rule, managed), "{text}");
            assert!(found.message.contains(says), "{text}: {}", found.message);
        }
    }
}

/// What stands above a domain is not its own, and nobody who sends looks there.
#[test]
fn a_name_below_has_nothing_of_the_policy_above_it() {
    let above = "_mta-sts.a.nl TXT v=STSv1; id=1\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:t@a.nl";
    for (zone, fires) in [
        ("w.a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1", true),
        ("w.a.nl EXISTS", false),
        ("w.a.nl MX 0 .", false),
        (
            "w.a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1\n_mta-sts.w.a.nl TXT v=STSv1; id=2\n_smtp._tls.w.a.nl TXT v=TLSRPTv1; rua=mailto:t@a.nl",
            false,
        ),
    ] {
        let zone = format!("{above}\n{zone}");
        for subject in [observe("w.a.nl"), intent("{domain: w.a.nl, role: Mail}")] {
            let verdict = judge_in(&zone, &subject);
            for rule in ["STS-031", "TRPT-013"] {
                let found = findings(&verdict, rule);
                assert_eq!(found.len(), usize::from(fires), "{rule}: {zone}\n{found:#?}");
                assert!(
                    found
                        .iter()
                        .all(|one| one.severity == I && one.message.contains("one of a.nl alone"))
                );
            }
        }
        // Where it is managed that it is missing says it all.
        let managed = "{domain: w.a.nl, role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl]}, tlsRpt: {reports: ['mailto:t@a.nl']}}";
        let verdict = judge_in(&zone, &intent(managed));
        assert!(
            ["STS-031", "TRPT-013"]
                .iter()
                .all(|rule| findings(&verdict, rule).is_empty())
        );
    }
    // Two labels further, and no further up than who registered it.
    let deep = "v.w.a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.1";
    assert_eq!(
        findings(
            &judge_in(&format!("{above}\n{deep}"), &observe("v.w.a.nl")),
            "STS-031"
        )
        .len(),
        1
    );
    // Whether it takes mail is asked first, of both: where it takes none, or that is not known, nothing is asked above it.
    for (mx, asks) in [
        ("w.a.nl MX 10 mx.a.nl", true),
        ("w.a.nl MX 0 .", false),
        ("w.a.nl EXISTS", false),
        ("w.a.nl MX !SERVFAIL", false),
    ] {
        let world = World::new(&format!("{above}\n{mx}"));
        let mut asked = BTreeSet::new();
        let answer = |question: &AnyQuestion, facts: &mut Facts| {
            if let Some(dns) = question.dns() {
                asked.insert(dns.name.to_string());
                facts.insert(dns.clone(), world.answer(dns));
            }
        };
        let subject = observe("w.a.nl");
        settle_facts(Facts::new(), answer, |inquiry| judge(&subject, inquiry, now()));
        for name in ["_mta-sts.a.nl", "_smtp._tls.a.nl"] {
            assert_eq!(asked.contains(name), asks, "{name}: {mx}\n{asked:#?}");
        }
    }
    let other = "b.gov.uk MX 10 mx.a.nl\n_mta-sts.gov.uk TXT v=STSv1; id=1\n_mta-sts.uk TXT v=STSv1; id=1";
    assert!(findings(&judge_in(other, &observe("b.gov.uk")), "STS-031").is_empty());
}

/// A host that could serve a policy, and no record: told to who looks at a domain closely.
#[test]
fn a_host_named_mta_sts_without_a_record_is_told_to_who_looks_closely() {
    for (zone, fires) in [
        ("mta-sts.a.nl A 192.0.2.1", true),
        ("mta-sts.a.nl AAAA 2001:db8::1", true),
        ("*.a.nl A 192.0.2.1", true),
        ("mta-sts.a.nl CNAME gone.b.nl", false),
        ("mta-sts.a.nl TXT hello", false),
        ("mta-sts.a.nl A 192.0.2.1\n_mta-sts.a.nl TXT v=STSv1; id=1", false),
        ("mta-sts.a.nl A 192.0.2.1\n_mta-sts.a.nl TXT v=STSv1 id=1", false),
    ] {
        let world = World::new(&format!("a.nl EXISTS\n{zone}"));
        for (subject, depth, told) in [
            (observe("a.nl"), Depth::Closely, fires),
            (observe("a.nl"), Depth::Off, false),
            (observe("a.nl"), Depth::Troubled, false),
            (intent("{domain: a.nl, role: Mail}"), Depth::Closely, false),
        ] {
            let facts = Facts::new().approaching(Approach {
                depth,
                ..Approach::default()
            });
            let answer = |question: &AnyQuestion, facts: &mut Facts| {
                if let Some(dns) = question.dns() {
                    facts.insert(dns.clone(), world.answer(dns));
                }
            };
            let verdict = settle_facts(facts, answer, |inquiry| judge(&subject, inquiry, now())).0;
            let found = findings(&verdict, "STS-041");
            assert_eq!(found.len(), usize::from(told), "{zone} {depth:?}: {found:#?}");
            assert!(
                found
                    .iter()
                    .all(|one| one.severity == I && one.message.contains("found the host alone"))
            );
        }
    }
}

/// The id of a policy's body, as the desired record has it.
fn id(spec: &str) -> String {
    let values = intent(spec).wanted[0].desired().values;
    let id = values[0]
        .strip_prefix("v=STSv1; id=")
        .expect("a record of MTA-STS");
    id.trim_end_matches(';').to_owned()
}

#[test]
fn the_record_is_compared_by_the_digest_of_the_policy() {
    let id = id(SPEC);
    for (record_text, want, difference) in [
        (format!("v=STSv1; id={id};"), State::InSync, String::new()),
        (format!("v=STSv1;id={id}"), State::InSync, String::new()),
        (
            format!("\"v=STSv1; id=\" \"{id};\""),
            State::InSync,
            String::new(),
        ),
        (
            "v=STSv1; id=20260101".to_owned(),
            State::Drifted,
            format!("id: want {id}, found 20260101"),
        ),
        (
            format!("v=STSv1;; id={id}"),
            State::Drifted,
            "two semicolons".to_owned(),
        ),
        (
            format!("v=stsv1; id={id}"),
            State::Missing,
            "other letters".to_owned(),
        ),
        ("!TIMEOUT".to_owned(), State::Unknown, String::new()),
    ] {
        let verdict = judge_in(&with(&format!("_mta-sts.a.nl TXT {record_text}")), &intent(SPEC));
        let found = record(&verdict, "_mta-sts.a.nl");
        assert_eq!(
            (found.state, found.standard),
            (want, Standard::MtaSts),
            "{record_text}\n{found:#?}"
        );
        let said = found.differences.join("; ");
        assert!(
            said.contains(&difference) && said.is_empty() == difference.is_empty(),
            "{record_text}: {said}"
        );
    }
    let verdict = judge_in(&with("a.nl EXISTS"), &intent(SPEC));
    assert_eq!(record(&verdict, "_mta-sts.a.nl").state, State::Missing);
}

#[test]
fn the_policy_is_asked_for_where_it_is_managed_or_a_domain_is_inspected() {
    for (subject, need) in [
        (intent(SPEC), Some(Need::Compliance)),
        (observe("a.nl"), Some(Need::Evidence)),
        // Without a block nobody's server is troubled.
        (intent("{domain: a.nl, role: Mail}"), None),
    ] {
        let verdict = judge_in(GOOD, &subject);
        let found = verdict
            .unanswered
            .iter()
            .find(|one| one.question.of::<PolicyFile>().is_some());
        assert_eq!(found.map(|one| one.need), need);
    }
    // Where nothing could serve it nobody asks.
    let verdict = judge_in("_mta-sts.a.nl TXT v=STSv1; id=1", &intent(SPEC));
    assert!(
        verdict
            .unanswered
            .iter()
            .all(|one| one.question.of::<PolicyFile>().is_none())
    );
}

#[test]
fn a_policy_that_is_taken_back_shuts_nobody_out() {
    let verdict = judge_in(
        &with("_mta-sts.a.nl TXT v=STSv1; id=1\na.nl MX 20 mx9.c.nl\nmx9.c.nl A 192.0.2.9"),
        &intent(TAKEN_BACK),
    );
    let own = rule_ids(&verdict);
    for rule in ["STS-018", "STS-026", "STS-027", "STS-036", "STS-039"] {
        assert!(!own.contains(rule), "{rule}: {own:?}");
    }
}

#[test]
fn one_slip_is_one_finding() {
    for text in [
        "v=stsv1; id=1",
        "v=STSv1 ; id=1",
        "v=STSv1;; id=1",
        "v=STSv1; id = 1",
        "v=STSv1; id=",
        "v=STSv1; id=a-b",
        "v=STSv1; id=1; id=2",
        "v=STSv1; id=1; mode=enforce",
    ] {
        let verdict = judge_in(&with(&format!("_mta-sts.a.nl TXT {text}")), &intent(SPEC));
        let own: Vec<&str> = rule_ids(&verdict)
            .into_iter()
            .filter(|id| id.starts_with("STS"))
            .collect();
        assert_eq!(own.len(), 1, "{text}: {own:?}");
    }
}
