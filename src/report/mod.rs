//! A verdict as people and machines read it: table, JSON, SARIF, JUnit, zone file, manifest.
//!
//! Everything here is a function from values to text. The width of a terminal and whether it shows colour are
//! arguments ([`Style`]), so that a test sees what a person sees. What comes from outside (records, zones, file names)
//! is shown in presentation format and can move no cursor, open no tag and end no string.
//!
//! [`view`] holds what the formats share: a verdict in the words of the status, its summary and its outcome.

pub mod dmarc;
pub mod explain;
pub mod junit;
pub mod manifest;
pub mod plan;
pub mod sarif;
pub mod snippet;
pub mod spf;
pub mod table;
pub mod text;
pub mod view;

pub use self::view::{Origin, Outcome, Place, Report};

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns available; at least 40 are used.
    pub width: usize,
    /// Whether ANSI colours are understood.
    pub colour: bool,
}

impl Style {
    /// What a file or a pipe gets: 100 columns, no colour.
    pub const PLAIN: Self = Self {
        width: 100,
        colour: false,
    };

    /// The columns to use: never fewer than 40.
    pub(crate) fn columns(self) -> usize {
        self.width.max(40)
    }
}
