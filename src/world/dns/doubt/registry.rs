//! What a top-level domain shows of a resolver: its registry proves what it says, whoever is broken below it.

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};

use super::witnesses::Said;
use crate::inquiry::Security;
use crate::world::dns::authorities::Authorities;
use crate::world::dns::evidence::{ABSENT, Evidence, evidence, is_missing};
use crate::world::dns::validate::Validator;

/// Top-level domains to compare another one with: signed, and there for everybody.
const REGISTRIES: [&str; 3] = ["com.", "net.", "org."];

/// What the proofs of a top-level domain come to.
pub(super) enum Registry {
    /// They are there.
    Fine,
    /// They are missing by the resolver's doing: here it shows.
    Stripped(Box<Evidence>),
    /// They are missing there, and it may be its own doing.
    Alone,
    /// There is none: the root proves it, or proves another. The resolver answers for it by itself, as many do for
    /// `localhost` (RFC 6761, 6.3) and for names of a house's own; that shows nothing of how it passes on what others say.
    Local,
    /// It has said nothing that tells: silence proves nothing, and is looked for again.
    Unknown,
}

/// What the resolver shows of a top-level domain.
enum Shows {
    /// Proofs.
    Proofs,
    /// That it is not signed, which is proven.
    Unsigned,
    /// That one is missing.
    Lack {
        at_the_root: bool,
        evidence: Box<Evidence>,
    },
    /// Nothing that tells: it is not there, or gives no answer.
    Nothing,
}

impl Validator {
    /// Whether a top-level domain proves its own start of authority, and an absence, through the resolver.
    pub(super) async fn registry(&self, top: &Name, authorities: &Authorities) -> Registry {
        if self.remembered().is_fine(top, self.now()) {
            return Registry::Fine;
        }
        let (at_the_root, evidence) = match self.shows(top).await {
            Shows::Lack {
                at_the_root,
                evidence,
            } => (at_the_root, evidence),
            Shows::Proofs | Shows::Unsigned => {
                self.remembered().note_fine(top, self.now());
                return Registry::Fine;
            }
            // That it is not there says nothing of it, unless something is said to be below.
            Shows::Nothing if self.is_denied(top).await => return Registry::Local,
            Shows::Nothing => return Registry::Unknown,
        };
        // The root has shown just now that it is signed: what it says of a delegation is, too.
        if at_the_root && self.is_denied(top).await {
            return Registry::Local;
        }
        for other in REGISTRIES {
            let Ok(other) = Name::from_ascii(other) else {
                continue;
            };
            if other == *top {
                continue;
            }
            match self.shows(&other).await {
                Shows::Proofs if at_the_root => return Registry::Local,
                Shows::Proofs => return Registry::Alone,
                Shows::Lack { .. } => return Registry::Stripped(evidence),
                Shows::Unsigned | Shows::Nothing => {}
            }
        }
        if at_the_root {
            return Registry::Stripped(evidence);
        }
        match self.witness(&evidence, authorities).await {
            Said::Good(_) => Registry::Stripped(evidence),
            Said::Broken(_) | Said::Nothing { .. } => Registry::Alone,
        }
    }

    /// Whether the root proves, through the resolver, that there is no such domain. A question for DS goes to the zone above
    /// (RFC 4035, 3.1.4.1), whatever a resolver answers by itself below.
    async fn is_denied(&self, top: &Name) -> bool {
        let Ok(message) = self.put(top, RecordType::DS, true).await else {
            return false;
        };
        let proven = self.prove(&message, top, RecordType::DS).await;
        message.metadata.response_code == ResponseCode::NXDomain && proven.security == Security::Secure
    }

    /// What the resolver shows of one.
    async fn shows(&self, top: &Name) -> Shows {
        let ask = |kind| async move {
            let Ok(message) = self.put(top, kind, true).await else {
                return Shows::Nothing;
            };
            let proven = self.prove(&message, top, kind).await;
            let is_there = kind != RecordType::SOA || !message.answers.is_empty();
            match &proven.security {
                Security::Secure if is_there => Shows::Proofs,
                Security::Insecure { .. } => Shows::Unsigned,
                Security::Bogus(bogus) if is_missing(&bogus.why) => {
                    match evidence((&message, top, kind), &proven, bogus) {
                        Some(evidence) => Shows::Lack {
                            at_the_root: bogus.at.is_root(),
                            evidence: Box::new(evidence),
                        },
                        None => Shows::Nothing,
                    }
                }
                _ => Shows::Nothing,
            }
        };
        match tokio::join!(ask(RecordType::SOA), ask(ABSENT)) {
            (lack @ Shows::Lack { .. }, _) | (_, lack @ Shows::Lack { .. }) => lack,
            (Shows::Nothing, _) | (_, Shows::Nothing) => Shows::Nothing,
            (Shows::Unsigned, _) | (_, Shows::Unsigned) => Shows::Unsigned,
            (Shows::Proofs, Shows::Proofs) => Shows::Proofs,
        }
    }
}
