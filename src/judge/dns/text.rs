//! The rules about values: quotes, characters outside ASCII, white space before the version, seams between strings,
//! domain names in them.

use super::places::{Place, is_meant};
use crate::inquiry::{Rdata, Txt};
use crate::judge::{Finding, Findings};
use crate::name::Name;
use crate::records::{Span, Standard, presentation};
use crate::rules::dns as rules;
use crate::rules::{Rule, Severity};

/// What is wrong with the values at one place.
pub(super) fn check(place: &Place<'_>, findings: &mut Findings) {
    let mut say = |rule: &'static Rule, text: &[u8], span: Span, label: &str, message: String| {
        let finding = Finding::new(rule, place.managed, place.name.clone(), message);
        findings.push(finding.marking(text, span, label));
    };
    for text in place.texts() {
        if let Some(span) = quote(&text) {
            let message = "want the value alone, found a quote or backslash in it".to_owned();
            say(&rules::ESCAPED, &text, span, "part of the value", message);
        }
        if let Some((span, what, is_letter)) = non_ascii(&text) {
            let rule = if is_letter && place.standard != Standard::Dkim {
                &rules::U_LABEL
            } else {
                &rules::NON_ASCII
            };
            say(
                rule,
                &text,
                span,
                "outside ASCII",
                format!("want ASCII, found {what}"),
            );
        }
        for (span, label) in bad_a_labels(&text) {
            say(
                &rules::A_LABEL,
                &text,
                span,
                "encodes no name",
                format!("want a valid A-label, found {label}"),
            );
        }
    }
    for text in place
        .texts()
        .iter()
        .filter(|text| text.first().is_some_and(u8::is_ascii_whitespace))
    {
        let spaces = text
            .iter()
            .take_while(|octet| octet.is_ascii_whitespace())
            .count();
        let message = "want the version first, found white space before it";
        let finding = Finding::new(&rules::LEADING_SPACE, place.managed, place.name.clone(), message);
        let finding = finding.marking(text, 0..spaces, "white space");
        // DKIM's grammar allows white space before a tag; not every verifier does.
        findings.push(match place.standard {
            Standard::Dkim => finding.milder(Severity::Warning),
            _ => finding,
        });
    }
    for rdata in place.seen.iter().flat_map(|seen| seen.records) {
        let Rdata::Txt(txt) = rdata else { continue };
        let text = txt.joined();
        if !is_meant(place.standard, &text) {
            continue;
        }
        if let Some(at) = broken_seam(place.standard, txt) {
            let span = at.saturating_sub(8)..text.len().min(at + 8);
            let shown = presentation(text.get(span.clone()).unwrap_or_default());
            let message = format!("want a blank or semicolon where two strings meet, found {shown:?}");
            let finding = Finding::new(&rules::SPLIT, place.managed, place.name.clone(), message);
            findings.push(finding.marking(&text, span, "joined here"));
        }
    }
}

/// The A-labels of a mail domain itself that encode nothing.
pub(super) fn bad_a_labels_of(name: &Name) -> Vec<String> {
    bad_a_labels(name.as_str().as_bytes())
        .into_iter()
        .map(|(_, label)| label)
        .collect()
}

/// A quote, or a backslash that escapes something a zone file would have escaped.
fn quote(text: &[u8]) -> Option<Span> {
    let escaped = |at: usize| matches!(text.get(at + 1), Some(b'"' | b';' | b'\\'));
    let at = text
        .iter()
        .enumerate()
        .find(|&(at, &octet)| octet == b'"' || (octet == b'\\' && (at == 0 || escaped(at))))?
        .0;
    Some(at..at + 1)
}

