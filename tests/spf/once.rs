//! What was read to its end in one wave is not read again in the next, and what follows from an answer alone is read once
//! for all domains: values are parsed once an answer, by whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::facts::{World, intent, name, now, observe};
use zegel::inquiry::{AnyQuestion, Dns, Fact, Facts, Inquiry, Kind, Need, settle_facts};
use zegel::judge::judge;
use zegel::judge::spf::{Analysis, MAX_PROBES, MAX_RECORDS, Node, analyse, gather};
use zegel::records::spf::Record;

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
    let mut kept: Vec<Arc<Record>> = Vec::new();
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
                let values = gather(inquiry, &name(owner), need).values();
                for record in values.iter().flat_map(|values| &values.records) {
                    let address = Arc::as_ptr(record).addr();
                    parsed.entry(owner).or_default().insert(address);
                    kept.push(record.clone());
                }
            }
        }
        trees.push(analyse(&name("a.example"), inquiry, Need::Compliance));
        verdict
    });
    assert!(waves > 4, "{waves} waves");
    let times: Vec<usize> = parsed.values().map(BTreeSet::len).collect();
    assert_eq!(times, [1, 1, 1, 1], "{parsed:?}");
    assert_eq!(records_walked(&trees), 4);
    let whole = trees.last().expect("there was a wave");
    assert!(whole.lookups.worst == 6 && !whole.lookups.lower_bound && !whole.voids_lower_bound);
}

/// What a world remembers, as domains that are looked at one after the other or at once share it.
struct Remembering {
    world: World,
    facts: Mutex<BTreeMap<Dns, Arc<Fact>>>,
}

impl Remembering {
    /// Judges a domain; the record at `provider` as the judgement has it.
    fn judge(&self, domain: &str, provider: &str) -> Arc<Record> {
        let intent = observe(domain);
        let answer = |question: &AnyQuestion, facts: &mut Facts| {
            let question = question.dns().expect("DNS alone is asked");
            let mut known = self.facts.lock().expect("nobody panics with it");
            let fact = known
                .entry(question.clone())
                .or_insert_with(|| Arc::new(self.world.answer(question)));
            facts.insert(question.clone(), fact.clone());
        };
        let judged = |inquiry: &mut Inquiry<'_>| {
            judge(&intent, inquiry, now());
            let values = gather(inquiry, &name(provider), Need::Evidence).values();
            values.and_then(|values| values.records.first().cloned())
        };
        settle_facts(Facts::new(), answer, judged).0.expect("one record")
    }
}

#[test]
fn a_record_that_many_domains_include_is_parsed_once_for_all_of_them() {
    let mut zone = "spf.p.example TXT v=spf1 ip4:192.0.2.0/24 -all\n".to_owned();
    let domains: Vec<String> = (0..8).map(|at| format!("d{at}.nl")).collect();
    for domain in &domains {
        zone.push_str(&format!("{domain} TXT v=spf1 include:spf.p.example -all\n"));
    }
    let world = Remembering {
        world: World::new(&zone),
        facts: Mutex::default(),
    };
    let (one_by_one, at_once) = domains.split_at(4);
    let mut read: Vec<Arc<Record>> = one_by_one
        .iter()
        .map(|domain| world.judge(domain, "spf.p.example"))
        .collect();
    std::thread::scope(|scope| {
        let world = &world;
        let looks: Vec<_> = at_once
            .iter()
            .map(|domain| scope.spawn(move || world.judge(domain, "spf.p.example")))
            .collect();
        read.extend(looks.into_iter().map(|look| look.join().expect("a look")));
    });
    assert_eq!(read.len(), domains.len());
    assert!(read.iter().all(|one| Arc::ptr_eq(one, &read[0])));
    // What stands at each domain is its own.
    let own = world.judge(&domains[0], &domains[0]);
    assert!(!Arc::ptr_eq(&own, &world.judge(&domains[1], &domains[1])));
}

