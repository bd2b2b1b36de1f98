//! The state of a wanted `_dmarc`: record, inherited, alias.

use zegel::intent::Intent;
use zegel::judge::{RecordVerdict, State};

use crate::facts::{intent, judge_in, record};

fn wants(dmarc: &str) -> Intent {
    intent(&format!("{{domain: a.voorbeeld.nl, role: Mail, dmarc: {dmarc}}}"))
}

fn at(zone: &str, intent: &Intent) -> RecordVerdict {
    let verdict = judge_in(zone, intent);
    record(&verdict, "_dmarc.a.voorbeeld.nl").clone()
}

#[test]
fn a_wanted_record() {
    let reject = "{policy: Reject, aggregateReports: ['mailto:dmarc@voorbeeld.nl']}";
    let same = "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl";
    let rows: &[(&str, String, State, &[&str])] = &[
        (
            "the same",
            format!("_dmarc.a.voorbeeld.nl TXT {same}"),
            State::InSync,
            &[],
        ),
        (
            "spelled otherwise",
            "_dmarc.a.voorbeeld.nl TXT v = DMARC1;rua=MAILTO:dmarc@voorbeeld.NL!10m ;p=Reject;pct=100"
                .to_owned(),
            State::InSync,
            &[],
        ),
        (
            "by an alias",
            format!("_dmarc.a.voorbeeld.nl CNAME x.example\nx.example TXT {same}"),
            State::InSync,
            &[],
        ),
        (
            "beside other text",
            format!("_dmarc.a.voorbeeld.nl TXT {same}\n_dmarc.a.voorbeeld.nl TXT hello"),
            State::InSync,
            &[],
        ),
        ("nothing", String::new(), State::Missing, &[]),
        (
            "other text only",
            "_dmarc.a.voorbeeld.nl TXT hello".to_owned(),
            State::Missing,
            &[],
        ),
        (
            "a near miss",
            "_dmarc.a.voorbeeld.nl TXT v=dmarc1; p=reject".to_owned(),
            State::Missing,
            &[
                "want a DMARC record, found a text receivers do not take for one: v must be exactly DMARC1, in capitals",
            ],
        ),
        (
            "two records, both the same in effect",
            format!("_dmarc.a.voorbeeld.nl TXT {same}\n_dmarc.a.voorbeeld.nl TXT {same};"),
            State::Drifted,
            &["records: want 1, found 2: receivers discard all of them"],
        ),
        (
            "another policy",
            "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl".to_owned(),
            State::Drifted,
            &[
                "p: want reject, found none",
                "sp: want reject, in effect none (absent, follows p)",
                "np: want reject, in effect none (absent, follows p)",
            ],
        ),
        (
            "no answer",
            "_dmarc.a.voorbeeld.nl TXT !SERVFAIL".to_owned(),
            State::Unknown,
            &[],
        ),
    ];
    for (what, zone, state, differences) in rows {
        let found = at(zone, &wants(reject));
        assert_eq!(found.state, *state, "{what}: {:?}", found.differences);
        assert_eq!(found.differences, *differences, "{what}");
    }
    let found = at("_dmarc.a.voorbeeld.nl TXT v=dmarc1; p=reject", &wants(reject));
    assert_eq!(found.observed, ["v=dmarc1; p=reject"], "a near miss is shown");
}

#[test]
fn sp_and_np_decide_only_where_the_record_is_the_organizational_domains() {
    let wanted = wants("{policy: Reject, subdomainPolicy: None}");
    let here = "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=reject";
    let differs = "sp: want none, in effect reject (absent, follows p)";
    for (what, above, state, differences) in [
        ("it is", "", State::Drifted, true),
        (
            "it is not",
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none",
            State::InSync,
            false,
        ),
        (
            "it is, by psd=y above",
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; psd=y",
            State::Drifted,
            true,
        ),
        (
            "nobody can tell",
            "_dmarc.voorbeeld.nl TXT !SERVFAIL",
            State::Unknown,
            false,
        ),
    ] {
        let found = at(&format!("{here}\n{above}"), &wanted);
        assert_eq!(found.state, state, "{what}");
        assert_eq!(
            found.differences.iter().any(|one| one == differs),
            differences,
            "{what}"
        );
    }
    // What differs anyway differs, whatever stands above.
    let zone = "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT !SERVFAIL";
    let found = at(zone, &wanted);
    assert_eq!(
        (found.state, found.differences.len()),
        (State::Drifted, 1),
        "{:?}",
        found.differences
    );
    // And where sp and np agree, nothing above is asked for the state.
    let found = at(
        &format!("{here}\n_dmarc.voorbeeld.nl TXT !SERVFAIL"),
        &wants("{policy: Reject}"),
    );
    assert_eq!((found.state, found.questions.len()), (State::InSync, 1));
}

