//! How one question to a mail server is put: a few connections, far apart, and never a message (RFC 3207).
//!
//! A look at the certificates is one whole handshake and one hello of an old version; a look at all of the TLS follows
//! the plan of [`crate::transport::plan`]. Between two connections to one address there is a pause, for the look and
//! for whoever comes after it. Files: `talk` (up to the go-ahead), `handshake` (rustls), `hellos` (hand-made ones, one after
//! the other, each by `hello`),
//! `proxy` (a way out), `remote` (a probe that looks for us),
//! `reach` (closed ports and busy servers), `config` (the flags).

mod config;
mod handshake;
mod hello;
mod hellos;
mod proxy;
mod reach;
mod remote;
mod talk;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prometheus_client::metrics::gauge::Gauge;
use tokio::time::Instant;

pub use self::config::{MailServerArgs, ProbeArgs, SmtpArgs, SmtpConfig};
use self::handshake::Shaker;
use self::reach::Watch;
use self::remote::Remote;
pub use self::remote::{Location, ProbeConfig};
use self::talk::{Failed, Talk, talk};
use super::exchange::{Heard, Put};
use super::{Clock, HEARD, is_within};
use crate::inquiry::{
    Closeness, Offered, Security, Session, Spoke, Starttls, Trouble, is_private, nobody_at,
};
use crate::recording::probe::Asked;
use crate::transport::levels::NCSC_2025_05;
use crate::transport::plan::MAX_STEPS;
use crate::transport::{Certificate, Level, Step};

/// For how long a look at the certificates is kept.
const CHAIN_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// For how long a look at all of the TLS is kept; a day, where there is something to be mended.
const PROFILE_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A look is not kept until so shortly before a certificate ends.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A look that was cut short is not kept for longer.
const CUT_SHORT_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// The mail servers.
pub(super) struct MailServers {
    config: SmtpConfig,
    shaker: Shaker,
    watch: Mutex<Watch>,
    /// Who looks for us, where somebody does.
    probe: Option<Remote>,
    /// What is wrong with the proxy, where something is.
    no_proxy: Mutex<Option<String>>,
    /// What was wrong with it first, whatever came of it later.
    failed_proxy: OnceLock<String>,
    gauges: Gauges,
    clock: Clock,
}

/// What is told of the way to mail servers. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauges {
    /// 1 while nothing can be reached: from here, or from where the probe is.
    pub(super) blocked: Gauge,
    /// 1 while the probe cannot be asked.
    pub(super) silent: Gauge,
}

impl MailServers {
    /// # Errors
    /// In words: why the probe could never be asked.
    pub(super) fn new(config: SmtpConfig, clock: Clock) -> Result<Self, String> {
        let probe = config.probe.clone().map(Remote::new).transpose()?;
        Ok(Self {
            config,
            shaker: Shaker::new(),
            watch: Mutex::default(),
            probe,
            no_proxy: Mutex::default(),
            failed_proxy: OnceLock::new(),
            gauges: Gauges::default(),
            clock,
        })
    }

    /// Whether no mail server at all can be reached.
    pub(super) fn is_blocked(&self) -> bool {
        self.gauges.blocked.get() == 1
    }

    /// Why the probe cannot be asked, where it cannot.
    pub(super) fn silent_probe(&self) -> Option<String> {
        self.probe.as_ref().and_then(Remote::silent)
    }

    /// Why the proxy could not be used, where it once could not: who looked then was told nothing, whatever came later.
    pub(super) fn failed_proxy(&self) -> Option<&str> {
        self.failed_proxy.get().map(String::as_str)
    }

