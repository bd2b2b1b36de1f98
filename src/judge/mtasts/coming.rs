//! A change that is not made yet: hosts that are wanted in the MX and that senders with the policy of today would pass by.

use crate::inquiry::{Inquiry, Kind};
use crate::intent::{Intent, MxWant, What};
use crate::judge::{Findings, Site, Topic, mx};
use crate::name::Name;
use crate::records::Standard;
use crate::records::mtasts::{Mode, Policy, shown_age};
use crate::rules::{Severity, mtasts::kept as rules};

/// Whether the spec names the hosts of the MX.
pub(super) fn names_hosts(intent: &Intent) -> bool {
    hosts(intent).next().is_some()
}

/// Says which hosts must not take mail before senders have another policy than the one that is served.
pub(super) fn check(intent: &Intent, served: &Policy, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    if served.mode != Mode::Enforce {
        return;
    }
    inquiry.on_behalf_of(Standard::Mx);
    let scene = mx::gather(&intent.domain, inquiry);
    inquiry.on_behalf_of(Standard::MtaSts);
    let Some(live) = &scene.exchanges else { return };
    let topic = Topic::new(Site::rrset(intent.domain.clone(), Kind::Mx), true);
    for host in hosts(intent) {
        let stands = live.iter().any(|(_, one)| one == host);
        if stands || served.mx.iter().any(|pattern| pattern.covers(host)) {
            continue;
        }
        let message = format!(
            "want the hosts of the mx block in the policy before they are in the MX, found {host}, which the policy that is \
             served, mode enforce, does not cover: senders that keep it deliver nothing there for {}",
            shown_age(served.max_age)
        );
        findings
            .say(&rules::APART, &topic, message)
            .about(host.as_str())
            .at_most(Severity::Warning);
    }
}

/// The hosts that are wanted in the MX.
pub(super) fn hosts(intent: &Intent) -> impl Iterator<Item = &Name> {
    let blocks = intent.wanted.iter().filter_map(|wanted| match &wanted.what {
        What::Mx(MxWant::Hosts(hosts)) => Some(hosts),
        _ => None,
    });
    blocks.flatten().map(|(_, host)| host)
}
