//! Rules about what all TXT-based records share: names, strings, aliases, sizes.

use super::{Rule, Severity};
use crate::records::Standard;

/// A text is split so that joining it breaks it.
pub const SPLIT: Rule = Rule {
    id: "DNS-002",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "a text is split so that joining it breaks it",
    section: "RFC 7208 3.3, RFC 6376 3.6.2.2, RFC 9989 4.5",
    why: "Character-strings are joined with nothing between them. Where a blank or semicolon stood at the seam and was lost, two terms become one wrong one.",
    fix: "Put the blank or semicolon inside one of the two strings.",
    bad: "\"v=spf1 include:a.example\" \"include:b.example -all\"",
    good: "\"v=spf1 include:a.example \" \"include:b.example -all\"",
};

/// A name that holds a CNAME can hold nothing else.
pub const CNAME: Rule = Rule {
    id: "DNS-005",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a name that holds a CNAME can hold nothing else",
    section: "RFC 1034 3.6.2, RFC 2181 10.1",
    why: "A CNAME shares its name with no other record: what should stand here must stand at its target, which may belong to somebody else.",
    fix: "Publish the record at the target, or remove the CNAME and publish it here.",
    bad: "_dmarc CNAME _dmarc.provider.example, and a TXT wanted there",
    good: "_dmarc TXT \"v=DMARC1; p=reject\"",
};

/// The answer does not fit 512 octets.
pub const LARGE: Rule = Rule {
    id: "DNS-006",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "the answer does not fit 512 octets",
    section: "RFC 7208 3.4, RFC 6376 3.6.2",
    why: "Without EDNS a second question over TCP is needed. Nearly all resolvers have EDNS; where TCP is blocked besides, the record cannot be had.",
    fix: "Remove TXT records nobody uses any more, as old proofs of ownership.",
    bad: "seven TXT records at the domain",
    good: "the two that are used",
};

/// The answer does not fit 1232 octets.
pub const OVERSIZED: Rule = Rule {
    id: "DNS-007",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "the answer does not fit 1232 octets",
    section: "RFC 9715 3",
    why: "Answers of that size are cut off and asked again over TCP, as fragments are not safe: slower for everybody, and lost where TCP is blocked.",
    fix: "Remove TXT records nobody uses any more; move parts of long ones to other names.",
    bad: "30 TXT records at the domain",
    good: "those that are used",
};

/// The record is kept for more than a day.
pub const TTL: Rule = Rule {
    id: "DNS-009",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "the record is kept for more than a day",
    section: "RFC 1035 3.2.1",
    why: "Resolvers keep an answer for its TTL: a mistake, or a key that was lost, stays with them that long.",
    fix: "Use a TTL between five minutes and a day, an hour being usual.",
    bad: "TTL 604800",
    good: "TTL 3600",
};

/// Two records of one spec want the same name.
pub const CONFLICT: Rule = Rule {
    id: "DNS-010",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "two records of one spec want the same name",
    section: "RFC 2181 5, RFC 1034 3.6.2",
    why: "They cannot both be in sync: two TXT records of one standard are undefined, and a CNAME stands alone.",
    fix: "Remove one of the two from the spec.",
    bad: "spf.alsoAt s1._domainkey and dkim.selectors s1",
    good: "dkim.selectors s1",
};

/// Quotes or backslashes stand in the value itself.
pub const ESCAPED: Rule = Rule {
    id: "DNS-011",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "quotes or backslashes stand in the value itself",
    section: "RFC 1035 5.1",
    why: "Quotes and backslashes belong to the zone file's notation. Entered into a form that adds its own they become part of the value, and receivers do not recognise it.",
    fix: "Enter the value without quotes and backslashes.",
    bad: "\\\"v=spf1 -all\\\"",
    good: "v=spf1 -all",
};

