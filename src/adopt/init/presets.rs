//! What the providers most used ask of a domain's DNS: one row each, from the provider's own public page. Data, and how it
//! is recognised in live DNS. Pure.
//!
//! Only what is the same for every customer stands here as a value. What a provider makes up for each account (a tenant's
//! name, a token, a key) is a form: it says where the value comes from, and recognises one that is published already.

/// A provider that sends or receives mail for domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What `--sends-with` takes.
    pub id: &'static str,
    /// What the provider is called.
    pub name: &'static str,
    /// The names whose SPF records it has, as far as domains include them; the first is the one to include.
    pub includes: &'static [&'static str],
    /// Whether it asks for the include in the record of the domain itself. Where it does not, it sends with an envelope of
    /// its own or of a sub-domain, and an include would cost one of ten lookups for nothing.
    pub asks_for_include: bool,
    /// Its DKIM selectors.
    pub selectors: &'static [Selector],
    /// How the names of its mail exchangers end, where it receives mail.
    pub exchanges: &'static [&'static str],
    /// The page it was read from.
    pub page: &'static str,
    /// What else is to be known, in a sentence; may be empty.
    pub note: &'static str,
}

/// A DKIM selector of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector {
    /// Its name; empty where each account has its own, and with a word in capitals where a part of it is the account's.
    pub name: &'static str,
    /// What stands there.
    pub target: Target,
}

/// What stands at a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A CNAME to this name; `{domain}` stands for the domain.
    Is(&'static str),
    /// A CNAME to a name of this form, which the provider tells each account, and which ends in one of these.
    Like(&'static str, &'static [&'static str]),
    /// A key that is published itself, which the provider makes for each account.
    Key,
}

impl Selector {
    /// Whether a selector of this name can be this one: `hs1-1234567` is `hs1-ACCOUNT`.
    pub fn is_named(&self, name: &str) -> bool {
        let Some(capital) = self.name.find(|letter: char| letter.is_ascii_uppercase()) else {
            return name.eq_ignore_ascii_case(self.name);
        };
        let (head, rest) = self.name.split_at(capital);
        let tail = rest.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
        let begins = name
            .get(..head.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(head));
        begins && ends_with(name, tail) && name.len() > head.len() + tail.len()
    }
}

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
const PROTON: &[&str] = &[".domains.proton.ch"];

/// The table, by name.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "amazon-ses",
        name: "Amazon SES",
        includes: &["amazonses.com"],
        asks_for_include: false,
        selectors: &[like("", "TOKEN.dkim.amazonses.com, three of them", AMAZON)],
        exchanges: &[],
        page: "https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html",
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
        note: "",
    },
    Preset {
        id: "google",
        name: "Google Workspace",
        includes: &["_spf.google.com"],
        asks_for_include: true,
        selectors: &[key("google")],
        exchanges: &[".google.com", ".googlemail.com"],
        page: "https://support.google.com/a/answer/174124",
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
        note: "it sends with an envelope of its own",
    },
    Preset {
        id: "mailgun",
        name: "Mailgun",
        includes: &["mailgun.org", "_spf.eu.mailgun.org"],
        asks_for_include: true,
        selectors: &[key("")],
        exchanges: &[".mailgun.org"],
        page: "https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify",
        note: "its control panel tells the selector and the key; a sub-domain for it alone is what it recommends",
    },
    Preset {
        id: "mailjet",
        name: "Mailjet",
        includes: &["spf.mailjet.com"],
        asks_for_include: true,
        selectors: &[key("mailjet")],
        exchanges: &[],
        page: "https://documentation.mailjet.com/hc/en-us/articles/360042412734",
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
                "selector1-DOMAIN-WITH-HYPHENS._domainkey.TENANT.…",
                MICROSOFT,
            ),
            like(
                "selector2",
                "selector2-DOMAIN-WITH-HYPHENS._domainkey.TENANT.…",
                MICROSOFT,
            ),
        ],
        exchanges: &[".mail.protection.outlook.com", ".mx.microsoft"],
        page: "https://learn.microsoft.com/en-us/defender-office-365/email-authentication-dkim-configure",
        note: "the Defender portal tells the names, under Email authentication settings, DKIM; the selector that is not in \
               use is dark, and has to be there for the next rotation",
    },
    Preset {
        id: "postmark",
        name: "Postmark",
        includes: &["spf.mtasv.net"],
        asks_for_include: false,
        selectors: &[key("")],
        exchanges: &[],
        page: "https://postmarkapp.com/support/article/1090-resources-for-adding-dkim-and-return-path-records-to-your-domain",
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
        note: "with automated security it sends with an envelope of a sub-domain, whose CNAME carries its SPF",
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
        page: "https://support.zendesk.com/hc/en-us/articles/4408822303386",
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
        note: "its web app tells the DKIM record of the domain, and asks for a CNAME zivverbounce to returnpath.zivver.com",
    },
];

impl Preset {
    /// Whether a mechanism of SPF brings in its record.
    pub fn is_included_by(&self, mechanism: &str) -> bool {
        let plain = mechanism.trim_start_matches(['+', '-', '~', '?']);
        let Some((head, target)) = plain.split_once(':') else {
            return false;
        };
        let target = target.trim_end_matches('.');
        head.eq_ignore_ascii_case("include")
            && self
                .includes
                .iter()
                .any(|known| known.eq_ignore_ascii_case(target))
    }

    /// Whether a CNAME at `selector` of `domain` leads to it. A target that is the same for everybody, or of its form, is
    /// no other's; which selector it stands at does not matter.
    pub fn is_target(&self, target: &str, domain: &str) -> bool {
        self.selectors.iter().any(|selector| match selector.target {
            Target::Is(name) => name.replace("{domain}", domain).eq_ignore_ascii_case(target),
            Target::Like(_, ends) => ends.iter().any(|end| ends_with(target, end)),
            Target::Key => false,
        })
    }

    /// Whether a mail exchanger is one of its own.
    pub fn is_exchange(&self, host: &str) -> bool {
        self.exchanges.iter().any(|end| ends_with(host, end))
    }
}

fn ends_with(name: &str, end: &str) -> bool {
    let start = name.len().checked_sub(end.len());
    let tail = start.and_then(|start| name.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests;
