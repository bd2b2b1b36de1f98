//! What is shown and what fails a run: severities, colours, one line a domain; and a domain that does not exist, first
//! everywhere.

use super::harness::{Run, zegel, zegel_in, zegel_with};
use crate::dns::{DnsServer, Fault, SERVFAIL};

/// One domain for each thing a look can come to.
const ZONE: &str = "
    goed.nl                 TXT   v=spf1 ip4:192.0.2.0/24 -all
    goed.nl                 MX    10 mail.goed.nl
    mail.goed.nl            A     192.0.2.1
    mail.goed.nl            AAAA  2001:db8::1
    _dmarc.goed.nl          TXT   v=DMARC1; p=reject; rua=mailto:dmarc@goed.nl
    s1._domainkey.goed.nl   TXT   v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=

    zwak.nl                 TXT   v=spf1 ip4:192.0.2.0/24 -all
    zwak.nl                 MX    10 mail.goed.nl
    _dmarc.zwak.nl          TXT   v=DMARC1; p=none

    open.nl                 TXT   v=spf1 +all
    open.nl                 MX    10 mail.goed.nl
    _dmarc.open.nl          TXT   v=DMARC1; p=reject

    stil.nl                 TXT   v=spf1 -all
    stil.nl                 MX    0 .
    _dmarc.stil.nl          TXT   v=DMARC1; p=reject
";

fn server() -> DnsServer {
    let dns = DnsServer::start(ZONE);
    dns.fail_type("stil.nl", "MX", SERVFAIL);
    dns
}

fn inspect(dns: &DnsServer, args: &[&str]) -> Run {
    let server = dns.address().to_string();
    zegel(&[&["inspect", "--resolver", &server, "--dns-timeout", "1s"], args].concat())
}

#[test]
fn how_bad_a_finding_must_be_for_an_exit_code_is_asked_for() {
    let dns = server();
    for (domain, level, code) in [
        ("zwak.nl", "error", 0),
        ("zwak.nl", "warning", 1),
        ("zwak.nl", "none", 0),
        ("open.nl", "error", 1),
        ("open.nl", "none", 0),
        ("weg.nl", "error", 1),
        ("weg.nl", "none", 0),
        // What was not answered is no finding: no level makes it fine.
        ("stil.nl", "none", 3),
        ("stil.nl", "error", 3),
    ] {
        let run = inspect(&dns, &[domain, "--fail-on", level]);
        assert_eq!(run.code, code, "{domain} --fail-on {level}: {run:?}");
    }
    let run = inspect(&dns, &["zwak.nl", "--fail-on", "warning", "-o", "json"]);
    assert!(run.out.contains("\"outcome\":\"wrong\""), "{}", run.out);
}

/// What is wrong hides no outage: where nothing that is found fails the run, what was not answered still does.
#[test]
fn no_level_hides_what_was_not_answered() {
    let zone = "
        c.nl MX 10 mx.c.nl
        mx.c.nl A 192.0.2.2
        i.nl TXT v=spf1 include:weg.example include:stil.example -all
        i.nl MX 10 mx.c.nl
        ";
    let dns = DnsServer::start(zone);
    dns.fail_type("c.nl", "TXT", SERVFAIL);
    dns.fail("stil.example", SERVFAIL);
    for (domain, level, code) in [
        ("c.nl", "error", 1),
        ("c.nl", "none", 3),
        ("i.nl", "error", 1),
        ("i.nl", "none", 3),
    ] {
        let run = inspect(&dns, &[domain, "--fail-on", level]);
        assert_eq!(run.code, code, "{domain} --fail-on {level}: {run:?}");
        let run = inspect(&dns, &[domain, "--fail-on", level, "-o", "manifest"]);
        assert_eq!(run.code, code, "{domain} --fail-on {level}: {run:?}");
    }
    let server = dns.address().to_string();
    let spf = "spf: {mechanisms: [mx], all: Fail}";
    for blocks in [spf.to_owned(), format!("{spf}\n  dmarc: {{policy: Reject}}")] {
        let manifest = format!(
            "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: c}}\nspec:\n  domain: c.nl\n  role: Mail\n  {blocks}\n"
        );
        let check = [
            "check",
            "--resolver",
            &server,
            "--dns-timeout",
            "1s",
            "--fail-on",
            "none",
            "-",
        ];
        let run = zegel_with(&check, &manifest);
        assert_eq!(run.code, 3, "{blocks}: {run:?}");
    }
}

