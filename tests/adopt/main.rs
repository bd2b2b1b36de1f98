//! The manifest that live DNS satisfies: whatever stands in DNS, checking what was written finds it in sync.

#[path = "../support/facts.rs"]
mod facts;

mod beside;
#[rustfmt::skip] // A row is a line.
mod bounds;
mod everything;
mod tlsa;
mod zones;

use std::io::Write as _;

use proptest::prelude::*;
use serde_json::Value;
use zegel::adopt::{Adopted, adopt, live};
use zegel::api::{MailDomain, Role};
use zegel::cli::manifests;
use zegel::inquiry::{Answer, Dns, Kind, Rdata, settle_from};
use zegel::intent::{Intent, SelectorList};
use zegel::judge::{State, Verdict};
use zegel::report::manifest;
use zegel::rules::Severity;

use crate::facts::{World, name, now};

const SELECTORS: [&str; 2] = ["s1", "s2"];

/// Adopts `domain` as `zegel inspect` does.
fn adopted(world: &World, domain: &str) -> Adopted {
    let (domain, none) = (name(domain), SelectorList::none());
    let selectors = SelectorList::of(&domain, SELECTORS);
    world.settle(|inquiry| {
        let live = live::look(&domain, &none, &selectors, inquiry);
        adopt(&live, inquiry, now())
    })
}

/// What `zegel check` says of the YAML that was written.
fn checked(world: &World, adopted: &Adopted) -> Verdict {
    let yaml = manifest::yaml(adopted).expect("the manifest can be written");
    let (manifests, invalid) = manifests::read("written.yaml", &yaml);
    assert!(invalid.is_empty(), "{invalid:?}\n{yaml}");
    assert_eq!(manifests.len(), 1, "{yaml}");
    let read: MailDomain = serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    assert_eq!(read.spec, adopted.spec, "{yaml}");
    let meant = Intent::from_spec(&adopted.spec).unwrap_or_else(|errors| panic!("{errors:?}\n{yaml}"));
    assert_eq!(manifests[0].intent, meant, "{yaml}");
    let verdict = world.judge(&manifests[0].intent);
    for record in &verdict.records {
        assert_eq!(record.state, State::InSync, "{record:?}\n{yaml}");
    }
    // A check fails on Errors of what is managed: then the manifest itself says so.
    let errors = verdict
        .findings
        .iter()
        .filter(|finding| finding.managed && finding.severity == Severity::Error);
    for finding in errors {
        let said = |comment: &str| comment.contains(&format!("Error {}", finding.rule.id));
        let comments = yaml.lines().filter(|line| line.starts_with("# "));
        assert!(
            comments.clone().any(said)
                || comments
                    .clone()
                    .any(|comment| comment.contains("more Error findings")),
            "{finding:?}\n{yaml}"
        );
    }
    verdict
}

#[test]
fn what_stands_there_is_said_in_the_words_of_a_manifest() {
    let world = World::new(
        "voorbeeld.nl TXT v=spf1 mx include:_spf.voorbeeld.nl include:other.example ~all
         _spf.voorbeeld.nl TXT v=spf1 ip4:192.0.2.0/24 redirect=_spf2.voorbeeld.nl
         _spf2.voorbeeld.nl TXT v=spf1 ip4:198.51.100.7 -all
         other.example TXT v=spf1 -all
         voorbeeld.nl MX 10 mail.voorbeeld.nl
         s1._domainkey.voorbeeld.nl CNAME s1.provider.example
         s1.provider.example TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
         s2._domainkey.voorbeeld.nl TXT v=DKIM1; k=ed25519; t=s; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=
         _dmarc.voorbeeld.nl TXT v=DMARC1; p=quarantine; sp=reject; adkim=s; rua=mailto:a@voorbeeld.nl!10m; pct=100",
    );
    let adopted = adopted(&world, "voorbeeld.nl");
    checked(&world, &adopted);
    insta::assert_snapshot!(manifest::yaml(&adopted).expect("the manifest can be written"));
}

#[test]
fn what_a_manifest_cannot_say_is_a_comment() {
    for (zone, says) in [
        ("a.nl TXT v=spf1 +all", "+all"),
        ("a.nl TXT v=spf1 foo:bar -all", "foo:bar"),
        ("a.nl TXT v=spf1 -all\na.nl TXT v=spf1 mx -all", "2 records"),
        ("a.nl TXT !SERVFAIL", "SPF: not answered"),
        ("_dmarc.a.nl TXT !TIMEOUT", "DMARC: not answered"),
        ("_dmarc.a.nl TXT v=DMARC1; p=reject; colour=red", "colour=red"),
        ("s1._domainkey.a.nl TXT v=DKIM1; p=%%%", "selector s1: "),
        ("a.nl EXISTS", "SPF: no record"),
        ("a.nl EXISTS", "DKIM: no selector is known"),
        ("a.nl EXISTS", "_dmarc.a.nl is not managed"),
        ("a.nl EXISTS", "Error DMARC-"),
        (
            "a.nl TXT v=spf1 -all\na.nl TXT v=spf1 mx -all",
            "Error SPF-001 at a.nl, not managed",
        ),
        ("a.nl MX !SERVFAIL", "MX: not answered"),
        (
            "a.nl TXT v=spf1 include:gone.example -all\nexample SOA x",
            "a check of this manifest fails",
        ),
    ] {
        let world = World::new(zone);
        let adopted = adopted(&world, "a.nl");
        checked(&world, &adopted);
        let yaml = manifest::yaml(&adopted).expect("the manifest can be written");
        let comments: Vec<&str> = yaml.lines().filter(|line| line.starts_with("# ")).collect();
        assert!(
            comments.iter().any(|comment| comment.contains(says)),
            "{says}\n{yaml}"
        );
    }
}

