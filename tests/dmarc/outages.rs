//! An outage changes nothing that is known: with some names unanswered, what is said is the same or it is nothing.

use proptest::prelude::*;

use zegel::judge::{State, judge};
use zegel::report::dmarc::DmarcReport;

use crate::facts::{World, intent, name, now};

/// The names at which a world may hold something: a deep domain, what stands above it, and a report destination.
const PLACES: &[&str] = &[
    "_dmarc.a.b.voorbeeld.nl",
    "_dmarc.b.voorbeeld.nl",
    "_dmarc.voorbeeld.nl",
    "_dmarc.nl",
    "_dmarc.reports.b.voorbeeld.nl",
    "b.voorbeeld.nl._report._dmarc.ander.nl",
    "voorbeeld.nl._report._dmarc.ander.nl",
    "*._report._dmarc.ander.nl",
];

const DOMAINS: &[&str] = &["a.b.voorbeeld.nl", "b.voorbeeld.nl", "voorbeeld.nl", "nl"];

fn text() -> impl Strategy<Value = String> {
    let policy = || prop::sample::select(vec!["none", "quarantine", "reject", "x"]);
    let extra = prop::sample::subsequence(
        vec![
            "psd=n",
            "psd=y",
            "t=y",
            "pct=10",
            "rua=mailto:a@ander.nl",
            "rua=mailto:a@reports.b.voorbeeld.nl,mailto:a@voorbeeld.nl",
            "ruf=mailto:f@ander.nl",
            "aspf=s",
        ],
        0..4,
    );
    let whole = (
        proptest::option::of(policy()),
        proptest::option::of(policy()),
        proptest::option::of(policy()),
        extra,
    )
        .prop_map(|(p, sp, np, extra)| {
            let mut text = "v=DMARC1".to_owned();
            for (tag, value) in [("p", p), ("sp", sp), ("np", np)] {
                if let Some(value) = value {
                    text.push_str(&format!("; {tag}={value}"));
                }
            }
            for one in extra {
                text.push_str("; ");
                text.push_str(one);
            }
            text
        });
    prop_oneof![8 => whole, 1 => Just("v=dmarc1; p=none".to_owned()), 1 => Just("hello".to_owned())]
}

fn zone() -> impl Strategy<Value = String> {
    let record =
        (prop::sample::select(PLACES), text()).prop_map(|(place, text)| format!("{place} TXT {text}"));
    let name = prop::sample::select(vec![
        "a.b.voorbeeld.nl A 192.0.2.1",
        "*.voorbeeld.nl MX 0 .",
        "voorbeeld.nl TXT v=spf1 -all",
        "_dmarc.b.voorbeeld.nl CNAME _dmarc.ander.nl",
        "ander.nl MX 10 mail.ander.nl",
    ]);
    prop::collection::vec(prop_oneof![4 => record, 1 => name.prop_map(str::to_owned)], 0..7).prop_map(
        |mut lines| {
            // A name holds an alias or records, not both.
            if lines.iter().any(|line| line.contains(" CNAME ")) {
                lines.retain(|line| line.contains(" CNAME ") || !line.starts_with("_dmarc.b.voorbeeld.nl "));
                lines.dedup();
            }
            lines.join("\n")
        },
    )
}

fn outages() -> impl Strategy<Value = Vec<String>> {
    let places = [PLACES, &["a.b.voorbeeld.nl", "b.voorbeeld.nl", "ander.nl"][..]].concat();
    prop::collection::vec(
        prop::sample::select(places).prop_map(|place| format!("{place} ANY !SERVFAIL")),
        1..4,
    )
}

/// The world as it is, and the same with outages. A name that gives no answer exists in both.
fn worlds(zone: &str, outages: &[String]) -> (String, String) {
    let exist: Vec<String> = outages
        .iter()
        .map(|line| line.replace("ANY !SERVFAIL", "EXISTS"))
        .collect();
    let whole = format!("{zone}\n{}", exist.join("\n"));
    let part = format!("{whole}\n{}", outages.join("\n"));
    (whole, part)
}

fn look(zone: &str, domain: &str) -> DmarcReport {
    World::new(zone).settle(|inquiry| DmarcReport::look(&name(domain), inquiry))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_known_of_a_policy_stays_true(zone in zone(), outages in outages()) {
        let (zone, broken) = worlds(&zone, &outages);
        for domain in DOMAINS {
            let whole = look(&zone, domain);
            let part = look(&broken, domain);
            prop_assert!(whole.outcome != "unknown" && whole.unanswered.is_empty());
            prop_assert!(whole.queries.len() <= 8 && part.queries.len() <= 8);
            if part.outcome != "unknown" {
                prop_assert_eq!(part.outcome, whole.outcome);
                prop_assert_eq!(part.effective_policy, whole.effective_policy);
                prop_assert_eq!(part.policy_tag, whole.policy_tag);
                prop_assert_eq!(&part.record, &whole.record);
            }
            if part.organizational_domain.is_some() {
                prop_assert_eq!(&part.organizational_domain, &whole.organizational_domain);
            }
            if part.exists.is_some() {
                prop_assert_eq!(part.exists, whole.exists);
            }
            for known in [(part.subdomains.existing, whole.subdomains.existing), (part.subdomains.nonexistent, whole.subdomains.nonexistent)] {
                prop_assert!(known.0.is_none() || known.0 == known.1, "{:?}", known);
            }
            for one in &part.report_destinations {
                let other = whole.report_destinations.iter().find(|other| other.uri == one.uri && other.kind == one.kind);
                let same = other.is_some_and(|other| one.authorized.is_none() || one.authorized == other.authorized);
                prop_assert!(same, "{:?} and {:?}", one, other);
            }
        }
    }

    #[test]
    fn an_outage_turns_no_record_red_or_green(zone in zone(), outages in outages()) {
        let (zone, broken) = worlds(&zone, &outages);
        for dmarc in [
            "{policy: Reject}",
            "{policy: Reject, subdomainPolicy: None}",
            "{inherit: true}",
            "{cname: _dmarc.ander.nl, atLeast: Reject}",
        ] {
            let intent = intent(&format!("{{domain: b.voorbeeld.nl, role: Mail, dmarc: {dmarc}}}"));
            let state = |zone: &str| {
                let verdict = World::new(zone).settle(|inquiry| judge(&intent, inquiry, now()));
                let record = verdict.records[0].clone();
                let excused = record.unanswered.is_some() && !verdict.is_complete();
                (record.state, excused)
            };
            let (whole, _) = state(&zone);
            prop_assert_ne!(whole, State::Unknown);
            let (part, excused) = state(&broken);
            prop_assert!(part == whole || part == State::Unknown, "{}: {:?} became {:?}", dmarc, whole, part);
            prop_assert!(part != State::Unknown || excused, "{}: unknown without a reason", dmarc);
        }
    }
}
