//! What values make of the objects: names, labels, the image, rights, pods. Network and monitoring: `network.rs`.

use serde_json::{Value, json};

use crate::template::{Rendered, helm_template, rendered, with_image};

/// Values with everything switched on that can be at once.
pub fn everything() -> Value {
    json!({
        "global": {
            "imagePullSecrets": [{"name": "one"}],
            "commonLabels": {"team": "mail", "app.kubernetes.io/part-of": "platform"},
            "nodeSelector": {"disk": "ssd"}, "priorityClassName": "high", "logLevel": "debug",
            "leaderElection": {"namespace": "leases"},
        },
        "image": {"registry": "registry.example", "repository": "team/zegel", "tag": "1.2.3"},
        "imagePullSecrets": [{"name": "two"}, {"name": "one"}],
        "watch": {"labelSelector": "team=mail"},
        "recording": {"enabled": true},
        "resolvers": ["192.0.2.53", "192.0.2.54:5353", "[2001:db8::1]:5353"],
        "dns": {"dnssec": "require", "trustAnchor": {"configMap": "anchors"}},
        "replicas": 2,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "podDisruptionBudget": {"enabled": true},
        "serviceAccount": {"annotations": {"a": "b"}, "labels": {"c": "d"}},
        "deploymentAnnotations": {"reloader": "on"}, "podAnnotations": {"mesh": "off"}, "podLabels": {"zone": "green"},
        "tolerations": [{"operator": "Exists"}],
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"},
        ],
        "runtimeClassName": "gvisor", "dnsPolicy": "None",
        "dnsConfig": {"nameservers": ["192.0.2.53"], "options": [{"name": "ndots", "value": "1"}]},
        "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["a.example"]}],
        "hostUsers": false,
        "volumes": [{"name": "tmp", "emptyDir": {}}], "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        "extraEnv": [{"name": "NO_COLOR", "value": "1"}],
        "extraArgs": ["--concurrency=4"],
        "service": {"annotations": {"a": "b"}, "labels": {"c": "d"}},
        "networkPolicy": {
            "enabled": true,
            "ingress": {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]},
            "egress": {"apiServer": {"cidrs": ["192.0.2.0/24"]}, "extra": [{"ports": [{"port": 8443, "protocol": "TCP"}]}]},
        },
        "monitoring": {
            "serviceMonitor": {
                "enabled": true, "labels": {"release": "prometheus"}, "endpointAdditionalProperties": {"scheme": "http"},
                "relabelings": [{"action": "labeldrop", "regex": "pod_template_hash"}],
            },
            "prometheusRule": {
                "enabled": true, "runbookUrl": "https://docs.example/alerts.md#", "alertLabels": {"team": "mail"},
                "overrides": {"ZegelDomainDrifted": {"for": "2h", "severity": "critical"}, "ZegelNoLeader": {"enabled": false}},
                "extraRules": [{"record": "zegel:objects", "expr": "count(zegel_maildomain_condition)"}],
            },
            "dashboards": {
                "configMap": {"enabled": true, "annotations": {"grafana_folder": "Mail"}},
                "grafanaDashboard": {"enabled": true, "instanceSelector": {"matchLabels": {"dashboards": "grafana"}}},
            },
        },
        "extraObjects": [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ include \"zegel.fullname\" . }}-object"}},
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-text}\n",
        ],
    })
}

/// The objects of release `release`.
fn of_release(release: &str, values: Value) -> Vec<Value> {
    serde_saphyr::from_multiple(&helm_template(release, &with_image(values)).unwrap()).unwrap()
}

