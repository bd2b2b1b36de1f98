//! Selectors that are looked at although nothing wants them, each with the name it would have: made once for a domain,
//! read in every wave. Pure.

use std::ops::Deref;
use std::sync::Arc;

use crate::name::{Name, NameError};

/// Selectors of one domain, in the order in which they are asked for. Cloning shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectorList(Arc<[ListedSelector]>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSelector {
    /// The selector alone, as it was named.
    pub label: Arc<str>,
    /// `selector._domainkey.domain`, or why that is no name.
    pub name: Result<Name, NameError>,
}

impl SelectorList {
    /// These selectors of `domain`.
    pub fn of<L: AsRef<str>>(domain: &Name, labels: impl IntoIterator<Item = L>) -> Self {
        let node = domain.prepend("_domainkey");
        let listed = |label: L| {
            let label = label.as_ref();
            ListedSelector {
                label: label.into(),
                name: node.clone().and_then(|node| node.prepend(label)),
            }
        };
        Self(labels.into_iter().map(listed).collect())
    }

    /// None.
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// Their names, where they have one.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|selector| selector.name.as_ref().ok())
    }
}

impl Deref for SelectorList {
    type Target = [ListedSelector];

    fn deref(&self) -> &[ListedSelector] {
        &self.0
    }
}
