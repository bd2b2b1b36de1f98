//! What several objects of one run have to do with each other: one object under one name, one domain for one object.
//! Pure.
//!
//! A cluster holds one object under a name: of two manifests the one that is applied last overwrites the other. Where
//! no namespace is written, that is said of one folder: `staging/` and `prod/` are applied each to its own cluster or
//! namespace, as Kustomize trees are, so what bears one name in both is one object in two forms, and no rival. And a
//! domain belongs to one object: of two that claim it the controller leaves one as `DomainConflict`. Offline the same
//! one loses, and its records are neither planned nor checked: two SPF records at one name are worse than none.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::Manifest;
use crate::intent::{Claim, SpecError};
use crate::report::ManifestRef;
use crate::report::sarif::Invalid;

/// A `MailDomain` of a file, or a `MailDomainGrant`, right or wrong.
#[derive(Debug)]
pub(super) struct Object {
    /// Where it stands; the line is that of `spec.domain`.
    pub(super) source: ManifestRef,
    /// Where it stands in its document: nothing, or `items[2].`.
    pub(super) prefix: String,
    /// The line of its name.
    pub(super) named_at: u64,
    /// When a cluster got it, for one that was read back from there.
    pub(super) created: Option<Timestamp>,
    /// The domain it claims; `None` for one that only looks, and where none can be read.
    pub(super) claims: Option<String>,
    /// What it says, where all of it is right.
    pub(super) manifest: Option<Manifest>,
    /// Whether it is a `MailDomainGrant`, which stands in no namespace and claims nothing.
    pub(super) is_grant: bool,
}

impl Object {
    /// Its namespace and name, for people.
    fn title(&self) -> String {
        self.source.title()
    }

    /// Its claim, as the controller orders it; what no cluster has yet comes after what one has.
    fn claim(&self) -> Claim {
        let created = self.created.unwrap_or(Timestamp::MAX);
        let namespace = self.source.namespace.clone().unwrap_or_default();
        (created, (namespace, self.source.name.clone()))
    }

    /// Where no other object has its name: its namespace or, where none is written, its folder.
    fn home(&self) -> Home {
        if self.is_grant {
            return Home::Cluster;
        }
        match &self.source.namespace {
            Some(namespace) => Home::Namespace(namespace.clone()),
            None => {
                let folder = Path::new(&self.source.file).parent().unwrap_or(Path::new(""));
                let parts = folder.components().filter(|part| *part != Component::CurDir);
                Home::Folder(parts.collect())
            }
        }
    }

    fn lose(&mut self, line: u64, field: &str, message: String) -> Invalid {
        self.manifest = None;
        Invalid {
            file: self.source.file.clone(),
            line,
            error: SpecError::new(format!("{}{field}", self.prefix), message),
        }
    }
}

/// Where a name is one object's alone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    Cluster,
    Namespace(String),
    Folder(PathBuf),
}

/// Takes the manifest from every object that another one of the run stands in the way of, and says which.
pub(super) fn part(objects: &mut [Object]) -> Vec<Invalid> {
    let mut wrong = Vec::new();
    let mut first: BTreeMap<(Home, String), String> = BTreeMap::new();
    let mut doubles = Vec::new();
    for (number, object) in objects.iter_mut().enumerate() {
        // A name that the server will make is nobody else's.
        if object.source.name.is_empty() {
            continue;
        }
        let key = (object.home(), object.source.name.clone());
        match first.entry(key) {
            Entry::Vacant(place) => {
                place.insert(format!("{}:{}", object.source.file, object.named_at));
            }
            Entry::Occupied(place) => {
                let message = format!(
                    "{} is the name of the object at {} already, and the one that is applied last overwrites the \
                     other: give it another name, or keep one of the two",
                    object.title(),
                    place.get()
                );
                doubles.push(number);
                let line = object.named_at;
                wrong.push(object.lose(line, "metadata.name", message));
            }
        }
    }
    let mut claims: BTreeMap<String, Vec<(Claim, usize)>> = BTreeMap::new();
    for (number, object) in objects.iter().enumerate() {
        // One object under one name has one claim.
        if let (Some(domain), false) = (&object.claims, doubles.contains(&number)) {
            let claim = (object.claim(), number);
            claims.entry(domain.clone()).or_default().push(claim);
        }
    }
    for (domain, mut rivals) in claims {
        rivals.sort();
        let mut numbers = rivals.into_iter().map(|(_, number)| number);
        let Some(winner) = numbers.next().and_then(|number| objects.get(number)) else {
            continue;
        };
        let whose = format!(
            "{} ({}:{})",
            winner.title(),
            winner.source.file,
            winner.source.line
        );
        // Of one name in one folder only the first has a claim.
        let is_form = |one: &Object| one.source.is_form_of(&winner.source);
        let is_rival = |number: &usize| !objects.get(*number).is_some_and(is_form);
        let numbers: Vec<usize> = numbers.filter(is_rival).collect();
        for number in numbers {
            let message = format!(
                "{domain} belongs to MailDomain {whose}, which goes first: the older one does, and of two that are \
                 as old the first by namespace and name. One domain has one MailDomain, and in a cluster this one \
                 is refused as DomainConflict: keep one of the two"
            );
            if let Some(object) = objects.get_mut(number) {
                let line = object.source.line;
                wrong.push(object.lose(line, "spec.domain", message));
            }
        }
    }
    wrong
}
