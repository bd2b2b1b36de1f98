//! What is adopted of a policy that is served.

use zegel::adopt::{Adopted, adopt, live};
use zegel::api::MtaStsMode;
use zegel::inquiry::{PolicyFile, Served, settle_with};
use zegel::intent::SelectorList;
use zegel::records::mtasts;

use crate::facts::{World, name, now};
use crate::judged::{BODY, ZONE, fact, file};

fn adopted(record: &str, served: &Served) -> Adopted {
    let world = World::new(&ZONE.replace("v=STSv1; id=20260101", record));
    let answer = |question: &zegel::inquiry::AnyQuestion, facts: &mut zegel::inquiry::Facts| {
        if let Some(dns) = question.dns() {
            facts.insert(dns.clone(), world.answer(dns));
        }
        if let Some(policy) = question.of::<PolicyFile>() {
            facts.insert(policy.clone(), fact(served.clone()));
        }
    };
    let look = |inquiry: &mut zegel::inquiry::Inquiry<'_>| {
        let none = SelectorList::none();
        let live = live::look(&name("a.nl"), &none, &none, inquiry);
        adopt(&live, inquiry, now())
    };
    settle_with(answer, look).0
}

#[test]
fn a_policy_is_adopted_with_the_id_that_stands() {
    let testing = "version: STSv1\nmode: testing\nmx: *.a.nl\nmax_age: 5400\n";
    let none = "version: STSv1\nmode: none\nmax_age: 86401\n";
    let digest = mtasts::parse_policy(BODY.as_bytes())
        .policy
        .expect("a policy")
        .id();
    for (record, body, mode, mx, max_age, id) in [
        (
            "v=STSv1; id=20260101",
            BODY,
            MtaStsMode::Enforce,
            &["mx1.a.nl"][..],
            "7d",
            Some("20260101"),
        ),
        (
            "v=STSv1; id=20260101;",
            testing,
            MtaStsMode::Testing,
            &["*.a.nl"],
            "90m",
            Some("20260101"),
        ),
        (
            "v=STSv1; id=20260101;",
            none,
            MtaStsMode::None,
            &[],
            "86401s",
            Some("20260101"),
        ),
        // One that Zegel wrote needs no id of its own.
        (
            &*format!("v=STSv1; id={digest};"),
            BODY,
            MtaStsMode::Enforce,
            &["mx1.a.nl"],
            "7d",
            None,
        ),
    ] {
        let adopted = adopted(record, &file(body));
        let block = adopted
            .spec
            .mta_sts
            .as_ref()
            .unwrap_or_else(|| panic!("a block: {:?}", adopted.remarks));
        assert_eq!(
            (
                block.mode,
                block.mx.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
                block.max_age.as_deref(),
                block.id.as_deref()
            ),
            (mode, mx, Some(max_age), id)
        );
        // What is adopted is in sync, and breaks no rule of the policy by that.
        assert!(!adopted.checked.wrong, "{:?}", adopted.remarks);
    }
}

#[test]
fn what_of_a_policy_a_manifest_cannot_say_is_a_remark() {
    let status = Served::Status {
        code: 404,
        location: None,
    };
    for (record, served, says) in [
        (
            "v=STSv1; id=20260101",
            status,
            "senders find no policy at https://mta-sts.a.nl/",
        ),
        ("v=STSv1; id=20260101", file("hello"), "senders find no policy"),
        (
            "v=STSv1; id=20260101",
            file(&BODY.replace("604800", "0")),
            "max_age 0",
        ),
        ("v=STSv1; id=2026-01-01", file(BODY), "senders cannot read"),
        (
            "v=STSv1; id=1\n_mta-sts.a.nl TXT v=STSv1; id=2",
            file(BODY),
            "2 records",
        ),
        // A policy that shuts a host of the MX out is nobody's wish.
        (
            "v=STSv1; id=20260101",
            file(&BODY.replace("mx1.a.nl", "mx9.a.nl")),
            "covers mx1.a.nl of the mx block by none",
        ),
    ] {
        let adopted = adopted(record, &served);
        assert_eq!(adopted.spec.mta_sts, None, "{record} {served:?}");
        let remarks: Vec<&String> = adopted
            .remarks
            .iter()
            .filter(|text| text.starts_with("MTA-STS: "))
            .collect();
        assert!(
            remarks.iter().any(|text| text.contains(says)),
            "{says}: {:#?}",
            adopted.remarks
        );
    }
    let adopted = adopted("v=STSv1; id=20260101; x=y", &file(BODY));
    assert!(adopted.spec.mta_sts.is_some());
    assert!(
        adopted
            .remarks
            .iter()
            .any(|text| text.contains("x=y has no place")),
        "{:#?}",
        adopted.remarks
    );
}