#[test]
fn a_policy_from_above_is_inherited() {
    let world = World::new("mail.a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=reject; sp=quarantine");
    let adopted = adopted(&world, "mail.a.nl");
    checked(&world, &adopted);
    assert_eq!(
        adopted.spec.dmarc.as_ref().and_then(|dmarc| dmarc.inherit),
        Some(true),
        "{adopted:?}"
    );
}

/// What `zegel plan` prints for role Parked, and what is as good.
#[test]
fn a_parked_domain_is_adopted_as_parked() {
    let plan =
        "a.nl TXT v=spf1 -all\n*._domainkey.a.nl TXT v=DKIM1; p=\n_dmarc.a.nl TXT v=DMARC1; p=reject\n";
    let reports = plan.replace("p=reject", "p=reject; sp=reject; rua=mailto:d@b.example");
    for (zone, selectors) in [
        (format!("{plan}a.nl MX 0 ."), 0),
        (
            format!("{plan}a.nl MX 0 .\na.nl A 192.0.2.80\nwww.a.nl A 192.0.2.80"),
            0,
        ),
        // Neither MX nor address: nothing takes mail.
        (plan.to_owned(), 0),
        (
            format!("{reports}a.nl MX 0 .\na.nl._report._dmarc.b.example TXT v=DMARC1"),
            0,
        ),
        (
            format!(
                "{}a.nl MX 0 .",
                plan.replace("*._domainkey.a.nl TXT v=DKIM1; p=\n", "")
            ),
            0,
        ),
        (format!("{plan}a.nl MX 0 .\ns1._domainkey.a.nl TXT p="), 1),
    ] {
        let world = World::new(&zone);
        let adopted = adopted(&world, "a.nl");
        assert_eq!(adopted.spec.role, Role::Parked, "{zone}\n{adopted:?}");
        let found = adopted.spec.dkim.as_ref().map_or(0, |dkim| dkim.selectors.len());
        assert_eq!(found, selectors, "{zone}\n{adopted:?}");
        checked(&world, &adopted);
    }
    for zone in [
        // A key, an alias to one, a sender, a mail host, an address that takes mail: not parked.
        format!(
            "{plan}a.nl MX 0 .\ns1._domainkey.a.nl TXT k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE="
        ),
        format!("{plan}a.nl MX 0 .\ns1._domainkey.a.nl CNAME s1.provider.example"),
        format!("{}a.nl MX 0 .", plan.replace("-all", "ip4:192.0.2.1 -all")),
        format!("{plan}a.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.25"),
        format!("{plan}a.nl A 192.0.2.80"),
        format!("{}a.nl MX 0 .", plan.replace("p=reject", "p=none")),
    ] {
        let world = World::new(&zone);
        let adopted = adopted(&world, "a.nl");
        assert_eq!(adopted.spec.role, Role::Mail, "{zone}\n{adopted:?}");
        checked(&world, &adopted);
    }
}

/// What answers for every name is nobody's selector.
#[test]
fn what_a_wildcard_answers_is_not_adopted_as_a_selector() {
    let base = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx.a.nl\nmx.a.nl A 192.0.2.25\n";
    let key = "TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";
    for (zone, selectors) in [
        (
            "*.a.nl CNAME www.host.example\nwww.host.example A 198.51.100.1".to_owned(),
            &[][..],
        ),
        (
            "*.a.nl CNAME gone.host.example\nhost.example SOA x".to_owned(),
            &[],
        ),
        ("*.a.nl TXT s1.provider.example.".to_owned(), &[]),
        ("*._domainkey.a.nl TXT v=DKIM1; p=".to_owned(), &[]),
        (format!("*._domainkey.a.nl {key}"), &[]),
        (
            format!("*._domainkey.a.nl CNAME k.p.example\nk.p.example {key}"),
            &[],
        ),
        (
            format!("*._domainkey.a.nl TXT v=DKIM1; p=\ns1._domainkey.a.nl {key}"),
            &["s1"],
        ),
        // An alias of its own beside the wildcard's.
        (
            format!(
                "*.a.nl CNAME www.host.example\ns2._domainkey.a.nl CNAME s2.p.example\ns2.p.example {key}"
            ),
            &["s2"],
        ),
    ] {
        let world = World::new(&format!("{base}{zone}"));
        let adopted = adopted(&world, "a.nl");
        let found: Vec<&str> = adopted
            .spec
            .dkim
            .iter()
            .flat_map(|dkim| &dkim.selectors)
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(found, selectors, "{zone}");
        checked(&world, &adopted);
    }
}

