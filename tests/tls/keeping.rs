//! TLSA records that follow from certificates, beside a server that still shows the one before.

use std::collections::BTreeSet;

use zegel::inquiry::Closeness;
use zegel::intent::{Issued, Keys};
use zegel::judge::State;
use zegel::records::Standard;
use zegel::records::dane::Tlsa;
use zegel::rules::Severity;

use crate::facts::{findings, intent};
use crate::seen::{Servers, ZONE, about, certificate, chain};
use crate::senders::showing;

/// A certificate is issued anew before the server takes it up: the record of the key that is shown stays until then.
#[test]
fn the_record_of_a_certificate_before_stays_wanted_while_its_key_is_shown() {
    let (old, new) = (
        chain(&["mx1.a.nl"], (2026, 2027)),
        chain(&["mx1.a.nl"], (2026, 2027)),
    );
    let (before, now) = (about(&old[0], 3, 1, 1), about(&new[0], 3, 1, 1));
    let stranger = about(&certificate(&["mx1.a.nl"], (2026, 2027)), 3, 1, 1);
    let keys = Keys {
        revision: 2,
        current: now.clone(),
        next: None,
        issuer: None,
        issuer_before: None,
        rotates: Some(false),
    };
    let spec = |tls: &str| {
        intent(&format!(
            "{{domain: a.nl, role: Mail, {tls}dane: {{certificateRefs: [{{name: mx1}}], hosts: [{{name: mx1.a.nl}}]}}}}"
        ))
        .with_certificates(|_| Issued::Keys(keys.clone()))
    };
    let looking = "tls: {level: Any}, ";
    type Case<'a> = (
        &'a str,
        &'a str,
        [&'a [Vec<u8>]; 2],
        Vec<&'a Tlsa>,
        State,
        Vec<&'a Tlsa>,
    );
    #[rustfmt::skip] // A row is a line.
    let rows: Vec<Case<'_>> = vec![
        ("renewed, nothing changed yet", looking, [&old, &old], vec![&before], State::Drifted, vec![&before, &now]),
        ("the next is published beside", looking, [&old, &old], vec![&before, &now], State::InSync, vec![&before, &now]),
        ("one machine of two has the new one", looking, [&new, &old], vec![&before, &now], State::InSync, vec![&before, &now]),
        ("all have it", looking, [&new, &new], vec![&before, &now], State::Drifted, vec![&now]),
        ("and the old one is gone", looking, [&new, &new], vec![&now], State::InSync, vec![&now]),
        ("what nobody shows goes", looking, [&old, &old], vec![&before, &now, &stranger], State::Drifted, vec![&before, &now]),
        ("what is shown and not published is not taken up", looking, [&old, &old], vec![&now], State::InSync, vec![&now]),
        ("nobody looks", "", [&old, &old], vec![&before, &now], State::Drifted, vec![&now]),
    ];
    for (what, tls, [first, second], published, state, desired) in rows {
        let lines = published
            .iter()
            .map(|record| format!("\n_25._tcp.mx1.a.nl TLSA {record}"));
        let servers = Servers::default()
            .at("192.0.2.25", Closeness::Chain, Ok(showing(first)))
            .at("2001:db8::25", Closeness::Chain, Ok(showing(second)));
        let zone = format!("{}{}", ZONE, lines.collect::<String>());
        let verdict = servers.judge(&zone, &spec(tls));
        let record = verdict
            .records
            .iter()
            .find(|record| record.standard == Standard::Dane)
            .unwrap();
        assert_eq!(record.state, state, "{what}: {:?}", record.differences);
        let texts = |records: &[&Tlsa]| records.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(
            record.desired.iter().cloned().collect::<BTreeSet<_>>(),
            texts(&desired),
            "{what}"
        );
        let kept = desired.len() > 1;
        let told = findings(&verdict, "DANE-043");
        assert_eq!(told.len(), usize::from(kept), "{what}: {told:#?}");
        assert!(
            told.iter()
                .all(|one| one.severity == Severity::Info && one.message.contains(&before.to_string()))
        );
        // No difference asks to take out what senders need.
        let old = before.to_string();
        let asks = record
            .differences
            .iter()
            .any(|one| one.contains("want no other") && one.contains(&old));
        assert_eq!(
            asks,
            !kept && published.contains(&&before),
            "{what}: {:?}",
            record.differences
        );
    }
}
