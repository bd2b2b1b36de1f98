//! Who may issue certificates for the host that serves the policy, by CAA (RFC 8659): senders take a policy under one of a
//! public authority alone (RFC 8461 3.3), so where none may issue it the policy ends with the certificate, and where anybody
//! may, whoever deceives one can serve another.

use crate::inquiry::{Inquiry, Need};
use crate::judge::caa::{anybody_may, odd, relevant};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::caa::{Leave, leave};
use crate::rules::mtasts::file as rules;

/// Says it of the host.
pub(super) fn check(host: &Name, managed: bool, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(found) = relevant(host, Need::Evidence, inquiry) else {
        return;
    };
    let topic = Topic::new(Site::Host(host.clone()), managed);
    let found = found.as_ref();
    if let Some(message) = found.and_then(|found| odd(host, found)) {
        findings.say(&rules::ODD_CAA, &topic, message);
    }
    match (found.map_or(Leave::Anybody, |found| leave(&found.records)), found) {
        (Leave::Anybody, found) => {
            findings.say(&rules::ANY_ISSUER, &topic, anybody_may(host, found));
        }
        (Leave::Nobody(why), Some(found)) => {
            let message = format!(
                "want a CAA record by which {host}, which serves the policy, can have a certificate that senders accept, found at {} \
                 {why}: no public authority may issue one",
                found.at
            );
            findings.say(&rules::NO_ISSUER, &topic, message);
        }
        (Leave::Some | Leave::Nobody(_), _) => {}
    }
}
