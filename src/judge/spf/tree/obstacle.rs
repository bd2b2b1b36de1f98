//! Why a record in the tree could not be followed.

use std::fmt;

use crate::inquiry::Trouble;

/// Why a record in the tree could not be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::judge::spf) enum Obstacle {
    /// The bounds of the walk.
    Bounds,
    /// It leads back to itself.
    Loop,
    /// The target is no domain name.
    Malformed,
    /// No SPF record there.
    Missing {
        /// Not even the name.
        nxdomain: bool,
    },
    /// The target is another machine to everybody, and is not asked for.
    Nowhere,
    /// Not answered yet.
    Open,
    /// The target depends on who sends.
    SenderDependent,
    /// More than one SPF record.
    Several(usize),
    /// A record nobody can read.
    Syntax(String),
    /// No usable answer.
    Unanswered(Trouble),
}

impl Obstacle {
    /// Whether there may be terms behind it that were not counted.
    pub(super) fn hides_cost(&self) -> bool {
        matches!(
            self,
            Self::Bounds | Self::Loop | Self::Open | Self::SenderDependent | Self::Unanswered(_)
        )
    }

    /// What it makes of a check of the domain itself, where it is known.
    pub(super) fn at_apex(&self) -> Option<String> {
        let result = match self {
            Self::Malformed | Self::Missing { .. } => "none",
            Self::Several(_) | Self::Syntax(_) => "permerror for every sender",
            Self::Unanswered(_) => "temperror",
            // The domain's own name is asked for, whatever it is.
            Self::Bounds | Self::Loop | Self::Nowhere | Self::Open | Self::SenderDependent => return None,
        };
        Some(format!("{result}: {self}"))
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bounds => f.write_str("not followed any further: too deep or too many records"),
            Self::Loop => f.write_str("a loop: it leads back to itself"),
            Self::Malformed => f.write_str("no domain name"),
            Self::Missing { nxdomain: true } => f.write_str("the name does not exist"),
            Self::Missing { nxdomain: false } => f.write_str("no SPF record there"),
            Self::Nowhere => {
                f.write_str("another machine to everybody, and not asked for: there is no SPF record")
            }
            Self::Open => f.write_str("not asked yet"),
            Self::SenderDependent => f.write_str("depends on who sends"),
            Self::Several(count) => write!(f, "{count} SPF records there"),
            Self::Syntax(message) => write!(f, "syntax error: {message}"),
            Self::Unanswered(trouble) => write!(f, "not checked: {trouble}"),
        }
    }
}
