//! TLS: how safe the way to the domain's mail servers is (RFC 3207), by an edition of the guidelines.
//!
//! Mail servers are asked only where a spec wants something of their TLS, or somebody asked for a look: each connection
//! is one at a stranger's. One state is judged over all of them. A server that is busy, refuses, or cannot be reached
//! from here accuses nobody: what was seen at one of a host's addresses stands for the host, and where none answered
//! nothing is known. Files: `servers` (who is asked, gathered once), `shaken` (whether TLS comes about at one), `worth` (what was seen of one, by level), `check`
//! (the findings), `issuers` (who may issue certificates, by CAA), `beside` (what is shown beside what DNS says, the TLSA part
//! by `tlsa`, told over addresses by `addresses`), `held` (what name servers and
//! caches hold of TLSA beside it), `keeping` (records that must stay as long as their key is shown).

mod addresses;
mod beside;
mod check;
mod held;
mod issuers;
mod keeping;
mod servers;
mod shaken;
mod tlsa;
mod worth;

use std::net::IpAddr;
use std::sync::Arc;

pub(super) use self::check::check;
pub(super) use self::held::check as held;
pub(super) use self::keeping::keeping;
pub(in crate::judge) use self::servers::{MailServer, MailServers, words};
pub(in crate::judge) use self::shaken::Shaken;
pub(in crate::judge) use self::tlsa::Shown;
pub(in crate::judge) use self::worth::{Of, Trait, certificates, traits};
use super::basis::{Basis, Judged};
use super::{RecordVerdict, State};
use crate::inquiry::{AnyQuestion, Fact, Inquiry, Kind, Starttls, Trouble};
use crate::intent::{Intent, ManagedRrset, TlsLevel, What};
use crate::name::Name;
use crate::records::Standard;
use crate::transport::levels::NCSC_2025_05;
use crate::transport::{Baseline, Certificate, Level};

/// The edition by which is judged.
pub(in crate::judge) const EDITION: &Baseline = &NCSC_2025_05;

/// The state of TLS over all mail servers of the domain.
pub(super) fn state(wanted: &ManagedRrset, level: TlsLevel, inquiry: &mut Inquiry<'_>) -> RecordVerdict {
    let mut basis = Basis::default();
    let is_nowhere = basis
        .ask(inquiry, &wanted.name, Kind::Mx)
        .is_some_and(|seen| seen.nxdomain && seen.chain.is_empty());
    let servers = servers::gather(&wanted.name, inquiry);
    let (mut worst, mut differences, mut observed) = (State::InSync, Vec::new(), Vec::new());
    for server in &servers.all {
        for (question, fact) in server.answered() {
            // A second answer is had of the certificates alone: all of the TLS is too many connections for that.
            basis.rests_on_lasting(question.into(), fact.seen_at);
        }
        if server.answered().next().is_none() {
            basis.lacks(server.trouble());
        }
        observed.extend(
            server
                .answered()
                .map(|(question, fact)| shown(server, question.address, fact)),
        );
        let without = server.without_tls();
        if let Some(why) = without.why {
            basis.lacks(Some(why));
        }
        // Certificates tell that there is TLS; whether nothing below the level is taken, a look at all of it alone.
        if level > TlsLevel::Any && server.is_half_seen() {
            basis.lacks(server.half_seen_for());
        }
        if let Some(at) = without.absent.places() {
            worst = State::Missing.max(worst);
            differences.push(format!("{}: want STARTTLS, found none{at}", server.host));
        }
        if let Some(at) = without.broken.places() {
            worst = drifted(worst);
            differences.push(format!(
                "{}: want TLS, found that no version of it comes about{at}",
                server.host
            ));
        }
        let low: Vec<String> = server
            .traits()
            .into_iter()
            .filter(|one| !satisfies(one, level))
            .map(|one| one.to_string())
            .collect();
        if !low.is_empty() {
            worst = drifted(worst);
            differences.push(format!(
                "{}: want {}, found {}",
                server.host,
                level_word(level),
                low.join(", ")
            ));
        }
    }
    let is_beyond = !servers.beyond.is_empty() || servers.all.iter().any(MailServer::has_more_addresses);
    if is_beyond {
        basis.lacks(Some(Trouble::Limit));
    }
    if let Some(why) = servers.unknown() {
        basis.lacks(why);
    }
    if is_nowhere {
        worst = State::Missing;
        differences.push("want TLS at every mail server, found a domain that does not exist".to_owned());
    }
    if servers.has_nobody() {
        worst = State::Missing;
        differences.push(
            "want TLS at every mail server, found no mail server that could be reached by its name"
                .to_owned(),
        );
    }
    basis.verdict(
        wanted,
        Judged {
            state: worst,
            observed: match servers.takes_no_mail() {
                true => vec!["no mail server".to_owned()],
                false => observed,
            },
            differences,
        },
    )
}

