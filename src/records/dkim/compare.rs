//! Comparing a key record with what is wanted, by what a verifier does with it (RFC 6376 3.6.1, 6.1.2).
//!
//! Equal: `v` absent, `k=rsa`, `s=email` or `*`, `h` absent or with sha256, `n`, unknown tags, the same key however
//! it is spelled. Different: flags not asked for or missing, `h` without sha256, `s` without email, another key, and
//! whatever makes a verifier discard the record.

use super::{Cause, DesiredKey, Likeness, Material, PublicKey, Record, likeness};
use crate::records::{Comparison, presentation};

/// Compares by effect.
pub fn compare(wanted: &DesiredKey, observed: &Record) -> Comparison {
    let mut differences = Vec::new();
    match likeness(&observed.text) {
        Likeness::Key => {}
        Likeness::NearMiss(why) => differences.push(format!("v: want DKIM1, {why}")),
        Likeness::Other => differences.push("want a key record, found something else".to_owned()),
    }
    if let Some(fault) = observed.faults().first() {
        let text = observed.text.get(fault.span.clone()).unwrap_or_default();
        differences.push(format!(
            "want a tag list, found a malformed one: {} ({})",
            fault.kind.as_str(),
            shortened(text)
        ));
    }
    // A line end in a key is the one damage with which it can still be decoded.
    let damage = observed.damage().map(|damage| damage.cause.clone());
    differences.extend(key_difference(wanted.key.as_ref(), observed.material(), damage));
    for (flag, want) in [("y", wanted.testing), ("s", wanted.strict_identity)] {
        match (want, observed.has_flag(flag)) {
            (true, false) => differences.push(format!("t: want {flag}, found none")),
            (false, true) => differences.push(format!("t: want no {flag}, found {flag}")),
            _ => {}
        }
    }
    let found = |tag| shortened(observed.tag(tag).map_or(b"", |tag| tag.value));
    if !observed.allows_sha256() {
        differences.push(format!("h: want sha256, found {}", found("h")));
    }
    if !observed.allows_email() {
        differences.push(format!("s: want email, found {}", found("s")));
    }
    Comparison::from_parts(differences, Vec::new())
}

/// How the key differs from what is wanted; `None` when it does not.
fn key_difference(wanted: Option<&PublicKey>, found: &Material, damage: Option<Cause>) -> Option<String> {
    let want = wanted.map_or_else(|| "a key".to_owned(), PublicKey::describe);
    if let Some(cause) = damage {
        return Some(format!("p: want {want}, found {cause}"));
    }
    match found {
        Material::Key(key) => match wanted {
            Some(wanted) if wanted.is_same_key(key) => None,
            None if key.is_acceptable() => None,
            None => Some(format!(
                "p: want a key of at least 1024 bits, found {}",
                key.describe()
            )),
            Some(wanted) if wanted.kind != key.kind => Some(format!(
                "k: want {}, found {}: p: want {want}, found {}",
                wanted.kind.as_str(),
                key.kind.as_str(),
                key.describe()
            )),
            Some(_) => Some(format!("p: want {want}, found {}", key.describe())),
        },
        Material::Malformed(error) => Some(format!("p: want {want}, found {error}")),
        Material::Missing => Some(format!("p: want {want}, found none")),
        Material::Revoked => Some(format!("p: want {want}, found it empty (revoked)")),
        Material::UnknownKind(kind) => Some(format!(
            "k: want {}, found {}",
            wanted.map_or("rsa or ed25519", |key| key.kind.as_str()),
            shortened(kind)
        )),
    }
}

/// Presentation format, cut to what fits a sentence.
fn shortened(octets: &[u8]) -> String {
    match octets {
        [] => "nothing".to_owned(),
        _ if octets.len() > 40 => format!("{}…", presentation(octets.get(..40).unwrap_or(octets))),
        _ => presentation(octets),
    }
}
