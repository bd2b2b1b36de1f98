//! What the name servers of a zone were seen to hold of one record set, and by when no cache can hold an older version.
//! Pure.
//!
//! A cache may keep what it fetched for the TTL it came with (RFC 2181 8), and an absence for the smaller of the start
//! of authority's TTL and its minimum (RFC 2308 5). So an older version can be met until the last server has dropped it
//! and its TTL has gone by since: that is known where the version was seen at a server, and else it is not. A TTL that
//! was lowered before the change makes two versions, of which the first went when the second came. Looks that come late
//! only make the time later.
//!
//! Two entries a text are enough: of those that are gone the one that can be met longest, and what stands now. Of more
//! texts than a status holds two are kept as one that is nobody's text: no promise gets earlier by that.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};

use super::clock::{ceil, floor, plus};
use crate::judge::authorities::{ServerState, ServerView, Servers};

/// So many versions that servers have dropped are kept.
const MOST_SUPERSEDED: usize = 4;
/// So many servers that were not heard are named.
const MOST_UNHEARD: usize = 3;

/// What a version says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    /// Nothing: there was no such record.
    Absent,
    /// Values with this digest.
    Values(String),
    /// Several texts that were too many to be told apart.
    Several,
}

impl Content {
    /// What `values` are, in any order.
    pub(super) fn of(values: &[String]) -> Self {
        if values.is_empty() {
            return Self::Absent;
        }
        let mut sorted: Vec<&str> = values.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        let digest = digest::digest(&digest::SHA256, sorted.join("\0").as_bytes());
        let octets = digest.as_ref().iter().take(8);
        Self::Values(octets.map(|octet| format!("{octet:02x}")).collect())
    }
}

/// One version of a record set, as servers hold or held it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) content: Content,
    /// For how many seconds it may be remembered; `None` when that was not said.
    pub(super) ttl: Option<u32>,
    /// Whether it is what is meant now: no cache that holds it does harm.
    pub(super) right: bool,
    /// When no server that answers was seen to hold it any more; `None` while one does.
    pub(super) gone_at: Option<Timestamp>,
}

impl Version {
    /// When the last cache that keeps to TTLs drops it; `None` when nobody knows.
    fn ends(&self) -> Option<Timestamp> {
        let ttl = SignedDuration::from_secs(i64::from(self.ttl?));
        Some(plus(self.gone_at?, ttl))
    }

    /// By when it can be met; what never ends is last.
    fn rank(&self) -> Timestamp {
        self.ends().unwrap_or(Timestamp::MAX)
    }
}

/// That every name server that answers holds what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    /// Since when they do.
    pub(super) since: Timestamp,
    /// How many of them answer.
    pub(super) servers: usize,
    /// Some of those that were never heard since: they may hold something else.
    pub(super) unheard: Vec<String>,
    /// By when resolvers that keep to TTLs have it at the latest; `None` when no older version was seen at a server.
    pub(super) visible_by: Option<Timestamp>,
}

/// What is known of the versions of one record set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Versions {
    /// What servers hold, and what they held.
    pub(super) seen: Vec<Version>,
    pub(super) published: Option<Published>,
}

impl Versions {
    /// Takes note of a look at the servers. `same_desired` says whether the same is meant as at the look before.
    pub(super) fn look(&mut self, servers: &Servers, same_desired: bool, now: Timestamp) {
        let was_published = self.published.clone();
        if !same_desired {
            self.mean_another();
        }
        let Some(last) = told(servers)
            .map(|view| view.seen_at.unwrap_or(now).min(now))
            .max()
        else {
            return;
        };
        let last = ceil(last);
        let is_told = |view: &ServerView| match view.state.counts() {
            true => view.ttl.is_some(),
            false => view.state != ServerState::NotAsked,
        };
        let is_whole = servers.views.iter().all(is_told);
        let stood: Vec<Version> = self
            .seen
            .iter()
            .filter(|version| version.gone_at.is_none())
            .cloned()
            .collect();
        let is_new = self.shown(servers);
        let went = is_whole && self.gone(servers, last);
        self.forget();
        if !servers.are_right() {
            self.published = None;
        } else if is_whole {
            self.published = self.published.take().or(was_published);
            self.publish(servers, &stood, is_new || went, same_desired, last);
        }
    }

