//! `zegel selfcheck`: whether an installation works. It is what `helm test` runs, with the controller's own rights.
//!
//! The checks are independent, and each says what to do. With `--wait` all are repeated until all is well: right after
//! `helm install` nobody holds the Lease yet.

use std::time::Duration;

use jiff::Timestamp;
use kube::Config;
use tokio::time::{Instant, sleep};

use super::args::{Format, duration, one_of};
use super::controller::{ElectionArgs, selectors_go_with};
use super::{Exit, Failure, output};
use crate::api::{self, SchemaDifference, served_difference};
use crate::inquiry::{Dns, Kind};
use crate::name::Name;
use crate::operator::{Error, Holder, Installation, Tenancy, leases_of};
use crate::report::selfcheck::{Check, SelfcheckReport};
use crate::report::{Outcome, Style};
use crate::world::{DnsArgs, Dnssec, Passes, World};

/// The arguments of `zegel selfcheck`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The controller looks after MailDomains of this namespace only [default: all]
    #[arg(long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// The controller looks after MailDomains with these labels, and others after the rest: its Lease has a name of its own
    #[arg(long, value_name = "SELECTOR", conflicts_with = "shards")]
    pub shard_selector: Option<String>,
    /// The controller runs with this --tenancy: with Closed, whether grants are served and can be read
    #[arg(long, value_name = "WHO", value_enum, ignore_case = true, default_value_t)]
    pub tenancy: Tenancy,
    /// The controller runs with --grant-selectors: whether the labels of namespaces can be read
    #[arg(long)]
    pub grant_selectors: bool,
    /// Keep checking until all is well, at most this long
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,
    /// How the result is written
    #[arg(long, short, value_name = "FORMAT", default_value = "table", value_parser = one_of(&[Format::Json, Format::Table]))]
    pub output: Format,
    /// Which Lease the controller holds; it is looked at with --leader-elect only.
    #[command(flatten)]
    pub election: ElectionArgs,
    /// How DNS is asked.
    #[command(flatten)]
    pub dns: DnsArgs,
}

/// The pause between two rounds.
const PAUSE: Duration = Duration::from_secs(2);

/// So many of what is alike are named: parts of a schema that differ, Leases that are held.
const MOST_NAMED: usize = 3;

/// Checks an installation.
///
/// # Errors
/// When no cluster or no resolver is known, or the output cannot be written.
pub async fn run(args: &Args, style: Style) -> Result<Exit, Failure> {
    selectors_go_with(args.tenancy, args.grant_selectors)?;
    let config = args
        .dns
        .config()
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let cluster = Config::infer()
        .await
        .map_err(|error| Failure::Usage(format!("no cluster to talk to: {error}")))?;
    let installation = Installation::new(&cluster)
        .map_err(|error| Failure::Usage(format!("no cluster to talk to: {error}")))?;
    let until = args.wait.map(|wait| Instant::now() + wait);
    loop {
        // A world of its own for each round: what one remembers, the next is to ask again.
        let world = World::new(config.clone()).map_err(|error| Failure::Usage(error.to_string()))?;
        let (crd, rights, lease, names) = tokio::join!(
            crd(&installation, args.tenancy),
            rights(&installation, args),
            lease(&installation, args, &cluster.default_namespace),
            names(&world, config.dnssec == Some(Dnssec::Require)),
        );
        let mut checks = vec![crd, rights, lease];
        checks.extend(names);
        let report = SelfcheckReport { checks };
        let outcome = report.outcome();
        if outcome == Outcome::Fine || until.is_none_or(|until| Instant::now() + PAUSE > until) {
            output::print(&match args.output {
                Format::Json => output::judged_line(world.now(), outcome.as_str(), &report),
                _ => report.text(style),
            })?;
            return Ok(outcome.into());
        }
        sleep(PAUSE).await;
    }
}

async fn crd(installation: &Installation, tenancy: Tenancy) -> Check {
    const CHECK: &str = "CRD";
    const APPLY: &str = "zegel crd | kubectl apply --server-side --force-conflicts -f -, or upgrade the chart with crds.enabled";
    let document = match installation.schemas().await {
        Ok(document) => document,
        Err(error) => return unheard(CHECK, "read which schema is served", &error),
    };
    let mut served = Vec::new();
    // In an open cluster nobody reads a grant.
    let wanted = match tenancy {
        Tenancy::Open => vec![api::crd()],
        Tenancy::Closed => api::crds().to_vec(),
    };
    for crd in wanted {
        let kind = &crd.spec.names.kind;
        let name = crd.metadata.name.clone().unwrap_or_default();
        let difference = document
            .as_ref()
            .and_then(|document| served_difference(document, &crd));
        match difference {
            None => {
                let message = format!("the API server serves no zegel.dev/v1alpha1 {kind}");
                return Check::wrong(CHECK, message, APPLY);
            }
            Some(difference) if difference.is_none() => served.push(name),
            Some(SchemaDifference { lacking, .. }) if !lacking.is_empty() => {
                let lacking = some(&lacking);
                return Check::wrong(
                    CHECK,
                    format!("the CRD {name} is older than this version: it lacks {lacking}"),
                    APPLY,
                );
            }
            Some(SchemaDifference { unknown, .. }) => {
                let unknown = some(&unknown);
                return Check::wrong(
                    CHECK,
                    format!("the CRD {name} is newer than this version, which heeds no {unknown}"),
                    "run the version the CRD came with",
                );
            }
        }
    }
    let verb = if served.len() == 1 { "is" } else { "are" };
    Check::fine(
        CHECK,
        format!("{} {verb} served as this version knows it", served.join(" and ")),
    )
}

