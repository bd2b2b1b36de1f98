//! SPF, from record to verdict: facts are the world.

#[path = "spf/beside.rs"]
mod beside;
#[path = "spf/beyond.rs"]
mod beyond;
#[path = "spf/everybody.rs"]
mod everybody;
#[path = "support/facts.rs"]
mod facts;
#[path = "spf/fleet.rs"]
mod fleet;
#[path = "spf/kinds.rs"]
mod kinds;
#[path = "spf/meaning.rs"]
mod meaning;
#[path = "spf/nowhere.rs"]
mod nowhere;
#[path = "spf/obeyed.rs"]
mod obeyed;
#[path = "spf/once.rs"]
mod once;
#[path = "spf/rules.rs"]
mod rules;
#[path = "spf/slips.rs"]
mod slips;
#[path = "spf/suite.rs"]
mod suite;
#[path = "spf/walks.rs"]
mod walks;

use facts::{World, name};
use zegel::inquiry::{Answer, Dns, Kind, Rdata, Trouble, Txt};

/// The helper every judgement here rests on.
#[test]
fn a_world_of_text_answers_as_dns_does() {
    let world = World::new(
        r#"
        voorbeeld.nl         60 TXT   "v=spf1 mx" " -all"
        mail.voorbeeld.nl       A     192.0.2.1
        *.voorbeeld.nl          TXT   \255\"x
        alias.voorbeeld.nl      CNAME voorbeeld.nl
        loop.voorbeeld.nl       CNAME loop.voorbeeld.nl
        broken.example          TXT   !SERVFAIL
        gone.example            ANY   !TIMEOUT
        "#,
    );
    let ask = |owner: &str, kind| world.answer(&Dns::new(name(owner), kind));
    let text = |strings: &[&[u8]]| {
        let strings = strings.iter().map(|string| string.to_vec()).collect();
        Ok::<_, Trouble>(Answer::Records(vec![Rdata::Txt(Txt { strings })]))
    };
    assert_eq!(
        ask("voorbeeld.nl", Kind::Txt).outcome,
        text(&[b"v=spf1 mx", b" -all"])
    );
    assert_eq!(ask("voorbeeld.nl", Kind::Txt).ttl(), 60);
    assert_eq!(ask("voorbeeld.nl", Kind::Mx).outcome, Ok(Answer::NoData));
    assert_eq!(ask("nl", Kind::Txt).outcome, Ok(Answer::NoData));
    assert_eq!(ask("example.net", Kind::Txt).outcome, Ok(Answer::NxDomain));
    assert_eq!(ask("a.b.voorbeeld.nl", Kind::Txt).outcome, text(&[b"\xff\"x"]));
    assert_eq!(
        ask("x.mail.voorbeeld.nl", Kind::Txt).outcome,
        Ok(Answer::NxDomain)
    );
    assert_eq!(
        ask("alias.voorbeeld.nl", Kind::Txt).chain(),
        [name("voorbeeld.nl")]
    );
    assert_eq!(ask("loop.voorbeeld.nl", Kind::A).outcome, Err(Trouble::CnameLoop));
    assert_eq!(ask("broken.example", Kind::Txt).outcome, Err(Trouble::ServFail));
    assert_eq!(ask("broken.example", Kind::A).outcome, Ok(Answer::NoData));
    assert_eq!(ask("gone.example", Kind::A).outcome, Err(Trouble::Timeout));
}
