//! Whose fault it is that an answer is not proven as it should be: the zone's, that of the resolver it came through, or
//! nobody's.
//!
//! A proof that a resolver leaves out looks like one that the zone never made, and an old copy like one that the zone makes
//! badly. So nobody is called bogus, for whatever fault, before it was looked, the cheapest first, and only then:
//! - the control: within the last minute the resolver has shown a good root, its absences too;
//! - the top-level domain ([`registry`]): its start of authority and an absence there. Where these lack their proofs,
//!   and it is no name that the resolver answers by itself, it has taken them away, of everything below the root or of every
//!   absence: it [strips](Passes::Strips);
//! - the zone's own servers, where they are asked at all ([`witnesses`]): those that the zone and those that its delegation
//!   names. If one of them does not prove what it says, the zone is broken, for those who happen to ask that one.
//!
//! If all that answer do, what the resolver has is looked at once more ([`traces`], [`copies`]), and what else it shows of the
//! zone ([`signs`]). It is an accident where it is proven now; it is a copy of before where a cache may still have it, until the
//! longest TTL has run out: then it counts for nothing, and nobody is accused. Else the resolver has left something out, or
//! changed it ([`Passes::Partly`]), unless it answers for that one name by itself ([`house`]).
//!
//! Where both are at fault the zone's servers say what is wrong with the zone ([`words`]): what shows through the resolver is
//! what both have done to it. Where it is a DS that the resolver has not, the zone above is asked for it ([`delegations`]).
//!
//! What shows the fault is often another answer than the one that was asked for, the zone's keys or the absence of a DS, and
//! many answers share it. So it is looked at first, once for all of them, and then each answer by itself, unless it is the keys
//! that the zone does not prove. All that is found holds for a minute.
//!
//! What cannot be known: where no server of the zone can be asked, a resolver that takes away the signatures of some types
//! or zones alone is not told from a zone that does not sign them; where none can be found, because the resolver proves no
//! address either, nobody is accused.

mod below;
mod copies;
mod delegations;
mod found;
mod house;
mod registry;
mod signs;
mod traces;
mod witnesses;
mod words;

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use self::registry::Registry;
use self::witnesses::Said;
use self::words::Own;
use super::authorities::Authorities;
use super::evidence::{Blame, Evidence, Found, Matter, evidence, is_missing, shows_signatures};
use super::validate::{CONTROL_BEFORE_BLAME, Validator};
use crate::dnssec::{Lookup, Proven, Replies};
use crate::inquiry::{Bogus, Broken, Doubt, Passes, Security, Trouble};

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It counts.
    Counts,
    /// It counts as if nothing were validated: nothing can be through this resolver.
    AsItComes,
    /// It is to be asked for once more: it may have been an accident.
    Again,
    /// It does not count.
    Nothing(Trouble),
}

/// Whose fault it is.
enum Fault {
    /// The zone's, or it cannot be known better.
    Zones,
    /// The zone's, and its servers say so of another thing than what shows through the resolver.
    Told(Box<Proven>),
    /// The resolver's, in this answer.
    Resolvers,
    /// The resolver's, in all answers.
    Strips,
    /// Nobody's: the resolver still holds what the zone gave before.
    Old,
    /// It may be an accident.
    Once,
    /// The control is not secure, or nobody could be found to ask: nobody can be accused.
    Unknown,
}

/// An answer that came through the resolver.
#[derive(Clone, Copy)]
pub(super) struct Asked<'m> {
    pub(super) message: &'m Message,
    pub(super) name: &'m Name,
    pub(super) kind: RecordType,
    /// Whether it was asked for once more already.
    pub(super) again: bool,
}

/// Whether the evidence is the very answer that was asked for.
fn is_of(asked: Asked<'_>, evidence: &Evidence) -> bool {
    evidence.name == *asked.name && evidence.kind == asked.kind
}

