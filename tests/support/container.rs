//! The image of Zegel, built by `dev/dist/image` around the program under test, and run by runc as a kubelet would have it
//! run: under the security settings, with the arguments and the limits of a rendered pod, and its ServiceAccount's token.
//!
//! There is no network of its own: the API server and the DNS server of a test are on loopback.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::control_plane::{Error, Process, run};

/// What builds, unpacks and runs images, by the package it is in.
const TOOLS: [&str; 3] = ["buildah", "umoci", "runc"];
/// Where a pod finds its token.
const SECRETS: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// What `RuntimeDefault` is made from: the profile that comes with buildah, podman and CRI-O.
const SECCOMP: &str = "/usr/share/containers/seccomp.json";

/// Why no image can be built or run here; `None` where it can.
pub fn lacking() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("images are built and run on Linux".to_owned());
    }
    if run(command("id", &["-u"])).ok()?.trim() != "0" {
        return Some("runc is run by root here".to_owned());
    }
    let missing: Vec<&str> = TOOLS
        .into_iter()
        .filter(|tool| Command::new(tool).arg("--version").output().is_err())
        .collect();
    if !missing.is_empty() {
        return Some(format!(
            "not installed: {} (dev/release-tools)",
            missing.join(", ")
        ));
    }
    (!Path::new(SECCOMP).exists()).then(|| format!("there is no {SECCOMP}"))
}

fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// The program under test without what only a debugger reads: as much as a release has of it.
///
/// # Errors
/// When binutils are not installed.
pub fn stripped(folder: &Path) -> Result<PathBuf, Error> {
    let to = folder.join("zegel-stripped");
    let mut strip = command("objcopy", &["--strip-all", env!("CARGO_BIN_EXE_zegel")]);
    strip.arg(&to);
    run(strip)?;
    Ok(to)
}

/// Builds the image around a program, into `folder/image`; its digest.
///
/// # Errors
/// When the script fails; it has said why.
pub fn build(program: &Path, folder: &Path) -> Result<String, Error> {
    let mut image = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/dist/image"));
    image.arg("--program").arg(program).env("OUTPUT", folder);
    Ok(run(image)?.lines().last().unwrap_or_default().to_owned())
}

/// What a pod is given beside its spec.
pub struct Pod<'p> {
    /// `spec` of the rendered pod.
    pub spec: &'p Value,
    /// Its name and namespace.
    pub name: &'p str,
    pub namespace: &'p str,
    /// The token of its ServiceAccount, the certificate of the API server, and where that is.
    pub token: &'p str,
    pub authority: &'p Path,
    pub api_server: (&'p str, &'p str),
}

/// A container at work; killed and gone when dropped.
pub struct Container {
    id: String,
    state: PathBuf,
    bundle: PathBuf,
    pub process: Process,
}

impl Container {
    /// Unpacks `folder/image` and starts the first container of a pod from it.
    ///
    /// # Errors
    /// When umoci or runc cannot.
    pub fn start(folder: &Path, pod: &Pod<'_>) -> Result<Self, Error> {
        let bundle = folder.join("bundle");
        let image = format!("{}:{}", folder.join("image").display(), env!("CARGO_PKG_VERSION"));
        let mut unpack = command("umoci", &["unpack", "--image", &image]);
        unpack.arg(&bundle);
        run(unpack)?;
        let secrets = folder.join("secrets");
        fs::create_dir_all(&secrets)?;
        fs::write(secrets.join("token"), pod.token)?;
        fs::write(secrets.join("namespace"), pod.namespace)?;
        fs::copy(pod.authority, secrets.join("ca.crt"))?;
        let path = bundle.join("config.json");
        let mut config: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        configure(&mut config, pod, &secrets)?;
        fs::write(&path, config.to_string())?;
        let id = format!("zegel-test-{}", std::process::id());
        let state = folder.join("runc");
        let mut start = command("runc", &["--root"]);
        start.arg(&state).args(["run", "--bundle"]).arg(&bundle).arg(&id);
        let process = Process::spawn(start, folder.join("container.log"))?;
        Ok(Self {
            id,
            state,
            bundle,
            process,
        })
    }

    fn runc(&self, args: &[&str]) -> Command {
        let mut runc = command("runc", &["--root"]);
        runc.arg(&self.state).args(args).arg(&self.id);
        runc
    }

    /// Runs the program once more in the container, as `kubectl exec` does; its exit code and what it printed.
    ///
    /// # Errors
    /// When runc cannot.
    pub fn exec(&self, env: &[&str], args: &[String]) -> Result<(Option<i32>, String), Error> {
        let mut runc = command("runc", &["--root"]);
        runc.arg(&self.state).arg("exec");
        for variable in env {
            runc.args(["--env", variable]);
        }
        let output = runc.args([&self.id, "zegel"]).args(args).output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// The first process in it, as this machine counts.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pid(&self) -> Result<u64, Error> {
        let state: Value = serde_json::from_str(&run(self.runc(&["state"]))?)?;
        Ok(state["pid"].as_u64().ok_or("no pid")?)
    }