/// A character outside ASCII.
pub const NON_ASCII: Rule = Rule {
    id: "DNS-012",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "a character outside ASCII",
    section: "RFC 7208 3.1, RFC 6376 3.2, RFC 9989 4.8",
    why: "The record is ASCII. Word processors and web pages slip in curly quotes, long dashes, no-break and zero-width spaces that look right and break the record.",
    fix: "Type the value anew in a plain text editor.",
    bad: "v=spf1 include:a.example –all",
    good: "v=spf1 include:a.example -all",
};

/// White space before the version.
pub const LEADING_SPACE: Rule = Rule {
    id: "DNS-013",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "white space before the version",
    section: "RFC 7208 4.5, RFC 9989 4.7",
    why: "A record is recognised by its first octets. With a blank before them it is no record.",
    fix: "Remove the white space.",
    bad: "\" v=DMARC1; p=reject\"",
    good: "\"v=DMARC1; p=reject\"",
};

/// The record stands at a name with the domain twice.
pub const NAME_TWICE: Rule = Rule {
    id: "DNS-014",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "the record stands at a name with the domain twice",
    section: "RFC 1035 5.1",
    why: "Many forms append the domain to what is entered. With the full name entered the record lands one level too deep, where nobody looks.",
    fix: "Enter the name without the domain, or with a dot at its end.",
    bad: "_dmarc.voorbeeld.nl.voorbeeld.nl",
    good: "_dmarc.voorbeeld.nl",
};

/// A wildcard does not cover a name that exists.
pub const WILDCARD_GAP: Rule = Rule {
    id: "DNS-016",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a wildcard does not cover a name that exists",
    section: "RFC 4592 2.2, RFC 7208 3.5",
    why: "A wildcard answers only for names that do not exist. A host with an address has none of the wildcard's records, so mail in its name is not covered.",
    fix: "Publish the same SPF record at the host, in spec.spf.alsoAt.",
    bad: "* TXT \"v=spf1 -all\", mail A 192.0.2.25",
    good: "mail TXT \"v=spf1 a -all\" besides",
};

/// A wildcard TXT answers where records of other standards are looked for.
pub const WILDCARD_TEXT: Rule = Rule {
    id: "DNS-017",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a wildcard TXT answers where records of other standards are looked for",
    section: "RFC 4592 2.2, RFC 9989 4.10",
    why: "_dmarc, selectors and the like answer with the wildcard's text as long as they have no record of their own. Receivers must sort out what is not theirs; some count it as a broken record.",
    fix: "Publish the records themselves, or move the wildcard's text to the names it is for.",
    bad: "* TXT \"verification=1\" and no _dmarc",
    good: "_dmarc TXT \"v=DMARC1; p=reject\" of its own",
};

/// A name is said not to exist although a name below it does.
pub const DENIED_PARENT: Rule = Rule {
    id: "DNS-018",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a name is said not to exist although a name below it does",
    section: "RFC 8020 2, RFC 9989 4.10",
    why: "NXDOMAIN means that nothing exists below either: resolvers that keep to it lose the records there, and DMARC takes the domain for one that does not exist.",
    fix: "Let the name server answer NOERROR: most do; ask the provider to mend theirs.",
    bad: "a.voorbeeld.nl: NXDOMAIN, _dmarc.a.voorbeeld.nl: a record",
    good: "a.voorbeeld.nl: NOERROR without records",
};

/// A mail domain with an underscore.
pub const UNDERSCORE: Rule = Rule {
    id: "DNS-019",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a mail domain with an underscore",
    section: "RFC 5321 4.1.2, RFC 1123 2.1",
    why: "Addresses may not have an underscore in their domain, so receivers that check the grammar refuse mail from it.",
    fix: "Use a domain of letters, digits and inner hyphens.",
    bad: "post_1.voorbeeld.nl",
    good: "post-1.voorbeeld.nl",
};