impl Validator {
    /// What an answer is worth, and whether it may be used.
    pub(super) async fn judge(&self, asked: Asked<'_>, authorities: &Authorities) -> (Proven, Worth) {
        let mut proven = self.prove(asked.message, asked.name, asked.kind).await;
        let worth = match &proven.security {
            Security::Bogus(bogus) => {
                let bogus = bogus.clone();
                let fault = self.fault(asked, &proven, &bogus, authorities).await;
                let why = match fault {
                    Fault::Zones | Fault::Told(_) | Fault::Once => None,
                    Fault::Old => Some(Doubt::Outdated),
                    Fault::Resolvers | Fault::Strips | Fault::Unknown => Some(Doubt::Resolver),
                };
                if let Some(why) = why {
                    words::doubt(&mut proven, &bogus, why);
                }
                match fault {
                    Fault::Told(word) => {
                        words::tell(&mut proven, &bogus, *word);
                        Worth::Nothing(Trouble::Bogus)
                    }
                    Fault::Zones | Fault::Old | Fault::Unknown => Worth::Nothing(Trouble::Bogus),
                    Fault::Once => Worth::Again,
                    Fault::Strips if !self.is_strict() => Worth::AsItComes,
                    Fault::Strips | Fault::Resolvers => Worth::Nothing(Trouble::Stripped),
                }
            }
            Security::Indeterminate { why, .. } if self.is_strict() => match why {
                // Nobody asked for a proof there: the keys that were given are for other zones.
                Doubt::NoAnchor => Worth::Counts,
                Doubt::Unanswered(trouble) => Worth::Nothing(*trouble),
                Doubt::Limit => Worth::Nothing(Trouble::Limit),
                Doubt::Resolver => Worth::Nothing(Trouble::Stripped),
                Doubt::Clock | Doubt::Outdated | Doubt::WrongSide => Worth::Nothing(Trouble::Bogus),
            },
            _ => Worth::Counts,
        };
        (proven, worth)
    }

