//! The judgement: from an [`Intent`] and the facts of one pass to a [`Verdict`].
//!
//! One pure function, [`judge`], is run over the facts again and again until it opens no new question. Each standard
//! has a folder of its own with three things: the state of a wanted record, the walk that needs answers (SPF's
//! includes, DMARC's tree), and the checks that make findings. Nothing here waits, and `now` is an argument.

mod basis;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod fleet;
pub mod mx;
pub mod spf;
mod verdict;

use jiff::Timestamp;

pub use self::verdict::{Excerpt, Finding, RecordVerdict, State, Unanswered, Verdict};
use crate::inquiry::{Inquiry, Need};
use crate::intent::{Intent, What};
use crate::records::Standard;
use crate::rules;

/// Judges what is known; the caller answers the questions `inquiry` has opened and calls again until none is left.
pub fn judge(intent: &Intent, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Verdict {
    let _ = now; // No rule ends by itself yet.
    let mut records = Vec::new();
    let mut findings = Vec::new();
    for wanted in &intent.wanted {
        inquiry.on_behalf_of(wanted.standard());
        records.push(match &wanted.what {
            What::Spf(record) => spf::state(intent, wanted, record, inquiry, &mut findings),
            What::Dkim(want) => dkim::state(intent, wanted, want, inquiry, &mut findings),
            What::Dmarc(want) => dmarc::state(intent, wanted, want, inquiry, &mut findings),
            What::NullMx => mx::state(intent, wanted, inquiry, &mut findings),
        });
    }
    for (standard, check) in CHECKS {
        inquiry.on_behalf_of(*standard);
        check(intent, inquiry, &mut findings);
    }
    let unanswered = unanswered(inquiry);
    findings.extend(
        unanswered
            .iter()
            .filter(|one| one.need == Need::Evidence)
            .map(not_checked),
    );
    order(&mut findings);
    let questions = inquiry.asked().count();
    Verdict {
        domain: intent.domain.clone(),
        records,
        findings,
        unanswered,
        questions,
        valid_until: None,
    }
}

/// A standard's checks: whatever they find goes to the last argument.
type Check = fn(&Intent, &mut Inquiry<'_>, &mut Vec<Finding>);

/// The checks, in the order they are run.
const CHECKS: &[(Standard, Check)] = &[
    // Names that cannot hold TXT, values no standard can read.
    (Standard::Dns, dns::check),
    // What senders the domain authorises, and whether receivers can find out.
    (Standard::Spf, spf::check),
    // The keys of managed and probed selectors.
    (Standard::Dkim, dkim::check),
    // The policy that applies, where it comes from, and who gets its reports.
    (Standard::Dmarc, dmarc::check),
    // Where mail goes.
    (Standard::Mx, mx::check),
];

fn unanswered(inquiry: &Inquiry<'_>) -> Vec<Unanswered> {
    inquiry
        .asked()
        .filter_map(|(question, asked)| {
            asked.trouble.map(|why| Unanswered {
                question: question.clone(),
                need: asked.need,
                standards: asked.standards.clone(),
                why,
            })
        })
        .collect()
}

fn not_checked(unanswered: &Unanswered) -> Finding {
    let rule = &rules::dns::NOT_CHECKED;
    Finding {
        rule,
        severity: rule.severity,
        managed: false,
        record: Some(unanswered.question.name.clone()),
        message: format!("not checked: {}, {}", unanswered.question, unanswered.why),
        fix: rule.fix.to_owned(),
        excerpt: None,
    }
}

/// Errors first, then by record and rule; what was said twice is said once.
fn order(findings: &mut Vec<Finding>) {
    let key = |finding: &Finding| {
        (
            finding.severity,
            !finding.managed,
            finding.record.clone(),
            finding.rule.id,
            finding.message.clone(),
        )
    };
    findings.sort_by_key(key);
    findings.dedup_by_key(|finding| key(finding));
}
