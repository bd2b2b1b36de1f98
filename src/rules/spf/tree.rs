//! What an SPF record comes to with the records it leads to, and beside the other names of the domain.

use super::rule;
use crate::rules::{Rule, Severity};

/// A record of the retired type SPF.
pub const RETIRED_TYPE: Rule = rule(
    "SPF-004",
    Severity::Warning,
    "RFC 7208 3.1",
    "a record of the retired type SPF",
    "Only TXT is asked. A record of type 99 is read by nobody and grows stale beside the real one.",
    "Remove it.",
    "voorbeeld.nl SPF \"v=spf1 mx -all\"",
    "voorbeeld.nl TXT \"v=spf1 mx -all\"",
);

/// An include without SPF record.
pub const INCLUDE_MISSING: Rule = rule(
    "SPF-031",
    Severity::Error,
    "RFC 7208 5.2",
    "an include without SPF record",
    "An include whose target has no SPF record makes the whole check a permerror, for every sender it reaches.",
    "Remove the include, or correct its name.",
    "v=spf1 include:spf.gone.example -all",
    "v=spf1 include:spf.provider.example -all",
);

/// An include of a broken record.
pub const INCLUDE_BROKEN: Rule = rule(
    "SPF-032",
    Severity::Error,
    "RFC 7208 5.2",
    "an include of a broken record",
    "An error in an included record is an error of the whole check: permerror, for every sender it reaches.",
    "Have its owner mend it, or remove the include.",
    "spf.provider.example TXT \"v=spf1 ip4:192.0.2 -all\"",
    "spf.provider.example TXT \"v=spf1 ip4:192.0.2.1 -all\"",
);

/// An included record lets everybody pass.
pub const INCLUDE_PASSES_ALL: Rule = rule(
    "SPF-034",
    Severity::Error,
    "RFC 7208 5.2",
    "an included record lets everybody pass",
    "Whoever the included domain lets pass, passes here: with its +all anyone may send in this domain's name.",
    "Remove the include.",
    "spf.provider.example TXT \"v=spf1 +all\"",
    "spf.provider.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"",
);

/// A record that includes itself.
pub const LOOP: Rule = rule(
    "SPF-035",
    Severity::Error,
    "RFC 7208 4.6.4",
    "a record that includes itself",
    "A loop costs a term that queries at every turn, so every sender nothing matched before it gets a permerror.",
    "Remove the include or redirect that leads back.",
    "voorbeeld.nl TXT \"v=spf1 include:voorbeeld.nl -all\"",
    "voorbeeld.nl TXT \"v=spf1 mx -all\"",
);

/// An include of a record that is there by accident.
pub const WILDCARD_TARGET: Rule = rule(
    "SPF-038",
    Severity::Info,
    "RFC 7208 3.5",
    "an include of a record that is there by accident",
    "The target has the record only because a wildcard answers for every name beside it. When the wildcard goes, or the name gets a record of its own, the include breaks.",
    "Include the name the provider documents.",
    "v=spf1 include:anything.provider.example -all",
    "v=spf1 include:_spf.provider.example -all",
);

/// An include of a domain that does not exist.
pub const TAKE_OVER: Rule = rule(
    "SPF-039",
    Severity::Error,
    "RFC 7208 11",
    "a term that leads to a domain that does not exist",
    "Whoever registers that domain decides who may send in your name. Until then every check that reaches it as an include is a permerror.",
    "Remove it.",
    "v=spf1 include:spf.gone.example -all",
    "v=spf1 include:spf.provider.example -all",
);

/// More than ten terms that query DNS.
pub const TOO_MANY: Rule = rule(
    "SPF-040",
    Severity::Error,
    "RFC 7208 4.6.4",
    "more than ten terms that query DNS",
    "Counted over all includes and the redirect, a receiver stops at the eleventh with a permerror: senders named further behind do not pass.",
    "Remove includes nobody uses, name addresses with ip4 and ip6, move a sender to a sub-domain of its own.",
    "v=spf1 include:a.example include:b.example … (11 terms) -all",
    "v=spf1 ip4:192.0.2.0/24 include:a.example -all",
);

/// Terms behind redirect count as well.
pub const REDIRECT_COUNTS: Rule = rule(
    "SPF-041",
    Severity::Info,
    "RFC 7208 4.6.4",
    "terms behind redirect count as well",
    "redirect is itself a term that queries, and the ten are counted through it; exp, ip4, ip6 and all cost nothing.",
    "Count the target's terms as this record's own.",
    "v=spf1 include:a.example … redirect=b.example",
    "v=spf1 include:a.example -all",
);

