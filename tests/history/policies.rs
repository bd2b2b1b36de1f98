//! The MTA-STS policies senders may still keep: what the status remembers of them, and what is said until they have run out.

use std::collections::BTreeSet;

use zegel::api::{FindingStatus, PolicyStatus};
use zegel::inquiry::Kind;
use zegel::judge::{Finding, PolicySeen, RecordSeen, ServedPolicy, Site, Topic};
use zegel::records::mtasts::{Mode, Pattern, Policy, parse_policy};
use zegel::rules::{self, Severity};

use crate::world::*;

const DAY: i64 = 86_400;

/// A policy of this mode, for these hosts, kept for so many days.
fn policy(mode: Mode, hosts: &[&str], days: u32) -> Policy {
    Policy {
        mode,
        mx: hosts.iter().map(|host| Pattern::parse(host).unwrap()).collect(),
        max_age: days * 86_400,
    }
}

pub(crate) fn enforce(hosts: &[&str], days: u32) -> Policy {
    policy(Mode::Enforce, hosts, days)
}

pub(crate) fn none() -> Policy {
    policy(Mode::None, &[], 1)
}

/// What a look sees: the record's id, the policy, the hosts of the MX.
pub(crate) fn seen(
    wanted: Option<Mode>,
    id: Option<&str>,
    served: Option<&Policy>,
    hosts: &[&str],
) -> PolicySeen {
    PolicySeen {
        wanted,
        id_is_digest: wanted.is_some(),
        record: id.map_or(RecordSeen::Absent, |id| RecordSeen::Id(id.to_owned())),
        served: served.map_or(ServedPolicy::Nothing, |policy| {
            ServedPolicy::Policy(policy.clone())
        }),
        follows: true,
        hosts: Some(hosts.iter().map(|host| name(host)).collect()),
    }
}

/// One look, in which everything else is in sync.
pub(crate) fn look(object: &mut Object, now: i64, seen: PolicySeen) {
    look_with(object, now, seen, Vec::new());
}

fn look_with(object: &mut Object, now: i64, seen: PolicySeen, findings: Vec<Finding>) {
    let mut verdict = verdict(&object.intent, &object.all_in_sync(now), findings);
    verdict.policy = Some(seen);
    object.judged(now, &verdict);
}

pub(crate) fn status(object: &Object) -> &[PolicyStatus] {
    &object.status.as_ref().unwrap().policies
}

pub(crate) fn said(object: &Object) -> Vec<(&str, &str)> {
    let findings = object.status.as_ref().unwrap().findings.iter();
    findings
        .map(|finding| (finding.rule.as_str(), finding.severity.as_str()))
        .collect()
}

fn only(object: &Object) -> &FindingStatus {
    let [finding] = object.status.as_ref().unwrap().findings.as_slice() else {
        panic!("one finding: {:#?}", object.status.as_ref().unwrap().findings);
    };
    finding
}

pub(crate) const M: Option<Mode> = Some(Mode::Enforce);
pub(crate) const HOSTS: &[&str] = &["mx1.voorbeeld.nl"];

#[test]
fn a_policy_is_remembered_from_the_look_that_sees_it_until_no_sender_keeps_it() {
    let (old, new) = (enforce(HOSTS, 30), enforce(HOSTS, 7));
    let mut object = Object::new();
    look(&mut object, 0, seen(M, Some("a1"), Some(&old), HOSTS));
    let [standing] = status(&object) else {
        panic!("{:?}", status(&object))
    };
    assert_eq!(
        (
            &*standing.mode,
            standing.max_age,
            &*standing.id,
            &standing.gone_at
        ),
        ("enforce", 30 * DAY, "a1", &None)
    );
    assert_eq!(
        (standing.digest.clone(), &*standing.mx),
        (old.id(), &["mx1.voorbeeld.nl".to_owned()][..])
    );
    // The same again is not written again, however often.
    let writes = object.writes;
    for hour in 1..3 {
        look(&mut object, hour * HOUR, seen(M, Some("a1"), Some(&old), HOSTS));
    }
    assert_eq!(object.writes, writes);
    // The look that finds another knows when the old one was gone at the latest.
    look(&mut object, DAY, seen(M, Some("b2"), Some(&new), HOSTS));
    let gone: Vec<_> = status(&object)
        .iter()
        .map(|one| (one.max_age, one.gone_at.is_some()))
        .collect();
    assert_eq!(gone, [(7 * DAY, false), (30 * DAY, true)]);
    object.restart();
    look(&mut object, 31 * DAY - 1, seen(M, Some("b2"), Some(&new), HOSTS));
    assert_eq!(status(&object).len(), 2);
    look(&mut object, 31 * DAY, seen(M, Some("b2"), Some(&new), HOSTS));
    assert_eq!(status(&object).len(), 1);
    assert_eq!(said(&object), []);
}

