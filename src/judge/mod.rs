//! The judgement: from an [`Intent`] and the facts of one pass to a [`Verdict`].
//!
//! One pure function, [`judge`], is run over the facts again and again until it opens no new question. Each standard
//! has a folder of its own with three things: the state of a wanted record, the walk that needs answers (SPF's
//! includes, DMARC's tree), and the checks that make findings. Nothing here waits, and `now` is an argument.

pub mod authorities;
mod basis;
mod caa;
pub mod dane;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod dnssec;
mod finding;
pub mod fleet;
mod measures;
mod measuring;
mod mtasts;
pub mod mx;
pub mod score;
mod seen_policy;
mod servers;
pub mod spf;
mod stand_in;
mod tls;
mod tlsrpt;
mod unanswered;
mod verdict;
mod versioned;

use jiff::Timestamp;

pub use self::finding::{Excerpt, Finding, Findings, Identity, Site, Topic};
pub use self::measures::{Ending, Measures};
pub use self::seen_policy::{PolicySeen, RecordSeen, ServedPolicy};
pub use self::tls::{managed as managed_tls, observed as observed_tls};
pub use self::verdict::{Answered, Consulted, RecordVerdict, ResolverSays, State, Unanswered, Verdict};

use crate::inquiry::{Answer, Dns, Inquiry, Kind, Need, Reply};
use crate::intent::{Intent, ManagedRrset, Observe, What};
use crate::name::Name;
use crate::records::Standard;
use crate::rules::{self, Severity};

/// Judges what is known; the caller answers the questions `inquiry` has opened and calls again until none is left. Until
/// then the verdict is without findings and questions.
pub fn judge(intent: &Intent, inquiry: &mut Inquiry<'_>, now: Timestamp) -> Verdict {
    stand_in::before_the_resolver(intent, inquiry);
    let (mut records, mut findings) = run(intent, inquiry);
    inquiry.on_behalf_of(Standard::Dns);
    let mut of_servers = Findings::new();
    let servers = authorities::look(intent, &records, inquiry, &mut of_servers);
    let resolver = stand_in::after_the_resolver(intent, &records, &servers, inquiry);
    if resolver.iter().any(Option::is_some) {
        (records, findings) = run(intent, inquiry);
        if intent.observe == Observe::Both {
            stand_in::beside(&mut records, resolver);
        }
    }
    tls::held(intent, &records, &servers, inquiry, &mut findings);
    if intent.observe == Observe::Both {
        stand_in::going(&mut records, &servers, inquiry);
    }
    // While a question is open, all this is thrown away: what it comes to need not be put in order.
    let (mut asked, mut unanswered) = (Vec::new(), Vec::new());
    let mut said = Vec::new();
    let policy = mtasts::seen(intent, inquiry);
    let mut measures = Measures::default();
    if !inquiry.has_open() {
        measures = measuring::measures(intent, inquiry, now);
        asked = all_asked(inquiry);
        // What all standards share is managed with any of them.
        let counts = |standard: &Standard| {
            intent.manages(*standard) || *standard == Standard::Dns && !intent.wanted.is_empty()
        };
        unanswered = unanswered::all(intent, counts, inquiry);
        findings.extend(of_servers);
        findings.extend(unanswered::not_checked(intent, &unanswered));
        said = without_consequences(findings.in_order());
    }
    Verdict {
        domain: intent.domain.clone(),
        records,
        findings: said,
        unanswered,
        asked,
        depth: inquiry.depth(),
        servers,
        validation: inquiry.passes(),
        policy,
        measures,
        valid_until: None,
    }
}

/// The records and what is wrong, by whatever answers `inquiry` has.
fn run(intent: &Intent, inquiry: &mut Inquiry<'_>) -> (Vec<RecordVerdict>, Findings) {
    let mut records = Vec::new();
    let mut findings = Findings::new();
    domain(intent, inquiry, &mut findings);
    // One pass may judge two intents of one domain, as an adoption does: what is kept is of the first.
    let is_first = inquiry
        .once(&intent.domain, Need::Detail, |_| First(intent.clone()))
        .0
        == *intent;
    for wanted in intent.wanted.iter().enumerate() {
        inquiry.on_behalf_of(wanted.1.standard());
        // Whether what is managed is proven hangs on more than answers.
        let is_kept = is_first && wanted.1.what != What::Signed;
        records.push(match is_kept {
            true => stated(intent, wanted, inquiry, &mut findings),
            false => record_state(intent, wanted.1, inquiry, &mut findings),
        });
    }
    for standard in Standard::ALL {
        inquiry.on_behalf_of(*standard);
        let row = row(*standard);
        match row.kept.filter(|_| is_first) {
            Some(kept) => kept(*standard, intent, inquiry, &mut findings),
            None => (row.check)(intent, inquiry, &mut findings),
        }
    }
    (records, findings)
}

