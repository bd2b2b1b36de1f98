//! How one question to DNS is put: to our resolvers, or to one authority; and how its aliases are followed.
//!
//! Through the resolvers we ask as any receiver would, and validate when told to. An authority is asked for what it
//! holds itself: without recursion, without validation, and where an alias leads away from it, there it ends.

mod authorities;
mod breaker;
mod doubt;
mod evidence;
mod health;
mod reading;
mod validate;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};
use jiff::Timestamp;
use tokio::time::Instant;

use self::authorities::Authorities;
pub use self::authorities::Reach;
use self::breaker::Breaker;
use self::doubt::{Asked, Worth};
pub use self::health::Health;
use self::reading::Trail;
use self::validate::{Controls, Validator};
pub(super) use self::wire::whole;
use self::wire::{Manner, Wire};
use super::exchange::{Heard, Put};
use super::places::Turns;
use super::{Clock, Config, ConfigError, Dnssec, config};
use crate::inquiry::{Answer, Dns, Passes, Source, Trouble, View};

/// The servers questions are put to.
pub(super) struct Servers {
    resolvers: Wire,
    validator: Option<Validator>,
    authorities: Authorities,
    breaker: Option<Breaker>,
    asked: AtomicU64,
}

impl Servers {
    /// Servers whose authorities are asked when their turn comes.
    pub(super) fn new(config: Config, turns: Arc<Turns>, clock: Clock) -> Result<Self, ConfigError> {
        let resolvers = match config.resolvers.is_empty() {
            true => config::system_resolvers()?,
            false => config.resolvers.clone(),
        };
        let authorities = Authorities::new(&config, turns, clock.clone());
        let breaker = config.spare_the_silent.then(Breaker::default);
        let (timeout, attempts) = (config.timeout, config.attempts.get());
        let resolvers = Wire::new(Manner::Recursive, &resolvers, timeout, attempts, clock.clone());
        let strict = match config.dnssec {
            Some(Dnssec::Off) => None,
            Some(Dnssec::Auto) => Some(false),
            Some(Dnssec::Require) => Some(true),
            // Whoever names keys wants them heeded.
            None => Some(config.trust_anchor.is_some()),
        };
        let anchors = config.trust_anchor.map(|anchor| anchor.0).unwrap_or_default();
        let control = Controls::new(&anchors, config.dnssec_control, config.dnssec_bogus_control);
        let validator =
            strict.map(|strict| Validator::new(resolvers.clone(), anchors, control, strict, clock));
        Ok(Self {
            resolvers,
            validator,
            authorities,
            breaker,
            asked: AtomicU64::new(0),
        })
    }

    /// Whether the servers behind a view answer.
    pub(super) fn health(&self, view: View) -> Health {
        match view {
            View::Recursive => self.resolvers.health(),
            View::Authority(address) => self.authorities.health(address),
        }
    }

    /// Whether the resolvers answer; when they did not, they are asked once more what any of them must know.
    pub(super) async fn look_for_health(&self) -> Health {
        if self.resolvers.health() != Health::Answering {
            self.resolvers.ask_control().await;
        }
        self.resolvers.health()
    }

    /// Whether authorities are asked.
    pub(super) fn reach(&self) -> Reach {
        self.authorities.reach()
    }

    /// Whether no IPv6 address of an authority can be asked from here.
    pub(super) fn lacks_ipv6(&self) -> bool {
        self.authorities.lacks_ipv6()
    }

    /// What the resolvers were last found to make of DNSSEC; `None` where nobody wants to know.
    pub(super) fn passes(&self) -> Option<Passes> {
        self.validator.as_ref().map(Validator::last)
    }

    /// Whether an answer that cannot be proven is none.
    pub(super) fn requires_proof(&self) -> bool {
        self.validator.as_ref().is_some_and(Validator::is_strict)
    }

    /// The same, asked when it is not known or was long ago.
    pub(super) async fn ask_passes(&self) -> Option<Passes> {
        Some(self.validator.as_ref()?.passes().await)
    }

    /// How many questions were put: those of the judgement, and one more wherever an alias led out of an answer.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// How many questions validation has asked.
    pub(super) fn fetched(&self) -> u64 {
        self.validator.as_ref().map_or(0, Validator::fetched)
    }