    /// SIGTERM, as a kubelet sends it.
    ///
    /// # Errors
    /// When it does not run.
    pub fn terminate(&self) -> Result<(), Error> {
        let mut kill = self.runc(&["kill"]);
        kill.arg("TERM");
        run(kill).map(drop)
    }

    /// The files under its root, on this machine's side.
    pub fn root(&self) -> PathBuf {
        self.bundle.join("rootfs")
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = run(self.runc(&["delete", "--force"]));
    }
}

/// Writes what a kubelet tells its runtime of a pod's first container into a runtime's configuration.
fn configure(config: &mut Value, pod: &Pod<'_>, secrets: &Path) -> Result<(), Error> {
    let container = &pod.spec["containers"][0];
    let security = |field: &str| {
        let own = &container["securityContext"][field];
        if own.is_null() {
            pod.spec["securityContext"][field].clone()
        } else {
            own.clone()
        }
    };
    let process = &mut config["process"];
    process["terminal"] = json!(false);
    let args = container["args"]
        .as_array()
        .ok_or("a container without arguments")?;
    let entry = process["args"]
        .as_array_mut()
        .ok_or("an image without an entry")?;
    entry.extend(args.iter().cloned());
    for (id, field) in [("uid", "runAsUser"), ("gid", "runAsGroup")] {
        if let Some(wanted) = security(field).as_i64() {
            process["user"][id] = json!(wanted);
        }
    }
    if security("runAsNonRoot") == json!(true) && process["user"]["uid"] == 0 {
        return Err("a kubelet refuses this: runAsNonRoot, and the user is 0".into());
    }
    process["noNewPrivileges"] = json!(security("allowPrivilegeEscalation") == json!(false));
    if security("capabilities")["drop"] == json!(["ALL"]) {
        process["capabilities"] = json!({});
    }
    let env = process["env"]
        .as_array_mut()
        .ok_or("an image without an environment")?;
    let (host, port) = pod.api_server;
    env.push(json!(format!("KUBERNETES_SERVICE_HOST={host}")));
    env.push(json!(format!("KUBERNETES_SERVICE_PORT={port}")));
    for variable in container["env"].as_array().into_iter().flatten() {
        let value = match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
            Some("metadata.name") => json!(pod.name),
            Some("metadata.namespace") => json!(pod.namespace),
            _ => variable["value"].clone(),
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        env.push(json!(format!("{}={}", text(&variable["name"]), text(&value))));
    }
    config["root"]["readonly"] = json!(security("readOnlyRootFilesystem") == json!(true));
    let mounts = config["mounts"].as_array_mut().ok_or("no mounts")?;
    for (from, to) in [
        (secrets, SECRETS),
        (Path::new("/etc/hosts"), "/etc/hosts"),
        (Path::new("/etc/resolv.conf"), "/etc/resolv.conf"),
    ] {
        mounts.push(
            json!({"destination": to, "type": "bind", "source": from, "options": ["rbind", "ro", "nosuid", "nodev", "noexec"]}),
        );
    }
    let linux = &mut config["linux"];
    // The network of this machine: loopback is where the test's servers are.
    if let Some(namespaces) = linux["namespaces"].as_array_mut() {
        namespaces.retain(|namespace| namespace["type"] != "network");
    }
    if let Some(limit) = container["resources"]["limits"]["memory"].as_str() {
        let mebibytes: i64 = limit.strip_suffix("Mi").ok_or("a limit in MiB")?.parse()?;
        linux["resources"]["memory"] = json!({"limit": mebibytes * 1024 * 1024});
    }
    if security("seccompProfile")["type"] == "RuntimeDefault" {
        linux["seccomp"] = seccomp()?;
    }
    Ok(())
}

/// The default profile as a runtime reads it, for a container without capabilities on this machine.
fn seccomp() -> Result<Value, Error> {
    let profile: Value = serde_json::from_str(&fs::read_to_string(SECCOMP)?)?;
    let arch = if cfg!(target_arch = "x86_64") {
        "amd64"
    } else {
        "arm64"
    };
    let applies = |rule: &&Value| {
        let has = |list: &Value| list.as_array().is_some_and(|list| list.contains(&json!(arch)));
        rule["includes"]["caps"].is_null()
            && (rule["includes"]["arches"].is_null() || has(&rule["includes"]["arches"]))
            && !has(&rule["excludes"]["arches"])
    };
    let rules = profile["syscalls"].as_array().ok_or("a profile without rules")?;
    let rules: Vec<Value> = rules
        .iter()
        .filter(applies)
        .map(|rule| {
            let mut rule = rule.clone();
            if let Some(fields) = rule.as_object_mut() {
                fields.retain(|key, _| ["names", "action", "args"].contains(&key.as_str()));
            }
            rule
        })
        .collect();
    Ok(json!({"defaultAction": profile["defaultAction"], "syscalls": rules}))
}
