//! What a term that is none, or that says what nobody means, was meant to be: the text to write in its place.
//!
//! A hint that leads to the next error teaches nothing. So a proposal counts only where every term of it can be read, and
//! says nothing doubtful either. Where several readings are likely there is no proposal. Pure.

use std::net::{IpAddr, Ipv4Addr};

use super::doubts::{is_doubtful, joint};
use super::part::{Part, is_digits, is_mechanism};
use super::record::{Modifier, TermKind};
use super::terms::term;

/// Longer terms are not mended.
const MAX_MENDED: usize = 512;

/// So many entries are taken for a list that was written into one term.
const MAX_ENTRIES: usize = 16;

/// So often is a text mended that was mended before.
const MAX_DEPTH: usize = 4;

/// What stands between the entries of a list, or around a term, and does not belong there.
const LIST: [char; 9] = [',', ';', '"', '\'', '|', '`', ' ', '\t', '\\'];

/// What stands where a colon belongs.
const JOINTS: [char; 6] = [':', ';', ',', '=', ' ', '\t'];

/// What `text`, a term or what should be one, was meant to be: one or more terms with a space between them.
pub(super) fn mended(text: &str) -> Option<String> {
    let mended = attempt(text, 0)?;
    (mended != text).then_some(mended)
}

/// The same; a term that is good already stays as it is.
pub(super) fn attempt(text: &str, depth: usize) -> Option<String> {
    if text.len() > MAX_MENDED || depth > MAX_DEPTH || !text.is_ascii() {
        return None;
    }
    let plain = text.replace("&quot;", "\"");
    let plain = plain.trim_matches(LIST);
    if is_good(plain) {
        return Some(plain.to_owned());
    }
    let all_good = |mended: &String| mended.split(' ').all(is_good);
    written(plain, depth)
        .filter(all_good)
        .or_else(|| blank_between(plain, depth).filter(all_good))
}

/// Whether it is a term that says what its author meant.
fn is_good(text: &str) -> bool {
    // A term has no space in it, whatever its reader makes of one.
    if text.contains(char::is_whitespace) {
        return false;
    }
    let part = Part { text, at: 0 };
    let Ok(kind) = term(part) else { return false };
    let is_lost = matches!(&kind, TermKind::Modifier(Modifier::Unknown { name, .. }) if is_mechanism(name));
    !is_lost && !is_doubtful(part, &kind)
}

/// `ip4:192.0.2.1~all`
fn blank_between(text: &str, depth: usize) -> Option<String> {
    let at = joint(Part { text, at: 0 }, true)?;
    let (before, after) = text.split_at_checked(at)?;
    let after = attempt(after, depth + 1)?;
    Some(format!("{before} {after}"))
}

/// The name a mechanism or modifier is commonly given.
fn canonical(name: &str) -> Option<&'static str> {
    Some(match name {
        "a" => "a",
        "all" => "all",
        "exists" | "exist" => "exists",
        "exp" => "exp",
        "include" | "includes" | "included" | "inc" | "incl" | "inlcude" | "incude" | "inclde" => "include",
        "ip4" | "ip" | "ipv4" | "ip-4" | "ip4v" => "ip4",
        "ip6" | "ipv6" | "ip-6" => "ip6",
        "mx" => "mx",
        "ptr" => "ptr",
        "redirect" | "redirects" => "redirect",
        _ => return None,
    })
}

/// A name at the begin of `text`, and what follows it.
fn named(text: &str) -> Option<(&'static str, &str)> {
    let lower = text.to_ascii_lowercase();
    let dashed = ["ip-4", "ip-6"].into_iter().find(|name| lower.starts_with(name));
    let length = dashed.map_or_else(
        || {
            lower
                .find(|one: char| !one.is_ascii_alphanumeric())
                .unwrap_or(lower.len())
        },
        str::len,
    );
    let name = canonical(lower.get(..length)?)?;
    Some((name, text.get(length..)?))
}

/// A term by its sign, its name and what it names, however these are joined.
fn written(text: &str, depth: usize) -> Option<String> {
    let unsigned = text.trim_start_matches(['+', '-', '~', '?']);
    let signs = text.get(..text.len() - unsigned.len())?;
    let sign = signs.get(..1).unwrap_or_default();
    if !signs.chars().all(|one| sign.starts_with(one)) {
        return None;
    }
    let Some((name, rest)) = named(unsigned) else {
        return address(unsigned).map(|address| format!("{sign}{address}"));
    };
    let argument = rest.trim_start_matches(JOINTS);
    let joint = rest.get(..rest.len() - argument.len())?;
    if joint.is_empty() && !argument.is_empty() && !argument.starts_with(['/', '[', '(', '.']) {
        return None;
    }
    if name == "all" {
        return all(sign, argument);
    }
    let sign = if matches!(name, "redirect" | "exp") {
        ""
    } else {
        sign
    };
    let entries: Vec<&str> = argument.split(LIST).filter(|entry| !entry.is_empty()).collect();
    if entries.len() > MAX_ENTRIES {
        return None;
    }
    let mut terms = Vec::new();
    if entries.is_empty() {
        terms.push(format!("{sign}{}", of_name(name, "")?));
    }
    for (index, entry) in entries.into_iter().enumerate() {
        let own = begins_as_term(entry).then(|| attempt(entry, depth + 1)).flatten();
        match own {
            // `mx,a`: the name stood alone.
            Some(own) if index == 0 && !joint.contains([':', '=']) => {
                terms.push(format!("{sign}{}", of_name(name, "")?));
                terms.push(own);
            }
            Some(own) if index > 0 => terms.push(own),
            _ => terms.push(format!("{sign}{}", of_name(name, entry)?)),
        }
    }
    Some(terms.join(" "))
}

