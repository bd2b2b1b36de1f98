//! What is wrong with a domain's DMARC, managed or observed.
//!
//! `text` reads the letters of what stands at the domain's `_dmarc`, `record` what its tags say, `tree` the policy that applies and
//! where it comes from, `reports` and `agreement` where reports go. The record of another name that is inherited is its
//! owner's to mend: of it only what decides this domain's policy is said. Of a policy that nobody applies nothing is
//! said but why. A slip of letter spoils tags that have nothing wrong with them, so beside the record as it stands the
//! one that was meant is read: what only the first shows follows of the slip and is not said, what only the second shows
//! is another slip, and is.

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
use crate::rules::{Rule, dmarc as rules};

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
    own_record(&mut examination);
    record::inherited(&mut examination);
    tree::check(&mut examination, inquiry);
    agreement::check(&mut examination, inquiry);
}

/// What is wrong with the tags of the domain's own record, or of the text that was meant as one.
fn own_record(examination: &mut Examination<'_>) {
    let discovery = examination.discovery.clone();
    let Some(record) = discovery.own_record() else {
        let missed = discovery
            .own()
            .into_iter()
            .flat_map(|step| text::in_order(&step.texts));
        let meant: Vec<Record> = missed
            .filter(|text| dmarc::near_miss(text).is_some())
            .take(1) // Of several one alone is mended, the others go.
            .filter_map(|text| dmarc::mended(text))
            .map(|text| dmarc::parse(&text))
            .collect();
        for meant in &meant {
            let found = aside(examination, |aside| tags(aside, meant));
            examination.other_slips(found, &[]);
        }
        return;
    };
    let Some(meant) = record.mended() else {
        return tags(examination, record);
    };
    let meant = dmarc::parse(meant);
    let seen = aside(examination, |aside| tags(aside, record));
    let mut behind = aside(examination, |aside| tags(aside, &meant));
    // A colon where = and mailto: belong is one slip: what it is to become is said of the colon.
    behind.retain(|finding| !reports::is_mended_with_its_tag(record, finding));
    let same = |one: &Finding, other: &Finding| one.rule == other.rule && one.subject == other.subject;
    for finding in &seen {
        if behind.iter().any(|other| same(finding, other)) {
            examination.findings.push(finding.clone());
        }
    }
    examination.other_slips(behind, &seen);
}

/// What the tags of one record say.
fn tags(examination: &mut Examination<'_>, record: &Record) {
    text::tags(examination, record);
    record::check(examination, record);
    reports::check(examination, record);
}

/// What `check` finds, kept aside.
fn aside(examination: &mut Examination<'_>, check: impl FnOnce(&mut Examination<'_>)) -> Vec<Finding> {
    let mut found = Findings::new();
    check(&mut Examination {
        intent: examination.intent,
        discovery: examination.discovery.clone(),
        topic: examination.topic.clone(),
        findings: &mut found,
    });
    found.iter().cloned().collect()
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

    /// Says what of `found` is a slip that `said` does not name; the text it stands in is nobody's yet, so none is shown.
    fn other_slips(&mut self, found: Vec<Finding>, said: &[Finding]) {
        for mut finding in found {
            let known = |one: &Finding| one.rule == finding.rule && one.subject == finding.subject;
            if rules::is_slip(finding.rule) && !said.iter().any(known) {
                finding.without_text();
                self.findings.push(finding);
            }
        }
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