/// How many records were walked for these trees: one that was had again was not walked again.
fn records_walked(trees: &[Arc<Analysis>]) -> usize {
    fn read(node: &Node) -> usize {
        let below = node.terms.iter().filter_map(|term| term.target.as_ref());
        usize::from(node.record.is_some() && !node.repeated) + below.map(read).sum::<usize>()
    }
    let mut seen = BTreeSet::new();
    let walks = trees.iter().filter(|tree| seen.insert(Arc::as_ptr(tree).addr()));
    walks.map(|tree| read(&tree.tree)).sum()
}

/// Settles a judgement of `a.example`; the tree of each wave, and how many there were.
fn trees_of(world: &World) -> (Vec<Arc<Analysis>>, usize) {
    let intent = observe("a.example");
    let (mut trees, mut waves) = (Vec::new(), 0);
    world.settle(|inquiry| {
        waves += 1;
        judge(&intent, inquiry, now());
        trees.push(analyse(&name("a.example"), inquiry, Need::Compliance));
    });
    (trees, waves)
}

#[test]
fn each_record_is_walked_once_a_pass_whatever_is_between_the_waves() {
    for (what, zone, records) in [
        (
            "hosts that are found in waves of their own",
            "a.example      TXT v=spf1 mx a:b.example exists:c.example -all
             a.example      MX  1 mx.a.example
             mx.a.example   A   192.0.2.2
             b.example      AAAA 2001:db8::1",
            1,
        ),
        (
            "a record that two branches share, one of them deep",
            "a.example      TXT v=spf1 include:1.x.nl include:4.x.nl -all
             1.x.nl         TXT v=spf1 include:2.x.nl ~all
             2.x.nl         TXT v=spf1 include:3.x.nl ~all
             3.x.nl         TXT v=spf1 include:4.x.nl ~all
             4.x.nl         TXT v=spf1 include:5.x.nl ~all
             5.x.nl         TXT v=spf1 ip4:192.0.2.1 ~all",
            6,
        ),
        (
            "a circle, and a redirect to what is not there",
            "a.example      TXT v=spf1 include:1.x.nl redirect=2.x.nl
             1.x.nl         TXT v=spf1 include:a.example include:3.x.nl ~all
             2.x.nl         TXT v=spf1 redirect=4.x.nl
             3.x.nl         TXT v=spf1 mx -all",
            4,
        ),
        (
            "a record nobody can read, and one that depends on who sends",
            "a.example      TXT v=spf1 include:1.x.nl include:%{l}.x.nl include:2.x.nl -all
             1.x.nl         TXT v=spf1 foo:bar -all
             2.x.nl         TXT v=spf1 include:3.x.nl -all
             3.x.nl         TXT v=spf1 -all",
            4,
        ),
    ] {
        let (trees, waves) = trees_of(&World::new(zone));
        assert!(waves > 3, "{what}: {waves} waves");
        assert_eq!(records_walked(&trees), records, "{what}");
    }
}

/// A hostile zone gets no more than the bounds allow, and no second walk either.
#[test]
fn bounds_hold_for_the_way_ahead_as_for_the_walk() {
    let mut zone = String::new();
    let includes =
        |from: usize| -> String { (from..from + 9).map(|at| format!("include:{at}.x.nl ")).collect() };
    zone.push_str(&format!("a.example TXT v=spf1 {}-all\n", includes(1)));
    for at in 1..200 {
        zone.push_str(&format!(
            "{at}.x.nl TXT v=spf1 {}a:h{at}.x.nl -all\n",
            includes(at * 9 + 1)
        ));
    }
    let world = World::new(&zone);
    let (trees, _) = trees_of(&world);
    let whole = trees.last().expect("there was a wave");
    assert!(whole.lookups.lower_bound && whole.voids_lower_bound);
    let read = records_walked(&trees[trees.len() - 1..]);
    assert!(read <= MAX_RECORDS, "{read} records");
    assert_eq!(records_walked(&trees), read);
    let mut asked = 0;
    world.settle(|inquiry| {
        analyse(&name("a.example"), inquiry, Need::Compliance);
        asked = inquiry.asked().count();
    });
    assert!(asked <= MAX_RECORDS + 2 * MAX_PROBES, "{asked} questions");
}
