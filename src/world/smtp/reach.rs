//! Whether mail servers can be reached from here at all, and which of them want to be left alone for a while.
//!
//! Most clouds drop connections outward to port 25, and that looks like a dead server. So it is told by many: where
//! several were tried and not one ever answered, it is said once, of this place and not of theirs, and every so often one
//! more is tried. Whoever was busy is left alone for longer and longer, up to a day.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// So many unrelated addresses must have been tried in vain.
const TRIED: usize = 3;

/// While nothing can be reached, somebody is tried again this often.
const TRY_AGAIN: Duration = Duration::from_secs(10 * 60);

/// The first pause a busy server gets; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// Above this many busy servers those whose pause is over are forgotten.
const MOST_BUSY: usize = 4096;

/// Above this many addresses those that could be connected to are forgotten.
const MOST_HEARD: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Whether any server was ever connected to from here.
    has_connected: bool,
    /// The networks in which nobody could be connected to, until somebody can.
    in_vain: BTreeSet<Network>,
    next_try: Option<Instant>,
    /// The proxy on the way said nothing: until then nobody is connected to through it.
    mute_until: Option<Instant>,
    busy: HashMap<IpAddr, Pause>,
    /// When a connection to each address last came about.
    heard: HashMap<IpAddr, Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Instant,
    length: Duration,
}

/// Addresses near each other fail together: an IPv4 /24, an IPv6 /48.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Network {
    V4([u8; 3]),
    V6([u16; 3]),
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self::V4([a, b, c])
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Self::V6([a, b, c])
            }
        }
    }
}

impl Watch {
    /// A connection to an address came about: the port is open.
    pub(super) fn connected(&mut self, address: IpAddr, at: Timestamp) {
        if self.heard.len() >= MOST_HEARD && !self.heard.contains_key(&address) {
            self.heard.clear();
        }
        self.heard.insert(address, at);
        self.has_connected = true;
        self.in_vain.clear();
        self.next_try = None;
    }

    /// When one last did.
    pub(super) fn heard_at(&self, address: IpAddr) -> Option<Timestamp> {
        self.heard.get(&address).copied()
    }

    /// None came about, whether nothing answered or something said no.
    pub(super) fn silent(&mut self, address: IpAddr, now: Instant) {
        if !self.has_connected && self.in_vain.len() < TRIED {
            self.in_vain.insert(address.into());
        }
        if self.is_blocked() {
            self.next_try = Some(now + TRY_AGAIN);
        }
    }

    /// Whether nothing can be reached from here.
    pub(super) fn is_blocked(&self) -> bool {
        !self.has_connected && self.in_vain.len() >= TRIED
    }

    /// Whether a connection is not worth trying now; when one is after all, the next is in a while.
    pub(super) fn is_in_vain(&mut self, now: Instant) -> bool {
        if !self.is_blocked() {
            return false;
        }
        let is_due = self.next_try.is_none_or(|next| next <= now);
        if is_due {
            self.next_try = Some(now + TRY_AGAIN);
        }
        !is_due
    }

    /// The proxy on the way said nothing, or it said something.
    pub(super) fn proxy(&mut self, is_mute: bool, now: Instant) {
        self.mute_until = is_mute.then(|| now + TRY_AGAIN);
    }

    /// Whether the proxy would not answer now either; when one is tried after all, the next is in a while.
    pub(super) fn is_mute(&mut self, now: Instant) -> bool {
        let Some(until) = self.mute_until else {
            return false;
        };
        if until <= now {
            self.mute_until = Some(now + TRY_AGAIN);
        }
        until > now
    }

    /// The next one is let through at once, and no second one with it.
    pub(super) fn try_again(&mut self) {
        self.next_try = None;
        self.mute_until = None;
    }

    /// The server takes nobody now.
    pub(super) fn busy(&mut self, address: IpAddr, now: Instant) {
        if self.busy.len() >= MOST_BUSY {
            self.busy.retain(|_, pause| pause.until > now);
        }
        let before = self.busy.get(&address).map(|pause| pause.length * 2);
        let length = before.unwrap_or(FIRST_PAUSE).min(LONGEST_PAUSE);
        let until = now + length;
        self.busy.insert(address, Pause { until, length });
    }

    /// The server answered.
    pub(super) fn answered(&mut self, address: IpAddr) {
        self.busy.remove(&address);
    }

    /// Whether it asked to be left alone for longer yet.
    pub(super) fn is_busy(&self, address: IpAddr, now: Instant) -> bool {
        self.busy.get(&address).is_some_and(|pause| pause.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_where_nobody_anywhere_ever_answered_the_port_is_closed() {
        let now = Instant::now();
        let mut watch = Watch::default();
        for (address, is_blocked) in [
            ("8.8.8.1", false),
            ("8.8.8.2", false),
            ("9.9.9.1", false),
            ("2001:7fd::1", true),
        ] {
            watch.silent(at(address), now);
            assert_eq!(watch.is_blocked(), is_blocked, "{address}");
        }
        assert!(watch.is_in_vain(now + Duration::from_secs(60)));
        // One is let through, and no second one with it.
        let later = now + TRY_AGAIN;
        assert!(!watch.is_in_vain(later) && watch.is_in_vain(later));
        watch.try_again();
        assert!(!watch.is_in_vain(later) && watch.is_in_vain(later));
        let (there, when) = (at("8.8.8.1"), Timestamp::UNIX_EPOCH);
        watch.connected(there, when);
        assert!(!watch.is_blocked() && !watch.is_in_vain(later));
        assert_eq!(
            (watch.heard_at(there), watch.heard_at(at("8.8.8.2"))),
            (Some(when), None)
        );
        for address in ["8.8.8.1", "9.9.9.1", "2001:7fd::1"] {
            watch.silent(at(address), later);
        }
        assert!(!watch.is_blocked(), "it was open once");
    }

    #[test]
    fn a_proxy_that_says_nothing_is_waited_for_once_in_a_while() {
        let now = Instant::now();
        let mut watch = Watch::default();
        assert!(!watch.is_mute(now));
        watch.proxy(true, now);
        assert!(watch.is_mute(now + Duration::from_secs(60)));
        // One is let through, and no second one with it.
        let later = now + TRY_AGAIN;
        assert!(!watch.is_mute(later) && watch.is_mute(later));
        watch.proxy(false, later);
        assert!(!watch.is_mute(later));
        watch.proxy(true, later);
        watch.try_again();
        assert!(!watch.is_mute(later));
    }

    #[test]
    fn who_is_busy_is_left_alone_for_longer_and_longer_up_to_a_day() {
        let mut now = Instant::now();
        let mut watch = Watch::default();
        let mut pauses = Vec::new();
        for _ in 0..10 {
            watch.busy(at("8.8.8.1"), now);
            let mut pause = Duration::ZERO;
            while watch.is_busy(at("8.8.8.1"), now + pause) {
                pause += Duration::from_secs(60);
            }
            pauses.push(pause.as_secs() / 60);
            now += pause;
        }
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
        assert!(!watch.is_busy(at("8.8.8.2"), now));
        watch.answered(at("8.8.8.1"));
        watch.busy(at("8.8.8.1"), now);
        assert!(!watch.is_busy(at("8.8.8.1"), now + FIRST_PAUSE));
    }
}
