//! Whom a broken chain of trust counts against: what is managed wherever it suffers, a domain of which nothing else is asked, and not
//! one of which only a name that nobody asks for lacks its proof.

use zegel::inquiry::{Bogus, Broken, Dns, Fact, Kind, Need, RecordType, Security, Trouble, settle_from};
use zegel::intent::Intent;
use zegel::judge::{State, Verdict, judge};
use zegel::report::{Outcome, Report};

use crate::facts::{World, findings, intent, name, now};

const ZONE: &str =
    "a.nl TXT v=spf1 -all\na.nl MX 0 .\na.nl SOA x\n_dmarc.a.nl TXT v=DMARC1; p=reject\nb.nl TXT v=spf1 -all";

/// The verdict where answers to these questions are bogus for that reason.
fn verdict(intent: &Intent, why: &Broken, suffers: impl Fn(&Dns) -> bool) -> Verdict {
    verdict_in(ZONE, intent, (why, "a.nl"), suffers)
}

/// The same in another world, by the fault of this zone.
fn verdict_in(
    zone: &str,
    intent: &Intent,
    (why, at): (&Broken, &str),
    suffers: impl Fn(&Dns) -> bool,
) -> Verdict {
    let world = World::new(zone);
    let answer = |question: &Dns| -> Fact {
        let mut fact = world.answer(question);
        fact.security = Security::Secure;
        if suffers(question) {
            fact.outcome = Err(Trouble::Bogus);
            fact.security = Security::Bogus(Box::new(Bogus {
                at: name(at),
                kind: RecordType(16),
                why: why.clone(),
            }));
        }
        fact
    };
    settle_from(answer, |inquiry| judge(intent, inquiry, now())).0
}

fn outcome(verdict: &Verdict) -> Outcome {
    Report::of_manifest(verdict.clone(), now(), Default::default(), Vec::new()).outcome()
}

/// Whichever name is told of: the one that is managed may come later in the order of names.
#[test]
fn a_broken_zone_counts_where_anything_managed_suffers() {
    let spf = "spf: {mechanisms: [], all: Fail}";
    let dmarc = "dmarc: {policy: Reject}";
    for blocks in [spf.to_owned(), dmarc.to_owned(), format!("{spf}, {dmarc}")] {
        let intent = intent(&format!("{{domain: a.nl, role: Mail, {blocks}}}"));
        let all = verdict(&intent, &Broken::NoDnskey, |question| {
            question.name.is_at_or_below(&name("a.nl"))
        });
        let [found] = findings(&all, "SEC-002")[..] else {
            panic!("{blocks}: {:#?}", all.findings)
        };
        assert!(found.managed, "{blocks}");
        assert_eq!(outcome(&all), Outcome::Wrong, "{blocks}");
    }
    // A name nobody manages makes nothing managed wrong.
    let intent = intent(&format!("{{domain: a.nl, role: Mail, {spf}}}"));
    let one = verdict(&intent, &Broken::NoSignature, |question| {
        question.name == name("_dmarc.a.nl")
    });
    assert!(
        findings(&one, "SEC-015").iter().all(|found| !found.managed),
        "{:#?}",
        one.findings
    );
    assert_ne!(outcome(&one), Outcome::Wrong);
}

/// A record may be sound where it stands, and lead to what nobody who validates gets: an include, a host of the MX.
#[test]
fn a_broken_zone_elsewhere_counts_where_an_error_of_what_is_managed_could_hang_on_it() {
    let (spf, mx) = (
        "spf: {mechanisms: ['include:p.nl'], all: Fail}",
        "mx: {hosts: [{preference: 10, host: mx.p.nl}]}",
    );
    let dmarc = "dmarc: {policy: Reject}";
    for (blocks, owner, counts) in [
        (spf, "p.nl", true),
        (mx, "mx.p.nl", true),
        ("tls: {level: Any}", "mx.p.nl", true),
        ("dane: {required: true}", "mx.p.nl", true),
        ("dane: {required: true}", "_25._tcp.mx.p.nl", true),
        (dmarc, "p.nl", false),
        (dmarc, "mx.p.nl", false),
        (spf, "mx.p.nl", false),
    ] {
        let zone = "a.nl TXT v=spf1 include:p.nl -all\na.nl MX 10 mx.p.nl\n_dmarc.a.nl TXT v=DMARC1; p=reject\n\
                    p.nl TXT v=spf1 -all\nmx.p.nl A 192.0.2.25";
        let intent = intent(&format!("{{domain: a.nl, role: Mail, {blocks}}}"));
        let found = verdict_in(zone, &intent, (&Broken::BadSignature, "p.nl"), |question| {
            question.name == name(owner)
        });
        let [broken] = findings(&found, "SEC-015")[..] else {
            panic!("{blocks}, {owner}: {:#?}", found.findings)
        };
        assert_eq!(broken.managed, counts, "{blocks}, {owner}");
        assert_eq!(outcome(&found) == Outcome::Wrong, counts, "{blocks}, {owner}");
    }
}

/// A manifest that manages nothing asks of the domain that it is there for those who validate.
#[test]
fn a_broken_domain_is_wrong_also_where_nothing_is_managed() {
    let nothing = intent("{domain: a.nl, role: Mail}");
    let below = |question: &Dns| question.name.is_at_or_below(&name("a.nl"));
    for why in [
        Broken::NoDnskey,
        Broken::BadSignature,
        Broken::DigestDiffers([1].into()),
    ] {
        let found = verdict(&nothing, &why, below);
        assert_eq!(outcome(&found), Outcome::Wrong, "{why:?}: {:#?}", found.findings);
    }
    let sound = verdict(&nothing, &Broken::NoDnskey, |_| false);
    assert_eq!(outcome(&sound), Outcome::Fine, "{:#?}", sound.unanswered);
    // Nor is one name of it the domain.
    let one = verdict(&nothing, &Broken::NoSignature, |question| {
        question.name == name("_smtp._tls.a.nl")
    });
    assert_ne!(outcome(&one), Outcome::Wrong, "{:#?}", one.findings);
}

/// Some servers prove nothing of a name that begins with an asterisk and is a wildcard's: who looks for a wildcard asks for it, and
/// nobody else does.
#[test]
fn a_proof_that_is_missing_of_an_asterisk_alone_makes_no_sound_domain_unknown() {
    let parked = intent("{domain: a.nl, role: Parked}");
    let literal = |question: &Dns| question.name.as_str().starts_with("*.");
    let missing =
        Broken::no_proof("a wildcard answers, and no NSEC says that the name itself does not exist");
    let sound = verdict(&parked, &missing, literal);
    assert!(
        sound.records.iter().all(|record| record.state == State::InSync),
        "{:#?}",
        sound.records
    );
    assert!(
        !sound.findings.iter().any(|one| one.rule.id.starts_with("SEC-")),
        "{:#?}",
        sound.findings
    );
    let decides = sound.unanswered.iter().filter(|one| one.need >= Need::Compliance);
    assert_eq!(decides.count(), 0, "{:#?}", sound.unanswered);
    assert_eq!(outcome(&sound), Outcome::Fine);
    // What is signed badly is so for every name that the wildcard answers for.
    let broken = verdict(&parked, &Broken::BadSignature, literal);
    assert_eq!(findings(&broken, "SEC-015").len(), 1, "{:#?}", broken.findings);
    // And a proof that is missing of another name is missed by whoever asks for it.
    let other = verdict(&parked, &missing, |question| {
        question.kind == Kind::Txt && question.name == name("_dmarc.a.nl")
    });
    assert_eq!(findings(&other, "SEC-015").len(), 1, "{:#?}", other.findings);
}
