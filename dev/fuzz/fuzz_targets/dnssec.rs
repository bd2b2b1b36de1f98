//! Any answer to a question of the recorded tree, or any DS and DNSKEY behind it: read from its octets as from the wire, odd
//! records and all, judged within bounds, and Secure only while it tells the truth.
//!
//! The input: two octets say which question, one says in whose place the rest stands as a message, that of the answer or
//! that of one answer behind it. All else is as it was recorded, so that what is changed is met behind a chain that holds.
//! `dnssec_seeds.py` writes the recorded answers in this form.

#![no_main]
#![allow(dead_code, reason = "the tests need more of the recording")]

#[path = "../../../tests/dnssec/recording.rs"]
mod recording;
#[path = "../../../tests/dnssec/said.rs"]
mod said;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zegel::dnssec::Zones;
use zegel::inquiry::Security;
use zegel::world::read_message;

use self::recording::Recording;

static RECORDING: LazyLock<Recording> = LazyLock::new(Recording::read);

fuzz_target!(|data: &[u8]| {
    let [high, low, place, octets @ ..] = data else {
        return;
    };
    let rows = &RECORDING.rows;
    let row = &rows[usize::from(u16::from_be_bytes([*high, *low])) % rows.len()];
    let Some(changed) = read_message(octets) else {
        return;
    };
    let of_the_answer = place % 2 == 0;
    let message = if of_the_answer { &changed } else { &row.message };
    let question = (message, &row.name, row.kind);
    let (proven, asked) =
        RECORDING.judge_with(question, &Zones::default(), RECORDING.now, |lookup| {
            let asked = changed.queries.first();
            let is_asked = asked.is_some_and(|asked| {
                asked.name().to_lowercase() == lookup.name && asked.query_type() == lookup.kind
            });
            match !of_the_answer && is_asked {
                true => Ok(changed.clone()),
                false => RECORDING.answer(lookup),
            }
        });
    assert!(asked <= 64, "{asked} questions for one");
    if proven.security == Security::Secure
        && let Some(said) = said::said(message, &row.name, row.kind)
    {
        assert!(
            said::is_true(&said, row),
            "{} {} is Secure: {said:?}\n{message}",
            row.name,
            row.kind
        );
    }
});
