//! Leader election over a coordination.k8s.io/v1 Lease: one replica writes, the others wait.
//!
//! Every write carries the resourceVersion that was read, so of two replicas that reach for a free Lease one gets it.
//! Clocks of others are not trusted: a holder counts as gone when its Lease has not changed for its whole duration by
//! our own clock. Whoever holds the Lease and cannot renew it in two thirds of that time must stop before another may
//! start, and whoever stops in order gives it back at once.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease as ApiLease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::Client;
use kube::api::{Api, PostParams};
use tokio::time::{Instant, sleep, timeout_at};

use super::Error;

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

/// One replica's view of the Lease.
pub(super) struct Lease {
    api: Api<ApiLease>,
    options: LeaseOptions,
    identity: String,
}

/// What a Lease said when it was last seen to change.
struct Sighting {
    resource_version: Option<String>,
    at: Instant,
}

impl Lease {
    pub(super) fn new(client: Client, options: LeaseOptions, identity: String) -> Self {
        Self {
            api: Api::namespaced(client, &options.namespace),
            options,
            identity,
        }
    }

    /// Waits until this replica holds the Lease.
    pub(super) async fn acquire(&self) {
        let mut sighting: Option<Sighting> = None;
        let mut said = None;
        loop {
            match self.try_acquire(&mut sighting).await {
                Ok(None) => return,
                Ok(Some(holder)) => {
                    if said.as_ref() != Some(&holder) {
                        tracing::info!(lease = self.label(), holder, "standing by");
                        said = Some(holder);
                    }
                }
                Err(error) => {
                    tracing::warn!(lease = self.label(), %error, "cannot read the Lease; trying on")
                }
            }
            sleep(self.options.duration / 7).await;
        }
    }

    /// Takes the Lease if it is free; else says who holds it.
    async fn try_acquire(&self, sighting: &mut Option<Sighting>) -> kube::Result<Option<String>> {
        let Some(lease) = self.api.get_opt(&self.options.name).await? else {
            let lease = ApiLease {
                metadata: ObjectMeta {
                    name: Some(self.options.name.clone()),
                    namespace: Some(self.options.namespace.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(self.held(None)),
            };
            return taken(self.api.create(&PostParams::default(), &lease).await);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.clone().filter(|holder| !holder.is_empty());
        let Some(holder) = holder.filter(|holder| *holder != self.identity) else {
            return taken(self.replace(lease).await);
        };
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
            return Ok(Some(holder));
        }
        tracing::info!(lease = self.label(), holder, "the holder has fallen silent");
        taken(self.replace(lease).await)
    }

    /// Renews the Lease until that fails for good.
    pub(super) async fn keep(&self) -> Error {
        let limit = self.options.duration * 2 / 3;
        let mut renewed = Instant::now();
        loop {
            sleep(self.options.duration / 5).await;
            let end = renewed + limit;
            // The others count from the write: it was not earlier than this, however late its answer comes.
            let asked = Instant::now();
            match timeout_at(end, self.renew()).await {
                Ok(Ok(None)) => renewed = asked,
                Ok(Ok(Some(holder))) => return self.lost(format!("{holder} holds it")),
                Ok(Err(error)) if Instant::now() < end => {
                    tracing::warn!(lease = self.label(), %error, "cannot renew the Lease; trying on");
                }
                Ok(Err(error)) => return self.lost(format!("not renewed for {limit:?}: {error}")),
                Err(_) => return self.lost(format!("not renewed for {limit:?}: no answer")),
            }
        }
    }

    /// Renews; gives the holder when that is somebody else.
    async fn renew(&self) -> kube::Result<Option<String>> {
        let lease = self.api.get(&self.options.name).await?;
        let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.clone());
        match holder {
            Some(holder) if holder == self.identity => match self.replace(lease).await {
                // Somebody wrote between our reading and our writing: the next reading says who.
                Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
                Err(error) => Err(error),
                Ok(_) => Ok(None),
            },
            Some(holder) if !holder.is_empty() => Ok(Some(holder)),
            _ => Ok(Some("nobody".to_owned())),
        }
    }

    /// Gives the Lease back, so that another need not wait.
    pub(super) async fn release(&self) -> kube::Result<()> {
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

    async fn replace(&self, mut lease: ApiLease) -> kube::Result<ApiLease> {
        lease.spec = Some(self.held(lease.spec.as_ref()));
        self.api
            .replace(&self.options.name, &PostParams::default(), &lease)
            .await
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
fn taken(written: kube::Result<ApiLease>) -> kube::Result<Option<String>> {
    match written {
        Ok(_) => Ok(None),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(Some("another replica".to_owned())),
        Err(error) => Err(error),
    }
}
