//! `zegel check`: manifests against live DNS.

use std::net::SocketAddr;

use super::harness::{Run, folder, zegel, zegel_with};
use crate::dns::{DnsServer, SERVFAIL};

const ZONE: &str = "
    voorbeeld.nl         60 TXT   v=spf1 mx -all
    voorbeeld.nl            MX    10 mail.voorbeeld.nl
    mail.voorbeeld.nl       A     192.0.2.1
    _dmarc.voorbeeld.nl     TXT   v=DMARC1; p=reject
";

const MANIFEST: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl, namespace: mail}
spec:
  domain: voorbeeld.nl
  role: Mail
  spf:
    mechanisms: [mx]
    all: Fail
  dmarc:
    policy: Reject
";

fn check(server: SocketAddr, args: &[&str], stdin: &str) -> Run {
    let server = server.to_string();
    let always = ["check", "--resolver", &server, "--dns-timeout", "1s"];
    zegel_with(&[&always[..], args].concat(), stdin)
}

const GRANT: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomainGrant
metadata: {name: team-a}
spec:
  namespaces: {names: [team-a]}
  domains: [voorbeeld.nl, '*.voorbeeld.nl']
  may: [Claim]
";

#[test]
fn a_grant_is_read_for_its_mistakes_and_asks_nothing_of_dns() {
    let dns = DnsServer::start(ZONE);
    let run = check(dns.address(), &["-"], GRANT);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    assert!(
        run.err
            .contains("1 MailDomainGrant is written as the API server takes it"),
        "{run:?}"
    );

    let run = check(dns.address(), &["-"], &format!("{MANIFEST}---\n{GRANT}"));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        !run.err.contains("MailDomainGrant"),
        "beside a MailDomain nothing need be said: {run:?}"
    );

    let wrong = GRANT
        .replace("voorbeeld.nl, ", "Voorbeeld.nl, ")
        .replace("may: [Claim]", "mai: [Claim]")
        .replace("names: [team-a]", "names: ['team-*']");
    let run = check(dns.address(), &["-"], &wrong);
    assert_eq!(run.code, 2, "{run:?}");
    for says in [
        "standard input:5: spec.namespaces.names[0]: \"team-*\" is no namespace's name",
        "standard input:6: spec.domains[0]: write voorbeeld.nl",
        "standard input:7: spec.mai: there is no field \"mai\": did you mean may?",
    ] {
        assert!(
            run.err.replace("-:", "standard input:").contains(says),
            "{says}\n{}",
            run.err
        );
    }
    assert_eq!(run.err.matches("error:").count(), 3, "{}", run.err);

    // Two of one name are one object; a MailDomain of that name is another.
    let run = check(dns.address(), &["-"], &format!("{GRANT}---\n{GRANT}"));
    assert!(
        run.code == 2 && run.err.contains("is the name of the object at"),
        "{run:?}"
    );
    let namesake = MANIFEST.replace("name: voorbeeld-nl", "name: team-a");
    let run = check(dns.address(), &["-"], &format!("{GRANT}---\n{namesake}"));
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn in_sync_is_zero() {
    let dns = DnsServer::start(ZONE);
    let run = check(dns.address(), &["-"], MANIFEST);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.out.starts_with("voorbeeld.nl: ok: 2 of 2 records in sync"),
        "{}",
        run.out
    );
}

#[test]
fn a_difference_is_one_and_says_what_differs_where() {
    let dns = DnsServer::start(ZONE);
    dns.set("_dmarc.voorbeeld.nl TXT v=DMARC1; p=none");
    let run = check(dns.address(), &["-"], MANIFEST);
    assert_eq!(run.code, 1, "{run:?}");
    for part in [
        "voorbeeld.nl: wrong: 1 of 2 records in sync",
        "want   v=DMARC1; p=reject",
        "found  v=DMARC1; p=none",
        "(-:5)",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    // In a file at its line; what came from standard input stands in none.
    let folder = folder(&[("a.yaml", MANIFEST)]);
    let file = folder.path().join("a.yaml");
    let file = file.to_str().expect("the path is UTF-8");
    for (path, place) in [
        (
            file,
            serde_json::json!({"artifactLocation": {"uri": format!("file://{file}")}, "region": {"startLine": 10}}),
        ),
        ("-", serde_json::Value::Null),
    ] {
        let run = check(dns.address(), &["-o", "sarif", path], MANIFEST);
        let log: serde_json::Value = serde_json::from_str(&run.out).expect("SARIF is JSON");
        let mut results = log["runs"][0]["results"].as_array().expect("results").iter();
        let drift = results.find(|result| result["ruleId"] == "DRIFT");
        let location = &drift.expect("the drift is a result")["locations"][0];
        assert_eq!(
            (run.code, &location["physicalLocation"]),
            (1, &place),
            "{}",
            run.out
        );
    }
    let run = check(dns.address(), &["-o", "junit", "-"], MANIFEST);
    assert!(
        run.code == 1 && run.out.contains("<failure type=\"Drifted\""),
        "{run:?}"
    );
}

#[test]
fn json_says_where_the_manifest_stands() {
    let dns = DnsServer::start(ZONE);
    let run = check(dns.address(), &["-o", "json", "-"], MANIFEST);
    let object: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    for (field, value) in [
        ("file", serde_json::json!("-")),
        ("line", 5.into()),
        ("namespace", "mail".into()),
        ("name", "voorbeeld-nl".into()),
        ("source", "manifest".into()),
    ] {
        assert_eq!(object[field], value, "{}", run.out);
    }
}

#[test]
fn an_outage_is_three_but_a_difference_outweighs_it() {
    let dns = DnsServer::start(ZONE);
    dns.fail("voorbeeld.nl", SERVFAIL);
    let run = check(dns.address(), &["-"], MANIFEST);
    assert_eq!(run.code, 3, "{run:?}");
    dns.set("_dmarc.voorbeeld.nl TXT v=DMARC1; p=none");
    let run = check(dns.address(), &["-"], MANIFEST);
    assert_eq!(run.code, 1, "{run:?}");
    dns.fail_all(SERVFAIL);
    let run = check(dns.address(), &["-o", "json", "-"], MANIFEST);
    let object: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        (run.code, &object["summary"]["unknown"]),
        (3, &2.into()),
        "{run:?}"
    );
}

