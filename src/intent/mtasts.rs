//! What a spec says of MTA-STS, made certain: the policy, and the record whose id is its digest. Pure.

use std::collections::BTreeSet;

use super::desired::PolicyFile;
use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What, mx};
use crate::api::{MailDomainSpec, MtaStsMode, MtaStsSpec};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::mtasts::{MAX_AGE, Mode, Pattern, Policy, policy_url, write};

/// Where the record stands, before the domain (RFC 8461 3.1).
pub const LABEL: &str = "_mta-sts";

/// At most so many patterns.
const MAX_PATTERNS: usize = 32;

/// How long a policy is kept where nobody said: 30 days; of one that is taken back, a day.
const DEFAULT_AGE: (u32, u32) = (30 * 86_400, 86_400);

/// The policy, and the id in its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MtaStsWant {
    /// The policy that is served.
    pub policy: Policy,
    /// The id: the policy's digest, where the manifest names no other.
    pub id: String,
}

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let Some(block) = &spec.mta_sts else {
        return Ok(Vec::new());
    };
    let path = "spec.mtaSts";
    let mut errors = Vec::new();
    let policy = policy(block, spec, domain, &mut errors);
    let is_id =
        |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_alphanumeric());
    if let Some(id) = block.id.as_ref().filter(|id| !is_id(id)) {
        let message = format!("{id:?} is no id: write 1 to 32 letters and digits (RFC 8461 3.1)");
        errors.push(SpecError::new(format!("{path}.id"), message));
    }
    let id = block.id.clone().unwrap_or_else(|| policy.id());
    let name = domain
        .prepend(LABEL)
        .map_err(|error| vec![SpecError::new(path, format!("{LABEL} before {domain}: {error}"))])?;
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(vec![ManagedRrset {
        name,
        kind: Kind::Txt,
        what: What::MtaSts(MtaStsWant { policy, id }),
        path: path.to_owned(),
    }])
}

/// The record, and the file it stands for.
pub(super) fn desired(name: &Name, want: &MtaStsWant) -> Desired {
    let mut desired = Desired::txt([write(&want.id)]);
    // The record stands right below the domain the policy is of.
    desired.file = name.parent().map(|domain| PolicyFile {
        url: policy_url(&domain),
        body: want.policy.body(),
    });
    desired
}

fn policy(block: &MtaStsSpec, spec: &MailDomainSpec, domain: &Name, errors: &mut Vec<SpecError>) -> Policy {
    let mut wrong =
        |field: &str, message: String| errors.push(SpecError::new(format!("spec.mtaSts{field}"), message));
    let role = Role::from(spec.role);
    let mode = match block.mode {
        MtaStsMode::Enforce => Mode::Enforce,
        MtaStsMode::Testing => Mode::Testing,
        MtaStsMode::None => Mode::None,
    };
    if role == Role::Parked && mode != Mode::None {
        let message = format!(
            "can only be None: role {role} takes no mail, so there is no host a policy could be about"
        );
        wrong(".mode", message);
    }
    let default = match mode {
        Mode::None => DEFAULT_AGE.1,
        Mode::Testing | Mode::Enforce => DEFAULT_AGE.0,
    };
    let max_age = match &block.max_age {
        None => default,
        Some(text) => seconds(text).unwrap_or_else(|message| {
            wrong(".maxAge", message);
            default
        }),
    };
    if block.mx.len() > MAX_PATTERNS {
        wrong(
            ".mx",
            format!("at most {MAX_PATTERNS} hosts, found {}", block.mx.len()),
        );
    }
    let hosts: Vec<Name> = spec
        .mx
        .iter()
        .flat_map(|block| &block.hosts)
        .filter_map(|entry| mx::host(&entry.host, domain).ok())
        .collect();
    let mut patterns = BTreeSet::new();
    let mut fine = true;
    for (index, text) in block.mx.iter().enumerate().take(MAX_PATTERNS) {
        let message = match Pattern::parse(text) {
            Err(fault) => format!("{text:?} {}", fault.as_str()),
            Ok(pattern) if pattern.name().label_count() < 2 => {
                format!(
                    "{pattern} covers no mail server there is: want the hosts of the MX, by their whole names"
                )
            }
            Ok(pattern) if patterns.contains(&pattern) => format!("{pattern} stands in this list before"),
            Ok(pattern) => {
                patterns.insert(pattern);
                continue;
            }
        };
        fine = false;
        wrong(&format!(".mx[{index}]"), message);
    }
    if block.mx.is_empty() && mode != Mode::None {
        patterns.extend(hosts.iter().cloned().map(Pattern::host));
        // A host of the mx block that can be none is that block's error.
        let some = spec.mx.as_ref().is_some_and(|block| !block.hosts.is_empty());
        if !some && role != Role::Parked {
            let message = "needs the hosts mail may go to: list them, or name them in an mx block, which is the default";
            wrong(".mx", message.to_owned());
        }
    }
    if fine && mode == Mode::Enforce {
        for host in hosts
            .iter()
            .filter(|host| !patterns.iter().any(|pattern| pattern.covers(host)))
        {
            let message = format!(
                "covers {host} of the mx block by none of its entries: senders would deliver nothing to it (RFC 8461 5); \
                 add {host}"
            );
            wrong(".mx", message);
        }
    }
    Policy {
        mode,
        mx: patterns,
        max_age,
    }
}

