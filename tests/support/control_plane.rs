//! A real control plane for tests and the demo: etcd and kube-apiserver on loopback, gone when dropped.
//!
//! The programs come from `dev/control-plane`, which builds them once. Everything else is made here: certificates,
//! ports, kubeconfig files. There is no kubelet and no controller manager, so pods never run, namespaces never finish
//! terminating and no default ServiceAccount appears; the API itself (CRDs, CEL, RBAC, server-side apply, watches,
//! events, leases, tokens) is the real one.
//!
//! No child outlives the process that started it, even one that is killed: each runs under a `sh` that reads a pipe
//! held here, and kills its child when the pipe ends.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

#[path = "control_plane/audit.rs"]
mod audit;
#[path = "control_plane/certificates.rs"]
mod certificates;
#[path = "control_plane/process.rs"]
mod process;
#[path = "control_plane/programs.rs"]
pub mod programs;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{
    Api, ApiResource, DynamicObject, GroupVersionKind, ObjectMeta, Patch, PatchParams, PostParams,
};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tempfile::TempDir;

pub use self::audit::Asked;
use self::certificates::certificates;
pub use self::process::Process;
use self::process::free_ports;
pub use self::programs::{run, run_with_input};

/// What went wrong, in words for the person who started the test.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A running control plane.
pub struct ControlPlane {
    // Dropped in this order: the API server first, its files last.
    apiserver: Process,
    etcd: Process,
    tools: BTreeMap<String, PathBuf>,
    client: Client,
    server: String,
    kubeconfig: PathBuf,
    dir: TempDir,
}

impl ControlPlane {
    /// Starts etcd and kube-apiserver and waits for `/readyz`.
    ///
    /// # Errors
    /// When the programs cannot be had or do not come up; the last lines of their logs are in the message.
    pub async fn start() -> Result<Self, Error> {
        let tools = tools(&["etcd", "kube-apiserver", "kubectl"])?;
        // A free port can be taken by somebody else between our look and the child's: look again.
        let mut last = None;
        for _ in 0..3 {
            match Self::try_start(tools.clone()).await {
                Ok(plane) => return Ok(plane),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "not started".into()))
    }

    async fn try_start(tools: BTreeMap<String, PathBuf>) -> Result<Self, Error> {
        let dir = tempfile::Builder::new()
            .prefix("zegel-control-plane-")
            .tempdir()?;
        let path = |name: &str| dir.path().join(name);
        certificates(dir.path())?;
        let [client_port, peer_port, api_port] = free_ports()?;
        let (etcd_client, etcd_peer) = (
            format!("http://127.0.0.1:{client_port}"),
            format!("http://127.0.0.1:{peer_port}"),
        );
        let server = format!("https://127.0.0.1:{api_port}");

        let mut command = Command::new(&tools["etcd"]);
        command
            .arg("--data-dir")
            .arg(path("etcd"))
            .args(["--unsafe-no-fsync", "--log-level", "warn"])
            .args([
                "--listen-client-urls",
                &etcd_client,
                "--advertise-client-urls",
                &etcd_client,
            ])
            .args([
                "--listen-peer-urls",
                &etcd_peer,
                "--initial-advertise-peer-urls",
                &etcd_peer,
            ])
            .args(["--initial-cluster", &format!("default={etcd_peer}")]);
        let etcd = Process::spawn(command, path("etcd.log"))?;

        let mut command = Command::new(&tools["kube-apiserver"]);
        command
            .args(["--etcd-servers", &etcd_client])
            .args([
                "--bind-address",
                "127.0.0.1",
                "--secure-port",
                &api_port.to_string(),
            ])
            .args(["--authorization-mode", "RBAC", "--anonymous-auth=false"])
            .args([
                "--endpoint-reconciler-type",
                "none",
                "--service-cluster-ip-range",
                "10.0.0.0/24",
            ])
            .args(["--service-account-issuer", "https://zegel.test"]);
        for (flag, file) in [
            ("--service-account-key-file", "service-account.pub"),
            ("--service-account-signing-key-file", "service-account.key"),
            ("--client-ca-file", "ca.crt"),
            ("--tls-cert-file", "server.crt"),
            ("--tls-private-key-file", "server.key"),
        ] {
            command.arg(flag).arg(path(file));
        }
        audit::keep(&mut command, dir.path())?;
        let mut apiserver = Process::spawn(command, path("kube-apiserver.log"))?;

        let kubeconfig = path("kubeconfig");
        let user = "{client-certificate: admin.crt, client-key: admin.key}";
        write_kubeconfig(&kubeconfig, &server, user)?;
        let client = client_from(&kubeconfig).await?;
        apiserver.wait_ready(&client).await?;
        Ok(Self {
            apiserver,
            etcd,
            tools,
            client,
            server,
            kubeconfig,
            dir,
        })
    }

