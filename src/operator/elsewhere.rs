//! Claims across selectors: an older MailDomain of the same domain that this replica does not watch.
//!
//! Of a part of the objects chosen by labels nobody can tell who else wants a domain. The API server can: `spec.domain` is
//! selectable. So before an object is looked at first, when its spec changes, and once an hour, those of the same
//! domain are listed. Nothing is kept of them.

use std::time::Duration;

use kube::Resource;
use kube::api::{Api, ListParams};
use tokio::time::Instant;

use super::claims::{Claims, Elsewhere};
use super::context::Context;
use super::error::Error;
use super::object::Watched;
use crate::intent::claims;

/// So often is it seen whether there is an older claim now; each time costs the API server a look at all objects.
const AGAIN: Duration = Duration::from_hours(1);

/// Why this object may not have its domain: a sentence, as [`Claims::conflict`] words it.
pub(super) async fn conflict(
    elsewhere: &Elsewhere,
    object: &Watched,
    context: &Context,
) -> Result<Option<String>, Error> {
    let Ok(spec) = object.spec() else { return Ok(None) };
    if !claims(&spec) {
        return Ok(None);
    }
    let known = context.tracker.of(object).alone;
    let generation = object.generation();
    let is_known = |(of, at): (i64, Instant)| of == generation && at.elapsed() < AGAIN;
    if known.is_some_and(is_known) {
        return Ok(None);
    }
    let api: Api<Watched> = match &elsewhere.namespace {
        Some(namespace) => Api::namespaced(context.client.clone(), namespace),
        None => Api::all(context.client.clone()),
    };
    let of_domain = ListParams::default().fields(&format!("spec.domain={}", spec.domain));
    let rivals = api.list(&of_domain).await?;
    let mut all = Claims::default();
    // In a closed cluster who may not claim stands in nobody's way, however old.
    let may = |rival: &&Watched| context.roster.may(rival.key().0, rival.domain());
    for rival in rivals.items.iter().filter(may).chain([object]) {
        let created = rival.meta().creation_timestamp.as_ref();
        let created = created.map_or(jiff::Timestamp::MAX, |created| created.0);
        all.apply(&rival.owned_key(), created, rival.claimed());
    }
    let conflict = all.conflict(&object.owned_key());
    context.tracker.change(object, |tracked| {
        tracked.alone = match conflict {
            Some(_) => None,
            None => Some((generation, Instant::now())),
        };
    });
    Ok(conflict)
}
