//! A record as an evaluation walks it: made once an answer, walked by every check.
//!
//! A check goes over the same records again and again, whoever sends: so what does not hang on the sender (which terms
//! there are, which names they speak of, whether the record can be read at all) is worked out beforehand. A step knows the
//! term it was made of, so that a check can point at it. Pure.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use super::evaluation::SpfResult;
use super::expand;
use crate::inquiry::{Dns, Kind};
use crate::name::Name;
use crate::records::presentation;
use crate::records::spf::{
    DomainSpec, DualCidr, Mechanism, Modifier, Network4, Network6, Qualifier, Record, TermKind,
};

/// A record as an evaluation walks it.
#[derive(Debug)]
pub(super) struct Policy {
    /// The first thing nobody can read: permerror, whatever else stands there (RFC 7208 4.6).
    pub(super) misread: Option<Box<Misread>>,
    /// The directives in order; networks that stand side by side are one step.
    pub(super) steps: Vec<Step>,
    networks: Vec<Network>,
    /// `redirect=`, with the index of its term.
    pub(super) redirect: Option<(usize, Target)>,
    /// `exp=`
    pub(super) explanation: Option<Box<DomainSpec>>,
}

/// What nobody can read.
#[derive(Debug)]
pub(super) struct Misread {
    /// The octets it is about, in presentation format.
    pub(super) text: String,
    /// What is wrong with them.
    pub(super) why: String,
}

/// One directive, or several that follow one another.
#[derive(Debug)]
pub(super) struct Step {
    /// The index of its term, or of the first.
    pub(super) index: usize,
    /// What a match means.
    pub(super) result: SpfResult,
    /// Who matches.
    pub(super) test: Test,
}

/// A mechanism, its name made ready.
#[derive(Debug)]
pub(super) enum Test {
    All,
    /// `ip4` and `ip6`: these of the record's networks.
    Networks(Range<usize>),
    Query(Query),
}

/// What `ip4` or `ip6` names.
#[derive(Debug)]
enum Network {
    V4(Network4),
    V6(Network6),
}

/// A mechanism that asks DNS: it counts towards the terms that may (RFC 7208 4.6.4).
#[derive(Debug)]
pub(super) enum Query {
    Include(Target),
    A(Target, DualCidr),
    Mx(Target, DualCidr),
    Ptr(Target),
    Exists(Target),
}

/// The name a term speaks of.
#[derive(Debug)]
pub(super) enum Target {
    /// The domain whose record it stands in.
    Own,
    /// The same for every sender. Few terms name one: it stands aside, and steps stay small.
    Fixed(Arc<Place>),
    /// Another one for every sender.
    Expanded(Box<DomainSpec>),
}

/// A domain as SPF writes it, and what is asked of the name it is, where it is one.
#[derive(Debug)]
pub(super) struct Place {
    /// As it stands in the record, its macros expanded.
    pub(super) text: Arc<str>,
    /// The question for its record; `None` where it is no name.
    question: Option<Dns>,
    is_checkable: bool,
}

impl Misread {
    /// The first thing in a record that nobody can read.
    fn of(record: &Record) -> Option<Self> {
        let error = record.errors().into_iter().next()?;
        let text = presentation(record.text.get(error.span).unwrap_or_default());
        let why = error.message;
        Some(Self { text, why })
    }
}

impl Place {
    /// What a text names.
    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let name = Name::sharing(&text).or_else(|| name_of(&text));
        let has_labels = name.as_ref().is_some_and(Name::has_several_labels);
        Self {
            is_checkable: has_labels && !is_address(&text),
            question: name.map(|name| Dns::new(name, Kind::Txt)),
            text,
        }
    }

    /// The name; `None` where it is none.
    pub(super) fn name(&self) -> Option<&Name> {
        self.question.as_ref().map(|question| &question.name)
    }

    /// What a check asks for the record: the name has several labels, and is no address (RFC 7208 4.3).
    pub(super) fn checkable(&self) -> Option<&Dns> {
        self.question.as_ref().filter(|_| self.is_checkable)
    }
}

impl Target {
    fn of(written: &DomainSpec) -> Self {
        match expand::literal(written) {
            Some(text) => Self::Fixed(Arc::new(Place::new(text))),
            None => Self::Expanded(Box::new(written.clone())),
        }
    }

    fn of_host(written: Option<&DomainSpec>) -> Self {
        written.map_or(Self::Own, Self::of)
    }
}

impl Query {
    /// What a mechanism asks, if it asks anything.
    fn of(mechanism: &Mechanism) -> Option<Self> {
        Some(match mechanism {
            Mechanism::All | Mechanism::Ip4(_) | Mechanism::Ip6(_) => return None,
            Mechanism::Include(written) => Self::Include(Target::of(written)),
            Mechanism::A { domain, cidr } => Self::A(Target::of_host(domain.as_ref()), *cidr),
            Mechanism::Mx { domain, cidr } => Self::Mx(Target::of_host(domain.as_ref()), *cidr),
            Mechanism::Ptr(domain) => Self::Ptr(Target::of_host(domain.as_ref())),
            Mechanism::Exists(written) => Self::Exists(Target::of(written)),
        })
    }
}

