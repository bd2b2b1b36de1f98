//! What a row of signs comes to.

use super::*;

/// `silence 192.0.2.1 a.nl`: a sign a line.
fn watch(signs: &str) -> (Watch, Instant) {
    let (watch, now) = (Watch::new(true), Instant::now());
    tell(&watch, signs, now);
    (watch, now)
}

fn tell(watch: &Watch, signs: &str, now: Instant) {
    for line in signs.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap();
        let sign = match next() {
            "answer" => Sign::Answer,
            "recursor" => Sign::Recursor,
            "silence" => Sign::Silence,
            "noroute" => Sign::NoRoute,
            other => panic!("{other}"),
        };
        watch.note(sign, next().parse().unwrap(), &next().parse().unwrap(), now);
    }
}

const SILENT: &str = "silence 192.0.2.1 a.nl\nsilence 198.51.100.1 b.nl\nsilence 203.0.113.1 nl";

#[test]
fn the_way_out_is_closed_when_three_unrelated_zones_are_silent_and_nobody_answers() {
    for (signs, reach) in [
        (SILENT, Reach::Unreachable),
        ("silence 192.0.2.1 a.nl\nsilence 198.51.100.1 b.nl", Reach::Asked),
        // One provider's servers, however many domains it serves.
        (
            "silence 192.0.2.1 a.nl\nsilence 192.0.2.2 b.nl\nsilence 192.0.2.3 c.nl",
            Reach::Asked,
        ),
        // One zone on many networks.
        (
            "silence 192.0.2.1 a.nl\nsilence 198.51.100.1 a.nl\nsilence 203.0.113.1 a.nl",
            Reach::Asked,
        ),
        (&format!("{SILENT}\nanswer 192.0.2.1 a.nl"), Reach::Asked),
        (&SILENT.replace("silence 198", "answer 198"), Reach::Asked),
        (&SILENT.replace("silence", "recursor"), Reach::Intercepted),
        (&SILENT.replace("silence 198", "recursor 198"), Reach::Asked),
        (&SILENT.replace("silence", "noroute"), Reach::Asked),
    ] {
        let (watch, now) = watch(signs);
        assert_eq!(watch.reach(now), reach, "{signs}");
    }
    assert_eq!(Watch::new(false).reach(Instant::now()), Reach::Off);
}

#[test]
fn a_closed_way_is_tried_again_and_closed_by_one_more_silence() {
    let (watch, now) = watch(SILENT);
    let later = now + AGAIN;
    assert_eq!(
        (watch.reach(now), watch.reach(later)),
        (Reach::Unreachable, Reach::Asked)
    );
    tell(&watch, "silence 192.0.2.1 a.nl", later);
    assert_eq!(watch.reach(later), Reach::Unreachable);
    let later = later + AGAIN;
    tell(&watch, "answer 192.0.2.1 a.nl", later);
    tell(&watch, "silence 192.0.2.1 a.nl", later);
    assert_eq!(watch.reach(later), Reach::Asked, "it takes three again");
}

#[test]
fn ipv6_is_left_where_no_route_is_or_where_it_is_dark_while_ipv4_answers() {
    let dark = |count: u16| -> String {
        (0..count)
            .map(|n| format!("silence 2001:{:x}::1 n{n}.nl\n", 0x100 + n))
            .collect()
    };
    let some = "answer 192.0.2.1 a.nl\n";
    for (signs, lacks) in [
        ("noroute 2001:7fd::1 a.nl".to_owned(), true),
        ("noroute 192.0.2.1 a.nl".to_owned(), false),
        ("noroute ::1 a.nl".to_owned(), false),
        (format!("{some}{}", dark(20)), true),
        (format!("{some}{}", dark(19)), false),
        (dark(20), false),
        (format!("{some}{}answer 2001:7fd::1 a.nl", dark(20)), false),
    ] {
        let (watch, now) = watch(&signs);
        assert_eq!(watch.lacks_ipv6(now), lacks, "{signs}");
        assert!(!watch.lacks_ipv6(now + AGAIN));
    }
}
