//! One object for every row of the table of conditions, as the real controller leaves it on a real API server. What
//! delivers objects is held to them elsewhere: kstatus, Flux and Argo CD read the files this writes (tests/gitops).
//!
//! `UPDATE=1` writes the files; without it they are compared: the conditions, and which generation they speak of.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use kube::api::{Api, ApiResource, DynamicObject, PostParams};
use regex::Regex;
use serde_json::{Value, json};
use zegel::api::{MailDomain, MailDomainGrant};

use crate::dns::{Fault, SERVFAIL};
use crate::stage::{Stage, eventually, run, spec_with};
use crate::tenancy::{closed, grant, revoke, says};

const FOLDER: &str = "gitops/argocd/resource_customizations/zegel.dev";

/// A domain of its own for a name, whose SPF and DMARC are what [`zone`] says.
fn domain(name: &str) -> String {
    format!("{name}.nl")
}

/// Its records, with this DMARC policy; answers may be kept so long, in seconds.
fn zone(name: &str, policy: &str, ttl: u32) -> String {
    let domain = domain(name);
    format!(
        "{domain} {ttl} TXT v=spf1 ip4:192.0.2.1 -all
         {domain} {ttl} MX 10 mail.{domain}
         mail.{domain} {ttl} A 192.0.2.1
         mail.{domain} {ttl} AAAA 2001:db8::1
         _dmarc.{domain} {ttl} TXT v=DMARC1; p={policy}"
    )
}

/// The stage's spec for that domain, with some fields replaced.
fn spec(name: &str, change: Value) -> Value {
    let mut spec = spec_with(change);
    spec["domain"] = domain(name).into();
    spec
}

