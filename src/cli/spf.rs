//! `zegel spf`: one domain's SPF in depth: what a receiver decides about a client, or what all of it costs.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::args::{Format, one_of};
use super::domain::domain;
use super::look::{LookArgs, Observer};
use super::{Exit, Failure, output};
use crate::api::FindingStatus;
use crate::inquiry::{AnyQuestion, Need, Passes};
use crate::intent::Intent;
use crate::judge::spf::{
    Analysis, Client, Evaluation, SpfResult, analyse, checkable, evaluate, of_no_domain,
};
use crate::judge::{Finding, Unanswered, Verdict, judge};
use crate::name::Name;
use crate::records::Standard;
use crate::report::json::Open;
use crate::report::text::harmless;
use crate::report::{Outcome, Style, snippet, spf, view};
use crate::rules::{self, Severity};
use crate::world::Freshness;

/// The arguments of `zegel spf`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The domain, as mail names it: what can be none gives none (RFC 7208 4.3)
    #[arg(value_name = "DOMAIN")]
    pub domain: String,
    /// The address mail comes from; without it the whole tree is shown with what every term costs
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<IpAddr>,
    /// The MAIL FROM address; an empty one is a bounce, and HELO is checked [default: postmaster@DOMAIN]
    #[arg(long, value_name = "ADDRESS", requires = "ip")]
    pub sender: Option<String>,
    /// What the client says it is called, whatever that is [default: DOMAIN]
    #[arg(long, value_name = "NAME", requires = "ip")]
    pub helo: Option<String>,
    /// How the result is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The receiver's name for `%{r}` where there is none (RFC 7208 7.3).
const NO_RECEIVER: &str = "unknown";

/// A MAIL FROM address as SMTP brings it: without the angle brackets and the source route it may have (RFC 5321 4.1.1.3).
/// Quoted local parts may hold anything, and so may what is no address at all.
fn mail_from(text: &str) -> &str {
    let address = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or(text);
    let route = address.strip_prefix('@').and_then(|route| route.split_once(':'));
    route.map_or(address, |(_, address)| address)
}

/// The domain as a name; `None` where it can be no domain of a sender.
fn as_name(text: &str) -> Option<Name> {
    let name = domain(text).ok().filter(|name| name.label_count() > 1);
    name.or_else(|| checkable(text))
}

/// Checks one client, or walks the whole tree.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let observer = Observer::new(&args.look)?;
    if let Err(why) = domain(&args.domain) {
        output::note(&format!("{}: {why}", spf::shown(&args.domain)));
    }
    let exit = match args.ip {
        Some(ip) => check_client(args, &observer, ip, style).await,
        None => walk_tree(args, &observer, style).await,
    }?;
    observer.finish(false)?;
    Ok(exit)
}

/// Fine means pass, unknown temperror; every other result lets the client not pass.
async fn check_client(args: &Args, observer: &Observer, ip: IpAddr, style: Style) -> Result<Exit, Failure> {
    let domain = as_name(&args.domain).map_or_else(|| args.domain.clone(), |name| name.to_string());
    let postmaster = format!("postmaster@{domain}");
    let sender = args.sender.as_deref().map_or(postmaster.as_str(), mail_from);
    let helo = args.helo.as_deref().unwrap_or(&domain);
    // What can be no domain is looked at like any other, and nothing is asked.
    let subject = as_name(&domain).unwrap_or_else(Name::root);
    observer.can_look_at(&subject)?;
    // A bounce is checked at the name HELO gave, whatever domain was asked about (RFC 7208 2.4).
    let client = |now| {
        let client = Client::new(ip, sender, helo, NO_RECEIVER, now);
        if sender.is_empty() {
            client
        } else {
            client.at(&domain)
        }
    };
    let mut note = None;
    let named = Client::new(ip, sender, helo, NO_RECEIVER, observer.began_at());
    let own = named.domain();
    // Of a sender without a domain nothing is checked, wherever it is asked.
    if !sender.is_empty() && !own.is_empty() && !own.eq_ignore_ascii_case(&domain) {
        let own = harmless(own);
        let asked = spf::shown(&domain);
        note = Some(format!(
            "a receiver checks {own} for this sender, not {asked}: try zegel spf {own}"
        ));
    }
    let fresh = Freshness::any();
    // What is looked at beside it is the domain that is checked.
    let checked = client(observer.began_at());
    let intent = as_name(checked.domain()).map(|name| Intent::observe(name, Vec::new(), Vec::new()));
    let ((evaluation, beside), now) = observer
        .look(&subject, &fresh, |inquiry, now| {
            inquiry.on_behalf_of(Standard::Spf);
            let evaluation = evaluate(&client(now), inquiry);
            let verdict = intent.as_ref().map(|intent| judge(intent, inquiry, now));
            (evaluation, verdict.map(Beside::of).unwrap_or_default())
        })
        .await;
    if let Some(note) = &note {
        output::note(note);
    }
    let outcome = match evaluation.result {
        SpfResult::Pass => Outcome::Fine,
        SpfResult::TempError => Outcome::Unknown,
        SpfResult::None if beside.no_domain().is_some() => Outcome::Nonexistent,
        _ => Outcome::Wrong,
    };
    output::print(&match args.output {
        Format::Json => {
            let line = ClientLine {
                domain: checked.domain(),
                evaluation: &evaluation,
                findings: beside.findings.iter().map(view::finding).collect(),
                unanswered: beside.unanswered.iter().map(Open::from).collect(),
                validation: Passes::word(beside.validation),
            };
            output::judged_line(now, outcome.as_str(), &line)
        }
        _ => {
            let mut text = spf::evaluation(checked.domain(), &evaluation, note.as_deref(), style);
            // What else is wrong with the record is no answer about this client.
            if let Some(finding) = beside.no_domain() {
                text.push('\n');
                text.push_str(&snippet::render(finding, None, true, style));
            }
            text
        }
    })?;
    Ok(outcome.into())
}

