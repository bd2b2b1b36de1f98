//! The spf block of a spec, made certain: the record at the domain, those at other names of it, and what the role
//! derives. Pure.

use std::collections::BTreeSet;

use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What};
use crate::api::{MailDomainSpec, SpfAll, SpfSpec};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::spf::{Qualifier, Record, build};

/// At most so many mechanisms in one record: the real fleet has records of 126.
const MAX_MECHANISMS: usize = 256;

/// At most so many octets in one entry.
const MAX_ENTRY: usize = 255;

/// At most so many other names.
const MAX_ALSO_AT: usize = 32;

/// What a record may measure: a DNS message holds 65,535 octets with everything around it.
const MAX_RECORD: usize = 65_000;

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let wrong = |path: &str, message: String| Err(vec![SpecError::new(path, message)]);
    let role = Role::from(spec.role);
    match (role, &spec.spf) {
        (Role::Mail, None) => Ok(Vec::new()),
        (Role::Mail | Role::SendOnly, Some(block)) => from_block(block, domain),
        (Role::SendOnly, None) => wrong(
            "spec.spf",
            "role SendOnly needs an spf block: who may send in this domain's name".to_owned(),
        ),
        (Role::ReceiveOnly | Role::Parked, Some(_)) => wrong(
            "spec.spf",
            format!("role {role} derives v=spf1 -all: leave the block out, or choose role Mail or SendOnly"),
        ),
        (Role::ReceiveOnly | Role::Parked, None) => match build(&[], Some(Qualifier::Fail), None, None) {
            Ok(record) => Ok(vec![want(domain.clone(), record, "spec.role".to_owned())]),
            Err(errors) => wrong("spec.role", format!("{errors:?}")),
        },
    }
}

/// The record itself.
pub(super) fn desired(record: &Record) -> Desired {
    Desired::txt([record.to_text()])
}

fn want(name: Name, record: Record, path: String) -> ManagedRrset {
    ManagedRrset {
        name,
        kind: Kind::Txt,
        what: What::Spf(record),
        path,
    }
}

fn from_block(block: &SpfSpec, domain: &Name) -> Rrsets {
    let mut errors = Vec::new();
    let mut wanted = Vec::new();
    let path = "spec.spf".to_owned();
    let fields = Fields {
        mechanisms: &block.mechanisms,
        all: block.all,
        redirect: block.redirect.as_deref(),
        explanation: block.explanation.as_deref(),
    };
    if let Some(record) = fields.record(&path, &mut errors) {
        wanted.push(want(domain.clone(), record, path));
    }
    if block.also_at.len() > MAX_ALSO_AT {
        let message = format!("at most {MAX_ALSO_AT} names, found {}", block.also_at.len());
        errors.push(SpecError::new("spec.spf.alsoAt", message));
    }
    let mut names = BTreeSet::new();
    for (index, also) in block.also_at.iter().enumerate().take(MAX_ALSO_AT) {
        let path = format!("spec.spf.alsoAt[{index}]");
        let fields = Fields {
            mechanisms: &also.mechanisms,
            all: also.all,
            redirect: also.redirect.as_deref(),
            explanation: also.explanation.as_deref(),
        };
        let record = fields.record(&path, &mut errors);
        match name_below(&also.name, domain) {
            Err(message) => errors.push(SpecError::new(format!("{path}.name"), message)),
            Ok(name) if !names.insert(name.clone()) => {
                let message = format!("{name} stands in this list before: one record a name");
                errors.push(SpecError::new(format!("{path}.name"), message));
            }
            Ok(name) => wanted.extend(record.map(|record| want(name, record, path))),
        }
    }
    match errors.is_empty() {
        true => Ok(wanted),
        false => Err(errors),
    }
}

/// What a record is made of, at the domain and at other names alike.
struct Fields<'s> {
    mechanisms: &'s [String],
    all: Option<SpfAll>,
    redirect: Option<&'s str>,
    explanation: Option<&'s str>,
}