#[test]
fn what_could_not_be_seen_changes_nothing() {
    let old = enforce(HOSTS, 30);
    let mut object = Object::new();
    look(&mut object, 0, seen(None, Some("a1"), Some(&old), HOSTS));
    let before = status(&object).to_vec();
    let known = seen(None, Some("a1"), Some(&old), HOSTS);
    for (number, blind) in [
        PolicySeen {
            record: RecordSeen::Unknown,
            ..known.clone()
        },
        PolicySeen {
            served: ServedPolicy::Unknown,
            ..known.clone()
        },
        PolicySeen {
            record: RecordSeen::Unknown,
            served: ServedPolicy::Nothing,
            hosts: None,
            ..known.clone()
        },
    ]
    .into_iter()
    .enumerate()
    {
        look(&mut object, HOUR * (1 + i64::try_from(number).unwrap()), blind);
        assert_eq!((status(&object), said(&object)), (&*before, vec![]), "{number}");
    }
    // That no policy is served is seen: senders that come get none, and those that keep one keep it.
    look(&mut object, DAY, seen(None, Some("a1"), None, HOSTS));
    assert!(status(&object)[0].gone_at.is_some());
    // It comes back, and stands as it did.
    look(&mut object, DAY + HOUR, seen(None, Some("a1"), Some(&old), HOSTS));
    assert_eq!(status(&object), &*before);
}

/// Found without a memory: that mode none is served, for who knows how long.
fn of_one_look(managed: bool) -> Finding {
    let topic = Topic::new(Site::rrset(name("_mta-sts.voorbeeld.nl"), Kind::Txt), managed);
    let mut finding = Finding::on(
        &rules::mtasts::kept::LEAVING,
        &topic,
        "want …, found it: one look does not know",
    );
    finding.at_most(Severity::Info);
    finding
}

#[test]
fn mode_none_is_to_stand_until_the_longest_max_age_has_passed() {
    let taken_back = || seen(Some(Mode::None), Some("c3"), Some(&none()), HOSTS);
    let mut object = Object::new();
    look(
        &mut object,
        0,
        seen(M, Some("a1"), Some(&enforce(HOSTS, 60)), HOSTS),
    );
    // A shorter one came after it; the first is still the one that is kept longest.
    look(
        &mut object,
        DAY,
        seen(M, Some("b2"), Some(&enforce(HOSTS, 7)), HOSTS),
    );
    look_with(&mut object, 2 * DAY, taken_back(), vec![of_one_look(true)]);
    let until = at(61 * DAY).to_string();
    assert_eq!(said(&object), [("STS-034", "Info")]);
    assert!(
        only(&object).message.contains(&until) && only(&object).fix.contains(&until),
        "{:#?}",
        only(&object)
    );
    assert_eq!(object.ready(), ("True", "Compliant"));
    object.restart();
    look_with(&mut object, 61 * DAY, taken_back(), vec![of_one_look(true)]);
    assert!(
        only(&object)
            .message
            .contains("no sender keeps a policy of before since"),
        "{:#?}",
        only(&object)
    );
    assert!(
        only(&object).fix.contains("Remove the record"),
        "{:#?}",
        only(&object)
    );
    // Then the record goes, and nothing is left to be said.
    look(&mut object, 62 * DAY, seen(None, None, None, HOSTS));
    assert_eq!((said(&object), status(&object)), (vec![], &[][..]));
}

