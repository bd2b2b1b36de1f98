//! Keys shared between the domains of a fleet.

use zegel::intent::Intent;
use zegel::judge::fleet::shared_keys;

use crate::facts::{self, name};
use crate::keys::*;

fn intent(domain: &str, selector: &str) -> Intent {
    facts::intent(&format!(
        "{{domain: {domain}, role: Mail, dkim: {{selectors: [{{name: s1, {selector}}}]}}}}"
    ))
}

#[test]
fn one_key_for_two_domains_is_found_at_both() {
    let intents = [
        intent("a.nl", &format!("publicKey: {RSA_2048}")),
        intent("b.nl", &format!("publicKey: {RSA_2048_PKCS1}")),
        intent("c.nl", &format!("publicKey: {OTHER_RSA_2048}")),
        intent("d.nl", "state: Revoked"),
    ];
    let shared = shared_keys(&intents);
    assert_eq!(shared.len(), 1, "{shared:#?}");
    for (domain, other) in [("a.nl", "s1._domainkey.b.nl"), ("b.nl", "s1._domainkey.a.nl")] {
        let finding = shared[0].finding(&name(domain)).unwrap();
        assert_eq!(finding.rule.id, "DKIM-051");
        assert_eq!(*finding.site.name(), name(&format!("s1._domainkey.{domain}")));
        assert!(finding.message.contains(other), "{}", finding.message);
    }
    assert!(shared[0].finding(&name("c.nl")).is_none());
}

#[test]
fn a_providers_key_is_the_providers_choice() {
    let alias = ["a.nl", "b.nl"].map(|domain| intent(domain, "cname: k.p.example"));
    let any = ["a.nl", "b.nl"].map(|domain| intent(domain, "anyKey: true"));
    assert!(shared_keys(alias.iter().chain(&any)).is_empty());
}

#[test]
fn one_key_under_two_selectors_of_one_domain_is_the_judgements_own_finding() {
    let selector = format!("publicKey: {RSA_2048}}}, {{name: s2, publicKey: {RSA_2048}");
    assert!(shared_keys([&intent("a.nl", &selector)]).is_empty());
}
