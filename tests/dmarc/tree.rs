//! The tree walk and the policy it finds, as tables of facts; each row names the section it comes from.
//!
//! Sections are those of RFC 9989; `B.4` is its appendix of tree walk examples.

use crate::facts::{World, name};
use zegel::report::dmarc::DmarcReport;

/// B.4.1: records at the author domain and at the signing domain.
const SIMPLE: &str = "
    _dmarc.example.com TXT v=DMARC1; p=none
    _dmarc.signing.example.com TXT v=DMARC1; p=none
";

/// B.4.2: the same, and an author domain of thirteen labels.
const DEEP: &str = "
    _dmarc.example.com TXT v=DMARC1; p=none
    _dmarc.signing.example.com TXT v=DMARC1; p=none
    a.b.c.d.e.f.g.h.i.j.k.example.com EXISTS
";

/// B.4.3: a public suffix that says psd=y.
const BANK: &str = "
    _dmarc.bank.example TXT v=DMARC1; p=none; psd=y
    _dmarc.giant.bank.example TXT v=DMARC1; p=reject
    mail.giant.bank.example EXISTS
    mail.mega.bank.example EXISTS
";

fn look(zone: &str, domain: &str) -> DmarcReport {
    World::new(zone).settle(|inquiry| DmarcReport::look(&name(domain), inquiry))
}

/// outcome, organizational domain, policy domain, policy and its tag, sub-domains (existing, nonexistent).
fn said(report: &DmarcReport) -> String {
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    format!(
        "{} org={} from={} {}/{} sub={},{}",
        report.outcome,
        text(report.organizational_domain.as_ref().map(ToString::to_string)),
        text(report.policy_domain.as_ref().map(ToString::to_string)),
        text(report.effective_policy.map(|policy| policy.to_string())),
        report.policy_tag.unwrap_or("-"),
        text(report.subdomains.existing.map(|policy| policy.to_string())),
        text(report.subdomains.nonexistent.map(|policy| policy.to_string())),
    )
}

fn queries(report: &DmarcReport) -> Vec<String> {
    report.queries.iter().map(ToString::to_string).collect()
}

#[test]
fn the_names_of_a_walk() {
    // 4.10: the illustration of a name of more than eight labels.
    let report = look("", "a.b.c.d.e.f.g.h.i.j.mail.example.com");
    assert_eq!(
        queries(&report),
        [
            "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
            "_dmarc.g.h.i.j.mail.example.com",
            "_dmarc.h.i.j.mail.example.com",
            "_dmarc.i.j.mail.example.com",
            "_dmarc.j.mail.example.com",
            "_dmarc.mail.example.com",
            "_dmarc.example.com",
            "_dmarc.com",
        ]
    );
    // 5.1.8: a record with psd=n at eight labels is never asked from below.
    let zone = "_dmarc.b.c.d.e.f.g.example.com TXT v=DMARC1; p=none; psd=n\n_dmarc.example.com TXT v=DMARC1; p=reject";
    let report = look(zone, "mail.a.b.c.d.e.f.g.example.com");
    assert_eq!(
        queries(&report),
        [
            "_dmarc.mail.a.b.c.d.e.f.g.example.com",
            "_dmarc.c.d.e.f.g.example.com",
            "_dmarc.d.e.f.g.example.com",
            "_dmarc.e.f.g.example.com",
            "_dmarc.f.g.example.com",
            "_dmarc.g.example.com",
            "_dmarc.example.com",
            "_dmarc.com",
        ]
    );
    assert_eq!(
        said(&report),
        "policy org=example.com from=example.com reject/p sub=reject,reject"
    );
    // 4.10 step 4: eight labels lose one, seven lose one.
    for domain in ["a.b.c.d.e.f.example.com", "b.c.d.e.f.example.com"] {
        let report = look("", domain);
        assert_eq!(report.queries.len(), domain.split('.').count(), "{domain}");
    }
    // 4.10 steps 2 and 6: psd=y and psd=n end the walk, psd=u and an own record do not.
    for (record, count) in [
        ("p=none; psd=n", 1),
        ("p=none; psd=y", 1),
        ("p=none; psd=u", 3),
        ("p=none", 3),
    ] {
        let report = look(
            &format!("_dmarc.a.example.com TXT v=DMARC1; {record}"),
            "a.example.com",
        );
        assert_eq!(report.queries.len(), count, "{record}");
    }
}

