//! A child process on a leash, and ports for it: it ends when whoever holds it ends, in whatever way.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kube::Client;

use super::Error;

/// How long etcd and kube-apiserver may take to be ready; about 5 s on an idle machine.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A child process that ends when this is dropped, or when the process that holds this ends in whatever way.
pub struct Process {
    shell: Child,
    log: PathBuf,
}

/// Runs "$@" in the background and kills it once standard input ends; ends when it ends.
const LEASH: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ cat <&3 >/dev/null; kill -9 "$child" 2>/dev/null; } & exec 3<&-
wait "$child"
"#;

impl Process {
    /// Starts `command` on a leash; what it prints goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(command: Command, log: PathBuf) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", LEASH, "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        let output = File::create(&log)?;
        let shell = shell
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        Ok(Self { shell, log })
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    /// All it has printed so far.
    pub fn output(&self) -> String {
        let octets = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// The last lines it has printed.
    pub fn last_words(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Waits until the API server is ready.
    pub(super) async fn wait_ready(&mut self, client: &Client) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let request = http_get("/readyz");
            let why = match client.request_text(request?).await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            if self.has_ended() {
                return Err(
                    format!("kube-apiserver ended before it was ready:\n{}", self.last_words()).into(),
                );
            }
            if began.elapsed() > READY_WITHIN {
                let words = self.last_words();
                return Err(format!("kube-apiserver was not ready in time ({why}):\n{words}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The pipe's end is the order to stop; the shell ends with its child.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

fn http_get(path: &str) -> Result<http::Request<Vec<u8>>, Error> {
    Ok(http::Request::get(path).body(Vec::new())?)
}

/// Ports of this machine that nobody listens at.
pub(super) fn free_ports<const N: usize>() -> io::Result<[u16; N]> {
    // All are held until all are known, so that no two are the same.
    let listeners: Vec<TcpListener> = (0..N)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)))
        .collect::<io::Result<_>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
