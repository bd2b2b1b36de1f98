//! Lists as people keep them, and what is read from each.

use super::*;

fn names(list: &List) -> Vec<&str> {
    list.domains.iter().map(Name::as_str).collect()
}

/// What is skipped, and whether it matters.
fn skipped(list: &List) -> Vec<(u64, &str, bool)> {
    list.skipped
        .iter()
        .map(|skipped| (skipped.line, skipped.text.as_str(), skipped.matters))
        .collect()
}

#[test]
fn every_kind_of_list_is_read() {
    for (what, text, domains) in [
        ("one a line", "a.nl\nb.nl\n", "a.nl b.nl"),
        ("no last line end", "a.nl\nb.nl", "a.nl b.nl"),
        ("line ends of Windows", "a.nl\r\nb.nl\r\n", "a.nl b.nl"),
        ("line ends of an old Mac", "a.nl\rb.nl\r", "a.nl b.nl"),
        (
            "comments",
            "# all\na.nl # mine\n#b.nl\n\n  \nc.nl\t# too",
            "a.nl c.nl",
        ),
        (
            "comments of other files",
            "// all of them\n; and more\na.nl",
            "a.nl",
        ),
        ("commas", "a.nl,b.nl, c.nl,\n", "a.nl b.nl c.nl"),
        ("semicolons", "a.nl;b.nl; c.nl;", "a.nl b.nl c.nl"),
        ("tabs and blanks", "a.nl\tb.nl  c.nl", "a.nl b.nl c.nl"),
        ("a name twice", "a.nl\nA.NL.\nwww.a.nl\na.nl", "a.nl www.a.nl"),
        (
            "web addresses",
            "https://www.a.nl/\nhttp://b.nl:8080/x?y=z#top\nHTTPS://C.NL\n//d.nl/x\nftp://user:pw@e.nl/f\nf.nl/path",
            "www.a.nl b.nl c.nl d.nl e.nl f.nl",
        ),
        (
            "mail addresses",
            "info@a.nl\n<info@b.nl>\nJan Jansen <jan@c.nl>\nmailto:x@d.nl?subject=hi\n@e.nl\n\"q\"@f.nl",
            "a.nl b.nl c.nl d.nl e.nl f.nl",
        ),
        ("hosts with a port", "a.nl:25 b.nl:443", "a.nl b.nl"),
        (
            "quotes",
            "\"a.nl\",'b.nl',`c.nl`,\u{201c}d.nl\u{201d}",
            "a.nl b.nl c.nl d.nl",
        ),
        ("brackets", "(a.nl) [b.nl] <c.nl>", "a.nl b.nl c.nl"),
        (
            "bullets",
            "- a.nl\n* b.nl\n1. c.nl\n\u{2022} d.nl",
            "a.nl b.nl c.nl d.nl",
        ),
        (
            "a byte order mark in the middle",
            "a.nl\n\u{feff}b.nl",
            "a.nl b.nl",
        ),
        ("hard blanks", "a.nl\u{a0}b.nl", "a.nl b.nl"),
        (
            "names in their own letters",
            "b\u{fc}cher.example\n\u{4f8b}\u{3048}\u{3002}\u{30c6}\u{30b9}\u{30c8}",
            "xn--bcher-kva.example xn--r8jz45g.xn--zckzah",
        ),
        ("a list as programs print it", "[\"a.nl\", \"b.nl\"]", "a.nl b.nl"),
        (
            "a customer's domain of a provider",
            "klant.github.io github.io",
            "klant.github.io github.io",
        ),
    ] {
        let list = read(text, false);
        assert_eq!(names(&list).join(" "), domains, "{what}: {list:?}");
        let missed: Vec<_> = list.skipped.iter().filter(|one| one.matters).collect();
        assert!(missed.is_empty(), "{what}: {missed:?}");
    }
}

#[test]
fn a_table_of_a_spreadsheet_is_read() {
    for (what, text, domains) in [
        (
            "a header that names the column, and other columns with names in them",
            "Gemeente;Domein;Leverancier\nAmsterdam;amsterdam.nl;provider.example\n\"Den Haag, stad\";denhaag.nl;https://b.example\n",
            "amsterdam.nl denhaag.nl",
        ),
        (
            "quoted, with doubled quotes and a hint at the separator",
            "sep=;\r\n\"naam\";\"url\"\r\n\"De \"\"Kom\"\"\";\"https://kom.nl/x\"\r\n",
            "kom.nl",
        ),
        ("a header of one column", "domain\na.nl\nb.nl\n", "a.nl b.nl"),
        (
            "no name of a column is known",
            "gemeente,site van de gemeente,sinds\nAmsterdam,amsterdam.nl,01.02.2024\nB.V. Utrecht,utrecht.nl,3.14\n",
            "amsterdam.nl utrecht.nl",
        ),
        (
            "no header at all",
            "1;Amsterdam;amsterdam.nl;info@amsterdam.nl;192.0.2.1\n2;Utrecht;utrecht.nl;;\n",
            "amsterdam.nl utrecht.nl",
        ),
        (
            "a cell over two lines",
            "name,domain,note\nA,a.nl,\"first\nsecond\"\nB,b.nl,\n",
            "a.nl b.nl",
        ),
        ("a quote that never closes", "\"a.nl\nb.nl\n", "a.nl b.nl"),
    ] {
        let list = read(text, false);
        assert_eq!(names(&list).join(" "), domains, "{what}: {list:?}");
        let missed: Vec<_> = list.skipped.iter().filter(|one| one.matters).collect();
        assert!(missed.is_empty(), "{what}: {missed:?}");
    }
}

