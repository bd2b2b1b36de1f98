//! The request that applies a status: the object it is about, and the status as the JSON it is already.

use std::borrow::Cow;

use http::HeaderValue;
use http::header::ACCEPT;
use kube::api::{Patch, PatchParams, Request};
use kube::{Client, Resource};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::object::Watched;

/// Whose fields they are.
pub(super) const FIELD_MANAGER: &str = "zegel-controller";

/// Of which version of which object a status is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct About<'s> {
    pub(super) api_version: Cow<'s, str>,
    pub(super) kind: Cow<'s, str>,
    pub(super) metadata: Identity<'s>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity<'s> {
    pub(super) name: &'s str,
    pub(super) namespace: &'s str,
    pub(super) uid: &'s str,
    pub(super) resource_version: &'s str,
}

/// What is wanted in answer to a write: not the object, which the watch brings anyway.
pub(super) const METADATA: HeaderValue =
    HeaderValue::from_static("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

/// So long is what is said of which object it is, and seldom longer.
const ABOUT: usize = 512;

/// The object that is applied: what it is about, and the status, which is JSON already.
fn body(about: &About<'_>, status: &str) -> Result<Vec<u8>, kube::Error> {
    let mut body = Vec::with_capacity(status.len() + ABOUT);
    serde_json::to_writer(&mut body, about).map_err(kube::Error::SerdeError)?;
    body.pop();
    for part in [",\"status\":", status, "}"] {
        body.extend_from_slice(part.as_bytes());
    }
    Ok(body)
}

/// Applies a status; gives the version that it made.
pub(super) async fn send(client: &Client, about: &About<'_>, status: &str) -> Result<String, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Versioned {
        resource_version: String,
    }
    #[derive(Deserialize)]
    struct Answer {
        metadata: Versioned,
    }
    let Identity { name, namespace, .. } = about.metadata;
    // What is applied comes as YAML to an API server: to say which fields it does not know it would parse all of it once more.
    let params = PatchParams::apply(FIELD_MANAGER).force().validation_ignore();
    let mut request = Request::new(Watched::url_path(&(), Some(namespace)))
        .patch_subresource("status", name, &params, &Patch::Apply(()))
        .map_err(kube::Error::BuildRequest)?;
    *request.body_mut() = body(about, status)?;
    request.headers_mut().insert(ACCEPT, METADATA);
    // What the client's own span of this call is named.
    request.extensions_mut().insert("patch_status");
    let answer: Answer = client.request(request).await?;
    Ok(answer.metadata.resource_version)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_applied_is_the_object_and_its_status() {
        let about = About {
            api_version: "zegel.dev/v1alpha1".into(),
            kind: "MailDomain".into(),
            metadata: Identity {
                name: "a",
                namespace: "n",
                uid: "u",
                resource_version: "7",
            },
        };
        let body = body(&about, r#"{"reason":"a \"}"}"#).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({
                "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
                "metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "7"},
                "status": {"reason": "a \"}"},
            })
        );
    }
}
