//! A plan in the words of other programs, each read back by a real one where there is one; and a plan held against DNS.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::harness::{Run, folder, zegel};
use crate::dns::DnsServer;
use crate::knot::{APEX, Knots};

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
const LIVE: &str = "
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

const SPF: &str = "v=spf1 mx ip4:192.0.2.0/24 -all";
const DMARC: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@voorbeeld.nl";

fn dkim() -> String {
    format!("v=DKIM1; p={KEY}")
}

/// `zegel plan` of the manifest, with these arguments.
fn plan(args: &[&str]) -> Run {
    let folder = folder(&[("voorbeeld.yaml", &manifest())]);
    let path = folder.path().join("voorbeeld.yaml");
    zegel(&[&["plan", path.to_str().expect("the path is UTF-8")], args].concat())
}

/// The same held against DNS as it stands in [`LIVE`].
fn diff(args: &[&str]) -> Run {
    diff_of(LIVE, args)
}

fn diff_of(zone: &str, args: &[&str]) -> Run {
    let dns = DnsServer::start(zone);
    let resolver = dns.address().to_string();
    let how = [
        "--diff",
        "--resolver",
        &resolver,
        "--dnssec",
        "off",
        "--authorities",
        "off",
    ];
    plan(&[args, &how].concat())
}

