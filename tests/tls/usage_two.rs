//! Usage 2 where senders differ from one another, or from what one would think: by what OpenSSL, and so Postfix, does.

use zegel::rules::Severity;

use crate::beside::judged;
use crate::facts::findings;
use crate::seen::{about, chain, chain_of};
use crate::senders::{EVERYWHERE, Said, said, showing};

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;

const NOW: (i32, i32) = (2026, 2027);
const ENDED: (i32, i32) = (2024, 2025);

/// A host in the common name alone is taken where no DNS name stands beside (RFC 6125 6.4.4), by some; dates are those of the way to
/// the authority, which is no part of it where it is named and no root (RFC 5280 6.1.1).
#[test]
fn names_and_dates_count_as_openssl_counts_them() {
    let (own, between, root) = (0, 1, 2);
    let common = |names: &[&str], name: &str| chain_of(names, Some(name), [NOW; 3]);
    let dated = |years: [(i32, i32); 3]| chain_of(&["mx1.a.nl"], None, years);
    let (by_some, astray): (&[Said], &[Said]) = (&[("DANE-018", W)], &[("DANE-018", E)]);
    for (what, sent, named, expected, says) in [
        (
            "in the common name alone",
            common(&[], "mx1.a.nl"),
            between,
            by_some,
            "common name",
        ),
        (
            "the mail domain's there",
            common(&[], "a.nl"),
            root,
            by_some,
            "common name",
        ),
        (
            "another's there",
            common(&[], "www.a.nl"),
            between,
            astray,
            "it is for another host",
        ),
        (
            "a DNS name beside is what counts",
            common(&["www.a.nl"], "mx1.a.nl"),
            between,
            astray,
            "it is for another host",
        ),
        (
            "both are the host's",
            common(&["mx1.a.nl"], "mx1.a.nl"),
            between,
            &[],
            "",
        ),
        (
            "the authority that is named has ended",
            dated([NOW, ENDED, NOW]),
            between,
            &[],
            "",
        ),
        (
            "one on the way has ended",
            dated([NOW, ENDED, NOW]),
            root,
            astray,
            "a certificate of an authority that is sent with it is valid from",
        ),
        (
            "the root that is named has ended",
            dated([NOW, NOW, ENDED]),
            root,
            astray,
            "is valid from",
        ),
        (
            "a root that is not named has ended",
            dated([NOW, NOW, ENDED]),
            between,
            &[],
            "",
        ),
        (
            "its own has ended",
            dated([ENDED, NOW, NOW]),
            between,
            astray,
            "it is valid from 2024",
        ),
    ] {
        let other = chain(&["mx1.a.nl"], NOW);
        let records = [about(&sent[named], 2, 1, 1), about(&other[named], 2, 1, 1)];
        let verdict = judged(&showing(&sent), &records, EVERYWHERE);
        assert_eq!(said(&verdict), expected, "{what}\n{:#?}", verdict.findings);
        let told = findings(&verdict, "DANE-018");
        assert!(
            told.iter().all(|one| one.message.contains(says)),
            "{what}: {told:#?}"
        );
        // The host's own key beside it asks for none of that.
        let with_own = [records[0].clone(), about(&sent[own], 3, 1, 1)];
        let verdict = judged(&showing(&sent), &with_own, EVERYWHERE);
        assert_eq!(
            findings(&verdict, "DANE-018"),
            Vec::<&zegel::judge::Finding>::new(),
            "{what}"
        );
    }
}
