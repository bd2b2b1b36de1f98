//! The two walks as they are printed: one evaluation, and the whole tree; and what a hostile zone costs.

use std::sync::Arc;

use std::net::IpAddr;

use proptest::prelude::*;

use crate::facts::{World, judge_in, name, now, observe};
use zegel::inquiry::{MAX_QUESTIONS, Need};
use zegel::judge::spf::{Analysis, Client, Evaluation, SpfResult, analyse, evaluate};
use zegel::report::{Style, spf};

const ZONE: &str = "
    voorbeeld.nl        TXT   v=spf1 ip4:192.0.2.0/28 include:_spf.provider.nl mx a:gone.voorbeeld.nl -all exp=e.voorbeeld.nl
    voorbeeld.nl        MX    10 mail.voorbeeld.nl
    mail.voorbeeld.nl   A     192.0.2.99
    e.voorbeeld.nl      TXT   %{i} may not send for %{d}
    _spf.provider.nl    TXT   v=spf1 include:_a.provider.nl ~include:_b.provider.nl ?all
    _a.provider.nl      TXT   v=spf1 ip4:198.51.100.0/24 -all
    _b.provider.nl      TXT   v=spf1 ip4:203.0.113.0/24 -all
    ver.nl              TXT   v=spf1 mx redirect=voorbeeld.nl
    stuk.nl             TXT   v=spf1 include:broken.nl -all
    broken.nl           TXT   !SERVFAIL
    fout.nl             TXT   v=spf1 ip4:192.0.2.0/24 include:_a.provider.nl foo -all
    leeg.nl             TXT   v=spf1 include:nergens.nl -all
";

fn evaluated(ip: &str, sender: &str, helo: &str) -> Evaluation {
    let ip: IpAddr = ip.parse().unwrap_or_else(|error| panic!("{ip}: {error}"));
    let client = Client::new(ip, sender, helo, "mx.receiver.example", now());
    World::new(ZONE).settle(|inquiry| evaluate(&client, inquiry))
}

fn analysed(zone: &str, domain: &str) -> Arc<Analysis> {
    World::new(zone).settle(|inquiry| analyse(&name(domain), inquiry, Need::Essential))
}

#[test]
fn results_with_their_reason() {
    for (ip, sender, result, mechanism, path, lookups, voids) in [
        (
            "192.0.2.7",
            "x@voorbeeld.nl",
            "pass",
            Some("ip4:192.0.2.0/28"),
            "voorbeeld.nl",
            0,
            0,
        ),
        (
            "198.51.100.7",
            "x@voorbeeld.nl",
            "pass",
            Some("ip4:198.51.100.0/24"),
            "voorbeeld.nl _spf.provider.nl _a.provider.nl",
            2,
            0,
        ),
        (
            "203.0.113.7",
            "x@voorbeeld.nl",
            "fail",
            Some("-all"),
            "voorbeeld.nl",
            5,
            1,
        ),
        (
            "192.0.2.99",
            "x@voorbeeld.nl",
            "pass",
            Some("mx"),
            "voorbeeld.nl",
            4,
            0,
        ),
        (
            "192.0.2.99",
            "x@ver.nl",
            "pass",
            Some("mx"),
            "ver.nl voorbeeld.nl",
            6,
            1,
        ),
        (
            "192.0.2.1",
            "x@stuk.nl",
            "temperror",
            Some("include:broken.nl"),
            "stuk.nl broken.nl",
            1,
            0,
        ),
        (
            "192.0.2.1",
            "x@fout.nl",
            "permerror",
            Some("foo"),
            "fout.nl",
            0,
            0,
        ),
        (
            "192.0.2.1",
            "x@leeg.nl",
            "permerror",
            Some("include:nergens.nl"),
            "leeg.nl",
            1,
            0,
        ),
        ("192.0.2.1", "x@nergens.nl", "none", None, "nergens.nl", 0, 0),
    ] {
        let found = evaluated(ip, sender, "mail.voorbeeld.nl");
        assert_eq!(
            (
                found.result.as_str(),
                found.mechanism.as_deref(),
                found.path.join(" "),
                found.lookups,
                found.voids
            ),
            (result, mechanism, path.to_owned(), lookups, voids),
            "{ip} {sender}"
        );
        assert_eq!(
            found.problem.is_some(),
            matches!(found.result, SpfResult::TempError | SpfResult::PermError),
            "{ip} {sender}"
        );
    }
}