#[test]
fn the_tables_of_the_rfc() {
    let rows: &[(&str, &str, &str, &str)] = &[
        (
            "4.10.2, first example: records at two ancestors",
            "_dmarc.mail.example.com TXT v=DMARC1; p=quarantine\n_dmarc.example.com TXT v=DMARC1; p=reject\na.mail.example.com EXISTS",
            "a.mail.example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
        (
            "4.10.2, second example: psd=n at an ancestor",
            "_dmarc.mail.example.com TXT v=DMARC1; p=quarantine; psd=n\n_dmarc.example.com TXT v=DMARC1; p=reject\na.mail.example.com EXISTS",
            "a.mail.example.com",
            "policy org=mail.example.com from=mail.example.com quarantine/p sub=quarantine,quarantine",
        ),
        (
            "4.10.2, third example: only the public suffix, with psd=y",
            "_dmarc.com TXT v=DMARC1; p=none; np=reject; psd=y\na.mail.example.com EXISTS",
            "a.mail.example.com",
            "policy org=example.com from=com none/p sub=none,reject",
        ),
        (
            "4.10.2: no record at all, the domain is its own organizational domain",
            "a.mail.example.com EXISTS",
            "a.mail.example.com",
            "none org=a.mail.example.com from=- -/- sub=-,-",
        ),
        (
            "4.10.2 step 2: psd=y counts only above where the walk starts",
            "_dmarc.com TXT v=DMARC1; p=none; sp=quarantine; psd=y",
            "com",
            "policy org=com from=com none/p sub=quarantine,quarantine",
        ),
        (
            "4.10.2 step 3: the fewest labels, a top-level domain without psd too",
            "_dmarc.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject",
            "example.com",
            "policy org=com from=example.com reject/p sub=none,none",
        ),
        (
            "4.10.1: the author domain's own record comes first",
            "_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine",
            "a.example.com",
            "policy org=example.com from=a.example.com none/p sub=quarantine,quarantine",
        ),
        (
            "4.10.1: an ancestor that is not the organizational domain never applies",
            "_dmarc.b.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject\na.b.example.com EXISTS",
            "a.b.example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
        (
            "4.10.1, note: the public suffix's policy is not used where the organizational domain has one",
            "_dmarc.com TXT v=DMARC1; p=reject; psd=y\n_dmarc.example.com TXT v=DMARC1; p=none\na.example.com EXISTS",
            "a.example.com",
            "policy org=example.com from=example.com none/p sub=none,none",
        ),
        (
            "4.7 sp: an existing sub-domain",
            "_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine; np=none\na.example.com A 192.0.2.1",
            "a.example.com",
            "policy org=example.com from=example.com quarantine/sp sub=quarantine,none",
        ),
        (
            "4.7 np: a sub-domain that does not exist",
            "_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject",
            "a.example.com",
            "policy org=example.com from=example.com reject/np sub=quarantine,reject",
        ),
        (
            "4.7 np: absent, sp is used",
            "_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine",
            "a.example.com",
            "policy org=example.com from=example.com quarantine/sp sub=quarantine,quarantine",
        ),
        (
            "4.7 np: both absent, p is used",
            "_dmarc.example.com TXT v=DMARC1; p=reject",
            "a.example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
        (
            "3.2.13, A.4: a name with nothing but names below it exists",
            "_dmarc.example.com TXT v=DMARC1; p=none; sp=quarantine; np=reject\nx.a.example.com A 192.0.2.1",
            "a.example.com",
            "policy org=example.com from=example.com quarantine/sp sub=quarantine,reject",
        ),
        (
            "4.7 t: one level down, sp and np too",
            "_dmarc.example.com TXT v=DMARC1; p=reject; sp=quarantine; np=none; t=y",
            "example.com",
            "policy org=example.com from=example.com quarantine/p sub=none,none",
        ),
        (
            "4.7 sp: ignored on a sub-domain's record",
            "_dmarc.a.example.com TXT v=DMARC1; p=none; sp=reject\n_dmarc.example.com TXT v=DMARC1; p=quarantine",
            "a.example.com",
            "policy org=example.com from=a.example.com none/p sub=quarantine,quarantine",
        ),
        (
            "4.10 steps 2 and 6: several records at a name are all discarded, and the walk goes on",
            "_dmarc.a.example.com TXT v=DMARC1; p=none\n_dmarc.a.example.com TXT v=DMARC1; p=reject\n_dmarc.example.com TXT v=DMARC1; p=quarantine",
            "a.example.com",
            "policy org=example.com from=example.com quarantine/p sub=quarantine,quarantine",
        ),
        (
            "4.10 step 2: what does not start with v=DMARC1 is discarded",
            "_dmarc.example.com TXT v=spf1 -all\n_dmarc.example.com TXT v=dmarc1; p=none\n_dmarc.example.com TXT v=DMARC1; p=reject",
            "example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
        (
            "4.10.1: no valid p, no valid rua: no DMARC processing, and none from above",
            "_dmarc.a.example.com TXT v=DMARC1; p=rejekt\n_dmarc.example.com TXT v=DMARC1; p=reject",
            "a.example.com",
            "invalid org=example.com from=a.example.com -/- sub=reject,reject",
        ),
        (
            "4.10.1: no valid p, a valid rua: as p=none",
            "_dmarc.example.com TXT v=DMARC1; p=rejekt; rua=mailto:a@example.com",
            "example.com",
            "policy org=example.com from=example.com none/p sub=none,none",
        ),
        (
            "4.10.1: an invalid sp counts the same",
            "_dmarc.example.com TXT v=DMARC1; p=reject; sp=; rua=mailto:a@example.com",
            "example.com",
            "policy org=example.com from=example.com none/p sub=none,none",
        ),
        (
            "4.7 p: a missing p is p=none, sp still counts",
            "_dmarc.example.com TXT v=DMARC1; sp=reject; rua=mailto:a@example.com",
            "example.com",
            "policy org=example.com from=example.com none/p sub=reject,reject",
        ),
        (
            "4.10.2 step 2 with 4.10.1: below a public suffix every name is its own",
            "_dmarc.bank TXT v=DMARC1; p=reject; sp=quarantine; np=none; psd=y\nexample.bank EXISTS",
            "example.bank",
            "policy org=example.bank from=bank quarantine/sp sub=quarantine,none",
        ),
        (
            "RFC 1034 3.6.2: a CNAME at _dmarc is followed",
            "_dmarc.example.com CNAME example.com.hosted.example\nexample.com.hosted.example TXT v=DMARC1; p=reject",
            "example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
        (
            "B.4.1: the author domain of the simple example",
            SIMPLE,
            "example.com",
            "policy org=example.com from=example.com none/p sub=none,none",
        ),
        (
            "B.4.1: the signing domain has a record, and example.com has fewer labels",
            SIMPLE,
            "signing.example.com",
            "policy org=example.com from=signing.example.com none/p sub=none,none",
        ),
        (
            "B.4.2: a deep walk, no record before example.com",
            DEEP,
            "a.b.c.d.e.f.g.h.i.j.k.example.com",
            "policy org=example.com from=example.com none/p sub=none,none",
        ),
        (
            "B.4.3: the author domain has a record directly below psd=y",
            BANK,
            "giant.bank.example",
            "policy org=giant.bank.example from=giant.bank.example reject/p sub=reject,reject",
        ),
        (
            "B.4.3: the envelope sender's domain, one label further down",
            BANK,
            "mail.giant.bank.example",
            "policy org=giant.bank.example from=giant.bank.example reject/p sub=reject,reject",
        ),
        (
            "B.4.3: another bank's domain without any record",
            BANK,
            "mail.mega.bank.example",
            "policy org=mega.bank.example from=bank.example none/p sub=none,none",
        ),
    ];
    for (section, zone, domain, expected) in rows {
        assert_eq!(said(&look(zone, domain)), *expected, "{section}");
    }
}

#[test]
fn what_was_not_answered_is_not_known() {
    let rows: &[(&str, &str, &str, &str)] = &[
        (
            "an own record: the policy is known, what stands above is not",
            "_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.com TXT !SERVFAIL",
            "example.com",
            "policy org=- from=example.com reject/p sub=-,-",
        ),
        (
            "no own record: nothing is known",
            "_dmarc.a.example.com TXT !TIMEOUT\n_dmarc.example.com TXT v=DMARC1; p=reject",
            "b.a.example.com",
            "unknown org=- from=- -/- sub=-,-",
        ),
        (
            "the own name itself",
            "_dmarc.example.com TXT !SERVFAIL",
            "example.com",
            "unknown org=- from=- -/- sub=-,-",
        ),
        (
            "psd=n below the name that failed: the walk never got there",
            "_dmarc.a.example.com TXT v=DMARC1; p=reject; psd=n\n_dmarc.example.com TXT !SERVFAIL\nb.a.example.com EXISTS",
            "b.a.example.com",
            "policy org=a.example.com from=a.example.com reject/p sub=reject,reject",
        ),
        (
            "sp and np say different things and the name itself gave no answer",
            "_dmarc.example.com TXT v=DMARC1; p=none; np=reject\na.example.com ANY !SERVFAIL",
            "a.example.com",
            "unknown org=example.com from=example.com -/- sub=none,reject",
        ),
        (
            "sp and np say the same: whether the name exists does not matter",
            "_dmarc.example.com TXT v=DMARC1; p=reject\na.example.com ANY !SERVFAIL",
            "a.example.com",
            "policy org=example.com from=example.com reject/p sub=reject,reject",
        ),
    ];
    for (what, zone, domain, expected) in rows {
        let report = look(zone, domain);
        assert_eq!(said(&report), *expected, "{what}");
    }
    let report = look(
        "_dmarc.example.com TXT v=DMARC1; p=reject\n_dmarc.com TXT !SERVFAIL",
        "example.com",
    );
    let unanswered: Vec<String> = report
        .unanswered
        .iter()
        .map(|one| format!("{} {} {}", one.name, one.type_, one.reason))
        .collect();
    assert_eq!(unanswered, ["_dmarc.com TXT ServFail"]);
}

#[test]
fn whether_a_name_exists_is_asked_of_the_name_itself() {
    let record = "_dmarc.example.com TXT v=DMARC1; p=none; np=reject\n";
    for (zone, exists) in [
        ("", Some(false)),
        ("a.example.com A 192.0.2.1", Some(true)),
        ("a.example.com TXT hello", Some(true)),
        ("x.a.example.com TXT below", Some(true)),
        ("a.example.com CNAME gone.example.net", Some(true)),
        ("*.example.com A 192.0.2.1", Some(true)),
        ("a.example.com ANY !SERVFAIL", None),
        (
            "a.example.com MX !SERVFAIL\na.example.com A 192.0.2.1",
            Some(true),
        ),
    ] {
        let report = look(&format!("{record}{zone}"), "a.example.com");
        assert_eq!(report.exists, exists, "{zone}");
    }
}