#[test]
fn every_row_of_the_table_is_recorded_as_it_is() {
    run(async {
        let mut stage = Stage::empty("rows").await;
        let patient = || json!({"settleWindow": "1h"});
        for (name, policy, ttl) in [
            ("compliant", "reject", 3600),
            ("in-sync", "reject", 3600),
            ("observed", "none", 3600),
            ("suspended-in-sync", "reject", 3600),
            ("suspended-drifted", "none", 1),
            ("suspended-never-judged", "reject", 3600),
            ("drifted", "none", 1),
            ("unconfirmed", "reject", 3600),
            ("propagating", "none", 3600),
            ("finding-unconfirmed", "reject", 3600),
            ("noncompliant", "reject", 1),
            ("progressing", "reject", 3600),
            ("dns-unavailable", "reject", 3600),
            ("domain-conflict", "reject", 3600),
            ("edited", "reject", 3600),
        ] {
            stage.dns.set(&zone(name, policy, ttl));
        }
        // An include of a name without SPF: every receiver gives up (permerror).
        for name in ["noncompliant", "finding-unconfirmed"] {
            let domain = domain(name);
            stage.dns.set(&format!(
                "{domain} 1 TXT v=spf1 include:gone.{domain} -all\ngone.{domain} EXISTS"
            ));
        }
        let broken = |name: &str, window: &str| {
            let include = format!("include:gone.{}", domain(name));
            spec(
                name,
                json!({
                    "readyWhen": "Compliant",
                    "settleWindow": window,
                    "spf": {"mechanisms": [include], "all": "Fail"},
                }),
            )
        };

        // Nobody has looked: no controller runs yet.
        stage
            .create("compliant", spec("compliant", json!({"readyWhen": "Compliant"})))
            .await;
        record(&stage, "compliant", "nobody-looked").await;
        stage.start().await;
        stage.ready("compliant", "True", "Compliant").await;
        record(&stage, "compliant", "compliant").await;

        stage.create("in-sync", spec("in-sync", patient())).await;
        stage
            .create("observed", spec("observed", json!({"readyWhen": "Observed"})))
            .await;
        let bad = json!({"spf": {"mechanisms": ["ip5:192.0.2.1"], "all": "Fail"}});
        stage.create("invalid-spec", spec("invalid-spec", bad)).await;
        stage
            .create("claims-it", spec("domain-conflict", patient()))
            .await;
        stage.ready("claims-it", "True", "InSync").await;
        stage
            .create("domain-conflict", spec("domain-conflict", patient()))
            .await;
        let suspended = "suspended-never-judged";
        stage
            .create(suspended, spec(suspended, json!({"suspend": true})))
            .await;
        stage.create("propagating", spec("propagating", patient())).await;
        stage
            .create("finding-unconfirmed", broken("finding-unconfirmed", "1h"))
            .await;
        for (name, status, reason) in [
            ("in-sync", "True", "InSync"),
            ("observed", "True", "Observed"),
            ("invalid-spec", "False", "InvalidSpec"),
            ("domain-conflict", "False", "DomainConflict"),
            (suspended, "Unknown", "Suspended"),
            ("propagating", "False", "Propagating"),
            ("finding-unconfirmed", "False", "Unconfirmed"),
        ] {
            stage.ready(name, status, reason).await;
            record(&stage, name, name).await;
        }

        stage.create("unconfirmed", spec("unconfirmed", patient())).await;
        stage.ready("unconfirmed", "True", "InSync").await;
        stage.dns.set(&zone("unconfirmed", "none", 3600));
        stage.look("unconfirmed").await;
        stage.ready("unconfirmed", "False", "Unconfirmed").await;
        record(&stage, "unconfirmed", "unconfirmed").await;

        for name in ["drifted", "suspended-drifted"] {
            stage.create(name, spec(name, json!({}))).await;
            stage.ready(name, "False", "Drifted").await;
        }
        record(&stage, "drifted", "drifted").await;
        stage.create("noncompliant", broken("noncompliant", "2s")).await;
        stage.ready("noncompliant", "False", "Noncompliant").await;
        record(&stage, "noncompliant", "noncompliant").await;

        stage
            .create("suspended-in-sync", spec("suspended-in-sync", json!({})))
            .await;
        stage.ready("suspended-in-sync", "True", "InSync").await;
        for (name, status, reason) in [
            ("suspended-in-sync", "True", "InSync"),
            ("suspended-drifted", "False", "Drifted"),
        ] {
            stage.edit(name, json!({"suspend": true})).await;
            stage.ready(name, status, reason).await;
            record(&stage, name, name).await;
        }

        let unanswered = "dns-unavailable";
        stage
            .dns
            .fail(&format!("_dmarc.{}", domain(unanswered)), SERVFAIL);
        stage.create(unanswered, spec(unanswered, json!({}))).await;
        stage.ready(unanswered, "Unknown", "DNSUnavailable").await;
        record(&stage, unanswered, unanswered).await;
        stage
            .dns
            .fail(&format!("_dmarc.{}", domain("progressing")), Fault::Held);
        stage.create("progressing", spec("progressing", json!({}))).await;
        stage.ready("progressing", "Unknown", "Progressing").await;
        record(&stage, "progressing", "progressing").await;
        stage.dns.heal();

        // What was seen is too old: an outage that lasts.
        stage.dns.fail_all(SERVFAIL);
        stage.pass_time(SignedDuration::from_hours(7));
        stage.look("in-sync").await;
        stage.ready("in-sync", "Unknown", "DNSUnavailable").await;
        record(&stage, "in-sync", "stale").await;
        stage.dns.heal();

        // A new spec that nobody has read yet.
        stage.create("edited", spec("edited", json!({}))).await;
        stage.ready("edited", "True", "InSync").await;
        stage.stop().await;
        stage
            .edit("edited", json!({"dmarc": {"policy": "Quarantine"}}))
            .await;
        record(&stage, "edited", "edited").await;
        stage.end().await;
    });
}

