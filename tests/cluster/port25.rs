//! A controller that comes up where port 25 is closed outward: every domain stays what it was, and it is said once.

use serde_json::json;
use zegel::api::MailDomainStatus;

use crate::mail_server::{Server, self_signed, with_tls};
use crate::process::Program;
use crate::stage::{Stage, eventually, run};

/// Three domains whose mail servers are in three networks.
const DOMAINS: [&str; 3] = ["een.nl", "twee.nl", "drie.nl"];

/// What a status says of the domain: conditions, how records stand, and what is wrong, advice aside.
fn verdict(status: &MailDomainStatus) -> (Vec<String>, Vec<String>, Vec<String>) {
    let status = serde_json::to_value(status).unwrap();
    let list = |field: &str, parts: &[&str]| -> Vec<String> {
        let all = status[field].as_array().into_iter().flatten();
        let heavy = all.filter(|one| one["severity"] != "Info");
        heavy
            .map(|one| parts.iter().map(|part| format!("{} ", one[*part])).collect())
            .collect()
    };
    (
        list("conditions", &["type", "status", "reason"]),
        list("records", &["standard", "name", "state"]),
        list("findings", &["rule", "severity"]),
    )
}

#[test]
fn where_port_25_is_closed_every_domain_stays_what_it_was() {
    run(async {
        let stage = Stage::empty("port-25").await;
        let (_, config) = self_signed(&["mx.een.nl", "mx.twee.nl", "mx.drie.nl"]);
        let first = Server::start_at(([127, 1, 1, 1], 0).into(), vec![with_tls(&config)]).await;
        for last in [2, 3] {
            Server::start_at(([127, 1, last, 1], first.port).into(), vec![with_tls(&config)]).await;
        }
        for (domain, net) in DOMAINS.iter().zip(1..) {
            stage.dns.set(&format!(
                "{domain} 1 MX 10 mx.{domain}\nmx.{domain} 1 A 127.1.{net}.1\nmx.{domain} EXISTS"
            ));
            let spec =
                json!({"domain": domain, "role": "Mail", "readyWhen": "InSync", "tls": {"level": "Any"}});
            stage.create(&domain.replace('.', "-"), spec).await;
        }
        let flags = |port: u16| {
            let port = port.to_string();
            ["--smtp-pause", "10ms", "--allow-private-targets", "--smtp-port"]
                .map(str::to_owned)
                .into_iter()
                .chain([port])
                .collect::<Vec<_>>()
        };
        let start = |name: &str, port: u16| {
            let flags = flags(port);
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            Program::start(&stage, name, &flags)
        };
        let mut open = start("open", first.port);
        open.ready().await;
        let mut before = Vec::new();
        for domain in DOMAINS {
            before.push(stage.ready(&domain.replace('.', "-"), "True", "InSync").await);
        }
        assert!(open.metrics().await.contains("zegel_smtp_port_blocked 0"));
        drop(open);
        // The same where nobody can be connected to.
        let nobody = Server::start_at(([127, 0, 0, 1], 0).into(), Vec::new())
            .await
            .port;
        assert_ne!(nobody, first.port);
        let mut closed = start("closed", nobody);
        closed.ready().await;
        for (domain, before) in DOMAINS.iter().zip(&before) {
            let name = domain.replace('.', "-");
            let asked = stage.annotate(&name).await;
            let after = stage
                .until(&name, |status| {
                    status.last_handled_reconcile_at.as_deref() == Some(&asked)
                })
                .await;
            assert_eq!(verdict(&after), verdict(before), "{domain}");
        }
        eventually("it is noticed", async || {
            closed.metrics().await.contains("zegel_smtp_port_blocked 1")
        })
        .await;
        closed.says("PortBlocked").await;
        assert_eq!(closed.output().matches("\"reason\":\"PortBlocked\"").count(), 1);
        stage.end().await;
    });
}
