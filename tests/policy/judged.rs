//! What is made of a policy that was served.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use zegel::inquiry::{Fact, Made, PolicyFile, PolicySource, Security, Served, settle_with};
use zegel::judge::{RecordSeen, ServedPolicy, Verdict, judge};
use zegel::recording::{self, Look, Recording};
use zegel::rules::Severity;

use crate::facts::{World, findings, intent, name, now, observe};

pub(crate) const SPEC: &str = "{domain: a.nl, role: Mail, mtaSts: {mode: Enforce, mx: [mx1.a.nl], maxAge: 7d}, tlsRpt: {reports: ['mailto:t@a.nl']}}";
pub(crate) const BODY: &str = "version: STSv1\nmode: enforce\nmx: mx1.a.nl\nmax_age: 604800\n";
pub(crate) const ZONE: &str = "_mta-sts.a.nl TXT v=STSv1; id=20260101\nmta-sts.a.nl A 192.0.2.1\na.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.2\n\
                               a.nl CAA 0 issue \"ca.example\"";

pub(crate) fn fact(served: Served) -> Fact<PolicyFile> {
    Fact {
        outcome: Ok(served),
        security: Security::NotAsked,
        source: PolicySource {
            server: Some("192.0.2.1:443".parse().expect("an address")),
        },
        made: Made::default(),
        seen_at: now(),
        expires_at: now() + SignedDuration::from_hours(1),
    }
}

fn judged(spec: &str, served: Served) -> Verdict {
    judged_in(ZONE, spec, served)
}

pub(crate) fn judged_in(zone: &str, spec: &str, served: Served) -> Verdict {
    let world = World::new(zone);
    let subject = match spec {
        "" => observe("a.nl"),
        spec => intent(spec),
    };
    let answer = |question: &zegel::inquiry::AnyQuestion, facts: &mut zegel::inquiry::Facts| {
        if let Some(dns) = question.dns() {
            facts.insert(dns.clone(), world.answer(dns));
        }
        if let Some(policy) = question.of::<PolicyFile>() {
            facts.insert(policy.clone(), fact(served.clone()));
        }
    };
    settle_with(answer, |inquiry| judge(&subject, inquiry, now())).0
}

pub(crate) fn file(body: &str) -> Served {
    Served::File {
        media_type: Some("text/plain; charset=utf-8".to_owned()),
        body: body.as_bytes().to_vec(),
    }
}

pub(crate) fn of_policy(verdict: &Verdict) -> Vec<(&'static str, Severity)> {
    let own = verdict
        .findings
        .iter()
        .filter(|one| one.rule.id.starts_with("STS"));
    own.map(|one| (one.rule.id, one.severity)).collect()
}

