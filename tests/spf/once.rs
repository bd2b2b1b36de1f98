//! What was read to its end in one wave is not read again in the next: values are parsed once a pass, by whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::{World, intent, name, now};
use zegel::inquiry::{Dns, Kind, Need};
use zegel::judge::judge;
use zegel::judge::spf::{Published, analyse, gather};

const ZONE: &str = "
    a.example      TXT v=spf1 include:1.x.nl mx a -all
    1.x.nl         TXT v=spf1 include:2.x.nl ~all
    2.x.nl         TXT v=spf1 include:3.x.nl ~all
    3.x.nl         TXT v=spf1 a:h.x.nl ~all
    h.x.nl         A   192.0.2.1
    a.example      MX  1 mx.a.example
    mx.a.example   A   192.0.2.2
    a.example      A   192.0.2.3
";

#[test]
fn every_value_is_parsed_once_a_pass_and_the_tree_walked_once_it_is_known() {
    let intent =
        intent("{domain: a.example, role: Mail, spf: {mechanisms: ['include:1.x.nl', mx, a], all: Fail}}");
    // Kept alive, so that no later value takes the place of an earlier one.
    let mut kept: Vec<Arc<Published>> = Vec::new();
    let mut trees = Vec::new();
    let mut parsed: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut waves = 0;
    World::new(ZONE).settle(|inquiry| {
        waves += 1;
        let verdict = judge(&intent, inquiry, now());
        for owner in ["a.example", "1.x.nl", "2.x.nl", "3.x.nl"] {
            // What the judgement has not come to yet is left to it.
            if inquiry.fact(&Dns::new(name(owner), Kind::Txt)).is_none() {
                continue;
            }
            // Whatever it was asked for, it is the same value.
            for need in [Need::Evidence, Need::Compliance, Need::Essential] {
                let published = gather(inquiry, &name(owner), need);
                if published.values().is_some() {
                    let address = Arc::as_ptr(&published).addr();
                    parsed.entry(owner).or_default().insert(address);
                    kept.push(published);
                }
            }
        }
        trees.push(analyse(&name("a.example"), inquiry, Need::Compliance));
        verdict
    });
    assert!(waves > 4, "{waves} waves");
    let times: Vec<usize> = parsed.values().map(BTreeSet::len).collect();
    assert_eq!(times, [1, 1, 1, 1], "{parsed:?}");
    let whole: BTreeSet<usize> = trees
        .iter()
        .filter(|tree| tree.lookups.worst == 6 && !tree.lookups.lower_bound && !tree.voids_lower_bound)
        .map(|tree| Arc::as_ptr(tree).addr())
        .collect();
    assert_eq!(whole.len(), 1);
}
