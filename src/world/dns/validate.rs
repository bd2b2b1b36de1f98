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

use futures::future::join_all;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, OwnedMutexGuard};
use tokio::time::{Instant, timeout_at};

use super::evidence::{ABSENT, Evidence, Remembered, is_missing, shows_signatures};
use super::wire::Wire;
use crate::dnssec::{Anchors, Lookup, Proven, Replies, Step, Zones, judge};
use crate::inquiry::{Doubt, Passes, Security, Trouble};
use crate::world::{Clock, is_within};

/// The resolver is asked again after this whether it passes DNSSEC on.
const CONTROL: SignedDuration = SignedDuration::from_hours(1);

/// The same where it could not be told.
const CONTROL_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Nobody is called bogus unless the resolver has shown a good root within this.
pub(super) const CONTROL_BEFORE_BLAME: SignedDuration = SignedDuration::from_mins(1);

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
    remembered: Mutex<Remembered>,
    trials: Mutex<HashMap<(crate::name::Name, &'static str), Trial>>,
}

/// Whose fault something is, is looked for once at a time.
type Trial = Arc<tokio::sync::Mutex<()>>;

type Fetch = Arc<OnceCell<Result<Message, Trouble>>>;

/// What the resolver was last found to do, and when.
#[derive(Clone)]
struct Control {
    passes: Passes,
    at: Option<Timestamp>,
    /// What showed that it leaves out a part, and has to come whole before that is over.
    evidence: Option<Evidence>,
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
                evidence: None,
            }),
            controlling: tokio::sync::Mutex::default(),
            fetched: AtomicU64::new(0),
            remembered: Mutex::default(),
            trials: Mutex::default(),
        }))
    }

    /// Whether what cannot be proven is no answer.
    pub(super) fn is_strict(&self) -> bool {
        self.0.strict
    }

    /// Whether answers are validated: where it is required, else once the resolver passes DNSSEC on.
    pub(super) async fn is_on(&self) -> bool {
        // Asked where it is required too: what no answer came of is then told of the resolver.
        self.passes().await.is_some() || self.0.strict
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

    pub(super) async fn control(&self, not_older: SignedDuration) -> Passes {
        let inner = &self.0;
        let known = || {
            let control = inner.control();
            let keeps = if control.passes == Passes::Unknown {
                CONTROL_AGAIN.min(not_older)
            } else {
                not_older
            };
            let is_fresh = control.at.is_some_and(|at| is_within(keeps, at, self.now()));
            is_fresh.then_some(control.passes)
        };
        if let Some(passes) = known() {
            return passes;
        }
        let _one_at_a_time = inner.controlling.lock().await;
        if let Some(passes) = known() {
            return passes;
        }
        let before = inner.control().clone();
        let mut passes = self.ask_control().await;
        let mut evidence = before.evidence;
        if passes.is_enough() {
            match &evidence {
                Some(open) if self.still_lacks(open).await => passes = before.passes,
                _ => evidence = None,
            }
        }
        *inner.control() = Control {
            passes,
            at: Some(self.now()),
            evidence,
        };
        passes
    }

    /// Takes note of what an answer showed of the resolver.
    pub(super) fn note(&self, passes: Passes, evidence: Evidence) {
        // Whoever runs it says so in a sentence of its own; this tells who reads logs by what it showed.
        tracing::info!(
            name = %evidence.name,
            kind = %evidence.kind,
            resolver = passes.as_str(),
            "the resolver leaves out or changes what proves this"
        );
        *self.0.control() = Control {
            passes,
            at: Some(self.now()),
            evidence: Some(evidence),
        };
    }

    /// What showed something of the resolver was this zone's, and shows nothing any more: the next control tells.
    pub(super) fn drop_evidence(&self, zone: &Name) {
        let mut control = self.0.control();
        if control.evidence.as_ref().is_some_and(|open| open.zone == *zone) {
            control.evidence = None;
        }
    }

    /// Whether what lacked its proof still does.
    async fn still_lacks(&self, evidence: &Evidence) -> bool {
        match self.put(&evidence.name, evidence.kind, true).await {
            Ok(message) => matches!(
                self.prove_anew(&message, evidence).await.security,
                Security::Bogus(_)
            ),
            Err(_) => true,
        }
    }

    /// The resolver shows the start of authority of the control, and that something is not there: is it signed, and by keys
    /// we trust?
    async fn ask_control(&self) -> Passes {
        let name = &self.0.controls.sound;
        let Ok(message) = self.put(name, RecordType::SOA, true).await else {
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
        if let Ok(message) = self.put(name, ABSENT, true).await
            && let Security::Bogus(bogus) = self.prove(&message, name, ABSENT).await.security
            && is_missing(&bogus.why)
        {
            return Passes::Strips;
        }
        let validates = match &self.0.controls.bogus {
            Some(bogus) => self.refuses(bogus).await,
            None => self
                .put(name, RecordType::SOA, false)
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
        let shown = match self.put(bogus, RecordType::SOA, true).await {
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
        self.put(bogus, RecordType::SOA, false).await.is_err()
    }

    /// Asks the resolver; with CD whatever the answer is worth.
    pub(super) async fn put(
        &self,
        name: &Name,
        kind: RecordType,
        checking_disabled: bool,
    ) -> Result<Message, Trouble> {
        let mut query = super::signed_message(name.clone(), kind);
        query.metadata.checking_disabled = checking_disabled;
        self.count();
        let answer = self.0.wire.ask(&query).await;
        answer
            .map(|(message, _)| message)
            .map_err(|failed| failed.trouble)
    }

    /// One more question was put.
    pub(super) fn count(&self) {
        self.0.fetched.fetch_add(1, Ordering::Relaxed);
    }

    /// What an answer to a question for `kind` at `name` is worth.
    pub(super) async fn prove(&self, message: &Message, name: &Name, kind: RecordType) -> Proven {
        self.prove_by(message, (name, kind), &self.0.zones, Replies::new())
            .await
    }

    /// The same by what these know of zones, where some of what is needed is given.
    pub(super) async fn prove_by(
        &self,
        message: &Message,
        question: (&Name, RecordType),
        zones: &Zones,
        given: Replies,
    ) -> Proven {
        let ask = |lookup| async move { self.fetch(&lookup).await };
        self.prove_through(message, question, zones, given, ask).await
    }

    /// The same, where what is needed is asked for like this.
    pub(super) async fn prove_through<F: Future<Output = Result<Message, Trouble>>>(
        &self,
        message: &Message,
        (name, kind): (&Name, RecordType),
        zones: &Zones,
        given: Replies,
        ask: impl Fn(Lookup) -> F,
    ) -> Proven {
        let inner = &self.0;
        let end = Instant::now() + inner.wire.patience();
        let mut replies = given;
        loop {
            let known = (&inner.anchors, zones);
            match judge(message, name, kind, known, &replies, (inner.clock)()) {
                Step::Done(proven) => return proven,
                Step::Ask(lookups) => {
                    let fetched = lookups.into_iter().map(|lookup| {
                        let reply = timeout_at(end, ask(lookup.clone()));
                        async move { (lookup, reply.await.unwrap_or(Err(Trouble::Timeout))) }
                    });
                    replies.extend(join_all(fetched).await);
                }
            }
        }
    }

    /// One DS or DNSKEY, asked once for all who wait.
    pub(super) async fn fetch(&self, lookup: &Lookup) -> Result<Message, Trouble> {
        let fetch = self.0.on_their_way().entry(lookup.clone()).or_default().clone();
        let reply = fetch
            .get_or_init(|| self.put(&lookup.name, lookup.kind, true))
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

    /// What is known of zones.
    pub(super) fn zones(&self) -> &Zones {
        &self.0.zones
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Whether trust begins at this zone.
    pub(super) fn is_anchor(&self, zone: &crate::name::Name) -> bool {
        self.0.anchors.is_at(zone)
    }

    /// Whether trust begins at the root.
    pub(super) fn begins_at_the_root(&self) -> bool {
        self.0.anchors.highest().is_root()
    }

    /// Waits until nobody else looks whose this fault of a zone is; what is held keeps others waiting.
    pub(super) async fn trial(&self, zone: &crate::name::Name, why: &'static str) -> OwnedMutexGuard<()> {
        let trial = {
            let mut trials = self.0.trials.lock().unwrap_or_else(PoisonError::into_inner);
            trials.retain(|_, trial| Arc::strong_count(trial) > 1);
            trials.entry((zone.clone(), why)).or_default().clone()
        };
        trial.lock_owned().await
    }

    /// What was found of zones lately.
    pub(super) fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_their_way(&self) -> MutexGuard<'_, HashMap<Lookup, Fetch>> {
        self.on_their_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
