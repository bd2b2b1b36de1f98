//! What a spec says of MX, made certain: the hosts of its block, or, as a parked domain has it, that no mail is taken.
//! Pure.

use std::collections::BTreeSet;

use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What};
use crate::api::{MailDomainSpec, MxSpec};
use crate::inquiry::Kind;
use crate::name::{Name, NameError};
use crate::records::mx::{Exchange, HostFault, fault, shown};

/// At most so many hosts.
const MAX_HOSTS: usize = 32;

/// What a block wants at the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MxWant {
    /// These hosts, by preference.
    Hosts(Vec<Exchange>),
    /// The null MX (RFC 7505).
    Null,
}

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let role = Role::from(spec.role);
    let want = |what, path: &str| {
        let (name, path) = (domain.clone(), path.to_owned());
        Ok(vec![ManagedRrset {
            name,
            kind: Kind::Mx,
            what,
            path,
        }])
    };
    match (&spec.mx, role) {
        (Some(block), _) => want(What::Mx(from_block(block, role, domain)?), "spec.mx"),
        (None, Role::Parked) => want(What::NullMx, "spec.role"),
        (None, Role::Mail | Role::SendOnly | Role::ReceiveOnly) => Ok(Vec::new()),
    }
}

/// Whether the role alone requires something of where mail goes.
pub(super) fn required(role: Role) -> bool {
    role != Role::Mail
}

/// A parked domain's null MX (RFC 7505).
pub(super) fn parked() -> Desired {
    Desired {
        condition: Some("only where the name has an A or AAAA record".to_owned()),
        ..desired(&MxWant::Null)
    }
}

/// What a block wants published.
pub(super) fn desired(want: &MxWant) -> Desired {
    Desired {
        kind: Kind::Mx,
        values: match want {
            MxWant::Hosts(hosts) => shown(hosts),
            MxWant::Null => vec!["0 .".to_owned()],
        },
        condition: None,
        file: None,
    }
}

fn from_block(block: &MxSpec, role: Role, domain: &Name) -> Result<MxWant, Vec<SpecError>> {
    let wrong = |message: String| Err(vec![SpecError::new("spec.mx", message)]);
    match (block.hosts.is_empty(), block.none == Some(true)) {
        (true, false) => wrong("exactly one of hosts and none: true is needed, found neither".to_owned()),
        (false, true) => wrong("exactly one of hosts and none: true is needed, found both".to_owned()),
        (true, true) if role != Role::Parked => wrong(format!(
            "role {role} takes no mx with none: true: a domain that receives needs a host, and receivers refuse mail of a \
             sender that takes none back (RFC 7505 4.2); name the hosts, or choose role Parked"
        )),
        (true, true) => Ok(MxWant::Null),
        (false, false) if role == Role::Parked => wrong(
            "role Parked takes in mx only none: true: a parked domain takes no mail; where hosts take its mail, its role is \
             ReceiveOnly or Mail"
                .to_owned(),
        ),
        (false, false) => hosts(block, domain).map(MxWant::Hosts),
    }
}

fn hosts(block: &MxSpec, domain: &Name) -> Result<Vec<Exchange>, Vec<SpecError>> {
    let mut errors = Vec::new();
    let mut hosts = Vec::new();
    let mut known = BTreeSet::new();
    if block.hosts.len() > MAX_HOSTS {
        let message = format!("at most {MAX_HOSTS} hosts, found {}", block.hosts.len());
        errors.push(SpecError::new("spec.mx.hosts", message));
    }
    for (index, entry) in block.hosts.iter().enumerate().take(MAX_HOSTS) {
        let path = format!("spec.mx.hosts[{index}]");
        let preference = u16::try_from(entry.preference).map_err(|_| {
            let message = format!(
                "a preference is a number from 0 to 65535, found {}",
                entry.preference
            );
            errors.push(SpecError::new(format!("{path}.preference"), message));
        });
        let host = host(&entry.host, domain).and_then(|host| match known.insert(host.clone()) {
            true => Ok(host),
            false => Err(format!(
                "{host} stands in this list before: senders try it once, at its lowest preference"
            )),
        });
        match (preference, host) {
            (_, Err(message)) => errors.push(SpecError::new(format!("{path}.host"), message)),
            (Ok(preference), Ok(host)) => hosts.push((preference, host)),
            (Err(()), Ok(_)) => {}
        }
    }
    match errors.is_empty() {
        true => Ok(hosts),
        false => Err(errors),
    }
}