impl Policy {
    /// What an evaluation makes of a record.
    pub(super) fn of(record: &Record) -> Self {
        let mut policy = Self {
            misread: None,
            // Most records have no more: networks that stand side by side are one.
            steps: Vec::with_capacity(4),
            networks: Vec::with_capacity(record.terms.len()),
            redirect: None,
            explanation: None,
        };
        let mut is_readable = true;
        for (index, term) in record.terms.iter().enumerate() {
            match &term.kind {
                TermKind::Directive { qualifier, mechanism } => {
                    policy.push(index, result(*qualifier), mechanism);
                }
                TermKind::Modifier(Modifier::Redirect(written)) if policy.redirect.is_none() => {
                    policy.redirect = Some((index, Target::of(written)));
                }
                TermKind::Modifier(Modifier::Explanation(written)) if policy.explanation.is_none() => {
                    policy.explanation = Some(Box::new(written.clone()));
                }
                TermKind::Modifier(Modifier::Unknown { .. }) => {}
                // A second one of them as well.
                TermKind::Modifier(_) | TermKind::Invalid(_) => is_readable = false,
            }
        }
        if !is_readable {
            policy.misread = Misread::of(record).map(Box::new);
        }
        policy
    }

    /// The step of one more directive, or a network more in the last one.
    fn push(&mut self, index: usize, result: SpfResult, mechanism: &Mechanism) {
        let network = match mechanism {
            Mechanism::Ip4(network) => Network::V4(*network),
            Mechanism::Ip6(network) => Network::V6(*network),
            other => {
                let test = Query::of(other).map_or(Test::All, Test::Query);
                return self.steps.push(Step { index, result, test });
            }
        };
        let at = self.networks.len();
        self.networks.push(network);
        if let Some(last) = self.steps.last_mut()
            && let Test::Networks(run) = &mut last.test
            && last.result == result
            && last.index + run.len() == index
        {
            run.end = at + 1;
            return;
        }
        let test = Test::Networks(at..at + 1);
        self.steps.push(Step { index, result, test });
    }

    /// Which of these networks, counted from the first of them, is the first that holds an address.
    pub(super) fn holding(&self, run: &Range<usize>, address: IpAddr) -> Option<usize> {
        let networks = self.networks.get(run.clone())?;
        networks.iter().position(|network| match (network, address) {
            (Network::V4(network), IpAddr::V4(address)) => network.contains(address),
            (Network::V6(network), IpAddr::V6(address)) => network.contains(address),
            _ => false,
        })
    }
}

fn result(qualifier: Qualifier) -> SpfResult {
    match qualifier {
        Qualifier::Pass => SpfResult::Pass,
        Qualifier::Fail => SpfResult::Fail,
        Qualifier::SoftFail => SpfResult::SoftFail,
        Qualifier::Neutral => SpfResult::Neutral,
    }
}

/// Whether a domain is an address, in brackets or without.
pub(in crate::judge::spf) fn is_address(domain: &str) -> bool {
    // Whatever ends in no digit and has no colon is none, without a further look.
    let may_be = domain.ends_with(|last: char| last.is_ascii_digit()) || domain.contains(':');
    domain.starts_with('[') || may_be && domain.parse::<IpAddr>().is_ok()
}

/// A domain as SPF writes it, as a name; `None` where it is none: an empty or long label, or not ASCII (RFC 7208 4.3).
///
/// Every visible character may stand in a domain-spec, so labels are taken octet by octet: nothing is an escape.
pub(in crate::judge::spf) fn name_of(domain: &str) -> Option<Name> {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() || !domain.is_ascii() {
        return None;
    }
    // Where nothing looks like an escape, or like an empty label that any other name may end with, it is read as any name is.
    match domain.contains('\\') || domain.ends_with('.') {
        true => Name::from_labels(domain.split('.')).ok(),
        false => domain.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::spf::parse;

    /// Networks are one step as long as they stand side by side and say the same, and each is found at its own term.
    #[test]
    fn a_network_is_found_at_its_own_term() {
        let text = "v=spf1 a ip4:192.0.2.1 ip6:2001:db8::1 ip4:192.0.2.2 x=y ip4:192.0.2.3 -ip4:192.0.2.4 ip4:192.0.2.0/24";
        let policy = Policy::of(&parse(text.as_bytes()));
        let steps = policy.steps.iter().map(|step| (step.index, step.result));
        let steps: Vec<_> = steps.collect();
        let (pass, fail) = (SpfResult::Pass, SpfResult::Fail);
        assert_eq!(steps, [(0, pass), (1, pass), (5, pass), (6, fail), (7, pass)]);
        for (address, term) in [
            ("192.0.2.1", 1),
            ("2001:db8::1", 2),
            ("192.0.2.2", 3),
            ("192.0.2.3", 5),
            ("192.0.2.4", 6),
            ("192.0.2.5", 7),
        ] {
            let address = address.parse().expect("an address");
            let mut found = policy.steps.iter().filter_map(|step| match &step.test {
                Test::Networks(run) => Some(step.index + policy.holding(run, address)?),
                _ => None,
            });
            assert_eq!(found.next(), Some(term), "{address}");
        }
    }
}
