//! `zegel init`: a manifest to begin with, from live DNS and a few answers.

use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::args::namespace;
use super::domain::{NoDomain, domain, sends_no_mail};
use super::inspect::{selector, selectors};
use super::look::{LookArgs, Observer, Subject};
use super::{Exit, Failure, output};
use crate::adopt::init::presets::{PRESETS, Preset};
use crate::adopt::init::{Answers, begin};
use crate::adopt::live;
use crate::api::DmarcPolicy;
use crate::inquiry::Depth;
use crate::intent::{SelectorList, SpecError};
use crate::name::Name;
use crate::report::begun;
use crate::report::text::harmless;
use crate::world::Freshness;

/// The arguments of `zegel init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    pub domain: String,
    /// Who sends mail for the domain, beside those whom DNS names already; separate several by commas. nobody: it sends none
    #[arg(long, value_name = "PROVIDER", value_delimiter = ',', ignore_case = true)]
    pub sends_with: Vec<Sender>,
    /// Whether the domain receives mail [default: as DNS says]
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = false, default_missing_value = "yes", value_parser = yes_or_no)]
    pub receives: Option<bool>,
    /// Where aggregate reports of DMARC go: a mail address; repeat for more
    #[arg(long, value_name = "ADDRESS", value_parser = report_uri)]
    pub reports: Vec<String>,
    /// What receivers are asked to do with mail that fails DMARC [default: as DNS says, else none]
    #[arg(long, value_name = "POLICY", value_enum)]
    pub policy: Option<Policy>,
    /// A DKIM selector to look at, beside those that are always probed; repeat for more
    #[arg(long = "selector", value_name = "NAME", value_parser = selector)]
    pub selectors: Vec<String>,
    /// The namespace of the MailDomain [default: that of whoever applies it]
    #[arg(long, short, value_name = "NAMESPACE", value_parser = namespace)]
    pub namespace: Option<String>,
    /// Begin it although the domain does not exist yet
    #[arg(long)]
    pub new: bool,
    /// How the domain is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// A provider that sends mail, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// This one.
    Provider(&'static Preset),
    /// Nobody does.
    Nobody,
}

/// The values a flag can have; made once, for clap keeps them as long as the program runs.
static SENDERS: std::sync::LazyLock<Vec<Sender>> = std::sync::LazyLock::new(|| {
    let providers = PRESETS.iter().map(Sender::Provider);
    providers.chain([Sender::Nobody]).collect()
});

impl ValueEnum for Sender {
    fn value_variants<'a>() -> &'a [Self] {
        &SENDERS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Provider(preset) => PossibleValue::new(preset.id)
                .help(preset.name)
                .aliases(preset.aliases),
            Self::Nobody => PossibleValue::new("nobody").help("The domain sends no mail"),
        })
    }
}

/// What receivers are asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// Nothing but reports.
    None,
    /// Put it aside.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl From<Policy> for DmarcPolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::None => Self::None,
            Policy::Quarantine => Self::Quarantine,
            Policy::Reject => Self::Reject,
        }
    }
}

/// Prints the manifest. A domain that does not exist is more likely misspelt than new, and gets none unless that is said.
///
/// # Errors
/// When the domain or an answer is none, no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let name = domain(&args.domain).map_err(NoDomain::from);
    let name = name.and_then(|name| sends_no_mail(&name, false).map_or(Ok(name), Err));
    let name =
        name.map_err(|why| Failure::Usage(format!("{} is no domain: {why}", harmless(&args.domain))))?;
    let answers = answers(args)?;
    let observer = Observer::new(&args.look)?;
    observer.can_look_at(&name)?;
    let begun = look_at(&observer, &name, args, &answers).await;
    let begun = begun.map_err(|errors| refused(&errors))?;
    if !begun.exists && !args.new {
        output::note(&format!(
            "error: {name} does not exist (NXDOMAIN): correct the name, or give --new where it is still to be made"
        ));
        observer.finish(false)?;
        return Ok(Exit::Wrong);
    }
    let now = observer.now();
    let text = begun::yaml(&begun, args.namespace.as_deref(), now)
        .map_err(|error| Failure::Usage(format!("{name}: the manifest cannot be written: {error}")))?;
    output::print(&text)?;
    observer.finish(false)?;
    Ok(if begun.unanswered {
        Exit::Unknown
    } else {
        Exit::Fine
    })
}

