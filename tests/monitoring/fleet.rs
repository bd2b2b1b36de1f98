//! A fleet as large as the municipalities', watched by the program itself with the chart's rights, scraped by Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use kube::api::{Api, PostParams};
use serde_json::{Value, json};
use zegel::api::MailDomain;

use crate::control_plane::{ControlPlane, Process};
use crate::dns::{DnsServer, SERVFAIL};
use crate::prometheus::{Prometheus, get, is_installed};
use crate::{ROOT, read};

/// How many municipalities there are.
const FLEET: usize = 342;

/// Whose the domains are.
const TEAMS: [&str; 2] = ["post", "web"];

/// What is asked of a domain, and what DNS has.
fn zone() -> String {
    let mut zone = String::from("nl 60 SOA 1\n");
    for number in 0..FLEET {
        // Every twentieth has a weaker policy than it asks for.
        let policy = if number % 20 == 0 { "none" } else { "reject" };
        writeln!(
            zone,
            "g{number}.nl 60 TXT v=spf1 ip4:192.0.2.1 -all\ng{number}.nl 60 MX 10 mail.g{number}.nl\n\
             mail.g{number}.nl 60 A 192.0.2.1\n_dmarc.g{number}.nl 1 TXT v=DMARC1; p={policy}"
        )
        .unwrap();
    }
    zone
}

fn object(number: usize) -> MailDomain {
    let mut spec = json!({
        "domain": format!("g{number}.nl"), "role": "Mail", "interval": "30s", "settleWindow": "1s", "readyWhen": "InSync",
        "spf": {"mechanisms": ["ip4:192.0.2.1"], "all": "Fail"}, "dmarc": {"policy": "Reject"},
    });
    match number {
        1 => spec["spf"]["mechanisms"] = json!(["ip4:192.0.2.300"]),
        2 => spec["suspend"] = json!(true),
        _ => {}
    }
    let name = format!("g{number}-nl");
    let namespace = ["noord", "zuid"][number % 2];
    serde_json::from_value(json!({
        "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain",
        "metadata": {"name": name, "namespace": namespace, "labels": {"team": TEAMS[number / 20 % 2]}},
        "spec": spec,
    }))
    .unwrap()
}

