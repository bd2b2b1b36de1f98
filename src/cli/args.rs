//! Arguments several commands share, and how their values are read. Pure.

use clap::{Args, ValueEnum};

pub use crate::duration::parse_flag as duration;

/// How the program speaks of itself, on standard error.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// How log lines are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or a filter like zegel=debug [default: info for the
    /// controller, else warn]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// How reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One JSON object a line and domain, as they come.
    Json,
    /// JUnit XML, at the end.
    Junit,
    /// SARIF 2.1.0, at the end.
    Sarif,
    /// For people, as they come.
    Table,
}
