//! What was found of a fault, before or just now, and what that makes of one answer: nobody is told that an answer is bogus, or that it
//! is not, for another one of its zone.

use hickory_proto::rr::Name;

use super::traces::Trace;
use super::witnesses::Given;
use super::words::Own;
use super::{Asked, Fault, is_of};
use crate::dnssec::{Proven, Replies};
use crate::inquiry::{Bogus, Passes};
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{Blame, Evidence, Found, Matter, name_within};
use crate::world::dns::validate::Validator;

/// Whose fault something is by what was found of it before; `None` where it is looked at again.
fn as_found(found: &Found, partly: bool) -> Option<Fault> {
    match (found.blame, &found.word) {
        (Blame::Zone, Some(word)) => Some(Fault::Told(word.clone())),
        (Blame::Zone, None) => Some(Fault::Zones),
        (Blame::Nobody, _) => Some(Fault::Old),
        (Blame::House, _) => Some(Fault::Resolvers),
        (Blame::Unknown, _) => Some(Fault::Unknown),
        // It is known to leave things out: what it left out is not looked up for every answer.
        (Blame::Resolver, _) => partly.then_some(Fault::Resolvers),
    }
}

impl Validator {
    /// What was found lately of this answer, or of the fault that it shares with others of its zone; then the answer itself is
    /// looked at, so that nothing hangs on which of them was asked for first.
    pub(super) async fn known(
        &self,
        asked: Asked<'_>,
        (bogus, matter): (&Bogus, &Matter),
        partly: bool,
        authorities: &Authorities,
    ) -> Option<Fault> {
        let (shown, now) = ((bogus.at.clone(), bogus.why.reason()), self.now());
        let of_it = self.remembered().answer(&shown, matter, now);
        if let Some(fault) = of_it.and_then(|found| as_found(&found, partly)) {
            return Some(fault);
        }
        let (found, of) = self.remembered().blame(&shown, matter, now)?;
        let evidence = &matter.evidence;
        let is_settled = match found.blame {
            Blame::Zone => of == *matter || of.evidence.is_of_keys(),
            Blame::Resolver | Blame::House | Blame::Nobody => of == *matter || is_of(asked, evidence),
            Blame::Unknown => true,
        };
        let fault = as_found(&found, partly)?;
        if is_settled {
            return Some(fault);
        }
        let is_the_zones = found.blame == Blame::Zone;
        // What is known of the zone's keys was not what was wrong.
        let above = match is_the_zones {
            true => &evidence.name,
            false => &evidence.zone,
        };
        let by = (above, found.given.clone());
        let found = match self.own_word(asked, (bogus, evidence), by, authorities).await {
            Own::Broken(word) => Found::told(word),
            Own::Good(_) if is_the_zones => return None,
            Own::Good(_) | Own::Unheard => found,
        };
        let (fault, now) = (as_found(&found, partly), self.now());
        self.remembered().note_answer(shown, (found, matter.clone()), now);
        fault
    }

    /// Whose fault it is where the zone does not prove the evidence itself: nobody is told that an answer is bogus which its
    /// servers prove, for something else that they do not.
    pub(super) async fn broken(
        &self,
        asked: Asked<'_>,
        (bogus, matter): (&Bogus, Matter),
        told: Option<Box<Proven>>,
        partly: bool,
        authorities: &Authorities,
    ) -> Fault {
        let (shown, evidence) = ((bogus.at.clone(), bogus.why.reason()), &matter.evidence);
        let own = match is_of(asked, evidence) || evidence.is_of_keys() {
            true => Own::Unheard,
            false => {
                let by = (&evidence.zone, Replies::new());
                self.own_word(asked, (bogus, evidence), by, authorities).await
            }
        };
        let of_the_zone = Found {
            word: told.clone(),
            ..Found::to(Blame::Zone)
        };
        let now = self.now();
        let of_it = match own {
            Own::Good(Some(given)) => {
                let itself = Evidence {
                    name: name_within(&evidence.zone, asked.name, asked.message)
                        .unwrap_or(asked.name)
                        .clone(),
                    kind: asked.kind,
                    ..evidence.clone()
                };
                self.remembered()
                    .note_blame(shown.clone(), (of_the_zone, evidence.itself()), now);
                let (fault, blame) = self.held(asked, (&itself, &given), partly, authorities).await;
                if let Some(blame) = blame {
                    let found = Found::to(blame);
                    self.remembered().note_answer(shown, (found, matter), now);
                }
                return fault;
            }
            Own::Broken(word) => Some(word),
            Own::Good(None) | Own::Unheard => None,
        };
        self.absolve(&evidence.zone);
        let mut remembered = self.remembered();
        match of_it {
            Some(word) => {
                remembered.note_blame(shown.clone(), (of_the_zone, evidence.itself()), now);
                remembered.note_answer(shown, (Found::told(word.clone()), matter), now);
                Fault::Told(word)
            }
            None => {
                remembered.note_blame(shown, (of_the_zone, matter), now);
                told.map_or(Fault::Zones, Fault::Told)
            }
        }
    }

    /// Whose fault it is that the resolver has something else than what a server of the zone has `given`, and proves; beside, to
    /// whom it is put down for a while.
    pub(super) async fn held(
        &self,
        asked: Asked<'_>,
        (evidence, given): (&Evidence, &Given),
        partly: bool,
        authorities: &Authorities,
    ) -> (Fault, Option<Blame>) {
        let first = is_of(asked, evidence).then_some(asked.message);
        if !partly {
            match self.trace(first, evidence, given, authorities).await {
                Trace::Same if !asked.again => return (Fault::Once, None),
                Trace::Nothing => return (Fault::Unknown, Some(Blame::Unknown)),
                Trace::Old(lasts) if self.remembered().can_be_old(evidence, lasts, self.now()) => {
                    return (Fault::Old, Some(Blame::Nobody));
                }
                Trace::Changed { elsewhere: false }
                    if self.is_of_its_own(asked, evidence, authorities).await =>
                {
                    return (Fault::Resolvers, Some(Blame::House));
                }
                Trace::Same | Trace::Old(_) | Trace::Changed { .. } => {}
            }
        }
        self.note(Passes::Partly, evidence.clone());
        (Fault::Resolvers, Some(Blame::Resolver))
    }

    /// The zone is broken itself: that an answer of it lacks its proof says nothing of the resolver any more.
    fn absolve(&self, zone: &Name) {
        self.remembered().forget_copies(zone);
        self.drop_evidence(zone);
    }
}