/// One number and one unit, in seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || format!("{text:?} is no length of time: write one number and one unit, as 30d, 2w or 12h");
    let (number, unit) = text
        .char_indices()
        .next_back()
        .and_then(|(at, _)| text.split_at_checked(at))
        .ok_or_else(wrong)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(wrong()),
    };
    if number.is_empty() || number.len() > 8 || !number.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = number.saturating_mul(unit);
    u32::try_from(seconds)
        .ok()
        .filter(|seconds| (1..=MAX_AGE).contains(seconds))
        .ok_or_else(|| match seconds {
            // RFC 8461 3.2 has it from 0 on, and with 0 nobody keeps the policy: it protects no message.
            0 => format!("{text:?} is 0 seconds, so no sender keeps the policy: want 1 to {MAX_AGE}"),
            _ => format!("{text:?} is {seconds} seconds: want 1 to {MAX_AGE}, a year (RFC 8461 3.2)"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted_of(rest: &str) -> Result<Vec<Desired>, Vec<String>> {
        let spec: MailDomainSpec = serde_saphyr::from_str(&format!("{{domain: a.nl, {rest}}}")).unwrap();
        match wanted(&spec, &spec.domain.parse().unwrap()) {
            Ok(wanted) => Ok(wanted.iter().map(ManagedRrset::desired).collect()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
        }
    }

    const MX: &str = "mx: {hosts: [{preference: 20, host: mx2.b.nl}, {preference: 10, host: mx1.a.nl}]}";

    #[test]
    fn a_block_becomes_a_file_and_a_record_of_its_digest() {
        let found = wanted_of(&format!(
            "role: Mail, {MX}, mtaSts: {{mode: Enforce, maxAge: 30d}}"
        ))
        .unwrap();
        let [desired] = found.as_slice() else {
            panic!("{found:?}")
        };
        let file = desired.file.as_ref().unwrap();
        assert_eq!(file.url, "https://mta-sts.a.nl/.well-known/mta-sts.txt");
        assert_eq!(
            file.body,
            "version: STSv1\nmode: enforce\nmx: mx1.a.nl\nmx: mx2.b.nl\nmax_age: 2592000\n"
        );
        let [value] = desired.values.as_slice() else {
            panic!("{desired:?}")
        };
        let id = value
            .strip_prefix("v=STSv1; id=")
            .unwrap()
            .strip_suffix(';')
            .unwrap();
        assert!(
            id.len() == 20 && id.bytes().all(|octet| octet.is_ascii_alphanumeric()),
            "{value}"
        );
        // The order of lists says nothing, and what is left out is what is the default.
        for same in [
            format!("role: Mail, {MX}, mtaSts: {{mode: Enforce}}"),
            format!("role: Mail, {MX}, mtaSts: {{mode: Enforce, maxAge: 720h, mx: [MX2.b.nl., mx1.a.nl]}}"),
            "role: ReceiveOnly, mtaSts: {mode: Enforce, mx: [mx2.b.nl, mx1.a.nl]}".to_owned(),
        ] {
            assert_eq!(wanted_of(&same).unwrap(), found, "{same}");
        }
        // An id that stands already can be kept; the file is the same.
        let kept = wanted_of(&format!(
            "role: Mail, {MX}, mtaSts: {{mode: Enforce, id: 20260101T0000}}"
        ))
        .unwrap();
        assert_eq!(kept[0].values, ["v=STSv1; id=20260101T0000;"]);
        assert_eq!(kept[0].file, desired.file);
        let other = wanted_of(&format!("role: Mail, {MX}, mtaSts: {{mode: Testing}}")).unwrap();
        assert_ne!(other[0].values, desired.values);
    }

    #[test]
    fn a_policy_that_is_taken_back_needs_no_host_and_is_soon_forgotten() {
        for role in ["Mail", "Parked"] {
            let found = wanted_of(&format!("role: {role}, mtaSts: {{mode: None}}")).unwrap();
            let body = &found[0].file.as_ref().unwrap().body;
            assert_eq!(body, "version: STSv1\nmode: none\nmax_age: 86400\n");
        }
    }

    #[test]
    fn what_can_be_no_policy_is_refused_with_what_to_write() {
        for (rest, path, says) in [
            (
                "role: Mail, mtaSts: {mode: Enforce}",
                ".mx",
                "name them in an mx block",
            ),
            (
                "role: Parked, mtaSts: {mode: Testing}",
                ".mode",
                "can only be None",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], id: 2026-01-01}",
                ".id",
                "letters and digits",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [.a.nl]}",
                ".mx[0]",
                "begins with a dot",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: ['mx*.a.nl']}",
                ".mx[0]",
                "whole first label",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl, MX.a.nl]}",
                ".mx[1]",
                "before",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], maxAge: 0s}",
                ".maxAge",
                "no sender keeps the policy: want 1 to 31557600",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: ['*.nl']}",
                ".mx[0]",
                "covers no mail server",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mail]}",
                ".mx[0]",
                "covers no mail server",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], maxAge: 53w}",
                ".maxAge",
                "a year",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], maxAge: 1h30m}",
                ".maxAge",
                "one unit",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], maxAge: d}",
                ".maxAge",
                "one unit",
            ),
            (
                "role: Mail, mtaSts: {mode: Testing, mx: [mx.a.nl], maxAge: '1é'}",
                ".maxAge",
                "one unit",
            ),
            (
                "role: Mail, mx: {hosts: [{preference: 1, host: mx9.c.nl}]}, mtaSts: {mode: Enforce, mx: ['*.a.nl']}",
                ".mx",
                "add mx9.c.nl",
            ),
        ] {
            let errors = wanted_of(rest).unwrap_err();
            assert_eq!(errors.len(), 1, "{rest}: {errors:?}");
            let at = format!("spec.mtaSts{path}: ");
            assert!(
                errors[0].starts_with(&at) && errors[0].contains(says),
                "{rest}: {errors:?}"
            );
        }
        // While nobody enforces it a policy may lag behind.
        let rest =
            "role: Mail, mx: {hosts: [{preference: 1, host: c.nl}]}, mtaSts: {mode: Testing, mx: ['*.a.nl']}";
        assert!(wanted_of(rest).is_ok());
    }
}