/// The intent that is judged first over the facts of a pass, and so in each of its waves.
struct First(Intent);

/// What a standard's checks found, once every question of theirs was answered: a later wave need not run them again.
/// `STANDARD` tells one standard's from another's.
struct Checked<const STANDARD: u8>(Findings);

/// Runs the checks of a standard for the intent that is judged first, or tells what they found in an earlier wave.
fn checked<const STANDARD: u8>(
    standard: Standard,
    intent: &Intent,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let checked = inquiry.once(&intent.domain, Need::Detail, |inquiry| {
        let mut findings = Findings::new();
        (row(standard).check)(intent, inquiry, &mut findings);
        Checked::<STANDARD>(findings)
    });
    repeat(&checked.0, inquiry, findings);
}

/// The state of a wanted record set, and what was found on the way, once every question of it was answered: a later wave
/// need not work it out again.
struct Stated {
    /// Which of the wanted ones it is: two may stand at one name.
    index: usize,
    verdict: RecordVerdict,
    findings: Findings,
}

/// The state of a record set that is wanted by the intent that is judged first, or what it was in an earlier wave.
fn stated(
    intent: &Intent,
    (index, wanted): (usize, &ManagedRrset),
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    let stated = inquiry.once(&wanted.name, Need::Detail, |inquiry| {
        let mut findings = Findings::new();
        let verdict = record_state(intent, wanted, inquiry, &mut findings);
        Stated {
            index,
            verdict,
            findings,
        }
    });
    if stated.index != index {
        return record_state(intent, wanted, inquiry, findings);
    }
    repeat(&stated.findings, inquiry, findings);
    stated.verdict.clone()
}

/// Says once more what was found in an earlier wave. While a question is open all of it is thrown away; until then only
/// Errors have somebody ask for more.
fn repeat(kept: &Findings, inquiry: &Inquiry<'_>, findings: &mut Findings) {
    let is_thrown_away = inquiry.has_open();
    let counts = |finding: &&Finding| !is_thrown_away || finding.severity == Severity::Error;
    findings.extend(kept.iter().filter(counts).cloned());
}

/// The state of one wanted record set, by whatever answers `inquiry` has.
fn record_state(
    intent: &Intent,
    wanted: &ManagedRrset,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    match &wanted.what {
        What::Spf(record) => spf::state(intent, wanted, record, inquiry, findings),
        What::Dkim(want) => dkim::state(intent, wanted, want, inquiry, findings),
        What::Dmarc(want) => dmarc::state(intent, wanted, want, inquiry, findings),
        What::Mx(_) | What::NullMx => mx::state(wanted, inquiry),
        What::MtaSts(want) => mtasts::state(wanted, &want.id, inquiry),
        What::TlsRpt(reports) => tlsrpt::state(wanted, reports, inquiry),
        What::Dane(want) => {
            let verdict = dane::state(intent, wanted, want, inquiry);
            tls::keeping(intent, wanted, want, verdict, inquiry, findings)
        }
        What::Tls(level) => tls::state(wanted, *level, inquiry),
        What::Signed => dnssec::state(intent, wanted, inquiry),
    }
}

/// Of a domain that does not exist nobody needs to be told what it lacks, nor what a name lacks whose record was found
/// where it was published by mistake.
fn without_consequences(mut findings: Vec<Finding>) -> Vec<Finding> {
    let lacks = [
        &rules::dkim::node::NO_DKIM,
        &rules::dmarc::tree::NO_RECORD,
        &rules::mx::PARKED_INCOMPLETE,
        &rules::mx::RECEIVES_NOTHING,
        &rules::spf::beside::NONE,
    ];
    let missing = |finding: &Finding| finding.rule == &rules::dns::NO_DOMAIN;
    if findings.iter().any(missing) {
        findings.retain(|finding| !lacks.contains(&finding.rule));
    }
    let misplaced: Vec<Site> = findings
        .iter()
        .filter(|finding| finding.rule == &rules::dns::NAME_TWICE)
        .map(|finding| finding.site.clone())
        .collect();
    findings.retain(|finding| {
        let lacks_itself =
            lacks.contains(&finding.rule) || finding.rule == &rules::dkim::selector::NO_KEY_FOUND;
        // That there is no selector at all is said of the name above all of them.
        let lacks_below = finding.rule == &rules::dkim::node::NO_DKIM
            && misplaced
                .iter()
                .any(|site| site.name().is_at_or_below(finding.site.name()));
        !(lacks_below || (lacks_itself && misplaced.contains(&finding.site)))
    });
    findings
}

