//! What goes in and out of the pods, and what of it is watched: the NetworkPolicy, monitors, alerts, the dashboard.

use serde_json::{Value, json};

use crate::render::everything;
use crate::template::{rendered, strings};

#[test]
fn the_network_policy_lets_out_dns_and_the_api_server_and_in_the_metrics_port() {
    assert!(rendered(json!({})).all("NetworkPolicy").is_empty());
    let all = rendered(json!({
        "networkPolicy": {"enabled": true},
        "resolvers": ["192.0.2.53", "192.0.2.54:53", "192.0.2.55:5353", "2001:db8::1", "[2001:db8::2]:5353"],
    }));
    let spec = &all.one("NetworkPolicy")["spec"];
    assert_eq!(spec["policyTypes"], json!(["Ingress", "Egress"]));
    assert_eq!(
        spec["ingress"],
        json!([{"ports": [{"port": "metrics", "protocol": "TCP"}]}])
    );
    let dns = |port: u16| json!([{"port": port, "protocol": "UDP"}, {"port": port, "protocol": "TCP"}]);
    assert_eq!(
        spec["egress"],
        json!([
            {"ports": dns(53)},
            {"ports": dns(5353), "to": [{"ipBlock": {"cidr": "192.0.2.55/32"}}]},
            {"ports": dns(5353), "to": [{"ipBlock": {"cidr": "2001:db8::2/128"}}]},
            {"ports": [{"port": 443, "protocol": "TCP"}, {"port": 6443, "protocol": "TCP"}]},
            {"ports": tcp(25), "to": public()},
            {"ports": tcp(443), "to": public()},
        ])
    );
    // It holds for the controller and for the check, and for no other pod of the namespace.
    for expression in spec["podSelector"]["matchExpressions"].as_array().unwrap() {
        let (key, values) = (
            expression["key"].as_str().unwrap(),
            strings(&expression["values"]),
        );
        for labels in [
            &all.one("Deployment")["spec"]["template"]["metadata"]["labels"],
            &all.one("Pod")["metadata"]["labels"],
        ] {
            assert!(
                values.contains(&labels[key].as_str().unwrap().to_owned()),
                "{key}"
            );
        }
    }
}

/// Where nobody but the resolvers is asked, port 53 is open to nobody else; where more is asked than the values show, it is.
#[test]
fn dns_is_let_out_to_the_resolvers_alone_where_only_these_are_asked() {
    let peers = |resolvers: Value, more: Value| -> Vec<(u64, Value)> {
        let mut values = json!({"networkPolicy": {"enabled": true}, "dns": {"authorities": "off"}, "resolvers": resolvers});
        for (key, value) in more.as_object().unwrap() {
            values[key] = value.clone();
        }
        let rules = rendered(values).one("NetworkPolicy")["spec"]["egress"].clone();
        let rules = rules.as_array().unwrap().iter();
        rules
            .filter(|rule| rule["ports"][0]["protocol"] == "UDP")
            .map(|rule| (rule["ports"][0]["port"].as_u64().unwrap(), rule["to"].clone()))
            .collect()
    };
    let to = |cidrs: &[&str]| -> Value {
        cidrs
            .iter()
            .map(|cidr| json!({"ipBlock": {"cidr": cidr}}))
            .collect()
    };
    assert_eq!(
        peers(
            json!([
                "192.0.2.53",
                "192.0.2.54:5353",
                "192.0.2.55:53",
                "2001:db8::1",
                "[2001:db8::2]:53",
                "::ffff:192.0.2.56"
            ]),
            json!({})
        ),
        [
            (
                53,
                to(&[
                    "192.0.2.53/32",
                    "192.0.2.55/32",
                    "2001:db8::1/128",
                    "2001:db8::2/128",
                    "192.0.2.56/32"
                ])
            ),
            (5353, to(&["192.0.2.54/32"])),
        ]
    );
    assert_eq!(
        peers(json!(["192.0.2.54:5353"]), json!({})),
        [(5353, to(&["192.0.2.54/32"]))],
        "no resolver is at port 53"
    );
    let ours = json!([{"podSelector": {}}]);
    let policy = json!({"enabled": true, "egress": {"dns": {"to": ours}}});
    assert_eq!(
        peers(json!(["192.0.2.53"]), json!({"networkPolicy": policy})),
        [(53, ours)]
    );
    for (resolvers, more) in [
        // The system's resolvers, which no value names.
        (json!([]), json!({})),
        (json!(["192.0.2.53"]), json!({"dns": {"authorities": "auto"}})),
        (
            json!(["192.0.2.53"]),
            json!({"extraArgs": ["--resolver=192.0.2.1"]}),
        ),
        (
            json!(["192.0.2.53"]),
            json!({"extraArgs": ["--authorities", "auto"]}),
        ),
        (
            json!(["192.0.2.53"]),
            json!({"mailServers": {"probe": {"address": "probe.voorbeeld.nl:8625", "secret": "probe"}}}),
        ),
    ] {
        assert_eq!(
            peers(resolvers.clone(), more.clone()),
            [(53, Value::Null)],
            "{resolvers} {more}"
        );
    }
    let by_address = json!({"mailServers": {"probe": {"address": "[2001:db8::9]:8625", "secret": "probe"}}});
    assert_eq!(
        peers(json!(["192.0.2.53"]), by_address),
        [(53, to(&["192.0.2.53/32"]))]
    );
}

