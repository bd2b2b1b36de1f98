//! The rules about a domain's selectors: each by itself, and all of them together.
//!
//! Whoever is managed or probed is asked for once; nothing at a probe is "not known", never a finding.

use super::key::{self, Setting};
use super::node;
use super::selector::Selector;
use crate::inquiry::{Inquiry, Kind};
use crate::intent::{DkimWant, Intent, Role, What};
use crate::judge::basis::evidence;
use crate::judge::{Finding, Findings, dns};
use crate::name::Name;
use crate::records::dkim::{KeyKind, Material, PublicKey};
use crate::records::{Standard, presentation};
use crate::rules::Severity;
use crate::rules::dkim as rules;

/// At most this many records of one selector are looked at closely: more than one is wrong already.
const MAX_RECORDS: usize = 4;

/// One selector of the domain, with what its answer holds.
#[derive(Debug)]
pub(super) struct Survey<'i> {
    /// `selector._domainkey.domain`.
    pub(super) name: Name,
    /// What the spec wants there; `None` for a probe.
    pub(super) want: Option<&'i DkimWant>,
    /// What DNS answered; `None` without a usable answer.
    pub(super) seen: Option<Selector>,
}

impl Survey<'_> {
    fn managed(&self) -> bool {
        self.want.is_some()
    }

    fn is_revoked(&self) -> bool {
        matches!(self.want, Some(DkimWant::Revoked))
    }

    /// Whether anything stands there: a record, or an alias.
    pub(super) fn exists(&self) -> bool {
        self.seen
            .as_ref()
            .is_some_and(|seen| seen.count() > 0 || !seen.chain.is_empty())
    }

    /// A finding with the weight it has here.
    ///
    /// Behind a CNAME the provider may keep whatever it likes as a standby, and where no key is wanted a record no
    /// verifier can use does no harm; that no selector has a key is said by its own rule. What lets others sign
    /// weighs the same everywhere.
    fn weighed(&self, finding: Finding) -> Finding {
        let lets_others_sign = [
            &rules::key::KNOWN_KEY,
            &rules::key::PEM_OR_PRIVATE,
            &rules::selector::TAKEOVER,
        ];
        let spare = matches!(self.want, Some(DkimWant::Cname(_) | DkimWant::Revoked));
        if spare && !lets_others_sign.contains(&finding.rule) {
            finding.milder(Severity::Warning)
        } else {
            finding
        }
    }

    fn usable_key(&self) -> Option<PublicKey> {
        self.seen.as_ref().and_then(Selector::usable_key)
    }
}

/// What is wrong with the domain's DKIM.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let surveys = survey(intent, inquiry, findings);
    for survey in &surveys {
        let mut found = Findings::new();
        alone(survey, inquiry, &mut found);
        findings.extend(found.into_iter().map(|finding| survey.weighed(finding)));
    }
    dark(&surveys, findings);
    together(intent, &surveys, findings);
    if intent.role.is_none() || intent.manages(Standard::Dkim) {
        node::check(intent, &surveys, inquiry, findings);
    }
}

/// Asks for every managed and every probed selector.
fn survey<'i>(intent: &'i Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) -> Vec<Survey<'i>> {
    let mut surveys: Vec<Survey<'i>> = Vec::new();
    let mut look = |name: Name, want, surveys: &mut Vec<Survey<'i>>| {
        if surveys.iter().all(|survey| survey.name != name) {
            let seen = evidence(inquiry, &name, Kind::Txt);
            let seen = seen.as_ref().map(Selector::read);
            surveys.push(Survey { name, want, seen });
        }
    };
    for wanted in &intent.wanted {
        match &wanted.what {
            What::Dkim(DkimWant::WildcardRevoked) => {}
            What::Dkim(want) => look(wanted.name.clone(), Some(want), &mut surveys),
            _ => {}
        }
    }
    for probe in intent.asked.iter().chain(&intent.probes) {
        match intent.domain.prepend(&format!("{probe}._domainkey")) {
            Ok(name) => look(name, None, &mut surveys),
            Err(error) => findings.push(Finding::new(
                &rules::selector::SELECTOR,
                false,
                intent.domain.clone(),
                format!("want a selector, found {probe:?}: {error}"),
            )),
        }
    }
    surveys
}

