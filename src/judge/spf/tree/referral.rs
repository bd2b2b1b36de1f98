//! How the walk comes to a record.

use crate::judge::spf::policy::name_of;
use crate::name::Name;
use crate::records::mx::is_nowhere;

/// How a record is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::judge::spf) enum Via {
    Apex,
    Include,
    Redirect,
}

/// What leads to a record.
#[derive(Debug, Clone)]
pub(in crate::judge::spf) struct Referral {
    pub(in crate::judge::spf) via: Via,
    /// The record whose term leads here.
    pub(in crate::judge::spf) parent: String,
    /// The term of the apex record that leads here.
    pub(in crate::judge::spf) top: Option<usize>,
    /// Whether only pass qualifiers lead here: what it lets pass, passes.
    pub(in crate::judge::spf) passes: bool,
    /// Whether only redirects lead here: its end is the domain's own.
    pub(in crate::judge::spf) decides: bool,
}

impl Referral {
    /// Whether a name that its record speaks of is nowhere for who reads that.
    pub(super) fn leads_nowhere(&self, name: &Name) -> bool {
        name_of(&self.parent).is_some_and(|parent| is_nowhere(name, &parent))
    }
}