/// A domain name in the record is not written as A-labels.
pub const U_LABEL: Rule = Rule {
    id: "DNS-020",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "a domain name in the record is not written as A-labels",
    section: "RFC 8616 4, RFC 7208 4.3",
    why: "Names in DNS records are ASCII: letters with accents and other scripts are written xn--…. In any other form receivers cannot look them up.",
    fix: "Write the A-label form of the name.",
    bad: "include:münchen.example",
    good: "include:xn--mnchen-3ya.example",
};

/// An xn-- label that encodes no name.
pub const A_LABEL: Rule = Rule {
    id: "DNS-021",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "an xn-- label that encodes no name",
    section: "RFC 5891 5.4",
    why: "A label that starts with xn-- must decode to a valid name and encode to the same label again. This one does not, so it can belong to nobody who registered it rightly.",
    fix: "Mend the label, or remove the name.",
    bad: "include:xn--zzzzzzzz999.example",
    good: "include:xn--mnchen-3ya.example",
};

/// One name holds data and a CNAME.
pub const CNAME_BESIDE_DATA: Rule = Rule {
    id: "DNS-022",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a CNAME stands beside other data",
    section: "RFC 1034 3.6.2, RFC 2181 10.1",
    why: "A name that is an alias holds nothing else. Some resolvers follow the CNAME, some take the data beside it, so receivers read different records and neither is sure.",
    fix: "Remove the CNAME, or the records beside it.",
    bad: "_dmarc TXT \"v=DMARC1; p=reject\" and _dmarc CNAME _dmarc.provider.example",
    good: "_dmarc TXT \"v=DMARC1; p=reject\" alone",
};

/// The domain is not there at all.
pub const NO_DOMAIN: Rule = Rule {
    id: "DNS-024",
    severity: Severity::Error,
    standard: Standard::Dns,
    title: "the domain does not exist",
    section: "RFC 2308 2.1",
    why: "DNS says that nothing of this name exists. No mail reaches it and no record of it can be read; where nobody holds the name, whoever registers it holds its mail.",
    fix: "Correct the name, or register the domain and let its zone be served.",
    bad: "voorbeeld.example TXT -> NXDOMAIN",
    good: "voorbeeld.example TXT -> \"v=spf1 -all\"",
};

/// Several CNAMEs at one name.
pub const SEVERAL_CNAMES: Rule = Rule {
    id: "DNS-025",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "several CNAMEs at one name",
    section: "RFC 2181 10.1",
    why: "A name is an alias of one name. Where a server gives two CNAMEs, each resolver follows one of them, or none: what a receiver finds hangs on its resolver and changes by itself.",
    fix: "Keep the CNAME the provider asks for and remove the others.",
    bad: "s1._domainkey CNAME s1.old.example, and s1._domainkey CNAME s1.provider.example",
    good: "s1._domainkey CNAME s1.provider.example, and nothing else",
};

/// A server named for a zone does not serve it.
pub const LAME: Rule = Rule {
    id: "DNS-030",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a name server does not serve the zone it is named for",
    section: "RFC 1912 2.8, RFC 9499 7",
    why: "Resolvers that happen to ask this server lose time, or the answer: mail is delayed, and what is checked at receipt is not found.",
    fix: "Let the server load the zone, or remove its name from the NS records, in the zone above as well as in the zone.",
    bad: "voorbeeld.nl NS ns3.oud.example, which answers REFUSED",
    good: "voorbeeld.nl NS ns1.example.net, which answers with authority",
};

/// A server still serves an older version of a zone.
pub const STALE_SERVER: Rule = Rule {
    id: "DNS-031",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a name server still serves an older version of the zone",
    section: "RFC 1996 3, RFC 1034 4.3.5",
    why: "Until it takes the new version over, some receivers see the old record and some the new one, and resolvers keep the old one for its TTL from then on.",
    fix: "See why the server does not follow: whether NOTIFY and zone transfers reach it. Until then the change is not out everywhere.",
    bad: "ns1 with serial 2026112502, ns2 with serial 2026112501",
    good: "both with serial 2026112502",
};

