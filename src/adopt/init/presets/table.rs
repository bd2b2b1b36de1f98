//! The rows of the presets, by name. Data: each as its provider's page has it, or as domains that use it publish it. Pure.

use super::{Checked, Preset, Selector, Target};

/// When the rows were last held against pages and DNS.
const READ: &str = "2026-11";

const fn is(name: &'static str, target: &'static str) -> Selector {
    Selector {
        name,
        target: Target::Is(target),
    }
}

const fn like(name: &'static str, form: &'static str, ends: &'static [&'static str]) -> Selector {
    Selector {
        name,
        target: Target::Like(form, ends),
    }
}

const fn key(name: &'static str) -> Selector {
    Selector {
        name,
        target: Target::Key,
    }
}

const MICROSOFT: &[&str] = &[".onmicrosoft.com", ".dkim.mail.microsoft"];
const SENDGRID: &[&str] = &[".sendgrid.net"];
const AMAZON: &[&str] = &[".dkim.amazonses.com"];
const BREVO: &[&str] = &[".dkim.brevo.com"];
const HUBSPOT: &[&str] = &[".dkim.hubspotemail.net"];
const SALESFORCE: &[&str] = &[".custdkim.salesforce.com"];
const SMTP2GO: &[&str] = &["dkim.smtp2go.net"];
const PROTON: &[&str] = &[".domains.proton.ch"];

