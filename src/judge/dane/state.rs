//! The state of what is wanted: the records of a host, or records at every host of the MX.

use std::collections::BTreeSet;

use super::gather::{Proof, tlsa};
use crate::inquiry::{Inquiry, Kind, Security, Trouble};
use crate::intent::{DaneWant, Intent, ManagedRrset, tlsa_name};
use crate::judge::basis::{Basis, Judged};
use crate::judge::{RecordVerdict, State};
use crate::name::Name;
use crate::records::dane::{self, Tlsa, telling};
use crate::records::mx as names;

/// At most so many hosts are asked about, as everywhere.
const MAX_HOSTS: usize = crate::judge::mx::MAX_HOSTS;

/// The state of what is wanted.
pub(in crate::judge) fn state(
    intent: &Intent,
    wanted: &ManagedRrset,
    want: &DaneWant,
    inquiry: &mut Inquiry<'_>,
) -> RecordVerdict {
    let mut basis = Basis::default();
    match want {
        DaneWant::Records(records) => {
            let judged = at_host(records, &wanted.name, &mut basis, inquiry).unwrap_or_else(Judged::unknown);
            basis.verdict(wanted, judged)
        }
        DaneWant::Certified(certified) => {
            let records = certified.records();
            let known = records.clone().unwrap_or_default();
            let judged = at_host(&known, &wanted.name, &mut basis, inquiry).unwrap_or_else(Judged::unknown);
            let mut verdict = basis.verdict(wanted, judged);
            if records.is_none() {
                verdict.state = State::Unknown;
                verdict.differences = Vec::new();
                verdict.unanswered = verdict.unanswered.or(Some(Trouble::NoCertificate));
            }
            verdict
        }
        DaneWant::Everywhere => {
            let mut look = Everywhere {
                basis: &mut basis,
                unproven: false,
                observed: Vec::new(),
                differences: Vec::new(),
            };
            let judged = look
                .judge(&intent.domain, inquiry)
                .unwrap_or_else(Judged::unknown);
            let blind = look.unproven && !judged.state.differs();
            let mut verdict = basis.verdict(wanted, judged);
            if blind {
                verdict.state = State::Unknown;
                let why = match inquiry.passes() {
                    None => Trouble::NotValidated,
                    Some(_) => Trouble::Unproven,
                };
                verdict.unanswered = verdict.unanswered.or(Some(why));
            }
            verdict
        }
    }
}

/// These records, and no others.
fn at_host(
    wanted: &BTreeSet<Tlsa>,
    name: &Name,
    basis: &mut Basis,
    inquiry: &mut Inquiry<'_>,
) -> Option<Judged> {
    let seen = basis.ask(inquiry, name, Kind::Tlsa)?;
    let found = tlsa(&seen);
    let aliases = seen.chain.iter().map(|target| format!("CNAME {target}"));
    let differences = dane::compare(wanted, &found).differences;
    let state = match (found.is_empty(), differences.is_empty()) {
        (_, true) => State::InSync,
        (true, false) => State::Missing,
        (false, false) => State::Drifted,
    };
    Some(Judged {
        state,
        observed: aliases.chain(found.iter().map(ToString::to_string)).collect(),
        differences: match state {
            // That nothing is there says it all.
            State::Missing => Vec::new(),
            _ => differences,
        },
    })
}

/// A look at every host of the MX.
struct Everywhere<'l> {
    basis: &'l mut Basis,
    /// Whether something was found of which it is not known whether it is proven.
    unproven: bool,
    observed: Vec<String>,
    differences: Vec<String>,
}

impl Everywhere<'_> {
    fn judge(&mut self, domain: &Name, inquiry: &mut Inquiry<'_>) -> Option<Judged> {
        let seen = self.basis.ask(inquiry, domain, Kind::Mx)?;
        let mut hosts: Vec<Name> = crate::judge::mx::hosts_of(&seen);
        hosts.retain(|host| names::fault(host).is_none());
        hosts.truncate(MAX_HOSTS);
        self.worth(&seen.fact.security, &format!("{domain} MX"));
        let mut covered = 0;
        for host in &hosts {
            covered += usize::from(self.host(host, inquiry));
        }
        if hosts.is_empty() {
            self.differences
                .push("MX: want hosts with TLSA records, found no host".to_owned());
        }
        let state = match (self.differences.is_empty(), covered) {
            (true, _) => State::InSync,
            (false, 0) => State::Missing,
            (false, _) => State::Drifted,
        };
        Some(Judged {
            state,
            observed: std::mem::take(&mut self.observed),
            differences: std::mem::take(&mut self.differences),
        })
    }

    /// Whether a sender checks this host by its records, as far as is known.
    fn host(&mut self, host: &Name, inquiry: &mut Inquiry<'_>) -> bool {
        let before = self.differences.len();
        let mut alias = None;
        let mut addresses: Vec<(Kind, Security)> = Vec::new();
        for kind in [Kind::A, Kind::Aaaa] {
            if let Some(seen) = self.basis.ask(inquiry, host, kind) {
                alias = alias.or(seen.chain.last().cloned());
                if !seen.records.is_empty() {
                    addresses.push((kind, seen.fact.security.clone()));
                }
            }
        }
        let worst = addresses.iter().map(|(_, security)| Proof::of(security)).max();
        if alias.is_some() && worst == Some(Proof::Unsigned) && self.is_proven_alias(host, inquiry) {
            // Senders stay with the host's own name (RFC 7672 2.2.2).
            alias = None;
        } else {
            for (kind, security) in &addresses {
                if self.differences.len() == before {
                    self.worth(security, &format!("{host} {kind}"));
                }
            }
        }
        let bases = alias.iter().chain(std::iter::once(host));
        let names: Vec<Name> = bases.filter_map(tlsa_name).collect();
        let mut unanswered = false;
        for (place, name) in names.iter().enumerate() {
            let Some(seen) = self.basis.ask(inquiry, name, Kind::Tlsa) else {
                unanswered = true;
                continue;
            };
            let found = tlsa(&seen);
            let is_last = place + 1 == names.len();
            // Records nobody can prove are none where another name is left.
            if found.is_empty() || !is_last && Proof::of(&seen.fact.security) > Proof::Unknown {
                continue;
            }
            let kinds: Vec<String> = found.iter().map(Tlsa::kind).collect();
            self.observed.push(format!("{host}: {}", kinds.join(", ")));
            self.worth(&seen.fact.security, &format!("{name} TLSA"));
            if telling(&found).is_empty() {
                let difference = format!(
                    "{host}: want TLSA records senders use and that can match, found only {}",
                    kinds.join(", ")
                );
                self.differences.push(difference);
            }
            return self.differences.len() == before;
        }
        if !unanswered {
            let difference = format!("{host}: want TLSA records at _25._tcp.{host}, found none");
            self.differences.push(difference);
        }
        false
    }

    /// Whether it is proven that a host is an alias, wherever that leads.
    fn is_proven_alias(&mut self, host: &Name, inquiry: &mut Inquiry<'_>) -> bool {
        let seen = self.basis.ask(inquiry, host, Kind::Cname);
        seen.is_some_and(|seen| !seen.records.is_empty() && Proof::of(&seen.fact.security) == Proof::Proven)
    }

    /// Takes note of what an answer is worth.
    fn worth(&mut self, security: &Security, what: &str) {
        match Proof::of(security) {
            Proof::Proven => {}
            Proof::Unknown => self.unproven = true,
            Proof::Unsigned | Proof::Broken => {
                self.differences
                    .push(format!("{what}: want secure, found {security}"));
            }
        }
    }
}
