//! Which facts are looked at, and what each is worth.

use crate::inquiry::{Dns, Fact, Inquiry, Kind, Need, RecordType, Security, View};
use crate::intent::{Intent, ManagedRrset, What};
use crate::judge::basis::Basis;
use crate::name::Name;

/// The record type of keys.
pub(super) const DNSKEY: RecordType = RecordType(48);

/// One question, and what its answer is worth.
pub(super) struct Part {
    question: Dns,
    pub(super) security: Security,
}

impl Part {
    /// The state in a word.
    pub(super) fn state(&self) -> &'static str {
        self.security.state()
    }

    /// What is wrong with it, in a sentence.
    pub(super) fn line(&self) -> String {
        let Dns { name, kind, .. } = &self.question;
        format!("{name} {kind}: want secure, found {}", self.security)
    }
}

/// What every managed name is worth: asked here, so that the state rests on it.
pub(super) fn managed(
    intent: &Intent,
    own: &ManagedRrset,
    inquiry: &mut Inquiry<'_>,
    basis: &mut Basis,
) -> Vec<Part> {
    let mut questions = vec![Dns::new(own.name.clone(), Kind::Soa)];
    for wanted in intent.wanted.iter().filter(|wanted| wanted.what != What::Signed) {
        // Whatever its own standard asked there says what the name is worth.
        let asked = [wanted.kind, Kind::Txt, Kind::Cname].map(|kind| Dns::new(wanted.name.clone(), kind));
        let known = asked.iter().find(|question| inquiry.fact(*question).is_some());
        let question = known.or(asked.first()).cloned();
        questions.extend(question.filter(|question| !questions.contains(question)));
    }
    let mut parts = Vec::new();
    for question in questions {
        let reply = inquiry.ask(question.clone(), Need::Essential);
        basis.rests_on(question.clone(), reply);
        if let Some(security) = inquiry.fact(&question).and_then(|fact| of(fact)) {
            parts.push(Part { question, security });
        }
    }
    parts
}

/// What a fact is worth; of one without a usable answer only that it is bogus.
fn of(fact: &Fact) -> Option<Security> {
    let said = fact.outcome.is_ok() || matches!(fact.security, Security::Bogus(_));
    said.then(|| fact.security.clone())
}

/// Every answer of the resolver in this run of whose worth anything is known, in the order of the questions.
pub(super) fn all<'f>(inquiry: &Inquiry<'f>) -> Vec<(Dns, &'f Fact)> {
    let asked = inquiry.answered();
    let mut all: Vec<(Dns, &Fact)> = asked
        .filter(|(question, _)| question.view == View::Recursive)
        .filter(|(_, fact)| fact.security != Security::NotAsked || fact.source.trust.is_some())
        .map(|(question, fact)| (question.clone(), &**fact))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// Whether a zone is the domain's own, or lies on the way to it below the top-level domains.
pub(super) fn is_ours(zone: &Name, domain: &Name) -> bool {
    let above = domain.is_at_or_below(zone) && zone.label_count() > 1;
    above || zone.is_at_or_below(domain)
}
