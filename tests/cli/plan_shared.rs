//! `zegel plan` of manifests that want records at one name: the same are written once, and others are told from each other before
//! anything is written, whatever stands in DNS today.

use serde_json::Value;

use super::harness::Run;
use super::plan_as::against;
use super::plan_back::octodns;
use super::plan_zones::{manifests, plan};
use crate::dns::DnsServer;

/// Each output, with what it must be told.
const OUTPUTS: [&[&str]; 7] = [
    &["-o", "table"],
    &["-o", "json"],
    &["-o", "zone"],
    &["-o", "nsupdate", "--zone", "voorbeeld.nl"],
    &["-o", "octodns", "--zone", "voorbeeld.nl"],
    &["-o", "dnscontrol", "--zone", "voorbeeld.nl"],
    &["-o", "dnsendpoint", "--provider", "aws"],
];

fn digest(number: u8) -> String {
    format!("{number:02x}").repeat(32)
}

/// A block of the one host, with these digests of its key.
fn dane(digests: &[u8]) -> String {
    let records: Vec<String> = digests
        .iter()
        .map(|number| format!("'3 1 1 {}'", digest(*number)))
        .collect();
    let records = records.join(", ");
    format!(
        "role: Mail\n  mx: {{hosts: [{{preference: 10, host: mail.voorbeeld.nl}}]}}\n  dane: {{hosts: [{{name: mail.voorbeeld.nl, \
         records: [{records}]}}]}}"
    )
}

/// Two domains whose mail one host takes.
fn both(first: &[u8], second: &[u8]) -> String {
    manifests(&[
        ("voorbeeld.nl", &dane(first)),
        ("post.voorbeeld.nl", &dane(second)),
    ])
}

/// What DNS says when it says this.
fn diff(text: &str, zone: &str, args: &[&str]) -> Run {
    let dns = DnsServer::start(zone);
    plan(text, &[args, &against(&dns.address().to_string())].concat())
}

/// The mail of both domains goes where it should, and nothing is known of the host's certificate.
const MAIL: &str = "
    voorbeeld.nl       MX  10 mail.voorbeeld.nl
    post.voorbeeld.nl  MX  10 mail.voorbeeld.nl
    mail.voorbeeld.nl  A   192.0.2.1
";

#[test]
fn what_two_want_alike_is_added_once_by_what_adds_records() {
    for second in [&[1, 2][..], &[2, 1]] {
        let text = both(&[1, 2], second);
        for (output, record, says) in [
            (
                "nsupdate",
                "update add _25._tcp.mail.voorbeeld.nl. ",
                "; _25._tcp.mail.voorbeeld.nl TLSA is left out: voorbeeld.nl wants it too, and has it above\n",
            ),
            (
                "dnscontrol",
                "TLSA(\"_25._tcp.mail\", ",
                "// _25._tcp.mail.voorbeeld.nl TLSA is left out: voorbeeld.nl wants it too, and has it above\n",
            ),
            ("octodns", "certificate_usage: 3", ""),
        ] {
            let args = ["-o", output, "--zone", "voorbeeld.nl"];
            for run in [plan(&text, &args), diff(&text, MAIL, &args)] {
                assert_eq!(run.code, 0, "{output}: {}", run.err);
                assert_eq!(run.out.matches(record).count(), 2, "{output}: {}", run.out);
                assert!(run.out.contains(says), "{output}: {}", run.out);
            }
        }
    }
}

/// Each is in its own zone where none is said, and what does not lie in the first one's is written for the second.
#[test]
fn what_is_left_out_for_the_first_is_written_for_the_next() {
    let text = manifests(&[("post.voorbeeld.nl", &dane(&[1])), ("voorbeeld.nl", &dane(&[1]))]);
    for (output, record) in [
        ("nsupdate", "update add _25._tcp.mail.voorbeeld.nl. "),
        ("dnscontrol", "TLSA(\"_25._tcp.mail\", "),
        ("octodns", "certificate_usage: 3"),
    ] {
        for run in [plan(&text, &["-o", output]), diff(&text, MAIL, &["-o", output])] {
            assert_eq!(run.code, 0, "{output}: {}", run.err);
            assert_eq!(run.out.matches(record).count(), 1, "{output}: {}", run.out);
        }
    }
}