#[test]
fn how_bad_a_finding_must_be_to_be_shown_is_asked_for() {
    let dns = server();
    let said = |args: &[&str]| inspect(&dns, &[&["zwak.nl"], args].concat()).out;
    assert!(said(&[]).contains("warning[") && !said(&[]).contains("info["));
    assert!(said(&[]).contains("(--verbose shows"), "{}", said(&[]));
    assert!(said(&["--verbose"]).contains("info["), "{}", said(&["--verbose"]));
    let errors = said(&["--min-severity", "error"]);
    assert!(!errors.contains("warning["), "{errors}");
    assert!(
        errors.contains("warning"),
        "they are counted all the same: {errors}"
    );
    let json = said(&["-o", "json", "--min-severity", "warning"]);
    assert!(
        json.contains("\"Warning\"") && !json.contains("\"Info\""),
        "{json}"
    );
    assert!(said(&["-o", "json"]).contains("\"Info\""));
    let run = inspect(&dns, &["zwak.nl", "--min-severity", "none"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn many_domains_are_a_line_each_with_totals_in_a_stable_order() {
    let dns = server();
    let all = ["weg.nl", "open.nl", "stil.nl", "zwak.nl", "goed.nl"];
    let run = inspect(&dns, &all);
    assert_eq!(run.code, 1, "{run:?}");
    let listed: Vec<_> = run
        .out
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        &listed[..5],
        [
            "ok zwak.nl",
            "ok goed.nl",
            "unknown stil.nl",
            "wrong open.nl",
            "nonexistent weg.nl"
        ],
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("5 domains: 2 ok, 1 unknown, 1 wrong, 1 nonexistent"),
        "{}",
        run.out
    );
    assert_eq!(
        inspect(&dns, &all).out,
        run.out,
        "the same input, the same output"
    );
    let quiet = inspect(&dns, &[&all[..], &["--quiet"]].concat());
    assert_eq!(quiet.out.lines().count(), 4, "only what is not ok: {}", quiet.out);
    let details = inspect(&dns, &[&all[..], &["--details"]].concat());
    assert!(
        details.out.starts_with("weg.nl: does not exist"),
        "{}",
        details.out
    );
}

#[test]
fn json_and_csv_come_in_the_order_of_the_domains() {
    let dns = server();
    // The first domain's answer comes last.
    dns.fail_type("goed.nl", "MX", Fault::Held);
    let server = dns.address().to_string();
    let run = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            zegel(&[
                "inspect",
                "--resolver",
                &server,
                "--dns-timeout",
                "60s",
                "--timeout",
                "60s",
                "-o",
                "csv",
                "goed.nl",
                "open.nl",
            ])
        });
        while dns.asked("open.nl", "MX") == 0 {
            std::thread::yield_now();
        }
        dns.heal();
        run.join().expect("it ends")
    });
    let domains: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(domains, ["domain", "goed.nl", "open.nl"], "{run:?}");
}

#[test]
fn a_cname_beside_data_in_one_answer_is_said() {
    for (owner, kind) in [
        ("goed.nl", "TXT"),
        ("goed.nl", "MX"),
        ("_dmarc.goed.nl", "TXT"),
        ("s1._domainkey.goed.nl", "TXT"),
    ] {
        let dns = server();
        let args = ["goed.nl", "--selector", "s1", "--fail-on", "warning"];
        assert_eq!(inspect(&dns, &args).code, 0, "{owner} {kind}");
        dns.fail_type(owner, kind, Fault::AliasBeside);
        let run = inspect(&dns, &args);
        let said = format!(
            "want either data or a CNAME at {owner}, found {kind} records and a CNAME to other.example"
        );
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            run.code == 1 && flat.contains("warning[DNS-022]") && flat.contains(&said),
            "{owner} {kind}: {run:?}"
        );
    }
}

#[test]
fn a_domain_that_does_not_exist_is_said_first_everywhere() {
    let dns = server();
    let run = inspect(&dns, &["weg.nl"]);
    assert!(
        run.code == 1 && run.out.starts_with("weg.nl: does not exist: "),
        "{run:?}"
    );
    assert!(
        run.out.contains("error[DNS-024]") && run.out.matches("error[").count() == 1,
        "{}",
        run.out
    );
    let json = inspect(&dns, &["weg.nl", "-o", "json"]);
    let object: serde_json::Value = serde_json::from_str(&json.out).expect("one line of JSON");
    assert_eq!(object["outcome"], "nonexistent");
    assert_eq!(object["profile"], "Nonexistent");
    assert_eq!(object["findings"][0]["rule"], "DNS-024");
    let csv = inspect(&dns, &["weg.nl", "-o", "csv"]);
    assert!(
        csv.out.contains("\r\nweg.nl,nonexistent,Nonexistent,"),
        "{}",
        csv.out
    );
    let sarif = inspect(&dns, &["weg.nl", "-o", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&sarif.out).expect("SARIF is JSON");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "DNS-024");
    let junit = inspect(&dns, &["weg.nl", "-o", "junit"]);
    let first = junit.out.find("<testcase");
    assert_eq!(
        first,
        junit
            .out
            .find("<testcase classname=\"DNS\" name=\"DNS-024 weg.nl\""),
        "{}",
        junit.out
    );
}

