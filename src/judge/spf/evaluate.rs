//! check_host() (RFC 7208 4): what the records of a domain say of one client.
//!
//! A walk over records, term by term, as a receiver does it: the first mechanism that matches decides, an include is a
//! check of its own, a redirect goes on elsewhere. Ten terms that query, two of them in vain, ten mail exchanges: what
//! goes beyond is permerror (4.6.4). A void is counted once a term: its own query brought nothing, or, of `mx`, none
//! of the exchanges has an address of the client's family. What DNS could not answer is temperror, never absence. The
//! walk stops at the first question that is still open; run again with its answer it comes further, so that nothing is
//! asked a receiver would not ask. Where a check is, and how it came there, is a stack of records and the places of their
//! terms; texts are made of it once, at the end.

use std::borrow::Cow;
use std::sync::Arc;

use crate::inquiry::{Inquiry, Kind, Need, Trouble};
use crate::name::Name;
use crate::records::mx::is_nowhere;

use super::client::Client;
use super::evaluation::{Evaluation, NearMissText, Problem, SpfResult};
use super::policy::{Place, Policy, Query, Target, Test};
use super::published::{Published, Values, published};

/// Terms that query DNS, over the whole evaluation (RFC 7208 4.6.4).
pub const MAX_LOOKUPS: u32 = 10;

/// Terms whose query brings nothing (RFC 7208 4.6.4).
pub const MAX_VOIDS: u32 = 2;

/// Mail exchanges of one `mx` (RFC 7208 4.6.4).
pub(super) const MAX_MX: usize = 10;

/// Evaluates the domain's policy for `client`; every question is essential to it.
///
/// While `inquiry` holds open questions the result is a temperror that says so.
pub fn evaluate(client: &Client, inquiry: &mut Inquiry<'_>) -> Evaluation {
    let mut check = CheckHost {
        client,
        inquiry,
        lookups: 0,
        voids: Vec::new(),
        frames: Vec::with_capacity(4),
    };
    let own = Arc::new(Place::new(client.domain.clone()));
    let checked = check.check_host(Cow::Borrowed(&own));
    let (result, mechanism, mut problem) = match &checked {
        Ok(hit) => (hit.result, check.frames.last().and_then(Frame::term_text), None),
        Err(Stop::Open) => {
            let problem = check.problem(None, "not asked yet");
            (SpfResult::TempError, check.term(), Some(problem))
        }
        Err(Stop::Temporary(problem)) => (SpfResult::TempError, check.term(), Some(problem.clone())),
        Err(Stop::Permanent(problem)) => (SpfResult::PermError, check.term(), Some(problem.clone())),
    };
    if own.checkable().is_none() {
        problem = Some(Problem {
            name: client.domain.to_string(),
            kind: None,
            why: "no domain name: there is nothing to ask for (RFC 7208 4.3)".to_owned(),
        });
    }
    let values = check.frames.first().and_then(|frame| frame.values);
    let near_misses = values.map(NearMissText::of).unwrap_or_default();
    let path = check.frames.iter().map(|frame| frame.place.text.to_string());
    let path = path.collect();
    let decided = checked.ok().filter(|hit| hit.result == SpfResult::Fail);
    let explanation = decided
        .and_then(|hit| check.frames.get(hit.decided?).cloned())
        .and_then(|frame| {
            let target = frame.values?.policy()?.explanation.as_ref()?;
            check.explanation(target, &frame.place.text)
        });
    Evaluation {
        result,
        identity: client.identity,
        mechanism,
        path,
        explanation,
        lookups: check.lookups,
        voids: u32::try_from(check.voids.len()).unwrap_or(u32::MAX),
        problem,
        near_misses,
    }
}

/// Why a check ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// A question is open.
    Open,
    /// temperror
    Temporary(Problem),
    /// permerror
    Permanent(Problem),
}

/// How a check ended without an error. Where it ended is the top of the stack.
#[derive(Debug, Clone, Copy)]
struct Hit {
    result: SpfResult,
    /// The place on the stack of the record that decided, whose `exp=` counts.
    decided: Option<usize>,
}

impl Hit {
    /// Nothing decided.
    fn undecided(result: SpfResult) -> Self {
        let decided = None;
        Self { result, decided }
    }
}

/// A record that is being evaluated.
#[derive(Debug, Clone)]
struct Frame<'w> {
    /// The domain it stands at.
    place: Cow<'w, Arc<Place>>,
    /// What stands there, once it is known.
    values: Option<&'w Values>,
    /// The index of the term that is being evaluated.
    term: Option<usize>,
    /// Whether the record cannot be read.
    is_misread: bool,
}

