//! What stands in DNS keeps to no bound of the schema: what is beyond one is a comment, and the manifest is one that is taken.

use serde_json::json;
use zegel::api;

use crate::facts::World;
use crate::{adopted, checked};

/// Rows of a zone, numbered.
fn many(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_beyond_a_bound_of_the_schema_is_a_comment() {
    let host = "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.25\n";
    let tlsa = |octets: usize| format!("{host}_25._tcp.mx1.a.nl TLSA 3 0 0 {}", "ab".repeat(octets));
    let key = |octet: usize| format!("3 1 1 {}", format!("{octet:02x}").repeat(32));
    let keys = |count| format!("{host}{}", many(count, |at| format!("_25._tcp.mx1.a.nl TLSA {}", key(at))));
    let hosts = |count| {
        many(count, |at| {
            format!("a.nl MX 10 mx{at}.a.nl\nmx{at}.a.nl A 192.0.2.{at}\n_25._tcp.mx{at}.a.nl TLSA {}", key(at))
        })
    };
    let rua = |count: usize| {
        let all: Vec<String> = (0..count).map(|at| format!("mailto:r{at}@a.nl")).collect();
        format!("_dmarc.a.nl TXT v=DMARC1; p=reject; rua={}", all.join(","))
    };
    let address = |length: usize| format!("mailto:{}@a.nl", "r".repeat(length));
    let report = |length| format!("_dmarc.a.nl TXT v=DMARC1; p=reject; rua={}", address(length));
    let tls_reports = |count: usize| {
        let all: Vec<String> = (0..count).map(|at| format!("mailto:t{at}@a.nl")).collect();
        format!("_smtp._tls.a.nl TXT v=TLSRPTv1; rua={}", all.join(","))
    };
    let tls_report = |length| format!("_smtp._tls.a.nl TXT v=TLSRPTv1; rua={}", address(length));
    let spf = |count| format!("a.nl TXT v=spf1 {} -all", many(count, |at| format!("ip4:10.0.{}.{}", at / 250, at % 250)).replace('\n', " "));
    for (what, zone, is_taken) in [
        ("a record of TLSA that is long", tlsa(4000), true),
        ("one that is too long", tlsa(20_000), false),
        ("16 records of TLSA", keys(16), true),
        ("17", keys(17), false),
        ("32 hosts", hosts(32), true),
        ("33", hosts(33), false),
        ("32 addresses for reports", rua(32), true),
        ("33", rua(33), false),
        ("a long one", report(400), true),
        ("one that is too long", report(600), false),
        ("16 addresses for reports of TLS", tls_reports(16), true),
        ("17", tls_reports(17), false),
        ("a long one", tls_report(200), true),
        ("one that is too long", tls_report(300), false),
        ("256 mechanisms", spf(256), true),
        ("257", spf(257), false),
    ] {
        let world = World::new(&zone);
        let adopted = adopted(&world, "a.nl");
        // What was written is read again, and in sync.
        checked(&world, &adopted);
        let object = json!({
            "apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": "a-nl"}, "spec": adopted.spec,
        });
        assert_eq!(api::validate(&object).violations, [], "{what}");
        let beyond = |remark: &String| {
            ["at most", "too long", "characters", "octets", "entries"].iter().any(|word| remark.contains(word))
        };
        let said: Vec<&String> = adopted.remarks.iter().filter(|remark| beyond(remark)).collect();
        assert_eq!(said.is_empty(), is_taken, "{what}: {:#?}", adopted.remarks);
        assert!(said.iter().all(|remark| remark.len() < 400), "{what}: {said:#?}");
    }
}
