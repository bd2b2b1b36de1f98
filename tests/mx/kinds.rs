//! Slips people make with an MX, each with what must be said of it: the fix fits the fault.

use zegel::judge::Verdict;
use zegel::rules::Severity;

use crate::facts::{findings, judge_in, observe};

fn look(zone: &str) -> Verdict {
    judge_in(zone, &observe("a.nl"))
}

#[test]
fn a_null_mx_that_was_typed_as_a_host_is_named() {
    for mx in [
        "10 0",
        "0 0",
        "0 \\.",
        "0 \\.\\.",
        "0 0.0.0.0",
        "10 0.0.0.0",
        "0 null",
        "10 none",
        "0 nullmx",
        "0 0\\032\\.",
        "0 0.a.nl",
        "10 \\..a.nl",
        "0 0.0.0.0.a.nl",
    ] {
        for beside in ["a.nl TXT v=spf1 -all", "a.nl TXT v=spf1 mx -all", ""] {
            let verdict = look(&format!("a.nl MX {mx}\n{beside}"));
            let found = findings(&verdict, "MX-020");
            assert_eq!(found.len(), 1, "{mx}: {:#?}", verdict.findings);
            assert_eq!(found[0].severity, Severity::Error, "{mx}");
            assert!(found[0].message.contains("0 ."), "{mx}: {}", found[0].message);
            assert!(found[0].fix.contains("0 ."), "{mx}: {}", found[0].fix);
            for other in ["MX-007", "MX-009", "MX-010", "MX-011", "MX-014", "MX-015"] {
                assert!(findings(&verdict, other).is_empty(), "{mx}: {other} speaks too");
            }
        }
    }
    // The preference alone is wrong: the root is meant already.
    let verdict = look("a.nl MX 10 .");
    assert!(findings(&verdict, "MX-020").is_empty());
    let found = findings(&verdict, "MX-003");
    assert!(found[0].message.contains("want 0 ."), "{found:#?}");
}

#[test]
fn a_host_that_only_looks_like_nobody_is_one() {
    for mx in ["0.a.nl", "none.a.nl", "null.a.nl", "00.b.nl"] {
        let verdict = look(&format!("a.nl MX 10 {mx}\n{mx} A 192.0.2.25"));
        assert!(findings(&verdict, "MX-020").is_empty(), "{mx}");
    }
}

#[test]
fn the_fix_fits_the_fault_of_a_host() {
    for (mx, rule, fix) in [
        ("192.0.2.25", "MX-007", "Give the host a name"),
        ("[2001:db8::25]", "MX-007", "Give the host a name"),
        ("192.0.2.25.a.nl", "MX-007", "Give the host a name"),
        ("localhost", "MX-010", "publish 0 . alone"),
        ("mail.localdomain", "MX-010", "public address"),
        ("mail", "MX-010", "Write mail.a.nl. in full"),
        ("mx1", "MX-010", "Write mx1.a.nl. in full"),
        ("mail.a.nl:25", "MX-011", "port 25"),
        ("smtp://mail.a.nl", "MX-011", "alone"),
        ("postmaster@a.nl", "MX-011", "before the @"),
        ("10\\032mail.a.nl", "MX-011", "own fields"),
        ("mail_1.a.nl", "MX-011", "host's name alone"),
        (
            "mail.a.nl.a.nl",
            "MX-009",
            "Where mail.a.nl was meant, write a dot at its end",
        ),
        (
            "mx.provider.example.a.nl",
            "MX-009",
            "Where mx.provider.example was meant, write a dot at its end",
        ),
        ("mail.a.nl", "MX-009", "Publish the host's addresses"),
    ] {
        let verdict = look(&format!("a.nl MX 10 {mx}\na.nl TXT v=spf1 mx -all"));
        let found = findings(&verdict, rule);
        assert_eq!(found.len(), 1, "{mx}: {:#?}", verdict.findings);
        assert!(found[0].fix.contains(fix), "{mx}: {}", found[0].fix);
        assert_eq!(found[0].severity, Severity::Error, "{mx}");
    }
}