/// The first character outside ASCII (or control character): where, what it is, and whether it is a letter or digit.
fn non_ascii(text: &[u8]) -> Option<(Span, String, bool)> {
    let odd = |octet: &u8| !octet.is_ascii() || (octet.is_ascii_control() && *octet != b'\t');
    let start = text.iter().position(odd)?;
    let rest = text.get(start..)?;
    let length = rest
        .iter()
        .take(4)
        .take_while(|octet| !octet.is_ascii())
        .count()
        .max(1);
    let decoded = (1..=length).find_map(|length| {
        let piece = std::str::from_utf8(rest.get(..length)?).ok()?;
        Some((length, piece.chars().next()?))
    });
    let Some((length, character)) = decoded else {
        let octet = presentation(rest.get(..1)?);
        return Some((
            start..start + 1,
            format!("the octet {octet}, which is no UTF-8 either"),
            false,
        ));
    };
    let what = match character {
        '\u{a0}' => "a no-break space".to_owned(),
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "a character without width".to_owned(),
        '\u{2018}' | '\u{2019}' | '\u{201c}'..='\u{201e}' => "a curly quote".to_owned(),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "a dash that is no hyphen".to_owned(),
        other if other.is_control() => format!("the control character U+{:04X}", u32::from(other)),
        other if other.is_alphanumeric() => format!("the letter {other} (U+{:04X})", u32::from(other)),
        other => format!("the character U+{:04X}", u32::from(other)),
    };
    Some((start..start + length, what, character.is_alphanumeric()))
}

/// Labels that start with `xn--` and decode to nothing valid (RFC 5891 5.4).
fn bad_a_labels(text: &[u8]) -> Vec<(Span, String)> {
    let of_a_label = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'-';
    let mut bad = Vec::new();
    let mut start = 0;
    for piece in text.split(|octet| !of_a_label(octet)) {
        let prefix = piece.get(..4).unwrap_or_default();
        if prefix.eq_ignore_ascii_case(b"xn--")
            && let Ok(label) = std::str::from_utf8(piece)
            && idna::domain_to_unicode(label).1.is_err()
        {
            bad.push((start..start + piece.len(), label.to_owned()));
        }
        start += piece.len() + 1;
    }
    bad
}

/// Where two strings meet although a separator stood between the terms they hold.
///
/// Only what cannot be one term by chance counts: a string that starts with a whole SPF term or a whole tag, after
/// one that does not end in a separator.
fn broken_seam(standard: Standard, txt: &Txt) -> Option<usize> {
    let mut at = 0;
    for pair in txt.strings.windows(2) {
        let [left, right] = pair else { continue };
        at += left.len();
        let last = left.last().copied().unwrap_or(b' ');
        let broken = match standard {
            Standard::Spf => {
                !last.is_ascii_whitespace() && !b"+-~?=:/.".contains(&last) && starts_term(right)
            }
            _ => !last.is_ascii_whitespace() && last != b';' && starts_tag(standard, right),
        };
        if broken {
            return Some(at);
        }
    }
    None
}

/// `include:`, `-all`, … at the start.
fn starts_term(text: &[u8]) -> bool {
    let text = match text.first() {
        Some(b'+' | b'-' | b'~' | b'?') => text.get(1..).unwrap_or_default(),
        _ => text,
    };
    let starts = |term: &[u8]| {
        text.get(..term.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(term))
    };
    let is_all = starts(b"all") && matches!(text.get(3), None | Some(b' '));
    let terms: [&[u8]; 6] = [b"include:", b"ip4:", b"ip6:", b"exists:", b"redirect=", b"exp="];
    is_all || terms.into_iter().any(starts)
}

/// `rua=x` at the start: a known tag with a value.
fn starts_tag(standard: Standard, text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let known: &[&str] = match standard {
        Standard::Dmarc => &[
            "p=", "sp=", "np=", "rua=", "ruf=", "fo=", "adkim=", "aspf=", "pct=", "t=", "ri=", "psd=",
        ],
        _ => &["v=", "k=", "p=", "t=", "s=", "h=", "n=", "g="],
    };
    // Base64 may end in letters and padding that look like a tag; a value follows a tag, never padding.
    known.iter().any(|tag| {
        text.starts_with(tag.as_bytes())
            && text
                .get(tag.len())
                .is_some_and(|&next| next != b'=' && next != b';')
    })
}
