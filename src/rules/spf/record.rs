//! What one SPF record says, judged by its text alone, and what stands beside it.

use super::rule;
use crate::rules::{Rule, Severity};

/// More than one SPF record.
pub const SEVERAL: Rule = rule(
    "SPF-001",
    Severity::Error,
    "RFC 7208 4.5",
    "more than one SPF record",
    "Receivers take exactly one. Two, even with the same text, are a permerror: nobody passes.",
    "Merge the terms of all into one record and remove the others.",
    "\"v=spf1 mx -all\" and \"v=spf1 include:spf.example.com -all\"",
    "\"v=spf1 mx include:spf.example.com -all\"",
);

/// Meant as an SPF record, and none.
pub const NEAR_MISS: Rule = rule(
    "SPF-002",
    Severity::Error,
    "RFC 7208 4.5",
    "meant as an SPF record, and none",
    "A record begins with exactly v=spf1 and a space (or ends there). Anything else receivers discard without a word: the domain then has no SPF at all.",
    "Begin the record with v=spf1 and one space, nothing before it.",
    "v=spf1; mx -all",
    "v=spf1 mx -all",
);

/// The version in capitals.
pub const VERSION_CASE: Rule = rule(
    "SPF-003",
    Severity::Info,
    "RFC 7208 4.5",
    "the version in capitals",
    "v=spf1 is matched without regard to case, so it works; some tools look for the small letters.",
    "Write v=spf1.",
    "V=SPF1 mx -all",
    "v=spf1 mx -all",
);

/// More spaces than needed.
pub const SPARE_SPACES: Rule = rule(
    "SPF-007",
    Severity::Info,
    "RFC 7208 4.6.1",
    "more spaces than needed",
    "Repeated and trailing spaces are allowed and mean nothing; they cost octets and hide slips.",
    "Keep one space between terms and none at the end.",
    "v=spf1 mx   -all",
    "v=spf1 mx -all",
);

/// A mechanism written with = has no effect.
pub const LOST_MECHANISM: Rule = rule(
    "SPF-011",
    Severity::Warning,
    "RFC 7208 4.6.1",
    "a mechanism written with = has no effect",
    "include=x reads like a mechanism, but name=value is a modifier nobody knows, and receivers ignore those: whoever it was to authorize is not.",
    "Write a colon.",
    "v=spf1 include=spf.example.com -all",
    "v=spf1 include:spf.example.com -all",
);

/// A mechanism in capitals.
pub const MECHANISM_CASE: Rule = rule(
    "SPF-013",
    Severity::Info,
    "RFC 7208 4.6.1",
    "a mechanism in capitals",
    "Names of mechanisms are matched without regard to case, so it works.",
    "Write them in small letters.",
    "v=spf1 MX -all",
    "v=spf1 mx -all",
);

/// Mechanisms behind all are never reached.
pub const AFTER_ALL: Rule = rule(
    "SPF-021",
    Severity::Warning,
    "RFC 7208 5.1",
    "mechanisms behind all are never reached",
    "all matches everybody, so evaluation ends there: whoever is named behind it is not authorized.",
    "Move them before all, or remove them.",
    "v=spf1 mx -all include:spf.example.com",
    "v=spf1 mx include:spf.example.com -all",
);

/// Redirect beside all is ignored.
pub const REDIRECT_AND_ALL: Rule = rule(
    "SPF-022",
    Severity::Warning,
    "RFC 7208 6.1",
    "redirect beside all is ignored",
    "redirect= says where to go on when nothing matched; all always matches, wherever it stands.",
    "Remove one of the two.",
    "v=spf1 mx -all redirect=spf.example.com",
    "v=spf1 mx redirect=spf.example.com",
);

/// Neither all nor redirect.
pub const NO_END: Rule = rule(
    "SPF-023",
    Severity::Warning,
    "RFC 7208 4.7",
    "neither all nor redirect",
    "Without either, everybody the record does not name gets neutral, as if it ended in ?all: no receiver treats a forger any worse for it.",
    "End the record in -all or ~all.",
    "v=spf1 mx",
    "v=spf1 mx -all",
);

/// Everybody may send.
pub const PASS_ALL: Rule = rule(
    "SPF-024",
    Severity::Error,
    "RFC 7208 5.1",
    "everybody may send",
    "+all, or all without a sign, lets every host on the Internet pass SPF in this domain's name; with a DMARC policy forged mail is even aligned.",
    "End the record in -all or ~all and name the senders before it.",
    "v=spf1 mx +all",
    "v=spf1 mx -all",
);

