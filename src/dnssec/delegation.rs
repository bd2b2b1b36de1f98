//! Which key of a zone its parent vouches for (RFC 4034 5, RFC 4509), and a zone as people are shown it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hickory_proto::dnssec::rdata::{DNSSECRData, DS};
use hickory_proto::dnssec::{Algorithm, DigestType, PublicKey};
use hickory_proto::rr::{Name, RData};

use super::name_of;
use super::sets::Set;
use super::signature::ZoneKey;
use super::zones::Keyed;
use crate::inquiry::{Broken, Ds, Key, Security, Zone};

/// Keys that are tried for one DS.
const MAX_KEYS_A_DS: usize = 4;

/// Signers of a set of keys that are named.
const MAX_SIGNERS: usize = 8;

/// DS of one zone that are looked at.
const MAX_DS: usize = 64;

/// The DS of a set, in one order whatever the order they came in; `None` where they are more than anybody should try.
pub(super) fn delegation_signers<'m>(set: &Set<'m>) -> Option<Vec<&'m DS>> {
    let ds = set.records.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::DS(ds)) => Some(ds),
        _ => None,
    });
    let mut ds: Vec<&DS> = ds.collect();
    ds.sort_by_key(|ds| (ds.key_tag(), u8::from(ds.algorithm()), u8::from(ds.digest_type())));
    (ds.len() <= MAX_DS).then_some(ds)
}

/// Those whose algorithm and digest we know; SHA-1 only where there is nothing better (RFC 4509 3).
pub(super) fn usable<'m>(ds: &[&'m DS]) -> Vec<&'m DS> {
    let known: Vec<&DS> = ds
        .iter()
        .copied()
        .filter(|ds| ds.algorithm().is_supported() && ds.digest_type().is_supported())
        .collect();
    let better = known.iter().any(|ds| ds.digest_type() != DigestType::SHA1);
    let chosen = known.into_iter();
    chosen
        .filter(|ds| !better || ds.digest_type() != DigestType::SHA1)
        .collect()
}

/// Whether a DS is for this key; a DS that several keys of one tag fit is tried with the first few.
pub(super) fn is_delegated(zone: &Name, key: &ZoneKey, ds: &[&DS], all: &[ZoneKey]) -> bool {
    ds.iter().any(|ds| {
        let fits =
            |key: &&ZoneKey| key.tag == ds.key_tag() && key.key.public_key().algorithm() == ds.algorithm();
        let tried = all.iter().filter(fits).take(MAX_KEYS_A_DS);
        tried.into_iter().any(|one| std::ptr::eq(one, key)) && ds.covers(zone, &key.key).unwrap_or(false)
    })
}

/// Why no key is one that the DS vouch for. Without DS it is a trust anchor that none of them is.
pub(super) fn no_key_fits(all: &[&DS], usable: &[&DS], keys: &[ZoneKey]) -> Broken {
    let of_another = |ds: &&DS| {
        let mut same = keys.iter().filter(|key| {
            let is_signer = key.key.zone_key() && !key.key.revoke();
            is_signer && key.tag == ds.key_tag() && key.key.public_key().algorithm() == ds.algorithm()
        });
        same.next().is_some()
    };
    let differing: Vec<u16> = usable
        .iter()
        .copied()
        .filter(|ds| of_another(ds))
        .map(DS::key_tag)
        .collect();
    match differing.is_empty() {
        false => Broken::DigestDiffers(differing.into()),
        true => Broken::DsMatchesNoKey {
            ds: all.iter().map(|ds| ds.key_tag()).collect(),
            keys: keys.iter().map(|key| key.tag).collect(),
        },
    }
}

/// That the keys which are vouched for are there, and did not sign the set of all keys.
pub(super) fn does_not_sign(anchored: &[ZoneKey], keys: &Set<'_>) -> Broken {
    let tags: BTreeSet<u16> = keys
        .signatures
        .iter()
        .take(MAX_SIGNERS)
        .map(|signature| signature.input().key_tag)
        .collect();
    Broken::KeyDoesNotSign {
        anchored: anchored.iter().map(|key| key.tag).collect(),
        signers: tags.into_iter().collect(),
    }
}

pub(super) fn shown(key: &ZoneKey, anchored: &[ZoneKey]) -> Key {
    let octets = key.key.public_key().public_bytes();
    Key {
        tag: key.tag,
        algorithm: key.key.public_key().algorithm().into(),
        flags: key.key.flags(),
        bits: bits(key.key.public_key().algorithm(), octets),
        anchored: anchored.iter().any(|one| one.key == key.key),
    }
}

/// The size of a key (RFC 3110 2 for RSA).
fn bits(algorithm: Algorithm, octets: &[u8]) -> u16 {
    let length = match u8::from(algorithm) {
        1 | 5 | 7 | 8 | 10 => match octets {
            [0, high, low, rest @ ..] => {
                let exponent = usize::from(u16::from_be_bytes([*high, *low]));
                rest.len().saturating_sub(exponent)
            }
            [exponent, rest @ ..] => rest.len().saturating_sub(usize::from(*exponent)),
            [] => 0,
        },
        13 | 14 => octets.len() / 2,
        _ => octets.len(),
    };
    u16::try_from(length * 8).unwrap_or(u16::MAX)
}

pub(super) fn zone(
    name: &Name,
    above: Option<&Arc<Keyed>>,
    ds: &[&DS],
    keys: Vec<Key>,
    security: Security,
) -> Zone {
    let shown = |ds: &&DS| Ds {
        tag: ds.key_tag(),
        algorithm: ds.algorithm().into(),
        digest: ds.digest_type().into(),
    };
    Zone {
        name: name_of(name),
        parent: above.map(|above| above.zone.clone()),
        ds: ds.iter().map(shown).collect(),
        keys,
        security,
        ends: None,
    }
}
