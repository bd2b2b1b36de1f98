//! Characters that have no place in a record: what they are, and what they were before a conversion spoilt them.
//!
//! Every record here is plain ASCII. What is not came from a word processor (curly quotes, dashes, no-break spaces), from
//! a conversion that took UTF-8 for another code and wrote it again (`â€œ` was a curly quote), or it is a letter of a name
//! that should be an A-label. Which of the three decides what to write instead, so the first two are looked for before
//! the third is believed. Pure: octets in, places out.

use std::fmt;

use super::{Span, presentation};

/// A character, or what is left of one, that has no place in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// Where it stands, in octets.
    pub span: Span,
    /// What it is.
    pub what: Oddity,
}

/// What an odd character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// A control character other than a tab.
    Control(char),
    /// A letter or digit outside ASCII: perhaps a name in its own script.
    Letter(char),
    /// A character that word processors put in place of a plain one.
    Typographic(Typography),
    /// The same, after a conversion that took it for something else.
    Spoilt(Typography),
    /// Any other character.
    Other(char),
    /// An octet that is no UTF-8.
    Octet(u8),
}

/// What word processors put in place of a plain character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typography {
    /// `“` and its like.
    Quote,
    /// `–` and its like.
    Dash,
    /// A no-break space and its like.
    Space,
    /// A zero-width space, a byte order mark and their like.
    Invisible,
    /// `…`, `•` and others.
    Sign,
    /// A quote or dash, which of them is lost.
    Unknown,
    /// The mark a conversion leaves of what it could not read.
    Replacement,
}

impl Typography {
    fn of(character: char) -> Option<Self> {
        Some(match character {
            '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2036}' | '\u{2039}' | '\u{203a}' => Self::Quote,
            '\u{ab}' | '\u{bb}' | '\u{b4}' | '\u{300c}'..='\u{300f}' | '\u{ff02}' | '\u{ff07}' => Self::Quote,
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
                Self::Dash
            }
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                Self::Space
            }
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                Self::Invisible
            }
            '\u{2022}' | '\u{2026}' | '\u{b7}' | '\u{2122}' => Self::Sign,
            '\u{fffd}' => Self::Replacement,
            _ => return None,
        })
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Quote => "a curly quote",
            Self::Dash => "a dash that is no hyphen",
            Self::Space => "a no-break space",
            Self::Invisible => "a character without width",
            Self::Sign => "a typographic sign",
            Self::Unknown => "a curly quote or a dash",
            Self::Replacement => "the mark of a character that was lost",
        }
    }
}

impl Oddity {
    /// Whether it may be a letter of a name that is written as an A-label.
    pub fn is_letter(self) -> bool {
        matches!(self, Self::Letter(_))
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(one) => write!(f, "the control character U+{:04X}", u32::from(*one)),
            Self::Letter(one) => write!(f, "the letter {one} (U+{:04X})", u32::from(*one)),
            Self::Typographic(one) => f.write_str(one.as_str()),
            Self::Spoilt(Typography::Dash) => f.write_str("a typographic dash that a conversion spoilt"),
            Self::Spoilt(one) => write!(f, "{} that a conversion spoilt", one.as_str()),
            Self::Other(one) => write!(f, "the character U+{:04X}", u32::from(*one)),
            Self::Octet(one) => write!(f, "the octet {}, which is no UTF-8", presentation(&[*one])),
        }
    }
}

/// Every odd character of a text, in order.
pub fn odd_characters(text: &[u8]) -> Vec<Odd> {
    let is_odd = |octet: &u8| !octet.is_ascii() || (octet.is_ascii_control() && *octet != b'\t');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skipped) = text.get(at..).and_then(|rest| rest.iter().position(is_odd)) {
        at += skipped;
        let rest = text.get(at..).unwrap_or_default();
        if let Some(octet) = rest.first().filter(|octet| octet.is_ascii()) {
            let what = Oddity::Control(char::from(*octet));
            found.push(Odd {
                span: at..at + 1,
                what,
            });
            at += 1;
            continue;
        }
        let run = rest.iter().take_while(|octet| !octet.is_ascii()).count();
        of_run(
            at,
            rest.get(..run).unwrap_or_default(),
            rest.get(run).copied(),
            &mut found,
        );
        at += run;
    }
    found
}

/// So many kinds of odd characters are told one by one.
const MAX_LISTED: usize = 6;

/// What the odd characters are, in words; the same ones together.
pub fn listed(odd: &[Odd]) -> String {
    let mut kinds: Vec<(Oddity, usize)> = Vec::new();
    for one in odd {
        match kinds.iter_mut().find(|(known, _)| *known == one.what) {
            Some((_, count)) => *count += 1,
            None => kinds.push((one.what, 1)),
        }
    }
    let more = kinds.len().saturating_sub(MAX_LISTED);
    let words = kinds
        .into_iter()
        .take(MAX_LISTED)
        .map(|(what, count)| match count {
            1 => what.to_string(),
            _ => format!("{what} ({count} times)"),
        });
    let mut text = words.collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} others"));
    }
    text
}

