//! The dkim block of a spec, made certain: one wanted RRset a selector, and what a role derives by itself.
//!
//! Everything wrong with the block is said at once, each error with the field it is about. Pure.

use std::collections::BTreeMap;

use super::{Desired, ManagedRrset, Role, Rrsets, SpecError, What};
use crate::api::{DkimFlag, DkimSelector, MailDomainSpec, SelectorState};
use crate::inquiry::Kind;
use crate::name::Name;
use crate::records::dkim::{self, PublicKey};

/// At most this many selectors.
const MAX_SELECTORS: usize = 64;

/// At most this many octets of publicKey.
const MAX_PUBLIC_KEY: usize = 8 * 1024;

/// What must be at a selector.
#[derive(Debug, Clone, PartialEq)]
pub enum DkimWant {
    /// Exactly this key.
    Key(dkim::DesiredKey),
    /// Exactly one valid key, whichever.
    AnyKey(dkim::DesiredKey),
    /// A CNAME to this name.
    Cname(Name),
    /// No usable key: `p=` empty or nothing at all.
    Revoked,
    /// `*._domainkey` with an empty `p=`; nothing at all is equivalent.
    WildcardRevoked,
}

/// The RRsets the spec wants for this standard, or all that is wrong with the block.
pub(super) fn wanted(spec: &MailDomainSpec, domain: &Name) -> Rrsets {
    let role = Role::from(spec.role);
    let mut errors = Vec::new();
    let mut wanted = Vec::new();
    let selectors = spec.dkim.as_ref().map_or(&[][..], |block| &block.selectors);
    if selectors.len() > MAX_SELECTORS {
        errors.push(SpecError::new(
            "spec.dkim.selectors",
            format!("{} selectors, at most {MAX_SELECTORS}", selectors.len()),
        ));
    }
    let mut names: BTreeMap<Name, usize> = BTreeMap::new();
    for (index, entry) in selectors.iter().enumerate().take(MAX_SELECTORS) {
        let path = format!("spec.dkim.selectors[{index}]");
        let name = match owner(&entry.name, domain) {
            Ok(name) => name,
            Err(why) => {
                errors.push(SpecError::new(format!("{path}.name"), why));
                continue;
            }
        };
        if let Some(first) = names.get(&name) {
            errors.push(SpecError::new(
                format!("{path}.name"),
                format!(
                    "{:?} is the selector of spec.dkim.selectors[{first}] again",
                    entry.name
                ),
            ));
            continue;
        }
        names.insert(name.clone(), index);
        match want(entry, role, &name, &path) {
            Ok(want) => wanted.push(entry_wanted(name, want, path)),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if role == Role::Parked {
        match domain.prepend("*._domainkey") {
            Ok(name) => wanted.push(entry_wanted(
                name,
                DkimWant::WildcardRevoked,
                "spec.role".to_owned(),
            )),
            Err(error) => errors.push(SpecError::new("spec.domain", error.to_string())),
        }
    }
    if errors.is_empty() {
        Ok(wanted)
    } else {
        Err(errors)
    }
}

/// What must be published at a selector.
pub(super) fn desired(want: &DkimWant) -> Desired {
    let revoked = || Desired::txt(["v=DKIM1; p=".to_owned()]);
    match want {
        DkimWant::Key(key) => Desired::txt(key.to_text()),
        DkimWant::AnyKey(key) => Desired::txt([]).when(any_key(key)),
        DkimWant::Cname(target) => Desired::cname(target),
        DkimWant::Revoked => revoked().when("or no record at all: no key is as good as a revoked one"),
        DkimWant::WildcardRevoked => revoked().when("absent is equivalent"),
    }
}

/// The flags are said too: they are part of what is wanted, and so of an intent's digest.
fn any_key(key: &dkim::DesiredKey) -> String {
    let flags = match (key.testing, key.strict_identity) {
        (false, false) => "",
        (false, true) => " with t=s",
        (true, false) => " with t=y",
        (true, true) => " with t=y:s",
    };
    format!("exactly one valid key{flags}, whichever: the provider publishes it")
}

fn entry_wanted(name: Name, want: DkimWant, path: String) -> ManagedRrset {
    let kind = match want {
        DkimWant::Cname(_) => Kind::Cname,
        _ => Kind::Txt,
    };
    ManagedRrset {
        name,
        kind,
        what: What::Dkim(want),
        path,
    }
}

/// `selector._domainkey.domain`, or why the selector is none (RFC 6376 3.1: dot-separated sub-domains).
fn owner(selector: &str, domain: &Name) -> Result<Name, String> {
    let label = |label: &str| {
        let inner = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        !label.is_empty()
            && label.bytes().all(inner)
            && !label.starts_with(['-', '_'])
            && !label.ends_with(['-', '_'])
    };
    if selector.split('.').any(|part| part == "_domainkey") {
        return Err(format!(
            "{selector:?}: write the selector alone, without ._domainkey and the domain"
        ));
    }
    if !selector.split('.').all(label) {
        return Err(format!(
            "{selector:?} is no selector: letters, digits and inner hyphens, in labels separated by dots"
        ));
    }
    domain
        .prepend(&format!("{selector}._domainkey"))
        .map_err(|error| format!("{selector:?}: {error}"))
}

/// What one entry wants.
fn want(entry: &DkimSelector, role: Role, name: &Name, path: &str) -> Result<DkimWant, Vec<SpecError>> {
    let mut errors = Vec::new();
    let any_key = entry.any_key.unwrap_or(false);
    let sources = [
        ("publicKey", entry.public_key.is_some()),
        ("cname", entry.cname.is_some()),
        ("anyKey", any_key),
    ];
    let given: Vec<&str> = sources
        .iter()
        .filter(|(_, given)| *given)
        .map(|(field, _)| *field)
        .collect();
    let mut wrong = |field: &str, message: String| {
        let field = if field.is_empty() {
            path.to_owned()
        } else {
            format!("{path}.{field}")
        };
        errors.push(SpecError::new(field, message));
    };
    let revoked = entry.state.unwrap_or_default() == SelectorState::Revoked;
    if revoked {
        for field in given {
            wrong(field, format!("a Revoked selector has no key: leave {field} out"));
        }
        if !entry.flags.is_empty() {
            wrong("flags", "a Revoked selector has no flags".to_owned());
        }
        return finish(DkimWant::Revoked, errors);
    }
    if !role.sends() {
        let message = format!("a {role} domain sends no mail: only selectors with state: Revoked");
        wrong("state", message);
    }
    match given.as_slice() {
        [_] => {}
        [] => wrong(
            "",
            "exactly one of publicKey, cname, anyKey: true, or state: Revoked".to_owned(),
        ),
        several => wrong(
            "",
            format!(
                "exactly one of publicKey, cname, anyKey: found {}",
                several.join(" and ")
            ),
        ),
    }
    if entry.cname.is_some() && !entry.flags.is_empty() {
        wrong(
            "flags",
            "the record at the end of a CNAME is the provider's: flags can be asked of publicKey and anyKey only"
                .to_owned(),
        );
    }
    let mut found = None;
    if let Some(text) = &entry.public_key {
        match public_key(text) {
            Ok(key) => found = Some(DkimWant::Key(record(entry, Some(key)))),
            Err(why) => wrong("publicKey", why),
        }
    }
    if let Some(text) = &entry.cname {
        match cname(text, name) {
            Ok(target) => found = found.or(Some(DkimWant::Cname(target))),
            Err(why) => wrong("cname", why),
        }
    }
    let found = found.unwrap_or_else(|| DkimWant::AnyKey(record(entry, None)));
    finish(found, errors)
}

fn finish(want: DkimWant, errors: Vec<SpecError>) -> Result<DkimWant, Vec<SpecError>> {
    if errors.is_empty() { Ok(want) } else { Err(errors) }
}

fn record(entry: &DkimSelector, key: Option<PublicKey>) -> dkim::DesiredKey {
    dkim::DesiredKey {
        key,
        testing: entry.flags.contains(&DkimFlag::Testing),
        strict_identity: entry.flags.contains(&DkimFlag::StrictIdentity),
    }
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    if text.len() > MAX_PUBLIC_KEY {
        return Err(format!("{} octets, at most {MAX_PUBLIC_KEY}", text.len()));
    }
    PublicKey::from_manifest(text)
}

fn cname(text: &str, name: &Name) -> Result<Name, String> {
    let target: Name = text
        .parse()
        .map_err(|error| format!("{text:?} is no domain name: {error}"))?;
    if target.is_root() {
        return Err("the root holds no key: write the name your provider gives".to_owned());
    }
    if target == *name {
        return Err("a CNAME to itself: write the name your provider gives".to_owned());
    }
    let odd = |octet: &u8| !octet.is_ascii_graphic();
    if target.as_str().contains('\\') && target.labels().iter().flatten().any(odd) {
        return Err(format!(
            "{text:?}: a label holds white space or a control character"
        ));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::Intent;

    const ED25519: &str = "KkZhUknn54Y2uXOG6yEr/dz3BKu1FORwnVDXm2d/JYk=";

    fn errors(role: &str, selectors: &str) -> Vec<String> {
        let yaml = format!("{{domain: a.nl, role: {role}, dkim: {{selectors: {selectors}}}}}");
        let spec: MailDomainSpec = serde_saphyr::from_str(&yaml).unwrap();
        let domain = "a.nl".parse().unwrap();
        match wanted(&spec, &domain) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_form_of_an_entry() {
        let yaml = format!(
            "{{domain: a.nl, role: Mail, dkim: {{selectors: [{{name: s1, publicKey: {ED25519}, flags: [Testing]}}, \
             {{name: S2.eu, cname: s2.p.example.}}, {{name: s3, anyKey: true}}, {{name: s4, state: Revoked, anyKey: \
             false}}]}}}}"
        );
        let spec: MailDomainSpec = serde_saphyr::from_str(&yaml).unwrap();
        let wanted = wanted(&spec, &"a.nl".parse().unwrap()).unwrap();
        let shown: Vec<String> = wanted
            .iter()
            .map(|wanted| {
                let desired = wanted.desired();
                format!("{} {} {}", wanted.name, desired.kind, desired.values.join(" | "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                format!("s1._domainkey.a.nl TXT v=DKIM1; k=ed25519; t=y; p={ED25519}"),
                "s2.eu._domainkey.a.nl CNAME s2.p.example".to_owned(),
                "s3._domainkey.a.nl TXT ".to_owned(),
                "s4._domainkey.a.nl TXT v=DKIM1; p=".to_owned(),
            ]
        );
        assert_eq!(wanted[2].path, "spec.dkim.selectors[2]");
    }

    #[test]
    fn a_parked_domain_revokes_every_selector() {
        let spec: MailDomainSpec = serde_saphyr::from_str(
            "{domain: a.nl, role: Parked, dkim: {selectors: [{name: s1, state: Revoked}]}}",
        )
        .unwrap();
        let wanted = wanted(&spec, &"a.nl".parse().unwrap()).unwrap();
        let whats: Vec<_> = wanted
            .iter()
            .map(|wanted| (wanted.name.as_str(), &wanted.what))
            .collect();
        assert_eq!(
            whats,
            [
                ("s1._domainkey.a.nl", &What::Dkim(DkimWant::Revoked)),
                ("*._domainkey.a.nl", &What::Dkim(DkimWant::WildcardRevoked)),
            ]
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_field() {
        for (role, selectors, want) in [
            ("Mail", "[{name: s}]", "spec.dkim.selectors[0]: exactly one of"),
            (
                "Mail",
                "[{name: s, anyKey: false}]",
                "spec.dkim.selectors[0]: exactly one of",
            ),
            (
                "Mail",
                "[{name: s, anyKey: true, cname: x.example}]",
                "cname and anyKey",
            ),
            (
                "Mail",
                "[{name: s, state: Revoked, anyKey: true}]",
                "selectors[0].anyKey: a Revoked",
            ),
            (
                "Mail",
                "[{name: s, state: Revoked, flags: [Testing]}]",
                "selectors[0].flags",
            ),
            (
                "Mail",
                "[{name: s, cname: x.example, flags: [Testing]}]",
                "selectors[0].flags",
            ),
            (
                "Mail",
                "[{name: s, cname: s._domainkey.a.nl}]",
                "selectors[0].cname: a CNAME to itself",
            ),
            (
                "Mail",
                "[{name: s, cname: 'a..b'}]",
                "selectors[0].cname: \"a..b\" is no domain name",
            ),
            (
                "Mail",
                "[{name: s, publicKey: ''}]",
                "selectors[0].publicKey: the key is empty",
            ),
            (
                "Mail",
                "[{name: s, publicKey: 'v=DKIM1; p=AAAA'}]",
                "the key alone",
            ),
            (
                "Mail",
                "[{name: s, publicKey: AAAA}]",
                "selectors[0].publicKey: the key holds",
            ),
            (
                "Mail",
                "[{name: -s, anyKey: true}]",
                "selectors[0].name: \"-s\" is no selector",
            ),
            ("Mail", "[{name: '*', anyKey: true}]", "selectors[0].name"),
            ("Mail", "[{name: '', anyKey: true}]", "selectors[0].name"),
            (
                "Mail",
                "[{name: s._domainkey.a.nl, anyKey: true}]",
                "the selector alone",
            ),
            (
                "Mail",
                "[{name: s, anyKey: true}, {name: S, anyKey: true}]",
                "selectors[1].name: \"S\" is",
            ),
            (
                "Parked",
                "[{name: s, anyKey: true}]",
                "selectors[0].state: a Parked domain",
            ),
            (
                "ReceiveOnly",
                "[{name: s, cname: x.example}]",
                "selectors[0].state: a ReceiveOnly",
            ),
        ] {
            let errors = errors(role, selectors);
            assert!(
                errors.iter().any(|error| error.contains(want)),
                "{role} {selectors}: want {want:?} in {errors:#?}"
            );
        }
    }

    #[test]
    fn bounds() {
        let many = (0..65)
            .map(|n| format!("{{name: s{n}, anyKey: true}}"))
            .collect::<Vec<_>>();
        assert!(errors("Mail", &format!("[{}]", many[..64].join(","))).is_empty());
        assert!(errors("Mail", &format!("[{}]", many.join(",")))[0].contains("65 selectors"));
        let long = errors(
            "Mail",
            &format!("[{{name: s, publicKey: '{}'}}]", "A".repeat(8193)),
        );
        assert!(long[0].contains("8193 octets, at most 8192"), "{long:?}");
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let errors = errors(
            "Mail",
            "[{name: s}, {name: '', anyKey: true}, {name: t, publicKey: '!'}]",
        );
        assert_eq!(errors.len(), 3, "{errors:#?}");
    }

    #[test]
    fn a_key_of_another_form_changes_no_intent() {
        let spec = |key: &str| -> Intent {
            let yaml = format!(
                "{{domain: a.nl, role: Mail, dkim: {{selectors: [{{name: s, publicKey: '{key}'}}]}}}}"
            );
            Intent::from_spec(&serde_saphyr::from_str(&yaml).unwrap()).unwrap()
        };
        let wrapped = "MCowBQYDK2VwAyEAKkZhUknn54Y2uXOG6yEr/dz3BKu1FORwnVDXm2d/JYk=";
        assert_eq!(spec(ED25519).digest(), spec(wrapped).digest());
    }
}