    /// Says once that the proxy cannot be used, and once that it can, as the newest connection found it.
    fn note_proxy(&self, talked: &Result<Talk, Failed>) {
        let why = match talked {
            Err(failed) if failed.trouble == Trouble::NoProxy => Some(failed.words.clone()),
            _ => None,
        };
        let mut known = self.no_proxy.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*known, &why) {
            (None, Some(why)) => {
                self.failed_proxy.get_or_init(|| why.clone());
                tracing::warn!(
                    reason = Trouble::NoProxy.reason(),
                    "the proxy cannot be used: {why}"
                );
            }
            (Some(_), None) => tracing::info!("the proxy can be used again"),
            _ => {}
        }
        *known = why;
    }

    /// Whether the probe ever answered.
    pub(super) fn has_probe_answered(&self) -> bool {
        self.probe.as_ref().is_some_and(Remote::has_answered)
    }

    /// The same, as metrics have it.
    pub(super) fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// Has somebody tried again at once, where nobody could be reached: what was in the way may be gone.
    pub(super) fn try_again(&self) {
        self.watch().try_again();
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection, up to the go-ahead.
    async fn connect(&self, question: &Starttls) -> Result<Talk, Failed> {
        let talked = talk(SocketAddr::new(question.address, self.config.port), &self.config).await;
        self.note_proxy(&talked);
        let mut watch = self.watch();
        let is_mute = matches!(&talked, Err(failed) if failed.is_proxy_mute);
        watch.proxy(is_mute, Instant::now());
        let connected = |watch: &mut Watch| watch.connected(question.address, (self.clock)());
        match &talked {
            Err(failed) => {
                match failed.is_connected {
                    true => connected(&mut watch),
                    // The proxy's fault says nothing of the port.
                    false if matches!(failed.trouble, Trouble::NoProxy | Trouble::NoRoute) => {}
                    false => watch.silent(question.address, Instant::now()),
                }
                if matches!(failed.trouble, Trouble::Busy | Trouble::Refused) {
                    watch.busy(question.address, Instant::now());
                }
            }
            Ok(Talk::GoAhead(_) | Talk::NoTls { .. }) => {
                connected(&mut watch);
                watch.answered(question.address);
            }
        }
        self.note_blocked(watch.is_blocked());
        talked
    }

    /// When a connection to an address last came about, where that is not long ago.
    fn heard_at(&self, address: IpAddr) -> Option<Timestamp> {
        let heard_at = self.watch().heard_at(address);
        heard_at.filter(|at| is_within(HEARD, *at, (self.clock)()))
    }

    /// Says once that nothing can be reached, and once that something can.
    fn note_blocked(&self, is_blocked: bool) {
        let was_blocked = self.is_blocked();
        self.gauges.blocked.set(i64::from(is_blocked));
        match (was_blocked, is_blocked) {
            (false, true) => {
                tracing::warn!(reason = Trouble::PortBlocked.reason(), "{}", Trouble::PortBlocked)
            }
            (true, false) => tracing::info!("mail servers can be reached again"),
            _ => {}
        }
    }

    /// Has the probe look, and takes its word: also that it cannot reach anybody either.
    async fn ask(&self, probe: &Remote, question: &Starttls, floor: Option<Timestamp>) -> Heard<Starttls> {
        let now = (self.clock)();
        let asked = Asked {
            question: question.clone(),
            max_age: floor.map(|floor| now.duration_since(floor).max(SignedDuration::ZERO)),
        };
        let told = probe.ask(&asked, self.longest(question.closeness)).await;
        self.gauges.silent.set(i64::from(probe.silent().is_some()));
        match told {
            Ok(answer) => {
                self.note_blocked(answer.fact.trouble() == Some(Trouble::PortBlocked));
                Heard {
                    outcome: answer.fact.outcome,
                    security: Security::NotAsked,
                    source: answer.fact.source,
                    ttl: u32::try_from(answer.left.as_secs()).unwrap_or(u32::MAX),
                    seen_at: (self.clock)().checked_sub(answer.age).ok(),
                }
            }
            Err(no_answer) => Heard {
                outcome: Err(no_answer.trouble),
                security: Security::NotAsked,
                source: Spoke {
                    words: no_answer.words,
                    heard_at: None,
                },
                ttl: 0,
                seen_at: None,
            },
        }
    }

    async fn look(&self, question: &Starttls) -> Result<Session, Failed> {
        let first = match self.connect(question).await? {
            Talk::GoAhead(connection) => connection,
            Talk::NoTls { banner, refused } => {
                return Ok(Session {
                    banner,
                    offered: refused.map_or(Offered::Absent, Offered::Refused),
                    injected: false,
                    handshake: None,
                    halt: None,
                    steps: Vec::new(),
                    cut_short: None,
                });
            }
        };
        let mut session = Session {
            banner: first.banner.clone(),
            offered: Offered::Yes,
            injected: first.injected,
            handshake: None,
            halt: None,
            steps: Vec::new(),
            cut_short: None,
        };
        let mut ready = Some(first);
        if question.closeness == Closeness::Chain
            && let Some(connection) = ready.take()
        {
            let now = (self.clock)();
            let shaken = self
                .shaker
                .shake(connection, &question.host, now, self.config.step)
                .await;
            session.halt = shaken.as_ref().err().map(|halted| halted.halt);
            session.handshake = Some(shaken.map_err(|halted| halted.words));
        }
        if let Err(words) = self.hellos(question, ready, &mut session).await {
            session.cut_short = Some(words);
        }
        Ok(session)
    }

    /// The longest a look may take.
    pub(super) fn longest(&self, closeness: Closeness) -> Duration {
        let SmtpConfig {
            pause, banner, step, ..
        } = &self.config;
        let one = *banner + *step * 4;
        let connections = match closeness {
            Closeness::Chain => 6,
            // One more shows that it still takes what it took.
            Closeness::Profile => u32::try_from(MAX_STEPS + 1).unwrap_or(u32::MAX),
        };
        let look = (one + *pause).saturating_mul(connections);
        match &self.probe {
            None => look,
            Some(_) => look + self.config.turn,
        }
    }

    /// For how many seconds a look is kept.
    fn keep(&self, question: &Starttls, session: &Session) -> u32 {
        let mut keep = match question.closeness {
            Closeness::Chain => CHAIN_KEPT,
            Closeness::Profile if has_weakness(session) => CHAIN_KEPT,
            Closeness::Profile => PROFILE_KEPT,
        };
        if session.cut_short.is_some() {
            keep = keep.min(CUT_SHORT_KEPT);
        }
        if let Some(Ok(handshake)) = &session.handshake
            && let Some(leaf) = handshake
                .chain
                .first()
                .and_then(|leaf| Certificate::from_der(leaf).ok())
        {
            let left = leaf.not_after.duration_since((self.clock)());
            let until = left.saturating_sub(BEFORE_THE_END);
            if until.is_positive() {
                keep = keep.min(until);
            }
        }
        u32::try_from(keep.as_secs()).unwrap_or_default()
    }

    /// Looks from here.
    async fn look_here(&self, question: &Starttls) -> Heard<Starttls> {
        let (outcome, words, ttl) = match self.look(question).await {
            Ok(session) => {
                let keep = self.keep(question, &session);
                (Ok(session), String::new(), keep)
            }
            Err(failed) => {
                let is_blocked =
                    self.is_blocked() && !failed.is_connected && failed.trouble != Trouble::NoProxy;
                let trouble = if is_blocked {
                    Trouble::PortBlocked
                } else {
                    failed.trouble
                };
                (Err(trouble), failed.words, 0)
            }
        };
        let is_silent = outcome.is_err();
        Heard {
            outcome,
            security: Security::NotAsked,
            source: Spoke {
                words,
                heard_at: is_silent.then(|| self.heard_at(question.address)).flatten(),
            },
            ttl,
            seen_at: None,
        }
    }
}

