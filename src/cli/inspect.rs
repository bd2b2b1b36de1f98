//! `zegel inspect`: what DNS says about any domain, linted; no manifest needed.

use std::collections::BTreeSet;
use std::io::Read;

use clap::ValueEnum;

use super::args::ReportFormat;
use super::look::{Eyes, LookArgs, Reports};
use super::{Exit, Failure, output};
use crate::intent::Intent;
use crate::judge::dkim::probes::PROBE_SELECTORS;
use crate::judge::judge;
use crate::name::Name;
use crate::report::adopt::{Adopted, adopt};
use crate::report::text::harmless;
use crate::report::{Report, live};
use crate::world::Freshness;

/// The arguments of `zegel inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domains
    #[arg(required_unless_present = "from", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// More domains, one a line; # starts a comment, - is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Vec<String>,
    /// A DKIM selector to look at, beside those that are always probed; repeat for more
    #[arg(long = "selector", value_name = "NAME", value_parser = selector)]
    pub selectors: Vec<String>,
    /// How the result is written; manifest is the MailDomain that DNS satisfies already
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// How domains are looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How an inspection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line and domain, as they come.
    Json,
    /// JUnit XML, at the end.
    Junit,
    /// MailDomains in YAML, as they come.
    Manifest,
    /// SARIF 2.1.0, at the end.
    Sarif,
    /// For people, as they come.
    Table,
}

impl Format {
    /// The report format; `None` where a manifest is written instead.
    fn of_report(self) -> Option<ReportFormat> {
        Some(match self {
            Self::Json => ReportFormat::Json,
            Self::Junit => ReportFormat::Junit,
            Self::Manifest => return None,
            Self::Sarif => ReportFormat::Sarif,
            Self::Table => ReportFormat::Table,
        })
    }
}

/// Looks at every domain.
///
/// # Errors
/// When a list cannot be read, no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let mut texts = args.domains.clone();
    for file in &args.from {
        texts.extend(listed(&read(file)?));
    }
    let (domains, usable) = domains(&texts);
    if domains.is_empty() && usable {
        return Err(Failure::Usage(format!(
            "no domain stands in {}",
            args.from.join(", ")
        )));
    }
    let eyes = Eyes::open(&args.look)?;
    let (asked, probes) = selectors(&args.selectors);
    let looked_at = [asked.clone(), probes.clone()].concat();
    let wants_manifest = args.output == Format::Manifest;
    let look = async |domain: Name| {
        let intent = Intent::observe(domain.clone(), asked.clone(), probes.clone());
        let now = eyes.now();
        let fresh = Freshness::any();
        eyes.look(&fresh, |inquiry| {
            // First, so that what is essential here is essential in the verdict.
            let live = live::look(&domain, &looked_at, inquiry);
            let verdict = judge(&intent, inquiry, now);
            let adopted = wants_manifest.then(|| adopt(&live, inquiry, now));
            (Report::of_domain(verdict, live.observed()), adopted)
        })
        .await
    };
    let mut reports = Reports::new(args.output.of_report().unwrap_or(ReportFormat::Json));
    let done = |(report, adopted): (Report, Option<Adopted>)| match adopted {
        None => reports.add(report),
        Some(adopted) => {
            reports.add(report);
            adopted
                .to_yaml()
                .unwrap_or_else(|error| format!("# {}: {error}\n", adopted.spec.domain))
        }
    };
    eyes.each(domains, look, done).await?;
    let exit = reports.finish(&[])?;
    Ok(if usable { exit } else { Exit::Usage })
}

/// The selectors asked for by name, each once, and those of the documented list beside them.
fn selectors(named: &[String]) -> (Vec<String>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut once = |selector: &String| seen.insert(selector.clone());
    let asked = named.iter().filter(|selector| once(selector)).cloned().collect();
    let listed = PROBE_SELECTORS.iter().map(|selector| (*selector).to_owned());
    (asked, listed.filter(|selector| once(selector)).collect())
}

fn read(file: &str) -> Result<String, Failure> {
    let mut text = String::new();
    if file == "-" {
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| Failure::Usage(format!("cannot read standard input: {error}")))?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(|error| Failure::Usage(format!("cannot read {file}: {error}")))
}

/// The domains of a list: one a line, `#` starts a comment.
fn listed(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The domains, each once; whether all could be used. What cannot is said on standard error.
fn domains(texts: &[String]) -> (Vec<Name>, bool) {
    let (mut domains, mut seen, mut usable) = (Vec::new(), BTreeSet::new(), true);
    for text in texts {
        match domain(text) {
            Ok(name) => {
                if !text.is_ascii() {
                    output::note(&format!("{} is asked as {name}", harmless(text)));
                }
                if seen.insert(name.clone()) {
                    domains.push(name);
                }
            }
            Err(why) => {
                usable = false;
                output::note(&format!("error: {} is no domain: {why}", harmless(text)));
            }
        }
    }
    (domains, usable)
}

/// A domain as a person writes it: U-labels become A-labels (UTS #46), letter case and a trailing dot mean nothing.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn domain(text: &str) -> Result<Name, String> {
    if text.contains("://") || text.contains('/') {
        return Err("write the domain alone, not a URL".to_owned());
    }
    if text.contains('@') {
        return Err("write the part behind the @".to_owned());
    }
    let ascii = if text.is_ascii() {
        text.to_owned()
    } else {
        idna::domain_to_ascii(text)
            .map_err(|_| "its letters make no internationalised name (UTS #46)".to_owned())?
    };
    let name: Name = ascii
        .parse()
        .map_err(|error: crate::name::NameError| error.to_string())?;
    let host = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    if name.is_root() || !name.labels().iter().all(host) {
        return Err("labels hold letters, digits and inner hyphens".to_owned());
    }
    Ok(name)
}

/// A selector: one or more labels below `_domainkey`.
fn selector(text: &str) -> Result<String, String> {
    let name: Name = text
        .parse()
        .map_err(|error: crate::name::NameError| error.to_string())?;
    if name.is_root() || text.contains("._domainkey") {
        return Err("write the selector alone: what stands before ._domainkey".to_owned());
    }
    Ok(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_comments_and_empty_lines() {
        assert_eq!(listed("# all\na.nl\n\n b.nl # here\r\n#c.nl\n"), ["a.nl", "b.nl"]);
    }

    #[test]
    fn domains_are_read_as_people_write_them() {
        for (text, name) in [
            ("Voorbeeld.NL.", "voorbeeld.nl"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("_spf.a.nl", "_spf.a.nl"),
        ] {
            assert_eq!(domain(text).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for text in [
            "",
            ".",
            "a..b",
            "a b.nl",
            "-a.nl",
            "https://a.nl/",
            "x@a.nl",
            "a.nl\u{202e}",
            &"a".repeat(70),
        ] {
            assert!(domain(text).is_err(), "{text:?}");
        }
    }
}
