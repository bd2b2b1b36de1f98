//! The dmarc block of a spec, made certain, and the way back: a record as the block that asks for it. Pure.

use std::collections::BTreeSet;

use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What};
use crate::api::{Alignment, Alignments, DmarcPolicy, DmarcSpec, MailDomainSpec, PublicSuffix};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::dmarc::{self, Policy};

/// What must be at `_dmarc`.
#[derive(Debug, Clone, PartialEq)]
pub enum DmarcWant {
    /// This record.
    Record(dmarc::DesiredRecord),
    /// No record here, and one above that applies.
    Inherit,
    /// A CNAME to this name, with at least this policy at its end.
    Cname {
        /// The provider's name.
        target: Name,
        /// The weakest acceptable policy there.
        at_least: Option<Policy>,
    },
}

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let role = Role::from(spec.role);
    let sends = role.sends();
    let block = match &spec.dmarc {
        None if sends => return Ok(Vec::new()),
        None => DmarcSpec::default(),
        Some(block) => block.clone(),
    };
    let name = domain.prepend("_dmarc").map_err(|error| {
        vec![SpecError::new(
            "spec.domain",
            format!("_dmarc.{domain} is no domain name: {error}"),
        )]
    })?;
    let mut errors = Vec::new();
    check_uris("aggregateReports", &block.aggregate_reports, &mut errors);
    check_uris("failureReports", &block.failure_reports, &mut errors);
    check_options(&block.failure_options, &mut errors);
    let want = if sends {
        sending(&block, &name, &mut errors)
    } else {
        refuse_for_role(&block, role, &mut errors);
        Some(DmarcWant::Record(record(&block, DmarcPolicy::Reject)))
    };
    let path = if spec.dmarc.is_some() {
        "spec.dmarc"
    } else {
        "spec.role"
    };
    match want {
        Some(want) if errors.is_empty() => Ok(vec![ManagedRrset {
            name,
            kind: Kind::Txt,
            what: What::Dmarc(want),
            path: path.to_owned(),
        }]),
        _ => Err(errors),
    }
}

/// What must be published at `_dmarc`.
pub(super) fn desired(want: &DmarcWant) -> Desired {
    match want {
        DmarcWant::Record(record) => Desired::txt([record.to_text()]),
        DmarcWant::Inherit => Desired::txt([]).when("no record here: the organizational domain's applies"),
        DmarcWant::Cname {
            target,
            at_least: None,
        } => Desired::cname(target),
        DmarcWant::Cname {
            target,
            at_least: Some(policy),
        } => Desired::cname(target).when(format!("the policy at its end must be at least p={policy}")),
    }
}

/// The block of a role that sends: exactly one of policy, inherit, cname.
fn sending(block: &DmarcSpec, name: &Name, errors: &mut Vec<SpecError>) -> Option<DmarcWant> {
    let inherit = block.inherit == Some(true);
    let given = [
        ("policy", block.policy.is_some()),
        ("inherit", inherit),
        ("cname", block.cname.is_some()),
    ];
    let given: Vec<&str> = given
        .iter()
        .filter(|(_, there)| *there)
        .map(|(field, _)| *field)
        .collect();
    let said = match given.as_slice() {
        [] => Some("there is none of them"),
        [_] => None,
        _ => Some("there is more than one of them"),
    };
    if let Some(said) = said {
        let message = format!("write exactly one of policy, inherit and cname: {said}");
        errors.push(SpecError::new("spec.dmarc", message));
    }
    if block.at_least.is_some() && block.cname.is_none() {
        errors.push(SpecError::new(
            "spec.dmarc.atLeast",
            "goes with cname only: it judges the policy at the end of the CNAME",
        ));
    }
    if block.policy.is_none() && (inherit || block.cname.is_some()) {
        for field in fields_of_a_record(block) {
            let message =
                "belongs to a record written here: with inherit or cname the record stands elsewhere";
            errors.push(SpecError::new(format!("spec.dmarc.{field}"), message));
        }
    }
    if let Some(policy) = block.policy {
        return Some(DmarcWant::Record(record(block, policy)));
    }
    if let Some(cname) = &block.cname {
        return target(cname, name, errors).map(|target| DmarcWant::Cname {
            target,
            at_least: block.at_least.map(strength),
        });
    }
    inherit.then_some(DmarcWant::Inherit)
}