#[test]
fn an_inherited_policy() {
    for (what, zone, state, difference) in [
        (
            "one above",
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
            State::InSync,
            "",
        ),
        (
            "one at the public suffix",
            "_dmarc.nl TXT v=DMARC1; p=none; psd=y",
            State::InSync,
            "",
        ),
        (
            "none",
            "",
            State::Missing,
            "inherit: want a record above that applies, found none",
        ),
        (
            "one that starts no DMARC",
            "_dmarc.voorbeeld.nl TXT v=DMARC1; p=x",
            State::Missing,
            "inherit: want a record above that applies, found one at _dmarc.voorbeeld.nl that starts no DMARC: v=DMARC1; p=x",
        ),
        (
            "one here",
            "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=none\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
            State::Unexpected,
            "record: want none here, found one: it is used instead of the inherited",
        ),
        (
            "a near miss here",
            "_dmarc.a.voorbeeld.nl TXT v=dmarc1\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
            State::InSync,
            "",
        ),
        (
            "no answer here",
            "_dmarc.a.voorbeeld.nl TXT !SERVFAIL\n_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
            State::Unknown,
            "",
        ),
        (
            "no answer above",
            "_dmarc.voorbeeld.nl TXT !TIMEOUT",
            State::Unknown,
            "",
        ),
    ] {
        let found = at(zone, &wants("{inherit: true}"));
        assert_eq!(found.state, state, "{what}");
        assert_eq!(found.differences.join("; "), difference, "{what}");
        assert_eq!(found.unanswered.is_some(), state == State::Unknown, "{what}");
    }
    let verdict = judge_in("_dmarc.voorbeeld.nl TXT !TIMEOUT", &wants("{inherit: true}"));
    assert!(
        !verdict.is_complete(),
        "the walk of an inherited policy is essential"
    );
    let found = at(
        "_dmarc.voorbeeld.nl TXT v=DMARC1; p=reject",
        &wants("{inherit: true}"),
    );
    assert_eq!(
        found.observed,
        ["inherited from _dmarc.voorbeeld.nl: v=DMARC1; p=reject"]
    );
}

#[test]
fn an_alias() {
    let at_end = "x.hosted.example TXT v=DMARC1; p=quarantine";
    let right = "_dmarc.a.voorbeeld.nl CNAME x.hosted.example";
    let rows: &[(&str, String, &str, State, &str)] = &[
        ("right", format!("{right}\n{at_end}"), "", State::InSync, ""),
        (
            "right, nothing at its end",
            right.to_owned(),
            "",
            State::InSync,
            "",
        ),
        (
            "right, its end gives no answer",
            format!("{right}\nx.hosted.example TXT !SERVFAIL"),
            "",
            State::InSync,
            "",
        ),
        (
            "elsewhere",
            "_dmarc.a.voorbeeld.nl CNAME y.example".to_owned(),
            "",
            State::Drifted,
            "CNAME: want x.hosted.example, found y.example",
        ),
        ("nothing", String::new(), "", State::Missing, ""),
        (
            "a copy",
            "_dmarc.a.voorbeeld.nl TXT v=DMARC1; p=quarantine".to_owned(),
            "",
            State::Drifted,
            "CNAME: found TXT in its place: copied or flattened, it will not follow the provider's changes",
        ),
        (
            "no answer",
            "_dmarc.a.voorbeeld.nl ANY !SERVFAIL".to_owned(),
            "",
            State::Unknown,
            "",
        ),
        (
            "strong enough",
            format!("{right}\n{at_end}"),
            ", atLeast: Quarantine",
            State::InSync,
            "",
        ),
        (
            "too weak",
            format!("{right}\n{at_end}"),
            ", atLeast: Reject",
            State::Drifted,
            "policy: want at least reject, found quarantine at its end",
        ),
        (
            "testing",
            format!("{right}\n{at_end}; t=y"),
            ", atLeast: Quarantine",
            State::Drifted,
            "policy: want at least quarantine, found none at its end, in effect for t=y",
        ),
        (
            "nothing there",
            right.to_owned(),
            ", atLeast: None",
            State::Drifted,
            "policy: want at least none, found no DMARC record at its end",
        ),
        (
            "two there",
            format!("{right}\n{at_end}\n{at_end};"),
            ", atLeast: None",
            State::Drifted,
            "policy: want at least none, found 2 records at its end: receivers discard all of them",
        ),
        (
            "no answer there",
            format!("{right}\nx.hosted.example TXT !SERVFAIL"),
            ", atLeast: Reject",
            State::Unknown,
            "",
        ),
    ];
    for (what, zone, at_least, state, difference) in rows {
        let found = at(zone, &wants(&format!("{{cname: x.hosted.example{at_least}}}")));
        assert_eq!(found.state, *state, "{what}: {:?}", found.differences);
        assert_eq!(found.differences.join("; "), *difference, "{what}");
    }
}
