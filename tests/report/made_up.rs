//! Verdicts nobody judged: one of everything, hostile text included.

use jiff::Timestamp;
use zegel::adopt::profile::Profile;
use zegel::api::RecordStatus;
use zegel::inquiry::{Dns, Kind, Need, Trouble};
use zegel::judge::{Excerpt, Finding, RecordVerdict, Site, State, Unanswered, Verdict};
use zegel::name::Name;
use zegel::records::dmarc::Policy;
use zegel::records::{Standard, Standards};
use zegel::report::inspected::{AppliedPolicy, Inspected, Selectors};
use zegel::report::{ManifestRef, Report};
use zegel::rules::{Rule, Severity};

/// A rule that is in no catalogue.
pub(crate) static RULE: Rule = Rule {
    id: "SPF-999",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "more terms query DNS than receivers follow",
    section: "RFC 7208 4.6.4",
    why: "Receivers stop at ten and treat the record as broken: nobody is authorised.",
    fix: "Take out includes nobody sends through.",
    bad: "v=spf1 include:a include:b -all",
    good: "v=spf1 include:a -all",
};

pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

pub(crate) fn record(owner: &str, standard: Standard, state: State) -> RecordVerdict {
    RecordVerdict {
        site: Site::rrset(name(owner), Kind::Txt),
        standard,
        state,
        desired: Vec::new(),
        condition: None,
        observed: Vec::new(),
        differences: Vec::new(),
        unanswered: None,
        ttl: Some(3600),
        seen_at: None,
        expires_at: None,
        questions: Vec::new(),
        resolver: None,
    }
}

pub(crate) fn finding(severity: Severity, managed: bool) -> Finding {
    Finding {
        rule: &RULE,
        severity,
        managed,
        site: Site::rrset(name("voorbeeld.nl"), Kind::Txt),
        subject: None,
        message: "14 terms query DNS, at most 10 are allowed".to_owned(),
        fix: "Take out include:b.example: nobody sends through it.".to_owned(),
        excerpt: None,
    }
}

pub(crate) fn verdict(records: Vec<RecordVerdict>, findings: Vec<Finding>) -> Verdict {
    Verdict {
        domain: name("voorbeeld.nl"),
        records,
        findings,
        unanswered: Vec::new(),
        asked: Vec::new(),
        depth: zegel::inquiry::Depth::Off,
        servers: Vec::new(),
        validation: None,
        policy: None,
        valid_until: None,
        measures: zegel::judge::Measures::default(),
    }
}

pub(crate) fn unanswered(need: Need) -> Unanswered {
    Unanswered {
        question: Dns::new(name("s1._domainkey.voorbeeld.nl"), Kind::Txt).into(),
        need,
        standards: Standards::from([Standard::Dkim]),
        weighs: Standards::from([Standard::Dkim]),
        managed: true,
        why: Trouble::ServFail,
        words: None,
        holds: need == Need::Essential,
    }
}

/// When every look was made.
pub(crate) fn noon() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().expect("a time")
}

/// What stands in DNS for a domain that sends and receives mail.
pub(crate) fn inspected() -> Inspected {
    let observed = |name: &str, kind: &str, standard: Standard, values: &[&str]| RecordStatus {
        name: name.to_owned(),
        type_: kind.to_owned(),
        standard: standard.to_string(),
        state: "Observed".to_owned(),
        observed: values.iter().map(|value| (*value).to_owned()).collect(),
        ttl: Some(3600),
        ..RecordStatus::default()
    };
    let key = format!("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG{}wIDAQAB", "x".repeat(369));
    Inspected {
        profile: Profile::Mail,
        records: vec![
            observed("voorbeeld.nl", "TXT", Standard::Spf, &["v=spf1 mx -all"]),
            observed(
                "_dmarc.voorbeeld.nl",
                "TXT",
                Standard::Dmarc,
                &["v=DMARC1; p=reject"],
            ),
            observed(
                "s1._domainkey.voorbeeld.nl",
                "TXT",
                Standard::Dkim,
                &["CNAME s1.provider.example", &key],
            ),
            observed("voorbeeld.nl", "MX", Standard::Mx, &["10 mail.voorbeeld.nl"]),
        ],
        tls: vec!["mx1.voorbeeld.nl at 192.0.2.25: TLS 1.3, TLS_AES_256_GCM_SHA384".to_owned()],
        score: None,
        policy: AppliedPolicy {
            outcome: "policy",
            policy_domain: Some(name("voorbeeld.nl")),
            effective_policy: Some(Policy::Reject),
            policy_tag: Some("p"),
        },
        selectors: Selectors {
            probed: 32,
            keys: 1,
            unanswered: 0,
        },
    }
}

/// One of everything.
pub(crate) fn everything() -> Report {
    let spf = RecordVerdict {
        desired: vec!["v=spf1 mx -all".to_owned()],
        observed: vec!["v=spf1 mx -all".to_owned()],
        ..record("voorbeeld.nl", Standard::Spf, State::InSync)
    };
    let dkim = RecordVerdict {
        unanswered: Some(Trouble::ServFail),
        ttl: None,
        ..record("s1._domainkey.voorbeeld.nl", Standard::Dkim, State::Unknown)
    };
    let dmarc = RecordVerdict {
        desired: vec!["v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl".to_owned()],
        observed: vec!["v=DMARC1; p=none; rua=mailto:\\000<script>&\"@voorbeeld.nl".to_owned()],
        differences: vec![
            "p: want reject, found none".to_owned(),
            "rua: want mailto:dmarc@voorbeeld.nl, found mailto:\\000<script>&\"@voorbeeld.nl".to_owned(),
        ],
        ..record("_dmarc.voorbeeld.nl", Standard::Dmarc, State::Drifted)
    };
    let missing = RecordVerdict {
        desired: vec!["v=DKIM1; p=MCow".to_owned()],
        differences: vec!["want a key record, found none".to_owned()],
        ..record("s2._domainkey.voorbeeld.nl", Standard::Dkim, State::Missing)
    };
    let text = b"v=spf1 ip4:192.0.2.0/24 \xff\x1b[31m include:b.example ?all".to_vec();
    let at = text
        .windows(17)
        .position(|window| window == b"include:b.example")
        .expect("the term is there");
    let error = Finding {
        excerpt: Some(Excerpt {
            text,
            span: at..at + 17,
            label: "the 11th".to_owned(),
            also: Vec::new(),
        }),
        ..finding(Severity::Error, true)
    };
    let hostile = Finding {
        message: "a value holds \u{1b}]0;owned\u{7} and \u{202e}abc ]]> </failure>".to_owned(),
        ..finding(Severity::Warning, true)
    };
    let unmanaged = Finding {
        site: Site::Domain(name("voorbeeld.nl")),
        ..finding(Severity::Info, false)
    };
    let mut verdict = verdict(vec![spf, dkim, dmarc, missing], vec![error, hostile, unmanaged]);
    verdict.unanswered = vec![unanswered(Need::Essential)];
    let manifest = ManifestRef {
        file: "mail/my domains.yaml".to_owned(),
        line: 6,
        namespace: Some("mail".to_owned()),
        name: "voorbeeld-nl".to_owned(),
    };
    Report::of_manifest(verdict, noon(), manifest, vec![8, 12, 20, 14])
}
