//! The rules about the MX RRset as a whole, and what the role of the domain requires of it.

use super::{exchanges, hosts};
use crate::inquiry::{Inquiry, Kind, Need, Question};
use crate::intent::{Intent, Role};
use crate::judge::basis::{Seen, evidence};
use crate::judge::{Finding, Findings};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dmarc::{self, Likeness, Policy, TagName};
use crate::rules::{Rule, Severity, mx as rules};

/// What is wrong with the domain's MX.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    // Where the role requires something of the MX, or nobody said what the domain is for, looking is not complete
    // without it.
    let need = match intent.role {
        Some(Role::Mail) => Need::Evidence,
        None | Some(Role::SendOnly | Role::ReceiveOnly | Role::Parked) => Need::Essential,
    };
    let question = Question::new(intent.domain.clone(), Kind::Mx);
    let Some(seen) = Seen::from_reply(inquiry.ask(question, need)) else {
        return;
    };
    let exchanges = exchanges(&seen);
    let is_null = matches!(exchanges.as_slice(), [(_, host)] if host.is_root());
    let mut checker = Checker {
        intent,
        inquiry,
        findings,
    };
    checker.null_records(&exchanges);
    checker.role(&exchanges, is_null);
    match exchanges.as_slice() {
        [] => checker.implicit(),
        _ if is_null => checker.closed(),
        _ => {}
    }
    let managed = intent.manages(Standard::Mx);
    hosts::check(&intent.domain, &exchanges, managed, inquiry, findings);
}

struct Checker<'c, 'f> {
    intent: &'c Intent,
    inquiry: &'c mut Inquiry<'f>,
    findings: &'c mut Findings,
}

