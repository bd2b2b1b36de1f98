//! `zegel init`: the role of what is begun, what decided it, and what goes with it.

use serde_json::{Value, json};

use super::harness::zegel;
use super::init::{init, init_at, spec};
use crate::dns::DnsServer;

/// The role of a manifest is what `zegel inspect` reads of the same records, and the manifest says by what.
#[test]
fn the_role_is_the_one_that_inspect_reads_and_its_reason_is_said() {
    const KEY: &str = "v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";
    const SIGNED: &str =
        "a DKIM selector stands in DNS, so somebody signs, though its SPF record lets nobody send";
    const SILENT: &str = "Sends no mail, its SPF record lets nobody send";
    let signed = |key: &str, receives: bool| {
        let mx = if receives { "a.nl MX 10 mail.a.nl\n" } else { "" };
        format!("TXT v=spf1 -all\n {mx} mail._domainkey.a.nl TXT {key}")
    };
    let dark = "TXT v=spf1 -all\n a.nl MX 10 mail.a.nl\n mail._domainkey.a.nl CNAME dark.a.nl\n dark.a.nl A 192.0.2.9".to_owned();
    for (records, profile, role, says) in [
        (
            "TXT v=spf1 -all\n a.nl MX 10 mail.a.nl\n _dmarc.a.nl TXT v=DMARC1; p=reject",
            "ReceiveOnly",
            "ReceiveOnly",
            "Sends no mail, its SPF record lets nobody send",
        ),
        (
            "TXT v=spf1 -all\n a.nl MX 10 mail.a.nl\n _dmarc.a.nl TXT v=DMARC1; p=none",
            "ReceiveOnly",
            "ReceiveOnly",
            "_dmarc.a.nl TXT: Drifted",
        ),
        (
            "TXT v=spf1 -all",
            "Parked",
            "Parked",
            "Sends no mail, its SPF record lets nobody send",
        ),
        (
            "TXT v=spf1 -all\n a.nl A 192.0.2.1",
            "Parked",
            "Parked",
            "Receives no mail: DNS has no MX",
        ),
        (
            "TXT v=spf1 mx -all\n a.nl MX 10 mail.a.nl",
            "Mail",
            "Mail",
            "Sends mail: its SPF record names who",
        ),
        (
            "TXT v=spf1 ip4:192.0.2.1 -all",
            "SendOnly",
            "SendOnly",
            "Sends mail: its SPF record names who",
        ),
        (
            "TXT v=spf1 ~all\n a.nl MX 10 mail.a.nl",
            "Mail",
            "Mail",
            "what stands in DNS for SPF does not say that nobody does",
        ),
        (
            "MX 10 mail.a.nl",
            "Mail",
            "Mail",
            "Sends mail: nothing in DNS says that it does not",
        ),
        // SPF alone would say ReceiveOnly or Parked: the key says that somebody signs, and that is told.
        (signed(KEY, true).as_str(), "Mail", "Mail", SIGNED),
        (signed(KEY, false).as_str(), "SendOnly", "SendOnly", SIGNED),
        // A key that was revoked, or an alias that leads to none, signs nothing.
        (
            signed("v=DKIM1; p=", true).as_str(),
            "ReceiveOnly",
            "ReceiveOnly",
            SILENT,
        ),
        (signed("v=DKIM1; p=", false).as_str(), "Parked", "Parked", SILENT),
        (dark.as_str(), "ReceiveOnly", "ReceiveOnly", SILENT),
        // What nobody can read forbids nothing.
        (
            "TXT v=spf1 exp=a.nl exp=a.nl -all\n a.nl MX 10 mail.a.nl",
            "Mail",
            "Mail",
            "what stands in DNS for SPF does not say that nobody does",
        ),
    ] {
        let zone = format!("a.nl {records}\n mail.a.nl A 192.0.2.1\n");
        let dns = DnsServer::start(&zone);
        let resolver = dns.address().to_string();
        let how = ["--resolver", &resolver, "--dnssec", "off", "--authorities", "off"];
        let seen = zegel(&[&["inspect", "a.nl", "-o", "json", "--starttls", "off"], &how[..]].concat());
        let seen: Value = serde_json::from_str(&seen.out).expect("one object");
        assert_eq!(seen["profile"], profile, "{records}");
        let run = init_at(&dns, &["a.nl"]);
        assert_eq!(spec(&run)["role"], role, "{records}\n{}", run.out);
        let flat = run.out.replace("\n  #   ", " ");
        assert!(flat.contains(says), "{records}: {says}\n{}", run.out);
    }
}

