//! `zegel plan`: the desired records of manifests, as a zone file, JSON, a table, or in the words of a program that publishes
//! them. Asks DNS only with `--diff`: what differs from it is asked for then.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;

use super::args::{Format, one_of};
use super::look::{LookArgs, Observer};
use super::manifests::{Loaded, Manifest};
use super::{Exit, Failure, look, manifests, output};
use crate::inquiry::Kind;
use crate::intent::SpecError;
use crate::judge::judge;
use crate::name::Name;
use crate::report::plan::dnsendpoint::{DIALECTS, Dialect};
use crate::report::plan::seen::{Held, held};
use crate::report::plan::shared::{Clash, Forms, Wants, clashes};
use crate::report::plan::{self, Row, dnscontrol, dnsendpoint, nsupdate, octodns};
use crate::report::sarif::Invalid;
use crate::report::text::harmless;
use crate::report::{Style, json};
use crate::world::Freshness;

/// The arguments of `zegel plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Manifests: files, folders (every *.yaml and *.yml below), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// How the records are written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[
        Format::Dnscontrol, Format::Dnsendpoint, Format::Json, Format::Nsupdate, Format::Octodns, Format::Table, Format::Zone,
    ]))]
    pub output: Format,
    /// Only what differs from live DNS, with what is to be taken away
    #[arg(long)]
    pub diff: bool,
    /// The TTL of the records, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = plan::TTL, value_parser = ttl)]
    pub ttl: u32,
    /// The provider ExternalDNS publishes through, for dnsendpoint: each wants texts in its own way
    #[arg(long, value_name = "PROVIDER", required_if_eq("output", "dnsendpoint"), value_parser = dialect())]
    pub provider: Option<&'static Dialect>,
    /// The zone the records are in, for octodns, dnscontrol and nsupdate [default: the domain; nsupdate asks]
    #[arg(long, value_name = "NAME")]
    pub zone: Option<Name>,
    /// How DNS is asked, with --diff.
    #[command(flatten)]
    pub look: LookArgs,
}

/// A TTL (RFC 2181 8), of which 0 would be no cache at all.
fn ttl(text: &str) -> Result<u32, String> {
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| (1..=0x7fff_ffff).contains(seconds));
    seconds.ok_or_else(|| "write whole seconds, from 1 to 2147483647: 3600 is an hour".to_owned())
}

/// A parser for the providers whose dialect is known.
fn dialect() -> impl TypedValueParser<Value = &'static Dialect> {
    let known = DIALECTS
        .iter()
        .map(|dialect| PossibleValue::new(dialect.provider).help(dialect.name));
    let others = NO_DIALECTS
        .iter()
        .map(|(name, _)| PossibleValue::new(*name).hide(true));
    PossibleValuesParser::new(known.chain(others)).try_map(|text| {
        let mut known = DIALECTS.iter();
        let mut others = NO_DIALECTS.iter();
        let why = others.find(|(name, _)| *name == text).map(|(_, why)| *why);
        known
            .find(|dialect| dialect.provider == text)
            .ok_or(why.unwrap_or("no provider whose dialect is known"))
    })
}

/// Providers somebody may ask for, through which ExternalDNS is no way for texts, and what is.
const NO_DIALECTS: &[(&str, &str)] = &[(
    "rfc2136",
    "ExternalDNS is no way for texts to a server that takes updates: use --output nsupdate",
)];

/// What a flag asks for that another one leaves no room for.
fn refused(args: &Args) -> Option<&'static str> {
    if args.provider.is_some() && args.output != Format::Dnsendpoint {
        return Some("--provider is for --output dnsendpoint alone: another output has no dialects");
    }
    let takes_zone = matches!(
        args.output,
        Format::Dnscontrol | Format::Nsupdate | Format::Octodns
    );
    (args.zone.is_some() && !takes_zone)
        .then_some("--zone is for --output octodns, dnscontrol and nsupdate; here names stand in full")
}

/// Whether there are records, and none lies in the zone.
fn holds_none(zone: &Name, manifests: &[Manifest]) -> bool {
    let mut wanted = manifests
        .iter()
        .flat_map(|manifest| &manifest.intent.wanted)
        .peekable();
    wanted.peek().is_some() && !wanted.any(|wanted| wanted.name.is_at_or_below(zone))
}

/// Makes mistakes of the record sets that two manifests want otherwise; nothing is planned then.
fn hold_together(args: &Args, loaded: &mut Loaded) {
    let all = loaded.manifests.iter().map(|manifest| Wants {
        manifest: &manifest.source,
        intent: &manifest.intent,
    });
    let all: Vec<Wants<'_>> = all.collect();
    let forms = match args.output {
        Format::Json | Format::Table => Forms::Apart,
        _ => Forms::Together,
    };
    let clashes = clashes(&all, args.zone.as_ref(), forms);
    if clashes.is_empty() {
        return;
    }
    let mistakes = clashes
        .into_iter()
        .filter_map(|clash| mistake(&loaded.manifests, clash));
    loaded.invalid.extend(mistakes);
    loaded.manifests.clear();
}

