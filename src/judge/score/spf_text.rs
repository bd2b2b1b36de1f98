//! An SPF record as Internet.nl's test reads it: by the grammar of RFC 7208 12 alone, first match first, no look back.
//!
//! It takes what RFC 7208 refuses elsewhere (terms behind `all`, two `redirect=`, any other modifier, `v=spf1` once more)
//! and refuses what nobody means. That it takes a record says nothing of what receivers make of it: that is SPF's own room.
//! Pure: text alone.

use std::net::Ipv6Addr;

/// The terms of a record, lower case, in their order; `None` where the grammar does not hold.
pub(super) fn terms(text: &str) -> Option<Vec<String>> {
    let rest = strip(text, "v=spf1")?;
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let words = rest.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| is_term(word).then(|| word.to_ascii_lowercase()))
        .collect()
}

/// Whether the whole word is one term.
fn is_term(word: &str) -> bool {
    let bare = word.strip_prefix(['+', '-', '?', '~']).unwrap_or(word);
    if let Some(rest) = strip(bare, "all") {
        return rest.is_empty();
    }
    if let Some(spec) = strip(bare, "include:").or_else(|| strip(bare, "exists:")) {
        return is_spec(spec);
    }
    for (mechanism, takes_length) in [("a", true), ("mx", true), ("ptr", false)] {
        if let Some(rest) = strip(bare, mechanism) {
            return match rest.strip_prefix(':') {
                // A length behind a name is taken for a part of the name.
                Some(spec) => is_spec(spec),
                None => rest.is_empty() || takes_length && is_dual_length(rest),
            };
        }
    }
    if let Some(network) = strip(bare, "ip4:") {
        return is_ip4(network);
    }
    if let Some(network) = strip(bare, "ip6:") {
        return is_ip6(network);
    }
    is_modifier(word)
}

/// `name=macro-string`, whatever the name.
fn is_modifier(word: &str) -> bool {
    let Some((name, value)) = word.split_once('=') else {
        return false;
    };
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    begins && letters.all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one)) && is_spec(value)
}

/// A domain-spec: macros and other characters, at its end a label that may be a top-level one, or a macro.
fn is_spec(text: &str) -> bool {
    if macro_string(text) != text.len() || text.is_empty() {
        return false;
    }
    let inner = text.strip_suffix('.').unwrap_or(text);
    let end = inner.rsplit('.').next().unwrap_or_default();
    begins_top_label(end) || macro_expand(end).is_some()
}

/// Digits and a letter, or letters and digits before a hyphen; what follows is not looked at.
fn begins_top_label(text: &str) -> bool {
    let after_digits = text.trim_start_matches(|one: char| one.is_ascii_digit());
    let after_both = text.trim_start_matches(|one: char| one.is_ascii_alphanumeric());
    after_digits.starts_with(|one: char| one.is_ascii_alphabetic())
        || (after_both.len() < text.len() && after_both.starts_with('-'))
}

/// How many octets of `text` are macros and other characters.
fn macro_string(text: &str) -> usize {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '%' => macro_expand(rest),
            other => other.is_ascii_graphic().then_some(1),
        };
        match taken.and_then(|taken| rest.get(taken..)) {
            Some(left) => rest = left,
            None => break,
        }
    }
    text.len() - rest.len()
}

/// How many octets the macro takes that `text` begins with (RFC 7208 7.1).
fn macro_expand(text: &str) -> Option<usize> {
    if ["%%", "%_", "%-"].iter().any(|plain| text.starts_with(plain)) {
        return Some(2);
    }
    let inner = text.strip_prefix("%{")?;
    let (letter, rest) = inner.split_at_checked(1)?;
    if !"slodiphcrtv".contains(&letter.to_ascii_lowercase()) {
        return None;
    }
    let rest = rest.trim_start_matches(|one: char| one.is_ascii_digit());
    let rest = rest.strip_prefix(['r', 'R']).unwrap_or(rest);
    let rest = rest.trim_start_matches(|one: char| ".-+,/_=".contains(one));
    let left = rest.strip_prefix('}')?;
    Some(text.len() - left.len())
}