/// The fields of the block that only a record can hold and that are there.
fn fields_of_a_record(block: &DmarcSpec) -> Vec<&'static str> {
    let fields = [
        ("subdomainPolicy", block.subdomain_policy.is_some()),
        (
            "nonexistentSubdomainPolicy",
            block.nonexistent_subdomain_policy.is_some(),
        ),
        ("testing", block.testing == Some(true)),
        ("publicSuffix", block.public_suffix.is_some()),
        ("alignment", block.alignment.is_some()),
        ("aggregateReports", !block.aggregate_reports.is_empty()),
        ("failureReports", !block.failure_reports.is_empty()),
        ("failureOptions", !block.failure_options.is_empty()),
    ];
    fields
        .iter()
        .filter(|(_, there)| *there)
        .map(|(field, _)| *field)
        .collect()
}

/// What a role that sends no mail has no use for.
fn refuse_for_role(block: &DmarcSpec, role: Role, errors: &mut Vec<SpecError>) {
    let mut refuse = |field: &str, there: bool, why: &str| {
        if there {
            let message = format!("{why}: role {role} derives p=reject");
            errors.push(SpecError::new(format!("spec.dmarc.{field}"), message));
        }
    };
    let weaker = block.policy.is_some_and(|policy| policy != DmarcPolicy::Reject);
    refuse("policy", weaker, "can only be Reject, or left out");
    refuse("inherit", block.inherit == Some(true), "cannot be used");
    refuse("cname", block.cname.is_some(), "cannot be used");
    refuse("atLeast", block.at_least.is_some(), "cannot be used");
    refuse("testing", block.testing == Some(true), "cannot be used");
    refuse("publicSuffix", block.public_suffix.is_some(), "cannot be used");
    refuse("alignment", block.alignment.is_some(), "cannot be used");
}

/// The record the block describes.
fn record(block: &DmarcSpec, policy: DmarcPolicy) -> dmarc::DesiredRecord {
    let alignment = block.alignment.unwrap_or_default();
    dmarc::DesiredRecord {
        policy: strength(policy),
        subdomain_policy: block.subdomain_policy.map(strength),
        nonexistent_subdomain_policy: block.nonexistent_subdomain_policy.map(strength),
        testing: block.testing == Some(true),
        public_suffix: match block.public_suffix.unwrap_or_default() {
            PublicSuffix::Undetermined => None,
            PublicSuffix::Yes => Some(true),
            PublicSuffix::No => Some(false),
        },
        strict_dkim: alignment.dkim == Some(Alignment::Strict),
        strict_spf: alignment.spf == Some(Alignment::Strict),
        aggregate_reports: block.aggregate_reports.clone(),
        failure_reports: block.failure_reports.clone(),
        failure_options: block.failure_options.clone(),
    }
}

fn check_uris(field: &str, uris: &[String], errors: &mut Vec<SpecError>) {
    let mut seen = BTreeSet::new();
    for (index, text) in uris.iter().enumerate() {
        let uri = dmarc::parse_uri(text.as_bytes(), 0);
        let wrong = match uri.problem {
            Some(problem) => Some(format!("{text:?} {}", problem.as_str())),
            None if uri.scheme != "mailto" => Some(format!(
                "{text:?}: write a mailto: URI, the only kind receivers must support"
            )),
            None if uri.size.is_some() => Some(format!(
                "{text:?} ends in a size, which RFC 9989 dropped: leave it out, or write ! as %21"
            )),
            None if !seen.insert(uri.canonical) => Some(format!("{text:?} stands there twice")),
            None => None,
        };
        if let Some(message) = wrong {
            errors.push(SpecError::new(format!("spec.dmarc.{field}[{index}]"), message));
        }
    }
}

fn check_options(options: &[String], errors: &mut Vec<SpecError>) {
    for (index, option) in options.iter().enumerate() {
        let earlier = &options[..index];
        let wrong = match option.as_str() {
            "0" | "1" | "d" | "s" if earlier.contains(option) => {
                Some(format!("{option:?} stands there twice"))
            }
            "0" if earlier.iter().any(|one| one == "1") => Some("0 and 1 exclude each other".to_owned()),
            "1" if earlier.iter().any(|one| one == "0") => Some("0 and 1 exclude each other".to_owned()),
            "0" | "1" | "d" | "s" => None,
            _ => Some(format!("{option:?} is no failure option: write 0, 1, d or s")),
        };
        if let Some(message) = wrong {
            errors.push(SpecError::new(
                format!("spec.dmarc.failureOptions[{index}]"),
                message,
            ));
        }
    }
}

