//! One question and what became of it, as it stands in a recording. Pure.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::security::Worth;
use super::text::{name, trouble};
use super::trust::{EndsLine, TrustLine, Zones};
use crate::inquiry::{
    Answer, Direct, Disbelieved, Dns, ExtendedError, Fact, Kind, Made, Rdata, Referral, Soa, Source, View,
};
use crate::name::Name;

/// A fact as it is written. Exactly one of `values`, `absence` and `trouble` is there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recorded {
    name: String,
    r#type: String,
    /// The authority that was asked; absent: a resolver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absence: Option<Absence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    #[serde(default, skip_serializing_if = "Worth::is_not_asked")]
    security: Worth,
    #[serde(flatten)]
    source: From,
    seen_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Absence {
    NoData,
    NxDomain,
}

/// Who said it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct From {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<SocketAddr>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    authoritative: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chain: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beside: Option<String>,
    #[serde(default)]
    ttl: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    soa: Option<Start>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trust: Option<TrustLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direct: Option<DirectLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    explained: Option<ExplainedLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disbelieved: Option<DisbelievedLine>,
}

/// What was said and does not count.
#[derive(Debug, Serialize, Deserialize)]
struct DisbelievedLine {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chain: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absence: Option<Absence>,
}

/// How the resolver explains an error (RFC 8914).
#[derive(Debug, Serialize, Deserialize)]
struct ExplainedLine {
    code: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
}

/// What an authority says beside its records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DirectLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nsid: Option<String>,
    /// In nanoseconds.
    rtt: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recursion_available: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rcode: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    referral: Option<ReferralLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<EndsLine>,
}

/// A delegation.
#[derive(Debug, Serialize, Deserialize)]
struct ReferralLine {
    owner: String,
    servers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    glue: Vec<(String, IpAddr)>,
}

/// A start of authority.
#[derive(Debug, Serialize, Deserialize)]
struct Start {
    owner: String,
    serial: u32,
    minimum: u32,
    ttl: u32,
}

impl Recorded {
    pub(super) fn of(question: &Dns, fact: &Fact, zones: &mut Zones) -> Self {
        let (values, absence) = match &fact.outcome {
            Ok(answer) => said(answer),
            Err(_) => (None, None),
        };
        let trouble = fact.trouble().map(|trouble| trouble.reason().to_owned());
        Self {
            name: question.name.to_string(),
            r#type: question.kind.to_string(),
            authority: match question.view {
                View::Recursive => None,
                View::Authority(address) => Some(address),
            },
            values,
            absence,
            trouble,
            security: Worth::of(&fact.security),
            source: From::of(&fact.source, zones),
            seen_at: fact.seen_at,
            expires_at: fact.expires_at,
        }
    }

