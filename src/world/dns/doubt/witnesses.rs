//! What the servers of a zone say themselves: those that the zone names and those that its delegation names, by every
//! address and by glue. Each is asked as politely as any stranger, and only after something was not proven.
//!
//! A server's answer is judged by the keys that are known of its zone. Where these do not prove it they may be the ones that
//! are wrong: then it is judged by the keys that the server gives itself, and these by the DS that the zone above gives.
//! Where that is so of one server and not of another, the keys of one prove nothing of what the other signs: the zone is broken
//! for whoever asks now this one, now that one, as any resolver does.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures::future::join_all;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::sync::OnceCell;

use crate::dnssec::{Lookup, Proven, Replies};
use crate::inquiry::{Security, Trouble, nobody_at};
use crate::world::dns::authorities::{Authorities, Reach};
use crate::world::dns::evidence::{Evidence, Hosts, is_missing, is_proven};
use crate::world::dns::validate::Validator;

/// So many names of a zone's servers are looked up.
const MAX_NAMES: usize = 13;

/// So many addresses of theirs are asked.
pub(super) const MAX_ADDRESSES: usize = 26;

/// So many servers of a zone are asked, one after the other, where the word of one is enough.
const MAX_ASKED: usize = 2;

/// What the servers of a zone come to.
pub(super) enum Said {
    /// What each of those that answer says is proven; what the first of them gave.
    Good(Box<Given>),
    /// One of them at least does not prove what it says: what is wrong by the word of each such.
    Broken(Vec<Proven>),
    /// None of them was heard.
    Nothing {
        /// No address of theirs could be had, and what the resolver said instead is not proven; or too many wait for their turn.
        /// That tells nothing of them.
        unasked: bool,
    },
}

/// What one side gives: an answer, and where they were asked for, the keys and the DS of its zone.
pub(super) struct Given {
    pub(super) said: Message,
    pub(super) keys: Option<Message>,
    pub(super) ds: Option<Message>,
    /// Who gave it; `None`: the resolver.
    pub(super) from: Option<IpAddr>,
}

impl Given {
    /// What it gives beside its answer, as answers to what validation asks for.
    pub(super) fn replies(&self, evidence: &Evidence) -> Replies {
        let zone = |kind| Lookup {
            name: evidence.zone.to_lowercase(),
            kind,
        };
        let mut replies = Replies::new();
        for (kind, message) in [(RecordType::DNSKEY, &self.keys), (RecordType::DS, &self.ds)] {
            if let Some(message) = message {
                replies.insert(zone(kind), Ok(message.clone()));
            }
        }
        if matches!(evidence.kind, RecordType::DNSKEY | RecordType::DS) {
            let own = Lookup {
                name: evidence.name.to_lowercase(),
                kind: evidence.kind,
            };
            replies.insert(own, Ok(self.said.clone()));
        }
        replies
    }
}

/// The DS of a zone by the word of the zone above, asked once for all of its servers.
type Above = OnceCell<Option<Message>>;

/// What one server says.
enum Word {
    /// It is proven.
    Good {
        /// What it gave.
        given: Box<Given>,
        /// What is wrong with it by the keys that are known of the zone, where these are not its own.
        by_others: Option<Proven>,
    },
    /// It is not.
    Broken(Box<Proven>),
}

/// The same, or why it was not heard.
type Heard = Result<Word, Trouble>;

impl Validator {
    /// What the servers of the evidence's zone say to its question themselves.
    pub(super) async fn witness(&self, evidence: &Evidence, authorities: &Authorities) -> Said {
        if authorities.reach() != Reach::Asked {
            return Said::Nothing { unasked: false };
        }
        let above = Above::new();
        let own = self.hosts(&evidence.zone, authorities).await;
        let mut heard = self.hear(evidence, &own.addresses, authorities, &above).await;
        let is_broken = |heard: &[Heard]| heard.iter().any(|heard| matches!(heard, Ok(Word::Broken(_))));
        // That one is broken is enough to know.
        if !is_broken(&heard) {
            let mut more = self.delegated(evidence, &own, authorities).await;
            more.retain(|address| !own.addresses.contains(address));
            heard.extend(self.hear(evidence, &more, authorities, &above).await);
        }
        let unasked = own.hidden || heard.iter().any(|heard| matches!(heard, Err(Trouble::Limit)));
        let (mut good, mut broken, mut by_other_keys) = (None, Vec::new(), Vec::new());
        for word in heard.into_iter().flatten() {
            match word {
                Word::Good { given, by_others } => {
                    good = good.or(Some(given));
                    by_other_keys.push(by_others);
                }
                Word::Broken(proven) => broken.push(*proven),
            }
        }
        // The keys of one prove nothing of what the other signs: whoever asks now this one, now that one, is left with both.
        if by_other_keys.iter().any(Option::is_none) {
            broken.extend(by_other_keys.into_iter().flatten());
        }
        match good {
            _ if !broken.is_empty() => Said::Broken(broken),
            Some(given) => Said::Good(given),
            None => Said::Nothing { unasked },
        }
    }

