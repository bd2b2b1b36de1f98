//! Rules about MX (RFC 5321, RFC 7505).

use super::{Rule, Severity};
use crate::records::Standard;

/// More than one null MX.
pub const SEVERAL_NULL: Rule = Rule {
    id: "MX-001",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "more than one null MX",
    section: "RFC 7505 3",
    why: "A null MX is one record, `0 .`, alone. With several a sender may take them for hosts without an address and keep the mail in its queue.",
    fix: "Leave one MX record: 0 .",
    bad: "MX 0 ., MX 10 .",
    good: "MX 0 .",
};

/// A null MX beside another MX.
pub const NULL_BESIDE_HOST: Rule = Rule {
    id: "MX-002",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "a null MX beside another MX",
    section: "RFC 7505 3",
    why: "A domain cannot both accept mail and refuse all of it. Some senders give up at once, so mail is lost.",
    fix: "Remove the null MX when the domain receives mail, the other records when it does not.",
    bad: "MX 0 ., MX 10 mail.voorbeeld.nl",
    good: "MX 10 mail.voorbeeld.nl",
};

/// A null MX with a preference other than 0.
pub const NULL_PREFERENCE: Rule = Rule {
    id: "MX-003",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "a null MX with a preference other than 0",
    section: "RFC 7505 3",
    why: "Only `0 .` is a null MX. Anything else before the dot is a host named by the root, and senders try it for days.",
    fix: "Write preference 0.",
    bad: "MX 10 .",
    good: "MX 0 .",
};

/// A domain that sends has a null MX.
pub const NULL_BUT_SENDS: Rule = Rule {
    id: "MX-004",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "a domain that sends has a null MX",
    section: "RFC 7505 4.2",
    why: "Receivers may refuse mail from a domain that says it takes none (550 5.7.27): no answer and no bounce could be delivered.",
    fix: "Publish an MX that takes bounces, or stop sending with this domain.",
    bad: "MX 0 ., SPF v=spf1 mx -all",
    good: "MX 10 mail.voorbeeld.nl",
};

/// A null MX at a name without an address.
pub const NULL_WITHOUT_ADDRESS: Rule = Rule {
    id: "MX-005",
    severity: Severity::Info,
    standard: Standard::Mx,
    title: "a null MX at a name without an address",
    section: "RFC 5321 5.1",
    why: "Without MX, A and AAAA nobody can deliver anyway. The null MX does no harm: it makes the refusal quicker and its reason clear.",
    fix: "Nothing.",
    bad: "MX 0 . and no A or AAAA",
    good: "no MX, A or AAAA",
};

/// No MX, but an address: mail goes there.
pub const IMPLICIT: Rule = Rule {
    id: "MX-006",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "no MX, but an address: mail goes there",
    section: "RFC 5321 5.1",
    why: "Where there is no MX senders deliver to the A and AAAA of the domain, which mostly is a web server.",
    fix: "Publish the MX of the domain, or `0 .` when it takes no mail.",
    bad: "A 192.0.2.80 and no MX",
    good: "A 192.0.2.80, MX 0 .",
};

/// An MX names an IP address.
pub const ADDRESS: Rule = Rule {
    id: "MX-007",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "an MX names an IP address",
    section: "RFC 5321 5.1",
    why: "An MX holds a host name. Digits with dots are looked up as a name, which does not exist, so mail bounces.",
    fix: "Give the host a name with an A record and point the MX at the name.",
    bad: "MX 10 192.0.2.25",
    good: "MX 10 mail.voorbeeld.nl",
};

/// An MX points to a CNAME.
pub const ALIAS: Rule = Rule {
    id: "MX-008",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "an MX points to a CNAME",
    section: "RFC 2181 10.3, RFC 5321 5.1",
    why: "The name in an MX must have addresses of its own. Many senders follow the alias, some refuse or loop.",
    fix: "Point the MX at the name at the end of the CNAME.",
    bad: "MX 10 mail, mail CNAME mail.provider.example",
    good: "MX 10 mail.provider.example",
};

/// An MX host has no address.
pub const NO_ADDRESS: Rule = Rule {
    id: "MX-009",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "an MX host has no address",
    section: "RFC 5321 5.1",
    why: "Senders cannot reach a host without an A or AAAA record; when no other MX answers, mail waits for days and bounces.",
    fix: "Publish the host's addresses, or remove the MX.",
    bad: "MX 10 mail.voorbeeld.nl, and nothing there",
    good: "MX 10 mail.voorbeeld.nl, A 192.0.2.25",
};

/// An MX leads to a host the internet cannot reach.
pub const NOT_PUBLIC: Rule = Rule {
    id: "MX-010",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "an MX leads to a host the internet cannot reach",
    section: "RFC 6761, RFC 1918, RFC 4193",
    why: "Names like localhost and private addresses mean another machine at each sender: mail is lost, or delivered to a stranger.",
    fix: "Point the MX at a host with a public address.",
    bad: "MX 10 localhost",
    good: "MX 10 mail.voorbeeld.nl",
};

/// An MX is no host name.
pub const HOST_NAME: Rule = Rule {
    id: "MX-011",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "an MX is no host name",
    section: "RFC 5321 2.3.5",
    why: "Labels of a host hold letters, digits and inner hyphens. Senders refuse names with other characters, and ports or schemes have no place there.",
    fix: "Write the host's name alone.",
    bad: "MX 10 mail_1.voorbeeld.nl",
    good: "MX 10 mail1.voorbeeld.nl",
};