/// The table, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "activecampaign",
        name: "ActiveCampaign",
        includes: &["emsd1.com"],
        asks_for_include: false,
        selectors: &[
            is("acdkim1", "dkim.acdkim1.acems1.com"),
            is("acdkim2", "dkim.acdkim2.acems1.com"),
        ],
        exchanges: &[],
        page: "https://help.activecampaign.com/hc/en-us/articles/206903370",
        checked: Checked::Dns(READ),
        note: "its mail server domain, a CNAME at a sub-domain, carries its SPF",
    },
    Preset {
        id: "afas",
        name: "AFAS Online",
        includes: &["spf.afas.online"],
        asks_for_include: true,
        selectors: &[],
        exchanges: &[],
        page: "https://help.afas.nl/help/en/se/Bas_Output_E-mail_AOL.htm",
        checked: Checked::Dns(READ),
        note: "with DKIM, whose records it tells, it needs no include",
    },
    Preset {
        id: "amazon-ses",
        name: "Amazon SES",
        includes: &["amazonses.com"],
        asks_for_include: false,
        selectors: &[like("", "TOKEN.dkim.amazonses.com, three of them", AMAZON)],
        exchanges: &[],
        page: "https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html",
        checked: Checked::Pages(READ),
        note: "its SPF record belongs at the custom MAIL FROM sub-domain, not at the domain",
    },
    Preset {
        id: "brevo",
        name: "Brevo",
        includes: &["spf.brevo.com", "spf.sendinblue.com"],
        asks_for_include: false,
        selectors: &[
            like("brevo1", "b1.DOMAIN-WITH-HYPHENS.dkim.brevo.com", BREVO),
            like("brevo2", "b2.DOMAIN-WITH-HYPHENS.dkim.brevo.com", BREVO),
        ],
        exchanges: &[],
        page: "https://help.brevo.com/hc/en-us/articles/12163873383186",
        checked: Checked::Dns(READ),
        note: "without a dedicated IP address it sends with an envelope of its own",
    },
    Preset {
        id: "fastmail",
        name: "Fastmail",
        includes: &["spf.messagingengine.com"],
        asks_for_include: true,
        selectors: &[
            is("fm1", "fm1.{domain}.dkim.fmhosted.com"),
            is("fm2", "fm2.{domain}.dkim.fmhosted.com"),
            is("fm3", "fm3.{domain}.dkim.fmhosted.com"),
        ],
        exchanges: &[".messagingengine.com"],
        page: "https://www.fastmail.help/hc/en-us/articles/360060591153",
        checked: Checked::Pages(READ),
        note: "",
    },
    Preset {
        id: "flowmailer",
        name: "Spotler SendPro (Flowmailer)",
        includes: &["spf.flowmailer.net"],
        asks_for_include: false,
        selectors: &[],
        exchanges: &[],
        page: "https://sendpro.spotler.help/hc/en-gb/articles/15249072543890",
        checked: Checked::Dns(READ),
        note: "Setup, Domains tells the CNAMEs of a sender domain; the first is for bounces, and carries its SPF",
    },
    Preset {
        id: "google",
        name: "Google Workspace",
        includes: &["_spf.google.com"],
        asks_for_include: true,
        selectors: &[key("google")],
        exchanges: &[".google.com", ".googlemail.com"],
        page: "https://support.google.com/a/answer/174124",
        checked: Checked::Dns(READ),
        note: "the key is made in the admin console, under Apps, Gmail, Authenticate email",
    },
    Preset {
        id: "hubspot",
        name: "HubSpot",
        includes: &[],
        asks_for_include: false,
        selectors: &[
            like(
                "hs1-ACCOUNT",
                "DOMAIN-WITH-HYPHENS.hsNNa.dkim.hubspotemail.net",
                HUBSPOT,
            ),
            like(
                "hs2-ACCOUNT",
                "DOMAIN-WITH-HYPHENS.hsNNb.dkim.hubspotemail.net",
                HUBSPOT,
            ),
        ],
        exchanges: &[],
        page: "https://knowledge.hubspot.com/domains-and-urls/connect-your-email-sending-domain",
        checked: Checked::Dns(READ),
        note: "without a dedicated IP address it sends with an envelope of its own",
    },
    Preset {
        id: "icloud",
        name: "iCloud Mail",
        includes: &["icloud.com"],
        asks_for_include: true,
        selectors: &[is("sig1", "sig1.dkim.{domain}.at.icloudmailadmin.com")],
        exchanges: &[".mail.icloud.com"],
        page: "https://support.apple.com/en-us/102374",
        checked: Checked::Dns(READ),
        note: "",
    },
    Preset {
        id: "mailchimp",
        name: "Mailchimp",
        includes: &["servers.mcsv.net"],
        asks_for_include: false,
        selectors: &[is("k2", "dkim2.mcsv.net"), is("k3", "dkim3.mcsv.net")],
        exchanges: &[],
        page: "https://mailchimp.com/help/set-up-email-domain-authentication/",
        checked: Checked::Dns(READ),
        note: "it sends with an envelope of its own",
    },
    Preset {
        id: "mailchimp-transactional",
        name: "Mailchimp Transactional (Mandrill)",
        includes: &["spf.mandrillapp.com"],
        asks_for_include: false,
        selectors: &[
            is("mte1", "dkim1.mandrillapp.com"),
            is("mte2", "dkim2.mandrillapp.com"),
        ],
        exchanges: &[],
        page: "https://mailchimp.com/developer/transactional/docs/authentication-delivery/",
        checked: Checked::Dns(READ),
        note: "it sends with an envelope of its own",
    },
    Preset {
        id: "mailerlite",
        name: "MailerLite",
        includes: &["_spf.mlsend.com"],
        asks_for_include: true,
        selectors: &[is("litesrv", "litesrv._domainkey.mlsend.com")],
        exchanges: &[],
        page: "https://www.mailerlite.com/help/how-to-verify-and-authenticate-your-domain",
        checked: Checked::Dns(READ),
        note: "",
    },
    Preset {
        id: "mailgun",
        name: "Mailgun",
        includes: &["mailgun.org", "_spf.eu.mailgun.org"],
        asks_for_include: true,
        selectors: &[key("")],
        exchanges: &[".mailgun.org"],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify",
        checked: Checked::Dns(READ),
        note: "its control panel tells the selector and the key; a sub-domain for it alone is what it recommends",
    },
    Preset {
        id: "mailjet",
        name: "Mailjet",
        includes: &["spf.mailjet.com"],
        asks_for_include: true,
        selectors: &[key("mailjet")],
        exchanges: &[],
        page: "https://documentation.mailjet.com/hc/en-us/articles/360049641733",
        checked: Checked::Pages(READ),
        note: "",
    },
    Preset {
        id: "microsoft365",
        name: "Microsoft 365",
        includes: &["spf.protection.outlook.com"],
        asks_for_include: true,
        selectors: &[
            like(
                "selector1",
                "selector1-DOMAIN-WITH-HYPHENS._domainkey.TENANT.X-v1.dkim.mail.microsoft",
                MICROSOFT,
            ),
            like(
                "selector2",
                "selector2-DOMAIN-WITH-HYPHENS._domainkey.TENANT.X-v1.dkim.mail.microsoft",
                MICROSOFT,
            ),
        ],
        exchanges: &[".mail.protection.outlook.com", ".mx.microsoft"],
        page: "https://learn.microsoft.com/en-us/defender-office-365/email-authentication-dkim-configure",
        checked: Checked::Pages(READ),
        note: "the Defender portal tells the names, under Email authentication settings, DKIM; the selector that is not in \
               use is dark, and has to be there for the next rotation. Domains added before May 2025 keep TENANT.onmicrosoft.com",
    },
    Preset {
        id: "postmark",
        name: "Postmark",
        includes: &["spf.mtasv.net"],
        asks_for_include: false,
        selectors: &[key("")],
        exchanges: &[],
        page: "https://postmarkapp.com/support/article/1090-resources-for-adding-dkim-and-return-path-records-to-your-domain",
        checked: Checked::Dns(READ),
        note: "its page of the domain tells the selector, which ends in pm, and the key",
    },
    Preset {
        id: "proton",
        name: "Proton Mail",
        includes: &["_spf.protonmail.ch"],
        asks_for_include: true,
        selectors: &[
            like(
                "protonmail",
                "protonmail.domainkey.TOKEN.domains.proton.ch",
                PROTON,
            ),
            like(
                "protonmail2",
                "protonmail2.domainkey.TOKEN.domains.proton.ch",
                PROTON,
            ),
            like(
                "protonmail3",
                "protonmail3.domainkey.TOKEN.domains.proton.ch",
                PROTON,
            ),
        ],
        exchanges: &[".protonmail.ch"],
        page: "https://proton.me/support/anti-spoofing-custom-domain",
        checked: Checked::Dns(READ),
        note: "",
    },
    Preset {
        id: "salesforce",
        name: "Salesforce",
        includes: &["_spf.salesforce.com"],
        asks_for_include: true,
        selectors: &[like("", "SELECTOR.TOKEN.custdkim.salesforce.com", SALESFORCE)],
        exchanges: &[],
        page: "https://help.salesforce.com/s/articleView?id=sf.emailadmin_setup_dkim_key.htm",
        checked: Checked::Dns(READ),
        note: "the selector and its alternate are chosen in Setup, DKIM Keys, which tells the names",
    },
    Preset {
        id: "sendgrid",
        name: "Twilio SendGrid",
        includes: &["sendgrid.net"],
        asks_for_include: false,
        selectors: &[
            like("s1", "s1.domainkey.uACCOUNT.wlNNN.sendgrid.net", SENDGRID),
            like("s2", "s2.domainkey.uACCOUNT.wlNNN.sendgrid.net", SENDGRID),
        ],
        exchanges: &[],
        page: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication",
        checked: Checked::Dns(READ),
        note: "with automated security it sends with an envelope of a sub-domain, whose CNAME carries its SPF",
    },
    Preset {
        id: "smtp2go",
        name: "SMTP2GO",
        includes: &["spf.smtp2go.com"],
        asks_for_include: false,
        selectors: &[like("", "dkim.smtp2go.net", SMTP2GO)],
        exchanges: &[],
        page: "https://support.smtp2go.com/hc/en-gb/articles/28543815517209",
        checked: Checked::Dns(READ),
        note: "the CNAME of its return path, at a sub-domain, carries its SPF",
    },
    Preset {
        id: "transip",
        name: "TransIP",
        includes: &["_spf.transip.email"],
        asks_for_include: true,
        selectors: &[
            is("transip-a", "_dkim-a.transip.email"),
            is("transip-b", "_dkim-b.transip.email"),
            is("transip-c", "_dkim-c.transip.email"),
        ],
        exchanges: &[".transip.email"],
        page: "https://transip.eu/knowledgebase/dns/426-setting-an-spf-record",
        checked: Checked::Dns(READ),
        note: "",
    },
    Preset {
        id: "zendesk",
        name: "Zendesk",
        includes: &["mail.zendesk.com"],
        asks_for_include: true,
        selectors: &[
            is("zendesk1", "zendesk1._domainkey.zendesk.com"),
            is("zendesk2", "zendesk2._domainkey.zendesk.com"),
        ],
        exchanges: &[],
        page: "https://support.zendesk.com/hc/en-us/articles/4867238761626",
        checked: Checked::Dns(READ),
        note: "",
    },
    Preset {
        id: "zivver",
        name: "Zivver",
        includes: &["_spf.zivver.com"],
        asks_for_include: true,
        selectors: &[],
        exchanges: &[],
        page: "https://docs.zivver.com/en/admin/webapp/cname.html",
        checked: Checked::Dns(READ),
        note: "its web app tells the DKIM record of the domain, and asks for a CNAME zivverbounce to returnpath.zivver.com",
    },
];