/// A closed cluster: who has no grant, and grants as they stand.
#[test]
fn every_row_of_a_closed_cluster_is_recorded_as_it_is() {
    run(async {
        let mut stage = closed("rows-closed").await;
        let named = || json!({"names": ["rows-closed"]});
        created_grant(&stage).await;
        stage.start().await;
        stage.create("not-granted", spec("not-granted", json!({}))).await;
        stage.ready("not-granted", "False", "NotGranted").await;
        record(&stage, "not-granted", "not-granted").await;
        grant(&stage, "rows-accepted", named(), &["rows.example"]).await;
        says(&stage, "rows-accepted", "True", "Accepted").await;
        record_grant(&stage, "rows-accepted", "accepted").await;
        let selector = json!({"selector": {"matchLabels": {"a b": "c"}}});
        grant(&stage, "rows-invalid-spec", selector, &["rows.example"]).await;
        says(&stage, "rows-invalid-spec", "False", "InvalidSpec").await;
        record_grant(&stage, "rows-invalid-spec", "invalid-spec").await;
        for name in ["rows-accepted", "rows-invalid-spec"] {
            revoke(&stage, name).await;
        }
        stage.end().await;
    });
}

/// Writes an object as the API server has it to a file of this name, or compares what stands there.
async fn record(stage: &Stage, object: &str, file: &str) {
    let resource = ApiResource::erase::<MailDomain>(&());
    let api = Api::namespaced_with(stage.plane.client(), &stage.namespace, &resource);
    record_of(&api, "MailDomain", object, file).await;
}

/// The same of a grant.
async fn record_grant(stage: &Stage, object: &str, file: &str) {
    let resource = ApiResource::erase::<MailDomainGrant>(&());
    let api = Api::all_with(stage.plane.client(), &resource);
    record_of(&api, "MailDomainGrant", object, file).await;
}

/// A grant as the API server takes it, before anybody looks.
async fn created_grant(stage: &Stage) {
    let params = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let spec =
        json!({"namespaces": {"names": ["rows-closed"]}, "domains": ["*.rows.example"], "may": ["Claim"]});
    let grant = MailDomainGrant::new("rows-nobody-looked", serde_json::from_value(spec).unwrap());
    let grants: Api<MailDomainGrant> = Api::all(stage.plane.client());
    let created = grants.create(&params, &grant).await.unwrap();
    let got = timeless(serde_json::to_value(created).unwrap());
    let path = file_of("MailDomainGrant", "nobody-looked");
    if std::env::var_os("UPDATE").is_some() {
        return write(&path, &got);
    }
    assert_eq!(conditions(&got), conditions(&read(&path)));
}

fn file_of(kind: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(kind)
        .join("testdata")
        .join(format!("{file}.yaml"))
}

fn write(path: &Path, object: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, serde_saphyr::to_string(object).unwrap()).unwrap();
}

async fn record_of(api: &Api<DynamicObject>, kind: &str, object: &str, file: &str) {
    let path = file_of(kind, file);
    let got = timeless(serde_json::to_value(api.get(object).await.unwrap()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        return write(&path, &got);
    }
    let want = read(&path);
    // A later write may say more in its texts; what a tool reads must not be another.
    let said = || async {
        conditions(&timeless(
            serde_json::to_value(api.get(object).await.unwrap()).unwrap(),
        ))
    };
    let want = conditions(&want);
    eventually(&format!("{file} is as recorded: {want:#}"), async || {
        said().await == want
    })
    .await;
}

fn read(path: &PathBuf) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}: run UPDATE=1 cargo test --test cluster rows",
            path.display()
        )
    });
    serde_saphyr::from_str(&text).unwrap()
}

/// What a tool that delivers objects looks at.
fn conditions(object: &Value) -> Value {
    let status = &object["status"];
    let conditions = status["conditions"].as_array().map(|all| {
        let of = |condition: &Value| {
            json!([
                condition["type"],
                condition["status"],
                condition["reason"],
                condition["observedGeneration"]
            ])
        };
        all.iter().map(of).collect::<Vec<_>>()
    });
    json!({
        "generation": object["metadata"]["generation"],
        "observedGeneration": status["observedGeneration"],
        "conditions": conditions.unwrap_or_default(),
    })
}

/// The object without what differs each time it is made: identities, times, ports.
fn timeless(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.retain(|key, _| ["name", "namespace", "generation"].contains(&key.as_str()));
    let time = Regex::new(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
    let port = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let text = serde_json::to_string(&object).unwrap();
    let text = time.replace_all(&text, "2026-01-01${1}00:00:00Z");
    let text = port.replace_all(&text, "127.0.0.1:53");
    serde_json::from_str(&text).unwrap()
}