    /// The name and the type it is about, as they stand there.
    pub(super) fn about(&self) -> (String, String) {
        (self.name.clone(), self.r#type.clone())
    }

    pub(super) fn read(self, zones: &Zones) -> Result<(Dns, Fact), String> {
        let kind = self
            .r#type
            .parse()
            .map_err(|()| format!("{:?} is no type of records zegel asks for", self.r#type))?;
        let question = Dns::new(name(&self.name)?, kind);
        let question = match self.authority {
            None => question,
            Some(address) => question.at(address),
        };
        let is_answer = self.values.is_some() || self.absence.is_some();
        let outcome = match self.trouble {
            Some(word) if !is_answer => Err(trouble(&word)?),
            None if is_answer => Ok(read_answer(kind, self.values, self.absence)?.ok_or(ONE_OF)?),
            _ => return Err(ONE_OF.to_owned()),
        };
        let fact = Fact {
            outcome,
            security: self.security.read()?,
            source: self.source.read(kind, zones)?,
            seen_at: self.seen_at,
            expires_at: self.expires_at,
            made: Made::default(),
        };
        Ok((question, fact))
    }
}

impl From {
    fn of(source: &Source, zones: &mut Zones) -> Self {
        // Named one by one, so that nothing new is forgotten here.
        let Source {
            server,
            authoritative,
            chain,
            beside,
            ttl,
            soa,
            trust,
            direct,
            heard_at,
            explained,
            disbelieved,
        } = source;
        Self {
            server: *server,
            authoritative: *authoritative,
            chain: chain.iter().map(ToString::to_string).collect(),
            beside: beside.as_ref().map(ToString::to_string),
            ttl: *ttl,
            soa: soa.as_ref().map(Start::of),
            trust: trust.as_deref().map(|trust| zones.trust(trust)),
            direct: direct.as_deref().map(DirectLine::of),
            heard_at: heard_at.as_deref().copied(),
            explained: explained.as_deref().map(|explained| ExplainedLine {
                code: explained.code,
                text: explained.text.clone(),
            }),
            disbelieved: disbelieved.as_deref().map(DisbelievedLine::of),
        }
    }

    fn read(self, kind: Kind, zones: &Zones) -> Result<Source, String> {
        let chain: Result<Vec<Name>, String> = self.chain.iter().map(|text| name(text)).collect();
        Ok(Source {
            server: self.server,
            authoritative: self.authoritative,
            chain: chain?,
            beside: self.beside.as_deref().map(name).transpose()?,
            ttl: self.ttl,
            soa: self.soa.map(Start::read).transpose()?,
            trust: self
                .trust
                .map(|trust| zones.read_trust(trust).map(Box::new))
                .transpose()?,
            direct: self
                .direct
                .map(|direct| direct.read().map(Box::new))
                .transpose()?,
            heard_at: self.heard_at.map(Box::new),
            explained: self
                .explained
                .map(|line| Box::new(ExtendedError::new(line.code, line.text.as_bytes()))),
            disbelieved: self
                .disbelieved
                .map(|line| line.read(kind).map(Box::new))
                .transpose()?,
        })
    }
}

/// What an entry without one answer lacks, or has too much of.
const ONE_OF: &str = "want exactly one of values, absence and trouble";

/// An answer as it is written.
fn said(answer: &Answer) -> (Option<Vec<String>>, Option<Absence>) {
    match answer {
        Answer::Records(records) => (Some(records.iter().map(ToString::to_string).collect()), None),
        Answer::NoData => (None, Some(Absence::NoData)),
        Answer::NxDomain => (None, Some(Absence::NxDomain)),
    }
}

/// An answer as it was written; `None` where there is none.
fn read_answer(
    kind: Kind,
    values: Option<Vec<String>>,
    absence: Option<Absence>,
) -> Result<Option<Answer>, String> {
    match (values, absence) {
        (None, None) => Ok(None),
        (Some(values), None) if !values.is_empty() => {
            let records = values.iter().map(|value| Rdata::parse(kind, value));
            let records: Result<Vec<Rdata>, String> = records.collect();
            Ok(Some(Answer::Records(records?)))
        }
        (None, Some(Absence::NoData)) => Ok(Some(Answer::NoData)),
        (None, Some(Absence::NxDomain)) => Ok(Some(Answer::NxDomain)),
        (Some(_), _) => Err(ONE_OF.to_owned()),
    }
}

impl DisbelievedLine {
    fn of(disbelieved: &Disbelieved) -> Self {
        let (values, absence) = disbelieved.answer.as_ref().map(said).unwrap_or_default();
        Self {
            chain: disbelieved.chain.iter().map(ToString::to_string).collect(),
            values,
            absence,
        }
    }

    fn read(self, kind: Kind) -> Result<Disbelieved, String> {
        let chain: Result<Vec<Name>, String> = self.chain.iter().map(|text| name(text)).collect();
        Ok(Disbelieved {
            chain: chain?,
            answer: read_answer(kind, self.values, self.absence)?,
        })
    }
}

impl DirectLine {
    fn of(direct: &Direct) -> Self {
        let Direct {
            nsid,
            rtt,
            recursion_available,
            rcode,
            referral,
            signed,
        } = direct;
        Self {
            nsid: nsid.clone(),
            rtt: u64::try_from(rtt.as_nanos()).unwrap_or(u64::MAX),
            recursion_available: *recursion_available,
            rcode: *rcode,
            referral: referral.as_ref().map(ReferralLine::of),
            signed: signed.map(EndsLine::of),
        }
    }

    fn read(self) -> Result<Direct, String> {
        Ok(Direct {
            nsid: self.nsid,
            rtt: Duration::from_nanos(self.rtt),
            recursion_available: self.recursion_available,
            rcode: self.rcode,
            referral: self.referral.map(ReferralLine::read).transpose()?,
            signed: self.signed.map(EndsLine::read),
        })
    }
}

impl ReferralLine {
    fn of(referral: &Referral) -> Self {
        let Referral { owner, servers, glue } = referral;
        let glue = glue.iter().map(|(name, address)| (name.to_string(), *address));
        Self {
            owner: owner.to_string(),
            servers: servers.iter().map(ToString::to_string).collect(),
            glue: glue.collect(),
        }
    }

    fn read(self) -> Result<Referral, String> {
        let servers: Result<Vec<Name>, String> = self.servers.iter().map(|text| name(text)).collect();
        let glue = self
            .glue
            .iter()
            .map(|(text, address)| Ok((name(text)?, *address)));
        let glue: Result<Vec<(Name, IpAddr)>, String> = glue.collect();
        Ok(Referral {
            owner: name(&self.owner)?,
            servers: servers?,
            glue: glue?,
        })
    }
}

impl Start {
    fn of(soa: &Soa) -> Self {
        Self {
            owner: soa.owner.to_string(),
            serial: soa.serial,
            minimum: soa.minimum,
            ttl: soa.ttl,
        }
    }

    fn read(self) -> Result<Soa, String> {
        Ok(Soa {
            owner: name(&self.owner)?,
            serial: self.serial,
            minimum: self.minimum,
            ttl: self.ttl,
        })
    }
}
