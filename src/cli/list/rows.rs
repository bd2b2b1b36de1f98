//! A list's lines, cut into cells: commas, semicolons and tabs between them, quotes around them, comments left out. Pure.

/// One line with something on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The line it starts on, from 1.
    pub(super) line: u64,
    /// Its cells, without quotes and the blanks around them; empty ones too, so that columns keep their numbers.
    pub(super) cells: Vec<String>,
}

/// A quoted cell may go over this many lines; a quote that is not closed by then is only a quote.
const MOST_LINES_A_CELL: usize = 64;

/// Cuts `text` into rows; lines without anything on them are left out.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text
        .split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .collect();
    let mut rows = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let number = index + 1;
        index += 1;
        let mut whole = uncommented(line);
        if quotes(&whole) % 2 == 1 {
            let following = lines.get(index..).unwrap_or_default();
            let following = following.iter().take(MOST_LINES_A_CELL);
            if let Some(more) = following.clone().position(|line| quotes(line) % 2 == 1) {
                for line in following.take(more + 1) {
                    whole.push(' ');
                    whole.push_str(line);
                }
                index += more + 1;
            }
        }
        let cells = cells(&whole);
        // A spreadsheet's own hint at its separator.
        let hint = number == 1 && cells.first().is_some_and(|cell| cell.starts_with("sep="));
        if !hint && cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row {
                line: number as u64,
                cells,
            });
        }
    }
    rows
}

fn quotes(text: &str) -> usize {
    text.matches('"').count()
}

/// The line without a comment: what follows a `#` at its start or behind white space, outside quotes; a whole line
/// behind `//` or `;` and a blank.
fn uncommented(line: &str) -> String {
    let start = line.trim_start();
    if start.starts_with("// ") || start.starts_with("; ") {
        return String::new();
    }
    let (mut quoted, mut before) = (false, ' ');
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            // What a spreadsheet writes where it found nothing is no comment.
            '#' if line.get(at..).is_some_and(|rest| rest.starts_with("#N/")) => {}
            '#' if !quoted && (before.is_whitespace() || matches!(before, ',' | ';' | '\u{feff}')) => {
                return line.get(..at).unwrap_or_default().to_owned();
            }
            _ => {}
        }
        before = character;
    }
    line.to_owned()
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match character {
            // Two quotes inside quotes are one.
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() && characters.clone().any(|next| next == '"') => {
                cell.clear();
                quoted = true;
            }
            ',' | ';' | '\t' if !quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    for cell in &mut cells {
        let trimmed =
            cell.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        if trimmed.len() != cell.len() {
            *cell = trimmed.to_owned();
        }
    }
    cells
}
