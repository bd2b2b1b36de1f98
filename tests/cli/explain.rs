//! `zegel explain`, `zegel crd`, and the command line itself.

use super::harness::zegel;

#[test]
fn a_rule_is_explained_whatever_its_letter_case() {
    let run = zegel(&["explain", "dns-050"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for part in ["DNS-050", "Info, DNS, RFC 2308 7", "Fix:", "Bad:", "Good:"] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn every_rule_is_explained_at_once() {
    let run = zegel(&["explain", "--all"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for rule in zegel::rules::all() {
        assert!(
            run.out.contains(&format!("{}: {}", rule.id, rule.title)),
            "{}",
            rule.id
        );
    }
}

#[test]
fn an_unknown_rule_is_a_usage_error_that_names_its_family() {
    let run = zegel(&["explain", "DNS-999"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("DNS-999") && run.err.contains("DNS-050"),
        "{}",
        run.err
    );
}

/// As a person shortens an id, or writes it from memory: one is meant, and the others are not listed.
#[test]
fn an_id_of_the_same_number_written_otherwise_is_what_was_meant() {
    for (asked, meant) in [
        ("DKIM-37", "DKIM-037"),
        ("dkim-37", "DKIM-037"),
        ("dkim037", "DKIM-037"),
        ("DNS_50", "DNS-050"),
        ("spf 0040", "SPF-040"),
    ] {
        let run = zegel(&["explain", asked]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{asked}");
        let says = format!("no rule has the id {asked:?}: did you mean {meant}?");
        assert!(run.err.contains(&says), "{says}\n{}", run.err);
    }
    for asked in ["DKIM-999", "XYZ-37", "DKIM", "37", "DKIM-99999999999"] {
        let run = zegel(&["explain", asked]);
        assert!(!run.err.contains("did you mean"), "{asked}: {}", run.err);
    }
}

/// A family of a hundred is told in a line or two, by its rows of numbers.
#[test]
fn a_family_in_the_place_of_a_rule_is_told_by_its_rows_of_numbers() {
    for (asked, begins, never) in [
        (
            "SPF",
            "there are SPF-001 to SPF-013, SPF-020 to SPF-027, ",
            "SPF-002",
        ),
        ("spf-999", "there are SPF-001 to SPF-013, ", "SPF-021"),
        ("DKIM", "there are DKIM-001", "DKIM-002"),
    ] {
        let run = zegel(&["explain", asked]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{asked}");
        assert!(
            run.err.contains(begins) && !run.err.contains(never) && run.err.len() < 320,
            "{asked}: {}",
            run.err
        );
    }
}

#[test]
fn a_reason_in_the_place_of_a_rule_is_told_what_it_is() {
    for (asked, reason) in [
        ("Propagating", "Propagating"),
        ("dnsunavailable", "DNSUnavailable"),
    ] {
        let run = zegel(&["explain", asked]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{asked}");
        for words in [
            format!("{reason} is no rule but a reason of Ready"),
            "docs/troubleshooting.md".to_owned(),
        ] {
            assert!(run.err.contains(&words), "{words}\n{}", run.err);
        }
    }
    let run = zegel(&["explain", "Nonsense"]);
    assert!(
        run.err.contains("zegel explain --all lists every rule"),
        "{}",
        run.err
    );
}

#[test]
fn the_crds_are_yaml_with_the_kinds() {
    let run = zegel(&["crd"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let crds: Vec<serde_json::Value> = serde_saphyr::from_multiple(&run.out).expect("the CRDs are YAML");
    let names: Vec<_> = crds.iter().map(|crd| crd["metadata"]["name"].as_str()).collect();
    let wanted = ["maildomains.zegel.dev", "maildomaingrants.zegel.dev"];
    assert_eq!(names, wanted.map(Some));
}

#[test]
fn what_is_no_command_is_a_usage_error() {
    for args in [
        &[][..],
        &["nonsense"],
        &["explain"],
        &["explain", "--all", "DNS-050"],
        &["plan"],
        &["crd", "extra"],
    ] {
        let run = zegel(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert!(!run.err.is_empty(), "{args:?}");
    }
    let run = zegel(&["--log-level", "zegel=loud", "crd"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("loud"), "{}", run.err);
}
