//! What the seam promises, over a lane that exists nowhere else as well as over DNS.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::name::Name;
use crate::records::{Standard, Standards};

/// A lane of its own: what stands on the door of a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Door(Name);

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the door of {}", self.0)
    }
}

impl Lane for Door {
    type Answer = String;
    type Source = ();

    const NAME: &'static str = "door";

    fn name(&self) -> &Name {
        &self.0
    }

    fn label(&self) -> &'static str {
        "plate"
    }

    fn outcome(_: &String) -> &'static str {
        "Plate"
    }

    fn size(answer: Option<&String>, (): &()) -> usize {
        answer.map_or(0, String::len)
    }
}

fn plate(text: &str) -> Fact<Door> {
    Fact {
        outcome: Ok(text.to_owned()),
        security: Security::NotAsked,
        source: (),
        seen_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        made: Made::default(),
    }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn answer(question: &Dns) -> Fact {
    let _ = question;
    Fact {
        outcome: Ok(Answer::NoData),
        security: Security::NotAsked,
        source: Source::default(),
        seen_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        made: Made::default(),
    }
}

/// Something that takes two waves: the second question is known only by the first answer.
struct Walked(usize);

fn walk(inquiry: &mut Inquiry<'_>, times: &mut usize) -> Arc<Walked> {
    inquiry.once(&name("a.nl"), Need::Compliance, |inquiry| {
        *times += 1;
        let mut heard = 0;
        for owner in ["a.nl", "b.nl"] {
            let question = Dns::new(name(owner), Kind::Txt);
            match inquiry.ask(question, Need::Compliance) {
                Reply::Open => break,
                _ => heard += 1,
            }
        }
        Walked(heard)
    })
}

#[test]
fn what_was_worked_out_to_its_end_is_not_worked_out_again_in_a_later_wave() {
    let (mut times, mut waves) = (0, 0);
    let ((first, second), facts) = settle_from(answer, |inquiry| {
        waves += 1;
        inquiry.on_behalf_of(Standard::Spf);
        let first = walk(inquiry, &mut times).0;
        inquiry.on_behalf_of(Standard::Dmarc);
        let second = walk(inquiry, &mut times).0;
        // A question of another kind goes on for two waves longer.
        for owner in ["c.nl", "d.nl", "e.nl", "f.nl"] {
            if let Reply::Open = inquiry.ask(Dns::new(name(owner), Kind::Mx), Need::Evidence) {
                break;
            }
        }
        (first, second)
    });
    assert_eq!((first, second), (2, 2));
    // Once a wave while a question of it was open, however many asked, and never after that.
    assert_eq!((waves, times), (5, 3));
    assert_eq!(facts.len(), 6);
}

#[test]
fn who_reads_what_was_worked_out_has_asked_its_questions_too() {
    let facts: Facts = settle_from(answer, |inquiry| walk(inquiry, &mut 0)).1;
    let mut inquiry = Inquiry::new(&facts);
    for standard in [Standard::Spf, Standard::Dmarc] {
        inquiry.on_behalf_of(standard);
        walk(&mut inquiry, &mut 0);
    }
    let asked: Vec<_> = inquiry.asked().map(|(_, asked)| asked.clone()).collect();
    assert_eq!(asked.len(), 2);
    for one in asked {
        assert_eq!(one.need, Need::Compliance);
        assert_eq!(one.standards, Standards::from([Standard::Spf, Standard::Dmarc]));
    }
}

#[test]
fn needs_are_ordered_by_what_hangs_on_them() {
    assert!(Need::Evidence < Need::Compliance && Need::Compliance < Need::Essential);
}

#[test]
fn a_lane_is_asked_answered_and_noted_as_any_other() {
    let doors = |question: &AnyQuestion, facts: &mut Facts| match (question.of::<Door>(), question.dns()) {
        (Some(door), None) => facts.insert(door.clone(), plate("b.nl")),
        (None, Some(dns)) => facts.insert(dns.clone(), answer(dns)),
        _ => panic!("{question} is of one lane"),
    };
    let (seen, facts) = settle_with(doors, |inquiry| {
        // The answer of one lane is the question of the other.
        let Reply::Answered(next, fact) = inquiry.ask(Door(name("a.nl")), Need::Essential) else {
            return None;
        };
        let next = Dns::new(name(next), Kind::Txt);
        let heard = inquiry.ask(next.clone(), Need::Evidence).answer()?;
        let asked: Vec<_> = inquiry
            .asked()
            .map(|(question, asked)| {
                (
                    question.to_string(),
                    question.lane(),
                    question.label(),
                    asked.need,
                )
            })
            .collect();
        Some((heard.clone(), fact.seen_at, asked))
    });
    let asked = vec![
        ("b.nl TXT".to_owned(), "dns", "TXT", Need::Evidence),
        ("the door of a.nl".to_owned(), "door", "plate", Need::Essential),
    ];
    assert_eq!(seen, Some((Answer::NoData, Timestamp::UNIX_EPOCH, asked)));
    assert_eq!(
        (facts.len(), facts.of::<Door>().count(), facts.iter().count()),
        (2, 1, 1)
    );
    assert_eq!(
        facts.get(&Door(name("a.nl"))).map(|door| &door.outcome),
        Some(&Ok("b.nl".to_owned()))
    );
    assert_eq!((&facts, facts.get(&Door(name("b.nl")))), (&facts.clone(), None));
}

#[test]
fn a_question_is_found_by_those_who_forgot_its_lane_and_by_no_other_lane() {
    let dns = Dns::new(name("a.nl"), Kind::Txt);
    let (erased, door) = (
        AnyQuestion::from(dns.clone()),
        AnyQuestion::from(Door(name("a.nl"))),
    );
    assert_eq!((erased.dns(), erased.of::<Door>()), (Some(&dns), None));
    assert_eq!(door.of::<Door>(), Some(&Door(name("a.nl"))));
    assert_ne!(erased, door);
    assert!(erased == dns && erased < door);
    let facts: Facts = [(dns.clone(), answer(&dns))].into_iter().collect();
    assert!(facts.contains(&dns) && facts.times(&erased).is_some() && facts.times(&door).is_none());
    assert_ne!(
        erased,
        AnyQuestion::from(dns.at([192, 0, 2, 1].into())),
        "another view is another question"
    );
}

#[test]
fn a_lane_nobody_answers_ends_the_pass_unanswered() {
    let mut waves = 0;
    let (reply, _) = settle_from(answer, |inquiry| {
        waves += 1;
        match inquiry.ask(Door(name("a.nl")), Need::Essential) {
            Reply::Unanswered(trouble) => Some(trouble),
            Reply::Open | Reply::Answered(..) => None,
        }
    });
    assert_eq!((reply, waves), (Some(Trouble::Limit), 2));
}

#[test]
fn what_is_beyond_the_bounds_is_told_as_unanswered_with_all_that_hangs_on_it() {
    let facts = Facts::new();
    let mut inquiry = Inquiry::new(&facts);
    for n in 0..MAX_QUESTIONS + 3 {
        let (standard, need) = match n {
            n if n < MAX_QUESTIONS => (Standard::Dns, Need::Evidence),
            n if n == MAX_QUESTIONS => (Standard::Spf, Need::Compliance),
            _ => (Standard::Dmarc, Need::Essential),
        };
        inquiry.on_behalf_of(standard);
        inquiry.ask(Dns::new(name(&format!("n{n}.nl")), Kind::Txt), need);
    }
    assert_eq!(
        (inquiry.asked().count(), inquiry.hit_limit()),
        (MAX_QUESTIONS, true)
    );
    let first = Dns::new(name(&format!("n{MAX_QUESTIONS}.nl")), Kind::Txt);
    let beyond = inquiry.unanswered().find(|(question, ..)| **question == first);
    let (_, asked, why) = beyond.expect("the first beyond the bounds stands for all");
    assert_eq!((asked.need, why), (Need::Essential, Trouble::Limit));
    assert_eq!(asked.standards, Standards::from([Standard::Spf, Standard::Dmarc]));
}

#[test]
fn the_weakest_part_says_what_an_answer_is_worth() {
    let insecure = Security::Insecure {
        at: name("b.nl"),
        why: Unproven::Unsigned,
    };
    let bogus = Security::Bogus(Box::new(Bogus {
        at: name("a.nl"),
        kind: RecordType(16),
        why: Broken::BadSignature,
    }));
    for (one, other, worst) in [
        (Security::Secure, Security::Secure, Security::Secure),
        (Security::Secure, insecure.clone(), insecure.clone()),
        (insecure, Security::NotAsked, Security::NotAsked),
        (Security::NotAsked, bogus.clone(), bogus),
    ] {
        assert_eq!(one.clone().worst(other.clone()), worst);
        assert_eq!(other.worst(one), worst);
    }
}

#[test]
fn a_reason_is_one_word_for_machines_and_a_sentence_for_people() {
    let at = name("a.nl");
    let bogus = |why| {
        Security::Bogus(Box::new(Bogus {
            at: at.clone(),
            kind: RecordType(48),
            why,
        }))
    };
    let ended = Broken::Expired {
        at: Timestamp::UNIX_EPOCH,
        tolerated: false,
    };
    let unmatched = Broken::DsMatchesNoKey {
        ds: [7].into(),
        keys: [8, 9].into(),
    };
    for (security, state, reason, words) in [
        (
            bogus(ended),
            "Bogus",
            "Expired",
            "the signature ended 1970-01-01T00:00:00Z",
        ),
        (
            bogus(unmatched),
            "Bogus",
            "DsMatchesNoKey",
            "the parent's DS are for key 7, and the zone has keys 8, 9",
        ),
        (
            Security::Insecure {
                at: at.clone(),
                why: Unproven::Iterations(150),
            },
            "Insecure",
            "Iterations",
            "its NSEC3 take 150 iterations, more than the 100 that validators take",
        ),
        (
            Security::Indeterminate {
                at: at.clone(),
                why: Doubt::Unanswered(Trouble::Timeout),
            },
            "Indeterminate",
            "Timeout",
            "its DS or DNSKEY could not be had: no answer came in time",
        ),
    ] {
        assert_eq!(security.at(), Some(&at));
        assert_eq!((security.state(), security.reason()), (state, Some(reason)));
        assert_eq!(security.why().as_deref(), Some(words));
    }
    assert_eq!((Security::Secure.at(), Security::Secure.why()), (None, None));
    assert_eq!(
        (RecordType(43).to_string(), RecordType(4711).to_string()),
        ("DS".into(), "TYPE4711".into())
    );
}

#[test]
fn a_chain_of_zones_is_read_from_the_anchor_down() {
    let zone = |text: &str, parent| Zone {
        name: name(text),
        parent,
        ds: Vec::new(),
        keys: Vec::new(),
        security: Security::Secure,
        ends: None,
    };
    let root = Arc::new(zone(".", None));
    let nl = Arc::new(zone("nl", Some(root)));
    let below = zone("a.nl", Some(nl));
    let names: Vec<&str> = below.chain().iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, [".", "nl", "a.nl"]);
}