    /// Asks the servers, and asks on where an alias leads out of the answer.
    async fn resolve(&self, question: &Dns, trail: &mut Trail) -> Result<Answer, Trouble> {
        let mut validator = self.validator.as_ref();
        if let Some(possible) = validator
            && !Box::pin(possible.is_on()).await
        {
            validator = None;
        }
        let mut again = false;
        loop {
            let name = reading::wire_name(trail.end()).ok_or(Trouble::Malformed)?;
            let kind = reading::record_type(question.kind);
            let query = match validator {
                Some(_) => signed_message(name.clone(), kind),
                None => message(name.clone(), kind, true),
            };
            self.asked.fetch_add(1, Ordering::Relaxed);
            let (message, server) = self.resolvers.ask(&query).await.map_err(|failed| {
                trail.source.explained = failed.explained.map(Box::new);
                failed.trouble
            })?;
            trail.source.server = Some(server);
            if let Some(possible) = validator {
                let asked = Asked {
                    message: &message,
                    name: &name,
                    kind,
                    again,
                };
                // In a box, as all that few questions need: each is a task of its own, and takes room for whatever may come.
                let (proven, worth) = Box::pin(possible.judge(asked, &self.authorities)).await;
                match worth {
                    Worth::Counts => trail.prove(proven),
                    Worth::Nothing(trouble) => {
                        trail.prove(proven);
                        trail.note_apex(&message);
                        trail.disbelieve(question.kind, &message);
                        return Err(trouble);
                    }
                    Worth::Again => {
                        again = true;
                        continue;
                    }
                    // Asked anew, so that what the resolver finds bogus itself is still kept back.
                    Worth::AsItComes => {
                        trail.prove_nothing();
                        validator = None;
                        continue;
                    }
                }
                again = false;
            }
            if let Some(answer) = trail.follow(question.kind, &message)? {
                return Ok(answer);
            }
        }
    }
}

/// A question whose answer is to be validated: with its signatures, and whatever is wrong with them (RFC 4035 3.2).
fn signed_message(name: Name, kind: RecordType) -> Message {
    let mut query = message(name, kind, true);
    query.metadata.checking_disabled = true;
    if let Some(edns) = &mut query.edns {
        edns.set_dnssec_ok(true);
    }
    query
}

/// A question as it goes out.
fn message(name: Name, kind: RecordType, recursive: bool) -> Message {
    let mut query = Message::query();
    query.metadata.recursion_desired = recursive;
    query.add_query(Query::query(name, kind));
    let mut edns = Edns::new();
    edns.set_max_payload(wire::UDP_PAYLOAD);
    query.set_edns(edns);
    query
}

impl Put for Servers {
    type Lane = Dns;

    async fn put(&self, question: &Dns, _: Option<Timestamp>) -> Heard<Dns> {
        if let View::Authority(address) = question.view {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let resolvers_answer = self.resolvers.health() == Health::Answering;
            return Box::pin(self.authorities.put(question, address, resolvers_answer)).await;
        }
        let mut trail = Trail::new(question.name.clone());
        let outcome = self.resolve(question, &mut trail).await;
        let security = trail.security.unwrap_or_default();
        let mut source = trail.source;
        if outcome.is_err() {
            source.ttl = 0;
        }
        Heard {
            outcome,
            security,
            ttl: source.ttl,
            source,
            seen_at: None,
        }
    }

    fn patience(&self, question: &Dns) -> Duration {
        match question.view {
            // A chain that leads from server to server gets no more patience than two names would.
            // What is validated takes its keys, and before them perhaps the control.
            View::Recursive if self.validator.is_some() => self.resolvers.patience().saturating_mul(4),
            View::Recursive => self.resolvers.patience().saturating_mul(2),
            View::Authority(address) => self.authorities.patience(address),
        }
    }

    fn in_vain(&self, question: &Dns) -> Option<Trouble> {
        match question.view {
            View::Recursive => {
                let breaker = self.breaker.as_ref()?;
                breaker.in_vain(self.resolvers.health(), Instant::now())
            }
            View::Authority(address) => self.authorities.in_vain(address),
        }
    }

    fn silence(&self, question: &Dns) -> Source {
        match question.view {
            View::Recursive => Source::default(),
            View::Authority(address) => self.authorities.silence(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inquiry::Kind;
    use crate::world::places::Places;

    /// Each question is a task, whose room is allocated and copied before it begins: what few of them need is in a box.
    #[test]
    fn a_question_on_its_way_takes_little_room() {
        let second = Duration::from_secs(1);
        let config = Config {
            resolvers: vec!["127.0.0.1:53".parse().unwrap()],
            ..Config::default()
        };
        let turns = Places::new(1, second, second).turns();
        let servers = Servers::new(config, turns, Arc::new(Timestamp::now)).unwrap();
        let question = Dns::new("a.example".parse().unwrap(), Kind::Txt);
        let room = size_of_val(&servers.put(&question, None));
        assert!(room <= 2048, "{room} octets");
    }
}