fn target(text: &str, name: &Name, errors: &mut Vec<SpecError>) -> Option<Name> {
    let mut wrong = |message: String| {
        errors.push(SpecError::new("spec.dmarc.cname", message));
        None
    };
    match text.parse::<Name>() {
        Err(error) => wrong(format!("{text:?} is no domain name: {error}")),
        Ok(target) if target.is_root() => wrong("the root of DNS holds no record".to_owned()),
        Ok(target) if target == *name => wrong(format!("{target} cannot be an alias of itself")),
        Ok(target) => Some(target),
    }
}

fn strength(policy: DmarcPolicy) -> Policy {
    match policy {
        DmarcPolicy::None => Policy::None,
        DmarcPolicy::Quarantine => Policy::Quarantine,
        DmarcPolicy::Reject => Policy::Reject,
    }
}

/// The block of a manifest that asks for this record: `zegel inspect --output manifest` writes it.
pub fn dmarc_spec(wanted: &dmarc::DesiredRecord) -> DmarcSpec {
    let policy = |policy: Policy| match policy {
        Policy::None => DmarcPolicy::None,
        Policy::Quarantine => DmarcPolicy::Quarantine,
        Policy::Reject => DmarcPolicy::Reject,
    };
    let strict = |strict: bool| strict.then_some(Alignment::Strict);
    DmarcSpec {
        policy: Some(policy(wanted.policy)),
        subdomain_policy: wanted.subdomain_policy.map(policy),
        nonexistent_subdomain_policy: wanted.nonexistent_subdomain_policy.map(policy),
        testing: wanted.testing.then_some(true),
        public_suffix: wanted.public_suffix.map(|yes| match yes {
            true => PublicSuffix::Yes,
            false => PublicSuffix::No,
        }),
        alignment: (wanted.strict_dkim || wanted.strict_spf).then(|| Alignments {
            dkim: strict(wanted.strict_dkim),
            spf: strict(wanted.strict_spf),
        }),
        aggregate_reports: wanted.aggregate_reports.clone(),
        failure_reports: wanted.failure_reports.clone(),
        failure_options: wanted.failure_options.clone(),
        inherit: None,
        cname: None,
        at_least: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(role: &str, dmarc: &str) -> MailDomainSpec {
        let block = if dmarc.is_empty() {
            String::new()
        } else {
            format!("dmarc: {dmarc}")
        };
        serde_saphyr::from_str(&format!("domain: voorbeeld.nl\nrole: {role}\n{block}\n")).unwrap()
    }

    fn wants(role: &str, dmarc: &str) -> Result<Vec<DmarcWant>, Vec<String>> {
        let wanted = wanted(&spec(role, dmarc), &"voorbeeld.nl".parse().unwrap());
        let want = |wanted: ManagedRrset| match wanted.what {
            What::Dmarc(want) => want,
            other => panic!("{other:?}"),
        };
        wanted
            .map(|all| all.into_iter().map(want).collect())
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    fn text(role: &str, dmarc: &str) -> String {
        match wants(role, dmarc).unwrap().as_slice() {
            [DmarcWant::Record(record)] => record.to_text(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_block_left_out_is_observed_only_where_the_role_sends() {
        assert_eq!(wants("Mail", ""), Ok(Vec::new()));
        assert_eq!(wants("SendOnly", ""), Ok(Vec::new()));
        assert_eq!(text("ReceiveOnly", ""), "v=DMARC1; p=reject");
        assert_eq!(text("Parked", ""), "v=DMARC1; p=reject");
    }

    #[test]
    fn a_block_becomes_a_record_an_absence_or_an_alias() {
        assert_eq!(text("Mail", "{policy: None}"), "v=DMARC1; p=none");
        let full = "{policy: Reject, subdomainPolicy: Quarantine, nonexistentSubdomainPolicy: Reject, testing: true, \
            publicSuffix: No, alignment: {dkim: Strict, spf: Relaxed}, aggregateReports: ['mailto:a@b.nl'], \
            failureReports: ['mailto:c@b.nl'], failureOptions: ['1', s], inherit: false}";
        assert_eq!(
            text("Mail", full),
            "v=DMARC1; p=reject; sp=quarantine; np=reject; t=y; psd=n; adkim=s; rua=mailto:a@b.nl; ruf=mailto:c@b.nl; fo=1:s"
        );
        assert_eq!(
            text("Mail", "{policy: Reject, testing: false, failureOptions: ['1']}"),
            "v=DMARC1; p=reject"
        );
        assert_eq!(wants("Mail", "{inherit: true}"), Ok(vec![DmarcWant::Inherit]));
        let target: Name = "voorbeeld.nl.hosted.example".parse().unwrap();
        assert_eq!(
            wants(
                "Mail",
                "{cname: voorbeeld.nl.hosted.example, atLeast: Quarantine}"
            ),
            Ok(vec![DmarcWant::Cname {
                target,
                at_least: Some(Policy::Quarantine)
            }])
        );
        assert_eq!(
            text(
                "Parked",
                "{policy: Reject, subdomainPolicy: Reject, aggregateReports: ['mailto:a@b.nl']}"
            ),
            "v=DMARC1; p=reject; sp=reject; rua=mailto:a@b.nl"
        );
    }

    #[test]
    fn what_can_be_no_record_is_refused_with_its_field() {
        let cases: &[(&str, &str, &[&str])] = &[
            (
                "Mail",
                "{}",
                &["spec.dmarc: write exactly one of policy, inherit and cname: there is none of them"],
            ),
            (
                "Mail",
                "{inherit: false}",
                &["spec.dmarc: write exactly one of policy, inherit and cname: there is none of them"],
            ),
            (
                "Mail",
                "{policy: Reject, inherit: true}",
                &[
                    "spec.dmarc: write exactly one of policy, inherit and cname: there is more than one of them",
                ],
            ),
            (
                "SendOnly",
                "{inherit: true, atLeast: Reject, subdomainPolicy: None}",
                &[
                    "spec.dmarc.atLeast: goes with cname only: it judges the policy at the end of the CNAME",
                    "spec.dmarc.subdomainPolicy: belongs to a record written here: with inherit or cname the record stands elsewhere",
                ],
            ),
            (
                "Mail",
                "{policy: Reject, aggregateReports: ['a@b.nl', 'https://b.nl/x', 'mailto:a@b.nl!10m', 'mailto:a,b@c.nl'], failureOptions: [x, '0', '1']}",
                &[
                    "spec.dmarc.aggregateReports[0]: \"a@b.nl\" has no scheme: write mailto: before the address",
                    "spec.dmarc.aggregateReports[1]: \"https://b.nl/x\": write a mailto: URI, the only kind receivers must support",
                    "spec.dmarc.aggregateReports[2]: \"mailto:a@b.nl!10m\" ends in a size, which RFC 9989 dropped: leave it out, or write ! as %21",
                    "spec.dmarc.aggregateReports[3]: \"mailto:a,b@c.nl\" has a character that must be %-encoded (`,` %2C, `!` %21, `;` %3B, space %20)",
                    "spec.dmarc.failureOptions[0]: \"x\" is no failure option: write 0, 1, d or s",
                    "spec.dmarc.failureOptions[2]: 0 and 1 exclude each other",
                ],
            ),
            (
                "Mail",
                "{policy: Reject, failureReports: ['mailto:a@b.nl', 'mailto:a@B.nl']}",
                &["spec.dmarc.failureReports[1]: \"mailto:a@B.nl\" stands there twice"],
            ),
            (
                "Mail",
                "{cname: 'a..b'}",
                &["spec.dmarc.cname: \"a..b\" is no domain name: a label is empty"],
            ),
            (
                "Mail",
                "{cname: _dmarc.voorbeeld.nl}",
                &["spec.dmarc.cname: _dmarc.voorbeeld.nl cannot be an alias of itself"],
            ),
            (
                "Parked",
                "{policy: Quarantine, testing: true, alignment: {}}",
                &[
                    "spec.dmarc.policy: can only be Reject, or left out: role Parked derives p=reject",
                    "spec.dmarc.testing: cannot be used: role Parked derives p=reject",
                    "spec.dmarc.alignment: cannot be used: role Parked derives p=reject",
                ],
            ),
            (
                "ReceiveOnly",
                "{cname: x.example}",
                &["spec.dmarc.cname: cannot be used: role ReceiveOnly derives p=reject"],
            ),
        ];
        for (role, dmarc, errors) in cases {
            let found = wants(role, dmarc).expect_err(dmarc);
            assert_eq!(found, *errors, "{role} {dmarc}");
        }
    }

    #[test]
    fn a_record_read_becomes_the_block_that_asks_for_it() {
        for text in [
            "v=DMARC1; p=none",
            "v=DMARC1; p=reject; sp=none; np=quarantine; t=y; psd=y; adkim=s; aspf=s; rua=mailto:a@b.nl; ruf=mailto:c@b.nl; fo=d",
        ] {
            let (read, _) = dmarc::parse(text.as_bytes()).as_desired();
            let block = dmarc_spec(&read.unwrap());
            let mut spec = spec("Mail", "");
            spec.dmarc = Some(block);
            let wanted = wanted(&spec, &"voorbeeld.nl".parse().unwrap()).unwrap();
            assert_eq!(wanted[0].desired().values, [text]);
        }
    }
}