/// Where the later of two manifests asks for what the earlier one wants otherwise.
fn mistake(manifests: &[Manifest], clash: Clash) -> Option<Invalid> {
    let manifest = manifests.get(clash.manifest)?;
    let line = manifest.lines.get(clash.wanted).copied();
    let path = manifest.intent.wanted.get(clash.wanted)?.path.clone();
    Some(Invalid {
        file: manifest.source.file.clone(),
        line: line.unwrap_or(manifest.source.line),
        error: SpecError::new(format!("{}{path}", manifest.prefix), clash.message),
    })
}

/// Prints the desired records. Something that was not answered is [`Exit::Unknown`]; that something differs is what was
/// asked for, and no failure.
///
/// # Errors
/// When a flag has no say in what is asked for, no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    if let Some(why) = refused(args) {
        return Err(Failure::Usage(why.to_owned()));
    }
    let mut loaded = manifests::load(&args.paths)?;
    if let Some(zone) = args
        .zone
        .as_ref()
        .filter(|zone| holds_none(zone, &loaded.manifests))
    {
        return Err(Failure::Usage(format!(
            "no record of these manifests lies in the zone {zone}: give the zone that holds them"
        )));
    }
    if let Some(said) = loaded.of_grants_alone() {
        output::note(&said);
    }
    hold_together(args, &mut loaded);
    let mut exit = Exit::Fine;
    let at = Timestamp::now();
    if args.diff {
        let manifests = std::mem::take(&mut loaded.manifests);
        exit = exit.max(diff(args, manifests, style).await?);
    }
    let planned = loaded.manifests.iter().map(|manifest| Planned {
        manifest,
        rows: plan::rows(&manifest.intent, args.ttl),
        nothing: None,
        is_whole: true,
    });
    print(args, at, planned, style)?;
    if args.output == Format::Json {
        output::print(&json::mistakes(at, &loaded.invalid))?;
    }
    Ok(if loaded.complain() { Exit::Usage } else { exit })
}

/// Prints what of the manifests differs from DNS.
async fn diff(args: &Args, jobs: Vec<Manifest>, style: Style) -> Result<Exit, Failure> {
    let observer = Observer::new(&args.look)?;
    for manifest in &jobs {
        observer.can_look_at(&manifest.intent.domain)?;
    }
    let (depth, ttl) = (look::depth(jobs.len()), args.ttl);
    let all: Arc<[Manifest]> = jobs.into();
    let look = |number: usize| {
        let (observer, all) = (observer.clone(), all.clone());
        async move {
            let intent = all.get(number).map(|manifest| &manifest.intent)?;
            let fresh = Freshness::any().approaching(intent.depth(depth));
            let (held, _) = observer
                .look(&intent.domain, &fresh, |inquiry, now| {
                    let verdict = judge(intent, inquiry, now);
                    held(intent, &verdict, ttl, inquiry)
                })
                .await;
            Some(held)
        }
    };
    let mut held: Vec<Option<Held>> = all.iter().map(|_| None).collect();
    let done = |number: usize, result: Option<Held>| {
        if let Some(place) = held.get_mut(number) {
            *place = result;
        }
        String::new()
    };
    observer.each(0..all.len(), false, look, done).await?;
    let mut exit = Exit::Fine;
    let mut planned = Vec::with_capacity(all.len());
    for (manifest, held) in all.iter().zip(held) {
        let held = held.unwrap_or_default();
        for open in &held.open {
            output::note(&format!("error: {}", harmless(&open.why)));
            exit = Exit::Unknown;
        }
        planned.extend(differing(args, manifest, held));
    }
    print(args, observer.now(), planned, style)?;
    observer.finish(false)?;
    Ok(exit)
}

/// What is to be printed of one manifest.
struct Planned<'a> {
    manifest: &'a Manifest,
    rows: Vec<Row>,
    /// What is said in the place of records, where there is nothing to do.
    nothing: Option<&'static str>,
    /// Whether all that is wanted in the zone is known: nothing went unanswered.
    is_whole: bool,
}

/// What of one manifest differs; `None` where nothing of it may be printed.
///
/// A DNSEndpoint is one object, and applying it takes away what it no longer names; and so does octoDNS with a source of its
/// own. So both hold what is right as well, and where something was not answered there is none.
fn differing<'a>(args: &Args, manifest: &'a Manifest, held: Held) -> Option<Planned<'a>> {
    let domain = &manifest.intent.domain;
    if args.output == Format::Dnsendpoint {
        if !held.open.is_empty() {
            output::note(&format!(
                "error: {domain}: no DNSEndpoint is written, for applying it would take away what was not answered"
            ));
            return None;
        }
        return Some(Planned {
            manifest,
            rows: held.rows,
            nothing: None,
            is_whole: true,
        });
    }
    let lies_elsewhere = |name: &Name| args.zone.as_ref().is_some_and(|zone| !name.is_at_or_below(zone));
    let is_whole = held.open.iter().all(|open| lies_elsewhere(&open.name));
    let changes = held.changes();
    let nothing = changes.is_empty().then_some(match held.open.is_empty() {
        true => "nothing differs from DNS",
        false => "nothing else is known to differ from DNS",
    });
    let rows = match args.output {
        Format::Octodns => held.rows,
        _ => changes,
    };
    Some(Planned {
        manifest,
        rows,
        nothing,
        is_whole,
    })
}