#[test]
fn an_evaluation_as_json() {
    let shown = |evaluation: &Evaluation| serde_json::to_string(evaluation).unwrap_or_default();
    assert_eq!(
        shown(&evaluated("203.0.113.7", "x@voorbeeld.nl", "mail.voorbeeld.nl")),
        r#"{"result":"fail","identity":"mailfrom","mechanism":"-all","path":["voorbeeld.nl"],"explanation":"203.0.113.7 may not send for voorbeeld.nl","lookups":5,"voids":1,"problem":null}"#
    );
    assert_eq!(
        shown(&evaluated("192.0.2.1", "x@stuk.nl", "mail.voorbeeld.nl")),
        r#"{"result":"temperror","identity":"mailfrom","mechanism":"include:broken.nl","path":["stuk.nl","broken.nl"],"explanation":null,"lookups":1,"voids":0,"problem":{"name":"broken.nl","type":"TXT","why":"the server answered SERVFAIL"}}"#
    );
    assert_eq!(
        shown(&evaluated("192.0.2.7", "", "voorbeeld.nl")),
        r#"{"result":"pass","identity":"helo","mechanism":"ip4:192.0.2.0/28","path":["voorbeeld.nl"],"explanation":null,"lookups":0,"voids":0,"problem":null}"#
    );
}

#[test]
fn a_tree_as_json() {
    let json = serde_json::to_value(analysed(ZONE, "voorbeeld.nl")).unwrap_or_default();
    assert_eq!(
        json["lookups"],
        serde_json::json!({"best": 0, "worst": 5, "lowerBound": false})
    );
    assert_eq!(json["voids"], 1);
    assert_eq!(json["ipv4Addresses"], 16 + 256 + 1);
    let costs: Vec<String> = json["tree"]["terms"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|term| {
            format!(
                "{} {}",
                term["term"].as_str().unwrap_or_default(),
                term["lookups"]
            )
        })
        .collect();
    assert_eq!(
        costs,
        [
            "ip4:192.0.2.0/28 0",
            "include:_spf.provider.nl 3",
            "mx 1",
            "a:gone.voorbeeld.nl 1",
            "-all 0"
        ]
    );
    assert_eq!(
        json["tree"]["terms"][1]["target"]["terms"][0]["target"]["record"],
        "v=spf1 ip4:198.51.100.0/24 -all"
    );
    assert_eq!(json["tree"]["terms"][3]["void"], true);
}

#[test]
fn costs_of_trees() {
    for (zone, best, worst, lower_bound, voids) in [
        ("x.nl TXT v=spf1 -all", 0, 0, false, 0),
        (
            "x.nl TXT v=spf1 include:a.nl -all\na.nl TXT v=spf1 ip4:1.2.3.4 -all",
            1,
            1,
            false,
            0,
        ),
        (
            "x.nl TXT v=spf1 include:a.nl include:b.nl -all\na.nl TXT v=spf1 include:b.nl -all\nb.nl TXT v=spf1 exists:%{i}.b.nl -all",
            3,
            5,
            false,
            0,
        ),
        ("x.nl TXT v=spf1 include:%{i}.a.nl -all", 1, 1, true, 0),
        // The domain is known, and is another one in every record.
        (
            "x.nl TXT v=spf1 include:_spf.%{d} -all\n_spf.x.nl TXT v=spf1 a:%{d2r}.z.nl a:%{d1} redirect=b.%{d}\nb._spf.x.nl TXT v=spf1 exists:%{d3}.a.nl -all\nx._spf.z.nl A 192.0.2.1\nx._spf.z.nl AAAA 2001:db8::1\n_spf.x.nl.a.nl A 127.0.0.2",
            2,
            5,
            false,
            1,
        ),
        (
            "x.nl TXT v=spf1 include:a.nl -all\na.nl TXT !SERVFAIL",
            1,
            1,
            true,
            0,
        ),
        (
            "x.nl TXT v=spf1 redirect=a.nl\na.nl TXT v=spf1 mx -all",
            2,
            2,
            false,
            1,
        ),
        ("x.nl TXT v=spf1 -all redirect=a.nl mx", 0, 0, false, 0),
        // Nobody passes the first include, so everybody pays for the second.
        (
            "x.nl TXT v=spf1 include:a.nl include:b.nl -all\na.nl TXT v=spf1 -all\nb.nl TXT v=spf1 ip4:192.0.2.1 ~all",
            2,
            2,
            false,
            0,
        ),
        (
            "x.nl TXT v=spf1 include:a.nl mx:x.nl -all\na.nl TXT v=spf1 -all\nx.nl MX 10 x.nl\nx.nl A 192.0.2.1\nx.nl AAAA 2001:db8::1",
            2,
            2,
            false,
            0,
        ),
        ("x.nl TXT v=spf1 include:x.nl -all", 1, 1, true, 0),
        ("y.nl EXISTS", 0, 0, false, 0),
    ] {
        let analysis = analysed(zone, "x.nl");
        let lookups = analysis.lookups;
        assert_eq!(
            (lookups.best, lookups.worst, lookups.lower_bound, analysis.voids),
            (best, worst, lower_bound, voids),
            "{zone}"
        );
    }
}

