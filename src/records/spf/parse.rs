//! Reading a record: every term becomes a value, or an error that says what is wrong with it.

use super::part::{Parsed, Part, error};
use super::record::{Record, Term, TermKind};
use super::slips;
use super::syntax_error::{SyntaxError, SyntaxErrorKind as Kind};
use super::terms::term;
use crate::records::Span;

/// So many terms are looked at for a blank too many.
const MAX_SEARCHED: usize = 512;

/// Reads a record; everything in `text` is kept. `text` should be [`Likeness::Spf`](super::Likeness::Spf).
pub fn parse(text: &[u8]) -> Record {
    let mut terms = Vec::new();
    let mut start = 0;
    for piece in text.split(|&octet| octet == b' ') {
        let span = start..start + piece.len();
        start = span.end + 1;
        if piece.is_empty() || span.start == 0 && piece.eq_ignore_ascii_case(b"v=spf1") {
            continue;
        }
        let read = match span.start {
            0 => Err(error(
                Kind::Other,
                span.clone(),
                "the record does not begin with v=spf1 and a space",
            )),
            _ => plain(piece, &span).and_then(|part| term(part).map_err(|error| slips::behind(part, error))),
        };
        let kind = read.unwrap_or_else(TermKind::Invalid);
        terms.push(Term { span, kind });
    }
    let text = text.to_vec();
    spare_blanks(&text, &mut terms);
    Record { text, terms }
}

impl Record {
    /// What terms that can be read say although their author hardly meant it: receivers take them to the letter, and
    /// ask for strange names.
    pub fn slips(&self) -> Vec<SyntaxError> {
        let readable = self
            .terms
            .iter()
            .filter(|term| !matches!(term.kind, TermKind::Invalid(_)));
        readable
            .filter_map(|term| {
                let part = plain(self.text.get(term.span.clone())?, &term.span).ok()?;
                slips::doubtful(part, &term.kind)
            })
            .collect()
    }
}

/// A piece of the record as text, where it is plain.
fn plain<'t>(piece: &'t [u8], span: &Span) -> Parsed<Part<'t>> {
    for (offset, octet) in piece.iter().enumerate() {
        let at = span.start + offset;
        match octet {
            0x80.. => {
                let rest = piece.get(offset..).unwrap_or_default();
                let length = rest.iter().take_while(|octet| !octet.is_ascii()).count();
                let message = "a character outside ASCII: names are written as A-labels (xn--…), quotes and spaces plain";
                return Err(error(Kind::NonAscii, at..at + length, message));
            }
            b'\t' | b'\r' | b'\n' => {
                let message = "a tab or line end: terms are separated by spaces only";
                return Err(error(Kind::Control, at..at + 1, message));
            }
            0..=0x1f | 0x7f => return Err(error(Kind::Control, at..at + 1, "a control character")),
            _ => {}
        }
    }
    let text = std::str::from_utf8(piece).unwrap_or_default();
    let at = span.start;
    Ok(Part { text, at })
}

/// Says so where two pieces are a term without the blank between them: `include: a.example`, `- all`.
fn spare_blanks(text: &[u8], terms: &mut [Term]) {
    for index in 1..terms.len().min(MAX_SEARCHED) {
        let Some([left, right]) = terms.get_mut(index - 1..=index) else {
            continue;
        };
        let before = text.get(left.span.clone()).unwrap_or_default();
        let after = text.get(right.span.clone()).unwrap_or_default();
        // What a term cannot end with, or begin with.
        let open = before.last().is_some_and(|last| b":=/+-~?.".contains(last))
            || after.first().is_some_and(|first| b":=/.".contains(first));
        let broken = |term: &Term| matches!(term.kind, TermKind::Invalid(_));
        if !open || !(broken(left) || broken(right)) {
            continue;
        }
        let joined = [before, after].concat();
        let reads = plain(&joined, &(0..joined.len())).and_then(term);
        // `ip4: mail.example`: both are broken by the blank, and what they are without it is broken as well.
        let both = before.ends_with(b":") && broken(left) && broken(right);
        let and_then = match reads {
            Ok(_) => String::new(),
            Err(error) if both => format!("; without it: {}", error.message),
            Err(_) => continue,
        };
        let span = left.span.start..right.span.end;
        let kind = [&*left, &*right].into_iter().find_map(|term| match &term.kind {
            TermKind::Invalid(error) => Some(error.kind),
            _ => None,
        });
        let message = format!(
            "a blank too many between {:?} and {:?}{and_then}",
            String::from_utf8_lossy(before),
            String::from_utf8_lossy(after)
        );
        let one = error(kind.unwrap_or(Kind::Other), span, message);
        for term in [left, right].into_iter().filter(|term| broken(term)) {
            term.kind = TermKind::Invalid(one.clone());
        }
    }
}
