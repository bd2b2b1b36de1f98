//! `zegel plan --zone`: several manifests in one zone, what lies elsewhere, and the root, in which everything lies.

use super::harness::{Run, folder, zegel};
use super::plan_as::against;
use super::plan_back::octodns;
use crate::dns::{DnsServer, SERVFAIL};

/// Manifests of these domains, each with the rest of its spec.
pub(super) fn manifests(specs: &[(&str, &str)]) -> String {
    let objects = specs.iter().map(|(domain, spec)| {
        let name = domain.replace('.', "-");
        format!(
            "---\napiVersion: zegel.dev/v1alpha1\nkind: MailDomain\nmetadata: {{name: {name}, namespace: mail}}\nspec:\n  domain: \
             {domain}\n  {spec}\n"
        )
    });
    objects.collect()
}

pub(super) fn plan(text: &str, args: &[&str]) -> Run {
    let folder = folder(&[("m.yaml", text)]);
    let path = folder.path().join("m.yaml");
    let path = path.to_str().expect("the path is UTF-8");
    zegel(&[&["plan", path], args].concat())
}

const DMARC: &str = "role: Mail\n  dmarc: {policy: Reject}";

/// A domain, one below it, and one of a zone of its own.
fn three() -> String {
    manifests(&[
        ("voorbeeld.nl", DMARC),
        ("post.voorbeeld.nl", DMARC),
        ("nieuw.nl", DMARC),
    ])
}

#[test]
fn what_does_not_lie_in_the_zone_is_left_out_and_said_whatever_publishes() {
    for (output, of_the_zone, below) in [
        (
            "nsupdate",
            "update add _dmarc.voorbeeld.nl. ",
            "update add _dmarc.post.voorbeeld.nl. ",
        ),
        ("octodns", "\n_dmarc:\n", "\n_dmarc.post:\n"),
        ("dnscontrol", "TXT(\"_dmarc\", ", "TXT(\"_dmarc.post\", "),
    ] {
        let run = plan(&three(), &["-o", output, "--zone", "voorbeeld.nl"]);
        assert_eq!(run.code, 0, "{output}: {}", run.err);
        for words in [
            of_the_zone,
            below,
            "_dmarc.nieuw.nl TXT is left out: it does not lie in voorbeeld.nl",
        ] {
            assert!(run.out.contains(words), "{output}: {words}\n{}", run.out);
        }
        assert_eq!(
            run.out.matches("_dmarc.nieuw.nl").count(),
            1,
            "{output}: {}",
            run.out
        );
    }
    // Each update is for the zone that was named, and for none of another's names (RFC 2136 3.4.1.3).
    let run = plan(&three(), &["-o", "nsupdate", "--zone", "voorbeeld.nl"]);
    assert_eq!(run.out.matches("zone voorbeeld.nl.\n").count(), 2, "{}", run.out);
    // A zone of its own below the domain has its names alone.
    let run = plan(&three(), &["-o", "nsupdate", "--zone", "post.voorbeeld.nl"]);
    assert_eq!(run.out.matches("update add").count(), 1, "{}", run.out);
    assert_eq!(run.out.matches("is left out").count(), 2, "{}", run.out);
}

#[test]
fn everything_lies_in_the_root() {
    for (output, words) in [
        (
            "nsupdate",
            &[
                "zone .\nprereq nxrrset _dmarc.voorbeeld.nl. ",
                "update add _dmarc.nieuw.nl. ",
            ][..],
        ),
        (
            "octodns",
            &[
                "the zone's own .yaml:",
                "\n_dmarc.voorbeeld.nl:\n",
                "\n_dmarc.nieuw.nl:\n",
            ],
        ),
        (
            "dnscontrol",
            &[
                "D_EXTEND(\".\",",
                "TXT(\"_dmarc.voorbeeld.nl\", ",
                "TXT(\"_dmarc.nieuw.nl\", ",
            ],
        ),
    ] {
        let run = plan(&three(), &["-o", output, "--zone", "."]);
        assert_eq!(run.code, 0, "{output}: {}", run.err);
        for words in words {
            assert!(run.out.contains(words), "{output}: {words}\n{}", run.out);
        }
        for never in ["is left out", "zone ..", "..yaml"] {
            assert!(!run.out.contains(never), "{output}: {never}\n{}", run.out);
        }
    }
}

