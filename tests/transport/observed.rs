//! Without a block: what stands there is looked at and linted, nothing is wanted, and nothing turns red.

use zegel::inquiry::Need;
use zegel::records::Standard;
use zegel::rules::Severity;

use crate::facts::{World, intent, judge_in, observe};

const NEW: [Standard; 3] = [Standard::MtaSts, Standard::TlsRpt, Standard::Dane];

#[test]
fn a_domain_without_any_of_it_hears_nothing_of_it() {
    let zone = "a.nl TXT v=spf1 mx -all\na.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\nmx1.a.nl AAAA 2001:db8::1\n\
                _dmarc.a.nl TXT v=DMARC1; p=reject";
    for subject in [
        observe("a.nl"),
        intent("{domain: a.nl, role: Mail, spf: {mechanisms: [mx], all: Fail}}"),
    ] {
        let verdict = judge_in(zone, &subject);
        let own: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| NEW.contains(&one.rule.standard))
            .collect();
        assert!(own.is_empty(), "{own:#?}");
        assert!(
            verdict
                .records
                .iter()
                .all(|record| !NEW.contains(&record.standard))
        );
    }
}

#[test]
fn what_stands_there_is_linted_and_is_a_warning_at_most() {
    let zone = "a.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_mta-sts.a.nl TXT v=stsv1; id=1\n_smtp._tls.a.nl TXT v=TLSRPTv1; rua=x\n\
                _25._tcp.mx1.a.nl TLSA 3 1 1 abab";
    let verdict = judge_in(zone, &observe("a.nl"));
    for standard in NEW {
        let own: Vec<_> = verdict
            .findings
            .iter()
            .filter(|one| one.rule.standard == standard)
            .collect();
        assert!(!own.is_empty(), "{standard}");
        assert!(
            own.iter()
                .all(|one| one.severity != Severity::Error && !one.managed),
            "{own:#?}"
        );
    }
}

#[test]
fn no_look_is_incomplete_for_want_of_it() {
    let world = World::new(
        "a.nl TXT v=spf1 -all\na.nl MX 10 mx1.a.nl\nmx1.a.nl A 192.0.2.1\n_dmarc.a.nl TXT v=DMARC1; p=none\n\
         _mta-sts.a.nl TXT !SERVFAIL\n_smtp._tls.a.nl TXT !SERVFAIL\n_25._tcp.mx1.a.nl TLSA !TIMEOUT",
    );
    for subject in [
        observe("a.nl"),
        intent("{domain: a.nl, role: Mail, dmarc: {policy: None}}"),
    ] {
        let verdict = world.judge(&subject);
        assert!(
            verdict.is_complete() && verdict.compliance_is_known(),
            "{:#?}",
            verdict.unanswered
        );
        let own = verdict
            .unanswered
            .iter()
            .filter(|one| one.standards.iter().any(|standard| NEW.contains(&standard)));
        assert_eq!(own.filter(|one| one.need == Need::Evidence).count(), 3);
    }
}

#[test]
fn an_intent_without_the_blocks_is_the_one_it_was() {
    // The digests of 0.1.0: an upgrade judges nothing anew.
    for (spec, digest) in [
        ("{domain: a.nl, role: Mail}", "e26144546e6fdece2287762ca44bd48d"),
        ("{domain: a.nl, role: Parked}", "79168d3eec42d6ada2f6b84dad8f139e"),
    ] {
        assert_eq!(intent(spec).digest(), digest, "{spec}");
    }
}
