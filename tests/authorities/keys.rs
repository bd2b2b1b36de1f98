//! A mail server's key changes: what the name servers hold of its TLSA records, what the resolver still has, and what is shown.

use std::net::IpAddr;

use jiff::SignedDuration;
use zegel::inquiry::{Closeness, Depth, Fact, Facts, Made, Security, Spoke, Starttls};
use zegel::judge::judge;
use zegel::records::dane::Tlsa;
use zegel::rules::Severity;
use zegel::transport::Certificate;

use super::facts::{findings, intent, name, now};
use super::net::Net;
use crate::seen::{chain, with_handshake};

const ADDRESS: &str = "192.0.2.25";

fn record(chain: &[Vec<u8>]) -> Tlsa {
    Tlsa::of_key(
        &Certificate::from_der(&chain[0])
            .expect("a certificate")
            .public_key_info,
    )
}

#[test]
fn a_key_that_is_shown_before_its_record_is_seen_everywhere_is_told() {
    let (blue, green) = (
        chain(&["mx1.voorbeeld.nl"], (2026, 2027)),
        chain(&["mx1.voorbeeld.nl"], (2026, 2027)),
    );
    let (of_blue, of_green) = (&record(&blue), &record(&green));
    let zone = |records: &[&Tlsa]| {
        let lines = records
            .iter()
            .map(|record| format!("\n_25._tcp.mx1.voorbeeld.nl 3600 TLSA {record}"));
        format!(
            "voorbeeld.nl MX 10 mx1.voorbeeld.nl\nmx1.voorbeeld.nl A {ADDRESS}{}",
            lines.collect::<String>()
        )
    };
    let both: &[&Tlsa] = &[of_blue, of_green];
    for (shown, wanted, at_servers, at_resolver, expected) in [
        // The record and the key at once: whoever has the old record delivers nothing.
        (
            &green,
            &[of_green][..],
            &[of_green][..],
            &[of_blue][..],
            Some("DANE-015"),
        ),
        // The next record is published and not seen everywhere, and the key is shown already.
        (&green, both, both, &[of_blue], Some("DANE-015")),
        // In its order: the old key is shown while the next record is on its way,
        (&blue, both, both, &[of_blue], None),
        // the next key once it is there,
        (&green, both, both, both, None),
        // and the old record goes when the old key is not shown any more.
        (&green, &[of_green], &[of_green], both, None),
    ] {
        let list: Vec<String> = wanted.iter().map(|record| format!("'{record}'")).collect();
        let spec = intent(&format!(
            "{{domain: voorbeeld.nl, role: Mail, tls: {{level: Any}}, \
             dane: {{hosts: [{{name: mx1.voorbeeld.nl, records: [{}]}}]}}}}",
            list.join(", ")
        ));
        let mut net = Net::new(&zone(at_servers));
        net.resolve(&zone(at_resolver));
        let address: IpAddr = ADDRESS.parse().expect("an address");
        let question = Starttls {
            host: name("mx1.voorbeeld.nl"),
            address,
            closeness: Closeness::Chain,
        };
        let mut facts = Facts::new().approaching(Depth::Closely);
        let said: Fact<Starttls> = Fact {
            outcome: Ok(with_handshake(|seen| seen.chain.clone_from(shown))),
            security: Security::NotAsked,
            source: Spoke::default(),
            seen_at: now(),
            expires_at: now() + SignedDuration::from_hours(24),
            made: Made::default(),
        };
        facts.insert(question, said);
        let (verdict, _) = net.settle_from(facts, |inquiry| judge(&spec, inquiry, now()));
        let found: Vec<_> = ["DANE-012", "DANE-015"]
            .into_iter()
            .flat_map(|rule| findings(&verdict, rule))
            .map(|one| (one.rule.id, one.severity, one.managed))
            .collect();
        let expected: Vec<_> = expected
            .map(|rule| (rule, Severity::Error, true))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{wanted:?} {at_servers:?} {at_resolver:?}");
        for finding in findings(&verdict, "DANE-015") {
            // The time by which the resolver must have forgotten it.
            assert!(
                finding.message.contains("until 2026-11-22T13:00:00Z"),
                "{}",
                finding.message
            );
        }
    }
}