/// Below a DNAME (RFC 6672) every name is an alias; only what holds a key is a selector.
#[test]
fn below_a_dname_only_what_holds_a_key_is_adopted() {
    let world = World::new(
        "a.nl TXT v=spf1 -all
         s1._domainkey.b.nl TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=",
    );
    let answer = |question: &Dns| {
        let below = question.name.as_str().strip_suffix("._domainkey.a.nl");
        let Some(label) = below else {
            return world.answer(question);
        };
        let target = name(&format!("{label}._domainkey.b.nl"));
        if question.kind == Kind::Cname {
            let mut fact = world.answer(question);
            fact.outcome = Ok(Answer::Records(vec![Rdata::Cname(target)]));
            return fact;
        }
        let mut fact = world.answer(&Dns::new(target.clone(), question.kind));
        fact.source.chain.insert(0, target);
        fact
    };
    let selectors = SelectorList::of(&name("a.nl"), SELECTORS);
    let (adopted, _) = settle_from(answer, |inquiry| {
        let live = live::look(&name("a.nl"), &SelectorList::none(), &selectors, inquiry);
        adopt(&live, inquiry, now())
    });
    let found: Vec<&str> = adopted
        .spec
        .dkim
        .iter()
        .flat_map(|dkim| &dkim.selectors)
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(found, ["s1"], "{adopted:?}");
}

/// A dot behind the host is no address (RFC 5321 4.1.2), and its effect is the address without it.
#[test]
fn a_report_address_is_adopted_without_the_dot_behind_its_host() {
    for (rua, want) in [
        ("mailto:x@a.nl.", &["mailto:x@a.nl"][..]),
        (
            "mailto:x@a.nl.,mailto:y@a.nl",
            &["mailto:x@a.nl", "mailto:y@a.nl"],
        ),
        ("mailto:x@a.nl.,mailto:x@a.nl", &["mailto:x@a.nl"]),
        ("mailto:x@a.nl.!10m", &["mailto:x@a.nl"]),
    ] {
        let world = World::new(&format!(
            "a.nl TXT v=spf1 -all\n_dmarc.a.nl TXT v=DMARC1; p=none; rua={rua}"
        ));
        let adopted = adopted(&world, "a.nl");
        let dmarc = adopted.spec.dmarc.clone().expect("the record is adopted");
        assert_eq!(dmarc.aggregate_reports, want, "{rua}");
        checked(&world, &adopted);
    }
}

#[test]
fn hostile_text_stays_in_its_comment() {
    let world = World::new("a.nl TXT v=spf1 x\\010spec:\\010\\032\\032role:\\032Parked -all");
    let adopted = adopted(&world, "a.nl");
    checked(&world, &adopted);
    assert_eq!(adopted.spec.role, Role::Mail);
}

proptest! {
    #[test]
    fn whatever_is_adopted_is_in_sync(zone in zones::zone()) {
        let world = World::new(&zone);
        checked(&world, &adopted(&world, "a.nl"));
    }
}

/// The municipalities as they were recorded, without addresses, keys or DMARC: judged by record state alone.
#[test]
fn a_real_fleet_is_adopted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/fleet");
    let read = |file: &str| std::fs::read_to_string(format!("{folder}/{file}"));
    let (Ok(domains), Ok(targets)) = (read("nl-municipalities.json"), read("spf-include-targets.json"))
    else {
        // Not eprintln!, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {folder} is not there");
        return;
    };
    let domains: Vec<Value> = serde_json::from_str(&domains).expect("the fleet is JSON");
    let targets: Value = serde_json::from_str(&targets).expect("the targets are JSON");
    let mut world = World::default();
    let mut txt = |owner: &str, text: &str| {
        let rdata = Rdata::Txt(zegel::inquiry::Txt::split(text.as_bytes()));
        world.push(name(owner), Kind::Txt, 3600, rdata);
    };
    for (owner, target) in targets.as_object().expect("an object") {
        txt(owner, target["txt"].as_str().expect("a text"));
    }
    let fleet: Vec<&str> = domains
        .iter()
        .filter_map(|domain| domain["domain"].as_str())
        .collect();
    for domain in &domains {
        let (owner, text) = (
            domain["domain"].as_str().expect("a name"),
            domain["spf"].as_str().expect("a text"),
        );
        if !text.is_empty() && targets.get(owner).is_none() {
            txt(owner, text);
        }
    }
    let mut without = Vec::new();
    let mut helped = 0;
    for domain in &fleet {
        let adopted = adopted(&world, domain);
        checked(&world, &adopted);
        match &adopted.spec.spf {
            None => without.push(*domain),
            Some(spf) => helped += usize::from(!spf.also_at.is_empty()),
        }
    }
    assert_eq!((fleet.len(), without), (342, vec!["wassenaar.nl"]));
    assert!(helped > 20, "{helped} domains have helper names of their own");
}
