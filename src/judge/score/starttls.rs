//! STARTTLS as Internet.nl tests it: one host of the MX at a time, by what was seen at its addresses.
//!
//! The category is that of the worst host, over every test that was made at any of them: so one host with DANE beside one
//! without has less than none with it. The test connects to one address of a host; which, it does not choose, so what
//! differs between them widens the range. What a look did not ask is not known: a look at the certificates tells versions,
//! keys and signatures, a look at all of the TLS the rest.

use std::sync::Arc;

use super::caa;
use super::criteria::{self, Criterion, Group};
use super::dane::Dane;
use super::hosts::{Host, MxStatus, Tested};
use super::mark::{Category, Counts, Gap, Mark, Range, Status, Why, percent};
use super::speaking::{Speaking, unseen};
use crate::inquiry::{Inquiry, Session, Trouble};
use crate::judge::tls::{EDITION, MailServer, MailServers, Of, Trait, traits};
use crate::name::Name;
use crate::transport::{Level, Lower, Preference, Probe, Step, Version, preference};

/// The category.
pub(super) fn category(
    tested: &Tested,
    servers: Option<&Arc<MailServers>>,
    inquiry: &mut Inquiry<'_>,
) -> Category {
    let category = |score, counts, marks| Category {
        group: Group::Starttls,
        score,
        counts,
        marks,
    };
    match &tested.status {
        Ok(MxStatus::HasMx) => {}
        Ok(status) => {
            let mark = status.mark(&criteria::STARTTLS);
            return category(Range::just(0), Counts::No, vec![mark]);
        }
        Err(why) => {
            let marks = vec![Mark::unanswered(&criteria::STARTTLS, "MX", *why)];
            return category(Range::new(0, 100), Counts::Perhaps, marks);
        }
    }
    let hosts: Vec<HostTls> = tested
        .hosts
        .iter()
        .map(|host| HostTls::look(host, servers, inquiry))
        .collect();
    category(score(&hosts), Counts::Yes, together(&hosts))
}

/// What is known of one host.
pub(super) struct HostTls {
    name: Name,
    /// Whether any TLS comes about; `None` where that is not known.
    speaks: Option<bool>,
    /// Whether there are TLSA records the test looks at.
    has_dane: Option<bool>,
    /// Whether TLS 1.2 is spoken, without which the extended master secret is not asked for.
    speaks_tls12: Option<bool>,
    marks: Vec<Mark>,
}

/// What a host's TLS is tested for, by kind.
const KINDS: [(Of, &Criterion); 10] = [
    (Of::Version, &criteria::VERSION),
    (Of::Suite, &criteria::CIPHERS),
    (Of::Order, &criteria::ORDER),
    (Of::Group, &criteria::EXCHANGE),
    (Of::Hash, &criteria::EXCHANGE_HASH),
    (Of::Compression, &criteria::COMPRESSION),
    (Of::Renegotiation, &criteria::RENEGOTIATION),
    (Of::MasterSecret, &criteria::MASTER_SECRET),
    (Of::Key, &criteria::KEY),
    (Of::Signature, &criteria::SIGNATURE),
];