    /// A client that may do everything.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A kubeconfig file that may do everything. It names its certificates relative to itself.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The API server's URL.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// A folder of this control plane's own, gone with it.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// `kubectl`, pointed here.
    pub fn kubectl(&self) -> Command {
        let mut command = Command::new(&self.tools["kubectl"]);
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        command.env("HOME", self.dir.path());
        command
    }

    /// `helm`, pointed here.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn helm(&self) -> Result<Command, Error> {
        let mut command = helm()?;
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", self.dir.path());
        Ok(command)
    }

    /// Installs the CRDs as the types have them, and waits until they are served.
    ///
    /// # Errors
    /// When the API server refuses it, or does not serve it in time.
    pub async fn install_crd(&self) -> Result<(), Error> {
        for crd in zegel::api::crds() {
            self.install(crd).await?;
        }
        Ok(())
    }

    async fn install(&self, crd: CustomResourceDefinition) -> Result<(), Error> {
        let definitions: Api<CustomResourceDefinition> = Api::all(self.client());
        let name = crd.metadata.name.clone().unwrap_or_default();
        let params = PatchParams::apply("zegel-tests").force();
        definitions.patch(&name, &params, &Patch::Apply(&crd)).await?;
        let established = kube::runtime::conditions::is_crd_established();
        let wait = kube::runtime::wait::await_condition(definitions, &name, established);
        tokio::time::timeout(Duration::from_secs(30), wait).await??;
        // Established is said before every endpoint serves it.
        let names = &crd.spec.names;
        let version = GroupVersionKind::gvk(&crd.spec.group, "v1alpha1", &names.kind);
        let resource = ApiResource::from_gvk_with_plural(&version, &names.plural);
        let objects: Api<DynamicObject> = Api::all_with(self.client(), &resource);
        let began = Instant::now();
        while let Err(error) = objects.list(&Default::default()).await {
            if began.elapsed() > Duration::from_secs(30) {
                return Err(format!("the CRD is established and not served: {error}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Creates a namespace; one that is there already will do.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn create_namespace(&self, name: &str) -> Result<(), Error> {
        let namespace = Namespace {
            metadata: named(name),
            ..Namespace::default()
        };
        exists(
            Api::all(self.client())
                .create(&PostParams::default(), &namespace)
                .await,
        )
    }

    /// Creates a ServiceAccount; one that is there already will do.
    ///
    /// # Errors
    /// When the API server refuses it.
    pub async fn create_service_account(&self, namespace: &str, name: &str) -> Result<(), Error> {
        let account = ServiceAccount {
            metadata: named(name),
            ..ServiceAccount::default()
        };
        let accounts = Api::namespaced(self.client(), namespace);
        exists(accounts.create(&PostParams::default(), &account).await)
    }

    /// A token of a ServiceAccount, good for an hour.
    ///
    /// # Errors
    /// When the account does not exist.
    pub async fn token(&self, namespace: &str, account: &str) -> Result<String, Error> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client(), namespace);
        let request = TokenRequest {
            spec: TokenRequestSpec {
                expiration_seconds: Some(3600),
                ..TokenRequestSpec::default()
            },
            ..TokenRequest::default()
        };
        let answer = accounts
            .create_token_request(account, &PostParams::default(), &request)
            .await?;
        let status = answer.status.ok_or("the API server gave no token")?;
        Ok(status.token)
    }

    /// A kubeconfig file that holds a ServiceAccount's token, and may do what that account may.
    ///
    /// # Errors
    /// When the account does not exist.
    pub async fn kubeconfig_of(&self, namespace: &str, account: &str) -> Result<PathBuf, Error> {
        let token = self.token(namespace, account).await?;
        let path = self.dir.path().join(format!("kubeconfig-{namespace}-{account}"));
        write_kubeconfig(&path, &self.server, &format!("{{token: {token:?}}}"))?;
        Ok(path)
    }

    /// A client with a ServiceAccount's token.
    ///
    /// # Errors
    /// When the account does not exist.
    pub async fn client_of(&self, namespace: &str, account: &str) -> Result<Client, Error> {
        client_from(&self.kubeconfig_of(namespace, account).await?).await
    }

    /// The audit log so far: one JSON object a line.
    pub fn audit_log(&self) -> String {
        audit::log(self.dir.path())
    }

    /// What a ServiceAccount has asked of the API server so far, by its audit log.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn asked_by(&self, namespace: &str, account: &str) -> Result<Vec<Asked>, Error> {
        audit::asked_by(self.dir.path(), namespace, account)
    }

    /// Applies the chart, as `zegel`, into `namespace` (made when missing), the CRD included. Gives a kubeconfig with
    /// the token of the chart's own ServiceAccount: run the controller with it, and RBAC is what the chart grants.
    /// No pod runs: there is no kubelet.
    ///
    /// # Errors
    /// When Helm cannot be had, or the API server refuses an object of the chart.
    pub async fn install_chart(&self, namespace: &str, values: &[&str]) -> Result<PathBuf, Error> {
        self.create_namespace(namespace).await?;
        let rendered = render_chart(namespace, values)?;
        let mut apply = self.kubectl();
        apply.args(["--namespace", namespace, "apply", "--server-side", "-f", "-"]);
        run_with_input(apply, &rendered)?;
        self.install_crd().await?;
        self.kubeconfig_of(namespace, "zegel").await
    }
}

