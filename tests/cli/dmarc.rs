//! `zegel dmarc`: one domain's DMARC in depth.

use super::harness::{Run, zegel};
use crate::dns::{DnsServer, SERVFAIL};

fn dmarc(dns: &DnsServer, args: &[&str]) -> Run {
    let server = dns.address().to_string();
    zegel(&[&["dmarc", "--resolver", &server, "--dns-timeout", "1s"], args].concat())
}

#[test]
fn the_policy_and_where_it_comes_from() {
    let dns = DnsServer::start("mail.a.nl EXISTS\n_dmarc.a.nl TXT v=DMARC1; p=reject; sp=quarantine");
    let run = dmarc(&dns, &["mail.a.nl", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    for (field, value) in [
        ("outcome", "policy"),
        ("policyDomain", "a.nl"),
        ("effectivePolicy", "quarantine"),
        ("policyTag", "sp"),
    ] {
        assert_eq!(report[field], value, "{field}: {}", run.out);
    }
    let run = dmarc(&dns, &["Mail.A.nl."]);
    assert!(run.code == 0 && run.out.contains("policy quarantine"), "{run:?}");
}

#[test]
fn no_policy_is_wrong_and_no_answer_is_unknown() {
    let dns = DnsServer::start("a.nl EXISTS");
    assert_eq!(dmarc(&dns, &["a.nl"]).code, 1);
    dns.fail_all(SERVFAIL);
    assert_eq!(dmarc(&dns, &["a.nl"]).code, 3);
    assert_eq!(dmarc(&dns, &["a..nl"]).code, 2);
    assert_eq!(dmarc(&dns, &[]).code, 2);
}

#[test]
fn the_text_that_was_meant_as_the_record_is_shown() {
    let dns = DnsServer::start("a.nl EXISTS\n_dmarc.a.nl TXT \" v=DMARC1; p=reject; rua=mailto:d@a.nl\"");
    let run = dmarc(&dns, &["a.nl"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.out.contains("v=DMARC1; p=reject") && run.out.contains("white space stands before v=DMARC1"),
        "{run:?}"
    );
}

#[test]
fn nobody_is_said_to_apply_no_policy_when_nobody_answered() {
    let dns = DnsServer::start("a.nl EXISTS");
    dns.fail_all(SERVFAIL);
    let run = dmarc(&dns, &["a.nl", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("one line of JSON");
    assert_eq!(report["rfc7489"]["outcome"], "unknown", "{}", run.out);
    let run = dmarc(&dns, &["a.nl"]);
    assert!(run.code == 3 && !run.out.contains("none applied\n"), "{run:?}");
}