impl<'f> Checker<'_, 'f> {
    fn say(&mut self, rule: &'static Rule, worst: Severity, message: impl Into<String>) {
        let managed = self.intent.manages(Standard::Mx);
        let finding = Finding::new(rule, managed, self.intent.domain.clone(), message);
        self.findings.push(finding.milder(worst));
    }

    fn see(&mut self, name: &Name, kind: Kind) -> Option<Seen<'f>> {
        evidence(self.inquiry, name, kind)
    }

    /// Null MX records in the wrong company (RFC 7505 3).
    fn null_records(&mut self, exchanges: &[(u16, Name)]) {
        let nulls: Vec<u16> = exchanges
            .iter()
            .filter(|(_, host)| host.is_root())
            .map(|(preference, _)| *preference)
            .collect();
        if nulls.len() > 1 {
            let message = format!("want one null MX, found {}", nulls.len());
            self.say(&rules::SEVERAL_NULL, Severity::Error, message);
        }
        if !nulls.is_empty() && nulls.len() < exchanges.len() {
            let message = format!(
                "want a null MX alone, found it beside {} other MX",
                exchanges.len() - nulls.len()
            );
            self.say(&rules::NULL_BESIDE_HOST, Severity::Error, message);
        }
        if let Some(preference) = nulls.iter().find(|&&preference| preference != 0) {
            let message = format!("want 0 ., found {preference} .");
            self.say(&rules::NULL_PREFERENCE, Severity::Error, message);
        }
    }

    /// What the role requires.
    fn role(&mut self, exchanges: &[(u16, Name)], is_null: bool) {
        match self.intent.role {
            Some(role @ (Role::SendOnly | Role::Mail)) if is_null => {
                let message =
                    format!("want no null MX for a domain of role {role:?}, found one: its mail is refused");
                self.say(&rules::NULL_BUT_SENDS, Severity::Error, message);
            }
            Some(Role::ReceiveOnly) if is_null => {
                let message = "want an MX host for a domain of role ReceiveOnly, found a null MX";
                self.say(&rules::RECEIVES_NOTHING, Severity::Error, message);
            }
            Some(role @ (Role::ReceiveOnly | Role::Mail)) if exchanges.is_empty() => {
                // Mail may rely on its own address; nobody said it must not.
                let worst = match role {
                    Role::ReceiveOnly => Severity::Error,
                    _ => Severity::Warning,
                };
                let message = format!("want an MX host for a domain of role {role:?}, found none");
                self.say(&rules::RECEIVES_NOTHING, worst, message);
            }
            _ => {}
        }
    }

    /// No MX: mail goes to the domain's own address, if it has one.
    fn implicit(&mut self) {
        if self.intent.role == Some(Role::Parked) {
            return;
        }
        let domain = self.intent.domain.clone();
        let seen = [Kind::A, Kind::Aaaa].map(|kind| self.see(&domain, kind));
        if seen.iter().flatten().any(|seen| !seen.records.is_empty()) {
            let message = "want an MX, found none: mail goes to the domain's own address";
            self.say(&rules::IMPLICIT, Severity::Warning, message);
        }
    }

    /// A null MX: is it needed, and is the domain closed for senders too?
    fn closed(&mut self) {
        let domain = self.intent.domain.clone();
        let seen = [Kind::A, Kind::Aaaa].map(|kind| self.see(&domain, kind));
        if seen
            .iter()
            .all(|seen| seen.is_some_and(|seen| seen.records.is_empty()))
        {
            let message = "a null MX where no A or AAAA could be taken for one";
            self.say(&rules::NULL_WITHOUT_ADDRESS, Severity::Info, message);
        }
        let Ok(policy) = domain.prepend("_dmarc") else {
            return;
        };
        let dmarc = self.see(&policy, Kind::Txt).map(|seen| records(&seen));
        if let Some(dmarc) = &dmarc
            && let Some(address) = dmarc.iter().find_map(|record| report_address_at(record, &domain))
        {
            let message = format!("want reports sent to a domain that takes mail, found {address}");
            self.say(&rules::REPORTS_TO_NULL, Severity::Warning, message);
        }
        if self.intent.role.is_none()
            && let (Some(dmarc), Some(spf)) = (dmarc, self.see(&domain, Kind::Txt))
        {
            self.parked_set(&spf.texts(), &dmarc);
        }
    }

    /// What a domain without mail needs besides.
    fn parked_set(&mut self, spf: &[Vec<u8>], dmarc: &[dmarc::Record]) {
        let is_spf = |text: &&Vec<u8>| {
            let start = text.get(..7).unwrap_or(text);
            start.eq_ignore_ascii_case(b"v=spf1 ") || text.eq_ignore_ascii_case(b"v=spf1")
        };
        let closed = |text: &Vec<u8>| {
            text.get(6..)
                .is_some_and(|terms| terms.trim_ascii().eq_ignore_ascii_case(b"-all"))
        };
        let records: Vec<&Vec<u8>> = spf.iter().filter(is_spf).collect();
        let rejects = |record: &dmarc::Record| {
            let effects = record.effects();
            effects.is_some_and(|effects| effects.policy == Policy::Reject)
        };
        let mut open = Vec::new();
        match records.as_slice() {
            [one] if closed(one) => {}
            [_] => {
                let message = "a null MX, but SPF lets others send: replies and bounces cannot be delivered";
                self.say(&rules::NULL_BUT_SENDS, Severity::Warning, message);
            }
            _ => open.push("v=spf1 -all"),
        }
        if !dmarc.iter().any(rejects) {
            open.push("v=DMARC1; p=reject");
        }
        if !open.is_empty() {
            let message = format!("a null MX without {}", open.join(" and "));
            self.say(&rules::PARKED_INCOMPLETE, Severity::Warning, message);
        }
    }
}

/// The DMARC records among what was seen.
fn records(seen: &Seen<'_>) -> Vec<dmarc::Record> {
    let texts = seen.texts();
    let records = texts
        .iter()
        .filter(|text| dmarc::likeness(text) == Likeness::Dmarc);
    records.map(|text| dmarc::parse(text)).collect()
}

/// A report address of this very domain.
fn report_address_at(record: &dmarc::Record, domain: &Name) -> Option<String> {
    let uris = [TagName::Rua, TagName::Ruf]
        .into_iter()
        .flat_map(|tag| record.uris(tag));
    uris.into_iter()
        .find(|uri| uri.host.as_ref() == Some(domain))
        .map(|uri| uri.text)
}
