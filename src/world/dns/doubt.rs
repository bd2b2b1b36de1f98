//! Whose fault it is that an answer is not proven as it should be: the zone's, or that of the resolver it came through.
//!
//! A proof that a resolver leaves out looks like one that the zone never made. So nobody is called bogus before it was
//! looked, the cheapest first, and only then:
//! - the control: within the last minute the resolver has shown a good root, its absences too;
//! - the top-level domain: its start of authority and an absence there. Where these lack their proofs the resolver has
//!   taken them away, of everything below the root or of every absence: it [strips](Passes::Strips);
//! - the zone's own servers, where they are asked at all. If what each of them says is proven, the resolver has left
//!   something out, or changed it ([`Passes::Partly`]).
//!
//! What cannot be known: where no server of the zone can be asked, a resolver that takes away the signatures of some types
//! or zones alone is not told from a zone that does not sign them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures::future::join_all;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

use super::authorities::{Authorities, Reach};
use super::evidence::{ABSENT, Evidence, is_missing, shows_signatures};
use super::validate::{CONTROL_BEFORE_BLAME, Validator};
use crate::dnssec::{Lookup, Proven, Replies, Zones};
use crate::inquiry::{Bogus, Broken, Doubt, Passes, Security, Trouble, nobody_at};

/// Top-level domains to compare another one with: signed, and there for everybody.
const REGISTRIES: [&str; 3] = ["com.", "net.", "org."];

/// So many names of a zone's servers, and addresses of theirs, are asked.
const MAX_SERVERS: usize = 13;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The zone's, or it cannot be known better.
    Zones,
    /// The resolver's, in this answer.
    Resolvers,
    /// The resolver's, in all answers.
    Strips,
    /// It may be an accident.
    Once,
    /// The control is not secure: nobody can be accused.
    Unknown,
}

/// What the proofs of a top-level domain come to.
enum Registry {
    /// They are there.
    Fine,
    /// They are missing by the resolver's doing: here it shows.
    Stripped(Evidence),
    /// They are missing there, and it may be its own doing.
    Alone,
}

