//! Records' data in presentation format (RFC 1035 5.1), and back. Pure.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Kind, Rdata, StartOfAuthority, Txt};
use crate::name::{Name, NameError};
use crate::records::{escaped, presentation, quoted};

/// The data of one record as a zone file has it; TXT in quotes, string by string. A start of authority is empty where only
/// that there is one is known.
impl fmt::Display for Rdata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => address.fmt(f),
            Self::Aaaa(address) => address.fmt(f),
            Self::Cname(name) | Self::Ns(name) | Self::Ptr(name) => name.fmt(f),
            Self::Mx { preference, exchange } => write!(f, "{preference} {exchange}"),
            Self::Soa(start) => start.as_ref().map_or(Ok(()), |start| start.fmt(f)),
            Self::Txt(txt) => txt.fmt(f),
            Self::Shown(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for StartOfAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            mname,
            rname,
            serial,
            refresh,
            retry,
            expire,
            minimum,
        } = self;
        write!(f, "{mname} {rname} {serial} {refresh} {retry} {expire} {minimum}")
    }
}

/// The fields of a start of authority, with a blank between them.
fn start(text: &str) -> Result<StartOfAuthority, String> {
    let broken = || format!("{text:?} is no start of authority");
    let words: Vec<&str> = text.split(' ').collect();
    let [mname, rname, numbers @ ..] = words.as_slice() else {
        return Err(broken());
    };
    let numbers: Result<Vec<u32>, _> = numbers.iter().map(|number| number.parse()).collect();
    let Ok([serial, refresh, retry, expire, minimum]) = numbers.as_deref() else {
        return Err(broken());
    };
    let name = |text: &str| text.parse::<Name>().map_err(|_| broken());
    Ok(StartOfAuthority {
        mname: name(mname)?,
        rname: name(rname)?,
        serial: *serial,
        refresh: *refresh,
        retry: *retry,
        expire: *expire,
        minimum: *minimum,
    })
}

impl fmt::Display for Txt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, string) in self.strings.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&quoted(string))?;
        }
        Ok(())
    }
}

impl Rdata {
    /// The data as status, tables and JSON show it: text joined and without quotes.
    pub fn shown(&self) -> String {
        match self {
            Self::Txt(txt) => presentation(&txt.joined()),
            Self::Soa(None) => "SOA".to_owned(),
            other => other.to_string(),
        }
    }

    /// Reads the data of one record of `kind`.
    ///
    /// # Errors
    /// When it is none; the message names the text.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, String> {
        let name = |text: &str| {
            text.parse::<Name>()
                .map_err(|why: NameError| format!("{text:?}: {why}"))
        };
        Ok(match kind {
            Kind::A => Self::A(
                text.parse::<Ipv4Addr>()
                    .map_err(|_| format!("{text:?} is no IPv4 address"))?,
            ),
            Kind::Aaaa => Self::Aaaa(
                text.parse::<Ipv6Addr>()
                    .map_err(|_| format!("{text:?} is no IPv6 address"))?,
            ),
            Kind::Cname => Self::Cname(name(text)?),
            Kind::Ns => Self::Ns(name(text)?),
            Kind::Ptr => Self::Ptr(name(text)?),
            Kind::Soa => Self::Soa(match text {
                "" => None,
                text => Some(Box::new(start(text)?)),
            }),
            Kind::Mx => {
                let (preference, exchange) = text
                    .split_once(' ')
                    .ok_or_else(|| format!("{text:?} is no preference and host"))?;
                Self::Mx {
                    preference: preference
                        .parse()
                        .map_err(|_| format!("{preference:?} is no preference"))?,
                    exchange: name(exchange)?,
                }
            }
            Kind::Caa | Kind::Cdnskey | Kind::Cds | Kind::Dnskey | Kind::Ds | Kind::Srv | Kind::Tlsa => {
                Self::Shown(text.into())
            }
            Kind::Txt | Kind::Spf => Self::Txt(Txt {
                strings: strings(text)?,
            }),
        })
    }
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
