//! A finding as rustc shows an error: the record, the part that is meant marked under it, section, fix. Pure.
//!
//! Records come from anybody. They are shown in presentation format (`\DDD` for what cannot be printed) and the mark
//! is moved along, so that it still stands under the octets that are meant. Of a long record only the part around the
//! mark is shown.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::Style;
use super::text::harmless;
use crate::judge::{Excerpt, Finding};
use crate::records::presentation;
use crate::rules::Severity;

/// The finding as text, with a line end; `place` says where the manifest asks for the record (`file:line`).
///
/// `counts` is whether the finding has a say in the outcome: one that has none says so.
pub fn render(finding: &Finding, place: Option<&str>, counts: bool, style: Style) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let name = Some(finding.site.name().to_string());
    let message = harmless(&finding.message);
    let fix = harmless(&finding.fix);
    let source = format!("{}: {}", finding.rule.section, finding.rule.title);
    let more = format!("{} explain {}", style.me.program(), finding.rule.id);
    let asked_by = place.map(|place| format!("asked for at {}", harmless(place)));
    let (shown, marked, also, label) = match &finding.excerpt {
        Some(excerpt) => {
            let (shown, marked) = window(excerpt, style.columns().saturating_sub(6).max(30));
            let also = further_marks(excerpt, &shown, &marked);
            (shown, marked, also, harmless(&excerpt.label))
        }
        None => (String::new(), 0..0, Vec::new(), String::new()),
    };

    let mut group = Group::with_title(
        level
            .clone()
            .primary_title(Cow::from(&message))
            .id(finding.rule.id),
    );
    if finding.excerpt.is_some() {
        let mut annotation = AnnotationKind::Primary.span(marked);
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        let snippet = Snippet::source(shown.as_str())
            .line_numbering(false)
            .path(name.as_deref());
        let further = also.into_iter().map(|mark| AnnotationKind::Primary.span(mark));
        group = group.element(snippet.annotation(annotation).annotations(further));
    } else if let Some(name) = &name {
        group = group.element(Origin::path(name.as_str()));
    }
    if let Some(asked_by) = &asked_by {
        group = group.element(Level::NOTE.message(asked_by.as_str()));
    }
    if !counts {
        group = group.element(Level::NOTE.message("not managed by the manifest: does not count"));
    }
    group = group.element(Level::NOTE.message(source.as_str()));
    group = group.element(Level::HELP.message(fix.as_str()));
    group = group.element(Level::HELP.with_name("more").message(more.as_str()));
    let renderer = if style.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let text = renderer.term_width(style.columns()).render(&[group]);
    let text = match &name {
        Some(name) => without_position(&text, name),
        None => text,
    };
    text + "\n"
}

/// A record is one line, and the mark shows the place: `name:1:38` says no more than `name`.
fn without_position(text: &str, name: &str) -> String {
    let arrow = text.find("-->").unwrap_or_default();
    let position = format!("{name}:1:");
    let Some(at) = text.get(arrow..).and_then(|rest| rest.find(&position)) else {
        return text.to_owned();
    };
    let (before, after) = text.split_at(arrow + at + name.len());
    let after = after.get(":1:".len()..).unwrap_or_default();
    format!(
        "{before}{}",
        after.trim_start_matches(|character: char| character.is_ascii_digit())
    )
}

/// The excerpt in presentation format, cut to about `columns` around the mark, and the mark in octets of that text.
fn window(excerpt: &Excerpt, columns: usize) -> (String, Range<usize>) {
    let octets = &excerpt.text;
    let start = excerpt.span.start.min(octets.len());
    let end = excerpt.span.end.clamp(start, octets.len());
    let before = presentation(octets.get(..start).unwrap_or_default());
    let meant = presentation(octets.get(start..end).unwrap_or_default());
    let after = presentation(octets.get(end..).unwrap_or_default());
    if before.len() + meant.len() + after.len() <= columns {
        let marked = before.len()..before.len() + meant.len();
        return (format!("{before}{meant}{after}"), marked);
    }
    // All three are ASCII, so octets are columns and any cut is a character boundary.
    let meant_kept = meant.len().min(columns.saturating_sub(8));
    let room = columns - meant_kept;
    let before_kept = before.len().min((room / 2).max(room.saturating_sub(after.len())));
    let after_kept = after.len().min(room - before_kept);
    let mut shown = String::new();
    if before_kept < before.len() {
        shown.push_str("...");
    }
    shown.push_str(before.get(before.len() - before_kept..).unwrap_or_default());
    let from = shown.len();
    shown.push_str(meant.get(..meant_kept).unwrap_or_default());
    let to = shown.len();
    if meant_kept < meant.len() {
        shown.push_str("...");
    } else {
        shown.push_str(after.get(..after_kept).unwrap_or_default());
        if after_kept < after.len() {
            shown.push_str("...");
        }
    }
    (shown, from..to)
}

