//! A MailDomain as it is watched: whatever its spec or status holds, it can be read.
//!
//! A typed list fails as a whole when one object in it does not parse, and then one bad object stops everybody. Here
//! spec and status are decoded each for itself: a spec that cannot be read is kept as the sentence that says why, a
//! status that cannot be read counts as none.

use std::borrow::Cow;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::runtime::reflector::ObjectRef;
use serde::{Deserialize, Deserializer};

use crate::api::{MailDomain, MailDomainSpec, MailDomainStatus};

/// A MailDomain, or as much of it as could be read.
#[derive(Debug, Clone)]
pub struct Watched {
    meta: ObjectMeta,
    /// The spec, or why it cannot be read.
    pub spec: Result<MailDomainSpec, String>,
    /// The status; one that cannot be read counts as none.
    pub status: Option<MailDomainStatus>,
}

impl Watched {
    /// `namespace/name`'s two parts; empty where the API server left one out, which it never does.
    pub fn key(&self) -> (&str, &str) {
        (
            self.meta.namespace.as_deref().unwrap_or_default(),
            self.meta.name.as_deref().unwrap_or_default(),
        )
    }

    /// The uid: another one means another object, whatever its name.
    pub fn uid(&self) -> &str {
        self.meta.uid.as_deref().unwrap_or_default()
    }

    /// The generation: counts the changes of the spec.
    pub fn generation(&self) -> i64 {
        self.meta.generation.unwrap_or_default()
    }

    /// The domain, when the spec can be read.
    pub fn domain(&self) -> &str {
        self.spec.as_ref().map_or("", |spec| spec.domain.as_str())
    }

    /// How the controller's queue names it.
    pub fn reference(&self) -> ObjectRef<Self> {
        ObjectRef::from_obj(self)
    }
}

impl<'de> Deserialize<'de> for Watched {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default)]
            metadata: ObjectMeta,
            #[serde(default)]
            spec: serde_json::Value,
            #[serde(default)]
            status: serde_json::Value,
        }
        let raw = Raw::deserialize(deserializer)?;
        let mut meta = raw.metadata;
        // Never read, and often longer than all the rest.
        meta.managed_fields = None;
        Ok(Self {
            meta,
            spec: serde_json::from_value(raw.spec).map_err(|error| format!("spec: {error}")),
            status: serde_json::from_value(raw.status).unwrap_or_default(),
        })
    }
}

impl Resource for Watched {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        MailDomain::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        MailDomain::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        MailDomain::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        MailDomain::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_spec_and_a_bad_status_cost_only_themselves() {
        let object: Watched = serde_json::from_value(json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
            "metadata": {"name": "a", "namespace": "n", "uid": "u", "generation": 3},
            "spec": {"domain": "a.nl", "role": "Fortress"},
            "status": {"records": "none"},
        }))
        .unwrap();
        assert_eq!(
            (object.key(), object.uid(), object.generation()),
            (("n", "a"), "u", 3)
        );
        assert!(
            object.spec.as_ref().unwrap_err().contains("Fortress"),
            "{:?}",
            object.spec
        );
        assert_eq!(object.status, None);
    }

    #[test]
    fn a_good_object_is_read_whole() {
        let object: Watched = serde_json::from_value(json!({
            "metadata": {"name": "a", "namespace": "n", "managedFields": [{"manager": "m"}]},
            "spec": {"domain": "a.nl", "role": "Mail"},
            "status": {"observedGeneration": -1},
        }))
        .unwrap();
        assert_eq!(object.domain(), "a.nl");
        assert_eq!(object.status.unwrap().observed_generation, Some(-1));
        assert_eq!(object.meta.managed_fields, None);
    }
}