fn name_of(objects: &[Value], kind: &str) -> String {
    let found = objects.iter().find(|object| object["kind"] == kind);
    found.unwrap()["metadata"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn names_follow_the_release_and_what_overrides_them() {
    let long = "a-release-with-a-name-as-long-as-helm-takes-it-at-most";
    for (release, values, name) in [
        ("zegel", json!({}), "zegel"),
        ("mail", json!({}), "mail-zegel"),
        ("my-zegel", json!({}), "my-zegel"),
        ("mail", json!({"nameOverride": "dns"}), "mail-dns"),
        ("mail", json!({"fullnameOverride": "watch"}), "watch"),
        (
            &long[..53],
            json!({}),
            "a-release-with-a-name-as-long-as-helm-takes-it-zegel",
        ),
    ] {
        let objects = of_release(release, values.clone());
        assert_eq!(name_of(&objects, "Deployment"), name, "{release} {values}");
        for object in objects
            .iter()
            .filter(|object| object["kind"] != "CustomResourceDefinition")
        {
            let own = object["metadata"]["name"].as_str().unwrap();
            assert!(own.starts_with(name) && own.len() <= 63, "{own}");
        }
    }
    let elsewhere = rendered(json!({"namespaceOverride": "elsewhere", "networkPolicy": {"enabled": true}}));
    for object in elsewhere.objects() {
        let namespace = &object["metadata"]["namespace"];
        assert!(namespace.is_null() || namespace == "elsewhere", "{object}");
        for subject in object["subjects"].as_array().into_iter().flatten() {
            assert_eq!(subject["namespace"], "elsewhere");
        }
    }
}

#[test]
fn common_labels_are_on_every_object_and_never_outweigh_a_selector() {
    let clash =
        json!({"app.kubernetes.io/name": "other", "app.kubernetes.io/instance": "other", "team": "mail"});
    let all = rendered(json!({"global": {"commonLabels": clash}}));
    for object in all
        .objects()
        .iter()
        .filter(|it| it["kind"] != "CustomResourceDefinition")
    {
        assert_eq!(object["metadata"]["labels"]["team"], "mail", "{object}");
        assert_eq!(
            object["metadata"]["labels"]["app.kubernetes.io/instance"],
            "zegel"
        );
    }
    let deployment = all.one("Deployment");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    for (label, value) in deployment["spec"]["selector"]["matchLabels"].as_object().unwrap() {
        assert_eq!(&labels[label], value);
    }
    let selfcheck = &all.one("Pod")["metadata"]["labels"];
    assert_ne!(
        selfcheck["app.kubernetes.io/name"], labels["app.kubernetes.io/name"],
        "the Service would send scrapes to the check"
    );
}

#[test]
fn the_image_is_named_by_registry_repository_tag_and_digest() {
    let digest = format!("sha256:{}", "0".repeat(64));
    for (image, name) in [
        (
            json!({"repository": "zegel"}),
            format!("zegel:{}", env!("CARGO_PKG_VERSION")),
        ),
        (
            json!({"repository": "registry.example:5000/zegel", "tag": "1.0"}),
            "registry.example:5000/zegel:1.0".to_owned(),
        ),
        (
            json!({"registry": "registry.example", "repository": "team/zegel", "tag": "1"}),
            "registry.example/team/zegel:1".to_owned(),
        ),
        (
            json!({"registry": "registry.example/", "repository": "zegel", "digest": digest}),
            format!("registry.example/zegel@{digest}"),
        ),
        (
            json!({"repository": "zegel", "tag": "1", "digest": digest}),
            format!("zegel:1@{digest}"),
        ),
    ] {
        let all = rendered(json!({"image": image}));
        assert_eq!(all.container()["image"], json!(name));
        assert_eq!(all.one("Pod")["spec"]["containers"][0]["image"], json!(name));
    }
}

#[test]
fn global_settings_stand_where_the_charts_own_say_nothing() {
    let global = json!({"global": {
        "imagePullSecrets": [{"name": "a"}, {"name": "b"}], "nodeSelector": {"disk": "ssd", "kubernetes.io/os": "any"},
        "priorityClassName": "low", "logLevel": "debug", "rbac": {"aggregate": false},
    }, "imagePullSecrets": [{"name": "b"}, {"name": "c"}]});
    let all = rendered(global.clone());
    assert_eq!(
        all.pod()["imagePullSecrets"],
        json!([{"name": "a"}, {"name": "b"}, {"name": "c"}])
    );
    assert_eq!(
        all.pod()["nodeSelector"],
        json!({"disk": "ssd", "kubernetes.io/os": "linux"})
    );
    assert_eq!(all.pod()["priorityClassName"], "low");
    assert!(all.args().contains(&"--log-level=debug".to_owned()));
    assert_eq!(all.all("ClusterRole").len(), 1);
    let mut own = global;
    own["priorityClassName"] = json!("high");
    own["logLevel"] = json!("warn");
    let own = rendered(own);
    assert_eq!(own.pod()["priorityClassName"], "high");
    assert!(own.args().contains(&"--log-level=warn".to_owned()));
    let none = rendered(json!({"global": {"rbac": {"create": false}}}));
    for kind in ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"] {
        assert!(none.all(kind).is_empty(), "{kind}");
    }
}

#[test]
fn security_settings_can_be_unset_where_the_platform_gives_out_user_ids() {
    let openshift = rendered(json!({"podSecurityContext": {"runAsUser": null, "runAsGroup": null}}));
    assert_eq!(
        openshift.pod()["securityContext"],
        json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}})
    );
    let own = rendered(json!({"containerSecurityContext": {"runAsUser": 1000}}));
    assert_eq!(own.container()["securityContext"]["runAsUser"], 1000);
    assert_eq!(own.container()["securityContext"]["readOnlyRootFilesystem"], true);
}

