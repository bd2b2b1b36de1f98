//! A plan in the words of other programs, read back by a real one: a JavaScript engine, octoDNS, nsupdate and knot.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::harness::{folder, zegel};
use super::plan_as::{DMARC, LIVE, SPF, diff, diff_of, dkim, plan, right};
use crate::knot::{APEX, Knots};

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

/// The records of a script of DNSControl, read by a JavaScript engine.
fn dnscontrol(script: &str) -> Option<Value> {
    let stubs = "
        const said = {};
        const TTL = (seconds) => seconds;
        const record = (type) => (...args) => [type, ...args];
        const [TXT, CNAME, MX, TLSA] = ['TXT', 'CNAME', 'MX', 'TLSA'].map(record);
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
    for words in [
        "// What differs from DNS today, and no more: ",
        "// remove: voorbeeld.nl TXT \"v=spf1 mx -all\"\n// keep: voorbeeld.nl TXT \"MS=ms12345678\"\n",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert_eq!(run.out.matches("// keep: ").count(), 1, "{}", run.out);
    assert!(
        !plan(&["-o", "dnscontrol"]).out.contains("today"),
        "nothing was looked at"
    );
    // A zone of its own below the domain: what lies elsewhere is not its.
    let below = plan(&["-o", "dnscontrol", "--zone", "_domainkey.voorbeeld.nl"]);
    for words in [
        "_dmarc.voorbeeld.nl TXT is left out: it does not lie in _domainkey.voorbeeld.nl",
        "CNAME(\"s2\", ",
    ] {
        assert!(below.out.contains(words), "{words}\n{}", below.out);
    }
}

/// What octoDNS reads in a zone's YAML: name, type, TTL and values, as it would send them.
const OCTODNS: &str = r#"
import json, sys
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone
zone = Zone('voorbeeld.nl.', [])
own, *beside = sys.argv[1:]
YamlProvider('read', own).populate(zone)
for folder in beside:
    YamlProvider('beside', folder, populate_should_replace=True).populate(zone)
said = []
for record in sorted(zone.records, key=lambda record: (record.name, record._type)):
    values = record.chunked_values if record._type == 'TXT' else [str(getattr(record, 'value', None) or record.values)]
    said.append([record.name, record._type, record.ttl, values])
print(json.dumps(said))
"#;

pub(super) fn octodns(yaml: &str) -> Option<Value> {
    octodns_of(&[yaml])
}

/// The same of a zone's own file and those that stand beside it, each a second source.
fn octodns_of(sources: &[&str]) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/dev/octodns");
    let output = Command::new(script).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let python = String::from_utf8(output.stdout).ok()?;
    let folders = sources.iter().map(|yaml| folder(&[("voorbeeld.nl.yaml", yaml)]));
    let folders: Vec<_> = folders.collect();
    let mut command = Command::new(python.trim());
    command.arg("-").args(folders.iter().map(|folder| folder.path()));
    let (fine, said) = piped(command, OCTODNS)?;
    assert!(fine, "{said}\n{sources:?}");
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

/// A plan is no zone: loaded alone it would take away what it does not hold. It says so before anything else, and beside the
/// zone's own file it adds and replaces what it holds and takes away nothing.
#[test]
fn a_plan_for_octodns_says_that_it_is_no_whole_zone_and_does_no_harm_as_a_second_source() {
    const OWN: &str = "---
'':
- {type: A, value: 192.0.2.80}
- {type: TXT, values: [MS=ms12345678, v=spf1 mx -all]}
_dmarc: {type: TXT, value: v=DMARC1\\; p=none}
www: {type: A, value: 192.0.2.80}
";
    let run = diff(&["-o", "octodns"]);
    let second = run.out.lines().nth(1).unwrap_or_default();
    assert!(
        second
            .starts_with("# NOT A WHOLE ZONE. Loaded alone it takes every other record of voorbeeld.nl away"),
        "{}",
        run.out
    );
    let Some(read) = octodns_of(&[OWN, &run.out]) else {
        println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)");
        return;
    };
    let read = unescaped(read);
    let records = read.as_array().expect("a list");
    let sets: Vec<String> = records
        .iter()
        .map(|record| format!("{} {}", record[0], record[1]).replace('"', ""))
        .collect();
    let want = [
        " A",
        " TXT",
        "_dmarc TXT",
        "s1._domainkey TXT",
        "s2._domainkey CNAME",
        "www A",
    ];
    assert_eq!(sets, want);
    assert_eq!(records[2][3], json!([format!("\"{DMARC}\"")]));
    // Of nothing there is no document: an empty one is an empty zone.
    for (manifest, args) in [
        ("role: Mail", &[][..]),
        (
            "role: Mail\n  dkim: {selectors: [{name: any, anyKey: true}]}",
            &[],
        ),
        ("role: Mail\n  spf: {mechanisms: [mx], all: Fail}", &[]),
        (
            "role: Mail\n  dmarc: {policy: None}",
            &["--zone", "a.voorbeeld.nl"],
        ),
    ] {
        let text = format!(
            "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: a}}\nspec:\n  domain: voorbeeld.nl\n  {manifest}\n"
        );
        let folder = folder(&[("a.yaml", &text)]);
        let path = folder.path().join("a.yaml");
        let path = path.to_str().expect("the path is UTF-8");
        let run = zegel(&[&["plan", "-o", "octodns", path], args].concat());
        let of_comments = run.out.lines().all(|line| line.starts_with('#'));
        assert!(of_comments, "{manifest}\n{}", run.out);
        let is_said = run.out.ends_with("# Here is no record to merge.\n");
        assert_eq!(is_said, args.is_empty(), "{manifest}\n{}", run.out);
        assert_eq!(
            run.code,
            if args.is_empty() { 0 } else { 2 },
            "{manifest}\n{}",
            run.err
        );
    }
}

