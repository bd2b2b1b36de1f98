//! Keys shared between the domains of a fleet.

use zegel::judge::Verdict;
use zegel::judge::fleet::shared_keys;

use crate::facts::{self, judge_in, name};
use crate::keys::*;

fn verdict(domain: &str, record: &str) -> Verdict {
    let spec = format!("{{domain: {domain}, role: Mail, dkim: {{selectors: [{{name: s1, anyKey: true}}]}}}}");
    judge_in(
        &format!("s1._domainkey.{domain} {record}\nk.p.example TXT v=DKIM1; p={RSA_2048}"),
        &facts::intent(&spec),
    )
}

#[test]
fn one_key_behind_two_domains_is_found_at_both() {
    let same = format!("TXT v=DKIM1; p={RSA_2048}");
    let verdicts = [
        verdict("a.nl", &same),
        verdict("b.nl", &format!("TXT k=rsa; p={RSA_2048_PKCS1}")),
        verdict("c.nl", &format!("TXT v=DKIM1; p={OTHER_RSA_2048}")),
        verdict("d.nl", "TXT v=DKIM1; p="),
    ];
    let shared = shared_keys(&verdicts.iter().collect::<Vec<_>>());
    assert_eq!(shared.len(), 1, "{shared:#?}");
    let finding = shared[0].finding(&name("b.nl")).unwrap();
    assert_eq!(finding.rule.id, "DKIM-045");
    assert_eq!(finding.record, Some(name("s1._domainkey.b.nl")));
    assert!(
        finding.message.contains("s1._domainkey.a.nl"),
        "{}",
        finding.message
    );
    assert!(shared[0].finding(&name("c.nl")).is_none());
}

#[test]
fn a_providers_key_behind_cnames_is_the_providers_choice() {
    let verdicts = [
        verdict("a.nl", "CNAME k.p.example"),
        verdict("b.nl", "CNAME k.p.example"),
    ];
    assert!(shared_keys(&verdicts.iter().collect::<Vec<_>>()).is_empty());
}
