//! `zegel init`: a manifest to begin with, from live DNS and a few answers.

use serde_json::{Value, json};
use zegel::adopt::init::presets::PRESETS;

use super::harness::{Run, folder, zegel};
use crate::dns::DnsServer;

/// A domain at Microsoft 365 whose newsletters are sent by Mailchimp, without its keys.
const ZONE: &str = "
    voorbeeld.nl                      TXT   v=spf1 mx include:spf.protection.outlook.com include:servers.mcsv.net -all
    voorbeeld.nl                      MX    0 voorbeeld-nl.mail.protection.outlook.com
    voorbeeld-nl.mail.protection.outlook.com A 192.0.2.1
    spf.protection.outlook.com        TXT   v=spf1 ip4:192.0.2.0/24 -all
    servers.mcsv.net                  TXT   v=spf1 ip4:198.51.100.0/24 -all
    mail.zendesk.com                  TXT   v=spf1 ip4:203.0.113.0/24 -all
    selector1._domainkey.voorbeeld.nl CNAME selector1-voorbeeld-nl._domainkey.example.onmicrosoft.com
    selector1-voorbeeld-nl._domainkey.example.onmicrosoft.com TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
    _dmarc.voorbeeld.nl               TXT   v=DMARC1; p=none; rua=mailto:a@voorbeeld.nl

    parkeer.nl                        TXT   v=spf1 -all
    parkeer.nl                        MX    0 .
    _dmarc.parkeer.nl                 TXT   v=DMARC1; p=reject; rua=mailto:a@parkeer.nl

    nieuw.nl                          A     192.0.2.9

    school.nl                         MX    1 smtp.google.com
    smtp.google.com                   A     203.0.113.1

    twee.nl                           TXT   v=spf1 mx -all
    twee.nl                           TXT   v=spf1 a -all
    twee.nl                           MX    10 mail.twee.nl
    mail.twee.nl                      A     192.0.2.2
    _dmarc.twee.nl                    TXT   v=DMARC1; p=none
    _dmarc.twee.nl                    TXT   v=DMARC1; p=reject
";

/// Begins a manifest from what [`ZONE`] says.
pub(super) fn init(args: &[&str]) -> Run {
    let dns = DnsServer::start(ZONE);
    init_at(&dns, args)
}

/// Begins a manifest from what this server says.
pub(super) fn init_at(dns: &DnsServer, args: &[&str]) -> Run {
    let resolver = dns.address().to_string();
    let how = ["--resolver", &resolver, "--dnssec", "off", "--authorities", "off"];
    zegel(&[&["init"], args, &how].concat())
}

/// The spec of the manifest, and that a plan takes it: what is begun is valid.
pub(super) fn spec(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let folder = folder(&[("begun.yaml", &run.out)]);
    let path = folder.path().join("begun.yaml");
    let plan = zegel(&["plan", "-o", "json", path.to_str().expect("the path is UTF-8")]);
    assert_eq!(plan.code, 0, "{}\n{}", plan.err, run.out);
    for line in run.out.lines() {
        assert!(line.chars().count() <= 132, "{line}");
    }
    let object: Value = serde_saphyr::from_str(&run.out).expect("it is YAML");
    object["spec"].clone()
}

