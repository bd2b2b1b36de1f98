//! The policy for mail from a domain, and from names below it (RFC 9989 4.7, 4.10.1).

use std::sync::Arc;

use super::legacy::{Legacy, legacy};
use super::outcome::DiscoveryOutcome;
use super::reports::{Destination, destinations};
use super::walk::{
    StepAnswer, TreeStep, WalkNeeds, applicable, exists, organizational_domain, targets, walk,
};
use crate::inquiry::{Inquiry, Need};
use crate::name::Name;
use crate::records::dmarc::{Application, NearMiss, Policy, Record, TagName, near_miss};

/// What a receiver finds for a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The domain in the From of the mail.
    pub domain: Name,
    /// The full walk from it, in order.
    pub steps: Vec<TreeStep>,
    /// How it ended.
    pub outcome: DiscoveryOutcome,
    /// `None` when an unanswered name hides it.
    pub organizational_domain: Option<Name>,
    /// Where the record that applies stands.
    pub policy_domain: Option<Name>,
    /// The record that applies, or that would if it could be applied.
    pub record: Option<Record>,
    /// The policy for mail from the domain; only with [`DiscoveryOutcome::Policy`].
    pub policy: Option<Effective>,
    /// Whether the domain exists: any record at or below it; `None` when that could not be asked.
    pub exists: Option<bool>,
    /// The policies for names below the domain that have no record of their own.
    pub subdomains: Subdomains,
    /// What receivers of RFC 7489 do.
    pub legacy: Legacy,
    /// Where reports about the domain go.
    pub destinations: Vec<Destination>,
}

/// A policy and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// What receivers are asked to do, `t=y` counted in.
    pub policy: Policy,
    /// The tag it was read from: p, sp or np.
    pub tag: TagName,
    /// `t=y`: the tag says one level more.
    pub testing: bool,
}

/// The policies for names below a domain; `None` where none applies or it could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subdomains {
    /// For names that exist.
    pub existing: Option<Effective>,
    /// For names that do not.
    pub nonexistent: Option<Effective>,
}

/// The policy for mail from `domain`, worked out once a run: whoever wants to know of it reads this.
pub fn gather(domain: &Name, inquiry: &mut Inquiry<'_>) -> Arc<Discovery> {
    inquiry.once(domain, Need::Compliance, |inquiry| discover(domain, inquiry))
}

/// Discovers the policy for mail from `domain`.
fn discover(domain: &Name, inquiry: &mut Inquiry<'_>) -> Discovery {
    let steps = walk(&targets(domain), inquiry, WalkNeeds::POLICY);
    let exists = exists(domain, inquiry);
    let place = applicable(domain, &steps);
    let found = place.flatten();
    let record = found.and_then(TreeStep::record);
    let inherited = found.is_some_and(|step| step.domain != *domain);
    let policy = record.and_then(|record| match (inherited, exists) {
        (false, _) => effective(record, TagName::P),
        (true, Some(true)) => effective(record, TagName::Sp),
        (true, Some(false)) => effective(record, TagName::Np),
        (true, None) => {
            let (sp, np) = (effective(record, TagName::Sp), effective(record, TagName::Np));
            sp.filter(|sp| np.is_some_and(|np| np.policy == sp.policy))
        }
    });
    let outcome = match (place, record) {
        (None, _) => DiscoveryOutcome::Unknown,
        (Some(_), None) => DiscoveryOutcome::None,
        (_, Some(record)) if record.application() == Application::Not => DiscoveryOutcome::Invalid,
        _ if policy.is_none() => DiscoveryOutcome::Unknown,
        _ => DiscoveryOutcome::Policy,
    };
    let organizational = organizational_domain(domain, &steps);
    let destinations = match (found, record) {
        (Some(step), Some(record)) if outcome != DiscoveryOutcome::Invalid => {
            let organizational = match inherited {
                false => organizational.clone(),
                true => Some(step.domain.clone()),
            };
            destinations(&step.domain, record, organizational.as_ref(), inquiry)
        }
        _ => Vec::new(),
    };
    Discovery {
        domain: domain.clone(),
        outcome,
        policy_domain: found.map(|step| step.domain.clone()),
        record: record.cloned(),
        policy,
        exists,
        subdomains: subdomains(domain, &steps, inquiry),
        legacy: legacy(domain, inquiry),
        destinations,
        organizational_domain: organizational,
        steps,
    }
}