#[test]
fn each_slip_of_a_policy_is_one_finding() {
    let status = |code, location: Option<&str>| Served::Status {
        code,
        location: location.map(str::to_owned),
    };
    let with = |from: &str, to: &str| file(&BODY.replace(from, to));
    let html = Served::File {
        media_type: Some("text/html".to_owned()),
        body: BODY.into(),
    };
    let spa = file("<!doctype html>\n<html>\n<body>app</body>\n</html>\n");
    for (served, rule, severity, says) in [
        (
            status(301, Some("https://x.nl/")),
            "STS-010",
            Severity::Error,
            "redirect to https://x.nl/",
        ),
        (status(404, None), "STS-010", Severity::Error, "found 404"),
        (
            Served::Untrusted("it has expired".to_owned()),
            "STS-011",
            Severity::Error,
            "expired",
        ),
        (html, "STS-012", Severity::Warning, "text/html"),
        (Served::TooLarge, "STS-013", Severity::Error, "65536"),
        (spa, "STS-014", Severity::Error, "another file"),
        (with("mode: enforce\n", ""), "STS-014", Severity::Error, "no mode"),
        (with("mx: mx1", "mx = mx1"), "STS-014", Severity::Error, "line 3"),
        (
            with("mode: enforce", "mode enforce"),
            "STS-014",
            Severity::Error,
            "no key: value in line 2: mode enforce",
        ),
        (
            with("max_age: ", " max_age="),
            "STS-014",
            Severity::Error,
            "no key: value in line 4:  max_age=604800",
        ),
        (
            with("STSv1\n", "STSv1, "),
            "STS-015",
            Severity::Error,
            "version: STSv1, mode: enforce in line 1",
        ),
        (
            with("\n", " "),
            "STS-015",
            Severity::Error,
            "version: STSv1 mode: enforce mx: mx1.a.nl max_age: 604800",
        ),
        (
            with("mx1.a.nl\n", "mx1.a.nl; "),
            "STS-020",
            Severity::Error,
            "mx1.a.nl; max_age: 604800 in line 3",
        ),
        (
            with("mx: mx1.a.nl", "x:\nmx: mx1.a.nl"),
            "STS-014",
            Severity::Error,
            "a key whose value is none in line 3: x:",
        ),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl:25\nmx: mx1.a.nl"),
            "STS-020",
            Severity::Error,
            "mx1.a.nl:25 in line 3, which names a port",
        ),
        (with("STSv1", "STSv2"), "STS-015", Severity::Error, "STSv2"),
        (with("enforce", "Enforce"), "STS-016", Severity::Error, "Enforce"),
        (with("604800", "7d"), "STS-017", Severity::Error, "7d"),
        (with("mx: mx1.a.nl\n", ""), "STS-019", Severity::Error, "no mx"),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl\nmx: mail_1.a.nl"),
            "STS-020",
            Severity::Error,
            "mail_1.a.nl",
        ),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl\nmx: .a.nl"),
            "STS-021",
            Severity::Error,
            ".a.nl",
        ),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl\nmx: mål.a.nl"),
            "STS-022",
            Severity::Error,
            "A-labels",
        ),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl."),
            "STS-023",
            Severity::Warning,
            "dot at its end",
        ),
        (
            with("mx: mx1.a.nl", "# hosts\nmx: mx1.a.nl"),
            "STS-024",
            Severity::Error,
            "a comment in line 3",
        ),
        (
            with("mx: mx1.a.nl", "\nmx: mx1.a.nl"),
            "STS-024",
            Severity::Warning,
            "a blank line",
        ),
        (
            with("mx: mx1.a.nl", "mode: none\nmx: mx1.a.nl"),
            "STS-008",
            Severity::Warning,
            "the first counts",
        ),
        (
            Served::File {
                media_type: Some("text/plain".to_owned()),
                body: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0],
            },
            "STS-025",
            Severity::Error,
            "compressed (gzip)",
        ),
        (
            file(&format!("\u{feff}{BODY}")),
            "STS-025",
            Severity::Error,
            "byte order mark",
        ),
        (
            with("enforce", "testing"),
            "STS-032",
            Severity::Error,
            "mode: want enforce, found testing",
        ),
        (
            with("mx: mx1.a.nl", "mx: mx1.a.nl\nmx: mx2.a.nl"),
            "STS-032",
            Severity::Error,
            "want no mx2.a.nl",
        ),
        (
            with("604800", "86400"),
            "STS-032",
            Severity::Error,
            "max_age: want 604800, found 86400",
        ),
    ] {
        let verdict = judged(SPEC, served.clone());
        assert_eq!(of_policy(&verdict), [(rule, severity)], "{served:?}");
        let found = findings(&verdict, rule);
        assert!(
            found[0].managed && found[0].message.contains(says),
            "{}",
            found[0].message
        );
    }
    assert_eq!(of_policy(&judged(SPEC, file(BODY))), []);
    assert_eq!(of_policy(&judged(SPEC, file(&BODY.replace('\n', "\r\n")))), []);
}

