//! The chains of trust of a look, as they stand in a recording: every zone once, the answers point at them. Pure.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::security::Worth;
use super::text::name;
use crate::inquiry::{Ds, Ends, Hashing, Key, RecordType, Trust, Zone};

/// The zones of a look; each stands behind its parent.
#[derive(Debug, Default)]
pub(super) struct Zones {
    known: Vec<Arc<Zone>>,
    lines: Vec<ZoneLine>,
}

/// A zone as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ZoneLine {
    name: String,
    /// Which of the zones before it is its parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ds: Vec<DsLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyLine>,
    security: Worth,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<EndsLine>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct DsLine {
    tag: u16,
    algorithm: u8,
    digest: u8,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct KeyLine {
    tag: u16,
    algorithm: u8,
    flags: u16,
    bits: u16,
    anchored: bool,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct EndsLine {
    at: Timestamp,
    since: Timestamp,
    ttl: u32,
    kind: u16,
}

/// The chain of one answer: which zones, by their places among those of the look.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TrustLine {
    zones: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<EndsLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hashing: Vec<HashingLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct HashingLine {
    zone: String,
    iterations: u16,
    salt: u8,
}

impl Zones {
    /// The place of a zone; it and its parents are added when they are new.
    fn place(&mut self, zone: &Arc<Zone>) -> usize {
        let parent = zone.parent.as_ref().map(|parent| self.place(parent));
        let known = self
            .known
            .iter()
            .position(|known| Arc::ptr_eq(known, zone) || known == zone);
        known.unwrap_or_else(|| {
            self.lines.push(ZoneLine::of(zone, parent));
            self.known.push(zone.clone());
            self.known.len() - 1
        })
    }

    pub(super) fn trust(&mut self, trust: &Trust) -> TrustLine {
        TrustLine {
            zones: trust.zones.iter().map(|zone| self.place(zone)).collect(),
            ends: trust.ends.map(EndsLine::of),
            hashing: trust.hashing.iter().map(HashingLine::of).collect(),
        }
    }

    pub(super) fn into_lines(self) -> Vec<ZoneLine> {
        self.lines
    }

    pub(super) fn read(lines: Vec<ZoneLine>) -> Result<Self, String> {
        let mut zones = Self::default();
        for line in lines {
            let zone = line.read(&zones.known)?;
            zones.known.push(Arc::new(zone));
        }
        Ok(zones)
    }

    pub(super) fn read_trust(&self, line: TrustLine) -> Result<Trust, String> {
        let zone = |place: usize| at(&self.known, place);
        let zones: Result<Vec<Arc<Zone>>, String> = line.zones.into_iter().map(zone).collect();
        let hashing: Result<Vec<Hashing>, String> = line.hashing.iter().map(HashingLine::read).collect();
        Ok(Trust {
            zones: zones?,
            ends: line.ends.map(EndsLine::read),
            hashing: hashing?,
        })
    }
}

fn at(known: &[Arc<Zone>], place: usize) -> Result<Arc<Zone>, String> {
    let zone = known.get(place).cloned();
    zone.ok_or_else(|| format!("there is no zone {place} before it"))
}

impl ZoneLine {
    fn of(zone: &Zone, parent: Option<usize>) -> Self {
        Self {
            name: zone.name.to_string(),
            parent,
            ds: zone.ds.iter().map(DsLine::of).collect(),
            keys: zone.keys.iter().map(KeyLine::of).collect(),
            security: Worth::of(&zone.security),
            ends: zone.ends.map(EndsLine::of),
        }
    }

    fn read(self, known: &[Arc<Zone>]) -> Result<Zone, String> {
        Ok(Zone {
            name: name(&self.name)?,
            parent: self.parent.map(|place| at(known, place)).transpose()?,
            ds: self.ds.into_iter().map(DsLine::read).collect(),
            keys: self.keys.into_iter().map(KeyLine::read).collect(),
            security: self.security.read()?,
            ends: self.ends.map(EndsLine::read),
        })
    }
}

impl DsLine {
    fn of(ds: &Ds) -> Self {
        let Ds {
            tag,
            algorithm,
            digest,
        } = *ds;
        Self {
            tag,
            algorithm,
            digest,
        }
    }

    fn read(self) -> Ds {
        let Self {
            tag,
            algorithm,
            digest,
        } = self;
        Ds {
            tag,
            algorithm,
            digest,
        }
    }
}

impl KeyLine {
    fn of(key: &Key) -> Self {
        let Key {
            tag,
            algorithm,
            flags,
            bits,
            anchored,
        } = *key;
        Self {
            tag,
            algorithm,
            flags,
            bits,
            anchored,
        }
    }

    fn read(self) -> Key {
        let Self {
            tag,
            algorithm,
            flags,
            bits,
            anchored,
        } = self;
        Key {
            tag,
            algorithm,
            flags,
            bits,
            anchored,
        }
    }
}

impl HashingLine {
    fn of(hashing: &Hashing) -> Self {
        Self {
            zone: hashing.zone.to_string(),
            iterations: hashing.iterations,
            salt: hashing.salt,
        }
    }

    fn read(&self) -> Result<Hashing, String> {
        Ok(Hashing {
            zone: name(&self.zone)?,
            iterations: self.iterations,
            salt: self.salt,
        })
    }
}

impl EndsLine {
    pub(super) fn of(ends: Ends) -> Self {
        let Ends { at, since, ttl, kind } = ends;
        Self {
            at,
            since,
            ttl,
            kind: kind.0,
        }
    }

    pub(super) fn read(self) -> Ends {
        let Self { at, since, ttl, kind } = self;
        Ends {
            at,
            since,
            ttl,
            kind: RecordType(kind),
        }
    }
}
