//! DNSSEC as Internet.nl tests it: whether the domain's start of authority, and that of each host of the MX, is proven.
//!
//! The least of them is the category's whole score. The test believes its resolver; here it is what Zegel has proven
//! itself, and where nothing was validated nothing is known.

use super::criteria;
use super::hosts::{MxStatus, Tested};
use super::ipv6::list;
use super::mark::{Category, Counts, Gap, Mark, Range, Status, Why};
use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Security, Trouble};
use crate::name::Name;
use crate::records::mx::is_nowhere;

/// What is known of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Worth {
    Secure,
    Insecure,
    Bogus,
    /// The name does not exist.
    Missing,
    Unknown(Why),
}

impl Worth {
    fn points(&self) -> Range {
        match self {
            Self::Secure => Range::just(10),
            Self::Insecure => Range::just(2),
            Self::Bogus | Self::Missing => Range::just(0),
            Self::Unknown(_) => Range::new(0, 10),
        }
    }

    /// What is not known of these names.
    fn gap(&self, names: &[&Name]) -> Option<Gap> {
        match self {
            Self::Unknown(why) => Some(Gap::of(names.iter().copied(), why.clone())),
            Self::Secure | Self::Insecure | Self::Bogus | Self::Missing => None,
        }
    }
}

/// The category.
pub(super) fn category(domain: &Name, tested: &Tested, inquiry: &mut Inquiry<'_>) -> Category {
    let own = worth(domain, inquiry);
    let hosts: Vec<(Name, Worth)> = tested
        .hosts
        .iter()
        .map(|host| {
            let worth = match is_nowhere(&host.name, domain) {
                true => Worth::Missing,
                false => worth(&host.name, inquiry),
            };
            (host.name.clone(), worth)
        })
        .collect();
    let mut points = hosts
        .iter()
        .fold(own.points(), |least, (_, worth)| least.least(worth.points()));
    // Hosts nobody looked at may be worse, and never better.
    if tested.status.is_err() {
        points.lowest = 0;
    }
    let (signed, valid) = both(
        (&criteria::DOMAIN_SIGNED, &criteria::DOMAIN_VALID),
        &[domain],
        &own,
    );
    // Of the least of them it is open what those come to of which nothing is known, and none other.
    let all = std::iter::once((domain, &own)).chain(hosts.iter().map(|(name, worth)| (name, worth)));
    let mut gaps: Vec<Gap> = all.filter_map(|(name, worth)| worth.gap(&[name])).collect();
    if let Err(why) = &tested.status {
        gaps.push(Gap::new(Why::Unanswered("MX".to_owned(), *why)));
    }
    let mut marks = vec![signed, valid.counting(Counts::Yes).lacking(points, gaps)];
    marks.extend(of_hosts(tested, &hosts));
    Category::of(criteria::Group::Dnssec, marks)
}

fn worth(name: &Name, inquiry: &mut Inquiry<'_>) -> Worth {
    let question = Dns::new(name.clone(), Kind::Soa);
    inquiry.ask(question.clone(), Need::Detail);
    let Some(fact) = inquiry.fact(&question) else {
        return Worth::Unknown(Why::Unanswered(String::new(), Trouble::Limit));
    };
    match (&fact.outcome, &fact.security) {
        (_, Security::Bogus(_)) => Worth::Bogus,
        (Err(why), _) => Worth::Unknown(Why::Unanswered(String::new(), *why)),
        // The test makes an error of it, whatever is proven of the denial.
        (Ok(Answer::NxDomain), _) => Worth::Missing,
        (Ok(_), Security::Secure) => Worth::Secure,
        (Ok(_), Security::Insecure { .. }) => Worth::Insecure,
        (Ok(_), Security::NotAsked) => Worth::Unknown(Why::Said("nothing was validated".to_owned())),
        (Ok(_), doubt) => Worth::Unknown(Why::Said(doubt.to_string())),
    }
}

/// Whether a name is signed, and whether its signatures hold.
fn both(
    (signed, valid): (&'static criteria::Criterion, &'static criteria::Criterion),
    names: &[&Name],
    worth: &Worth,
) -> (Mark, Mark) {
    let name = list(names.iter().copied());
    match worth {
        Worth::Secure => (
            Mark::good(signed, format!("{name} is signed")),
            Mark::good(valid, format!("{name} is proven")),
        ),
        Worth::Insecure => (
            Mark::bad(signed, "bad", format!("no chain of trust leads to {name}")),
            Mark::not_tested(valid, "", format!("{name} is not signed")),
        ),
        Worth::Bogus => (
            Mark::good(signed, format!("{name} is signed")),
            Mark::bad(valid, "bad", format!("the chain of trust to {name} is broken")),
        ),
        Worth::Missing => {
            let error = |test| Mark {
                status: Status::Error,
                ..Mark::bad(test, "resolver-error", format!("{name} does not exist"))
            };
            (error(signed), error(valid))
        }
        Worth::Unknown(why) => {
            let gap = || Gap::of(names.iter().copied(), why.clone());
            (Mark::unknown(signed, gap()), Mark::unknown(valid, gap()))
        }
    }
}

/// The same of all hosts: the worst is told.
fn of_hosts(tested: &Tested, hosts: &[(Name, Worth)]) -> Vec<Mark> {
    let tests = (&criteria::MX_SIGNED, &criteria::MX_VALID);
    match &tested.status {
        Ok(MxStatus::HasMx) => {}
        Ok(status) => {
            return vec![status.mark(tests.0), Mark::not_tested(tests.1, "", status.why())];
        }
        Err(why) => {
            return vec![
                Mark::unanswered(tests.0, "MX", *why),
                Mark::unanswered(tests.1, "MX", *why),
            ];
        }
    }
    let rank = |worth: &Worth| match worth {
        Worth::Missing => 0,
        Worth::Bogus => 1,
        Worth::Insecure => 2,
        Worth::Unknown(_) => 3,
        Worth::Secure => 4,
    };
    let Some((_, worst)) = hosts.iter().min_by_key(|(_, worth)| rank(worth)) else {
        return Vec::new();
    };
    let same = hosts.iter().filter(|(_, worth)| rank(worth) == rank(worst));
    let names: Vec<&Name> = same.map(|(name, _)| name).collect();
    let (mut signed, valid) = both(tests, &names, worst);
    // Each host has a reason of its own.
    if let Worth::Unknown(_) = worst {
        let gaps = hosts.iter().filter_map(|(name, worth)| worth.gap(&[name]));
        signed.gaps = gaps.collect();
    }
    let valid = Mark {
        gaps: signed.gaps.clone(),
        ..valid
    };
    vec![signed, valid]
}
