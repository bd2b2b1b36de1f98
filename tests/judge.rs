//! The judgement as a whole: what it must have asked before it says anything, and how its findings are ordered.

#[path = "support/facts.rs"]
mod facts;

use facts::{World, intent, name};
use zegel::inquiry::Need;
use zegel::intent::Intent;
use zegel::judge::{Verdict, judge};
use zegel::records::Standard;

fn observed(zone: &str) -> Verdict {
    World::new(zone).judge(&Intent::observe(name("voorbeeld.nl"), Vec::new(), Vec::new()))
}

fn managed(spec: &str, zone: &str) -> Verdict {
    World::new(zone).judge(&intent(spec))
}

const SOUND: &str = "
    voorbeeld.nl            TXT v=spf1 mx -all
    voorbeeld.nl            MX  10 mx.voorbeeld.nl
    mx.voorbeeld.nl         A   192.0.2.25
    mx.voorbeeld.nl         TXT v=spf1 a -all
    _dmarc.voorbeeld.nl     TXT v=DMARC1; p=reject; rua=mailto:d@voorbeeld.nl
";

#[test]
fn with_nothing_managed_the_domain_itself_must_have_answered() {
    assert!(observed(SOUND).is_complete());
    for silent in [
        "voorbeeld.nl TXT !SERVFAIL",
        "voorbeeld.nl MX !TIMEOUT",
        "_dmarc.voorbeeld.nl TXT !REFUSED",
        "voorbeeld.nl ANY !SERVFAIL",
    ] {
        let verdict = observed(&format!("{SOUND}\n{silent}"));
        assert!(!verdict.is_complete(), "{silent}");
        assert_eq!(verdict.observed_at(), None, "{silent}");
    }
}

#[test]
fn an_observation_is_as_old_as_its_oldest_essential_answer() {
    let verdict = observed(SOUND);
    assert_eq!(verdict.observed_at(), Some(facts::now()));
    let essential = verdict.asked.iter().filter(|one| one.need == Need::Essential);
    let questions: Vec<String> = essential.map(|one| one.question.to_string()).collect();
    for wanted in ["voorbeeld.nl TXT", "voorbeeld.nl MX", "_dmarc.voorbeeld.nl TXT"] {
        assert!(
            questions.iter().any(|asked| asked == wanted),
            "{wanted} in {questions:?}"
        );
    }
}

/// For a sender nothing matches, and none where there is no record to count in.
#[test]
fn lookups_of_spf_are_measured_in_the_record_there_is() {
    let zone = |record: &str| SOUND.replace("v=spf1 mx -all", record);
    let many: String = (0..11)
        .map(|number| format!(" exists:{number}.example"))
        .collect();
    for (record, lookups) in [
        ("v=spf1 mx -all", Some(1)),
        ("v=spf1 -all", Some(0)),
        ("v=spf1 include:mx.voorbeeld.nl -all", Some(2)),
        (&format!("v=spf1{many} -all"), Some(11)),
        ("no record at all", None),
    ] {
        let measures = observed(&zone(record)).measures;
        assert_eq!(measures.spf_lookups, lookups, "{record}");
        assert_eq!(measures.endings().count(), 0, "nobody looked at what ends");
    }
    let silent = observed(&format!("{SOUND}\nvoorbeeld.nl TXT !SERVFAIL"));
    assert_eq!(silent.measures.spf_lookups, None);
}

