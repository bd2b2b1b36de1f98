//! The DNS tree walk (RFC 9989 4.10) and the organizational domain it selects (4.10.2).
//!
//! At most eight names are asked: the domain itself, then its ancestors, a name of more than eight labels being cut to
//! seven. A record with `psd=y` or `psd=n` ends the walk. Several records at one name count as none there, and the
//! walk goes on. A name that gave no usable answer leaves open what stands there: whatever would have to be selected
//! beyond it is unknown.

use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Rdata, Reply, Trouble};
use crate::judge::basis::UsableAnswer;
use crate::name::Name;
use crate::records::dmarc::{Likeness, Record, likeness, parse};

/// One name of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeStep {
    /// The domain looked at.
    pub domain: Name,
    /// Its policy record's name, `_dmarc.` and the domain.
    pub asked: Name,
    /// What stands there.
    pub found: StepAnswer,
    /// Every TXT value there, octets as they came.
    pub texts: Vec<Vec<u8>>,
    /// The CNAME targets followed.
    pub chain: Vec<Name>,
    /// The target of a CNAME that stands there beside the records, or beside the CNAME that was followed: receivers may
    /// find what stands there instead (RFC 1034 3.6.2).
    pub beside: Option<Name>,
    /// Whether the alias is what a name nobody made gets too: of a wildcard (RFC 4592 2.2.1) or a DNAME (RFC 6672), and
    /// none that was placed here.
    pub of_any_name: bool,
}

/// What stands at a name, as the walk counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepAnswer {
    /// No DMARC record.
    Nothing,
    /// Exactly one.
    Record(Box<Record>),
    /// So many that all are discarded.
    Several(usize),
    /// No usable answer; `None` while the question is open.
    Unanswered(Option<Trouble>),
}

impl TreeStep {
    /// The one record there.
    pub fn record(&self) -> Option<&Record> {
        match &self.found {
            StepAnswer::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Whether a walk ends here.
    fn ends(&self) -> bool {
        self.record()
            .is_some_and(|record| record.public_suffix().is_some())
    }
}

/// What hangs on the names of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkNeeds {
    /// On the first.
    pub own: Need,
    /// On those above while the first holds no record.
    pub above: Need,
    /// On those above once the first holds the record that applies.
    pub beside_own: Need,
}

impl WalkNeeds {
    /// To find the policy that applies: without a record of its own a domain may have none, which is an error; with
    /// one, nothing above is more than advice.
    pub const POLICY: Self = Self {
        own: Need::Compliance,
        above: Need::Compliance,
        beside_own: Need::Evidence,
    };

