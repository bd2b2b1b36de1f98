//! One pass over one MailDomain: read, intent, settle, status, requeue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use kube::Client;
use kube::runtime::controller::Action;
use kube::runtime::reflector::Store;
use tokio::time::sleep;

use super::error::Error;
use super::memory::Memories;
use super::metrics::{Metrics, Outcome as Label};
use super::object::Watched;
use super::outage::{Heard, Outage};
use super::watch::Desk;
use super::write::Subject;
use crate::api::MailDomainSpec;
use crate::history::{self, Outcome};
use crate::inquiry::Facts;
use crate::intent::{Intent, Schedule, SpecError};
use crate::judge::{Verdict, judge};
use crate::world::{Freshness, World};

/// Asks for a look now, past the cache, whenever its value changes.
pub const REQUESTED_AT: &str = "zegel.dev/requestedAt";
/// A first look that takes longer than this is said to be under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every pass needs.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) world: World,
    pub(super) store: Store<Watched>,
    pub(super) desk: Arc<Desk>,
    pub(super) memories: Arc<Memories>,
    pub(super) metrics: Metrics,
    pub(super) outage: Arc<Outage>,
    /// Who we are, in events.
    pub(super) instance: String,
    /// How long all questions of one pass may take.
    pub(super) deadline: Duration,
}

/// What is to be done with an object, by its spec alone.
enum Case {
    Look(Intent, Schedule),
    Suspended(Intent),
}

/// One pass.
pub(super) async fn reconcile(object: Arc<Watched>, context: Arc<Context>) -> Result<Action, Error> {
    let began = Instant::now();
    let outcome = pass(&object, &context).await;
    context.metrics.durations.observe(began.elapsed().as_secs_f64());
    let reason = match &outcome {
        Ok((reason, _)) => reason.as_str(),
        Err(error) => error.reason(),
    };
    context
        .metrics
        .reconciles
        .get_or_create(&Label::new(reason))
        .inc();
    let requeue = match &outcome {
        Ok((_, requeue)) => *requeue,
        Err(_) => None,
    };
    if context.desk.is_current(&object) {
        let next_look = requeue.and_then(|wait| context.world.now().checked_add(wait).ok());
        context.memories.change(&object, |memory| {
            memory.next_look = next_look;
            memory.errors = if outcome.is_ok() {
                0
            } else {
                memory.errors.saturating_add(1)
            };
        });
    }
    outcome.map(|_| requeue.map_or_else(Action::await_change, action))
}

/// Ready's reason after this pass, and when to look again.
async fn pass(object: &Watched, context: &Context) -> Result<(String, Option<SignedDuration>), Error> {
    let subject = Subject::read(object, context);
    let next = match intend(object, context) {
        Ok(Case::Suspended(intent)) => subject.write(Outcome::Suspended(&intent), context).await?,
        Ok(Case::Look(intent, schedule)) => {
            let verdict = settle(&subject, &intent, context).await?;
            let outcome = Outcome::Judged {
                intent: &intent,
                schedule: &schedule,
                verdict: &verdict,
            };
            subject.write(outcome, context).await?
        }
        Err(Error::InvalidSpec(why)) => subject.write(Outcome::InvalidSpec(&why), context).await?,
        Err(Error::DomainConflict(why)) => subject.write(Outcome::DomainConflict(&why), context).await?,
        Err(error) => return Err(error),
    };
    Ok((next.status.reason.unwrap_or_default(), next.requeue))
}

/// The intent of an object that may have its domain.
fn intend(object: &Watched, context: &Context) -> Result<Case, Error> {
    let spec = object
        .spec
        .as_ref()
        .map_err(|why| Error::InvalidSpec(why.clone()))?;
    let (intent, schedule) = certain(spec).map_err(|errors| Error::InvalidSpec(sentence(&errors)))?;
    if let Some(why) = context.desk.conflict(object) {
        return Err(Error::DomainConflict(why));
    }
    Ok(match schedule.suspend {
        true => Case::Suspended(intent),
        false => Case::Look(intent, schedule),
    })
}

fn certain(spec: &MailDomainSpec) -> Result<(Intent, Schedule), Vec<SpecError>> {
    Ok((Intent::from_spec(spec)?, Schedule::from_spec(spec)?))
}

fn sentence(errors: &[SpecError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// Asks DNS until the judgement has no question left; a difference whose deadline has passed is asked anew.
async fn settle(subject: &Subject, intent: &Intent, context: &Context) -> Result<Verdict, Error> {
    let mut fresh = match subject.is_look_requested() {
        true => Freshness::not_before(context.world.now()),
        false => Freshness::any(),
    };
    let began = context.world.now();
    let mut heard = Heard::default();
    let look = async {
        let (verdict, facts) = ask(intent, &fresh, context).await;
        heard.add(&facts, began);
        let now = context.world.now();
        let unconfirmed = history::unconfirmed_questions(subject.status(), &verdict, now);
        if unconfirmed.is_empty() {
            return verdict;
        }
        for question in unconfirmed {
            fresh.require(question, now);
        }
        let (verdict, facts) = ask(intent, &fresh, context).await;
        heard.add(&facts, began);
        verdict
    };
    let verdict = {
        let mut look = std::pin::pin!(look);
        tokio::select! {
            verdict = &mut look => verdict,
            () = sleep(PATIENCE), if subject.is_new() => {
                subject.clone().write(Outcome::Waiting(intent), context).await?;
                look.await
            }
        }
    };
    context.outage.note(subject.uid(), &heard, context.store.len());
    Ok(verdict)
}

async fn ask(intent: &Intent, fresh: &Freshness, context: &Context) -> (Verdict, Facts) {
    let settled = context
        .world
        .settle(context.deadline, fresh, |inquiry| {
            judge(intent, inquiry, context.world.now())
        })
        .await;
    (settled.verdict, settled.facts)
}

/// What to do after an error: try again, later each time.
pub(super) fn after_error(object: Arc<Watched>, error: &Error, context: Arc<Context>) -> Action {
    let (namespace, name) = object.key();
    match error {
        // The watch brings what there is now.
        Error::Gone => Action::await_change(),
        Error::Superseded => Action::requeue(doubled(Duration::from_secs(1), &object, &context)),
        error => {
            let wait = doubled(Duration::from_secs(5), &object, &context);
            tracing::warn!(namespace, name, reason = error.reason(), %error, retry_in = ?wait, "the pass was stopped");
            Action::requeue(wait)
        }
    }
}

/// `wait`, twice as long after each further error in a row, five times over.
fn doubled(wait: Duration, object: &Watched, context: &Context) -> Duration {
    let errors = context.memories.of(object).errors.min(6);
    wait * 2_u32.pow(errors.saturating_sub(1))
}

fn action(wait: SignedDuration) -> Action {
    Action::requeue(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// The time, for whoever has only the context.
pub(super) fn now(context: &Context) -> Timestamp {
    context.world.now()
}