/// A client for whoever a kubeconfig file speaks of.
///
/// # Errors
/// When the file cannot be read.
pub async fn client_from(kubeconfig: &Path) -> Result<Client, Error> {
    Ok(Client::try_from(config_from(kubeconfig).await?)?)
}

/// What a kubeconfig file says of its cluster and its user.
///
/// # Errors
/// When the file cannot be read.
pub async fn config_from(kubeconfig: &Path) -> Result<Config, Error> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig)?;
    Ok(Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?)
}

/// Where the tests say the image is: the chart has no default, and no test pulls it.
pub const IMAGE: &str = "image.repository=registry.example/zegel";

/// The chart's objects as YAML, those of `helm test` left out, rendered as release `zegel` with [`IMAGE`]; `values` are
/// further arguments of `--set`.
///
/// # Errors
/// When Helm cannot be had or refuses the chart; its words are in the message.
pub fn render_chart(namespace: &str, values: &[&str]) -> Result<String, Error> {
    let mut command = helm()?;
    command.args(["template", "zegel", chart_dir(), "--namespace", namespace]);
    command.args(["--skip-tests", "--set", IMAGE]);
    for value in values {
        command.args(["--set", value]);
    }
    run(command)
}

/// Where the chart lies.
pub fn chart_dir() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/charts/zegel")
}

/// `helm`, pointed nowhere.
///
/// # Errors
/// When it cannot be had.
pub fn helm() -> Result<Command, Error> {
    Ok(Command::new(&tools(&["helm"])?["helm"]))
}

/// Where these programs are, built when they have to be; the script's progress goes to standard error.
///
/// # Errors
/// When one can be neither found nor built; the script has said why.
pub fn tools(names: &[&str]) -> Result<BTreeMap<String, PathBuf>, Error> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/dev/control-plane");
    let output = Command::new(script)
        .args(names)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{script}: {error}"))?;
    if !output.status.success() {
        return Err("dev/control-plane could not provide the control plane: it says why above".into());
    }
    let text = String::from_utf8(output.stdout)?;
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(lines
        .map(|(name, path)| (name.to_owned(), PathBuf::from(path)))
        .collect())
}

fn named(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        ..ObjectMeta::default()
    }
}

fn exists<K>(result: kube::Result<K>) -> Result<(), Error> {
    match result {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn write_kubeconfig(path: &Path, server: &str, user: &str) -> io::Result<()> {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: zegel\n\
         clusters: [{{name: zegel, cluster: {{server: {server:?}, certificate-authority: ca.crt}}}}]\n\
         users: [{{name: zegel, user: {user}}}]\n\
         contexts: [{{name: zegel, context: {{cluster: zegel, user: zegel}}}}]\n"
    );
    fs::write(path, text)
}