/// Servers of one zone hold different records.
pub const SERVERS_DIFFER: Rule = Rule {
    id: "DNS-032",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "the name servers of a zone hold different records",
    section: "RFC 1034 4.3.5, RFC 2181 5",
    why: "Which record a receiver sees hangs on which server its resolver asks, so a check passes now and fails a minute later.",
    fix: "Let all servers take the zone from one source: with two providers, publish every change at both.",
    bad: "ns1: \"v=spf1 mx -all\"; ns2: \"v=spf1 -all\"",
    good: "the same at both",
};

/// The zone and the zone above name different servers.
pub const DELEGATION_DIFFERS: Rule = Rule {
    id: "DNS-033",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "the zone and the zone above it name different servers",
    section: "RFC 1034 4.2.2, RFC 1912 2.3",
    why: "Resolvers begin with the servers the zone above names and go on with those the zone itself names: a server in one list alone is asked by some and forgotten when it is replaced.",
    fix: "Make the NS records of the zone and the name servers at the registrar the same.",
    bad: "at the registrar ns1, ns2; in the zone ns1, ns3",
    good: "ns1 and ns2 in both",
};

/// A server's name is an alias.
pub const SERVER_IS_ALIAS: Rule = Rule {
    id: "DNS-034",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "the name of a name server is an alias",
    section: "RFC 2181 10.3, RFC 1912 2.4",
    why: "NS must name a host with addresses of its own. Some resolvers do not follow an alias there, and find no server.",
    fix: "Name the host the alias leads to, or give the name addresses instead of the CNAME.",
    bad: "voorbeeld.nl NS dns.voorbeeld.nl, dns CNAME host7.example.net",
    good: "voorbeeld.nl NS host7.example.net",
};

/// The resolver says what no server of the zone says.
pub const RESOLVER_ALONE: Rule = Rule {
    id: "DNS-035",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "the resolver says what no name server of the zone says",
    section: "RFC 1035 7.4, RFC 9499 6",
    why: "Either the resolver still holds an older answer, which passes when its TTL has run out, or it has a view of its own (split horizon, a filter, a forgery): then others see something else than is seen from here.",
    fix: "Wait until the TTL has run out; where it stays, look from elsewhere, with another --resolver.",
    bad: "the resolver: \"v=spf1 -all\"; all name servers: \"v=spf1 mx -all\"",
    good: "the resolver says what the name servers say",
};

/// A server does not answer from here.
pub const SILENT_SERVER: Rule = Rule {
    id: "DNS-036",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "a name server does not answer from here",
    section: "RFC 2182 3, RFC 7766 5",
    why: "It may be down, or the way from here to it may be closed: others may reach it all the same. Where it is down, resolvers lose time on it, and the zone has one server less.",
    fix: "Look from elsewhere; where nobody reaches it, let it run again or remove its name.",
    bad: "ns2.example.net: no answer over UDP and TCP",
    good: "ns2.example.net answers over both",
};

/// The resolver still says what it cannot know from a name server any more.
pub const RESOLVER_HOLDS_OLD: Rule = Rule {
    id: "DNS-037",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "the resolver holds an answer longer than it may",
    section: "RFC 2181 8, RFC 8767 4, RFC 9499 6",
    why: "Every name server has what is published, and the time for which older answers may be remembered is over. A resolver that says something else all the same keeps answers beyond their TTL (a floor on TTLs, expired answers served), or has a view of its own (split horizon, a filter, a forgery): whoever asks it sees another record than the rest of the world. (The time is for resolvers that keep to TTLs, and for name servers as they are seen from here: another machine behind an anycast address may still hold the old zone. Receivers' own memory of policies, weeks for MTA-STS, is not DNS' and not counted.)",
    fix: "Flush this name in the resolver, and see whether it keeps to TTLs (unbound: cache-min-ttl, serve-expired; BIND: min-cache-ttl, stale-answer-enable) or has the zone itself. Look from elsewhere with another --resolver.",
    bad: "all name servers: \"v=DMARC1; p=reject\"; the resolver, a day later: \"v=DMARC1; p=none\"",
    good: "the resolver says what the name servers say",
};

