//! Two tenants of a closed cluster who want one domain: the granted one has it, however young; the other learns of nobody;
//! and the page on it does what it says.

use std::process::Command;

use k8s_openapi::api::events::v1::Event;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::Client;
use kube::api::{Api, DynamicObject, ListParams, PostParams};
use serde_json::json;
use zegel::api::{MailDomain, MailDomainGrant};

use crate::control_plane::{ControlPlane, Process, client_from, run as run_command};
use crate::dns::DnsServer;
use crate::stage::{RELEASE, Stage, ZONE, eventually, run, spec};
use crate::tenancy::{closed, grant, revoke};

/// What both want in a test of this name.
fn domain(name: &str) -> String {
    format!("{name}.nl")
}

/// An object of another namespace that belongs to the stage's controller by its label.
async fn create_in(client: &Client, namespace: &str, name: &str, part: &str, domain: &str) {
    let mut object = json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
        "metadata": {"name": name, "labels": {"part": part}}, "spec": spec(),
    });
    object["spec"]["domain"] = domain.into();
    let api: Api<MailDomain> = Api::namespaced(client.clone(), namespace);
    let object = serde_json::from_value(object).unwrap();
    api.create(&PostParams::default(), &object).await.unwrap();
}

async fn reason_in(client: &Client, namespace: &str, name: &str) -> String {
    let api: Api<MailDomain> = Api::namespaced(client.clone(), namespace);
    let status = api.get(name).await.unwrap().status;
    status.and_then(|status| status.reason).unwrap_or_default()
}

/// The elder has no grant, then has one, and loses it. Seen by a controller that watches both, and by two that each watch
/// one of them and ask the API server for the other.
async fn the_granted_one_has_it(name: &str, parts: [&str; 2]) -> Stage {
    let mut stage = closed(name).await;
    // A domain of its own: claims are seen across the cluster, and so across tests.
    let domain = domain(name);
    stage.dns.set(&ZONE.replace("voorbeeld.nl", &domain));
    let other = format!("{name}-young");
    stage.plane.create_namespace(&other).await.unwrap();
    let client = stage.plane.client();
    stage.everywhere = Some(format!("part in ({}-{}, {}-{})", name, parts[0], name, parts[1]));
    if parts[0] != parts[1] {
        stage.everywhere = Some(format!("part={}-{}", name, parts[1]));
    }
    create_in(
        &client,
        name,
        "hidden-elder",
        &format!("{name}-{}", parts[0]),
        &domain,
    )
    .await;
    create_in(&client, &other, "young", &format!("{name}-{}", parts[1]), &domain).await;
    grant(&stage, &other, json!({"names": [other]}), &[&domain]).await;
    stage.start().await;
    eventually("the granted one has it, though younger", async || {
        reason_in(&client, &other, "young").await == "InSync"
    })
    .await;
    stage
}

#[test]
fn an_older_claim_without_a_grant_loses_to_a_younger_one_that_has_one() {
    run(async {
        let stage = the_granted_one_has_it("elders", ["one", "one"]).await;
        let client = stage.plane.client();
        eventually("the elder has no grant", async || {
            reason_in(&client, "elders", "hidden-elder").await == "NotGranted"
        })
        .await;
        grant(
            &stage,
            "elders",
            json!({"names": ["elders"]}),
            &[&domain("elders")],
        )
        .await;
        eventually("granted, the elder has it", async || {
            reason_in(&client, "elders", "hidden-elder").await == "InSync"
                && reason_in(&client, "elders-young", "young").await == "DomainConflict"
        })
        .await;
        revoke(&stage, "elders").await;
        eventually("revoked, it goes back", async || {
            reason_in(&client, "elders", "hidden-elder").await == "NotGranted"
                && reason_in(&client, "elders-young", "young").await == "InSync"
        })
        .await;
        revoke(&stage, "elders-young").await;
        stage.end().await;
    });
}

#[test]
fn an_older_claim_without_a_grant_that_another_controller_watches_stands_in_nobodys_way() {
    run(async {
        let stage = the_granted_one_has_it("apart", ["one", "two"]).await;
        revoke(&stage, "apart-young").await;
        stage.end().await;
    });
}