/// The rules about one selector.
fn alone(survey: &Survey<'_>, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let managed = survey.managed();
    let find = |rule, message: String| Finding::new(rule, managed, survey.name.clone(), message);
    // Whoever signs with it must be able to write it in s= (RFC 6376 3.5), whether it answers or not.
    if let Some(selector) = odd_selector(&survey.name)
        && (managed || survey.exists())
    {
        findings.push(find(
            &rules::selector::SELECTOR,
            format!("want letters, digits and inner hyphens in a selector, found {selector}"),
        ));
    }
    let Some(seen) = &survey.seen else {
        return;
    };
    let (testing, strict_identity) = match survey.want {
        Some(DkimWant::Key(record) | DkimWant::AnyKey(record)) => (record.testing, record.strict_identity),
        _ => (false, false),
    };
    let setting = Setting {
        name: &survey.name,
        managed,
        revoked: survey.is_revoked(),
        testing,
        strict_identity,
    };
    for record in seen.keys.iter().take(MAX_RECORDS) {
        key::check(record, &setting, findings);
    }
    for (text, why) in seen.near_misses.iter().take(MAX_RECORDS) {
        let whole = 0..text.len();
        let pem = text.windows(11).any(|window| window == b"-----BEGIN ");
        let (rule, message) = if pem {
            let private = text.windows(11).any(|window| window == b"PRIVATE KEY");
            let what = if private { "a private key" } else { "a PEM file" };
            (
                &rules::key::PEM_OR_PRIVATE,
                format!("want a key record, found {what}: {why}"),
            )
        } else {
            (
                &rules::record::VERSION,
                format!("want a key record, found a near miss: {why}"),
            )
        };
        findings.push(find(rule, message).marking(text, whole, "discarded by verifiers"));
    }
    several(seen, &find, findings);
    if seen.nxdomain
        && let Some(target) = seen.chain.last()
        && let Some(gone) = dns::gone(target, inquiry)
    {
        findings.push(find(
            &rules::selector::TAKEOVER,
            format!("the CNAME leads to {target}, but {gone} does not exist: whoever registers it holds the selector"),
        ));
    }
}