#[test]
fn what_strangers_are_asked_has_bounds_of_its_own_and_keeps_nothing_else_from_being_asked() {
    let facts = Facts::new();
    let mut inquiry = Inquiry::new(&facts);
    for n in 0..MAX_VIEWS + 3 {
        let address = std::net::Ipv4Addr::from(u32::try_from(n).expect("a few"));
        let question = Dns::new(name("a.nl"), Kind::Txt).at(address.into());
        let reply = inquiry.ask(question, Need::Detail);
        let beyond = matches!(reply, Reply::Unanswered(Trouble::Limit));
        assert_eq!(beyond, n >= MAX_VIEWS, "{n}");
    }
    assert!(!inquiry.hit_limit(), "no verdict hangs on them");
    for n in 0..MAX_QUESTIONS {
        let reply = inquiry.ask(Dns::new(name(&format!("n{n}.nl")), Kind::Txt), Need::Evidence);
        assert!(matches!(reply, Reply::Open), "{n}");
    }
    assert!(!inquiry.hit_limit());
    assert_eq!(inquiry.open().len(), MAX_QUESTIONS + MAX_VIEWS);
}

#[test]
fn what_is_known_tells_how_many_strangers_said_it_and_how_closely_they_are_looked_at() {
    let mut facts = Facts::new().approaching(Depth::Serials);
    let own = Dns::new(name("a.nl"), Kind::Txt);
    let view = own.clone().at(std::net::Ipv4Addr::LOCALHOST.into());
    for question in [&own, &view, &view] {
        facts.insert(question.clone(), answer(question));
    }
    assert_eq!((facts.len(), facts.views()), (2, 1));
    assert_eq!(Inquiry::new(&facts).depth(), Depth::Serials);
    assert_eq!(Inquiry::new(&Facts::new()).depth(), Depth::Off);
}

