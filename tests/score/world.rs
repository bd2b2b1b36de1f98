//! A domain for which Internet.nl has nothing but points, and what can be changed of it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use zegel::inquiry::{
    Approach, Bogus, Broken, Depth, Fact, Facts, Kind, Made, RecordType, Security, Session, Spoke, Starttls,
    Trouble, Unproven, View, settle_facts,
};
use zegel::intent::Intent;
use zegel::judge::score::{Criterion, Mark, Range, Score, score};
use zegel::judge::{Verdict, judge};
use zegel::records::dane::Tlsa;
use zegel::transport::Certificate;

use crate::facts::{World, name, now, observe};
use crate::seen::{profile, sound};

/// All but the mail servers' TLSA records, which are those of what they show.
pub(crate) const ZONE: &str = "
    a.nl NS ns1.a.nl
    a.nl NS ns2.a.nl
    ns1.a.nl AAAA 2a00:1::1
    ns1.a.nl A 9.9.9.1
    ns2.a.nl AAAA 2a00:1::2
    a.nl A 9.9.9.80
    a.nl MX 10 mx1.b.nl
    mx1.b.nl A 9.9.9.25
    mx1.b.nl AAAA 2a00:1::25
    a.nl TXT v=spf1 mx -all
    _dmarc.a.nl TXT v=DMARC1; p=reject
    s1._domainkey.a.nl TXT v=DKIM1; p=MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
    b.nl CAA 0 issue \"letsencrypt.org\"
";

/// What is to be seen.
pub(crate) struct Seen {
    pub(crate) zone: String,
    /// What a host shows: a whole handshake, and all of its TLS; a host that is not here is busy.
    pub(crate) hosts: BTreeMap<String, (Session, Session)>,
    pub(crate) worth: Vec<(&'static str, Security)>,
    pub(crate) looks_at_tls: bool,
    pub(crate) depth: Depth,
    pub(crate) profile: bool,
    /// The turn of no name server comes.
    pub(crate) is_hurried: bool,
    /// What name servers are asked of these types is lost.
    pub(crate) lost: &'static [Kind],
    /// What is asked of name servers at these addresses is lost.
    pub(crate) dead: &'static [&'static str],
    /// Those were heard before, by whoever asked for another domain.
    pub(crate) are_heard: bool,
    /// What a mail server says that is not among the hosts.
    pub(crate) words: &'static str,
    /// At these addresses something else: nobody answers, or this is shown.
    pub(crate) at: Vec<(&'static str, Result<Session, Trouble>)>,
}

impl Seen {
    /// The zone, a sound server at mx1.b.nl, and its TLSA record.
    pub(crate) fn perfect() -> Self {
        let (chain, all) = (sound(), profile(&[]));
        let tlsa = tlsa(&chain);
        Self {
            zone: format!(
                "{ZONE}\n_25._tcp.mx1.b.nl TLSA {tlsa}\n_25._tcp.mx1.b.nl TLSA 3 1 1 {}",
                "ab".repeat(32)
            ),
            hosts: BTreeMap::from([("mx1.b.nl".to_owned(), (chain, all))]),
            worth: vec![("a.nl", Security::Secure), ("b.nl", Security::Secure)],
            looks_at_tls: true,
            depth: Depth::Closely,
            profile: true,
            is_hurried: false,
            lost: &[],
            dead: &[],
            are_heard: false,
            words: "",
            at: Vec::new(),
        }
    }

    /// Without the lines that begin so.
    pub(crate) fn without(mut self, begin: &str) -> Self {
        let lines = self.zone.lines().map(str::trim);
        let kept: Vec<&str> = lines.filter(|line| !line.starts_with(begin)).collect();
        self.zone = kept.join("\n");
        self
    }

    /// With one line more.
    pub(crate) fn with(mut self, line: &str) -> Self {
        self.zone.push('\n');
        self.zone.push_str(line);
        self
    }

    /// With what a zone is worth.
    pub(crate) fn worth(mut self, zone: &'static str, security: Security) -> Self {
        self.worth.retain(|(known, _)| *known != zone);
        self.worth.push((zone, security));
        self
    }