/// Several records where one may stand.
fn several(
    seen: &Selector,
    find: &impl Fn(&'static crate::rules::Rule, String) -> Finding,
    findings: &mut Findings,
) {
    if seen.count() < 2 || seen.keys.is_empty() {
        return;
    }
    let kinds = |kind: KeyKind| {
        seen.keys
            .iter()
            .any(|record| matches!(record.material(), Material::Key(key) if key.kind == kind))
    };
    let finding = if kinds(KeyKind::Rsa) && kinds(KeyKind::Ed25519) {
        find(
            &rules::selector::MIXED_SELECTOR,
            "want one key at a selector, found an RSA and an Ed25519 key".to_owned(),
        )
    } else {
        find(
            &rules::selector::SEVERAL_RECORDS,
            format!("want one TXT record at a selector, found {}", seen.count()),
        )
    };
    let other = seen
        .others
        .first()
        .or(seen.keys.get(1).map(|record| &record.text));
    findings.push(match other {
        Some(text) => finding.marking(text, 0..text.len(), "one too many"),
        None => finding,
    });
}

/// CNAMEs at whose end no key stands: normal for a standby, fatal when it is so everywhere.
fn dark(surveys: &[Survey<'_>], findings: &mut Findings) {
    let published = |survey: &&Survey<'_>| survey.managed() && !survey.is_revoked();
    let all_known = surveys
        .iter()
        .filter(published)
        .all(|survey| survey.seen.is_some());
    let any_key = surveys
        .iter()
        .filter(published)
        .any(|survey| survey.usable_key().is_some());
    for survey in surveys {
        let (Some(DkimWant::Cname(target)), Some(seen)) = (survey.want, &survey.seen) else {
            continue;
        };
        if seen.chain.first() != Some(target) || survey.usable_key().is_some() {
            continue;
        }
        let found = match (seen.is_live(), seen.keys.is_empty()) {
            (true, _) => "a record no verifier can use",
            (false, false) => "a revoked key",
            (false, true) => "no key record",
        };
        let message = format!("want a key at the end of the CNAME to {target}, found {found}");
        let finding = Finding::new(&rules::selector::DARK, true, survey.name.clone(), message);
        findings.push(if all_known && !any_key {
            finding
        } else {
            finding.milder(Severity::Warning).with_fix(
                "Nothing while the provider keeps it as a standby and another selector of the domain signs.",
            )
        });
    }
}

/// The rules about all selectors together.
fn together(intent: &Intent, surveys: &[Survey<'_>], findings: &mut Findings) {
    let published: Vec<&Survey<'_>> = surveys
        .iter()
        .filter(|survey| survey.managed() && !survey.is_revoked())
        .collect();
    let sends = matches!(intent.role, Some(Role::Mail | Role::SendOnly));
    let node = || {
        intent
            .domain
            .prepend("_domainkey")
            .unwrap_or_else(|_| intent.domain.clone())
    };
    if sends && published.is_empty() && surveys.iter().any(Survey::managed) {
        let message = "want a published selector, found only revoked ones in the spec";
        findings.push(Finding::new(&rules::selector::NO_SELECTOR, true, node(), message));
    }
    let keys: Vec<(&Name, PublicKey)> = published
        .iter()
        .filter_map(|survey| Some((&survey.name, survey.usable_key()?)))
        .collect();
    let all_known = published.iter().all(|survey| survey.seen.is_some());
    if all_known && !keys.is_empty() && keys.iter().all(|(_, key)| key.kind == KeyKind::Ed25519) {
        let message = format!(
            "want an RSA key besides Ed25519, found none at {} selectors",
            published.len()
        );
        findings.push(Finding::new(
            &rules::selector::ED25519_ALONE,
            true,
            node(),
            message,
        ));
    }
    shared(surveys, findings);
}

/// One key under several selectors.
fn shared(surveys: &[Survey<'_>], findings: &mut Findings) {
    let keys: Vec<(&Survey<'_>, PublicKey)> = surveys
        .iter()
        .filter_map(|survey| Some((survey, survey.usable_key()?)))
        .collect();
    for (index, (survey, key)) in keys.iter().enumerate() {
        // Two aliases of one name are one key by the provider's choice.
        let alias = |survey: &Survey<'_>| survey.seen.as_ref().and_then(|seen| seen.chain.last().cloned());
        let before = keys.iter().take(index).find(|(other, other_key)| {
            other_key.is_same_key(key) && (alias(other).is_none() || alias(other) != alias(survey))
        });
        if let Some((other, _)) = before {
            findings.push(Finding::new(
                &rules::selector::SHARED_KEY,
                survey.managed(),
                survey.name.clone(),
                format!(
                    "want a key of its own, found that of {}: {}",
                    other.name,
                    key.describe()
                ),
            ));
        }
    }
}

/// The selector, where its labels are not what RFC 6376 3.1 calls sub-domains.
fn odd_selector(name: &Name) -> Option<String> {
    let labels = name.labels();
    let end = labels.iter().position(|label| label == b"_domainkey")?;
    let selector = labels.get(..end)?;
    let fine = |label: &Vec<u8>| {
        label
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    if selector.iter().all(fine) {
        return None;
    }
    let shown: Vec<String> = selector.iter().map(|label| presentation(label)).collect();
    Some(shown.join("."))
}