impl HostTls {
    fn look(host: &Host, servers: Option<&Arc<MailServers>>, inquiry: &mut Inquiry<'_>) -> Self {
        let server = servers.and_then(|servers| servers.all.iter().find(|server| server.host == host.name));
        let sessions: Vec<&Session> = server.into_iter().flat_map(MailServer::sessions).collect();
        let dane = Dane::look(&host.name, server, inquiry);
        let only = |mark| Self {
            name: host.name.clone(),
            speaks: Some(false),
            has_dane: Some(false),
            speaks_tls12: Some(false),
            marks: vec![mark],
        };
        let test = &criteria::STARTTLS;
        if host.is_nowhere() {
            return only(Mark {
                status: Status::Error,
                ..Mark::bad(test, "unreachable", "it has no address")
            });
        }
        if sessions.is_empty() {
            let unanswered = |why| Why::Unanswered(String::new(), why);
            let why = match (servers, server.and_then(MailServer::trouble)) {
                (_, Some(why)) => match server.and_then(MailServer::words) {
                    Some(words) => Why::Said(format!("{why}: {words}")),
                    None => unanswered(why),
                },
                (None, None) => Why::Unasked,
                (Some(_), None) => unanswered(Trouble::Limit),
            };
            return Self::unseen(host, &why, dane, inquiry);
        }
        let Speaking {
            done,
            silent,
            open,
            sessions: speaking,
        } = Speaking::of(server);
        let has_more = server.is_some_and(MailServer::has_more_addresses);
        // The test may take that address, of which nothing is known.
        let unseen = server.and_then(unseen);
        let some = "TLS comes about at some of its addresses";
        let why = match (done, silent, open, unseen) {
            (0, _, None, None) if has_more => {
                let why =
                    "none comes about where it was seen, and there are more addresses than are looked at";
                return Self::unseen(host, &Why::Said(why.to_owned()), dane, inquiry);
            }
            (0, _, None, None) => return only(Mark::bad(test, "bad", "it offers no TLS that comes about")),
            (0, _, None, Some(unseen)) => {
                let why = Why::Said(format!("none comes about where it was seen, and {unseen}"));
                return Self::unseen(host, &why, dane, inquiry);
            }
            (0, _, Some(words), _) => {
                let why = Why::Said(format!("none comes about from here: {words}"));
                return Self::unseen(host, &why, dane, inquiry);
            }
            (_, 0, None, Some(unseen)) => Some(format!("{some}, and {unseen}")),
            (_, 0, None, None) if has_more => Some(
                "TLS comes about at the first of its addresses, and there are more than are looked at"
                    .to_owned(),
            ),
            (_, 0, None, None) => None,
            (_, 0, Some(_), _) => Some(format!("{some}, and at others not from here")),
            (_, _, _, _) => Some(format!("{some}, and not at others")),
        };
        let is_everywhere = why.is_none();
        let mut marks = vec![match why {
            None => Mark::good(test, "TLS comes about"),
            Some(why) => Mark::unknown(test, said(&why)),
        }];
        let all = server.is_some_and(MailServer::is_seen_through);
        let seen: Vec<Trait> = speaking.iter().flat_map(|session| traits(session)).collect();
        let tls12 = tls12(&speaking, all);
        marks.extend(KINDS.iter().map(|(of, criterion)| {
            let mark = kind(*of, criterion, &seen, &speaking, all);
            match (of, tls12) {
                (Of::MasterSecret, Some(false)) => Mark::not_tested(criterion, "na", "no TLS 1.2 is spoken")
                    .worth(Range::just(criterion.points)),
                (Of::MasterSecret, None) => mark.counting(Counts::Perhaps),
                _ => mark,
            }
        }));
        marks.extend(beside(&speaking));
        marks.push(caa::mark(&host.name, inquiry));
        marks.extend(dane.marks(&host.name));
        Self {
            name: host.name.clone(),
            speaks: is_everywhere.then_some(true),
            has_dane: dane.exists(),
            speaks_tls12: tls12,
            marks,
        }
    }

    /// A host of whose TLS nothing was seen.
    fn unseen(host: &Host, why: &Why, dane: Dane, inquiry: &mut Inquiry<'_>) -> Self {
        let unknown = |criterion| Mark::unknown(criterion, Gap::new(why.clone()));
        let mut marks = vec![unknown(&criteria::STARTTLS)];
        marks.extend(KINDS.iter().map(|(_, criterion)| unknown(criterion)));
        marks.extend(beside(&[]));
        marks.push(caa::mark(&host.name, inquiry));
        marks.extend(dane.marks(&host.name));
        Self {
            name: host.name.clone(),
            speaks: None,
            has_dane: dane.exists(),
            speaks_tls12: None,
            marks,
        }
    }

    fn points(&self, criterion: &Criterion) -> Range {
        let mark = self.marks.iter().find(|mark| mark.criterion.id == criterion.id);
        mark.map_or(Range::just(0), |mark| mark.points)
    }

    /// All its points, where DANE's are counted twice or not at all, and the extended master secret's or not.
    fn sum(&self, dane: bool, master_secret: bool) -> Range {
        if self.speaks == Some(false) {
            return Range::just(0);
        }
        let single = [
            &criteria::STARTTLS,
            &criteria::VERSION,
            &criteria::CIPHERS,
            &criteria::ORDER,
            &criteria::EXCHANGE,
            &criteria::EXCHANGE_HASH,
            &criteria::COMPRESSION,
            &criteria::RENEGOTIATION,
            &criteria::ZERO_RTT,
            &criteria::KEY,
            &criteria::SIGNATURE,
        ];
        let mut sum = single
            .into_iter()
            .fold(Range::just(0), |sum, criterion| sum + self.points(criterion));
        if master_secret {
            sum = sum + self.points(&criteria::MASTER_SECRET);
        }
        let own = self.points(&criteria::DANE);
        if dane {
            sum = sum + own + own;
        }
        match self.speaks {
            Some(_) => sum,
            None => Range::new(0, sum.highest),
        }
    }
}

