//! Every recorded answer is worth what the judges say it is, for the reason that is true.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::dnssec::{DigestType, PublicKey};
use hickory_proto::op::Message;
use hickory_proto::rr::{RData, RecordType};
use jiff::SignedDuration;
use zegel::dnssec::{Anchors, Lookup, Replies, Step, Zones, judge};
use zegel::inquiry::{Broken, Doubt, Security, Trouble};

use super::recording::{Recording, Row, absolute};

/// Where a judge says otherwise, and why Zegel does not follow it.
fn policy(judge: &str, row: &Row) -> bool {
    match (judge, row.why.as_deref()) {
        // The cryptography we have does not know Ed448; neither does most of the world (RFC 8624 3.1 only recommends it).
        (_, Some("UnsupportedAlgorithm")) => row.name.to_string().ends_with("ed448.nl."),
        // Zegel looks at no NSEC3 of more than 100 iterations (RFC 9276 3.2); these versions take 150.
        (_, Some("Iterations")) => row.name.to_string().ends_with("it150.nl."),
        // Who asks for the alias that a DNAME made gets one without a signature. unbound and BIND call that Bogus; by RFC 6672
        // 5.3.1 it is checked by its DNAME, as it is where it stands on the way to something else.
        _ if row.kind == RecordType::CNAME => row.name.iter().any(|label| label == b"moved"),
        // BIND calls an absence in an opt-out span proven; RFC 5155 9.2 does not, nor does unbound.
        ("delv", Some("OptOut")) => true,
        _ => false,
    }
}

