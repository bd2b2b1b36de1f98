//! A real Prometheus on loopback: started with our rules, asked over its HTTP API.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ROOT;
use crate::control_plane::Process;

/// How long anything may take to come about.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether Prometheus and promtool are there; says so where they are not.
pub fn is_installed() -> bool {
    let there = |tool: &str| {
        let output = Command::new(tool).arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    };
    if there("prometheus") && there("promtool") {
        return true;
    }
    println!(
        "SKIPPED: alerts and dashboard on a real Prometheus (prometheus is not installed: dev/prometheus)"
    );
    false
}

/// A Prometheus that scrapes one address every second, with the chart's alerts.
pub struct Prometheus {
    process: Process,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts it, its files in `folder`.
    pub fn start(folder: &Path, target: SocketAddr) -> Self {
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
             rule_files: [{ROOT}/charts/zegel/files/alerts.yaml]\n\
             scrape_configs:\n- job_name: zegel\n  honor_labels: true\n  static_configs: [{{targets: ['{target}']}}]\n"
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=warn");
        let process = Process::spawn(command, folder.join("prometheus.log")).unwrap();
        let mut prometheus = Self { process, address };
        prometheus.eventually("it is ready", |it| {
            get(it.address, "/-/ready", "*/*").is_some_and(|(code, _)| code == 200)
        });
        prometheus
    }

    /// What a query says now.
    pub fn query(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/query?query={}", percent(query));
        self.result(query, &path)
    }

    fn result(&self, query: &str, path: &str) -> Vec<Value> {
        let (code, body) = get(self.address, path, "*/*").unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert!(code == 200 && answer["status"] == "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// What a query said during the last minute, every two seconds.
    pub fn query_range(&self, query: &str) -> Vec<Value> {
        let now = jiff::Timestamp::now().as_second();
        let path = format!(
            "/api/v1/query_range?query={}&start={}&end={now}&step=2",
            percent(query),
            now - 60
        );
        self.result(query, &path)
    }

    /// The values of a label on a metric's series, as Grafana asks for a variable.
    pub fn label_values(&self, metric: &str, label: &str) -> Vec<Value> {
        let path = format!("/api/v1/label/{label}/values?match[]={}", percent(metric));
        let (_, body) = get(self.address, &path, "*/*").unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["data"].as_array().unwrap().clone()
    }

    /// The state of each alert rule: `inactive`, `pending`, `firing`; and what is wrong with its expression.
    pub fn alerts(&self) -> Vec<(String, String, String)> {
        let (_, body) = get(self.address, "/api/v1/rules?type=alert", "*/*").unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rules = answer["data"]["groups"][0]["rules"].as_array().unwrap();
        rules
            .iter()
            .map(|rule| {
                (
                    text(&rule["name"]),
                    text(&rule["state"]),
                    text(&rule["lastError"]),
                )
            })
            .collect()
    }

    /// Waits until something is so.
    pub fn eventually(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            let ended = self.process.has_ended();
            assert!(
                !ended && began.elapsed() < PATIENCE,
                "not in time: {what}\n{}",
                self.process.last_words()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A GET: status and body. HTTP/1.0, so that the body is not in pieces.
pub fn get(address: SocketAddr, path: &str, accept: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn percent(text: &str) -> String {
    let octets = text.bytes();
    octets
        .map(|octet| match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(octet).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