/// Every name server has dropped what the resolver still says.
pub const GOING: Rule = Rule {
    id: "DNS-038",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "every name server has dropped what the resolver still says",
    section: "RFC 1035 7.4, RFC 2181 8",
    why: "What the name servers say is the zone; a resolver remembers what they said before. Once its TTL has run out, whoever asks gets what stands there now, or nothing. (Not said where a server was not heard, where the resolver serves the zone itself or knows a newer version of it: it may have its answer from elsewhere.)",
    fix: "If that was not meant, publish the record again before resolvers forget it; else take it out of the spec.",
    bad: "the resolver: \"v=DMARC1; p=reject\"; all name servers: no such record",
    good: "the resolver says what the name servers say",
};

/// A name in the list of name servers leads to no address.
pub const SERVER_WITHOUT_ADDRESS: Rule = Rule {
    id: "DNS-039",
    severity: Severity::Warning,
    standard: Standard::Dns,
    title: "a name server has no address",
    section: "RFC 1035 3.3.11, RFC 1912 2.8",
    why: "NS names a host, and resolvers ask it at its addresses: where it has none they lose time on finding that out, and the zone has one server less than it seems.",
    fix: "Publish A or AAAA for the host; or take its name out of NS, in the zone and at the registrar.",
    bad: "example.nl. NS ns2.example.net.; ns2.example.net has neither A nor AAAA",
    good: "example.nl. NS ns2.example.net.\nns2.example.net. A 192.0.2.53",
};

/// Fewer than two name servers have an IPv6 address.
pub const FEW_IPV6: Rule = Rule {
    id: "DNS-040",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "fewer than two name servers have an IPv6 address",
    section: "RFC 3901 4",
    why: "Who has no IPv4 finds the domain over IPv6 alone, and with one such server it hangs on that one. Internet.nl asks for two.",
    fix: "Have whoever runs the name servers give at least two of them an AAAA record, and answer there.",
    bad: "example.nl. NS ns1.example.net.; ns1.example.net has A alone",
    good: "ns1.example.net. AAAA 2001:db8:1::53\nns2.example.net. AAAA 2001:db8:2::53",
};

/// Something a rule wanted to know got no answer.
pub const NOT_CHECKED: Rule = Rule {
    id: "DNS-050",
    severity: Severity::Info,
    standard: Standard::Dns,
    title: "not checked: no usable answer",
    section: "RFC 2308 7",
    why: "What was not seen is neither right nor wrong: rules that needed this answer were not judged in this look.",
    fix: "Nothing, if it passes by itself; otherwise see why the name's servers do not answer.",
    bad: "spf.provider.example TXT -> SERVFAIL",
    good: "spf.provider.example TXT -> \"v=spf1 ip4:192.0.2.0/24 -all\"",
};

/// Every rule of this file, by id.
pub const RULES: &[&Rule] = &[
    &SPLIT,
    &CNAME,
    &LARGE,
    &OVERSIZED,
    &TTL,
    &CONFLICT,
    &ESCAPED,
    &NON_ASCII,
    &LEADING_SPACE,
    &NAME_TWICE,
    &WILDCARD_GAP,
    &WILDCARD_TEXT,
    &DENIED_PARENT,
    &UNDERSCORE,
    &U_LABEL,
    &A_LABEL,
    &CNAME_BESIDE_DATA,
    &NO_DOMAIN,
    &SEVERAL_CNAMES,
    &LAME,
    &STALE_SERVER,
    &SERVERS_DIFFER,
    &DELEGATION_DIFFERS,
    &SERVER_IS_ALIAS,
    &RESOLVER_ALONE,
    &SILENT_SERVER,
    &RESOLVER_HOLDS_OLD,
    &GOING,
    &SERVER_WITHOUT_ADDRESS,
    &FEW_IPV6,
    &NOT_CHECKED,
];
