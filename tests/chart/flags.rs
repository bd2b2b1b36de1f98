//! Every flag of `zegel controller` is a value of the chart, with the same default; and whatever the chart writes, the
//! program takes.

use clap::{CommandFactory, Parser};
use serde_json::{Value, json};
use zegel::cli::Cli;

use crate::template::{helm_template, rendered, strings, with_image};

/// How the chart has a flag.
enum Has {
    /// As a value: these values write this argument.
    As(Value, &'static str),
    /// Not, because.
    Not(&'static str),
}
use Has::{As, Not};

fn flags() -> Vec<(&'static str, Has)> {
    vec![
        (
            "namespace",
            As(json!({"watch": {"namespace": "mail"}}), "--namespace=mail"),
        ),
        (
            "label-selector",
            As(
                json!({"watch": {"labelSelector": "team=a,b!=c"}}),
                "--label-selector=team=a,b!=c",
            ),
        ),
        (
            "shard-selector",
            As(
                json!({"watch": {"shardSelector": "team=a,b!=c"}}),
                "--shard-selector=team=a,b!=c",
            ),
        ),
        (
            "shards",
            As(
                json!({"replicas": 3, "leaderElection": {"shards": 8}}),
                "--shards=8",
            ),
        ),
        ("tenancy", As(json!({"tenancy": "Closed"}), "--tenancy=Closed")),
        (
            "grant-selectors",
            As(
                json!({"tenancy": "Closed", "grants": {"selectors": true}}),
                "--grant-selectors",
            ),
        ),
        ("concurrency", As(json!({"concurrency": 7}), "--concurrency=7")),
        ("timeout", As(json!({"timeout": "1m"}), "--timeout=1m")),
        (
            "bind",
            As(
                json!({"bind": {"address": "::", "port": 9090}}),
                "--bind=[::]:9090",
            ),
        ),
        (
            "metrics-objects",
            As(json!({"metrics": {"objects": "None"}}), "--metrics-objects=None"),
        ),
        (
            "metrics-object-labels",
            As(
                json!({"metrics": {"objectLabels": ["team", "app.kubernetes.io/part-of"]}}),
                "--metrics-object-labels=team,app.kubernetes.io/part-of",
            ),
        ),
        (
            "certificate-requests",
            As(
                json!({"certManager": {"enabled": true}}),
                "--certificate-requests",
            ),
        ),
        (
            "record-folder",
            As(
                json!({"recording": {"enabled": true, "folder": "/looks"}}),
                "--record-folder=/looks",
            ),
        ),
        ("leader-elect", As(json!({}), "--leader-elect")),
        (
            "lease-name",
            As(
                json!({"leaderElection": {"leaseName": "other"}}),
                "--lease-name=other",
            ),
        ),
        (
            "lease-namespace",
            As(
                json!({"global": {"leaderElection": {"namespace": "leases"}}}),
                "--lease-namespace=leases",
            ),
        ),
        (
            "lease-duration",
            As(
                json!({"leaderElection": {"leaseDuration": "30s"}}),
                "--lease-duration=30s",
            ),
        ),
        ("identity", Not("the pod's name, from the environment")),
        (
            "resolver",
            As(json!({"resolvers": ["192.0.2.53"]}), "--resolver=192.0.2.53"),
        ),
        (
            "dns-timeout",
            As(json!({"dns": {"timeout": "5s"}}), "--dns-timeout=5s"),
        ),
        (
            "dns-attempts",
            As(json!({"dns": {"attempts": 3}}), "--dns-attempts=3"),
        ),
        (
            "dns-concurrency",
            As(json!({"dns": {"concurrency": 8}}), "--dns-concurrency=8"),
        ),
        (
            "dnssec",
            As(json!({"dns": {"dnssec": "require"}}), "--dnssec=require"),
        ),
        (
            "trust-anchor",
            As(
                json!({"dns": {"trustAnchor": {"configMap": "anchors", "key": "nl.key"}}}),
                "--trust-anchor=/etc/zegel/trust-anchor/nl.key",
            ),
        ),
        (
            "dnssec-control",
            As(json!({"dns": {"dnssecControl": "nl."}}), "--dnssec-control=nl."),
        ),
        (
            "dnssec-bogus-control",
            As(
                json!({"dns": {"dnssecBogusControl": "bogus.example"}}),
                "--dnssec-bogus-control=bogus.example",
            ),
        ),
        (
            "authorities",
            As(json!({"dns": {"authorities": "off"}}), "--authorities=off"),
        ),
        (
            "authority-rate",
            As(json!({"dns": {"authorityRate": 2}}), "--authority-rate=2"),
        ),
        (
            "authority-port",
            Not("for trials with servers of one's own; it is hidden"),
        ),
        (
            "policy-ca",
            Not("for trials with a server of one's own; it is hidden"),
        ),
        (
            "policy-port",
            Not("for trials with a server of one's own; it is hidden"),
        ),
        (
            "smtp-ehlo",
            As(
                json!({"mailServers": {"ehlo": "zegel.voorbeeld.nl"}}),
                "--smtp-ehlo=zegel.voorbeeld.nl",
            ),
        ),
        (
            "smtp-pause",
            As(json!({"mailServers": {"pause": "1m"}}), "--smtp-pause=1m"),
        ),
        (
            "allow-private-targets",
            As(
                json!({"mailServers": {"allowPrivateTargets": true}}),
                "--allow-private-targets",
            ),
        ),
        (
            "smtp-proxy",
            As(
                json!({"mailServers": {"proxy": "socks5://192.0.2.1:1080"}}),
                "--smtp-proxy=socks5://192.0.2.1:1080",
            ),
        ),
        ("probe", As(through_a_probe(), "--probe=probe.voorbeeld.nl:8625")),
        (
            "probe-ca",
            As(through_a_probe(), "--probe-ca=/etc/zegel/probe/ca.crt"),
        ),
        (
            "probe-cert",
            As(through_a_probe(), "--probe-cert=/etc/zegel/probe/tls.crt"),
        ),
        (
            "probe-key",
            As(through_a_probe(), "--probe-key=/etc/zegel/probe/tls.key"),
        ),
        (
            "smtp-port",
            Not("for trials with servers of one's own; it is hidden"),
        ),
        (
            "log-format",
            As(json!({"logFormat": "text"}), "--log-format=text"),
        ),
        (
            "log-level",
            As(json!({"logLevel": "zegel=debug"}), "--log-level=zegel=debug"),
        ),
        ("color", Not("a pod has no terminal")),
    ]
}

/// The right is there with the flag and not without it, and there is never one to Secrets.
#[test]
fn certificate_requests_may_be_read_only_where_that_is_switched_on() {
    for (values, has_it) in [
        (json!({}), false),
        (json!({"certManager": {"enabled": true}}), true),
        (
            json!({"certManager": {"enabled": true}, "watch": {"namespace": "mail"}}),
            true,
        ),
    ] {
        let text = helm_template("zegel", &with_image(values)).unwrap();
        assert_eq!(text.contains("[cert-manager.io]"), has_it, "{text}");
        assert_eq!(text.contains("- --certificate-requests\n"), has_it, "{text}");
        assert!(!text.to_lowercase().contains("resources: [secrets"), "{text}");
    }
}

fn through_a_probe() -> Value {
    json!({"mailServers": {"probe": {"address": "probe.voorbeeld.nl:8625", "secret": "probe"}}})
}

/// The Secret is mounted where the flags say, and the policy lets out to the probe's port.
#[test]
fn a_probe_is_asked_with_the_secret_that_is_named() {
    let mut values = through_a_probe();
    values["networkPolicy"] = json!({"enabled": true});
    let all = rendered(values);
    let pod = &all.one("Deployment")["spec"]["template"]["spec"];
    let of = |list: &Value| {
        let list = list.as_array().unwrap();
        list.iter().find(|one| one["name"] == "probe").unwrap().clone()
    };
    assert_eq!(of(&pod["volumes"])["secret"], json!({"secretName": "probe"}));
    let mount = of(&pod["containers"][0]["volumeMounts"]);
    assert_eq!(
        mount,
        json!({"name": "probe", "mountPath": "/etc/zegel/probe", "readOnly": true})
    );
    let egress = all.one("NetworkPolicy")["spec"]["egress"]
        .as_array()
        .unwrap()
        .clone();
    assert!(
        egress.contains(&json!({"ports": [{"port": 8625, "protocol": "TCP"}]})),
        "{egress:?}"
    );
    for (wrong, says) in [
        (
            json!({"address": "probe:8625"}),
            "mailServers.probe.secret is not",
        ),
        (json!({"secret": "probe"}), "mailServers.probe.address is not"),
    ] {
        let said = helm_template("zegel", &with_image(json!({"mailServers": {"probe": wrong}}))).unwrap_err();
        assert!(said.contains(says), "{said}");
    }
    for other in [
        json!({"proxy": "socks5://192.0.2.1:1080"}),
        json!({"ehlo": "zegel.voorbeeld.nl"}),
    ] {
        let mut values = through_a_probe();
        let (name, value) = other.as_object().unwrap().iter().next().unwrap();
        values["mailServers"][name] = value.clone();
        let said = helm_template("zegel", &with_image(values)).unwrap_err();
        assert!(said.contains("are both set"), "{said}");
    }
}

#[test]
fn every_flag_of_the_controller_is_a_value() {
    let mut cli = Cli::command();
    cli.build();
    let controller = cli.find_subcommand("controller").unwrap();
    let known: Vec<&str> = controller
        .get_arguments()
        .filter_map(|argument| argument.get_long())
        .filter(|long| !matches!(*long, "help" | "version"))
        .collect();
    let table = flags();
    let listed: Vec<&str> = table.iter().map(|(flag, _)| *flag).collect();
    let lacking: Vec<&&str> = known.iter().filter(|flag| !listed.contains(flag)).collect();
    assert!(
        lacking.is_empty(),
        "flags of the controller that are no values of the chart: {lacking:?}"
    );
    let gone: Vec<&&str> = listed.iter().filter(|flag| !known.contains(flag)).collect();
    assert!(gone.is_empty(), "the controller has no such flags: {gone:?}");
    for (flag, has) in table {
        match has {
            As(values, argument) => {
                let args = rendered(values.clone()).args();
                assert!(
                    args.contains(&argument.to_owned()),
                    "{flag}: {values} gives {args:?}"
                );
            }
            Not(why) => assert!(!why.is_empty()),
        }
    }
}

/// Two defaults that differ would make the chart's a surprise to whoever knows the program's.
#[test]
fn the_values_say_by_default_what_the_program_says_by_default() {
    let mut cli = Cli::command();
    cli.build();
    let controller = cli.find_subcommand("controller").unwrap();
    for argument in rendered(json!({})).args() {
        let Some((flag, value)) = argument.strip_prefix("--").and_then(|rest| rest.split_once('=')) else {
            continue;
        };
        // In a pod: JSON for whoever collects logs, and a Lease of the release's.
        if matches!(flag, "log-format" | "lease-name" | "lease-namespace") {
            continue;
        }
        let known = controller
            .get_arguments()
            .find(|known| known.get_long() == Some(flag))
            .unwrap();
        let defaults: Vec<_> = known
            .get_default_values()
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect();
        assert_eq!(defaults, [value], "--{flag}");
    }
}

#[test]
fn the_program_takes_whatever_the_chart_writes() {
    let mut sets: Vec<Value> = flags()
        .into_iter()
        .filter_map(|(_, has)| match has {
            As(values, _) => Some(values),
            Not(_) => None,
        })
        .collect();
    sets.push(crate::render::everything());
    for values in sets {
        let text = helm_template("zegel", &with_image(values)).unwrap();
        let objects: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        let pods = objects.iter().filter_map(|object| match object["kind"].as_str() {
            Some("Deployment") => Some(&object["spec"]["template"]["spec"]),
            Some("Pod") => Some(&object["spec"]),
            _ => None,
        });
        let mut seen = 0;
        for pod in pods {
            let args = strings(&pod["containers"][0]["args"]);
            if let Err(error) = Cli::try_parse_from(std::iter::once("zegel".to_owned()).chain(args.clone())) {
                panic!("{args:?}: {error}");
            }
            seen += 1;
        }
        assert_eq!(seen, 2, "the controller and the check");
    }
}
