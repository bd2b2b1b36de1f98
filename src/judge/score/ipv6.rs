//! IPv6 as Internet.nl tests it: addresses of name servers and of the MX's hosts, and whether they answer there.
//!
//! DNS tells the addresses. That a name server answers is known where it was asked itself, for whatever domain of the run, that a
//! mail server does where it was looked at; where nobody answers, it may be we who have no IPv6, and nothing is known.

use std::net::IpAddr;
use std::sync::Arc;

use super::criteria;
use super::hosts::{Host, MxStatus, Tested, ask};
use super::mark::{Category, Counts, Gap, Mark, Range, Why, listed};
use crate::inquiry::{Depth, Dns, Inquiry, Kind, Need, Rdata, Reply, Trouble, nobody_at};
use crate::judge::tls::MailServers;
use crate::name::Name;

/// The category.
pub(super) fn category(
    domain: &Name,
    tested: &Tested,
    servers: Option<&Arc<MailServers>>,
    inquiry: &mut Inquiry<'_>,
) -> Category {
    let mut marks = name_servers(domain, inquiry);
    marks.extend(mail_servers(tested, servers));
    Category::of(criteria::Group::Ipv6, marks)
}

/// So many of a zone's name servers are looked at.
const MAX_SERVERS: usize = 13;

/// The points of a host some of whose addresses do not answer.
const SOME: u32 = 2;

/// The points of a host that answers at these addresses, as far as that is known of each.
fn reached(answers: &[Option<bool>]) -> Range {
    let some = |wanted: Option<bool>| answers.contains(&wanted);
    match (some(Some(true)), some(Some(false)), some(None)) {
        (false, false, false) | (false, true, false) => Range::just(0),
        (true, false, false) => Range::just(10),
        (true, true, _) => Range::just(SOME),
        (true, false, true) => Range::new(SOME, 10),
        (false, true, true) => Range::new(0, SOME),
        (false, false, true) => Range::new(0, 10),
    }
}

/// The mean over hosts, cut to a whole number.
fn mean(hosts: &[Range]) -> Range {
    let most = f64::from(u32::try_from(hosts.len() * 10).unwrap_or(u32::MAX));
    let of = |sum: u32| (f64::from(sum) / most * 10.0) as u32;
    let sum = hosts.iter().copied().fold(Range::just(0), |sum, one| sum + one);
    match hosts {
        [] => Range::just(0),
        _ => Range::new(of(sum.lowest), of(sum.highest)),
    }
}

fn name_servers(domain: &Name, inquiry: &mut Inquiry<'_>) -> Vec<Mark> {
    let (address, reach) = (&criteria::NS_ADDRESS, &criteria::NS_REACH);
    let (zone, names) = match servers_of(domain, inquiry) {
        Ok(found) => found,
        Err((name, why)) => {
            let what = format!("{name} NS");
            return vec![
                Mark::unanswered(address, &what, why),
                Mark::unanswered(reach, &what, why),
            ];
        }
    };
    let beyond = names.len().saturating_sub(MAX_SERVERS);
    let hosts: Vec<Host> = names
        .into_iter()
        .take(MAX_SERVERS)
        .map(|name| Host::at(name, inquiry))
        .collect();
    let unanswered = unanswered(&hosts);
    let with: Vec<&Host> = hosts
        .iter()
        .filter(|host| host.v6.as_ref().is_ok_and(|found| !found.is_empty()))
        .collect();
    let beyond_gap = || Gap::new(Why::Said("more name servers than are looked at".to_owned()));
    let listed = match with.is_empty() {
        true => format!("no name server of {zone} has an AAAA record"),
        false => format!("AAAA at {} of {zone}", list(with.iter().map(|host| &host.name))),
    };
    let addresses = match (with.len(), unanswered.first(), beyond) {
        (2.., ..) => Mark::good(address, listed.clone()),
        (_, Some(gap), _) => Mark {
            gaps: unanswered.clone(),
            ..Mark::unknown(address, gap.clone())
        },
        (_, None, 1..) => Mark::unknown(address, beyond_gap()),
        (1, None, 0) => Mark::bad(address, "other", format!("{listed} alone, two are asked for")),
        (_, None, 0) => Mark::bad(address, "bad", listed.clone()),
    };
    let (mut silent, mut unasked, mut left) = (Vec::new(), Vec::new(), Vec::new());
    let mut is_any_heard = false;
    let points: Vec<(bool, Range)> = hosts
        .iter()
        .map(|host| match &host.v6 {
            Ok(found) => {
                let heard: Vec<Heard> = found.iter().map(|at| heard(&zone, *at, inquiry)).collect();
                is_any_heard |= heard.contains(&Heard::Answered);
                if heard.contains(&Heard::Silent) {
                    silent.push(&host.name);
                }
                if heard.contains(&Heard::Unasked) {
                    unasked.push(&host.name);
                }
                if heard.contains(&Heard::Left) {
                    left.push(&host.name);
                }
                let answers = heard.iter().map(|one| (*one == Heard::Answered).then_some(true));
                (!found.is_empty(), reached(&answers.collect::<Vec<_>>()))
            }
            Err(_) => (true, Range::new(0, 10)),
        })
        .collect();
    // With two of them those with IPv4 alone are left out.
    let counting: Vec<Range> = points
        .iter()
        .filter(|(has, _)| with.len() < 2 || *has)
        .map(|(_, points)| *points)
        .collect();
    let points = match counting.as_slice() {
        [only] => only.least(Range::just(5)),
        several => mean(several),
    };
    let points = if beyond > 0 { Range::new(0, 10) } else { points };
    let mut gaps = unseen(&silent, "answer over IPv6", is_any_heard);
    for (names, why) in [
        (unasked, Why::Unanswered(String::new(), Trouble::Limit)),
        (left, Why::NoAuthorities),
    ] {
        if !names.is_empty() {
            gaps.push(Gap::of(names, why));
        }
    }
    gaps.extend(unanswered);
    if beyond > 0 {
        gaps.push(beyond_gap());
    }
    let reaches = match (with.is_empty() && gaps.is_empty(), points.is_certain()) {
        (true, _) => Mark::not_tested(reach, "", listed).counting(Counts::Yes),
        (false, true) if points.highest >= 5 => {
            Mark::good(reach, "all that have an IPv6 address answer there")
        }
        (false, true) => Mark::bad(reach, "bad", "not all that have an IPv6 address answer there"),
        (false, false) => open(reach, &gaps),
    };
    vec![addresses, reaches.lacking(points, gaps)]
}