#[test]
fn a_hostile_zone_costs_little() {
    let bomb = |fan: usize| -> String {
        let includes = |from: usize| {
            (0..fan)
                .map(|branch| format!("include:n{}.x.nl ", (from * fan + branch) % 9973))
                .collect::<String>()
        };
        let nodes: String = (0..1500)
            .map(|node| format!("n{node}.x.nl TXT v=spf1 {}-all\n", includes(node + 1)))
            .collect();
        format!("x.nl TXT v=spf1 {}-all\n{nodes}", includes(0))
    };
    let terms =
        |term: &str, count: usize| format!("x.nl TXT v=spf1 {}-all\n", format!("{term} ").repeat(count));
    let many: String = (0..500)
        .map(|number| format!("x.nl TXT v=spf1 ip4:192.0.2.{} -all\n", number % 256))
        .collect();
    let mx: String = (0..500)
        .map(|number| format!("x.nl MX 1 h{number}.x.nl\n"))
        .collect();
    let deep: String = (0..60)
        .map(|node| format!("n{node}.x.nl TXT v=spf1 include:n{}.x.nl -all\n", node + 1))
        .collect();
    for (what, zone) in [
        ("include bomb", bomb(60)),
        ("wide bomb", bomb(4)),
        ("64 KiB of ip4", terms("ip4:192.0.2.1", 4600)),
        ("64 KiB of mx", terms("mx:y.nl", 8000)),
        ("64 KiB of syntax errors", terms("\\255", 30_000)),
        ("500 records", many),
        ("500 exchanges", format!("x.nl TXT v=spf1 mx -all\n{mx}")),
        (
            "a long chain",
            format!("x.nl TXT v=spf1 include:n0.x.nl -all\n{deep}"),
        ),
        ("an alias loop", "x.nl CNAME y.nl\ny.nl CNAME x.nl\n".to_owned()),
        (
            "a long name",
            format!("x.nl TXT v=spf1 include:{}.nl -all\n", "a".repeat(63).repeat(4)),
        ),
    ] {
        let verdict = judge_in(&zone, &observe("x.nl"));
        assert!(
            verdict.asked.len() <= MAX_QUESTIONS,
            "{what}: {} questions",
            verdict.asked.len()
        );
        assert!(
            verdict.findings.len() < 400,
            "{what}: {} findings",
            verdict.findings.len()
        );
        let client = Client::new(IpAddr::from([192, 0, 2, 77]), "x@x.nl", "x.nl", "", now());
        let found = World::new(&zone).settle(|inquiry| evaluate(&client, inquiry));
        assert!(found.lookups <= 11 && found.voids <= 3, "{what}: {found:?}");
    }
}

/// Voids are counted where they were seen; where a sender decides, or nobody looked, there may be more.
#[test]
fn voids_that_depend_on_the_sender_are_not_counted_as_none() {
    for (terms, voids, lower_bound) in [
        ("exists:z.nl", 1, false),
        ("exists:%{d}.z.nl", 1, false),
        ("exists:%{i}.z.nl", 0, true),
        ("a:%{l}.z.nl exists:z.nl", 1, true),
        ("mx:%{o}", 0, true),
        ("ptr", 0, true),
        ("include:%{h}", 0, true),
        ("a:down.nl", 0, true),
        ("mx:down.nl", 0, true),
    ] {
        let zone = format!("x.nl TXT v=spf1 {terms} -all\ndown.nl ANY !SERVFAIL");
        let found = analysed(&zone, "x.nl");
        assert_eq!(
            (found.voids, found.voids_lower_bound),
            (voids, lower_bound),
            "{terms}"
        );
        let json = serde_json::to_value(&found).unwrap_or_default();
        assert_eq!(
            (&json["voids"], &json["voidsLowerBound"]),
            (&voids.into(), &lower_bound.into())
        );
    }
}