/// What shows each manifest for itself, or owns its records object by object, has them with each: taken out of one they would go when
/// the other goes.
#[test]
fn what_two_want_alike_stands_with_each_where_each_is_shown_for_itself() {
    let text = manifests(&[
        (
            "voorbeeld.nl",
            "role: Mail\n  spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: post, mechanisms: ['ip4:192.0.2.1'], all: Fail}]}",
        ),
        (
            "post.voorbeeld.nl",
            "role: Mail\n  spf: {mechanisms: ['ip4:192.0.2.1'], all: Fail}",
        ),
    ]);
    let live = "voorbeeld.nl TXT v=spf1 -all\npost.voorbeeld.nl TXT v=spf1 -all\n";
    for output in OUTPUTS {
        let run = diff(&text, live, output);
        assert_eq!(run.code, 0, "{output:?}: {}", run.err);
        let wanted = run.out.matches("v=spf1 ip4:192.0.2.1 -all").count();
        let is_script = ["nsupdate", "octodns", "dnscontrol"].contains(&output[1]);
        // JSON has what is wanted beside what is to be added.
        let times = match output[1] {
            "json" => 4,
            _ if is_script => 1,
            _ => 2,
        };
        assert_eq!(wanted, times, "{output:?}: {}", run.out);
    }
}

#[test]
fn what_two_want_otherwise_is_refused_with_the_name_of_both_whatever_is_written() {
    for (first, second) in [(&[1][..], &[2][..]), (&[1], &[1, 2]), (&[1, 2], &[2])] {
        let text = both(first, second);
        for output in OUTPUTS {
            let run = plan(&text, output);
            refused(&run, output);
            for words in [
                "m.yaml:18: spec.dane.hosts[0]: _25._tcp.mail.voorbeeld.nl TLSA: voorbeeld.nl: MailDomain mail/voorbeeld-nl",
                "post.voorbeeld.nl: MailDomain mail/post-voorbeeld-nl",
                "want different records there",
            ] {
                assert!(run.err.contains(words), "{output:?}: {words}\n{}", run.err);
            }
        }
    }
}

/// Code 2 and no record; of JSON the mistakes are lines.
fn refused(run: &Run, output: &[&str]) {
    assert_eq!(run.code, 2, "{output:?}: {run:?}");
    for line in run.out.lines() {
        let line: Value = serde_json::from_str(line).expect("only JSON has lines");
        assert_eq!(
            (&line["outcome"], output[1]),
            (&Value::from("invalid"), "json"),
            "{line}"
        );
    }
}

/// Today's DNS is right for one of them, whose records are in no plan then: those of the other would take them away.
#[test]
fn what_is_right_for_one_today_does_not_hide_that_another_wants_it_otherwise() {
    let text = both(&[1], &[1, 2]);
    let live = |digests: &[u8]| {
        let records = digests
            .iter()
            .map(|number| format!("_25._tcp.mail.voorbeeld.nl TLSA 3 1 1 {}\n", digest(*number)));
        MAIL.to_owned() + &records.collect::<String>()
    };
    for digests in [&[1][..], &[1, 2]] {
        for output in OUTPUTS {
            refused(&diff(&text, &live(digests), output), output);
        }
    }
}

#[test]
fn nothing_stands_beside_a_cname() {
    let text = manifests(&[
        (
            "voorbeeld.nl",
            "role: Mail\n  spf: {mechanisms: [mx], all: Fail, alsoAt: [{name: _dmarc.post, mechanisms: [mx], all: Fail}]}",
        ),
        (
            "post.voorbeeld.nl",
            "role: Mail\n  dmarc: {cname: post.dmarc.example}",
        ),
    ]);
    for output in OUTPUTS {
        let run = plan(&text, output);
        refused(&run, output);
        assert!(
            run.err
                .contains("spec.dmarc: _dmarc.post.voorbeeld.nl: voorbeeld.nl: MailDomain mail/voorbeeld-nl")
                && run.err.contains("nothing stands beside a CNAME"),
            "{output:?}: {}",
            run.err
        );
    }
}

