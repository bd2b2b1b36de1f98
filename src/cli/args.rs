//! Arguments several commands share, and how their values are read. Pure.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::intent::parse_duration;

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

/// Reads a duration as manifests write it: `500ms`, `10s`, `15m`, `1h30m`; more than nothing.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn duration(text: &str) -> Result<Duration, String> {
    let millis = text
        .strip_suffix("ms")
        .and_then(|millis| millis.parse::<u64>().ok());
    let duration = match millis {
        Some(millis) => Duration::from_millis(millis),
        None => parse_duration(text)?.unsigned_abs(),
    };
    if duration.is_zero() {
        return Err("must be more than nothing".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_may_be_short_but_not_nothing() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for text in ["0s", "0ms", "5", "fast", "-1s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