fn drifted(worst: State) -> State {
    match worst {
        State::Missing => State::Missing,
        _ => State::Drifted,
    }
}

/// Whether what was seen may be there at this level. What is to be phased out is not insufficient, and groups and hashes
/// are sufficient at best.
fn satisfies(one: &Trait, level: TlsLevel) -> bool {
    match level {
        TlsLevel::Any => true,
        TlsLevel::Sufficient => one.level > Level::Insufficient,
        TlsLevel::Good => one.level >= one.best(),
    }
}

fn level_word(level: TlsLevel) -> &'static str {
    match level {
        TlsLevel::Any => "TLS",
        TlsLevel::Sufficient => "nothing insufficient",
        TlsLevel::Good => "nothing less than good",
    }
}

/// What was agreed on with a server, in a line.
fn shown(server: &MailServer, address: IpAddr, fact: &Fact<Starttls>) -> String {
    let seen = match &fact.outcome {
        Ok(session) => worth::in_a_word(session),
        Err(trouble) => trouble.to_string(),
    };
    format!("{} at {address}: {seen}", server.host)
}

/// What was seen at each mail server, as [`observed`] has it, where its state is managed and so stands with it.
pub fn managed(records: &[RecordVerdict]) -> impl Iterator<Item = &String> {
    let of_tls = records.iter().filter(|record| record.standard == Standard::Tls);
    of_tls.flat_map(|record| &record.observed)
}

/// What was agreed on with each mail server at each address that was asked, or why nothing was, in a line each; nothing where
/// none are asked.
pub fn observed(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Vec<String> {
    inquiry.on_behalf_of(Standard::Tls);
    let Some(servers) = known(intent, inquiry) else {
        return Vec::new();
    };
    let of = |server: &MailServer| {
        let seen: Vec<String> = server
            .answered()
            .map(|(question, fact)| shown(server, question.address, fact))
            .collect();
        match (seen.is_empty(), server.trouble()) {
            (true, Some(why)) => vec![format!("{}: {why}", server.host)],
            _ => seen,
        }
    };
    servers.all.iter().flat_map(of).collect()
}

/// The certificates that mail servers show as their own.
pub(in crate::judge) fn leaves(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Vec<Certificate> {
    inquiry.on_behalf_of(Standard::Tls);
    let servers = known(intent, inquiry);
    let servers = servers.iter().flat_map(|servers| &servers.all);
    let facts = servers.flat_map(MailServer::answered);
    let leaves = facts.filter_map(|(_, fact)| {
        let leaf = certificates(fact.outcome.as_ref().ok()?).first()?;
        Certificate::from_der(leaf).ok()
    });
    leaves.collect()
}

/// What the state of TLS lacks, where it is managed.
pub(in crate::judge) struct Unseen {
    /// Whose TLS was seen at no address, or not all of it where that is wanted, and the domain where its mail servers are not known.
    hosts: Vec<Name>,
}

impl Unseen {
    /// Whether the state is unknown for want of this answer: of a mail server, or where it is.
    pub(in crate::judge) fn rests_on(&self, question: &AnyQuestion) -> bool {
        let of_host = match (question.of::<Starttls>(), question.dns()) {
            (Some(question), _) => Some(&question.host),
            (None, Some(dns)) => matches!(dns.kind, Kind::A | Kind::Aaaa | Kind::Mx).then_some(&dns.name),
            (None, None) => None,
        };
        of_host.is_some_and(|host| self.hosts.contains(host))
    }
}

/// Whether something is wanted that all of the TLS alone shows.
fn wants_all(intent: &Intent) -> bool {
    let is_level = |wanted: &ManagedRrset| matches!(wanted.what, What::Tls(level) if level > TlsLevel::Any);
    intent.wanted.iter().any(is_level)
}

/// What the state of TLS lacks.
pub(in crate::judge) fn unseen(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Unseen {
    let mut hosts = Vec::new();
    if intent.manages(Standard::Tls) {
        inquiry.on_behalf_of(Standard::Tls);
        let servers = servers::gather(&intent.domain, inquiry);
        let wants_all = wants_all(intent);
        let silent = servers
            .all
            .iter()
            .filter(|server| server.answered().next().is_none() || wants_all && server.is_half_seen());
        hosts.extend(silent.map(|server| server.host.clone()));
        hosts.extend(servers.unknown().map(|_| intent.domain.clone()));
    }
    Unseen { hosts }
}

/// What is known of all mail servers of a domain, where they are asked.
pub(in crate::judge) fn known(intent: &Intent, inquiry: &mut Inquiry<'_>) -> Option<Arc<MailServers>> {
    let is_asked = intent.looks_at_mail_servers();
    is_asked.then(|| servers::gather(&intent.domain, inquiry))
}
