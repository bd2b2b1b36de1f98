//! Whether one record set is signed by one zone, now (RFC 4034 3 and 6, RFC 4035 5.3).
//!
//! The octets that were signed are written anew here: owner and names in lower case, the wildcard's name for what a
//! wildcard made, the original TTL, records in canonical order, doubles once. The work is bounded: an answer can name
//! more keys and signatures than anybody should try (CVE-2023-50387).

use hickory_proto::dnssec::rdata::{DNSKEY, RRSIG};
use hickory_proto::dnssec::{PublicKey, rdata::DNSSECRData};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder, NameEncoding};
use jiff::{SignedDuration, Timestamp};

use super::sets::Set;
use crate::inquiry::{Broken, Ends, RecordType as Type};

/// Signatures over one set that are looked at.
const MAX_SIGNATURES: usize = 8;

/// Keys of one tag that are tried.
const MAX_KEYS_A_TAG: usize = 2;

/// Keys of one zone that are looked at.
const MAX_KEYS: usize = 64;

/// How much may be computed for one answer.
#[derive(Debug)]
pub(super) struct Budget {
    signatures: u32,
    hashes: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            signatures: 100,
            hashes: 150,
        }
    }
}

impl Budget {
    /// One more signature may be checked.
    fn signature(&mut self) -> Result<(), Broken> {
        self.signatures = self.signatures.checked_sub(1).ok_or(Broken::TooMuchWork)?;
        Ok(())
    }

    /// One more name may be hashed.
    pub(super) fn hash(&mut self) -> Result<(), Broken> {
        self.hashes = self.hashes.checked_sub(1).ok_or(Broken::TooMuchWork)?;
        Ok(())
    }
}

/// A key of a zone, with its tag.
#[derive(Debug, Clone)]
pub(super) struct ZoneKey {
    pub(super) tag: u16,
    pub(super) key: DNSKEY,
}

impl ZoneKey {
    /// Whether it may sign what a zone holds: a zone's key that is not revoked (RFC 4034 2.1.1, RFC 5011 2.1).
    pub(super) fn may_sign(&self) -> bool {
        self.key.zone_key() && !self.key.revoke()
    }
}

/// What a good signature says beside that it is good.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    /// The closest encloser of the wildcard that made the set (RFC 4592 2.1); `None` when it stands there itself.
    pub(super) encloser: Option<Name>,
    /// When it ends, and what it covers.
    pub(super) ends: Ends,
    /// For how long the set may be kept, in seconds (RFC 4035 5.3.3).
    pub(super) ttl: u32,
}

/// Checks the signatures `zone` made over `set`: one good one is enough. What is wrong is said of the signature that came
/// nearest.
pub(super) fn verify(
    set: &Set<'_>,
    zone: &Name,
    keys: &[ZoneKey],
    now: Timestamp,
    budget: &mut Budget,
) -> Result<Signed, Broken> {
    let mut own: Vec<&RRSIG> = set
        .signatures
        .iter()
        .copied()
        .filter(|signature| signature.input().signer_name == *zone)
        .collect();
    // The one that holds longest first: while it holds the set does.
    own.sort_by_key(|signature| std::cmp::Reverse(ends(signature, now)));
    let mut worst = Nearest::default();
    for signature in own.iter().take(MAX_SIGNATURES) {
        match check(set, signature, keys, now, budget) {
            Ok(signed) => return Ok(signed),
            Err(Broken::TooMuchWork) => return Err(Broken::TooMuchWork),
            Err(why) => worst.note(why),
        }
    }
    if own.len() > MAX_SIGNATURES {
        return Err(Broken::TooMuchWork);
    }
    Err(worst.why())
}

fn check(
    set: &Set<'_>,
    signature: &RRSIG,
    keys: &[ZoneKey],
    now: Timestamp,
    budget: &mut Budget,
) -> Result<Signed, Broken> {
    let input = signature.input();
    // A wildcard's own star is not counted (RFC 4034 3.1.3).
    if input.num_labels > set.owner.num_labels() {
        return Err(Broken::BadSignature);
    }
    let fitting = || {
        keys.iter()
            .filter(|key| key.tag == input.key_tag && key.key.public_key().algorithm() == input.algorithm)
    };
    if fitting().next().is_none() {
        return Err(Broken::NoMatchingKey([input.key_tag].into()));
    }
    let (begin, end) = (begins(signature, now), ends(signature, now));
    if now > end {
        return Err(Broken::Expired {
            at: end,
            tolerated: now <= end + tolerance(begin, end),
        });
    }
    if now < begin {
        return Err(Broken::NotYetValid(begin));
    }
    let octets = signed_octets(set, signature).ok_or(Broken::BadSignature)?;
    for key in fitting().take(MAX_KEYS_A_TAG) {
        budget.signature()?;
        if key.key.public_key().verify(&octets, signature.sig()).is_ok() {
            let ttl = set.records.iter().map(|record| record.ttl).min().unwrap_or(0);
            let left = u32::try_from(now.duration_until(end).as_secs()).unwrap_or(0);
            let made = input.num_labels < set.owner.num_labels();
            return Ok(Signed {
                encloser: made.then(|| set.owner.trim_to(input.num_labels.into())),
                ends: Ends {
                    at: end,
                    since: begin,
                    ttl: input.original_ttl,
                    kind: Type(set.kind.into()),
                },
                ttl: ttl.min(input.original_ttl).min(left),
            });
        }
    }
    if fitting().nth(MAX_KEYS_A_TAG).is_some() {
        return Err(Broken::TooMuchWork);
    }
    Err(Broken::BadSignature)
}

