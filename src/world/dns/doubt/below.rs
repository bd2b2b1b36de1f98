//! Whether a zone is broken beside what a resolver leaves out of the proofs above it: the resolver is to blame for that, and the zone
//! for what its own servers do not prove.

use super::delegations::ds_of;
use super::words::Own;
use super::{Asked, Fault};
use crate::dnssec::Replies;
use crate::inquiry::Bogus;
use crate::world::dns::authorities::{Authorities, Reach};
use crate::world::dns::evidence::{Blame, Found, Matter};
use crate::world::dns::validate::Validator;

/// What is looked into below a delegation waits for nothing but the like: whoever looks holds what is above it already.
const BELOW: &str = "";

impl Validator {
    /// Whose fault it is that an answer is not proven where the resolver is known to keep back what stands above it: `otherwise`
    /// (the resolver's), unless the servers of its own zone do not prove it either.
    pub(super) async fn below(
        &self,
        asked: Asked<'_>,
        (bogus, matter): (&Bogus, &Matter),
        otherwise: Fault,
        authorities: &Authorities,
    ) -> Fault {
        let evidence = &matter.evidence;
        if evidence.zone.is_root() || authorities.reach() != Reach::Asked {
            return otherwise;
        }
        let shown = (bogus.at.clone(), bogus.why.reason());
        // What fails by the DS of one zone fails together.
        let Ok(name) = crate::name::Name::from_labels(evidence.name.iter()) else {
            return otherwise;
        };
        let _trial = self.trial(&name, BELOW).await;
        let known = self.remembered().answer(&shown, matter, self.now());
        if let Some(found) = known {
            return found.word.map_or(otherwise, Fault::Told);
        }
        let mut own = Replies::new();
        if let Some(cut) = evidence.cut() {
            let Some(ds) = self.true_ds((&cut, &evidence.zone), authorities).await else {
                return otherwise;
            };
            own.insert(ds_of(&cut), Ok(ds));
        }
        let by = (&evidence.zone, own);
        let found = match self.own_word(asked, (bogus, evidence), by, authorities).await {
            Own::Broken(word) => Found::told(word),
            Own::Good(_) | Own::Unheard => Found::to(Blame::Resolver),
        };
        let word = found.word.clone();
        self.remembered()
            .note_answer(shown, (found, matter.clone()), self.now());
        word.map_or(otherwise, Fault::Told)
    }
}
