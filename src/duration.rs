//! Durations as people write them: `90s`, `15m`, `1h30m`. One parser for manifests, flags and the schema's rule. Pure.
//!
//! Hours, minutes and seconds, in that order, each at most once, whole numbers: what Kubernetes and Go write and read.
//! No days: a day is not always 24 hours. Flags also take milliseconds, which no manifest has a use for.

use std::time::Duration;

use jiff::SignedDuration;

/// The units, each smaller than the one before: what is written, the most digits before it, seconds.
const UNITS: [(char, usize, i64); 3] = [('h', 5, 3600), ('m', 6, 60), ('s', 8, 1)];

/// The longest duration, in seconds: a year.
const LONGEST: i64 = 8760 * 3600;

/// What [`parse`] takes as a regular expression, which the CRD's rules use; what it takes and [`parse`] does not is only
/// too long.
pub fn pattern() -> String {
    let part = |(unit, most, _): &(char, usize, i64)| format!("[0-9]{{1,{most}}}{unit}");
    // What is written begins with one of the units; each smaller one may follow.
    let begun_with = |first: usize| {
        let mut units = UNITS.iter().skip(first).map(part);
        let first = units.next().unwrap_or_default();
        units.fold(first, |text, part| format!("{text}({part})?"))
    };
    let ways: Vec<String> = (0..UNITS.len()).map(begun_with).collect();
    format!("^({})$", ways.join("|"))
}

/// Reads a duration of a manifest; at most 8760h.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is no duration: write 90s, 15m, 6h or 1h30m");
    let mut rest = text;
    let mut total = 0_i64;
    for (unit, most, seconds) in UNITS {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some((number, after)) = rest.split_at_checked(digits) else {
            continue;
        };
        let Some(after) = after.strip_prefix(unit) else {
            continue;
        };
        if digits > most {
            return Err(wrong());
        }
        let number: i64 = number.parse().map_err(|_| wrong())?;
        total = total.saturating_add(number.saturating_mul(seconds));
        rest = after;
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(wrong());
    }
    if total > LONGEST {
        return Err(format!("{text:?} is longer than a year (8760h)"));
    }
    Ok(SignedDuration::from_secs(total))
}

/// Reads a duration of a flag: as in a manifest, or `500ms`; more than nothing.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_flag(text: &str) -> Result<Duration, String> {
    let millis = text
        .strip_suffix("ms")
        .filter(|digits| digits.len() <= 9 && digits.bytes().all(|octet| octet.is_ascii_digit()))
        .and_then(|digits| digits.parse::<u64>().ok());
    let duration = match millis {
        Some(millis) => Duration::from_millis(millis),
        None => parse(text)?.unsigned_abs(),
    };
    if duration.is_zero() {
        return Err("must be more than nothing".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_kubernetes_writes_them() {
        for (text, seconds) in [
            ("10s", 10),
            ("15m", 900),
            ("1h", 3600),
            ("1h30m", 5400),
            ("0s", 0),
            ("1h0m5s", 3605),
            ("1h5s", 3605),
            ("8760h", 31_536_000),
        ] {
            assert_eq!(parse(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "h",
            "1d",
            "1m1h",
            "1h1h",
            "-1h",
            "+1h",
            "1.5h",
            "1h 5m",
            "9000h",
            "000001h",
            "9999999999s",
            "99999999999999999999999999s",
            "１h",
            "1h½",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_pattern_is_what_the_units_say() {
        assert_eq!(
            pattern(),
            "^([0-9]{1,5}h([0-9]{1,6}m)?([0-9]{1,8}s)?|[0-9]{1,6}m([0-9]{1,8}s)?|[0-9]{1,8}s)$"
        );
    }

    #[test]
    fn a_flag_may_be_short_but_not_nothing() {
        assert_eq!(parse_flag("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse_flag("1m30s"), Ok(Duration::from_secs(90)));
        for text in [
            "0s",
            "0ms",
            "ms",
            "-1ms",
            "+1ms",
            "5",
            "fast",
            "-1s",
            "99999999999999999999ms",
        ] {
            assert!(parse_flag(text).is_err(), "{text}");
        }
    }
}
