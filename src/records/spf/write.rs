//! Writing records: from a manifest's words to canonical text, and from a record back to a manifest's words.

use std::fmt::{self, Write as _};

use super::domain_spec::DomainSpec;
use super::parse::parse;
use super::record::{DualCidr, Mechanism, Modifier, Qualifier, Record, Term, TermKind};
use crate::records::presentation;

/// What is wrong with one part of a record that is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// The part, as the manifest names it: `mechanisms[3]`, `redirect`.
    pub part: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A record said in the words of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AsSpec {
    /// The mechanisms before `all`, in order, in SPF's own syntax.
    pub mechanisms: Vec<String>,
    /// The qualifier of `all`; Neutral where the record has neither `all` nor `redirect`. `None` where it redirects, and
    /// for `+all`, which no manifest can say.
    pub all: Option<Qualifier>,
    /// redirect=
    pub redirect: Option<String>,
    /// exp=
    pub explanation: Option<String>,
    /// What the manifest cannot say, one sentence each: syntax errors, `+all`, unknown modifiers.
    pub lost: Vec<String>,
}

/// Builds the canonical record of a manifest's block. Exactly one of `all` and `redirect` is given.
///
/// # Errors
/// Every part that is no valid SPF.
pub fn build(
    mechanisms: &[String],
    all: Option<Qualifier>,
    redirect: Option<&str>,
    explanation: Option<&str>,
) -> Result<Record, Vec<BuildError>> {
    match as_it_stands(mechanisms, all, redirect, explanation) {
        Some(record) => Ok(record),
        None => one_by_one(mechanisms, all, redirect, explanation),
    }
}

/// The record of parts that are written canonically already, as most are: the same as [`one_by_one`], and `None` where that may say
/// something else.
fn as_it_stands(
    mechanisms: &[String],
    all: Option<Qualifier>,
    redirect: Option<&str>,
    explanation: Option<&str>,
) -> Option<Record> {
    if all == Some(Qualifier::Pass) {
        return None;
    }
    let mut text = "v=spf1".to_owned();
    let all = all.map(Qualifier::all);
    for part in mechanisms.iter().map(String::as_str).chain(all) {
        text.push(' ');
        text.push_str(part);
    }
    for (name, domain) in [(" redirect=", redirect), (" exp=", explanation)] {
        if let Some(domain) = domain {
            text.push_str(name);
            text.push_str(domain);
        }
    }
    let record = parse(text.as_bytes());
    let is_mechanism = |term: &Term| {
        matches!(
            &term.kind,
            TermKind::Directive { mechanism, .. } if *mechanism != Mechanism::All
        )
    };
    let is_modifier = |term: &Term| matches!(&term.kind, TermKind::Modifier(_));
    let (first, rest) = record.terms.split_at_checked(mechanisms.len())?;
    let (_, modifiers) = rest.split_at_checked(usize::from(all.is_some()))?;
    let is_so = first.iter().all(is_mechanism)
        && modifiers.iter().all(is_modifier)
        && modifiers.len() == usize::from(redirect.is_some()) + usize::from(explanation.is_some())
        && record.to_text() == text;
    is_so.then_some(record)
}

/// The record of parts as people write them.
fn one_by_one(
    mechanisms: &[String],
    all: Option<Qualifier>,
    redirect: Option<&str>,
    explanation: Option<&str>,
) -> Result<Record, Vec<BuildError>> {
    let mut errors = Vec::new();
    let mut text = "v=spf1".to_owned();
    for (index, mechanism) in mechanisms.iter().enumerate() {
        match one_mechanism(mechanism) {
            Ok(written) => text.push_str(&format!(" {written}")),
            Err(message) => errors.push(BuildError {
                part: format!("mechanisms[{index}]"),
                message,
            }),
        }
    }
    match all {
        Some(Qualifier::Pass) => errors.push(BuildError {
            part: "all".to_owned(),
            message: "+all lets everybody send in this domain's name: use Fail, SoftFail or Neutral"
                .to_owned(),
        }),
        Some(qualifier) => text.push_str(&format!(" {}", qualifier.all())),
        None => {}
    }
    for (part, name, domain) in [
        ("redirect", "redirect", redirect),
        ("explanation", "exp", explanation),
    ] {
        match domain.map(|domain| one_modifier(name, domain)) {
            Some(Ok(written)) => text.push_str(&format!(" {written}")),
            Some(Err(message)) => errors.push(BuildError {
                part: part.to_owned(),
                message,
            }),
            None => {}
        }
    }
    match errors.is_empty() {
        true => Ok(parse(text.as_bytes())),
        false => Err(errors),
    }
}

