//! The domain's mail servers, each address asked once; what they said is gathered once a run.

use std::net::IpAddr;
use std::sync::Arc;

use super::addresses::AtAddresses;
use super::shaken::Shaken;
use super::worth::{self, Trait};
use crate::inquiry::{
    Closeness, Dns, Fact, Inquiry, Kind, Need, Offered, Rdata, Reply, Session, Starttls, Trouble,
};
use crate::judge::basis::UsableAnswer;
use crate::judge::{dane, mx};
use crate::name::Name;
use crate::records::Standard;

/// At most this many hosts are asked, those first that come first by preference.
pub(super) const MAX_SERVERS: usize = 10;

/// At most this many addresses of one host are asked.
pub(super) const MAX_ADDRESSES: usize = 4;

/// The mail servers of a domain.
#[derive(Debug)]
pub(in crate::judge) struct MailServers {
    /// The hosts that take its mail, with what their addresses said.
    pub(in crate::judge) all: Vec<MailServer>,
    /// Whether it says, or shows by having no address, that it takes no mail; `None` while that is not known.
    takes_mail: Option<bool>,
    /// Why the hosts are not known.
    trouble: Option<Trouble>,
    /// The hosts that are not asked, for there are too many.
    pub(super) beyond: Vec<Name>,
}

/// One host.
#[derive(Debug)]
pub(in crate::judge) struct MailServer {
    pub(in crate::judge) host: Name,
    /// What each address said of its certificates, and of all of its TLS; `None`: it was not asked yet.
    looks: Vec<(Starttls, Option<Arc<Fact<Starttls>>>)>,
    trouble: Option<Trouble>,
    /// The addresses that gave no answer, each with why.
    silent: Vec<(IpAddr, Trouble)>,
    /// Why all of the TLS was not seen at an address at which the certificates were.
    missed: Option<Trouble>,
    /// What it said where it took nobody.
    words: Option<String>,
    /// At which addresses a connection came about all the same, now or for another domain.
    reached: Vec<IpAddr>,
    /// The addresses that are not asked, for there are too many.
    pub(super) beyond: Vec<IpAddr>,
    /// The same addresses, asked for the name that senders with DANE ask for, where that is another.
    base: Option<Box<MailServer>>,
}

/// The addresses of a host at which no TLS comes about.
#[derive(Debug, Default)]
pub(super) struct WithoutTls {
    /// Where it offers none, with what it says of it.
    pub(super) absent: AtAddresses,
    /// Where it offers some and none comes about, with why.
    pub(super) broken: AtAddresses,
    /// Where none came about for us, and may for others, with why.
    pub(super) open: AtAddresses,
    /// Why it is not known there.
    pub(super) why: Option<Trouble>,
}

impl MailServers {
    /// Why it is not known who takes the mail: without a reason, not yet.
    #[allow(
        clippy::option_option,
        reason = "that nothing is unknown, that it is, and why"
    )]
    pub(super) fn unknown(&self) -> Option<Option<Trouble>> {
        self.takes_mail.is_none().then_some(self.trouble)
    }

    /// Whether it takes mail, and not one of its hosts has a sound name and an address.
    pub(super) fn has_nobody(&self) -> bool {
        self.takes_mail == Some(true) && self.all.is_empty()
    }

    /// Whether there is nobody to ask.
    pub(super) fn takes_no_mail(&self) -> bool {
        self.takes_mail == Some(false)
    }
}

impl MailServer {
    /// The looks at the certificates that were answered.
    pub(in crate::judge) fn answered(&self) -> impl Iterator<Item = (Starttls, &Arc<Fact<Starttls>>)> {
        self.facts(Closeness::Chain)
    }

    /// As senders with DANE see it: they ask for the name at which they found its TLSA records (RFC 7672 8.1).
    pub(super) fn as_dane(&self) -> &Self {
        self.base.as_deref().unwrap_or(self)
    }

    fn facts(&self, closeness: Closeness) -> impl Iterator<Item = (Starttls, &Arc<Fact<Starttls>>)> {
        let of = self
            .looks
            .iter()
            .filter(move |(question, _)| question.closeness == closeness);
        let known = of.filter_map(|(question, fact)| Some((question.clone(), fact.as_ref()?)));
        known.filter(|(_, fact)| fact.outcome.is_ok())
    }

