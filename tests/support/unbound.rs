//! A real resolver that validates: unbound, which has one zone from a name server and knows what it is told beside.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// unbound at work; it ends with it.
pub(crate) struct Unbound {
    child: Child,
    /// Where it answers.
    pub(crate) address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Drop for Unbound {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Unbound {
    /// Starts one that asks `server` for `zone`, holds `ds` to be its trust anchor, and knows these records beside; `None`
    /// where unbound is not installed.
    pub(crate) fn start(zone: &str, server: SocketAddr, ds: &str, beside: &[&str]) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let program = folders
            .map(|folder| folder.join("unbound"))
            .find(|file| file.is_file());
        let Some(program) = program else {
            println!("SKIPPED: a resolver that validates (unbound is not installed: dev/dns-servers)");
            return None;
        };
        // Between the look for a free port and unbound's own bind another test may have taken it.
        let unbound = (0..5).find_map(|_| Self::on_a_port(&program, zone, server, ds, beside));
        Some(unbound.expect("unbound finds a port in five tries"))
    }

    /// Starts it on a port that is free for UDP and TCP now; `None` where it ended before it answered.
    fn on_a_port(program: &Path, zone: &str, server: SocketAddr, ds: &str, beside: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
        let address = socket.local_addr().expect("a socket has an address");
        drop((TcpListener::bind(address).ok()?, socket));
        let place = folder.path().display();
        let records: String = beside
            .iter()
            .map(|record| format!("  local-data: \"{record}\"\n"))
            .collect();
        let config = format!(
            "server:\n  interface: 127.0.0.1@{}\n  do-daemonize: no\n  chroot: \"\"\n  username: \"\"\n  directory: \
             \"{place}\"\n  pidfile: \"\"\n  use-syslog: no\n  logfile: \"{place}/log\"\n  do-not-query-localhost: no\n  \
             trust-anchor: \"{ds}\"\n  module-config: \"validator iterator\"\n  local-zone: \".\" static\n  local-zone: \
             \"{zone}.\" transparent\n{records}stub-zone:\n  name: \"{zone}.\"\n  stub-addr: {}@{}\n  stub-prime: no\n",
            address.port(),
            server.ip(),
            server.port()
        );
        std::fs::write(folder.path().join("conf"), config).expect("a configuration can be written");
        let child = Command::new(program)
            .arg("-c")
            .arg(folder.path().join("conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("unbound starts");
        let mut unbound = Self {
            child,
            address,
            folder,
        };
        unbound.answers().then_some(unbound)
    }

    /// Waits for its first answer; false where it ended instead.
    fn answers(&mut self) -> bool {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be had");
        let pause = Some(Duration::from_millis(50));
        socket.set_read_timeout(pause).expect("a socket can wait");
        // The root's SOA.
        let question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1];
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            let _ = socket.send_to(&question, self.address);
            if socket.recv_from(&mut [0; 512]).is_ok() {
                return true;
            }
            if self.child.try_wait().expect("a child can be asked").is_some() {
                println!("unbound ended: {}", self.log());
                return false;
            }
        }
        panic!("unbound answers within twenty seconds; it says: {}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}
