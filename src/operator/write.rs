//! The write of a status: never on another object than the one that was judged, never over news, once per change.
//!
//! Every write carries the uid and the resourceVersion it was made from. Gone means the pass is over. A conflict means
//! somebody wrote meanwhile: the object is read again, and when it is the same object with the same spec, the same
//! verdict is read together with the newer status, without asking DNS.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kube::api::Api;
use kube::{Resource, ResourceExt};

use super::apply::{About, Identity, send};
use super::complaint::class_of;
use super::context::Context;
use super::error::Error;
use super::events;
use super::metrics::ByReason;
use super::object::Watched;
use super::tracker::{Tracked, Written};
use super::words::in_words;
use crate::api::MailDomainStatus;
use crate::history::{self, Before, Event, News, Next, Pass, Requests};
use crate::inquiry::{Depth, Kind};
use crate::intent::{Intent, Schedule};
use crate::judge::Verdict;
use crate::name::Name;

/// So often is a status written again that somebody changed meanwhile.
const ATTEMPTS: usize = 5;
/// Grant and MailDomain are often made together, and each comes by a watch of its own.
const GRANT_COMES: SignedDuration = SignedDuration::from_secs(3);
/// An object that waits for a person has no next look: an event that could not be told is tried again after this.
const RETELL: Option<SignedDuration> = Some(SignedDuration::from_mins(5));

/// An object as a pass reads it: the newest of what the watch has shown and what we wrote.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    object: Watched,
    resource_version: String,
    status: Option<MailDomainStatus>,
    tracked: Tracked,
    /// The requests for a look that this pass answers: one that is made meanwhile is for the next.
    requests: Requests,
}

impl Subject {
    pub(super) fn read(object: &Watched, context: &Context) -> Self {
        let tracked = context.tracker.of(object);
        let written = tracked
            .written
            .as_ref()
            .filter(|written| written.is_newer_than(object));
        let (resource_version, status) = match written {
            Some(written) => (written.resource_version.clone(), written.status()),
            None => (object.resource_version().unwrap_or_default(), object.status()),
        };
        Self {
            object: object.clone(),
            resource_version,
            status,
            tracked,
            requests: Requests::of(object.annotations()),
        }
    }

    /// The object as the watch has shown it.
    pub(super) fn object(&self) -> &Watched {
        &self.object
    }

    /// The status before this pass.
    pub(super) fn status(&self) -> Option<&MailDomainStatus> {
        self.status.as_ref()
    }

    /// Whether no pass ever said anything about it.
    pub(super) fn is_new(&self) -> bool {
        self.status().is_none_or(|status| status.conditions.is_empty())
    }

    /// Whether somebody asked for a look that was not answered yet.
    pub(super) fn is_look_requested(&self) -> bool {
        self.before().request().is_some()
    }

    /// How long an object that is new waits for its grant, which may have been made with it and not been shown yet; `None`
    /// when that time is over.
    pub(super) fn wait_for_a_grant(&self, now: Timestamp) -> Option<SignedDuration> {
        let created = self.object.meta().creation_timestamp.as_ref()?;
        let age = now.duration_since(created.0);
        let is_young = self.is_new() && !age.is_negative() && age < GRANT_COMES;
        is_young.then(|| GRANT_COMES.saturating_sub(age))
    }

    /// How long the first look of this process waits; `None` when it is due, or was.
    pub(super) fn first_look(
        &self,
        intent: &Intent,
        schedule: &Schedule,
        now: Timestamp,
    ) -> Option<SignedDuration> {
        if self.tracked.passed || self.tracked.errors > 0 {
            return None;
        }
        let wait = history::first_look(&self.before(), intent, schedule, now);
        wait.is_positive().then_some(wait)
    }

    /// Takes the object over as it stands: what was just said is said again, in case the process before had no time
    /// left to.
    pub(super) async fn resume(&self, context: &Context) {
        let event = self
            .status()
            .and_then(|status| history::recent_event(status, context.now()));
        let untold = match event {
            Some(event) => self.tell(event, context).await,
            None => None,
        };
        context.tracker.change(&self.object, |tracked| {
            tracked.untold = untold;
            tracked.passed = true;
        });
    }

    /// What a look says beside what was known.
    pub(super) fn news(&self, intent: &Intent, verdict: &Verdict, now: Timestamp) -> News {
        history::news(&self.before(), intent, verdict, now)
    }

