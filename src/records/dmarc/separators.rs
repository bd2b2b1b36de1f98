//! Separators that are not the ones that belong there, and those that are missing (RFC 9989 4.6, 4.8).
//!
//! Tags are separated by semicolons, report addresses by commas, failure options by colons, a name from its value by
//! `=`. With another sign, or none, what follows is read as a part of what stands before, or not at all: receivers lose
//! it, and nobody tells the owner. Reading stays to the letter here; this only says what was meant.

use super::parse::Record;
use super::separator::{Separator, WrongSeparator};
use super::tag::{Tag, TagName, WHITE};
use super::uri::UriProblem;
use crate::records::Span;
use crate::records::tags::PartKind;

impl Record {
    /// Every wrong or missing separator, in order.
    pub fn wrong_separators(&self) -> &[WrongSeparator] {
        self.followed.separators.get(|| self.find_wrong_separators())
    }

    fn find_wrong_separators(&self) -> Vec<WrongSeparator> {
        let mut wrong = Vec::new();
        // The list tag whose entries may go on behind a semicolon.
        let mut list: Option<TagName> = None;
        let mut tags = self.tags.iter();
        for part in &self.parts {
            match &part.kind {
                PartKind::Tag { .. } => {
                    let Some(tag) = tags.next() else { break };
                    if list.is_some_and(|list| self.continues(list, &part.span)) {
                        wrong.push(self.behind_semicolon(list, &part.span));
                        continue;
                    }
                    list =
                        Some(tag.tag).filter(|tag| matches!(tag, TagName::Rua | TagName::Ruf | TagName::Fo));
                    wrong.extend(self.tags_within(&tag.name, b", \t:|"));
                    wrong.extend(self.within_value(tag));
                }
                PartKind::Malformed if list.is_some_and(|list| self.continues(list, &part.span)) => {
                    wrong.push(self.behind_semicolon(list, &part.span));
                }
                PartKind::Malformed => {
                    wrong.extend(self.without_equals(&part.span));
                    list = None;
                }
                PartKind::Empty | PartKind::Trailing => {}
            }
        }
        wrong
    }

    /// Whether a tag of this name is written in the text where no receiver reads it: behind a wrong separator, or a
    /// line end.
    pub fn hides(&self, tag: TagName) -> bool {
        let behind_line_end = |one: &Tag| {
            let name = self.octets(&one.name);
            one.tag == TagName::Unknown && TagName::parse(name.trim_ascii()) == tag
        };
        self.tags.iter().any(behind_line_end)
            || self.wrong_separators().iter().any(|one| one.hidden == Some(tag))
    }

