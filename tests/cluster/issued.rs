//! TLSA records that follow from certificates: CertificateRequests on a real API server, as cert-manager writes them, with its own
//! CRD. The controller has the rights of the chart with `certManager.enabled`, so none to a Secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
use serde_json::{Value, json};
use zegel::api::MailDomainStatus;
use zegel::records::dane::Tlsa;

use crate::control_plane::programs::file_of;
use crate::process::Program;
use crate::rights::account;
use crate::stage::{Stage, eventually, run, spec_with};

/// A domain whose host shows these certificates.
pub fn spec_of(certificates: &[&str]) -> Value {
    let refs: Vec<Value> = certificates.iter().map(|name| json!({"name": name})).collect();
    let hosts = json!([{"name": "mail.voorbeeld.nl"}]);
    spec_with(json!({"dane": {"certificateRefs": refs, "hosts": hosts}}))
}

/// The message of a finding.
pub fn finding(status: &MailDomainStatus, rule: &str) -> Option<String> {
    let status = serde_json::to_value(status).unwrap();
    let mut findings = status["findings"].as_array()?.iter();
    Some(
        findings.find(|finding| finding["rule"] == rule)?["message"]
            .as_str()?
            .to_owned(),
    )
}

fn requests(stage: &Stage) -> Api<DynamicObject> {
    let kind = GroupVersionKind::gvk("cert-manager.io", "v1", "CertificateRequest");
    let kind = ApiResource::from_gvk_with_plural(&kind, "certificaterequests");
    Api::namespaced_with(stage.plane.client(), &stage.namespace, &kind)
}

/// Installs cert-manager's own CRD of CertificateRequests, and waits until it is served.
pub async fn install(stage: &Stage) {
    install_kind(stage, "certificaterequests").await;
    let requests = requests(stage);
    eventually("CertificateRequests are served", async || {
        requests.list(&Default::default()).await.is_ok()
    })
    .await;
}

/// Installs cert-manager's own CRD of one kind, by its plural.
pub async fn install_kind(stage: &Stage, plural: &str) {
    let folder = file_of("cert-manager").unwrap();
    let text = std::fs::read_to_string(format!("{folder}/cert-manager.io_{plural}.yaml")).unwrap();
    let mut crd: CustomResourceDefinition = serde_saphyr::from_str(&text).unwrap();
    // They hold what its chart fills in.
    crd.metadata.labels = None;
    let name = crd.metadata.name.clone().unwrap();
    let definitions: Api<CustomResourceDefinition> = Api::all(stage.plane.client());
    let params = PatchParams::apply("zegel-tests").force();
    definitions
        .patch(&name, &params, &Patch::Apply(&crd))
        .await
        .unwrap();
    eventually(&format!("{name} is established"), async || {
        let status = definitions.get(&name).await.unwrap().status;
        let mut conditions = status
            .iter()
            .flat_map(|status| status.conditions.iter().flatten());
        conditions.any(|condition| condition.type_ == "Established" && condition.status == "True")
    })
    .await;
}

/// Waits until one request is kept of a certificate, that of this revision.
pub async fn one_request(stage: &Stage, certificate: &str, revision: i64) {
    let requests = requests(stage);
    let note = |object: &DynamicObject, what: &str| {
        let notes = object.metadata.annotations.as_ref()?;
        notes.get(&format!("cert-manager.io/certificate-{what}")).cloned()
    };
    eventually(&format!("one request is kept of {certificate}"), async || {
        let all = requests.list(&Default::default()).await.unwrap().items;
        let own: Vec<_> = all
            .iter()
            .filter(|object| note(object, "name").as_deref() == Some(certificate))
            .map(|object| note(object, "revision"))
            .collect();
        own == [Some(revision.to_string())]
    })
    .await;
}

/// `3 1 1` of a key.
fn record(key: &KeyPair) -> String {
    Tlsa::of_key(&key.subject_public_key_info()).to_string()
}