#[test]
fn where_an_authority_stands_in_the_resolver_is_not_asked() {
    let domain = name("a.example");
    let selector = name("s1._domainkey.a.example");
    let about = About::whatever_spoils(&selector, Kind::Cname, &domain);
    let authority = "127.0.0.7".parse().unwrap();
    for (asked, kind, is_spoilt) in [
        ("s1._domainkey.a.example", Kind::Cname, true),
        ("s1._domainkey.a.example", Kind::Txt, true),
        // Its absence would be the absence of all below it.
        ("_domainkey.a.example", Kind::Txt, true),
        ("x.s1._domainkey.a.example", Kind::Txt, false),
        ("s2._domainkey.a.example", Kind::Cname, false),
        ("a.example", Kind::Soa, false),
        ("example", Kind::Ns, false),
    ] {
        let facts = Facts::new();
        let question = Dns::new(name(asked), kind);
        let mut inquiry = Inquiry::new(&facts);
        inquiry.stand_in(about.clone(), None);
        assert!(matches!(
            inquiry.ask(question.clone(), Need::Essential),
            Reply::Open
        ));
        assert_eq!(inquiry.open().is_empty(), is_spoilt, "{asked} {kind}");
        inquiry.stand_in(about.clone(), Some(authority));
        inquiry.ask(question.clone(), Need::Essential);
        let expected = match is_spoilt {
            true => question.clone().at(authority),
            false => question.clone(),
        };
        assert_eq!(inquiry.open(), [AnyQuestion::from(expected)]);
        inquiry.stand_back(&about);
        inquiry.ask(question.clone(), Need::Essential);
    }
}