#[test]
fn who_never_saw_another_policy_says_what_one_look_says() {
    let mut object = Object::new();
    let taken_back = seen(Some(Mode::None), Some("c3"), Some(&none()), HOSTS);
    look_with(&mut object, 0, taken_back, vec![of_one_look(true)]);
    assert_eq!(only(&object).message, of_one_look(true).message);
}

#[test]
fn a_record_that_goes_too_early_is_said_until_nobody_keeps_the_policy() {
    for (wanted, old, want) in [
        (None, enforce(HOSTS, 30), Some("Warning")),
        (Some(Mode::None), enforce(HOSTS, 30), Some("Warning")),
        // A policy that is tested only is told of, and shuts nobody out.
        (None, policy(Mode::Testing, HOSTS, 30), Some("Info")),
        // Where a record is wanted, that it is missing is drift.
        (M, enforce(HOSTS, 30), None),
        (None, none(), None),
    ] {
        let mut object = Object::new();
        look(&mut object, 0, seen(M, Some("a1"), Some(&old), HOSTS));
        look(&mut object, DAY, seen(wanted, None, None, HOSTS));
        let expected: Vec<_> = want.map(|severity| ("STS-034", severity)).into_iter().collect();
        assert_eq!(said(&object), expected, "{wanted:?} {old:?}");
        if want.is_some() {
            let end = at(31 * DAY).to_string();
            assert!(only(&object).message.contains(&end), "{}", only(&object).message);
        }
        look(&mut object, 31 * DAY, seen(wanted, None, None, HOSTS));
        assert_eq!(said(&object), [], "{wanted:?} {old:?}");
    }
}

#[test]
fn another_policy_under_the_same_id_is_not_fetched() {
    let (old, new) = (enforce(HOSTS, 7), enforce(&["*.voorbeeld.nl"], 7));
    let then = |id: &'static str, served: &Policy| {
        let mut object = Object::new();
        look(&mut object, 0, seen(None, Some("a1"), Some(&old), HOSTS));
        look(&mut object, DAY, seen(None, Some(id), Some(served), HOSTS));
        object
    };
    let mut object = then("a1", &new);
    assert_eq!(said(&object), [("STS-005", "Warning")]);
    assert!(
        only(&object).message.contains(&at(8 * DAY).to_string()),
        "{}",
        only(&object).message
    );
    // It stays said until the id is another, or nobody keeps the old one.
    look(&mut object, 2 * DAY, seen(None, Some("a1"), Some(&new), HOSTS));
    assert_eq!(said(&object), [("STS-005", "Warning")]);
    look(&mut object, 8 * DAY, seen(None, Some("a1"), Some(&new), HOSTS));
    assert_eq!(said(&object), []);
    assert_eq!(said(&then("b2", &new)), []);
    // So is an id that the manifest names by itself.
    let mut object = then("a1", &old);
    let named = PolicySeen {
        id_is_digest: false,
        ..seen(M, Some("a1"), Some(&new), HOSTS)
    };
    look(&mut object, 2 * DAY, named);
    assert_eq!(said(&object), [("STS-005", "Warning")]);
    assert_eq!(said(&then("a1", &old)), []);
    // Only the text is another: what senders keep is the same.
    let text = "version: STSv1\r\nmode: enforce\r\nmax_age: 604800\r\nmx: mx1.voorbeeld.nl\r\n";
    let same = parse_policy(text.as_bytes()).policy.unwrap();
    assert_eq!(said(&then("a1", &same)), []);
}

/// Two servers that answer in turn, each with a policy of its own: said once, and for as long as it goes on.
#[test]
fn servers_that_serve_two_policies_under_one_id_are_found_out() {
    let (one, other) = (enforce(HOSTS, 7), enforce(&["*.voorbeeld.nl"], 7));
    let mut object = Object::new();
    look(&mut object, 0, seen(None, Some("a1"), Some(&one), HOSTS));
    assert_eq!(said(&object), []);
    let mut since = None;
    for turn in 1..12 {
        let served = if turn % 2 == 0 { &one } else { &other };
        look(
            &mut object,
            turn * DAY,
            seen(None, Some("a1"), Some(served), HOSTS),
        );
        assert_eq!(said(&object), [("STS-005", "Warning")], "turn {turn}");
        let now = only(&object).since.clone();
        assert!(
            now.is_some() && since.is_none_or(|since| Some(since) == now),
            "it is one finding all the time"
        );
        since = now;
    }
}

