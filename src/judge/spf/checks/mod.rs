//! The checks of SPF: which rules the published records break.
//!
//! [`text`] and [`networks`] read one record, [`tree`] what it leads to, [`beside`] the other records of the domain. Each finding points
//! at the part of the record it is about; a rule speaks of at most four places in one record.

mod beside;
mod networks;
mod text;
mod tree;

use std::collections::HashMap;

use crate::inquiry::{Inquiry, Kind, Need};
use crate::intent::{Intent, What};
use crate::judge::{Excerpt, Finding, Findings, Site};
use crate::name::Name;
use crate::records::spf::parse;
use crate::records::{Span, Standard, presentation};
use crate::rules::spf::record as rules;
use crate::rules::{Rule, Severity};

use super::lookup::{Looked, Values, look};

/// How many places one rule speaks of in one record.
const MAX_PLACES: usize = 4;

/// What is wrong with the domain's SPF.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let managed = intent.manages(Standard::Spf);
    // Nobody said what the domain is for: its own record is what was asked about.
    let need = if intent.role.is_none() {
        Need::Essential
    } else {
        Need::Evidence
    };
    if let Looked::Answered(values) = look(inquiry, &intent.domain, need) {
        let mut desk = Desk::new(&intent.domain, managed, findings);
        desk.values(&values, inquiry, true);
        beside::check(intent, &values, inquiry, &mut desk);
    }
    for wanted in &intent.wanted {
        if !matches!(wanted.what, What::Spf(_)) || wanted.name == intent.domain {
            continue;
        }
        if let Looked::Answered(values) = look(inquiry, &wanted.name, Need::Essential) {
            Desk::new(&wanted.name, managed, findings).values(&values, inquiry, false);
        }
    }
}

/// Where findings about one name are written.
struct Desk<'d> {
    name: &'d Name,
    managed: bool,
    /// The record findings point into.
    text: Vec<u8>,
    said: HashMap<&'static str, usize>,
    findings: &'d mut Findings,
}

impl<'d> Desk<'d> {
    fn new(name: &'d Name, managed: bool, findings: &'d mut Findings) -> Self {
        Self {
            name,
            managed,
            text: Vec::new(),
            said: HashMap::new(),
            findings,
        }
    }

    /// The same for another name of the domain.
    fn at<'e>(&'e mut self, name: &'e Name) -> Desk<'e> {
        Desk::new(name, self.managed, self.findings)
    }

    /// A rule is broken at `span` of the record, or by the record as a whole.
    fn say(&mut self, rule: &'static Rule, span: Option<Span>, message: impl Into<String>) {
        self.say_as(rule, rule.severity, span, message);
    }

    /// The same, with a severity of its own.
    fn say_as(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        span: Option<Span>,
        message: impl Into<String>,
    ) {
        let said = self.said.entry(rule.id).or_default();
        *said += 1;
        if *said > MAX_PLACES {
            return;
        }
        let excerpt = (!self.text.is_empty()).then(|| Excerpt {
            text: self.text.clone(),
            span: span.unwrap_or(0..self.text.len()),
            label: String::new(),
        });
        self.findings.push(Finding {
            rule,
            severity,
            managed: self.managed,
            site: Site::rrset(self.name.clone(), Kind::Txt),
            subject: None,
            message: message.into(),
            fix: rule.fix.to_owned(),
            excerpt,
        });
    }

    /// A rule is broken at `span`, and what mends it is another rule's business.
    fn say_fix(&mut self, rule: &'static Rule, span: Span, message: impl Into<String>, fix: &str) {
        let before = self.findings.len();
        self.say(rule, Some(span), message);
        if let Some(said) = self.findings.get_mut(before) {
            fix.clone_into(&mut said.fix);
        }
    }

    /// Judges the SPF values at the name; `apex` where it is the domain itself.
    fn values(&mut self, values: &Values<'_>, inquiry: &mut Inquiry<'_>, apex: bool) {
        for (text, miss) in &values.near_misses {
            self.text.clone_from(text);
            // Beside a record that works it does no harm but to whoever thinks it works.
            let severity = if values.records.is_empty() {
                Severity::Error
            } else {
                Severity::Warning
            };
            let message = format!("receivers do not take this for an SPF record: {}", miss.why);
            let before = Some(0..miss.before).filter(|before| !before.is_empty());
            self.say_as(&rules::NEAR_MISS, severity, before, message);
        }
        let [text] = values.records.as_slice() else {
            self.text.clear();
            if values.records.len() > 1 {
                let list: Vec<String> = values
                    .records
                    .iter()
                    .take(4)
                    .map(|text| presentation(text))
                    .collect();
                let message = format!(
                    "{} SPF records, want one: {}",
                    values.records.len(),
                    list.join(" | ")
                );
                self.say(&rules::SEVERAL, None, message);
            }
            return;
        };
        self.text.clone_from(text);
        let record = parse(text);
        text::check(&record, apex, self);
        // Of a record nobody evaluates there is nothing more to say.
        if apex && record.is_valid() {
            tree::check(&record, inquiry, self);
        }
    }
}