    /// Another text is meant: what was right for the one before is right for this one only where a server is said to be.
    pub(super) fn mean_another(&mut self) {
        for version in &mut self.seen {
            version.right = false;
        }
        self.published = None;
    }

    /// What servers hold in this look stands; `true` when that was not known.
    fn shown(&mut self, servers: &Servers) -> bool {
        let mut is_new = false;
        for view in told(servers) {
            let (content, right) = (Content::of(&view.values), view.state == ServerState::Right);
            for version in self.seen.iter_mut().filter(|known| known.content == content) {
                version.right = right;
            }
            let known = self
                .seen
                .iter_mut()
                .find(|known| known.content == content && known.ttl == view.ttl);
            match known {
                Some(version) => {
                    is_new |= version.gone_at.is_some();
                    version.gone_at = None;
                }
                None => {
                    is_new |= !self.stands(&content);
                    self.seen.push(Version {
                        content,
                        ttl: view.ttl,
                        right,
                        gone_at: None,
                    });
                }
            }
        }
        is_new
    }

    /// What no server holds in this look any more is gone; `true` when a text went.
    fn gone(&mut self, servers: &Servers, last: Timestamp) -> bool {
        let holds = |version: &Version, view: &ServerView| {
            Content::of(&view.values) == version.content && view.ttl == version.ttl
        };
        let mut went: Vec<Content> = Vec::new();
        for version in self.seen.iter_mut().filter(|known| known.gone_at.is_none()) {
            if !told(servers).any(|view| holds(version, view)) {
                version.gone_at = Some(last);
                went.push(version.content.clone());
            }
        }
        went.iter().any(|content| !self.stands(content))
    }

    /// Whether a server holds this text.
    fn stands(&self, content: &Content) -> bool {
        let mut standing = self.seen.iter().filter(|known| known.gone_at.is_none());
        standing.any(|known| known.content == *content)
    }

    /// Keeps no more than is needed for the promise.
    fn forget(&mut self) {
        // Of one text, what is gone and ends before another that is gone or stands adds nothing.
        let all = std::mem::take(&mut self.seen);
        for (index, version) in all.iter().enumerate() {
            let outlives = |(other_index, other): (usize, &Version)| {
                let is_later = match (other.gone_at, version.gone_at) {
                    (_, None) => false,
                    (None, Some(_)) => is_longer(other.ttl, version.ttl),
                    (Some(_), Some(_)) => (other.rank(), other_index) > (version.rank(), index),
                };
                other.content == version.content && is_later
            };
            if !all.iter().enumerate().any(outlives) {
                self.seen.push(version.clone());
            }
        }
        let is_superseded = |version: &Version| version.gone_at.is_some() || !version.right;
        while self.seen.iter().filter(|version| is_superseded(version)).count() > MOST_SUPERSEDED {
            let mut by_end: Vec<usize> = (0..self.seen.len()).collect();
            by_end.retain(|&index| self.seen.get(index).is_some_and(is_superseded));
            by_end.sort_by_key(|&index| self.seen.get(index).map(Version::rank));
            let [first, second, ..] = by_end.as_slice() else {
                return;
            };
            let (first, second) = (*first.min(second), *first.max(second));
            let (second, first) = (self.seen.remove(second), self.seen.remove(first));
            self.seen.push(as_one(first, second));
        }
    }

    /// All that answer hold what is meant: since when, and by when everybody sees it.
    fn publish(
        &mut self,
        servers: &Servers,
        stood: &[Version],
        changed: bool,
        same_desired: bool,
        last: Timestamp,
    ) {
        let (_, count) = servers.names_right();
        let unheard = unheard(servers);
        let visible_by = self.visible_by(stood);
        match &mut self.published {
            // Nothing new, or one spelling of what is meant for another.
            Some(published) if !changed || (same_desired && visible_by.is_none()) => {
                published.unheard.retain(|name| unheard.contains(name));
                published.servers = published.servers.max(count);
            }
            _ => {
                self.published = Some(Published {
                    since: floor(last),
                    servers: count,
                    unheard: unheard.into_iter().take(MOST_UNHEARD).collect(),
                    visible_by,
                });
            }
        }
    }