#[test]
fn unbound_and_delv_say_the_same_but_for_the_policies() {
    let recording = Recording::read();
    assert!(recording.rows.len() >= 90);
    let mut wrong = Vec::new();
    for row in &recording.rows {
        for (judge, says) in [("unbound", &row.unbound), ("delv", &row.delv)] {
            if *says != row.state && !policy(judge, row) {
                wrong.push(format!(
                    "{} {}: want {}, {judge} says {says}",
                    row.name, row.kind, row.state
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_is_worth_what_it_should_be_and_for_the_right_reason() {
    let recording = Recording::read();
    let zones = Zones::default();
    let (mut wrong, mut questions) = (Vec::new(), 0);
    for row in &recording.rows {
        let (proven, asked) = recording.judge(row, &zones);
        questions += asked;
        let got = (proven.security.state(), proven.security.reason());
        if got != (row.state.as_str(), row.why.as_deref()) {
            wrong.push(format!(
                "{} {}: want {} {:?}, got {:?} (unbound {}, delv {})",
                row.name, row.kind, row.state, row.why, proven.security, row.unbound, row.delv
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // What is learnt of zones serves all answers: the bar is 1.6 questions an answer.
    let all = recording.rows.len() + questions;
    assert!(
        all * 10 <= recording.rows.len() * 16,
        "{all} for {}",
        recording.rows.len()
    );
    let remembered = zones.len();
    for row in recording.rows.iter().filter(|row| row.state != "Bogus") {
        assert_eq!(recording.judge(row, &zones).1, 0, "{} {}", row.name, row.kind);
    }
    assert_eq!(zones.len(), remembered, "answers leave nothing behind");
}

#[test]
fn all_states_are_met() {
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for row in Recording::read().rows {
        *states.entry(row.state).or_default() += 1;
    }
    assert!(
        states.len() == 3 && states.values().all(|count| *count >= 15),
        "{states:?}"
    );
}

/// Which of the three it is tells what to do: publish the key, mend the digest, or sign with the key.
#[test]
fn of_a_key_that_is_no_good_it_is_said_whether_it_is_there_whether_its_digest_fits_and_whether_it_signs() {
    let recording = Recording::read();
    let broken = |zone: &str| {
        let row = recording.row(&format!("_dmarc.{zone}."), RecordType::TXT);
        let (proven, _) = recording.judge(row, &Zones::default());
        let [walked] = proven.trust.zones.as_slice() else {
            panic!("{zone}: {:?}", proven.trust);
        };
        let own: Vec<u16> = walked.keys.iter().map(|key| key.tag).collect();
        let anchored = walked.keys.iter().filter(|key| key.anchored).map(|key| key.tag);
        let anchored: Vec<u16> = anchored.collect();
        match proven.security {
            Security::Bogus(bogus) => (bogus.why, walked.ds[0].tag, own, anchored),
            other => panic!("{zone}: {other:?}"),
        }
    };
    let (why, ds, own, anchored) = broken("wrongds.nl");
    assert!(!own.contains(&ds) && anchored.is_empty());
    let said = why.to_string();
    assert!(
        said.contains(&format!(
            "the parent's DS are for key {ds}, and the zone has keys"
        )),
        "{said}"
    );

    let (why, ds, own, anchored) = broken("wrongdigest.nl");
    assert!(own.contains(&ds) && anchored.is_empty());
    assert_eq!(why, Broken::DigestDiffers([ds].into()));
    let said = why.to_string();
    assert!(
        said.contains(&format!("key {ds}, which the zone has, and their digest differs")),
        "{said}"
    );

    let (why, ds, own, anchored) = broken("idlekey.nl");
    assert_eq!(anchored, [ds]);
    let other = own.iter().copied().find(|tag| *tag != ds).expect("two keys");
    let (idle, signers) = ([ds].into(), [other].into());
    assert_eq!(
        why,
        Broken::KeyDoesNotSign {
            anchored: idle,
            signers
        }
    );
    let said = why.to_string();
    assert!(said.contains(&format!("key {ds}, which the zone has")), "{said}");
    assert!(
        said.ends_with(&format!("its DNSKEY are signed with key {other} only")),
        "{said}"
    );

    let (why, ds, _, _) = broken("nosigkeys.nl");
    let idle = [ds].into();
    assert_eq!(
        why,
        Broken::KeyDoesNotSign {
            anchored: idle,
            signers: [].into()
        }
    );
    assert!(why.to_string().ends_with("not signed at all"), "{why}");
}

/// An anchor is held to the same: that the key is there is not enough.
#[test]
fn an_anchor_that_signs_nothing_is_told_from_one_that_is_not_there() {
    let recording = Recording::read();
    let row = recording.row("_dmarc.idlekey.nl.", RecordType::TXT);
    let lookup = Lookup {
        name: absolute("idlekey.nl."),
        kind: RecordType::DNSKEY,
    };
    let keys = recording.answer(&lookup).expect("it was recorded");
    let texts: Vec<String> = keys
        .answers
        .iter()
        .filter(|record| record.record_type() == RecordType::DNSKEY)
        .map(ToString::to_string)
        .collect();
    let judged = |anchors: &str| {
        let (anchors, zones): (Anchors, _) = (anchors.parse().expect("a key"), Zones::default());
        let replies = Replies::from([(lookup.clone(), Ok(keys.clone()))]);
        let known = (&anchors, &zones);
        match judge(&row.message, &row.name, row.kind, known, &replies, recording.now) {
            Step::Done(proven) => proven.security,
            Step::Ask(lookups) => panic!("nothing more is needed: {lookups:?}"),
        }
    };
    let mut reasons: Vec<&str> = texts
        .iter()
        .map(|text| judged(text).reason().unwrap_or("Secure"))
        .collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["KeyDoesNotSign", "Secure"]);
    let stranger = "idlekey.nl. IN DNSKEY 257 3 15 l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=";
    assert_eq!(judged(stranger).reason(), Some("DsMatchesNoKey"));
    assert!(
        judged(stranger)
            .to_string()
            .contains("no trust anchor is a key of the zone")
    );
    // The same by their digests, as the tools print them.
    let digests = keys.answers.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::DNSKEY(key)) => Some(key),
        _ => None,
    });
    let by_digest = |kind: DigestType| -> Vec<String> {
        let lines = digests.clone().map(|key| {
            let (tag, algorithm) = (
                key.calculate_key_tag().unwrap(),
                u8::from(key.public_key().algorithm()),
            );
            let digest = key.to_digest(&lookup.name, kind).unwrap();
            let digits: String = digest
                .as_ref()
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
            format!("{} DS {tag} {algorithm} {} {digits}", lookup.name, u8::from(kind))
        });
        lines.collect()
    };
    for kind in [DigestType::SHA256, DigestType::SHA384, DigestType::SHA1] {
        let lines = by_digest(kind);
        let mut reasons: Vec<&str> = lines
            .iter()
            .map(|text| judged(text).reason().unwrap_or("Secure"))
            .collect();
        reasons.sort_unstable();
        assert_eq!(reasons, ["KeyDoesNotSign", "Secure"], "{lines:?}");
        assert_eq!(judged(&lines.join("\n")).reason(), None, "one of two is enough");
    }
    // Of another key of the same tag; and where there is a better digest, SHA-1 counts nothing (RFC 4509 3).
    let wrong: Vec<String> = by_digest(DigestType::SHA256)
        .iter()
        .map(|line| format!("{}{}", &line[..line.len() - 64], "ab".repeat(32)))
        .collect();
    for lines in [wrong.clone(), [by_digest(DigestType::SHA1), wrong].concat()] {
        let found = judged(&lines.join("\n"));
        assert_eq!(found.reason(), Some("DsMatchesNoKey"), "{lines:?}");
        assert!(found.to_string().contains("no trust anchor is a key of the zone"));
    }
}

#[test]
fn an_end_is_told_to_the_second_and_ten_minutes_later_others_still_look_away() {
    let recording = Recording::read();
    for (name, ago, tolerated) in [
        ("_dmarc.late.nl.", 600, true),
        ("_dmarc.expired.nl.", 30 * 86_400, false),
    ] {
        let row = recording.row(name, RecordType::TXT);
        let (proven, _) = recording.judge(row, &Zones::default());
        let Security::Bogus(bogus) = proven.security else {
            panic!("{name}: {:?}", proven.security);
        };
        let at = recording.now - SignedDuration::from_secs(ago);
        assert_eq!(bogus.why, Broken::Expired { at, tolerated }, "{name}");
    }
    let (proven, _) = recording.judge(
        recording.row("_dmarc.soon.nl.", RecordType::TXT),
        &Zones::default(),
    );
    let ends = proven.trust.ends.expect("it is signed");
    assert_eq!(ends.at, recording.now + SignedDuration::from_hours(48));
}

#[test]
fn the_chain_of_zones_is_shown_with_its_keys() {
    let recording = Recording::read();
    let (proven, _) = recording.judge(
        recording.row("_dmarc.good.nl.", RecordType::TXT),
        &Zones::default(),
    );
    let [zone] = proven.trust.zones.as_slice() else {
        panic!("{:?}", proven.trust);
    };
    let chain = zone.chain();
    let names: Vec<&str> = chain.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, [".", "nl", "good.nl"]);
    for zone in &chain[1..] {
        let [ds] = zone.ds.as_slice() else {
            panic!("{zone:?}");
        };
        let anchored: Vec<u16> = zone
            .keys
            .iter()
            .filter(|key| key.anchored)
            .map(|key| key.tag)
            .collect();
        assert_eq!((anchored, ds.digest, zone.keys.len()), (vec![ds.tag], 2, 2));
    }
    let sizes: BTreeSet<(u8, u16)> = chain
        .iter()
        .flat_map(|zone| &zone.keys)
        .map(|key| (key.algorithm, key.bits))
        .collect();
    assert_eq!(sizes, BTreeSet::from([(8, 2048), (13, 256)]));
}

/// A resolver that does harm to every message it passes on.
fn harmed(
    recording: &Recording,
    row: &Row,
    harm: impl Fn(Message, RecordType) -> Result<Message, Trouble>,
) -> (Security, usize) {
    let Ok(message) = harm(row.message.clone(), row.kind) else {
        panic!("the answer itself is there");
    };
    let question = (&message, &row.name, row.kind);
    let answer = |lookup: &Lookup| harm(recording.answer(lookup)?, lookup.kind);
    let (proven, asked) = recording.judge_with(question, &Zones::default(), recording.now, answer);
    (proven.security, asked)
}

fn without_signatures(mut message: Message, _: RecordType) -> Result<Message, Trouble> {
    let kinds = [RecordType::RRSIG, RecordType::NSEC, RecordType::NSEC3];
    message
        .answers
        .retain(|record| !kinds.contains(&record.record_type()));
    message
        .authorities
        .retain(|record| !kinds.contains(&record.record_type()));
    Ok(message)
}

#[test]
fn a_resolver_that_strips_signatures_is_found_out_at_the_root_and_accuses_no_domain() {
    let recording = Recording::read();
    for row in &recording.rows {
        let (security, asked) = harmed(&recording, row, without_signatures);
        assert_eq!(
            security.at().map(zegel::name::Name::as_str),
            Some("."),
            "{} {}: {security:?}",
            row.name,
            row.kind
        );
        assert!(asked <= 1, "{asked} for {}", row.name);
    }
}

#[test]
fn ds_from_the_wrong_side_and_keys_that_never_come_are_nobodys_fault_and_cost_little() {
    let recording = Recording::read();
    let child = recording.row("nothing.good.nl.", RecordType::TXT).message.clone();
    let wrong_side = |message: Message, kind| {
        let about = message
            .queries
            .first()
            .is_some_and(|query| query.name == absolute("good.nl."));
        if kind != RecordType::DS || !about {
            return Ok(message);
        }
        let mut denial = child.clone();
        denial.queries.clone_from(&message.queries);
        denial.metadata.response_code = hickory_proto::op::ResponseCode::NoError;
        Ok(denial)
    };
    let no_keys = |message, kind| match kind {
        RecordType::DNSKEY => Err(Trouble::Timeout),
        _ => Ok(message),
    };
    for row in recording
        .rows
        .iter()
        .filter(|row| absolute("good.nl.").zone_of(&row.name))
    {
        let (security, asked) = harmed(&recording, row, wrong_side);
        let why = security.reason();
        assert!(
            matches!(why, Some("WrongSide")) || row.kind == RecordType::DS || row.state == "Bogus",
            "{} {}: {security:?}",
            row.name,
            row.kind
        );
        assert!(asked <= 16, "{asked} for {}", row.name);
        let (security, asked) = harmed(&recording, row, no_keys);
        let at = zegel::name::Name::root();
        let why = Doubt::Unanswered(Trouble::Timeout);
        assert_eq!(security, Security::Indeterminate { at, why });
        assert!(asked <= 8, "{asked} for {}", row.name);
    }
}

#[test]
fn a_wrong_clock_is_suspected_before_any_domain_is() {
    let recording = Recording::read();
    let row = recording.row("_dmarc.good.nl.", RecordType::TXT);
    for days in [-400, 400] {
        let now = recording.now + SignedDuration::from_hours(24 * days);
        let question = (&row.message, &row.name, row.kind);
        let (proven, _) = recording.judge_with(question, &Zones::default(), now, |lookup| {
            recording.answer(lookup)
        });
        let at = zegel::name::Name::root();
        assert_eq!(
            proven.security,
            Security::Indeterminate {
                at,
                why: Doubt::Clock
            }
        );
    }
}

#[test]
fn what_no_anchor_is_above_is_not_proven_either_way() {
    let recording = Recording::read();
    let island: Anchors =
        "island.example. 3600 IN DNSKEY 257 3 15 l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps="
            .parse()
            .unwrap();
    for row in recording.rows.iter().take(30) {
        let zones = Zones::default();
        let known = (&island, &zones);
        let step = judge(
            &row.message,
            &row.name,
            row.kind,
            known,
            &Replies::new(),
            recording.now,
        );
        let Step::Done(proven) = step else {
            panic!("{}: nothing is to be asked", row.name);
        };
        assert_eq!(
            (proven.security.state(), proven.security.reason()),
            ("Indeterminate", Some("NoAnchor")),
            "{} {}",
            row.name,
            row.kind
        );
    }
}