/// What the resolver shows of a top-level domain.
enum Shows {
    /// Proofs.
    Proofs,
    /// That one is missing.
    Lack { at_the_root: bool, evidence: Evidence },
    /// Nothing that tells: it is not there, not signed, or gives no answer.
    Nothing,
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

impl Validator {
    /// What an answer is worth, and whether it may be used.
    pub(super) async fn judge(&self, asked: Asked<'_>, authorities: &Authorities) -> (Proven, Worth) {
        let mut proven = self.prove(asked.message, asked.name, asked.kind).await;
        let worth = match &proven.security {
            Security::Bogus(bogus) => {
                let bogus = bogus.clone();
                let fault = self.fault(asked, &proven, &bogus, authorities).await;
                if !matches!(fault, Fault::Zones | Fault::Once) {
                    proven.security = Security::Indeterminate {
                        at: bogus.at,
                        why: Doubt::Resolver,
                    };
                }
                match fault {
                    Fault::Zones | Fault::Unknown => Worth::Nothing(Trouble::Bogus),
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
                Doubt::Clock | Doubt::WrongSide => Worth::Nothing(Trouble::Bogus),
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
        if self.last() == Passes::Strips && (missing || !shows_signatures(asked.message)) {
            return Fault::Strips;
        }
        let is_a_domain = proven.security.is_of_a_domain() && !self.is_anchor(&bogus.at);
        if !missing && !is_a_domain {
            // Above the domains nobody is to blame but the resolver, and that is told where it is asked.
            return Fault::Zones;
        }
        let passes = self.control(CONTROL_BEFORE_BLAME).await;
        let partly = passes == Passes::Partly;
        match passes {
            Passes::Validates | Passes::PassesOn => {}
            Passes::Strips if missing => return Fault::Strips,
            Passes::Partly if (missing || is_changed) && !is_a_domain => return Fault::Resolvers,
            // What came whole, and proves that it is wrong, is no less wrong for what others lack; of all else the zone's own
            // servers are asked.
            Passes::Partly => {}
            _ => return Fault::Unknown,
        }
        if !missing && !is_changed {
            return Fault::Zones;
        }
        let Some(evidence) = evidence((asked.message, asked.name, asked.kind), proven, bogus) else {
            return Fault::Zones;
        };
        if missing
            && !partly
            && let Some(top) = self.top_of(&evidence.name)
        {
            match self.registry(&top, authorities).await {
                Registry::Stripped(shown) => {
                    self.note(Passes::Strips, shown);
                    return Fault::Strips;
                }
                // It proves what it says of itself through this resolver, and would of this.
                Registry::Fine if !is_a_domain => {
                    self.note(Passes::Partly, evidence);
                    return Fault::Resolvers;
                }
                Registry::Alone if !is_a_domain => return Fault::Zones,
                Registry::Fine | Registry::Alone => {}
            }
        }
        if !is_a_domain {
            return Fault::Zones;
        }
        let Some(zone) = super::reading::wire_name(&bogus.at) else {
            return Fault::Zones;
        };
        match self.remembered().is_to_blame(&bogus.at, bogus.why.reason()) {
            Some(true) => return Fault::Zones,
            // It is known to leave things out: what it left out of this zone is not looked up for every answer.
            Some(false) if partly => return Fault::Resolvers,
            Some(false) | None => {}
        }
        match self.is_proven_at_the_source(&zone, &evidence, authorities).await {
            Some(true) if !asked.again && evidence.name == *asked.name && evidence.kind == asked.kind => {
                Fault::Once
            }
            Some(true) => {
                self.remembered().note_blame(&bogus.at, bogus.why.reason(), false);
                self.note(Passes::Partly, evidence);
                Fault::Resolvers
            }
            None if partly => {
                // Nobody but a resolver that leaves things out has said anything.
                self.remembered().note_blame(&bogus.at, bogus.why.reason(), false);
                Fault::Resolvers
            }
            Some(false) | None => {
                self.remembered().note_blame(&bogus.at, bogus.why.reason(), true);
                Fault::Zones
            }
        }
    }

    /// Whether a top-level domain proves its own start of authority, and an absence, through the resolver.
    async fn registry(&self, top: &Name, authorities: &Authorities) -> Registry {
        if self.remembered().is_fine(top) {
            return Registry::Fine;
        }
        let Shows::Lack {
            at_the_root,
            evidence,
        } = self.shows(top).await
        else {
            self.remembered().note_fine(top);
            return Registry::Fine;
        };
        // The root has shown just now that it is signed: what it says of a delegation is, too.
        if at_the_root {
            return Registry::Stripped(evidence);
        }
        for other in REGISTRIES {
            let Ok(other) = Name::from_ascii(other) else {
                continue;
            };
            if other == *top {
                continue;
            }
            match self.shows(&other).await {
                Shows::Proofs => return Registry::Alone,
                Shows::Lack { .. } => return Registry::Stripped(evidence),
                Shows::Nothing => {}
            }
        }
        match self.is_proven_at_the_source(top, &evidence, authorities).await {
            Some(true) => Registry::Stripped(evidence),
            Some(false) | None => Registry::Alone,
        }
    }

    /// What the resolver shows of one.
    async fn shows(&self, top: &Name) -> Shows {
        let ask = |kind| async move {
            let message = self.put(top, kind, true).await.ok()?;
            let proven = self.prove(&message, top, kind).await;
            let is_there = kind != RecordType::SOA || !message.answers.is_empty();
            match &proven.security {
                Security::Secure if is_there => Some(Shows::Proofs),
                Security::Bogus(bogus) if is_missing(&bogus.why) => Some(Shows::Lack {
                    at_the_root: bogus.at.is_root(),
                    evidence: evidence((&message, top, kind), &proven, bogus)?,
                }),
                _ => None,
            }
        };
        let (own, absence) = tokio::join!(ask(RecordType::SOA), ask(ABSENT));
        match (own, absence) {
            (Some(lack @ Shows::Lack { .. }), _) | (_, Some(lack @ Shows::Lack { .. })) => lack,
            (own, _) => own.unwrap_or(Shows::Nothing),
        }
    }

    /// Whether what the servers of `zone` say themselves is proven, at each that answers; `None` where none does.
    async fn is_proven_at_the_source(
        &self,
        zone: &Name,
        evidence: &Evidence,
        authorities: &Authorities,
    ) -> Option<bool> {
        if authorities.reach() != Reach::Asked {
            return None;
        }
        let addresses = self.addresses(zone).await;
        let addresses = addresses
            .into_iter()
            .filter(|address| nobody_at(*address).is_none() && authorities.in_vain(*address).is_none());
        let asked = addresses.take(MAX_SERVERS).map(|address| async move {
            self.count();
            let said = authorities.say(&evidence.name, evidence.kind, address).await?;
            Some(self.prove_anew(&said, evidence).await)
        });
        let heard: Vec<Security> = join_all(asked).await.into_iter().flatten().collect();
        let is_good = |security: &Security| matches!(security, Security::Secure | Security::Insecure { .. });
        (!heard.is_empty()).then(|| heard.iter().all(is_good))
    }

    /// The addresses of a zone's servers, as the resolver has them.
    async fn addresses(&self, zone: &Name) -> BTreeSet<IpAddr> {
        let Ok(message) = self.put(zone, RecordType::NS, true).await else {
            return BTreeSet::new();
        };
        let hosts = message.answers.iter().filter_map(|record| match &record.data {
            RData::NS(host) => Some(host.0.clone()),
            _ => None,
        });
        let asked = hosts.take(MAX_SERVERS).map(|host| async move {
            let mut found = Vec::new();
            for kind in [RecordType::A, RecordType::AAAA] {
                if found.is_empty()
                    && let Ok(message) = self.put(&host, kind, true).await
                {
                    found.extend(message.answers.iter().filter_map(|record| record.data.ip_addr()));
                }
            }
            found
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// What `message` is worth as the answer to the question of the evidence; keys and DS that are part of the evidence are
    /// taken from it, and nothing that was concluded from the resolver's.
    pub(super) async fn prove_anew(&self, message: &Message, evidence: &Evidence) -> Security {
        let Evidence { name, kind } = evidence;
        if !matches!(*kind, RecordType::DS | RecordType::DNSKEY) {
            return self.prove(message, name, *kind).await.security;
        }
        let lookup = Lookup {
            name: name.to_lowercase(),
            kind: *kind,
        };
        let given = Replies::from([(lookup, Ok(message.clone()))]);
        let zones = Zones::default();
        self.prove_by(message, (name, *kind), &zones, given)
            .await
            .security
    }

    /// The top-level domain of a name, where trust begins above it.
    fn top_of(&self, name: &Name) -> Option<Name> {
        (self.begins_at_the_root() && !name.is_root()).then(|| name.trim_to(1))
    }
}

impl Authorities {
    /// What the authority at `address` says itself; `None` where it says nothing with authority.
    async fn say(&self, name: &Name, kind: RecordType, address: IpAddr) -> Option<Message> {
        let message = self.hear(name.clone(), kind, address).await.ok()?;
        let code = message.metadata.response_code;
        let is_answer = matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
        (is_answer && message.metadata.authoritative).then_some(message)
    }
}

/// The question whose answer shows the fault: the one that was asked, or that for the keys or the DS of a zone above it.
fn evidence(
    (message, asked, kind): (&Message, &Name, RecordType),
    proven: &Proven,
    bogus: &Bogus,
) -> Option<Evidence> {
    let walked = proven.trust.zones.iter().flat_map(|zone| zone.chain());
    let broken = walked
        .into_iter()
        .find(|zone| matches!(&zone.security, Security::Bogus(own) if **own == *bogus));
    if let Some(zone) = broken {
        let kind = match zone.name == bogus.at {
            true => RecordType::DNSKEY,
            false => RecordType::DS,
        };
        let name = super::reading::wire_name(&zone.name)?;
        return Some(Evidence { name, kind });
    }
    // Where an alias leads into the zone the fault is there.
    let at = super::reading::wire_name(&bogus.at)?;
    let targets = message.answers.iter().filter_map(|record| match &record.data {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    });
    let name = std::iter::once(asked)
        .chain(targets)
        .find(|name| at.zone_of(name))?;
    Some(Evidence {
        name: name.clone(),
        kind,
    })
}
