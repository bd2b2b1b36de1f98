//! How one question to DNS is put: to our resolvers, or to one authority; and how its aliases are followed.
//!
//! Through the resolvers we ask as any receiver would, and validate when told to. An authority is asked for what it
//! holds itself: without recursion, without validation, and where an alias leads away from it, there it ends.

mod authorities;
mod health;
mod reading;
mod validate;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, Query};
use hickory_resolver::proto::rr::{Name, RecordType};

use self::authorities::Authorities;
pub use self::authorities::Reach;
pub use self::health::Health;
use self::reading::Trail;
use self::validate::Validator;
use self::wire::{Manner, Wire};
use super::exchange::{Heard, Put};
use super::{Clock, Config, ConfigError, config};
use crate::inquiry::{Answer, Dns, Doubt, Security, Trouble, View};

/// The servers questions are put to.
pub(super) struct Servers {
    resolvers: Wire,
    validator: Option<Validator>,
    authorities: Authorities,
}

impl Servers {
    pub(super) fn new(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        let resolvers = match config.resolvers.is_empty() {
            true => config::system_resolvers()?,
            false => config.resolvers.clone(),
        };
        let authorities = Authorities::new(&config, clock.clone());
        let (timeout, attempts) = (config.timeout, config.attempts.get());
        let resolvers = Wire::new(Manner::Recursive, &resolvers, timeout, attempts, clock);
        let validator = config
            .trust_anchor
            .map(|anchor| Validator::new(resolvers.clone(), &anchor));
        Ok(Self {
            resolvers,
            validator,
            authorities,
        })
    }

    /// Whether the servers behind a view answer.
    pub(super) fn health(&self, view: View) -> Health {
        match view {
            View::Recursive => self.resolvers.health(),
            View::Authority(address) => self.authorities.health(address),
        }
    }

    /// Whether authorities are asked.
    pub(super) fn reach(&self) -> Reach {
        self.authorities.reach()
    }

    /// Whether no IPv6 address of an authority can be asked from here.
    pub(super) fn lacks_ipv6(&self) -> bool {
        self.authorities.lacks_ipv6()
    }

    /// Asks the servers, and asks on where an alias leads out of the answer.
    async fn resolve(&self, question: &Dns, trail: &mut Trail) -> Result<Answer, Trouble> {
        loop {
            let query = query(question, trail)?;
            let (message, server, security) = match &self.validator {
                Some(validator) => {
                    let (message, security) = validator.ask(query).await?;
                    (message, None, security)
                }
                None => ask(&self.resolvers, &query).await?,
            };
            trail.security = match trail.security.take() {
                None => Some(security),
                Some(before) => Some(before.worst(security)),
            };
            trail.source.server = server;
            if let Some(answer) = trail.follow(question.kind, &message)? {
                return Ok(answer);
            }
        }
    }
}

async fn ask(wire: &Wire, query: &Message) -> Result<(Message, Option<SocketAddr>, Security), Trouble> {
    let (message, server) = wire.ask(query).await?;
    Ok((message, Some(server), Security::NotAsked))
}

fn query(question: &Dns, trail: &Trail) -> Result<Message, Trouble> {
    let name = reading::wire_name(trail.end()).ok_or(Trouble::Malformed)?;
    Ok(message(name, reading::record_type(question.kind), true))
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

    async fn put(&self, question: &Dns) -> Heard<Dns> {
        if let View::Authority(address) = question.view {
            let resolvers_answer = self.resolvers.health() == Health::Answering;
            return self.authorities.put(question, address, resolvers_answer).await;
        }
        let mut trail = Trail::new(question.name.clone());
        let outcome = self.resolve(question, &mut trail).await;
        let validates = self.validator.is_some();
        let security = match outcome {
            Ok(_) => trail.security.unwrap_or_default(),
            Err(_) if !validates => Security::NotAsked,
            Err(trouble) => Security::Indeterminate {
                at: question.name.clone(),
                why: Doubt::Unanswered(trouble),
            },
        };
        let mut source = trail.source;
        if outcome.is_err() {
            source.ttl = 0;
        }
        Heard {
            outcome,
            security,
            ttl: source.ttl,
            source,
        }
    }

    fn patience(&self, question: &Dns) -> Duration {
        match question.view {
            // A chain that leads from server to server gets no more patience than two names would.
            View::Recursive => self.resolvers.patience().saturating_mul(2),
            View::Authority(address) => self.authorities.patience(address),
        }
    }

    fn in_vain(&self, question: &Dns) -> Option<Trouble> {
        match question.view {
            View::Recursive => None,
            View::Authority(address) => self.authorities.in_vain(address),
        }
    }
}