/// What lies outside the zone is left out, and harms nobody; what somebody else fills is nobody's to differ by.
#[test]
fn what_is_not_written_is_no_reason_to_refuse() {
    let text = both(&[1], &[2]);
    for output in ["nsupdate", "octodns", "dnscontrol"] {
        let run = plan(&text, &["-o", output, "--zone", "post.voorbeeld.nl"]);
        assert_eq!(run.code, 0, "{output}: {}", run.err);
        assert!(
            run.out.contains("TLSA is left out: it does not lie in"),
            "{output}: {}",
            run.out
        );
    }
}

/// One name in two folders without a namespace may be one object in two forms, each for a place of its own: it is shown twice, and
/// not published twice.
#[test]
fn two_forms_of_one_object_are_shown_and_not_published_together() {
    let form = |all: &str| {
        let text = manifests(&[(
            "voorbeeld.nl",
            &format!("role: Mail\n  spf: {{mechanisms: [mx], all: {all}}}"),
        )]);
        text.replace(", namespace: mail", "")
    };
    let folder = super::harness::folder(&[
        ("prod/m.yaml", &form("Fail")),
        ("staging/m.yaml", &form("SoftFail")),
    ]);
    let path = folder.path().to_str().expect("the path is UTF-8");
    for output in OUTPUTS {
        let run = super::harness::zegel(&[&["plan", path], output].concat());
        if ["table", "json"].contains(&output[1]) {
            assert_eq!(run.code, 0, "{output:?}: {}", run.err);
            for all in ["-all", "~all"] {
                assert!(run.out.contains(all), "{output:?}: {}", run.out);
            }
        } else {
            refused(&run, output);
        }
    }
}

/// What is right is in what stands for itself as well, and that none stands there is right in its own way: a parked domain without
/// keys, and a null MX that ExternalDNS cannot read back.
#[test]
fn a_set_that_is_right_by_its_absence_is_written_as_no_set() {
    let text = manifests(&[("leeg.nl", "role: Parked")]);
    let live = "leeg.nl TXT v=spf1 -all\nleeg.nl MX 0 .\nleeg.nl A 192.0.2.1\n_dmarc.leeg.nl TXT v=DMARC1; p=reject\n";
    for provider in ["aws", "azure"] {
        let run = diff(&text, live, &["-o", "dnsendpoint", "--provider", provider]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert_eq!(run.out.matches("dnsName:").count(), 2, "{}", run.out);
        assert!(!run.out.contains("recordType: MX"), "{}", run.out);
        assert!(
            run.out
                .contains("# leeg.nl MX is left out: ExternalDNS reads a null MX"),
            "{}",
            run.out
        );
    }
    let run = diff(&text, live, &["-o", "octodns"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for words in [
        "# leeg.nl: nothing differs from DNS\n",
        "\n_dmarc:\n",
        "exchange:",
        "v=spf1 -all",
    ] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let names = run.out.lines().map(|line| line.trim_start_matches(['\'', '"']));
    assert!(
        !names.clone().any(|name| name.starts_with("*._domainkey")),
        "{}",
        run.out
    );
    match octodns(&run.out) {
        Some(read) => assert_eq!(read.as_array().map(Vec::len), Some(3), "{read}"),
        None => println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)"),
    }
}

/// An item of a list is told as one, and an object whose name the server will make as that.
#[test]
fn an_object_of_a_list_and_one_without_a_name_are_told_as_what_they_are() {
    let text = both(&[1], &[2]);
    let items: Vec<String> = text
        .split("---\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| format!("- {}", text.trim_end().replace('\n', "\n  ")))
        .collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{}\n", items.join("\n"));
    let run = plan(&list, &["-o", "zone"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err.contains("items[1].spec.dane.hosts[0]") && run.err.contains("want different records there"),
        "{}",
        run.err
    );
    // The first stands in no list.
    let run = plan(&text, &["-o", "zone"]);
    assert!(run.err.contains(" spec.dane.hosts[0]"), "{}", run.err);
    let made: String = text
        .lines()
        .map(|line| match line.contains("metadata:") {
            true => "metadata: {generateName: mail-}\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    let run = plan(&made, &["-o", "zone"]);
    assert!(
        run.err
            .contains("voorbeeld.nl: MailDomain (name yet to be made), ")
            && !run.err.contains("MailDomain ,"),
        "{}",
        run.err
    );
}
