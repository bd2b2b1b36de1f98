//! What a mail server shows beside what DNS says: TLSA records, and the MTA-STS policy that is wanted.

use zegel::inquiry::{Offered, Session};
use zegel::judge::Verdict;
use zegel::records::dane::Tlsa;
use zegel::rules::Severity;

use crate::facts::{findings, intent, observe};
use crate::seen::{
    Servers, ZONE, about, certificate, chain as signed, signed_by_itself, sound, with, with_handshake,
};

const SPEC: &str = "{domain: a.nl, role: Mail, tls: {level: Any}, dane: {required: true}}";
const RULES: [&str; 4] = ["DANE-012", "DANE-018", "DANE-028", "STS-029"];

/// The certificates a session shows.
fn chain(session: &Session) -> Vec<Vec<u8>> {
    session
        .handshake
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap()
        .chain
        .clone()
}

pub(crate) fn judged(session: &Session, records: &[Tlsa], spec: &str) -> Verdict {
    let lines = records
        .iter()
        .map(|record| format!("\n_25._tcp.mx1.a.nl TLSA {record}"));
    Servers::all(session).judge(&format!("{ZONE}{}", lines.collect::<String>()), &intent(spec))
}

/// Which of the rules fire, with their severity.
fn fired(verdict: &Verdict) -> Vec<(&'static str, Severity)> {
    let found = RULES.iter().flat_map(|rule| findings(verdict, rule));
    found.map(|finding| (finding.rule.id, finding.severity)).collect()
}

/// The host's own certificate is the first that was sent: none behind it stands in for one that cannot be read.
#[test]
fn a_certificate_that_cannot_be_read_is_no_reason_to_take_the_next_for_it() {
    let issuer = certificate(&["issuer.example"], (2020, 2040));
    let session = with_handshake(|seen| seen.chain = vec![b"no certificate".to_vec(), issuer.clone()]);
    for record in [
        about(&issuer, 3, 1, 1),
        about(&certificate(&["mx1.a.nl"], (2026, 2027)), 3, 1, 1),
    ] {
        assert_eq!(fired(&judged(&session, &[record], SPEC)), []);
    }
}

#[test]
fn a_record_of_any_kind_that_matches_is_enough() {
    let session = with_handshake(|seen| seen.chain = signed(&["mx1.a.nl"], (2026, 2027)));
    let chain = chain(&session);
    let stranger = certificate(&["mx1.a.nl"], (2026, 2027));
    for (records, matches) in [
        (vec![about(&chain[0], 3, 1, 1)], true),
        (vec![about(&chain[0], 3, 1, 2)], true),
        (vec![about(&chain[0], 3, 0, 1)], true),
        (vec![about(&chain[0], 3, 0, 0)], true),
        (vec![about(&stranger, 3, 1, 1), about(&chain[0], 3, 1, 1)], true),
        (vec![about(&chain[1], 2, 1, 1)], true),
        (vec![about(&chain[1], 2, 0, 2)], true),
        (vec![about(&stranger, 3, 1, 1)], false),
        // An issuer's key is not the host's own.
        (vec![about(&chain[1], 3, 1, 1)], false),
        // Of digests the strongest alone counts (RFC 7671 9).
        (vec![about(&chain[0], 3, 1, 1), about(&stranger, 3, 1, 2)], false),
    ] {
        let verdict = judged(&session, &records, SPEC);
        let expected = if matches {
            vec![]
        } else {
            vec![("DANE-012", Severity::Error)]
        };
        assert_eq!(fired(&verdict), expected, "{records:?}");
    }
    // The record that would do is told.
    let verdict = judged(&session, &[about(&stranger, 3, 1, 1)], SPEC);
    let wanted = about(&chain[0], 3, 1, 1).to_string();
    let [finding] = findings(&verdict, "DANE-012")[..] else {
        panic!("one finding");
    };
    assert!(
        finding.message.contains(&wanted) && finding.fix.contains(&wanted),
        "{}",
        finding.message
    );
}

