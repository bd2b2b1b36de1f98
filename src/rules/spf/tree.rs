//! What an SPF record leads to: the records it includes or redirects to, the hosts it names.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// An include without SPF record.
pub const INCLUDE_MISSING: Rule = Rule {
    id: "SPF-031",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an include without SPF record",
    section: "RFC 7208 5.2",
    why: "An include whose target has no SPF record makes the whole check a permerror, for every sender it reaches.",
    fix: "Remove the include, or correct its name.",
    bad: "v=spf1 include:spf.gone.example -all",
    good: "v=spf1 include:spf.provider.example -all",
};

/// An include of a broken record.
pub const INCLUDE_BROKEN: Rule = Rule {
    id: "SPF-032",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an include of a broken record",
    section: "RFC 7208 5.2",
    why: "An error in an included record is an error of the whole check: permerror, for every sender it reaches.",
    fix: "Have its owner mend it, or remove the include.",
    bad: "spf.provider.example TXT \"v=spf1 ip4:192.0.2 -all\"",
    good: "spf.provider.example TXT \"v=spf1 ip4:192.0.2.1 -all\"",
};

/// An included record lets everybody pass.
pub const INCLUDE_PASSES_ALL: Rule = Rule {
    id: "SPF-034",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an included record lets everybody pass",
    section: "RFC 7208 5.2",
    why: "Whoever the included domain lets pass, passes here: with its +all anyone may send in this domain's name.",
    fix: "Remove the include.",
    bad: "spf.provider.example TXT \"v=spf1 +all\"",
    good: "spf.provider.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"",
};

/// A record that includes itself.
pub const LOOP: Rule = Rule {
    id: "SPF-035",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a record that includes itself",
    section: "RFC 7208 4.6.4",
    why: "A loop costs a term that queries at every turn, so every sender nothing matched before it gets a permerror.",
    fix: "Remove the include or redirect that leads back.",
    bad: "voorbeeld.nl TXT \"v=spf1 include:voorbeeld.nl -all\"",
    good: "voorbeeld.nl TXT \"v=spf1 mx -all\"",
};

/// An include of a record that is there by accident.
pub const WILDCARD_TARGET: Rule = Rule {
    id: "SPF-038",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "an include of a record that is there by accident",
    section: "RFC 7208 3.5",
    why: "The target has the record only because a wildcard answers for every name beside it. When the wildcard goes, or the name gets a record of its own, the include breaks.",
    fix: "Include the name the provider documents.",
    bad: "v=spf1 include:anything.provider.example -all",
    good: "v=spf1 include:_spf.provider.example -all",
};

/// An include of a domain that does not exist.
pub const TAKE_OVER: Rule = Rule {
    id: "SPF-039",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a term that leads to a domain that does not exist",
    section: "RFC 7208 11",
    why: "Whoever registers that domain decides who may send in your name. Until then every check that reaches it as an include is a permerror.",
    fix: "Remove it.",
    bad: "v=spf1 include:spf.gone.example -all",
    good: "v=spf1 include:spf.provider.example -all",
};

/// A or mx finds nothing.
pub const OWN_VOID: Rule = Rule {
    id: "SPF-050",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a or mx finds nothing",
    section: "RFC 7208 5.3",
    why: "The name has no such record, so the term matches nobody, costs one of the ten terms and one of two void lookups.",
    fix: "Remove the term.",
    bad: "v=spf1 a -all (no A record)",
    good: "v=spf1 mx -all",
};

/// Mx of a domain with a null MX.
pub const NULL_MX: Rule = Rule {
    id: "SPF-051",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "mx of a domain with a null MX",
    section: "RFC 7505 3",
    why: "A null MX says that the domain receives no mail: there is no host to authorize, and the term matches nobody.",
    fix: "Remove the term.",
    bad: "v=spf1 mx -all (MX 0 .)",
    good: "v=spf1 -all",
};

/// A host that is an alias.
pub const ALIAS: Rule = Rule {
    id: "SPF-052",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a host that is an alias",
    section: "RFC 7208 5.3",
    why: "Receivers follow the CNAME, and the term still counts once. Whoever holds the target's zone decides who may send.",
    fix: "Nothing need be done; name the host itself to depend on nobody.",
    bad: "v=spf1 a:mail.example.com -all (a CNAME)",
    good: "v=spf1 a:mx1.provider.example -all",
};

/// Mx of a name that has an address and no MX.
pub const NO_IMPLICIT_MX: Rule = Rule {
    id: "SPF-053",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "mx of a name that has an address and no MX",
    section: "RFC 7208 5.4",
    why: "Mail falls back to the address where there is no MX; SPF's mx does not: the term matches nobody.",
    fix: "Write a instead of mx.",
    bad: "v=spf1 mx:mail.example.com -all",
    good: "v=spf1 a:mail.example.com -all",
};

