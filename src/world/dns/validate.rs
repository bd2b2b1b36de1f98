//! DNSSEC validation from a given trust anchor down, over the same wire.
//!
//! Only with it can a forged or wrongly signed answer be told from any other. Where a key or a proof could not be
//! *fetched*, nothing is proven either way: then the trouble of fetching is reported, never a forgery. What no chain
//! of trust reaches (insecure, indeterminate) is taken as it comes, as validating resolvers do.

use std::cell::Cell;
use std::pin::Pin;

use futures::stream::{self, Stream, StreamExt};
use hickory_resolver::net::dnssec::DnssecDnsHandle;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::DnsHandle;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::Proof;
use hickory_resolver::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Message, ResponseCode};
use hickory_resolver::proto::rr::{Record, RecordType};

use super::wire::{UDP_PAYLOAD, Wire};
use crate::inquiry::{Bogus, Broken, Doubt, RecordType as Type, Security, Trouble, Unproven};
use crate::name::Name;
use crate::world::TrustAnchor;

tokio::task_local! {
    /// The first thing that went wrong on the wire while one answer was being validated.
    static ON_THE_WAY: Cell<Option<Trouble>>;
}

/// Asks and validates. Cheap to clone; validated keys are remembered.
#[derive(Clone)]
pub(super) struct Validator(DnssecDnsHandle<Checked>);

impl Validator {
    pub(super) fn new(wire: Wire, anchor: &TrustAnchor) -> Self {
        Self(DnssecDnsHandle::with_trust_anchor(
            Checked(wire),
            anchor.0.clone(),
        ))
    }

    /// The answer, and what it is worth.
    pub(super) async fn ask(&self, query: Message) -> Result<(Message, Security), Trouble> {
        let mut options = DnsRequestOptions::default();
        options.edns_payload_len = UDP_PAYLOAD;
        options.edns_set_dnssec_ok = true;
        let request = DnsRequest::new(query, options);
        ON_THE_WAY
            .scope(Cell::new(None), async {
                let result = self.0.send(request).next().await;
                let trouble = ON_THE_WAY.with(Cell::get);
                judge(result.unwrap_or(Err(NetError::Timeout)), trouble)
            })
            .await
    }
}

fn judge(
    result: Result<DnsResponse, NetError>,
    on_the_way: Option<Trouble>,
) -> Result<(Message, Security), Trouble> {
    let response = match result {
        Ok(response) => response,
        Err(NetError::Dns(DnsError::Nsec { response, proof, .. })) if proof != Proof::Bogus => *response,
        Err(error) => {
            let why = match error {
                NetError::Dns(_) => Trouble::Bogus,
                NetError::Timeout => Trouble::Timeout,
                _ => Trouble::Malformed,
            };
            return Err(on_the_way.unwrap_or(why));
        }
    };
    if response.answers.iter().any(|record| record.proof == Proof::Bogus) {
        return Err(on_the_way.unwrap_or(Trouble::Bogus));
    }
    let security = worth(&response);
    Ok((response.into(), security))
}

/// What the records an answer rests on are worth: those it gives, and of a denial those that prove it.
fn worth(response: &Message) -> Security {
    let asked = response.queries.first().map(|query| query.query_type());
    let denies = response.metadata.response_code == ResponseCode::NXDomain
        || !response
            .answers
            .iter()
            .any(|record| Some(record.record_type()) == asked);
    let proof = if denies {
        response.authorities.as_slice()
    } else {
        &[]
    };
    let at = Name::root;
    let unproven = || Security::Indeterminate {
        at: at(),
        why: Doubt::Resolver,
    };
    response
        .answers
        .iter()
        .chain(proof)
        .filter(|record| record.record_type() != RecordType::RRSIG)
        .map(|record: &Record| match record.proof {
            Proof::Secure => Security::Secure,
            Proof::Insecure => Security::Insecure {
                at: at(),
                why: Unproven::Unsigned,
            },
            Proof::Bogus => Security::Bogus(Box::new(Bogus {
                at: at(),
                kind: Type(record.record_type().into()),
                why: Broken::BadSignature,
            })),
            Proof::Indeterminate => unproven(),
        })
        .reduce(Security::worst)
        .unwrap_or_else(unproven)
}

/// The wire as hickory's validator wants it; asks with CD, for we check ourselves (RFC 4035 3.2.2).
#[derive(Clone)]
struct Checked(Wire);

impl DnsHandle for Checked {
    type Response = Pin<Box<dyn Stream<Item = Result<DnsResponse, NetError>> + Send>>;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, request: DnsRequest) -> Self::Response {
        let wire = self.0.clone();
        let (mut message, _) = request.into_parts();
        message.metadata.checking_disabled = true;
        Box::pin(stream::once(async move {
            match wire.ask(&message).await {
                Ok((answer, _)) => Ok(DnsResponse::from_message(answer)?),
                Err(trouble) => {
                    let _ = ON_THE_WAY.try_with(|first| first.set(first.get().or(Some(trouble))));
                    Err(NetError::Message("no usable answer"))
                }
            }
        }))
    }
}
