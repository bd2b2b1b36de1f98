//! DNSSEC as Internet.nl tests it: whether the domain's start of authority, and that of each host of the MX, is proven.
//!
//! The least of them is the category's whole score. The test believes its resolver; here it is what Zegel has proven
//! itself, and where nothing was validated nothing is known.

use super::criteria;
use super::hosts::{MxStatus, Tested};
use super::ipv6::list;
use super::mark::{Category, Counts, Mark, Range, Status};
use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Security, Trouble};
use crate::name::Name;

/// What is known of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Worth {
    Secure,
    Insecure,
    Bogus,
    /// The name does not exist.
    Missing,
    Unknown(String),
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
}

/// The category.
pub(super) fn category(domain: &Name, tested: &Tested, inquiry: &mut Inquiry<'_>) -> Category {
    let own = worth(domain, inquiry);
    let hosts: Vec<(Name, Worth)> = tested
        .hosts
        .iter()
        .map(|host| (host.name.clone(), worth(&host.name, inquiry)))
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
        domain.as_str(),
        &own,
    );
    let mut marks = vec![signed, valid.counting(Counts::Yes).worth(points)];
    marks.extend(of_hosts(tested, &hosts));
    Category::of(criteria::Group::Dnssec, marks)
}

fn worth(name: &Name, inquiry: &mut Inquiry<'_>) -> Worth {
    let question = Dns::new(name.clone(), Kind::Soa);
    inquiry.ask(question.clone(), Need::Detail);
    let Some(fact) = inquiry.fact(&question) else {
        return Worth::Unknown(Trouble::Limit.to_string());
    };
    match (&fact.outcome, &fact.security) {
        (_, Security::Bogus(_)) => Worth::Bogus,
        (Err(why), _) => Worth::Unknown(why.to_string()),
        // The test makes an error of it, whatever is proven of the denial.
        (Ok(Answer::NxDomain), _) => Worth::Missing,
        (Ok(_), Security::Secure) => Worth::Secure,
        (Ok(_), Security::Insecure { .. }) => Worth::Insecure,
        (Ok(_), Security::NotAsked) => Worth::Unknown("nothing was validated".to_owned()),
        (Ok(_), doubt) => Worth::Unknown(doubt.to_string()),
    }
}

/// Whether a name is signed, and whether its signatures hold.
fn both(
    (signed, valid): (&'static criteria::Criterion, &'static criteria::Criterion),
    name: &str,
    worth: &Worth,
) -> (Mark, Mark) {
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
        Worth::Unknown(why) => (
            Mark::unknown(signed, format!("{name}: {why}")),
            Mark::unknown(valid, format!("{name}: {why}")),
        ),
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
    let (signed, valid) = both(tests, &list(same.map(|(name, _)| name)), worst);
    vec![signed, valid]
}