/// A CertificateRequest as cert-manager's controller makes it, and issues it where it is `ready`.
async fn request(stage: &Stage, certificate: &str, revision: u32, key: &KeyPair, ready: bool) {
    let params = CertificateParams::new(["mail.voorbeeld.nl".to_owned()]).unwrap();
    let csr = params.serialize_request(key).unwrap().pem().unwrap();
    let name = format!("{certificate}-{revision}");
    let object = json!({
        "apiVersion": "cert-manager.io/v1", "kind": "CertificateRequest",
        "metadata": {"name": name, "annotations": {
            "cert-manager.io/certificate-name": certificate,
            "cert-manager.io/certificate-revision": revision.to_string(),
            "cert-manager.io/private-key-secret-name": format!("{certificate}-key"),
        }},
        "spec": {"request": STANDARD.encode(csr), "issuerRef": {"name": "ca", "kind": "Issuer"}, "usages": ["server auth"]},
    });
    let object: DynamicObject = serde_json::from_value(object).unwrap();
    requests(stage)
        .create(&PostParams::default(), &object)
        .await
        .unwrap();
    if !ready {
        return;
    }
    let (ca, mut above) = (KeyPair::generate().unwrap(), CertificateParams::default());
    above.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let chain = above.self_signed(&ca).unwrap().pem();
    let leaf = params.signed_by(key, &Issuer::new(above, ca)).unwrap().pem();
    let status = json!({"status": {
        "certificate": STANDARD.encode(leaf + &chain),
        "conditions": [{"type": "Ready", "status": "True", "reason": "Issued", "lastTransitionTime": "2026-11-27T00:00:00Z"}],
    }});
    let patch = Patch::Merge(status);
    requests(stage)
        .patch_status(&name, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// What is desired at the host, and how it stands.
pub fn desired(status: &MailDomainStatus) -> (Vec<String>, String) {
    let status = serde_json::to_value(status).unwrap();
    let mut records = status["records"].as_array().unwrap().iter();
    let record = records.find(|record| record["standard"] == "DANE").unwrap();
    let values = record["desired"].as_array().cloned().unwrap_or_default();
    let values = values.iter().map(|value| value.as_str().unwrap().to_owned());
    (values.collect(), record["state"].as_str().unwrap().to_owned())
}

/// From nothing to two certificates, to a renewal with a new key: what is desired follows, and no Secret is read.
#[test]
fn current_and_next_are_desired_and_a_renewal_is_followed() {
    run(async {
        let stage = Stage::empty("issued").await;
        let kubeconfig = account(&stage, None).await;
        let mut program = Program::start_as(&stage, "zegel-0", &kubeconfig, &["--certificate-requests"]);
        program.ready().await;
        stage.create("voorbeeld-nl", spec_of(&["blue", "green"])).await;
        let name = "voorbeeld-nl";
        let status = stage
            .until(name, |status| finding(status, "DANE-040").is_some())
            .await;
        assert_eq!(desired(&status), (Vec::new(), "Unknown".to_owned()));
        let said = finding(&status, "DANE-040").unwrap();
        assert!(said.contains("no CertificateRequest of it is there"), "{said}");
        // A first look whose questions were not answered in time says that before.
        let says = "could not be judged: _25._tcp.mail.voorbeeld.nl (NoCertificate)";
        stage
            .until(name, |status| {
                let mut conditions = status.conditions.iter();
                let ready = conditions.find(|condition| condition.type_ == "Ready");
                ready.is_some_and(|ready| ready.reason == "DNSUnavailable" && ready.message.ends_with(says))
            })
            .await;
        let [blue, green, next] = [(); 3].map(|()| KeyPair::generate().unwrap());
        request(&stage, "blue", 1, &blue, true).await;
        request(&stage, "green", 1, &green, true).await;
        let sorted = |keys: &[&KeyPair]| {
            let mut all: Vec<String> = keys.iter().map(|key| record(key)).collect();
            all.sort();
            all
        };
        let until = async |keys: &[&KeyPair]| {
            let wanted = sorted(keys);
            stage.until(name, |status| desired(status).0 == wanted).await
        };
        let status = until(&[&blue, &green]).await;
        assert_eq!(desired(&status).1, "Missing");
        assert_eq!(finding(&status, "DANE-040"), None);
        let zone: Vec<String> = sorted(&[&blue, &green])
            .iter()
            .map(|record| format!("_25._tcp.mail.voorbeeld.nl 1 TLSA {record}"))
            .collect();
        stage.dns.set(&zone.join("\n"));
        stage.annotate(name).await;
        stage.until(name, |status| desired(status).1 == "InSync").await;
        // The idle one gets a new key: asked for, it is next; issued, it is current.
        request(&stage, "green", 2, &next, false).await;
        until(&[&blue, &green, &next]).await;
        requests(&stage)
            .delete("green-2", &DeleteParams::default())
            .await
            .unwrap();
        until(&[&blue, &green]).await;
        request(&stage, "green", 3, &next, true).await;
        until(&[&blue, &next]).await;
        let asked = stage.plane.asked_by("issued", "least").unwrap();
        assert!(asked.iter().all(|it| it.resource != "secrets" && it.code != 403));
        stage.end().await;
    });
}

/// Without the flag nothing is asked of cert-manager, and nothing is said to be in sync.
#[test]
fn without_the_flag_nobody_reads_certificates() {
    run(async {
        let stage = Stage::new("unread").await;
        stage.create("voorbeeld-nl", spec_of(&["blue"])).await;
        let status = stage
            .until("voorbeeld-nl", |status| finding(status, "DANE-040").is_some())
            .await;
        assert_eq!(desired(&status), (Vec::new(), "Unknown".to_owned()));
        let said = finding(&status, "DANE-040").unwrap();
        assert!(said.contains("--certificate-requests"), "{said}");
        stage.end().await;
    });
}
