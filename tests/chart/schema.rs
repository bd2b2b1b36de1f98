//! What values the chart takes: each path of `values.yaml` is in the schema, every wrong value is refused, and what values
//! may not say together is refused with a sentence.

use serde_json::{Value, json};
use zegel::world::parse_resolver;

use crate::control_plane::chart_dir;
use crate::template::{defaults, helm_template, refused, rendered, with_image};

fn schema() -> Value {
    let text = std::fs::read_to_string(format!("{}/values.schema.json", chart_dir())).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The schema of a place, its reference followed.
fn followed<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

#[test]
fn every_value_is_in_the_schema_and_every_path_of_the_schema_has_a_default() {
    let root = schema();
    let mut wrong = Vec::new();
    compare(&root, &root, &defaults(), "", &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}

fn compare(root: &Value, schema: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let schema = followed(root, schema);
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let Some(value) = value.as_object() else {
        return;
    };
    for (name, below) in value {
        match properties.get(name) {
            Some(schema) => compare(root, schema, below, &format!("{path}/{name}"), wrong),
            None => wrong.push(format!("{path}/{name} is not in values.schema.json")),
        }
    }
    // What Kubernetes defines is passed on as it is: only some of it has a default here.
    let passed_on = [
        "SecurityContext",
        "resources",
        "Probe",
        "affinity",
        "dnsConfig",
        "Selector",
        "seccompProfile",
        "capabilities",
    ];
    let own = !passed_on.iter().any(|part| path.contains(part));
    if own {
        for name in properties.keys().filter(|name| !value.contains_key(*name)) {
            wrong.push(format!("{path}/{name} is not in values.yaml"));
        }
    }
    // `global` is shared with other charts; the template looks at it where it is not.
    if schema["additionalProperties"] != json!(false) && path != "/global" {
        wrong.push(format!("{path} takes any name"));
    }
}

/// A value no schema of this kind takes; `None`: it takes all.
fn absurd(root: &Value, schema: &Value) -> Option<Value> {
    let schema = followed(root, schema);
    if schema["enum"].is_array() {
        return Some(json!("no such word"));
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => return schema["anyOf"].is_array().then(|| json!(true)),
        kind => vec![kind.clone()],
    };
    let is = |kind: &str| kinds.contains(&json!(kind));
    Some(match () {
        () if is("string") => json!(5),
        () => json!("no such thing"),
    })
}

/// One document with something absurd at every leaf, and the paths; and one with an unknown name in every object.
fn absurdities(root: &Value, schema: &Value, path: &str, paths: &mut [Vec<String>; 2]) -> [Value; 2] {
    let schema = followed(root, schema);
    let mut both = [json!({}), json!({})];
    if let Some(properties) = schema["properties"].as_object() {
        for (name, below) in properties {
            let path = format!("{path}/{name}");
            let [leaves, names] = absurdities(root, below, &path, paths);
            both[0][name] = leaves;
            if !names.is_null() {
                both[1][name] = names;
            }
        }
        if path != "/global" {
            both[1]["surprise"] = json!(1);
            paths[1].push(path.to_owned());
        }
        return both;
    }
    if let Some(item) = schema.get("items") {
        let [leaves, names] = absurdities(root, item, &format!("{path}/0"), paths);
        return [
            json!([leaves]),
            if names.is_object() {
                json!([names])
            } else {
                json!(null)
            },
        ];
    }
    paths[0].push(path.to_owned());
    [absurd(root, schema).unwrap_or(json!(5)), json!(null)]
}

#[test]
fn every_leaf_refuses_another_kind_of_value_and_every_object_an_unknown_name() {
    let root = schema();
    let mut paths = [Vec::new(), Vec::new()];
    let documents = absurdities(&root, &root, "", &mut paths);
    assert!(paths[0].len() > 200, "{}", paths[0].len());
    for (document, paths) in documents.iter().zip(paths) {
        let words = helm_template("zegel", &document.to_string()).expect_err("refused");
        for path in paths {
            let at = format!("at '{path}'");
            assert!(words.contains(&at), "{path} takes anything\n{words}");
        }
    }
}

/// Values of the right kind that say what cannot be. Rows of one path are tried one after another, those of different
/// paths at once: Helm names all of them.
const WRONG: &[(&str, &[&str])] = &[
    (
        "/image/repository",
        &[
            r#""registry.example/zegel:1.0""#,
            r#""Zegel Image""#,
            r#""https://registry.example/zegel""#,
        ],
    ),
    ("/image/registry", &[r#""https://registry.example""#]),
    ("/image/tag", &[r#""1.0 beta""#, r#"":1.0""#, "1"]),
    ("/image/digest", &[r#""0123""#, r#""sha256:0123""#]),
    ("/image/pullPolicy", &[r#""Sometimes""#, r#""always""#]),
    ("/replicas", &["0", "65", "-1", r#""1""#, "1.5"]),
    ("/logFormat", &[r#""xml""#, r#""JSON""#]),
    ("/logLevel", &[r#""loud""#, r#""INFO""#]),
    ("/global/logLevel", &[r#""verbose""#]),
    ("/concurrency", &["0", "1025"]),
    (
        "/timeout",
        &[r#""20""#, r#""0s""#, r#""1d""#, r#""1m1h""#, r#""-5s""#],
    ),
    (
        "/resolvers/0",
        &[
            r#""dns.google""#,
            r#""192.0.2.256""#,
            r#""192.0.2.1:0""#,
            r#""192.0.2.1:65536""#,
            r#""192.0.2.1:dns""#,
            r#""1.2.3""#,
            r#""fe80::1%eth0""#,
            r#""https://192.0.2.1""#,
            r#""""#,
        ],
    ),
    ("/dns/timeout", &[r#""fast""#]),
    ("/dns/attempts", &["0"]),
    ("/dns/concurrency", &["0"]),
    ("/dns/dnssec", &[r#""on""#, "true"]),
    ("/dns/dnssecControl", &[r#""not a name""#]),
    ("/dns/authorities", &[r#""on""#, "false"]),
    ("/dns/authorityRate", &["0"]),
    ("/mailServers/ehlo", &[r#""not a name""#]),
    ("/mailServers/pause", &[r#""soon""#]),
    ("/mailServers/proxy", &[r#""http://192.0.2.1:80""#]),
    (
        "/mailServers/probe/address",
        &[
            r#""probe""#,
            r#""https://probe:8625""#,
            r#""2001:db8::1:8625""#,
            r#""probe:0""#,
        ],
    ),
    ("/mailServers/probe/secret", &[r#""My Secret""#]),
    ("/dns/trustAnchor/key", &[r#""a/b""#, r#""""#]),
    ("/dns/trustAnchor/configMap", &[r#""Anchors""#]),
    ("/watch/namespace", &[r#""Mail""#, r#""a,b""#]),
    (
        "/watch/labelSelector",
        &[
            r#""a b""#,
            r#""team in (a""#,
            r#""team in a""#,
            r#""a=b c""#,
            r#""a,""#,
            r#""a===b""#,
            r#""UPPER.example_com/a""#,
            r#""a>b""#,
        ],
    ),
    ("/watch/shardSelector", &[r#""shard=-1""#]),
    ("/nameOverride", &[r#""Zegel""#, r#""a_b""#]),
    ("/fullnameOverride", &[r#""-a""#]),
    ("/namespaceOverride", &[r#""a.b""#]),
    ("/leaderElection/leaseDuration", &[r#""15""#]),
    ("/leaderElection/leaseName", &[r#""My Lease""#]),
    ("/recording/folder", &[r#""looks""#]),
    ("/recording/sizeLimit", &[r#""1 GB""#]),
    ("/resources/requests/memory", &[r#""64MB""#, "true"]),
    ("/strategy/type", &[r#""BlueGreen""#]),
    (
        "/podDisruptionBudget/maxUnavailable",
        &["-1", r#""50 %""#, r#""101%""#],
    ),
    ("/podDisruptionBudget/unhealthyPodEvictionPolicy", &[r#""Never""#]),
    ("/podSecurityContext/runAsUser", &[r#""nobody""#, "-1"]),
    ("/podSecurityContext/seccompProfile/type", &[r#""Default""#]),
    ("/livenessProbe/periodSeconds", &["0"]),
    ("/terminationGracePeriodSeconds", &["-1"]),
    ("/podLabels/team", &["true", r#""a b""#]),
    ("/podAnnotations/x", &["1"]),
    ("/serviceAccount/name", &[r#""A""#]),
    ("/tolerations/0/effect", &[r#""Avoid""#]),
    ("/dnsPolicy", &[r#""cluster""#]),
    ("/dnsConfig/nameservers/0", &[r#""dns.google""#]),
    ("/hostAliases/0/ip", &[r#""host""#]),
    ("/bind/address", &[r#""localhost""#]),
    ("/bind/port", &["80", "70000"]),
    ("/service/port", &["0", "65536"]),
    ("/service/ipFamilies/0", &[r#""v4""#]),
    ("/networkPolicy/egress/apiServer/ports/0", &["0"]),
    (
        "/networkPolicy/egress/apiServer/cidrs/0",
        &[
            r#""192.0.2.1""#,
            r#""10.0.0.0/33""#,
            r#""10.0.0.256/8""#,
            r#""10.00.0.0/8""#,
            r#""2001:db8::/129""#,
            r#""2001:db8::1::/64""#,
            r#""1:2:3:4:5:6:7/64""#,
            r#""::12345/64""#,
        ],
    ),
    (
        "/networkPolicy/egress/dns/to/0/ipBlock/cidr",
        &[r#""10.0.0.0/33""#],
    ),
    (
        "/networkPolicy/egress/extra/0/to/0/podSelector",
        &[r#"{"matchLabel": {"a": "b"}}"#],
    ),
    (
        "/networkPolicy/egress/extra/0/ports/0",
        &[r#"{"ports": 53}"#, r#"{"port": 0}"#, r#"{"protocol": "tcp"}"#],
    ),
    (
        "/volumes/0",
        &[
            r#"{"name": "a", "emptyDri": {}}"#,
            r#"{"name": "a", "emptyDir": {"size": "1Gi"}}"#,
            r#"{"name": "a", "secret": {"name": "b"}}"#,
            r#"{"name": "a", "emptyDir": {}, "secret": {"secretName": "b"}}"#,
        ],
    ),
    ("/mailServers/proxy", &[r#""socks5://proxy.example:1080""#]),
    ("/networkPolicy/ingress/from/0", &["{}"]),
    ("/networkPolicy/egress/mailServers/to/0", &["{}"]),
    ("/networkPolicy/egress/policies/enabled", &[r#""yes""#]),
    ("/metrics/objects", &[r#""all""#]),
    (
        "/metrics/objectLabels/0",
        &[r#""*""#, r#""a b""#, r#""Example.com/team""#],
    ),
    ("/tenancy", &[r#""closed""#, r#""Half""#, "true"]),
    ("/grants/selectors", &[r#""yes""#]),
    (
        "/monitoring/serviceMonitor/interval",
        &[r#""often""#, r#""""#, r#""30s1m""#],
    ),
    ("/monitoring/prometheusRule/runbookUrl", &[r#""docs/alerts.md""#]),
    (
        "/monitoring/prometheusRule/overrides/ZegelDomainDrifted/for",
        &[r#""long""#],
    ),
    ("/selfcheck/wait", &[r#""a while""#]),
    ("/extraEnv/0", &[r#"{"value": "x"}"#]),
    ("/topologySpreadConstraints/0/maxSkew", &["0"]),
];

#[test]
fn values_that_cannot_be_are_refused_by_the_schema() {
    let most = WRONG.iter().map(|(_, values)| values.len()).max().unwrap();
    for round in 0..most {
        let rows: Vec<(&str, &str)> = WRONG
            .iter()
            .filter_map(|(path, values)| Some((*path, *values.get(round)?)))
            .collect();
        let mut document = json!({});
        for (path, value) in &rows {
            put(&mut document, path, serde_json::from_str(value).unwrap());
        }
        let words = helm_template("zegel", &document.to_string()).expect_err("refused");
        for (path, value) in rows {
            // Of a value with parts the part is named that is wrong.
            let is_named = ["'", "/"]
                .iter()
                .any(|end| words.contains(&format!("at '{path}{end}")));
            assert!(is_named, "{path} takes {value}\n{words}");
        }
    }
}

/// `null` takes a default away. Where nothing else would stand in its place that is refused, and never rendered as nothing.
#[test]
fn a_default_that_is_taken_away_is_missed() {
    for (values, missing) in [
        (json!({"concurrency": null}), "missing property 'concurrency'"),
        (json!({"dns": null}), "missing property 'dns'"),
        (json!({"dns": {"timeout": null}}), "missing property 'timeout'"),
        (
            json!({"monitoring": {"serviceMonitor": {"interval": null}}}),
            "missing property 'interval'",
        ),
        (json!({"global": {"rbac": null}}), "missing property 'rbac'"),
    ] {
        let words = refused(values.clone());
        assert!(words.contains(missing), "{values}: {words}");
    }
    for values in [
        json!({"podSecurityContext": {"runAsUser": null}}),
        json!({"resources": {"limits": null}}),
        json!({"nodeSelector": {"kubernetes.io/os": null}}),
        json!({"containerSecurityContext": {"capabilities": null}}),
        json!({"monitoring": {"dashboards": {"configMap": {"labels": {"grafana_dashboard": null}}}}}),
    ] {
        let text = helm_template("zegel", &with_image(values)).unwrap();
        assert!(!text.contains("<nil>"), "{text}");
    }
}

/// Puts a value at a path whose numbers are places in lists.
fn put(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    for step in path.split('/').skip(1) {
        place = match step {
            "0" => {
                if !place.is_array() {
                    *place = json!([null]);
                }
                &mut place[0]
            }
            name => &mut place[name],
        };
    }
    *place = value;
}

#[test]
fn a_resolver_is_what_the_program_takes_for_one() {
    let good = [
        "192.0.2.1",
        "192.0.2.1:5353",
        "2001:db8::1",
        "::1",
        "::ffff:192.0.2.1",
        "10.0.0.0",
        "223.224.225.226",
        "fd00::ff02",
        "[2001:db8::1]",
        "[2001:db8::1]:5353",
    ];
    for resolver in good {
        assert!(parse_resolver(resolver).is_ok(), "{resolver}");
    }
    let args = rendered(json!({"resolvers": good})).args();
    for resolver in good {
        assert!(args.contains(&format!("--resolver={resolver}")), "{args:?}");
    }
    let nobody_s = "0.0.0.0 0.0.0.0:53 255.255.255.255 224.0.0.251:5353 239.1.2.3 :: [::]:53 0:0:0:0:0:0:0:0 ::ffff:0.0.0.0 ff02::fb [ff05::2]:53";
    let no_address = "dns.google 192.0.2.256 1.2.3 192.0.2.1:x 192.0.2.1:70000 fe80::1%eth0";
    for bad in no_address.split(' ').chain(nobody_s.split(' ')) {
        assert!(parse_resolver(bad).is_err(), "{bad}");
        assert!(
            refused(json!({"resolvers": [bad]})).contains("at '/resolvers/0'"),
            "{bad}"
        );
    }
}

/// Values of the version before are values of this one: whoever upgrades gives them again.
#[test]
fn values_of_0_1_0_are_still_taken() {
    let before = json!({
        "image": {"repository": "registry.example/zegel", "tag": "", "pullPolicy": "IfNotPresent"},
        "imagePullSecrets": [{"name": "pull"}], "replicas": 2, "resolvers": ["192.0.2.53"], "logFormat": "text",
        "extraArgs": ["--concurrency=4", "--timeout", "30s"], "crds": {"enabled": true, "keep": true},
        "rbac": {"aggregate": false}, "serviceAccount": {"annotations": {"a": "b"}},
        "service": {"enabled": true, "port": 8080, "annotations": {}}, "podDisruptionBudget": {"enabled": true},
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "podAnnotations": {}, "podLabels": {"a": "b"}, "nodeSelector": {}, "tolerations": [], "affinity": {},
        "priorityClassName": "",
    });
    let args = rendered(before).args();
    let said = |flag: &str| args.iter().filter(|arg| arg.starts_with(flag)).count();
    assert_eq!((said("--concurrency"), said("--timeout")), (1, 1), "{args:?}");
}

#[test]
fn the_render_is_the_same_every_time_and_whatever_the_order_of_the_values() {
    let values = with_image(crate::render::everything());
    let reversed = reversed(&serde_json::from_str(&values).unwrap()).to_string();
    assert_ne!(values, reversed);
    let first = helm_template("zegel", &values).unwrap();
    assert!(first.len() > 20_000);
    for again in [&values, &reversed] {
        assert!(
            first == helm_template("zegel", again).unwrap(),
            "rendered otherwise the second time"
        );
    }
}

/// The same values, every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().rev();
            Value::Object(
                fields
                    .map(|(name, below)| (name.clone(), reversed(below)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
        other => other.clone(),
    }
}
