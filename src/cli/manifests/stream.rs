//! The documents of a text that comes line by line: one is held at a time, however long the text is. It reads from whatever it
//! is given; where that comes from is not its business.
//!
//! Only text that can be nothing but UTF-8 is read so. Whatever else turns up, be it in the last line, ends it: then all of
//! the text has to be looked at to say what it is.

use std::io::{BufRead, ErrorKind};

use super::locate::Seam;
use crate::cli::file::is_plain;

/// Why a text is not read line by line to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// It cannot be read.
    Unreadable(ErrorKind),
    /// It is no UTF-8, or something else as well.
    NotPlain,
}

/// The documents of a text, each with the line it starts at.
pub(super) struct Stream<R> {
    lines: R,
    /// What was read of the next document.
    part: String,
    /// The line it starts at, and the one that is read next.
    first_line: u64,
    line: u64,
    is_over: bool,
}

impl<R: BufRead> Stream<R> {
    pub(super) fn new(lines: R) -> Self {
        Self {
            lines,
            part: String::new(),
            first_line: 1,
            line: 1,
            is_over: false,
        }
    }

    /// The next document.
    fn part(&mut self) -> Result<(u64, String), Stopped> {
        let mut seam = Seam::default();
        seam.is_before(&self.part);
        loop {
            let mut octets = Vec::new();
            let read = self.lines.read_until(b'\n', &mut octets);
            let length = read.map_err(|error| Stopped::Unreadable(error.kind()))?;
            let line = std::str::from_utf8(&octets).map_err(|_| Stopped::NotPlain)?;
            // What begins a text tells what it is; within it, only what no text holds does.
            if !(is_plain(line) || self.line > 1 && !line.contains('\0')) {
                return Err(Stopped::NotPlain);
            }
            let first_line = self.first_line;
            if length == 0 {
                self.is_over = true;
                return Ok((first_line, std::mem::take(&mut self.part)));
            }
            let begins_next = seam.is_before(line);
            if begins_next {
                self.first_line = self.line;
            }
            self.line += 1;
            match begins_next {
                true => return Ok((first_line, std::mem::replace(&mut self.part, line.to_owned()))),
                false => self.part.push_str(line),
            }
        }
    }
}

impl<R: BufRead> Iterator for Stream<R> {
    type Item = Result<(u64, String), Stopped>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let part = self.part();
        self.is_over |= part.is_err();
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader, Read};

    use proptest::prelude::*;

    use super::super::locate::parts;
    use super::*;

    fn streamed(octets: &[u8]) -> Result<Vec<(u64, String)>, Stopped> {
        Stream::new(octets).collect()
    }

    proptest! {
        /// What is read line by line is what is read at once.
        #[test]
        fn the_documents_are_those_of_the_whole_text(lines in prop::collection::vec("(---|--- # x|---a|%YAML 1[.]2|# c||a: b|  - c|\\.\\.\\.)\r?", 0..12), ends in any::<bool>()) {
            let text = lines.join("\n") + if ends { "\n" } else { "" };
            let whole: Vec<(u64, String)> = parts(&text).map(|(line, text)| (line, text.to_owned())).collect();
            prop_assert_eq!(streamed(text.as_bytes()), Ok(whole), "{:?}", text);
        }
    }

    #[test]
    fn what_may_be_something_else_is_not_read_on() {
        for octets in [
            &b"a: b\n---\nc: \xff\n"[..],
            b"\xef\xbb\xbfa: b\n",
            b"a: b\n\0\n",
            b"PK\x03\x04",
            b"a\0:\0",
        ] {
            assert_eq!(streamed(octets), Err(Stopped::NotPlain), "{octets:?}");
        }
        // What stands at its very start only tells what a text is.
        assert!(streamed(b"a: |\n  b\n\xef\xbb\xbf: c\n").is_ok());
    }

    /// Documents without end.
    struct Endless(u64);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            let line = format!("---\na: {}\n", self.0);
            let length = line.len().min(buffer.len());
            buffer[..length].copy_from_slice(&line.as_bytes()[..length]);
            Ok(length)
        }
    }

    #[test]
    fn of_a_text_without_end_one_document_is_held_at_a_time() {
        let mut stream = Stream::new(BufReader::new(Endless(0)));
        for number in 1..=100_000_u64 {
            let (line, text) = stream.next().expect("there is no end").expect("it is plain");
            assert_eq!((line, text), (2 * number - 1, format!("---\na: {number}\n")));
            assert!(stream.part.capacity() < 100, "{}", stream.part.capacity());
        }
    }
}