/// It depends on the sender whether the limit is met.
pub const ORDER_DECIDES: Rule = rule(
    "SPF-042",
    Severity::Info,
    "RFC 7208 4.6.4",
    "it depends on the sender whether the limit is met",
    "Only terms that are reached count. A sender named early passes, one named late, and every forger, meets a permerror.",
    "Stay within ten terms for a sender nothing matches.",
    "v=spf1 ip4:192.0.2.1 include:a.example … (11 terms) -all",
    "v=spf1 ip4:192.0.2.1 include:a.example -all",
);

/// Nine or ten terms that query DNS.
pub const NO_HEAD_ROOM: Rule = rule(
    "SPF-043",
    Severity::Warning,
    "RFC 7208 4.6.4",
    "nine or ten terms that query DNS",
    "It works today. When a provider adds one include to its own record, yours becomes a permerror.",
    "Remove what nobody uses before that happens.",
    "v=spf1 include:a.example … (10 terms) -all",
    "v=spf1 include:a.example mx -all",
);

/// More than two queries that find nothing.
pub const VOIDS: Rule = rule(
    "SPF-044",
    Severity::Error,
    "RFC 7208 4.6.4",
    "more than two queries that find nothing",
    "Receivers stop at the third term whose query brings no record, with a permerror.",
    "Remove the terms whose names no longer exist.",
    "v=spf1 a:gone1.example.com a:gone2.example.com a:gone3.example.com -all",
    "v=spf1 a:mail.example.com -all",
);

/// More than two queries that find nothing for IPv6 senders.
pub const VOIDS_IP6: Rule = rule(
    "SPF-045",
    Severity::Warning,
    "RFC 7208 4.6.4",
    "more than two queries that find nothing for IPv6 senders",
    "a and mx ask for addresses of the sender's own family: without AAAA records they find nothing for a sender on IPv6, and the third such term is a permerror.",
    "Name IPv4 hosts with ip4, or give the names AAAA records.",
    "v=spf1 a:one.example.com a:two.example.com a:three.example.com -all (A records only)",
    "v=spf1 ip4:192.0.2.0/28 -all",
);

/// Mx of a name with more than ten exchanges.
pub const TOO_MANY_MX: Rule = rule(
    "SPF-046",
    Severity::Error,
    "RFC 7208 4.6.4",
    "mx of a name with more than ten exchanges",
    "A receiver that meets more than ten MX records in one mx term stops with a permerror.",
    "Name the senders with ip4, ip6 or a.",
    "v=spf1 mx -all (11 MX records)",
    "v=spf1 ip4:192.0.2.0/28 -all",
);

/// Mx asks for every exchange.
pub const MX_QUERIES: Rule = rule(
    "SPF-047",
    Severity::Info,
    "RFC 7208 4.6.4",
    "mx asks for every exchange",
    "mx counts as one term, but each of its exchanges costs one more query, and time.",
    "Name the senders with ip4 and ip6 where there are many.",
    "v=spf1 mx -all (8 MX records)",
    "v=spf1 ip4:192.0.2.0/28 -all",
);

/// A deep chain of includes.
pub const DEEP: Rule = rule(
    "SPF-049",
    Severity::Warning,
    "RFC 7208 4.6.4",
    "a deep chain of includes",
    "Each level waits for the one above. A receiver may stop after 20 seconds, with a temperror, and slow name servers add up.",
    "Include the record at the end of the chain directly.",
    "v=spf1 include:a.example -all (a includes b, b includes c, c includes d, d includes e)",
    "v=spf1 include:e.example -all",
);

/// A or mx of this domain finds nothing.
pub const OWN_VOID: Rule = rule(
    "SPF-050",
    Severity::Warning,
    "RFC 7208 5.3",
    "a or mx of this domain finds nothing",
    "The domain has no such record, so the term matches nobody, costs one of the ten terms and one of two void lookups.",
    "Remove the term.",
    "v=spf1 a -all (no A record)",
    "v=spf1 mx -all",
);

/// Mx of a domain with a null MX.
pub const NULL_MX: Rule = rule(
    "SPF-051",
    Severity::Warning,
    "RFC 7505 3",
    "mx of a domain with a null MX",
    "A null MX says that the domain receives no mail: there is no host to authorize, and the term matches nobody.",
    "Remove the term.",
    "v=spf1 mx -all (MX 0 .)",
    "v=spf1 -all",
);

