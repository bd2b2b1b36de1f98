//! Which of the usual selectors are tried: none below a name that does not exist (RFC 8020), all where a server denies
//! that name although something stands below it.

use std::collections::BTreeSet;

use crate::facts::{World, name, now};
use zegel::adopt::live;
use zegel::inquiry::{Answer, Dns, Kind, settle_from};
use zegel::intent::Intent;
use zegel::judge::dkim::probes::PROBE_SELECTORS;
use zegel::judge::judge;

const KEY: &str = "TXT v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// The selectors that were asked of `d.nl`, and those at which a key was found: by the look at what stands there and by
/// the judgement, over the same facts. `denies` is whether the server denies `_domainkey`, whatever stands below.
fn looked_at(zone: &str, named: &[&str], denies: bool) -> (BTreeSet<String>, usize) {
    let world = World::new(&zone.replace("KEY", KEY));
    let domain = name("d.nl");
    let owned = |labels: &[&str]| -> Vec<String> { labels.iter().map(|&label| label.to_owned()).collect() };
    let (named, tried) = (owned(named), owned(PROBE_SELECTORS));
    let intent = Intent::observe(domain.clone(), named, tried);
    let answer = |question: &Dns| {
        let mut fact = world.answer(question);
        if denies && question.name == name("_domainkey.d.nl") {
            fact.outcome = Ok(Answer::NxDomain);
        }
        fact
    };
    let (keys, facts) = settle_from(answer, |inquiry| {
        let live = live::look(&domain, &intent.asked, &intent.probes, inquiry);
        judge(&intent, inquiry, now());
        live.keys()
    });
    let selectors = facts.iter().filter_map(|(question, _)| {
        let label = question.name.as_str().strip_suffix("._domainkey.d.nl")?;
        (question.kind == Kind::Txt).then(|| label.to_owned())
    });
    // What DKIM's neighbours keep there is no selector.
    let selectors = selectors.filter(|label| !label.starts_with('_') && label != "*");
    (selectors.collect(), keys)
}

#[test]
fn selectors_that_cannot_be_there_are_not_tried() {
    let all = PROBE_SELECTORS.len();
    for (what, zone, named, denies, tried, keys) in [
        ("no _domainkey", "d.nl TXT v=spf1 -all", &[][..], false, 4, 0),
        ("no domain at all", "", &[], false, 4, 0),
        (
            "a key of our own",
            "mxvault._domainkey.d.nl KEY",
            &[],
            false,
            all,
            1,
        ),
        (
            "a selector nobody tries",
            "odd._domainkey.d.nl KEY",
            &[],
            false,
            all,
            0,
        ),
        (
            "something at _domainkey",
            "_domainkey.d.nl TXT o=~",
            &[],
            false,
            all,
            0,
        ),
        (
            "_domainkey is an alias to nowhere",
            "_domainkey.d.nl CNAME x.nl",
            &[],
            false,
            all,
            0,
        ),
        (
            "no answer for _domainkey",
            "_domainkey.d.nl TXT !SERVFAIL",
            &[],
            false,
            all,
            0,
        ),
        // Those that are there all the same show that the denial is worth nothing.
        (
            "denied, a usual one is there",
            "google._domainkey.d.nl KEY\nzoho._domainkey.d.nl KEY",
            &[],
            true,
            all,
            2,
        ),
        (
            "denied, a named one is there",
            "odd._domainkey.d.nl KEY\nzoho._domainkey.d.nl KEY",
            &["odd"],
            true,
            all,
            2,
        ),
        (
            "denied, a wildcard answers",
            "*._domainkey.d.nl TXT v=DKIM1; p=",
            &[],
            true,
            all,
            0,
        ),
        // The price: what is neither usual nor named stays unseen where the server denies what stands above it.
        (
            "denied, only a rare one is there",
            "zoho._domainkey.d.nl KEY",
            &[],
            true,
            4,
            0,
        ),
    ] {
        let (asked, found) = looked_at(zone, named, denies);
        let decoy = 1;
        assert_eq!(asked.len(), tried + named.len() + decoy, "{what}: {asked:?}");
        assert_eq!(found, keys, "{what}");
    }
}
