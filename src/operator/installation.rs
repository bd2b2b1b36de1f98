//! What the API server says of an installation, for `zegel selfcheck`: the schema it serves, whether MailDomains can be
//! listed, who holds the Lease. It only reads, with the rights the controller has and those every account has.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, ListParams};
use kube::{Client, Config};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Error, Watched, shards};
use crate::api::MailDomainGrant;

/// No call is waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the API server publishes the schemas of our version.
const SCHEMAS: &str = "/openapi/v3/apis/zegel.dev/v1alpha1";

/// An installation, as the API server sees it.
#[derive(Clone)]
pub struct Installation {
    client: Client,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installation").finish_non_exhaustive()
    }
}

/// Who holds a Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// This one, and its time is not over.
    One(String),
    /// This one did not renew it in time, by our clock: it last did so long ago.
    Silent(String, SignedDuration),
    /// Nobody: it was given back, or never taken.
    Nobody,
}

/// The names of the Leases an installation holds while all of it works: of one that is called `name`, or of what is made
/// of it by shards or by the selector of one.
pub fn leases_of(name: &str, shards: u16, selector: Option<&str>) -> Vec<String> {
    let common = match selector {
        Some(selector) => shards::lease_of_selector(name, selector),
        None => name.to_owned(),
    };
    let parts = match shards {
        0 | 1 => 0..0,
        shards => 0..usize::from(shards),
    };
    let parts = parts.map(|number| shards::lease_of_shard(name, number, usize::from(shards)));
    std::iter::once(common).chain(parts).collect()
}

impl Installation {
    /// The cluster `config` names; nothing is sent yet.
    ///
    /// # Errors
    /// When the configuration makes no client.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let mut config = config.clone();
        config.connect_timeout = Some(PATIENCE);
        config.read_timeout = Some(PATIENCE);
        config.write_timeout = Some(PATIENCE);
        Ok(Self {
            client: Client::try_from(config)?,
        })
    }

    /// The schemas of `zegel.dev/v1alpha1` the API server serves; `None` when it serves no such version.
    ///
    /// # Errors
    /// When it refuses to say, or does not answer.
    pub async fn schemas(&self) -> Result<Option<Value>, Error> {
        let request = http::Request::get(SCHEMAS)
            .body(Vec::new())
            .map_err(kube::Error::HttpError)?;
        match self.client.request(request).await {
            Ok(document) => Ok(Some(document)),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
            Err(error) => Err(Error::Api(error)),
        }
    }

    /// Whether MailDomains can be listed, of one namespace or of all.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn list(&self, namespace: Option<&str>) -> Result<(), Error> {
        let api: Api<Watched> = match namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        };
        can_list(api).await
    }

    /// Whether MailDomainGrants can be listed.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn list_grants(&self) -> Result<(), Error> {
        can_list(Api::<MailDomainGrant>::all(self.client.clone())).await
    }

    /// Whether Namespaces can be listed, which grants may select by labels.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn list_namespaces(&self) -> Result<(), Error> {
        can_list(Api::<Namespace>::all(self.client.clone())).await
    }

    /// Who holds a Lease now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn holder(&self, namespace: &str, name: &str, now: Timestamp) -> Result<Holder, Error> {
        let api: Api<Lease> = Api::namespaced(self.client.clone(), namespace);
        let lease = api.get_opt(name).await.map_err(Error::Api)?;
        let spec = lease.and_then(|lease| lease.spec).unwrap_or_default();
        Ok(holder(&spec, now))
    }
}

/// Whether these can be listed.
async fn can_list<K: Clone + DeserializeOwned + std::fmt::Debug>(api: Api<K>) -> Result<(), Error> {
    let listed = api.list_metadata(&ListParams::default().limit(1)).await;
    listed.map(|_| ()).map_err(Error::Api)
}

/// Who holds a Lease that says this.
fn holder(spec: &LeaseSpec, now: Timestamp) -> Holder {
    let Some(name) = spec.holder_identity.clone().filter(|name| !name.is_empty()) else {
        return Holder::Nobody;
    };
    let lasts = SignedDuration::from_secs(spec.lease_duration_seconds.unwrap_or(0).max(1).into());
    match &spec.renew_time {
        Some(renewed) if now.duration_since(renewed.0) <= lasts => Holder::One(name),
        Some(renewed) => Holder::Silent(name, now.duration_since(renewed.0)),
        None => Holder::Silent(name, lasts),
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    use super::*;

    #[test]
    fn shards_have_leases_beside_the_common_one_and_a_selector_one_of_its_own() {
        assert_eq!(leases_of("zegel", 1, None), ["zegel"]);
        assert_eq!(
            leases_of("zegel", 2, None),
            ["zegel", "zegel-0-of-2", "zegel-1-of-2"]
        );
        let own = leases_of("zegel", 1, Some("team=a"));
        assert!(own.len() == 1 && own[0] != "zegel", "{own:?}");
    }

    #[test]
    fn a_lease_is_held_while_it_is_renewed_in_time() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let lease = |name: Option<&str>, seconds_ago: i64| LeaseSpec {
            holder_identity: name.map(str::to_owned),
            lease_duration_seconds: Some(15),
            renew_time: Some(MicroTime(now - SignedDuration::from_secs(seconds_ago))),
            ..LeaseSpec::default()
        };
        let one = || "zegel-1".to_owned();
        for (spec, want) in [
            (lease(Some("zegel-1"), 3), Holder::One(one())),
            (lease(Some("zegel-1"), 15), Holder::One(one())),
            // Whoever wrote it may have a clock that is ahead of ours.
            (lease(Some("zegel-1"), -5), Holder::One(one())),
            (
                lease(Some("zegel-1"), 16),
                Holder::Silent(one(), SignedDuration::from_secs(16)),
            ),
            (lease(Some(""), 1), Holder::Nobody),
            (lease(None, 1), Holder::Nobody),
            (LeaseSpec::default(), Holder::Nobody),
        ] {
            assert_eq!(holder(&spec, now), want, "{spec:?}");
        }
    }
}
