//! SMTP replies, as a server gives them (RFC 5321 4.2): read in pieces of any size, with a bound on everything.
//!
//! A stranger says what he likes: what is shown of a reply is printable ASCII, one line of it, and cut.

use serde::{Deserialize, Serialize};

/// A line of a reply is at most this long here, its end included; RFC 5321 4.5.3.1.5 asks for 512 octets.
pub const MAX_LINE: usize = 2048;

/// A reply has at most this many lines here.
pub const MAX_LINES: usize = 128;

/// What is shown of a server's words, in characters.
pub const MAX_WORDS: usize = 120;

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The three digits: 220, 421.
    pub code: u16,
    /// What stands behind them, line by line: printable ASCII, everything else as `?`.
    pub lines: Vec<String>,
}

/// What a reply says that is not in its code's last two digits (RFC 5321 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// 2yz, 3yz: go on.
    Yes,
    /// 4yz: not now.
    Later,
    /// 5yz: no.
    No,
    /// Nothing a reply may say.
    Other,
}

impl Reply {
    /// The server's own words: code and first line, at most [`MAX_WORDS`] characters.
    pub fn words(&self) -> String {
        let first = self.lines.first().map(String::as_str).unwrap_or_default();
        let words = format!("{} {first}", self.code);
        match words.trim_end().char_indices().nth(MAX_WORDS) {
            None => words.trim_end().to_owned(),
            Some(_) => {
                let cut: String = words.chars().take(MAX_WORDS - 1).collect();
                format!("{cut}…")
            }
        }
    }

    /// What it says in general.
    pub fn tone(&self) -> Tone {
        match self.code / 100 {
            2 | 3 => Tone::Yes,
            4 => Tone::Later,
            5 => Tone::No,
            _ => Tone::Other,
        }
    }

    /// Whether this answer to EHLO names the extension: each line behind the first opens with one (RFC 5321 4.1.1.1).
    pub fn offers(&self, extension: &str) -> bool {
        let keyword = |line: &String| {
            let keyword = line.split([' ', '=']).next().unwrap_or_default();
            keyword.eq_ignore_ascii_case(extension)
        };
        self.lines.iter().skip(1).any(keyword)
    }
}

/// Why what came is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyFault {
    /// Two lines of one reply with different codes.
    #[error("one reply with two codes")]
    Codes,
    /// A line longer than [`MAX_LINE`].
    #[error("a line longer than 2048 octets")]
    LineTooLong,
    /// A line that does not open with three digits.
    #[error("a line without a reply code")]
    NotSmtp,
    /// More than [`MAX_LINES`] lines.
    #[error("a reply of more than 128 lines")]
    TooManyLines,
}

/// Reads one reply after the other.
#[derive(Debug, Default)]
pub struct ReplyReader {
    /// What came and is no whole line yet; or what came behind a reply.
    pending: Vec<u8>,
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on; the next reply, when it is whole. What came behind it waits for the next call.
    ///
    /// # Errors
    /// When what came is no reply; nothing more is to be read then.
    pub fn push(&mut self, octets: &[u8]) -> Result<Option<Reply>, ReplyFault> {
        self.pending.extend_from_slice(octets);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while let Some(end) = rest.iter().position(|octet| *octet == b'\n') {
            let (line, behind) = rest.split_at(end);
            rest = behind.get(1..).unwrap_or_default();
            if self.take(line.strip_suffix(b"\r").unwrap_or(line))? {
                self.pending = rest.to_vec();
                let code = self.code.take().unwrap_or_default();
                let lines = std::mem::take(&mut self.lines);
                return Ok(Some(Reply { code, lines }));
            }
        }
        self.pending = rest.to_vec();
        match self.pending.len() >= MAX_LINE {
            true => Err(ReplyFault::LineTooLong),
            false => Ok(None),
        }
    }