/// With usage 3 names and dates do not count; with usage 2 they do.
#[test]
fn names_and_dates_count_with_usage_2_alone() {
    for (names, years) in [(["www.a.nl"], (2026, 2027)), (["mx1.a.nl"], (2024, 2025))] {
        let session = with_handshake(|seen| seen.chain = signed(&names, years));
        let chain = chain(&session);
        assert_eq!(fired(&judged(&session, &[about(&chain[0], 3, 1, 1)], SPEC)), []);
        let anchored = judged(&session, &[about(&chain[1], 2, 1, 1)], SPEC);
        assert_eq!(fired(&anchored), [("DANE-018", Severity::Error)]);
    }
    // The mail domain's own name does as well (RFC 7672 3.2.2).
    let session = with_handshake(|seen| seen.chain = signed(&["a.nl"], (2026, 2027)));
    assert_eq!(
        fired(&judged(&session, &[about(&chain(&session)[1], 2, 1, 1)], SPEC)),
        []
    );
}

/// A certificate that signed itself stands below no authority, whatever it may sign: usage 3 is for it (RFC 7671 5.1, 5.2). A
/// sender with a key as a whole tries it on what stands last, and takes one that signed itself. OpenSSL 3.0.19 says so of each.
#[test]
fn a_certificate_that_signed_itself_is_its_own_under_usage_3_alone() {
    for may_sign in [false, true] {
        let itself = signed_by_itself("mx1.a.nl", may_sign);
        let session = with_handshake(|seen| seen.chain = vec![itself.clone()]);
        for (usage, selector, matching, is_taken) in [
            (2, 1, 1, false),
            (2, 1, 2, false),
            (2, 0, 1, false),
            (2, 0, 0, false),
            (2, 1, 0, true),
            (3, 1, 1, true),
            (3, 0, 0, true),
        ] {
            let record = about(&itself, usage, selector, matching);
            let verdict = judged(&session, std::slice::from_ref(&record), SPEC);
            let expected: &[_] = if is_taken {
                &[]
            } else {
                &[("DANE-012", Severity::Error)]
            };
            assert_eq!(
                fired(&verdict),
                expected,
                "may sign: {may_sign}, {}",
                record.kind()
            );
            // The record that would do is told.
            let own = about(&itself, 3, 1, 1).to_string();
            let found = findings(&verdict, "DANE-012");
            assert!(found.iter().all(|one| one.fix.contains(&own)), "{found:?}");
        }
        // Beside one that is taken it is a kind without a match (RFC 7671 8).
        let both = [about(&itself, 3, 1, 1), about(&itself, 2, 1, 1)];
        let verdict = judged(&session, &both, SPEC);
        assert_eq!(fired(&verdict), []);
        assert_eq!(findings(&verdict, "DANE-013").len(), 1, "{:#?}", verdict.findings);
    }
}

#[test]
fn records_at_a_server_without_tls_stop_its_mail() {
    let absent = with(|session| (session.offered, session.handshake) = (Offered::Absent, None));
    let record = about(&chain(&sound())[0], 3, 1, 1);
    assert_eq!(
        fired(&judged(&absent, std::slice::from_ref(&record), SPEC)),
        [("DANE-028", Severity::Error)]
    );
    assert_eq!(fired(&judged(&absent, &[], SPEC)), []);
    // Where nobody manages them it is a Warning: nothing turns red by an upgrade.
    let spec = "{domain: a.nl, role: Mail, tls: {level: Any}}";
    assert_eq!(
        fired(&judged(&absent, &[record], spec)),
        [("DANE-028", Severity::Warning)]
    );
}

/// Sessions that do not give what a policy asks for, each in another way.
fn short_of_a_policy() -> [Session; 4] {
    let other = with_handshake(|seen| {
        seen.chain = vec![certificate(&["www.a.nl"], (2026, 2027))];
        seen.trusted = Err("it is not for this host".to_owned());
    });
    [
        with_handshake(|seen| seen.trusted = Err("it leads to no public root".to_owned())),
        with_handshake(|seen| seen.trusted = Err("it has expired".to_owned())),
        other,
        with(|session| (session.offered, session.handshake) = (Offered::Absent, None)),
    ]
}