/// `/24`, `//64` or both.
fn is_dual_length(text: &str) -> bool {
    let (v4, v6) = match text.split_once("//") {
        Some((v4, v6)) => (v4, Some(v6)),
        None => (text, None),
    };
    let v4_holds = v4.is_empty() || v4.strip_prefix('/').is_some_and(|bits| is_number(bits, 32));
    v4_holds && v6.is_none_or(|bits| is_number(bits, 128))
}

fn is_ip4(text: &str) -> bool {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let octets: Vec<&str> = address.split('.').collect();
    octets.len() == 4
        && octets.iter().all(|octet| is_number(octet, 255))
        && bits.is_none_or(|bits| is_number(bits, 32))
}

fn is_ip6(text: &str) -> bool {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let is_length = |bits: &str| {
        let digits = !bits.is_empty() && bits.bytes().all(|one| one.is_ascii_digit());
        digits && bits.parse::<u32>().is_ok_and(|bits| bits <= 128)
    };
    address.parse::<Ipv6Addr>().is_ok() && bits.is_none_or(is_length)
}

/// A number without a zero before it, at most `most`.
fn is_number(text: &str, most: u32) -> bool {
    let plain = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    plain && digits && text.parse::<u32>().is_ok_and(|number| number <= most)
}

/// What stands behind `prefix`, in any letter case.
fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_grammar_holds_or_does_not() {
        for taken in [
            "v=spf1 -all",
            "V=SPF1 -ALL",
            "v=spf1",
            "v=spf1 ",
            "v=spf1  mx   ~all ",
            "v=spf1 v=spf1 mx -all",
            "v=spf1 -all mx",
            "v=spf1 redirect=a.nl redirect=b.nl",
            "v=spf1 foo=bar -all",
            "v=spf1 ptr -all",
            "v=spf1 ptr:a.nl ?all",
            "v=spf1 a/24 a//64 a/24//64 mx/0 -all",
            "v=spf1 a:a.nl/24 mx:a.nl/24//64 -all",
            "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all",
            "v=spf1 ip6:2001:db8::/32 ip6:::1 ip6:2001:db8::/064 -all",
            "v=spf1 include:_spf.%{d2} exists:%{i}._s.%{d} -all",
            "v=spf1 exp=e.%{d} -all",
            "v=spf1 include:a.nl. -all",
            "v=spf1 include:%{ir}.%{v}._spf.%{d2} -all",
            "v=spf1 include:a.xn--p1ai -all",
        ] {
            assert!(terms(taken).is_some(), "{taken}");
        }
        for refused in [
            "v=spf10 -all",
            "v=spf1-all",
            "v=spf1 -all;",
            "v=spf1 mx, -all",
            "v=spf1 ipv4:192.0.2.1 -all",
            "v=spf1 ip4: 192.0.2.1 -all",
            "v=spf1 ip4:192.0.2.256 -all",
            "v=spf1 ip4:192.0.2.01 -all",
            "v=spf1 ip4:192.0.2.1/33 -all",
            "v=spf1 ip4:192.0.2 -all",
            "v=spf1 ip6:nonsense -all",
            "v=spf1 ip6:::1/129 -all",
            "v=spf1 include: -all",
            "v=spf1 include -all",
            "v=spf1 include:a.123 -all",
            "v=spf1 a:192.0.2.1 -all",
            "v=spf1 a/33 -all",
            "v=spf1 a/24/64 -all",
            "v=spf1 allow -all",
            "v=spf1 -redirect=a.nl",
            "v=spf1 redirect=",
            "v=spf1 op=1 -all",
            "v=spf1 include:%{x}.a.nl -all",
            "v=spf1 include:100%.a.nl -all",
            "v=spf1 nonsense -all",
            "v=spf1\t-all",
        ] {
            assert_eq!(terms(refused), None, "{refused}");
        }
    }

    #[test]
    fn terms_come_in_order_and_lower_case() {
        assert_eq!(
            terms("v=spf1 MX Include:A.NL -ALL"),
            Some(vec![
                "mx".to_owned(),
                "include:a.nl".to_owned(),
                "-all".to_owned()
            ])
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_to_an_end(text in "v=spf1( [ -~]{0,12}){0,6}", odd in ".{0,40}") {
            let _ = (terms(&text), terms(&odd));
        }
    }
}