    /// How closely name servers are looked at in this pass.
    pub(super) fn depth(&self, intent: &Intent, now: Timestamp) -> Depth {
        history::depth(&self.before(), intent, now)
    }

    /// The record sets of which the resolver is not asked before the name servers have what is meant.
    pub(super) fn held_back(
        &self,
        intent: &Intent,
        schedule: &Schedule,
        now: Timestamp,
    ) -> BTreeSet<(Name, Kind)> {
        history::held_back(&self.before(), intent, schedule, now)
    }

    /// When what is known turns stale, if DNS says nothing more.
    pub(super) fn stale_at(&self, intent: &Intent, schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
        history::stale_at(&self.before(), intent, schedule, now)
    }

    /// Writes that what is known is too old, if it is. No pass: it says nothing of when to look again.
    pub(super) async fn age(
        mut self,
        intent: &Intent,
        schedule: &Schedule,
        context: &Context,
    ) -> Result<(), Error> {
        let pass = Pass::Aged { intent, schedule };
        for _ in 0..ATTEMPTS {
            let next = self.next(pass, context);
            let Some(json) = next.write.clone() else {
                let stale_at = self.stale_at(intent, schedule, context.now());
                context
                    .tracker
                    .change(&self.object, |tracked| tracked.stale_at = Some(stale_at));
                return Ok(());
            };
            match self.apply(json, context).await {
                Ok(written) => {
                    context.metrics.writes.inc();
                    self.log(&next);
                    let event = next.event.clone();
                    self.end(&next, pass, Some(written), event, context).await;
                    return Ok(());
                }
                Err(Error::Conflict) => self.read_again(context).await?,
                Err(error) => return Err(error),
            }
        }
        Err(Error::Contended(ATTEMPTS))
    }

    /// Writes what follows from `pass`, when it is worth a write, and tells what is worth telling.
    pub(super) async fn write(mut self, pass: Pass<'_>, context: &Context) -> Result<Next, Error> {
        for attempt in 0..ATTEMPTS {
            let mut next = self.next(pass, context);
            let Some(json) = next.write.clone() else {
                // A first pass after a start, or a write whose answer never came: what was just said is said again.
                let again = attempt > 0 || !self.tracked.passed || self.tracked.errors > 0;
                let event = match again {
                    true => history::recent_event(&next.status, context.now()),
                    false => None,
                };
                let told = self.end(&next, pass, None, event, context).await;
                next.requeue = next.requeue.or(RETELL.filter(|_| !told));
                return Ok(next);
            };
            match self.apply(json, context).await {
                Ok(written) => {
                    context.metrics.writes.inc();
                    self.log(&next);
                    let event = next.event.clone();
                    let told = self.end(&next, pass, Some(written), event, context).await;
                    next.requeue = next.requeue.or(RETELL.filter(|_| !told));
                    return Ok(next);
                }
                Err(Error::Conflict) => self.read_again(context).await?,
                Err(error) => return Err(error),
            }
        }
        Err(Error::Contended(ATTEMPTS))
    }

    fn next(&self, pass: Pass<'_>, context: &Context) -> Next {
        history::next(&self.before(), pass, context.now())
    }

