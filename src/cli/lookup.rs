//! `zegel lookup`: one record set in depth: what the resolver says, whether it is proven, what each name server says.

use super::args::{Format, one_of};
use super::domain::domain;
use super::look::{LookArgs, Observer};
use super::{Exit, Failure, eyes, output};
use crate::inquiry::{Depth, Kind};
use crate::name::Name;
use crate::report::Style;
use crate::report::lookup::LookupReport;
use crate::world::Freshness;

/// The arguments of `zegel lookup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name, whatever it is: a domain, a host, _dmarc.voorbeeld.nl
    #[arg(value_name = "NAME", value_parser = owner)]
    pub name: Name,
    /// The record type: A, AAAA, CAA, CDNSKEY, CDS, CNAME, DNSKEY, DS, MX, NS, PTR, SOA, SPF, SRV, TLSA or TXT
    #[arg(value_name = "TYPE", default_value = "TXT", value_parser = kind)]
    pub kind: Kind,
    /// How the result is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// How DNS is looked at.
    #[command(flatten)]
    pub look: LookArgs,
}

/// Looks one record set up. A proven absence is an answer like any other; what is proven to be false is wrong.
///
/// # Errors
/// When no resolver can be asked, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    let observer = Observer::new(&args.look)?;
    observer.can_look_at(&args.name)?;
    if let Some(look) = observer.recorded(&args.name) {
        eyes::answer_in(look, &args.name, args.kind)?;
    }
    let fresh = Freshness::any().approaching(Depth::Closely);
    let looked = observer
        .look_and_count(&args.name, &fresh, |inquiry, _| {
            LookupReport::look(&args.name, args.kind, inquiry)
        })
        .await;
    observer.finish(false)?;
    let (report, now) = (looked.said.at_the_cost_of(looked.questions), looked.at);
    let exit = match (report.is_bogus(), report.is_known()) {
        (true, _) => Exit::Wrong,
        (false, true) => Exit::Fine,
        (false, false) => Exit::Unknown,
    };
    output::print(&match args.output {
        Format::Json => output::judged_line(now, exit.as_str(), &report),
        _ => report.text(style),
    })?;
    Ok(exit)
}

/// Any name of DNS; one in its own letters becomes A-labels.
fn owner(text: &str) -> Result<Name, String> {
    match text.is_ascii() {
        true => text
            .parse()
            .map_err(|why: crate::name::NameError| why.to_string()),
        false => domain(text).map_err(|why| why.to_string()),
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|()| {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("want one of {}", kinds.join(", "))
    })
}
