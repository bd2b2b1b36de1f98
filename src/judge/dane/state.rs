//! The state of what is wanted: the records of a host, or records at every host of the MX.

use std::collections::BTreeSet;

use super::gather::{MailHost, MailHosts, Proof, gather, tlsa};
use crate::inquiry::{Inquiry, Kind, Need, Security, Trouble};
use crate::intent::{DaneWant, Intent, ManagedRrset};
use crate::judge::basis::{Basis, Judged};
use crate::judge::{RecordVerdict, State};
use crate::name::Name;
use crate::records::dane::{self, Tlsa, telling};

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
        self.worth(&seen.fact.security, &format!("{domain} MX"));
        let MailHosts { hosts, beyond, .. } = gather(domain, Need::Essential, inquiry);
        if beyond > 0 {
            self.basis.lacks(Some(Trouble::Limit));
        }
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
    fn host(&mut self, host: &MailHost, inquiry: &mut Inquiry<'_>) -> bool {
        let before = self.differences.len();
        for question in &host.questions {
            self.basis.ask(inquiry, &question.name, question.kind);
        }
        if let Some(proof) = host.addresses.filter(|proof| *proof > Proof::Proven) {
            self.addresses(host, proof, inquiry);
        }
        let Some((place, found)) = host.found() else {
            if host.has_none() {
                let places: Vec<String> = host.places.iter().map(|place| place.name.to_string()).collect();
                let places = match places.is_empty() {
                    true => format!("_25._tcp.{}", host.name),
                    false => places.join(" or "),
                };
                self.differences.push(format!(
                    "{}: want TLSA records at {places}, found none",
                    host.name
                ));
            }
            return false;
        };
        let kinds: Vec<String> = found.iter().map(Tlsa::kind).collect();
        let kinds = kinds.join(", ");
        self.observed.push(format!("{}: {kinds}", host.name));
        if let Some(seen) = self.basis.ask(inquiry, &place.name, Kind::Tlsa) {
            self.worth(&seen.fact.security, &format!("{} TLSA", place.name));
        }
        if telling(found).is_empty() {
            let difference = format!(
                "{}: want TLSA records senders use and that can match, found only {kinds}",
                host.name
            );
            self.differences.push(difference);
        }
        self.differences.len() == before
    }

    /// Takes note of addresses that are worth no more than this.
    fn addresses(&mut self, host: &MailHost, proof: Proof, inquiry: &mut Inquiry<'_>) {
        for kind in [Kind::A, Kind::Aaaa] {
            let seen = self.basis.ask(inquiry, &host.name, kind);
            let is_it = |security: &Security| Proof::of(security) == proof;
            if let Some(seen) = seen.filter(|seen| !seen.records.is_empty() && is_it(&seen.fact.security)) {
                self.worth(&seen.fact.security, &format!("{} {kind}", host.name));
                return;
            }
        }
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
