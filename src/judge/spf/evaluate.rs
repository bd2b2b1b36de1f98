//! check_host() (RFC 7208 4): what the records of a domain say of one client.
//!
//! A walk over records, term by term, as a receiver does it: the first mechanism that matches decides, an include is a
//! check of its own, a redirect goes on elsewhere. Ten terms that query, two of them in vain, ten mail exchanges: what
//! goes beyond is permerror (4.6.4). A void is counted once a term: its own query brought nothing, or, of `mx`, none
//! of the exchanges has an address of the client's family. What DNS could not answer is temperror, never absence. The
//! walk stops at the first question that is still open; run again with its answer it comes further, so that nothing is
//! asked a receiver would not ask.

use std::net::IpAddr;

use crate::inquiry::{Inquiry, Kind, Need, Trouble};
use crate::name::Name;
use crate::records::spf::{DomainSpec, Mechanism, Qualifier, Record, parse};

use super::client::Client;
use super::lookup::{Looked, look, name_of};
use super::outcome::{Evaluation, Outcome, Problem};

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
    let mut walk = Walk {
        client,
        inquiry,
        lookups: 0,
        voids: 0,
        path: Vec::new(),
        term: None,
    };
    let checked = walk.check_host(&client.domain);
    let (result, problem) = match &checked {
        Ok(hit) => (hit.result, None),
        Err(Stop::Open) => (Outcome::TempError, Some(walk.problem(None, "not asked yet"))),
        Err(Stop::Temporary(problem)) => (Outcome::TempError, Some(problem.clone())),
        Err(Stop::Permanent(problem)) => (Outcome::PermError, Some(problem.clone())),
    };
    let mut evaluation = Evaluation {
        result,
        identity: client.identity,
        mechanism: walk.term.clone(),
        path: walk.path.clone(),
        explanation: None,
        lookups: walk.lookups,
        voids: walk.voids,
        problem,
    };
    if let Ok(hit) = checked {
        evaluation.mechanism = hit.term;
        evaluation.path = hit.path;
        if let (Outcome::Fail, Some((target, domain))) = (hit.result, hit.explanation) {
            evaluation.explanation = walk.explanation(&target, &domain);
        }
    }
    evaluation
}

/// Why a walk ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// A question is open.
    Open,
    /// temperror
    Temporary(Problem),
    /// permerror
    Permanent(Problem),
}

/// How a check ended without an error.
struct Hit {
    result: Outcome,
    /// The innermost term that decided.
    term: Option<String>,
    path: Vec<String>,
    /// exp= of the record that decided, and that record's domain.
    explanation: Option<(DomainSpec, String)>,
}

/// An evaluation under way.
pub(super) struct Walk<'w, 'f> {
    pub(super) client: &'w Client,
    pub(super) inquiry: &'w mut Inquiry<'f>,
    lookups: u32,
    voids: u32,
    /// The domains whose records are being evaluated.
    path: Vec<String>,
    /// The term that is being evaluated; after an error, the one it happened at.
    term: Option<String>,
}

/// What a step of the walk brings, or why the walk ends there.
pub(super) type Walked<T> = Result<T, Stop>;

impl Walk<'_, '_> {
    /// check_host() for `domain`: one record, and where it redirects to.
    fn check_host(&mut self, domain: &str) -> Walked<Hit> {
        let none = |path: &[String]| Hit {
            result: Outcome::None,
            term: None,
            path: path.to_vec(),
            explanation: None,
        };
        self.path.push(domain.to_owned());
        let name = name_of(domain).filter(|name| name.label_count() > 1 && !domain.starts_with('['));
        let Some(name) = name else {
            let hit = none(&self.path);
            self.path.pop();
            return Ok(hit);
        };
        let text = match look(self.inquiry, &name, Need::Essential) {
            Looked::Open => return Err(Stop::Open),
            Looked::Unanswered(trouble) => return Err(self.temporary(&name, Kind::Txt, trouble)),
            Looked::Answered(values) => match values.records.as_slice() {
                [] => {
                    let hit = none(&self.path);
                    self.path.pop();
                    return Ok(hit);
                }
                [one] => one.clone(),
                many => return Err(self.permanent(Some(Kind::Txt), format!("{} SPF records", many.len()))),
            },
        };
        let record = parse(&text);
        if let Some(error) = record.errors().into_iter().next() {
            let octets = text.get(error.span).unwrap_or_default();
            self.term = Some(crate::records::presentation(octets));
            return Err(self.permanent(Some(Kind::Txt), format!("syntax error: {}", error.message)));
        }
        let hit = self.record(&record, domain)?;
        self.path.pop();
        Ok(hit)
    }