#[test]
fn what_dns_says_is_adopted_and_the_providers_in_it_are_recognised() {
    let run = init(&["voorbeeld.nl"]);
    assert_eq!(
        spec(&run),
        json!({
            "domain": "voorbeeld.nl",
            "role": "Mail",
            "spf": {
                "mechanisms": ["mx", "include:spf.protection.outlook.com", "include:servers.mcsv.net"],
                "all": "Fail",
            },
            "dkim": {"selectors": [
                {"name": "selector1", "cname": "selector1-voorbeeld-nl._domainkey.example.onmicrosoft.com"},
            ]},
            "dmarc": {"policy": "None", "aggregateReports": ["mailto:a@voorbeeld.nl"]},
            "mx": {"hosts": [{"preference": 0, "host": "voorbeeld-nl.mail.protection.outlook.com"}]},
        })
    );
    for words in [
        "# - Microsoft 365: its records stand in DNS;",
        "    - include:spf.protection.outlook.com # Microsoft 365\n",
        "  # Mailchimp would sign with k2: a CNAME to dkim2.mcsv.net, which is not in DNS\n",
        "  # Microsoft 365: add selector selector2, a CNAME to\n",
        // In the way of the one that is there.
        "  #   selector2-voorbeeld-nl._domainkey.example.onmicrosoft.com, as at selector1; the provider tells",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    assert!(!run.out.contains("What differs from DNS"), "{}", run.out);
}

#[test]
fn answers_add_what_is_the_same_for_every_customer_and_what_differs_is_listed() {
    let run = init(&[
        "voorbeeld.nl",
        "--sends-with",
        "mailchimp,zendesk,amazon-ses",
        "--reports",
        "b@voorbeeld.nl",
        "--policy",
        "quarantine",
        "-n",
        "mail",
    ]);
    let spec = spec(&run);
    assert_eq!(
        spec["spf"]["mechanisms"],
        json!([
            "mx",
            "include:spf.protection.outlook.com",
            "include:servers.mcsv.net",
            "include:mail.zendesk.com",
        ])
    );
    let selectors = spec["dkim"]["selectors"].as_array().expect("a list");
    let aliases: Vec<_> = selectors
        .iter()
        .skip(1)
        .map(|selector| (selector["name"].as_str(), selector["cname"].as_str()))
        .collect();
    assert_eq!(
        aliases,
        [
            (Some("k2"), Some("dkim2.mcsv.net")),
            (Some("k3"), Some("dkim3.mcsv.net")),
            (Some("zendesk1"), Some("zendesk1._domainkey.zendesk.com")),
            (Some("zendesk2"), Some("zendesk2._domainkey.zendesk.com")),
        ]
    );
    assert_eq!(
        spec["dmarc"],
        json!({"policy": "Quarantine", "aggregateReports": ["mailto:a@voorbeeld.nl", "mailto:b@voorbeeld.nl"]})
    );
    for words in [
        "  namespace: mail\n",
        "Amazon SES needs no include here",
        "TOKEN.dkim.amazonses.com",
        "#   voorbeeld.nl TXT: Drifted\n",
        "#   k2._domainkey.voorbeeld.nl CNAME: Missing\n",
        "#   _dmarc.voorbeeld.nl TXT: Drifted\n",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
}

#[test]
fn a_new_domain_begins_with_what_its_provider_asks_for_and_a_policy_that_only_reports() {
    let run = init(&[
        "nieuw.nl",
        "--sends-with",
        "google",
        "--receives",
        "yes",
        "--reports",
        "a@nieuw.nl",
    ]);
    assert_eq!(
        spec(&run),
        json!({
            "domain": "nieuw.nl",
            "role": "Mail",
            "spf": {"mechanisms": ["include:_spf.google.com"], "all": "SoftFail"},
            "dmarc": {"policy": "None", "aggregateReports": ["mailto:a@nieuw.nl"]},
        })
    );
    for words in [
        "  # dkim: Google Workspace: add selector google with its key",
        "#   nieuw.nl TXT: Missing\n",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
    for gone in ["no record", "is not managed: found nothing"] {
        assert!(!run.out.contains(gone), "{gone}\n{}", run.out);
    }
    // It sends and takes no mail: SendOnly, which asks for the block it has.
    let sends = spec(&init(&["nieuw.nl", "--sends-with", "google", "--receives", "no"]));
    assert_eq!(sends["role"], "SendOnly");
    // Recognised by its MX alone: what it asks for is said, and not guessed.
    let known = init(&["school.nl"]);
    assert_eq!(spec(&known)["spf"], Value::Null);
    for words in [
        "# - Google Workspace: its MX stands in DNS",
        "asks for include:_spf.google.com, which is not in DNS",
    ] {
        assert!(known.out.contains(words), "{words}\n{}", known.out);
    }
    // Nobody is named, and DNS names nobody: SPF is left for later.
    let bare = init(&["nieuw.nl"]);
    assert_eq!(spec(&bare)["spf"], Value::Null);
    assert!(
        bare.out.contains("name who sends with --sends-with"),
        "{}",
        bare.out
    );
}

#[test]
fn a_domain_that_sends_nothing_needs_no_more_than_its_role() {
    for (args, role) in [
        (&["nieuw.nl", "--sends-with", "nobody"][..], "Parked"),
        (
            &["nieuw.nl", "--sends-with", "nobody", "--receives", "yes"],
            "ReceiveOnly",
        ),
        (&["parkeer.nl"], "Parked"),
    ] {
        let run = init(args);
        let spec = spec(&run);
        assert_eq!(spec["role"], role, "{args:?}\n{}", run.out);
        assert_eq!(spec["spf"], Value::Null, "{args:?}");
    }
    // What a parked domain says of reports stays.
    let parked = spec(&init(&["parkeer.nl", "--reports", "b@parkeer.nl"]));
    assert_eq!(
        parked["dmarc"]["aggregateReports"],
        json!(["mailto:a@parkeer.nl", "mailto:b@parkeer.nl"])
    );
    // It takes no mail, whatever MX there is.
    let sends = spec(&init(&["voorbeeld.nl", "--receives", "no"]));
    assert_eq!((&sends["role"], &sends["mx"]), (&json!("SendOnly"), &Value::Null));
    // Somebody sends after all: the policy of the parked domain stays.
    let sends = spec(&init(&["parkeer.nl", "--sends-with", "microsoft365"]));
    assert_eq!(
        (&sends["role"], &sends["dmarc"]["policy"]),
        (&json!("SendOnly"), &json!("Reject"))
    );
}

#[test]
fn what_does_not_count_in_dns_is_replaced_and_that_is_said() {
    let run = init(&["twee.nl", "--sends-with", "google"]);
    let spec = spec(&run);
    assert_eq!(spec["spf"]["mechanisms"], json!(["include:_spf.google.com"]));
    assert_eq!(spec["dmarc"]["policy"], "None");
    let text = run.out.replace("\n  #   ", " ").replace("\n#   ", " ");
    for words in [
        "DNS has another record, which this one replaces",
        "What DNS has does not count, and this one replaces it",
        "2 records, none of which counts",
        "twee.nl TXT: Drifted",
    ] {
        assert!(text.contains(words), "{words}\n{}", run.out);
    }
}

/// Every row of the table, alone on a new domain and all together: a manifest that is valid.
#[test]
fn what_each_provider_brings_is_valid() {
    let dns = DnsServer::start(ZONE);
    let all: Vec<&str> = PRESETS.iter().map(|preset| preset.id).collect();
    for providers in all.iter().map(|id| (*id).to_owned()).chain([all.join(",")]) {
        let run = init_at(&dns, &["nieuw.nl", "--receives", "--sends-with", &providers]);
        let spec = spec(&run);
        let named = PRESETS
            .iter()
            .filter(|preset| providers.split(',').any(|id| id == preset.id));
        for preset in named {
            assert!(
                run.out.contains(&format!("# - {}: it was named;", preset.name)),
                "{}",
                run.out
            );
            let included = spec["spf"]["mechanisms"].as_array().is_some_and(|mechanisms| {
                let mut texts = mechanisms.iter().filter_map(Value::as_str);
                texts.any(|mechanism| preset.is_included_by(mechanism))
            });
            assert_eq!(included, preset.asks_for_include, "{}: {}", preset.id, run.out);
        }
    }
}

#[test]
fn what_is_no_answer_is_refused_in_words_and_what_is_not_answered_is_unknown() {
    for (args, says) in [
        (&["nl"][..], "one label"),
        (&["co.uk"], "public suffix"),
        (&["voorbeeld.nl", "--sends-with", "postduif"], "possible values"),
        (
            &["voorbeeld.nl", "--sends-with", "nobody,google"],
            "name no provider beside it",
        ),
        (
            &["voorbeeld.nl", "--reports", "voorbeeld.nl"],
            "write a mail address",
        ),
        (
            &["voorbeeld.nl", "--reports", "ftp://voorbeeld.nl/x y"],
            "what was answered makes no manifest",
        ),
        (&["voorbeeld.nl", "--receives", "soms"], "write yes or no"),
    ] {
        let run = init(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(says), "{args:?}: {}", run.err);
    }
    let dns = DnsServer::start(ZONE);
    dns.fail(
        "_dmarc.voorbeeld.nl",
        crate::dns::Fault::Rcode(hickory_resolver::proto::op::ResponseCode::ServFail),
    );
    let run = init_at(&dns, &["voorbeeld.nl", "--policy", "reject"]);
    assert_eq!(run.code, 3, "{}", run.out);
}

/// Its selectors have the account's number in their names, and stand in DNS: nothing of it is lacking.
#[test]
fn selectors_with_an_accounts_own_name_are_no_gap() {
    let dns = DnsServer::start(
        "voorbeeld.nl TXT v=spf1 -all
         voorbeeld.nl MX 10 mail.voorbeeld.nl
         mail.voorbeeld.nl A 192.0.2.1
         hs1-1234567._domainkey.voorbeeld.nl CNAME voorbeeld-nl.hs05a.dkim.hubspotemail.net
         hs2-1234567._domainkey.voorbeeld.nl CNAME voorbeeld-nl.hs05b.dkim.hubspotemail.net
         voorbeeld-nl.hs05a.dkim.hubspotemail.net TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
         voorbeeld-nl.hs05b.dkim.hubspotemail.net TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=",
    );
    let named = ["--selector", "hs1-1234567", "--selector", "hs2-1234567"];
    for more in [&[][..], &["--sends-with", "hubspot"]] {
        let run = init_at(&dns, &[&["voorbeeld.nl"], &named[..], more].concat());
        let selectors = &spec(&run)["dkim"]["selectors"];
        assert_eq!(selectors.as_array().map(Vec::len), Some(2), "{}", run.out);
        assert!(
            run.out.contains("HubSpot: its records stand in DNS"),
            "{}",
            run.out
        );
        assert!(!run.out.contains("add selector"), "{}", run.out);
    }
    // One of the two alone: the other is noted.
    let run = init_at(&dns, &["voorbeeld.nl", "--selector", "hs1-1234567"]);
    let flat = run.out.replace("\n  #  ", "");
    assert!(
        flat.contains("add selector hs2-ACCOUNT") && !flat.contains("hs1-ACCOUNT"),
        "{}",
        run.out
    );
}

/// More likely misspelt than new: no manifest, unless somebody says that it is.
#[test]
fn a_domain_that_does_not_exist_makes_no_manifest_unless_it_is_new() {
    let dns = DnsServer::start("nl SOA 1\n");
    for more in [
        &[][..],
        &["--sends-with", "google"],
        &["--sends-with", "nobody"],
        &["--receives", "no"],
    ] {
        let run = init_at(&dns, &[&["nergens.nl"], more].concat());
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{more:?}");
        assert!(
            run.err
                .contains("nergens.nl does not exist (NXDOMAIN): correct the name, or give --new"),
            "{more:?}: {}",
            run.err
        );
        let run = init_at(&dns, &[&["nergens.nl", "--new"], more].concat());
        let flat = run.out.replace("\n#   ", " ");
        assert!(
            flat.contains("nergens.nl does not exist (NXDOMAIN)"),
            "{more:?}\n{}",
            run.out
        );
        spec(&run);
    }
}

#[test]
fn a_provider_is_known_by_what_people_call_it() {
    for (called, include) in [
        ("Microsoft365", "include:spf.protection.outlook.com"),
        ("office365", "include:spf.protection.outlook.com"),
        ("gsuite", "include:_spf.google.com"),
    ] {
        let run = init(&["nieuw.nl", "--sends-with", called]);
        let spec = spec(&run);
        assert_eq!(spec["spf"]["mechanisms"], json!([include]), "{called}");
    }
    let run = init(&["nieuw.nl", "--sends-with", "nobodys"]);
    assert_eq!(run.code, 2);
    // Listed are the names alone.
    assert!(
        run.err.contains("microsoft365") && !run.err.contains("office365"),
        "{}",
        run.err
    );
}
