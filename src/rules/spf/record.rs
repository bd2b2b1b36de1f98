//! What one SPF record says, judged by its text alone, and what stands beside it.

use crate::records::Standard;
use crate::rules::{Rule, Severity};

/// More than one SPF record.
pub const SEVERAL: Rule = Rule {
    id: "SPF-001",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "more than one SPF record",
    section: "RFC 7208 4.5",
    why: "Receivers take exactly one. Two, even with the same text, are a permerror: nobody passes.",
    fix: "Merge the terms of all into one record and remove the others.",
    bad: "\"v=spf1 mx -all\" and \"v=spf1 include:spf.example.com -all\"",
    good: "\"v=spf1 mx include:spf.example.com -all\"",
};

/// Meant as an SPF record, and none.
pub const NEAR_MISS: Rule = Rule {
    id: "SPF-002",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "meant as an SPF record, and none",
    section: "RFC 7208 4.5",
    why: "A record begins with exactly v=spf1 and a space (or ends there). Anything else receivers discard without a word: the domain then has no SPF at all.",
    fix: "Begin the record with v=spf1 and one space, nothing before it.",
    bad: "v=spf1; mx -all",
    good: "v=spf1 mx -all",
};

/// The version in capitals.
pub const VERSION_CASE: Rule = Rule {
    id: "SPF-003",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "the version in capitals",
    section: "RFC 7208 4.5",
    why: "v=spf1 is matched without regard to case, so it works; some tools look for the small letters.",
    fix: "Write v=spf1.",
    bad: "V=SPF1 mx -all",
    good: "v=spf1 mx -all",
};

/// More spaces than needed.
pub const SPARE_SPACES: Rule = Rule {
    id: "SPF-007",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "more spaces than needed",
    section: "RFC 7208 4.6.1",
    why: "Repeated and trailing spaces are allowed and mean nothing; they cost octets and hide slips.",
    fix: "Keep one space between terms and none at the end.",
    bad: "v=spf1 mx   -all",
    good: "v=spf1 mx -all",
};

/// A mechanism written with = has no effect.
pub const LOST_MECHANISM: Rule = Rule {
    id: "SPF-011",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a mechanism written with = has no effect",
    section: "RFC 7208 4.6.1",
    why: "include=x reads like a mechanism, but name=value is a modifier nobody knows, and receivers ignore those: whoever it was to authorize is not.",
    fix: "Write the mechanism with a colon where it reads so, or remove the term.",
    bad: "v=spf1 include=spf.example.com -all",
    good: "v=spf1 include:spf.example.com -all",
};

/// A mechanism in capitals.
pub const MECHANISM_CASE: Rule = Rule {
    id: "SPF-013",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a mechanism in capitals",
    section: "RFC 7208 4.6.1",
    why: "Names of mechanisms are matched without regard to case, so it works.",
    fix: "Write them in small letters.",
    bad: "v=spf1 MX -all",
    good: "v=spf1 mx -all",
};

/// Mechanisms behind all are never reached.
pub const AFTER_ALL: Rule = Rule {
    id: "SPF-021",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "mechanisms behind all are never reached",
    section: "RFC 7208 5.1",
    why: "all matches everybody, so evaluation ends there: whoever is named behind it is not authorized.",
    fix: "Move them before all, or remove them.",
    bad: "v=spf1 mx -all include:spf.example.com",
    good: "v=spf1 mx include:spf.example.com -all",
};

/// Redirect beside all is ignored.
pub const REDIRECT_AND_ALL: Rule = Rule {
    id: "SPF-022",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "redirect beside all is ignored",
    section: "RFC 7208 6.1",
    why: "redirect= says where to go on when nothing matched; all always matches, wherever it stands.",
    fix: "Remove one of the two.",
    bad: "v=spf1 mx -all redirect=spf.example.com",
    good: "v=spf1 mx redirect=spf.example.com",
};

/// Neither all nor redirect.
pub const NO_END: Rule = Rule {
    id: "SPF-023",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "neither all nor redirect",
    section: "RFC 7208 4.7",
    why: "Without either, everybody the record does not name gets neutral, as if it ended in ?all: no receiver treats a forger any worse for it.",
    fix: "End the record in -all or ~all.",
    bad: "v=spf1 mx",
    good: "v=spf1 mx -all",
};

/// Everybody may send.
pub const PASS_ALL: Rule = Rule {
    id: "SPF-024",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "everybody may send",
    section: "RFC 7208 5.1",
    why: "+all, or all without a sign, lets every host on the Internet pass SPF in this domain's name; with a DMARC policy forged mail is even aligned.",
    fix: "End the record in -all or ~all and name the senders before it.",
    bad: "v=spf1 mx +all",
    good: "v=spf1 mx -all",
};

/// ?all protects nobody.
pub const NEUTRAL_ALL: Rule = Rule {
    id: "SPF-025",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "?all protects nobody",
    section: "RFC 7208 8.2",
    why: "Neutral is to be treated exactly like no record at all: forgers lose nothing.",
    fix: "End the record in ~all, and in -all once every sender is named.",
    bad: "v=spf1 mx ?all",
    good: "v=spf1 mx -all",
};

