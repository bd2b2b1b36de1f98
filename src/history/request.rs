//! Requests for a look: two annotations, and the echo that says which one was heard. Pure.
//!
//! Whatever value an annotation gets, a value that was not there before is a request. The status echoes the last one
//! that was handled, so a request leaves a trace, outlives a restart, and is answered once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::MailDomainStatus;

/// Asks for a look now, past the cache, whenever its value changes.
pub const REQUESTED_AT: &str = "zegel.dev/requestedAt";
/// The same, as `flux reconcile` writes it.
pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

/// The values of the annotations that ask for a look, as a pass read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requests {
    own: Option<String>,
    flux: Option<String>,
}

impl Requests {
    /// What the annotations of an object ask for.
    pub fn of(annotations: &BTreeMap<String, String>) -> Self {
        let value = |key: &str| annotations.get(key).filter(|value| !value.is_empty()).cloned();
        Self {
            own: value(REQUESTED_AT),
            flux: value(FLUX_REQUESTED_AT),
        }
    }

    /// The request that has not been handled yet: the value to echo.
    ///
    /// Of two values the one that changed counts, as far as this process knows, and else the newer one.
    ///
    /// `known` is what the last pass of this process handled.
    pub(super) fn unhandled(&self, status: Option<&MailDomainStatus>, known: Option<&Self>) -> Option<&str> {
        let changed = |new: &Option<String>, old: &Option<String>| new.is_some() && new != old;
        match known {
            Some(known) if changed(&self.own, &known.own) => return self.own.as_deref(),
            Some(known) if changed(&self.flux, &known.flux) => return self.flux.as_deref(),
            Some(_) => return None,
            None => {}
        }
        let handled = status.and_then(|status| status.last_handled_reconcile_at.as_deref());
        self.newer().filter(|newer| Some(*newer) != handled)
    }

    fn newer(&self) -> Option<&str> {
        let (Some(own), Some(flux)) = (&self.own, &self.flux) else {
            return self.own.as_deref().or(self.flux.as_deref());
        };
        // A value that is no time is older than any that is one.
        let time = |value: &str| value.parse::<Timestamp>().ok();
        Some(if time(flux) > time(own) { flux } else { own })
    }
}
