//! What it means that no record stands at `_mta-sts`: an alias that leads nowhere, a policy that begins with enforcing, a host
//! without a record, a domain above that has one.

use crate::inquiry::{Depth, Dns, Inquiry, Kind, Need};
use crate::intent::{Intent, MTA_STS};
use crate::judge::basis::UsableAnswer;
use crate::judge::versioned::{self, Versioned};
use crate::judge::{Findings, Topic};
use crate::records::mtasts::{self, Mode, Policy};
use crate::rules::mtasts as rules;

/// Says it; `seen` holds no record, and no text that was meant as one.
pub(super) fn check(
    intent: &Intent,
    wanted: Option<&Policy>,
    seen: &UsableAnswer<'_>,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let name = topic.site.name().clone();
    if let Some(end) = seen.chain.last() {
        let message = format!(
            "want an MTA-STS record at the end of the alias at {name}, {end}, found none: senders find no policy"
        );
        findings.say(&rules::DANGLING, topic, message).about(end.as_str());
        return;
    }
    match wanted {
        Some(policy) if policy.mode == Mode::Enforce => {
            let message = "want a policy that is tested first, found mode Enforce where no record stands yet: what it leaves out is \
                           not delivered from the first hour on";
            findings.say(&rules::AT_ONCE, topic, message);
        }
        Some(_) => {}
        None => {
            inherited(intent, topic, inquiry, findings);
            host_alone(intent, topic, inquiry, findings);
        }
    }
}

/// Whether a domain above has a record, which says nothing of this one.
fn inherited(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let has_record = |seen: &UsableAnswer<'_>| Versioned::of(seen, mtasts::likeness).one().is_some();
    if let Some(above) = versioned::above(&intent.domain, MTA_STS, has_record, inquiry) {
        let message = format!(
            "want a policy of its own for {}, which takes mail, found one of {above} alone: senders do not look there",
            intent.domain
        );
        findings.say(&rules::NOT_INHERITED, topic, message);
    }
}

/// Whether the host that would serve a policy is there all the same. It is asked about by who looks at one domain closely:
/// a fleet would be asked much for little.
fn host_alone(intent: &Intent, topic: &Topic, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    if intent.role.is_some() || inquiry.depth() != Depth::Closely {
        return;
    }
    let Some(host) = mtasts::policy_host(&intent.domain) else {
        return;
    };
    let kinds = [Kind::A, Kind::Aaaa];
    let replies = kinds.map(|kind| inquiry.ask(Dns::new(host.clone(), kind), Need::Detail));
    let mut seen = replies.into_iter().filter_map(UsableAnswer::from_reply);
    if seen.any(|seen| !seen.records.is_empty()) {
        let message = format!(
            "want a record at {} beside the host {host}, or neither, found the host alone",
            topic.site.name()
        );
        findings
            .say(&rules::HOST_ALONE, topic, message)
            .about(host.as_str());
    }
}
