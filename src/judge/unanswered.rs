//! The questions of a pass that got no usable answer: what hangs on each, and what was not checked for want of it. Pure.

use std::collections::BTreeMap;

use super::{Finding, Site, Topic, Unanswered, tls};
use crate::inquiry::{Inquiry, Need, Starttls};
use crate::intent::Intent;
use crate::records::Standard;
use crate::rules;

/// All of them; `counts` says of which standards they are managed.
pub(super) fn all(
    intent: &Intent,
    counts: impl Fn(&Standard) -> bool,
    inquiry: &mut Inquiry<'_>,
) -> Vec<Unanswered> {
    let unseen = tls::unseen(intent, inquiry);
    let inquiry = &*inquiry;
    let open = inquiry
        .unanswered()
        .filter(|(_, asked, _)| asked.need > Need::Detail);
    let open = open.map(|(question, asked, why)| {
        let starttls = question.of::<Starttls>();
        // What weighs for a standard nobody manages does not weigh for one that wants to know it only.
        let concerned = match asked.need >= Need::Compliance {
            true => asked.weighs,
            false => asked.standards,
        };
        Unanswered {
            question: question.clone(),
            need: asked.need,
            standards: asked.standards,
            weighs: concerned,
            managed: concerned.iter().any(|standard| counts(&standard)),
            why,
            words: starttls.and_then(|question| tls::words(question, inquiry)),
            holds: asked.need == Need::Essential || unseen.rests_on(question),
        }
    });
    open.collect()
}

/// One finding a standard: what of it was not checked, for want of answers no record's state hangs on.
pub(super) fn not_checked(intent: &Intent, unanswered: &[Unanswered]) -> Vec<Finding> {
    let mut by_standard: BTreeMap<Standard, Vec<&Unanswered>> = BTreeMap::new();
    for one in unanswered.iter().filter(|one| one.need < Need::Essential) {
        for standard in one.standards.iter() {
            by_standard.entry(standard).or_default().push(one);
        }
    }
    let topic = Topic::new(Site::Domain(intent.domain.clone()), false);
    by_standard
        .into_iter()
        .map(|(standard, open)| {
            let shown = open.iter().take(MAX_NOT_CHECKED);
            let mut list: Vec<String> = shown
                .map(|one| format!("{}, {}", one.question, one.sentence()))
                .collect();
            if open.len() > list.len() {
                list.push(format!("{} more", open.len() - list.len()));
            }
            let message = format!("{standard} not checked in full: {}", list.join("; "));
            let mut finding = Finding::on(&rules::dns::NOT_CHECKED, &topic, message);
            finding.about(standard.as_str());
            finding
        })
        .collect()
}

/// At most this many unanswered questions stand in one message.
const MAX_NOT_CHECKED: usize = 3;
