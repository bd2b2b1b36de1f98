//! The checks of SPF: which rules the published records break.
//!
//! [`syntax`] says why nobody can read a record, and then nothing else is said of it: it is evaluated by nobody. Of one
//! that can be read, [`record`] and [`networks`] judge the text, [`tree`], [`hosts`] and [`limits`] what it leads to
//! and costs. [`beside`] looks at the other records of the domain. Each finding is about a term, a host or a text, and
//! marks it.

mod beside;
mod hosts;
mod limits;
mod networks;
mod ranges;
mod record;
mod saying;
mod syntax;
mod tree;

use self::saying::topic_at;
use super::published::{Values, gather};
use super::tree::analyse;
use crate::inquiry::{Inquiry, Need};
use crate::intent::{Intent, What};
use crate::judge::{Findings, Topic};
use crate::name::Name;
use crate::records::spf::Record;
use crate::records::{Standard, presentation};
use crate::rules::Severity;
use crate::rules::spf::record as rules;

/// What is wrong with the domain's SPF.
pub(in crate::judge) fn check(intent: &Intent, inquiry: &mut Inquiry<'_>, findings: &mut Findings) {
    let managed = intent.manages(Standard::Spf);
    let topic = topic_at(&intent.domain, managed);
    if let Some(values) = gather(inquiry, &intent.domain, Need::Compliance).values() {
        near_misses(values, &topic, findings);
        if let Some(record) = one_record(values, &topic, findings) {
            own_record(&intent.domain, record, &topic, inquiry, findings);
        }
        beside::check(intent, values, inquiry, findings);
    }
    for wanted in &intent.wanted {
        if !matches!(wanted.what, What::Spf(_)) || wanted.name == intent.domain {
            continue;
        }
        let topic = topic_at(&wanted.name, managed);
        if let Some(values) = gather(inquiry, &wanted.name, Need::Essential).values() {
            near_misses(values, &topic, findings);
            if let Some(record) = one_record(values, &topic, findings) {
                let topic = topic.text(&record.text);
                record::check(record, false, &topic, findings);
                syntax::slips(record, &[], &topic, findings);
            }
        }
    }
}

/// The domain's own record, and what it leads to.
fn own_record(
    domain: &Name,
    own: &Record,
    topic: &Topic,
    inquiry: &mut Inquiry<'_>,
    findings: &mut Findings,
) {
    let topic = topic.text(&own.text);
    record::check(own, true, &topic, findings);
    let analysis = analyse(domain, inquiry, Need::Compliance);
    let told = tree::check(domain, &analysis, own, &topic, inquiry, findings);
    hosts::check(domain, &analysis, own, &topic, inquiry, findings);
    limits::check(&analysis, own, &topic, findings);
    syntax::slips(own, &told, &topic, findings);
}

/// What was meant as a record and is none.
fn near_misses(values: &Values, topic: &Topic, findings: &mut Findings) {
    for (index, meant) in values.near_misses.iter().enumerate() {
        let message = format!("receivers do not take this for an SPF record: {}", meant.miss.why);
        let said = findings.say(&rules::NEAR_MISS, &topic.text(&meant.text), message);
        said.about(presentation(&meant.text));
        if let Some(record) = values.records.first() {
            // Beside a record that works it does no harm but to whoever thinks it works; mended it would be a second one.
            said.at_most(Severity::Warning).fix(format!(
                "Remove it, or merge its terms into the record that counts: {}",
                presentation(&record.text)
            ));
        } else if index > 0 {
            said.fix("Remove it, or merge its terms into the one record there may be.");
        } else if let Some(whole) = &meant.miss.whole {
            said.fix(format!("Write the whole record anew: {whole}"));
        }
        if meant.miss.before > 0 {
            said.at(0..meant.miss.before)
                .label("stands before what was meant");
        }
    }
}

/// The record receivers evaluate, where there is one; why there is none is said.
fn one_record<'v>(values: &'v Values, topic: &Topic, findings: &mut Findings) -> Option<&'v Record> {
    let several = values.records.len();
    if several > 1 {
        let texts = values.records.iter().take(4);
        let list: Vec<String> = texts.map(|record| presentation(&record.text)).collect();
        let message = format!("{several} SPF records, want one: {}", list.join(" | "));
        findings.say(&rules::SEVERAL, topic, message);
    }
    let record = values.only()?;
    if !record.is_valid() {
        syntax::errors(record, &topic.text(&record.text), findings);
        return None;
    }
    Some(record)
}
