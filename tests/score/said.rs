//! What is said beside the score: what to do for more, by the findings, and where Internet.nl and the RFCs part.

use zegel::judge::score::{Score, Status, criteria};

use crate::world::{Seen, insecure, mark};

fn steps(score: &Score) -> Vec<(f64, &str, Option<&str>)> {
    let of = |step: &zegel::judge::score::Step| {
        let rule = step.finding.as_ref().map(|(rule, _)| *rule);
        (step.points, step.tests.first().copied().unwrap_or_default(), rule)
    };
    score
        .next
        .iter()
        .map(of)
        .map(|(points, test, rule)| {
            let known = criteria::ALL.iter().find(|criterion| criterion.id == test);
            (points, known.map_or("", |criterion| criterion.id), rule)
        })
        .collect()
}

#[test]
fn what_gives_most_is_said_first_with_the_finding_that_says_how() {
    let seen = Seen::perfect()
        .without("_dmarc")
        .without("_25._tcp")
        .worth("a.nl", insecure("a.nl"))
        .with("_dmarc.a.nl TXT v=DMARC1; p=none");
    let (score, _) = seen.score();
    assert_eq!(
        steps(&score),
        [
            (16.0, "mail_dnssec_mailto_valid", Some("SEC-001")),
            (3.2, "mail_auth_dmarc_policy", Some("DMARC-029")),
            (1.5, "mail_starttls_dane_exist", None),
        ]
    );
    assert!(
        score.next.iter().all(|step| !step.fix.is_empty()),
        "{:?}",
        score.next
    );
    // Each step mends what it says, and nothing else is left.
    let (score, _) = Seen::perfect().without("_dmarc").score();
    assert_eq!(steps(&score), [(8.0, "mail_auth_dmarc_exist", Some("DMARC-042"))]);
}

#[test]
fn where_they_part_is_said_by_name_and_only_where_it_matters() {
    let perfect = Seen::perfect;
    for (seen, name) in [
        (perfect().with("a.nl MX 0 ."), "null-mx-beside-others"),
        (perfect().without("a.nl MX"), "no-mx"),
        (
            perfect().without("s1._domainkey").with("*._domainkey.a.nl TXT v=DKIM1; p="),
            "dkim-by-existence",
        ),
        (
            perfect()
                .without("_dmarc")
                .with("_dmarc.a.nl TXT v=DMARC1; p=reject; foo=bar"),
            "dmarc-grammar",
        ),
        (
            perfect()
                .without("_dmarc")
                .with("_dmarc.a.nl TXT v=DMARC1; p=reject; sp=none"),
            "weaker-parts",
        ),
        (
            perfect()
                .without("_dmarc")
                .with("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl"),
            "reports-elsewhere",
        ),
        (
            perfect()
                .without("a.nl TXT")
                .with("a.nl TXT v=spf1 a:b.nl a:c.nl a:d.nl a:e.nl a:f.nl a:g.nl a:h.nl a:i.nl a:j.nl a:k.nl a:l.nl -all"),
            "spf-lookups",
        ),
        (
            perfect()
                .without("a.nl TXT")
                .with("a.nl TXT v=spf1 redirect=c.nl redirect=c.nl")
                .with("c.nl TXT v=spf1 -all"),
            "spf-grammar",
        ),
    ] {
        let (score, _) = seen.score();
        let names: Vec<&str> = score.differences.iter().map(|difference| difference.name).collect();
        assert!(names.contains(&name), "{name}: {names:?}\n{}", seen.zone);
    }
    let (score, _) = perfect().score();
    assert!(score.differences.is_empty(), "{:?}", score.differences);
}

#[test]
fn every_test_has_a_name_of_its_own_and_rules_that_exist() {
    let ids: std::collections::BTreeSet<&str> = criteria::ALL.iter().map(|criterion| criterion.id).collect();
    assert_eq!(ids.len(), criteria::ALL.len());
    let known: Vec<&str> = zegel::rules::all().map(|rule| rule.id).collect();
    for rule in criteria::ALL.iter().flat_map(|criterion| criterion.rules) {
        assert!(known.contains(rule), "{rule}");
    }
}

#[test]
fn caa_is_recommended_and_takes_no_points() {
    for (seen, status, verdict) in [
        (Seen::perfect(), Status::Passed, "good"),
        (Seen::perfect().without("b.nl CAA"), Status::Warning, "bad"),
        (
            Seen::perfect()
                .without("b.nl CAA")
                .with("b.nl CAA 0 iodef \"mailto:x@b.nl\""),
            Status::Warning,
            "insufficient",
        ),
        (
            Seen::perfect().with("b.nl CAA 1 issue \"c.nl\""),
            Status::Warning,
            "syntax-error",
        ),
    ] {
        let (score, _) = seen.score();
        let caa = mark(&score, &criteria::CAA);
        assert_eq!((caa.status, caa.verdict), (status, verdict));
        assert_eq!(score.total.highest, 100);
    }
}