impl Frame<'_> {
    /// The term that is being evaluated, or the one nobody can read.
    fn term_text(&self) -> Option<String> {
        let values = self.values?;
        if self.is_misread {
            return values
                .policy()?
                .misread
                .as_ref()
                .map(|misread| misread.text.clone());
        }
        Some(values.only()?.term_text(self.term?))
    }
}

/// An evaluation under way.
pub(super) struct CheckHost<'w, 'f> {
    pub(super) client: &'w Client,
    pub(super) inquiry: &'w mut Inquiry<'f>,
    lookups: u32,
    /// The terms whose query brought nothing: each the top of the stack as it was, and how high that was.
    voids: Vec<(Frame<'w>, usize)>,
    /// The records that are being evaluated, the domain's own first.
    frames: Vec<Frame<'w>>,
}

/// What a step of the check brings, or why the check ends there.
pub(super) type Checked<T> = Result<T, Stop>;

impl<'w, 'f: 'w> CheckHost<'w, 'f> {
    /// check_host() for a domain: one record, and where it redirects to. It leaves its record on the stack.
    fn check_host(&mut self, place: Cow<'w, Arc<Place>>) -> Checked<Hit> {
        self.frames.push(Frame {
            place: place.clone(),
            values: None,
            term: None,
            is_misread: false,
        });
        let Some(question) = place.checkable() else {
            return Ok(Hit::undecided(SpfResult::None));
        };
        let values = match published(self.inquiry, question, Need::Essential) {
            Published::Open => return Err(Stop::Open),
            Published::Unanswered(trouble) => return Err(self.temporary_here(trouble)),
            Published::Values(values) => values,
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.values = Some(values);
        }
        let Some(policy) = values.policy() else {
            return match values.records.len() {
                0 => Ok(Hit::undecided(SpfResult::None)),
                many => Err(self.permanent(Some(Kind::Txt), format!("{many} SPF records"))),
            };
        };
        if let Some(misread) = &policy.misread {
            if let Some(frame) = self.frames.last_mut() {
                frame.is_misread = true;
            }
            return Err(self.permanent(Some(Kind::Txt), format!("syntax error: {}", misread.why)));
        }
        self.record(policy, &place)
    }