/// Of which hosts it is not known whether they have an IPv6 address, and why.
fn unanswered(hosts: &[Host]) -> Vec<Gap> {
    let of = |host: &Host| {
        let why = Why::Unanswered("AAAA".to_owned(), *host.v6.as_ref().err()?);
        Some(Gap::of([&host.name], why))
    };
    hosts.iter().filter_map(of).collect()
}

/// Hosts that have an IPv6 address, and were not heard there. Where any other was, there is IPv6 here: it is they who did not answer,
/// and one look is no proof that they never do.
fn unseen(silent: &[&Name], what: &str, is_any_heard: bool) -> Vec<Gap> {
    let why = match is_any_heard {
        true => Why::SilentAmongOthers(format!(
            "whether they {what} is not known: not all of their addresses answered, while others did"
        )),
        false => Why::Said(format!("whether they {what} could not be seen from here")),
    };
    match silent {
        [] => Vec::new(),
        some => vec![Gap::of(some.iter().copied(), why)],
    }
}

/// The mark of what these leave open: the first of them is told.
fn open(test: &'static criteria::Criterion, gaps: &[Gap]) -> Mark {
    let first = gaps.first().cloned();
    Mark::unknown(
        test,
        first.unwrap_or_else(|| Gap::new(Why::Said("it was not seen".to_owned()))),
    )
}

/// The zone's name servers: of the domain, else of the nearest name above it that has any.
#[allow(
    clippy::type_complexity,
    reason = "a name and its servers, or a name and why not"
)]
fn servers_of(domain: &Name, inquiry: &mut Inquiry<'_>) -> Result<(Name, Vec<Name>), (Name, Trouble)> {
    let mut at = domain.clone();
    loop {
        let seen = ask(inquiry, &at, Kind::Ns).map_err(|why| (at.clone(), why))?;
        let server = |rdata: &Rdata| match rdata {
            Rdata::Ns(server) => Some(server.clone()),
            _ => None,
        };
        let mut servers: Vec<Name> = seen.records.iter().filter_map(server).collect();
        servers.sort();
        servers.dedup();
        let above = at.parent().filter(|above| above.label_count() > 1);
        match above {
            Some(above) if servers.is_empty() => at = above,
            _ => return Ok((at, servers)),
        }
    }
}

/// What came of a question to a name server at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// Something, whatever it was.
    Answered,
    /// Nothing.
    Silent,
    /// It was left alone, as all are.
    Left,
    /// It was not asked: the turns of its address were taken, or the time of the look was over.
    Unasked,
}

/// Whether a name server was heard at this address: by the start of authority too, for one answer may be lost.
fn heard(zone: &Name, address: IpAddr, inquiry: &mut Inquiry<'_>) -> Heard {
    if nobody_at(address).is_some() {
        return Heard::Silent;
    }
    if inquiry.depth() == Depth::Off {
        return Heard::Left;
    }
    match heard_of(zone, Kind::Ns, address, inquiry) {
        Heard::Silent => heard_of(zone, Kind::Soa, address, inquiry),
        other => other,
    }
}

