//! DNSSEC: whether what is managed is proven, and what endangers the proof (RFC 4033 to 4035).
//!
//! Nothing is validated here: every fact says what it is worth, and which zones lead to it. One state is judged over all
//! managed names, where the manifest asks for it; a broken chain of trust is an Error wherever it stands, for those who
//! validate get no answer. What could not be proven because of the resolver, the clock or an outage accuses nobody. Files:
//! `chain` (which facts are looked at), `check` (broken and missing chains), `zones` (what the zones' keys and
//! times show), `signals` (what they publish for their parents).

mod chain;
mod check;
mod signals;
mod zones;

use std::collections::BTreeSet;

use self::chain::Part;
pub(super) use self::check::check;
pub(super) use self::signals::PublishedKey;
pub(super) use self::zones::{ends, is_late, needed};
use super::basis::{Basis, Judged};
use super::{RecordVerdict, State};
use crate::inquiry::{Broken, Dns, Inquiry, Passes, Security, Trouble};
use crate::intent::{Intent, ManagedRrset};

/// The state of the chain of trust over all names that are managed.
pub(super) fn state(intent: &Intent, wanted: &ManagedRrset, inquiry: &mut Inquiry<'_>) -> RecordVerdict {
    let mut basis = Basis::default();
    let parts = chain::managed(intent, wanted, inquiry, &mut basis);
    let mut worst = State::InSync;
    let mut unproven = parts.is_empty();
    let mut differences = Vec::new();
    for part in &parts {
        let state = match &part.security {
            Security::Secure => continue,
            Security::Insecure { .. } => State::Missing,
            // While some still take it, it is a warning, and nothing is known to be wrong for all.
            Security::Bogus(bogus) if part.security.is_of_a_domain() && !bogus.why.is_tolerated() => {
                State::Drifted
            }
            _ => {
                unproven = true;
                continue;
            }
        };
        if worst != State::Drifted {
            worst = state;
        }
        differences.push(part.line());
    }
    if unproven && worst == State::InSync {
        worst = State::Unknown;
    }
    let states: BTreeSet<&str> = parts.iter().map(Part::state).collect();
    let judged = Judged {
        state: worst,
        observed: states.into_iter().map(str::to_lowercase).collect(),
        differences,
    };
    let mut verdict = basis.verdict(wanted, judged);
    if worst == State::Unknown && !parts.is_empty() {
        verdict.unanswered = verdict.unanswered.or(Some(no_proof(&parts, inquiry.passes())));
    }
    verdict
}

/// Whether a proof is missing that nobody needs: only who looks for a wildcard asks for a name that begins with an asterisk, and some
/// servers leave out of the answer what they prove for every other name (RFC 4035 5.3.4, RFC 4592 2.2.1).
pub(super) fn is_nobodys(question: &Dns, security: &Security) -> bool {
    let lacks_proof = matches!(security, Security::Bogus(bogus) if matches!(bogus.why, Broken::NoProof(_)));
    lacks_proof && question.name.as_str().starts_with("*.")
}

/// Why nothing is known: whose doing it is that there is no proof.
fn no_proof(parts: &[Part], passes: Option<Passes>) -> Trouble {
    let nobody_looked = parts.iter().any(|part| part.security == Security::NotAsked);
    match passes {
        None if nobody_looked => Trouble::NotValidated,
        Some(Passes::Strips) if nobody_looked => Trouble::Stripped,
        _ => Trouble::Unproven,
    }
}