/// A manifest's mechanism in canonical writing, or why it is none.
fn one_mechanism(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the mechanism is empty".to_owned());
    }
    if text.to_ascii_lowercase().starts_with("v=spf1") {
        return Err("leave v=spf1 out: list the mechanisms one by one, without version and all".to_owned());
    }
    if text.contains(' ') {
        return Err(format!("{text:?} holds a blank: one mechanism an entry"));
    }
    match single(text) {
        TermKind::Directive {
            mechanism: Mechanism::All,
            ..
        } => Err("all is a field of its own: write all: Fail, SoftFail or Neutral".to_owned()),
        kind @ TermKind::Directive { .. } => Ok(kind.to_string()),
        TermKind::Modifier(Modifier::Redirect(domain)) => Err(format!(
            "redirect is a field of its own: write redirect: {domain}"
        )),
        TermKind::Modifier(Modifier::Explanation(domain)) => {
            Err(format!("exp is a field of its own: write explanation: {domain}"))
        }
        TermKind::Modifier(Modifier::Unknown { name, value }) => {
            let known = ["a", "mx", "ptr", "ip4", "ip6", "include", "exists"].contains(&name.as_str());
            Err(match known {
                true => {
                    format!("{name}= is a modifier nobody knows; the mechanism is written {name}:{value}")
                }
                false => format!("{name}= is a modifier receivers ignore; only mechanisms stand here"),
            })
        }
        TermKind::Invalid(error) => Err(error.message),
    }
}

/// A modifier in canonical writing, or why its domain is none.
fn one_modifier(name: &str, domain: &str) -> Result<String, String> {
    if domain.contains(' ') {
        return Err(format!("{domain:?} holds a blank"));
    }
    match single(&format!("{name}={domain}")) {
        TermKind::Invalid(error) => Err(error.message),
        kind => Ok(kind.to_string()),
    }
}

/// `text` as the only term of a record.
fn single(text: &str) -> TermKind {
    let mut record = parse(format!("v=spf1 {text}").as_bytes());
    match (record.terms.pop(), record.terms.is_empty()) {
        (Some(term), true) => term.kind,
        _ => TermKind::Modifier(Modifier::Unknown {
            name: String::new(),
            value: text.to_owned(),
        }),
    }
}

impl Record {
    /// The canonical text: every readable term in its one writing, order kept; unreadable ones as they stand.
    pub fn to_text(&self) -> String {
        let mut text = "v=spf1".to_owned();
        for term in &self.terms {
            match &term.kind {
                TermKind::Invalid(_) => {
                    let octets = self.text.get(term.span.clone()).unwrap_or_default();
                    text.push(' ');
                    text.push_str(&presentation(octets));
                }
                // Writing into a text cannot fail.
                kind => {
                    let _ = write!(text, " {kind}");
                }
            }
        }
        text
    }

