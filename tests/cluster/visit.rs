//! `kubectl zegel`: the program as a plugin of the real kubectl, on a real API server, with a controller at work.

use std::process::Command;

use serde_json::{Value, json};

use crate::control_plane;
use crate::stage::{Stage, WEAKER, eventually, run, spec, spec_with};

/// What a run came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// kubectl with the plugin in its PATH, as whoever may do everything.
fn kubectl(stage: &Stage, args: &[&str]) -> Run {
    let folder = stage.plane.dir().join("plugin");
    std::fs::create_dir_all(&folder).unwrap();
    let link = folder.join("kubectl-zegel");
    if !link.exists() {
        // Another test may be quicker.
        let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_zegel"), &link);
    }
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let program = stage.plane.kubectl().get_program().to_owned();
    let mut command = Command::new(program);
    command
        .env("PATH", path)
        .env("KUBECONFIG", stage.plane.kubeconfig())
        .env("NO_COLOR", "1")
        .args(args);
    finished(command)
}

fn finished(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn of(stage: &Stage, args: &[&str]) -> Run {
    kubectl(stage, &[&["zegel"], args, &["-n", &stage.namespace]].concat())
}

#[test]
fn a_person_sees_how_an_object_stands_and_has_it_looked_at() {
    run(async {
        let stage = Stage::new("visited").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        let fine = tokio::task::block_in_place(|| of(&stage, &["status", "voorbeeld-nl"]));
        assert_eq!(fine.code, 0, "{}{}", fine.out, fine.err);
        assert!(
            fine.out.starts_with("voorbeeld.nl: ok: InSync for ")
                && fine.out.contains("(visited/voorbeeld-nl)\n"),
            "{}",
            fine.out
        );
        for words in [
            "2 of 2 records",
            "_dmarc.voorbeeld.nl  TXT   DMARC",
            "What to do next\n",
            "InSync",
        ] {
            assert!(fine.out.contains(words), "{words}\n{}", fine.out);
        }

        stage.dns.set(WEAKER);
        let asked =
            tokio::task::block_in_place(|| of(&stage, &["refresh", "maildomain/voorbeeld-nl", "--wait"]));
        assert_eq!(asked.code, 1, "{}{}", asked.out, asked.err);
        // The first look alone says nothing for certain: the second one is waited for.
        assert!(
            asked.out.starts_with("voorbeeld.nl: wrong: Drifted "),
            "{}",
            asked.out
        );
        stage.ready("voorbeeld-nl", "False", "Drifted").await;
        stage.told("voorbeeld-nl", &["InSync", "Drifted"]).await;
        let wrong = tokio::task::block_in_place(|| of(&stage, &["status", "voorbeeld-nl"]));
        assert_eq!(wrong.code, 1, "{}", wrong.out);
        for words in [
            "voorbeeld.nl: wrong: Drifted for ",
            "  want   v=DMARC1; p=reject\n",
            "  found  v=DMARC1; p=none\n",
            "  - p: want reject, found none\n",
            "  cause  DNS was changed",
            "EVENT",
            "Warning  Drifted",
            "kubectl zegel refresh voorbeeld-nl -n visited --wait",
        ] {
            assert!(wrong.out.contains(words), "{words}\n{}", wrong.out);
        }
        let json = tokio::task::block_in_place(|| of(&stage, &["status", "voorbeeld-nl", "-o", "json"]));
        let [object] = json.lines().try_into().unwrap();
        assert_eq!(
            (
                &object["outcome"],
                &object["reason"],
                &object["standing"],
                &object["schemaVersion"]
            ),
            (&json!("wrong"), &json!("Drifted"), &json!("Current"), &json!(1))
        );
        assert_eq!(object["status"]["records"].as_array().unwrap().len(), 2);
        assert_eq!(object["events"].as_array().unwrap().len(), 2);
        stage.end().await;
    });
}

#[test]
fn of_many_the_worst_come_first_with_totals_above() {
    run(async {
        let stage = Stage::new("visited-many").await;
        stage.create("voorbeeld-nl", spec()).await;
        stage
            .create("wedijver-nl", spec_with(json!({"settleWindow": "3s"})))
            .await;
        stage
            .create(
                "leeg-nl",
                json!({"domain": "leeg.nl", "role": "Mail", "suspend": true}),
            )
            .await;
        stage.ready("voorbeeld-nl", "True", "InSync").await;
        stage.ready("wedijver-nl", "False", "DomainConflict").await;
        stage.ready("leeg-nl", "Unknown", "Suspended").await;
        let fleet = tokio::task::block_in_place(|| of(&stage, &["status"]));
        assert_eq!(fleet.code, 1, "{}", fleet.err);
        assert!(
            fleet
                .out
                .starts_with("3 MailDomains: 1 DomainConflict, 1 Suspended, 1 InSync\n\nNAMESPACE"),
            "{}",
            fleet.out
        );
        let names: Vec<&str> = fleet
            .out
            .lines()
            .skip(3)
            .filter_map(|line| line.split_whitespace().nth(1))
            .collect();
        assert_eq!(names, ["wedijver-nl", "leeg-nl", "voorbeeld-nl"]);
        let quiet = tokio::task::block_in_place(|| of(&stage, &["status", "--quiet", "-o", "json"]));
        let reasons: Vec<Value> = quiet.lines().iter().map(|line| line["reason"].clone()).collect();
        assert_eq!(reasons.len(), 2, "{}", quiet.out);
        let all = tokio::task::block_in_place(|| kubectl(&stage, &["zegel", "status", "-A"]));
        // How wide a column is hangs on the namespaces of the tests beside this one.
        let is_its_row = |line: &str| {
            line.split_whitespace()
                .take(2)
                .eq(["visited-many", "wedijver-nl"])
        };
        assert!(all.out.lines().any(is_its_row), "{}", all.out);
        // kubectl takes both, and looks everywhere.
        let both = tokio::task::block_in_place(|| of(&stage, &["status", "-A"]));
        assert!(both.out.lines().any(is_its_row), "{}", both.out);
        // Several by name are told in full, one after the other.
        let two =
            tokio::task::block_in_place(|| of(&stage, &["status", "voorbeeld-nl", "maildomain/leeg-nl"]));
        assert_eq!(two.code, 3, "{}", two.err);
        for words in ["voorbeeld.nl: ok: InSync", "\nleeg.nl: unknown: Suspended"] {
            assert!(two.out.contains(words), "{words}\n{}", two.out);
        }
        // By label; of a label that none has nothing is known.
        let label = stage
            .plane
            .kubectl()
            .args(["label", "maildomain", "leeg-nl", "team=x", "-n", "visited-many"])
            .status();
        assert!(label.unwrap().success());
        let names = |selector: &str| -> (i32, Vec<Value>) {
            let run = tokio::task::block_in_place(|| of(&stage, &["status", "-l", selector, "-o", "json"]));
            (
                run.code,
                run.lines().iter().map(|line| line["name"].clone()).collect(),
            )
        };
        assert_eq!(names("team=x"), (3, vec![json!("leeg-nl")]));
        assert_eq!(names("team=nobody"), (3, vec![]));
        assert_eq!(names("team in (").0, 2);
        // Nobody looks at what is suspended: to wait for it would be in vain.
        let refused = tokio::task::block_in_place(|| of(&stage, &["refresh", "leeg-nl", "--wait=10m"]));
        assert_eq!(refused.code, 3, "{}", refused.out);
        assert!(refused.err.contains("is suspended"), "{}", refused.err);
        let refused = tokio::task::block_in_place(|| of(&stage, &["refresh", "leeg-nl", "-o", "json"]));
        let [line] = refused.lines().try_into().unwrap();
        assert_eq!(
            (refused.code, &line["outcome"], &line["suspended"]),
            (3, &json!("unknown"), &json!(true))
        );
        stage.end().await;
    });
}

#[test]
fn what_stops_it_is_said_in_words() {
    run(async {
        let stage = Stage::empty("visited-nobody").await;
        stage.create("voorbeeld-nl", spec()).await;
        let unseen = tokio::task::block_in_place(|| of(&stage, &["status", "voorbeeld-nl"]));
        assert_eq!(unseen.code, 3, "{}", unseen.err);
        for words in [
            "unknown: not looked at",
            "No controller has looked at it yet. - See whether a controller runs",
        ] {
            let text = unseen.out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(words), "{words}\n{}", unseen.out);
        }
        let alone = tokio::task::block_in_place(|| of(&stage, &["refresh", "voorbeeld-nl", "--wait=1s"]));
        assert_eq!(alone.code, 3, "{}{}", alone.out, alone.err);
        assert!(alone.err.contains("was not looked at within 1s"), "{}", alone.err);
        // A name given twice is one object, however it is written; JSON and exit code say the same.
        let twice = ["voorbeeld-nl", "maildomain/voorbeeld-nl", "-o", "json"];
        for args in [&["refresh", "--wait=1s"][..], &["status"]] {
            let run = tokio::task::block_in_place(|| of(&stage, &[args, &twice].concat()));
            let [line] = run.lines().try_into().unwrap();
            assert_eq!(
                (run.code, &line["outcome"]),
                (3, &json!("unknown")),
                "{args:?}: {}",
                run.err
            );
        }
        let asked = tokio::task::block_in_place(|| of(&stage, &["refresh", "voorbeeld-nl"]));
        assert_eq!(asked.code, 0, "{}", asked.err);
        for (args, says) in [
            (
                &["status", "weg-nl"][..],
                "there is none in namespace visited-nobody",
            ),
            (
                &["refresh", "weg-nl"],
                "there is none in namespace visited-nobody",
            ),
            (&["check", "weg-nl"], "there is none in namespace visited-nobody"),
            (
                &["status", "voorbeeld.nl"],
                "that of the domain voorbeeld.nl is voorbeeld-nl",
            ),
            (
                &["refresh", "voorbeeld.nl"],
                "that of the domain voorbeeld.nl is voorbeeld-nl",
            ),
            (
                &["status", "voorbeeld-nl", "visited-nobody/voorbeeld-nl"],
                "a namespace is said by -n visited-nobody",
            ),
            (&["status", "--context", "weg"], "no cluster to talk to"),
            (&["status", "--kubeconfig", "/weg"], "no cluster to talk to"),
        ] {
            let run = tokio::task::block_in_place(|| of(&stage, args));
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
            assert!(run.err.contains(says), "{args:?}: {}", run.err);
        }
        let elsewhere =
            tokio::task::block_in_place(|| kubectl(&stage, &["zegel", "status", "-n", "visited-nowhere"]));
        assert_eq!((elsewhere.code, elsewhere.out.as_str()), (3, "0 MailDomains\n"));
        let says = "no MailDomain in namespace visited-nowhere, so nothing is known; -A tells of all";
        assert!(elsewhere.err.contains(says), "{}", elsewhere.err);
        let judged =
            tokio::task::block_in_place(|| kubectl(&stage, &["zegel", "check", "-n", "visited-nowhere"]));
        assert_eq!((judged.code, judged.out.as_str()), (3, ""), "{}", judged.err);
        assert!(
            judged.err.contains("no MailDomain in namespace visited-nowhere"),
            "{}",
            judged.err
        );
        // Of two of which one is not there none is asked for a look.
        let asked_at = || {
            let mut kubectl = stage.plane.kubectl();
            kubectl.args([
                "get",
                "maildomain",
                "voorbeeld-nl",
                "-n",
                "visited-nobody",
                "-o",
                "jsonpath={.metadata.annotations}",
            ]);
            finished(kubectl).out
        };
        let before = tokio::task::block_in_place(asked_at);
        assert!(before.contains("requestedAt"), "{before}");
        let one =
            tokio::task::block_in_place(|| of(&stage, &["refresh", "voorbeeld-nl", "weg-nl", "--wait=1s"]));
        assert_eq!((one.code, one.out.as_str()), (2, ""), "{}", one.err);
        assert_eq!(tokio::task::block_in_place(asked_at), before);
        // What it tells to type begins with what was typed.
        let reason = tokio::task::block_in_place(|| kubectl(&stage, &["zegel", "explain", "Nonsense"]));
        assert!(
            reason.err.contains("kubectl zegel explain --all lists"),
            "{}",
            reason.err
        );
        // An account without rights is told which it lacks.
        stage
            .plane
            .create_service_account("visited-nobody", "stranger")
            .await
            .unwrap();
        let kubeconfig = stage
            .plane
            .kubeconfig_of("visited-nobody", "stranger")
            .await
            .unwrap();
        for (how, place) in [
            (&["-n", "visited-nobody"][..], "namespace visited-nobody"),
            (&["-n", "visited-nobody", "-A"], "all namespaces"),
        ] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
            command
                .args(["kubectl", "status", "--kubeconfig"])
                .arg(&kubeconfig)
                .args(how);
            let refused = tokio::task::block_in_place(|| finished(command));
            assert_eq!(refused.code, 2);
            for words in [
                &format!("not allowed to list MailDomains in {place}: "),
                "ClusterRoles view and edit",
            ] {
                assert!(refused.err.contains(words), "{words}\n{}", refused.err);
            }
            // The API server's words stand there once, and nothing of the program's inside.
            assert_eq!(refused.err.matches("is forbidden").count(), 1, "{}", refused.err);
            assert!(!refused.err.contains("Status {"), "{}", refused.err);
        }
        stage.end().await;
    });
}