/// A host that is an alias.
pub const ALIAS: Rule = rule(
    "SPF-052",
    Severity::Info,
    "RFC 7208 5.3",
    "a host that is an alias",
    "Receivers follow the CNAME, and the term still counts once. Whoever holds the target's zone decides who may send.",
    "Nothing need be done; name the host itself to depend on nobody.",
    "v=spf1 a:mail.example.com -all (a CNAME)",
    "v=spf1 a:mx1.provider.example -all",
);

/// Mx of a name that has an address and no MX.
pub const NO_IMPLICIT_MX: Rule = rule(
    "SPF-053",
    Severity::Warning,
    "RFC 7208 5.4",
    "mx of a name that has an address and no MX",
    "Mail falls back to the address where there is no MX; SPF's mx does not: the term matches nobody.",
    "Write a instead of mx.",
    "v=spf1 mx:mail.example.com -all",
    "v=spf1 a:mail.example.com -all",
);

/// A host with IPv6 addresses only.
pub const IP6_ONLY: Rule = rule(
    "SPF-054",
    Severity::Info,
    "RFC 7208 5",
    "a host with IPv6 addresses only",
    "A sender on IPv4 is compared with A records alone, and on IPv6 with AAAA records alone: this term matches nobody on IPv4.",
    "Give the host an A record if it sends over IPv4 as well.",
    "v=spf1 a:mail6.example.com -all",
    "v=spf1 ip6:2001:db8::25 -all",
);

/// A authorizes the web server.
pub const WEB_SERVER: Rule = rule(
    "SPF-055",
    Severity::Info,
    "RFC 7208 5.3",
    "a authorizes the web server",
    "The domain's own address is that of its web site. Where that is a shared host or a delivery network, its other customers may send in your name.",
    "Remove a, unless the web server sends mail.",
    "v=spf1 a mx -all",
    "v=spf1 mx -all",
);

/// Exists asks for A records only.
pub const EXISTS_IP4: Rule = rule(
    "SPF-059",
    Severity::Info,
    "RFC 7208 5.7",
    "exists asks for A records only",
    "Also for senders on IPv6, exists looks for an A record. This name has AAAA records only, so the term never matches.",
    "Give the name an A record.",
    "v=spf1 exists:v6only.example.com -all",
    "v=spf1 exists:listed.example.com -all",
);

/// A redirect to a domain without usable SPF.
pub const REDIRECT_MISSING: Rule = rule(
    "SPF-073",
    Severity::Error,
    "RFC 7208 6.1",
    "a redirect to a domain without usable SPF",
    "Everybody no mechanism named is judged by the target's record; when there is none, or a broken one, the result is a permerror, not none.",
    "Correct the target, or end the record in -all.",
    "v=spf1 redirect=gone.example.com",
    "v=spf1 redirect=spf.example.com",
);

/// After a redirect the target is the domain.
pub const REDIRECT_DOMAIN: Rule = rule(
    "SPF-074",
    Severity::Info,
    "RFC 7208 6.1",
    "after a redirect the target is the domain",
    "a, mx and %{d} in the target's record mean the target, not the domain that redirects; sender and address stay.",
    "Name the hosts in the target's record.",
    "spf.example.com TXT \"v=spf1 mx -all\"",
    "spf.example.com TXT \"v=spf1 mx:example.com -all\"",
);

/// An explanation that is not used here.
pub const UNUSED_EXPLANATION: Rule = rule(
    "SPF-075",
    Severity::Info,
    "RFC 7208 6.2",
    "an explanation that is not used here",
    "Of an included record exp= is never used; after a redirect only the target's own is.",
    "Put exp= into the record that decides.",
    "v=spf1 exp=explain.example.com redirect=spf.example.com",
    "v=spf1 redirect=spf.example.com",
);

/// An explanation that cannot be used.
pub const EXPLANATION_TARGET: Rule = rule(
    "SPF-076",
    Severity::Warning,
    "RFC 7208 6.2",
    "an explanation that cannot be used",
    "The target must have exactly one TXT record, in ASCII, with valid macros. Otherwise receivers say nothing.",
    "Publish one text there, or remove exp=.",
    "v=spf1 -all exp=gone.example.com",
    "v=spf1 -all exp=explain.example.com",
);

/// A branch that depends on the sender.
pub const NOT_FOLLOWED: Rule = rule(
    "SPF-089",
    Severity::Info,
    "RFC 7208 7",
    "a branch that depends on the sender",
    "A name with macros other than %{d} is another one for every sender: what stands behind it is not looked at, and the counts are lower bounds.",
    "Check it with a sender: zegel spf DOMAIN --ip … --sender ….",
    "v=spf1 include:%{l}._spf.provider.example -all",
    "v=spf1 include:spf.provider.example -all",
);

