//! Networks, and sets of addresses: what `ip4` and `ip6` terms amount to.
//!
//! A set is kept as sorted, disjoint, non-adjacent ranges, so that two sets are equal exactly when they hold the same
//! addresses, however they were written.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What `ip4:` names; host bits below the prefix stay as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network4 {
    /// The address as written.
    pub address: Ipv4Addr,
    /// 0 to 32.
    pub prefix: u8,
}

/// What `ip6:` names; host bits below the prefix stay as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network6 {
    /// The address as written.
    pub address: Ipv6Addr,
    /// 0 to 128.
    pub prefix: u8,
}

impl Network4 {
    /// Whether `address` agrees in the leading bits.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        let mask = mask4(self.prefix);
        u32::from(self.address) & mask == u32::from(address) & mask
    }

    /// Without bits below the prefix.
    pub fn network(self) -> Self {
        let address = Ipv4Addr::from(u32::from(self.address) & mask4(self.prefix));
        Self { address, ..self }
    }

    fn range(self) -> (u128, u128) {
        let mask = mask4(self.prefix);
        let first = u32::from(self.address) & mask;
        (first.into(), (first | !mask).into())
    }
}

impl Network6 {
    /// Whether `address` agrees in the leading bits.
    pub fn contains(self, address: Ipv6Addr) -> bool {
        let mask = mask6(self.prefix);
        u128::from(self.address) & mask == u128::from(address) & mask
    }

    /// Without bits below the prefix.
    pub fn network(self) -> Self {
        let address = Ipv6Addr::from(u128::from(self.address) & mask6(self.prefix));
        Self { address, ..self }
    }

    fn range(self) -> (u128, u128) {
        let mask = mask6(self.prefix);
        let first = u128::from(self.address) & mask;
        (first, first | !mask)
    }
}

fn mask4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

fn mask6(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix.min(128)))
        .unwrap_or(0)
}

impl fmt::Display for Network4 {
    /// As a mechanism: `ip4:192.0.2.0/24`, host bits gone and `/32` left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, prefix } = self.network();
        match prefix {
            32 => write!(f, "ip4:{address}"),
            _ => write!(f, "ip4:{address}/{prefix}"),
        }
    }
}

impl fmt::Display for Network6 {
    /// As a mechanism: `ip6:2001:db8::/32`, host bits gone and `/128` left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, prefix } = self.network();
        match prefix {
            128 => write!(f, "ip6:{address}"),
            _ => write!(f, "ip6:{address}/{prefix}"),
        }
    }
}

/// A set of IPv4 and IPv6 addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    v4: Ranges,
    v6: Ranges,
}

impl Addresses {
    /// The addresses of networks.
    pub fn new(v4: impl IntoIterator<Item = Network4>, v6: impl IntoIterator<Item = Network6>) -> Self {
        Self {
            v4: Ranges::of_v4(v4),
            v6: Ranges::new(v6.into_iter().map(Network6::range).collect()),
        }
    }

    /// Whether these networks together hold every IPv4 address; that hardly any do is seen by their sizes.
    pub fn are_all_v4(networks: impl Iterator<Item = Network4> + Clone) -> bool {
        let sizes = networks.clone().map(|network| {
            let (first, last) = network.range();
            last - first + 1
        });
        sizes.sum::<u128>() > u128::from(u32::MAX) && Self::new(networks, []).is_all_v4()
    }

    /// Whether it holds no address.
    pub fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    /// All of both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            v4: Ranges::new([&self.v4.0[..], &other.v4.0].concat()),
            v6: Ranges::new([&self.v6.0[..], &other.v6.0].concat()),
        }
    }

    /// What is in this set and not in the other.
    pub fn without(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.without(&other.v4),
            v6: self.v6.without(&other.v6),
        }
    }

    /// How many IPv4 addresses.
    pub fn count_v4(&self) -> u64 {
        // At most 2^32, for the ranges are disjoint.
        let count: u128 = self.v4.0.iter().map(|(first, last)| last - first + 1).sum();
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// Whether it holds every IPv4 address.
    pub fn is_all_v4(&self) -> bool {
        self.v4.0 == [(0, u128::from(u32::MAX))]
    }

    /// Whether it holds every IPv6 address.
    pub fn is_all_v6(&self) -> bool {
        self.v6.0 == [(0, u128::MAX)]
    }

    /// The smallest list of mechanisms that name exactly this set: IPv4 first, ascending.
    pub fn mechanisms(&self) -> impl Iterator<Item = String> {
        let v4 = self.v4.blocks(32).map(|(first, prefix)| {
            let address = Ipv4Addr::from(u32::try_from(first).unwrap_or(u32::MAX));
            Network4 { address, prefix }.to_string()
        });
        let v6 = self.v6.blocks(128).map(|(first, prefix)| {
            let address = Ipv6Addr::from(first);
            Network6 { address, prefix }.to_string()
        });
        v4.chain(v6)
    }
}

/// Sorted, disjoint, non-adjacent ranges, ends included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    fn new(mut ranges: Vec<(u128, u128)>) -> Self {
        ranges.sort_unstable();
        Self::merged(ranges.into_iter())
    }

    /// Most networks are of IPv4: first and last address in one number are sorted in a quarter of the time.
    fn of_v4(networks: impl IntoIterator<Item = Network4>) -> Self {
        let ranges = networks.into_iter().map(Network4::range);
        let both = ranges.filter_map(|(first, last)| u64::try_from(first << 32 | last).ok());
        let mut ranges: Vec<u64> = both.collect();
        ranges.sort_unstable();
        let parted = |both: u64| (u128::from(both >> 32), u128::from(both & u64::from(u32::MAX)));
        Self::merged(ranges.into_iter().map(parted))
    }

    /// Of ranges in the order of their beginnings.
    fn merged(ranges: impl ExactSizeIterator<Item = (u128, u128)>) -> Self {
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut holes = other.0.iter().peekable();
        for &(first, last) in &self.0 {
            let mut from = Some(first);
            while let Some(&&(hole_first, hole_last)) = holes.peek() {
                let Some(start) = from else { break };
                if hole_last < start {
                    holes.next();
                    continue;
                }
                if hole_first > last {
                    break;
                }
                if hole_first > start {
                    left.push((start, hole_first - 1));
                }
                from = hole_last.checked_add(1).filter(|next| *next <= last);
                if from.is_some() {
                    holes.next();
                }
            }
            left.extend(from.map(|start| (start, last)));
        }
        Self(left)
    }

    /// The ranges as aligned blocks: first address and prefix length.
    fn blocks(&self, bits: u32) -> impl Iterator<Item = (u128, u8)> {
        self.0.iter().flat_map(move |&(first, last)| {
            let mut next = Some(first);
            std::iter::from_fn(move || {
                let start = next?;
                let mut free = start.trailing_zeros().min(bits);
                let end = loop {
                    let size = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
                    match start.checked_add(size) {
                        Some(end) if end <= last => break end,
                        _ => free -= 1,
                    }
                };
                next = end.checked_add(1).filter(|next| *next <= last);
                Some((start, u8::try_from(bits - free).unwrap_or(u8::MAX)))
            })
        })
    }
}