/// ?all protects nobody.
pub const NEUTRAL_ALL: Rule = rule(
    "SPF-025",
    Severity::Warning,
    "RFC 7208 8.2",
    "?all protects nobody",
    "Neutral is to be treated exactly like no record at all: forgers lose nothing.",
    "End the record in ~all, and in -all once every sender is named.",
    "v=spf1 mx ?all",
    "v=spf1 mx -all",
);

/// -all may reject mail before DMARC sees it.
pub const FAIL_BEFORE_DMARC: Rule = rule(
    "SPF-026",
    Severity::Info,
    "RFC 9989 7.1",
    "-all may reject mail before DMARC sees it",
    "Some receivers refuse on an SPF fail at once. Forwarded mail with a valid DKIM signature is lost then, and no DMARC report tells of it.",
    "Nothing need be done; ~all leaves the verdict to DMARC where its policy is quarantine or reject.",
    "v=spf1 mx -all",
    "v=spf1 mx ~all",
);

/// All more than once.
pub const SEVERAL_ALL: Rule = rule(
    "SPF-027",
    Severity::Warning,
    "RFC 7208 4.6.2",
    "all more than once",
    "The first all decides; the others are never reached. Where they differ, the record does not say what its author meant.",
    "Keep one, at the end.",
    "v=spf1 mx ~all -all",
    "v=spf1 mx -all",
);

/// An included record's all ends nothing here.
pub const INCLUDED_ALL: Rule = rule(
    "SPF-033",
    Severity::Info,
    "RFC 7208 5.2",
    "an included record's all ends nothing here",
    "include only asks whom the other domain lets pass. Its own -all does not count for this domain: without an end of its own this record is neutral to everybody else.",
    "End this record in -all or ~all, or use redirect= where the other record is to decide all.",
    "v=spf1 include:spf.example.com",
    "v=spf1 include:spf.example.com -all",
);

/// The same query twice.
pub const SAME_TWICE: Rule = rule(
    "SPF-036",
    Severity::Warning,
    "RFC 7208 4.6.4",
    "the same query twice",
    "A term that queries counts each time it is evaluated; the second one matches nobody the first did not.",
    "Remove the second one.",
    "v=spf1 include:spf.example.com mx include:spf.example.com -all",
    "v=spf1 include:spf.example.com mx -all",
);

/// Ptr should not be used.
pub const PTR: Rule = rule(
    "SPF-056",
    Severity::Warning,
    "RFC 7208 5.5",
    "ptr should not be used",
    "It is slow, depends on the name servers of whoever connects, and some receivers skip it. RFC 7208 says not to publish it.",
    "Name the hosts with ip4, ip6, a or mx.",
    "v=spf1 ptr -all",
    "v=spf1 a:mail.example.com -all",
);

