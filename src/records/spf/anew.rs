//! A text that was meant as a record and is none, written anew as a whole. Pure.

use super::mended::attempt;
use super::parse::parse;

/// The whole record where `text` was meant as one: the version, and each term as it was meant.
pub(super) fn whole(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let plain: String = text.chars().filter_map(in_ascii).collect();
    let plain = plain.replace("&quot;", "\"").replace("&nbsp;", " ");
    let mut terms = Vec::new();
    for word in behind_version(&plain)?.split_ascii_whitespace() {
        let word = word.trim_matches([',', ';', '"', '\'', '|', '`', '\\', ')']);
        if word.is_empty() || word.eq_ignore_ascii_case("v=spf1") {
            continue;
        }
        terms.push(attempt(word, 0)?);
    }
    let whole = format!("v=spf1 {}", terms.join(" "));
    (!terms.is_empty() && parse(whole.as_bytes()).is_valid()).then_some(whole)
}

/// A character as it was before a program made it prettier; nothing where it has no width.
fn in_ascii(one: char) -> Option<char> {
    Some(match one {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => return None,
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        one if one.is_whitespace() => ' ',
        one => one,
    })
}

/// What stands behind the version, however that is spelt.
fn behind_version(text: &str) -> Option<&str> {
    const JUNK: [char; 12] = [' ', '\t', '=', ':', '"', '\'', '-', '_', '+', ';', '.', '\\'];
    let is_name = |text: &str| {
        let word = text.get(..3).map(str::to_ascii_lowercase);
        word.is_some_and(|word| ["spf", "sfp", "pfs", "psf", "fps"].contains(&word.as_str()))
    };
    let mut rest = text.trim_start_matches(['v', 'V']).trim_start_matches(JUNK);
    if !is_name(rest) {
        return None;
    }
    while is_name(rest) {
        rest = rest.get(3..)?.trim_start_matches(['=', ':', '-', ' ']);
    }
    let number = |one: char| one.is_ascii_digit() || matches!(one, 'l' | 'I');
    let (digits, joined) = rest.split_at(rest.find(|one| !number(one)).unwrap_or(rest.len()));
    // `v=spf mx`: the name alone, and a term right behind it.
    let rest = if digits.is_empty() { rest } else { joined };
    Some(rest.trim_start_matches([' ', '\t', '\r', '\n', ';', ',', ':', '.', '"', '\'', '\\']))
}