/// -all may reject mail before DMARC sees it.
pub const FAIL_BEFORE_DMARC: Rule = Rule {
    id: "SPF-026",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "-all may reject mail before DMARC sees it",
    section: "RFC 9989 7.1",
    why: "Some receivers refuse on an SPF fail at once. Forwarded mail with a valid DKIM signature is lost then, and no DMARC report tells of it.",
    fix: "Nothing need be done; ~all leaves the verdict to DMARC where its policy is quarantine or reject.",
    bad: "v=spf1 mx -all",
    good: "v=spf1 mx ~all",
};

/// All more than once.
pub const SEVERAL_ALL: Rule = Rule {
    id: "SPF-027",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "all more than once",
    section: "RFC 7208 4.6.2",
    why: "The first all decides; the others are never reached. Where they differ, the record does not say what its author meant.",
    fix: "Keep one, at the end.",
    bad: "v=spf1 mx ~all -all",
    good: "v=spf1 mx -all",
};

/// An included record's all ends nothing here.
pub const INCLUDED_ALL: Rule = Rule {
    id: "SPF-033",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "an included record's all ends nothing here",
    section: "RFC 7208 5.2",
    why: "include only asks whom the other domain lets pass. Its own -all does not count for this domain: without an end of its own this record is neutral to everybody else.",
    fix: "End this record in -all or ~all, or use redirect= where the other record is to decide all.",
    bad: "v=spf1 include:spf.example.com",
    good: "v=spf1 include:spf.example.com -all",
};

/// The same query twice.
pub const SAME_TWICE: Rule = Rule {
    id: "SPF-036",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "the same query twice",
    section: "RFC 7208 4.6.4",
    why: "A term that queries counts each time it is evaluated; the second one matches nobody the first did not.",
    fix: "Remove the second one.",
    bad: "v=spf1 include:spf.example.com mx include:spf.example.com -all",
    good: "v=spf1 include:spf.example.com mx -all",
};

/// Ptr should not be used.
pub const PTR: Rule = Rule {
    id: "SPF-056",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "ptr should not be used",
    section: "RFC 7208 5.5",
    why: "It is slow, depends on the name servers of whoever connects, and some receivers skip it. RFC 7208 says not to publish it.",
    fix: "Name the hosts with ip4, ip6, a or mx.",
    bad: "v=spf1 ptr -all",
    good: "v=spf1 a:mail.example.com -all",
};

