//! What is wrong with a domain's DMARC, managed or observed.
//!
//! `record` reads the domain's own record, `tree` the policy that applies and where it comes from, `reports` where
//! reports go. The record of another name that is inherited is its owner's to mend: of it only what decides this
//! domain's policy is said.

mod record;
mod reports;
mod tree;

use super::discovery::{Discovery, discover};
use crate::inquiry::{Inquiry, Need};
use crate::intent::{DmarcWant, Intent, Role, What};
use crate::judge::{Finding, Findings};
use crate::name::Name;
use crate::records::Standard;
use crate::records::dmarc::{self, Record, Tag};
use crate::rules::Rule;

/// What is wrong with the domain's DMARC.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(name) = intent.domain.prepend("_dmarc") else {
        return;
    };
    // Who only looks at a domain wants to know this above all.
    let own = match intent.role {
        None => Need::Essential,
        Some(_) => Need::Evidence,
    };
    let discovery = discover(&intent.domain, inquiry, own);
    let mut case = Case {
        intent,
        discovery: &discovery,
        name,
        managed: intent.manages(Standard::Dmarc),
        findings,
    };
    record::check(&mut case);
    tree::check(&mut case, inquiry);
    reports::check(&mut case, inquiry);
}

/// One domain under judgement.
struct Case<'c> {
    intent: &'c Intent,
    discovery: &'c Discovery,
    /// `_dmarc.` and the domain.
    name: Name,
    managed: bool,
    findings: &'c mut Findings,
}

impl Case<'_> {
    /// A finding about the domain's `_dmarc`, to be finished and said.
    fn finding(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.managed, self.name.clone(), message)
    }

    fn say(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A finding about a tag of a record, which is marked.
    fn tag(&mut self, rule: &'static Rule, record: &Record, tag: &Tag, message: impl Into<String>) {
        let finding = self
            .finding(rule, message)
            .marking(&record.text, tag.span.clone(), "");
        self.say(finding);
    }

    /// A finding about a record as a whole.
    fn whole(&mut self, rule: &'static Rule, record: &Record, message: impl Into<String>) {
        let finding = self
            .finding(rule, message)
            .marking(&record.text, 0..record.text.len(), "");
        self.say(finding);
    }

    /// The record the manifest asks for here.
    fn wanted(&self) -> Option<&dmarc::DesiredRecord> {
        self.intent.wanted.iter().find_map(|wanted| match &wanted.what {
            What::Dmarc(DmarcWant::Record(record)) => Some(record),
            _ => None,
        })
    }

    /// Whether the role says that nobody sends in the domain's name.
    fn is_silent_by_role(&self) -> bool {
        matches!(self.intent.role, Some(Role::ReceiveOnly | Role::Parked))
    }
}