fn heard_of(zone: &Name, kind: Kind, address: IpAddr, inquiry: &mut Inquiry<'_>) -> Heard {
    let question = Dns::new(zone.clone(), kind).at(address);
    let why = match inquiry.ask(question.clone(), Need::Detail) {
        Reply::Answered(..) => return Heard::Answered,
        // The next pass knows.
        Reply::Open => return Heard::Unasked,
        Reply::Unanswered(why) => why,
    };
    let source = inquiry.fact(&question).map(|fact| &fact.source);
    // Who answered others lately has lost this one, or was left no time for it.
    let answers = source.is_some_and(|source| source.direct.is_some() || source.heard_at.is_some());
    match (answers, why) {
        (true, _) => Heard::Answered,
        (false, Trouble::Limit) => Heard::Unasked,
        (false, _) => Heard::Silent,
    }
}

fn mail_servers(tested: &Tested, servers: Option<&Arc<MailServers>>) -> Vec<Mark> {
    let (address, reach) = (&criteria::MX_ADDRESS, &criteria::MX_REACH);
    match &tested.status {
        Ok(MxStatus::HasMx) => {}
        Ok(status) => return nobody(*status),
        Err(why) => {
            return vec![
                Mark::unanswered(address, "MX", *why),
                Mark::unanswered(reach, "MX", *why).counting(Counts::Perhaps),
            ];
        }
    }
    let hosts = &tested.hosts;
    let without: Vec<&Name> = hosts
        .iter()
        .filter(|host| host.v6.as_ref().is_ok_and(Vec::is_empty))
        .map(|host| &host.name)
        .collect();
    let unanswered = unanswered(hosts);
    let addresses = match (without.is_empty(), unanswered.first()) {
        (false, _) => Mark::bad(
            address,
            "bad",
            format!("no AAAA at {}", list(without.iter().copied())),
        ),
        (true, Some(gap)) => Mark {
            gaps: unanswered.clone(),
            ..Mark::unknown(address, gap.clone())
        },
        (true, None) => Mark::good(address, "AAAA at every host of the MX"),
    };
    let seen_at = |host: &Host, at: &IpAddr| {
        let server = servers?.all.iter().find(|server| server.host == host.name)?;
        server.was_reached_at(*at).then_some(true)
    };
    let mut silent = Vec::new();
    let mut is_any_heard = false;
    let points: Vec<Range> = hosts
        .iter()
        .map(|host| match &host.v6 {
            Ok(found) => {
                let answers: Vec<Option<bool>> = found.iter().map(|at| seen_at(host, at)).collect();
                is_any_heard |= answers.contains(&Some(true));
                if answers.contains(&None) {
                    silent.push(&host.name);
                }
                reached(&answers)
            }
            Err(_) => Range::new(0, 10),
        })
        .collect();
    let points = mean(&points);
    // Of hosts that nobody looked at nothing was heard, whatever can be reached from here.
    let mut gaps = match servers {
        Some(_) => unseen(&silent, "take mail over IPv6", is_any_heard),
        None if silent.is_empty() => Vec::new(),
        None => vec![Gap::of(silent, Why::Unasked)],
    };
    gaps.extend(unanswered);
    let reaches = match (without.len() == hosts.len(), points.is_certain()) {
        (true, _) => {
            Mark::not_tested(reach, "", "no host of the MX has an AAAA record").counting(Counts::Yes)
        }
        (false, true) => Mark::good(reach, "all that have an IPv6 address take a connection there"),
        (false, false) => open(reach, &gaps),
    };
    vec![addresses, reaches.lacking(points, gaps)]
}

/// The tests of hosts, where there is none.
fn nobody(status: MxStatus) -> Vec<Mark> {
    let address = status.mark(&criteria::MX_ADDRESS);
    let verdict = match status {
        MxStatus::NoMx => "other",
        _ => address.verdict,
    };
    vec![
        Mark { verdict, ..address },
        Mark::not_tested(&criteria::MX_REACH, "", status.why()),
    ]
}

/// Names in a clause.
pub(super) fn list<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    listed(&names.map(Name::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_answer_at_some_addresses_have_less() {
        for (answers, points) in [
            (&[][..], Range::just(0)),
            (&[Some(true), Some(true)], Range::just(10)),
            (&[Some(true), Some(false)], Range::just(2)),
            (&[Some(false)], Range::just(0)),
            (&[Some(true), None], Range::new(2, 10)),
            (&[None], Range::new(0, 10)),
        ] {
            assert_eq!(reached(answers), points, "{answers:?}");
        }
        assert_eq!(mean(&[Range::just(10), Range::just(0)]), Range::just(5));
        assert_eq!(
            mean(&[Range::just(10), Range::just(2), Range::just(10)]),
            Range::just(7)
        );
        assert_eq!(mean(&[]), Range::just(0));
    }
}
