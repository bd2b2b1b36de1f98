//! What a spec says of DANE, made certain: the TLSA records of hosts, or that every mail host must have some. Pure.

use std::collections::BTreeSet;

use super::certified::{self, Certified};
use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What, mx};
use crate::api::{DaneHost, MailDomainSpec};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::dane::{Tlsa, Unusable};

/// At most so many hosts.
const MAX_HOSTS: usize = 32;

/// At most so many records of one host.
const MAX_RECORDS: usize = 16;

/// What a block wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaneWant {
    /// These records at the name.
    Records(BTreeSet<Tlsa>),
    /// The records of these certificates at the name.
    Certified(Certified),
    /// Records senders can use at every host of the domain's MX, whoever publishes them.
    Everywhere,
}

/// Where the records of a mail host stand (RFC 7672 2.2.3); `None` where the host leaves no room for it.
pub fn tlsa_name(host: &Name) -> Option<Name> {
    host.prepend(AT_PORT_25).ok()
}

/// Whether records of a mail host stand at this name; else it is a domain's, of which something is required.
pub fn is_tlsa_name(name: &Name) -> bool {
    let below = name.as_str().strip_prefix(AT_PORT_25);
    below.is_some_and(|host| host.starts_with('.'))
}

/// The labels before a mail host's name.
const AT_PORT_25: &str = "_25._tcp";

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let Some(block) = &spec.dane else {
        return Ok(Vec::new());
    };
    let path = "spec.dane";
    let required = block.required == Some(true);
    let mut errors = Vec::new();
    let mut wanted = Vec::new();
    let has_certificates = !block.certificate_refs.is_empty();
    if block.hosts.is_empty() && !required && !has_certificates {
        let message = "needs hosts with their records, certificateRefs, or required: true, found neither";
        errors.push(SpecError::new(path, message));
    }
    let shared = certified::read(&block.certificate_refs, block.scheme, path, &mut errors);
    let hosts = match (block.hosts.is_empty(), has_certificates) {
        (true, true) => of_the_mx(spec, domain, path, &mut errors),
        _ => block.hosts.clone(),
    };
    let by_themselves = |host: &DaneHost| host.certificate_refs.is_empty() && !host.records.is_empty();
    let has_own = |host: &DaneHost| !host.certificate_refs.is_empty();
    let names_some = has_certificates || block.hosts.iter().any(has_own);
    let is_unused = !names_some || (!block.hosts.is_empty() && block.hosts.iter().all(by_themselves));
    if block.scheme.is_some() && is_unused {
        let message = "goes with certificateRefs only, of the block or of a host: records are written out by whoever names them";
        errors.push(SpecError::new(format!("{path}.scheme"), message));
    }
    if has_certificates && !block.hosts.is_empty() && block.hosts.iter().all(has_its_own) {
        let message = "no host takes these: each names records or certificates of its own. Leave them out, or name a host without";
        errors.push(SpecError::new(format!("{path}.certificateRefs"), message));
    }
    if block.hosts.len() > MAX_HOSTS {
        let message = format!("at most {MAX_HOSTS} hosts, found {}", block.hosts.len());
        errors.push(SpecError::new(format!("{path}.hosts"), message));
    }
    if required && Role::from(spec.role) == Role::Parked {
        let message =
            "cannot be asked of role Parked: it takes no mail, so there is no host that could have records";
        errors.push(SpecError::new(format!("{path}.required"), message));
    }
    let mut known = BTreeSet::new();
    for (index, entry) in hosts.iter().enumerate().take(MAX_HOSTS) {
        // Hosts of the mx block are asked for by the certificates.
        let path = match block.hosts.is_empty() {
            true => format!("{path}.certificateRefs"),
            false => format!("{path}.hosts[{index}]"),
        };
        let want = match (entry.certificate_refs.is_empty(), entry.records.is_empty()) {
            (true, true) if has_certificates => DaneWant::Certified(shared.clone()),
            (true, _) => DaneWant::Records(records(entry, &path, &mut errors)),
            (false, is_alone) => {
                if !is_alone {
                    let message = "names records and certificateRefs: want one of them";
                    errors.push(SpecError::new(path.clone(), message));
                }
                let own = certified::read(&entry.certificate_refs, block.scheme, &path, &mut errors);
                DaneWant::Certified(own)
            }
        };
        match host(&entry.name, domain) {
            Err(message) => errors.push(SpecError::new(format!("{path}.name"), message)),
            Ok(name) if !known.insert(name.clone()) => {
                let message = format!("{} stands in this list before: one entry a host", entry.name);
                errors.push(SpecError::new(format!("{path}.name"), message));
            }
            Ok(name) => wanted.push(ManagedRrset {
                name,
                kind: Kind::Tlsa,
                what: What::Dane(want),
                path,
            }),
        }
    }
    if required {
        wanted.push(ManagedRrset {
            name: domain.clone(),
            kind: Kind::Tlsa,
            what: What::Dane(DaneWant::Everywhere),
            path: format!("{path}.required"),
        });
    }
    match errors.is_empty() {
        true => Ok(wanted),
        false => Err(errors),
    }
}

