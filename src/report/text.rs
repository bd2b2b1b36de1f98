//! Text that fits: harmless characters, measured width, wrapped lines, tables. Pure.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` with everything that could move a cursor, hide or reorder characters shown as `\DDD`, octet by octet.
pub fn harmless(text: &str) -> String {
    with_harmful(text, |shown, character| {
        let mut buffer = [0; 4];
        for octet in character.encode_utf8(&mut buffer).bytes() {
            shown.push_str(&format!("\\{octet:03}"));
        }
    })
}

/// `text` with `write` for each character that is not harmless. Nearly all text is printable ASCII, and is copied at once.
fn with_harmful(text: &str, mut write: impl FnMut(&mut String, char)) -> String {
    let is_printable = |octet: &u8| matches!(octet, b' '..=b'~');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let printable = rest.bytes().take_while(is_printable).count();
        // All of these are characters of one octet.
        let (before, after) = rest.split_at(printable);
        shown.push_str(before);
        let mut characters = after.chars();
        match characters.next() {
            None => return shown,
            Some(character) if is_harmless(character) => shown.push(character),
            Some(character) => write(&mut shown, character),
        }
        rest = characters.as_str();
    }
}

/// Whether a character neither moves the cursor nor hides or reorders others.
pub fn is_harmless(character: char) -> bool {
    !character.is_control() && character.width().unwrap_or(0) > 0
}

/// JSON in which whatever could move a cursor or reorder text stands as `\uXXXX`: the same values, harmless to show.
pub fn escaped_json(json: &str) -> String {
    with_harmful(json, |out, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// Columns `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks `text` at blanks into lines of at most `columns` columns; a word that is longer stands whole on a line of its
/// own, so that names and values can be copied.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() {
            if width(&line) + 1 + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            } else {
                line.push(' ');
            }
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Runs of base64 longer than this are keys, and shortened.
const LONGEST_RUN: usize = 64;

/// `text` with its long keys shortened: both ends, and how many characters were left out.
pub fn shortened(text: &str) -> String {
    let base64 = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let key = rest.bytes().take_while(|octet| base64(*octet)).count();
        // Padding ends a run: `p=` before one is a tag's name, and no part of it.
        let padding = rest.bytes().skip(key).take_while(|octet| *octet == b'=').count();
        let run = key + padding;
        let (head, tail) = rest.split_at(run);
        match (head.get(..16), head.get(run.saturating_sub(8)..)) {
            (Some(start), Some(end)) if run > LONGEST_RUN => {
                out.push_str(&format!("{start}...(+{})...{end}", run - 24));
            }
            _ => out.push_str(head),
        }
        let other = tail.bytes().take_while(|octet| !base64(*octet)).count();
        let (other, next) = tail.split_at(other);
        out.push_str(other);
        rest = next;
    }
    out
}

/// `text` behind `label`, wrapped to `columns` with the further lines under the first.
pub fn hanging(label: &str, text: &str, columns: usize) -> String {
    let indent = width(label);
    let mut out = String::new();
    for (index, line) in wrap(text, columns.saturating_sub(indent).max(20))
        .iter()
        .enumerate()
    {
        if index == 0 {
            out.push_str(label);
        } else {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// A table with two blanks between its columns; the last column is wrapped so that a row fits `columns`.
///
/// `paint` may colour a cell (row, column, padded text); it must not change its width.
pub fn table(rows: &[Vec<String>], columns: usize, paint: impl Fn(usize, usize, String) -> String) -> String {
    let last = rows.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    let widths: Vec<usize> = (0..last)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let before: usize = widths.iter().map(|width| width + 2).sum();
    let widest = rows
        .iter()
        .filter_map(|row| row.get(last))
        .map(|cell| width(cell))
        .max()
        .unwrap_or(0);
    // A table that cannot leave its last column room puts that column on lines of its own.
    let own_line = before + widest.min(14) > columns;
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate().take(last) {
            let padding = widths
                .get(column)
                .map_or(0, |width| width.saturating_sub(self::width(cell)));
            line.push_str(&paint(number, column, cell.clone()));
            line.push_str(&" ".repeat(padding + 2));
        }
        let Some(cell) = row.get(last) else {
            out.push_str(line.trim_end());
            out.push('\n');
            continue;
        };
        let (first_indent, indent) = if own_line { (6, 6) } else { (0, before) };
        if own_line {
            if !line.trim().is_empty() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
            line = " ".repeat(first_indent);
        }
        for (index, piece) in wrap(cell, columns.saturating_sub(indent).max(10))
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                line = " ".repeat(indent);
            }
            line.push_str(&paint(number, last, piece));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_moves_the_cursor_is_shown_as_octets() {
        assert_eq!(
            harmless("a\x1b[31mb\u{202e}é\u{9b}"),
            "a\\027[31mb\\226\\128\\174é\\194\\155"
        );
    }

    #[test]
    fn lines_break_at_blanks_and_never_inside_a_word() {
        assert_eq!(wrap("v=spf1 mx -all", 10), ["v=spf1 mx", "-all"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcdefghij", "kl"]);
        assert_eq!(wrap("kl abcdefghij", 4), ["kl", "abcdefghij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn long_keys_are_shortened_and_nothing_else_is() {
        let key = format!("MIIBIjANBgkqhkiG{}QIDAQAB=", "x".repeat(368));
        assert_eq!(
            shortened(&format!("v=DKIM1; k=rsa; p={key}; n=ok")),
            "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG...(+368)...QIDAQAB=; n=ok"
        );
        for text in [
            "v=spf1 include:spf.protection.outlook.com ip4:192.0.2.0/24 -all",
            "v=DKIM1; k=ed25519; p=M+WOVwWymPU8WoZZc83jsOpPmnYTX1StMQsXDDeBEBE=",
            "",
            "é",
        ] {
            assert_eq!(shortened(text), text);
        }
    }

    proptest! {
        #[test]
        fn only_a_long_word_makes_a_wide_line_and_nothing_is_lost(text in "[a-z éあ]{0,80}", columns in 2_usize..30) {
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns || !line.contains(' '), "{line:?}");
            }
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }

        #[test]
        fn shortened_text_keeps_what_is_no_key(text in "([a-z]{1,20}[ ;:.]){0,20}") {
            prop_assert_eq!(shortened(&text), text);
        }

        #[test]
        fn what_is_copied_at_once_is_what_would_be_copied_one_by_one(text in "[ -~\\u{1b}éあ\\u{202e}\\u{301}]{0,40}") {
            let mut one_by_one = String::new();
            for character in text.chars() {
                match is_harmless(character) {
                    true => one_by_one.push(character),
                    false => one_by_one.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
                }
            }
            prop_assert_eq!(escaped_json(&text), one_by_one);
        }

        #[test]
        fn harmless_text_has_no_control(text in any::<String>()) {
            prop_assert!(harmless(&text).chars().all(|c| !c.is_control() && c.width().unwrap_or(0) > 0));
        }
    }
}