#[test]
fn rights_shrink_to_one_namespace_when_only_one_is_watched() {
    let one = rendered(json!({"watch": {"namespace": "mail"}, "rbac": {"aggregate": false}}));
    assert!(one.all("ClusterRole").is_empty() && one.all("ClusterRoleBinding").is_empty());
    let granted = |all: &Rendered| -> Vec<String> {
        let roles = all.all("Role");
        let rules = roles.iter().flat_map(|role| {
            let rules = role["rules"].as_array().unwrap().iter();
            rules.map(|rule| (role["metadata"]["namespace"].as_str().unwrap().to_owned(), rule))
        });
        rules
            .map(|(namespace, rule)| format!("{namespace} {}", rule["resources"][0].as_str().unwrap()))
            .collect()
    };
    // Events about the whole installation are told of the Lease, where that is.
    let both = [
        "mail maildomains",
        "mail maildomains/status",
        "mail events",
        "zegel-system events",
        "zegel-system leases",
        "zegel-system leases",
    ];
    assert_eq!(granted(&one), both);
    let home = rendered(json!({"watch": {"namespace": "zegel-system"}, "rbac": {"aggregate": false}}));
    assert_eq!(
        granted(&home)
            .iter()
            .filter(|right| right.contains("events"))
            .count(),
        1
    );
    let alone = rendered(json!({"leaderElection": {"enabled": false}, "rbac": {"aggregate": false}}));
    assert!(alone.all("Role").is_empty(), "no Lease, no right to it");
    assert!(
        !alone
            .args()
            .iter()
            .any(|arg| arg.contains("lease") || arg.contains("leader"))
    );
}

#[test]
fn a_service_account_can_be_anothers() {
    let all = rendered(json!({"serviceAccount": {"create": false, "name": "mine"}}));
    assert!(all.all("ServiceAccount").is_empty());
    assert_eq!(all.pod()["serviceAccountName"], "mine");
    for kind in ["ClusterRoleBinding", "RoleBinding"] {
        assert_eq!(all.one(kind)["subjects"][0]["name"], "mine");
    }
}

#[test]
fn volumes_carry_a_trust_anchor_recordings_and_what_else_is_asked_for() {
    let mounts = |all: &Rendered| -> Vec<(String, String)> {
        let list = all.container()["volumeMounts"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        list.iter()
            .map(|it| {
                (
                    it["name"].as_str().unwrap().to_owned(),
                    it["mountPath"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    };
    assert_eq!(mounts(&rendered(json!({}))), []);
    let pair = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    let all = rendered(everything());
    assert_eq!(
        mounts(&all),
        [
            pair("trust-anchor", "/etc/zegel/trust-anchor"),
            pair("looks", "/var/lib/zegel/looks"),
            pair("tmp", "/tmp")
        ]
    );
    assert_eq!(all.pod()["volumes"][0]["configMap"]["name"], "anchors");
    let own = rendered(json!({
        "recording": {"enabled": true, "folder": "/looks/"},
        "volumes": [{"name": "disk", "persistentVolumeClaim": {"claimName": "looks"}}],
        "volumeMounts": [{"name": "disk", "mountPath": "/looks"}],
    }));
    assert_eq!(
        mounts(&own),
        [pair("disk", "/looks")],
        "the user's own volume, and no emptyDir over it"
    );
}

#[test]
fn a_budget_never_blocks_a_single_replica() {
    for (values, field, number) in [
        (json!({}), "maxUnavailable", json!(1)),
        (json!({"maxUnavailable": "50%"}), "maxUnavailable", json!("50%")),
        (json!({"minAvailable": 0}), "minAvailable", json!(0)),
    ] {
        let mut budget = values;
        budget["enabled"] = json!(true);
        let all = rendered(json!({"podDisruptionBudget": budget}));
        assert_eq!(all.one("PodDisruptionBudget")["spec"][field], number);
    }
    let two = rendered(json!({"replicas": 2, "podDisruptionBudget": {"enabled": true, "minAvailable": 1}}));
    assert_eq!(two.one("PodDisruptionBudget")["spec"]["minAvailable"], 1);
    assert!(two.one("PodDisruptionBudget")["spec"]["maxUnavailable"].is_null());
}

#[test]
fn objects_of_ones_own_are_templates() {
    let all = rendered(everything());
    let names: Vec<&Value> = all
        .all("ConfigMap")
        .iter()
        .map(|map| &map["metadata"]["name"])
        .collect();
    assert!(
        names.contains(&&json!("zegel-object")) && names.contains(&&json!("zegel-text")),
        "{names:?}"
    );
}

#[test]
fn what_is_said_of_pods_reaches_them() {
    let all = rendered(everything());
    let pod = all.pod();
    assert_eq!(
        (
            &pod["enableServiceLinks"],
            &pod["runtimeClassName"],
            &pod["dnsPolicy"],
            &pod["hostUsers"]
        ),
        (&json!(false), &json!("gvisor"), &json!("None"), &json!(false))
    );
    assert_eq!(pod["dnsConfig"]["options"][0]["name"], "ndots");
    assert_eq!(pod["hostAliases"][0]["ip"], "192.0.2.1");
    assert_eq!(
        pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]["app.kubernetes.io/name"],
        "zegel"
    );
    assert_eq!(
        all.one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"],
        0
    );
    let env = all.container()["env"].as_array().unwrap();
    assert!(env.iter().any(|it| it["name"] == "NO_COLOR") && env.iter().any(|it| it["name"] == "POD_NAME"));
    let off = rendered(json!({"livenessProbe": {"enabled": false}, "readinessProbe": {"periodSeconds": 9}}));
    assert!(off.container()["livenessProbe"].is_null());
    assert_eq!(off.container()["readinessProbe"]["periodSeconds"], 9);
    assert!(off.container()["readinessProbe"]["enabled"].is_null());
}
