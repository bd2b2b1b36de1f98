//! The state of a wanted SPF record.

use super::published::{Values, gather};
use crate::inquiry::{Inquiry, Kind, Need};
use crate::intent::{Intent, ManagedRrset};
use crate::judge::basis::{Basis, Judged};
use crate::judge::{Findings, RecordVerdict, Site, State, Topic};
use crate::name::Name;
use crate::records::Class;
use crate::records::spf::{Record, compare};
use crate::rules::spf::beside as rules;

/// The label asked below a wildcard's parent: nobody has a reason to publish there.
pub(super) const UNLIKELY_LABEL: &str = "zegel-wildcard-probe";

/// The state of a wanted record.
pub(in crate::judge) fn state(
    _intent: &Intent,
    wanted: &ManagedRrset,
    record: &Record,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) -> RecordVerdict {
    let mut basis = Basis::default();
    let mut judged = Judged {
        state: State::InSync,
        observed: Vec::new(),
        differences: Vec::new(),
    };
    let probe = below_wildcard(&wanted.name);
    for name in [Some(&wanted.name), probe.as_ref()].into_iter().flatten() {
        if basis.ask(inquiry, name, Kind::Txt).is_none() {
            continue;
        }
        if let Some(values) = gather(inquiry, name, Need::Essential).values() {
            judge_values(wanted, name, record, values, &mut judged, findings);
        }
    }
    basis.verdict(wanted, judged)
}

/// A name the wildcard `*.…` answers for: what stands at the literal `*` may itself be synthesised from higher up.
fn below_wildcard(name: &Name) -> Option<Name> {
    let parent: Name = name.as_str().strip_prefix("*.")?.parse().ok()?;
    parent.prepend(UNLIKELY_LABEL).ok()
}

/// Takes one answer into the judgement.
fn judge_values(
    wanted: &ManagedRrset,
    name: &Name,
    record: &Record,
    values: &Values,
    judged: &mut Judged,
    findings: &mut Findings,
) {
    for value in values.observed() {
        if !judged.observed.contains(&value) {
            judged.observed.push(value);
        }
    }
    let at = if *name == wanted.name {
        String::new()
    } else {
        format!("{name}: ")
    };
    let mut differ = |state: State, sentence: String| {
        judged.state = judged.state.max(state);
        let sentence = format!("{at}{sentence}");
        if !judged.differences.contains(&sentence) {
            judged.differences.push(sentence);
        }
    };
    match values.records.as_slice() {
        [] => differ(State::Missing, missing(name, values)),
        [one] => {
            let comparison = compare(record, one, &wanted.name);
            for sentence in comparison.differences {
                differ(State::Drifted, sentence);
            }
            if comparison.class == Class::Equivalent {
                let topic = Topic::new(Site::rrset(wanted.name.clone(), Kind::Txt), true).text(&one.text);
                findings.say(&rules::EQUIVALENT, &topic, comparison.notes.join("; "));
            }
        }
        many => {
            let count = many.len();
            differ(
                State::Drifted,
                format!("want one SPF record, found {count}: receivers give up (permerror)"),
            );
            let right = many
                .iter()
                .any(|found| compare(record, found, &wanted.name).class < Class::Different);
            if right {
                differ(
                    State::Drifted,
                    "one of them is the wanted one: remove the others".to_owned(),
                );
            }
        }
    }
}

fn missing(name: &Name, values: &Values) -> String {
    if let Some(meant) = values.near_misses.first() {
        let why = &meant.miss.why;
        return format!("want an SPF record, found a text receivers do not take for one: {why}");
    }
    match (values.chain.first(), values.nxdomain) {
        (Some(target), _) => {
            format!("TXT cannot be placed here: {name} is a CNAME to {target}, where no SPF record stands")
        }
        (None, true) => format!("want an SPF record, but {name} does not exist"),
        (None, false) => "want an SPF record, found none".to_owned(),
    }
}