/// Whether a term begins here: a sign, or a name and nothing that makes it a part of a host's name.
fn begins_as_term(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-', '~', '?']);
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '=', '/', ';']);
    named(unsigned).is_some_and(|(_, rest)| ends(rest))
}

/// `all`, with what was written behind it where that says which one is meant; whoever names no result hardly means
/// everybody.
fn all(sign: &str, argument: &str) -> Option<String> {
    let word = argument.trim_matches(|one: char| one.is_ascii_punctuation());
    let sign = match (sign, word.to_ascii_lowercase().as_str()) {
        ("" | "+", "pass" | "allow" | "accept") => return None,
        ("", "softfail" | "soft") => "~",
        ("", "neutral" | "none") => "?",
        ("", _) if argument.starts_with('~') => "~",
        ("", _) if argument.starts_with('?') => "?",
        ("", _) => "-",
        (sign, _) => sign,
    };
    Some(format!("{sign}all"))
}

/// The term `name` with what it names, `argument`, freed of what does not belong there.
fn of_name(name: &'static str, argument: &str) -> Option<String> {
    let (name, argument) = once(name, argument);
    if argument.is_empty() {
        return matches!(name, "a" | "mx" | "ptr").then(|| name.to_owned());
    }
    if argument.contains('%') {
        let joint = if matches!(name, "redirect" | "exp") {
            '='
        } else {
            ':'
        };
        return Some(format!("{name}{joint}{argument}"));
    }
    let bare = without_url(argument);
    let bare = bare.trim_matches(['[', ']', '(', ')', '<', '>', '{', '}']);
    match name {
        "redirect" | "exp" => return Some(format!("{name}={}", host(bare)?)),
        "exists" => return Some(format!("exists:{}", host(bare)?)),
        _ => {}
    }
    if let Some(address) = address(bare) {
        return Some(address);
    }
    match name {
        "a" | "mx" if is_digits(bare) => Some(name.to_owned()),
        "a" | "mx" => with_prefixes(name, bare),
        "ip4" | "ip6" => with_prefixes("a", bare),
        _ => Some(format!("{name}:{}", host(bare)?)),
    }
}

/// `ip4:ip4:192.0.2.1`, `include:a:mx.example`: the last name counts.
fn once<'t>(name: &'static str, argument: &'t str) -> (&'static str, &'t str) {
    let (mut name, mut argument) = (name, argument.trim_start_matches([':', '=']));
    for _ in 0..MAX_DEPTH {
        let Some((inner, rest)) = named(argument).filter(|(inner, _)| *inner != "all") else {
            break;
        };
        let Some(rest) = rest
            .strip_prefix([':', '='])
            .filter(|rest| !rest.starts_with('/'))
        else {
            break;
        };
        (name, argument) = (inner, rest.trim_start_matches([':', '=']));
    }
    (name, argument)
}

/// The host of a URL, the domain of an address of mail.
fn without_url(text: &str) -> &str {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let Some((_, behind)) = text.split_once("://") else {
        return text.rsplit_once('@').map_or(text, |(_, domain)| domain);
    };
    let host = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if is_digits(port) && !name.contains(':') => name,
        _ => host,
    }
}

/// `ip4:` or `ip6:` with this address and its prefix, which may have been written twice.
fn address(text: &str) -> Option<String> {
    let (written, tail) = text.split_once('/').unwrap_or((text, ""));
    let written = written.trim_matches(['[', ']']).trim_end_matches('.');
    let with_port = || {
        let (address, port) = written.split_once(':')?;
        let address: Ipv4Addr = address.parse().ok()?;
        is_digits(port).then_some(IpAddr::V4(address))
    };
    let address: IpAddr = written.parse().ok().or_else(with_port)?;
    let mut prefixes: Vec<&str> = tail.split('/').filter(|prefix| !prefix.is_empty()).collect();
    prefixes.dedup();
    let prefix = match prefixes.as_slice() {
        [] => String::new(),
        [one] => format!("/{}", without_zeros(one)),
        _ => return None,
    };
    let name = if address.is_ipv4() { "ip4" } else { "ip6" };
    Some(format!("{name}:{address}{prefix}"))
}