/// Whether it took anything that is insufficient.
fn has_weakness(session: &Session) -> bool {
    let chosen = session.steps.iter().filter_map(Step::chosen);
    let levels =
        chosen.flat_map(|(version, suite)| [NCSC_2025_05.version(version), NCSC_2025_05.suite(suite)]);
    levels.min() == Some(Level::Insufficient)
}

impl Put for MailServers {
    type Lane = Starttls;

    async fn put(&self, question: &Starttls, floor: Option<Timestamp>) -> Heard<Starttls> {
        match &self.probe {
            None => self.look_here(question).await,
            Some(probe) => self.ask(probe, question, floor).await,
        }
    }

    fn patience(&self, question: &Starttls) -> Duration {
        let on_the_way = self.probe.as_ref().map_or(Duration::ZERO, |_| remote::ON_THE_WAY);
        self.longest(question.closeness) + on_the_way
    }

    fn silence(&self, question: &Starttls) -> Spoke {
        Spoke {
            heard_at: self.heard_at(question.address),
            ..Spoke::default()
        }
    }

    fn in_vain(&self, question: &Starttls) -> Option<Trouble> {
        if nobody_at(question.address).is_some() {
            return Some(Trouble::NoRoute);
        }
        if !self.config.allow_private && is_private(question.address) {
            return Some(Trouble::Private);
        }
        if let Some(probe) = &self.probe {
            return probe.is_left_alone().then_some(Trouble::NoProbe);
        }
        let now = Instant::now();
        let mut watch = self.watch();
        // Who is left alone anyway does not use up the one try that a mute proxy gets.
        if watch.is_busy(question.address, now) {
            return Some(Trouble::Busy);
        }
        if watch.is_mute(now) {
            return Some(Trouble::NoProxy);
        }
        watch.is_in_vain(now).then_some(Trouble::PortBlocked)
    }
}