/// The most there can be without DANE's second ten and the extended master secret.
const BASE: u32 = 120;

/// The worst host's percentage, over all that is not known.
fn score(hosts: &[HostTls]) -> Range {
    let speaking: Vec<&HostTls> = hosts.iter().filter(|host| host.speaks != Some(false)).collect();
    if speaking.is_empty() {
        return Range::just(0);
    }
    let any = |of: fn(&HostTls) -> Option<bool>| -> &'static [bool] {
        let is = |wanted| speaking.iter().any(|host| of(host) == wanted);
        match (is(Some(true)), is(None)) {
            (true, _) => &[true],
            (false, true) => &[false, true],
            (false, false) => &[false],
        }
    };
    let (danes, secrets) = (any(|host| host.has_dane), any(|host| host.speaks_tls12));
    let ways = danes
        .iter()
        .flat_map(|dane| secrets.iter().map(move |secret| (*dane, *secret)));
    let all = ways.map(|(dane, secret)| {
        let most = BASE + 10 * (u32::from(dane) + u32::from(secret));
        let sums = hosts.iter().map(|host| host.sum(dane, secret));
        let least = sums.reduce(Range::least).unwrap_or(Range::just(0));
        Range::new(percent(least.lowest, most), percent(least.highest, most).min(100))
    });
    all.reduce(Range::with).unwrap_or(Range::just(0))
}

/// One mark a test: the worst host's.
fn together(hosts: &[HostTls]) -> Vec<Mark> {
    let of = |criterion: &'static Criterion| {
        let all = hosts
            .iter()
            .flat_map(|host| host.marks.iter().map(move |mark| (&host.name, mark)))
            .filter(|(_, mark)| mark.criterion.id == criterion.id);
        let all: Vec<(&Name, &Mark)> = all.collect();
        let (name, worst) = all
            .iter()
            .copied()
            .min_by_key(|(_, mark)| (mark.status, mark.points))?;
        // Beside a host that fails what is not known of another one changes nothing here.
        let fails = matches!(worst.status, Status::Failed | Status::Error);
        let open = all.iter().filter(|(_, mark)| !fails && !mark.gaps.is_empty());
        let points = open.clone().map(|(_, mark)| mark.points);
        let of_host = |name: &Name, gap: &Gap| match gap.names.is_empty() {
            true => Gap::of([name], gap.why.clone()),
            false => gap.clone(),
        };
        Some(Mark {
            seen: match worst.gaps.iter().all(|gap| gap.names.is_empty()) || worst.status != Status::Unknown {
                true => format!("{name}: {}", worst.seen),
                false => worst.seen.clone(),
            },
            points: points.fold(worst.points, Range::least),
            gaps: open
                .flat_map(|(name, mark)| mark.gaps.iter().map(|gap| of_host(name, gap)))
                .collect(),
            ..worst.clone()
        })
    };
    criteria::ALL.iter().filter_map(of).collect()
}

/// Whether TLS 1.2 is spoken, as far as that was asked.
fn tls12(sessions: &[&Session], all: bool) -> Option<bool> {
    let chosen = |session: &&Session| {
        let agreed = session.handshake.iter().flatten().map(|seen| seen.version);
        let steps = session
            .steps
            .iter()
            .filter_map(Step::chosen)
            .map(|(version, _)| version);
        agreed.chain(steps).any(|version| version == Version::TLS12)
    };
    match sessions.iter().any(chosen) {
        true => Some(true),
        false => all.then_some(false),
    }
}

