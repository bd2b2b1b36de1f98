//! When a domain is looked at and how strictly it is read: nothing of it changes a verdict.

use jiff::SignedDuration;

use super::SpecError;
use crate::api::{MailDomainSpec, ReadyWhen};
use crate::duration;

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
            Some(text) => duration::parse(text).unwrap_or_else(|why| {
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