#[test]
fn a_domain_that_does_not_exist_is_an_error_and_comes_first() {
    for role in ["Mail", "Parked", "ReceiveOnly"] {
        let block = if role == "Mail" { "spf: {all: Fail}, " } else { "" };
        let verdict = managed(
            &format!("{{domain: voorbeeld.nl, role: {role}, {block}dmarc: {{policy: Reject}}}}"),
            "nl EXISTS",
        );
        let first = &verdict.findings[0];
        assert_eq!((first.rule.id, first.managed), ("DNS-024", true), "{role}");
        assert!(verdict.domain_is_missing(), "{role}");
    }
    let verdict = observed("nl EXISTS");
    assert_eq!(verdict.findings[0].rule.id, "DNS-024");
    assert!(!observed(SOUND).domain_is_missing());
    // A name without records is there, and so is one that is an alias to a name that is not.
    assert!(!observed("voorbeeld.nl EXISTS").domain_is_missing());
    assert!(!observed("voorbeeld.nl CNAME gone.example\nexample EXISTS").domain_is_missing());
}

#[test]
fn what_was_not_checked_is_said_once_a_standard() {
    let zone = format!("{SOUND}\nmx.voorbeeld.nl ANY !SERVFAIL\n_report._dmarc.voorbeeld.nl ANY !SERVFAIL");
    let verdict = observed(&zone);
    let not_checked = verdict.findings.iter().filter(|one| one.rule.id == "DNS-050");
    let subjects: Vec<_> = not_checked.map(|one| one.subject.clone()).collect();
    assert!(!subjects.is_empty());
    let mut once = subjects.clone();
    once.dedup();
    assert_eq!(once, subjects);
}

#[test]
fn only_questions_of_managed_standards_keep_compliance_from_being_known() {
    let spec = "{domain: voorbeeld.nl, role: Mail, dmarc: {policy: Reject, aggregateReports: ['mailto:d@voorbeeld.nl']}}";
    let verdict = managed(spec, SOUND);
    assert!(verdict.is_complete() && verdict.compliance_is_known());
    // Whether the domain exists hangs on its apex.
    let verdict = managed(spec, &format!("{SOUND}\nvoorbeeld.nl TXT !SERVFAIL"));
    assert!(verdict.is_complete() && !verdict.compliance_is_known());
    let open = verdict.unanswered.iter().find(|one| one.managed);
    assert_eq!(
        open.map(|one| (one.question.label(), one.need)),
        Some(("TXT", Need::Compliance))
    );
    assert!(open.is_some_and(|one| one.standards.contains(Standard::Dns)));
}

/// A question may weigh for a standard nobody manages, and be of interest to one that is: then no Error of what is managed hangs
/// on it.
#[test]
fn what_weighs_for_another_standard_alone_does_not_keep_compliance_from_being_known() {
    let spf = "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}}";
    let mx = "{domain: voorbeeld.nl, role: Mail, mx: {hosts: [{preference: 10, host: mx.voorbeeld.nl}]}}";
    let dmarc = "{domain: voorbeeld.nl, role: Mail, dmarc: {policy: Reject, aggregateReports: ['mailto:d@voorbeeld.nl']}}";
    for (spec, silent, is_known) in [
        // SPF wants to know how many addresses there are; an Error hangs on it for the MX alone.
        (spf, "mx.voorbeeld.nl AAAA !SERVFAIL", true),
        (mx, "mx.voorbeeld.nl AAAA !SERVFAIL", false),
        // Of the other family it hangs on it for both.
        (spf, "mx.voorbeeld.nl A !SERVFAIL", false),
        (mx, "mx.voorbeeld.nl A !SERVFAIL", false),
        (dmarc, "mx.voorbeeld.nl A !SERVFAIL", true),
        (dmarc, "mx.voorbeeld.nl AAAA !SERVFAIL", true),
    ] {
        let verdict = managed(spec, &format!("{SOUND}\n{silent}"));
        assert_eq!(
            verdict.compliance_is_known(),
            is_known,
            "{silent} {spec}: {:?}",
            verdict.unanswered
        );
        assert!(
            verdict
                .unanswered
                .iter()
                .any(|one| one.question.to_string() + " !SERVFAIL" == silent)
        );
    }
}