impl Fields<'_> {
    /// The record; `None` when something was wrong, which is in `errors` then.
    fn record(&self, path: &str, errors: &mut Vec<SpecError>) -> Option<Record> {
        let before = errors.len();
        if self.mechanisms.len() > MAX_MECHANISMS {
            let message = format!(
                "at most {MAX_MECHANISMS} mechanisms, found {}",
                self.mechanisms.len()
            );
            errors.push(SpecError::new(format!("{path}.mechanisms"), message));
            return None;
        }
        let entries = self
            .mechanisms
            .iter()
            .enumerate()
            .map(|(index, text)| (format!("mechanisms[{index}]"), text.as_str()));
        let domains = [("redirect", self.redirect), ("explanation", self.explanation)];
        let domains = domains
            .iter()
            .filter_map(|(field, text)| text.map(|text| ((*field).to_owned(), text)));
        for (field, text) in entries.chain(domains) {
            if text.len() > MAX_ENTRY {
                let message = format!("at most {MAX_ENTRY} octets, found {}", text.len());
                errors.push(SpecError::new(format!("{path}.{field}"), message));
            }
        }
        match (self.all, self.redirect) {
            (None, None) => errors.push(SpecError::new(path, "exactly one of all and redirect is needed, found neither")),
            (Some(_), Some(_)) => errors.push(SpecError::new(
                path,
                "exactly one of all and redirect is needed, found both: receivers ignore redirect where all stands",
            )),
            _ => {}
        }
        let all = self.all.map(|all| match all {
            SpfAll::Fail => Qualifier::Fail,
            SpfAll::SoftFail => Qualifier::SoftFail,
            SpfAll::Neutral => Qualifier::Neutral,
        });
        match build(self.mechanisms, all, self.redirect, self.explanation) {
            Err(wrong) => {
                let wrong = wrong.into_iter();
                errors.extend(
                    wrong.map(|error| SpecError::new(format!("{path}.{}", error.part), error.message)),
                );
            }
            Ok(record) if record.text.len() > MAX_RECORD => {
                let message = format!(
                    "the record has {} octets; a TXT record holds {MAX_RECORD}",
                    record.text.len()
                );
                errors.push(SpecError::new(path, message));
            }
            Ok(record) if errors.len() == before => return Some(record),
            Ok(_) => {}
        }
        None
    }
}