fn tcp(port: u16) -> Value {
    json!([{"port": port, "protocol": "TCP"}])
}

/// Every address but those of networks of somebody's own, to which the controller sends nothing either.
fn public() -> Value {
    json!([
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": [
            "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        ]}},
        {"ipBlock": {"cidr": "::/0", "except": ["::1/128", "fc00::/7", "fe80::/10"]}},
    ])
}

/// Ports 25 and 443 follow what the controller is told: whom it may send to, and by which way.
#[test]
fn mail_servers_and_policies_are_let_out_to_as_the_controllers_flags_say() {
    let egress = |values: Value| -> Vec<Value> {
        let mut all = json!({"networkPolicy": {"enabled": true}});
        for (key, value) in values.as_object().unwrap() {
            match key.as_str() {
                "egress" => all["networkPolicy"]["egress"] = value.clone(),
                _ => all[key] = value.clone(),
            }
        }
        let rules = rendered(all).one("NetworkPolicy")["spec"]["egress"].clone();
        // DNS and the API server come first.
        rules.as_array().unwrap().iter().skip(2).cloned().collect()
    };
    assert_eq!(
        egress(json!({"mailServers": {"allowPrivateTargets": true}})),
        [json!({"ports": tcp(25)}), json!({"ports": tcp(443)})]
    );
    for (proxy, cidr) in [
        ("socks5://192.0.2.1:1080", "192.0.2.1/32"),
        ("socks5://[2001:db8::1]:1080/", "2001:db8::1/128"),
    ] {
        let rules = egress(json!({"mailServers": {"proxy": proxy}}));
        assert_eq!(
            rules,
            [
                json!({"ports": tcp(1080), "to": [{"ipBlock": {"cidr": cidr}}]}),
                json!({"ports": tcp(443), "to": public()}),
            ]
        );
    }
    // By a host name: whatever it leads to.
    let probe = json!({"probe": {"address": "probe.voorbeeld.nl:8625", "secret": "probe"}});
    let rules = egress(json!({"mailServers": probe}));
    assert_eq!(
        rules,
        [
            json!({"ports": tcp(8625)}),
            json!({"ports": tcp(443), "to": public()}),
        ]
    );
    let ours = json!([{"ipBlock": {"cidr": "198.51.100.0/24"}}]);
    let rules = egress(json!({"egress": {"mailServers": {"to": ours}, "policies": {"enabled": false}}}));
    assert_eq!(rules, [json!({"ports": tcp(25), "to": ours})]);
    let none = json!({"egress": {"mailServers": {"enabled": false}, "policies": {"enabled": false}}});
    assert_eq!(egress(none), [Value::Null; 0]);
}

