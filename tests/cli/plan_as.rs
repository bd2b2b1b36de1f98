//! A plan held against DNS, and in the dialects of ExternalDNS.

use serde_json::{Value, json};

use super::harness::{Run, folder, zegel};
use crate::dns::{DnsServer, SERVFAIL};

/// 2048 bits: a text of more than 255 octets.
const KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqyoPEcIroQQN4GOsj6efAMRZcOQvhCHJshFQvWadzkPPxHG1eEB8lPdgUvDuvSuB+USmjy6b/UzMsYy0jcSnNHq1dmWPmV/URJp1o33EF77TKgkulYT1Nla/Z93lUuxlUsyPAITpk1fN+25BABARyitPA0vL/gV2k24O7tilDxMnb7MIrQECp59Nq7xhvjRKNw/kzwg10gssXCP9s5gTUUJQn5VJWz2g6Y3smH33iAIqDYiuGUSv6tJEsDBBMpkJo0N6mj+oW3bVbThkcK8g+ZLOiQxekzJdlsFRfOB1h5Sp9gbKaOO/AF97KJ/u2T+ceqW9kxx3KuGwmy3dUCOVxwIDAQAB";

fn manifest() -> String {
    format!(
        "apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {{name: voorbeeld-nl, namespace: mail}}
spec:
  domain: voorbeeld.nl
  role: Mail
  spf: {{mechanisms: [mx, 'ip4:192.0.2.0/24'], all: Fail}}
  dkim:
    selectors:
    - {{name: s2, cname: s2.provider.example}}
    - {{name: s1, publicKey: {KEY:?}}}
    - {{name: any, anyKey: true}}
  dmarc: {{policy: Reject, aggregateReports: ['mailto:dmarc@voorbeeld.nl']}}
"
    )
}

/// What stands in DNS: an older SPF record beside a text of somebody else's, a key where an alias is wanted and the other
/// way round, a weaker policy.
pub(super) const LIVE: &str = "
    voorbeeld.nl                TXT   v=spf1 mx -all
    voorbeeld.nl                TXT   MS=ms12345678
    voorbeeld.nl                MX    10 mail.voorbeeld.nl
    mail.voorbeeld.nl           A     192.0.2.1
    s2._domainkey.voorbeeld.nl  TXT   v=DKIM1; p=
    s1._domainkey.voorbeeld.nl  CNAME s1.provider.example
    s1.provider.example         TXT   v=DKIM1; p=
    any._domainkey.voorbeeld.nl TXT   v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
    _dmarc.voorbeeld.nl         TXT   v=DMARC1; p=none
";

pub(super) const SPF: &str = "v=spf1 mx ip4:192.0.2.0/24 -all";
pub(super) const DMARC: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl";

pub(super) fn dkim() -> String {
    format!("v=DKIM1; p={KEY}")
}

/// `zegel plan` of the manifest, with these arguments.
pub(super) fn plan(args: &[&str]) -> Run {
    let folder = folder(&[("voorbeeld.yaml", &manifest())]);
    let path = folder.path().join("voorbeeld.yaml");
    zegel(&[&["plan", path.to_str().expect("the path is UTF-8")], args].concat())
}

/// The same held against DNS as it stands in [`LIVE`].
pub(super) fn diff(args: &[&str]) -> Run {
    diff_of(LIVE, args)
}

pub(super) fn diff_of(zone: &str, args: &[&str]) -> Run {
    let dns = DnsServer::start(zone);
    plan(&[args, &against(&dns.address().to_string())].concat())
}

/// What holds a plan against the word of this resolver alone.
pub(super) fn against(resolver: &str) -> [&str; 7] {
    [
        "--diff",
        "--dnssec",
        "off",
        "--authorities",
        "off",
        "--resolver",
        resolver,
    ]
}

/// DNS that has what the manifest wants.
pub(super) fn right() -> String {
    format!(
        "voorbeeld.nl TXT {SPF}
         voorbeeld.nl MX 10 mail.voorbeeld.nl
         mail.voorbeeld.nl A 192.0.2.1
         s2._domainkey.voorbeeld.nl CNAME s2.provider.example
         s2.provider.example TXT {key}
         s1._domainkey.voorbeeld.nl TXT {key}
         any._domainkey.voorbeeld.nl TXT {key}
         _dmarc.voorbeeld.nl TXT {DMARC}\n",
        key = dkim()
    )
}