/// A host with IPv6 addresses only.
pub const IP6_ONLY: Rule = Rule {
    id: "SPF-054",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a host with IPv6 addresses only",
    section: "RFC 7208 5",
    why: "A sender on IPv4 is compared with A records alone, and on IPv6 with AAAA records alone: this term matches nobody on IPv4.",
    fix: "Give the host an A record if it sends over IPv4 as well.",
    bad: "v=spf1 a:mail6.example.com -all",
    good: "v=spf1 ip6:2001:db8::25 -all",
};

/// A authorizes the web server.
pub const WEB_SERVER: Rule = Rule {
    id: "SPF-055",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a authorizes the web server",
    section: "RFC 7208 5.3",
    why: "The domain's own address is that of its web site. Where that is a shared host or a delivery network, its other customers may send in your name.",
    fix: "Remove a, unless the web server sends mail.",
    bad: "v=spf1 a mx -all",
    good: "v=spf1 mx -all",
};

/// An exists that matches whoever sends.
pub const EXISTS_EVERYBODY: Rule = Rule {
    id: "SPF-107",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "an exists that matches everybody",
    section: "RFC 7208 5.7",
    why: "exists only asks whether its name has an A record, not whose address it is. A name without a macro that depends on the sender is the same for every sender: when it has one, the term is +all in other words, and anyone may send in the domain's name (with -, ~ or ? before it: -all, ~all or ?all, and nothing behind it is reached).",
    fix: "Write a: where the addresses of the host are meant, put who sends into the name (exists:%{i}.spf.example.com), or remove the term.",
    bad: "v=spf1 exists:mail.example.com -all (mail.example.com has an A record)",
    good: "v=spf1 a:mail.example.com -all",
};

/// Exists asks for A records only.
pub const EXISTS_IP4: Rule = Rule {
    id: "SPF-059",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "exists asks for A records only",
    section: "RFC 7208 5.7",
    why: "Also for senders on IPv6, exists looks for an A record. This name has AAAA records only, so the term never matches.",
    fix: "Give the name an A record.",
    bad: "v=spf1 exists:v6only.example.com -all",
    good: "v=spf1 exists:listed.example.com -all",
};

/// A redirect to a domain without usable SPF.
pub const REDIRECT_MISSING: Rule = Rule {
    id: "SPF-073",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "a redirect to a domain without usable SPF",
    section: "RFC 7208 6.1",
    why: "Everybody no mechanism named is judged by the target's record; when there is none, or a broken one, the result is a permerror, not none.",
    fix: "Correct the target, or end the record in -all.",
    bad: "v=spf1 redirect=gone.example.com",
    good: "v=spf1 redirect=spf.example.com",
};

/// After a redirect the target is the domain.
pub const REDIRECT_DOMAIN: Rule = Rule {
    id: "SPF-074",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "after a redirect the target is the domain",
    section: "RFC 7208 6.1",
    why: "a, mx and %{d} in the target's record mean the target, not the domain that redirects; sender and address stay.",
    fix: "Name the hosts in the target's record.",
    bad: "spf.example.com TXT \"v=spf1 mx -all\"",
    good: "spf.example.com TXT \"v=spf1 mx:example.com -all\"",
};

/// An explanation that is not used here.
pub const UNUSED_EXPLANATION: Rule = Rule {
    id: "SPF-075",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "an explanation that is not used here",
    section: "RFC 7208 6.2",
    why: "Of an included record exp= is never used; after a redirect only the target's own is.",
    fix: "Put exp= into the record that decides.",
    bad: "v=spf1 exp=explain.example.com redirect=spf.example.com",
    good: "v=spf1 redirect=spf.example.com",
};

/// An explanation that cannot be used.
pub const EXPLANATION_TARGET: Rule = Rule {
    id: "SPF-076",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "an explanation that cannot be used",
    section: "RFC 7208 6.2",
    why: "The target must have exactly one TXT record, in ASCII, with valid macros. Otherwise receivers say nothing.",
    fix: "Publish one text there, or remove exp=.",
    bad: "v=spf1 -all exp=gone.example.com",
    good: "v=spf1 -all exp=explain.example.com",
};

/// A branch that depends on the sender.
pub const NOT_FOLLOWED: Rule = Rule {
    id: "SPF-089",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a branch that depends on the sender",
    section: "RFC 7208 7",
    why: "A name with macros other than %{d} is another one for every sender: what stands behind it is not looked at, and the counts are lower bounds.",
    fix: "Check it with a sender: zegel spf DOMAIN --ip … --sender ….",
    bad: "v=spf1 include:%{l}._spf.provider.example -all",
    good: "v=spf1 include:spf.provider.example -all",
};