#[test]
fn the_tree_as_a_person_reads_it() {
    let head = |terms: &str| {
        let zone = format!("x.nl TXT v=spf1 {terms} -all\na.nl A 192.0.2.1\na.nl AAAA 2001:db8::1");
        let wide = Style {
            width: 400,
            ..Style::PLAIN
        };
        let text = spf::analysis(&analysed(&zone, "x.nl"), wide);
        text.lines().next().unwrap_or_default().to_owned()
    };
    for (terms, line) in [
        (
            "a:a.nl",
            "1 of 10 terms that query DNS at worst, 1 at best; 0 of 2 that find nothing; 1 IPv4 address passes",
        ),
        (
            "include:%{i}.a.nl",
            "at least 1 of 10 terms that query DNS at worst, 1 at best; 0 or more of 2 that find nothing; 0 IPv4 addresses pass",
        ),
        (
            "a:b.nl a:b.nl a:b.nl",
            "3 of 10 terms that query DNS at worst, 1 at best; 3 that find nothing, at most 2 are allowed; 0 IPv4 addresses pass",
        ),
        (
            &"a:a.nl ".repeat(14),
            "14 terms that query DNS at worst, at most 10 are allowed, 1 at best; 0 of 2 that find nothing; 1 IPv4 address passes",
        ),
    ] {
        assert_eq!(head(terms), format!("x.nl: {line}"), "{terms}");
    }
}

/// A small zone of records that include each other in every way.
fn tangle() -> impl Strategy<Value = String> {
    let term = (0..9_usize, 0..5_usize).prop_map(|(kind, node)| match kind {
        0 | 1 => format!("include:n{node}.x.nl"),
        2 => format!("a:n{node}.x.nl"),
        3 => format!("mx:n{node}.x.nl"),
        4 => format!("exists:n{node}.x.nl"),
        5 => format!("ip4:192.0.2.{}", node * 60),
        6 => format!("~include:n{node}.x.nl"),
        7 => "-all".to_owned(),
        _ => format!("redirect=n{node}.x.nl"),
    });
    let record = prop::collection::vec(term, 0..4).prop_map(|terms| format!("v=spf1 {}", terms.join(" ")));
    let node = (record, 0..4_u8).prop_map(|(record, with)| (record, with & 1 == 1, with & 2 == 2));
    prop::collection::vec(node, 5).prop_map(|nodes| {
        let lines = nodes
            .iter()
            .enumerate()
            .map(|(number, (record, address, exchange))| {
                let name = format!("n{number}.x.nl");
                let mut lines = format!("{name} TXT {record}\n");
                if *address {
                    lines.push_str(&format!("{name} A 192.0.2.{}\n", number * 60));
                }
                if *exchange {
                    lines.push_str(&format!("{name} MX 1 n{}.x.nl\n", (number + 1) % 5));
                }
                lines
            });
        lines.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The two walks agree: no sender costs more than the worst the analysis found, none less than the best.
    #[test]
    fn an_evaluation_stays_within_the_analysis(zone in tangle(), last in 0..255_u8) {
        let analysis = analysed(&zone, "n0.x.nl");
        let client = Client::new(IpAddr::from([192, 0, 2, last]), "x@n0.x.nl", "n0.x.nl", "", now());
        let found = World::new(&zone).settle(|inquiry| evaluate(&client, inquiry));
        let failed = matches!(found.result, SpfResult::TempError | SpfResult::PermError);
        let lookups = analysis.lookups;
        prop_assert!(found.lookups <= 11 && found.voids <= 3, "{:?}", found);
        if !failed {
            prop_assert!(lookups.lower_bound || found.lookups <= lookups.worst, "{} {:?} {:?}", zone, found, lookups);
            prop_assert!(found.lookups >= lookups.best, "{} {:?} {:?}", zone, found, lookups);
            prop_assert!(lookups.lower_bound || found.voids <= analysis.voids, "{} {:?}", zone, found);
        }
        let verdict = judge_in(&zone, &observe("n0.x.nl"));
        prop_assert!(verdict.asked.len() <= MAX_QUESTIONS);
    }
}