    /// With a change of what mx1.b.nl shows.
    pub(crate) fn shows(mut self, change: impl Fn(&mut Session)) -> Self {
        if let Some((chain, all)) = self.hosts.get_mut("mx1.b.nl") {
            change(chain);
            change(all);
        }
        self
    }

    /// Judges and scores.
    pub(crate) fn score(&self) -> (Score, Verdict) {
        let mut world = World::new(&self.zone);
        for (zone, security) in &self.worth {
            world = world.worth(zone, security.clone());
        }
        let facts = Facts::new().approaching(Approach {
            depth: self.depth,
            profile: self.profile,
            ..Approach::default()
        });
        let answer = |question: &zegel::inquiry::AnyQuestion, facts: &mut Facts| {
            if let Some(dns) = question.dns() {
                let mut fact = world.answer(dns);
                if self.is_hurried && dns.view != View::Recursive {
                    (fact.outcome, fact.source.direct) = (Err(Trouble::Limit), None);
                }
                if self.lost.contains(&dns.kind) && dns.view != View::Recursive {
                    (fact.outcome, fact.source.direct) = (Err(Trouble::Timeout), None);
                }
                let is_dead = |at: &str| at.parse().is_ok_and(|at| dns.view == View::Authority(at));
                if self.dead.iter().any(|at| is_dead(at)) {
                    (fact.outcome, fact.source.direct) = (Err(Trouble::Timeout), None);
                }
                if self.are_heard && dns.view != View::Recursive && fact.outcome.is_err() {
                    fact.source.heard_at = Some(Box::new(now()));
                }
                facts.insert(dns.clone(), fact);
            }
            if let Some(asked) = question.of::<Starttls>() {
                let shown = self.hosts.get(asked.host.as_str());
                let said = shown.map(|(chain, all)| match asked.closeness {
                    zegel::inquiry::Closeness::Chain => chain.clone(),
                    zegel::inquiry::Closeness::Profile => all.clone(),
                });
                let here = |(at, _): &&(&str, _)| at.parse() == Ok(asked.address);
                let own = self.at.iter().find(here).map(|(_, own)| own.clone());
                let fact: Fact<Starttls> = Fact {
                    outcome: own.unwrap_or_else(|| said.ok_or(Trouble::Busy)),
                    security: Security::NotAsked,
                    source: Spoke {
                        heard_at: (self.are_heard && shown.is_none()).then(now),
                        words: self.words.to_owned(),
                    },
                    seen_at: now(),
                    expires_at: now() + SignedDuration::from_hours(24),
                    made: Made::default(),
                };
                facts.insert(asked.clone(), fact);
            }
        };
        let intent = Intent {
            looks_at_tls: self.looks_at_tls,
            ..observe("a.nl")
        };
        let run = |inquiry: &mut zegel::inquiry::Inquiry<'_>| {
            let verdict = judge(&intent, inquiry, now());
            let score = score(&intent, &verdict, inquiry);
            (score, verdict)
        };
        settle_facts(facts, answer, run).0
    }
}

/// What most people publish for the certificate a session shows.
pub(crate) fn tlsa(session: &Session) -> String {
    let handshake = session.handshake.as_ref().unwrap().as_ref().unwrap();
    let leaf = Certificate::from_der(&handshake.chain[0]).unwrap();
    Tlsa::of_key(&leaf.public_key_info).to_string()
}

pub(crate) fn insecure(zone: &str) -> Security {
    Security::Insecure {
        at: name(zone),
        why: Unproven::Unsigned,
    }
}

pub(crate) fn bogus(zone: &str) -> Security {
    Security::Bogus(Box::new(Bogus {
        at: name(zone),
        kind: RecordType(6),
        why: Broken::NoSignature,
    }))
}

/// The mark of a test; panics where it was not made.
pub(crate) fn mark<'s>(score: &'s Score, criterion: &Criterion) -> &'s Mark {
    let mut marks = score.categories.iter().flat_map(|category| &category.marks);
    let found = marks.find(|mark| mark.criterion.id == criterion.id);
    found.unwrap_or_else(|| panic!("{} was not made: {score:#?}", criterion.id))
}

/// The percentage of a category by its name in the API.
pub(crate) fn category(score: &Score, id: &str) -> Range {
    let found = score.categories.iter().find(|category| category.group.id() == id);
    found.unwrap().score
}
