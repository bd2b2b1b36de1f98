//! DMARC, DKIM and SPF: the verdict of each test over zones.

use zegel::judge::score::{Counts, Score, Status, criteria};

use crate::world::{Seen, category, mark};

/// The domain with these TXT and other records in place of its own.
fn zone(lines: &str) -> Score {
    let mut seen = Seen::perfect().without("a.nl TXT").without("_dmarc").without("s1._domainkey");
    for line in lines.lines().map(str::trim) {
        seen = seen.with(line);
    }
    seen.score().0
}

#[test]
fn dmarc_has_internet_nls_verdict() {
    for (lines, exists, policy, points) in [
        ("_dmarc.a.nl TXT v=DMARC1; p=reject", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=quarantine; pct=0; sp=none", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=none", "good", "policy", 2),
        ("_dmarc.a.nl TXT v=DMARC1;", "good", "policy", 2),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; t=y", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=quarantine; t=y", "good", "policy", 2),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; foo=bar", "good", "bad", 0),
        ("_dmarc.a.nl TXT v=DMARC1; rua=mailto:x@a.nl", "good", "bad", 0),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl", "good", "external", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl\na.nl._report._dmarc.c.nl TXT v=DMARC1;", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl\na.nl._report._dmarc.c.nl TXT v=DMARC1", "good", "external", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl\n*._report._dmarc.c.nl TXT v=DMARC1;", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@sub.a.nl", "good", "good", 10),
        ("_dmarc.a.nl CNAME _dmarc.c.nl\n_dmarc.c.nl TXT v=DMARC1; p=reject", "good", "good", 10),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject\n_dmarc.a.nl TXT v=DMARC1; p=none", "bad", "", 0),
        ("_dmarc.a.nl TXT nothing", "bad", "", 0),
        ("_dmarc.a.nl TXT v = DMARC1; p=reject", "bad", "", 0),
        ("", "bad", "", 0),
    ] {
        let score = zone(lines);
        let (dmarc, said) = (mark(&score, &criteria::DMARC), mark(&score, &criteria::DMARC_POLICY));
        assert_eq!((dmarc.verdict, said.verdict), (exists, policy), "{lines}");
        assert_eq!((said.points.lowest, said.points.highest), (points, points), "{lines}");
        assert_eq!(said.counts, Counts::Yes, "{lines}");
    }
}

#[test]
fn dkim_is_whether_its_node_exists() {
    let silent = "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject";
    for (lines, status, verdict) in [
        ("s1._domainkey.a.nl TXT v=DKIM1; p=", Status::Passed, "good"),
        ("s1._domainkey.a.nl CNAME gone.c.nl", Status::Passed, "good"),
        ("*.a.nl A 9.9.9.9", Status::Passed, "good"),
        ("_domainkey.a.nl TXT o=~", Status::Passed, "good"),
        ("", Status::Failed, "bad"),
        (silent, Status::NotTested, "no-email"),
        ("a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=quarantine", Status::Failed, "bad"),
        ("a.nl TXT v=spf1 ~all\n_dmarc.a.nl TXT v=DMARC1; p=reject", Status::Failed, "bad"),
        ("a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject; rua=mailto:x@c.nl", Status::Failed, "bad"),
        ("_domainkey.a.nl TXT !SERVFAIL", Status::Unknown, ""),
    ] {
        let score = zone(lines);
        let dkim = mark(&score, &criteria::DKIM);
        assert_eq!((dkim.status, dkim.verdict), (status, verdict), "{lines}");
    }
    // Where no DKIM is asked for, forty points are all there are.
    assert_eq!(category(&zone(silent), "mail_auth").lowest, 100);
}

