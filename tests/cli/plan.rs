//! `zegel plan`: what must be published, without a question to DNS; and how manifests are read.

use super::harness::{folder, zegel, zegel_with};

const PARKED: &str = "\
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: leeg, namespace: mail}
spec:
  domain: leeg.example
  role: Parked
";

#[test]
fn what_depends_on_dns_is_a_commented_line_with_its_condition() {
    let run = zegel_with(&["plan", "-o", "zone", "-"], PARKED);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.starts_with("; leeg.example: MailDomain mail/leeg, -:5\n"),
        "{}",
        run.out
    );
    assert!(
        run.out.contains(
            "; leeg.example MX: only where the name has an A or AAAA record\n;leeg.example. 3600 IN MX 0 .\n"
        ),
        "{}",
        run.out
    );
}

#[test]
fn json_is_one_object_a_line_and_record() {
    let run = zegel_with(&["plan", "--output", "json", "-"], PARKED);
    assert_eq!(run.code, 0, "{}", run.err);
    let rows: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect();
    let mx = rows
        .iter()
        .find(|row| row["type"] == "MX")
        .expect("the null MX is planned");
    assert_eq!(mx["name"], "leeg.example");
    assert_eq!(mx["values"], serde_json::json!(["0 ."]));
    assert_eq!(mx["condition"], "only where the name has an A or AAAA record");
    assert_eq!(mx["ttl"], 3600);
    assert_eq!(mx["domain"], "leeg.example");
    assert_eq!(
        mx["object"],
        serde_json::json!({"file": "-", "line": 5, "namespace": "mail", "name": "leeg"})
    );
    assert_eq!(mx["schemaVersion"], 1);
}

