//! One pass over one MailDomain: read, intent, settle, status, requeue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kube::runtime::controller::Action;
use tokio::time::sleep;

use super::context::Context;
use super::elsewhere;
use super::error::Error;
use super::metrics::ByReason;
use super::object::Watched;
use super::suspicion::Advice;
use super::write::Subject;
use crate::api::MailDomainSpec;
use crate::history::{self, Pass};
use crate::inquiry::Approach;
use crate::intent::{Intent, Schedule, SpecError};
use crate::judge::{Measures, Verdict, judge};
use crate::recording::Look;
use crate::world::Freshness;

/// A first look that takes longer than this is said to be under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a pass ended that only settled when to look: not a reason of Ready.
const DEFERRED: &str = "Deferred";
/// The same of one whose news are not believed for now.
const HELD: &str = "ResolverSuspected";
/// A claim that an object nobody watches here keeps from being heard is made again so often.
const CLAIM_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// Who is held is woken when the doubt is over, and at the latest comes back after this.
const HOLD: SignedDuration = SignedDuration::from_mins(5);

/// While certificates are listed for the first time, it is seen this often whether they are.
const LISTING: SignedDuration = SignedDuration::from_secs(1);

/// What its spec asks for, of an object that may have its domain.
pub(super) enum Wish {
    /// Look at DNS, and when.
    Look(Intent, Schedule),
    /// Leave it as it is, whoever has its domain meanwhile: what was known of it when it was suspended stays.
    Rest(Intent),
}

/// One pass.
pub(super) async fn reconcile(object: Arc<Watched>, context: Arc<Context>) -> Result<Action, Error> {
    if !context.shards.hold(&object) {
        // Whoever holds its shard looks after it. Nothing is due here.
        context.tracker.begin_anew(object.uid());
        return Ok(Action::await_change());
    }
    let began = Instant::now();
    let beat = context.pulse.beat();
    context.notice_steps();
    let outcome = pass(&object, &context).await;
    drop(beat);
    context.metrics.durations.observe(began.elapsed().as_secs_f64());
    let reason = match &outcome {
        Ok((reason, _)) => reason.as_str(),
        Err(error) => error.reason(),
    };
    context
        .metrics
        .reconciles
        .get_or_create(&ByReason::new(reason))
        .inc();
    let requeue = match &outcome {
        Ok((_, requeue)) => *requeue,
        Err(_) => None,
    };
    let next_look = requeue.and_then(|wait| context.now().checked_add(wait).ok());
    let due = requeue.map(|wait| tokio::time::Instant::now() + unsigned(wait));
    context.tracker.change(&object, |tracked| {
        tracked.next_look = next_look;
        tracked.due = due;
        tracked.errors = match outcome.is_ok() {
            true => 0,
            false => tracked.errors.saturating_add(1),
        };
    });
    outcome.map(|_| requeue.map_or_else(Action::await_change, |wait| Action::requeue(unsigned(wait))))
}

/// Ready's reason after this pass, and when to look again.
async fn pass(object: &Watched, context: &Context) -> Result<(String, Option<SignedDuration>), Error> {
    let subject = Subject::read(object, context);
    let mut wish = intend(object, context);
    if let (Ok(Wish::Look(..)), Some(elsewhere)) = (&wish, &context.elsewhere)
        && let Some(why) = elsewhere::conflict(elsewhere, object, context).await?
    {
        wish = Err(Error::DomainConflict(why));
    }
    if wish.is_err() {
        // Nobody looks at it any more.
        context
            .tracker
            .change(object, |tracked| tracked.measures = Measures::default());
    }
    let next = match wish {
        Ok(Wish::Look(intent, _) | Wish::Rest(intent))
            if intent.certificates().next().is_some() && context.is_listing_certificates() =>
        {
            // What is wanted is not known yet, and will be in a moment: nothing is said of it meanwhile.
            return Ok((DEFERRED.to_owned(), Some(LISTING)));
        }
        Ok(Wish::Rest(intent)) => subject.write(Pass::Suspended(&intent), context).await?,
        Ok(Wish::Look(intent, schedule)) => {
            if let Some(wait) = subject.first_look(&intent, &schedule, context.now()) {
                subject.resume(context).await;
                return Ok((DEFERRED.to_owned(), Some(wait)));
            }
            let verdict = settle(&subject, &intent, &schedule, context).await?;
            context.tracker.change(object, |tracked| {
                tracked.measures = match verdict.is_complete() && verdict.compliance_is_known() {
                    true => verdict.measures,
                    false => verdict.measures.or(tracked.measures),
                };
            });
            let news = subject.news(&intent, &verdict, context.now());
            let key = || object.owned_key();
            if context
                .suspicion
                .weigh(object.uid(), key, news, tokio::time::Instant::now())
                == Advice::Hold
            {
                return Ok((HELD.to_owned(), Some(schedule.interval.min(HOLD))));
            }
            let pass = Pass::Judged {
                intent: &intent,
                schedule: &schedule,
                verdict: &verdict,
            };
            subject.write(pass, context).await?
        }
        Err(Error::InvalidSpec(why)) if object.is_suspended() => {
            subject.write(Pass::SuspendedInvalid(&why), context).await?
        }
        Err(Error::InvalidSpec(why)) => subject.write(Pass::InvalidSpec(&why), context).await?,
        Err(Error::NotGranted(why)) => {
            if let Some(wait) = subject.wait_for_a_grant(context.now()) {
                return Ok((DEFERRED.to_owned(), Some(wait)));
            }
            subject.write(Pass::NotGranted(&why), context).await?
        }
        Err(Error::DomainConflict(why)) => {
            let mut next = subject.write(Pass::DomainConflict(&why), context).await?;
            // Nobody here sees it when the other one goes.
            next.requeue = next.requeue.or(context.elsewhere.as_ref().map(|_| CLAIM_AGAIN));
            next
        }
        Err(error) => return Err(error),
    };
    Ok((next.status.reason.unwrap_or_default(), next.requeue))
}

