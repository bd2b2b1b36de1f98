//! Where trust begins: the keys that are believed without a DS (RFC 4033 2).
//!
//! The built-in ones are IANA's for the root, of 2017 and of 2024. A file of one's own may hold keys of the root or of any
//! zone below, which is then an island, or digests of them; `file` says how they are written.

mod file;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use hickory_proto::dnssec::TrustAnchors;
use hickory_proto::dnssec::rdata::DS;
use hickory_proto::rr::{LowerName, Name};

use self::file::Believed;
use super::delegation::{is_delegated, usable};
use super::sets::{is_at_or_below, labels};
use super::signature::ZoneKey;

/// The zones whose keys are believed. Cheap to clone.
#[derive(Clone)]
pub struct Anchors {
    keys: Arc<TrustAnchors>,
    /// What is believed by its digest.
    digests: Arc<[(Name, DS)]>,
    zones: Arc<[Name]>,
}

impl Default for Anchors {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
            digests: [].into(),
            zones: [Name::root()].into(),
        }
    }
}

impl Anchors {
    /// The nearest zone at or above `name` that has an anchor.
    pub(super) fn above(&self, name: &Name) -> Option<&Name> {
        let zones = self.zones.iter().filter(|zone| is_at_or_below(name, zone));
        zones.max_by_key(|zone| labels(zone))
    }

    /// The highest zone that has an anchor: what a resolver can be tried with.
    pub fn highest(&self) -> Name {
        let highest = self.zones.iter().min_by_key(|zone| labels(zone));
        highest.cloned().unwrap_or_else(Name::root)
    }

    /// Whether trust begins at this zone.
    pub fn is_at(&self, zone: &crate::name::Name) -> bool {
        self.zones.iter().any(|own| super::name_of(own) == *zone)
    }

    /// Whether trust begins at `zone` itself.
    pub(super) fn has(&self, zone: &Name) -> bool {
        self.zones.contains(zone)
    }

    /// Whether this key of `zone`, one of `all` of its keys, is believed.
    pub(super) fn believes(&self, zone: &Name, key: &ZoneKey, all: &[ZoneKey]) -> bool {
        let own = self.digests.iter().filter(|(of, _)| of == zone);
        let digests: Vec<&DS> = own.map(|(_, ds)| ds).collect();
        self.keys
            .contains_with_name(key.key.public_key(), &LowerName::new(zone))
            || is_delegated(zone, key, &usable(&digests), all)
    }
}

impl FromStr for Anchors {
    type Err = String;

    /// Reads DS and DNSKEY records in zone form: `. 172800 IN DNSKEY 257 3 8 AwEA…`, `. DS 20326 8 2 E06D…`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = TrustAnchors::empty();
        let (mut digests, mut zones) = (Vec::new(), Vec::new());
        for (zone, believed) in file::read(text)? {
            if !zones.contains(&zone) {
                zones.push(zone.clone());
            }
            match believed {
                Believed::Key(key) => {
                    keys.insert_with_name(&key, LowerName::new(&zone));
                }
                Believed::Digest(ds) => digests.push((zone, ds)),
            }
        }
        Ok(Self {
            keys: Arc::new(keys),
            digests: digests.into(),
            zones: zones.into(),
        })
    }
}

impl fmt::Debug for Anchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Anchors({})", self.zones.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_and_a_comment_about_keys_is_none() {
        let key = "example.nl. 3600 IN DNSKEY 257 3 15 l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=\n";
        assert!(key.parse::<Anchors>().is_ok());
        assert!(format!("; the DNSKEY of us\n\n{key}").parse::<Anchors>().is_ok());
        for text in [
            "",
            "; a DNSKEY will come here\n",
            "example.nl. 60 IN A 192.0.2.1\n",
        ] {
            assert!(text.parse::<Anchors>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_nearest_anchor_counts() {
        let both = "example.nl. IN DNSKEY 257 3 15 l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=\n. IN DNSKEY 257 3 15 \
                    l9P2M6oMD9rb3ymLwUuiOyJdQhQWB7ghEgTVbkhW/Ps=\n";
        let anchors: Anchors = both.parse().expect("two keys");
        let name = |text| Name::from_ascii(text).expect("a name");
        assert_eq!(anchors.above(&name("a.Example.nl.")), Some(&name("example.nl.")));
        assert_eq!(anchors.above(&name("b.nl.")), Some(&Name::root()));
        assert_eq!(Anchors::default().above(&name("b.nl.")), Some(&Name::root()));
    }
}