/// Panels that may be empty here, and why.
const MAY_BE_EMPTY: [&str; 1] = [
    // No name server is asked in this test.
    "Questions to name servers by outcome",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_the_dashboard_has_an_answer_from_a_prometheus_that_scrapes_342_domains() {
    if !is_installed() {
        return;
    }
    let plane = ControlPlane::start().await.unwrap();
    let account = plane.install_chart("zegel-system", &[]).await.unwrap();
    let dns = DnsServer::start(&zone());
    dns.fail("g3.nl", SERVFAIL);
    for namespace in ["noord", "zuid"] {
        plane.create_namespace(namespace).await.unwrap();
    }
    let client = plane.client();
    stream::iter(0..FLEET)
        .for_each_concurrent(16, |number| {
            let object = object(number);
            let api: Api<MailDomain> =
                Api::namespaced(client.clone(), object.metadata.namespace.as_deref().unwrap());
            async move { drop(api.create(&PostParams::default(), &object).await.unwrap()) }
        })
        .await;

    let mut controller = Command::new(env!("CARGO_BIN_EXE_zegel"));
    controller
        .env("KUBECONFIG", &account)
        .args([
            "controller",
            "--bind",
            "127.0.0.1:0",
            "--log-format",
            "json",
            "--authorities",
            "off",
            "--metrics-object-labels",
            "team",
        ])
        .args([
            "--leader-elect",
            "--lease-namespace",
            "zegel-system",
            "--identity",
            "zegel-0",
        ])
        .args(["--resolver", &dns.address().to_string()]);
    let controller = Process::spawn(controller, plane.dir().join("controller.log")).unwrap();
    let target = listening(&controller);
    let mut prometheus = Prometheus::start(plane.dir(), target);
    let sum = |it: &Prometheus, query: &str| -> f64 {
        let answer = it.query(query);
        let value = answer.first().and_then(|series| series["value"][1].as_str());
        value.and_then(|value| value.parse().ok()).unwrap_or(0.0)
    };
    let drifted = FLEET.div_ceil(20) as f64;
    prometheus.eventually("the fleet is judged", |it| {
        sum(it, r#"sum(zegel_maildomains{type="Ready",reason="Drifted"})"#) == drifted
            && sum(it, r#"sum(zegel_maildomains{type="Ready",reason="Progressing"})"#) == 0.0
    });
    assert_eq!(
        sum(&prometheus, r#"sum(zegel_maildomains{type="Ready"})"#),
        FLEET as f64
    );

    every_panel_has_data(&mut prometheus);
    the_rules_work(&mut prometheus);
    a_label_of_the_object_is_joined_as_the_page_says(&prometheus);
    promtool_takes_the_scrape(target);
    an_object_takes_as_much_of_etcd_as_the_page_says(&plane);
}

/// What etcd stores of an object is its JSON, `managedFields` included.
fn an_object_takes_as_much_of_etcd_as_the_page_says(plane: &ControlPlane) {
    let mut all = plane.kubectl();
    all.args(["get", "--raw", "/apis/zegel.dev/v1alpha1/maildomains"]);
    let list: Value = serde_json::from_str(&crate::control_plane::run(all).unwrap()).unwrap();
    let sizes: Vec<usize> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object.to_string().len())
        .collect();
    let mean = sizes.iter().sum::<usize>() as f64 / sizes.len() as f64 / 1024.0;
    let page = read("docs/sizing.md");
    let told = page
        .split("and DMARC alone takes ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let told: f64 = told
        .and_then(|number| number.parse().ok())
        .expect("a number of KiB");
    let most = *sizes.iter().max().unwrap() as f64 / 1024.0;
    assert!(
        (mean - told).abs() < told * 0.2,
        "docs/sizing.md says {told} KiB, measured are {mean:.1} KiB, at the most {most:.1} KiB"
    );
}

/// Where the program says it listens.
fn listening(controller: &Process) -> SocketAddr {
    let began = Instant::now();
    loop {
        let said = controller.output();
        let lines = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        if let Some(address) = lines
            .filter_map(|line| line["listening"].as_str()?.parse().ok())
            .next()
        {
            return address;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{said}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn every_panel_has_data(prometheus: &mut Prometheus) {
    let dashboard: Value = serde_json::from_str(&read("charts/zegel/files/dashboard.json")).unwrap();
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        if let Some(inner) = variable["definition"]
            .as_str()
            .and_then(|it| it.strip_prefix("label_values("))
        {
            let (metric, label) = inner.trim_end_matches(')').split_once(", ").unwrap();
            assert_eq!(
                prometheus.label_values(metric, label),
                [json!("noord"), json!("zuid")]
            );
        }
    }
    let mut answers: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut asked = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        for target in panel["targets"].as_array().into_iter().flatten() {
            let written = target["expr"].as_str().unwrap();
            let expr = written
                .replace("$__rate_interval", "30s")
                .replace("$namespace", "noord|zuid");
            assert!(!expr.contains('$'), "{title}: {expr}");
            if !MAY_BE_EMPTY.contains(&title) {
                prometheus.eventually(&format!("{title}: {expr}"), |it| !it.query(&expr).is_empty());
            }
            answers.entry(title).or_default().push(json!({
                "expr": written, "legend": target["legendFormat"],
                "now": prometheus.query(&expr), "minute": prometheus.query_range(&expr),
            }));
            asked += 1;
        }
    }
    assert!(asked >= 30, "{asked}");
    // Kept: dev/dashboard/draw.py makes a picture of them.
    let folder = format!("{ROOT}/target/monitoring");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        format!("{folder}/dashboard-answers.json"),
        serde_json::to_string_pretty(&answers).unwrap(),
    )
    .unwrap();
}

/// The alerts evaluate without error on real series, and wait for what is wrong here and for nothing else.
fn the_rules_work(prometheus: &mut Prometheus) {
    let states = |it: &Prometheus, state: &str| -> Vec<String> {
        let alerts = it.alerts();
        assert!(alerts.iter().all(|(_, _, error)| error.is_empty()), "{alerts:?}");
        let found = alerts.into_iter().filter(|(_, is, _)| is == state);
        found.map(|(name, ..)| name).collect()
    };
    let wanted = [
        "ZegelDomainDrifted",
        "ZegelDomainInvalid",
        "ZegelDomainUnknown",
        "ZegelResolverStripsDNSSEC",
    ];
    prometheus.eventually("the alerts that apply are pending", |it| {
        let pending = states(it, "pending");
        wanted.iter().all(|name| pending.contains(&(*name).to_owned()))
    });
    let pending = states(prometheus, "pending");
    for quiet in ["ZegelNothingJudged", "ZegelDNSOutage", "ZegelNoLeader"] {
        assert!(!pending.contains(&quiet.to_owned()), "{quiet}: {pending:?}");
    }
}

/// Each domain that is not as it should be, and whose it is.
fn a_label_of_the_object_is_joined_as_the_page_says(prometheus: &Prometheus) {
    let page = read("docs/metrics.md");
    let query = page
        .split("```text\n")
        .filter_map(|block| block.split("```").next())
        .find(|block| block.contains("group_left"))
        .expect("a query that joins");
    let mut teams = BTreeMap::new();
    for series in prometheus.query(query) {
        let labels = &series["metric"];
        let number: usize = labels["name"].as_str().unwrap()[1..]
            .trim_end_matches("-nl")
            .parse()
            .unwrap();
        assert_eq!(labels["label_team"], TEAMS[number / 20 % 2], "{labels}");
        *teams.entry(labels["label_team"].to_string()).or_insert(0) += 1;
    }
    assert_eq!(teams.len(), 2, "{teams:?}");
}

/// What curl gets, and who asks for the text format, passes `promtool check metrics`.
fn promtool_takes_the_scrape(target: SocketAddr) {
    for accept in ["*/*", "text/plain;version=0.0.4"] {
        let (code, text) = get(target, "/metrics", accept).unwrap();
        assert_eq!(code, 200);
        promtool_takes(&text);
    }
}

fn promtool_takes(text: &str) {
    let mut check = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut check.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
