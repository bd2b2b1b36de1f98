//! DNSSEC validation over the wire: fetches what the pure part asks for, and finds out whether the resolver passes
//! DNSSEC on at all.
//!
//! Everything is asked with DO and CD: we check ourselves, and want to see what is broken (RFC 4035 3.2.2). A DS or
//! DNSKEY is fetched once however many answers wait for it, and what is learnt of zones serves all answers.
//!
//! Many resolvers strip signatures (stubs, old middleboxes). So by itself (`auto`) Zegel validates only once the resolver
//! has shown a signed root, which it is asked for at the start and every hour; where it strips them, answers are taken as
//! ever, and that is told once for the installation, not of any domain. Whoever requires validation gets no answer that
//! could not be proven.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, Record, RecordType};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

use super::wire::Wire;
use crate::dnssec::{Anchors, Lookup, Proven, Replies, Step, Zones, judge};
use crate::inquiry::{Doubt, Passes, Security, Trouble};
use crate::world::Clock;

/// The resolver is asked again after this whether it passes DNSSEC on.
const CONTROL: Duration = Duration::from_hours(1);

/// The same where it could not be told.
const CONTROL_AGAIN: Duration = Duration::from_secs(30);

/// Nobody is called bogus unless the resolver has shown a good root within this.
const CONTROL_BEFORE_BLAME: Duration = Duration::from_mins(1);

/// What the resolver is tried with.
#[derive(Debug, Clone)]
pub(super) struct Controls {
    /// A name that is signed: its start of authority, or that it has none, must be proven.
    sound: Name,
    /// A name that is known to be bogus.
    bogus: Option<Name>,
}

impl Controls {
    pub(super) fn new(
        anchors: &Anchors,
        sound: Option<crate::name::Name>,
        bogus: Option<crate::name::Name>,
    ) -> Self {
        let wire = |name: crate::name::Name| super::reading::wire_name(&name);
        Self {
            sound: sound.and_then(wire).unwrap_or_else(|| anchors.highest()),
            bogus: bogus.and_then(wire),
        }
    }
}

/// Asks and validates. Cheap to clone; what is known of zones is shared.
#[derive(Clone)]
pub(super) struct Validator(Arc<Inner>);

struct Inner {
    wire: Wire,
    anchors: Anchors,
    controls: Controls,
    zones: Zones,
    clock: Clock,
    /// Whether what cannot be proven is no answer.
    strict: bool,
    on_their_way: Mutex<HashMap<Lookup, Fetch>>,
    control: Mutex<Control>,
    controlling: tokio::sync::Mutex<()>,
    fetched: AtomicU64,
}

type Fetch = Arc<OnceCell<Result<Message, Trouble>>>;

/// What the resolver was last found to do, and when.
#[derive(Clone, Copy)]
struct Control {
    passes: Passes,
    at: Option<Instant>,
}

