//! A person's request for a look now, past the cache: an annotation whose value is new.
//!
//! Zegel's own annotation and the one Flux has made common are heeded alike. Where an object carries both, the later
//! one counts: a request that was heard must not hide the other one, nor be heard twice. Pure.

use jiff::Timestamp;
use kube::ResourceExt;

use super::object::Watched;

/// Asks for a look now, past the cache, whenever its value changes.
pub const REQUESTED_AT: &str = "zegel.dev/requestedAt";
/// The same, as Flux and its tools write it.
pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

/// The latest request an object carries.
pub(super) fn of(object: &Watched) -> Option<String> {
    let annotations = object.annotations();
    let ours = annotations.get(REQUESTED_AT);
    let flux = annotations.get(FLUX_REQUESTED_AT);
    let later = match (ours, flux) {
        (Some(ours), Some(flux)) if time(flux) > time(ours) => Some(flux),
        (ours, flux) => ours.or(flux),
    };
    later.cloned()
}

/// The time a value names: any text will do as a request, and one that is no time is older than any that is.
fn time(value: &str) -> Option<Timestamp> {
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_later_of_two_requests_counts() {
        let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00+01:00");
        for (ours, flux, heard) in [
            (None, None, None),
            (Some(early), None, Some(early)),
            (None, Some(early), Some(early)),
            (Some(early), Some(late), Some(late)),
            (Some(late), Some(early), Some(late)),
            (Some("now"), Some(early), Some(early)),
            (Some(early), Some("now"), Some(early)),
            (Some("again"), Some("now"), Some("again")),
        ] {
            let mut annotations = serde_json::Map::new();
            for (key, value) in [(REQUESTED_AT, ours), (FLUX_REQUESTED_AT, flux)] {
                if let Some(value) = value {
                    annotations.insert(key.to_owned(), json!(value));
                }
            }
            let object: Watched = serde_json::from_value(json!({
                "metadata": {"namespace": "n", "name": "a", "annotations": annotations},
            }))
            .unwrap();
            assert_eq!(of(&object).as_deref(), heard, "{ours:?} and {flux:?}");
        }
    }
}