fn has_its_own(host: &DaneHost) -> bool {
    !host.records.is_empty() || !host.certificate_refs.is_empty()
}

/// The hosts of the mx block, where certificates are named and no hosts.
fn of_the_mx(spec: &MailDomainSpec, domain: &Name, path: &str, errors: &mut Vec<SpecError>) -> Vec<DaneHost> {
    let hosts = spec.mx.iter().flat_map(|mx| &mx.hosts);
    // What is wrong with one is said of its own block.
    let sound = hosts.clone().filter(|host| mx::host(&host.host, domain).is_ok());
    let has_some = hosts.count() > 0;
    let mut hosts: Vec<DaneHost> = sound
        .map(|host| DaneHost {
            name: host.host.clone(),
            ..DaneHost::default()
        })
        .collect();
    hosts.sort_by(|left, right| left.name.cmp(&right.name));
    hosts.dedup_by(|left, right| left.name == right.name);
    if !has_some {
        let message = "of which hosts? Name them under hosts, each with its name alone, or in an mx block";
        errors.push(SpecError::new(format!("{path}.certificateRefs"), message));
    }
    hosts
}

/// Where the records of a host stand, or what is wrong with its name.
fn host(text: &str, domain: &Name) -> Result<Name, String> {
    let lower = text.to_ascii_lowercase();
    if let Some(host) = lower.strip_prefix("_25._tcp.") {
        return Err(format!(
            "write the host alone, {host}: its records stand at _25._tcp. before it"
        ));
    }
    let host = mx::host(text, domain)?;
    tlsa_name(&host).ok_or_else(|| format!("{text:?} is too long: _25._tcp. must fit before it"))
}

fn records(entry: &DaneHost, path: &str, errors: &mut Vec<SpecError>) -> BTreeSet<Tlsa> {
    let mut records = BTreeSet::new();
    if entry.records.is_empty() || entry.records.len() > MAX_RECORDS {
        let message = format!("want 1 to {MAX_RECORDS} records, found {}", entry.records.len());
        errors.push(SpecError::new(format!("{path}.records"), message));
    }
    for (index, text) in entry.records.iter().enumerate().take(MAX_RECORDS) {
        let read = Tlsa::parse(text).and_then(|record| match record.useless() {
            None => Ok(record),
            Some(why) => {
                let what = match why {
                    Unusable::Placeholder => "nothing is ever found by",
                    _ => "no sender of mail uses",
                };
                Err(format!("{what} {}; {}", why.say(&record), instead(&why)))
            }
        });
        let message = match read {
            Err(message) => message,
            Ok(record) if records.contains(&record) => {
                format!("{} stands in this list before", record.kind())
            }
            Ok(record) => {
                records.insert(record);
                continue;
            }
        };
        errors.push(SpecError::new(format!("{path}.records[{index}]"), message));
    }
    records
}

/// What to write in place of a record nobody uses.
fn instead(why: &Unusable) -> &'static str {
    match why {
        Unusable::PublicAuthority | Unusable::Usage => {
            "write usage 3 for the host's own key, or 2 for the authority that signs it (RFC 7672 3.1)"
        }
        Unusable::Selector => "write selector 1 for the public key, or 0 for the whole certificate",
        Unusable::Matching => "write matching type 1 for SHA-256, or 2 for SHA-512",
        Unusable::Length(..) | Unusable::Empty => {
            "write the whole digest: 64 hexadecimal digits of SHA-256, 128 of SHA-512"
        }
        Unusable::Placeholder => {
            "take the digest of the host's own key: what made this one had nothing to read"
        }
    }
}

