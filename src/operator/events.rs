//! Events of a MailDomain, each told once whoever tells it: the name says which transition it is.

use http::header::ACCEPT;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::Event as ApiEvent;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::{PostParams, Request};
use kube::{Client, Resource};

use super::apply::METADATA;
use super::object::Watched;
use crate::history::Event;
use crate::name::spread;

/// Tells something about the whole installation: an event of its Lease, which every installation with more than one
/// replica has.
///
/// # Errors
/// When the API server does not take it.
pub(super) async fn send_about_lease(
    client: &Client,
    instance: &str,
    (namespace, lease): &(String, String),
    (reason, warning, note): (&str, bool, &str),
    now: Timestamp,
) -> Result<(), kube::Error> {
    let told = ApiEvent {
        metadata: ObjectMeta {
            name: Some(format!("{lease}.{:016x}", spread(&format!("{reason} {now}")))),
            namespace: Some(namespace.clone()),
            ..ObjectMeta::default()
        },
        action: Some("Observe".to_owned()),
        event_time: Some(MicroTime(now)),
        note: Some(note.to_owned()),
        reason: Some(reason.to_owned()),
        regarding: Some(ObjectReference {
            api_version: Some("coordination.k8s.io/v1".to_owned()),
            kind: Some("Lease".to_owned()),
            namespace: Some(namespace.clone()),
            name: Some(lease.clone()),
            ..ObjectReference::default()
        }),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(instance.chars().take(128).collect()),
        type_: Some(if warning { "Warning" } else { "Normal" }.to_owned()),
        ..ApiEvent::default()
    };
    post(client, &told).await
}

/// Who tells: fits every client's filter on the reporting controller.
const CONTROLLER: &str = "zegel.dev/controller";

/// Tells `event` about `object`; that it was told before is fine.
///
/// # Errors
/// When the API server does not take it.
pub(super) async fn send(
    client: &Client,
    instance: &str,
    object: &Watched,
    event: &Event,
    now: Timestamp,
) -> Result<(), kube::Error> {
    let (namespace, name) = object.key();
    let told = ApiEvent {
        metadata: ObjectMeta {
            name: Some(event.name(name, object.uid())),
            namespace: Some(namespace.to_owned()),
            ..ObjectMeta::default()
        },
        action: Some("Observe".to_owned()),
        event_time: Some(MicroTime(now)),
        note: Some(event.note.clone()),
        reason: Some(event.reason.to_owned()),
        regarding: Some(ObjectReference {
            api_version: Some(Watched::api_version(&()).into_owned()),
            kind: Some(Watched::kind(&()).into_owned()),
            namespace: Some(namespace.to_owned()),
            name: Some(name.to_owned()),
            uid: Some(object.uid().to_owned()),
            ..ObjectReference::default()
        }),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(instance.chars().take(128).collect()),
        type_: Some(if event.warning { "Warning" } else { "Normal" }.to_owned()),
        ..ApiEvent::default()
    };
    match post(client, &told).await {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        sent => sent,
    }
}

/// Creates an event; what the API server makes of it is of no interest, and not read.
async fn post(client: &Client, event: &ApiEvent) -> Result<(), kube::Error> {
    let body = serde_json::to_vec(event).map_err(kube::Error::SerdeError)?;
    let url = ApiEvent::url_path(&(), event.metadata.namespace.as_deref());
    let mut request = Request::new(url)
        .create(&PostParams::default(), body)
        .map_err(kube::Error::BuildRequest)?;
    request.headers_mut().insert(ACCEPT, METADATA);
    // What the client's own span of this call is named.
    request.extensions_mut().insert("create_event");
    client.request_text(request).await.map(|_| ())
}