/// Who serves it for others has a certificate for each of them.
#[test]
fn a_certificate_at_the_end_of_an_alias_is_said_of_who_serves_there() {
    let alias = ZONE.replace(
        "mta-sts.a.nl A 192.0.2.1",
        "mta-sts.a.nl CNAME p.provider.example\np.provider.example A 192.0.2.1",
    );
    let untrusted = || Served::Untrusted("it is for another name".to_owned());
    for (zone, rule) in [(ZONE, "STS-011"), (alias.as_str(), "STS-038")] {
        let verdict = judged_in(zone, SPEC, untrusted());
        assert_eq!(of_policy(&verdict), [(rule, Severity::Error)], "{zone}");
        let message = &findings(&verdict, rule)[0].message;
        assert_eq!(
            message.contains("from p.provider.example"),
            rule == "STS-038",
            "{message}"
        );
        assert!(message.contains("certificate for mta-sts.a.nl") && message.contains("another name"));
        assert_eq!(
            of_policy(&judged_in(zone, "", untrusted())),
            [(rule, Severity::Warning)]
        );
    }
    assert_eq!(of_policy(&judged_in(&alias, SPEC, file(BODY))), []);
}

#[test]
fn a_policy_nobody_manages_is_judged_beside_the_mx_and_is_a_warning_at_most() {
    let other = BODY.replace("mx1.a.nl", "mx9.a.nl");
    assert_eq!(
        of_policy(&judged("", file(&other))),
        [("STS-026", Severity::Warning), ("STS-027", Severity::Warning)]
    );
    // One label is a domain to the grammar: the policy is found, and covers nobody.
    for pattern in ["*.nl", "mail"] {
        let found = of_policy(&judged("", file(&BODY.replace("mx1.a.nl", pattern))));
        assert!(
            found.contains(&("STS-026", Severity::Warning)),
            "{pattern}: {found:?}"
        );
        assert!(
            found.iter().all(|(rule, _)| *rule != "STS-020"),
            "{pattern}: {found:?}"
        );
    }
    assert_eq!(
        of_policy(&judged("", Served::TooLarge)),
        [("STS-013", Severity::Warning)]
    );
    assert_eq!(of_policy(&judged("", file(BODY))), []);
    // Only whoever inspects a domain asks for it, or manages it.
    assert_eq!(
        of_policy(&judged("{domain: a.nl, role: Mail}", Served::TooLarge)),
        []
    );
}

#[test]
fn a_look_with_a_policy_can_be_judged_again() {
    for served in [
        file(BODY),
        Served::TooLarge,
        Served::Untrusted("it has expired".to_owned()),
        Served::Status {
            code: 301,
            location: Some("/x".to_owned()),
        },
    ] {
        let facts = [(PolicyFile { domain: name("a.nl") }, fact(served))]
            .into_iter()
            .collect();
        let look = Look {
            domain: name("a.nl"),
            at: now(),
            turn: 0,
            selectors: Vec::new(),
            questions: 1,
            hit_limit: false,
            facts,
        };
        let text = recording::whole(&look).expect("it can be written");
        let read = Recording::read(&text).expect("it can be read");
        assert_eq!(
            read.look(&look.domain).map(|look| &look.facts),
            Some(&look.facts),
            "{text}"
        );
    }
}

/// A policy has room for thousands of entries; a rule speaks of a few, and says how many more there are.
#[test]
fn of_thousands_of_entries_that_cover_nothing_none_is_left_unsaid() {
    for (count, shown, more) in [(8, 8, None), (9, 8, Some(1)), (3000, 8, Some(2992))] {
        let lines: String = (0..count).map(|at| format!("mx: w{at}.b.nl\n")).collect();
        let body = BODY.replace("mx: mx1.a.nl\n", &format!("mx: mx1.a.nl\n{lines}"));
        let verdict = judged("", file(&body));
        let found = findings(&verdict, "STS-027");
        assert_eq!(found.len(), shown, "{count}");
        let last = format!(
            "; and {} more like it, which are not shown",
            more.unwrap_or_default()
        );
        let says: Vec<bool> = found.iter().map(|one| one.message.ends_with(&last)).collect();
        let expected: Vec<bool> = (1..=shown).map(|at| more.is_some() && at == shown).collect();
        assert_eq!(says, expected, "{count}");
        // So is said of what breaks the file.
        let broken = body.replace("mx: w", "mx: -w");
        let found = of_policy(&judged("", file(&broken)));
        assert_eq!(
            found.iter().filter(|(rule, _)| *rule == "STS-020").count(),
            shown,
            "{count}"
        );
    }
}