#[test]
fn a_host_outside_of_a_policy_senders_keep_is_shut_out() {
    let old = enforce(HOSTS, 30);
    let both = &["mx1.voorbeeld.nl", "mx2.provider.example"][..];
    for (wanted, id, served, hosts, severity) in [
        // The MX changed together with the policy: those that come for the new one deliver.
        (M, Some("b2"), Some(enforce(both, 30)), both, Some("Warning")),
        (None, Some("b2"), Some(enforce(both, 30)), both, Some("Warning")),
        // Nobody comes for the new one under the id of before; in an object that manages it, that is drift already.
        (M, Some("a1"), Some(enforce(both, 30)), both, Some("Error")),
        // It was taken away, and the MX moved.
        (Some(Mode::None), None, None, both, Some("Error")),
        (None, None, None, both, Some("Warning")),
        // A host that every policy covers.
        (M, Some("b2"), Some(enforce(both, 30)), HOSTS, None),
        // The policy of today shuts it out as well: that is said where it is judged.
        (M, Some("b2"), Some(enforce(HOSTS, 7)), both, None),
    ] {
        let mut object = Object::new();
        look(&mut object, 0, seen(M, Some("a1"), Some(&old), HOSTS));
        look(&mut object, DAY, seen(wanted, id, served.as_ref(), hosts));
        let found: Vec<_> = said(&object)
            .into_iter()
            .filter(|one| one.0 == "STS-033")
            .collect();
        let expected: Vec<_> = severity
            .map(|severity| ("STS-033", severity))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{wanted:?} {id:?} {served:?}");
        if severity.is_some() {
            let finding = object
                .status
                .as_ref()
                .unwrap()
                .findings
                .iter()
                .find(|one| one.rule == "STS-033");
            let finding = finding.unwrap();
            assert_eq!(finding.subject.as_deref(), Some("mx2.provider.example"));
            assert!(
                finding.message.contains(&at(31 * DAY).to_string()),
                "{}",
                finding.message
            );
            // What it comes to is said once.
            assert!(
                said(&object).iter().all(|one| one.0 != "STS-034"),
                "{:?}",
                said(&object)
            );
        }
        look(&mut object, 31 * DAY, seen(wanted, id, served.as_ref(), hosts));
        assert!(
            said(&object).iter().all(|one| one.0 != "STS-033"),
            "{:?}",
            said(&object)
        );
    }
}

#[test]
fn nobody_keeps_more_than_a_status_holds() {
    let mut object = Object::new();
    let many: Vec<String> = (0..32)
        .map(|number| format!("{}{number}.voorbeeld.nl", "m".repeat(60)))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for number in 0..12 {
        let days = 30 + u32::try_from(number).unwrap();
        let id = format!("id{number}");
        look(
            &mut object,
            number * HOUR,
            seen(None, Some(&id), Some(&enforce(&many, days)), &["mx9.example.nl"]),
        );
    }
    assert_eq!(status(&object).len(), 5);
    let longest = status(&object)
        .iter()
        .filter_map(|one| one.gone_at.as_ref().map(|_| one.max_age))
        .max();
    assert_eq!(longest, Some(40 * DAY), "what is kept longest is never dropped");
    // Of hosts too many to be kept nothing is said.
    assert!(status(&object).iter().all(|one| one.mx.is_empty()));
    assert_eq!(said(&object), []);
}

#[test]
fn every_rule_of_what_senders_keep_is_met_here() {
    let source = include_str!("policies.rs");
    let ids: BTreeSet<&str> = rules::mtasts::kept::RULES.iter().map(|rule| rule.id).collect();
    for id in ids {
        assert!(source.contains(&format!("\"{id}\"")), "{id}");
    }
}
