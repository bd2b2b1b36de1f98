//! What makes a key weak although it decodes: size, exponent, factors, and keys whose private half everybody has.
//!
//! Only what the public half shows by itself is judged. Pure.

use super::{KeyKind, PublicKey};

/// A reason not to trust a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weakness {
    /// RSA's exponent is even, or below 3: no valid key (RFC 8017 3.1).
    Exponent,
    /// RSA's modulus is even or divides by a small prime: it was corrupted, or anybody can factor it.
    Factor(u32),
    /// More than 4096 bits: verifiers need not support it (RFC 8301 3.2).
    Long,
    /// The private half is printed in a standard.
    Published(Published),
    /// The modulus has the structure of keys made by Infineon's broken library (ROCA, CVE-2017-15361).
    Roca,
    /// 1024 to 2047 bits: signers should use at least 2048 (RFC 8301 3.2).
    Short,
    /// Fewer than 1024 bits: verifiers must not accept it (RFC 8301 3.2).
    TooShort,
}

/// Where a private key is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// RFC 6376 appendix C.
    Rfc6376,
    /// RFC 8463 appendix A.2, RFC 8032 7.1.
    Rfc8463,
}

impl Published {
    /// The document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rfc6376 => "RFC 6376 appendix C",
            Self::Rfc8463 => "RFC 8463 appendix A.2",
        }
    }
}

/// The example key of RFC 6376 appendix C, as its p=.
const RFC_6376: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
/// The example key of RFC 8463 appendix A.2, as its p=.
const RFC_8463: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// Small primes: no modulus of a sound RSA key divides by one of them. Those up to 167 are what the ROCA test looks at.
const PRIMES: [u32; 60] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223,
    227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281,
];

impl PublicKey {
    /// Every weakness its public half shows.
    pub fn weaknesses(&self) -> Vec<Weakness> {
        let mut found = Vec::new();
        match self.to_base64().as_str() {
            RFC_6376 => found.push(Weakness::Published(Published::Rfc6376)),
            RFC_8463 => found.push(Weakness::Published(Published::Rfc8463)),
            _ => {}
        }
        if self.kind == KeyKind::Ed25519 {
            return found;
        }
        match self.bits {
            ..1024 => found.push(Weakness::TooShort),
            1024..2048 => found.push(Weakness::Short),
            2048..=4096 => {}
            _ => found.push(Weakness::Long),
        }
        let odd = self.exponent.last().is_some_and(|last| last % 2 == 1);
        if !odd || self.exponent == [1] {
            found.push(Weakness::Exponent);
        }
        let rests = remainders(&self.modulus);
        match PRIMES.iter().zip(&rests).find(|(_, rest)| **rest == 0) {
            Some((&prime, _)) => found.push(Weakness::Factor(prime)),
            None if is_roca(&rests) => found.push(Weakness::Roca),
            None => {}
        }
        found
    }
}

/// The big-endian number modulo each of the primes.
///
/// It is walked once for as many primes as have a product of 32 bits, a word at a time: what is left modulo the product
/// is the same modulo each of them.
fn remainders(number: &[u8]) -> [u32; PRIMES.len()] {
    let mut rests = [0; PRIMES.len()];
    let (head, words) = number.as_rchunks::<4>();
    let head = head.iter().fold(0, |word, &octet| word << 8 | u64::from(octet));
    let mut start = 0;
    while let Some(primes) = PRIMES.get(start..).filter(|primes| !primes.is_empty()) {
        let mut product = 1_u64;
        let mut count = 0;
        for prime in primes {
            match product * u64::from(*prime) {
                larger if larger <= u64::from(u32::MAX) => product = larger,
                _ => break,
            }
            count += 1;
        }
        let rest = words.iter().fold(head % product, |rest, word| {
            (rest << 32 | u64::from(u32::from_be_bytes(*word))) % product
        });
        for (prime, place) in primes.iter().zip(rests.iter_mut().skip(start)).take(count) {
            *place = u32::try_from(rest % u64::from(*prime)).unwrap_or_default();
        }
        start += count;
    }
    rests
}

/// Whether the modulus is a power of 65537 modulo every small prime: about one sound key in 2^27 is.
fn is_roca(rests: &[u32; PRIMES.len()]) -> bool {
    PRIMES
        .iter()
        .zip(rests)
        .filter(|(prime, _)| (3..=167).contains(*prime))
        .all(|(&prime, &rest)| {
            let generator = 65_537 % prime;
            let mut power = 1;
            for _ in 0..prime {
                if power == rest {
                    return true;
                }
                power = power * generator % prime;
            }
            false
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_left_is_what_long_division_leaves(number in prop::collection::vec(any::<u8>(), 0..530)) {
            let rests = remainders(&number);
            for (prime, rest) in PRIMES.iter().zip(rests) {
                let long = number.iter().fold(0, |rest, &octet| (rest * 256 + u32::from(octet)) % prime);
                prop_assert_eq!(rest, long, "modulo {}", prime);
            }
        }
    }
}
