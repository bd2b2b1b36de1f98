//! The way ahead of the walk: opens the questions of a tree, wave by wave, and counts nothing.
//!
//! A walk over half a tree is thrown away with its run, so until every answer is there only the way is gone: from
//! record to record along what each one leads to, in the order and within the bounds of the walk. What a record leads
//! to stands beside its answer, for whoever shares it; once nothing is open, the walk goes over the tree one time.

use super::probe;
use super::referral::{Referral, Via};
use super::walk::{MAX_DEPTH, MAX_PROBES, MAX_RECORDS, one_record};
use crate::inquiry::{Dns, Inquiry, Kind, Need, Reply};
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::policy::name_of;
use crate::judge::spf::published::{Published, Values};
use crate::name::Name;
use crate::records::mx::is_nowhere;
use crate::records::spf::{DomainSpec, Mechanism, Qualifier, Record};

/// Whether a question of the tree is open; each is asked as the walk will ask it.
pub(super) fn is_open(domain: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let scouted = inquiry.once(domain, Need::Compliance, |inquiry| {
        let mut scout = Scout {
            inquiry,
            open: false,
            reached: 0,
            probed: 0,
            known: Vec::new(),
            ancestors: Vec::new(),
        };
        scout.visit(domain);
        Scouted { open: scout.open }
    });
    scouted.open
}

/// What the way over a whole tree came to.
struct Scouted {
    open: bool,
}

/// What one record leads to, in its order; `None` where nobody can read it, or there is none.
struct Leads(Option<Vec<Lead>>);

/// Where one term leads.
enum Lead {
    /// To the record at this name; `None` where that depends on who sends, or is no name.
    Record(Option<Name>),
    /// To the hosts at this name.
    Hosts(Mechanism, Name),
}

impl Leads {
    /// What `values`, which are published at `name`, lead to.
    fn of(name: &Name, values: &Values) -> Self {
        match one_record(Published::Values(values)) {
            Ok(record) if record.is_valid() => Self(Some(Lead::all(record, name.as_str()))),
            _ => Self(None),
        }
    }
}

impl Lead {
    /// What stands behind `all` is not reached, nor is a redirect beside one.
    fn all(record: &Record, at: &str) -> Vec<Self> {
        let end = record.all().map(|(index, _)| index);
        let to_record = |target: &DomainSpec| {
            let name = without_sender(target, at);
            Self::Record(name.and_then(|name| name_of(&name)))
        };
        let to_hosts = |mechanism: &Mechanism| {
            let name = name_of(&probe::target(mechanism, at)?)?;
            Some(Self::Hosts(mechanism.clone(), name))
        };
        let reached = record
            .directives()
            .filter(|(index, ..)| end.is_none_or(|end| *index < end));
        let mut leads: Vec<Self> = reached
            .filter_map(|(_, _, mechanism)| match mechanism {
                Mechanism::Include(target) => Some(to_record(target)),
                _ => to_hosts(mechanism),
            })
            .collect();
        let redirect = record.redirect().filter(|_| end.is_none());
        leads.extend(redirect.map(|(_, target)| to_record(target)));
        leads
    }
}

/// On the way.
struct Scout<'w, 'f> {
    inquiry: &'w mut Inquiry<'f>,
    open: bool,
    reached: usize,
    probed: usize,
    known: Vec<Name>,
    ancestors: Vec<Name>,
}

impl<'f> Scout<'_, 'f> {
    fn visit(&mut self, name: &Name) {
        if self.known.contains(name) {
            return;
        }
        let is_full = self.reached >= MAX_RECORDS;
        self.reached += 1;
        if self.ancestors.contains(name) || is_full || self.ancestors.len() > MAX_DEPTH {
            return;
        }
        let Some(leads) = self.leads(name) else { return };
        self.ancestors.push(name.clone());
        for lead in leads {
            match lead {
                Lead::Record(Some(target)) if !is_nowhere(target, name) => self.visit(target),
                Lead::Record(_) => self.reached += 1,
                Lead::Hosts(mechanism, host) => self.ask_for_hosts(name, mechanism, host),
            }
        }
        self.known.extend(self.ancestors.pop());
    }

    /// What the record at a name leads to, worked out once an answer; `None` where there is none to read.
    fn leads(&mut self, name: &Name) -> Option<&'f [Lead]> {
        match self
            .inquiry
            .ask(Dns::new(name.clone(), Kind::Txt), Need::Compliance)
        {
            Reply::Open => {
                self.open = true;
                None
            }
            Reply::Unanswered(_) => None,
            Reply::Answered(_, fact) => {
                let leads = fact.once(|fact| Leads::of(name, Values::read(fact)));
                leads.0.as_deref()
            }
        }
    }

    fn ask_for_hosts(&mut self, at: &Name, mechanism: &Mechanism, host: &Name) {
        if self.probed >= MAX_PROBES {
            return;
        }
        // What becomes of whoever is found there changes no question; in whose record the term stands may.
        let term = probe::Term {
            qualifier: Qualifier::Pass,
            mechanism,
            text: "",
            is_own: self.ancestors.len() == 1,
        };
        let referral = Referral {
            via: Via::Include,
            parent: at.to_string(),
            top: None,
            passes: false,
            decides: false,
        };
        let found = probe::at(term, host, String::new(), &referral, self.inquiry);
        self.probed += 1;
        self.open |= found.open;
    }
}
