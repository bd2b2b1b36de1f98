//! The presets: whole, each once, and known by what is published.

use std::collections::BTreeSet;

use super::*;
use crate::name::Name;

#[test]
fn every_row_is_whole_and_none_is_twice() {
    let ids: Vec<&str> = PRESETS.iter().map(|preset| preset.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted, "by id, each once");
    let aliases = PRESETS.iter().flat_map(|preset| preset.aliases);
    let mut names: Vec<&str> = ids.iter().chain(aliases).copied().chain(["nobody"]).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a name for two");
    let mut includes = BTreeSet::new();
    let mut pages = BTreeSet::new();
    for preset in PRESETS {
        assert!(preset.page.starts_with("https://"), "{}", preset.id);
        assert!(pages.insert(preset.page), "{}: a page for two", preset.id);
        assert!(!preset.note.ends_with('.'), "{}", preset.id);
        assert!(
            preset.asks_for_include || preset.includes.is_empty() || !preset.note.is_empty(),
            "{}: why it needs no include",
            preset.id
        );
        let (Checked::Pages(month) | Checked::Dns(month)) = preset.checked;
        let month: Result<jiff::civil::Date, _> = format!("{month}-01").parse();
        assert!(month.is_ok(), "{}", preset.id);
        assert!(
            !preset.asks_for_include || !preset.includes.is_empty(),
            "{}",
            preset.id
        );
        for include in preset.includes {
            assert!(include.parse::<Name>().is_ok(), "{include}");
            assert!(includes.insert(include), "{include} is two providers'");
        }
        for selector in preset.selectors {
            if let Target::Is(target) = selector.target {
                let target = target.replace("{domain}", "voorbeeld.nl");
                assert!(target.parse::<Name>().is_ok(), "{target}");
                assert!(!selector.name.is_empty(), "{target}");
            }
        }
    }
}

#[test]
fn a_name_with_capitals_stands_for_an_accounts_own() {
    let selector = |name| Selector {
        name,
        target: Target::Key,
    };
    for (form, name, same) in [
        ("hs1-ACCOUNT", "hs1-1234567", true),
        ("hs1-ACCOUNT", "HS1-1234567", true),
        ("hs1-ACCOUNT", "hs2-1234567", false),
        ("hs1-ACCOUNT", "hs1-", false),
        ("hs1-ACCOUNT", "hs1", false),
        ("s-ACCOUNT-a", "s-12-a", true),
        ("s-ACCOUNT-a", "s-12-b", false),
        ("s-ACCOUNT-a", "s--a", false),
        ("s1", "S1", true),
        ("s1", "s10", false),
    ] {
        assert_eq!(selector(form).is_named(name), same, "{form} {name}");
    }
}

#[test]
fn a_provider_is_known_by_what_is_published() {
    let by_target = |target: &str| {
        let known: Vec<&str> = PRESETS
            .iter()
            .filter(|preset| preset.is_target(target, "voorbeeld.nl"))
            .map(|preset| preset.id)
            .collect();
        known
    };
    for (target, ids) in [
        (
            "selector1-voorbeeld-nl._domainkey.example.onmicrosoft.com",
            &["microsoft365"][..],
        ),
        (
            "selector2-voorbeeld-nl._domainkey.example.q-v1.dkim.mail.microsoft",
            &["microsoft365"],
        ),
        ("s1.domainkey.u1234567.wl123.sendgrid.net", &["sendgrid"]),
        ("abcdefgh.dkim.amazonses.com", &["amazon-ses"]),
        ("dkim2.mcsv.net", &["mailchimp"]),
        ("fm1.voorbeeld.nl.dkim.fmhosted.com", &["fastmail"]),
        ("fm1.ander.nl.dkim.fmhosted.com", &[]),
        ("zendesk1._domainkey.zendesk.com", &["zendesk"]),
        (
            "selector1-voorbeeld-nl-de02e._domainkey.example.r-v1.dkim.mail.microsoft",
            &["microsoft365"],
        ),
        ("dkim.smtp2go.net", &["smtp2go"]),
        ("litesrv._domainkey.mlsend.com", &["mailerlite"]),
        ("dkim.acdkim2.acems1.com", &["activecampaign"]),
        ("onmicrosoft.com", &[]),
        ("", &[]),
    ] {
        assert_eq!(by_target(target), ids, "{target}");
    }
    let by_mechanism = |mechanism: &str| {
        let mut known = PRESETS.iter().filter(|preset| preset.is_included_by(mechanism));
        known.next().map(|preset| preset.id)
    };
    for (mechanism, id) in [
        ("include:spf.protection.outlook.com", Some("microsoft365")),
        ("?INCLUDE:SPF.Protection.Outlook.com.", Some("microsoft365")),
        ("include:_spf.eu.mailgun.org", Some("mailgun")),
        ("include:spf.flowmailer.net", Some("flowmailer")),
        ("~include:spf.afas.online", Some("afas")),
        ("a:spf.protection.outlook.com", None),
        ("mx", None),
        ("include:example.com", None),
    ] {
        assert_eq!(by_mechanism(mechanism), id, "{mechanism}");
    }
    let google = PRESETS.iter().find(|preset| preset.id == "google").unwrap();
    assert!(google.is_exchange("smtp.google.com") && !google.is_exchange("mail.notgoogle.com"));
}