/// What a block wants published.
pub(super) fn desired(want: &DaneWant) -> Desired {
    let (values, condition) = match want {
        DaneWant::Records(records) => (records.iter().map(ToString::to_string).collect(), None),
        DaneWant::Certified(certified) => return certified.desired(),
        DaneWant::Everywhere => {
            let condition = "every host of the MX has TLSA records senders can use, and all of it is signed";
            (Vec::new(), Some(condition.to_owned()))
        }
    };
    Desired {
        kind: Kind::Tlsa,
        values,
        condition,
        file: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted_of(rest: &str) -> Result<Vec<String>, Vec<String>> {
        let spec: MailDomainSpec = serde_saphyr::from_str(&format!("{{domain: a.nl, {rest}}}")).unwrap();
        match wanted(&spec, &spec.domain.parse().unwrap()) {
            Ok(wanted) => Ok(wanted
                .iter()
                .map(|one| format!("{} {} [{}]", one.name, one.desired().values.join(" | "), one.path))
                .collect()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn records_stand_before_their_host() {
        let (blue, green) = ("ab".repeat(32), "cd".repeat(32));
        let found = wanted_of(&format!(
            "role: Mail, dane: {{required: true, hosts: [{{name: MX1.a.nl., records: ['3 1 1 {}', '3 1 1 {blue}']}}, \
             {{name: mx.provider.example, records: ['2 0 1 {blue}']}}]}}",
            green.to_uppercase()
        ));
        assert_eq!(
            found.unwrap(),
            [
                format!("_25._tcp.mx1.a.nl 3 1 1 {blue} | 3 1 1 {green} [spec.dane.hosts[0]]"),
                format!("_25._tcp.mx.provider.example 2 0 1 {blue} [spec.dane.hosts[1]]"),
                "a.nl  [spec.dane.required]".to_owned(),
            ]
        );
    }

    #[test]
    fn what_no_sender_uses_is_refused_with_what_to_write() {
        let host = |name: &str, record: &str| {
            format!("role: Mail, dane: {{hosts: [{{name: '{name}', records: ['{record}']}}]}}")
        };
        let fine = format!("3 1 1 {}", "ab".repeat(32));
        for (rest, path, says) in [
            ("role: Mail, dane: {}".to_owned(), "spec.dane: ", "found neither"),
            (
                "role: Mail, dane: {required: false}".to_owned(),
                "spec.dane: ",
                "found neither",
            ),
            (
                "role: Parked, dane: {required: true}".to_owned(),
                "spec.dane.required: ",
                "takes no mail",
            ),
            (
                host("_25._tcp.mx.a.nl", &fine),
                "spec.dane.hosts[0].name: ",
                "the host alone, mx.a.nl",
            ),
            (host("192.0.2.1", &fine), "spec.dane.hosts[0].name: ", "address"),
            (
                host("mx.a.nl", &fine.replace("3 1", "1 1")),
                "spec.dane.hosts[0].records[0]: ",
                "usage 3",
            ),
            (
                host("mx.a.nl", &fine.replace("1 1 ", "1 2 ")),
                "spec.dane.hosts[0].records[0]: ",
                "64 hexadecimal",
            ),
            (
                host("mx.a.nl", "3 1 1"),
                "spec.dane.hosts[0].records[0]: ",
                "whole digest",
            ),
            (
                host("mx.a.nl", "mx.a.nl"),
                "spec.dane.hosts[0].records[0]: ",
                "usage, selector",
            ),
            (
                host("mx.a.nl", &format!("{fine}', '{}", fine.to_uppercase())),
                "spec.dane.hosts[0].records[1]: ",
                "before",
            ),
            (
                "role: Mail, dane: {hosts: [{name: mx.a.nl, records: []}]}".to_owned(),
                "spec.dane.hosts[0].records: ",
                "1 to 16",
            ),
        ] {
            let errors = wanted_of(&rest).unwrap_err();
            assert!(
                errors.len() == 1 && errors[0].starts_with(path) && errors[0].contains(says),
                "{rest}: {errors:?}"
            );
        }
    }

    #[test]
    fn certificates_are_for_hosts_that_name_nothing_of_their_own() {
        let key = "ab".repeat(32);
        let found = wanted_of(&format!(
            "role: Mail, mx: {{hosts: [{{preference: 10, host: mx2.a.nl}}, {{preference: 20, host: mx1.a.nl}}]}}, dane: \
             {{certificateRefs: [{{name: blue}}, {{name: green}}], hosts: [{{name: mx1.a.nl}}, {{name: mx2.a.nl, records: \
             ['3 1 1 {key}']}}, {{name: mx3.a.nl, certificateRefs: [{{name: red}}]}}]}}"
        ));
        assert_eq!(
            found.unwrap(),
            [
                "_25._tcp.mx1.a.nl  [spec.dane.hosts[0]]".to_owned(),
                format!("_25._tcp.mx2.a.nl 3 1 1 {key} [spec.dane.hosts[1]]"),
                "_25._tcp.mx3.a.nl  [spec.dane.hosts[2]]".to_owned(),
            ]
        );
        let found = wanted_of(
            "role: Mail, mx: {hosts: [{preference: 10, host: mx2.a.nl}, {preference: 20, host: mx1.a.nl}]}, dane: \
             {certificateRefs: [{name: blue}]}",
        );
        let path = "[spec.dane.certificateRefs]";
        assert_eq!(
            found.unwrap(),
            [
                format!("_25._tcp.mx1.a.nl  {path}"),
                format!("_25._tcp.mx2.a.nl  {path}")
            ]
        );
        let host = "hosts: [{name: mx1.a.nl}]";
        for (block, at, says) in [
            (
                "certificateRefs: [{name: blue}]".to_owned(),
                "spec.dane.certificateRefs: ",
                "of which hosts?",
            ),
            (
                format!("certificateRefs: [{{name: mail/blue}}], {host}"),
                "spec.dane.certificateRefs[0].name: ",
                "own namespace",
            ),
            (
                format!("certificateRefs: [{{name: Blue}}], {host}"),
                "spec.dane.certificateRefs[0].name: ",
                "no object's name",
            ),
            (
                format!("certificateRefs: [{{name: a}}, {{name: a}}], {host}"),
                "spec.dane.certificateRefs[1].name: ",
                "before",
            ),
            (
                host.to_owned(),
                "spec.dane.hosts[0].records: ",
                "want 1 to 16 records",
            ),
            (
                format!(
                    "hosts: [{{name: mx1.a.nl, records: ['3 1 1 {key}'], certificateRefs: [{{name: a}}]}}]"
                ),
                "spec.dane.hosts[0]: ",
                "want one of them",
            ),
            (
                format!(
                    "certificateRefs: [{{name: a}}], hosts: [{{name: mx1.a.nl, records: ['3 1 1 {key}']}}]"
                ),
                "spec.dane.certificateRefs: ",
                "no host takes these",
            ),
            (
                format!("scheme: CurrentAndNext, hosts: [{{name: mx1.a.nl, records: ['3 1 1 {key}']}}]"),
                "spec.dane.scheme: ",
                "goes with certificateRefs only",
            ),
            (
                "required: true, scheme: CurrentAndIssuer".to_owned(),
                "spec.dane.scheme: ",
                "goes with certificateRefs only",
            ),
            (
                format!(
                    "required: true, scheme: CurrentAndNext, hosts: [{{name: mx1.a.nl, records: ['3 1 1 {key}']}}]"
                ),
                "spec.dane.scheme: ",
                "goes with certificateRefs only",
            ),
            (
                format!("certificateRefs: [{{name: -a}}], {host}"),
                "spec.dane.certificateRefs[0].name: ",
                "no object's name",
            ),
            (
                format!("certificateRefs: [{{name: a..b}}], {host}"),
                "spec.dane.certificateRefs[0].name: ",
                "no object's name",
            ),
            (
                format!("certificateRefs: [{{name: mx1.}}], {host}"),
                "spec.dane.certificateRefs[0].name: ",
                "no object's name",
            ),
        ] {
            let errors = wanted_of(&format!("role: Mail, dane: {{{block}}}")).unwrap_err();
            assert!(
                errors.len() == 1 && errors[0].starts_with(at) && errors[0].contains(says),
                "{block}: {errors:?}"
            );
        }
    }
}
