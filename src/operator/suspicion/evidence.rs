//! What a control came to, and what it proves. Pure.

/// With fewer record sets of other objects answered the root and the registries decide.
const FEWEST_PROOFS: usize = 3;

/// How many answers were right, and how many wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::operator) struct Count {
    pub(in crate::operator) right: usize,
    pub(in crate::operator) wrong: usize,
}

/// What a control came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::operator) struct Evidence {
    /// Record sets of objects that did not get worse.
    pub(in crate::operator) others: Count,
    /// The root's name servers.
    pub(in crate::operator) root: Count,
    /// The start of authority of top-level domains.
    pub(in crate::operator) registries: Count,
}

impl Evidence {
    /// Whether who answers so can be believed.
    pub(super) fn is_trustworthy(&self) -> bool {
        let Self {
            others,
            root,
            registries,
        } = self;
        match others.right + others.wrong >= FEWEST_PROOFS {
            true => others.right > others.wrong,
            false => root.right > 0 && root.wrong == 0 && registries.right > 0 && registries.wrong == 0,
        }
    }
}