/// Prints each manifest's records; for octoDNS, which has one document a zone, each zone's. A script adds once what several
/// manifests want.
fn print<'a>(
    args: &Args,
    at: Timestamp,
    planned: impl IntoIterator<Item = Planned<'a>>,
    style: Style,
) -> Result<(), Failure> {
    if args.output == Format::Octodns {
        let planned: Vec<Planned<'_>> = planned.into_iter().collect();
        return output::print(&documents(args, &planned)?);
    }
    let is_script = matches!(args.output, Format::Nsupdate | Format::Dnscontrol);
    // Whose record sets were written; not whose are wanted, for what was not answered or lies elsewhere is not.
    let mut written: HashMap<(Name, Kind), &'a Name> = HashMap::new();
    for mut planned in planned {
        let domain = &planned.manifest.intent.domain;
        let zone = match args.output {
            Format::Dnscontrol => Some(args.zone.as_ref().unwrap_or(domain)),
            _ => args.zone.as_ref(),
        };
        let is_written = |row: &&mut Row| {
            is_script && !row.values.is_empty() && zone.is_none_or(|zone| row.name.is_at_or_below(zone))
        };
        for row in planned.rows.iter_mut().filter(is_written) {
            match written.entry((row.name.clone(), row.kind)) {
                Entry::Vacant(place) => drop(place.insert(domain)),
                Entry::Occupied(first) => {
                    row.written = Some(format!("{} wants it too, and has it above", first.get()));
                }
            }
        }
        output::print(&text(args, at, &planned, style)?)?;
    }
    Ok(())
}

/// The documents of octoDNS, in the order the zones come. Of a zone of which something went unanswered there is none: as a
/// source of its own it would take that away.
fn documents(args: &Args, planned: &[Planned<'_>]) -> Result<String, Failure> {
    let mut places: HashMap<&Name, usize> = HashMap::new();
    let mut zones: Vec<(&Name, bool, Vec<octodns::Part<'_>>)> = Vec::new();
    for planned in planned {
        let domain = &planned.manifest.intent.domain;
        let zone = args.zone.as_ref().unwrap_or(domain);
        let part = octodns::Part {
            manifest: &planned.manifest.source,
            domain,
            rows: &planned.rows,
            nothing: planned.nothing,
        };
        let place = *places.entry(zone).or_insert(zones.len());
        match zones.get_mut(place) {
            Some((_, is_whole, parts)) => {
                *is_whole &= planned.is_whole;
                parts.push(part);
            }
            None => zones.push((zone, planned.is_whole, vec![part])),
        }
    }
    let mut out = String::new();
    for (zone, is_whole, parts) in zones {
        if !is_whole {
            output::note(&format!(
                "error: {zone}: no document is written, for as a source of octoDNS it would take away what was not answered"
            ));
            continue;
        }
        out.push_str(&octodns::zone(zone, &parts).map_err(Failure::Usage)?);
    }
    Ok(out)
}

/// One manifest in the format that was asked for.
fn text(args: &Args, at: Timestamp, planned: &Planned<'_>, style: Style) -> Result<String, Failure> {
    let domain = &planned.manifest.intent.domain;
    match (planned.nothing, args.output) {
        (None, _) => written(args, at, planned.manifest, &planned.rows, style),
        // One object a record set: of none there is none.
        (Some(_), Format::Json) => Ok(String::new()),
        (Some(nothing), output) => {
            let (mark, end) = match output {
                Format::Table => ("", "\n"),
                Format::Dnscontrol => ("// ", ""),
                _ => ("; ", ""),
            };
            Ok(format!("{mark}{domain}: {nothing}\n{end}"))
        }
    }
}

/// The records in the format that was asked for.
fn written(
    args: &Args,
    at: Timestamp,
    manifest: &Manifest,
    rows: &[Row],
    style: Style,
) -> Result<String, Failure> {
    let (source, domain) = (&manifest.source, &manifest.intent.domain);
    let zone = args.zone.as_ref().unwrap_or(domain);
    let failed = |error: serde_saphyr::SerializeError| Failure::Usage(format!("{domain}: {error}"));
    Ok(match (args.output, args.provider) {
        (Format::Json, _) => plan::json(at, source, domain, rows),
        (Format::Zone, _) => plan::zone(source, domain, rows) + "\n",
        (Format::Nsupdate, _) => nsupdate::script(source, domain, args.zone.as_ref(), rows) + "\n",
        (Format::Dnscontrol, _) => dnscontrol::extension(source, domain, zone, rows) + "\n",
        (Format::Dnsendpoint, Some(dialect)) => {
            dnsendpoint::object(source, domain, dialect, rows).map_err(failed)?
        }
        _ => plan::people(domain, rows, style) + "\n",
    })
}
