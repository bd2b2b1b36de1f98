//! Records' data in presentation format (RFC 1035 5.1), names and troubles as text, and back. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::inquiry::{Kind, Rdata, Trouble, Txt};
use crate::name::{Name, NameError};

/// The data of one record as text.
pub(super) fn print(data: &Rdata) -> String {
    match data {
        Rdata::A(address) => address.to_string(),
        Rdata::Aaaa(address) => address.to_string(),
        Rdata::Cname(name) | Rdata::Ns(name) | Rdata::Ptr(name) => name.to_string(),
        Rdata::Mx { preference, exchange } => format!("{preference} {exchange}"),
        Rdata::Soa => String::new(),
        Rdata::Txt(txt) => {
            let strings: Vec<String> = txt.strings.iter().map(|string| quoted(string)).collect();
            strings.join(" ")
        }
    }
}

/// The data of one record of `kind`.
pub(super) fn parse(kind: Kind, text: &str) -> Result<Rdata, String> {
    Ok(match kind {
        Kind::A => Rdata::A(
            text.parse::<Ipv4Addr>()
                .map_err(|_| format!("{text:?} is no IPv4 address"))?,
        ),
        Kind::Aaaa => Rdata::Aaaa(
            text.parse::<Ipv6Addr>()
                .map_err(|_| format!("{text:?} is no IPv6 address"))?,
        ),
        Kind::Cname => Rdata::Cname(name(text)?),
        Kind::Ns => Rdata::Ns(name(text)?),
        Kind::Ptr => Rdata::Ptr(name(text)?),
        Kind::Soa => Rdata::Soa,
        Kind::Mx => {
            let (preference, exchange) = text
                .split_once(' ')
                .ok_or_else(|| format!("{text:?} is no preference and host"))?;
            Rdata::Mx {
                preference: preference
                    .parse()
                    .map_err(|_| format!("{preference:?} is no preference"))?,
                exchange: name(exchange)?,
            }
        }
        Kind::Txt | Kind::Spf => Rdata::Txt(Txt {
            strings: strings(text)?,
        }),
    })
}

fn quoted(string: &[u8]) -> String {
    let mut text = String::with_capacity(string.len() + 2);
    text.push('"');
    for &octet in string {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
    }
    text.push('"');
    text
}

/// Quoted strings with a blank between them.
fn strings(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let broken = || format!("{text:?} is no list of quoted strings");
    let mut octets = text.bytes().peekable();
    let mut strings = Vec::new();
    loop {
        match octets.next() {
            None if strings.is_empty() => return Err(broken()),
            None => return Ok(strings),
            Some(b' ') if !strings.is_empty() && octets.peek() == Some(&b'"') => continue,
            Some(b'"') => {}
            Some(_) => return Err(broken()),
        }
        let mut string = Vec::new();
        loop {
            match octets.next().ok_or_else(broken)? {
                b'"' => break,
                b'\\' => string.push(escaped(&mut octets).ok_or_else(broken)?),
                octet => string.push(octet),
            }
        }
        strings.push(string);
    }
}

fn escaped(octets: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = octets.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let mut number = u32::from(first - b'0');
    for _ in 0..2 {
        let digit = octets.next().filter(u8::is_ascii_digit)?;
        number = number * 10 + u32::from(digit - b'0');
    }
    u8::try_from(number).ok()
}

/// A name, or what is wrong with it.
pub(super) fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|why: NameError| format!("{text:?}: {why}"))
}

/// A trouble by its word.
pub(super) fn trouble(word: &str) -> Result<Trouble, String> {
    let known = Trouble::ALL.into_iter().find(|trouble| trouble.reason() == word);
    known.ok_or_else(|| format!("{word:?} is no reason for an answer to be missing"))
}
