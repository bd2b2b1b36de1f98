//! The program itself: killed and started anew, and two of it with one Lease.

use std::net::SocketAddr;
use std::process::Command;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;

use crate::control_plane::Process;
use crate::stage::{RELEASE, RIGHT, Stage, WEAKER, eventually, http, run, spec};

/// A `zegel controller` on a leash.
pub struct Program {
    process: Process,
    address: Option<SocketAddr>,
}

impl Program {
    pub fn start(stage: &Stage, name: &str, more: &[&str]) -> Self {
        Self::start_as(stage, name, &stage.plane.account, more)
    }

    pub fn start_as(stage: &Stage, name: &str, kubeconfig: &std::path::Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
        command
            .env("KUBECONFIG", kubeconfig)
            .args([
                "controller",
                "--log-format",
                "json",
                "--bind",
                "127.0.0.1:0",
                "--identity",
                name,
            ])
            .args(["--namespace", &stage.namespace])
            .args(["--resolver", &stage.dns.address().to_string()])
            .args(["--authorities", "off"])
            .args(more);
        let log = stage.plane.dir().join(format!("{}-{name}.log", stage.namespace));
        Self {
            process: Process::spawn(command, log).unwrap(),
            address: None,
        }
    }

    /// Where it listens, once that was waited for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Waits until `/readyz` says so.
    pub async fn ready(&mut self) {
        let process = &self.process;
        eventually("the program listens", async || {
            listening(&process.output()).is_some()
        })
        .await;
        let address = listening(&self.process.output()).unwrap();
        self.address = Some(address);
        eventually("the program is ready", async || {
            http(address, "/readyz")
                .await
                .is_some_and(|(status, _)| status == 200)
        })
        .await;
    }

    pub async fn metrics(&self) -> String {
        match http(self.address.unwrap(), "/metrics").await {
            Some((_, metrics)) => metrics,
            None => String::new(),
        }
    }

    /// Waits until its log says this.
    pub async fn says(&self, words: &str) {
        let process = &self.process;
        eventually(&format!("the log says {words:?}"), async || {
            process.output().contains(words)
        })
        .await;
    }

    /// What `/readyz` says, once it listens.
    pub async fn readiness(&self) -> (u16, String) {
        let process = &self.process;
        eventually("the program listens", async || {
            listening(&process.output()).is_some()
        })
        .await;
        http(listening(&process.output()).unwrap(), "/readyz")
            .await
            .unwrap()
    }