#[test]
fn what_cannot_be_a_domain_is_named_with_its_line() {
    for (text, line, word, says, domains) in [
        ("a.nl\n192.0.2.1\n", 2, "192.0.2.1", "IP address", "a.nl"),
        ("2001:db8::/32", 1, "2001:db8::/32", "IP address", ""),
        (
            "http://192.0.2.1/x\na.nl",
            1,
            "http://192.0.2.1/x",
            "IP address",
            "a.nl",
        ),
        (
            "http://[2001:db8::1]:80/\na.nl",
            1,
            "http://[2001:db8::1]:80/",
            "IP address",
            "a.nl",
        ),
        ("a.nl\nnl\n", 2, "nl", "one label", "a.nl"),
        ("localhost", 1, "localhost", "one label", ""),
        ("root@localhost\na.nl", 1, "root@localhost", "one label", "a.nl"),
        ("co.uk\na.co.uk", 1, "co.uk", "public suffix", "a.co.uk"),
        (
            "2.0.192.in-addr.arpa",
            1,
            "2.0.192.in-addr.arpa",
            "reverse zone",
            "",
        ),
        ("*.a.nl\na.nl", 1, "*.a.nl", "wildcard", "a.nl"),
        ("a.nl\nb..nl", 2, "b..nl", "label is empty", "a.nl"),
        ("a.nl, -b.nl", 1, "-b.nl", "labels hold", "a.nl"),
        ("a.nl\nthis is no list", 2, "this is no list", "no domain", "a.nl"),
        ("a.nl\u{202e}", 1, "a.nl\u{202e}", "internationalised", ""),
        ("name;domain\nA;a.nl\nB;\n", 3, "", "empty here", "a.nl"),
    ] {
        let list = read(text, false);
        assert_eq!(names(&list).join(" "), domains, "{text:?}: {list:?}");
        assert!(
            list.skipped.iter().any(|skipped| skipped.matters
                && (skipped.line, skipped.text.as_str()) == (line, word)
                && skipped.why.to_string().contains(says)),
            "{text:?}: {list:?}"
        );
    }
}

#[test]
fn what_stands_beside_a_domain_is_named_and_does_not_matter() {
    let list = read(
        "Gemeente Amsterdam, amsterdam.nl, 192.0.2.1, 020-1234567\n",
        false,
    );
    assert_eq!(names(&list), ["amsterdam.nl"]);
    assert_eq!(
        skipped(&list),
        [
            (1, "192.0.2.1", false),
            (1, "Gemeente Amsterdam 020-1234567", false)
        ]
    );
    let list = read("gemeente;site\nAmsterdam;amsterdam.nl\n", false);
    assert_eq!(skipped(&list), [(1, "gemeente site", false)]);
}

/// Whoever wrote the list knows that there is no domain: it is named, and none is missing.
#[test]
fn a_cell_that_says_there_is_no_domain_is_named_and_does_not_matter() {
    for cell in [
        "n.v.t.",
        "N.V.T",
        "nvt",
        "geen",
        "(geen)",
        "-",
        "--",
        "\u{2014}",
        "?",
        "n/a",
        "N/A",
        "#N/A",
        "#N/B",
        "onbekend",
        "Unknown",
        "none",
        "null",
        "<leeg>",
        "niet van toepassing",
        "geen website",
        "TBD",
    ] {
        for (text, line) in [
            (format!("gemeente;domein\nAa;a.nl\nBee;{cell}\n"), 3),
            (format!("domein\na.nl\n{cell}\n"), 3),
            (format!("a.nl\n{cell}\n"), 2),
        ] {
            let list = read(&text, false);
            assert_eq!(names(&list), ["a.nl"], "{text:?}");
            let said = list.skipped.iter().find(|skipped| skipped.line == line);
            assert_eq!(
                said.map(|skipped| (skipped.matters, &skipped.why)),
                Some((false, &Why::Nothing)),
                "{text:?}: {list:?}"
            );
        }
    }
    // With other words on the line, only words say so.
    let row = |cell: &str| read(&format!("Aa;a.nl\nBee;{cell}\n"), false);
    assert!(!row("n.v.t.").skipped.iter().any(|skipped| skipped.matters));
    assert!(row("-").skipped.iter().any(|skipped| skipped.matters));
    // What may be a name is none of these.
    for name in ["geen.nl", "no.no", "na.example", "info@none.nl"] {
        assert_eq!(read(name, false).domains.len(), 1, "{name}");
    }
    for text in ["voorbeeld", "geen voorbeeld", "geen..nl"] {
        assert!(
            read(text, false).skipped.iter().any(|skipped| skipped.matters),
            "{text}"
        );
    }
}

#[test]
fn public_suffixes_are_read_when_they_are_asked_for() {
    assert_eq!(names(&read("gov.uk\na.gov.uk", true)), ["gov.uk", "a.gov.uk"]);
}

mod any {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_and_every_line_is_within_it(text in "[ -~\\n\\r\\t\u{feff}é,;\"#@./:]{0,200}") {
            let list = read(&text, false);
            let lines = text.split(['\n', '\r']).count() as u64;
            for skipped in &list.skipped {
                prop_assert!((1..=lines).contains(&skipped.line), "{skipped:?}");
            }
        }

        #[test]
        fn a_written_list_is_read_back(
            names in prop::collection::vec("[a-z][a-z0-9]{1,10}\\.(nl|example)", 1..20), separator in "[,;\t\n ]",
        ) {
            let list = read(&names.join(&separator), false);
            let mut seen = BTreeSet::new();
            let once: Vec<&str> = names.iter().map(String::as_str).filter(|name| seen.insert(*name)).collect();
            prop_assert_eq!(super::names(&list), once);
        }
    }
}
