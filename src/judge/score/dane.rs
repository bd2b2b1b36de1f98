//! DANE as Internet.nl tests it: TLSA at the host's own name, proven, and held against what the host shows.
//!
//! It differs from RFC 7672 on purpose: it asks at the name in the MX alone, and does not look at the end of an alias. What
//! matches is judged by `ldns-dane`, and so by OpenSSL: of digests the strongest alone counts (RFC 7671 9), and usage 2 is about
//! what stands above the host's own certificate. Internet.nl asks it to compare no names (`-n`); ldns-dane 1.8.3 spares usage 3
//! only and compares them under usage 2 all the same. Which one Internet.nl runs is not known, nor what that one does, so a
//! certificate for another name is a doubt under usage 2.

use std::collections::BTreeSet;

use super::criteria;
use super::hosts::ask;
use super::mark::{Counts, Gap, Mark, Range, Status, Why};
use crate::inquiry::{Dns, Inquiry, Kind, Rdata, Security};
use crate::intent::tlsa_name;
use crate::judge::tls::{MailServer, Shown, certificates};
use crate::name::Name;
use crate::records::dane::{Tlsa, effective};
use crate::transport::chain::Astray;

/// What the test finds of one host.
pub(super) enum Dane {
    /// No record it looks at: why.
    None(String),
    /// A record, and its proof is broken.
    Bogus,
    /// Records.
    Some(Found),
    /// Not known: why.
    Unknown(Why),
}

/// Records, held against what the host shows.
pub(super) struct Found {
    records: BTreeSet<Tlsa>,
    /// Whether one matches at each address that was seen; none where none was.
    matches: Vec<Option<bool>>,
    /// Whether the certificates are for the host, at all addresses; `None` where none was seen.
    is_for_host: Option<bool>,
}

impl Dane {
    pub(super) fn look(host: &Name, server: Option<&MailServer>, inquiry: &mut Inquiry<'_>) -> Self {
        let Some(name) = tlsa_name(host) else {
            return Self::None("its name is too long for any below it".to_owned());
        };
        let answer = ask(inquiry, &name, Kind::Tlsa).map(|seen| seen.records.to_vec());
        let question = Dns::new(name.clone(), Kind::Tlsa);
        let security = inquiry.fact(&question).map(|fact| fact.security.clone());
        let records = match (answer, security) {
            (_, Some(Security::Bogus(_))) => return Self::Bogus,
            (Err(why), _) => return Self::Unknown(Why::Unanswered(format!("{name} TLSA"), why)),
            (Ok(records), _) if records.is_empty() => {
                return Self::None(format!("no TLSA record at {name}"));
            }
            (Ok(_), Some(Security::Insecure { .. })) => {
                return Self::None(format!("{name} has TLSA records, and is not signed"));
            }
            (Ok(records), Some(Security::Secure)) => records,
            (Ok(_), _) => {
                let why = format!("{name} has TLSA records, and whether they are proven is not known");
                return Self::Unknown(Why::Said(why));
            }
        };
        if denied_badly(&name, inquiry) {
            return Self::Bogus;
        }
        let texts = records.iter().filter_map(Rdata::text_only);
        let read = texts.filter_map(|text| Tlsa::parse(text).ok());
        // Usages 0 and 1 mean nothing at port 25.
        let records: BTreeSet<Tlsa> = read.filter(|record| record.usage > 1).collect();
        if records.is_empty() {
            return Self::None(format!("no TLSA record of usage 2 or 3 at {name}"));
        }
        Self::Some(Found::new(host, records, server))
    }

    /// Whether there are records; `None` where that is not known.
    pub(super) fn exists(&self) -> Option<bool> {
        match self {
            Self::Some(_) => Some(true),
            Self::None(_) | Self::Bogus => Some(false),
            Self::Unknown(_) => None,
        }
    }

