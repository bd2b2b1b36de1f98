//! cert-manager's own controllers on a real API server, with its own CRDs: they make the keys, the requests and the
//! certificates, and Zegel follows by the CertificateRequests alone, with the rights of the chart.

use std::process::Command;

use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use zegel::records::dane::Tlsa;
use zegel::transport::Certificate;

use crate::control_plane::{Process, tools};
use crate::issued::{self, desired, finding, install_kind, spec_of};
use crate::process::Program;
use crate::rights::account;
use crate::stage::{Stage, eventually, run};

const KINDS: [(&str, &str); 2] = [("Certificate", "certificates"), ("Issuer", "issuers")];

/// cert-manager at work in a stage's namespace.
struct CertManager<'s> {
    stage: &'s Stage,
    _process: Process,
}

impl<'s> CertManager<'s> {
    async fn start(stage: &'s Stage) -> Self {
        for (_, plural) in KINDS {
            install_kind(stage, plural).await;
        }
        let mut command = Command::new(&tools(&["cert-manager"]).unwrap()["cert-manager"]);
        command.arg(stage.plane.kubeconfig()).arg(&stage.namespace);
        let log = stage
            .plane
            .dir()
            .join(format!("{}-cert-manager.log", stage.namespace));
        Self {
            stage,
            _process: Process::spawn(command, log).unwrap(),
        }
    }

    fn api(&self, kind: &str) -> Api<DynamicObject> {
        let (_, plural) = KINDS.iter().find(|(known, _)| *known == kind).unwrap();
        let kind =
            ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("cert-manager.io", "v1", kind), plural);
        Api::namespaced_with(self.stage.plane.client(), &self.stage.namespace, &kind)
    }

    async fn create(&self, kind: &str, name: &str, spec: Value) {
        self.create_noted(kind, name, json!({}), spec).await;
    }

    async fn create_noted(&self, kind: &str, name: &str, notes: Value, spec: Value) {
        let meta = json!({"name": name, "annotations": notes});
        let object =
            json!({"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": meta, "spec": spec});
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        self.api(kind)
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    /// An authority of one's own: a root that signs itself, and below it the one that issues.
    async fn authority(&self) {
        self.create("Issuer", "itself", json!({"selfSigned": {}})).await;
        for (name, issuer) in [("root", "itself"), ("middle", "root")] {
            let spec = json!({
                "isCA": true, "commonName": name, "secretName": name, "privateKey": {"algorithm": "ECDSA"},
                "issuerRef": {"name": issuer, "kind": "Issuer"},
            });
            self.create("Certificate", name, spec).await;
            self.create("Issuer", name, json!({"ca": {"secretName": name}}))
                .await;
        }
    }

    /// A certificate of the mail host, whose key stays at its renewal or not.
    async fn certificate(&self, name: &str, rotation: &str) {
        let spec = json!({
            "secretName": name, "dnsNames": ["mail.voorbeeld.nl"],
            "privateKey": {"algorithm": "ECDSA", "rotationPolicy": rotation}, "issuerRef": {"name": "middle", "kind": "Issuer"},
        });
        let notes = json!({"zegel.dev/rotation-policy": rotation});
        self.create_noted("Certificate", name, notes, spec).await;
    }

    /// How often it was issued.
    async fn revision(&self, name: &str) -> i64 {
        let object = self.api("Certificate").get(name).await.unwrap();
        object.data["status"]["revision"].as_i64().unwrap_or(0)
    }

    async fn is_issued(&self, name: &str, revision: i64) {
        eventually(
            &format!("{name} is issued for the {revision}. time"),
            async || self.revision(name).await == revision,
        )
        .await;
    }

    /// Has it renewed now, as `cmctl renew` does.
    async fn renew(&self, name: &str) {
        let object = self.api("Certificate").get(name).await.unwrap();
        let mut conditions = object.data["status"]["conditions"].as_array().cloned().unwrap();
        conditions.push(json!({
            "type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "message": "by hand",
            "lastTransitionTime": "2026-11-27T00:00:00Z", "observedGeneration": object.metadata.generation,
        }));
        let patch = Patch::Merge(json!({"status": {"conditions": conditions}}));
        let params = PatchParams::default();
        self.api("Certificate")
            .patch_status(name, &params, &patch)
            .await
            .unwrap();
    }

    /// The key in a Secret, which this test may read, and Zegel may not.
    async fn key(&self, secret: &str) -> Tlsa {
        let secrets: Api<Secret> = Api::namespaced(self.stage.plane.client(), &self.stage.namespace);
        let secret = secrets.get(secret).await.unwrap();
        let der = CertificateDer::from_pem_slice(&secret.data.unwrap()["tls.crt"].0).unwrap();
        Tlsa::of_key(&Certificate::from_der(&der).unwrap().public_key_info)
    }
}

