//! A MailDomain as it is watched: whatever its spec or status holds, it can be read.
//!
//! A typed list fails as a whole when one object in it does not parse, and then one bad object stops everybody. Here
//! spec and status are decoded each for itself: a spec that cannot be read is kept as the sentence that says why, a
//! status that cannot be read counts as none, but for what metrics count: that is read by itself.
//!
//! There are tens of thousands of them, each read a few times an hour: what only passes need is packed, what metrics
//! count is shared by all that say the same, and what nobody reads is dropped while decoding.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::Resource;
use kube::runtime::reflector::ObjectRef;
use serde::{Deserialize, Deserializer};

use super::claims::Key;
use super::labels::{ObjectLabels, Values};
use super::packed::{Dictionary, Packed};
use super::shape::{Gist, Shape};
use super::text::Text;
use crate::api::{MailDomain, MailDomainSpec, MailDomainStatus};
use crate::history::{FLUX_REQUESTED_AT, REQUESTED_AT};
use crate::intent::claims;

/// What specs are like, and what statuses are.
static SPECS: Dictionary = Dictionary::new();
static STATUSES: Dictionary = Dictionary::new();

/// A MailDomain, or as much of it as could be read. What only passes need is packed; cloning shares it.
#[derive(Debug, Clone)]
pub struct Watched {
    meta: ObjectMeta,
    /// What is carried of its labels into series.
    labels: Option<Values>,
    /// Changes whenever an annotation does.
    notes: u64,
    /// The spec, or why it cannot be read.
    spec: Result<Spec, Arc<str>>,
    /// The status; one that cannot be read counts as none.
    status: Option<Kept>,
}

#[derive(Debug, Clone)]
struct Spec {
    domain: Arc<str>,
    is_suspended: bool,
    /// Whether it claims the domain.
    claims: bool,
    whole: Packed<MailDomainSpec>,
}

#[derive(Debug, Clone)]
struct Kept {
    shape: Arc<Shape>,
    last_observation: Option<Timestamp>,
    whole: Packed<MailDomainStatus>,
}

impl Watched {
    /// The spec.
    ///
    /// # Errors
    /// A sentence that says why it cannot be read.
    pub fn spec(&self) -> Result<MailDomainSpec, String> {
        let spec = self.spec.as_ref().map_err(|why| why.to_string())?;
        spec.whole.read().map_err(|error| format!("spec: {error}"))
    }

    /// Whether the spec can be read.
    pub(super) fn is_readable(&self) -> bool {
        self.spec.is_ok()
    }

    /// Whether nobody is to look at it.
    pub(super) fn is_suspended(&self) -> bool {
        self.spec.as_ref().is_ok_and(|spec| spec.is_suspended)
    }

    /// The status.
    pub fn status(&self) -> Option<MailDomainStatus> {
        self.status.as_ref()?.whole.read().ok()
    }

    /// What the status comes to.
    pub(super) fn shape(&self) -> Option<&Shape> {
        self.status.as_ref().map(|status| &*status.shape)
    }

    /// When the last complete observation was made, by the status.
    pub(super) fn last_observation(&self) -> Option<Timestamp> {
        self.status.as_ref()?.last_observation
    }

    /// Another status.
    #[cfg(test)]
    pub(super) fn change_status(&mut self, change: impl FnOnce(&mut MailDomainStatus)) {
        let mut status = self.status().unwrap_or_default();
        change(&mut status);
        self.status = serde_json::to_value(&status)
            .ok()
            .and_then(|json| serde_json::from_value(json).ok())
            .and_then(|json| Kept::read(&json));
    }

    /// Another domain, in metrics.
    #[cfg(test)]
    pub(super) fn set_domain(&mut self, domain: &str) {
        if let Ok(spec) = &mut self.spec {
            spec.domain = domain.into();
        }
    }

    /// From now on it has these of its labels and no others: nobody else reads them.
    pub(super) fn carry(&mut self, labels: &ObjectLabels) {
        self.labels = labels.of(self.meta.labels.take().as_ref());
    }

    /// What is carried of its labels into series.
    pub(super) fn labels(&self) -> Option<&Values> {
        self.labels.as_ref()
    }

    /// Another one whenever an annotation was changed.
    pub(super) fn notes(&self) -> u64 {
        self.notes
    }

    /// `namespace/name`'s two parts; empty where the API server left one out, which it never does.
    pub fn key(&self) -> (&str, &str) {
        (
            self.meta.namespace.as_deref().unwrap_or_default(),
            self.meta.name.as_deref().unwrap_or_default(),
        )
    }

    /// The same, to keep.
    pub(super) fn owned_key(&self) -> Key {
        let (namespace, name) = self.key();
        (namespace.to_owned(), name.to_owned())
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
        self.spec.as_ref().map_or("", |spec| &*spec.domain)
    }

    /// The domain that it claims, if it does.
    pub(super) fn claimed(&self) -> Option<&str> {
        let spec = self.spec.as_ref().ok()?;
        spec.claims.then_some(&*spec.domain)
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
            metadata: Meta,
            #[serde(default)]
            spec: Text,
            #[serde(default)]
            status: Text,
        }
        let raw = Raw::deserialize(deserializer)?;
        let mut hasher = DefaultHasher::new();
        raw.metadata.annotations.hash(&mut hasher);
        Ok(Self {
            meta: raw.metadata.kept(),
            // Once it is known which.
            labels: None,
            notes: hasher.finish(),
            spec: Spec::read(&raw.spec).map_err(|error| format!("spec: {error}").into()),
            status: Kept::read(&raw.status),
        })
    }
}

/// What of an object's metadata is read at all: who manages which field is often longer than all the rest.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Meta {
    namespace: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
    generation: Option<i64>,
    creation_timestamp: Option<Time>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
}

impl Meta {
    /// The same, with the annotations that are requests.
    fn kept(self) -> ObjectMeta {
        ObjectMeta {
            namespace: self.namespace,
            name: self.name,
            uid: self.uid,
            resource_version: self.resource_version,
            generation: self.generation,
            creation_timestamp: self.creation_timestamp,
            labels: self.labels,
            annotations: self
                .annotations
                .map(requests)
                .filter(|requests| !requests.is_empty()),
            ..ObjectMeta::default()
        }
    }
}

impl Spec {
    fn read(json: &Text) -> serde_json::Result<Self> {
        let spec: MailDomainSpec = json.read()?;
        Ok(Self {
            domain: spec.domain.as_str().into(),
            is_suspended: spec.suspend == Some(true),
            claims: claims(&spec),
            whole: Packed::of(json.as_str(), &SPECS),
        })
    }
}

impl Kept {
    fn read(json: &Text) -> Option<Self> {
        let gist: Gist<'_> = serde_json::from_str::<Option<_>>(json.as_str()).ok()??;
        Some(Self {
            shape: Shape::of(&gist),
            last_observation: gist.last_observation.as_ref().map(|time| time.0),
            whole: Packed::of(json.as_str(), &STATUSES),
        })
    }
}

/// The annotations that a pass reads.
fn requests(annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let wanted = |key: &str| [REQUESTED_AT, FLUX_REQUESTED_AT].contains(&key);
    annotations.into_iter().filter(|(key, _)| wanted(key)).collect()
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
            object.spec().unwrap_err().contains("Fortress"),
            "{:?}",
            object.spec()
        );
        assert_eq!(object.status(), None);
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
        assert_eq!(object.status().unwrap().observed_generation, Some(-1));
        assert_eq!(object.meta.managed_fields, None);
    }
}
