//! When a domain is looked at and how strictly it is read: nothing of it changes a verdict.

use jiff::SignedDuration;

use super::SpecError;
use crate::api::{MailDomainSpec, ReadyWhen};

/// The timing of one MailDomain, defaults filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// How often DNS is looked at; at least 10 s.
    pub interval: SignedDuration,
    /// How long a difference may be on its way.
    pub settle_window: SignedDuration,
    /// How old a complete observation may be; at least `interval`.
    pub stale_after: SignedDuration,
    /// What Ready means.
    pub ready_when: ReadyWhen,
    /// Whether looking is switched off.
    pub suspend: bool,
}

impl Schedule {
    /// Fills the defaults: 1h, 15m, the larger of 6h and twice the interval, Compliant, not suspended.
    ///
    /// # Errors
    /// When a duration cannot be read, or is out of its bounds.
    pub fn from_spec(spec: &MailDomainSpec) -> Result<Self, Vec<SpecError>> {
        let mut errors = Vec::new();
        let mut read = |field: &str, text: &Option<String>, default: SignedDuration| match text {
            None => default,
            Some(text) => parse_duration(text).unwrap_or_else(|why| {
                errors.push(SpecError::new(format!("spec.{field}"), why));
                default
            }),
        };
        let interval = read("interval", &spec.interval, SignedDuration::from_hours(1));
        let settle_window = read("settleWindow", &spec.settle_window, SignedDuration::from_mins(15));
        let default = SignedDuration::from_hours(6).max(interval.saturating_add(interval));
        let stale_after = read("staleAfter", &spec.stale_after, default);
        if interval < SignedDuration::from_secs(10) {
            errors.push(SpecError::new("spec.interval", "must be at least 10s"));
        }
        if stale_after < interval {
            errors.push(SpecError::new(
                "spec.staleAfter",
                "must be at least spec.interval",
            ));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (ready_when, suspend) = (spec.ready_when.unwrap_or_default(), spec.suspend.unwrap_or(false));
        Ok(Self {
            interval,
            settle_window,
            stale_after,
            ready_when,
            suspend,
        })
    }
}

/// Reads a duration as Kubernetes writes it: `90s`, `15m`, `1h30m`; at most 8760h.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is no duration: write 90s, 15m, 6h or 1h30m");
    let mut total = 0_i64;
    let mut digits = String::new();
    let mut last_unit = i64::MAX;
    if text.is_empty() {
        return Err(wrong());
    }
    for character in text.chars() {
        if character.is_ascii_digit() && digits.len() < 9 {
            digits.push(character);
            continue;
        }
        let unit = match character {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        if unit >= last_unit {
            return Err(wrong());
        }
        last_unit = unit;
        total += digits.parse::<i64>().map_err(|_| wrong())? * unit;
        digits.clear();
    }
    if !digits.is_empty() {
        return Err(wrong());
    }
    if total > 8760 * 3600 {
        return Err(format!("{text:?} is longer than a year (8760h)"));
    }
    Ok(SignedDuration::from_secs(total))
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
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(SignedDuration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "5",
            "h",
            "1d",
            "1m1h",
            "1h1h",
            "-1h",
            "1.5h",
            "9000h",
            "9999999999s",
            "１h",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