    /// A valid record's directives, then its redirect.
    fn record(&mut self, record: &Record, domain: &str) -> Walked<Hit> {
        for (index, qualifier, mechanism) in record.directives() {
            self.term = Some(record.term_text(index));
            let Some(inner) = self.matches(mechanism, domain)? else {
                continue;
            };
            let result = match qualifier {
                Qualifier::Pass => Outcome::Pass,
                Qualifier::Fail => Outcome::Fail,
                Qualifier::SoftFail => Outcome::SoftFail,
                Qualifier::Neutral => Outcome::Neutral,
            };
            let (term, path) = match inner {
                Matched::Included(hit) => (hit.term, hit.path),
                Matched::Here => (Some(record.term_text(index)), self.path.clone()),
            };
            let explanation = record
                .explanation()
                .map(|(_, target)| (target.clone(), domain.to_owned()));
            return Ok(Hit {
                result,
                term,
                path,
                explanation,
            });
        }
        let Some((index, target)) = record.redirect() else {
            self.term = None;
            let path = self.path.clone();
            return Ok(Hit {
                result: Outcome::Neutral,
                term: None,
                path,
                explanation: None,
            });
        };
        self.term = Some(record.term_text(index));
        self.count_lookup()?;
        let target = self.expand(target, domain)?;
        let hit = self.check_host(&target)?;
        match hit.result {
            Outcome::None => Err(self.no_record(&target, "redirect")),
            _ => Ok(hit),
        }
    }

    /// Whether a mechanism matches; of an include, what matched inside.
    fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Walked<Option<Matched>> {
        if mechanism.queries() {
            self.count_lookup()?;
        }
        let matched = match mechanism {
            Mechanism::All => true,
            Mechanism::Ip4(network) => matches!(self.client.ip, IpAddr::V4(ip) if network.contains(ip)),
            Mechanism::Ip6(network) => matches!(self.client.ip, IpAddr::V6(ip) if network.contains(ip)),
            Mechanism::Include(target) => {
                let target = self.expand(target, domain)?;
                let term = self.term.clone();
                let hit = self.check_host(&target)?;
                self.term = term;
                return match hit.result {
                    Outcome::Pass => Ok(Some(Matched::Included(hit))),
                    Outcome::None => Err(self.no_record(&target, "include")),
                    _ => Ok(None),
                };
            }
            Mechanism::A { domain: host, cidr } => {
                let target = self.target(host.as_ref(), domain)?;
                self.a(&target, *cidr)?
            }
            Mechanism::Mx { domain: host, cidr } => {
                let target = self.target(host.as_ref(), domain)?;
                self.mx(&target, *cidr)?
            }
            Mechanism::Ptr(host) => {
                let target = self.target(host.as_ref(), domain)?;
                self.ptr(&target)?
            }
            Mechanism::Exists(host) => {
                let target = self.expand(host, domain)?;
                self.exists(&target)?
            }
        };
        Ok(matched.then_some(Matched::Here))
    }

    /// One more term that queries.
    fn count_lookup(&mut self) -> Walked<()> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS {
            return Err(self.permanent(None, format!("more than {MAX_LOOKUPS} terms that query DNS")));
        }
        Ok(())
    }

    /// One more term whose query brought nothing.
    pub(super) fn count_void(&mut self) -> Walked<()> {
        self.voids += 1;
        if self.voids > MAX_VOIDS {
            return Err(self.permanent(
                None,
                format!("more than {MAX_VOIDS} terms whose query found nothing"),
            ));
        }
        Ok(())
    }

    /// A problem with the record that is being evaluated.
    fn problem(&self, kind: Option<Kind>, why: impl Into<String>) -> Problem {
        let name = self.path.last().cloned().unwrap_or_default();
        Problem {
            name,
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

    fn no_record(&self, target: &str, term: &str) -> Stop {
        Stop::Permanent(Problem {
            name: target.to_owned(),
            kind: Some(Kind::Txt),
            why: format!("the target of {term} has no SPF record"),
        })
    }
}

/// What matched.
enum Matched {
    /// The mechanism itself.
    Here,
    /// A mechanism of the included record.
    Included(Hit),
}
