//! The control: what a resolver that tells the truth must answer, asked past all memory.
//!
//! Record sets of other objects that were there tell most: a resolver that lies about all cannot know them, and a world
//! in which a provider's record changed still has them. Only where too few are left to ask do the root and the
//! registries decide. What is not answered speaks neither for nor against: that is an outage's business.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::context::Context;
use super::events;
use super::suspicion::{Change, Count, Evidence};
use super::words::in_words;
use crate::history::{self, Proof};
use crate::inquiry::{Answer, Dns, Kind};
use crate::name::{Name, spread};

/// A resolver that is suspected is asked again so often.
const PAUSE: Duration = Duration::from_secs(10);
/// So many record sets of other objects are asked for.
const PROOFS: usize = 8;
/// So many registries are asked.
const REGISTRIES: usize = 4;

/// Asks the control whenever it is wanted, for ever.
pub(super) async fn watch(context: &Context) {
    let mut round = 0_u64;
    loop {
        if !context.suspicion.wants_control() {
            context.suspicion.wanted.notified().await;
        }
        round = round.wrapping_add(1);
        let evidence = ask(context, round).await;
        let (change, held) = context
            .suspicion
            .conclude(&evidence, Instant::now(), context.now());
        if let Some(change) = change {
            announce(change, &evidence, context).await;
        }
        context.roster.wake_keys(held);
        if context.suspicion.is_suspected() {
            sleep(PAUSE).await;
        }
    }
}

async fn ask(context: &Context, round: u64) -> Evidence {
    let (proofs, registries) = questions(context, round);
    let now = context.now();
    let root = [Dns::new(Name::root(), Kind::Ns)];
    let (others, root, registries) = tokio::join!(
        count(context, proofs, now),
        count(context, root, now),
        count(context, registries, now),
    );
    Evidence {
        others,
        root,
        registries,
    }
}

/// Record sets of other objects, others in each round, and the registries of those that got worse.
fn questions(context: &Context, round: u64) -> (Vec<Dns>, Vec<Dns>) {
    let mut objects = context.store.state();
    objects.sort_by_cached_key(|object| spread(&format!("{round} {}", object.uid())));
    let (worse, others): (Vec<_>, Vec<_>) = objects
        .into_iter()
        .partition(|object| context.suspicion.is_worse(object.uid()));
    let proofs = others
        .iter()
        .filter_map(|object| history::proof(&object.status()?))
        .map(|Proof { name, kind }| Dns::new(name, kind))
        .take(PROOFS);
    let registries: BTreeSet<Name> = worse
        .iter()
        .filter_map(|object| object.domain().rsplit('.').next()?.parse().ok())
        .collect();
    let registries = registries.into_iter().take(REGISTRIES);
    (
        proofs.collect(),
        registries.map(|name| Dns::new(name, Kind::Soa)).collect(),
    )
}

async fn count(context: &Context, questions: impl IntoIterator<Item = Dns>, now: Timestamp) -> Count {
    let facts = futures::stream::iter(questions)
        .map(|question| async move { context.world.ask(&question, Some(now)).await })
        .buffer_unordered(PROOFS);
    facts
        .fold(Count::default(), |mut count, fact| async move {
            match &fact.outcome {
                Ok(Answer::Records(_)) => count.right += 1,
                Ok(Answer::NoData | Answer::NxDomain) => count.wrong += 1,
                Err(_) => {}
            }
            count
        })
        .await
}

/// One line, and one event about the Lease: for all objects together.
async fn announce(change: Change, evidence: &Evidence, context: &Context) {
    let Count { right, wrong } = evidence.others;
    let (reason, warning, note) = match change {
        Change::Suspected { worse, of } => (
            "ResolverSuspected",
            true,
            format!(
                "{worse} of {of} MailDomains looked at lately got worse at once, and the resolver gives no true answer to what must \
                 be there ({wrong} of {} record sets of other MailDomains are denied too): its bad news are not believed, and every \
                 status stays as it is; see what answers for it, and what is between",
                right + wrong
            ),
        ),
        Change::Cleared => (
            "ResolverTrusted",
            false,
            "the resolver gives true answers again: its news are believed, and what was held is looked at again".to_owned(),
        ),
        Change::Changed { worse, of } => (
            "FleetChanged",
            true,
            format!(
                "{worse} of {of} MailDomains looked at lately got worse at once, and the resolver is right in what else must be \
                 there: something changed that they share, a provider's record or a server; each status says what"
            ),
        ),
    };
    match warning {
        true => tracing::warn!(reason, "{note}"),
        false => tracing::info!(reason, "{note}"),
    }
    let Some(lease) = &context.lease else {
        return;
    };
    let told = events::send_about_lease(
        &context.client,
        &context.instance,
        lease,
        (reason, warning, &note),
        context.now(),
    );
    if let Err(error) = told.await {
        tracing::debug!(error = in_words(&error), "cannot tell an event about the Lease");
    }
}