    /// The record in the words of the manifest.
    pub fn as_spec(&self) -> AsSpec {
        let mut spec = AsSpec::default();
        let all = self.all();
        for (index, _, mechanism) in self.directives() {
            let behind_all = all.is_some_and(|(all, _)| index > all);
            if behind_all || matches!(mechanism, Mechanism::All) {
                continue;
            }
            spec.mechanisms.push(self.terms[index].kind.to_string());
        }
        let redirect = self.redirect().map(|(_, domain)| domain.canonical().to_string());
        match (all, redirect) {
            (Some((_, Qualifier::Pass)), _) => {
                let sentence = "+all lets everybody send in this domain's name; a manifest cannot ask for it";
                spec.lost.push(sentence.to_owned());
            }
            (Some((_, qualifier)), _) => spec.all = Some(qualifier),
            (None, Some(redirect)) => spec.redirect = Some(redirect),
            (None, None) => spec.all = Some(Qualifier::Neutral),
        }
        spec.explanation = self
            .explanation()
            .map(|(_, domain)| domain.canonical().to_string());
        for term in &self.terms {
            if let TermKind::Modifier(Modifier::Unknown { name, value }) = &term.kind {
                spec.lost
                    .push(format!("{name}={value} is a modifier receivers ignore"));
            }
        }
        for error in self.errors() {
            let octets = self.text.get(error.span.clone()).unwrap_or_default();
            spec.lost.push(format!(
                "syntax error at \"{}\": {}",
                presentation(octets),
                error.message
            ));
        }
        spec
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for TermKind {
    /// In canonical writing; the default qualifier is left out. An unreadable term has none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive {
                qualifier,
                mechanism: Mechanism::All,
            } => f.write_str(qualifier.all()),
            Self::Directive { qualifier, mechanism } => write!(f, "{}{mechanism}", qualifier.sign()),
            Self::Modifier(modifier) => modifier.fmt(f),
            Self::Invalid(error) => write!(f, "({})", error.message),
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Include(domain) => write!(f, "include:{}", domain.canonical()),
            Self::A { domain, cidr } => host(f, "a", domain.as_ref(), *cidr),
            Self::Mx { domain, cidr } => host(f, "mx", domain.as_ref(), *cidr),
            Self::Ptr(None) => f.write_str("ptr"),
            Self::Ptr(Some(domain)) => write!(f, "ptr:{}", domain.canonical()),
            Self::Ip4(network) => network.fmt(f),
            Self::Ip6(network) => network.fmt(f),
            Self::Exists(domain) => write!(f, "exists:{}", domain.canonical()),
        }
    }
}

fn host(f: &mut fmt::Formatter<'_>, name: &str, domain: Option<&DomainSpec>, cidr: DualCidr) -> fmt::Result {
    f.write_str(name)?;
    if let Some(domain) = domain {
        write!(f, ":{}", domain.canonical())?;
    }
    if cidr.v4 != 32 {
        write!(f, "/{}", cidr.v4)?;
    }
    if cidr.v6 != 128 {
        write!(f, "//{}", cidr.v6)?;
    }
    Ok(())
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect(domain) => write!(f, "redirect={}", domain.canonical()),
            Self::Explanation(domain) => write!(f, "exp={}", domain.canonical()),
            Self::Unknown { name, value } => write!(f, "{name}={value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What stands in manifests, and what should not.
    fn part() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => prop::sample::select(vec![
                "mx", "a", "-ip4:192.0.2.0/24", "ip6:2001:db8::/32", "include:spf.example", "exists:%{i}.e.example", "ptr",
            ]).prop_map(str::to_owned),
            1 => prop::sample::select(vec![
                "", " ", "MX", "+mx", "all", "-all", "a b", "a ", "ip4:192.0.2.1/32", "ip4:192.0.2.300", "include:spf.example.",
                "redirect=a.nl", "exp=a.nl", "x=y", "v=spf1", "v=spf1 mx", "include:", "ip4=192.0.2.1", "a//128", "\u{e9}",
            ]).prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn what_stands_canonically_is_what_its_parts_come_to(
            mechanisms in prop::collection::vec(part(), 0..5),
            all in prop::option::of(prop::sample::select(vec![
                Qualifier::Pass, Qualifier::Fail, Qualifier::SoftFail, Qualifier::Neutral,
            ])),
            redirect in prop::option::of(prop::sample::select(vec!["_spf.a.nl", "A.nl", "a.nl.", "a b", "", "a.nl -all"])),
            explanation in prop::option::of(prop::sample::select(vec!["e.a.nl", "E.a.nl", "e.%{d}", "e e"])),
        ) {
            let slowly = one_by_one(&mechanisms, all, redirect, explanation);
            if let Some(record) = as_it_stands(&mechanisms, all, redirect, explanation) {
                prop_assert_eq!(Ok(record), slowly);
            }
        }
    }

    #[test]
    fn what_is_usual_stands_canonically() {
        let mechanisms = ["mx", "ip4:192.0.2.0/24", "include:spf.example"].map(str::to_owned);
        assert!(as_it_stands(&mechanisms, Some(Qualifier::Fail), None, None).is_some());
        assert!(as_it_stands(&mechanisms, None, Some("_spf.example"), Some("e.example")).is_some());
    }
}