/// The further marks of the excerpt in octets of what is shown; those that are cut off are left out.
fn further_marks(excerpt: &Excerpt, shown: &str, marked: &Range<usize>) -> Vec<Range<usize>> {
    let octets = &excerpt.text;
    let column = |at: usize| presentation(octets.get(..at.min(octets.len())).unwrap_or_default()).len();
    // What is shown is one stretch of the whole text, and the first mark says which.
    let first = column(excerpt.span.start);
    let is_whole = column(excerpt.span.end).saturating_sub(first) == marked.len();
    let from = if shown.starts_with("...") { 3 } else { 0 };
    let to = shown.len() - if shown.ends_with("...") { 3 } else { 0 };
    let moved = |at: usize| (column(at) + marked.start).checked_sub(first);
    let marks = excerpt.also.iter().filter_map(|span| {
        let mark = moved(span.start)?..moved(span.end)?;
        let is_shown = from <= mark.start && mark.start < mark.end && mark.end <= to;
        (is_shown && (is_whole || mark.end <= marked.start)).then_some(mark)
    });
    marks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn excerpt(text: &[u8], span: Range<usize>) -> Excerpt {
        Excerpt {
            text: text.to_vec(),
            span,
            label: String::new(),
            also: Vec::new(),
        }
    }

    #[test]
    fn every_part_that_is_shown_is_marked() {
        let mut short = excerpt(b"\x93mx\x94 a \x93b\x94", 0..1);
        short.also = vec![3..4, 7..8, 9..10, 40..41];
        let (shown, marked) = window(&short, 40);
        let marks = further_marks(&short, &shown, &marked);
        let texts: Vec<&str> = marks.into_iter().map(|mark| &shown[mark]).collect();
        assert_eq!(texts, ["\\148", "\\147", "\\148"]);
        let mut long = excerpt("mx ".repeat(100).as_bytes(), 150..152);
        long.also = vec![0..2, 153..155, 296..298];
        let (shown, marked) = window(&long, 60);
        let marks = further_marks(&long, &shown, &marked);
        let texts: Vec<&str> = marks.into_iter().map(|mark| &shown[mark]).collect();
        assert_eq!(texts, ["mx"], "{shown}");
    }

    #[test]
    fn the_mark_moves_with_escapes() {
        let (shown, marked) = window(&excerpt(b"a\x00\xffbc d", 3..5), 40);
        assert_eq!((shown.as_str(), &shown[marked]), ("a\\000\\255bc d", "bc"));
    }

    #[test]
    fn a_long_record_is_cut_around_the_mark() {
        let text = format!("{} foo:bar {}", "ip4:192.0.2.1 ".repeat(40), "mx ".repeat(90));
        let at = text.find("foo").unwrap();
        let (shown, marked) = window(&excerpt(text.as_bytes(), at..at + 7), 60);
        assert_eq!(&shown[marked], "foo:bar");
        assert!(
            shown.starts_with("...") && shown.ends_with("...") && shown.len() <= 66,
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn any_span_in_any_text_is_marked_within_what_is_shown(
            text in prop::collection::vec(any::<u8>(), 0..300), start in 0_usize..400, length in 0_usize..400, columns in 30_usize..120,
        ) {
            let mut excerpt = excerpt(&text, start..start + length);
            excerpt.also = vec![0..2, start / 2..start / 2 + 3, start + length..start + length + 1];
            let (shown, marked) = window(&excerpt, columns);
            prop_assert!(marked.start <= marked.end && marked.end <= shown.len());
            for mark in further_marks(&excerpt, &shown, &marked) {
                prop_assert!(mark.start < mark.end && mark.end <= shown.len());
            }
            prop_assert!(shown.is_ascii() && shown.len() <= columns + 6);
        }
    }
}