/// What a stretch of octets outside ASCII is made of; `next` stands behind it.
fn of_run(start: usize, run: &[u8], next: Option<u8>, found: &mut Vec<Odd>) {
    let mut at = 0;
    while let Some(rest) = run.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, what) = spoilt(rest, next)
            .or_else(|| one_character(rest))
            .unwrap_or_else(|| lone_octet(rest));
        let span = start + at..start + at + length;
        found.push(Odd { span, what });
        at += length;
    }
}

/// The first character of UTF-8 text.
fn one_character(text: &[u8]) -> Option<(usize, Oddity)> {
    let character = first_character(text)?;
    let what = match Typography::of(character) {
        Some(typography) => Oddity::Typographic(typography),
        None if character.is_control() => Oddity::Control(character),
        None if character.is_alphanumeric() => Oddity::Letter(character),
        None => Oddity::Other(character),
    };
    Some((character.len_utf8(), what))
}

fn first_character(text: &[u8]) -> Option<char> {
    (1..=4).find_map(|length| std::str::from_utf8(text.get(..length)?).ok()?.chars().next())
}

/// An octet that begins no character: in Windows' own code it may be a quote or dash.
fn lone_octet(text: &[u8]) -> (usize, Oddity) {
    let octet = text.first().copied().unwrap_or_default();
    let meant = PAGES
        .first()
        .and_then(|page| meant_by(page, octet))
        .and_then(Typography::of);
    (1, meant.map_or(Oddity::Octet(octet), Oddity::Spoilt))
}

/// Codes that UTF-8 is taken for by mistake: the characters of the octets from 128 on. Windows-1252 first, then the code
/// of old Macs and those of DOS; `·` where there is none.
const PAGES: [&str; 4] = [
    "€·‚ƒ„…†‡ˆ‰Š‹Œ·Ž··‘’“”•–—˜™š›œ·žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
];

/// Conversions are undone so often: text that went through two is met.
const MAX_CONVERSIONS: usize = 3;

/// So many octets can one character have become.
const MAX_SPOILT: usize = 48;

/// The character an octet stands for in a code.
fn meant_by(page: &str, octet: u8) -> Option<char> {
    page.chars().nth(usize::from(octet).checked_sub(128)?)
}

/// A typographic character that was read in another code and written again: how many octets of it there are.
fn spoilt(run: &[u8], next: Option<u8>) -> Option<(usize, Oddity)> {
    let run = run.get(..run.len().min(MAX_SPOILT))?;
    for page in PAGES {
        let mut octets = run.to_vec();
        // Of every octet: how many of the run's octets lead up to its end.
        let mut ends: Vec<usize> = (1..=run.len()).collect();
        for _ in 0..MAX_CONVERSIONS {
            (octets, ends) = undone(page, &octets, &ends);
            let Some(character) = first_character(&octets) else {
                // What is left of a quote or dash whose last octet was dropped on the way.
                let cut = octets.len() <= 2 && octets.starts_with(&[0xe2, 0x80]);
                if cut && let Some(end) = ends.get(1) {
                    return Some((*end, Oddity::Spoilt(Typography::Unknown)));
                }
                break;
            };
            if let Some(typography) = Typography::of(character)
                && let Some(end) = ends.get(character.len_utf8() - 1)
            {
                return Some((*end, Oddity::Spoilt(typography)));
            }
        }
    }
    // A no-break space became `Â` and a space that looks like one.
    let text = std::str::from_utf8(run).ok()?;
    (text == "Â" && matches!(next, None | Some(b' ')))
        .then_some((run.len(), Oddity::Spoilt(Typography::Space)))
}