#[test]
fn colour_is_asked_for_by_flag_and_environment() {
    let dns = server();
    let server = dns.address().to_string();
    let coloured = |args: &[&str], environment: &[(&str, &str)]| {
        let always = ["inspect", "goed.nl", "--resolver", &server];
        zegel_in(environment, &[&always[..], args].concat(), "")
            .out
            .contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "no terminal");
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_domain_is_told_in_a_line_what_it_is_and_which_policy_applies() {
    let dns = DnsServer::start(
        "a.nl TXT v=spf1 mx -all
         a.nl MX 10 mx.a.nl
         mx.a.nl A 192.0.2.1
         _dmarc.a.nl TXT v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@a.nl
         sub.a.nl TXT v=spf1 -all
         parked.nl TXT v=spf1 -all
         parked.nl MX 0 .
         _dmarc.parked.nl TXT v=DMARC1; p=reject
         out.nl TXT v=spf1 ip4:192.0.2.1 -all
         in.nl TXT v=spf1 -all
         in.nl MX 10 mx.a.nl
         leeg.nl A 192.0.2.9",
    );
    for (domain, says) in [
        ("a.nl", "sends and receives mail"),
        ("parked.nl", "parked: neither sends nor receives mail"),
        ("out.nl", "sends mail and receives none"),
        ("in.nl", "receives mail and sends none"),
        ("leeg.nl", "has neither MX nor SPF"),
    ] {
        let run = inspect(&dns, &[domain]);
        let first = run.out.lines().next().unwrap_or_default();
        assert!(first.contains(says), "{domain}: {}", run.out);
        assert!(
            run.out.contains("no DKIM key found among the probed selectors"),
            "{}",
            run.out
        );
    }
    let run = inspect(&dns, &["sub.a.nl"]);
    assert!(
        run.out
            .contains("none here: quarantine applies (sp of _dmarc.a.nl)"),
        "{}",
        run.out
    );
    let json = inspect(&dns, &["sub.a.nl", "-o", "json"]);
    let object: serde_json::Value = serde_json::from_str(&json.out).expect("one line of JSON");
    assert_eq!(
        (
            &object["dmarc"]["policyDomain"],
            &object["dmarc"]["effectivePolicy"]
        ),
        (&"a.nl".into(), &"quarantine".into())
    );
}

#[test]
fn a_selector_asked_for_by_name_is_spoken_of_whatever_it_holds() {
    let dns = DnsServer::start(
        "a.nl TXT v=spf1 -all
         text._domainkey.a.nl TXT s1.a-nl.dkim.provider.example.
         alias._domainkey.a.nl CNAME nowhere.example",
    );
    for selector in ["text", "alias", "absent"] {
        let run = inspect(&dns, &["a.nl", "--selector", selector]);
        let name = format!("{selector}._domainkey.a.nl");
        assert!(
            run.out.lines().any(|line| line.starts_with(&name)),
            "{selector}: {}",
            run.out
        );
        let quiet = inspect(&dns, &["a.nl"]);
        assert!(!quiet.out.contains(&name), "{}", quiet.out);
    }
    let said = |selector: &str| inspect(&dns, &["a.nl", "--selector", selector]).out;
    assert!(
        said("text").contains("s1.a-nl.dkim.provider.example"),
        "{}",
        said("text")
    );
    assert!(
        said("alias").contains("no key record at its end"),
        "{}",
        said("alias")
    );
}

#[test]
fn a_question_without_an_answer_has_one_shape_everywhere() {
    let dns = server();
    dns.fail_all(SERVFAIL);
    let server = dns.address().to_string();
    let keys = |args: &[&str]| -> Vec<String> {
        let run = zegel(&[args, &["--resolver", &server, "-o", "json"]].concat());
        let object: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
        assert_eq!((&object["schemaVersion"], run.code), (&1.into(), 3), "{run:?}");
        assert!(
            object["at"].is_string() && object["outcome"].is_string(),
            "{}",
            run.out
        );
        object["unanswered"][0]
            .as_object()
            .expect("a question")
            .keys()
            .cloned()
            .collect()
    };
    let shape = keys(&["inspect", "goed.nl"]);
    assert_eq!(
        shape,
        ["name", "type", "reason", "why", "need", "essential", "standards"]
    );
    assert_eq!(keys(&["dmarc", "goed.nl"]), shape);
    assert_eq!(keys(&["spf", "goed.nl"]), shape);
}
