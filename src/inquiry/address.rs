//! Addresses that are nobody's server: nothing is ever sent there, whoever names them (RFC 6890); and those of somebody's
//! own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why nothing is sent to `address`, in a clause; `None` where a server can be.
///
/// Private and loopback addresses can be a server's: networks of one's own have name servers too.
pub fn nobody_at(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => nobody_at_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(_) => Some("an IPv4 address in an AAAA record (RFC 4291 2.5.5.2): nothing is sent there"),
            None => nobody_at_v6(address),
        },
    }
}

fn nobody_at_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("\"this network\" (RFC 1122 3.2.1.3) is no address"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(DOCUMENTATION_V4),
        [224..=239, ..] => Some("a multicast address is no server's"),
        [240..=255, ..] => Some("a reserved address (RFC 1112 4) is no server's"),
        _ => None,
    }
}

fn nobody_at_v6(address: Ipv6Addr) -> Option<&'static str> {
    match address.segments() {
        [0x2001, 0x0db8, ..] => Some(DOCUMENTATION_V6),
        [0x3fff, second, ..] if second < 0x1000 => Some(DOCUMENTATION_V6),
        [0xff00..=0xffff, ..] => Some("a multicast address is no server's"),
        // They mean something on one link only, and DNS does not say on which.
        [0xfe80..=0xfebf, ..] => Some("a link-local address (RFC 4291 2.5.6) is nobody's from here"),
        [0x0100, 0, 0, 0, ..] => Some("the discard prefix (RFC 6666): nothing is sent there"),
        _ if address.is_unspecified() => Some("the unspecified address is no server's"),
        _ => None,
    }
}

/// Whether an address lies in a network of somebody's own, this machine's included (RFC 1918, RFC 4193, RFC 6598).
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => {
            // Addresses that lead to IPv4 ones by translation (RFC 6052 2.1) or tunnel (RFC 3056 2).
            let inner = match v6.segments() {
                [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some((high, low)),
                [0x2002, high, low, ..] => Some((high, low)),
                _ => None,
            };
            let inner = inner.map(|(high, low)| {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                IpAddr::from([a, b, c, d])
            });
            v6.is_loopback()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || inner.is_some_and(is_private)
        }
    }
}

const DOCUMENTATION_V4: &str = "an address for documentation (RFC 5737): nothing is sent there";
const DOCUMENTATION_V6: &str = "an address for documentation (RFC 3849, RFC 9637): nothing is sent there";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_servers_address_is_told_from_what_can() {
        for nobodys in [
            "0.0.0.0",
            "0.1.2.3",
            "192.0.2.53",
            "198.51.100.1",
            "203.0.113.255",
            "224.0.0.251",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "2001:db8::53",
            "3fff:fff::1",
            "ff02::1",
            "fe80::1",
            "100::1",
            "::ffff:192.0.2.1",
            "::ffff:8.8.8.8",
        ] {
            assert!(nobody_at(nobodys.parse().unwrap()).is_some(), "{nobodys}");
        }
        for somebodys in [
            "127.0.0.1",
            "10.0.0.53",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.3.1",
            "193.0.14.129",
            "::1",
            "fd00::53",
            "2001:7fd::1",
            "3fff:1000::1",
            "2001:db7::1",
        ] {
            assert_eq!(nobody_at(somebodys.parse().unwrap()), None, "{somebodys}");
        }
    }

    #[test]
    fn what_lies_in_somebodys_own_network_is_told_from_what_all_can_reach() {
        for (address, is) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("192.168.1.1", true),
            ("169.254.169.254", true),
            ("100.64.0.1", true),
            ("::1", true),
            ("fd00::25", true),
            ("64:ff9b::7f00:1", true),
            ("2002:a00:1::1", true),
            ("8.8.8.8", false),
            ("172.32.0.1", false),
            ("100.128.0.1", false),
            ("2a00:d78::1", false),
            ("64:ff9b::808:808", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), is, "{address}");
        }
    }
}