async fn rights(installation: &Installation, args: &Args) -> Check {
    const CHECK: &str = "Rights";
    let namespace = args.namespace.as_deref();
    let whose = match namespace {
        Some(namespace) => format!("MailDomains of namespace {namespace}"),
        None => "MailDomains of all namespaces".to_owned(),
    };
    if let Err(error) = installation.list(namespace).await {
        return unheard(CHECK, &format!("list {whose}"), &error);
    }
    let mut listed = vec![whose.as_str()];
    if args.tenancy == Tenancy::Closed {
        if let Err(error) = installation.list_grants().await {
            return unheard(CHECK, "list MailDomainGrants", &error);
        }
        listed.push("MailDomainGrants");
        if args.grant_selectors {
            if let Err(error) = installation.list_namespaces().await {
                return unheard(CHECK, "list Namespaces", &error);
            }
            listed.push("Namespaces");
        }
    }
    Check::fine(CHECK, format!("{} can be listed", listed.join(", ")))
}

async fn lease(installation: &Installation, args: &Args, default_namespace: &str) -> Check {
    const CHECK: &str = "Lease";
    let election = &args.election;
    if !election.leader_elect {
        return Check::skipped(CHECK, "without --leader-elect the controller holds none");
    }
    let namespace = election.lease_namespace.as_deref().unwrap_or(default_namespace);
    let logs = "see whether the controller runs, and what it logs: it works only while it holds the Lease";
    let names = leases_of(
        &election.lease_name,
        election.shards.get(),
        args.shard_selector.as_deref(),
    );
    let mut holders = Vec::new();
    for name in &names {
        let label = format!("{namespace}/{name}");
        match installation.holder(namespace, name, Timestamp::now()).await {
            Ok(Holder::One(holder)) => holders.push(format!("{holder} holds {label}")),
            Ok(Holder::Silent(holder, since)) => {
                let seconds = since.as_secs();
                let message = format!("{holder} holds {label} and has not renewed it for {seconds} s");
                return Check::wrong(CHECK, message, logs);
            }
            Ok(Holder::Nobody) => {
                return Check::wrong(
                    CHECK,
                    format!("nobody holds {label}: no MailDomain is judged that belongs to it"),
                    logs,
                );
            }
            Err(error) => return unheard(CHECK, &format!("read the Lease {label}"), &error),
        }
    }
    Check::fine(CHECK, some(&holders))
}

/// DNS, and DNSSEC where there is DNS.
async fn names(world: &World, required: bool) -> [Check; 2] {
    const CHECK: &str = "DNS";
    const DNSSEC: &str = "DNSSEC";
    let fact = world.ask(&Dns::new(Name::root(), Kind::Ns), None).await;
    let server = fact.source.server;
    if let Err(trouble) = &fact.outcome {
        let who = match server {
            Some(server) => format!("{server} gives no usable answer to"),
            None => "no resolver answers".to_owned(),
        };
        return [
            Check::wrong(
                CHECK,
                format!("{who} the question for the root's name servers: {trouble}"),
                "name resolvers that answer with --resolver (chart: resolvers), and see that a NetworkPolicy or firewall lets \
                 port 53 out, over UDP and TCP",
            ),
            Check::unknown(DNSSEC, "DNS does not answer", "mend DNS first"),
        ];
    }
    let who = server.map_or_else(|| "the resolver".to_owned(), |server| server.to_string());
    let dnssec = match world.look_for_dnssec().await {
        None => Check::skipped(DNSSEC, "nothing is validated: --dnssec off"),
        Some(Passes::Validates) => Check::fine(DNSSEC, format!("{who} validates, and passes signatures on")),
        Some(Passes::PassesOn) => Check::fine(DNSSEC, format!("{who} passes signatures on; Zegel validates")),
        Some(Passes::Strips) => Check::wrong(
            DNSSEC,
            match required {
                true => {
                    format!("{who} takes signatures away, and --dnssec require lets no unproven answer count")
                }
                false => format!("{who} takes signatures away: nothing can be proven through it"),
            },
            "name resolvers that pass DNSSEC on with --resolver (chart: resolvers), or say --dnssec off (chart: dns.dnssec)",
        ),
        Some(Passes::Partly) => Check::wrong(
            DNSSEC,
            format!("{who} passes a part of DNSSEC on, and leaves out or changes what proves the rest"),
            "name resolvers that pass all of DNSSEC on with --resolver (chart: resolvers), or say --dnssec off (chart: \
             dns.dnssec)",
        ),
        Some(Passes::Unknown) => Check::unknown(
            DNSSEC,
            format!("{who} gave no answer to the question for the root's signatures"),
            "try again; see that large answers come through, over UDP and TCP",
        ),
    };
    [Check::fine(CHECK, format!("{who} answers")), dnssec]
}

/// The API server refused, which is wrong, or did not answer, which leaves it unknown.
fn unheard(check: &'static str, what: &str, error: &Error) -> Check {
    match error {
        Error::Api(kube::Error::Api(status)) if status.code == 403 => Check::wrong(
            check,
            format!("not allowed to {what}: {}", status.message),
            "give this account the rights of the chart (rbac.create; with tenancy and grants.selectors as they are), or run the check as the controller's ServiceAccount",
        ),
        Error::Api(kube::Error::Api(status)) if status.code == 404 => Check::wrong(
            check,
            format!("cannot {what}: {}", status.message),
            "install the CRD first",
        ),
        error => Check::unknown(
            check,
            format!("cannot {what}: {error}"),
            "see whether the API server can be reached: kubectl version",
        ),
    }
}

/// The first of them, and how many more there are.
fn some(parts: &[String]) -> String {
    let named: Vec<&str> = parts.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = parts.len().saturating_sub(named.len());
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