    /// What those at these addresses say.
    async fn hear(
        &self,
        evidence: &Evidence,
        addresses: &BTreeSet<IpAddr>,
        authorities: &Authorities,
        above: &Above,
    ) -> Vec<Heard> {
        let asked = usable(addresses, authorities).take(MAX_ADDRESSES);
        let asked = asked.map(|address| self.hear_one(evidence, address, authorities, above));
        join_all(asked).await
    }

    async fn hear_one(
        &self,
        evidence: &Evidence,
        address: IpAddr,
        authorities: &Authorities,
        above: &Above,
    ) -> Heard {
        let ask = |name, kind| self.listen(name, kind, address, authorities);
        let mut given = Given {
            said: ask(&evidence.name, evidence.kind).await?,
            keys: None,
            ds: None,
            from: Some(address),
        };
        let by_what_is_known = self.prove_anew(&given.said, evidence).await;
        let of_keys = evidence.kind == RecordType::DNSKEY;
        match &by_what_is_known.security {
            security if is_proven(security) == Some(true) => {
                return Ok(Word::Good {
                    given: Box::new(given),
                    by_others: None,
                });
            }
            Security::Bogus(bogus) if is_missing(&bogus.why) && !of_keys => {
                return Ok(Word::Broken(Box::new(by_what_is_known)));
            }
            _ => {}
        }
        match of_keys {
            true => {
                let ds = above.get_or_init(|| async {
                    let parent = evidence.parent.as_ref()?;
                    self.true_ds((&evidence.zone, parent), authorities).await
                });
                given.ds = ds.await.clone();
            }
            false => given.keys = ask(&evidence.zone, RecordType::DNSKEY).await.ok(),
        }
        let by_its_keys = self.weigh(evidence, &given).await;
        let is_broken = |proven: &Proven| is_proven(&proven.security) == Some(false);
        match is_proven(&by_its_keys.security) {
            Some(true) => Ok(Word::Good {
                given: Box::new(given),
                by_others: Some(by_what_is_known).filter(|known| !of_keys && is_broken(known)),
            }),
            Some(false) => Ok(Word::Broken(Box::new(by_its_keys))),
            None if is_broken(&by_what_is_known) => Ok(Word::Broken(Box::new(by_what_is_known))),
            None => Err(Trouble::Unproven),
        }
    }

    /// What one side's answer is worth by what it gives beside it, and by nothing that was concluded of the zone before.
    pub(super) async fn weigh(&self, evidence: &Evidence, given: &Given) -> Proven {
        let zones = self.zones().above(&evidence.zone);
        let question = (&evidence.name, evidence.kind);
        let replies = given.replies(evidence);
        self.prove_by(&given.said, question, &zones, replies).await
    }

    /// What the server at `address` says with authority, or why it says nothing.
    pub(super) async fn listen(
        &self,
        name: &Name,
        kind: RecordType,
        address: IpAddr,
        authorities: &Authorities,
    ) -> Result<Message, Trouble> {
        self.count();
        let message = authorities.hear(name.clone(), kind, address).await?;
        let code = message.metadata.response_code;
        let is_answer = matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
        match is_answer && message.metadata.authoritative {
            true => Ok(message),
            false => Err(Trouble::Lame),
        }
    }

    /// The servers of a zone, as the resolver has them.
    pub(super) async fn hosts(&self, zone: &Name, authorities: &Authorities) -> Hosts {
        if let Some(known) = self.remembered().hosts(zone, self.now()) {
            return known;
        }
        let Ok(message) = self.put(zone, RecordType::NS, true).await else {
            return Hosts::default();
        };
        let names = named(&message.answers, zone);
        let (addresses, unsaid) = self.addresses(&names, authorities).await;
        let mut hidden = false;
        if addresses.is_empty() {
            let unsaid = unsaid
                .into_iter()
                .chain([(zone.clone(), RecordType::NS, message)]);
            for (name, kind, message) in unsaid {
                let security = self.prove(&message, &name, kind).await.security;
                hidden |= matches!(security, Security::Bogus(_));
            }
        }
        let hosts = Hosts {
            names,
            addresses,
            hidden,
        };
        self.remembered().note_hosts(zone, hosts.clone(), self.now());
        hosts
    }