    /// The object and what is known of it.
    fn before(&self) -> Before<'_> {
        Before {
            uid: self.object.uid(),
            generation: self.object.generation(),
            requests: &self.requests,
            status: self.status(),
            remembered: &self.tracked.status,
        }
    }

    /// Writes the status whose JSON this is.
    async fn apply(&self, json: Arc<str>, context: &Context) -> Result<Written, Error> {
        context.pace.turn().await;
        let writing = context.shards.begin_write(&self.object);
        if writing.is_none() || !context.leadership.holds() {
            return Err(Error::NotLeading);
        }
        let (namespace, name) = self.object.key();
        let about = About {
            api_version: Watched::api_version(&()),
            kind: Watched::kind(&()),
            metadata: Identity {
                name,
                namespace,
                uid: self.object.uid(),
                resource_version: &self.resource_version,
            },
        };
        let resource_version = send(&context.client, &about, &json).await?;
        Ok(Written::new(resource_version, json))
    }

    /// Reads the object again: the same object with the same spec, or the pass is over.
    async fn read_again(&mut self, context: &Context) -> Result<(), Error> {
        let (_, name) = self.object.key();
        let object = api(&self.object, context).get(name).await?;
        if object.uid() != self.object.uid() || object.generation() != self.object.generation() {
            return Err(Error::Superseded);
        }
        self.resource_version = object.resource_version().unwrap_or_default();
        self.status = object.status();
        // Whoever wrote may have been this process, and then it remembers more by now.
        self.tracked = context.tracker.of(&object);
        self.object = object;
        Ok(())
    }

    /// Remembers how the pass ended and tells its event, or one that could not be told before; gives whether all was
    /// told.
    async fn end(
        &self,
        next: &Next,
        pass: Pass<'_>,
        written: Option<Written>,
        event: Option<Event>,
        context: &Context,
    ) -> bool {
        let stale_at = match pass {
            Pass::Judged { .. } => next.stale_at,
            Pass::Aged { intent, schedule } => {
                let after = Before {
                    status: Some(&next.status),
                    remembered: &next.remembered,
                    ..self.before()
                };
                history::stale_at(&after, intent, schedule, context.now())
            }
            _ => None,
        };
        context.metrics.suppressed.inc_by(u64::from(next.suppressed));
        let event = event.or_else(|| self.tracked.untold.clone());
        let shown = context.store.get(&self.object.reference());
        let is_news = |written: &Written| shown.as_ref().is_none_or(|shown| written.is_newer_than(shown));
        // Before the event, which may take long: whoever looks meanwhile is to know what was written, and whoever takes over what
        // was not told.
        context.tracker.change(&self.object, |tracked| {
            tracked.status = next.remembered.clone();
            tracked.written = written.or_else(|| tracked.written.take()).filter(is_news);
            tracked.untold.clone_from(&event);
            tracked.stale_at = Some(stale_at);
            tracked.passed |= !matches!(pass, Pass::Aged { .. });
        });
        let Some(event) = event else { return true };
        let untold = self.tell(event.clone(), context).await;
        let told = untold.is_none() || !context.tracker.has(&self.object);
        // What another write could not tell meanwhile is told at the next look, and not forgotten.
        context.tracker.change(&self.object, |tracked| match untold {
            Some(event) => {
                tracked.untold.get_or_insert(event);
            }
            None if tracked.untold.as_ref() == Some(&event) => tracked.untold = None,
            None => {}
        });
        told
    }

    /// Tells an event; gives it back when it could not be told.
    async fn tell(&self, event: Event, context: &Context) -> Option<Event> {
        let (namespace, name) = self.object.key();
        let told = events::send(
            &context.client,
            &context.instance,
            &self.object,
            &event,
            context.now(),
        )
        .await;
        match told {
            Ok(()) => {
                context
                    .metrics
                    .events
                    .get_or_create(&ByReason::new(event.reason))
                    .inc();
                None
            }
            // The object's namespace is going, or the object is: nobody is left to tell.
            Err(kube::Error::Api(status))
                if matches!(status.code, 403 | 404) && status.message.contains("terminat") =>
            {
                None
            }
            Err(error) => {
                let (reason, class, error) = (event.reason, class_of(&error), in_words(&error));
                tracing::debug!(namespace, name, event = reason, %error, "cannot tell an event");
                if let Some(unsaid) = context.complaints.note(&format!("event: {class}")) {
                    tracing::warn!(namespace, name, event = reason, %error, unsaid, "cannot tell an event; trying again at the next look");
                }
                Some(event)
            }
        }
    }

    /// One line a transition; an outage of DNS has a line of its own.
    fn log(&self, next: &Next) {
        let ready = |status: &MailDomainStatus| {
            let ready = status
                .conditions
                .iter()
                .find(|condition| condition.type_ == "Ready");
            ready.map(|ready| (ready.status.clone(), ready.reason.clone(), ready.message.clone()))
        };
        let before = self
            .status()
            .and_then(ready)
            .map(|(_, reason, _)| reason)
            .unwrap_or_default();
        let Some((status, reason, message)) = ready(&next.status) else {
            return;
        };
        let (namespace, name) = self.object.key();
        let domain = self.object.domain();
        let dns = history::Reason::DnsUnavailable.as_str();
        if before == reason || before == dns || reason == dns {
            tracing::debug!(
                namespace,
                name,
                domain,
                ready = status,
                reason,
                before,
                message,
                "status written"
            );
        } else {
            tracing::info!(
                namespace,
                name,
                domain,
                ready = status,
                reason,
                before,
                message,
                "status changed"
            );
        }
    }
}

fn api(object: &Watched, context: &Context) -> Api<Watched> {
    Api::namespaced(context.client.clone(), object.key().0)
}
