//! Findings: that a rule is broken, where, and by what. Types, and the one way to say one.
//!
//! A finding has an identity, [`Finding::identity`]: the rule, the [`Site`] and the subject (the term, the tag, the
//! key or the host it is about). History, fingerprints and counts go by it; the message is prose for people and never a
//! key. Rooms say findings through [`Findings::say`] and refine what it gives back. Pure.

use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::Span;
use crate::rules::{Rule, Severity, dmarc, dns, reporting};

/// What a verdict or a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Site {
    /// A domain as a whole: that it exists, who serves it, what was not asked about it.
    Domain(Name),
    /// A record set (RFC 2181 5).
    Rrset {
        /// The owner name.
        name: Name,
        /// The record type.
        kind: Kind,
    },
    /// A host that mail goes to or comes from.
    Host(Name),
}

impl Site {
    /// The record set of `kind` at `name`.
    pub fn rrset(name: impl Into<Name>, kind: Kind) -> Self {
        Self::Rrset {
            name: name.into(),
            kind,
        }
    }

    /// The name people look for: the owner, the host, the domain.
    pub fn name(&self) -> &Name {
        match self {
            Self::Domain(name) | Self::Host(name) | Self::Rrset { name, .. } => name,
        }
    }

    /// The record type in a word, `TXT`; empty where it is no record set.
    pub fn type_word(&self) -> String {
        self.kind().map_or_else(String::new, |kind| kind.to_string())
    }

    /// The record type, where it is a record set.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Rrset { kind, .. } => Some(*kind),
            Self::Domain(_) | Self::Host(_) => None,
        }
    }
}

/// Text with the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The record's joined text, octets as they came.
    pub text: Vec<u8>,
    /// The part that is meant, in octets of `text`; clamped by whoever shows it.
    pub span: Span,
    /// A word or two at the mark; may be empty.
    pub label: String,
    /// Further parts that are meant, outside of the first.
    pub also: Vec<Span>,
}

impl Excerpt {
    /// Every part that is meant.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        std::iter::once(&self.span).chain(&self.also)
    }

    /// Whether a part that is meant and `span` share an octet.
    pub fn meets(&self, span: &Span) -> bool {
        self.spans()
            .any(|own| own.start < span.end && span.start < own.end)
    }
}

/// A rule is broken, or something could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The rule's severity, or a milder one where the situation asks for it.
    pub severity: Severity,
    /// Whether it is about what the spec manages: only then can it lower Ready or fail `check`.
    pub managed: bool,
    /// Where it is.
    pub site: Site,
    /// What at the site it is about: a term, a tag, a key, a host. `None`: the site as a whole.
    pub subject: Option<String>,
    /// What was expected and what was seen, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub fix: String,
    /// The offending text.
    pub excerpt: Option<Excerpt>,
}

/// What makes a finding the same one in the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity<'f> {
    /// The rule's id.
    pub rule: &'static str,
    /// Where it is.
    pub site: &'f Site,
    /// What at the site it is about.
    pub subject: Option<&'f str>,
}

impl Finding {
    /// A finding about `topic` as a whole, with its rule's severity for what is managed or not, and its fix.
    pub fn on(rule: &'static Rule, topic: &Topic, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity_where(topic.managed),
            managed: topic.managed,
            site: topic.site.clone(),
            subject: None,
            message: message.into(),
            fix: rule.fix.to_owned(),
            excerpt: topic.text.as_ref().map(|text| Excerpt {
                text: text.clone(),
                span: 0..text.len(),
                label: String::new(),
                also: Vec::new(),
            }),
        }
    }

    /// What makes it the same finding in the next look.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            rule: self.rule.id,
            site: &self.site,
            subject: self.subject.as_deref(),
        }
    }

    /// About this term, tag, key or host of the site.
    pub fn about(&mut self, subject: impl Into<String>) -> &mut Self {
        self.subject = Some(subject.into());
        self
    }

    /// Marks this part of the topic's text.
    pub fn at(&mut self, span: Span) -> &mut Self {
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.span = span;
        }
        self
    }

    /// Marks all these parts of the topic's text; of none, the whole text.
    pub fn at_each(&mut self, spans: impl IntoIterator<Item = Span>) -> &mut Self {
        let mut spans = spans.into_iter();
        if let (Some(excerpt), Some(first)) = (&mut self.excerpt, spans.next()) {
            excerpt.span = first;
            excerpt.also = spans.take(MAX_MARKS).collect();
        }
        self
    }

    /// With a word or two at the mark.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.label = label.into();
        }
        self
    }

    /// Without the topic's text: it is about something else.
    pub fn without_text(&mut self) -> &mut Self {
        self.excerpt = None;
        self
    }

    /// At most this bad: for a situation milder than the rule's worst.
    pub fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.severity = self.severity.max(severity);
        self
    }

    /// With a fix that fits better than the rule's.
    pub fn fix(&mut self, fix: impl Into<String>) -> &mut Self {
        self.fix = fix.into();
        self
    }
}

/// What findings are said of: a site, whether the spec manages it, and the text that can be marked.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Where it is.
    pub site: Site,
    /// Whether the spec manages it.
    pub managed: bool,
    /// The record's joined text, when there is one.
    pub text: Option<Vec<u8>>,
}

impl Topic {
    /// A site without text.
    pub fn new(site: Site, managed: bool) -> Self {
        Self {
            site,
            managed,
            text: None,
        }
    }

