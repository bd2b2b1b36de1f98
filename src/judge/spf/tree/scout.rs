//! The way ahead of the walk: opens the questions of a tree, wave by wave, and counts nothing.
//!
//! A walk over half a tree is thrown away with its run, so until every answer is there only the way is gone: from
//! record to record along what each one leads to, in the order and within the bounds of the walk. What a record leads
//! to is worked out once a pass, by whoever shares it; once nothing is open, the walk goes over the tree one time.

use std::collections::HashSet;
use std::sync::Arc;

use super::probe;
use super::referral::{Referral, Via};
use super::walk::{MAX_DEPTH, MAX_PROBES, MAX_RECORDS, one_record};
use crate::inquiry::{Inquiry, Need};
use crate::judge::spf::expand::without_sender;
use crate::judge::spf::policy::name_of;
use crate::judge::spf::published::{Published, gather};
use crate::name::Name;
use crate::records::spf::{DomainSpec, Mechanism, Qualifier, Record};

/// Whether a question of the tree is open; each is asked as the walk will ask it.
pub(super) fn is_open(domain: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let scouted = inquiry.once(domain, Need::Compliance, |inquiry| {
        let mut scout = Scout {
            inquiry,
            open: false,
            reached: 0,
            probed: 0,
            known: HashSet::new(),
            ancestors: Vec::new(),
        };
        scout.visit(domain.as_str());
        Scouted { open: scout.open }
    });
    scouted.open
}

/// What the way over a whole tree came to.
struct Scouted {
    open: bool,
}

/// What one record leads to, in its order.
enum Leads {
    /// Not answered yet.
    Open,
    /// Nobody can read it, or there is none.
    Nowhere,
    /// What receivers reach of it.
    To(Vec<Lead>),
}

/// Where one term leads.
enum Lead {
    /// To the record at this name; `None` where that depends on who sends.
    Record(Option<String>),
    /// To the hosts at this name.
    Hosts(Mechanism, String),
}

impl Leads {
    /// What is published at `name` leads to.
    fn of(name: &Name, published: &Published) -> Self {
        if matches!(published, Published::Open) {
            return Self::Open;
        }
        match one_record(published) {
            Ok(record) if record.is_valid() => Self::To(Lead::all(record, name.as_str())),
            _ => Self::Nowhere,
        }
    }
}

impl Lead {
    /// What stands behind `all` is not reached, nor is a redirect beside one.
    fn all(record: &Record, at: &str) -> Vec<Self> {
        let end = record.all().map(|(index, _)| index);
        let to_record = |target: &DomainSpec| Self::Record(without_sender(target, at));
        let reached = record
            .directives()
            .filter(|(index, ..)| end.is_none_or(|end| *index < end));
        let mut leads: Vec<Self> = reached
            .filter_map(|(_, _, mechanism)| match mechanism {
                Mechanism::Include(target) => Some(to_record(target)),
                _ => probe::target(mechanism, at).map(|target| Self::Hosts(mechanism.clone(), target)),
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
    known: HashSet<Name>,
    ancestors: Vec<Name>,
}

impl Scout<'_, '_> {
    fn visit(&mut self, domain: &str) {
        let name = name_of(domain);
        if name.as_ref().is_some_and(|name| self.known.contains(name)) {
            return;
        }
        let is_full = self.reached >= MAX_RECORDS;
        self.reached += 1;
        let Some(name) = name.filter(|name| !self.ancestors.contains(name)) else {
            return;
        };
        if is_full || self.ancestors.len() > MAX_DEPTH {
            return;
        }
        let leads: Arc<Leads> = self.inquiry.once(&name, Need::Compliance, |inquiry| {
            Leads::of(&name, &gather(inquiry, &name, Need::Compliance))
        });
        match &*leads {
            Leads::Open => self.open = true,
            Leads::Nowhere => {}
            Leads::To(leads) => {
                self.ancestors.push(name);
                for lead in leads {
                    self.follow(lead, domain);
                }
                self.known.extend(self.ancestors.pop());
            }
        }
    }

    fn follow(&mut self, lead: &Lead, at: &str) {
        match lead {
            Lead::Record(Some(name)) => self.visit(name),
            Lead::Record(None) => self.reached += 1,
            Lead::Hosts(mechanism, target) => self.ask_for_hosts(mechanism, target, at),
        }
    }

    fn ask_for_hosts(&mut self, mechanism: &Mechanism, target: &str, at: &str) {
        if self.probed >= MAX_PROBES {
            return;
        }
        // What becomes of whoever is found there changes no question.
        let term = probe::Term {
            qualifier: Qualifier::Pass,
            mechanism,
            text: "",
            is_own: self.ancestors.len() == 1,
        };
        let referral = Referral {
            via: Via::Include,
            parent: at.to_owned(),
            top: None,
            passes: false,
            decides: false,
        };
        if let Some(found) = probe::probe(term, target.to_owned(), &referral, self.inquiry) {
            self.probed += 1;
            self.open |= found.open;
        }
    }
}