    /// What came behind the last reply, and nobody asked for.
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Takes one line; whether it is the reply's last.
    fn take(&mut self, line: &[u8]) -> Result<bool, ReplyFault> {
        if line.len() >= MAX_LINE {
            return Err(ReplyFault::LineTooLong);
        }
        if self.lines.len() >= MAX_LINES {
            return Err(ReplyFault::TooManyLines);
        }
        let (digits, rest) = line.split_at_checked(3).ok_or(ReplyFault::NotSmtp)?;
        let digit = |code: Option<u16>, digit: &u8| {
            let value = digit.is_ascii_digit().then(|| digit - b'0')?;
            code.map(|code| code * 10 + u16::from(value))
        };
        let code = digits.iter().fold(Some(0), digit).ok_or(ReplyFault::NotSmtp)?;
        if self.code.is_some_and(|known| known != code) {
            return Err(ReplyFault::Codes);
        }
        let is_last = match rest.first() {
            // Digits alone are a reply too (RFC 5321 4.2).
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => return Err(ReplyFault::NotSmtp),
        };
        self.code = Some(code);
        let text = rest.get(1..).unwrap_or_default();
        self.lines.push(text.iter().map(|octet| shown(*octet)).collect());
        Ok(is_last)
    }
}

fn shown(octet: u8) -> char {
    match octet {
        0x20..=0x7e => char::from(octet),
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Option<Reply>, ReplyFault> {
        ReplyReader::new().push(text)
    }

    #[test]
    fn a_reply_is_read_whole_whatever_its_form() {
        for (text, code, lines) in [
            (
                &b"220 mx1.voorbeeld.nl ESMTP\r\n"[..],
                220,
                &["mx1.voorbeeld.nl ESMTP"][..],
            ),
            (
                b"250-mx1\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
                250,
                &["mx1", "PIPELINING", "STARTTLS"],
            ),
            (b"220 bare line feed\n", 220, &["bare line feed"]),
            (b"250\r\n", 250, &[""]),
            (b"421 4.7.0 \x1b[31mrot\xc3\xa9\r\n", 421, &["4.7.0 ?[31mrot??"]),
        ] {
            let reply = read(text).unwrap().unwrap();
            assert_eq!(
                (reply.code, reply.lines),
                (code, lines.iter().map(|line| (*line).to_owned()).collect())
            );
        }
    }

    #[test]
    fn what_is_no_reply_is_told_by_what_it_is() {
        let endless = [b'a'; MAX_LINE];
        let many = b"250-x\r\n".repeat(MAX_LINES + 1);
        for (text, fault) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], ReplyFault::NotSmtp),
            (b"SSH-2.0-OpenSSH\r\n", ReplyFault::NotSmtp),
            (b"\r\n", ReplyFault::NotSmtp),
            (b"2200 x\r\n", ReplyFault::NotSmtp),
            (b"250-a\r\n550 b\r\n", ReplyFault::Codes),
            (&endless, ReplyFault::LineTooLong),
            (&many, ReplyFault::TooManyLines),
        ] {
            assert_eq!(read(text), Err(fault));
        }
    }

    #[test]
    fn an_extension_is_a_whole_word_behind_the_first_line() {
        for (text, offers) in [
            (&b"250-mx1\r\n250 STARTTLS\r\n"[..], true),
            (b"250-mx1\r\n250 starttls\r\n", true),
            (b"250 STARTTLS\r\n", false),
            (b"250-mx1\r\n250 XSTARTTLS\r\n", false),
            (b"250-mx1\r\n250 STARTTLSX\r\n", false),
            (b"250-mx1\r\n250 AUTH STARTTLS\r\n", false),
        ] {
            assert_eq!(read(text).unwrap().unwrap().offers("STARTTLS"), offers);
        }
    }

    #[test]
    fn what_comes_behind_a_reply_is_kept_apart() {
        let mut reader = ReplyReader::new();
        let first = reader.push(b"220 go ahead\r\n250 injected\r\n").unwrap().unwrap();
        assert_eq!(first.words(), "220 go ahead");
        assert_eq!(reader.pending(), b"250 injected\r\n");
        assert_eq!(reader.push(b"").unwrap().unwrap().code, 250);
        assert!(reader.pending().is_empty());
    }

    #[test]
    fn words_are_one_line_and_cut() {
        let long = format!("554-{}\r\n554 more\r\n", "x".repeat(500));
        let words = read(long.as_bytes()).unwrap().unwrap().words();
        assert_eq!(words.chars().count(), MAX_WORDS);
        assert!(words.starts_with("554 xxx") && words.ends_with('…'), "{words}");
    }
}