/// What a program prints of a text on its standard input; `None` where it cannot be started.
fn piped(mut command: Command, input: &str) -> Option<(bool, String)> {
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.ok()?;
    let mut pipe = child.stdin.take()?;
    pipe.write_all(input.as_bytes()).ok()?;
    drop(pipe);
    let output = child.wait_with_output().ok()?;
    let said = match output.status.success() {
        true => output.stdout,
        false => [output.stdout, output.stderr].concat(),
    };
    Some((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
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

#[test]
fn nothing_differs_is_said_and_what_was_not_answered_is_unknown() {
    let right = format!(
        "voorbeeld.nl TXT {SPF}
         voorbeeld.nl MX 10 mail.voorbeeld.nl
         mail.voorbeeld.nl A 192.0.2.1
         s2._domainkey.voorbeeld.nl CNAME s2.provider.example
         s2.provider.example TXT {key}
         s1._domainkey.voorbeeld.nl TXT {key}
         any._domainkey.voorbeeld.nl TXT {key}
         _dmarc.voorbeeld.nl TXT {DMARC}",
        key = dkim()
    );
    let run = diff_of(&right, &[]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "voorbeeld.nl: nothing differs from DNS\n\n")
    );
    for output in ["zone", "nsupdate", "octodns", "dnscontrol", "json"] {
        let run = diff_of(&right, &["-o", output]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{output}");
    }
    let dns = DnsServer::start(&right);
    dns.fail(
        "_dmarc.voorbeeld.nl",
        crate::dns::Fault::Rcode(hickory_resolver::proto::op::ResponseCode::ServFail),
    );
    let resolver = dns.address().to_string();
    for output in ["table", "dnsendpoint"] {
        let run = plan(&[
            "-o",
            output,
            "--provider",
            "aws",
            "--diff",
            "--resolver",
            &resolver,
            "--dnssec",
            "off",
            "--authorities",
            "off",
        ]);
        assert_eq!(run.code, 3, "{output}: {}", run.out);
        assert!(
            run.err.contains("_dmarc.voorbeeld.nl TXT: not answered"),
            "{}",
            run.err
        );
        // An object that leaves a record out takes it away when it is applied.
        assert!(!run.out.contains("kind: DNSEndpoint"), "{}", run.out);
    }
}

#[test]
fn the_ttl_is_what_was_asked_for_and_one_that_can_be_none_is_refused() {
    let run = plan(&["-o", "zone", "--ttl", "300"]);
    let with_ttl = run.out.lines().filter(|line| line.contains(". 300 IN ")).count();
    assert_eq!(with_ttl, 4, "{}", run.out);
    for ttl in ["0", "2147483648", "1h"] {
        let run = plan(&["-o", "zone", "--ttl", ttl]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{ttl}");
    }
}

/// The records of a script of DNSControl, read by a JavaScript engine.
fn dnscontrol(script: &str) -> Option<Value> {
    let stubs = "
        const said = {};
        const TTL = (seconds) => seconds;
        const record = (type) => (...args) => [type, ...args];
        const [TXT, CNAME, MX] = ['TXT', 'CNAME', 'MX'].map(record);
        const D_EXTEND = (zone, ...records) => { said[zone] = (said[zone] || []).concat(records); };
    ";
    let mut command = Command::new("node");
    command.arg("-");
    let (fine, said) = piped(
        command,
        &format!("{stubs}\n{script}\nconsole.log(JSON.stringify(said));"),
    )?;
    assert!(fine, "{said}\n{script}");
    Some(serde_json::from_str(&said).expect("JSON"))
}

#[test]
fn dnscontrol_is_read_back_by_a_javascript_engine() {
    for args in [&["-o", "dnscontrol"][..], &["-o", "dnscontrol", "--zone", "nl"]] {
        let (apex, below) = match args.len() {
            2 => ("@".to_owned(), String::new()),
            _ => ("voorbeeld".to_owned(), ".voorbeeld".to_owned()),
        };
        let want = json!([
            ["TXT", apex, SPF, 3600],
            [
                "CNAME",
                format!("s2._domainkey{below}"),
                "s2.provider.example.",
                3600
            ],
            ["TXT", format!("s1._domainkey{below}"), dkim(), 3600],
            ["TXT", format!("_dmarc{below}"), DMARC, 3600],
        ]);
        let zone = if args.len() == 2 { "voorbeeld.nl" } else { "nl" };
        for run in [plan(args), diff(args)] {
            assert_eq!(run.code, 0, "{}", run.err);
            let Some(read) = dnscontrol(&run.out) else {
                println!("SKIPPED: DNSControl (node is not installed)");
                return;
            };
            assert_eq!(read, json!({ zone: want }), "{}", run.out);
        }
    }
    let run = diff(&["-o", "dnscontrol"]);
    assert!(
        run.out
            .contains("// remove: voorbeeld.nl TXT \"v=spf1 mx -all\"\n"),
        "{}",
        run.out
    );
    let elsewhere = plan(&["-o", "dnscontrol", "--zone", "ander.nl"]);
    assert!(
        elsewhere.out.contains("is left out: it does not lie in ander.nl"),
        "{}",
        elsewhere.out
    );
}

/// What octoDNS reads in a zone's YAML: name, type, TTL and values, as it would send them.
const OCTODNS: &str = r#"
import json, sys
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone
zone = Zone('voorbeeld.nl.', [])
YamlProvider('read', sys.argv[1]).populate(zone)
said = []
for record in sorted(zone.records, key=lambda record: (record.name, record._type)):
    values = record.chunked_values if record._type == 'TXT' else [str(getattr(record, 'value', None) or record.values)]
    said.append([record.name, record._type, record.ttl, values])
print(json.dumps(said))
"#;

fn octodns(yaml: &str) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/dev/octodns");
    let output = Command::new(script).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let python = String::from_utf8(output.stdout).ok()?;
    let folder = folder(&[("voorbeeld.nl.yaml", yaml)]);
    let mut command = Command::new(python.trim());
    command.arg("-").arg(folder.path());
    let (fine, said) = piped(command, OCTODNS)?;
    assert!(fine, "{said}\n{yaml}");
    Some(serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}")))
}

#[test]
fn octodns_reads_back_what_is_written_for_it() {
    let key = dkim();
    let quoted = |text: &str| json!([format!("\"{text}\"")]);
    let below = [
        json!(["_dmarc", "TXT", 3600, quoted(DMARC)]),
        json!(["s1._domainkey", "TXT", 3600, quoted(&key)]),
        json!(["s2._domainkey", "CNAME", 3600, ["s2.provider.example."]]),
    ];
    let apex = json!(["", "TXT", 3600, ["\"MS=ms12345678\"", format!("\"{SPF}\"")]]);
    let alone = plan(&["-o", "octodns"]);
    let Some(read) = octodns(&alone.out) else {
        println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)");
        return;
    };
    // The texts at the domain are somebody else's too.
    assert_eq!(unescaped(read), json!(below), "{}", alone.out);
    assert!(
        alone.out.contains("# voorbeeld.nl TXT is left out: "),
        "{}",
        alone.out
    );
    let held = diff(&["-o", "octodns"]);
    let read = octodns(&held.out).expect("it was there a moment ago");
    let whole: Vec<Value> = [apex].into_iter().chain(below).collect();
    assert_eq!(unescaped(read), json!(whole), "{}", held.out);
}

/// octoDNS keeps a semicolon escaped inside, and counts that when it splits a text; what it sends is without.
fn unescaped(read: Value) -> Value {
    let text = read.to_string().replace("\\\\;", ";");
    let text = text.replace(r#"\" \""#, "");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_dnsendpoint_is_in_the_dialect_of_its_provider() {
    let run = plan(&["-o", "dnsendpoint"]);
    assert_eq!(run.code, 2, "the provider must be said: {}", run.out);
    let run = plan(&["-o", "dnsendpoint", "--provider", "rfc2136"]);
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

/// [`LIVE`] as knot has it.
const KNOT: &str = "
@ 3600 TXT \"v=spf1 mx -all\"
@ 3600 TXT \"MS=ms12345678\"
@ 3600 MX 10 mail
mail 3600 A 192.0.2.1
s2._domainkey 3600 TXT \"v=DKIM1; p=\"
s1._domainkey 3600 CNAME s1.provider.example.
_dmarc 3600 TXT \"v=DMARC1; \" \"p=none\"
";

#[test]
fn nsupdate_makes_the_change_on_a_real_server_once_and_only_over_what_was_seen() {
    let Some(mut knots) = Knots::room(1) else { return };
    knots.update(1, 1, KNOT);
    let (address, port) = (Knots::address(1).to_string(), knots.port.to_string());
    // As it is answered: a text keeps its strings, by which a server compares.
    let split = LIVE.replace("v=DMARC1; p=none", "\"v=DMARC1; \" \"p=none\"");
    let run = diff_of(&split, &["-o", "nsupdate", "--zone", APEX]);
    assert_eq!(run.code, 0, "{}", run.err);
    let send = |script: &str| {
        let command = Command::new("nsupdate");
        piped(command, &format!("server {address} {port}\n{script}"))
    };
    let Some((fine, said)) = send(&run.out) else {
        println!("SKIPPED: nsupdate is not installed (dev/dns-servers)");
        return;
    };
    assert!(fine, "{said}\n{}", run.out);
    let has = |name: &str, kind: &str| -> Vec<String> {
        let mut command = Command::new("dig");
        command.args([
            &format!("@{address}"),
            "-p",
            &port,
            "+short",
            "+norecurse",
            name,
            kind,
        ]);
        let (fine, said) = piped(command, "").expect("dig comes with nsupdate");
        assert!(fine, "{said}");
        let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let all = || {
        [
            has(APEX, "TXT"),
            has(&format!("s2._domainkey.{APEX}"), "CNAME"),
            has(&format!("s1._domainkey.{APEX}"), "TXT"),
            has(&format!("_dmarc.{APEX}"), "TXT"),
        ]
    };
    let key = dkim();
    let (first, rest) = key.split_at(255);
    let want = [
        vec!["\"MS=ms12345678\"".to_owned(), format!("\"{SPF}\"")],
        vec!["s2.provider.example.".to_owned()],
        vec![format!("\"{first}\" \"{rest}\"")],
        vec![format!("\"{DMARC}\"")],
    ];
    assert_eq!(all(), want);
    // The world has moved on since the look: nothing is done, and that is said.
    let (_, said) = send(&run.out).expect("it was there a moment ago");
    assert!(said.contains("NXRRSET"), "{said}");
    assert_eq!(all(), want);
    // Of a plan that was held against nothing, each record is added where none stands, and nowhere else.
    let blind = plan(&["-o", "nsupdate", "--zone", APEX]);
    assert!(
        blind.out.contains(";update add voorbeeld.nl. 3600 IN TXT"),
        "{}",
        blind.out
    );
    let (_, said) = send(&blind.out).expect("it was there a moment ago");
    assert!(said.contains("YXRRSET"), "{said}");
    assert_eq!(all(), want);
}