/// The policy a record gives by p, sp or np; `None` when it starts no DMARC processing.
pub(super) fn effective(record: &Record, tag: TagName) -> Option<Effective> {
    let effects = record.effects()?;
    let absent = |tag: TagName| record.policy_tag(tag).policy().is_none();
    let counts_whole =
        record.application() == Application::AsWritten || absent(TagName::P) && record.only_misses_p();
    let read_from = |tag: TagName| match tag {
        _ if !counts_whole => TagName::P,
        TagName::Np if !absent(TagName::Np) => TagName::Np,
        TagName::Np | TagName::Sp if !absent(TagName::Sp) => TagName::Sp,
        _ => TagName::P,
    };
    let policy = match tag {
        TagName::Np => effects.nonexistent,
        TagName::Sp => effects.subdomain,
        _ => effects.policy,
    };
    Some(Effective {
        policy: if effects.testing { policy.lowered() } else { policy },
        tag: read_from(tag),
        testing: effects.testing,
    })
}

/// The policies for a name below `domain` that has no record of its own: as a walk from there would find them.
fn subdomains(domain: &Name, steps: &[TreeStep], inquiry: &mut Inquiry<'_>) -> Subdomains {
    let Ok(below) = domain.prepend("x") else {
        return Subdomains::default();
    };
    let own: Vec<TreeStep>;
    let steps = if domain.label_count() < 8 {
        steps
    } else if steps.len() > 1 {
        steps.get(1..).unwrap_or_default() // The walk from below jumps over this domain.
    } else {
        own = walk(
            targets(domain).get(1..).unwrap_or_default(),
            inquiry,
            WalkNeeds::all(Need::Evidence),
        );
        &own
    };
    let record = applicable(&below, steps).flatten().and_then(TreeStep::record);
    Subdomains {
        existing: record.and_then(|record| effective(record, TagName::Sp)),
        nonexistent: record.and_then(|record| effective(record, TagName::Np)),
    }
}

impl Discovery {
    /// What stands at the domain's own `_dmarc`.
    pub fn own(&self) -> Option<&TreeStep> {
        self.steps.first().filter(|step| step.domain == self.domain)
    }

    /// The domain's own one record.
    pub fn own_record(&self) -> Option<&Record> {
        self.own().and_then(TreeStep::record)
    }

    /// The texts on the way to the record that were meant as one: where, the text, and why receivers discard it.
    pub fn near_misses(&self) -> impl Iterator<Item = (&TreeStep, &[u8], NearMiss)> {
        let texts = self
            .steps
            .iter()
            .flat_map(|step| step.texts.iter().map(move |text| (step, text)));
        texts.filter_map(|(step, text)| Some((step, text.as_slice(), near_miss(text)?)))
    }

    /// Whether the domain is its own organizational domain, as far as known: only there do sp and np count.
    pub fn is_organizational(&self) -> bool {
        self.organizational_domain.as_ref() == Some(&self.domain)
    }

    /// Whether the record that applies stands at another name.
    pub fn is_inherited(&self) -> bool {
        self.policy_domain
            .as_ref()
            .is_some_and(|place| *place != self.domain)
    }

    /// The names of the walk that gave no usable answer.
    pub fn unanswered(&self) -> impl Iterator<Item = &TreeStep> {
        self.steps
            .iter()
            .filter(|step| matches!(step.found, StepAnswer::Unanswered(Some(_))))
    }
}