    /// What the answered looks saw, those at all of the TLS behind those at the certificates.
    pub(in crate::judge) fn sessions(&self) -> impl Iterator<Item = &Session> {
        let chains = self
            .looks
            .iter()
            .filter(|(question, _)| question.closeness == Closeness::Chain);
        let rest = self
            .looks
            .iter()
            .filter(|(question, _)| question.closeness == Closeness::Profile);
        let facts = chains.chain(rest).filter_map(|(_, fact)| fact.as_ref());
        facts.filter_map(|fact| fact.outcome.as_ref().ok())
    }

    /// The same by address, in the order in which they were asked.
    pub(in crate::judge) fn by_address(&self) -> Vec<(IpAddr, Vec<&Session>)> {
        let mut all: Vec<(IpAddr, Vec<&Session>)> = Vec::new();
        for (question, fact) in &self.looks {
            let Some(Ok(session)) = fact.as_ref().map(|fact| &fact.outcome) else {
                continue;
            };
            match all.iter_mut().find(|(address, _)| *address == question.address) {
                Some((_, sessions)) => sessions.push(session),
                None => all.push((question.address, vec![session])),
            }
        }
        all
    }

    /// Whether TLS comes about at some address.
    pub(super) fn speaks_tls(&self) -> bool {
        let all = self.by_address();
        all.iter()
            .any(|(_, sessions)| Shaken::of(sessions) == Shaken::Done)
    }

    /// Where no TLS comes about.
    pub(super) fn without_tls(&self) -> WithoutTls {
        let mut found = WithoutTls::default();
        for (address, sessions) in self.by_address() {
            let refusal = sessions.iter().find_map(|session| match &session.offered {
                Offered::Yes => None,
                Offered::Absent => Some("found none in its answer to EHLO".to_owned()),
                Offered::Refused(words) => Some(format!("it refused: {words}")),
            });
            let told = |words: &str| match words {
                "" => String::new(),
                words => format!(": {words}"),
            };
            let (broken, open) = match (&refusal, Shaken::of(&sessions)) {
                (None, Shaken::Never(words)) => (Some(told(words)), None),
                (None, Shaken::Open(words, why)) => {
                    found.why = found.why.or(Some(why));
                    (None, Some(told(words)))
                }
                // A look that ended before its first hello has seen none fail.
                (None, Shaken::Done | Shaken::Untried) | (Some(_), _) => (None, None),
            };
            found.absent.note(address, refusal);
            found.broken.note(address, broken);
            found.open.note(address, open);
        }
        found
    }

    /// Why no address answered; `None`: none did yet.
    pub(in crate::judge) fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// The addresses that gave no answer, each with why.
    pub(in crate::judge) fn silent(&self) -> &[(IpAddr, Trouble)] {
        &self.silent
    }

    /// What it said where it took nobody.
    pub(in crate::judge) fn words(&self) -> Option<&str> {
        self.words.as_deref()
    }

    /// Whether all of its TLS was seen, at every address that was.
    pub(in crate::judge) fn is_seen_through(&self) -> bool {
        let whole = |fact: &Fact<Starttls>| {
            let session = fact.outcome.as_ref().ok();
            session.is_some_and(|session| session.cut_short.is_none())
        };
        let through: Vec<IpAddr> = self
            .facts(Closeness::Profile)
            .filter(|(_, fact)| whole(fact))
            .map(|(question, _)| question.address)
            .collect();
        let mut seen = self.answered().chain(self.facts(Closeness::Profile));
        !through.is_empty() && seen.all(|(question, _)| through.contains(&question.address))
    }

    /// Whether it has more addresses than are asked.
    pub(in crate::judge) fn has_more_addresses(&self) -> bool {
        !self.beyond.is_empty()
    }

    /// Whether its certificates were seen, and not all of its TLS: of what was not seen nothing is known.
    pub(super) fn is_half_seen(&self) -> bool {
        self.answered().next().is_some() && !self.is_seen_through()
    }

