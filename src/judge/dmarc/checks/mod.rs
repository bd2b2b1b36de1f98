//! What is wrong with a domain's DMARC, managed or observed.
//!
//! `text` reads the letters of the domain's own record, `record` what its tags say, `tree` the policy that applies and
//! where it comes from, `reports` and `agreement` where reports go. The record of another name that is inherited is its
//! owner's to mend: of it only what decides this domain's policy is said. Of a policy that nobody applies nothing is
//! said but why.

mod agreement;
mod record;
mod reports;
mod text;
mod tree;

use std::sync::Arc;

use super::discovery::{Discovery, gather};
use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DmarcWant, Intent, Role, What};
use crate::judge::{Finding, Findings, Site, Topic};
use crate::records::Standard;
use crate::records::dmarc::{self, Record, Tag};
use crate::records::presentation;
use crate::rules::Rule;

/// What is wrong with the domain's DMARC.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let Ok(name) = intent.domain.prepend("_dmarc") else {
        return;
    };
    let managed = intent.manages(Standard::Dmarc);
    let mut examination = Examination {
        intent,
        discovery: gather(&intent.domain, inquiry),
        topic: Topic::new(Site::rrset(name, Kind::Txt), managed),
        findings,
    };
    text::check(&mut examination);
    record::check(&mut examination);
    tree::check(&mut examination, inquiry);
    reports::check(&mut examination);
    agreement::check(&mut examination, inquiry);
}

/// One domain under judgement.
struct Examination<'e> {
    intent: &'e Intent,
    discovery: Arc<Discovery>,
    /// The domain's `_dmarc`.
    topic: Topic,
    findings: &'e mut Findings,
}

impl Examination<'_> {
    /// A finding about the domain's `_dmarc`, whatever stands there.
    fn say(&mut self, rule: &'static Rule, message: impl Into<String>) -> &mut Finding {
        self.findings.say(rule, &self.topic, message)
    }

    /// A finding about a record as a whole.
    fn whole(&mut self, rule: &'static Rule, record: &Record, message: impl Into<String>) -> &mut Finding {
        let topic = self.topic.text(&record.text);
        self.findings.say(rule, &topic, message)
    }

    /// A finding about a tag of a record, which is marked.
    fn tag(
        &mut self,
        rule: &'static Rule,
        record: &Record,
        tag: &Tag,
        message: impl Into<String>,
    ) -> &mut Finding {
        let name = presentation(record.text.get(tag.name.clone()).unwrap_or_default());
        let finding = self.whole(rule, record, message);
        finding.about(name.to_ascii_lowercase()).at(tag.span.clone())
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