    fn octets(&self, span: &Span) -> &[u8] {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Whether a part reads as a further entry of a list: an address, or failure options.
    fn continues(&self, list: TagName, part: &Span) -> bool {
        let text = self.octets(part);
        let before = |sign: &dyn Fn(&u8) -> bool| {
            let name = text.split(sign).next().unwrap_or_default();
            TagName::parse(WHITE.trimmed(name)) != TagName::Unknown
        };
        let plain = before(&|octet| *octet == b'=');
        // The name of a tag and a colon are no scheme.
        let with_colon = text.contains(&b':') && before(&|octet| matches!(octet, b'=' | b':'));
        match list {
            TagName::Fo => text
                .iter()
                .all(|octet| is_option(*octet) || is_option_separator(*octet)),
            _ if (text.contains(&b'=') && plain) || with_colon => false,
            _ => {
                text.contains(&b'@')
                    && !text
                        .split(|octet| *octet == b'@')
                        .next()
                        .unwrap_or_default()
                        .contains(&b'=')
            }
        }
    }

    /// The semicolon before a part that reads as a further entry of `list`.
    fn behind_semicolon(&self, list: Option<TagName>, part: &Span) -> WrongSeparator {
        let before = self.text.get(..part.start).unwrap_or_default();
        let at = before
            .iter()
            .rposition(|octet| *octet == b';')
            .unwrap_or(part.start);
        let lead = before.get(..at).unwrap_or_default().to_ascii_lowercase();
        let scheme = lead.trim_ascii_end().ends_with(b"mailto");
        WrongSeparator {
            belongs: match list {
                Some(TagName::Fo) => Separator::Colon,
                _ if scheme => Separator::Scheme,
                _ => Separator::Comma,
            },
            found: at..at + 1,
            after: part.clone(),
            hidden: None,
        }
    }

    /// The wrong separators in a tag's value.
    fn within_value(&self, tag: &Tag) -> Vec<WrongSeparator> {
        let list = matches!(tag.tag, TagName::Rua | TagName::Ruf);
        let signs: &[u8] = match list {
            true => b", \t", // A URI holds the others itself.
            false => b", \t:|/",
        };
        let mut wrong = self.tags_within(&tag.value, signs);
        if wrong.is_empty() {
            wrong.extend(self.tag_after_policy(tag));
        }
        if !wrong.is_empty() {
            return wrong;
        }
        match tag.tag {
            TagName::Rua | TagName::Ruf => {
                let uris = self.uris(tag.tag).iter();
                uris.filter(|uri| uri.problem == Some(UriProblem::Run) && tag.value.start <= uri.span.start)
                    .filter(|uri| uri.span.end <= tag.value.end)
                    .filter_map(|uri| self.between_addresses(&uri.span))
                    .collect()
            }
            TagName::Fo => self.between_options(tag).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Known tags, name and `=`, behind one of `signs` in a name or value, where a semicolon belongs.
    fn tags_within(&self, span: &Span, signs: &[u8]) -> Vec<WrongSeparator> {
        let mut wrong = Vec::new();
        let mut start = span.start;
        while start < span.end {
            let rest = self.octets(&(start..span.end));
            let letters = rest
                .iter()
                .take_while(|octet| octet.is_ascii_alphabetic())
                .count();
            if letters == 0 {
                start += 1;
                continue;
            }
            let name = start..start + letters;
            let before = self.octets(&(span.start..start));
            let signed = before
                .iter()
                .rev()
                .take_while(|octet| signs.contains(octet))
                .count();
            if signed > 0
                && let Some(tag) = self.named_tag(&name)
            {
                let run = start - signed..start;
                wrong.push(WrongSeparator {
                    belongs: Separator::Semicolon,
                    found: sign(&self.text, run),
                    after: start..span.end,
                    hidden: Some(tag),
                });
            }
            start = name.end;
        }
        wrong
    }

    /// The known tag whose name stands at `name`, when an `=` follows it.
    fn named_tag(&self, name: &Span) -> Option<TagName> {
        let tag = TagName::parse(self.octets(name));
        let rest = self.text.get(name.end..).unwrap_or_default();
        let next = rest.iter().find(|octet| !WHITE.holds(**octet));
        (tag != TagName::Unknown && next == Some(&b'=')).then_some(tag)
    }

    /// A policy that goes on as the next tag, with nothing between.
    fn tag_after_policy(&self, tag: &Tag) -> Option<WrongSeparator> {
        if !matches!(tag.tag, TagName::P | TagName::Sp | TagName::Np) {
            return None;
        }
        let value = self.value(tag).to_ascii_lowercase();
        let policies: [&[u8]; 3] = [b"none", b"quarantine", b"reject"];
        policies.into_iter().find_map(|policy| {
            let rest = value.strip_prefix(policy)?;
            let letters = rest
                .iter()
                .take_while(|octet| octet.is_ascii_alphabetic())
                .count();
            let start = tag.value.start + policy.len();
            let hidden = self.named_tag(&(start..start + letters))?;
            Some(WrongSeparator {
                belongs: Separator::Semicolon,
                found: start..start,
                after: start..tag.value.end,
                hidden: Some(hidden),
            })
        })
    }

    /// Where the second address of a run begins.
    fn between_addresses(&self, uri: &Span) -> Option<WrongSeparator> {
        let text = self.octets(uri).to_ascii_lowercase();
        let scheme = text.windows(7).skip(1).position(|window| window == b"mailto:");
        let start = match scheme {
            Some(at) => uri.start + 1 + at,
            None => {
                let at = text.iter().position(|octet| *octet == b'@')?;
                let white = at + text.get(at..)?.iter().position(|octet| WHITE.holds(*octet))?;
                let dark = text.get(white..)?.iter().position(|octet| !WHITE.holds(*octet))?;
                uri.start + white + dark
            }
        };
        let before = self.octets(&(uri.start..start));
        let signs = |octet: &&u8| WHITE.holds(**octet) || b"|/:&+\\".contains(octet);
        let signed = before.iter().rev().take_while(signs).count();
        Some(WrongSeparator {
            belongs: Separator::Comma,
            found: sign(&self.text, start - signed..start),
            after: start..uri.end,
            hidden: None,
        })
    }

    /// Options with something other than one colon between two of them.
    fn between_options(&self, tag: &Tag) -> Option<WrongSeparator> {
        let value = self.value(tag).to_ascii_lowercase();
        let only = value
            .iter()
            .all(|octet| is_option(*octet) || is_option_separator(*octet));
        if !only {
            return None;
        }
        let mut last: Option<usize> = None;
        for at in value
            .iter()
            .enumerate()
            .filter(|(_, octet)| is_option(**octet))
            .map(|(at, _)| at)
        {
            if let Some(last) = last {
                let between = tag.value.start + last + 1..tag.value.start + at;
                let found = sign(&self.text, between);
                if self.octets(&found) != b":" {
                    return Some(WrongSeparator {
                        belongs: Separator::Colon,
                        found,
                        after: tag.value.start + at..tag.value.end,
                        hidden: None,
                    });
                }
            }
            last = Some(at);
        }
        None
    }

    /// A known tag's name with something other than `=` behind it.
    fn without_equals(&self, part: &Span) -> Option<WrongSeparator> {
        let text = self.octets(part);
        let letters = text
            .iter()
            .take_while(|octet| octet.is_ascii_alphabetic())
            .count();
        let tag = TagName::parse(text.get(..letters)?);
        let signs = |octet: &&u8| WHITE.holds(**octet) || b":>-~".contains(octet);
        let signed = text.get(letters..)?.iter().take_while(signs).count();
        let after = part.start + letters + signed..part.end;
        (tag != TagName::Unknown && signed > 0 && !after.is_empty()).then(|| WrongSeparator {
            belongs: Separator::Equals,
            found: sign(&self.text, part.start + letters..after.start),
            after,
            hidden: Some(tag),
        })
    }
}

/// Of a run of separators the signs themselves; where it is white space alone, all of it.
fn sign(text: &[u8], run: Span) -> Span {
    let signs = WHITE.trim(text, run.clone());
    if signs.is_empty() { run } else { signs }
}

fn is_option(octet: u8) -> bool {
    matches!(octet.to_ascii_lowercase(), b'0' | b'1' | b'd' | b's')
}

fn is_option_separator(octet: u8) -> bool {
    WHITE.holds(octet) || b":,.|/+&".contains(&octet)
}