#[test]
fn one_slip_of_markup_is_said_once_by_the_standard_it_breaks() {
    for (owner, text, rule, marked) in [
        (
            "voorbeeld.nl",
            "\\\"v=spf1 mx -all\\\"",
            "SPF-002",
            &["\"", "\""][..],
        ),
        ("voorbeeld.nl", "\"  v=spf1 mx -all\"", "SPF-002", &["  "]),
        ("voorbeeld.nl", "v=spf1 mx \u{2013}all", "SPF-005", &["\u{2013}"]),
        (
            "voorbeeld.nl",
            "\u{201c}v=spf1 mx -all\u{201d}",
            "SPF-002",
            &["\u{201c}", "\u{201d}"],
        ),
        (
            "_dmarc.voorbeeld.nl",
            "\\\"v=DMARC1; p=reject\\\"",
            "DMARC-003",
            &["\"", "\""],
        ),
        (
            "_dmarc.voorbeeld.nl",
            "\" v=DMARC1; p=reject\"",
            "DMARC-003",
            &[" "],
        ),
    ] {
        let others = SOUND
            .lines()
            .filter(|line| !line.trim_start().starts_with(&format!("{owner} ")));
        let kept: Vec<&str> = others.collect();
        let mx = "voorbeeld.nl MX 10 mx.voorbeeld.nl";
        let verdict = observed(&format!("{}\n{mx}\n{owner} TXT {text}", kept.join("\n")));
        let said: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| one.excerpt.is_some() && *one.site.name() == name(owner))
            .collect();
        let rules: Vec<&str> = said.iter().map(|one| one.rule.id).collect();
        assert_eq!(rules, [rule], "{text}");
        let excerpt = said[0].excerpt.as_ref().expect("a text");
        let mut spans: Vec<_> = excerpt.spans().cloned().collect();
        spans.sort_by_key(|span| span.start);
        let shown: Vec<String> = spans
            .into_iter()
            .map(|span| String::from_utf8_lossy(&excerpt.text[span]).into_owned())
            .collect();
        assert_eq!(shown, marked, "{text}");
    }
}

#[test]
fn of_a_domain_that_does_not_exist_nothing_else_is_said_to_be_missing() {
    let ids = |verdict: &Verdict| -> Vec<&str> { verdict.findings.iter().map(|one| one.rule.id).collect() };
    assert_eq!(ids(&observed("nl EXISTS")), ["DNS-024"]);
    let parked = managed("{domain: voorbeeld.nl, role: Parked}", "nl EXISTS");
    let errors: Vec<&str> = parked
        .findings
        .iter()
        .filter(|one| one.severity == zegel::rules::Severity::Error)
        .map(|one| one.rule.id)
        .collect();
    assert_eq!(errors, ["DNS-024"]);
}

#[test]
fn networks_that_together_are_every_address_let_anyone_send_wherever_they_stand() {
    let halves = "q.p.example TXT v=spf1 ip4:0.0.0.0/1 -all\nr.p.example TXT v=spf1 ip4:128.0.0.0/1 -all";
    for (spf, fires) in [
        ("v=spf1 a/0 -all", true),
        ("v=spf1 mx/0 -all", true),
        ("v=spf1 include:q.p.example include:r.p.example -all", true),
        ("v=spf1 ip4:0.0.0.0/1 include:r.p.example -all", true),
        ("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", true),
        ("v=spf1 include:q.p.example -all", false),
        ("v=spf1 mx -all", false),
    ] {
        let zone = format!(
            "voorbeeld.nl A 192.0.2.80\nvoorbeeld.nl MX 10 mx.voorbeeld.nl\nmx.voorbeeld.nl A 192.0.2.25\n\
             voorbeeld.nl TXT {spf}\n{halves}"
        );
        let verdict = observed(&zone);
        let said = verdict.findings.iter().filter(|one| one.rule.id == "SPF-069");
        assert_eq!(said.count(), usize::from(fires), "{spf}");
    }
}