#[test]
fn an_invalid_manifest_is_two_and_the_others_are_checked() {
    let dns = DnsServer::start(ZONE);
    let both = MANIFEST
        .replace("all: Fail", "all: Fail\n    redirect: x.example")
        .replace("voorbeeld", "beide");
    let syntax = MANIFEST
        .replace("[mx]", "[mx, 'ip4:999.0.0.0']")
        .replace("voorbeeld", "syntax");
    let upper = MANIFEST
        .replace("domain: voorbeeld", "domain: HOOFD")
        .replace("voorbeeld", "hoofd");
    let twice = MANIFEST.replace(
        "  dmarc:",
        "  dkim: {selectors: [{name: a, anyKey: true}, {name: a, anyKey: true}]}\n  dmarc:",
    );
    let twice = twice.replace("voorbeeld", "dubbel");
    let text = [MANIFEST, &both, &syntax, &upper, &twice].join("---\n");
    let folder = folder(&[("all.yaml", &text)]);
    let file = folder.path().join("all.yaml");
    let file = file.to_str().expect("the path is UTF-8");
    let run = check(dns.address(), &["-o", "json", file], "");
    // The mistakes are said in JSON too, each on a line of its own before the domains.
    assert_eq!((run.code, run.out.lines().count()), (2, 5), "{run:?}");
    let mistakes = run.out.lines().take(4).map(|line| {
        let mistake: serde_json::Value = serde_json::from_str(line).expect("every line is JSON");
        assert_eq!(
            (&mistake["outcome"], &mistake["file"]),
            (&"invalid".into(), &file.into()),
            "{mistake}"
        );
        assert!(
            mistake["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        (
            mistake["line"].as_u64(),
            mistake["path"].as_str().map(str::to_owned),
        )
    });
    let said: Vec<_> = mistakes.collect();
    for (line, what) in [
        (19, "spec.spf"),
        (33, "spec.spf.mechanisms[1]"),
        (42, "spec.domain"),
        (59, "spec.dkim.selectors[1]"),
    ] {
        assert!(
            said.contains(&(Some(line), Some(what.to_owned()))),
            "{line} {what}: {said:?}"
        );
        let at = format!("error: {file}:{line}: {what}");
        assert!(
            run.err.lines().any(|text| text.starts_with(&at)),
            "{at}\n{}",
            run.err
        );
    }
}

#[test]
fn of_two_manifests_of_one_domain_the_second_is_an_error_and_the_first_is_checked() {
    let dns = DnsServer::start(ZONE);
    let other = MANIFEST.replace("{name: voorbeeld-nl,", "{name: weer-voorbeeld-nl,");
    for (text, error) in [
        (
            format!("{MANIFEST}---\n{other}"),
            "error: -:17: spec.domain: voorbeeld.nl belongs to MailDomain mail/voorbeeld-nl (-:5)",
        ),
        (
            format!("{MANIFEST}---\n{MANIFEST}"),
            "error: -:15: metadata.name: mail/voorbeeld-nl is the name of the object at -:3 already",
        ),
    ] {
        let run = check(dns.address(), &["-"], &text);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(error), "{}", run.err);
        assert!(
            run.out.starts_with("voorbeeld.nl: ok: 2 of 2 records in sync"),
            "{}",
            run.out
        );
    }
}

