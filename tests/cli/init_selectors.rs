//! What `zegel init` says of a provider's DKIM selectors that are not there, or at which somebody else's alias stands.

use serde_json::json;

use super::init::{init_at, spec};
use crate::dns::DnsServer;

/// A key, where it does not matter which.
const KEY: &str = "TXT v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=";

#[test]
fn what_a_provider_makes_up_is_shown_as_beside_it_or_as_a_form() {
    let of = |zone: &str, provider: &str| {
        let dns = DnsServer::start(&format!("voorbeeld.nl MX 10 mail.voorbeeld.nl\n{zone}"));
        let run = init_at(&dns, &["voorbeeld.nl", "--sends-with", provider]);
        spec(&run);
        // A comment that is wrapped, read in one go.
        run.out.replace("\n  #   ", " ")
    };
    let microsoft = "selector1-voorbeeld-nl._domainkey.example.r-v1.dkim.mail.microsoft";
    let proton = "protonmail.domainkey.dabc.domains.proton.ch";
    for (zone, provider, want) in [
        (
            String::new(),
            "microsoft365",
            "a CNAME to selector1-voorbeeld-nl._domainkey.TENANT.X-v1.dkim.mail.microsoft; the provider tells",
        ),
        (
            format!("selector1._domainkey.voorbeeld.nl CNAME {microsoft}\n{microsoft} {KEY}\n"),
            "microsoft365",
            "a CNAME to selector2-voorbeeld-nl._domainkey.example.r-v1.dkim.mail.microsoft, as at selector1; the",
        ),
        (
            format!("protonmail._domainkey.voorbeeld.nl CNAME {proton}\n{proton} {KEY}\n"),
            "proton",
            "a CNAME to protonmail3.domainkey.dabc.domains.proton.ch, as at protonmail; the provider tells",
        ),
        (
            String::new(),
            "smtp2go",
            "SMTP2GO: add its selectors, a CNAME each to dkim.smtp2go.net; the provider tells",
        ),
    ] {
        let out = of(&zone, provider);
        assert!(out.contains(want), "{provider}: {want}\n{out}");
    }
}

/// Selectors have common names: `selector1`, `s1`, `k2`. Where another provider's alias stands at one, it is neither taken for
/// this one's, nor are this one's names made in its way.
#[test]
fn an_alias_of_somebody_else_at_a_selector_of_the_same_name_is_no_word_of_this_provider() {
    for (selector, others, provider, wants) in [
        (
            "selector1",
            "selector1.voorbeeld.mailer.example",
            "microsoft365",
            &[
                "Microsoft 365 would sign with selector1, a CNAME to \
                 selector1-voorbeeld-nl._domainkey.TENANT.X-v1.dkim.mail.microsoft; one to \
                 selector1.voorbeeld.mailer.example stands there; the provider tells the name: https://learn.microsoft.com/",
                "Microsoft 365: add selector selector2, a CNAME to \
                 selector2-voorbeeld-nl._domainkey.TENANT.X-v1.dkim.mail.microsoft; the provider tells",
            ][..],
        ),
        (
            "s1",
            "s1-voorbeeld.keys.mailer.example",
            "sendgrid",
            &[
                "Twilio SendGrid would sign with s1, a CNAME to s1.domainkey.uACCOUNT.wlNNN.sendgrid.net; one to \
                 s1-voorbeeld.keys.mailer.example stands there",
                "Twilio SendGrid: add selector s2, a CNAME to s2.domainkey.uACCOUNT.wlNNN.sendgrid.net; the provider tells",
            ],
        ),
        (
            "protonmail2",
            "protonmail2.domainkey.dabc.domains.mailer.example",
            "proton",
            &[
                "Proton Mail: add selector protonmail, a CNAME to protonmail.domainkey.TOKEN.domains.proton.ch; the provider",
                "Proton Mail would sign with protonmail2, a CNAME to protonmail2.domainkey.TOKEN.domains.proton.ch; one to \
                 protonmail2.domainkey.dabc.domains.mailer.example stands there",
            ],
        ),
        (
            "k2",
            "k2.voorbeeld.mailer.example",
            "mailchimp",
            &[
                "Mailchimp would sign with k2, a CNAME to dkim2.mcsv.net; one to k2.voorbeeld.mailer.example stands there",
            ],
        ),
    ] {
        let dns = DnsServer::start(&format!(
            "voorbeeld.nl MX 10 mail.voorbeeld.nl\n{selector}._domainkey.voorbeeld.nl CNAME {others}\n{others} {KEY}\n"
        ));
        let run = init_at(&dns, &["voorbeeld.nl", "--sends-with", provider]);
        let listed = spec(&run)["dkim"]["selectors"].clone();
        assert_eq!(
            listed[0],
            json!({"name": selector, "cname": others}),
            "{provider}"
        );
        let out = run.out.replace("\n  #   ", " ");
        for want in wants {
            assert!(out.contains(want), "{provider}: {want}\n{out}");
        }
        assert!(!out.contains("as at"), "{provider}\n{out}");
    }
}