/// %{p} should not be used.
pub const MACRO_P: Rule = rule(
    "SPF-057",
    Severity::Warning,
    "RFC 7208 7.2",
    "%{p} should not be used",
    "It costs what ptr costs and depends on the client's own name server.",
    "Use %{i} where the client's address is meant.",
    "v=spf1 exists:%{p}.spf.example.com -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// A very wide network.
pub const WIDE: Rule = rule(
    "SPF-065",
    Severity::Warning,
    "RFC 9989 7.1",
    "a very wide network",
    "So many addresses are hardly all yours: any neighbour in that network may send in the domain's name.",
    "Name the networks your mail leaves from.",
    "v=spf1 ip4:10.0.0.0/8 -all",
    "v=spf1 ip4:192.0.2.0/28 -all",
);

/// Host bits below the prefix.
pub const HOST_BITS: Rule = rule(
    "SPF-066",
    Severity::Info,
    "RFC 7208 5.6",
    "host bits below the prefix",
    "Receivers compare the leading bits only, so the rest means nothing; perhaps one address was meant.",
    "Write the network's first address, or drop the prefix.",
    "v=spf1 ip4:192.0.2.77/24 -all",
    "v=spf1 ip4:192.0.2.0/24 -all",
);

/// An address that never sends on the Internet.
pub const SPECIAL: Rule = rule(
    "SPF-067",
    Severity::Warning,
    "RFC 6890 2.2",
    "an address that never sends on the Internet",
    "Private, loopback, link-local and documentation addresses are not seen by any receiver outside.",
    "Name the public addresses mail leaves from.",
    "v=spf1 ip4:192.168.1.10 -all",
    "v=spf1 ip4:203.0.113.10 -all",
);

/// Networks that overlap.
pub const OVERLAP: Rule = rule(
    "SPF-068",
    Severity::Info,
    "RFC 7208 5.6",
    "networks that overlap",
    "One of them lies in another: it can be left out without changing anything.",
    "Remove the narrower one.",
    "v=spf1 ip4:203.0.113.0/24 ip4:203.0.113.7 -all",
    "v=spf1 ip4:203.0.113.0/24 -all",
);

/// Every address may send.
pub const EVERYBODY: Rule = rule(
    "SPF-069",
    Severity::Error,
    "RFC 7208 5.6",
    "every address may send",
    "The networks together are the whole Internet: +all in other words, and anyone may send in the domain's name.",
    "Name the networks your mail leaves from.",
    "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all",
    "v=spf1 ip4:192.0.2.0/24 -all",
);

/// A modifier in capitals.
pub const MODIFIER_CASE: Rule = rule(
    "SPF-072",
    Severity::Info,
    "RFC 7208 4.6.1",
    "a modifier in capitals",
    "Names of modifiers are matched without regard to case, so it works, and it counts as the same modifier.",
    "Write it in small letters.",
    "v=spf1 Redirect=spf.example.com",
    "v=spf1 redirect=spf.example.com",
);

/// An explanation nobody gets.
pub const POINTLESS_EXPLANATION: Rule = rule(
    "SPF-077",
    Severity::Info,
    "RFC 7208 6.2",
    "an explanation nobody gets",
    "exp= is told only to those whose result is fail; no term of this record says fail.",
    "Remove exp=, or end the record in -all.",
    "v=spf1 mx ~all exp=explain.example.com",
    "v=spf1 mx -all exp=explain.example.com",
);

/// A macro in capitals escapes its value.
pub const ESCAPED_MACRO: Rule = rule(
    "SPF-084",
    Severity::Warning,
    "RFC 7208 7.3",
    "a macro in capitals escapes its value",
    "A capital letter asks for URL encoding, which no host name holds: @ becomes %40, and the lookup finds nothing.",
    "Write the letter small.",
    "v=spf1 exists:%{S}.spf.example.com -all",
    "v=spf1 exists:%{s}.spf.example.com -all",
);

/// A name DNS cannot hold.
pub const IMPOSSIBLE_NAME: Rule = rule(
    "SPF-086",
    Severity::Warning,
    "RFC 7208 4.3",
    "a name DNS cannot hold",
    "An empty label or one over 63 octets is valid text and no name: the term matches nobody, or in include and redirect makes the record a permerror.",
    "Correct the name.",
    "v=spf1 a:mail..example.com -all",
    "v=spf1 a:mail.example.com -all",
);

/// A local part in a name.
pub const LOCAL_PART: Rule = rule(
    "SPF-087",
    Severity::Info,
    "RFC 8616 4",
    "a local part in a name",
    "%{s} and %{l} never match a local part outside ASCII, and every sender address causes queries of its own.",
    "Use %{d} or %{i} where that serves.",
    "v=spf1 exists:%{l}.spf.example.com -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// A name the sender chooses.
pub const HELO_MACRO: Rule = rule(
    "SPF-088",
    Severity::Warning,
    "RFC 7208 7.2",
    "a name the sender chooses",
    "%{h} is what the client called itself in HELO: whoever sends decides which name is looked up.",
    "Use %{i} or %{d}.",
    "v=spf1 a:%{h} -all",
    "v=spf1 exists:%{i}.spf.example.com -all",
);

/// A Sender ID record.
pub const SENDER_ID: Rule = rule(
    "SPF-096",
    Severity::Info,
    "RFC 4406 3.1",
    "a Sender ID record",
    "spf2.0/ belongs to an experiment that ended long ago; no receiver asks for it.",
    "Remove it.",
    "spf2.0/pra mx -all",
    "v=spf1 mx -all",
);

/// A malformed reporting modifier.
pub const REPORT_MODIFIER: Rule = rule(
    "SPF-097",
    Severity::Warning,
    "RFC 6652 3",
    "a malformed reporting modifier",
    "ra= is a local part, rp= a percentage from 0 to 100, rr= a list of all, e, f, s and n with colons between. A malformed one asks for no report.",
    "Correct the value, or remove it: hardly anybody sends these reports.",
    "v=spf1 mx -all rp=150",
    "v=spf1 mx -all rp=100",
);