/// `text` as the name of a host that takes mail for `domain`, or what is wrong with it.
pub(super) fn host(text: &str, domain: &Name) -> Result<Name, String> {
    let host: Name = text
        .parse()
        .map_err(|error| match (error, idna::domain_to_ascii(text)) {
            (NameError::NonAscii, Ok(ascii)) => format!("write {text:?} in A-labels, as DNS does: {ascii}"),
            (error, _) => format!("{text:?} is no host name: {error}"),
        })?;
    if host.is_root() {
        return Err(
            "the root is no host: where no mail is taken, write none: true in place of hosts".to_owned(),
        );
    }
    let Some(fault) = fault(&host) else {
        return Ok(host);
    };
    Err(match fault {
        HostFault::Null => {
            format!(
                "{text:?} is a host senders look for: where no mail is taken, write none: true in place of hosts"
            )
        }
        HostFault::Address => format!(
            "{text:?} is an address: an MX holds a host's name (RFC 5321 5.1); write the name, and publish the address there"
        ),
        HostFault::Local => format!(
            "{text:?} is another machine to everybody: write a name that all of the internet resolves"
        ),
        HostFault::OneLabel => {
            format!("{text:?} is one label alone: write the whole name, as {text}.{domain}")
        }
        HostFault::Endpoint => {
            format!(
                "{text:?} holds a port or a scheme: write the host's name alone, for mail goes to port 25"
            )
        }
        HostFault::Mailbox => {
            format!("{text:?} is a mail address: write the name of the host that takes the mail")
        }
        HostFault::Blank => format!("{text:?} holds a blank: write preference and host in their own fields"),
        HostFault::Characters => {
            format!(
                "{text:?} is no host name: labels hold letters, digits and inner hyphens (RFC 5321 2.3.5)"
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted_of(spec: &str) -> Result<Vec<String>, Vec<String>> {
        let spec: MailDomainSpec = serde_saphyr::from_str(spec).unwrap();
        let domain: Name = spec.domain.parse().unwrap();
        match wanted(&spec, &domain) {
            Ok(wanted) => Ok(wanted
                .into_iter()
                .map(|one| {
                    let desired = one.desired();
                    format!("{} [{}]", desired.values.join(", "), one.path)
                })
                .collect()),
            Err(errors) => Err(errors.into_iter().map(|error| error.to_string()).collect()),
        }
    }

    #[test]
    fn what_a_role_and_a_block_want() {
        for (spec, want) in [
            ("role: Mail", &[] as &[&str]),
            ("role: ReceiveOnly", &[]),
            ("role: Parked", &["0 . [spec.role]"]),
            ("role: Parked, mx: {none: true}", &["0 . [spec.mx]"]),
            (
                "role: Mail, mx: {hosts: [{preference: 20, host: MX2.a.nl}, {preference: 10, host: mx1.a.nl.}]}",
                &["10 mx1.a.nl, 20 mx2.a.nl [spec.mx]"],
            ),
            (
                "role: ReceiveOnly, mx: {none: false, hosts: [{preference: 0, host: a.nl}]}",
                &["0 a.nl [spec.mx]"],
            ),
        ] {
            let found = wanted_of(&format!("{{domain: a.nl, {spec}}}"));
            let want: Vec<String> = want.iter().map(|&one| one.to_owned()).collect();
            assert_eq!(found, Ok(want), "{spec}");
        }
    }

    #[test]
    fn what_can_be_no_mx_is_refused_with_what_to_write() {
        for (spec, says) in [
            ("role: Mail, mx: {}", "found neither"),
            ("role: Mail, mx: {none: false}", "found neither"),
            (
                "role: Parked, mx: {none: true, hosts: [{preference: 1, host: b.a.nl}]}",
                "found both",
            ),
            ("role: Mail, mx: {none: true}", "choose role Parked"),
            ("role: SendOnly, mx: {none: true}", "RFC 7505 4.2"),
            ("role: ReceiveOnly, mx: {none: true}", "choose role Parked"),
            (
                "role: Parked, mx: {hosts: [{preference: 1, host: b.a.nl}]}",
                "ReceiveOnly or Mail",
            ),
        ] {
            let found = wanted_of(&format!("{{domain: a.nl, {spec}}}")).unwrap_err();
            assert_eq!(found.len(), 1, "{spec}: {found:?}");
            assert!(
                found[0].starts_with("spec.mx: ") && found[0].contains(says),
                "{found:?}"
            );
        }
        for (host, says) in [
            ("192.0.2.25", "publish the address there"),
            ("'[2001:db8::25]'", "publish the address there"),
            ("'.'", "none: true"),
            ("'0'", "none: true"),
            ("localhost", "another machine"),
            ("mail", "mail.a.nl"),
            ("'mail.a.nl:25'", "port 25"),
            ("postmaster@a.nl", "mail address"),
            ("'10 mail.a.nl'", "own fields"),
            ("mail_1.a.nl", "inner hyphens"),
            ("mål.a.nl", "xn--ml-yia.a.nl"),
            ("''", "empty"),
        ] {
            let spec =
                format!("{{domain: a.nl, role: Mail, mx: {{hosts: [{{preference: 10, host: {host}}}]}}}}");
            let found = wanted_of(&spec).unwrap_err();
            assert_eq!(found.len(), 1, "{host}: {found:?}");
            let at = "spec.mx.hosts[0].host: ";
            assert!(found[0].starts_with(at) && found[0].contains(says), "{found:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_with_the_hosts_is_said_at_once() {
        let found = wanted_of(
            "{domain: a.nl, role: Mail, mx: {hosts: [{preference: -1, host: b.a.nl}, {preference: 65536, host: mail}, \
             {preference: 1, host: B.a.nl}]}}",
        );
        let paths: Vec<String> = found
            .unwrap_err()
            .iter()
            .map(|error| error.split_once(": ").unwrap().0.to_owned())
            .collect();
        assert_eq!(
            paths,
            [
                "spec.mx.hosts[0].preference",
                "spec.mx.hosts[1].preference",
                "spec.mx.hosts[1].host",
                "spec.mx.hosts[2].host"
            ]
        );
        let many: Vec<String> = (0..33)
            .map(|number| format!("{{preference: 1, host: n{number}.a.nl}}"))
            .collect();
        let found = wanted_of(&format!(
            "{{domain: a.nl, role: Mail, mx: {{hosts: [{}]}}}}",
            many.join(",")
        ));
        assert_eq!(found.unwrap_err().len(), 1);
    }
}
