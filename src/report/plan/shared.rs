//! What several manifests of one plan want at one name: a host that takes the mail of two domains has one set of TLSA records.
//! Pure.
//!
//! A name has one record set of a type, and nothing beside a CNAME (RFC 1034 3.6.2). So what two manifests want alike is
//! wanted once, and what they want otherwise cannot be had: whatever is published last takes away what the other one wants.
//! That is told by what the manifests want and not by what differs from DNS: a set that is right for one of them today is in no
//! plan that was held against DNS, and is taken away all the same.
//!
//! A set that somebody else fills, or that is to be absent, has no records to differ by.

use crate::inquiry::Kind;
use crate::intent::Intent;
use crate::name::Name;
use crate::report::ManifestRef;

use super::title;

/// Whether one name in two folders, which may be one object in two forms, counts as two that are published in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// Each is shown for itself.
    Apart,
    /// What is written is published together.
    Together,
}

/// One manifest among those of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Wants<'a> {
    /// The object, and where it stands.
    pub manifest: &'a ManifestRef,
    /// What it wants.
    pub intent: &'a Intent,
}

/// Two manifests that cannot both be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The later one, by its place among all.
    pub manifest: usize,
    /// Its record set, by its place in the intent.
    pub wanted: usize,
    /// Which records and whose: a sentence.
    pub message: String,
}

/// A name that is wanted: by which manifest, and as which of its record sets.
struct Place<'a> {
    name: &'a Name,
    manifest: usize,
    wanted: usize,
}

/// The records one manifest wants at a name.
struct Set {
    manifest: usize,
    kind: Kind,
    /// In an order of their own; never none.
    values: Vec<String>,
}

impl Set {
    /// Whether the other one cannot stand there too.
    fn excludes(&self, other: &Self) -> bool {
        match self.kind == other.kind {
            true => self.values != other.values,
            false => self.kind == Kind::Cname || other.kind == Kind::Cname,
        }
    }
}

/// What of these manifests cannot be published together, as far as it lies in `zone`.
pub fn clashes(all: &[Wants<'_>], zone: Option<&Name>, forms: Forms) -> Vec<Clash> {
    let places = all.iter().enumerate().flat_map(|(manifest, wants)| {
        let of_one = wants.intent.wanted.iter().enumerate();
        of_one.map(move |(wanted, set)| Place {
            name: &set.name,
            manifest,
            wanted,
        })
    });
    let lies_there = |place: &Place<'_>| zone.is_none_or(|zone| place.name.is_at_or_below(zone));
    let mut places: Vec<Place<'_>> = places.filter(lies_there).collect();
    // By name, and of one name in the order of the manifests.
    places.sort_by(|one, two| one.name.cmp(two.name));
    let mut clashes = Vec::new();
    for of_name in places.chunk_by(|one, two| one.name == two.name) {
        // Mostly a name is one manifest's alone.
        let are_one = |one: &Place<'_>, two: &Place<'_>| one.manifest == two.manifest;
        if !of_name.is_sorted_by(are_one) {
            clashes.extend(at_one_name(all, forms, of_name));
        }
    }
    clashes
}

/// What is wanted at one name, one after the other held against what was wanted before.
fn at_one_name(all: &[Wants<'_>], forms: Forms, places: &[Place<'_>]) -> Vec<Clash> {
    let mut known: Vec<(&Wants<'_>, Set)> = Vec::new();
    let mut clashes = Vec::new();
    for place in places {
        let Some(wants) = all.get(place.manifest) else {
            continue;
        };
        let Some(set) = set(wants, place) else { continue };
        let stands_against = |(owner, before): &&(&Wants<'_>, Set)| {
            let are_apart = forms == Forms::Apart && owner.manifest.is_form_of(wants.manifest);
            before.manifest != set.manifest && before.excludes(&set) && !are_apart
        };
        if let Some((owner, before)) = known.iter().find(stands_against) {
            clashes.push(Clash {
                manifest: place.manifest,
                wanted: place.wanted,
                message: message(place.name, (owner, before.kind), (wants, set.kind)),
            });
        }
        // The first of each type stands for those after it, of which there may be thousands.
        if known.iter().all(|(_, before)| before.kind != set.kind) {
            known.push((wants, set));
        }
    }
    clashes
}

/// The records wanted at a place; `None` where there are none.
fn set(wants: &Wants<'_>, place: &Place<'_>) -> Option<Set> {
    let desired = wants.intent.wanted.get(place.wanted)?.desired();
    let mut values = desired.values;
    values.sort();
    (!values.is_empty()).then_some(Set {
        manifest: place.manifest,
        kind: desired.kind,
        values,
    })
}

/// Which records, and whose.
fn message(name: &Name, (first, its_kind): (&Wants<'_>, Kind), (second, kind): (&Wants<'_>, Kind)) -> String {
    let titled = |wants: &Wants<'_>| title(wants.manifest, &wants.intent.domain);
    let (first, second) = (titled(first), titled(second));
    match its_kind == kind {
        true => format!(
            "{name} {kind}: {first} and {second} want different records there, and a name has one record set of a type: make them \
             the same, or plan the two apart"
        ),
        false => format!(
            "{name}: {first} wants {its_kind} there and {second} {kind}, and nothing stands beside a CNAME (RFC 1034 3.6.2): let \
             one of them go, or plan the two apart"
        ),
    }
}
