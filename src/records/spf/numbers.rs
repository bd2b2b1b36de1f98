//! Numbers and addresses, read from the begin of a text in one go over its octets.
//!
//! Most terms of most records are an address. The standard library reads them as well, and takes several times as long: it
//! wants to be given all of a text and nothing else, so that where the address ends must be found beforehand. Here each
//! reader gives what it read and what stands behind that. Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What was read at the begin of a text, and what stands behind it; `None` where nothing can be read.
pub(super) type Read<'t, T> = Option<(T, &'t [u8])>;

/// What was read where nothing stands behind it.
pub(super) fn whole<T>(read: Read<'_, T>) -> Option<T> {
    read.filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// A number up to 255 without leading zeros.
pub(super) fn number(text: &[u8]) -> Read<'_, u8> {
    let value = |digit: &u8| u16::from(digit - b'0');
    let (number, rest) = match text {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            (value(a) * 100 + value(b) * 10 + value(c), rest)
        }
        [a @ b'1'..=b'9', b @ b'0'..=b'9', rest @ ..] => (value(a) * 10 + value(b), rest),
        [a @ b'0'..=b'9', rest @ ..] => (value(a), rest),
        _ => return None,
    };
    Some((u8::try_from(number).ok()?, rest))
}

/// Four such numbers with dots between them (RFC 3986's IPv4address).
pub(super) fn address4(text: &[u8]) -> Read<'_, Ipv4Addr> {
    let (one, rest) = number(text)?;
    let (two, rest) = number(rest.strip_prefix(b".")?)?;
    let (three, rest) = number(rest.strip_prefix(b".")?)?;
    let (four, rest) = number(rest.strip_prefix(b".")?)?;
    Some((Ipv4Addr::new(one, two, three, four), rest))
}

/// Eight groups with colons between them, two colons in place of some of them, and perhaps an IPv4 address in place of the
/// last two (RFC 4291 2.2).
pub(super) fn address6(text: &[u8]) -> Read<'_, Ipv6Addr> {
    let mut groups = [0; 8];
    let (mut count, mut gap, mut rest) = (0, None, text);
    let mut must_follow = true;
    if let Some(behind) = rest.strip_prefix(b"::") {
        (gap, rest, must_follow) = (Some(0), behind, false);
    }
    while count < groups.len() {
        let Some((group, behind)) = group(rest) else {
            if must_follow {
                return None;
            }
            break;
        };
        if behind.first() == Some(&b'.') {
            let (address, behind) = address4(rest)?;
            let [one, two, three, four] = address.octets();
            let last = groups.get_mut(count..count + 2)?;
            last.copy_from_slice(&[u16::from_be_bytes([one, two]), u16::from_be_bytes([three, four])]);
            (count, rest) = (count + 2, behind);
            break;
        }
        *groups.get_mut(count)? = group;
        (count, rest) = (count + 1, behind);
        match rest {
            [b':', b':', behind @ ..] if gap.is_none() => {
                (gap, rest, must_follow) = (Some(count), behind, false);
            }
            [b':', behind @ ..] if count < groups.len() => (rest, must_follow) = (behind, true),
            _ => break,
        }
    }
    match gap {
        None if count == groups.len() => {}
        // Two colons stand for one group at the least.
        Some(at) if count < groups.len() => {
            let zeros = groups.len() - count;
            groups.get_mut(at..)?.rotate_right(zeros);
        }
        _ => return None,
    }
    Some((groups.into(), rest))
}

/// Up to four hexadecimal digits.
fn group(text: &[u8]) -> Read<'_, u16> {
    let mut value = 0;
    let mut length = 0;
    for octet in text.iter().take(4) {
        let digit = match octet {
            b'0'..=b'9' => octet - b'0',
            b'a'..=b'f' => octet - b'a' + 10,
            b'A'..=b'F' => octet - b'A' + 10,
            _ => break,
        };
        value = value << 4 | u16::from(digit);
        length += 1;
    }
    let rest = text.get(length..).filter(|_| length > 0)?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reader_stops_where_its_value_ends() {
        assert_eq!(number(b"24//64"), Some((24, &b"//64"[..])));
        assert_eq!(number(b"01"), Some((0, &b"1"[..])));
        assert_eq!(number(b"1234"), Some((123, &b"4"[..])));
        assert_eq!(number(b"256"), None);
        assert_eq!(
            address4(b"192.0.2.1/24"),
            Some((Ipv4Addr::new(192, 0, 2, 1), &b"/24"[..]))
        );
        let address = "2001:db8::1".parse().unwrap();
        assert_eq!(address6(b"2001:db8::1/32"), Some((address, &b"/32"[..])));
    }

    #[test]
    fn the_edges_of_ipv6_are_those_of_the_standard_library() {
        for text in [
            "::",
            "::1",
            "1::",
            ":1",
            "1:",
            ":",
            ":::",
            "1:::2",
            "1::2::3",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8:",
            "1:2:3:4:5:6:7:8::",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1::3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "00001::",
            "0001::",
            "g::",
            "::192.0.2.1",
            "1:2:3:4:5:6:192.0.2.1",
            "1:2:3:4:5:6:7:192.0.2.1",
            "1:2:3:4:5::192.0.2.1",
            "1:2:3:4:5:6::192.0.2.1",
            "192.0.2.1",
            "192.0.2.1::",
            "::192.0.02.1",
            "::192.0.2",
            "::192.0.2.1:1",
            "ABCD:abcd::",
            "::ffff:192.0.2.1",
            "fe80::1%eth0",
            "",
        ] {
            assert_eq!(whole(address6(text.as_bytes())), text.parse().ok(), "{text}");
        }
    }

    proptest! {
        /// What is an address here is one to the standard library, and the other way round.
        #[test]
        fn ipv4_is_read_as_the_standard_library_reads_it(
            text in r"[0-9]{0,4}(\.[0-9]{0,4}){2,4}[ .a]?",
            numbers in prop::array::uniform4(0_u16..300),
        ) {
            let [a, b, c, d] = numbers;
            for text in [text, format!("{a}.{b}.{c}.{d}"), format!("{a}.{b}.0{c}.{d}")] {
                prop_assert_eq!(whole(address4(text.as_bytes())), text.parse().ok(), "{}", text);
            }
        }

        #[test]
        fn ipv6_is_read_as_the_standard_library_reads_it(
            text in r"(::)?([0-9a-fA-F]{1,5}::?){0,8}([0-9a-f]{1,4}|192\.0\.2\.[0-9]{1,2}|)",
            address in any::<[u8; 16]>(),
        ) {
            for text in [text, Ipv6Addr::from(address).to_string()] {
                prop_assert_eq!(whole(address6(text.as_bytes())), text.parse().ok(), "{}", text);
            }
        }
    }
}