/// %{p} should not be used.
pub const MACRO_P: Rule = Rule {
    id: "SPF-057",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "%{p} should not be used",
    section: "RFC 7208 7.2",
    why: "It costs what ptr costs and depends on the client's own name server.",
    fix: "Use %{i} where the client's address is meant.",
    bad: "v=spf1 exists:%{p}.spf.example.com -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// A very wide network.
pub const WIDE: Rule = Rule {
    id: "SPF-065",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a very wide network",
    section: "RFC 9989 7.1",
    why: "So many addresses are hardly all yours: any neighbour in that network may send in the domain's name.",
    fix: "Name the networks your mail leaves from.",
    bad: "v=spf1 ip4:10.0.0.0/8 -all",
    good: "v=spf1 ip4:192.0.2.0/28 -all",
};

/// Host bits below the prefix.
pub const HOST_BITS: Rule = Rule {
    id: "SPF-066",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "host bits below the prefix",
    section: "RFC 7208 5.6",
    why: "Receivers compare the leading bits only, so the rest means nothing; perhaps one address was meant.",
    fix: "Write the network's first address, or drop the prefix.",
    bad: "v=spf1 ip4:192.0.2.77/24 -all",
    good: "v=spf1 ip4:192.0.2.0/24 -all",
};

/// An address that never sends on the Internet.
pub const SPECIAL: Rule = Rule {
    id: "SPF-067",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "an address that never sends on the Internet",
    section: "RFC 6890 2.2",
    why: "Private, loopback, link-local and documentation addresses are not seen by any receiver outside.",
    fix: "Name the public addresses mail leaves from.",
    bad: "v=spf1 ip4:192.168.1.10 -all",
    good: "v=spf1 ip4:203.0.113.10 -all",
};

/// Networks that overlap.
pub const OVERLAP: Rule = Rule {
    id: "SPF-068",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "networks that overlap",
    section: "RFC 7208 5.6",
    why: "One of them lies in another: it can be left out without changing anything.",
    fix: "Remove the narrower one.",
    bad: "v=spf1 ip4:203.0.113.0/24 ip4:203.0.113.7 -all",
    good: "v=spf1 ip4:203.0.113.0/24 -all",
};

/// Every address may send.
pub const EVERYBODY: Rule = Rule {
    id: "SPF-069",
    severity: Severity::Error,
    standard: Standard::Spf,
    title: "every address may send",
    section: "RFC 7208 5.6",
    why: "The networks together are the whole Internet: +all in other words, and anyone may send in the domain's name.",
    fix: "Name the networks your mail leaves from.",
    bad: "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all",
    good: "v=spf1 ip4:192.0.2.0/24 -all",
};

/// A network that is every address, and lets nobody pass.
pub const NOBODY: Rule = Rule {
    id: "SPF-108",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a network of every address keeps what stands behind it from passing",
    section: "RFC 7208 4.6.2, 5.6",
    why: "The first term that matches decides, and one that names every address always does: who is named behind it fails, as if it stood behind -all. With nothing behind it it only repeats what all says.",
    fix: "Remove it: all at the end of the record says it of everybody else.",
    bad: "v=spf1 -ip4:0.0.0.0/0 mx -all",
    good: "v=spf1 mx -all",
};

/// A modifier in capitals.
pub const MODIFIER_CASE: Rule = Rule {
    id: "SPF-072",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a modifier in capitals",
    section: "RFC 7208 4.6.1",
    why: "Names of modifiers are matched without regard to case, so it works, and it counts as the same modifier.",
    fix: "Write it in small letters.",
    bad: "v=spf1 Redirect=spf.example.com",
    good: "v=spf1 redirect=spf.example.com",
};

/// An explanation nobody gets.
pub const POINTLESS_EXPLANATION: Rule = Rule {
    id: "SPF-077",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "an explanation nobody gets",
    section: "RFC 7208 6.2",
    why: "exp= is told only to those whose result is fail; no term of this record says fail.",
    fix: "Remove exp=, or end the record in -all.",
    bad: "v=spf1 mx ~all exp=explain.example.com",
    good: "v=spf1 mx -all exp=explain.example.com",
};

/// A macro in capitals escapes its value.
pub const ESCAPED_MACRO: Rule = Rule {
    id: "SPF-084",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a macro in capitals escapes its value",
    section: "RFC 7208 7.3",
    why: "A capital letter asks for URL encoding, which no host name holds: @ becomes %40, and the lookup finds nothing.",
    fix: "Write the letter small.",
    bad: "v=spf1 exists:%{S}.spf.example.com -all",
    good: "v=spf1 exists:%{s}.spf.example.com -all",
};

/// A name DNS cannot hold.
pub const IMPOSSIBLE_NAME: Rule = Rule {
    id: "SPF-086",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a name DNS cannot hold",
    section: "RFC 7208 4.3",
    why: "An empty label or one over 63 octets is valid text and no name: the term matches nobody, or in include and redirect makes the record a permerror.",
    fix: "Correct the name.",
    bad: "v=spf1 a:mail..example.com -all",
    good: "v=spf1 a:mail.example.com -all",
};

/// A local part in a name.
pub const LOCAL_PART: Rule = Rule {
    id: "SPF-087",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a local part in a name",
    section: "RFC 8616 4",
    why: "%{s} and %{l} never match a local part outside ASCII, and every sender address causes queries of its own.",
    fix: "Use %{d} or %{i} where that serves.",
    bad: "v=spf1 exists:%{l}.spf.example.com -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// A name the sender chooses.
pub const HELO_MACRO: Rule = Rule {
    id: "SPF-088",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a name the sender chooses",
    section: "RFC 7208 7.2",
    why: "%{h} is what the client called itself in HELO: whoever sends decides which name is looked up.",
    fix: "Use %{i} or %{d}.",
    bad: "v=spf1 a:%{h} -all",
    good: "v=spf1 exists:%{i}.spf.example.com -all",
};

/// A Sender ID record.
pub const SENDER_ID: Rule = Rule {
    id: "SPF-096",
    severity: Severity::Info,
    standard: Standard::Spf,
    title: "a Sender ID record",
    section: "RFC 4406 3.1",
    why: "spf2.0/ belongs to an experiment that ended long ago; no receiver asks for it.",
    fix: "Remove it.",
    bad: "spf2.0/pra mx -all",
    good: "v=spf1 mx -all",
};

/// A malformed reporting modifier.
pub const REPORT_MODIFIER: Rule = Rule {
    id: "SPF-097",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a malformed reporting modifier",
    section: "RFC 6652 3",
    why: "ra= is a local part, rp= a percentage from 0 to 100, rr= a list of all, e, f, s and n with colons between. A malformed one asks for no report.",
    fix: "Correct the value, or remove it: hardly anybody sends these reports.",
    bad: "v=spf1 mx -all rp=150",
    good: "v=spf1 mx -all rp=100",
};

/// A second version inside the record.
pub const SECOND_VERSION: Rule = Rule {
    id: "SPF-098",
    severity: Severity::Warning,
    standard: Standard::Spf,
    title: "a second version inside the record",
    section: "RFC 7208 6",
    why: "v=spf1 counts at the beginning only. Further on it is a modifier nobody knows, which receivers ignore; but somebody pasted one record behind another, and terms behind the first all are never reached.",
    fix: "Merge the terms into one record with one version and one all.",
    bad: "v=spf1 mx -all v=spf1 include:spf.example.com -all",
    good: "v=spf1 mx include:spf.example.com -all",
};
