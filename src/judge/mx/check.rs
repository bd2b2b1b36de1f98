//! The rules about the MX RRset as a whole, and what the role of the domain requires of it.

use super::exchanges::gather;
use super::{hosts, parked};
use crate::inquiry::{Dns, Inquiry, Kind, Need};
use crate::intent::{Intent, Role};
use crate::judge::basis::evidence;
use crate::judge::{Finding, Findings, Site, Topic};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::{Rule, Severity, mx as rules};

/// What is wrong with the domain's MX.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let domain = &intent.domain;
    // Where the role requires something of the MX, or nobody said what the domain is for, looking is not complete
    // without it.
    let need = match intent.role {
        Some(Role::Mail) => Need::Compliance,
        None | Some(Role::SendOnly | Role::ReceiveOnly | Role::Parked) => Need::Essential,
    };
    inquiry.ask(Dns::new(domain.clone(), Kind::Mx), need);
    let scene = gather(domain, inquiry);
    let Some(exchanges) = &scene.exchanges else { return };
    let topic = Topic::new(
        Site::rrset(domain.clone(), Kind::Mx),
        intent.manages(Standard::Mx),
    );
    let mut whole = WholeRrset {
        intent,
        topic: &topic,
        findings,
    };
    whole.null_records(exchanges);
    let missed = whole.role(exchanges, scene.is_null(), inquiry);
    match exchanges.as_slice() {
        [] if !missed => whole.implicit(inquiry),
        _ if scene.is_null() => parked::check(intent, &topic, inquiry, findings),
        _ => {}
    }
    hosts::check(domain, &scene, &topic, inquiry, findings);
}

/// The RRset as a whole.
struct WholeRrset<'c> {
    intent: &'c Intent,
    topic: &'c Topic,
    findings: &'c mut Findings,
}

impl WholeRrset<'_> {
    fn say(&mut self, rule: &'static Rule, message: impl Into<String>) -> &mut Finding {
        self.findings.say(rule, self.topic, message)
    }

    /// Null MX records in the wrong company (RFC 7505 3).
    fn null_records(&mut self, exchanges: &[(u16, Name)]) {
        let nulls: Vec<u16> = exchanges
            .iter()
            .filter(|(_, host)| host.is_root())
            .map(|(preference, _)| *preference)
            .collect();
        let beside = exchanges.len() - nulls.len();
        match (nulls.as_slice(), beside) {
            ([], _) | ([0], 0) => {}
            ([preference], 0) => {
                let message = format!("want 0 ., found {preference} .");
                self.say(&rules::NULL_PREFERENCE, message);
            }
            (several, 0) => {
                let message = format!("want one null MX, found {}", several.len());
                self.say(&rules::SEVERAL_NULL, message);
            }
            (some, _) => {
                let message = format!("want a null MX alone, found it beside {beside} other MX");
                let said = self.say(&rules::NULL_BESIDE_HOST, message);
                if *some != [0] {
                    said.fix(
                        "Remove every MX that names the root when the domain receives mail; when it does not, leave one \
                         MX record alone: 0 .",
                    );
                }
            }
        }
    }

    /// What the role requires; whether an MX was missed.
    fn role(&mut self, exchanges: &[(u16, Name)], is_null: bool, inquiry: &mut Inquiry<'_>) -> bool {
        match self.intent.role {
            // Its mail is not refused, for nobody may send it; that nothing arrives is true all the same.
            Some(Role::Mail) if is_null && parked::nobody_passes(&self.intent.domain, inquiry) => {
                let message = "want an MX host for a domain of role Mail, found a null MX";
                self.say(&rules::RECEIVES_NOTHING, message)
                    .at_most(Severity::Warning);
            }
            Some(role @ (Role::SendOnly | Role::Mail)) if is_null => {
                let message =
                    format!("want no null MX for a domain of role {role:?}, found one: its mail is refused");
                self.say(&rules::NULL_BUT_SENDS, message);
            }
            Some(Role::ReceiveOnly) if is_null => {
                let message = "want an MX host for a domain of role ReceiveOnly, found a null MX";
                self.say(&rules::RECEIVES_NOTHING, message);
            }
            Some(role @ (Role::ReceiveOnly | Role::Mail)) if exchanges.is_empty() => {
                // Mail may rely on its own address; nobody said it must not.
                let worst = match role {
                    Role::ReceiveOnly => Severity::Error,
                    _ => Severity::Warning,
                };
                let instead = match self.has_address(inquiry) {
                    true => ": mail goes to the domain's own address",
                    false => "",
                };
                let message = format!("want an MX host for a domain of role {role:?}, found none{instead}");
                self.say(&rules::RECEIVES_NOTHING, message).at_most(worst);
                return true;
            }
            _ => {}
        }
        false
    }

    /// No MX: mail goes to the domain's own address, if it has one.
    fn implicit(&mut self, inquiry: &mut Inquiry<'_>) {
        if self.intent.role == Some(Role::Parked) {
            return;
        }
        if self.has_address(inquiry) {
            let message = "want an MX, found none: mail goes to the domain's own address";
            self.say(&rules::IMPLICIT, message);
        }
    }

    /// Whether the domain has an address, as far as known.
    fn has_address(&self, inquiry: &mut Inquiry<'_>) -> bool {
        let domain = &self.intent.domain;
        let seen = [Kind::A, Kind::Aaaa].map(|kind| evidence(inquiry, domain, kind));
        seen.iter().flatten().any(|seen| !seen.records.is_empty())
    }
}