/// The domain itself: whether it exists, and, where nothing is managed, the questions without which nobody has looked.
fn domain(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let managed = !intent.wanted.is_empty();
    let need = if managed {
        Need::Compliance
    } else {
        Need::Essential
    };
    inquiry.on_behalf_of(Standard::Dns);
    let apex = inquiry.ask(Dns::new(intent.domain.clone(), Kind::Txt), need);
    if let Reply::Answered(Answer::NxDomain, fact) = apex
        && fact.chain().is_empty()
    {
        let topic = Topic::new(Site::Domain(intent.domain.clone()), managed);
        let message = format!(
            "want a domain, found that {} does not exist (NXDOMAIN)",
            intent.domain
        );
        findings.say(&rules::dns::NO_DOMAIN, &topic, message);
    }
    if managed {
        return;
    }
    for standard in Standard::ALL {
        if let Some(question) = (row(*standard).first)(&intent.domain) {
            inquiry.on_behalf_of(*standard);
            inquiry.ask(question, Need::Essential);
        }
    }
}

/// What one standard gives, beside the state of its records.
struct Row {
    /// The question without which nobody has looked at it, where nothing is managed.
    first: fn(&Name) -> Option<Dns>,
    /// Where its TXT records are looked for, whether managed or not.
    texts: fn(&Intent, &mut Inquiry<'_>) -> Vec<TextsAt>,
    /// Its checks: whatever they find goes to the last argument.
    check: fn(&Intent, &mut Inquiry<'_>, &mut Findings),
    /// The same, kept from wave to wave, where what it finds hangs on nothing but its own questions.
    kept: Option<Kept>,
}

/// Checks whose findings are kept; [`checked`] with a number of its own for each standard.
type Kept = fn(Standard, &Intent, &mut Inquiry<'_>, &mut Findings);

/// A name at which TXT records of a standard are looked for.
struct TextsAt {
    name: Name,
    /// Whether a record is missed when none is there.
    expected: bool,
}

/// The table: one row a standard.
fn row(standard: Standard) -> Row {
    let nowhere = |_: &Intent, _: &mut Inquiry<'_>| Vec::new();
    match standard {
        // What senders the domain authorises, and whether receivers can find out.
        Standard::Spf => Row {
            first: |domain| Some(Dns::new(domain.clone(), Kind::Txt)),
            texts: spf::texts,
            check: spf::check,
            kept: Some(checked::<0>),
        },
        // The keys of managed and probed selectors.
        Standard::Dkim => Row {
            first: |_| None,
            texts: dkim::texts,
            check: dkim::check,
            kept: Some(checked::<1>),
        },
        // The policy that applies, where it comes from, and who gets its reports.
        Standard::Dmarc => Row {
            first: |domain| Some(Dns::new(domain.prepend("_dmarc").ok()?, Kind::Txt)),
            texts: dmarc::texts,
            check: dmarc::check,
            kept: Some(checked::<2>),
        },
        // Where mail goes.
        Standard::Mx => Row {
            first: |domain| Some(Dns::new(domain.clone(), Kind::Mx)),
            texts: nowhere,
            check: mx::check,
            // A parked domain's exchanges are asked about for other standards as well.
            kept: None,
        },
        // Whether senders may deliver without TLS, and to whom.
        Standard::MtaSts => Row {
            first: |_| None,
            texts: nowhere,
            check: mtasts::check,
            // The exchanges are asked about for it.
            kept: None,
        },
        // Where senders report what became of TLS.
        Standard::TlsRpt => Row {
            first: |_| None,
            texts: nowhere,
            check: tlsrpt::check,
            kept: Some(checked::<3>),
        },
        // Which keys the exchanges show.
        Standard::Dane => Row {
            first: |_| None,
            texts: nowhere,
            check: dane::check,
            // The exchanges are asked about for it.
            kept: None,
        },
        // How safe the way to the mail servers is.
        Standard::Tls => Row {
            first: |_| None,
            texts: nowhere,
            check: tls::check,
            // The exchanges are asked about for other standards as well.
            kept: None,
        },
        // What is proven of all of it.
        Standard::Dnssec => Row {
            first: |_| None,
            texts: nowhere,
            check: dnssec::check,
            // What is proven is said of whatever was asked.
            kept: None,
        },
        // Names that cannot hold TXT, values no standard can read.
        Standard::Dns => Row {
            first: |_| None,
            texts: nowhere,
            check: dns::check,
            // Names and values are judged beside what all others said.
            kept: None,
        },
    }
}

/// Every question of the run that something hangs on, with the times of its answer.
fn all_asked(inquiry: &Inquiry<'_>) -> Vec<Consulted> {
    inquiry
        .asked()
        .filter(|(_, asked)| asked.need > Need::Detail)
        .map(|(question, asked)| Consulted {
            question: question.clone(),
            need: asked.need,
            standards: asked.standards,
            answered: asked.outcome.ok(),
        })
        .collect()
}