/// Issued, asked for, renewed with a new key and with the old one: what is desired follows each time, and no Secret is read.
#[test]
fn what_cert_manager_issues_and_is_asked_for_is_followed() {
    run(async {
        let stage = Stage::empty("cert-manager").await;
        let kubeconfig = account(&stage, None).await;
        let cert_manager = CertManager::start(&stage).await;
        cert_manager.authority().await;
        cert_manager.certificate("blue", "Never").await;
        cert_manager.certificate("green", "Always").await;
        let mut program = Program::start_as(&stage, "zegel-0", &kubeconfig, &["--certificate-requests"]);
        program.ready().await;
        let name = "voorbeeld-nl";
        stage.create(name, spec_of(&["blue", "green"])).await;
        for certificate in ["blue", "green"] {
            cert_manager.is_issued(certificate, 1).await;
        }
        let (blue, green) = (cert_manager.key("blue").await, cert_manager.key("green").await);
        let sorted = |records: &[&Tlsa]| {
            let mut all: Vec<String> = records.iter().map(ToString::to_string).collect();
            all.sort();
            all
        };
        let until = async |records: &[&Tlsa]| {
            let wanted = sorted(records);
            stage.until(name, |status| desired(status).0 == wanted).await
        };
        let status = until(&[&blue, &green]).await;
        assert_eq!(finding(&status, "DANE-040"), None);
        // Asked of an issuer that is not there yet, the new key is next, for as long as it takes.
        let later = json!({"spec": {"issuerRef": {"name": "later", "kind": "Issuer"}}});
        let (params, patch) = (PatchParams::default(), Patch::Merge(later));
        cert_manager
            .api("Certificate")
            .patch("green", &params, &patch)
            .await
            .unwrap();
        let status = stage.until(name, |status| desired(status).0.len() == 3).await;
        let others = sorted(&[&blue, &green]);
        let next = desired(&status)
            .0
            .into_iter()
            .find(|record| !others.contains(record))
            .unwrap();
        assert_eq!(cert_manager.key("green").await, green, "it is not issued yet");
        cert_manager
            .create("Issuer", "later", json!({"ca": {"secretName": "middle"}}))
            .await;
        cert_manager.is_issued("green", 2).await;
        let new = cert_manager.key("green").await;
        assert_eq!(
            new.to_string(),
            next,
            "the key that was asked for is the one that came"
        );
        until(&[&blue, &new]).await;
        // A renewal by which the key stays changes nothing.
        cert_manager.renew("blue").await;
        cert_manager.is_issued("blue", 2).await;
        assert_eq!(cert_manager.key("blue").await, blue);
        issued::one_request(&stage, "blue", 2).await;
        let token = stage.annotate(name).await;
        let status = stage
            .until(name, |status| {
                status.last_handled_reconcile_at.as_deref() == Some(&token)
            })
            .await;
        assert_eq!(desired(&status).0, sorted(&[&blue, &new]));
        // One alone is enough where its key stays, as its annotation says, which cert-manager copies.
        stage.edit(name, spec_of(&["green"])).await;
        stage
            .until(name, |status| finding(status, "DANE-041").is_some())
            .await;
        stage.edit(name, spec_of(&["blue"])).await;
        let status = until(&[&blue]).await;
        assert_eq!(finding(&status, "DANE-041"), None);
        // The chain that was issued holds the authority that did it.
        let mut spec = spec_of(&["blue"]);
        spec["dane"]["scheme"] = json!("CurrentAndIssuer");
        stage.edit(name, spec).await;
        let issuer = Tlsa {
            usage: 2,
            ..cert_manager.key("middle").await
        };
        let status = until(&[&blue, &issuer]).await;
        assert_eq!(finding(&status, "DANE-042"), None);
        let asked = stage.plane.asked_by(&stage.namespace, "least").unwrap();
        assert!(asked.iter().any(|it| it.resource == "certificaterequests"));
        assert!(asked.iter().all(|it| it.resource != "secrets" && it.code != 403));
        stage.end().await;
    });
}
