//! `zegel inspect`: what DNS says about any domain, linted; no manifest needed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::{Format, Profile, ShowArgs, Starttls, one_of};
use super::domain::{NoDomain, domain, sends_no_mail};
use super::look::{LookArgs, Observer, Reports, Subject};
use super::{Exit, Failure, file, list, look, output};
use crate::adopt::{Adopted, adopt, live};
use crate::inquiry::{self, Approach, Closeness, Depth};
use crate::intent::{Intent, SelectorList};
use crate::judge::dkim::probes::PROBE_SELECTORS;
use crate::judge::{dmarc, judge, observed_tls, score};
use crate::name::Name;
use crate::records::Standard;
use crate::report::inspected::Inspected;
use crate::report::text::harmless;
use crate::report::{Report, Style, manifest};
use crate::world::Freshness;

/// The arguments of `zegel inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domains
    #[arg(required_unless_present_any = ["from", "replay"], value_name = "DOMAIN")]
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
    /// Tell the score of a test that somebody else makes, as a range, with what to do for more: internet.nl, its mail test
    #[arg(long, value_name = "TEST", value_enum)]
    pub profile: Option<Profile>,
    /// Look at the mail servers' TLS too: chain, whether they offer it and with which certificates; profile, all of it, which
    /// takes many connections with long pauses [default: off, with --profile chain]
    #[arg(long, value_name = "HOW", value_enum)]
    pub starttls: Option<Starttls>,
    /// How the result is written; manifest is the MailDomain that DNS satisfies already
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Csv, Format::Json, Format::Junit, Format::Manifest, Format::Sarif, Format::Table]))]
    pub output: Format,
    /// What is shown.
    #[command(flatten)]
    pub show: ShowArgs,
    /// How domains are looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// Looks at every domain.
///
/// # Errors
/// When a list cannot be read, no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let mut named = Named::read(args)?;
    if named.domains.is_empty() && !named.incomplete && !args.from.is_empty() {
        return Err(Failure::Usage(format!(
            "no domain stands in {}",
            args.from.join(", ")
        )));
    }
    let observer = Observer::new(&args.look)?;
    if let Some(recording) = observer.recording()
        && args.domains.is_empty()
        && args.from.is_empty()
    {
        named.domains = recording.domains().to_vec();
    }
    for domain in &named.domains {
        observer.can_look_at(domain)?;
    }
    let wants_manifest = args.output == Format::Manifest;
    let depth = look::depth(named.domains.len());
    let look = {
        let observer = observer.clone();
        let named: Arc<[String]> = args.selectors.clone().into();
        let manner = Manner {
            depth,
            starttls: starttls(args),
            scores: args.profile.is_some(),
            wants_manifest,
        };
        move |domain: Name| look_at(observer.clone(), domain, named.clone(), manner)
    };
    let mut reports = Reports::new(args.output, &args.show, style, named.domains.len());
    output::print(&reports.headline())?;
    let done = |number, (report, adopted): (Report, Option<Adopted>)| {
        // A check of the manifest that is printed must not come to something worse than this look.
        if let Some(adopted) = &adopted {
            reports.also(adopted.checked.wrong, adopted.checked.unknown);
        }
        reports.add(number, report, adopted.map(|adopted| yaml(&adopted)))
    };
    observer.each(named.domains, args.show.quiet, look, done).await?;
    let exit = reports.finish(&[])?;
    observer.finish(args.show.quiet)?;
    Ok(if named.incomplete { Exit::Usage } else { exit })
}

/// How each domain is looked at.
#[derive(Debug, Clone, Copy)]
struct Manner {
    depth: Depth,
    starttls: Option<Closeness>,
    /// Whether the score is told.
    scores: bool,
    wants_manifest: bool,
}

/// How closely mail servers are looked at: a score without them says little.
fn starttls(args: &Args) -> Option<Closeness> {
    match (args.starttls, args.profile) {
        (Some(how), _) => how.closeness(),
        (None, Some(Profile::InternetNl)) => Some(Closeness::Chain),
        (None, None) => None,
    }
}

/// Looks at one domain and at the selectors that were `named`.
async fn look_at(
    observer: Observer,
    domain: Name,
    named: Arc<[String]>,
    manner: Manner,
) -> (Report, Option<Adopted>) {
    let (asked, probes) = selectors(match observer.recorded(&domain) {
        Some(recorded) if named.is_empty() => &recorded.selectors,
        _ => &named,
    });
    let mut intent = Intent::observe(domain.clone(), asked, Vec::new());
    intent.probes = SelectorList::of(&domain, probes);
    // What was recorded is judged as it was looked at.
    let recorded = observer.recorded(&domain);
    let was_looked_at = recorded.is_some_and(|look| look.facts.of::<inquiry::Starttls>().next().is_some());
    intent.looks_at_tls = manner.starttls.is_some() || was_looked_at;
    let fresh = Freshness::any().approaching(Approach {
        depth: manner.depth,
        profile: manner.starttls == Some(Closeness::Profile),
        ..Approach::default()
    });
    let subject = Subject {
        domain: &domain,
        selectors: &named,
        mail_servers: manner.starttls,
    };
    let ((live, discovery, verdict, adopted, score, tls), now) = observer
        .look(subject, &fresh, |inquiry, now| {
            // First, so that what is essential here is essential in the verdict.
            let live = live::look(&domain, &intent.asked, &intent.probes, inquiry);
            inquiry.on_behalf_of(Standard::Dmarc);
            let discovery = dmarc::gather(&domain, inquiry);
            let verdict = judge(&intent, inquiry, now);
            let adopted = manner.wants_manifest.then(|| adopt(&live, inquiry, now));
            // Internet.nl tests no domain that does not exist.
            let is_scored = manner.scores && !verdict.domain_is_missing();
            let score = is_scored.then(|| score::score(&intent, &verdict, inquiry));
            let tls = observed_tls(&intent, inquiry);
            (live, discovery, verdict, adopted, score, tls)
        })
        .await;
    // Of the last look alone: what the others saw is thrown away.
    let inspected = Inspected {
        tls,
        score,
        ..Inspected::new(&live, &discovery, &verdict)
    };
    (Report::of_domain(verdict, now, inspected), adopted)
}