#[test]
fn spf_has_internet_nls_verdict() {
    let eleven: String = (0..11).map(|at| format!("include:s{at}.c.nl ")).collect();
    let eleven = format!("a.nl TXT v=spf1 {eleven}-all\n*.c.nl TXT v=spf1 -all");
    let ten: String = (0..10).map(|at| format!("include:s{at}.c.nl ")).collect();
    let ten = format!("a.nl TXT v=spf1 {ten}-all\n*.c.nl TXT v=spf1 -all");
    for (lines, exists, policy, points) in [
        ("a.nl TXT v=spf1 -all", "good", "good", 10),
        ("a.nl TXT v=spf1 ~all", "good", "good", 10),
        ("a.nl TXT v=spf1 ?all", "good", "all", 2),
        ("a.nl TXT v=spf1 +all", "good", "all", 2),
        ("a.nl TXT v=spf1 all", "good", "all", 2),
        ("a.nl TXT v=spf1 mx", "good", "all", 2),
        ("a.nl TXT v=spf1", "good", "all", 2),
        ("a.nl TXT v=spf1 -all ?all", "good", "good", 10),
        ("a.nl TXT v=spf1 -all;", "good", "bad", 0),
        ("a.nl TXT v=spf1 mx mx mx mx mx mx mx mx mx mx mx mx -all", "good", "good", 10),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 ip4:9.9.9.9 ?all", "good", "good", 10),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 ip4:9.9.9.9", "good", "good", 10),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 +all", "good", "include", 2),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 nonsense -all", "good", "include", 0),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT nothing", "good", "include", 0),
        ("a.nl TXT v=spf1 include:c.nl -all", "good", "include", 2),
        ("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT v=spf1 -all\nc.nl TXT v=spf1 ~all", "good", "include", 0),
        ("a.nl TXT v=spf1 include:%{d2}.c.nl -all", "good", "good", 10),
        ("a.nl TXT v=spf1 include:a.nl -all", "good", "max-lookups", 2),
        ("a.nl TXT v=spf1 redirect=c.nl\nc.nl TXT v=spf1 -all", "good", "good", 10),
        ("a.nl TXT v=spf1 redirect=c.nl\nc.nl TXT v=spf1 ?all", "good", "redirect", 2),
        ("a.nl TXT v=spf1 redirect=c.nl", "good", "redirect", 2),
        ("a.nl TXT v=spf1 redirect=c.nl -all", "good", "good", 10),
        ("a.nl TXT v=spf1 redirect=c.nl redirect=gone.nl\nc.nl TXT v=spf1 -all", "good", "good", 10),
        (ten.as_str(), "good", "good", 10),
        (eleven.as_str(), "good", "max-lookups", 2),
        ("a.nl TXT v=spf1 -all\na.nl TXT V=SPF1 ~all", "bad", "", 0),
        ("a.nl TXT nothing", "bad", "", 0),
        ("", "bad", "", 0),
    ] {
        let score = zone(lines);
        let (spf, said) = (mark(&score, &criteria::SPF), mark(&score, &criteria::SPF_POLICY));
        assert_eq!((spf.verdict, said.verdict), (exists, policy), "{lines}");
        assert_eq!((said.points.lowest, said.points.highest), (points, points), "{lines}");
    }
    let score = zone("a.nl TXT v=spf1 include:c.nl -all\nc.nl TXT !TIMEOUT");
    let said = mark(&score, &criteria::SPF_POLICY);
    assert_eq!((said.status, said.points.lowest, said.points.highest), (Status::Unknown, 0, 10));
}

/// The test asks for the organizational domain, and for no name in between.
#[test]
fn an_inherited_policy_is_that_of_the_organizational_domain() {
    for (lines, policy) in [
        ("_dmarc.a.nl TXT v=DMARC1; p=reject", "good"),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; sp=none", "policy"),
        ("_dmarc.a.nl TXT v=DMARC1; p=none; sp=reject", "good"),
        ("_dmarc.b.a.nl TXT v=DMARC1; p=reject", ""),
    ] {
        let world = crate::facts::World::new(&format!("c.b.a.nl A 9.9.9.9\n{lines}"));
        let intent = crate::facts::observe("c.b.a.nl");
        let score = world.settle(|inquiry| {
            let verdict = zegel::judge::judge(&intent, inquiry, crate::facts::now());
            zegel::judge::score::score(&intent, &verdict, inquiry)
        });
        assert_eq!(mark(&score, &criteria::DMARC_POLICY).verdict, policy, "{lines}");
    }
}