/// A second source that is written anew after the change still holds what was changed: what it no longer named would fall back to
/// the zone's own file, which has the old.
#[test]
fn a_second_source_of_octodns_keeps_what_is_right_by_now() {
    const OLD: &str = "---
'': {type: TXT, values: [MS=ms12345678, v=spf1 mx -all]}
_dmarc: {type: TXT, value: v=DMARC1\\; p=none}
";
    let key = dkim();
    let right = right() + "voorbeeld.nl TXT MS=ms12345678\n";
    let half = right.replace(DMARC, "v=DMARC1; p=none");
    for (zone, begins) in [
        (
            &right,
            "# voorbeeld.nl: nothing differs from DNS\n# voorbeeld.nl: MailDomain ",
        ),
        (&half, "# voorbeeld.nl: MailDomain "),
    ] {
        let run = diff_of(zone, &["-o", "octodns"]);
        assert!(run.code == 0 && run.out.starts_with(begins), "{run:?}");
        let Some(read) = octodns_of(&[OLD, &run.out]) else {
            println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)");
            return;
        };
        let quoted = |text: &str| json!([format!("\"{text}\"")]);
        let want = json!([
            ["", "TXT", 3600, ["\"MS=ms12345678\"", format!("\"{SPF}\"")]],
            ["_dmarc", "TXT", 3600, quoted(DMARC)],
            ["s1._domainkey", "TXT", 3600, quoted(&key)],
            ["s2._domainkey", "CNAME", 3600, ["s2.provider.example."]],
        ]);
        // What somebody else chooses stays where it is declared.
        assert_eq!(unescaped(read), want, "{}", run.out);
    }
}

/// octoDNS keeps a semicolon escaped inside, and counts that when it splits a text; what it sends is without.
fn unescaped(read: Value) -> Value {
    let text = read.to_string().replace("\\\\;", ";");
    let text = text.replace(r#"\" \""#, "");
    serde_json::from_str(&text).expect("JSON")
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

const DANE: &str = "apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl}
spec:
  domain: voorbeeld.nl
  role: Mail
  mx: {hosts: [{preference: 10, host: mail.voorbeeld.nl}]}
  dane:
    hosts:
    - {name: mail.voorbeeld.nl, records: ['3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef']}
";

/// What is no text: hosts that take mail, and their certificates.
#[test]
fn exchanges_and_certificates_are_read_back_as_well() {
    let digest = "0123456789abcdef".repeat(4);
    let written = |output: &str| {
        let folder = folder(&[("m.yaml", DANE)]);
        let path = folder.path().join("m.yaml");
        let path = path.to_str().expect("the path is UTF-8");
        let provider = ["--provider", "aws"];
        let provider = if output == "dnsendpoint" {
            &provider[..]
        } else {
            &[]
        };
        zegel(&[&["plan", path, "-o", output], provider].concat())
    };
    let script = written("dnscontrol");
    assert_eq!(script.code, 0, "{}", script.err);
    if let Some(read) = dnscontrol(&script.out) {
        let want = json!([
            ["MX", "@", 10, "mail.voorbeeld.nl.", 3600],
            ["TLSA", "_25._tcp.mail", 3, 1, 1, digest, 3600],
        ]);
        assert_eq!(read, json!({"voorbeeld.nl": want}), "{}", script.out);
    }
    let zone = written("octodns");
    if let Some(read) = octodns(&zone.out) {
        assert_eq!(
            read[0],
            json!(["", "MX", 3600, ["['10 mail.voorbeeld.nl.']"]]),
            "{}",
            zone.out
        );
        let certificate = read[1].to_string();
        assert!(
            certificate.contains("_25._tcp.mail") && certificate.contains(&digest),
            "{certificate}"
        );
    }
    let script = written("nsupdate");
    for line in [
        "update add voorbeeld.nl. 3600 IN MX 10 mail.voorbeeld.nl.\n".to_owned(),
        format!("update add _25._tcp.mail.voorbeeld.nl. 3600 IN TLSA 3 1 1 {digest}\n"),
    ] {
        assert!(script.out.contains(&line), "{line}\n{}", script.out);
    }
    let object = written("dnsendpoint");
    assert!(
        object
            .out
            .contains("TLSA is left out: records of type TLSA are not written for ExternalDNS"),
        "{}",
        object.out
    );
}
