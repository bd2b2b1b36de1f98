//! The policy that is desired, or served, beside the MX that stands there: what it does not cover, and what it covers in vain. A host
//! that is still to come into the MX is covered in good time, not in vain.

use super::coming;
use crate::inquiry::Inquiry;
use crate::intent::Intent;
use crate::judge::{Findings, Topic, dns, mx};
use crate::name::Name;
use crate::records::Standard;
use crate::records::mtasts::{Mode, Policy};
use crate::rules::{Severity, mtasts as rules};

/// Says which hosts the policy shuts out, and which of its entries are stale or too wide.
pub(super) fn check(
    intent: &Intent,
    policy: &Policy,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    for pattern in policy.mx.iter().filter(|pattern| pattern.is_wildcard()) {
        let whole = dns::registrable(pattern.name()) == *pattern.name();
        if whole && *pattern.name() != dns::registrable(&intent.domain) {
            let message = format!(
                "want the hosts by name, found {pattern}: every host right below {}",
                pattern.name()
            );
            findings
                .say(&rules::WIDE, topic, message)
                .about(pattern.to_string());
        }
    }
    if policy.mode == Mode::None {
        return;
    }
    inquiry.on_behalf_of(Standard::Mx);
    let scene = mx::gather(&intent.domain, inquiry);
    inquiry.on_behalf_of(Standard::MtaSts);
    let exchanges = scene.exchanges.iter().flatten();
    let mut hosts: Vec<&Name> = exchanges
        .map(|(_, host)| host)
        .filter(|host| !host.is_root())
        .collect();
    hosts.sort();
    hosts.dedup();
    for host in &hosts {
        if policy.mx.iter().any(|pattern| pattern.covers(host)) {
            continue;
        }
        let what = match policy.mode {
            Mode::Enforce => "senders that keep to it deliver nothing there",
            Mode::Testing | Mode::None => "once it is enforced senders deliver nothing there",
        };
        let message =
            format!("want every host of the MX in the policy, found {host}, which no entry covers: {what}");
        let said = findings.say(&rules::UNCOVERED, topic, message);
        said.about(host.as_str()).fix(format!(
            "Where {host} is to take mail, add it to the policy's mx, and let the old policy run out at the senders before it \
             does; else remove it from the MX."
        ));
        if policy.mode != Mode::Enforce {
            said.at_most(Severity::Warning);
        }
    }
    if hosts.is_empty() {
        return;
    }
    // A host that is still to come is in the policy first (RFC 8461 8.1).
    hosts.extend(coming::hosts(intent));
    for pattern in &policy.mx {
        if !hosts.iter().any(|host| pattern.covers(host)) {
            let message =
                format!("want entries that cover a host of the MX, found {pattern}, which covers none");
            findings
                .say(&rules::STALE, topic, message)
                .about(pattern.to_string());
        }
    }
}