/// What the judgement says of the domain's SPF beside what was asked, and whether there is a domain.
#[derive(Default)]
struct Beside {
    findings: Vec<Finding>,
    unanswered: Vec<Unanswered>,
    /// What the resolver makes of DNSSEC.
    validation: Option<Passes>,
}

impl Beside {
    /// The judgement looks at everything; this command speaks of SPF, and of a domain that is none.
    fn of(verdict: Verdict) -> Self {
        let speaks = |finding: &Finding| finding.rule.standard == Standard::Spf || is_no_domain(finding);
        let for_spf = |one: &Unanswered| one.standards.contains(Standard::Spf);
        Self {
            findings: verdict.findings.into_iter().filter(speaks).collect(),
            unanswered: verdict.unanswered.into_iter().filter(for_spf).collect(),
            validation: verdict.validation,
        }
    }

    /// That the domain does not exist.
    fn no_domain(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| is_no_domain(finding))
    }
}

fn is_no_domain(finding: &Finding) -> bool {
    finding.rule == &rules::dns::NO_DOMAIN
}

/// What is decided about a client, in JSON.
#[derive(Serialize)]
struct ClientLine<'e> {
    domain: &'e str,
    #[serde(flatten)]
    evaluation: &'e Evaluation,
    findings: Vec<FindingStatus>,
    unanswered: Vec<Open>,
    validation: &'static str,
}

/// A tree, with what is wrong in it.
struct Tree<'t> {
    analysis: &'t Analysis,
    beside: &'t Beside,
}

/// The same in JSON.
#[derive(Serialize)]
struct TreeLine<'t> {
    #[serde(flatten)]
    analysis: &'t Analysis,
    findings: Vec<FindingStatus>,
    unanswered: Vec<Open>,
    validation: &'static str,
}

impl Tree<'_> {
    fn text(&self, format: Format, at: Timestamp, outcome: Outcome, style: Style) -> String {
        let Beside {
            findings,
            unanswered,
            validation,
        } = self.beside;
        if format == Format::Json {
            let line = TreeLine {
                analysis: self.analysis,
                findings: findings.iter().map(view::finding).collect(),
                unanswered: unanswered.iter().map(Open::from).collect(),
                validation: Passes::word(*validation),
            };
            return output::judged_line(at, outcome.as_str(), &line);
        }
        let mut text = spf::analysis(self.analysis, style);
        for finding in findings {
            text.push('\n');
            text.push_str(&snippet::render(finding, None, true, style));
        }
        text
    }
}

/// Wrong means an Error finding about SPF, or that there is no domain; unknown that something of the tree could not be
/// asked.
async fn walk_tree(args: &Args, observer: &Observer, style: Style) -> Result<Exit, Failure> {
    let Some(domain) = as_name(&args.domain) else {
        let analysis = Arc::new(of_no_domain(&args.domain));
        let tree = Tree {
            analysis: &analysis,
            beside: &Beside::default(),
        };
        output::print(&tree.text(args.output, observer.began_at(), Outcome::Wrong, style))?;
        return Ok(Exit::Wrong);
    };
    let intent = Intent::observe(domain.clone(), Vec::new(), Vec::new());
    observer.can_look_at(&domain)?;
    let fresh = Freshness::any();
    let ((analysis, walked, beside), now) = observer
        .look(&domain, &fresh, |inquiry, now| {
            inquiry.on_behalf_of(Standard::Spf);
            let analysis = analyse(&domain, inquiry, Need::Essential);
            let walked: Vec<AnyQuestion> = inquiry.asked().map(|(question, _)| question.clone()).collect();
            (analysis, walked, Beside::of(judge(&intent, inquiry, now)))
        })
        .await;
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    // What stands beside the tree may be a warning more or less; it makes nothing of the tree unknown.
    let hides = |one: &Unanswered| one.need > Need::Evidence && walked.contains(&one.question);
    let outcome = if beside.no_domain().is_some() {
        Outcome::Nonexistent
    } else if beside.findings.iter().any(is_error) {
        Outcome::Wrong
    } else if beside.unanswered.iter().any(hides) {
        Outcome::Unknown
    } else {
        Outcome::Fine
    };
    let tree = Tree {
        analysis: &analysis,
        beside: &beside,
    };
    output::print(&tree.text(args.output, now, outcome, style))?;
    Ok(outcome.into())
}