/// What one kind comes to: insufficient is nothing, to be phased out a warning with all points.
fn kind(of: Of, criterion: &'static Criterion, seen: &[Trait], sessions: &[&Session], all: bool) -> Mark {
    if of == Of::Order {
        return order(criterion, sessions, all);
    }
    let at = |level: Level| -> Vec<String> {
        let of_kind = seen.iter().filter(|one| one.of == of && one.level == level);
        let mut whats: Vec<String> = of_kind.map(|one| one.what.clone()).collect();
        whats.sort();
        whats.dedup();
        whats.truncate(MOST_SHOWN);
        whats
    };
    let (bad, phase_out) = (at(Level::Insufficient), at(Level::PhaseOut));
    if !bad.is_empty() {
        return Mark::bad(criterion, "bad", bad.join(", "));
    }
    let is_asked = match of {
        // The hello that offers TLS 1.1 and all below it.
        Of::Version => all || sessions.iter().all(|session| asked_old(session)),
        Of::Key | Of::Signature => seen.iter().any(|one| one.of == Of::Key),
        _ => all,
    };
    let closer = || Gap::new(Why::Closer);
    match (phase_out.is_empty(), is_asked) {
        (false, _) => Mark::new(
            criterion,
            Status::Warning,
            "phase-out",
            criterion.points,
            format!("{}: to be phased out", phase_out.join(", ")),
        )
        .lacking(
            Range::new(if is_asked { criterion.points } else { 0 }, criterion.points),
            vec![closer()],
        ),
        (true, true) => Mark::good(criterion, "nothing below sufficient was seen"),
        (true, false) => Mark::unknown(criterion, closer()),
    }
}

/// Whether what is sufficient is chosen over what is to be phased out. Internet.nl holds nothing that is insufficient against the
/// order: that fails the suites.
fn order(criterion: &'static Criterion, sessions: &[&Session], all: bool) -> Mark {
    // A look at the certificates alone asks for no suites, and so compares none.
    let compares = |step: &Step| matches!(step.probe, Probe::Suites(_) | Probe::Order);
    let whole = sessions
        .iter()
        .filter(|session| session.steps.iter().any(compares));
    let found: Vec<Preference> = whole
        .map(|session| preference(EDITION, Lower::PhaseOut, &session.steps))
        .collect();
    let worse = found.iter().find_map(|one| match one {
        Preference::Worse(worse, better) => Some(format!("{worse}, although it takes {better}")),
        _ => None,
    });
    if let Some(worse) = worse {
        return Mark::bad(criterion, "bad", worse);
    }
    if !all {
        return Mark::unknown(criterion, Gap::new(Why::Closer));
    }
    if found.iter().any(|one| matches!(one, Preference::Open(_))) {
        let why = "not every suite that is sufficient was held against those to be phased out";
        return Mark::unknown(criterion, said(why));
    }
    Mark::good(
        criterion,
        match found.iter().all(|one| *one == Preference::Nothing) {
            true => "there is nothing to be phased out to choose, or nothing sufficient",
            false => "each sufficient suite it takes is chosen over those to be phased out",
        },
    )
}

/// What is not seen, in a clause.
fn said(why: &str) -> Gap {
    Gap::new(Why::Said(why.to_owned()))
}

/// At most so many are named.
const MOST_SHOWN: usize = 4;

fn asked_old(session: &Session) -> bool {
    let old = |step: &Step| matches!(step.probe, Probe::Version(version) if version < Version::TLS12);
    session.steps.iter().any(old)
}

/// What is told and does not count, and what counts and is not asked.
fn beside(sessions: &[&Session]) -> Vec<Mark> {
    let trusted = sessions
        .iter()
        .filter_map(|session| session.handshake.as_ref()?.as_ref().ok())
        .map(|seen| &seen.trusted);
    let mut trusted = trusted.collect::<Vec<_>>();
    trusted.sort();
    let trust = match trusted.last() {
        None => Mark::unknown(&criteria::TRUST, said("no certificate was seen")),
        Some(Ok(())) => Mark::good(&criteria::TRUST, "its certificate leads to a public root"),
        Some(Err(why)) => Mark::new(&criteria::TRUST, Status::Info, "bad", 0, why.clone()),
    };
    vec![
        trust,
        Mark::unknown(
            &criteria::CLIENT_RENEGOTIATION,
            said("renegotiation by the client is not tried: it takes a whole connection"),
        ),
        Mark::new(
            &criteria::ZERO_RTT,
            Status::NotTested,
            "na",
            criteria::ZERO_RTT.points,
            "Internet.nl does not ask mail servers for it, and counts it as good",
        ),
    ]
}
