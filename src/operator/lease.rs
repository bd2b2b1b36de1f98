//! Leader election over a coordination.k8s.io/v1 Lease: one replica writes, the others wait.
//!
//! Every write carries the resourceVersion that was read, so of two replicas that reach for a free Lease one gets it.
//! Clocks of others are not trusted: a holder counts as gone when its Lease has not changed for its whole duration by
//! our own clock. Whoever holds the Lease and cannot renew it in two thirds of that time must stop before another may
//! start, and whoever stops in order gives it back at once. A holder's time counts from before the write that took or
//! renewed the Lease was sent: so the others' time, which counts from when they see that write, ends later.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease as ApiLease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::Client;
use kube::api::{Api, PostParams};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::Error;
use super::complaint::{Complaints, class_of};
use super::leadership::Leadership;
use super::members::Members;
use super::words::in_words;

/// Giving the Lease back may take so long: whoever stops does not wait for an API server that is gone.
const RELEASE_WITHIN: Duration = Duration::from_secs(2);

/// Where the Lease is and how long it is good for.
#[derive(Debug, Clone)]
pub struct LeaseOptions {
    /// The Lease's namespace.
    pub namespace: String,
    /// The Lease's name.
    pub name: String,
    /// How long a holder that falls silent keeps the others out.
    pub duration: Duration,
}

impl LeaseOptions {
    /// Its namespace and name.
    pub(super) fn key(&self) -> (String, String) {
        (self.namespace.clone(), self.name.clone())
    }
}

/// One replica's view of the Lease.
pub(super) struct Lease {
    api: Api<ApiLease>,
    options: LeaseOptions,
    identity: String,
    leadership: Arc<Leadership>,
    /// Who holds it together with us, under one identity.
    members: Option<Arc<Members>>,
    complaints: Complaints,
}

/// What a Lease said when it was last seen to change.
pub(super) struct Sighting {
    resource_version: Option<String>,
    at: Instant,
}

/// What became of reaching for the Lease.
pub(super) enum Reached {
    /// It is ours, by a write that was sent not before this.
    Ours(Instant),
    /// Somebody holds it.
    HeldBy(String),
}

impl Lease {
    pub(super) fn new(
        client: Client,
        options: LeaseOptions,
        identity: String,
        leadership: Arc<Leadership>,
    ) -> Self {
        Self {
            api: Api::namespaced(client, &options.namespace),
            options,
            identity,
            leadership,
            members: None,
            complaints: Complaints::default(),
        }
    }

    /// The same, held by several together.
    pub(super) fn shared_by(self, members: Arc<Members>) -> Self {
        Self {
            members: Some(members),
            ..self
        }
    }

    /// Whether nobody else holds it.
    pub(super) async fn is_free(&self, sighting: &mut Option<Sighting>) -> bool {
        let found = self.within(self.attempt(), self.api.get_opt(&self.options.name));
        match found.await {
            Ok(None) => true,
            Ok(Some(lease)) => self.holder(&lease, sighting).is_none(),
            Err(error) => {
                self.complain(&error, "cannot read a Lease; trying on");
                false
            }
        }
    }

    /// Takes it unless somebody holds it.
    pub(super) async fn take_if_free(&self, sighting: &mut Option<Sighting>) -> kube::Result<Reached> {
        let reached = self.within(self.attempt(), self.try_acquire(sighting)).await?;
        if let Reached::Ours(sent) = reached {
            self.leadership.hold_until(sent + self.limit());
        }
        Ok(reached)
    }

    /// Waits until this replica holds the Lease; gives when the write that took it was sent.
    pub(super) async fn acquire(&self) -> Instant {
        let mut sighting: Option<Sighting> = None;
        let mut said = None;
        loop {
            let reached = self.within(self.attempt(), self.try_acquire(&mut sighting));
            match reached.await {
                Ok(Reached::Ours(sent)) => {
                    self.leadership.hold_until(sent + self.limit());
                    return sent;
                }
                Ok(Reached::HeldBy(holder)) => {
                    if self.complaints.over() {
                        tracing::info!(lease = self.label(), "the Lease can be read again");
                    }
                    if said.as_ref() != Some(&holder) {
                        tracing::info!(lease = self.label(), holder, "standing by");
                        said = Some(holder);
                    }
                }
                Err(error) => self.complain(&error, "cannot read the Lease; trying on"),
            }
            sleep(self.options.duration / 7).await;
        }
    }

