//! Arguments several commands share, and how their values are read. Pure.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::api::form;
pub use crate::duration::parse_flag as duration;
use crate::inquiry::Closeness;
use crate::report::Reading;
use crate::rules::Severity;

/// How long a Lease lasts: long enough that a leader renews it several times in it.
pub fn lease_duration(text: &str) -> Result<std::time::Duration, String> {
    let lasts = duration(text)?;
    match lasts < SHORTEST_LEASE {
        true => Err("a leader would lose it at the first slow answer: want 3s at the least".to_owned()),
        false => Ok(lasts),
    }
}

/// The name of a namespace, as Kubernetes would take it.
pub fn namespace(text: &str) -> Result<String, String> {
    if form::is_label(text) {
        return Ok(text.to_owned());
    }
    Err("a namespace has lower case letters, digits and hyphens inside, at most 63 (RFC 1123)".to_owned())
}

/// The chart's templates say the same.
const SHORTEST_LEASE: std::time::Duration = std::time::Duration::from_secs(3);

/// Where the help of each command puts what all of them take: below its own.
const EVERYWHERE: &str = "For all commands";

/// How the program speaks of itself, on standard error, and whether in colour.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// How log lines are written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", help_heading = EVERYWHERE)]
    pub log_format: LogFormat,
    /// What is logged: error, warn, info, debug, trace, or a filter like zegel=debug [default: info for the
    /// controller and the probe, else warn]
    #[arg(long, global = true, value_name = "LEVEL", help_heading = EVERYWHERE)]
    pub log_level: Option<String>,
    /// When text is coloured; auto: on a terminal, and as NO_COLOR and CLICOLOR_FORCE say
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN", help_heading = EVERYWHERE)]
    pub color: When,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Whatever the environment says.
    Always,
    /// On a terminal that shows colour, and as the environment says.
    Auto,
    /// Whatever the environment says.
    Never,
}

/// How a result is written; each command takes some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a spreadsheet: a line a domain.
    Csv,
    /// A piece of a dnsconfig.js for DNSControl.
    Dnscontrol,
    /// DNSEndpoints for ExternalDNS.
    Dnsendpoint,
    /// One JSON object a line.
    Json,
    /// JUnit XML, at the end.
    Junit,
    /// MailDomains in YAML.
    Manifest,
    /// A script for nsupdate (RFC 2136).
    Nsupdate,
    /// Zones of octoDNS's YAML.
    Octodns,
    /// SARIF 2.1.0, at the end.
    Sarif,
    /// For people.
    Table,
    /// A zone file (RFC 1035).
    Zone,
}

/// How closely mail servers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Starttls {
    /// Not at all.
    Off,
    /// Whether they offer TLS, with which certificates, and whether they speak old versions: two connections an address.
    Chain,
    /// All of their TLS: up to twenty connections more.
    Profile,
}

impl Starttls {
    /// How closely that is; `None`: not at all.
    pub fn closeness(self) -> Option<Closeness> {
        match self {
            Self::Off => None,
            Self::Chain => Some(Closeness::Chain),
            Self::Profile => Some(Closeness::Profile),
        }
    }
}

/// A test somebody else makes, of which the score is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// The mail test of Internet.nl.
    #[value(name = "internet.nl")]
    InternetNl,
}

/// How bad a finding must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// All findings.
    Info,
    /// No finding.
    None,
}

impl Level {
    /// The severity; `None` where no finding is bad enough.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::None => None,
        }
    }
}

/// What is shown of findings, and what they do to the exit code.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What is shown")]
pub struct ShowArgs {
    /// How bad a finding must be for exit code 1; with none, a difference does not make it either
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = one_of(&[Level::Error, Level::Warning, Level::None]))]
    pub fail_on: Level,
    /// How bad a finding must be to be shown [default: warning in a table, else info]
    #[arg(long, value_name = "LEVEL", value_parser = one_of(&[Level::Error, Level::Warning, Level::Info]))]
    pub min_severity: Option<Level>,
    /// Show advice too, also that which asks for nothing to be done
    #[arg(long, short, conflicts_with_all = ["min_severity", "quiet"])]
    pub verbose: bool,
    /// Leave out of a table what is ok, and say nothing about the run itself
    #[arg(long, short)]
    pub quiet: bool,
    /// Show keys whole
    #[arg(long)]
    pub full: bool,
    /// Show all of each domain in a table also where there are many; else each is one line
    #[arg(long)]
    pub details: bool,
    /// Print each domain once it is known, in no order
    #[arg(long)]
    pub as_they_come: bool,
}

impl ShowArgs {
    /// How findings are read in `format`.
    pub fn reading(&self, format: Format) -> Reading {
        let default = match format {
            Format::Table if !self.verbose => Severity::Warning,
            _ => Severity::Info,
        };
        Reading {
            // Exit codes aside, an Error is wrong whatever fails the run.
            fail_at: self.fail_on.severity().unwrap_or(Severity::Error),
            least: self.min_severity.and_then(Level::severity).unwrap_or(default),
            quiet_rules: self.verbose,
        }
    }
}

/// A parser for some of the values of `E`.
pub fn one_of<E: ValueEnum + Send + Sync + 'static>(
    allowed: &[E],
) -> impl TypedValueParser<Value = E> + use<E> {
    let values = allowed.iter().filter_map(ValueEnum::to_possible_value);
    PossibleValuesParser::new(values).try_map(|text| E::from_str(&text, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_has_the_form_that_kubernetes_takes() {
        for good in ["mail", "team-a", "9"] {
            assert_eq!(namespace(good), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "Mail",
            "mail_x",
            "Bad Ns",
            "-a",
            "a.b",
            "mail/winkel",
            &"a".repeat(64),
        ] {
            assert!(
                namespace(bad).is_err_and(|why| why.contains("lower case")),
                "{bad}"
            );
        }
    }
}