/// The TXT records are too large for one plain answer.
pub const LARGE: Rule = rule(
    "SPF-090",
    Severity::Warning,
    "RFC 7208 3.4",
    "the TXT records are too large for one plain answer",
    "All TXT records of a name come in one answer. Above 512 octets it needs EDNS, above 1,232 it is cut and asked again over TCP, which some networks drop: then the check is a temperror.",
    "Move verification texts to names of their own, remove what nobody uses.",
    "voorbeeld.nl with 2,000 octets of TXT",
    "voorbeeld.nl with one SPF record of 300 octets",
);

/// A wildcard does not cover a name that exists.
pub const WILDCARD_GAP: Rule = rule(
    "SPF-091",
    Severity::Warning,
    "RFC 7208 3.5",
    "a wildcard does not cover a name that exists",
    "*.example.com answers only for names that have no record at all. This one exists, so it has no SPF of its own.",
    "Publish SPF at that name too.",
    "*.example.com TXT \"v=spf1 -all\", mail.example.com A only",
    "mail.example.com TXT \"v=spf1 -all\"",
);

/// A mail server's own name without SPF.
pub const HELO_NAME: Rule = rule(
    "SPF-092",
    Severity::Info,
    "RFC 7208 2.3",
    "a mail server's own name without SPF",
    "Bounces have no sender: receivers check the HELO name instead. Without a record there they cannot tell them from forgeries.",
    "Publish v=spf1 a -all at the server's name.",
    "mail.example.com A 192.0.2.1",
    "mail.example.com TXT \"v=spf1 a -all\"",
);

/// A mail host that does not send, without SPF.
pub const NEVER_SENDS: Rule = rule(
    "SPF-093",
    Severity::Info,
    "RFC 7208 10.1.2",
    "a mail host that does not send, without SPF",
    "It receives mail, so its name looks like a mail domain; nothing says that nobody sends from it.",
    "Publish v=spf1 -all at that name.",
    "in.example.com A 192.0.2.1",
    "in.example.com TXT \"v=spf1 -all\"",
);

/// The SPF record stands at another name.
pub const ELSEWHERE: Rule = rule(
    "SPF-094",
    Severity::Error,
    "RFC 7208 3",
    "the SPF record stands at another name",
    "Receivers ask at the domain itself. A record at _spf or spf counts only where the domain's own record includes it.",
    "Publish a record at the domain: v=spf1 include:_spf.example.com -all.",
    "_spf.example.com TXT \"v=spf1 mx -all\"",
    "example.com TXT \"v=spf1 mx -all\"",
);

/// SPF and DMARC records swapped.
pub const SWAPPED: Rule = rule(
    "SPF-095",
    Severity::Error,
    "RFC 9989 4.5",
    "SPF and DMARC records swapped",
    "SPF is asked at the domain, DMARC at _dmarc below it. A record at the other's place is discarded.",
    "Move it.",
    "_dmarc.example.com TXT \"v=spf1 mx -all\"",
    "example.com TXT \"v=spf1 mx -all\"",
);

/// No SPF record.
pub const NONE: Rule = rule(
    "SPF-101",
    Severity::Error,
    "RFC 7208 2.6.1",
    "no SPF record",
    "Nothing says who may send in this domain's name, so everybody may: receivers cannot tell its mail from a forgery.",
    "Publish a record that names the senders and ends in -all; v=spf1 -all where nobody sends.",
    "voorbeeld.nl without an SPF record",
    "voorbeeld.nl TXT \"v=spf1 mx -all\"",
);

/// Written differently, with the same result for every sender.
pub const EQUIVALENT: Rule = rule(
    "SPF-102",
    Severity::Info,
    "RFC 7208 4.6",
    "written differently, with the same result for every sender",
    "The order of terms that query, or one of them standing twice, changes no result as long as every query is answered. When one fails, it decides whether a later term is still reached.",
    "Nothing need be done; publish the desired text to have both the same.",
    "\"v=spf1 include:a.example mx -all\" where \"v=spf1 mx include:a.example -all\" is desired",
    "\"v=spf1 mx include:a.example -all\"",
);

/// The tree of includes was not followed to its end.
pub const NOT_EXPLORED: Rule = rule(
    "SPF-103",
    Severity::Info,
    "RFC 7208 4.6.4",
    "the tree of includes was not followed to its end",
    "The tree is far larger than the ten terms a receiver evaluates; the rest was not looked at, and the counts are lower bounds.",
    "Remove includes until ten terms are enough.",
    "a record with 60 includes",
    "v=spf1 include:spf.provider.example -all",
);
