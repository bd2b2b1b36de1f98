//! The rules about values: quotes, characters outside ASCII, white space before the version, seams between strings,
//! domain names in them.

use super::places::Owner;
use crate::inquiry::{Kind, Rdata, Txt};
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::records::odd::{Odd, listed, odd_characters};
use crate::records::{Span, Standard, is_meant, presentation, tag_names, whole};
use crate::rules::Severity;
use crate::rules::{dns as rules, spf};

/// What is wrong with the values at one place.
pub(super) fn check(place: &Owner<'_>, findings: &mut Findings) {
    let site = Topic::new(Site::rrset(place.name.clone(), Kind::Txt), place.managed);
    for text in place.texts() {
        let topic = site.text(text);
        let quotes = quotes(text);
        // What quotes and backslashes do to a key record, DKIM says itself.
        if !quotes.is_empty() && place.standard != Standard::Dkim {
            let message = "want the value alone, found a quote or backslash in it";
            let said = findings.say(&rules::ESCAPED, &topic, message);
            if let Some(fix) = whole_fix(place.standard, rules::ESCAPED.fix, text) {
                said.fix(fix);
            }
            said.about(presentation(text))
                .at_each(quotes)
                .label("part of the value");
        }
        let is_name = |odd: &Odd| odd.what.is_letter() && place.standard != Standard::Dkim;
        // DKIM folds its lines, and names what a line end breaks.
        let folds = |odd: &Odd| {
            place.standard == Standard::Dkim && matches!(text.get(odd.span.start), Some(b'\r' | b'\n'))
        };
        let odd = odd_characters(text).into_iter().filter(|odd| !folds(odd));
        let (names, others): (Vec<Odd>, Vec<Odd>) = odd.partition(is_name);
        let told = place.standard == Standard::Spf && spf_said_it(&topic, &others, findings);
        for (rule, odd) in [(&rules::U_LABEL, names), (&rules::NON_ASCII, others)] {
            let is_said = told && rule == &rules::NON_ASCII;
            if !odd.is_empty() && !is_said {
                let said = findings.say(rule, &topic, format!("want ASCII, found {}", listed(&odd)));
                if let Some(fix) = whole_fix(place.standard, rule.fix, text) {
                    said.fix(fix);
                }
                said.about(presentation(text))
                    .at_each(odd.into_iter().map(|odd| odd.span))
                    .label("outside ASCII");
            }
        }
        for (span, label) in bad_a_labels(text) {
            let message = format!("want a valid A-label, found {label}");
            let said = findings.say(&rules::A_LABEL, &topic, message);
            said.about(label).at(span).label("encodes no name");
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
        let said = findings.say(&rules::LEADING_SPACE, &site.text(text), message);
        said.about(presentation(text)).at(0..spaces).label("white space");
        // DKIM's grammar allows white space before a tag; not every verifier does.
        if place.standard == Standard::Dkim {
            said.at_most(Severity::Warning);
        }
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
            let said = findings.say(&rules::SPLIT, &site.text(&text), message);
            said.about(presentation(&text)).at(span).label("joined here");
        }
    }
}

/// A rule's fix with the whole text to enter, where it can be told.
fn whole_fix(standard: Standard, fix: &str, text: &[u8]) -> Option<String> {
    let meant = whole(standard, text)?;
    let prints = meant.iter().all(|octet| matches!(octet, 0x20..=0x7e));
    let fix = fix.trim_end_matches('.');
    prints.then(|| format!("{fix}: {}", presentation(&meant)))
}

/// Whether SPF has said already that these characters have no place in a text: of a record why nobody can read it, of a
/// near miss why it is none.
fn spf_said_it(topic: &Topic, odd: &[Odd], findings: &Findings) -> bool {
    let (Some(first), Some(text)) = (odd.first(), &topic.text) else {
        return false;
    };
    let beside_version = odd.len() == 1 && first.span.start <= b"v=spf1".len();
    findings.iter().any(|said| {
        let excerpt = said.excerpt.as_ref().filter(|excerpt| excerpt.text == *text);
        let marks = excerpt.is_some_and(|excerpt| excerpt.meets(&first.span));
        let of_record = said.rule == &spf::syntax::NON_ASCII || said.rule == &spf::syntax::BEHIND_ALL;
        let of_miss = said.rule == &spf::record::NEAR_MISS && excerpt.is_some() && beside_version;
        said.site == topic.site && (of_record && marks || of_miss)
    })
}

/// The A-labels of a mail domain itself that encode nothing.
pub(super) fn bad_a_labels_of(name: &Name) -> Vec<String> {
    bad_a_labels(name.as_str().as_bytes())
        .into_iter()
        .map(|(_, label)| label)
        .collect()
}

/// Every quote, and every backslash that escapes something a zone file would have escaped.
fn quotes(text: &[u8]) -> Vec<Span> {
    let escaped = |at: usize| matches!(text.get(at + 1), Some(b'"' | b';' | b'\\'));
    let is_quote =
        |&(at, &octet): &(usize, &u8)| octet == b'"' || (octet == b'\\' && (at == 0 || escaped(at)));
    let quotes = text.iter().enumerate().filter(is_quote);
    quotes.map(|(at, _)| at..at + 1).collect()
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
        // SPF's terms have no names that a list of tags could tell them by.
        let broken = if standard == Standard::Spf {
            !last.is_ascii_whitespace() && !b"+-~?=:/.".contains(&last) && starts_term(right)
        } else {
            !last.is_ascii_whitespace() && last != b';' && starts_tag(standard, right)
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
    // Base64 may end in letters and padding that look like a tag; a value follows a tag, never padding.
    tag_names(standard).iter().any(|tag| {
        let value = text
            .strip_prefix(tag.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"="));
        value
            .and_then(|value| value.first())
            .is_some_and(|&next| next != b'=' && next != b';')
    })
}
