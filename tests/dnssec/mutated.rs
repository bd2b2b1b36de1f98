//! Answers that somebody changed: never Secure while they say anything but the truth, and never a panic.
//!
//! Changed are octets, records (left out, doubled, moved, taken from other answers) and codes, of answers as well as of the DS and
//! DNSKEY behind them. `ZEGEL_MUTATIONS=1000000` asks for more than the usual few thousand.

use hickory_proto::op::{Message, ResponseCode};
use zegel::dnssec::{Lookup, Zones};
use zegel::inquiry::Security;

use super::recording::{Recording, Row};
use super::said::{is_true, said};

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }
}

fn mutate(message: &Message, others: &[&Row], dice: &mut Dice) -> Option<Message> {
    let mut message = message.clone();
    for _ in 0..=dice.roll(3) {
        let other = &others[dice.roll(others.len())].message;
        match dice.roll(9) {
            0 | 1 => {
                let mut octets = message.to_vec().ok()?;
                let at = dice.roll(octets.len());
                octets[at] ^= 1 << dice.roll(8);
                message = Message::from_vec(&octets).ok()?;
            }
            2 => {
                let at = dice.roll(message.answers.len());
                if at < message.answers.len() {
                    message.answers.remove(at);
                }
            }
            3 => {
                let at = dice.roll(message.authorities.len());
                if at < message.authorities.len() {
                    message.authorities.remove(at);
                }
            }
            4 => message.authorities.extend(other.authorities.iter().cloned()),
            5 => message.answers.extend(other.answers.iter().cloned()),
            6 => {
                message.answers.clear();
                message.authorities.clone_from(&other.authorities);
            }
            7 => message.answers.clear(),
            _ => {
                message.metadata.response_code = match message.metadata.response_code {
                    ResponseCode::NXDomain => ResponseCode::NoError,
                    _ => ResponseCode::NXDomain,
                };
            }
        }
    }
    Some(message)
}

/// The rows of the same zone, by their last two labels: what can be mixed up.
fn neighbours<'r>(recording: &'r Recording, row: &Row) -> Vec<&'r Row> {
    let zone = row.name.trim_to(2);
    recording
        .rows
        .iter()
        .filter(|other| zone.zone_of(&other.name))
        .collect()
}

fn count(usual: usize) -> usize {
    let wanted = std::env::var("ZEGEL_MUTATIONS").ok();
    wanted.map_or(usual, |count| count.parse().expect("ZEGEL_MUTATIONS is a number"))
}

#[test]
fn a_changed_answer_is_never_secure_unless_it_still_tells_the_truth() {
    let recording = Recording::read();
    let zones = Zones::default();
    let others: Vec<Vec<&Row>> = recording
        .rows
        .iter()
        .map(|row| neighbours(&recording, row))
        .collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut read, mut secure) = (0, 0);
    while read < count(8_000) {
        let at = dice.roll(recording.rows.len());
        let row = &recording.rows[at];
        let Some(message) = mutate(&row.message, &others[at], &mut dice) else {
            continue;
        };
        read += 1;
        let question = (&message, &row.name, row.kind);
        let (proven, asked) =
            recording.judge_with(question, &zones, recording.now, |lookup| recording.answer(lookup));
        assert!(asked <= 64, "{asked} questions for one");
        if proven.security == Security::Secure
            && let Some(said) = said(&message, &row.name, row.kind)
        {
            secure += 1;
            assert!(
                is_true(&said, row),
                "{} {} is Secure: {said:?}\n{message}",
                row.name,
                row.kind
            );
        }
    }
    // Much of what is changed does not matter, and must not count as broken.
    assert!(secure * 20 > read, "only {secure} of {read} are secure still");
}

#[test]
fn whatever_becomes_of_ds_and_keys_nothing_is_secure_that_is_not() {
    let recording = Recording::read();
    let others: Vec<&Row> = recording.rows.iter().collect();
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut read = 0;
    while read < count(3_000) {
        let row = &recording.rows[dice.roll(recording.rows.len())];
        read += 1;
        let zones = Zones::default();
        let question = (&row.message, &row.name, row.kind);
        let honest = dice.roll(3) == 0;
        let (proven, asked) = recording.judge_with(question, &zones, recording.now, |lookup: &Lookup| {
            let message = recording.answer(lookup)?;
            match honest || dice.roll(2) == 0 {
                true => Ok(message),
                false => Ok(mutate(&message, &others, &mut dice).unwrap_or_else(Message::query)),
            }
        });
        assert!(asked <= 64, "{asked} questions for one");
        let expected = row.state == "Secure";
        assert!(
            proven.security != Security::Secure || expected,
            "{} {} is Secure",
            row.name,
            row.kind
        );
        assert!(!honest || (proven.security == Security::Secure) == expected);
    }
}
