//! What goes with a closed cluster beside the claims: the watches of grants and of namespaces' labels, and the statuses of
//! grants.
//!
//! Every replica watches, for each judges who may claim; whoever works on the first shard writes the statuses. A status
//! says what follows from the grant, the labels and the claims; it is looked at when one of these changes, and written
//! when it says something else. Two controllers that each look after a part of the objects both do so, and say the same:
//! neither counts.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::{self, watcher};
use kube::{Client, Resource};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::apply::FIELD_MANAGER;
use super::complaint::class_of;
use super::context::Context;
use super::error::Error;
use super::grants::{Due, Held};
use super::roster::Roster;
use super::watch::follow;
use crate::api::{MailDomainGrant, MailDomainGrantStatus};
use crate::intent::Labels;

/// Nothing says which: all of a kind are followed.
const NO_FLAGS: &str = "no flags";

/// Between two rounds of writes: many MailDomains that come together are counted once.
const PAUSE: Duration = Duration::from_secs(5);
/// Without a change all is looked over so often: a shard may have changed hands.
const AGAIN: Duration = Duration::from_secs(30);

/// What somebody else writes over is written again so seldom.
const INSIST: Duration = Duration::from_mins(10);

/// The kind, for calls that must not fail on one object that cannot be read.
fn kind() -> ApiResource {
    ApiResource::erase::<MailDomainGrant>(&())
}

/// Follows the grants for ever; says once when they are known.
pub(super) async fn follow_grants(
    client: Client,
    config: watcher::Config,
    roster: &Roster,
    known: oneshot::Sender<()>,
) -> Error {
    let api: Api<DynamicObject> = Api::all_with(client, &kind());
    let mut known = Some(known);
    let note = |event: &watcher::Event<DynamicObject>| {
        roster.change_grants(|grants| grants.grants.note(event, Held::read));
        tell_once(event, &mut known);
    };
    follow("MailDomainGrants", NO_FLAGS, watcher(api, config), note).await
}

/// The same of the labels of namespaces.
pub(super) async fn follow_namespaces(
    client: Client,
    config: watcher::Config,
    roster: &Roster,
    known: oneshot::Sender<()>,
) -> Error {
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(client);
    let mut known = Some(known);
    let labels = |namespace: &PartialObjectMeta<Namespace>| -> Labels {
        namespace.metadata.labels.clone().unwrap_or_default()
    };
    let note = |event: &watcher::Event<PartialObjectMeta<Namespace>>| {
        roster.change_grants(|grants| grants.namespaces.note(event, labels));
        tell_once(event, &mut known);
    };
    follow("Namespaces", NO_FLAGS, watcher(api, config), note).await
}

fn tell_once<K>(event: &watcher::Event<K>, known: &mut Option<oneshot::Sender<()>>) {
    if matches!(event, watcher::Event::InitDone)
        && let Some(known) = known.take()
    {
        // Whoever waited has stopped: the process is ending.
        let _ = known.send(());
    }
}

/// Writes the statuses of grants, for ever.
pub(super) async fn run(context: &Context) {
    // What was written last, by uid: another controller that says something else is not answered for ever.
    let mut written: BTreeMap<String, (MailDomainGrantStatus, Instant)> = BTreeMap::new();
    loop {
        if context.shards.hold_first() && context.leadership.holds() {
            let due = context.roster.grants_due(context.sees_all, context.now());
            written.retain(|_, (_, at)| at.elapsed() < INSIST);
            for due in due {
                if written
                    .get(&due.uid)
                    .is_some_and(|(status, _)| *status == due.status)
                {
                    continue;
                }
                match write(&due, context).await {
                    Ok(()) => {
                        written.insert(due.uid, (due.status, Instant::now()));
                    }
                    // Gone, or made anew: the watch shows it.
                    Err(Error::Gone | Error::Conflict) => {}
                    Err(error) => complain(&due.name, &error, context),
                }
            }
        }
        sleep(PAUSE).await;
        // That nothing changed for a while is no error.
        let _ = timeout(AGAIN, context.roster.grants_changed()).await;
    }
}

async fn write(due: &Due, context: &Context) -> Result<(), Error> {
    context.pace.turn().await;
    let patch = json!({
        "apiVersion": MailDomainGrant::api_version(&()),
        "kind": MailDomainGrant::kind(&()),
        "metadata": {"name": due.name, "uid": due.uid},
        "status": due.status,
    });
    let api: Api<DynamicObject> = Api::all_with(context.client.clone(), &kind());
    let params = PatchParams::apply(FIELD_MANAGER).force().validation_ignore();
    api.patch_status(&due.name, &params, &Patch::Apply(&patch))
        .await?;
    let ready = due.status.conditions.first();
    let (reason, message) = ready.map_or(("", ""), |ready| (ready.reason.as_str(), ready.message.as_str()));
    tracing::info!(grant = due.name, reason, message, "status of a grant changed");
    Ok(())
}

fn complain(grant: &str, error: &Error, context: &Context) {
    let class = match error {
        Error::Api(error) => class_of(error),
        error => error.reason().to_owned(),
    };
    if let Some(unsaid) = context.complaints.note(&format!("grant: {class}")) {
        tracing::warn!(grant, %error, unsaid, "cannot write the status of a grant; trying again");
    }
}