#[test]
fn waiting_ends_when_dns_is_right() {
    let dns = DnsServer::start(ZONE);
    dns.set("_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=none");
    let address = dns.address();
    let waiting = std::thread::spawn(move || check(address, &["--wait", "60s", "-"], MANIFEST));
    // The first look has been had when both records were asked for.
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(dns.until(|seen| {
            let asked = |name: &str| seen.questions.keys().any(|(asked, _)| asked.as_str() == name);
            asked("_dmarc.voorbeeld.nl") && asked("voorbeeld.nl")
        }));
    dns.set("_dmarc.voorbeeld.nl 3600 TXT v=DMARC1; p=reject");
    let run = waiting.join().expect("the check ends");
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn waiting_ends_when_the_time_is_up() {
    let dns = DnsServer::start("voorbeeld.nl TXT v=spf1 -all");
    let run = check(dns.address(), &["--wait", "1s", "-"], MANIFEST);
    assert_eq!(run.code, 1, "{run:?}");
}

#[test]
fn nothing_to_check_is_a_usage_error() {
    for args in [
        &["check", "/nonexistent"][..],
        &["check"],
        &["check", "--wait", "soon", "-"],
    ] {
        let run = zegel(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
    }
    let run = zegel_with(&["check", "-"], "kind: Pod\n");
    assert!(run.code == 2 && run.err.contains("no MailDomain"), "{run:?}");
}

#[test]
fn one_dkim_key_for_two_domains_is_said_of_both() {
    const KEY: &str = "KkZhUknn54Y2uXOG6yEr/dz3BKu1FORwnVDXm2d/JYk=";
    let domains = ["a.nl", "b.nl"];
    let manifest = |domain: &str| {
        format!(
            "---\napiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: {domain}}}\nspec:\n  \
             domain: {domain}\n  role: Mail\n  dkim: {{selectors: [{{name: s1, publicKey: {KEY}}}]}}\n"
        )
    };
    let zone = domains.map(|domain| format!("s1._domainkey.{domain} TXT v=DKIM1; k=ed25519; p={KEY}"));
    let dns = DnsServer::start(&zone.join("\n"));
    let run = check(
        dns.address(),
        &["-o", "json", "-"],
        &domains.map(manifest).concat(),
    );
    let said = run.out.lines().filter(|line| line.contains("DKIM-051")).count();
    assert_eq!(said, 2, "{run:?}");
    let alone = check(dns.address(), &["-o", "json", "-"], &manifest("a.nl"));
    assert!(!alone.out.contains("DKIM-051"), "{alone:?}");
}

#[test]
fn nothing_managed_and_nothing_answered_is_three_and_has_no_ratio() {
    let bare = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: v}\nspec: {domain: voorbeeld.nl, role: Mail}\n";
    let dns = DnsServer::start(ZONE);
    let run = check(dns.address(), &["-o", "json", "-"], bare);
    let object: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        (run.code, object["summary"].get("ratio")),
        (0, None),
        "{}",
        run.out
    );
    dns.fail_all(SERVFAIL);
    let run = check(dns.address(), &["-"], bare);
    assert!(run.code == 3 && !run.out.contains("nothing wrong"), "{run:?}");
}

#[test]
fn many_manifests_are_a_line_each_and_the_worst_comes_last() {
    let dns = DnsServer::start(ZONE);
    let other = MANIFEST.replace("voorbeeld", "ander");
    let both = format!("{other}---\n{MANIFEST}");
    let run = check(dns.address(), &["-"], &both);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        lines[1].starts_with("ok ") && lines[1].contains("voorbeeld.nl"),
        "{}",
        run.out
    );
    assert!(
        lines[2].starts_with("nonexistent ") && lines[2].contains("ander.nl"),
        "{}",
        run.out
    );
    assert!(run.out.contains("2 domains: 1 ok, 1 nonexistent"), "{}", run.out);
    let run = check(dns.address(), &["--details", "-"], &both);
    assert!(run.out.starts_with("ander.nl: does not exist"), "{}", run.out);
}

#[test]
fn a_spreadsheet_gets_the_manifest_beside_the_domain() {
    let dns = DnsServer::start(ZONE);
    let run = check(dns.address(), &["-o", "csv", "-"], MANIFEST);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!((run.code, lines.len()), (0, 2), "{run:?}");
    assert!(
        lines[0].ends_with("file,line,namespace,name,internet_nl_lowest,internet_nl_highest,tls"),
        "{}",
        run.out
    );
    assert!(
        lines[1].starts_with("voorbeeld.nl,ok,") && lines[1].ends_with(",'-,5,mail,voorbeeld-nl,,,"),
        "{}",
        run.out
    );
}
#[test]
fn what_an_error_could_hang_on_and_was_not_answered_is_three() {
    let manifest = MANIFEST.replace("[mx]", "[mx, 'include:_spf.provider.example']");
    let dns = DnsServer::start(ZONE);
    dns.set("voorbeeld.nl TXT v=spf1 mx include:_spf.provider.example -all");
    dns.fail("_spf.provider.example", SERVFAIL);
    let run = check(dns.address(), &["-"], &manifest);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.out.contains("2 of 2 records in sync") && run.out.contains("an error could hang on it"),
        "{}",
        run.out
    );
    let run = check(dns.address(), &["-o", "json", "-"], &manifest);
    let object: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(
        (run.code, &object["outcome"]),
        (3, &"unknown".into()),
        "{}",
        run.out
    );
}