    /// Takes the Lease if it is free; else says who holds it.
    async fn try_acquire(&self, sighting: &mut Option<Sighting>) -> kube::Result<Reached> {
        let Some(lease) = self.api.get_opt(&self.options.name).await? else {
            let lease = ApiLease {
                metadata: ObjectMeta {
                    name: Some(self.options.name.clone()),
                    namespace: Some(self.options.namespace.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(self.held(None)),
            };
            let lease = self.signed(lease);
            let sent = Instant::now();
            return taken(sent, self.api.create(&PostParams::default(), &lease).await);
        };
        match self.holder(&lease, sighting) {
            Some(holder) => Ok(Reached::HeldBy(holder)),
            None => self.take(lease).await,
        }
    }

    /// Who else holds this Lease, and is not silent for too long.
    fn holder(&self, lease: &ApiLease, sighting: &mut Option<Sighting>) -> Option<String> {
        let spec = lease.spec.as_ref()?;
        let holder = spec.holder_identity.clone().filter(|holder| !holder.is_empty())?;
        if holder == self.identity {
            return None;
        }
        let version = lease.metadata.resource_version.clone();
        let seen = match sighting {
            Some(seen) if seen.resource_version == version => seen,
            _ => sighting.insert(Sighting {
                resource_version: version,
                at: Instant::now(),
            }),
        };
        let seconds = spec.lease_duration_seconds.unwrap_or(0).max(1);
        let patience = Duration::from_secs(u64::from(seconds.unsigned_abs()));
        if seen.at.elapsed() < patience {
            return Some(holder);
        }
        tracing::info!(lease = self.label(), holder, "the holder has fallen silent");
        None
    }

    async fn take(&self, lease: ApiLease) -> kube::Result<Reached> {
        let sent = Instant::now();
        taken(sent, self.replace(lease).await)
    }

    /// Renews the Lease, held since `renewed`, until that fails for good.
    pub(super) async fn keep(&self, mut renewed: Instant) -> Error {
        let limit = self.limit();
        loop {
            let end = renewed + limit;
            self.leadership.hold_until(end);
            // Not beyond the end: the time may have begun long before we came here.
            if timeout_at(end, sleep(self.options.duration / 5)).await.is_err() {
                return self.lost(format!("not renewed for {limit:?}"));
            }
            // The others count from the write: it was not earlier than this, however late its answer comes.
            let asked = Instant::now();
            match timeout_at(end, self.within(self.attempt(), self.renew())).await {
                Ok(Ok(None)) => {
                    renewed = asked;
                    if self.complaints.over() {
                        tracing::info!(lease = self.label(), "the Lease can be renewed again");
                    }
                }
                Ok(Ok(Some(holder))) => return self.lost(format!("{holder} holds it")),
                Ok(Err(error)) if Instant::now() < end => {
                    self.complain(&error, "cannot renew the Lease; trying on");
                }
                Ok(Err(error)) => {
                    return self.lost(format!("not renewed for {limit:?}: {}", in_words(&error)));
                }
                Err(_) => return self.lost(format!("not renewed for {limit:?}: no answer")),
            }
        }
    }

    /// Renews; gives the holder when that is somebody else.
    async fn renew(&self) -> kube::Result<Option<String>> {
        loop {
            let lease = self.api.get(&self.options.name).await?;
            let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
            match holder {
                Some(holder) if holder == self.identity => match self.replace(lease).await {
                    // Somebody wrote between our reading and our writing: what is not written is not renewed, and the
                    // next reading says who it was. Whoever calls bounds the time.
                    Err(kube::Error::Api(status)) if status.code == 409 => {}
                    Err(error) => return Err(error),
                    Ok(_) => return Ok(None),
                },
                Some(holder) if !holder.is_empty() => return Ok(Some(holder)),
                _ => return Ok(Some("nobody".to_owned())),
            }
        }
    }

    /// Gives the Lease back, so that another need not wait; a connection that is dead is tried once and no more.
    pub(super) async fn release(&self) -> kube::Result<()> {
        let give_back = async {
            match self.within(RELEASE_WITHIN / 2, self.try_release()).await {
                Err(error) if !matches!(error, kube::Error::Api(_)) => self.try_release().await,
                outcome => outcome,
            }
        };
        self.within(RELEASE_WITHIN, give_back).await
    }

    /// Strikes out our signature, so that the others see at once that they are fewer; the Lease stays theirs.
    pub(super) async fn leave(&self) -> kube::Result<()> {
        let Some(members) = &self.members else {
            return Ok(());
        };
        let strike_out = async {
            let mut lease = self.api.get(&self.options.name).await?;
            let annotations = lease.metadata.annotations.get_or_insert_default();
            members.strike_out(annotations);
            let params = PostParams::default();
            self.api.replace(&self.options.name, &params, &lease).await?;
            Ok(())
        };
        self.within(RELEASE_WITHIN, strike_out).await
    }

    async fn try_release(&self) -> kube::Result<()> {
        let mut lease = self.api.get(&self.options.name).await?;
        let Some(spec) = &mut lease.spec else {
            return Ok(());
        };
        if spec.holder_identity.as_deref() != Some(self.identity.as_str()) {
            return Ok(());
        }
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        spec.renew_time = Some(MicroTime(Timestamp::now()));
        self.api
            .replace(&self.options.name, &PostParams::default(), &lease)
            .await?;
        Ok(())
    }

    /// After a renewal it leads for so long, and no longer.
    fn limit(&self) -> Duration {
        self.options.duration * 2 / 3
    }

    /// One try may take so long: short enough that a second one, on another connection, still comes in time.
    fn attempt(&self) -> Duration {
        (self.options.duration / 5).clamp(Duration::from_millis(500), Duration::from_secs(10))
    }

    async fn within<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = kube::Result<T>>,
    ) -> kube::Result<T> {
        match timeout(limit, call).await {
            Ok(outcome) => outcome,
            Err(_) => Err(kube::Error::Service(format!("no answer within {limit:?}").into())),
        }
    }

    fn complain(&self, error: &kube::Error, what: &'static str) {
        if let Some(unsaid) = self.complaints.note(&class_of(error)) {
            tracing::warn!(lease = self.label(), error = in_words(error), unsaid, "{what}");
        }
    }

    async fn replace(&self, mut lease: ApiLease) -> kube::Result<ApiLease> {
        lease.spec = Some(self.held(lease.spec.as_ref()));
        let lease = self.signed(lease);
        self.api
            .replace(&self.options.name, &PostParams::default(), &lease)
            .await
    }

    /// With our signature, where it is held by several together.
    fn signed(&self, mut lease: ApiLease) -> ApiLease {
        if let Some(members) = &self.members {
            let annotations = lease.metadata.annotations.get_or_insert_default();
            members.sign(annotations, self.options.duration * 2);
        }
        lease
    }

    fn held(&self, before: Option<&LeaseSpec>) -> LeaseSpec {
        let now = Some(MicroTime(Timestamp::now()));
        let ours = before.filter(|spec| spec.holder_identity.as_deref() == Some(self.identity.as_str()));
        let transitions = before.and_then(|spec| spec.lease_transitions).unwrap_or(0);
        LeaseSpec {
            acquire_time: ours
                .and_then(|spec| spec.acquire_time.clone())
                .or_else(|| now.clone()),
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: Some(
                i32::try_from(self.options.duration.as_millis().div_ceil(1000).max(1)).unwrap_or(i32::MAX),
            ),
            lease_transitions: Some(match ours {
                Some(_) => transitions,
                None => transitions.saturating_add(1),
            }),
            renew_time: now,
            ..LeaseSpec::default()
        }
    }

    fn lost(&self, why: String) -> Error {
        Error::LeaseLost {
            name: self.label(),
            why,
        }
    }

    fn label(&self) -> String {
        format!("{}/{}", self.options.namespace, self.options.name)
    }
}

/// Whether the Lease is ours now; somebody who was faster holds it else.
fn taken(sent: Instant, written: kube::Result<ApiLease>) -> kube::Result<Reached> {
    match written {
        Ok(_) => Ok(Reached::Ours(sent)),
        Err(kube::Error::Api(status)) if status.code == 409 => {
            Ok(Reached::HeldBy("another replica".to_owned()))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
