//! `zegel inspect`: what DNS says about any domain, linted; no manifest needed.

use std::collections::BTreeSet;

use clap::ValueEnum;

use super::args::ReportFormat;
use super::domain::{domain, sends_no_mail};
use super::look::{Eyes, LookArgs, Reports};
use super::{Exit, Failure, file, list, output};
use crate::adopt::{Adopted, adopt, live};
use crate::intent::Intent;
use crate::judge::dkim::probes::PROBE_SELECTORS;
use crate::judge::judge;
use crate::name::Name;
use crate::report::text::harmless;
use crate::report::{Report, manifest};
use crate::world::Freshness;

/// The arguments of `zegel inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domains
    #[arg(required_unless_present = "from", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// More domains: one a line, CSV, web or mail addresses; # starts a comment, - is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Vec<String>,
    /// Look at public suffixes (gov.uk) too: domains below which organizations register their own
    #[arg(long)]
    pub public_suffixes: bool,
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
    let named = Named::read(args)?;
    if named.domains.is_empty() && !named.incomplete {
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
            manifest::yaml(&adopted).unwrap_or_else(|error| format!("# {}: {error}\n", adopted.spec.domain))
        }
    };
    eyes.each(named.domains, look, done).await?;
    let exit = reports.finish(&[])?;
    Ok(if named.incomplete { Exit::Usage } else { exit })
}

/// The selectors asked for by name, each once, and those of the documented list beside them.
fn selectors(named: &[String]) -> (Vec<String>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut once = |selector: &String| seen.insert(selector.clone());
    let asked = named.iter().filter(|selector| once(selector)).cloned().collect();
    let listed = PROBE_SELECTORS.iter().map(|selector| (*selector).to_owned());
    (asked, listed.filter(|selector| once(selector)).collect())
}

/// The domains that were named, each once.
#[derive(Debug, Default)]
struct Named {
    domains: Vec<Name>,
    /// Whether a domain may be missing.
    incomplete: bool,
}

impl Named {
    /// Reads arguments and lists; what can be no domain is said on standard error.
    fn read(args: &Args) -> Result<Self, Failure> {
        let mut named = Self::default();
        let mut seen = BTreeSet::new();
        for text in &args.domains {
            let name = domain(text).and_then(|name| match sends_no_mail(&name, args.public_suffixes) {
                Some(why) => Err(why),
                None => Ok(name),
            });
            match name {
                Ok(name) => {
                    spelt(text, &name);
                    named.add(name, &mut seen);
                }
                Err(why) => {
                    named.incomplete = true;
                    output::note(&format!("error: {} is no domain: {why}", harmless(text)));
                }
            }
        }
        for path in &args.from {
            named.read_list(path, args.public_suffixes, &mut seen)?;
        }
        Ok(named)
    }

    fn add(&mut self, name: Name, seen: &mut BTreeSet<Name>) {
        if seen.insert(name.clone()) {
            self.domains.push(name);
        }
    }

    fn read_list(&mut self, path: &str, suffixes: bool, seen: &mut BTreeSet<Name>) -> Result<(), Failure> {
        let shown = harmless(file::shown(path));
        let octets = file::octets(path)?;
        let (text, encoding) =
            file::decode(&octets).map_err(|why| Failure::Usage(format!("cannot read {shown}: {why}")))?;
        if encoding == file::Encoding::Latin1 {
            output::note(&format!(
                "note: {shown} is neither UTF-8 nor UTF-16, and is read as Latin-1"
            ));
        }
        let list = list::read(&text, suffixes);
        for (text, name) in &list.spelt {
            spelt(text, name);
        }
        let (missed, beside): (Vec<_>, Vec<_>) = list.skipped.iter().partition(|skipped| skipped.matters);
        for (word, skipped) in [("note", beside), ("error", missed)] {
            for skipped in skipped.iter().take(MOST_SKIPPED) {
                let text = if skipped.text.is_empty() {
                    String::new()
                } else {
                    format!("{:?} ", harmless(&skipped.text))
                };
                output::note(&format!(
                    "{word}: {shown}:{}: {text}skipped: {}",
                    skipped.line, skipped.why
                ));
            }
            if let Some(more @ 1..) = skipped.len().checked_sub(MOST_SKIPPED) {
                output::note(&format!("{word}: {shown}: {more} more skipped"));
            }
            self.incomplete |= word == "error" && !skipped.is_empty();
        }
        for name in list.domains {
            self.add(name, seen);
        }
        Ok(())
    }
}

/// At most this many skipped texts of a list are named one by one.
const MOST_SKIPPED: usize = 20;

/// Says how a name that was written in its own letters is asked.
fn spelt(text: &str, name: &Name) {
    if !text.is_ascii() {
        output::note(&format!("{} is asked as {name}", harmless(text)));
    }
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