/// `a` or `mx` with the prefix lengths behind the host.
fn with_prefixes(name: &str, text: &str) -> Option<String> {
    let (written, tail) = text.split_once('/').unwrap_or((text, ""));
    let prefixes: Vec<&str> = tail.split('/').filter(|prefix| !prefix.is_empty()).collect();
    let tail = match prefixes.as_slice() {
        [] => String::new(),
        [one] if tail.starts_with('/') => format!("//{}", without_zeros(one)),
        [one] => format!("/{}", without_zeros(one)),
        [v4, v6] => format!("/{}//{}", without_zeros(v4), without_zeros(v6)),
        _ => return None,
    };
    if written.is_empty() {
        return Some(format!("{name}{tail}"));
    }
    Some(format!("{name}:{}{tail}", host(written)?))
}

/// A host's or domain's name, without a path, where it has several labels.
fn host(text: &str) -> Option<&str> {
    let host = text.split('/').next()?;
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    (host.contains('.') && host.bytes().all(plain)).then_some(host)
}

fn without_zeros(digits: &str) -> &str {
    let short = digits.trim_start_matches('0');
    if short.is_empty() { "0" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_term_becomes_what_was_meant() {
        for (text, meant) in [
            ("a=203.0.113.9", "ip4:203.0.113.9"),
            ("mx=10", "mx"),
            ("mx:10", "mx"),
            ("all=fail", "-all"),
            ("all=softfail", "~all"),
            ("all=", "-all"),
            ("-all=", "-all"),
            ("~all.", "~all"),
            ("ptr=", "ptr"),
            ("ip6=198.51.100.1", "ip4:198.51.100.1"),
            ("ip4=2001:db8::1", "ip6:2001:db8::1"),
            ("ip4=mail.p.example", "a:mail.p.example"),
            ("include=p.example", "include:p.example"),
            ("-include=p.example", "-include:p.example"),
            ("include;p.example", "include:p.example"),
            ("ip4;198.51.100.1", "ip4:198.51.100.1"),
            (
                "include:p.example,q.example",
                "include:p.example include:q.example",
            ),
            (
                "ip4:198.51.100.1,198.51.100.2",
                "ip4:198.51.100.1 ip4:198.51.100.2",
            ),
            (
                "ip4:198.51.100.1;ip4:198.51.100.2;",
                "ip4:198.51.100.1 ip4:198.51.100.2",
            ),
            ("ip4:198.51.100.1,mx,-all", "ip4:198.51.100.1 mx -all"),
            ("mx,a,-all", "mx a -all"),
            ("a;mail.p.example", "a:mail.p.example"),
            ("a:198.51.100.0/24", "ip4:198.51.100.0/24"),
            ("mx:2001:db8::/32", "ip6:2001:db8::/32"),
            ("ip4:1.2.3.4/24/24", "ip4:1.2.3.4/24"),
            ("ip4:1.2.3.4//24", "ip4:1.2.3.4/24"),
            ("ip4:1.2.3.4/024", "ip4:1.2.3.4/24"),
            ("ip4:1.2.3.4:25", "ip4:1.2.3.4"),
            ("ip4:ip4:1.2.3.4", "ip4:1.2.3.4"),
            ("ip4::1.2.3.4", "ip4:1.2.3.4"),
            ("a:a:mx.p.example", "a:mx.p.example"),
            ("ip6:[2001:db8::1]", "ip6:2001:db8::1"),
            ("ip6:::1", "ip6:::1"),
            ("1.2.3.4", "ip4:1.2.3.4"),
            ("redirect:p.example", "redirect=p.example"),
            ("-redirect=p.example", "redirect=p.example"),
            ("include:https://p.example/x", "include:p.example"),
            ("include:x@p.example", "include:p.example"),
            ("a/24/64", "a/24//64"),
            ("ip:1.2.3.4", "ip4:1.2.3.4"),
            ("--all", "-all"),
            ("ip4:192.0.2.81~all", "ip4:192.0.2.81 ~all"),
            ("\"mx", "mx"),
        ] {
            let found = attempt(text, 0);
            assert_eq!(found.as_deref(), Some(meant), "{text}");
        }
        for text in [
            "foo",
            "include=",
            "ip4:1.2.3",
            "ip4:300.1.1.1",
            "a:mailserver",
            "-+all",
            "all=pass",
            "exists:",
            ",b= %%",
            "b= c",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_proposed_reads(text in "[+~?-]{0,2}(all|a|mx|ip4|ip6|include|redirect|exists|ptr)?[:=;, /]{0,2}[a-z0-9.:/,;=@%{} -]{0,24}") {
            if let Some(mended) = mended(&text) {
                for piece in mended.split(' ') {
                    let read = term(Part { text: piece, at: 0 });
                    prop_assert!(read.is_ok(), "{text}: {mended}");
                }
            }
        }
    }
}