#[test]
fn monitors_scrape_the_metrics_port_and_keep_the_labels_of_maildomains() {
    for (kind, field, endpoints) in [
        ("ServiceMonitor", "serviceMonitor", "endpoints"),
        ("PodMonitor", "podMonitor", "podMetricsEndpoints"),
    ] {
        let monitor = json!({
            "enabled": true, "namespace": "monitoring", "interval": "15s",
            "endpointAdditionalProperties": {"sampleLimit": 5000},
        });
        let all = rendered(json!({"monitoring": {field: monitor}}));
        let monitor = all.one(kind);
        assert_eq!(monitor["metadata"]["namespace"], "monitoring");
        assert_eq!(
            monitor["spec"]["namespaceSelector"]["matchNames"],
            json!(["zegel-system"])
        );
        let endpoint = &monitor["spec"][endpoints][0];
        assert_eq!(
            (
                &endpoint["port"],
                &endpoint["honorLabels"],
                &endpoint["interval"],
                &endpoint["sampleLimit"]
            ),
            (&json!("metrics"), &json!(true), &json!("15s"), &json!(5000))
        );
        let other = if kind == "PodMonitor" {
            "ServiceMonitor"
        } else {
            "PodMonitor"
        };
        assert!(all.all(other).is_empty());
        // Found by it: the Service's labels, or the pods'.
        for (label, value) in monitor["spec"]["selector"]["matchLabels"].as_object().unwrap() {
            assert_eq!(&all.one("Service")["metadata"]["labels"][label], value);
            assert_eq!(
                &all.one("Deployment")["spec"]["template"]["metadata"]["labels"][label],
                value
            );
        }
        assert_eq!(all.one("Service")["spec"]["ports"][0]["name"], "metrics");
    }
}

#[test]
fn alerts_are_those_of_the_file_with_what_the_values_change() {
    let file =
        std::fs::read_to_string(format!("{}/files/alerts.yaml", crate::control_plane::chart_dir())).unwrap();
    let file: Value = serde_saphyr::from_str(&file).unwrap();
    let plain = rendered(json!({"monitoring": {"prometheusRule": {"enabled": true}}}));
    assert_eq!(plain.one("PrometheusRule")["spec"], file);

    let all = rendered(everything());
    let rules = all.one("PrometheusRule")["spec"]["groups"][0]["rules"]
        .as_array()
        .unwrap();
    let of = |name: &str| rules.iter().find(|rule| rule["alert"] == name);
    let drifted = of("ZegelDomainDrifted").unwrap();
    assert_eq!(
        (&drifted["for"], &drifted["labels"]),
        (&json!("2h"), &json!({"severity": "critical", "team": "mail"}))
    );
    assert_eq!(
        drifted["annotations"]["runbook_url"],
        "https://docs.example/alerts.md#zegeldomaindrifted"
    );
    assert!(of("ZegelNoLeader").is_none());
    assert_eq!(rules.last().unwrap()["record"], "zegel:objects");
}

#[test]
fn the_dashboard_is_the_file_as_it_is() {
    let file = std::fs::read_to_string(format!(
        "{}/files/dashboard.json",
        crate::control_plane::chart_dir()
    ))
    .unwrap();
    let all = rendered(everything());
    let maps = all.all("ConfigMap");
    let map = maps
        .iter()
        .find(|map| map["data"]["zegel.json"].is_string())
        .unwrap();
    assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
    for text in [
        &map["data"]["zegel.json"],
        &all.one("GrafanaDashboard")["spec"]["json"],
    ] {
        assert_eq!(text.as_str().unwrap().trim(), file.trim());
    }
}