/// What is about receiving, reports and sub-domains is adopted too, where nobody sends.
#[test]
fn a_domain_that_only_receives_keeps_what_its_role_leaves_room_for() {
    let dns = DnsServer::start(
        "a.nl TXT v=spf1 -all
         a.nl MX 10 mail.a.nl
         mail.a.nl A 192.0.2.1
         _dmarc.a.nl TXT v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:a@a.nl
         _smtp._tls.a.nl TXT v=TLSRPTv1; rua=mailto:b@a.nl",
    );
    let run = init_at(&dns, &["a.nl"]);
    assert_eq!(
        spec(&run),
        json!({
            "domain": "a.nl",
            "role": "ReceiveOnly",
            "dmarc": {"subdomainPolicy": "Quarantine", "aggregateReports": ["mailto:a@a.nl"]},
            "mx": {"hosts": [{"preference": 10, "host": "mail.a.nl"}]},
            "tlsRpt": {"reports": ["mailto:b@a.nl"]},
        }),
        "{}",
        run.out
    );
    // An answer that has no say is not passed over in silence.
    let run = init_at(&dns, &["a.nl", "--policy", "none"]);
    assert_eq!(spec(&run)["dmarc"]["policy"], Value::Null);
    assert!(run.out.contains("DMARC: --policy is not heeded"), "{}", run.out);
    // Answers outweigh DNS.
    for (more, role) in [
        (&["--receives", "no"][..], "Parked"),
        (&["--sends-with", "google"], "Mail"),
        (&["--sends-with", "nobody"], "ReceiveOnly"),
    ] {
        let run = init_at(&dns, &[&["a.nl"], more].concat());
        assert_eq!(spec(&run)["role"], role, "{more:?}\n{}", run.out);
    }
    let run = init(&["nieuw.nl", "--receives", "no"]);
    assert_eq!(spec(&run)["role"], "Mail");
    let flat = run.out.replace("\n  #   ", " ");
    assert!(
        flat.contains("until there is an spf block, which SendOnly asks for"),
        "{}",
        run.out
    );
}

#[test]
fn an_include_that_does_nothing_can_go() {
    let run = init(&["voorbeeld.nl"]);
    let flat = run.out.replace("\n  #   ", " ");
    assert!(
        flat.contains("Mailchimp needs no include here, so include:servers.mcsv.net can go: it sends"),
        "{}",
        run.out
    );
    // Named, and not there: there is nothing to take out.
    let run = init(&["nieuw.nl", "--sends-with", "mailchimp"]);
    assert!(
        run.out.contains("Mailchimp needs no include here: it sends"),
        "{}",
        run.out
    );
}

/// What adoption says of a null MX names a role, by itself. Here one is chosen, and nothing beside it says otherwise.
#[test]
fn nothing_that_is_said_of_a_null_mx_contradicts_the_role_that_was_chosen() {
    const NULL: &str = "the domain accepts no mail (null MX)";
    for (spf, more, role, is_told) in [
        ("v=spf1 -all", &[][..], "Parked", false),
        ("v=spf1 -all", &["--receives", "no"], "Parked", false),
        (
            "v=spf1 ip4:192.0.2.1 -all",
            &["--sends-with", "nobody"],
            "Parked",
            false,
        ),
        ("v=spf1 ip4:192.0.2.1 -all", &[], "SendOnly", false),
        // Somebody answers what DNS does not say: that it says otherwise is to be known.
        ("v=spf1 -all", &["--receives", "yes"], "ReceiveOnly", true),
        ("v=spf1 ip4:192.0.2.1 -all", &["--receives", "yes"], "Mail", true),
    ] {
        let dns = DnsServer::start(&format!("a.nl TXT {spf}\n a.nl MX 0 ."));
        let run = init_at(&dns, &[&["a.nl"], more].concat());
        assert_eq!(spec(&run)["role"], role, "{spf} {more:?}\n{}", run.out);
        assert_eq!(run.out.contains(NULL), is_told, "{spf} {more:?}\n{}", run.out);
        for never in ["is not parked", "see role"] {
            assert!(!run.out.contains(never), "{spf} {more:?}: {never}\n{}", run.out);
        }
    }
}
