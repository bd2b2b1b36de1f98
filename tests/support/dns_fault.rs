//! The ways in which the test server's answers go wrong.

use std::collections::BTreeMap;

use hickory_resolver::proto::op::{Message, Query, ResponseCode};
use hickory_resolver::proto::rr::{self, RecordType};
use zegel::name::Name;

use super::zone::wire;

/// How an answer goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The records of another name under the right question.
    AboutOthers,
    /// The right records, and a CNAME of the same owner to `other.example` in one answer with them.
    AliasBeside,
    /// Another name server's business: neither AA nor RA, and no answer.
    Lame,
    /// An answer that is no DNS message, behind the right id.
    Garbage,
    /// Held back until [`DnsServer::release`](super::DnsServer::release).
    Held,
    /// This error code to every question with EDNS, in this shape; the right answer to those without.
    NoEdns(ResponseCode, Shape),
    /// Only the first link of a CNAME chain.
    OneLink,
    /// The right answer under a wrong id.
    WrongId,
    /// The right id over an answer to another question.
    WrongQuestion,
    /// An error code.
    Rcode(ResponseCode),
    /// No answer at all.
    Silent,
    /// Truncated over UDP whatever its size; right over TCP.
    Truncated,
    /// Truncated over UDP; over TCP the connection is closed.
    TruncatedForGood,
    /// Truncated over UDP; over TCP nothing comes.
    TruncatedHanging,
    /// Truncated over UDP; over TCP the connection is reset.
    TruncatedReset,
    /// Name servers of the root instead of an answer, with RA.
    UpwardReferral,
}

/// What of a message an error consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Header, question and our own EDNS.
    Whole,
    /// Header and question.
    Question,
    /// A header that says there is nothing else.
    Header,
    /// A header that counts a question that does not follow.
    CutHeader,
}

/// SERVFAIL.
pub(crate) const SERVFAIL: Fault = Fault::Rcode(ResponseCode::ServFail);
/// REFUSED.
pub(crate) const REFUSED: Fault = Fault::Rcode(ResponseCode::Refused);
/// NOTIMP.
pub(crate) const NOTIMP: Fault = Fault::Rcode(ResponseCode::NotImp);

/// Which answers go wrong.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) all: Option<Fault>,
    pub(super) by_name: BTreeMap<(Name, Option<RecordType>), Fault>,
}

impl Faults {
    pub(super) fn of(&self, name: &Name, kind: RecordType) -> Option<Fault> {
        let of = |kind| self.by_name.get(&(name.clone(), kind)).copied();
        of(Some(kind)).or_else(|| of(None)).or(self.all)
    }
}

/// What is left of an answer.
pub(super) enum Spoilt {
    /// The message, changed or not.
    Message,
    /// These octets, or silence.
    Octets(Option<Vec<u8>>),
}

impl Fault {
    /// Whether this goes wrong for a question at all.
    pub(super) fn concerns(self, query: &Message) -> bool {
        !matches!(self, Self::NoEdns(..)) || query.edns.is_some()
    }

    /// Whether the answer holds what was published.
    pub(super) fn leaves_the_records(self) -> bool {
        !matches!(
            self,
            Self::AboutOthers | Self::Lame | Self::NoEdns(..) | Self::Rcode(_) | Self::UpwardReferral
        )
    }

    /// Whether the answer is cut over UDP whatever its size.
    pub(super) fn cuts(self) -> bool {
        matches!(
            self,
            Self::Truncated | Self::TruncatedForGood | Self::TruncatedHanging | Self::TruncatedReset
        )
    }

    /// Does to `reply` what goes wrong.
    pub(super) fn spoil(self, reply: &mut Message, tcp: bool) -> Spoilt {
        let other = wire(&"other.example".parse().expect("a name"));
        match self {
            Self::Silent => return Spoilt::Octets(None),
            Self::TruncatedForGood | Self::TruncatedReset if tcp => return Spoilt::Octets(None),
            Self::Garbage => {
                let mut garbage = reply.metadata.id.to_be_bytes().to_vec();
                garbage.extend([0x80, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 0xff, 0xff, 0xff]);
                return Spoilt::Octets(Some(garbage));
            }
            Self::AboutOthers => {
                let data = rr::RData::TXT(rr::rdata::TXT::new(vec!["v=spf1 +all".to_owned()]));
                reply.add_answer(rr::Record::from_rdata(other, 3600, data));
            }
            Self::AliasBeside => {
                let owner = reply.queries.first().map(|query| query.name().clone());
                let alias = rr::RData::CNAME(rr::rdata::CNAME(other));
                reply.add_answer(rr::Record::from_rdata(owner.expect("a question"), 3600, alias));
            }
            Self::Lame => reply.metadata.recursion_available = false,
            Self::NoEdns(code, shape) => {
                reply.metadata.response_code = code;
                if shape != Shape::Whole {
                    reply.edns = None;
                }
                if shape == Shape::Header {
                    reply.queries.clear();
                }
                if shape == Shape::CutHeader {
                    let mut octets = reply.to_vec().expect("an answer can be written");
                    octets.truncate(12);
                    return Spoilt::Octets(Some(octets));
                }
            }
            Self::Rcode(code) => reply.metadata.response_code = code,
            Self::UpwardReferral => {
                let server = rr::rdata::NS(wire(&"a.root-servers.net".parse().expect("a name")));
                let referral = rr::Record::from_rdata(rr::Name::root(), 3600, rr::RData::NS(server));
                reply.add_authority(referral);
            }
            Self::WrongId => reply.metadata.id = reply.metadata.id.wrapping_add(1),
            Self::WrongQuestion => {
                let kind = reply.queries.first().map(Query::query_type);
                reply.queries.clear();
                reply.add_query(Query::query(other, kind.expect("a question")));
            }
            Self::Held
            | Self::OneLink
            | Self::Truncated
            | Self::TruncatedForGood
            | Self::TruncatedHanging
            | Self::TruncatedReset => {}
        }
        Spoilt::Message
    }
}
