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
use crate::records::spf::{DomainSpec, Mechanism, Qualifier, Record};

use super::client::Client;
use super::evaluation::{Evaluation, NearMissText, Problem, SpfResult};
use super::published::{Published, checkable, gather};

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
        void_terms: Vec::new(),
        path: Vec::new(),
        term: None,
    };
    let checked = check.check_host(&client.domain);
    let (result, problem) = match &checked {
        Ok(hit) => (hit.result, None),
        Err(Stop::Open) => (SpfResult::TempError, Some(check.problem(None, "not asked yet"))),
        Err(Stop::Temporary(problem)) => (SpfResult::TempError, Some(problem.clone())),
        Err(Stop::Permanent(problem)) => (SpfResult::PermError, Some(problem.clone())),
    };
    let mut evaluation = Evaluation {
        result,
        identity: client.identity,
        mechanism: check.term.clone(),
        path: check.path.clone(),
        explanation: None,
        lookups: check.lookups,
        voids: u32::try_from(check.void_terms.len()).unwrap_or(u32::MAX),
        problem,
        near_misses: Vec::new(),
    };
    match checkable(&client.domain) {
        Some(name) => {
            if let Some(values) = gather(check.inquiry, &name, Need::Essential).values() {
                evaluation.near_misses = NearMissText::of(values);
            }
        }
        None => {
            evaluation.problem = Some(Problem {
                name: client.domain.clone(),
                kind: None,
                why: "no domain name: there is nothing to ask for (RFC 7208 4.3)".to_owned(),
            });
        }
    }
    if let Ok(hit) = checked {
        evaluation.mechanism = hit.term;
        evaluation.path = hit.path;
        if let (SpfResult::Fail, Some((target, domain))) = (hit.result, hit.explanation) {
            evaluation.explanation = check.explanation(&target, &domain);
        }
    }
    evaluation
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

/// How a check ended without an error.
struct Hit {
    result: SpfResult,
    /// The innermost term that decided.
    term: Option<String>,
    path: Vec<String>,
    /// exp= of the record that decided, and that record's domain.
    explanation: Option<(DomainSpec, String)>,
}

/// An evaluation under way.
pub(super) struct CheckHost<'w, 'f> {
    pub(super) client: &'w Client,
    pub(super) inquiry: &'w mut Inquiry<'f>,
    lookups: u32,
    /// The terms whose query brought nothing, with the record they stand in.
    void_terms: Vec<String>,
    /// The domains whose records are being evaluated.
    path: Vec<String>,
    /// The term that is being evaluated; after an error, the one it happened at.
    term: Option<String>,
}

/// What a step of the check brings, or why the check ends there.
pub(super) type Checked<T> = Result<T, Stop>;

impl CheckHost<'_, '_> {
    /// check_host() for `domain`: one record, and where it redirects to.
    fn check_host(&mut self, domain: &str) -> Checked<Hit> {
        self.path.push(domain.to_owned());
        let published = match checkable(domain) {
            Some(name) => gather(self.inquiry, &name, Need::Essential),
            None => return Ok(self.none()),
        };
        let record = match published.as_ref() {
            Published::Open => return Err(Stop::Open),
            Published::Unanswered(trouble) => return Err(self.temporary_here(*trouble)),
            Published::Values(values) => match values.records.as_slice() {
                [] => return Ok(self.none()),
                [one] => one,
                many => return Err(self.permanent(Some(Kind::Txt), format!("{} SPF records", many.len()))),
            },
        };
        if let Some(error) = record.errors().into_iter().next() {
            let octets = record.text.get(error.span).unwrap_or_default();
            self.term = Some(crate::records::presentation(octets));
            return Err(self.permanent(Some(Kind::Txt), format!("syntax error: {}", error.message)));
        }
        let hit = self.record(record, domain)?;
        self.path.pop();
        Ok(hit)
    }

    /// There is no record at the domain that is being checked.
    fn none(&mut self) -> Hit {
        let path = self.path.clone();
        self.path.pop();
        Hit {
            result: SpfResult::None,
            term: None,
            path,
            explanation: None,
        }
    }

    /// A valid record's directives, then its redirect.
    fn record(&mut self, record: &Record, domain: &str) -> Checked<Hit> {
        for (index, qualifier, mechanism) in record.directives() {
            self.term = Some(record.term_text(index));
            let Some(inner) = self.matches(mechanism, domain)? else {
                continue;
            };
            let result = match qualifier {
                Qualifier::Pass => SpfResult::Pass,
                Qualifier::Fail => SpfResult::Fail,
                Qualifier::SoftFail => SpfResult::SoftFail,
                Qualifier::Neutral => SpfResult::Neutral,
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
                result: SpfResult::Neutral,
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
            SpfResult::None => Err(self.no_record(&target, "redirect")),
            _ => Ok(hit),
        }
    }

    /// Whether a mechanism matches; of an include, what matched inside.
    fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Checked<Option<Matched>> {
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
                    SpfResult::Pass => Ok(Some(Matched::Included(hit))),
                    SpfResult::None => Err(self.no_record(&target, "include")),
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
    fn count_lookup(&mut self) -> Checked<()> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS {
            return Err(self.permanent(None, format!("more than {MAX_LOOKUPS} terms that query DNS")));
        }
        Ok(())
    }

    /// One more term whose query brought nothing.
    pub(super) fn count_void(&mut self) -> Checked<()> {
        let term = self.term.clone().unwrap_or_default();
        self.void_terms.push(match self.path.as_slice() {
            [] | [_] => term,
            [.., at] => format!("{term} in the record of {at}"),
        });
        let voids = self.void_terms.len();
        if u32::try_from(voids).unwrap_or(u32::MAX) > MAX_VOIDS {
            let terms = self.void_terms.join(", ");
            let why = format!("more than {MAX_VOIDS} terms whose query found nothing: {terms}");
            return Err(self.permanent(None, why));
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

    /// Trouble with the record of the domain that is being checked.
    fn temporary_here(&self, trouble: Trouble) -> Stop {
        Stop::Temporary(self.problem(Some(Kind::Txt), trouble.to_string()))
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