#[test]
fn rules_of_the_file_are_all_met_here() {
    let of_the_file: BTreeSet<&str> = zegel::rules::mtasts::file::RULES
        .iter()
        .map(|rule| rule.id)
        .collect();
    let sources = [include_str!("judged.rs"), include_str!("issuers.rs")];
    for id in of_the_file {
        let is_met = sources.iter().any(|source| source.contains(&format!("\"{id}\"")));
        assert!(is_met, "{id}");
    }
}

#[test]
fn hosts_that_are_wanted_in_the_mx_are_in_the_policy_first() {
    let spec =
        |hosts: &str, sts: &str| format!("{{domain: a.nl, role: Mail, mx: {{hosts: [{hosts}]}}, {sts}}}");
    let (one, two) = (
        "{preference: 10, host: mx1.a.nl}",
        "{preference: 20, host: mx2.a.nl}",
    );
    let both = format!("{one}, {two}");
    let sts = "mtaSts: {mode: Enforce, maxAge: 7d}, tlsRpt: {reports: ['mailto:t@a.nl']}";
    let testing = BODY.replace("enforce", "testing");
    let wild = BODY.replace("mx: mx1.a.nl", "mx: '*.a.nl'").replace('\'', "");
    for (spec, body, fires) in [
        (spec(&both, ""), BODY, true),
        (spec(&both, sts), BODY, true),
        (spec(one, ""), BODY, false),
        (spec(&both, ""), &*testing, false),
        (spec(&both, ""), &*wild, false),
    ] {
        let verdict = judged(&spec, file(body));
        let found = findings(&verdict, "STS-033");
        assert_eq!(found.len(), usize::from(fires), "{spec}\n{body}");
        for finding in found {
            assert_eq!((finding.severity, finding.managed), (Severity::Warning, true));
            assert_eq!(finding.subject.as_deref(), Some("mx2.a.nl"));
            assert!(finding.message.contains("7 days"), "{}", finding.message);
        }
    }
}

#[test]
fn one_look_says_of_a_policy_that_is_taken_back_what_it_cannot_know() {
    let none = "version: STSv1\nmode: none\nmax_age: 86400\n";
    for spec in ["", "{domain: a.nl, role: Mail, mtaSts: {mode: None}}"] {
        let verdict = judged(spec, file(none));
        let [finding] = findings(&verdict, "STS-034")[..] else {
            panic!("{spec}: {:#?}", verdict.findings);
        };
        assert_eq!(finding.severity, Severity::Info);
        assert!(
            finding.message.contains("one look does not know"),
            "{}",
            finding.message
        );
        assert!(findings(&judged(spec, file(BODY)), "STS-034").is_empty());
    }
}

#[test]
fn what_was_seen_is_told_to_who_remembers() {
    let none = "version: STSv1\nmode: none\nmax_age: 86400\n";
    for (served, want) in [
        (file(BODY), Some(Some("enforce"))),
        (file(none), Some(Some("none"))),
        (file("hello"), Some(None)),
        (Served::TooLarge, Some(None)),
    ] {
        let seen = judged(SPEC, served.clone()).policy.expect("something was seen");
        assert_eq!(seen.record, RecordSeen::Id("20260101".to_owned()));
        assert_eq!(seen.hosts.map(|hosts| hosts.len()), Some(1));
        let found = match seen.served {
            ServedPolicy::Unknown => None,
            ServedPolicy::Nothing => Some(None),
            ServedPolicy::Policy(policy) => Some(Some(policy.mode.as_str())),
        };
        assert_eq!(found, want, "{served:?}");
    }
    // Where nobody asks for the policy, it is not known.
    let unasked = judged("{domain: a.nl, role: Mail}", file(BODY))
        .policy
        .expect("something was seen");
    assert_eq!((unasked.wanted, unasked.served), (None, ServedPolicy::Unknown));
}