    pub(super) fn marks(&self, host: &Name) -> Vec<Mark> {
        let (exists, valid, rollover) = (&criteria::DANE, &criteria::DANE_VALID, &criteria::DANE_ROLLOVER);
        let found = match self {
            Self::None(why) => return vec![Mark::bad(exists, "bad", why.clone())],
            Self::Bogus => {
                let why = format!("the proof of {host}'s TLSA records, or of their absence, is broken");
                return vec![Mark::bad(exists, "bogus", why)];
            }
            Self::Unknown(why) => {
                let unknown = |test| Mark::unknown(test, Gap::of([host], why.clone()));
                return vec![unknown(exists), unknown(valid).counting(Counts::Perhaps)];
            }
            Self::Some(found) => found,
        };
        let kinds: Vec<String> = found.records.iter().map(Tlsa::kind).collect();
        let points = found.points();
        // That the records are there is seen; what hangs on what the host shows is not.
        let gap = || Gap::of([host], found.why_open());
        let here = Mark::good(exists, kinds.join(", ")).lacking(points, vec![gap()]);
        let matches = match (points.is_certain(), points.highest) {
            (true, 10) => Mark::good(valid, "a record matches what the host shows"),
            (true, _) => Mark::bad(valid, "bad", "no record matches what the host shows"),
            (false, _) => Mark::unknown(valid, gap()).worth(points),
        };
        let mut marks = vec![here, matches];
        let count = |usage| {
            found
                .records
                .iter()
                .filter(|record| record.usage == usage)
                .count()
        };
        marks.push(match (count(3), count(2)) {
            (2.., _) | (1.., 1..) => Mark::good(rollover, "a second record is there for the next key"),
            _ => Mark::new(
                rollover,
                Status::Info,
                "bad",
                0,
                "no second record for the next key",
            ),
        });
        marks.extend(found.is_for_host.map(|is| match (is, count(2)) {
            (true, _) => Mark::good(&criteria::HOST, "its certificate is for it"),
            (false, 0) => Mark::new(
                &criteria::HOST,
                Status::Info,
                "bad",
                0,
                "its certificate is for another host",
            ),
            (false, _) => Mark::bad(
                &criteria::HOST,
                "bad",
                "its certificate is for another host, and usage 2 asks for its name",
            ),
        }));
        marks
    }
}

impl Found {
    fn new(host: &Name, records: BTreeSet<Tlsa>, server: Option<&MailServer>) -> Self {
        let (mut matches, mut is_for_host) = (Vec::new(), None);
        let used = effective(&records);
        for (_, fact) in server.into_iter().flat_map(MailServer::answered) {
            let Ok(session) = &fact.outcome else { continue };
            let chain = certificates(session);
            if chain.is_empty() {
                continue;
            }
            let Some(shown) = Shown::new(chain, fact.seen_at) else {
                matches.push(None);
                continue;
            };
            let own = used
                .iter()
                .any(|record| record.usage == 3 && shown.matches(record));
            let by_issuer = used
                .iter()
                .filter(|record| record.usage == 2)
                .filter_map(|record| is_taken(&shown, record, host));
            // The best of what they come to: taken, perhaps, not taken.
            let best = by_issuer.max_by_key(|taken| match taken {
                Some(true) => 2,
                None => 1,
                Some(false) => 0,
            });
            matches.push(match own {
                true => Some(true),
                false => best.unwrap_or(Some(false)),
            });
            is_for_host = Some(is_for_host.unwrap_or(true) && shown.is_loosely_for(host));
        }
        Self {
            records,
            matches,
            is_for_host,
        }
    }

    /// Why the points are open.
    fn why_open(&self) -> Why {
        let why = match self.matches.as_slice() {
            [] => "what the host shows beside its TLSA records was not seen",
            one if one.contains(&None) && self.is_for_host == Some(false) => {
                "whether Internet.nl takes a certificate for another name under usage 2 is not known: it asks ldns-dane to \
                 compare no names, and ldns-dane 1.8.3 compares them there all the same"
            }
            one if one.contains(&None) => {
                "whether Internet.nl takes what the host shows by its TLSA records is not known: an authority's whole certificate \
                 in a record, which is not sent, or what is not judged here"
            }
            _ => "a record matches what the host shows at some of its addresses, and not at others",
        };
        Why::Said(why.to_owned())
    }

    /// The points: all of them where a record matches at every address that was seen.
    fn points(&self) -> Range {
        let of = |one: &Option<bool>| match one {
            Some(true) => Range::just(10),
            Some(false) => Range::just(0),
            None => Range::new(0, 10),
        };
        self.matches
            .iter()
            .map(of)
            .reduce(Range::with)
            .unwrap_or(Range::new(0, 10))
    }
}

/// Whether the test takes what is shown by a record of usage 2, or does not; `None` where it is about none of it. Not known is what it
/// makes of another name, of what is not judged here, and of a whole certificate that only the record has: OpenSSL takes that,
/// and ldns-dane 1.8.3 finds it nowhere.
#[allow(
    clippy::option_option,
    reason = "about none of it, and whether it is taken, which may not be known"
)]
fn is_taken(shown: &Shown<'_>, record: &Tlsa, host: &Name) -> Option<Option<bool>> {
    Some(match shown.way_to(record)? {
        Err(Astray::Broken | Astray::OutOfDate) => Some(false),
        Ok(()) | Err(Astray::Unjudged) if !shown.is_in_time() => Some(false),
        Ok(()) if shown.is_loosely_for(host) && !shown.is_unsent(record) => Some(true),
        Ok(()) | Err(Astray::Unjudged) => None,
    })
}

/// Whether the name's A records are denied with a broken proof, as some signers do: that spoils the TLSA records too.
fn denied_badly(name: &Name, inquiry: &mut Inquiry<'_>) -> bool {
    let _ = ask(inquiry, name, Kind::A);
    let fact = inquiry.fact(&Dns::new(name.clone(), Kind::A));
    fact.is_some_and(|fact| matches!(fact.security, Security::Bogus(_)))
}
