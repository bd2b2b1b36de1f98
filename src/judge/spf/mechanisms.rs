//! The mechanisms that ask DNS for addresses and names (RFC 7208 5.3 to 5.7), and the explanation (6.2).

use std::net::IpAddr;

use crate::inquiry::{Answer, Dns, Kind, Need, Rdata, Reply};
use crate::name::Name;
use crate::records::mx::is_nowhere;
use crate::records::spf::{DomainSpec, DualCidr, MacroString, Network4, Network6, parse_macro_string};

use super::evaluate::{CheckHost, Checked, MAX_MX, Stop};
use super::expand::{self, Values};
use super::policy::{Place, name_of};

/// Names of a client that are looked at (RFC 7208 4.6.4).
const MAX_PTR: usize = 10;

impl<'f> CheckHost<'_, 'f> {
    pub(super) fn expand(&mut self, written: &DomainSpec, domain: &str) -> Checked<String> {
        let validated = self.validated_for(&written.string, domain)?;
        let values = Values {
            client: self.client,
            domain,
            validated: &validated,
        };
        Ok(expand::domain(&written.string, &values))
    }

    /// `a`: one of the target's addresses (5.3).
    pub(super) fn a(&mut self, target: &Place, cidr: DualCidr) -> Checked<bool> {
        let Some(name) = target.name() else {
            return Ok(false);
        };
        if self.is_nowhere(name) {
            self.count_void()?;
            return Ok(false);
        }
        let addresses = self.ask(name, self.family())?;
        if addresses.is_empty() {
            self.count_void()?;
        }
        Ok(self.any_address(addresses, cidr))
    }

    /// `mx`: one of the addresses of the target's mail exchanges (5.4).
    pub(super) fn mx(&mut self, target: &Place, cidr: DualCidr) -> Checked<bool> {
        let Some(name) = target.name() else {
            return Ok(false);
        };
        if self.is_nowhere(name) {
            self.count_void()?;
            return Ok(false);
        }
        let records = self.ask(name, Kind::Mx)?;
        if records.is_empty() {
            self.count_void()?;
        }
        if records.len() > MAX_MX {
            return Err(self.permanent(
                Some(Kind::Mx),
                format!("mx of {name} names more than {MAX_MX} hosts"),
            ));
        }
        let mut hosts: Vec<(u16, &Name)> = records
            .iter()
            .filter_map(|record| match record {
                Rdata::Mx { preference, exchange } if !exchange.is_root() => Some((*preference, exchange)),
                _ => None,
            })
            .collect();
        hosts.sort_by_key(|(preference, _)| *preference);
        // All at once, so that one more wave answers them all.
        let family = self.family();
        let answers: Vec<_> = hosts
            .iter()
            .map(|(_, host)| match is_nowhere(host, name) {
                true => Ok(&[][..]),
                false => self.ask(host, family),
            })
            .collect();
        let mut found = false;
        for addresses in answers {
            let addresses = addresses?;
            found |= !addresses.is_empty();
            if self.any_address(addresses, cidr) {
                return Ok(true);
            }
        }
        if !found && !hosts.is_empty() {
            self.count_void()?;
        }
        Ok(false)
    }

    /// `ptr`: a validated name of the client at or below the target (5.5). Trouble with DNS matches nothing.
    pub(super) fn ptr(&mut self, target: &Place) -> Checked<bool> {
        let Some(target) = target.name() else {
            return Ok(false);
        };
        let (names, void) = self.validated_names()?;
        if void {
            self.count_void()?;
        }
        Ok(names.iter().any(|name| name.is_at_or_below(target)))
    }

    /// `exists`: any IPv4 address, whatever the client's family (5.7).
    pub(super) fn exists(&mut self, target: &Place) -> Checked<bool> {
        let Some(name) = target.name() else {
            return Ok(false);
        };
        let found = !self.is_nowhere(name) && !self.ask(name, Kind::A)?.is_empty();
        if !found {
            self.count_void()?;
        }
        Ok(found)
    }

    /// What the domain says to those it rejects; anything wrong with it means no explanation (6.2).
    pub(super) fn explanation(&mut self, target: &DomainSpec, domain: &str) -> Option<String> {
        let target = self.expand(target, domain).ok()?;
        let name = name_of(&target).filter(|name| !self.is_nowhere(name))?;
        let records = self.ask(&name, Kind::Txt).ok()?;
        let [Rdata::Txt(txt)] = records else {
            return None;
        };
        let string = parse_macro_string(&txt.joined()).ok()?;
        let validated = self.validated_for(&string, domain).ok()?;
        let values = Values {
            client: self.client,
            domain,
            validated: &validated,
        };
        Some(expand::text(&string, &values)).filter(|text| !text.is_empty())
    }

    fn family(&self) -> Kind {
        if self.client.ip.is_ipv4() {
            Kind::A
        } else {
            Kind::Aaaa
        }
    }

    /// The records; empty when there are none.
    fn ask(&mut self, name: &Name, kind: Kind) -> Checked<&'f [Rdata]> {
        match self
            .inquiry
            .ask_about(&Dns::new(name.clone(), kind), Need::Essential)
        {
            Reply::Open => Err(Stop::Open),
            Reply::Unanswered(trouble) => Err(self.temporary(name, kind, trouble)),
            Reply::Answered(Answer::Records(records), _) => Ok(records),
            Reply::Answered(Answer::NoData | Answer::NxDomain, _) => Ok(&[]),
        }
    }

    fn any_address(&self, records: &[Rdata], cidr: DualCidr) -> bool {
        records.iter().any(|record| match (record, self.client.ip) {
            (Rdata::A(address), IpAddr::V4(ip)) => Network4 {
                address: *address,
                prefix: cidr.v4,
            }
            .contains(ip),
            (Rdata::Aaaa(address), IpAddr::V6(ip)) => Network6 {
                address: *address,
                prefix: cidr.v6,
            }
            .contains(ip),
            _ => false,
        })
    }

    /// The names of the client that have its address, at most ten looked at; and whether it has no name at all.
    fn validated_names(&mut self) -> Checked<(Vec<Name>, bool)> {
        let Some(reverse) = name_of(&self.client.reverse_name()) else {
            return Ok((Vec::new(), false));
        };
        let records = match self.ask(&reverse, Kind::Ptr) {
            Ok(records) => records,
            Err(Stop::Open) => return Err(Stop::Open),
            Err(_) => return Ok((Vec::new(), false)),
        };
        let names = records.iter().filter_map(|record| match record {
            Rdata::Ptr(name) => Some(name),
            _ => None,
        });
        // A name that is another machine to everybody is nobody's proof.
        let names = names.take(MAX_PTR).filter(|name| !self.is_nowhere(name));
        let names: Vec<&Name> = names.collect();
        let family = self.family();
        for name in &names {
            self.inquiry
                .ask(Dns::new((*name).clone(), family), Need::Essential);
        }
        let mut validated = Vec::new();
        for name in names {
            match self.ask(name, family) {
                Ok(addresses) if self.any_address(addresses, DualCidr { v4: 32, v6: 128 }) => {
                    validated.push(name.clone())
                }
                Err(Stop::Open) => return Err(Stop::Open),
                _ => {}
            }
        }
        Ok((validated, records.is_empty()))
    }

    /// `%{p}` (7.3), asked for only where a string uses it: the domain itself, else a name below it, else any.
    fn validated_for(&mut self, string: &MacroString, domain: &str) -> Checked<String> {
        if !expand::uses_validated_name(string) {
            return Ok(String::new());
        }
        let (names, _) = self.validated_names()?;
        let own = name_of(domain);
        let own = own.as_ref();
        let chosen = names
            .iter()
            .find(|name| Some(*name) == own)
            .or_else(|| {
                names
                    .iter()
                    .find(|name| own.is_some_and(|own| name.is_at_or_below(own)))
            })
            .or_else(|| names.first());
        Ok(chosen.map_or("unknown".to_owned(), Name::to_string))
    }
}