#[test]
fn a_plan_held_against_dns_says_what_to_add_to_remove_and_to_keep() {
    let run = diff(&["-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let rows: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect();
    let row = |name: &str| {
        let mut rows = rows.iter().filter(|row| row["name"] == name);
        rows.next()
            .unwrap_or_else(|| panic!("{name} is planned: {}", run.out))
    };
    for (name, add, remove, keep) in [
        (
            "voorbeeld.nl",
            json!([SPF]),
            json!([{"type": "TXT", "value": "v=spf1 mx -all"}]),
            json!(["MS=ms12345678"]),
        ),
        (
            "s2._domainkey.voorbeeld.nl",
            json!(["s2.provider.example"]),
            json!([{"type": "TXT", "value": "v=DKIM1; p="}]),
            json!([]),
        ),
        (
            "s1._domainkey.voorbeeld.nl",
            json!([dkim()]),
            json!([{"type": "CNAME", "value": "s1.provider.example"}]),
            json!([]),
        ),
        (
            "_dmarc.voorbeeld.nl",
            json!([DMARC]),
            json!([{"type": "TXT", "value": "v=DMARC1; p=none"}]),
            json!([]),
        ),
    ] {
        let row = row(name);
        assert_eq!(
            (&row["add"], &row["remove"], &row["keep"]),
            (&add, &remove, &keep),
            "{name}"
        );
    }
    assert_eq!(rows.len(), 4, "what is in sync is no change: {}", run.out);
}

/// A zone file has no word for taking away: what is to go is a comment beside what is to come, and what is right or of others is
/// not spoken of.
#[test]
fn a_zone_file_held_against_dns_has_what_is_to_come_and_in_comments_what_is_to_go() {
    let run = diff(&["-o", "zone", "--ttl", "300"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let (comments, records): (Vec<&str>, Vec<&str>) = run
        .out
        .lines()
        .filter(|line| !line.is_empty())
        .partition(|line| line.starts_with(';'));
    let begins: Vec<&str> = records
        .iter()
        .filter_map(|line| line.split(" \"").next())
        .collect();
    assert_eq!(
        begins,
        [
            "voorbeeld.nl. 300 IN TXT",
            "s2._domainkey.voorbeeld.nl. 300 IN CNAME s2.provider.example.",
            "s1._domainkey.voorbeeld.nl. 300 IN TXT",
            "_dmarc.voorbeeld.nl. 300 IN TXT",
        ]
    );
    for gone in [
        "v=spf1 mx -all",
        "v=DKIM1; p=",
        "s1.provider.example",
        "v=DMARC1; p=none",
    ] {
        assert!(
            comments.iter().any(|line| line.contains(gone)),
            "{gone}: {}",
            run.out
        );
    }
    for other in ["MS=ms12345678", "any._domainkey"] {
        assert!(!run.out.contains(other), "{other}: {}", run.out);
    }
}

#[test]
fn nothing_differs_is_said_and_what_was_not_answered_is_unknown() {
    let right = right();
    let run = diff_of(&right, &[]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "voorbeeld.nl: nothing differs from DNS\n\n")
    );
    // In each format a comment of its own; of no record set there is no line of JSON.
    for (output, mark) in [("zone", "; "), ("nsupdate", "; "), ("dnscontrol", "// ")] {
        let run = diff_of(&right, &["-o", output]);
        let said = format!("{mark}voorbeeld.nl: nothing differs from DNS\n");
        assert_eq!((run.code, run.out), (0, said), "{output}");
    }
    let run = diff_of(&right, &["-o", "json"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let dns = DnsServer::start(&right);
    dns.fail("_dmarc.voorbeeld.nl", SERVFAIL);
    let resolver = dns.address().to_string();
    for output in [
        &["table"][..],
        &["octodns"],
        &["dnsendpoint", "--provider", "aws"],
    ] {
        let run = plan(&[&["-o"], output, &against(&resolver)].concat());
        assert_eq!(run.code, 3, "{output:?}: {}", run.out);
        assert!(
            run.err.contains("_dmarc.voorbeeld.nl TXT: not answered"),
            "{}",
            run.err
        );
        // An object that leaves a record out takes it away when it is applied, and so does a source of octoDNS.
        if output[0] != "table" {
            assert_eq!(run.out, "", "{output:?}");
            assert!(
                run.err.contains("would take away what was not answered"),
                "{}",
                run.err
            );
        }
    }
}

#[test]
fn the_ttl_is_what_was_asked_for_and_one_that_can_be_none_is_refused() {
    let run = plan(&["-o", "zone", "--ttl", "300"]);
    let with_ttl = run.out.lines().filter(|line| line.contains(". 300 IN ")).count();
    assert_eq!(with_ttl, 4, "{}", run.out);
    for ttl in ["0", "2147483648", "1h", "-1", "3600s", ""] {
        let run = plan(&["-o", "zone", &format!("--ttl={ttl}")]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{ttl}");
        assert!(
            run.err.contains("write whole seconds, from 1 to 2147483647"),
            "{}",
            run.err
        );
    }
}

#[test]
fn what_a_flag_has_no_say_in_is_refused_with_what_to_write() {
    for (args, says) in [
        (
            &["-o", "zone", "--provider", "aws"][..],
            "--provider is for --output dnsendpoint",
        ),
        (&["--provider", "aws"], "--provider is for --output dnsendpoint"),
        (
            &["-o", "table", "--zone", "nl"],
            "--zone is for --output octodns, dnscontrol and nsupdate",
        ),
        (
            &["-o", "json", "--zone", "nl"],
            "--zone is for --output octodns, dnscontrol and nsupdate",
        ),
        (
            &["-o", "octodns", "--zone", "be"],
            "no record of these manifests lies in the zone be",
        ),
        (
            &["-o", "dnscontrol", "--zone", "ander.nl"],
            "lies in the zone ander.nl",
        ),
        (&["-o", "nsupdate", "--zone", "be"], "lies in the zone be"),
        (
            &["-o", "dnsendpoint", "--provider", "rfc2136"],
            "use --output nsupdate",
        ),
    ] {
        let run = plan(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(says), "{args:?}: {}", run.err);
    }
}

#[test]
fn a_dnsendpoint_is_in_the_dialect_of_its_provider() {
    let run = plan(&["-o", "dnsendpoint"]);
    assert_eq!(run.code, 2, "the provider must be said: {}", run.out);
    let run = plan(&["-o", "dnsendpoint", "--provider", "cloudflair"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("aws, azure, google, pdns"), "{}", run.err);
    let key = dkim();
    let (first, rest) = key.split_at(255);
    for provider in ["aws", "google", "pdns"] {
        let read = endpoints(&diff(&["-o", "dnsendpoint", "--provider", provider]));
        assert_eq!(
            read,
            json!([
                {"dnsName": "voorbeeld.nl", "recordType": "TXT", "recordTTL": 3600,
                 "targets": ["\"MS=ms12345678\"", format!("\"{SPF}\"")]},
                {"dnsName": "s2._domainkey.voorbeeld.nl", "recordType": "CNAME", "recordTTL": 3600,
                 "targets": ["s2.provider.example"]},
                {"dnsName": "s1._domainkey.voorbeeld.nl", "recordType": "TXT", "recordTTL": 3600,
                 "targets": [format!("\"{first}\" \"{rest}\"")]},
                {"dnsName": "_dmarc.voorbeeld.nl", "recordType": "TXT", "recordTTL": 3600,
                 "targets": [format!("\"{DMARC}\"")]},
            ]),
            "{provider}"
        );
    }
    // Azure reads back one text a set, and one string of it: what it cannot hold is left out, with the reason.
    let run = diff(&["-o", "dnsendpoint", "--provider", "azure"]);
    let read = endpoints(&run);
    assert_eq!(read[1]["targets"], json!([DMARC]), "{}", run.out);
    assert_eq!(read.as_array().map(Vec::len), Some(2), "{}", run.out);
    for why in ["2 texts stand here", "it has 403 octets"] {
        assert!(run.out.contains(why), "{why}: {}", run.out);
    }
}

/// What is in sync is in the object as well, as it stands: applied again, it takes nothing away.
#[test]
fn a_dnsendpoint_names_what_is_right_too() {
    let half = LIVE.replace(
        "v=DMARC1; p=none",
        "v=DMARC1; rua=mailto:dmarc@voorbeeld.nl; p=reject",
    );
    let read = endpoints(&diff_of(&half, &["-o", "dnsendpoint", "--provider", "aws"]));
    assert_eq!(
        read[3]["targets"],
        json!(["\"v=DMARC1; rua=mailto:dmarc@voorbeeld.nl; p=reject\""]),
        "{read}"
    );
}

/// The endpoints of the one object.
fn endpoints(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.err);
    let object: Value =
        serde_saphyr::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}", run.out));
    assert_eq!(
        (
            &object["kind"],
            &object["metadata"]["labels"]["zegel.dev/maildomain"]
        ),
        (&json!("DNSEndpoint"), &json!("voorbeeld-nl"))
    );
    object["spec"]["endpoints"].clone()
}
