//! The selectors `inspect` tries where nobody named one.

/// Well-known selectors, most used first: those that large providers and common software set by default.
///
/// DNS cannot list selectors, so this list proves nothing by itself: one that answers is shown, one that does not
/// says nothing about the domain.
pub const PROBE_SELECTORS: &[&str] = &[
    "selector1", // Microsoft 365
    "selector2",
    "google", // Google Workspace
    "default",
    "dkim",
    "mail",
    "k1", // Mailchimp, Mandrill
    "k2",
    "k3",
    "mandrill",
    "s1", // SendGrid and many others
    "s2",
    "mte1", // Mailchimp Transactional
    "mte2",
    "fm1", // Fastmail
    "fm2",
    "fm3",
    "protonmail", // Proton
    "protonmail2",
    "protonmail3",
    "mxvault",
    "zoho",    // Zoho
    "zmail",   // Zoho
    "smtp",    // common software
    "sig1",    // iCloud
    "hs1",     // HubSpot (with the account in front)
    "mlsend",  // MailerLite
    "mailjet", // Mailjet
    "x",       // transip, Exim's examples
    "transip-a",
    "transip-b",
    "transip-c",
];
