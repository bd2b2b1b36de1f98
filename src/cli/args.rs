//! Arguments several commands share, and how their values are read. Pure.

use std::net::{IpAddr, SocketAddr};
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

/// Reads `IP[:PORT]`: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`; port 53 unless told.
///
/// # Errors
/// A sentence that says what to write.
pub fn resolver(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, 53));
    }
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(Ok(address)) = bracketed.map(str::parse::<IpAddr>) {
        return Ok(SocketAddr::new(address, 53));
    }
    text.parse().map_err(|_| {
        "write an IP address, with a port when it is not 53: 192.0.2.1, 192.0.2.1:5353, [2001:db8::1]:5353".to_owned()
    })
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
    fn resolvers_are_addresses_with_or_without_a_port() {
        for (text, read) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
        ] {
            assert_eq!(
                resolver(text).map(|address| address.to_string()),
                Ok(read.to_owned())
            );
        }
        for text in ["", "dns.example", "192.0.2.1:", "192.0.2.1:99999", "[192.0.2.1"] {
            assert!(resolver(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_may_be_short_but_not_nothing() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for text in ["0s", "0ms", "5", "fast", "-1s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
