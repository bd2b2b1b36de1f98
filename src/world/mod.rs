//! Answers questions: the only sockets. Caches, limits and timeouts live here, and the clock.
//!
//! ```text
//! settle ─▶ judge ─▶ open questions ─▶ one exchange a lane ─▶ remembered, on its way, or put
//!   ▲                                        │                          dns: resolvers, authorities; policy: HTTPS
//!   │                                        │                          smtp: mail servers, up to TLS
//!   └───────────── facts ◀───────────────────┘
//! ```
//!
//! What all lanes share (the memory, the questions on their way, the places on the wire, the counts) is one
//! [`exchange`]; a lane adds how one question is put: [`dns`], [`policy`],
//! [`smtp`].

mod cache;
mod config;
mod dns;
mod exchange;
mod fetching;
mod freshness;
mod identity;
mod metrics;
mod places;
mod policy;
mod smtp;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::Message;
use jiff::{SignedDuration, Timestamp};
use prometheus_client::registry::Registry;
use tokio::time::Instant;

pub use self::cache::CacheBounds;
pub use self::config::{AskAuthorities, Config, ConfigError, DnsArgs, Dnssec, TrustAnchor, parse_resolver};
use self::dns::Servers;
pub use self::dns::{Health, Reach};
use self::exchange::Exchange;
pub use self::fetching::{Authorities, PolicyConfig};
pub use self::freshness::Freshness;
pub use self::identity::{Identity, Renewed};
pub use self::metrics::{Metrics, QuestionLabels};
use self::places::Places;
use self::policy::Fetcher;
use self::smtp::MailServers;
pub use self::smtp::{Location, MailServerArgs, ProbeArgs, ProbeConfig, SmtpArgs, SmtpConfig};
pub use crate::inquiry::Passes;
use crate::inquiry::{
    AnyQuestion, Approach, Closeness, Depth, Dns, Fact, Facts, Inquiry, MAX_QUESTIONS, MAX_VIEWS, MAX_WAVES,
    Starttls, View,
};

/// The world as it is seen from here. Cloning shares the memory, the bounds and the counts.
#[derive(Clone)]
pub struct World {
    dns: Exchange<Servers>,
    policies: Exchange<Fetcher>,
    smtp: Exchange<MailServers>,
    clock: Clock,
}

/// The longest anybody waits for a name server's turn.
const FOR_A_NAME_SERVER: Duration = Duration::from_secs(3);

/// The same of a mail server, which gets long pauses.
const FOR_A_MAIL_SERVER: Duration = Duration::from_secs(5 * 60);

/// What is kept of looks at mail servers: they are few, and each lasts long.
const OF_SESSIONS: CacheBounds = CacheBounds {
    entries: 20_000,
    octets: 128 << 20,
    longest: SignedDuration::from_hours(7 * 24),
    failures: SignedDuration::from_secs(20),
};

/// The message that octets from the wire are (RFC 1035 4.1), as every answer is read: a record whose data have no form that is
/// known is kept as octets, under its own type. `None` where they are no message. Asks nothing.
pub fn read_message(octets: &[u8]) -> Option<Message> {
    dns::whole(octets)
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// For so long it is remembered that somebody was heard: that a name server answered, or a mail server took a connection.
const HEARD: SignedDuration = SignedDuration::from_hours(1);

/// Whether `at` is less than `length` ago; a clock that was set back has seen nothing yet.
fn is_within(length: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < length
}

/// How a pass ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settled<T> {
    /// What the last run of the judgement said.
    pub verdict: T,
    /// What it knew.
    pub facts: Facts,
    /// How often the judgement was run.
    pub waves: usize,
    /// Whether the bounds on waves, questions or time ended the pass before every question was asked.
    pub hit_limit: bool,
}