/// Everything that a tenant who may administer one namespace can read, where somebody else has the domain.
#[test]
fn who_has_no_grant_learns_of_nobody() {
    run(async {
        let stage = the_granted_one_has_it("secretive", ["one", "one"]).await;
        // Turned round: the tenant is the one without a grant.
        let (plane, tenant) = (&stage.plane, "secretive");
        let client = plane.client();
        eventually("the tenant is refused", async || {
            reason_in(&client, tenant, "hidden-elder").await == "NotGranted"
        })
        .await;
        plane.create_service_account(tenant, "tenant").await.unwrap();
        let binding: RoleBinding = serde_json::from_value(json!({
            "metadata": {"name": "tenant"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "zegel-view"},
            "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": tenant}],
        }))
        .unwrap();
        let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), tenant);
        bindings.create(&PostParams::default(), &binding).await.unwrap();
        let theirs = client_from(&plane.kubeconfig_of(tenant, "tenant").await.unwrap())
            .await
            .unwrap();
        let objects: Api<MailDomain> = Api::namespaced(theirs.clone(), tenant);
        eventually("the tenant may read", async || {
            objects.get("hidden-elder").await.is_ok()
        })
        .await;
        let object = objects.get("hidden-elder").await.unwrap();
        eventually("the event is told", async || {
            !stage.events("hidden-elder").await.is_empty()
        })
        .await;
        let events: Api<Event> = Api::namespaced(client.clone(), tenant);
        let events = events.list(&ListParams::default()).await.unwrap().items;
        let read = format!("{}\n{}", json!(object), json!(events));
        for secret in ["secretive-young", "\"young\""] {
            assert!(!read.contains(secret), "{secret} in {read}");
        }
        // Nor may they look elsewhere: at grants, or at MailDomains of others.
        let grants: Api<MailDomainGrant> = Api::all(theirs.clone());
        let all: Api<MailDomain> = Api::all(theirs);
        let code = |error: kube::Error| match error {
            kube::Error::Api(status) => status.code,
            other => panic!("{other}"),
        };
        assert_eq!(
            grants
                .list(&ListParams::default())
                .await
                .map_err(code)
                .unwrap_err(),
            403
        );
        assert_eq!(
            all.list(&ListParams::default()).await.map_err(code).unwrap_err(),
            403
        );
        // What metrics say of the tenant's object names nobody else.
        let metrics = stage.metrics().await;
        for line in metrics
            .lines()
            .filter(|line| line.contains("namespace=\"secretive\""))
        {
            assert!(!line.contains("young"), "{line}");
        }
        revoke(&stage, "secretive-young").await;
        stage.end().await;
    });
}

/// The commands of docs/tenancy.md, on a cluster of their own with a controller that looks after all of it.
#[test]
fn two_tenants_go_as_the_page_says() {
    run(async {
        let root = env!("CARGO_MANIFEST_DIR");
        let plane = ControlPlane::start().await.unwrap();
        let account = plane.install_chart(RELEASE, &["tenancy=Closed"]).await.unwrap();
        let dns = DnsServer::start(include_str!("../../dev/demo/zone.txt"));
        let mut controller = Command::new(env!("CARGO_BIN_EXE_zegel"));
        controller
            .env("KUBECONFIG", &account)
            .args([
                "controller",
                "--tenancy",
                "Closed",
                "--bind",
                "127.0.0.1:0",
                "--authorities",
                "off",
            ])
            .args(["--resolver", &dns.address().to_string()]);
        let controller = Process::spawn(controller, plane.dir().join("controller.log")).unwrap();
        let page = std::fs::read_to_string(format!("{root}/docs/tenancy.md")).unwrap();
        let steps = page.split("\n## Two tenants, step by step\n").nth(1).unwrap();
        let commands = steps
            .split("```sh\n")
            .nth(1)
            .unwrap()
            .split("\n```")
            .next()
            .unwrap();
        let kubectl = plane.kubectl().get_program().to_owned();
        let bin = std::path::Path::new(&kubectl);
        std::os::unix::fs::symlink(bin, plane.dir().join("kubectl")).unwrap();
        let path = format!("{}:{}", plane.dir().display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", commands])
            .current_dir(root)
            .env("PATH", path)
            .env("KUBECONFIG", plane.kubeconfig());
        run_command(shell).unwrap_or_else(|error| panic!("{error}\n{}", controller.last_words()));
        let wanted = "NAME       READY   STATUS     NAMESPACES   DOMAINS";
        assert!(steps.contains(wanted));
        eventually("the table is that of the page", async || {
            let mut get = plane.kubectl();
            get.args(["get", "maildomaingrants"]);
            let table = run_command(get).unwrap();
            let rows: Vec<Vec<&str>> = table
                .lines()
                .map(|line| line.split_whitespace().take(5).collect())
                .collect();
            let shown = steps
                .split("```text\n")
                .nth(1)
                .unwrap()
                .split("\n```")
                .next()
                .unwrap();
            let page: Vec<Vec<&str>> = shown
                .lines()
                .map(|line| line.split_whitespace().take(5).collect())
                .collect();
            rows == page
        })
        .await;
        let grants: Api<DynamicObject> = Api::all_with(
            plane.client(),
            &kube::api::ApiResource::erase::<MailDomainGrant>(&()),
        );
        let text = json!(grants.list(&ListParams::default()).await.unwrap().items).to_string();
        let status_names = text.contains("parked-example");
        assert!(!status_names, "a grant names no other object: {text}");
    });
}