/// What is begun is a MailDomain to the API server, and what is planned for ExternalDNS one of its objects; and an object
/// as the cluster has it is a manifest.
#[test]
fn what_is_begun_and_what_is_planned_is_taken_by_the_api_server() {
    run(async {
        let stage = Stage::empty("visited-begun").await;
        let mut crd = stage.plane.kubectl();
        crd.args(["apply", "--server-side", "-f"]).arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/cluster/dnsendpoints.externaldns.k8s.io.yaml"
        ));
        control_plane::run(crd).unwrap();
        let resolver = stage.dns.address().to_string();
        let how = ["--resolver", &resolver, "--dnssec", "off", "--authorities", "off"];
        let zegel = |args: &[&str], input: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_zegel"));
            command.args(args).args(how);
            control_plane::run_with_input(command, input).unwrap()
        };
        let apply = |yaml: &str| {
            let mut command = stage.plane.kubectl();
            command.args(["apply", "--server-side", "--validate=strict", "-f", "-"]);
            control_plane::run_with_input(command, yaml).unwrap()
        };
        let begun = zegel(
            &[
                "init",
                "voorbeeld.nl",
                "-n",
                "visited-begun",
                "--sends-with",
                "zendesk,fastmail",
                "--reports",
                "a@voorbeeld.nl",
            ],
            "",
        );
        let taken = apply(&begun);
        assert!(
            taken.contains("maildomain.zegel.dev/voorbeeld-nl serverside-applied"),
            "{taken}"
        );
        let mut get = stage.plane.kubectl();
        get.args([
            "get",
            "maildomain",
            "voorbeeld-nl",
            "-n",
            "visited-begun",
            "-o",
            "yaml",
        ]);
        let kept = control_plane::run(get).unwrap();
        eventually("the kind is served", async || {
            let mut list = stage.plane.kubectl();
            list.args(["get", "dnsendpoints", "-n", "visited-begun"]);
            control_plane::run(list).is_ok()
        })
        .await;
        for provider in ["aws", "azure", "google", "pdns"] {
            let planned = zegel(
                &["plan", "--diff", "-o", "dnsendpoint", "--provider", provider, "-"],
                &kept,
            );
            let taken = apply(&planned);
            assert!(
                taken.contains("dnsendpoint.externaldns.k8s.io/voorbeeld-nl serverside-applied"),
                "{taken}"
            );
        }
        stage.end().await;
    });
}