    /// The addresses of these names, and the answers that held none.
    async fn addresses(
        &self,
        names: &BTreeSet<Name>,
        authorities: &Authorities,
    ) -> (BTreeSet<IpAddr>, Vec<(Name, RecordType, Message)>) {
        let over_ipv6 = authorities.asks_over_ipv6();
        let asked = names.iter().take(MAX_NAMES).map(|host| async move {
            let (mut found, mut unsaid) = (Vec::new(), Vec::new());
            for kind in [RecordType::A, RecordType::AAAA] {
                let is_wanted = kind == RecordType::A || found.is_empty() || over_ipv6;
                if is_wanted && let Ok(message) = self.put(host, kind, true).await {
                    let known = found.len();
                    found.extend(message.answers.iter().filter_map(|record| record.data.ip_addr()));
                    if found.len() == known {
                        unsaid.push((host.clone(), kind, message));
                    }
                }
            }
            (found, unsaid)
        });
        let (mut addresses, mut unsaid) = (BTreeSet::new(), Vec::new());
        for (found, nothing) in join_all(asked).await {
            addresses.extend(found);
            unsaid.extend(nothing);
        }
        (addresses, unsaid)
    }

    /// The addresses of the servers that the delegation names, by the word of the zone above: by name where the zone itself
    /// does not name them, and by glue (RFC 1034 4.2.1), whatever the resolver says of them.
    async fn delegated(
        &self,
        evidence: &Evidence,
        own: &Hosts,
        authorities: &Authorities,
    ) -> BTreeSet<IpAddr> {
        // Those of the root are troubled for nobody.
        let Some(parent) = evidence.parent.as_ref().filter(|parent| !parent.is_root()) else {
            return BTreeSet::new();
        };
        for address in self.some_of(parent, authorities).await {
            self.count();
            let asked = authorities.hear(evidence.zone.clone(), RecordType::NS, address);
            let Ok(message) = asked.await else { continue };
            // A server that has both zones answers; of the delegation that tells nothing, but glue is glue.
            let mut names = named(&message.authorities, &evidence.zone);
            names.extend(named(&message.answers, &evidence.zone));
            if names.is_empty() {
                continue;
            }
            let glue = message
                .additionals
                .iter()
                .filter(|record| names.contains(&record.name));
            let mut addresses: BTreeSet<IpAddr> = glue.filter_map(|record| record.data.ip_addr()).collect();
            names.retain(|name| !own.names.contains(name));
            addresses.extend(self.addresses(&names, authorities).await.0);
            return addresses;
        }
        BTreeSet::new()
    }

    /// The DS of a zone by the word of the one above it.
    pub(super) async fn ds_above(
        &self,
        (zone, parent): (&Name, &Name),
        authorities: &Authorities,
    ) -> Option<Message> {
        // Those of the root are troubled for nobody.
        match parent.is_root() {
            true => None,
            false => self.one_says(parent, (zone, RecordType::DS), authorities).await,
        }
    }

    /// What a server of `zone` says to a question: the first of a few that says anything.
    pub(super) async fn one_says(
        &self,
        zone: &Name,
        (name, kind): (&Name, RecordType),
        authorities: &Authorities,
    ) -> Option<Message> {
        for address in self.some_of(zone, authorities).await {
            if let Ok(said) = self.listen(name, kind, address, authorities).await {
                return Some(said);
            }
        }
        None
    }

    async fn some_of(&self, zone: &Name, authorities: &Authorities) -> Vec<IpAddr> {
        let hosts = self.hosts(zone, authorities).await;
        usable(&hosts.addresses, authorities).take(MAX_ASKED).collect()
    }
}

/// The servers that an NS set of `zone` names.
fn named(records: &[Record], zone: &Name) -> BTreeSet<Name> {
    let of_zone = records.iter().filter(|record| record.name == *zone);
    let hosts = of_zone.filter_map(|record| match &record.data {
        RData::NS(host) => Some(host.0.to_lowercase()),
        _ => None,
    });
    hosts.take(MAX_NAMES).collect()
}

/// Those of these addresses that are worth a question.
pub(super) fn usable(
    addresses: &BTreeSet<IpAddr>,
    authorities: &Authorities,
) -> impl Iterator<Item = IpAddr> {
    addresses
        .iter()
        .copied()
        .filter(|address| nobody_at(*address).is_none() && authorities.in_vain(*address).is_none())
}