impl World {
    /// A world that asks as `config` says.
    ///
    /// # Errors
    /// When no resolver is given and the system has none.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_clock(config, Arc::new(Timestamp::now))
    }

    /// The same with a clock of one's own, for tests in which an hour must pass at once.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn with_clock(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        let places = Places::new(config.concurrency.get(), config.pause(), FOR_A_NAME_SERVER);
        let bounds = config.cache;
        let smtp = config.smtp.clone();
        let allow_private = smtp.allow_private;
        // Where a probe looks, the pauses are the probe's to keep.
        let pause = match smtp.probe {
            None => smtp.pause,
            Some(_) => Duration::ZERO,
        };
        let turns = Places::new(smtp.concurrency.get(), pause, FOR_A_MAIL_SERVER);
        let mail_servers = MailServers::new(smtp, clock.clone()).map_err(ConfigError::Probe)?;
        let (policies, fetches) = (config.policies.clone(), config.concurrency.get());
        let servers = Servers::new(config, places.turns(), clock.clone())?;
        let dns = Exchange::new(servers, places, bounds, clock.clone());
        let fetcher = Fetcher::new(dns.clone(), policies, allow_private);
        // Places of their own: a fetch asks DNS, and must not hold the place its question waits for.
        let places = Places::new(fetches, Duration::ZERO, FOR_A_NAME_SERVER);
        Ok(Self {
            policies: Exchange::new(fetcher, places, bounds, clock.clone()),
            dns,
            smtp: Exchange::new(mail_servers, turns, OF_SESSIONS, clock.clone()),
            clock,
        })
    }

    /// The time, for the judgement's `now`.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What this world counts about itself.
    pub fn metrics(&self) -> &Metrics {
        self.dns.metrics()
    }

    /// Registers what is counted of DNS, of mail servers and of fetched policies: `dns_…`, `smtp_…` and `policy_…`.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.dns.metrics().register(registry);
        self.policies.metrics().register_fetches(registry);
        let gauges = self.smtp.put().gauges();
        self.smtp
            .metrics()
            .register_looks(registry, gauges.blocked.clone(), gauges.silent.clone());
    }

    /// Whether it was noticed that no mail server at all can be reached: port 25 is closed outward here, or where the probe
    /// is.
    pub fn mail_port_is_blocked(&self) -> bool {
        self.smtp.put().is_blocked()
    }

    /// Why the probe that looks at mail servers for us cannot be asked, where it cannot.
    pub fn silent_probe(&self) -> Option<String> {
        self.smtp.put().silent_probe()
    }

    /// Why the proxy through which mail servers are connected to could not be used, where it once could not.
    pub fn failed_proxy(&self) -> Option<&str> {
        self.smtp.put().failed_proxy()
    }

    /// Whether that probe ever answered.
    pub fn has_probe_answered(&self) -> bool {
        self.smtp.put().has_probe_answered()
    }

    /// Whether the resolvers answer: told by their own pulse and a control question, never by how many domains are
    /// broken. It is as new as the last question that went out.
    pub fn health(&self) -> Health {
        self.health_of(View::Recursive)
    }

    /// The same, found out anew where the last that is known is that they do not answer: a control question costs as long
    /// as they may take.
    pub async fn look_for_health(&self) -> Health {
        self.dns.put().look_for_health().await
    }

    /// Forgets what failed, in DNS and in what rests on it or on the same network: an outage is over, and what it left open is
    /// asked anew. Mail servers get their pause all the same, and who said that he is busy is left alone as long as before.
    pub fn forget_failures(&self) {
        self.dns.forget_failures();
        self.policies.forget_failures();
        self.smtp.forget_kept_failures();
        self.smtp.put().try_again();
    }

    /// What the resolvers were last found to make of DNSSEC; `None` where nothing is validated by choice.
    pub fn dnssec(&self) -> Option<Passes> {
        self.dns.put().passes()
    }

    /// Whether an answer that cannot be proven is none.
    pub fn requires_dnssec(&self) -> bool {
        self.dns.put().requires_proof()
    }

    /// The same, asked when it is not known, or was long ago: at the start, and every hour.
    pub async fn look_for_dnssec(&self) -> Option<Passes> {
        self.dns.put().ask_passes().await
    }

    /// How many questions were put so far, whatever became of them: to resolvers and to name servers, for the judgement
    /// and for validation. What came from memory is none.
    pub fn questions(&self) -> u64 {
        self.dns.put().asked() + self.dns.put().fetched()
    }

    /// How many questions validation has asked beside those of the judgement: DS, DNSKEY, and whether the resolver passes
    /// them on.
    pub fn validation_questions(&self) -> u64 {
        self.dns.put().fetched()
    }

    /// The same of the servers behind a view; nobody who was never asked is said to be silent.
    pub fn health_of(&self, view: View) -> Health {
        self.dns.put().health(view)
    }

    /// Whether authorities are asked themselves.
    pub fn reach(&self) -> Reach {
        self.dns.put().reach()
    }

    /// Whether it was noticed that no authority can be asked over IPv6 from here.
    pub fn lacks_ipv6(&self) -> bool {
        self.dns.put().lacks_ipv6()
    }

    /// Runs `judge` until it has no open question left: one pass, with the authorities looked at as closely as `fresh`
    /// says, where they can be asked.
    ///
    /// Bounds: [`MAX_WAVES`] runs, [`MAX_QUESTIONS`] questions and [`MAX_VIEWS`] to authorities, and `deadline` for all of it. A question that was sent
    /// and is without answer at the deadline is [`Trouble::Timeout`](crate::inquiry::Trouble::Timeout), one that was
    /// never sent [`Trouble::Limit`](crate::inquiry::Trouble::Limit); then the judgement is run once more, closed. A
    /// fact, once had, stays as it is for the pass.
    pub async fn settle<T>(
        &self,
        deadline: Duration,
        fresh: &Freshness,
        mut judge: impl FnMut(&mut Inquiry<'_>) -> T,
    ) -> Settled<T> {
        let end = Instant::now() + deadline;
        let depth = match self.reach() {
            Reach::Asked => fresh.approach().depth,
            Reach::Off | Reach::Unreachable | Reach::Intercepted => Depth::Off,
        };
        let mut facts = Facts::new().approaching(Approach {
            depth,
            ..fresh.approach().clone()
        });
        let mut waves = 0;
        while waves < MAX_WAVES && Instant::now() < end {
            waves += 1;
            facts.note_passes(self.dnssec());
            let mut inquiry = Inquiry::new(&facts);
            let verdict = judge(&mut inquiry);
            let mut open = inquiry.open();
            let hit_limit = inquiry.hit_limit();
            if open.is_empty() {
                return Settled {
                    verdict,
                    facts,
                    waves,
                    hit_limit,
                };
            }
            let known = facts.len();
            let (mut views, own): (Vec<_>, Vec<_>) =
                open.into_iter().partition(AnyQuestion::is_of_a_stranger);
            open = own;
            let room = MAX_QUESTIONS.saturating_sub(known - facts.views());
            if open.len() > room {
                let needs: HashMap<_, _> = inquiry
                    .asked()
                    .map(|(question, asked)| (question, asked.need))
                    .collect();
                open.sort_by_key(|question| std::cmp::Reverse(needs.get(question).copied()));
                open.truncate(room);
            }
            views.truncate(MAX_VIEWS.saturating_sub(facts.views()));
            open.append(&mut views);
            self.answer(&open, fresh, end, &mut facts).await;
            if facts.len() == known {
                break;
            }
        }
        facts.note_passes(self.dnssec());
        let mut inquiry = Inquiry::closed(&facts);
        let verdict = judge(&mut inquiry);
        let hit_limit = inquiry.hit_limit();
        Settled {
            verdict,
            facts,
            waves: waves + 1,
            hit_limit,
        }
    }

    /// Answers one question to DNS, from memory when it is there and not seen before `floor`.
    pub async fn ask(&self, question: &Dns, floor: Option<Timestamp>) -> Arc<Fact> {
        self.dns.ask(question, floor).await
    }

    /// The longest a look at one mail server may take: it is a few connections, with long pauses between them.
    pub fn patience_with_mail_servers(&self, closeness: Closeness) -> Duration {
        self.smtp.put().longest(closeness)
    }

    /// Answers one question to a mail server, in the same way.
    pub async fn ask_mail_server(
        &self,
        question: &Starttls,
        floor: Option<Timestamp>,
    ) -> Arc<Fact<Starttls>> {
        self.smtp.ask(question, floor).await
    }

    /// Answers `open` into `facts`, all lanes at once, until `end`. What no lane here answers stays open.
    async fn answer(&self, open: &[AnyQuestion], fresh: &Freshness, end: Instant, facts: &mut Facts) {
        let (dns, policies, smtp) = futures::future::join3(
            self.dns.answer(open, fresh, end),
            self.policies.answer(open, fresh, end),
            self.smtp.answer(open, fresh, end),
        )
        .await;
        for (question, fact) in dns {
            facts.insert_asked(question, fact);
        }
        for (question, fact) in policies {
            facts.insert_asked(question, fact);
        }
        for (question, fact) in smtp {
            facts.insert_asked(question, fact);
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}
