//! Who may issue certificates for the host that serves the policy, by CAA (RFC 8659): senders take a policy under one of a
//! public authority alone (RFC 8461 3.3), so where none may issue it the policy ends with the certificate, and where anybody
//! may, whoever deceives one can serve another.

use crate::inquiry::{Inquiry, Need};
use crate::judge::caa::relevant;
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
    let who = found
        .as_ref()
        .map_or(Leave::Anybody, |found| leave(&found.records));
    match (who, found) {
        (Leave::Some, _) => {}
        (Leave::Anybody, None) => {
            let message = format!(
                "want a CAA record that says who may issue certificates for {host}, found none at its name or above"
            );
            findings.say(&rules::ANY_ISSUER, &topic, message);
        }
        (Leave::Anybody, Some(found)) => {
            let message = format!(
                "want a CAA record that says who may issue certificates for {host}, found those of {} without the tag issue",
                found.at
            );
            findings.say(&rules::ANY_ISSUER, &topic, message);
        }
        (Leave::Nobody(why), found) => {
            let at = found.map_or_else(String::new, |found| format!(" at {}", found.at));
            let message = format!(
                "want a CAA record by which {host}, which serves the policy, can have a certificate that senders accept, found{at} \
                 {why}: no public authority may issue one"
            );
            findings.say(&rules::NO_ISSUER, &topic, message);
        }
    }
}
