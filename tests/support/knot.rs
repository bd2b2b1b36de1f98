//! Real name servers of one zone: knot, each at a loopback address of its own and all at one port.
//!
//! `dev/dns-servers` installs it; without, whoever starts one is told so and skips.

#![allow(dead_code)] // Each user takes its part.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The apex of the zone.
pub(crate) const APEX: &str = "voorbeeld.nl";

/// Name servers of [`APEX`].
pub(crate) struct Knots {
    program: PathBuf,
    folder: tempfile::TempDir,
    /// The port of all of them.
    pub(crate) port: u16,
    count: u8,
    running: BTreeMap<usize, Child>,
}

impl Drop for Knots {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Knots {
    /// Room for so many, none of which runs yet; `None` where knot is not installed.
    pub(crate) fn room(count: u8) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let program = folders
            .map(|folder| folder.join("knotd"))
            .find(|file| file.is_file());
        let Some(program) = program else {
            println!("SKIPPED: name servers of knot (knotd is not installed: dev/dns-servers)");
            return None;
        };
        let port = (0..64)
            .find_map(|_| free_port(count))
            .expect("a port free everywhere");
        Some(Self {
            program,
            folder: tempfile::tempdir().expect("a folder can be made"),
            port,
            count,
            running: BTreeMap::new(),
        })
    }

    /// The address of server `number`, from 1.
    pub(crate) fn address(number: usize) -> Ipv4Addr {
        Ipv4Addr::new(127, 0, 0, 40 + u8::try_from(number).expect("few of them"))
    }

    /// Server `number` runs from now on with these lines as version `serial` of the zone; without lines it serves no zone.
    pub(crate) fn serve(&mut self, number: usize, serial: u32, lines: Option<&str>) {
        self.serve_as(number, serial, lines, "");
    }

    /// The same with signatures, by keys that stay.
    pub(crate) fn sign(&mut self, number: usize, serial: u32, lines: &str) {
        self.serve_as(number, serial, Some(lines), "    dnssec-signing: on\n");
    }

    /// The same, and takes updates (RFC 2136) from everybody on this machine.
    pub(crate) fn update(&mut self, number: usize, serial: u32, lines: &str) {
        self.serve_as(number, serial, Some(lines), "    acl: updates\n");
    }

    /// The DS of the zone server `number` signs, in presentation format; `None` where knot's `keymgr` is not installed.
    pub(crate) fn ds(&self, number: usize) -> Option<String> {
        let conf = self.folder.path().join(number.to_string()).join("conf");
        let manager = self.program.with_file_name("keymgr");
        let output = Command::new(manager)
            .arg("-c")
            .arg(conf)
            .args([APEX, "ds"])
            .output()
            .ok()?;
        let lines = String::from_utf8(output.stdout).ok()?;
        // The digest every validator knows.
        lines
            .lines()
            .find(|line| line.split(' ').nth(4) == Some("2"))
            .map(str::to_owned)
    }

    fn serve_as(&mut self, number: usize, serial: u32, lines: Option<&str>, more: &str) {
        self.stop(number);
        let folder = self.folder.path().join(number.to_string());
        std::fs::create_dir_all(folder.join("db")).expect("a folder can be made");
        let names: String = (1..=self.count)
            .map(|number| format!("@ NS ns{number}.dns.example.\n"))
            .collect();
        let zone = lines.map(|lines| {
            format!(
                "$ORIGIN {APEX}.\n$TTL 3600\n@ SOA ns1.dns.example. hostmaster.{APEX}. {serial} 3600 600 86400 \
                 300\n{names}{lines}\n"
            )
        });
        let place = folder.display();
        let mut config = format!(
            "server:\n  rundir: {place}\n  pidfile: {place}/pid\n  listen: {}@{}\ndatabase:\n  storage: {place}/db\nlog:\n  \
             - target: stderr\n    any: error\nacl:\n  - id: updates\n    address: 127.0.0.0/8\n    action: update\n",
            Self::address(number),
            self.port
        );
        if let Some(zone) = &zone {
            std::fs::write(folder.join("zone"), zone).expect("a zone can be written");
            config.push_str(&format!(
                "zone:\n  - domain: {APEX}\n    storage: {place}\n    file: zone\n    zonefile-load: whole\n    \
                 zonefile-sync: -1\n    journal-content: none\n    semantic-checks: off\n{more}"
            ));
        }
        std::fs::write(folder.join("conf"), config).expect("a configuration can be written");
        self.running.insert(number, self.start(&folder));
        self.await_answer(number, if zone.is_some() { 0 } else { 5 });
    }

    /// Server `number` runs no more.
    pub(crate) fn stop(&mut self, number: usize) {
        if let Some(mut child) = self.running.remove(&number) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn start(&self, folder: &Path) -> Child {
        Command::new(&self.program)
            .arg("-c")
            .arg(folder.join("conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("knotd starts")
    }

    /// Waits until the server answers a question for the zone's SOA with this error code.
    fn await_answer(&self, number: usize, code: u8) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be had");
        let pause = Some(Duration::from_millis(50));
        socket.set_read_timeout(pause).expect("a socket can wait");
        let mut question = vec![0x7a, 0x65, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in APEX.split('.') {
            question.push(u8::try_from(label.len()).expect("a short label"));
            question.extend(label.bytes());
        }
        question.extend([0, 0, 6, 0, 1]);
        let server = SocketAddr::new(Self::address(number).into(), self.port);
        let began = Instant::now();
        let mut answer = [0; 512];
        while began.elapsed() < Duration::from_secs(20) {
            let _ = socket.send_to(&question, server);
            let came = socket.recv_from(&mut answer);
            let (id, said) = (answer.first_chunk::<2>(), answer.get(3).map(|codes| codes & 0x0f));
            if came.is_ok() && id == Some(&[0x7a, 0x65]) && said == Some(code) {
                return;
            }
        }
        panic!("knot answers within twenty seconds");
    }
}

fn free_port(count: u8) -> Option<u16> {
    let first = UdpSocket::bind((Knots::address(1), 0)).ok()?;
    let port = first.local_addr().ok()?.port();
    let free = |number| {
        let address = Knots::address(number);
        let datagrams = number == 1 || UdpSocket::bind((address, port)).is_ok();
        datagrams && TcpListener::bind((address, port)).is_ok()
    };
    (1..=usize::from(count)).all(free).then_some(port)
}