fn yaml(adopted: &Adopted) -> String {
    manifest::yaml(adopted).unwrap_or_else(|error| format!("# {}: {error}\n", adopted.spec.domain))
}

/// The selectors asked for by name, each once, and those of the documented list beside them.
pub(super) fn selectors(named: &[String]) -> (Vec<String>, Vec<&'static str>) {
    let mut seen = BTreeSet::new();
    let asked = named.iter().filter(|selector| seen.insert(selector.as_str()));
    let asked = asked.cloned().collect();
    let listed = PROBE_SELECTORS.iter().copied();
    (asked, listed.filter(|listed| !seen.contains(listed)).collect())
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
            let name = domain(text).map_err(NoDomain::from).and_then(|name| {
                match sends_no_mail(&name, args.public_suffixes) {
                    Some(why) => Err(why),
                    None => Ok(name),
                }
            });
            match name {
                Ok(name) => {
                    if !args.show.quiet {
                        spelt(text, &name);
                    }
                    named.add(name, &mut seen);
                }
                Err(why) => {
                    named.incomplete = true;
                    output::note(&format!("error: {} is no domain: {why}", harmless(text)));
                }
            }
        }
        for path in &args.from {
            named.read_list(path, args, &mut seen)?;
        }
        Ok(named)
    }

    fn add(&mut self, name: Name, seen: &mut BTreeSet<Name>) {
        if seen.insert(name.clone()) {
            self.domains.push(name);
        }
    }

    fn read_list(&mut self, path: &str, args: &Args, seen: &mut BTreeSet<Name>) -> Result<(), Failure> {
        let shown = harmless(file::shown(path));
        let octets = file::octets(path)?;
        let (text, encoding) =
            file::decode(&octets).map_err(|why| Failure::Usage(format!("cannot read {shown}: {why}")))?;
        let quiet = args.show.quiet;
        if encoding == file::Encoding::Latin1 && !quiet {
            output::note(&format!(
                "note: {shown} is neither UTF-8 nor UTF-16, and is read as Latin-1"
            ));
        }
        let list = list::read(&text, args.public_suffixes);
        for (text, name) in list.spelt.iter().filter(|_| !quiet) {
            spelt(text, name);
        }
        let (missed, beside): (Vec<_>, Vec<_>) = list.skipped.iter().partition(|skipped| skipped.matters);
        self.incomplete |= !missed.is_empty();
        let notes = ("note", if quiet { Vec::new() } else { beside });
        for (word, skipped) in [notes, ("error", missed)] {
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

/// A selector: one or more labels below `_domainkey` (RFC 6376 3.1), with underscores, which some signers use.
pub(super) fn selector(text: &str) -> Result<String, String> {
    if text.contains('*') {
        return Err("a wildcard is no selector: name the one that a signature has behind s=".to_owned());
    }
    if text.contains(['=', ';', ':', '/', '@', ',']) || text.contains(char::is_whitespace) {
        return Err("write one selector alone: what a signature has behind s=".to_owned());
    }
    let name: Name = text
        .parse()
        .map_err(|error: crate::name::NameError| error.to_string())?;
    let labels = name.labels();
    if labels.is_empty() || labels.iter().any(|label| label == b"_domainkey") {
        return Err("write the selector alone: what stands before ._domainkey".to_owned());
    }
    let inner = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    let is_label =
        |label: &Vec<u8>| label.iter().all(inner) && !label.starts_with(b"-") && !label.ends_with(b"-");
    if !labels.iter().all(is_label) {
        return Err("a selector holds letters, digits, inner hyphens and dots".to_owned());
    }
    Ok(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_selector_is_refused_with_a_sentence() {
        for (text, is) in [
            ("s1", "s1"),
            ("S1.", "s1"),
            ("2024", "2024"),
            ("a.b", "a.b"),
            ("k_1-a", "k_1-a"),
        ] {
            assert_eq!(selector(text), Ok(is.to_owned()), "{text}");
        }
        for (text, says) in [
            ("*", "wildcard"),
            ("*.s1", "wildcard"),
            ("s1*", "wildcard"),
            ("s1 s2", "one selector alone"),
            ("s1,s2", "one selector alone"),
            ("s=s1;", "one selector alone"),
            ("s1@a.nl", "one selector alone"),
            ("https://a.nl", "one selector alone"),
            ("s1._domainkey.a.nl", "before ._domainkey"),
            ("s1._DOMAINKEY", "before ._domainkey"),
            ("_domainkey", "before ._domainkey"),
            (".", "before ._domainkey"),
            ("-", "letters, digits"),
            ("-a", "letters, digits"),
            ("a!", "letters, digits"),
            ("a..b", "label is empty"),
            ("", "label is empty"),
            ("\u{e9}", "outside ASCII"),
        ] {
            let why = selector(text).expect_err(text);
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
