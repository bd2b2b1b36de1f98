//! A verdict as people and machines read it: table, JSON, SARIF, JUnit, zone file, manifest.
//!
//! Everything here is a function from values to text. The width of a terminal and whether it shows colour are
//! arguments ([`Style`]), so that a test sees what a person sees. What comes from outside (records, zones, file names)
//! is shown in presentation format and can move no cursor, open no tag and end no string.
//!
//! [`view`] holds what the formats share: a verdict in the words of the status, its summary and its outcome.

pub mod begun;
pub mod called_as;
pub mod csv;
pub mod differing;
pub mod dmarc;
pub mod explain;
pub mod inspected;
pub mod json;
pub mod junit;
pub mod lines;
pub mod lookup;
pub mod manifest;
pub mod objects;
pub mod on_its_way;
pub mod plan;
pub mod sarif;
pub mod score;
pub mod selfcheck;
pub mod servers;
pub mod snippet;
pub mod spf;
pub mod table;
pub mod text;
pub mod view;

pub use self::called_as::CalledAs;
pub use self::view::{ManifestRef, Origin, Outcome, Reading, Report};

/// How text is laid out, and how what it tells to type is to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns available; at least 40 are used.
    pub width: usize,
    /// Whether ANSI colours are understood.
    pub colour: bool,
    /// Whether keys are shown whole.
    pub full: bool,
    /// How the program was called.
    pub me: CalledAs,
}

impl Style {
    /// What a file or a pipe gets: 100 columns, no colour.
    pub const PLAIN: Self = Self {
        width: 100,
        colour: false,
        full: false,
        me: CalledAs::Zegel,
    };

    /// The columns to use: never fewer than 40.
    pub(crate) fn columns(self) -> usize {
        self.width.max(40)
    }

    /// A value as it is shown: harmless, long keys shortened.
    pub(crate) fn value(self, text: &str) -> String {
        let harmless = text::harmless(text);
        if self.full {
            harmless
        } else {
            text::shortened(&harmless)
        }
    }

    /// `text` in a colour, where colours are understood.
    pub(crate) fn paint(self, colour: Colour, text: String) -> String {
        if self.colour {
            format!("\x1b[{}m{text}\x1b[0m", colour.code())
        } else {
            text
        }
    }
}

/// The colours text is painted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// The name everything else is about.
    Bold,
    /// Titles.
    Dim,
    /// What is as it should be.
    Green,
    /// What is wrong.
    Red,
    /// What is not known.
    Yellow,
}

impl Colour {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Red => "31",
            Self::Yellow => "33",
        }
    }
}

impl From<Outcome> for Colour {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::Green,
            Outcome::Unknown => Self::Yellow,
            Outcome::Wrong | Outcome::Nonexistent => Self::Red,
        }
    }
}
