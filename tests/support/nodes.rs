//! What a control plane lacks to run Deployments: kube-controller-manager, kube-scheduler, and kwok in the place of kubelets.
//!
//! Pods are made, placed, counted, evicted and collected by the real programs. Nodes and containers are not there: kwok says of
//! each pod that is placed that it runs and is ready, and takes it away once it is deleted. No program runs in one, so no
//! probe is tried and no image is pulled.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::control_plane::{ControlPlane, Error, Process, run, run_with_input, tools};

/// A control plane with nodes.
pub struct Cluster {
    // Dropped in this order: the control plane last.
    kwok: Option<Process>,
    kwok_program: PathBuf,
    scheduler: Process,
    manager: Process,
    /// The control plane itself.
    pub plane: ControlPlane,
}

impl Cluster {
    /// Starts a control plane with as many nodes, `node-0` and on, and waits until all are ready.
    ///
    /// # Errors
    /// When the programs cannot be had or do not come up; their last words are in the message.
    pub async fn start(nodes: usize) -> Result<Self, Error> {
        let tools = tools(&["kube-controller-manager", "kube-scheduler", "kwok"])?;
        let plane = ControlPlane::start().await?;
        let dir = plane.dir();
        let begin = |tool: &str| {
            let mut command = Command::new(&tools[tool]);
            command.arg("--kubeconfig").arg(plane.kubeconfig());
            command.args(["--leader-elect=false", "--secure-port=0"]);
            command
        };
        let mut command = begin("kube-controller-manager");
        for (flag, file) in [
            ("--service-account-private-key-file", "service-account.key"),
            ("--root-ca-file", "ca.crt"),
        ] {
            command.arg(flag).arg(dir.join(file));
        }
        let manager = Process::spawn(command, dir.join("kube-controller-manager.log"))?;
        let scheduler = Process::spawn(begin("kube-scheduler"), dir.join("kube-scheduler.log"))?;
        let mut cluster = Self {
            kwok: None,
            kwok_program: tools["kwok"].clone(),
            scheduler,
            manager,
            plane,
        };
        cluster.start_kubelets()?;
        for number in 0..nodes {
            cluster.add_node(&format!("node-{number}"))?;
        }
        let all = ["wait", "--for=condition=Ready", "node", "--all", "--timeout=120s"];
        cluster.kubectl(&all).map_err(|error| cluster.explain(error))?;
        Ok(cluster)
    }

    /// A node as a kubelet would register it.
    fn add_node(&self, name: &str) -> Result<(), Error> {
        let mut create = self.plane.kubectl();
        create.args(["create", "-f", "-"]);
        let room = "{cpu: \"4\", memory: 8Gi, pods: \"20\"}";
        let labels = format!("{{kubernetes.io/hostname: {name}, kubernetes.io/os: linux}}");
        let node = format!(
            "apiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {labels}}}\n\
             status: {{allocatable: {room}, capacity: {room}}}\n"
        );
        run_with_input(create, &node).map(drop)
    }

    /// From here on nothing becomes ready, and what is deleted stays until it is collected.
    pub fn stop_kubelets(&mut self) {
        self.kwok = None;
    }

    /// Undoes [`Self::stop_kubelets`].
    ///
    /// # Errors
    /// When kwok cannot be started.
    pub fn start_kubelets(&mut self) -> Result<(), Error> {
        let stages = self.kwok_program.with_added_extension("yaml");
        let mut command = Command::new(&self.kwok_program);
        command.arg("--kubeconfig").arg(self.plane.kubeconfig());
        command.arg("--manage-all-nodes").arg("--config").arg(stages);
        command.env("HOME", self.plane.dir());
        self.kwok = Some(Process::spawn(command, self.plane.dir().join("kwok.log"))?);
        Ok(())
    }

    /// Runs kubectl to its end and gives what it printed.
    ///
    /// # Errors
    /// When it fails; its words are in the message.
    pub fn kubectl(&self, args: &[&str]) -> Result<String, Error> {
        let mut command = self.plane.kubectl();
        command.args(args);
        run(command)
    }

    /// What went wrong, with the last words of everybody who may know why.
    fn explain(&self, error: Error) -> Error {
        let mut text = error.to_string();
        for log in ["kube-controller-manager.log", "kube-scheduler.log", "kwok.log"] {
            let said = fs::read_to_string(self.plane.dir().join(log)).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(10)..].join("\n");
            text.push_str(&format!("\n{log}:\n{last}"));
        }
        text.into()
    }
}