    async fn fault(
        &self,
        asked: Asked<'_>,
        proven: &Proven,
        bogus: &Bogus,
        authorities: &Authorities,
    ) -> Fault {
        let (missing, is_changed) = (is_missing(&bogus.why), matches!(bogus.why, Broken::BadSignature));
        let evidence = evidence((asked.message, asked.name, asked.kind), proven, bogus);
        let matter = evidence.map(|evidence| Matter {
            name: asked.name.clone(),
            kind: asked.kind,
            evidence,
        });
        // The resolver has left it out: whether the zone is broken beside, its servers tell, where anybody wants to know.
        let left_out = |fault: Fault| {
            let is_wanted = self.is_strict() || !matches!(fault, Fault::Strips);
            let matter = matter.as_ref().filter(|_| is_wanted);
            async move {
                match matter {
                    Some(matter) => self.below(asked, (bogus, matter), fault, authorities).await,
                    None => fault,
                }
            }
        };
        if self.last() == Passes::Strips && (missing || !shows_signatures(asked.message)) {
            return left_out(Fault::Strips).await;
        }
        let is_the_beginning = bogus.at.is_root() || self.is_anchor(&bogus.at);
        if !missing && is_the_beginning {
            // Where trust begins nobody is to blame but the resolver, and that is told where it is asked.
            return Fault::Zones;
        }
        let is_a_domain = proven.security.is_of_a_domain() && !is_the_beginning;
        let passes = self.control(CONTROL_BEFORE_BLAME).await;
        match passes {
            Passes::Validates | Passes::PassesOn => {}
            Passes::Strips if missing => return left_out(Fault::Strips).await,
            Passes::Partly if (missing || is_changed) && !is_a_domain => {
                return left_out(Fault::Resolvers).await;
            }
            // That others lack something excuses no zone: its own servers are asked.
            Passes::Partly => {}
            Passes::Strips => return left_out(Fault::Unknown).await,
            Passes::Unknown => return Fault::Unknown,
        }
        let Some(matter) = matter.clone() else {
            return Fault::Zones;
        };
        let evidence = matter.evidence.clone();
        let why = bogus.why.reason();
        // Many answers of a zone fail together: one of them is looked at, and the others wait for what is found.
        let _trial = self.trial(&bogus.at, why).await;
        let partly = match self.last() {
            Passes::Strips if missing => return left_out(Fault::Strips).await,
            last => last == Passes::Partly,
        };
        if let Some(fault) = self.known(asked, (bogus, &matter), partly, authorities).await {
            return fault;
        }
        let mut is_silent_above = false;
        if missing
            && !partly
            && let Some(top) = self.top_of(&evidence.name)
        {
            match self.registry(&top, authorities).await {
                Registry::Stripped(shown) => {
                    self.note(Passes::Strips, *shown);
                    return left_out(Fault::Strips).await;
                }
                Registry::Local => return Fault::Resolvers,
                // It proves what it says of itself through this resolver, and would of this.
                Registry::Fine if !is_a_domain => {
                    if self.is_of_its_own(asked, &evidence, authorities).await {
                        let found = Found::to(Blame::House);
                        let shown = (bogus.at.clone(), why);
                        self.remembered().note_answer(shown, (found, matter), self.now());
                        return Fault::Resolvers;
                    }
                    self.note(Passes::Partly, evidence);
                    return left_out(Fault::Resolvers).await;
                }
                Registry::Alone if !is_a_domain => return Fault::Zones,
                Registry::Fine | Registry::Alone => {}
                Registry::Unknown => is_silent_above = true,
            }
        }
        if is_the_beginning {
            return Fault::Zones;
        }
        // What is signed in the name of a top-level domain may lie in a zone below, whose DS the resolver has not.
        if !is_a_domain
            && !missing
            && evidence.kind != RecordType::DS
            && let told @ Fault::Told(_) = left_out(Fault::Unknown).await
        {
            return told;
        }
        let shown = (bogus.at.clone(), why);
        let (fault, found) = match self.witness(&evidence, authorities).await {
            Said::Broken(words) => {
                let words = words::told(bogus, words);
                return self
                    .broken(asked, (bogus, matter), words, partly, authorities)
                    .await;
            }
            // Nobody but a resolver that leaves things out has said anything.
            Said::Nothing { .. } if partly && (missing || is_changed) => {
                (Fault::Resolvers, Found::to(Blame::Resolver))
            }
            Said::Nothing { .. } if is_silent_above => return Fault::Unknown,
            Said::Nothing { unasked: true } => (Fault::Unknown, Found::to(Blame::Unknown)),
            Said::Nothing { .. } => (Fault::Zones, Found::to(Blame::Zone)),
            Said::Good(given) => {
                let (fault, blame) = self.held(asked, (&evidence, &given), partly, authorities).await;
                let Some(blame) = blame else { return fault };
                let found = Found {
                    given: given.replies(&evidence),
                    ..Found::to(blame)
                };
                let by = (&evidence.zone, found.given.clone());
                // Of other answers of the zone this tells nothing.
                if !is_of(asked, &evidence)
                    && let Own::Broken(word) = self.own_word(asked, (bogus, &evidence), by, authorities).await
                {
                    let now = self.now();
                    let mut remembered = self.remembered();
                    remembered.note_blame(shown.clone(), (found, evidence.itself()), now);
                    remembered.note_answer(shown, (Found::told(word.clone()), matter), now);
                    return Fault::Told(word);
                }
                (fault, found)
            }
        };
        let now = self.now();
        self.remembered().note_blame(shown, (found, matter), now);
        fault
    }

    /// What `message` is worth as the answer to the question of the evidence; keys and DS that are part of the evidence are
    /// taken from it, and nothing that was concluded from the resolver's.
    pub(super) async fn prove_anew(&self, message: &Message, evidence: &Evidence) -> Proven {
        let Evidence { name, kind, .. } = evidence;
        if !matches!(*kind, RecordType::DS | RecordType::DNSKEY) {
            return self.prove(message, name, *kind).await;
        }
        let lookup = Lookup {
            name: name.to_lowercase(),
            kind: *kind,
        };
        let given = Replies::from([(lookup, Ok(message.clone()))]);
        let zones = self.zones().above(name);
        self.prove_by(message, (name, *kind), &zones, given).await
    }

    /// The top-level domain of a name, where trust begins above it.
    fn top_of(&self, name: &Name) -> Option<Name> {
        (self.begins_at_the_root() && !name.is_root()).then(|| name.trim_to(1))
    }
}