#[test]
fn a_policy_is_kept_by_what_is_shown() {
    let short = short_of_a_policy().into_iter().map(|session| (session, false));
    for (session, is_met) in short.chain([(sound(), true)]) {
        for (mode, severity) in [
            ("Enforce", Some(Severity::Error)),
            ("Testing", Some(Severity::Warning)),
            ("None", None),
        ] {
            let spec = format!(
                "{{domain: a.nl, role: Mail, tls: {{level: Any}}, mtaSts: {{mode: {mode}, mx: [mx1.a.nl], maxAge: 30d}}}}"
            );
            let expected: Vec<_> = severity
                .filter(|_| !is_met)
                .map(|severity| ("STS-029", severity))
                .into_iter()
                .collect();
            assert_eq!(fired(&judged(&session, &[], &spec)), expected, "{mode}");
        }
    }
}

/// Senders keep to the policy they find, whoever manages it. What nobody manages is a Warning.
#[test]
fn a_policy_that_is_served_binds_whether_it_is_managed_or_not() {
    const RECORD: &str = "_mta-sts.a.nl TXT v=STSv1; id=1\nmta-sts.a.nl A 192.0.2.1";
    const PARTNER: &str = "{domain: a.nl, role: Mail, tls: {level: Any}}";
    const TESTING: &str =
        "{domain: a.nl, role: Mail, tls: {level: Any}, mtaSts: {mode: Testing, mx: [mx1.a.nl], maxAge: 30d}}";
    let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));
    #[rustfmt::skip] // A row is a line.
    let rows = [
        ("a look", "", RECORD, Some("enforce"), warning),
        ("a look, in testing", "", RECORD, Some("testing"), warning),
        ("a look, taken back", "", RECORD, Some("none"), None),
        ("a partner's TLS", PARTNER, RECORD, Some("enforce"), warning),
        ("a partner's TLS, in testing", PARTNER, RECORD, Some("testing"), warning),
        ("no policy", PARTNER, RECORD, None, None),
        ("a mode nobody knows is no policy", PARTNER, RECORD, Some("Enforce"), None),
        ("without a record nobody comes for it", PARTNER, "mta-sts.a.nl A 192.0.2.1", Some("enforce"), None),
        ("of two records senders take none", PARTNER, "_mta-sts.a.nl TXT v=STSv1; id=1\n_mta-sts.a.nl TXT v=STSv1; id=2\nmta-sts.a.nl A 192.0.2.1", Some("enforce"), None),
        ("managed in testing, served as enforce: senders keep to that", TESTING, RECORD, Some("enforce"), error),
        ("managed in testing, and served so", TESTING, RECORD, Some("testing"), warning),
    ];
    for (what, spec, record, mode, severity) in rows {
        let subject = match spec {
            "" => zegel::intent::Intent {
                looks_at_tls: true,
                ..observe("a.nl")
            },
            spec => intent(spec),
        };
        let short = short_of_a_policy().into_iter().map(|session| (session, severity));
        for (session, severity) in short.chain([(sound(), None)]) {
            let mut servers = Servers::all(&session);
            if let Some(mode) = mode {
                servers = servers.serving(&format!(
                    "version: STSv1\nmode: {mode}\nmx: mx1.a.nl\nmax_age: 604800\n"
                ));
            }
            let verdict = servers.judge(&format!("{ZONE}\n{record}"), &subject);
            let expected: Vec<_> = severity
                .map(|severity| ("STS-029", severity))
                .into_iter()
                .collect();
            assert_eq!(fired(&verdict), expected, "{what}: {:#?}", verdict.findings);
            let says = if mode == Some("enforce") {
                "do not deliver"
            } else {
                "report it"
            };
            for finding in findings(&verdict, "STS-029") {
                assert!(finding.message.contains(says), "{what}: {}", finding.message);
            }
        }
    }
}