/// The same MX host twice.
pub const DUPLICATE: Rule = Rule {
    id: "MX-013",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "the same MX host twice",
    section: "RFC 5321 5.1",
    why: "The second entry gives nothing: senders try the same host again.",
    fix: "Remove one of the two.",
    bad: "MX 10 mail, MX 20 mail",
    good: "MX 10 mail",
};

/// One MX host with one address.
pub const SINGLE: Rule = Rule {
    id: "MX-014",
    severity: Severity::Info,
    standard: Standard::Mx,
    title: "one MX host with one address",
    section: "RFC 5321 5.1",
    why: "Mail waits at the senders while that host is away. That is often acceptable; senders try for days.",
    fix: "Nothing, or a second host elsewhere.",
    bad: "one host, one address",
    good: "two hosts",
};

/// No MX host has an IPv6 address.
pub const NO_IPV6: Rule = Rule {
    id: "MX-015",
    severity: Severity::Info,
    standard: Standard::Mx,
    title: "no MX host has an IPv6 address",
    section: "RFC 5321 5.2",
    why: "Senders with IPv6 alone cannot deliver; tests like internet.nl ask for it.",
    fix: "Give at least one MX host an AAAA record.",
    bad: "mail A 192.0.2.25",
    good: "mail A 192.0.2.25, AAAA 2001:db8::25",
};

/// An MX leads to a domain nobody owns.
pub const TAKEOVER: Rule = Rule {
    id: "MX-016",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "an MX leads to a domain nobody owns",
    section: "RFC 5321 5.1",
    why: "Whoever registers that domain receives the mail, password resets included.",
    fix: "Remove the MX, or point it at the provider you use now.",
    bad: "MX 10 mx.provider-that-is-gone.example",
    good: "MX 10 mx.provider.example",
};

/// DMARC reports go to a domain with a null MX.
pub const REPORTS_TO_NULL: Rule = Rule {
    id: "MX-017",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "DMARC reports go to a domain with a null MX",
    section: "RFC 7505 4.1",
    why: "The domain says it takes no mail, so the reports sent to it bounce.",
    fix: "Send the reports to an address at a domain that receives mail.",
    bad: "MX 0 ., rua=mailto:dmarc@parked.nl",
    good: "MX 0 ., rua=mailto:dmarc@voorbeeld.nl",
};

/// A domain without mail is not closed for senders.
pub const PARKED_INCOMPLETE: Rule = Rule {
    id: "MX-018",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "a domain without mail is not closed for senders",
    section: "RFC 7505 4.2, RFC 9989 8",
    why: "A null MX says that no mail is received. Unless SPF and DMARC also say that none is sent, anybody may send in its name.",
    fix: "Publish v=spf1 -all and v=DMARC1; p=reject.",
    bad: "MX 0 . alone",
    good: "MX 0 ., v=spf1 -all, v=DMARC1; p=reject",
};

/// A domain that should receive mail has no MX host.
pub const RECEIVES_NOTHING: Rule = Rule {
    id: "MX-019",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "a domain that should receive mail has no MX host",
    section: "RFC 5321 5.1, RFC 7505 3",
    why: "Without an MX host mail bounces, or goes to whatever has the domain's address.",
    fix: "Publish the MX of the servers that receive the domain's mail, or give the domain another role.",
    bad: "role: ReceiveOnly, MX 0 .",
    good: "role: ReceiveOnly, MX 10 mail.voorbeeld.nl",
};

/// The null MX was meant, and a host was written.
pub const NULL_AS_HOST: Rule = Rule {
    id: "MX-020",
    severity: Severity::Error,
    standard: Standard::Mx,
    title: "the null MX was meant, and a host was written",
    section: "RFC 7505 3",
    why: "Only `0 .` says that a domain takes no mail: preference 0 and the root. A zero, dots or a word in the host's place are a name that senders look up, so mail waits for days before it bounces.",
    fix: "Publish `0 .` alone when the domain takes no mail.",
    bad: "MX 10 0.",
    good: "MX 0 .",
};

/// More hosts than are looked at.
pub const BEYOND: Rule = Rule {
    id: "MX-021",
    severity: Severity::Warning,
    standard: Standard::Mx,
    title: "an MX of more hosts than are looked at",
    section: "RFC 5321 5.1",
    why: "Zegel looks at the first 32 hosts by preference. What hangs on every host (DANE that is required) is not known of the others, and is Unknown where nothing is wrong with the first. Senders do not try that many either.",
    fix: "Name fewer hosts: a few names with several addresses each do what many hosts do.",
    bad: "40 hosts",
    good: "MX 10 mx1.voorbeeld.nl, MX 10 mx2.voorbeeld.nl",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &SEVERAL_NULL,
    &NULL_BESIDE_HOST,
    &NULL_PREFERENCE,
    &NULL_BUT_SENDS,
    &NULL_WITHOUT_ADDRESS,
    &IMPLICIT,
    &ADDRESS,
    &ALIAS,
    &NO_ADDRESS,
    &NOT_PUBLIC,
    &HOST_NAME,
    &DUPLICATE,
    &SINGLE,
    &NO_IPV6,
    &TAKEOVER,
    &REPORTS_TO_NULL,
    &PARKED_INCOMPLETE,
    &RECEIVES_NOTHING,
    &NULL_AS_HOST,
    &BEYOND,
];
