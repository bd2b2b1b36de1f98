//! The name servers of a zone, each asked itself: which of them holds what.
//!
//! A resolver tells what a receiver sees; only the servers tell why. So for each record set the zone and its servers are
//! found, and each address is asked without recursion for the version of the zone and for the record. What comes of it
//! is evidence: it explains what the resolver says, and no fault of a server makes a verdict worse. How closely is looked is
//! pinned with the facts of a pass ([`Depth`]). Pure: it asks, as every room does. Files: `zone` (the zone and the servers
//! named for it), `view` (what each address says), `meaning` (what that comes to, by what is wanted), `going` (what they
//! dropped and the resolver still has), `visible` (by when what they hold is seen), `check` and `signatures` (the findings), `cause` (why a resolver may keep
//! its answer back).

mod cause;
mod check;
mod going;
mod meaning;
mod signatures;
mod view;
mod visible;
mod zone;

use std::fmt;

pub use self::cause::likely_cause;
pub(super) use self::going::Going;
use self::meaning::{Against, judged};
use self::view::{Content, Said, View};
use self::zone::{Zone, Zones};
pub use super::servers::{
    Absence, Apart, BEYOND, Group, Lame, LeftOut, Nowhere, ServerState, ServerView, Servers, Visible, line,
};
use super::{Findings, RecordVerdict, Site, State, row};
use crate::inquiry::{Answer, Depth, Dns, Inquiry, Kind, Referral};
use crate::intent::Intent;
use crate::name::Name;
use crate::records::Standard;

/// A name may lie below so many zone cuts below the domain.
const MAX_CUTS: usize = 3;

/// A serial that tells nothing: some providers leave it there for good.
const UNTOUCHED_SERIAL: u32 = 1;

/// What the servers say of every record set that is looked at so closely, and what is wrong with them.
pub(super) fn look(
    intent: &Intent,
    records: &[RecordVerdict],
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> Vec<Servers> {
    if inquiry.depth() == Depth::Off {
        return Vec::new();
    }
    let subjects = subjects(intent, records, inquiry);
    if subjects.is_empty() {
        return Vec::new();
    }
    let Ok(base) = zone::of(&intent.domain, inquiry) else {
        return Vec::new();
    };
    let mut zones = Zones::default();
    let apex = base.apex.clone();
    zones.insert(base);
    let mut all = Vec::new();
    for subject in &subjects {
        if let Some(mut servers) = one(intent, subject, &apex, &mut zones, inquiry) {
            servers.resolver = check::apart(&servers, inquiry);
            all.push(servers);
        }
    }
    check::check(intent, records, &all, &zones, inquiry, findings);
    signatures::check(&all, !intent.wanted.is_empty(), inquiry, findings);
    all
}

/// Why nothing is known of the name servers of a record set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unasked {
    /// None are asked at all.
    Off,
    /// The name lies in the zone of a registry, or in the root: those have no word in it, and are left alone.
    Registrys,
    /// Its zone, or the servers of that, could not be found.
    Unfound,
}

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "name servers are not asked (--authorities off), or cannot be reached from here",
            Self::Registrys => {
                "the name lies in the zone of a top-level domain or of the root, whose name servers are left alone"
            }
            Self::Unfound => "the zone that the name lies in, or its name servers, could not be found",
        })
    }
}

/// What the servers say of any record set, held against the newest version of its zone.
///
/// # Errors
/// Why nothing can be said; while something is open, that they could not be found.
pub fn of(name: &Name, kind: Kind, inquiry: &mut Inquiry<'_>) -> Result<Servers, Unasked> {
    if inquiry.depth() == Depth::Off {
        return Err(Unasked::Off);
    }
    let base = zone::of(name, inquiry)?;
    let apex = base.apex.clone();
    let mut zones = Zones::default();
    zones.insert(base);
    let subject = Subject {
        site: Site::rrset(name.clone(), kind),
        kind,
        against: Against::Newest,
        thorough: true,
        stands: false,
    };
    let nothing_wanted = Intent::observe(name.clone(), Vec::new(), Vec::new());
    one(&nothing_wanted, &subject, &apex, &mut zones, inquiry).ok_or(Unasked::Unfound)
}

/// Whether one of the servers says what the resolver says, or may lead there; `None` where one of them has said nothing.
pub fn resolver_agrees(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<bool> {
    let question = servers.question()?;
    let seen = Content::exact(inquiry.fact(&question)?)?;
    servers.counting().next()?;
    Some(servers.agreeing(&question, &seen, Content::exact, inquiry))
}

/// Values in a sentence.
fn shown(values: &[String]) -> String {
    if values.is_empty() {
        return "no such record".to_owned();
    }
    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    values.join(", ")
}

/// A record set to look at.
struct Subject<'r> {
    site: Site,
    kind: Kind,
    against: Against<'r>,
    /// Whether it is asked for at every server whatever the serials say.
    thorough: bool,
    /// Whether the resolver has it: then its own name may be put to the resolver, for it plants no absence.
    stands: bool,
}