#[test]
fn a_root_beside_other_hosts_is_no_null_mx_to_spf() {
    let zone = "voorbeeld.nl MX 0 .\nvoorbeeld.nl MX 10 mx.voorbeeld.nl\nmx.voorbeeld.nl A 192.0.2.25\n\
                voorbeeld.nl TXT v=spf1 mx -all";
    let verdict = observed(zone);
    assert!(
        verdict.findings.iter().all(|one| one.rule.id != "SPF-051"),
        "{:#?}",
        verdict.findings
    );
    let alone = observed("voorbeeld.nl MX 0 .\nvoorbeeld.nl TXT v=spf1 mx -all");
    assert!(alone.findings.iter().any(|one| one.rule.id == "SPF-051"));
}

/// Over one pass's facts more than one intent can be judged: what is adopted is checked beside what is looked at.
#[test]
fn what_was_checked_for_one_intent_is_not_said_of_another() {
    let world = World::new(&format!(
        "{SOUND}\nselector1._domainkey.voorbeeld.nl CNAME nowhere.example"
    ));
    let observed = Intent::observe(name("voorbeeld.nl"), Vec::new(), Vec::new());
    let wanted = intent(
        "{domain: voorbeeld.nl, role: Mail, dkim: {selectors: [{name: selector1, cname: nowhere.example}]}}",
    );
    let alone = world.judge(&wanted);
    assert!(!alone.findings.is_empty());
    let both = world.settle(|inquiry| {
        let first = judge(&observed, inquiry, facts::now());
        (first, judge(&wanted, inquiry, facts::now()))
    });
    let said = |verdict: &Verdict| -> Vec<(&str, String)> {
        let findings = verdict.findings.iter();
        findings
            .map(|finding| (finding.rule.id, finding.message.clone()))
            .collect()
    };
    assert_eq!(said(&both.1), said(&alone));
    assert_eq!(said(&both.0), said(&world.judge(&observed)));
}

/// What a wave says while a question is open is thrown away, and is not put together.
#[test]
fn findings_are_said_once_nothing_is_open() {
    let wanted = intent(
        "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [a], all: Fail}, dmarc: {policy: Reject}}",
    );
    let mut said = Vec::new();
    World::new(SOUND).settle(|inquiry| {
        let verdict = judge(&wanted, inquiry, facts::now());
        said.push((
            inquiry.has_open(),
            verdict.asked.is_empty(),
            verdict.findings.is_empty(),
        ));
    });
    let (last, earlier) = said.split_last().expect("there was a wave");
    assert_eq!(*last, (false, false, false));
    assert!(
        !earlier.is_empty() && earlier.iter().all(|one| *one == (true, true, true)),
        "{said:?}"
    );
}

