//! Reading a record: every term becomes a value, or an error that says what is wrong with it.

use memchr::{memchr, memchr_iter};

use super::mended::mended;
use super::part::{Parsed, Part, error, is_mechanism};
use super::record::{Qualifier, Record, Term, TermKind};
use super::slips;
use super::syntax_error::{Mend, SyntaxError, SyntaxErrorKind as Kind};
use super::terms::{network, term};
use crate::records::Span;
use crate::records::kept::Kept;

/// So many terms are looked at for a blank too many.
const MAX_SEARCHED: usize = 512;

/// Reads a record; everything in `text` is kept. `text` should be [`Likeness::Spf`](super::Likeness::Spf).
pub fn parse(text: &[u8]) -> Record {
    Record::of(text.to_vec())
}

/// The terms of a record.
fn terms(text: &[u8]) -> Vec<Term> {
    let mut terms = Vec::with_capacity(memchr_iter(b' ', text).count());
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        if start > 0
            && let Some((mechanism, behind)) = network(rest)
        {
            let span = start..text.len() - behind.len();
            start = span.end + 1;
            let qualifier = Qualifier::Pass;
            let kind = TermKind::Directive { qualifier, mechanism };
            terms.push(Term { span, kind });
            continue;
        }
        let length = memchr(b' ', rest).unwrap_or(rest.len());
        let piece = rest.get(..length).unwrap_or_default();
        let span = start..start + length;
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
    if terms.iter().any(is_broken) {
        spare_blanks(text, &mut terms);
    }
    terms
}

impl Record {
    /// What [`parse`] makes of a text that is the record's from here on.
    pub fn of(text: Vec<u8>) -> Self {
        Self {
            terms: terms(&text),
            text,
            slips: Kept::default(),
        }
    }

    /// What a term was meant to be: terms that can be read, where that can be told and is something else.
    pub fn meant(&self, index: usize) -> Option<String> {
        let span = self.terms.get(index)?.span.clone();
        mended(std::str::from_utf8(self.text.get(span)?).ok()?)
    }

    /// What terms that can be read say although their author hardly meant it: receivers take them to the letter, and
    /// ask for strange names.
    pub fn slips(&self) -> &[SyntaxError] {
        self.slips.get(|| self.find_slips())
    }

    fn find_slips(&self) -> Vec<SyntaxError> {
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
    // Nearly always it is. To look at all octets is quicker than to stop at one.
    let is_odd = piece.iter().fold(false, |odd, octet| odd | is_odd(*octet));
    let at = span.start;
    match std::str::from_utf8(piece) {
        Ok(text) if !is_odd => Ok(Part { text, at }),
        _ => Err(odd(piece, at)),
    }
}

fn is_odd(octet: u8) -> bool {
    !(b' '..=b'~').contains(&octet)
}

/// What is wrong with a piece that is not plain.
#[cold]
fn odd(piece: &[u8], start: usize) -> Box<SyntaxError> {
    let offset = piece.iter().position(|octet| is_odd(*octet)).unwrap_or_default();
    let rest = piece.get(offset..).unwrap_or_default();
    let at = start + offset;
    match rest.first() {
        Some(0x80..) => {
            let length = rest.iter().take_while(|octet| !octet.is_ascii()).count();
            let message =
                "a character outside ASCII: names are written as A-labels (xn--…), quotes and spaces plain";
            error(Kind::NonAscii, at..at + length, message)
        }
        Some(b'\t' | b'\r' | b'\n') => {
            let message = "a tab or line end: terms are separated by spaces only";
            error(Kind::Control, at..at + 1, message)
        }
        _ => error(Kind::Control, at..at + 1, "a control character"),
    }
}

/// Says so where two pieces are a term without the blank between them: `include: a.example`, `- all`.
fn spare_blanks(text: &[u8], terms: &mut [Term]) {
    for index in 1..terms.len().min(MAX_SEARCHED) {
        let Some([left, right]) = terms.get_mut(index - 1..=index) else {
            continue;
        };
        let Some(one) = spare_blank(text, left, right) else {
            continue;
        };
        for term in [left, right].into_iter().filter(|term| is_broken(term)) {
            term.kind = TermKind::Invalid(Box::new(one.clone()));
        }
    }
}

fn is_broken(term: &Term) -> bool {
    matches!(term.kind, TermKind::Invalid(_))
}

/// What the blank between two terms does, where one of them is broken by it.
fn spare_blank(text: &[u8], left: &Term, right: &Term) -> Option<SyntaxError> {
    if !(is_broken(left) || is_broken(right)) {
        return None;
    }
    let before = std::str::from_utf8(text.get(left.span.clone())?).ok()?;
    let after = std::str::from_utf8(text.get(right.span.clone())?).ok()?;
    let span = left.span.start..right.span.end;
    let kind = [left, right].into_iter().find_map(|term| match &term.kind {
        TermKind::Invalid(_) if after.starts_with('/') => Some(Kind::Prefix),
        TermKind::Invalid(error) => Some(error.kind),
        _ => None,
    })?;
    let say = |message: String, mend: Option<String>| {
        let mend = mend.map(|text| Mend {
            span: span.clone(),
            text,
        });
        Some(SyntaxError {
            mend,
            ..*error(kind, span.clone(), message)
        })
    };
    // What a term cannot end with, or begin with.
    let open =
        before.ends_with([':', '=', '/', '+', '-', '~', '?', '.']) || after.starts_with([':', '=', '/', '.']);
    let joined = format!("{before}{after}");
    let meant = mended(&joined);
    if !open {
        // `include spf.example.com`: what stands behind can be no term, and is what the one before names.
        let name = before
            .trim_start_matches(['+', '-', '~', '?'])
            .to_ascii_lowercase();
        let takes_one = is_mechanism(&name) && name != "all" || matches!(name.as_str(), "redirect" | "exp");
        let sign = if is_mechanism(&name) { ':' } else { '=' };
        let names = |one: char| one.is_ascii_alphanumeric() || ".:/-_%{}".contains(one);
        if !takes_one || !is_broken(right) || !after.chars().all(names) || right_is_term(right) {
            return None;
        }
        let whole = format!("{before}{sign}{after}");
        let reads = plain(whole.as_bytes(), &(0..whole.len())).and_then(term).is_ok();
        let mend = mended(&whole).or(reads.then_some(whole))?;
        let what = if sign == ':' { "a colon" } else { "an equals sign" };
        return say(
            format!("{what} without blanks belongs between {before:?} and {after:?}"),
            Some(mend),
        );
    }
    let message = format!("a blank too many between {before:?} and {after:?}");
    match plain(joined.as_bytes(), &(0..joined.len())).and_then(term) {
        Ok(_) => say(message, meant.or(Some(joined))),
        // `ip4:192.0.2.0/24 /24`
        Err(_) if after.starts_with('/') && meant.is_some() => say(
            format!("a prefix stands there twice: {before:?} and {after:?}"),
            meant,
        ),
        // `ip4: mail.example`: both are broken by the blank, and what they are without it is broken as well.
        Err(error) if before.ends_with(':') && is_broken(left) && is_broken(right) => {
            say(format!("{message}; without it: {}", error.message), meant)
        }
        Err(_) => None,
    }
}

/// Whether a term that cannot be read is known to be one of its own.
fn right_is_term(right: &Term) -> bool {
    match &right.kind {
        TermKind::Invalid(error) => error.kind != Kind::UnknownMechanism,
        _ => true,
    }
}