/// The record sets that are looked at in this pass: those wanted, or where nothing is, those every look begins with.
fn subjects<'r>(intent: &Intent, records: &'r [RecordVerdict], inquiry: &Inquiry<'_>) -> Vec<Subject<'r>> {
    let depth = inquiry.depth();
    if intent.wanted.is_empty() {
        let first = |standard: &Standard| (row(*standard).first)(&intent.domain);
        let mut questions: Vec<Dns> = Standard::ALL.iter().filter_map(first).collect();
        questions.sort();
        questions.dedup();
        let looked_at = questions.into_iter().filter(|_| depth >= Depth::Closely);
        return looked_at
            .map(|question| Subject {
                site: Site::rrset(question.name, question.kind),
                kind: question.kind,
                against: Against::Newest,
                thorough: true,
                stands: false,
            })
            .collect();
    }
    let subject = |record: &'r RecordVerdict| {
        // What is no record no server holds.
        if record.is_no_record() {
            return None;
        }
        // While its own questions are open it is not known to be in trouble.
        let troubled = record.state.differs() || record.unanswered.is_some();
        (troubled || depth > Depth::Troubled).then_some(Subject {
            site: record.site.clone(),
            kind: record.site.kind()?,
            against: Against::Wanted(record),
            thorough: troubled || depth >= Depth::Closely,
            stands: record.state == State::InSync && !record.observed.is_empty(),
        })
    };
    records.iter().filter_map(subject).collect()
}

fn one(
    intent: &Intent,
    subject: &Subject<'_>,
    base: &Name,
    zones: &mut Zones,
    inquiry: &mut Inquiry<'_>,
) -> Option<Servers> {
    let name = subject.site.name();
    let mut apex = base.clone();
    if subject.stands
        && let Some(own) = zone::above(name, inquiry).filter(|own| own.is_at_or_below(base))
    {
        apex = own;
    }
    let mut referral: Option<Referral> = None;
    for _ in 0..=MAX_CUTS {
        let zone = zones.at(&apex, referral.as_ref(), inquiry)?.clone();
        let views = views(&zone, name, subject, inquiry)?;
        let cut = views.iter().find_map(|view| match &view.said {
            Said::Cut(referral) => Some(referral.clone()),
            _ => None,
        });
        let Some(cut) = cut else {
            let servers = Servers {
                site: subject.site.clone(),
                views: judged(intent, &subject.against, name, subject.kind, views, inquiry),
                nowhere: zone.nowhere().collect(),
                left_out: zone.left_out,
                zone: zone.apex,
                absence: None,
                resolver: None,
            };
            let absence = match subject.against {
                Against::Newest => absence(&servers, inquiry),
                Against::Wanted(_) => None,
            };
            return Some(Servers { absence, ..servers });
        };
        apex = cut.owner.clone();
        referral = Some(cut);
    }
    None
}

/// In which way the servers that are right hold nothing; `None` where they hold something, or not all of them say it alike.
fn absence(servers: &Servers, inquiry: &Inquiry<'_>) -> Option<Absence> {
    let question = servers.question()?;
    let right = servers.counting().filter(|view| view.state == ServerState::Right);
    let mut said = right.map(|view| {
        let fact = inquiry.fact(&question.clone().at(view.address))?;
        match (&fact.outcome, fact.chain().is_empty()) {
            (Ok(Answer::NxDomain), true) => Some(Absence::NxDomain),
            (Ok(Answer::NoData), true) => Some(Absence::NoData),
            _ => None,
        }
    });
    let first = said.next()??;
    said.all(|other| other == Some(first)).then_some(first)
}

/// What each address says: of the record too, where that is wanted or the serials do not tell enough.
fn views(zone: &Zone, name: &Name, subject: &Subject<'_>, inquiry: &mut Inquiry<'_>) -> Option<Vec<View>> {
    let ask = |thorough, inquiry: &mut Inquiry<'_>| view::of(zone, name, subject.kind, thorough, inquiry);
    let views = ask(subject.thorough, inquiry)?;
    match subject.thorough || serials_agree(&views) {
        true => Some(views),
        false => ask(true, inquiry),
    }
}

/// Whether all servers hold one version of the zone, as far as a serial can tell.
fn serials_agree(views: &[View]) -> bool {
    let mut serials = views.iter().filter_map(|view| view.serial);
    let first = serials.next();
    first != Some(UNTOUCHED_SERIAL) && serials.all(|serial| Some(serial) == first)
}