/// What is said when no signature is good: of several the one that tells most.
#[derive(Default)]
struct Nearest(Option<Broken>);

impl Nearest {
    fn note(&mut self, why: Broken) {
        let telling = |why: &Broken| match why {
            Broken::BadSignature => 4,
            Broken::Expired { .. } => 3,
            Broken::NotYetValid(_) => 2,
            _ => 1,
        };
        match (&mut self.0, why) {
            (Some(Broken::NoMatchingKey(tags)), Broken::NoMatchingKey(more)) => {
                let mut all = tags.to_vec();
                all.extend(more);
                *tags = all.into();
            }
            (Some(before), why) if telling(before) >= telling(&why) => {}
            (before, why) => *before = Some(why),
        }
    }

    fn why(self) -> Broken {
        self.0.unwrap_or(Broken::NoSignature)
    }
}

/// For so long after its end resolvers that allow for wrong clocks still take a signature: a tenth of its lifetime, at
/// least an hour and at most a day.
fn tolerance(begin: Timestamp, end: Timestamp) -> SignedDuration {
    let tenth = begin.duration_until(end).as_secs() / 10;
    SignedDuration::from_secs(tenth.clamp(3600, 86_400))
}

fn begins(signature: &RRSIG, now: Timestamp) -> Timestamp {
    moment(signature.input().sig_inception.get(), now)
}

fn ends(signature: &RRSIG, now: Timestamp) -> Timestamp {
    moment(signature.input().sig_expiration.get(), now)
}

/// The time a 32-bit field means: the one nearest to now (RFC 4034 3.1.5, RFC 1982).
fn moment(field: u32, now: Timestamp) -> Timestamp {
    // Only the last 32 bits count.
    let low = u32::try_from(now.as_second() & i64::from(u32::MAX)).unwrap_or(0);
    let ahead = i64::from(field.wrapping_sub(low).cast_signed());
    Timestamp::from_second(now.as_second().saturating_add(ahead)).unwrap_or(now)
}

/// Of the signatures in `records` over `kind` at a name that `fits`, the one that ends last, by what it says itself.
pub fn claimed(
    records: &[Record],
    kind: RecordType,
    fits: impl Fn(&Name) -> bool,
    now: Timestamp,
) -> Option<Ends> {
    let signatures = records.iter().filter_map(|record| match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) if fits(&record.name) => Some(signature),
        _ => None,
    });
    let claims = signatures
        .filter(|signature| signature.input().type_covered == kind)
        .map(|signature| Ends {
            at: ends(signature, now),
            since: begins(signature, now),
            ttl: signature.input().original_ttl,
            kind: Type(kind.into()),
        });
    claims.max_by_key(|claim| claim.at)
}

/// What was signed (RFC 4034 3.1.8.1).
fn signed_octets(set: &Set<'_>, signature: &RRSIG) -> Option<Vec<u8>> {
    let input = signature.input();
    let owner = match input.num_labels < set.owner.num_labels() {
        true => wildcard(&set.owner.trim_to(input.num_labels.into()))?,
        false => set.owner.clone(),
    };
    let owner = octets(|encoder| {
        encoder.set_name_encoding(NameEncoding::UncompressedLowercase);
        owner.emit(encoder).is_ok()
    })?;
    let mut records: Vec<Vec<u8>> = set
        .records
        .iter()
        .map(|record| rdata(record))
        .collect::<Option<_>>()?;
    records.sort();
    records.dedup();
    let mut signed = octets(|encoder| {
        encoder.set_canonical_form(true);
        encoder.set_name_encoding(NameEncoding::UncompressedLowercase);
        input.emit(encoder).is_ok()
    })?;
    for data in records {
        signed.extend(&owner);
        signed.extend(u16::from(set.kind).to_be_bytes());
        signed.extend(1_u16.to_be_bytes());
        signed.extend(input.original_ttl.to_be_bytes());
        signed.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        signed.extend(data);
    }
    Some(signed)
}

/// A record's data in canonical form (RFC 4034 6.2 as RFC 6840 5.1 mends it).
fn rdata(record: &Record) -> Option<Vec<u8>> {
    let mut data = octets(|encoder| {
        encoder.set_canonical_form(true);
        encoder.set_name_encoding(NameEncoding::Uncompressed);
        record.data.emit(encoder).is_ok()
    })?;
    // A DNAME's target is not read, and is in lower case like any other's; the lengths of labels are no letters.
    if record.record_type() == RecordType::DNAME {
        data.make_ascii_lowercase();
    }
    Some(data)
}

fn octets(write: impl FnOnce(&mut BinEncoder<'_>) -> bool) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let whole = write(&mut BinEncoder::new(&mut octets));
    whole.then_some(octets)
}

/// The wildcard below a name.
pub(super) fn wildcard(encloser: &Name) -> Option<Name> {
    encloser.prepend_label("*").ok()
}

/// The keys of a set of DNSKEY, with their tags; `None` where they are more than anybody should try: a part of them would
/// be another part the next time.
pub(super) fn dnskeys(set: &Set<'_>) -> Option<Vec<ZoneKey>> {
    let keys: Vec<ZoneKey> = set
        .records
        .iter()
        .filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::DNSKEY(key)) => Some(ZoneKey {
                tag: key.calculate_key_tag().ok()?,
                key: key.clone(),
            }),
            _ => None,
        })
        .collect();
    (keys.len() <= MAX_KEYS).then_some(keys)
}
