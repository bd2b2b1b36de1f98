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
            key.may_sign() && key.tag == ds.key_tag() && key.key.public_key().algorithm() == ds.algorithm()
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

/// Whether nothing that these sign can be checked by the library we have, nor should be by anybody: all are RSA keys of fewer
/// than 1024 bits, broken with a desk's computer (RFC 6781 3.4.2). Not where there are none.
pub(super) fn are_short(keys: &[ZoneKey]) -> bool {
    let is_short = |key: &ZoneKey| {
        let public = key.key.public_key();
        let is_rsa = matches!(u8::from(public.algorithm()), 5 | 7 | 8 | 10);
        is_rsa && bits(public.algorithm(), public.public_bytes()) < 1024
    };
    !keys.is_empty() && keys.iter().all(is_short)
}

/// The keys of a zone that may sign and are not those that are vouched for.
pub(super) fn beside(anchored: &[ZoneKey], all: &[ZoneKey]) -> Vec<ZoneKey> {
    let is_anchored = |key: &&ZoneKey| anchored.iter().any(|one| one.key == key.key);
    all.iter()
        .filter(|key| key.may_sign() && !is_anchored(key))
        .cloned()
        .collect()
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

#[cfg(test)]
mod tests {
    use hickory_proto::dnssec::PublicKeyBuf;
    use hickory_proto::dnssec::rdata::DNSKEY;

    use super::*;

    /// A key whose octets are an exponent of 65537 and a modulus of so many bits.
    fn rsa(bits: usize, fill: u8) -> ZoneKey {
        let mut octets = vec![3, 1, 0, 1];
        octets.extend(std::iter::repeat_n(fill, bits / 8));
        of(Algorithm::RSASHA256, octets)
    }

    fn of(algorithm: Algorithm, octets: Vec<u8>) -> ZoneKey {
        let key = DNSKEY::new(true, false, false, PublicKeyBuf::new(octets, algorithm));
        ZoneKey { tag: 0, key }
    }

    #[test]
    fn keys_that_are_all_short_are_told_from_those_that_can_be_used() {
        let ecdsa = || of(Algorithm::ECDSAP256SHA256, vec![9; 64]);
        for (keys, short) in [
            (vec![rsa(512, 1)], true),
            (vec![rsa(1016, 1), rsa(768, 2)], true),
            (vec![rsa(768, 2), rsa(1024, 3)], false),
            (vec![rsa(1024, 1)], false),
            (vec![ecdsa()], false),
            (vec![], false),
        ] {
            let sizes: Vec<usize> = keys
                .iter()
                .map(|key| key.key.public_key().public_bytes().len())
                .collect();
            assert_eq!(are_short(&keys), short, "{sizes:?}");
        }
    }

    #[test]
    fn what_stands_beside_the_keys_that_are_vouched_for_is_what_signs_the_rest() {
        let (anchored, other) = (rsa(2048, 1), rsa(768, 2));
        let all = [anchored.clone(), other.clone()];
        let beside = beside(std::slice::from_ref(&anchored), &all);
        assert_eq!(
            beside.iter().map(|key| &key.key).collect::<Vec<_>>(),
            [&other.key]
        );
        assert!(super::beside(&all, &all).is_empty());
    }
}