/// `text` as a name below the domain, or what is wrong with it.
fn name_below(text: &str, domain: &Name) -> Result<Name, String> {
    if text.is_empty() || text == "@" || text.eq_ignore_ascii_case(domain.as_str()) {
        return Err("a name below the domain; the domain's own record is spec.spf itself".to_owned());
    }
    if text.ends_with('.') {
        return Err(format!(
            "{text:?} ends in a dot: write the part before {domain} only"
        ));
    }
    let label = |label: &str| {
        let inner = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let mut labels = text.split('.');
    let first = labels.next().unwrap_or_default();
    if !(first == "*" || label(first)) || !labels.all(label) {
        return Err(format!(
            "{text:?} is no name: letters, digits, hyphens and underscores, or * as the first label"
        ));
    }
    let lower = text.to_ascii_lowercase();
    if let Some(short) = lower.strip_suffix(&format!(".{domain}")) {
        return Err(format!("write {short:?}: the part before {domain} only"));
    }
    domain
        .prepend(text)
        .map_err(|error| format!("{text:?} before {domain}: {error}"))
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
                .map(|one| match &one.what {
                    What::Spf(record) => format!("{} {} [{}]", one.name, record.to_text(), one.path),
                    other => panic!("{other:?}"),
                })
                .collect()),
            Err(errors) => Err(errors.into_iter().map(|error| error.to_string()).collect()),
        }
    }

    #[test]
    fn what_a_role_derives() {
        for (role, wanted) in [
            ("Mail", Ok(vec![])),
            ("ReceiveOnly", Ok(vec!["voorbeeld.nl v=spf1 -all [spec.role]"])),
            ("Parked", Ok(vec!["voorbeeld.nl v=spf1 -all [spec.role]"])),
            ("SendOnly", Err(1)),
        ] {
            let found = wanted_of(&format!("{{domain: voorbeeld.nl, role: {role}}}"));
            assert_eq!(
                found.map_err(|errors| errors.len()),
                wanted.map(|list| list.into_iter().map(str::to_owned).collect()),
                "{role}"
            );
        }
        for (role, refused) in [
            ("Mail", false),
            ("SendOnly", false),
            ("ReceiveOnly", true),
            ("Parked", true),
        ] {
            let found = wanted_of(&format!(
                "{{domain: voorbeeld.nl, role: {role}, spf: {{all: Fail}}}}"
            ));
            assert_eq!(found.is_err(), refused, "{role}");
        }
    }

    #[test]
    fn records_at_the_domain_and_at_other_names() {
        let found = wanted_of(
            "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [mx, 'include:_spf1.voorbeeld.nl'], all: SoftFail, explanation: exp.voorbeeld.nl, alsoAt: [
                {name: _spf1, mechanisms: ['ip4:192.0.2.0/24'], all: Neutral}, {name: '*', all: Fail}, {name: a.Mail, redirect: voorbeeld.nl}]}}",
        );
        assert_eq!(
            found.unwrap(),
            [
                "voorbeeld.nl v=spf1 mx include:_spf1.voorbeeld.nl ~all exp=exp.voorbeeld.nl [spec.spf]",
                "_spf1.voorbeeld.nl v=spf1 ip4:192.0.2.0/24 ?all [spec.spf.alsoAt[0]]",
                "*.voorbeeld.nl v=spf1 -all [spec.spf.alsoAt[1]]",
                "a.mail.voorbeeld.nl v=spf1 redirect=voorbeeld.nl [spec.spf.alsoAt[2]]",
            ]
        );
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let found = wanted_of(
            "{domain: voorbeeld.nl, role: Mail, spf: {mechanisms: [all, 'ip4:1', mx], explanation: x, alsoAt: [
                {name: '', all: Fail}, {name: x.voorbeeld.nl, all: Fail}, {name: a, all: Fail, redirect: b.nl}, {name: b, all: Fail}, {name: B, all: Fail},
                {name: 'a.*', all: Fail}, {name: 'x.', all: Fail}, {name: voorbeeld.nl, all: Fail}]}}",
        );
        insta::assert_snapshot!(found.unwrap_err().join("\n"), @r#"
    spec.spf: exactly one of all and redirect is needed, found neither
    spec.spf.mechanisms[0]: all is a field of its own: write all: Fail, SoftFail or Neutral
    spec.spf.mechanisms[1]: no IPv4 address: four numbers with dots between them
    spec.spf.explanation: a domain has at least two labels, or ends in a macro
    spec.spf.alsoAt[0].name: a name below the domain; the domain's own record is spec.spf itself
    spec.spf.alsoAt[1].name: write "x": the part before voorbeeld.nl only
    spec.spf.alsoAt[2]: exactly one of all and redirect is needed, found both: receivers ignore redirect where all stands
    spec.spf.alsoAt[4].name: b.voorbeeld.nl stands in this list before: one record a name
    spec.spf.alsoAt[5].name: "a.*" is no name: letters, digits, hyphens and underscores, or * as the first label
    spec.spf.alsoAt[6].name: "x." ends in a dot: write the part before voorbeeld.nl only
    spec.spf.alsoAt[7].name: a name below the domain; the domain's own record is spec.spf itself
    "#);
    }

    #[test]
    fn bounds() {
        let entry = "x".repeat(300);
        let many = vec!["mx"; 257].join(",");
        let also: Vec<String> = (0..33)
            .map(|number| format!("{{name: n{number}, all: Fail}}"))
            .collect();
        for block in [
            format!("mechanisms: ['a:{entry}.nl'], all: Fail"),
            format!("mechanisms: [{many}], all: Fail"),
            format!("redirect: '{entry}.nl'"),
            format!("all: Fail, alsoAt: [{}]", also.join(",")),
        ] {
            let found = wanted_of(&format!("{{domain: voorbeeld.nl, role: Mail, spf: {{{block}}}}}"));
            assert_eq!(found.unwrap_err().len(), 1, "{block}");
        }
        let most = vec!["mx"; 256].join(",");
        assert!(
            wanted_of(&format!(
                "{{domain: voorbeeld.nl, role: Mail, spf: {{mechanisms: [{most}], all: Fail}}}}"
            ))
            .is_ok()
        );
    }
}