    /// A valid record's directives, then its redirect.
    #[allow(
        clippy::ptr_arg,
        reason = "what it borrows outlives the reference, and is lent on"
    )]
    fn record(&mut self, policy: &'w Policy, place: &Cow<'w, Arc<Place>>) -> Checked<Hit> {
        let here = self.frames.len().saturating_sub(1);
        for step in &policy.steps {
            let found = match &step.test {
                Test::All => Some(0),
                Test::Networks(run) => policy.holding(run, self.client.ip),
                Test::Query(query) => {
                    self.at(here, Some(step.index));
                    self.count_lookup()?;
                    self.finds(query, place)?.then_some(0)
                }
            };
            if let Some(behind) = found {
                self.at(here, Some(step.index + behind));
                return Ok(Hit {
                    result: step.result,
                    decided: Some(here),
                });
            }
        }
        let Some((index, target)) = &policy.redirect else {
            self.at(here, None);
            return Ok(Hit::undecided(SpfResult::Neutral));
        };
        self.at(here, Some(*index));
        self.count_lookup()?;
        let target = self.place(target, place)?;
        self.record_of(&target, "redirect")?;
        let hit = self.check_host(target.clone())?;
        if hit.result == SpfResult::None {
            self.frames.truncate(here + 1);
            return Err(self.no_record(&target, "redirect"));
        }
        Ok(hit)
    }

    /// The check has come to this term of the record at this place on the stack.
    fn at(&mut self, place: usize, term: Option<usize>) {
        if let Some(frame) = self.frames.get_mut(place) {
            frame.term = term;
        }
    }

    /// Whether a mechanism that asks DNS matches. Where an include does, what matched inside stays on the stack.
    #[allow(
        clippy::ptr_arg,
        reason = "what it borrows outlives the reference, and is lent on"
    )]
    fn finds(&mut self, query: &'w Query, place: &Cow<'w, Arc<Place>>) -> Checked<bool> {
        match query {
            Query::Include(target) => {
                let target = self.place(target, place)?;
                self.record_of(&target, "include")?;
                let height = self.frames.len();
                let hit = self.check_host(target.clone())?;
                if hit.result == SpfResult::Pass {
                    return Ok(true);
                }
                self.frames.truncate(height);
                match hit.result {
                    SpfResult::None => Err(self.no_record(&target, "include")),
                    _ => Ok(false),
                }
            }
            Query::A(target, cidr) => {
                let target = self.place(target, place)?;
                self.a(&target, *cidr)
            }
            Query::Mx(target, cidr) => {
                let target = self.place(target, place)?;
                self.mx(&target, *cidr)
            }
            Query::Ptr(target) => {
                let target = self.place(target, place)?;
                self.ptr(&target)
            }
            Query::Exists(target) => {
                let target = self.place(target, place)?;
                self.exists(&target)
            }
        }
    }

    /// The name a term speaks of.
    fn place(&mut self, target: &'w Target, own: &Cow<'w, Arc<Place>>) -> Checked<Cow<'w, Arc<Place>>> {
        Ok(match target {
            Target::Own => own.clone(),
            Target::Fixed(place) => Cow::Borrowed(place),
            Target::Expanded(written) => Cow::Owned(Arc::new(Place::new(self.expand(written, &own.text)?))),
        })
    }

    /// Whether a name is nowhere for who reads the record that is being evaluated, so that nobody is asked for it.
    pub(super) fn is_nowhere(&self, name: &Name) -> bool {
        let own = self.frames.last().and_then(|frame| frame.place.name());
        own.is_some_and(|own| is_nowhere(name, own))
    }

    /// The target of an include or a redirect, which are of no use where it is nowhere.
    fn record_of(&self, target: &Place, term: &str) -> Checked<()> {
        match target.name().filter(|name| self.is_nowhere(name)) {
            None => Ok(()),
            Some(_) => Err(Stop::Permanent(Problem {
                name: target.text.to_string(),
                kind: None,
                why: format!("the target of {term} is another machine to everybody: it has no SPF record"),
            })),
        }
    }

    /// One more term that queries.
    fn count_lookup(&mut self) -> Checked<()> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS {
            return Err(self.permanent(None, format!("more than {MAX_LOOKUPS} terms that query DNS")));
        }
        Ok(())
    }

    /// One more term whose query brought nothing.
    pub(super) fn count_void(&mut self) -> Checked<()> {
        let height = self.frames.len();
        self.voids
            .extend(self.frames.last().cloned().map(|frame| (frame, height)));
        if u32::try_from(self.voids.len()).unwrap_or(u32::MAX) > MAX_VOIDS {
            let terms: Vec<String> = self.voids.iter().map(void).collect();
            let terms = terms.join(", ");
            let why = format!("more than {MAX_VOIDS} terms whose query found nothing: {terms}");
            return Err(self.permanent(None, why));
        }
        Ok(())
    }

    /// The term the check is at: of the record on top, or the one that leads to it.
    fn term(&self) -> Option<String> {
        self.frames.iter().rev().find_map(Frame::term_text)
    }

    /// A problem with the record that is being evaluated.
    fn problem(&self, kind: Option<Kind>, why: impl Into<String>) -> Problem {
        let name = self.frames.last().map(|frame| frame.place.text.to_string());
        Problem {
            name: name.unwrap_or_default(),
            kind,
            why: why.into(),
        }
    }

    pub(super) fn permanent(&self, kind: Option<Kind>, why: impl Into<String>) -> Stop {
        Stop::Permanent(self.problem(kind, why))
    }

    pub(super) fn temporary(&self, name: &Name, kind: Kind, trouble: Trouble) -> Stop {
        Stop::Temporary(Problem {
            name: name.to_string(),
            kind: Some(kind),
            why: trouble.to_string(),
        })
    }

    /// Trouble with the record of the domain that is being checked.
    fn temporary_here(&self, trouble: Trouble) -> Stop {
        Stop::Temporary(self.problem(Some(Kind::Txt), trouble.to_string()))
    }

    fn no_record(&self, target: &Place, term: &str) -> Stop {
        Stop::Permanent(Problem {
            name: target.text.to_string(),
            kind: Some(Kind::Txt),
            why: format!("the target of {term} has no SPF record"),
        })
    }
}

/// A term whose query brought nothing, with the record it stands in unless that is the domain's own.
fn void((frame, height): &(Frame<'_>, usize)) -> String {
    let term = frame.term_text().unwrap_or_default();
    match height {
        0 | 1 => term,
        _ => format!("{term} in the record of {}", frame.place.text),
    }
}