#[test]
fn of_the_domain_itself_one_question_is_held_back_alone() {
    let domain = name("a.example");
    let about = About::whatever_spoils(&domain, Kind::Txt, &domain);
    let facts = Facts::new();
    let mut inquiry = Inquiry::new(&facts);
    inquiry.stand_in(about, None);
    for (kind, open) in [(Kind::Txt, 0), (Kind::Mx, 1), (Kind::Soa, 2)] {
        inquiry.ask(Dns::new(domain.clone(), kind), Need::Essential);
        assert_eq!(inquiry.open().len(), open);
    }
}

#[test]
fn an_answer_of_who_stands_in_counts_as_that_of_the_question() {
    let domain = name("a.example");
    let question = Dns::new(domain.clone(), Kind::Txt);
    let there = question.clone().at("127.0.0.7".parse().unwrap());
    let mut facts = Facts::new();
    facts.insert(question.clone(), answer(&question));
    let mut stood = answer(&there);
    stood.outcome = Ok(Answer::NxDomain);
    stood.seen_at = Timestamp::from_second(7).unwrap();
    facts.insert(there, stood);
    let mut inquiry = Inquiry::new(&facts);
    let worked_out = |inquiry: &mut Inquiry<'_>| {
        let value = inquiry.once(&domain, Need::Essential, |inquiry| {
            inquiry.ask(question.clone(), Need::Essential).answer().cloned()
        });
        (*value).clone()
    };
    let resolver = worked_out(&mut inquiry);
    assert_ne!(resolver, Some(Answer::NxDomain));
    let about = About::Question(domain.clone(), Kind::Txt);
    inquiry.stand_in(about.clone(), Some("127.0.0.7".parse().unwrap()));
    assert_eq!(
        worked_out(&mut inquiry),
        Some(Answer::NxDomain),
        "nothing is remembered of before"
    );
    assert!(inquiry.open().is_empty());
    let asked = inquiry.asked().find(|(asked, _)| **asked == question).unwrap().1;
    assert_eq!(asked.outcome.unwrap().seen_at.as_second(), 7);
    // What somebody else said in its place is not taken for the resolver's in the next run.
    assert_eq!(worked_out(&mut Inquiry::new(&facts)), resolver);
}
