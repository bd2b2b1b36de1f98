//! The demo: a real cluster API and a DNS server on loopback, `examples/` applied, a record changed and mended.
//!
//! It shows what a person would type, runs it, and stops with an error where an expected state does not come in time.
//! With `KEEP=1` it leaves everything running until Ctrl-C. Nothing outlives it.

#[path = "../../tests/support/control_plane.rs"]
mod control_plane;
#[path = "../../tests/support/dns.rs"]
mod dns;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use self::control_plane::{ControlPlane, Error, Process, run};
use self::dns::DnsServer;

/// The DNS of the domains in `examples/`.
const ZONE: &str = include_str!("zone.txt");

/// What somebody makes of the DMARC record of voorbeeld.nl.
const WEAKENED: &str = "_dmarc.voorbeeld.nl 2 TXT v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.nl";

/// How wide a terminal may be expected to be.
const COLUMNS: usize = 100;

#[tokio::main]
async fn main() -> ExitCode {
    let began = Instant::now();
    match demo().await {
        Ok(()) => {
            let seconds = began.elapsed().as_secs();
            println!("\nDone in {seconds} s: in sync, drift, in sync. Everything is stopped and removed.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nThe demo failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn demo() -> Result<(), Error> {
    step("A control plane on loopback: etcd and kube-apiserver");
    let began = Instant::now();
    let plane = ControlPlane::start().await?;
    say(&format!("ready after {:.1} s", began.elapsed().as_secs_f32()));

    step("A DNS server on loopback, with zones in which all is well");
    let dns = DnsServer::start(ZONE);
    // That there is nothing above a domain is an answer too, and a verdict rests on it.
    dns.negative_ttl(2);
    say(&format!("listening on {}", dns.address()));

    let mut stage = Stage {
        plane,
        dns,
        controller: None,
    };
    let played = stage.play().await;
    if played.is_err()
        && let Some(controller) = &stage.controller
    {
        eprintln!("\nThe controller's last words:\n{}", controller.last_words());
    }
    played
}

/// What the demo is played on.
struct Stage {
    plane: ControlPlane,
    dns: DnsServer,
    controller: Option<Process>,
}

impl Stage {
    async fn play(&mut self) -> Result<(), Error> {
        step("The CRD, and zegel controller");
        self.kubectl("apply --server-side -f crds/")?;
        self.kubectl("wait --for=condition=Established crd/maildomains.zegel.dev --timeout=30s")?;
        self.start_controller()?;

        step("The examples: five domains");
        let applied = Instant::now();
        self.kubectl("apply -f examples/")?;
        self.kubectl("wait --for=condition=Ready maildomain --all -n mail --timeout=30s")?;
        say(&format!(
            "all Ready {:.1} s after apply began",
            applied.elapsed().as_secs_f32()
        ));
        self.table()?;

        step("Somebody changes a record behind its back");
        // Looked at every hour by default; a demo has no hour. Editing the interval resets no verdict.
        self.kubectl(r#"patch maildomain voorbeeld-nl -n mail --type merge -p {"spec":{"interval":"10s"}}"#)?;
        say(&format!("DNS now: {WEAKENED}"));
        self.dns.set(WEAKENED);
        let changed = Instant::now();
        self.kubectl(
            "wait --for=jsonpath={.status.reason}=Drifted maildomain/voorbeeld-nl -n mail --timeout=90s",
        )?;
        say(&format!(
            "found and confirmed by a second look after {:.1} s",
            changed.elapsed().as_secs_f32()
        ));
        self.table()?;
        self.kubectl(
            "get maildomain voorbeeld-nl -n mail -o jsonpath={range .status.records[?(@.state==\"Drifted\")]}{.name}{\"\\n\"}\
             {range .differences[*]}{\"  \"}{@}{\"\\n\"}{end}{end}",
        )?;
        self.expect_ready(&["example-com", "example-net", "example-org", "parked-example"])?;

        step("Somebody mends it");
        self.dns.set(mended()?);
        let changed = Instant::now();
        self.kubectl("wait --for=condition=Ready maildomain/voorbeeld-nl -n mail --timeout=60s")?;
        say(&format!(
            "in sync again after {:.1} s",
            changed.elapsed().as_secs_f32()
        ));
        self.table()?;

        step("What the events tell");
        let events = self.kubectl("get events -n mail --sort-by=.metadata.creationTimestamp")?;
        for reason in ["Drifted", "InSync"] {
            if !events.contains(reason) {
                return Err(format!("there is no {reason} event").into());
            }
        }
        if std::env::var("KEEP").is_ok_and(|keep| !keep.is_empty() && keep != "0") {
            self.keep().await?;
        }
        step("Cleaning up");
        self.controller = None;
        Ok(())
    }

    fn start_controller(&mut self) -> Result<(), Error> {
        let resolver = self.dns.address().to_string();
        let args = ["controller", "--resolver", &resolver, "--bind", "127.0.0.1:0"];
        show(&format!("zegel {}", args.join(" ")));
        let mut command = Command::new(zegel()?);
        command.args(args).env("KUBECONFIG", self.plane.kubeconfig());
        let log = self.plane.dir().join("controller.log");
        self.controller = Some(Process::spawn(command, log)?);
        Ok(())
    }

    /// Shows and runs `kubectl`; arguments are split at blanks, braces kept whole.
    fn kubectl(&mut self, line: &str) -> Result<String, Error> {
        if let Some(controller) = &mut self.controller
            && controller.has_ended()
        {
            return Err("the controller has ended".into());
        }
        let (head, last) = line.find(['{']).map_or((line, None), |brace| {
            let start = line[..brace].rfind(' ').map_or(0, |blank| blank + 1);
            match line[start..].starts_with("--for") {
                true => (line, None),
                false => (&line[..start], Some(&line[start..])),
            }
        });
        match last {
            Some(last) => show(&format!("kubectl {head}'{last}'")),
            None => show(&format!("kubectl {head}")),
        }
        let mut command = self.plane.kubectl();
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command.args(head.split_whitespace()).args(last);
        let said = run(command)?;
        for line in said.lines() {
            println!("  {line}");
        }
        Ok(said)
    }

    /// The table people look at; it must fit their terminal.
    fn table(&mut self) -> Result<(), Error> {
        let table = self.kubectl("get maildomains -n mail")?;
        match table.lines().find(|line| line.chars().count() > COLUMNS) {
            Some(line) => Err(format!("a line is wider than {COLUMNS} columns: {line:?}").into()),
            None => Ok(()),
        }
    }

    fn expect_ready(&self, names: &[&str]) -> Result<(), Error> {
        for name in names {
            let mut command = self.plane.kubectl();
            command.args(["wait", "--for=condition=Ready", "-n", "mail", "--timeout=1s"]);
            command.arg(format!("maildomain/{name}"));
            run(command)?;
        }
        say(&format!("and only there: {} are as they were", names.join(", ")));
        Ok(())
    }

    async fn keep(&self) -> Result<(), Error> {
        step("Left running until Ctrl-C");
        say(&format!(
            "export KUBECONFIG={}",
            self.plane.kubeconfig().display()
        ));
        say(&format!("DNS server: {}", self.dns.address()));
        say(&format!(
            "controller's log: {}",
            self.plane.dir().join("controller.log").display()
        ));
        Ok(tokio::signal::ctrl_c().await?)
    }
}

/// The DMARC line of the zone.
fn mended() -> Result<&'static str, Error> {
    let line = ZONE.lines().find(|line| line.starts_with("_dmarc.voorbeeld.nl"));
    Ok(line.ok_or("the zone has no _dmarc.voorbeeld.nl")?)
}

/// The program built beside this one.
fn zegel() -> Result<PathBuf, Error> {
    let me = std::env::current_exe()?;
    let folder = me
        .parent()
        .and_then(Path::parent)
        .ok_or("no folder above the demo")?;
    let zegel = folder.join("zegel");
    if zegel.is_file() {
        return Ok(zegel);
    }
    Err(format!("{} is missing: run `make demo`", zegel.display()).into())
}

fn step(title: &str) {
    println!("\n== {title}");
}

fn show(command: &str) {
    println!("$ {command}");
}

fn say(text: &str) {
    println!("  {text}");
}