    /// The same with the record's joined text.
    #[must_use]
    pub fn text(&self, text: &[u8]) -> Self {
        Self {
            text: Some(text.to_vec()),
            ..self.clone()
        }
    }
}

/// So many further parts of a text are marked.
const MAX_MARKS: usize = 15;

/// At most this many findings one rule makes at one site.
pub(super) const MAX_PER_SITE: usize = 8;

/// The findings of one judgement as they are said.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that `rule` is broken; what comes back is refined in place.
    pub fn say(&mut self, rule: &'static Rule, topic: &Topic, message: impl Into<String>) -> &mut Finding {
        self.add(Finding::on(rule, topic, message))
    }

    /// Adds one that was made elsewhere; what comes back is refined in place.
    pub fn add(&mut self, finding: Finding) -> &mut Finding {
        let at = self.0.len();
        self.0.push(finding);
        &mut self.0[at]
    }

    /// Adds one that was made elsewhere.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// The finding said as number `at`, to be refined.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut Finding> {
        self.0.get_mut(at)
    }

    /// How many were said so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was said so far.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }

    /// The findings in the order people read them: a domain that does not exist first, then errors first, managed
    /// before observed, by site, rule and subject; what was said twice is said once, one slip of markup by the standard it
    /// breaks alone, and a rule speaks of at most eight places of a site, and says then how many more there are.
    pub fn in_order(self) -> Vec<Finding> {
        let mut findings = self.0;
        for at in (0..findings.len()).rev() {
            // Most are none, and a hostile text can bring thousands: only these are held beside all others.
            if !is_markup(&findings[at]) {
                continue;
            }
            let Some(by) = (0..findings.len()).find(|&by| is_echo(&findings[at], &findings[by])) else {
                continue;
            };
            // What it marked stays marked.
            let marked = findings.remove(at).excerpt;
            let by = by - usize::from(by > at);
            if let (Some(marked), Some(shown)) = (marked, &mut findings[by].excerpt) {
                for span in marked
                    .spans()
                    .filter(|span| !shown.meets(span))
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    shown.also.push(span);
                }
            }
        }
        findings.sort_by(|one, other| rank(one).cmp(&rank(other)));
        findings.dedup_by(|later, earlier| rank(later) == rank(earlier));
        first_of_each_site(findings)
    }
}

/// At most so many of one rule at one site, the last of which says how many more there are.
fn first_of_each_site(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len().min(1024));
    let (mut run, mut more) = (0, 0);
    for finding in findings {
        let is_further = kept
            .last()
            .is_some_and(|last| last.rule.id == finding.rule.id && last.site == finding.site);
        if !is_further {
            tell_more(&mut kept, more);
            (run, more) = (0, 0);
        }
        match run < MAX_PER_SITE {
            true => kept.push(finding),
            false => more += 1,
        }
        run += 1;
    }
    tell_more(&mut kept, more);
    kept
}

/// Has the last of these say that there are more like it.
fn tell_more(kept: &mut [Finding], more: usize) {
    if let Some(last) = kept.last_mut().filter(|_| more > 0) {
        last.message
            .push_str(&format!("; and {more} more like it, which are not shown"));
    }
}

/// Whether it says of an octet only that it is odd.
fn is_markup(finding: &Finding) -> bool {
    [&dns::ESCAPED, &dns::LEADING_SPACE, &dns::NON_ASCII, &dns::U_LABEL]
        .iter()
        .any(|rule| rule.id == finding.rule.id)
}

/// Whether `finding`, which says of an octet of a text that it is odd, says it where `other` says what it breaks.
fn is_echo(finding: &Finding, other: &Finding) -> bool {
    // A letter breaks no more than what it stands in: a name, a policy, a tag that nobody reads.
    let least = match finding.rule.id == dns::U_LABEL.id {
        true => Severity::Warning,
        false => finding.severity,
    };
    let (Some(here), Some(there)) = (&finding.excerpt, &other.excerpt) else {
        return false;
    };
    // A text that is to be removed, for a record stands beside it, need not be spelled better first.
    let goes = dmarc::record::NEAR_MISSES
        .iter()
        .any(|rule| rule.id == other.rule.id)
        && other.severity == Severity::Warning;
    // In a report address it breaks that address alone.
    let loses_reports = [
        &reporting::BARE_ADDRESS,
        &reporting::NOT_ENCODED,
        &reporting::SIZE,
        &reporting::NOT_ASCII,
    ];
    let in_address = loses_reports.iter().any(|rule| rule.id == other.rule.id);
    let least = if goes || in_address {
        Severity::Warning
    } else {
        least
    };
    other.rule.standard != finding.rule.standard
        && other.severity <= least
        && other.site == finding.site
        && there.text == here.text
        && (goes || here.spans().any(|span| there.meets(span)))
}

/// What findings are ordered by.
fn rank(finding: &Finding) -> impl Ord + '_ {
    (
        finding.rule.id != dns::NO_DOMAIN.id,
        finding.severity,
        !finding.managed,
        &finding.site,
        finding.rule.id,
        &finding.subject,
        &finding.message,
    )
}

impl Extend<Finding> for Findings {
    fn extend<T: IntoIterator<Item = Finding>>(&mut self, findings: T) {
        self.0.extend(findings);
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<T: IntoIterator<Item = Finding>>(findings: T) -> Self {
        Self(findings.into_iter().collect())
    }
}