    /// The same on every name.
    pub fn all(need: Need) -> Self {
        Self {
            own: need,
            above: need,
            beside_own: need,
        }
    }
}

/// The domains whose `_dmarc` a full walk from `domain` asks, in order.
pub fn targets(domain: &Name) -> Vec<Name> {
    let count = domain.label_count();
    let above = (1..count.min(8)).rev();
    std::iter::once(domain.clone())
        .chain(above.map(|labels| domain.suffix(labels)))
        .collect()
}

/// Walks over `targets` until one ends it.
///
/// While answers are open all further names are asked at once; those beyond the end of the walk are asked in vain.
pub fn walk(targets: &[Name], inquiry: &mut Inquiry<'_>, needs: WalkNeeds) -> Vec<TreeStep> {
    let mut steps: Vec<TreeStep> = Vec::new();
    for target in targets {
        let need = match steps.first() {
            None => needs.own,
            Some(first) if first.record().is_some() => needs.beside_own,
            Some(_) => needs.above,
        };
        // A name too long for `_dmarc.` holds no record.
        let Ok(asked) = target.prepend("_dmarc") else {
            continue;
        };
        let step = look(target, asked, inquiry, need);
        let ends = step.ends();
        steps.push(step);
        if ends {
            break;
        }
    }
    steps
}

/// Looks at one name.
fn look(domain: &Name, asked: Name, inquiry: &mut Inquiry<'_>, need: Need) -> TreeStep {
    let reply = inquiry.ask(Dns::new(asked.clone(), Kind::Txt), need);
    let texts = texts(reply);
    let mut records = texts.iter().filter(|text| likeness(text) == Likeness::Dmarc);
    let found = match (reply, records.next(), records.count()) {
        (Reply::Open, ..) => StepAnswer::Unanswered(None),
        (Reply::Unanswered(trouble), ..) => StepAnswer::Unanswered(Some(trouble)),
        (_, None, _) => StepAnswer::Nothing,
        (_, Some(text), 0) => StepAnswer::Record(Box::new(parse(text))),
        (_, Some(_), more) => StepAnswer::Several(more + 1),
    };
    let beside = beside(&asked, reply, inquiry);
    let of_any_name = of_any_name(domain, reply, inquiry);
    TreeStep {
        domain: domain.clone(),
        asked,
        found,
        texts,
        beside,
        of_any_name,
        chain: reply.fact().map(|fact| fact.chain().to_vec()).unwrap_or_default(),
    }
}

/// The target of a CNAME at this name that excludes what else stands there. Whether an alias is one of several only the
/// question for it shows, which is asked where one was followed.
fn beside(name: &Name, reply: Reply<'_>, inquiry: &mut Inquiry<'_>) -> Option<Name> {
    let fact = reply.fact()?;
    let Some(first) = fact.chain().first() else {
        return fact.beside().cloned();
    };
    let aliases = inquiry.ask(Dns::new(name.clone(), Kind::Cname), Need::Evidence);
    let targets = aliases.records()?.iter().filter_map(|rdata| match rdata {
        Rdata::Cname(target) => Some(target),
        _ => None,
    });
    targets.filter(|target| *target != first).min().cloned()
}

/// The label asked to see what a name that nobody made answers.
pub(super) const UNLIKELY_LABEL: &str = "zegel-no-such-name";

/// Whether the alias that was followed from a name just below `domain` is what any name there gets: the same by a
/// wildcard, with the label carried along by a DNAME.
fn of_any_name(domain: &Name, reply: Reply<'_>, inquiry: &mut Inquiry<'_>) -> bool {
    let first = |reply: Reply<'_>| reply.fact().and_then(|fact| fact.chain().first().cloned());
    let (Some(target), Ok(decoy)) = (first(reply), domain.prepend(UNLIKELY_LABEL)) else {
        return false;
    };
    let decoy = inquiry.ask(Dns::new(decoy, Kind::Txt), Need::Evidence);
    first(decoy).is_some_and(|other| {
        let carried = |name: &Name, label: &str| name.label_texts().next() == Some(label);
        let by_dname = carried(&other, UNLIKELY_LABEL) && carried(&target, "_dmarc");
        other == target || by_dname && other.parent() == target.parent()
    })
}

/// Whether a name exists (RFC 9989 3.2.13, A.4): any answer but NXDOMAIN says so, whatever the type that was asked.
///
/// An alias exists even where its target does not (RFC 8020 2: the denied name is the chain's last).
pub(super) fn exists(name: &Name, inquiry: &mut Inquiry<'_>) -> Option<bool> {
    for kind in [Kind::Mx, Kind::A] {
        match inquiry.ask(Dns::new(name.clone(), kind), Need::Evidence) {
            Reply::Answered(Answer::Records(_) | Answer::NoData, _) => return Some(true),
            Reply::Answered(Answer::NxDomain, fact) => return Some(!fact.chain().is_empty()),
            Reply::Open => return None,
            Reply::Unanswered(_) => {}
        }
    }
    None
}

/// The joined TXT values of an answer, each once (RFC 2181 5).
pub(super) fn texts(reply: Reply<'_>) -> Vec<Vec<u8>> {
    UsableAnswer::from_reply(reply)
        .map(|seen| seen.texts())
        .unwrap_or_default()
}

/// The organizational domain of `start` (RFC 9989 4.10.2); `None` when an unanswered name hides it.
pub fn organizational_domain(start: &Name, steps: &[TreeStep]) -> Option<Name> {
    let mut highest = None;
    for step in steps {
        let record = match &step.found {
            StepAnswer::Unanswered(_) => return None,
            StepAnswer::Nothing | StepAnswer::Several(_) => continue,
            StepAnswer::Record(record) => record,
        };
        match record.public_suffix() {
            Some(false) => return Some(step.domain.clone()),
            Some(true) if step.domain != *start => return Some(start.suffix(step.domain.label_count() + 1)),
            _ => highest = Some(step.domain.clone()),
        }
    }
    Some(highest.unwrap_or_else(|| start.clone()))
}

/// The record that applies to mail from `start` (RFC 9989 4.10.1): its own, its organizational domain's, or its public
/// suffix's.
///
/// `None` when an unanswered name hides which; `Some(None)` when there is none.
pub fn applicable<'s>(start: &Name, steps: &'s [TreeStep]) -> Option<Option<&'s TreeStep>> {
    let at = |name: &Name| steps.iter().find(|step| step.domain == *name);
    match at(start).map(|step| &step.found) {
        Some(StepAnswer::Record(_)) => return Some(at(start)),
        Some(StepAnswer::Unanswered(_)) => return None,
        _ => {}
    }
    let organizational = organizational_domain(start, steps)?;
    let own = at(&organizational).filter(|step| step.record().is_some());
    let suffix = || {
        steps
            .iter()
            .find(|step| step.record().and_then(Record::public_suffix) == Some(true))
    };
    Some(own.or_else(suffix))
}
