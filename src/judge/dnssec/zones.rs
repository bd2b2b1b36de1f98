//! What the zones of the domain show that will break, or should not be relied on: keys, digests, and times.
//!
//! Only zones of the domain itself are looked at, and the time is that of the answer: a recording is judged as the look
//! was.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::chain::{self, DNSKEY, is_ours};
use crate::inquiry::{Ends, Hashing, Inquiry, Zone};
use crate::intent::Intent;
use crate::judge::{Findings, Site, Topic};
use crate::name::Name;
use crate::rules::Severity;
use crate::rules::dnssec as rules;

/// Signatures that end within this, or within two TTLs where that is longer, end soon: see [`is_late`].
const SOON: SignedDuration = SignedDuration::from_hours(72);

/// Algorithms that must not be used (RFC 9904, RFC 9905, RFC 9906).
const WEAK: &[u8] = &[1, 3, 5, 6, 7, 12];

/// Algorithms of RSA.
const RSA: &[u8] = &[1, 5, 7, 8, 10];

/// Says of each zone of the domain what endangers its chain of trust.
pub(super) fn check(intent: &Intent, inquiry: &Inquiry<'_>, findings: &mut Findings) {
    let mut seen: BTreeSet<Name> = BTreeSet::new();
    let mut late: BTreeSet<Name> = BTreeSet::new();
    let mut hashed: BTreeSet<Name> = BTreeSet::new();
    for (question, fact) in chain::all(inquiry) {
        let Some(trust) = fact.source.trust.as_deref() else {
            continue;
        };
        let mut note = |zone: &Name, owner: &Name, ends: Option<Ends>, findings: &mut Findings| {
            if let Some(ends) = ends.filter(|ends| is_late(ends, fact.seen_at))
                && late.insert(zone.clone())
            {
                soon(zone, owner, ends, fact.seen_at, findings);
            }
        };
        for hashing in &trust.hashing {
            let ours = is_ours(&hashing.zone, &intent.domain);
            if ours && hashed.insert(hashing.zone.clone()) {
                hashes(hashing, findings);
            }
        }
        for zone in trust.zones.iter().flat_map(|zone| zone.chain()) {
            if is_ours(&zone.name, &intent.domain) && seen.insert(zone.name.clone()) {
                keys(zone, findings);
                let of_keys = zone.ends.filter(|ends| ends.kind == DNSKEY);
                note(&zone.name, &zone.name, of_keys, findings);
            }
        }
        // Of an alias into another zone it is not known whose signature ends first.
        if let [zone] = trust.zones.as_slice()
            && is_ours(&zone.name, &intent.domain)
        {
            note(&zone.name, &question.name, trust.ends, findings);
        }
    }
}

/// The most iterations that are still looked at; of more it is said that nothing is proven.
const MOST_ITERATIONS: u16 = 100;

fn hashes(hashing: &Hashing, findings: &mut Findings) {
    let Hashing {
        zone,
        iterations,
        salt,
    } = hashing;
    let found = match (iterations, salt) {
        (0, 0) => return,
        (0, salt) => format!("a salt of {salt} octets"),
        (count, _) if *count > MOST_ITERATIONS => return,
        (count, 0) => format!("{count}"),
        (count, salt) => format!("{count} and a salt of {salt} octets"),
    };
    let topic = Topic::new(Site::Domain(zone.clone()), false);
    let message = format!("want NSEC3 of 0 iterations and without salt in {zone}, found {found}");
    let severity = if *iterations == 0 {
        Severity::Info
    } else {
        Severity::Warning
    };
    findings
        .say(&rules::ITERATIONS, &topic, message)
        .at_most(severity);
}

/// Whether a signature should have been renewed by now. Who signs anew all the time makes short ones: only the last
/// quarter is late.
pub(in crate::judge) fn is_late(ends: &Ends, now: Timestamp) -> bool {
    let left = now.duration_until(ends.at);
    let lifetime = ends.since.duration_until(ends.at);
    !left.is_negative() && left < needed(ends) && left < lifetime / 4
}

/// How long before its end a signature should be renewed at the latest, however long it lives.
pub(in crate::judge) fn needed(ends: &Ends) -> SignedDuration {
    SOON.max(SignedDuration::from_secs(i64::from(ends.ttl) * 2))
}

/// When the signatures in the domain's own zones end, as far as answers rest on them.
pub(in crate::judge) fn ends(intent: &Intent, inquiry: &Inquiry<'_>) -> Vec<Ends> {
    let all = chain::all(inquiry);
    let trusts = all.iter().filter_map(|(_, fact)| fact.source.trust.as_deref());
    let ours = |zone: &Zone| is_ours(&zone.name, &intent.domain);
    let ends = trusts.flat_map(|trust| {
        let zones = trust.zones.iter().flat_map(|zone| zone.chain());
        let of_keys = zones.filter(|zone| ours(zone)).filter_map(|zone| zone.ends);
        // As in `check`: of an alias into another zone it is not known whose ends first.
        let own = match trust.zones.as_slice() {
            [zone] if ours(zone) => trust.ends,
            _ => None,
        };
        of_keys.filter(|ends| ends.kind == DNSKEY).chain(own)
    });
    ends.collect()
}

fn soon(zone: &Name, owner: &Name, ends: Ends, now: Timestamp, findings: &mut Findings) {
    let topic = Topic::new(Site::Domain(zone.clone()), false);
    let message = format!(
        "want signatures of {zone} that are renewed in time, found the one over {owner} {} made {} and about to end {}, {} \
         from the look",
        ends.kind,
        ends.since,
        ends.at,
        span(now.duration_until(ends.at)),
    );
    findings.say(&rules::ENDS_SOON, &topic, message);
}

/// `2 days`, `5 hours`: rounded down, so that nobody feels safe too long.
fn span(left: SignedDuration) -> String {
    let plural = |count: i64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match left.as_hours() {
        hours if hours >= 48 => plural(hours / 24, "day"),
        hours if hours >= 1 => plural(hours, "hour"),
        _ => plural(left.as_mins(), "minute"),
    }
}

fn keys(zone: &Zone, findings: &mut Findings) {
    let topic = Topic::new(Site::Domain(zone.name.clone()), false);
    let mut weak: BTreeSet<u8> = BTreeSet::new();
    for key in &zone.keys {
        if WEAK.contains(&key.algorithm) && weak.insert(key.algorithm) {
            let message = format!(
                "want algorithm 13 or 15 in {}, found {} (key {})",
                zone.name, key.algorithm, key.tag
            );
            findings
                .say(&rules::WEAK_ALGORITHM, &topic, message)
                .about(key.algorithm.to_string());
        }
        if RSA.contains(&key.algorithm) && key.bits < 2048 {
            let message = format!(
                "want RSA keys of at least 2048 bits in {}, found {} (key {})",
                zone.name, key.bits, key.tag
            );
            findings
                .say(&rules::SHORT_KEY, &topic, message)
                .about(key.tag.to_string());
        }
    }
    let digests: BTreeSet<u8> = zone.ds.iter().map(|ds| ds.digest).collect();
    if !digests.is_empty() && digests.iter().all(|digest| matches!(digest, 1 | 3)) {
        let shown: Vec<String> = digests.iter().map(ToString::to_string).collect();
        let message = format!(
            "want a DS with digest 2 (SHA-256) for {}, found only digest {}",
            zone.name,
            shown.join(" and ")
        );
        findings.say(&rules::WEAK_DIGEST, &topic, message);
    }
}