    /// The end of the last version that is not what is meant: known only where what stood at the look before was.
    fn visible_by(&self, stood: &[Version]) -> Option<Timestamp> {
        let harmless = |content: &Content| {
            let mut same = self.seen.iter().filter(|known| known.content == *content);
            same.any(|known| known.right)
        };
        if !stood.iter().any(|version| !harmless(&version.content)) {
            return None;
        }
        let old = self.seen.iter().filter(|version| !harmless(&version.content));
        let ends: Option<Vec<Timestamp>> = old.map(Version::ends).collect();
        ends?.into_iter().max()
    }

    /// Whether servers were seen to hold these values before, and hold them no more.
    pub(super) fn held(&self, values: &[String]) -> bool {
        let content = Content::of(values);
        self.seen.iter().any(|known| {
            known.gone_at.is_some() && (known.content == content || known.content == Content::Several)
        })
    }

    /// The same by a clock that was put back by so much.
    pub(super) fn put_back(&mut self, by: SignedDuration) {
        let back = |at: Timestamp| super::clock::minus(at, by);
        for version in &mut self.seen {
            version.gone_at = version.gone_at.map(back);
        }
        if let Some(published) = &mut self.published {
            published.since = back(published.since);
            published.visible_by = published.visible_by.map(back);
        }
    }

    /// Whether the difference to what was `written` is worth a write: a text that came or went, or can be met for longer
    /// than was known. A TTL that only goes down causes none.
    pub(super) fn is_news_to(&self, written: &Self) -> bool {
        if self.published != written.published {
            return true;
        }
        let longest = |all: &Self, content: &Content| {
            let same = all.seen.iter().filter(|known| known.content == *content);
            same.map(|known| known.ttl.map_or(u64::MAX, u64::from)).max()
        };
        let contents: BTreeSet<&Content> = self.seen.iter().map(|known| &known.content).collect();
        contents.into_iter().any(|content| {
            self.stands(content) != written.stands(content)
                || longest(self, content) > longest(written, content)
        })
    }
}

/// Two versions as one that can be met as long as either.
fn as_one(one: Version, other: Version) -> Version {
    let (ttl, gone_at) = match one.gone_at.zip(other.gone_at) {
        // Nobody knows when it goes.
        None => (one.ttl.zip(other.ttl).map(|(one, other)| one.max(other)), None),
        Some(_) if one.rank() > other.rank() => (one.ttl, one.gone_at),
        Some(_) => (other.ttl, other.gone_at),
    };
    Version {
        content: Content::Several,
        ttl,
        right: false,
        gone_at,
    }
}

/// The views of servers that were asked for the record itself: the version of the zone alone tells no text.
fn told(servers: &Servers) -> impl Iterator<Item = &ServerView> {
    servers.counting().filter(|view| view.ttl.is_some())
}

/// Whether one TTL is at least as long as another; one that was not said is the longest.
fn is_longer(one: Option<u32>, other: Option<u32>) -> bool {
    one.map_or(u64::MAX, u64::from) >= other.map_or(u64::MAX, u64::from)
}

/// The names of servers of which no address answered, and one is not known to be of no account.
fn unheard(servers: &Servers) -> BTreeSet<String> {
    let heard: BTreeSet<&str> = servers.counting().map(|view| view.name.as_str()).collect();
    let is_unheard = |view: &&ServerView| {
        matches!(view.state, ServerState::Silent | ServerState::NoRoute)
            && !heard.contains(view.name.as_str())
    };
    let views = servers.views.iter().filter(is_unheard);
    views.map(|view| view.name.to_string()).collect()
}

#[cfg(test)]
mod tests;