#[test]
fn folders_are_searched_and_other_kinds_are_skipped() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {kind: MailDomain}\n";
    let both = format!("{config}---\n{PARKED}---\n# nothing\n");
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Secret}}\n- {}",
        PARKED.replace("leeg", "vol").trim_end().replace('\n', "\n  ")
    );
    let folder = folder(&[
        ("a/both.yaml", &both),
        ("a/notes.txt", "not: [yaml"),
        ("b/list.yml", &list),
        ("other.yaml", config),
    ]);
    let run = zegel(&[
        "plan",
        "-o",
        "json",
        folder.path().to_str().expect("the path is UTF-8"),
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    for name in ["leeg.example", "vol.example"] {
        assert!(
            run.out.contains(&format!(
                "\"domain\":\"{name}\",\"name\":\"{name}\",\"type\":\"MX\""
            )),
            "{}",
            run.out
        );
    }
}

#[test]
fn many_files_are_read_at_once_and_told_in_their_order() {
    let texts: Vec<(String, String)> = (0..300)
        .map(|number| {
            let text = match number % 50 {
                7 => "apiVersion: [".to_owned(),
                _ => PARKED.replace("leeg", &format!("d{number:03}")),
            };
            (format!("{number:03}.yaml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let folder = folder(&files);
    let run = zegel(&[
        "plan",
        "-o",
        "zone",
        folder.path().to_str().expect("the path is UTF-8"),
    ]);
    assert_eq!(run.code, 2, "{}", run.err);
    let planned: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("; ")?.split_once(".example: MailDomain"))
        .map(|(name, _)| name)
        .collect();
    let right: Vec<String> = (0..300)
        .filter(|number| number % 50 != 7)
        .map(|number| format!("d{number:03}"))
        .collect();
    assert_eq!(planned, right);
    let wrong: Vec<&str> = run
        .err
        .lines()
        .filter_map(|line| line.split_once(".yaml:")?.0.rsplit('/').next())
        .collect();
    assert_eq!(wrong, ["007", "057", "107", "157", "207", "257"], "{}", run.err);
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_field_and_the_rest_is_planned() {
    let bad_interval = PARKED
        .replace("leeg", "kort")
        .replace("  role", "  interval: 1x\n  role");
    let unknown_field = PARKED
        .replace("leeg", "vreemd")
        .replace("  role", "  colour: red\n  role");
    let no_role = "apiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {name: rol}\nspec: {domain: rol.example}\n";
    let text = [bad_interval.as_str(), &unknown_field, no_role, PARKED].join("---\n");
    let folder = folder(&[("m.yaml", &text)]);
    let file = folder.path().join("m.yaml");
    let file = file.to_str().expect("the path is UTF-8");
    let run = zegel(&["plan", "-o", "zone", file]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("leeg.example. 3600 IN MX"), "{}", run.out);
    for (line, what) in [(6, "spec.interval"), (14, "colour"), (20, "role")] {
        let at = format!("error: {file}:{line}: ");
        assert!(
            run.err
                .lines()
                .any(|text| text.starts_with(&at) && text.contains(what)),
            "{at}{what}\n{}",
            run.err
        );
    }
}

#[test]
fn what_cannot_be_read_is_a_usage_error() {
    let folder = folder(&[("broken.yaml", "spec: [\n"), ("other.yaml", "kind: Pod\n")]);
    let path = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("the path is UTF-8")
            .to_owned()
    };
    for (name, says) in [
        ("none.yaml", "cannot read"),
        ("broken.yaml", "this is no YAML"),
        ("other.yaml", "no MailDomain"),
    ] {
        let run = zegel(&["plan", &path(name)]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{name}");
        assert!(
            run.err.contains(says) && run.err.contains(name),
            "{name}: {}",
            run.err
        );
    }
}

#[test]
fn a_file_that_blows_up_is_refused() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let alias = vec![format!("*a{}", level - 1); 9].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
    }
    for text in [bomb, "[".repeat(50_000), format!("{}x", "- ".repeat(50_000))] {
        let run = zegel_with(&["plan", "-"], &text);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    }
}

#[test]
fn a_manifest_in_utf_16_is_read_and_other_encodings_are_refused_in_words() {
    let folder = folder(&[]);
    let path = folder.path().join("m.yaml");
    let file = path.to_str().expect("the path is UTF-8");
    let utf16 = |octets: fn(u16) -> [u8; 2]| {
        let marked = format!("\u{feff}{PARKED}").replace('\n', "\r\n");
        marked.encode_utf16().flat_map(octets).collect::<Vec<u8>>()
    };
    for octets in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        std::fs::write(&path, octets).expect("the file can be written");
        let run = zegel(&["plan", "-o", "zone", file]);
        assert!(
            run.code == 0 && run.out.contains("leeg.example. 3600 IN MX"),
            "{run:?}"
        );
    }
    for (octets, says) in [
        (&b"# caf\n# caf\xe9\n"[..], "line 2 is neither UTF-8 nor UTF-16"),
        (b"PK\x03\x04", "spreadsheet"),
        (b"\xff\xfe\0\0", "UTF-32"),
    ] {
        std::fs::write(&path, octets).expect("the file can be written");
        let run = zegel(&["plan", file]);
        assert!(
            run.code == 2 && run.out.is_empty() && run.err.contains(says),
            "{run:?}"
        );
    }
}

const TRANSPORT: &str = "apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {name: voorbeeld-nl, namespace: mail}
spec:
  domain: voorbeeld.nl
  role: Mail
  mx: {hosts: [{preference: 20, host: mx2.voorbeeld.nl}, {preference: 10, host: mx1.voorbeeld.nl}]}
  mtaSts: {mode: Enforce, maxAge: 30d}
  tlsRpt: {reports: ['mailto:tls@voorbeeld.nl']}
  dane: {hosts: [{name: mx1.voorbeeld.nl, records: ['3 1 1 ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB']}]}
";

#[test]
fn what_protects_mail_on_its_way_is_planned_with_the_file_that_is_served() {
    let run = zegel_with(&["plan", "-o", "zone", "-"], TRANSPORT);
    assert_eq!(run.code, 0, "{}", run.err);
    for line in [
        "voorbeeld.nl. 3600 IN MX 10 mx1.voorbeeld.nl.\nvoorbeeld.nl. 3600 IN MX 20 mx2.voorbeeld.nl.\n",
        "_mta-sts.voorbeeld.nl. 3600 IN TXT \"v=STSv1; id=",
        "; https://mta-sts.voorbeeld.nl/.well-known/mta-sts.txt serves:\n;   version: STSv1\n;   mode: enforce\n\
         ;   mx: mx1.voorbeeld.nl\n;   mx: mx2.voorbeeld.nl\n;   max_age: 2592000\n",
        "_smtp._tls.voorbeeld.nl. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls@voorbeeld.nl\"\n",
        "_25._tcp.mx1.voorbeeld.nl. 3600 IN TLSA 3 1 1 abababab",
    ] {
        assert!(run.out.contains(line), "{line}\n{}", run.out);
    }
    let run = zegel_with(&["plan", "-o", "json", "-"], TRANSPORT);
    let rows: Vec<serde_json::Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let policy = rows
        .iter()
        .find(|row| row["name"] == "_mta-sts.voorbeeld.nl")
        .expect("the record");
    assert_eq!(
        policy["file"]["url"],
        "https://mta-sts.voorbeeld.nl/.well-known/mta-sts.txt"
    );
    let body = policy["file"]["body"].as_str().expect("a text");
    assert!(body.starts_with("version: STSv1\nmode: enforce\n"), "{body}");
    assert!(rows.iter().filter(|row| row.get("file").is_some()).count() == 1);
    let run = zegel_with(&["plan", "-"], TRANSPORT);
    assert!(
        run.out.contains("serves") && run.out.contains("mode: enforce"),
        "{}",
        run.out
    );
}