/// What a look at a domain of each kind costs, in runs of the judgement and in questions. They may only fall.
#[test]
fn a_look_takes_no_more_waves_and_questions_than_it_did() {
    let providers = "
        mx1.mail.example   A    192.0.2.1
        mx2.mail.example   A    192.0.2.2
        spf.mail.example   TXT  v=spf1 include:_n0.mail.example include:_n1.mail.example ~all
        _n0.mail.example   TXT  v=spf1 ip4:192.0.2.0/25 ~all
        _n1.mail.example   TXT  v=spf1 ip4:192.0.2.128/25 ~all
        s1-d-nl.mail.example  TXT v=DKIM1; p=MCowBQYDK2VwAyEA
        d.nl._report._dmarc.in.reports.example  TXT v=DMARC1;
        in.reports.example MX   10 mx1.mail.example
    ";
    let hosted = "
        d.nl               MX   10 mx1.mail.example
        d.nl               MX   20 mx2.mail.example
        d.nl               TXT  v=spf1 include:spf.mail.example -all
        s1._domainkey.d.nl CNAME s1-d-nl.mail.example
        _dmarc.d.nl        TXT  v=DMARC1; p=reject; rua=mailto:d@in.reports.example
    ";
    let parked = "
        d.nl               MX   0 .
        d.nl               TXT  v=spf1 -all
        *._domainkey.d.nl  TXT  v=DKIM1; p=
        _dmarc.d.nl        TXT  v=DMARC1; p=reject
    ";
    for (zone, spec, most_waves, most_questions) in [
        (
            hosted,
            "{domain: d.nl, role: Mail, spf: {mechanisms: ['include:spf.mail.example'], all: Fail}, \
             dkim: {selectors: [{name: s1, cname: s1-d-nl.mail.example}]}, \
             dmarc: {policy: Reject, aggregateReports: ['mailto:d@in.reports.example']}}",
            4,
            27,
        ),
        (parked, "{domain: d.nl, role: Parked}", 3, 14),
        ("", "{domain: d.nl, role: Parked}", 3, 14),
    ] {
        let wanted = intent(spec);
        let mut waves = 0;
        let questions = World::new(&format!("{providers}{zone}")).settle(|inquiry| {
            waves += 1;
            judge(&wanted, inquiry, facts::now());
            inquiry.asked().count()
        });
        assert!(waves <= most_waves, "{spec}: {waves} waves");
        assert!(questions <= most_questions, "{spec}: {questions} questions");
    }
}

/// What is no printable octet is shown once as `\DDD`, whoever tells of it.
#[test]
fn odd_octets_are_escaped_once() {
    for zone in [
        "_mta-sts.voorbeeld.nl TXT v=STSv1; id=\\195\\169",
        "_smtp._tls.voorbeeld.nl TXT v=TLSRPTv1; rua=\\195\\169",
        "_dmarc.voorbeeld.nl TXT \\195\\169v=DMARC1; p=none",
        "_dmarc.voorbeeld.nl TXT v=DMARC1; p=none; rua=\\195mailto:x@voorbeeld.nl",
    ] {
        let verdict = observed(&format!(
            "{zone}\nvoorbeeld.nl MX 10 mx1.voorbeeld.nl\nmx1.voorbeeld.nl A 192.0.2.25"
        ));
        let messages: Vec<&str> = verdict.findings.iter().map(|one| one.message.as_str()).collect();
        let says = |what: &str| messages.iter().any(|message| message.contains(what));
        assert!(says("\\195") && !says("\\\\195"), "{zone}: {messages:#?}");
    }
}

/// A host that is nowhere for everybody is not asked for: no resolver makes it another.
#[test]
fn names_that_mean_nothing_are_not_asked_for() {
    let is_asked = |verdict: &Verdict, host: &str| {
        let mut names = verdict.asked.iter().map(|one| one.question.name().as_str());
        names.any(|name| name == host)
    };
    for host in [
        "localhost",
        "mail.localhost",
        "mx.test",
        "mail.home.arpa",
        "mx.invalid",
        "x.onion",
        "mail.office.local",
        "mx.alt",
    ] {
        let zone =
            format!("voorbeeld.nl TXT v=spf1 mx -all\nvoorbeeld.nl MX 10 {host}\n{host} ANY !SERVFAIL");
        let spec = "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}}";
        for verdict in [observed(&zone), managed(spec, &zone)] {
            assert!(!is_asked(&verdict, host), "{host}: {:#?}", verdict.asked);
            assert!(verdict.unanswered.is_empty(), "{host}: {:#?}", verdict.unanswered);
            assert!(facts::rule_ids(&verdict).contains("MX-010"), "{host}");
        }
    }
    // A domain below the same name has resolvers that know it.
    let world = World::new("a.test TXT v=spf1 mx -all\na.test MX 10 mx.a.test\nmx.a.test A 192.0.2.1");
    let verdict = world.judge(&Intent::observe(name("a.test"), Vec::new(), Vec::new()));
    assert!(is_asked(&verdict, "mx.a.test"), "{:#?}", verdict.asked);
}
