//! Which of what was measured has series of its own: of every object where that is asked for, else what does not grow with a
//! fleet. Pure.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::MetricsObjects;
use crate::judge::{Ending, Measures};
use crate::operator::object::Watched;

/// From so many of ten terms on somebody should know.
const MANY_LOOKUPS: u32 = 8;

/// So many series of one metric at the most, where only problems have some: those that are worst.
const MOST: usize = 200;

/// What has series.
#[derive(Debug, Default)]
pub(super) struct Shown<'a> {
    /// Terms of SPF that query DNS.
    pub(super) lookups: Vec<(&'a Arc<Watched>, u32)>,
    /// What ends, by its kind.
    pub(super) endings: Vec<(&'a Arc<Watched>, &'static str, Ending)>,
}

impl<'a> Shown<'a> {
    /// What is shown of all that was measured.
    pub(super) fn of(
        measured: impl Iterator<Item = (&'a Arc<Watched>, Measures)> + Clone,
        which: MetricsObjects,
        now: Timestamp,
    ) -> Self {
        let lookups = measured
            .clone()
            .filter_map(|(object, measures)| Some((object, measures.spf_lookups?)));
        let endings = measured.flat_map(|(object, measures)| {
            measures
                .endings()
                .map(move |(kind, ending)| (object, kind, ending))
        });
        match which {
            MetricsObjects::None => Self::default(),
            MetricsObjects::All => Self {
                lookups: lookups.collect(),
                endings: endings.collect(),
            },
            MetricsObjects::Problems => {
                let mut lookups: Vec<_> = lookups.filter(|(_, count)| *count >= MANY_LOOKUPS).collect();
                lookups.sort_by(|(one, more), (other, fewer)| {
                    fewer.cmp(more).then_with(|| one.key().cmp(&other.key()))
                });
                lookups.truncate(MOST);
                let mut endings: Vec<_> = endings.filter(|(.., ending)| ending.is_soon(now)).collect();
                endings.sort_by_key(|(object, kind, ending)| (ending.at, object.key(), *kind));
                endings.truncate(MOST);
                Self { lookups, endings }
            }
        }
    }

    /// The uids of the objects that have such series.
    pub(super) fn uids(&self) -> HashSet<&'a str> {
        let lookups = self.lookups.iter().map(|(object, _)| object.uid());
        let endings = self.endings.iter().map(|(object, ..)| object.uid());
        lookups.chain(endings).collect()
    }
}