    /// Whether it works rather than stands by.
    pub async fn leads(&self) -> bool {
        self.metrics().await.contains("zegel_leader 1")
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) {
        while !self.process.has_ended() {
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }

    /// All it has printed.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// The last lines it has printed.
    pub fn last_words(&self) -> String {
        self.process.last_words()
    }

    /// SIGTERM, to the program and not to the shell that holds its leash.
    pub fn terminate(&self) {
        let pid = said(&self.process.output(), "pid").unwrap();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

/// Where the program says it listens.
fn listening(output: &str) -> Option<SocketAddr> {
    said(output, "listening")?.parse().ok()
}

/// A field of the program's first line.
fn said(output: &str, field: &str) -> Option<String> {
    let line: serde_json::Value = output.lines().find_map(|line| serde_json::from_str(line).ok())?;
    match &line[field] {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[test]
fn killed_and_started_anew_it_tells_nothing_twice() {
    run(async {
        let stage = Stage::empty("killed").await;
        stage.create("voorbeeld-nl", spec()).await;
        let first = Program::start(&stage, "first", &[]);
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        // In the middle: the status may be written and the event not yet told.
        drop(first);
        let second = Program::start(&stage, "second", &[]);
        stage.told("voorbeeld-nl", &["InSync"]).await;
        stage.dns.set(WEAKER);
        drop(second);
        // What stands may wait a while for the first look of a process; a request does not.
        stage.annotate("voorbeeld-nl").await;
        let third = Program::start(&stage, "third", &[]);
        stage.ready("voorbeeld-nl", "False", "Unconfirmed").await;
        drop(third);
        let _fourth = Program::start(&stage, "fourth", &[]);
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        stage.told("voorbeeld-nl", &["InSync", "Drifted"]).await;
        assert_eq!(
            stage.story("voorbeeld-nl"),
            ["True InSync", "False Unconfirmed", "False Drifted"]
        );
        stage.end().await;
    });
}

#[test]
fn what_could_not_be_told_before_the_end_is_told_after_the_start() {
    run(async {
        let stage = Stage::empty("untold").await;
        let account = "mute";
        stage
            .plane
            .create_service_account("untold", account)
            .await
            .unwrap();
        let roles: Api<Role> = Api::namespaced(stage.plane.client(), "untold");
        let bindings: Api<RoleBinding> = Api::namespaced(stage.plane.client(), "untold");
        let role = |name: &str, rules: serde_json::Value| -> Role {
            serde_json::from_value(json!({"metadata": {"name": name}, "rules": rules})).unwrap()
        };
        let binding = |name: &str| -> RoleBinding {
            serde_json::from_value(json!({
                "metadata": {"name": name},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": "untold"}],
            }))
            .unwrap()
        };
        let params = PostParams::default();
        let look = json!([
            {"apiGroups": ["zegel.dev"], "resources": ["maildomains"], "verbs": ["get", "list", "watch"]},
            {"apiGroups": ["zegel.dev"], "resources": ["maildomains/status"], "verbs": ["patch"]},
        ]);
        roles.create(&params, &role("look", look)).await.unwrap();
        bindings.create(&params, &binding("look")).await.unwrap();
        let kubeconfig = stage.plane.kubeconfig_of("untold", account).await.unwrap();
        stage.create("voorbeeld-nl", spec()).await;
        let first = Program::start_as(&stage, "first", &kubeconfig, &[]);
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let output = || first.process.output();
        eventually("it cannot tell", async || {
            output().contains("cannot tell an event")
        })
        .await;
        drop(first);
        assert!(stage.events("voorbeeld-nl").await.is_empty());
        let tell = json!([{"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create"]}]);
        roles.create(&params, &role("tell", tell)).await.unwrap();
        bindings.create(&params, &binding("tell")).await.unwrap();
        for name in ["second", "third"] {
            let mut program = Program::start_as(&stage, name, &kubeconfig, &[]);
            program.ready().await;
            stage.told("voorbeeld-nl", &["InSync"]).await;
        }
        assert_eq!(stage.writes("voorbeeld-nl").await, 1);
        stage.end().await;
    });
}

#[test]
fn of_two_replicas_one_works_and_the_other_follows_it() {
    run(async {
        let stage = Stage::empty("replicas").await;
        let election = [
            "--leader-elect",
            "--lease-namespace",
            RELEASE,
            "--lease-duration",
            "3s",
        ];
        let mut a = Program::start(&stage, "a", &election);
        a.ready().await;
        eventually("a leads", async || a.leads().await).await;
        let mut b = Program::start(&stage, "b", &election);
        b.ready().await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        assert!(a.leads().await && !b.leads().await);
        eventually("the leader's series", async || {
            let ready = r#"{namespace="replicas",type="Ready",status="True",reason="InSync"} 1"#;
            a.metrics().await.contains(ready)
        })
        .await;
        let standby = b.metrics().await;
        assert!(
            standby.contains("zegel_leader 0") && !standby.contains("replicas"),
            "{standby}"
        );
        assert!(
            !standby.contains("zegel_dns_questions_total{"),
            "a standby asks no DNS:\n{standby}"
        );

        // The leader dies without a word.
        drop(a);
        eventually("b leads", async || b.leads().await).await;
        stage.dns.set(WEAKER);
        stage.annotate("voorbeeld-nl").await;
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        stage.told("voorbeeld-nl", &["InSync", "Drifted"]).await;

        // The leader stops in order, and gives the Lease back.
        let mut c = Program::start(&stage, "c", &election);
        c.ready().await;
        b.terminate();
        b.ended().await;
        assert!(
            b.process.last_words().contains("stopped"),
            "{}",
            b.process.last_words()
        );
        eventually("c leads", async || c.leads().await).await;

        // The Lease is taken from the leader: it stops at once, by itself.
        let leases: Api<Lease> = Api::namespaced(stage.plane.client(), RELEASE);
        let taken =
            Patch::Merge(json!({"spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 600}}));
        leases
            .patch("zegel", &PatchParams::default(), &taken)
            .await
            .unwrap();
        c.ended().await;
        let words = c.process.last_words();
        assert!(words.contains("was lost: somebody holds it"), "{words}");
        leases.delete("zegel", &DeleteParams::default()).await.unwrap();

        stage.dns.set(RIGHT);
        stage.annotate("voorbeeld-nl").await;
        let _d = Program::start(&stage, "d", &election);
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.told("voorbeeld-nl", &["InSync", "Drifted", "InSync"]).await;
        stage.end().await;
    });
}
