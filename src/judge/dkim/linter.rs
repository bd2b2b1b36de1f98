//! One key record under the lamp: what is known of its selector, and how a finding about it is said.

use crate::judge::{Finding, Findings, Topic};
use crate::name::Name;
use crate::records::dkim::Record;
use crate::records::{Span, presentation};
use crate::rules::Rule;

/// What is known of the selector a record stands at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'s> {
    /// The selector's name.
    pub(super) name: &'s Name,
    /// What findings are said of.
    pub(super) topic: &'s Topic,
    /// Tells this record from others at the selector: empty where it is the only one.
    pub(super) which: &'s str,
    /// Whether the spec or somebody names the selector: mail is signed with it.
    pub(super) named: bool,
    /// Whether the spec says it is revoked.
    pub(super) revoked: bool,
    /// Whether the spec asks for `t=y`.
    pub(super) testing: bool,
    /// Whether the spec asks for `t=s`.
    pub(super) strict_identity: bool,
}

/// One record under the lamp.
pub(super) struct Linter<'l> {
    pub(super) record: &'l Record,
    pub(super) setting: &'l Setting<'l>,
    pub(super) topic: Topic,
    pub(super) findings: &'l mut Findings,
}

impl Linter<'_> {
    /// A finding about `subject`: a tag, or what stands in one.
    pub(super) fn say(
        &mut self,
        rule: &'static Rule,
        subject: impl Into<String>,
        span: Span,
        label: &str,
        message: String,
    ) -> &mut Finding {
        let subject = format!("{}{}", subject.into(), self.setting.which);
        let finding = self.findings.say(rule, &self.topic, message);
        finding.about(subject).at(span).label(label)
    }

    /// The span of a tag, or the start of the record.
    pub(super) fn span(&self, name: &str) -> Span {
        self.record.tag(name).map_or(0..0, |tag| tag.span)
    }
}

/// Why a value in other letters is another value (RFC 6376 3.2).
pub(super) const LETTERS: &str = "values are compared letter by letter";

/// Which of `known` is meant where only letter case differs.
pub(super) fn in_other_letters(value: &[u8], known: &[&[u8]]) -> Option<String> {
    let meant = known
        .iter()
        .find(|one| **one != value && one.eq_ignore_ascii_case(value))?;
    Some(presentation(meant))
}