/// The intent of an object that may have its domain.
pub(super) fn intend(object: &Watched, context: &Context) -> Result<Wish, Error> {
    let spec = object.spec().map_err(Error::InvalidSpec)?;
    let (intent, schedule) = certain(&spec).map_err(|errors| Error::InvalidSpec(sentence(&errors)))?;
    let intent = match &context.issuance {
        None => intent,
        Some(issuance) => intent.with_certificates(|name| issuance.of(object.key().0, name)),
    };
    if schedule.suspend {
        return Ok(Wish::Rest(intent));
    }
    if let Some(why) = context.roster.refusal(object) {
        return Err(Error::NotGranted(why));
    }
    if let Some(why) = context.roster.conflict(object) {
        return Err(Error::DomainConflict(why));
    }
    Ok(Wish::Look(intent, schedule))
}

fn certain(spec: &MailDomainSpec) -> Result<(Intent, Schedule), Vec<SpecError>> {
    Ok((Intent::from_spec(spec)?, Schedule::from_spec(spec)?))
}

fn sentence(errors: &[SpecError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// Asks DNS until the judgement has no question left; a difference whose deadline has passed is asked anew.
async fn settle(
    subject: &Subject,
    intent: &Intent,
    schedule: &Schedule,
    context: &Context,
) -> Result<Verdict, Error> {
    let began = context.now();
    let oldest = match subject.is_look_requested() {
        true => began,
        false => history::oldest_answer(schedule, began),
    };
    let lied_until = context.suspicion.lied_until().unwrap_or(oldest);
    let mut fresh = Freshness::not_before(oldest.max(lied_until.min(began))).approaching(Approach {
        depth: intent.depth(subject.depth(intent, began)),
        held_back: subject.held_back(intent, schedule, began),
        profile: true,
    });
    fresh = fresh.requested(subject.is_look_requested());
    let look = async {
        let verdict = ask(subject.object(), intent, &fresh, context).await;
        let now = context.now();
        let repeat = history::questions_to_repeat(subject.status(), &verdict, schedule, now);
        if repeat.is_empty() {
            return verdict;
        }
        for (question, earliest) in repeat {
            fresh.require(question, earliest);
        }
        ask(subject.object(), intent, &fresh, context).await
    };
    let verdict = {
        let mut look = std::pin::pin!(look);
        tokio::select! {
            verdict = &mut look => verdict,
            () = sleep(PATIENCE), if subject.is_new() => {
                subject.clone().write(Pass::Waiting(intent), context).await?;
                tokio::select! {
                    verdict = look => verdict,
                    () = context.stop.clone() => return Err(Error::Stopping),
                }
            }
            // What was learnt so far is no verdict, and whoever comes next asks anew.
            () = context.stop.clone() => return Err(Error::Stopping),
        }
    };
    context.outage.note(context.world.health());
    Ok(verdict)
}

async fn ask(object: &Watched, intent: &Intent, fresh: &Freshness, context: &Context) -> Verdict {
    let mut at = context.now();
    let settled = context
        .world
        .settle(context.deadline, fresh, |inquiry| {
            at = context.now();
            judge(intent, inquiry, at)
        })
        .await;
    if context.looks.are_kept() {
        let look = Look {
            domain: intent.domain.clone(),
            at,
            turn: 0,
            selectors: Vec::new(),
            questions: u64::try_from(settled.facts.len()).unwrap_or(u64::MAX),
            hit_limit: settled.hit_limit,
            facts: settled.facts,
        };
        context.looks.keep(object.key(), look).await;
        // Deleted meanwhile: nobody else would take the file away.
        if !context.tracker.has(object) {
            context.looks.forget(object.key());
        }
    }
    settled.verdict
}

/// What to do after an error: try again, later each time.
pub(super) fn after_error(object: Arc<Watched>, error: &Error, context: Arc<Context>) -> Action {
    let (namespace, name) = object.key();
    match error {
        // The watch brings what there is now.
        Error::Gone => Action::await_change(),
        Error::Superseded => Action::requeue(doubled(Duration::from_secs(1), &object, &context)),
        // The queue goes with the process, or with the leadership.
        Error::Stopping | Error::NotLeading => Action::await_change(),
        error => {
            let wait = doubled(Duration::from_secs(5), &object, &context);
            let reason = error.reason();
            tracing::debug!(namespace, name, reason, %error, retry_in = ?wait, "the pass was stopped");
            if let Some(unsaid) = context.complaints.note(&error.class()) {
                tracing::warn!(
                    namespace,
                    name,
                    reason,
                    %error,
                    unsaid,
                    "a pass was stopped; each that is, is tried again later and later"
                );
            }
            Action::requeue(wait)
        }
    }
}

/// `wait`, twice as long after each further error in a row, five times over.
fn doubled(wait: Duration, object: &Watched, context: &Context) -> Duration {
    let errors = context.tracker.of(object).errors.min(6);
    wait * 2_u32.pow(errors.saturating_sub(1))
}

fn unsigned(wait: SignedDuration) -> Duration {
    Duration::try_from(wait).unwrap_or(Duration::ZERO)
}