#[test]
fn of_who_may_send_only_what_is_true_is_said() {
    for (spf, sends, incomplete) in [
        ("v=spf1 -all", false, false),
        ("v=spf1 ~all", false, true),
        ("v=spf1 ?all", false, true),
        ("v=spf1", false, true),
        // That SPF is broken, or not there, is SPF's to say.
        ("v=spf1 mx -all;", false, false),
        ("v=spf10 mx -all", false, false),
        ("v=spf2 -all", false, false),
        ("v=spf1 -ip4:192.0.2.1 ~all", false, true),
        ("v=spf1 redirect=_spf.b.nl", false, false),
        // Behind a null MX there is no host (RFC 7208 5.4, RFC 7505 3): nobody passes.
        ("v=spf1 mx -all", false, false),
        ("v=spf1 mx/24 -all", false, false),
        ("v=spf1 mx:a.nl exp=why.a.nl -all", false, false),
        ("v=spf1 a:mx.a.nl mx -all", false, false),
        ("v=spf1 include:_spf.a.nl -all", false, false),
        ("v=spf1 mx ~all", false, true),
        ("v=spf1 mx ?all", false, true),
        ("v=spf1 mx", false, true),
        ("v=spf1 mx a -all", true, false),
        ("v=spf1 mx ip6:2001:db8::1 -all", true, false),
        ("v=spf1 mx ptr -all", true, false),
        ("v=spf1 include:_all.a.nl -all", true, false),
        ("v=spf1 +all", true, false),
        ("v=spf1 exists:%{i}.b.nl", true, false),
    ] {
        let verdict = look(&format!(
            "a.nl MX 0 .\na.nl A 192.0.2.80\na.nl TXT {spf}\n_dmarc.a.nl TXT v=DMARC1; p=reject\n\
             _spf.a.nl TXT v=spf1 mx:a.nl ?all\n_all.a.nl TXT v=spf1 +all"
        ));
        assert_eq!(!findings(&verdict, "MX-004").is_empty(), sends, "{spf}");
        assert_eq!(!findings(&verdict, "MX-018").is_empty(), incomplete, "{spf}");
    }
    // A policy that is inherited closes the domain as well, and one that is not known is not missed.
    for (dmarc, incomplete) in [
        ("_dmarc.a.nl TXT v=DMARC1; p=none; sp=reject", false),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; sp=none", true),
        ("_dmarc.a.nl TXT !SERVFAIL", false),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; p=reject", true),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; t=y", true),
        (
            "_dmarc.a.nl TXT v=DMARC1; p=none\n_dmarc.x.a.nl TXT v=DMARC1; p=reject",
            false,
        ),
        // What only t=y makes weak, another rule says of a domain's own record.
        ("_dmarc.x.a.nl TXT v=DMARC1; p=reject; t=y", false),
        ("_dmarc.x.a.nl TXT v=DMARC1; p=quarantine; t=y", true),
    ] {
        let zone = format!("x.a.nl MX 0 .\nx.a.nl TXT v=spf1 -all\n{dmarc}");
        let verdict = judge_in(&zone, &observe("x.a.nl"));
        // A domain closed by SPF is not rejected: DMARC says so, and nobody a second time.
        assert_eq!(!findings(&verdict, "DMARC-043").is_empty(), incomplete, "{dmarc}");
        assert!(findings(&verdict, "MX-018").is_empty(), "{dmarc}");
    }
}

#[test]
fn one_slip_of_an_mx_is_one_finding() {
    let closed = "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject; np=reject; rua=mailto:d@b.nl\n\
                  b.nl A 192.0.2.1\na.nl._report._dmarc.b.nl TXT v=DMARC1;";
    let parked = "{domain: a.nl, role: ReceiveOnly}";
    for (spec, zone, want) in [
        ("", "a.nl MX 0 .\na.nl MX 10 .", "MX-001"),
        ("", "a.nl MX 10 .\na.nl MX 20 .", "MX-001"),
        ("", "a.nl MX 10 .", "MX-003"),
        (
            "",
            "a.nl MX 10 .\na.nl MX 20 mail.a.nl\nmail.a.nl A 192.0.2.25",
            "MX-002",
        ),
        (
            "",
            "a.nl MX 0 .\na.nl MX 5 .\na.nl MX 20 mail.a.nl\nmail.a.nl A 192.0.2.25",
            "MX-002",
        ),
        (
            "",
            "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME m.a.nl\nm.a.nl TXT x",
            "MX-009",
        ),
        (
            "",
            "a.nl MX 10 mail.a.nl\nmail.a.nl CNAME m.gone.example\nexample SOA x",
            "MX-016",
        ),
        ("", "a.nl A 192.0.2.80", "MX-006"),
        (parked, "a.nl A 192.0.2.80", "MX-019"),
        ("{domain: a.nl, role: Mail}", "a.nl A 192.0.2.80", "MX-019"),
    ] {
        let intent = match spec {
            "" => observe("a.nl"),
            spec => crate::facts::intent(spec),
        };
        let verdict = judge_in(&format!("{zone}\n{closed}"), &intent);
        let said: Vec<&str> = verdict
            .findings
            .iter()
            .filter(|one| one.severity <= Severity::Warning && one.rule.id.starts_with("MX"))
            .map(|one| one.rule.id)
            .collect();
        assert_eq!(said, [want], "{spec} {zone}: {:#?}", verdict.findings);
    }
}

#[test]
fn what_is_missing_of_a_parked_domain_is_said_once() {
    for (zone, want) in [
        ("a.nl TXT v=spf1 -all", &["DMARC-042"][..]),
        (
            "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=dmarc1; p=reject",
            &["DMARC-002"],
        ),
        (
            "_dmarc.a.nl TXT v=DMARC1; p=reject; np=reject; rua=mailto:d@a.nl",
            &["DRPT-019", "SPF-101"],
        ),
        (
            "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:d@a.nl",
            &["DRPT-019"],
        ),
        (
            "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p:reject; rua=mailto:d@b.nl",
            &["DMARC-050", "DRPT-018"],
        ),
    ] {
        let verdict = look(&format!("a.nl MX 0 .\na.nl A 192.0.2.80\n{zone}"));
        let worse = verdict
            .findings
            .iter()
            .filter(|one| one.severity <= Severity::Warning);
        let mut said: Vec<&str> = worse.map(|one| one.rule.id).collect();
        said.sort_unstable();
        assert_eq!(said, want, "{zone}: {:#?}", verdict.findings);
    }
}
