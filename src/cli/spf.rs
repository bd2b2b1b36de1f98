//! `zegel spf`: one domain's SPF in depth: what a receiver decides about a client, or what all of it costs.

use std::net::IpAddr;

use serde::Serialize;

use super::dmarc::Format;
use super::domain::domain;
use super::look::{Eyes, LookArgs};
use super::{Exit, Failure, output};
use crate::api::FindingStatus;
use crate::inquiry::{Need, Question};
use crate::intent::Intent;
use crate::judge::judge;
use crate::judge::spf::{Analysis, Client, Outcome, analyse, evaluate};
use crate::name::Name;
use crate::records::Standard;
use crate::report::text::harmless;
use crate::report::view::{self, Open};
use crate::report::{snippet, spf};
use crate::rules::Severity;
use crate::world::Freshness;

/// The arguments of `zegel spf`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    pub domain: Name,
    /// The address mail comes from; without it the whole tree is shown with what every term costs
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<IpAddr>,
    /// The MAIL FROM address; an empty one is a bounce, and HELO is checked [default: postmaster@DOMAIN]
    #[arg(long, value_name = "ADDRESS", requires = "ip", value_parser = sender)]
    pub sender: Option<String>,
    /// What the client says it is called [default: DOMAIN]
    #[arg(long, value_name = "NAME", requires = "ip", value_parser = without_blanks)]
    pub helo: Option<String>,
    /// How the result is written
    #[arg(long, short, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The receiver's name for `%{r}` where there is none (RFC 7208 7.3).
const NO_RECEIVER: &str = "unknown";

/// A MAIL FROM address, with or without the angle brackets it has in SMTP.
fn sender(text: &str) -> Result<String, String> {
    let address = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text);
    without_blanks(address)
}

fn without_blanks(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) {
        return Err("white space: want it without blanks".to_owned());
    }
    Ok(text.to_owned())
}

/// Checks one client, or walks the whole tree.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let eyes = Eyes::open(&args.look)?;
    match args.ip {
        Some(ip) => check_client(args, &eyes, ip).await,
        None => walk_tree(args, &eyes).await,
    }
}

/// Fine means pass, unknown temperror; every other result lets the client not pass.
async fn check_client(args: &Args, eyes: &Eyes, ip: IpAddr) -> Result<Exit, Failure> {
    let sender = args
        .sender
        .clone()
        .unwrap_or_else(|| format!("postmaster@{}", args.domain));
    let helo = args.helo.clone().unwrap_or_else(|| args.domain.to_string());
    let mut client = Client::new(ip, &sender, &helo, NO_RECEIVER, eyes.now());
    let mut note = None;
    // A bounce is checked at the name HELO gave, whatever domain was asked about (RFC 7208 2.4).
    if !sender.is_empty() {
        if !client.domain().eq_ignore_ascii_case(args.domain.as_str()) {
            let own = harmless(client.domain());
            note = Some(format!(
                "a receiver checks {own} for this sender, not {}: try zegel spf {own}",
                args.domain
            ));
        }
        client = client.at(args.domain.as_str());
    }
    let fresh = Freshness::any();
    let evaluation = eyes.look(&fresh, |inquiry| evaluate(&client, inquiry)).await;
    if let Some(note) = &note {
        output::note(note);
    }
    output::print(&match args.output {
        Format::Json => output::json_line(&evaluation),
        Format::Table => spf::evaluation(client.domain(), &evaluation, note.as_deref(), output::style()),
    })?;
    Ok(match evaluation.result {
        Outcome::Pass => Exit::Fine,
        Outcome::TempError => Exit::Unknown,
        _ => Exit::Wrong,
    })
}

/// A tree in JSON, with what is wrong in it.
#[derive(Serialize)]
struct Tree {
    #[serde(flatten)]
    analysis: Analysis,
    findings: Vec<FindingStatus>,
    unanswered: Vec<Open>,
}

/// Wrong means an Error finding about SPF; unknown that something of the tree could not be asked.
async fn walk_tree(args: &Args, eyes: &Eyes) -> Result<Exit, Failure> {
    let intent = Intent::observe(args.domain.clone(), Vec::new(), Vec::new());
    let (fresh, now) = (Freshness::any(), eyes.now());
    let (analysis, walked, mut verdict) = eyes
        .look(&fresh, |inquiry| {
            inquiry.on_behalf_of(Standard::Spf);
            let analysis = analyse(&args.domain, inquiry, Need::Essential);
            let walked: Vec<Question> = inquiry.asked().map(|(question, _)| question.clone()).collect();
            (analysis, walked, judge(&intent, inquiry, now))
        })
        .await;
    // The judgement looks at everything; this command speaks of SPF.
    verdict
        .findings
        .retain(|finding| finding.rule.standard == Standard::Spf);
    verdict
        .unanswered
        .retain(|unanswered| unanswered.standards.contains(&Standard::Spf));
    let wrong = verdict
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    // What stands beside the tree may be a warning more or less; it makes nothing of the tree unknown.
    let unknown = verdict
        .unanswered
        .iter()
        .any(|unanswered| walked.contains(&unanswered.question));
    output::print(&match args.output {
        Format::Json => output::json_line(&Tree {
            analysis,
            findings: verdict.findings.iter().map(view::finding).collect(),
            unanswered: verdict.unanswered.iter().map(Open::from).collect(),
        }),
        Format::Table => {
            let style = output::style();
            let mut text = spf::analysis(&analysis, style);
            for finding in &verdict.findings {
                text.push('\n');
                text.push_str(&snippet::render(finding, None, true, style));
            }
            text
        }
    })?;
    Ok(match (wrong, unknown) {
        (true, _) => Exit::Wrong,
        (false, true) => Exit::Unknown,
        (false, false) => Exit::Fine,
    })
}