/// octoDNS reads one document a file: what several manifests have of a zone is one, said once to be no whole zone.
#[test]
fn several_manifests_of_one_zone_are_one_document_for_octodns() {
    let run = plan(&three(), &["-o", "octodns", "--zone", "voorbeeld.nl"]);
    for (words, times) in [
        ("---\n", 1),
        ("NOT A WHOLE ZONE", 1),
        ("MailDomain mail/voorbeeld-nl", 1),
        ("MailDomain mail/post-voorbeeld-nl", 1),
        ("MailDomain mail/nieuw-nl", 1),
    ] {
        assert_eq!(run.out.matches(words).count(), times, "{words}\n{}", run.out);
    }
    // Zones of their own have documents of their own.
    let each = plan(&three(), &["-o", "octodns"]);
    assert_eq!(each.out.matches("---\n").count(), 3, "{}", each.out);
    assert_eq!(each.out.matches("NOT A WHOLE ZONE").count(), 3, "{}", each.out);
    let Some(read) = octodns(&run.out) else {
        println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)");
        return;
    };
    let names = read.as_array().expect("a list").iter().map(|record| &record[0]);
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["_dmarc", "_dmarc.post"],
        "{}",
        run.out
    );
}

/// octoDNS refuses names out of its order, in which a row of digits is a number.
#[test]
fn names_with_numbers_are_in_the_order_octodns_reads() {
    let names = ["s10", "s9", "s2", "a", "2026b", "s2b", "s010c"];
    let selectors = names.map(|name| format!("{{name: {name}, cname: {name}.provider.example}}"));
    let spec = format!("role: Mail\n  dkim: {{selectors: [{}]}}", selectors.join(", "));
    let run = plan(&manifests(&[("voorbeeld.nl", &spec)]), &["-o", "octodns"]);
    let is_key = |line: &&str| line.contains("._domainkey") && !line.starts_with(['#', ' ']);
    let written: Vec<String> = run
        .out
        .lines()
        .filter(is_key)
        .map(|line| {
            let line = line.trim_matches(['\'', '"', ':']);
            line.trim_end_matches("._domainkey").to_owned()
        })
        .collect();
    assert_eq!(
        written,
        ["2026b", "a", "s2", "s2b", "s9", "s10", "s010c"],
        "{}",
        run.out
    );
    match octodns(&run.out) {
        Some(read) => assert_eq!(read.as_array().map(Vec::len), Some(names.len())),
        None => println!("SKIPPED: octoDNS (it could not be installed: dev/octodns says why)"),
    }
}

/// A source of octoDNS that left out what was not answered would take it away; what lies in another zone is none of its business.
#[test]
fn what_was_not_answered_keeps_back_the_document_of_its_own_zone_alone() {
    for (silent, args, is_written) in [
        ("_dmarc.post.voorbeeld.nl", &["--zone", "voorbeeld.nl"][..], false),
        ("_dmarc.nieuw.nl", &["--zone", "voorbeeld.nl"], true),
        // Each has a zone of its own.
        ("_dmarc.post.voorbeeld.nl", &[], true),
        ("_dmarc.voorbeeld.nl", &[], false),
    ] {
        let dns = DnsServer::start("voorbeeld.nl MX 10 mail.voorbeeld.nl\nmail.voorbeeld.nl A 192.0.2.1\n");
        dns.fail(silent, SERVFAIL);
        let resolver = dns.address().to_string();
        let how = [&["-o", "octodns"], &against(&resolver)[..], args].concat();
        let run = plan(&three(), &how);
        assert_eq!(run.code, 3, "{silent} {args:?}: {run:?}");
        assert!(
            run.err.contains(&format!("{silent} TXT: not answered")),
            "{silent} {args:?}: {run:?}"
        );
        let voorbeeld = run.out.contains("# voorbeeld.nl: MailDomain") && run.out.contains("\n_dmarc:\n");
        let is_refused = run.err.contains("error: voorbeeld.nl: no document is written");
        assert_eq!(
            (voorbeeld && run.out.contains("---\n"), is_refused),
            (is_written, !is_written),
            "{silent} {args:?}: {run:?}"
        );
    }
}