    /// Why not all of its TLS was seen; `None`: it is being looked at.
    pub(super) fn half_seen_for(&self) -> Option<Trouble> {
        let mut asked = self
            .looks
            .iter()
            .filter(|(question, _)| question.closeness == Closeness::Profile)
            .peekable();
        if asked.peek().is_none() {
            return Some(Trouble::NoProfile);
        }
        let is_cut = |fact: &Fact<Starttls>| {
            let session = fact.outcome.as_ref().ok();
            session.is_some_and(|session| session.cut_short.is_some())
        };
        let is_any_cut = asked.any(|(_, fact)| fact.as_ref().is_some_and(|fact| is_cut(fact)));
        self.missed.or(is_any_cut.then_some(Trouble::Busy))
    }

    /// Whether a connection to this address came about, whatever was said there, for whichever of its names it was asked.
    pub(in crate::judge) fn was_reached_at(&self, address: IpAddr) -> bool {
        let mut of_all = std::iter::once(self).chain(self.base.as_deref());
        of_all.any(|server| {
            let mut seen = server.answered().chain(server.facts(Closeness::Profile));
            server.reached.contains(&address) || seen.any(|(question, _)| question.address == address)
        })
    }

    /// All that was seen of its TLS and has a level, each once.
    pub(super) fn traits(&self) -> Vec<Trait> {
        let mut all: Vec<Trait> = self.sessions().flat_map(worth::traits).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The mail servers of a domain, with what they said.
pub(super) fn gather(domain: &Name, inquiry: &mut Inquiry<'_>) -> Arc<MailServers> {
    inquiry.once(domain, Need::Evidence, |inquiry| look(domain, inquiry))
}

fn look(domain: &Name, inquiry: &mut Inquiry<'_>) -> MailServers {
    let exchanges = mx::gather(domain, inquiry);
    let known = |all, takes_mail| MailServers {
        all,
        takes_mail,
        trouble: None,
        beyond: Vec::new(),
    };
    match exchanges.exchanges.as_deref() {
        // Of the question for the MX itself the state says why it got no answer.
        None => known(Vec::new(), None),
        Some([]) => {
            // Without an MX mail goes to the domain's own address (RFC 5321 5.1).
            let kinds = [Kind::A, Kind::Aaaa];
            let replies = kinds.map(|kind| inquiry.ask(Dns::new(domain.clone(), kind), Need::Compliance));
            let found: Option<Vec<IpAddr>> = addresses(&replies);
            match found {
                None => MailServers {
                    all: Vec::new(),
                    takes_mail: None,
                    trouble: replies.iter().find_map(trouble),
                    beyond: Vec::new(),
                },
                Some(none) if none.is_empty() => known(Vec::new(), Some(false)),
                Some(found) => {
                    let own = server(domain.clone(), &found, None, ALL_OF_IT, inquiry);
                    known(vec![own], Some(true))
                }
            }
        }
        Some(_) if exchanges.is_null() => known(Vec::new(), Some(false)),
        Some(_) => {
            let sound = exchanges
                .hosts
                .iter()
                .filter(|host| host.fault.is_none() && !host.is_dead());
            let further = sound.clone().skip(MAX_SERVERS).map(|host| &host.name);
            let beyond = further.chain(&exchanges.beyond).cloned().collect();
            let all = sound.take(MAX_SERVERS).map(|host| {
                let found: Vec<IpAddr> = host.found().flat_map(|found| found.addresses.clone()).collect();
                let kinds = [Kind::A, Kind::Aaaa];
                let replies =
                    kinds.map(|kind| inquiry.ask(Dns::new(host.name.clone(), kind), Need::Compliance));
                let trouble = replies.iter().find_map(trouble);
                (host.name.clone(), found, trouble)
            });
            let all: Vec<_> = all.collect();
            let bases = bases(domain, &exchanges, inquiry);
            let all = all.into_iter().map(|(host, found, trouble)| {
                let base = bases.iter().find(|(of, _)| *of == host);
                // What DANE goes by are the certificates.
                let base =
                    base.map(|(_, base)| server(base.clone(), &found, None, &[Closeness::Chain], inquiry));
                MailServer {
                    base: base.map(Box::new),
                    ..server(host, &found, trouble, ALL_OF_IT, inquiry)
                }
            });
            MailServers {
                beyond,
                ..known(all.collect(), Some(true))
            }
        }
    }
}

/// The hosts that are an alias at whose end senders take TLSA records, each with that end.
fn bases(domain: &Name, exchanges: &mx::MailExchanges, inquiry: &mut Inquiry<'_>) -> Vec<(Name, Name)> {
    let mut found = exchanges.hosts.iter().flat_map(mx::ExchangeHost::found);
    if !found.any(|found| found.alias.is_some()) {
        return Vec::new();
    }
    let scene = dane::gather(domain, Need::Evidence, inquiry);
    inquiry.on_behalf_of(Standard::Tls);
    let others = scene.hosts.iter().filter(|host| *host.base() != host.name);
    others
        .map(|host| (host.name.clone(), host.base().clone()))
        .collect()
}

/// Both looks.
const ALL_OF_IT: &[Closeness] = &[Closeness::Chain, Closeness::Profile];

/// The addresses two answers give; `None` when one is not known.
fn addresses(replies: &[Reply<'_>]) -> Option<Vec<IpAddr>> {
    let mut all = Vec::new();
    for reply in replies {
        let seen = UsableAnswer::from_reply(*reply)?;
        all.extend(seen.records.iter().filter_map(Rdata::address));
    }
    Some(all)
}

fn trouble(reply: &Reply<'_>) -> Option<Trouble> {
    match reply {
        Reply::Unanswered(trouble) => Some(*trouble),
        Reply::Open | Reply::Answered(..) => None,
    }
}

fn server(
    host: Name,
    addresses: &[IpAddr],
    mut trouble: Option<Trouble>,
    looked: &[Closeness],
    inquiry: &mut Inquiry<'_>,
) -> MailServer {
    let mut looks: Vec<(Starttls, Option<Arc<Fact<Starttls>>>)> = Vec::new();
    let (mut said, mut reached, mut missed) = (None, Vec::new(), None);
    let mut silent = Vec::new();
    for address in addresses.iter().take(MAX_ADDRESSES) {
        for closeness in looked.iter().copied() {
            // All of the TLS takes minutes of an address' turns, and the state hangs on the certificates: those first.
            let is_known = looks.last().is_some_and(|(_, fact)| fact.is_some());
            if closeness == Closeness::Profile && !(inquiry.profiles() && is_known) {
                continue;
            }
            let question = Starttls {
                host: host.clone(),
                address: *address,
                closeness,
            };
            let fact = match inquiry.ask(question.clone(), Need::Evidence) {
                Reply::Answered(_, fact) => Some(fact.clone()),
                Reply::Unanswered(why) => {
                    trouble = trouble.or(Some(why));
                    match closeness {
                        Closeness::Chain => silent.push((*address, why)),
                        Closeness::Profile => missed = missed.or(Some(why)),
                    }
                    let words = words(&question, inquiry);
                    let fact = inquiry.fact(&question);
                    let is_heard = fact.is_some_and(|fact| fact.source.heard_at.is_some());
                    reached.extend((words.is_some() || is_heard).then_some(*address));
                    said = said.or(words);
                    None
                }
                Reply::Open => None,
            };
            looks.push((question, fact));
        }
    }
    MailServer {
        host,
        looks,
        trouble,
        silent,
        missed,
        words: said,
        reached,
        beyond: addresses.iter().skip(MAX_ADDRESSES).copied().collect(),
        base: None,
    }
}

/// What a server said where it was busy or refused, or what was wrong with how it said it, on one line; `None` where it said
/// nothing, or something else kept it.
pub(in crate::judge) fn words(question: &Starttls, inquiry: &Inquiry<'_>) -> Option<String> {
    let fact = inquiry.fact(question)?;
    let is_its_own = matches!(
        fact.outcome,
        Err(Trouble::Busy | Trouble::Refused | Trouble::Malformed)
    );
    let plain = fact.source.words.chars().filter(|char| !char.is_control());
    let words: String = plain.take(MAX_WORDS).collect();
    (is_its_own && !words.is_empty()).then_some(words)
}

/// So many characters of a server's words are told.
const MAX_WORDS: usize = 120;