/// One look, with the selectors of those who are named beside those that are always probed.
async fn look_at(
    observer: &Observer,
    name: &Name,
    args: &Args,
    answers: &Answers,
) -> Result<crate::adopt::init::Begun, Vec<SpecError>> {
    let named: Arc<[String]> = args.selectors.clone().into();
    let (asked, mut probes) = selectors(match observer.recorded(name) {
        Some(recorded) if named.is_empty() => &recorded.selectors,
        _ => &named,
    });
    let of_presets = PRESETS.iter().flat_map(|preset| preset.selectors);
    for selector in of_presets.map(|selector| selector.name) {
        // One that holds an account's name is a form, and no selector.
        let is_one = !selector.is_empty() && !selector.contains(char::is_uppercase);
        let is_new = !probes.contains(&selector) && asked.iter().all(|known| known != selector);
        if is_one && is_new {
            probes.push(selector);
        }
    }
    let (asked, probes) = (SelectorList::of(name, asked), SelectorList::of(name, probes));
    let subject = Subject {
        mail_servers: None,
        domain: name,
        selectors: &named,
    };
    let fresh = Freshness::any().approaching(Depth::Off);
    let (begun, _) = observer
        .look(subject, &fresh, |inquiry, now| {
            let live = live::look(name, &asked, &probes, inquiry);
            begin(&live, answers, inquiry, now)
        })
        .await;
    begun
}

fn answers(args: &Args) -> Result<Answers, Failure> {
    let mut providers: Vec<&'static Preset> = Vec::new();
    for sender in &args.sends_with {
        if let Sender::Provider(preset) = sender
            && !providers.contains(preset)
        {
            providers.push(preset);
        }
    }
    if args.sends_with.contains(&Sender::Nobody) && !providers.is_empty() {
        return Err(Failure::Usage(
            "--sends-with nobody says that the domain sends no mail: name no provider beside it".to_owned(),
        ));
    }
    Ok(Answers {
        sends_with: (!args.sends_with.is_empty()).then_some(providers),
        receives: args.receives,
        reports: args.reports.clone(),
        policy: args.policy.map(DmarcPolicy::from),
    })
}

/// Answers that can be no record.
fn refused(errors: &[SpecError]) -> Failure {
    let lines: Vec<String> = errors.iter().map(|error| harmless(&error.to_string())).collect();
    Failure::Usage(format!(
        "what was answered makes no manifest: {}",
        lines.join("; ")
    ))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

/// A mail address, or the URI of one.
fn report_uri(text: &str) -> Result<String, String> {
    if text.contains(',') {
        return Err("one address at a time: repeat the flag for more".to_owned());
    }
    let has_scheme = text.contains(':');
    match (has_scheme, text.contains('@')) {
        (true, _) => Ok(text.to_owned()),
        (false, true) => Ok(format!("mailto:{text}")),
        (false, false) => Err("write a mail address: dmarc@voorbeeld.nl".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_uri_of_its_own() {
        assert_eq!(report_uri("a@b.nl"), Ok("mailto:a@b.nl".to_owned()));
        assert_eq!(report_uri("mailto:a@b.nl"), Ok("mailto:a@b.nl".to_owned()));
        assert!(report_uri("a@b.nl,c@b.nl").is_err_and(|why| why.contains("repeat the flag")));
        assert!(report_uri("b.nl").is_err_and(|why| why.contains("a mail address")));
    }
}