/// Takes a conversion back as far as it goes: every character is the octet it was read from.
fn undone(page: &str, octets: &[u8], ends: &[usize]) -> (Vec<u8>, Vec<usize>) {
    let (mut earlier, mut earlier_ends) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(character) = octets.get(at..).and_then(first_character) {
        at += character.len_utf8();
        let octet = match character {
            '\u{80}'..='\u{9f}' => u8::try_from(u32::from(character)).ok(),
            _ => page
                .chars()
                .position(|one| one == character && one != '·')
                .and_then(|index| u8::try_from(index + 128).ok()),
        };
        let (Some(octet), Some(end)) = (octet, ends.get(at - 1)) else {
            break;
        };
        earlier.push(octet);
        earlier_ends.push(*end);
    }
    (earlier, earlier_ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text: the odd stretches, and what they are called.
    fn found(text: &[u8]) -> Vec<(String, String)> {
        let odd = odd_characters(text).into_iter();
        odd.map(|one| {
            (
                String::from_utf8_lossy(&text[one.span]).into_owned(),
                one.what.to_string(),
            )
        })
        .collect()
    }

    /// A text taken for a code it is not in, and written as UTF-8 again.
    fn converted(text: &str, page: usize) -> String {
        let one = |octet: u8| match meant_by(PAGES[page], octet) {
            _ if octet.is_ascii() => char::from(octet),
            None | Some('·') => char::from(octet),
            Some(character) => character,
        };
        text.bytes().map(one).collect()
    }

    #[test]
    fn every_code_has_all_its_characters() {
        for page in PAGES {
            assert_eq!(page.chars().count(), 128);
        }
    }

    #[test]
    fn plain_text_has_nothing_odd() {
        assert_eq!(odd_characters(b"v=spf1 mx\t-all \"x\" \\"), []);
    }

    #[test]
    fn what_a_conversion_spoilt_is_known_in_every_code() {
        for (character, what) in [
            ("“", "a curly quote"),
            ("”", "a curly quote"),
            ("’", "a curly quote"),
            ("–", "a typographic dash"),
            ("—", "a typographic dash"),
            ("\u{a0}", "a no-break space"),
            ("\u{200b}", "a character without width"),
            ("\u{feff}", "a character without width"),
            ("\u{fffd}", "the mark of a character that was lost"),
        ] {
            for page in 0..PAGES.len() {
                let once = converted(character, page);
                let spoilt = format!("{what} that a conversion spoilt");
                for text in [once.clone(), format!("a{once}b")] {
                    let wanted = vec![(once.clone(), spoilt.clone())];
                    assert_eq!(found(text.as_bytes()), wanted, "{character} in {page}: {text}");
                }
                let pair = format!("{once}{once}v=spf1");
                assert_eq!(found(pair.as_bytes()).len(), 2, "{character} in {page}: {pair}");
            }
            let twice = converted(&converted(character, 0), 0);
            let wanted = vec![(twice.clone(), format!("{what} that a conversion spoilt"))];
            assert_eq!(found(twice.as_bytes()), wanted, "{character} twice");
        }
    }

    #[test]
    fn both_ends_of_a_spoilt_quotation_are_found() {
        let text = "\u{e2}\u{20ac}\u{153}v=spf1 mx ~all\u{e2}\u{20ac}\u{9d}";
        let all = found(text.as_bytes());
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(
            all.iter()
                .all(|(_, what)| what == "a curly quote that a conversion spoilt"),
            "{all:?}"
        );
        // The last octet has no character in Windows' code, and some programs drop it.
        let cut = found("v=spf1 mx ~all\u{e2}\u{20ac}".as_bytes());
        assert_eq!(cut[0].1, "a curly quote or a dash that a conversion spoilt");
    }

    #[test]
    fn octets_of_windows_are_what_they_were() {
        for (text, what) in [
            (&b"\x93v=spf1"[..], "a curly quote that a conversion spoilt"),
            (b"mx \x96all", "a typographic dash that a conversion spoilt"),
            (b"mx\xa0-all", "a no-break space that a conversion spoilt"),
            (b"mx\xff-all", "the octet \\255, which is no UTF-8"),
        ] {
            assert_eq!(found(text)[0].1, what);
        }
    }

    #[test]
    fn letters_stay_letters() {
        for text in [
            "bücher",
            "éénhoorn",
            "câble",
            "straße",
            "почта",
            "日本",
            "Ångström",
            "ação",
            "hôtel",
        ] {
            assert!(
                odd_characters(text.as_bytes())
                    .iter()
                    .all(|one| one.what.is_letter()),
                "{text}: {:?}",
                found(text.as_bytes())
            );
        }
        assert_eq!(
            found("mx\u{c2} -all".as_bytes())[0].1,
            "a no-break space that a conversion spoilt"
        );
    }

    #[test]
    fn what_word_processors_write_is_named() {
        for (text, what) in [
            ("“", "a curly quote"),
            ("–", "a dash that is no hyphen"),
            ("\u{a0}", "a no-break space"),
            ("\u{feff}", "a character without width"),
            ("\u{1}", "the control character U+0001"),
            ("☃", "the character U+2603"),
        ] {
            assert_eq!(found(text.as_bytes()), [(text.to_owned(), what.to_owned())]);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_odd_stretches_are_all_that_is_odd(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120)) {
            let mut covered = vec![false; text.len()];
            let mut last = 0;
            for odd in odd_characters(&text) {
                proptest::prop_assert!(odd.span.start >= last && odd.span.start < odd.span.end && odd.span.end <= text.len());
                last = odd.span.end;
                covered[odd.span].fill(true);
            }
            for (octet, covered) in text.iter().zip(covered) {
                let odd = !octet.is_ascii() || (octet.is_ascii_control() && *octet != b'\t');
                proptest::prop_assert_eq!(odd, covered);
            }
        }
    }
}