impl Validator {
    pub(super) fn new(wire: Wire, anchors: Anchors, controls: Controls, strict: bool, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            wire,
            anchors,
            controls,
            zones: Zones::default(),
            clock,
            strict,
            on_their_way: Mutex::default(),
            control: Mutex::new(Control {
                passes: Passes::Unknown,
                at: None,
            }),
            controlling: tokio::sync::Mutex::default(),
            fetched: AtomicU64::new(0),
        }))
    }

    /// Whether what cannot be proven is no answer.
    pub(super) fn is_strict(&self) -> bool {
        self.0.strict
    }

    /// Whether answers are validated: where it is required, else once the resolver passes DNSSEC on.
    pub(super) async fn is_on(&self) -> bool {
        // Asked where it is required too: what no answer came of is then told of the resolver.
        self.passes().await.is_enough() || self.0.strict
    }

    /// What the resolver was last found to do.
    pub(super) fn last(&self) -> Passes {
        self.0.control().passes
    }

    /// How many DS, DNSKEY and control questions were asked.
    pub(super) fn fetched(&self) -> u64 {
        self.0.fetched.load(Ordering::Relaxed)
    }

    /// What the resolver makes of DNSSEC: asked when that is not known, or was long ago.
    pub(super) async fn passes(&self) -> Passes {
        self.control(CONTROL).await
    }

    async fn control(&self, not_older: Duration) -> Passes {
        let inner = &self.0;
        let known = || {
            let control = *inner.control();
            let keeps = if control.passes == Passes::Unknown {
                CONTROL_AGAIN.min(not_older)
            } else {
                not_older
            };
            let is_fresh = control.at.is_some_and(|at| at.elapsed() < keeps);
            is_fresh.then_some(control.passes)
        };
        if let Some(passes) = known() {
            return passes;
        }
        let _one_at_a_time = inner.controlling.lock().await;
        if let Some(passes) = known() {
            return passes;
        }
        let passes = self.ask_control().await;
        *inner.control() = Control {
            passes,
            at: Some(Instant::now()),
        };
        passes
    }

    /// The resolver shows the start of authority of the control: is it signed, and by keys we trust?
    async fn ask_control(&self) -> Passes {
        let name = &self.0.controls.sound;
        let Ok(message) = self.put(name, true).await else {
            return Passes::Unknown;
        };
        // Where trust begins everything is signed: nothing more need be asked to tell.
        if !shows_signatures(&message) && *name == self.0.anchors.highest() {
            return Passes::Strips;
        }
        let proven = self.prove(&message, name, RecordType::SOA).await;
        match proven.security {
            // That a name is proven to be unsigned takes signatures as well.
            Security::Secure | Security::Insecure { .. } => {}
            Security::Indeterminate {
                why: Doubt::Unanswered(_),
                ..
            } => return Passes::Unknown,
            _ => return Passes::Strips,
        }
        let validates = match &self.0.controls.bogus {
            Some(bogus) => self.refuses(bogus).await,
            None => self
                .put(name, false)
                .await
                .is_ok_and(|message| message.metadata.authentic_data),
        };
        match validates {
            true => Passes::Validates,
            false => Passes::PassesOn,
        }
    }

    /// Whether the resolver keeps to itself what is bogus; to us, who check ourselves, it must show it. Where it does not, or
    /// where we find nothing wrong with it, the control is none, and says nothing.
    async fn refuses(&self, bogus: &Name) -> bool {
        let shown = match self.put(bogus, true).await {
            Ok(message) => self.prove(&message, bogus, RecordType::SOA).await.security,
            Err(_) => Security::NotAsked,
        };
        if !matches!(shown, Security::Bogus(_)) {
            tracing::warn!(
                name = %bogus,
                found = %shown,
                "the name of --dnssec-bogus-control is not seen to be bogus: it tells nothing of the resolver"
            );
            return false;
        }
        self.put(bogus, false).await.is_err()
    }

    /// Asks for the start of authority at a control; with CD whatever it is worth.
    async fn put(&self, name: &Name, checking_disabled: bool) -> Result<Message, Trouble> {
        let mut query = super::signed_message(name.clone(), RecordType::SOA);
        query.metadata.checking_disabled = checking_disabled;
        self.0.fetched.fetch_add(1, Ordering::Relaxed);
        self.0.wire.ask(&query).await.map(|(message, _)| message)
    }

    /// What an answer to a question for `kind` at `name` is worth, and whether it may be used.
    pub(super) async fn judge(
        &self,
        message: &Message,
        name: &Name,
        kind: RecordType,
    ) -> (Proven, Result<(), Trouble>) {
        let mut proven = self.prove(message, name, kind).await;
        let usable = match &proven.security {
            // Through a resolver that shows no signature at all nothing is proven, and nothing is shown to be false.
            Security::Bogus(bogus) if self.last() == Passes::Strips && !shows_signatures(message) => {
                proven.security = Security::Indeterminate {
                    at: bogus.at.clone(),
                    why: Doubt::Resolver,
                };
                Err(Trouble::Stripped)
            }
            Security::Bogus(bogus) => {
                // Above the domains nobody is to blame but the resolver, and that is told where it is asked.
                let is_a_domain = proven.security.is_of_a_domain() && !self.0.anchors.is_at(&bogus.at);
                if is_a_domain && !self.control(CONTROL_BEFORE_BLAME).await.is_enough() {
                    proven.security = Security::Indeterminate {
                        at: bogus.at.clone(),
                        why: Doubt::Resolver,
                    };
                }
                Err(Trouble::Bogus)
            }
            Security::Indeterminate { why, .. } if self.0.strict => match why {
                // Nobody asked for a proof there: the keys that were given are for other zones.
                Doubt::NoAnchor => Ok(()),
                Doubt::Unanswered(trouble) => Err(*trouble),
                Doubt::Limit => Err(Trouble::Limit),
                Doubt::Resolver => Err(Trouble::Stripped),
                Doubt::Clock | Doubt::WrongSide => Err(Trouble::Bogus),
            },
            _ => Ok(()),
        };
        (proven, usable)
    }

    async fn prove(&self, message: &Message, name: &Name, kind: RecordType) -> Proven {
        let inner = &self.0;
        let end = Instant::now() + inner.wire.patience();
        let mut replies = Replies::new();
        loop {
            let known = (&inner.anchors, &inner.zones);
            match judge(message, name, kind, known, &replies, (inner.clock)()) {
                Step::Done(proven) => return proven,
                Step::Ask(lookups) => {
                    let fetched = lookups.into_iter().map(|lookup| async move {
                        let reply = timeout_at(end, self.fetch(&lookup)).await;
                        (lookup, reply.unwrap_or(Err(Trouble::Timeout)))
                    });
                    replies.extend(join_all(fetched).await);
                }
            }
        }
    }

    /// One DS or DNSKEY, asked once for all who wait.
    async fn fetch(&self, lookup: &Lookup) -> Result<Message, Trouble> {
        let fetch = self.0.on_their_way().entry(lookup.clone()).or_default().clone();
        let reply = fetch
            .get_or_init(|| async {
                self.0.fetched.fetch_add(1, Ordering::Relaxed);
                let query = super::signed_message(lookup.name.clone(), lookup.kind);
                self.0.wire.ask(&query).await.map(|(message, _)| message)
            })
            .await
            .clone();
        let mut on_their_way = self.0.on_their_way();
        if on_their_way
            .get(lookup)
            .is_some_and(|known| Arc::ptr_eq(known, &fetch))
        {
            on_their_way.remove(lookup);
        }
        reply
    }
}

/// Whether anything in an answer is signed.
fn shows_signatures(message: &Message) -> bool {
    let is_signature = |record: &Record| record.record_type() == RecordType::RRSIG;
    message
        .answers
        .iter()
        .chain(&message.authorities)
        .any(is_signature)
}

impl Inner {
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_their_way(&self) -> MutexGuard<'_, HashMap<Lookup, Fetch>> {
        self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
