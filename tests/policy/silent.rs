//! A policy's host that never answers: nobody knows whether senders get one, and no record of it is in sync for that.

use zegel::inquiry::{AnyQuestion, Fact, Facts, Need, PolicyFile, Trouble, settle_with};
use zegel::judge::{Verdict, judge};
use zegel::records::Standard;

use super::judged::{SPEC, ZONE, fact};
use crate::facts::{World, intent, now, observe};

fn judged(spec: &str) -> Verdict {
    let world = World::new(ZONE);
    let subject = match spec {
        "" => observe("a.nl"),
        spec => intent(spec),
    };
    let silent: Fact<PolicyFile> = Fact {
        outcome: Err(Trouble::Timeout),
        ..fact(zegel::inquiry::Served::TooLarge)
    };
    let answer = |question: &AnyQuestion, facts: &mut Facts| {
        if let Some(dns) = question.dns() {
            facts.insert(dns.clone(), world.answer(dns));
        }
        if let Some(policy) = question.of::<PolicyFile>() {
            facts.insert(policy.clone(), silent.clone());
        }
    };
    settle_with(answer, |inquiry| judge(&subject, inquiry, now())).0
}

/// Where it is managed an Error could hang on it, and so whether the domain is compliant: for longer than `staleAfter` it is not known.
#[test]
fn a_policy_that_is_not_answered_is_not_known() {
    for (spec, need, managed) in [(SPEC, Need::Compliance, true), ("", Need::Evidence, false)] {
        let verdict = judged(spec);
        let mut open = verdict
            .unanswered
            .iter()
            .filter(|one| one.question.of::<PolicyFile>().is_some());
        let open = open.next().expect("the policy was not answered");
        assert_eq!(
            (open.need, open.managed, open.why),
            (need, managed, Trouble::Timeout)
        );
        assert!(open.weighs.contains(Standard::MtaSts));
        assert_eq!(verdict.compliance_is_known(), !managed);
    }
}
