//! The lane of mail servers' TLS: what is asked of one address, and what a look at it brings (RFC 3207, RFC 7672).
//!
//! The question names host and address, for the host is what the server is asked to show a certificate of, and the
//! address is where it stands. An answer is what was heard, as it was heard: which level that is, and whether the
//! certificate is the right one, is for the judgement. Whoever is busy or refuses has not answered.

use std::fmt;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Lane, Urgency};
use crate::name::Name;
use crate::transport::{Group, Step, Suite, Version};

/// How closely a mail server is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Closeness {
    /// Whether it offers TLS, with which certificates, and whether it speaks old versions: two connections, up to six
    /// where it speaks old ones or no handshake comes about.
    Chain,
    /// What else it takes: versions, suites, groups, signatures: up to twenty connections.
    Profile,
}

/// A question to one address of a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Starttls {
    /// The name the server is asked for: the host as the MX names it, or where senders with DANE find its TLSA records.
    pub host: Name,
    /// One of its addresses.
    pub address: IpAddr,
    /// How closely it is looked at.
    pub closeness: Closeness,
}

impl fmt::Display for Starttls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.closeness {
            Closeness::Chain => "STARTTLS",
            Closeness::Profile => "all of the TLS",
        };
        write!(f, "{what} of {} at {}", self.host, self.address)
    }
}

/// What was heard in a look at a mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The server's first words.
    pub banner: String,
    /// Whether it offers TLS.
    pub offered: Offered,
    /// Whether it sent something in the clear behind its go-ahead: what stands there was not sent by whom it seems
    /// (CVE-2011-0411).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub injected: bool,
    /// What came of a whole handshake, in a look at the certificates; the server's or the library's words where none came
    /// about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Result<Handshake, String>>,
    /// What kind of end that handshake came to, where none came about; nothing where it did, or was written down before this was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
    /// The hellos that were tried, and what came of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Why the hellos ended before all was asked, in the server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<String>,
}

/// What kind of end a handshake came to that did not come about: whose doing it is hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Halt {
    /// Before the server showed a certificate it refused, or chose what this client does not speak.
    Apart,
    /// The server broke the protocol, or gave up behind its certificate.
    Broken,
    /// The server wants a certificate of its client, and this one has none.
    ClientCertificate,
    /// This client could not go on, by something in itself.
    Ours,
    /// No answer in time.
    Silent,
    /// A message longer than this client takes, which others may take.
    TooLong,
}

/// Whether a server offers TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offered {
    /// Its answer to EHLO names STARTTLS, and it said to go on.
    Yes,
    /// Its answer to EHLO does not name it.
    Absent,
    /// It names it, and refused for good: its words.
    Refused(String),
}

/// What a whole handshake showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handshake {
    /// The version that was agreed on.
    pub version: Version,
    /// The suite that was agreed on.
    pub suite: Suite,
    /// The group the key was agreed in.
    pub group: Option<Group>,
    /// The certificates, the server's own first, in DER.
    pub chain: Vec<Vec<u8>>,
    /// Whether the chain leads to a public root and is for this host; else why not, in a clause.
    pub trusted: Result<(), String>,
    /// Whether the server showed that it holds the key of its certificate; else why not.
    pub proven: Result<(), String>,
}

/// What is known of a server that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spoke {
    /// Its own words: one line, cut; empty where it said none.
    pub words: String,
    /// When a connection to its address last came about, for whatever question, within the hour.
    pub heard_at: Option<Timestamp>,
}

impl Lane for Starttls {
    type Answer = Session;
    type Source = Spoke;

    const NAME: &'static str = "smtp";
    const LASTS: bool = true;

    fn name(&self) -> &Name {
        &self.host
    }

    fn label(&self) -> &'static str {
        match self.closeness {
            Closeness::Chain => "Chain",
            Closeness::Profile => "Profile",
        }
    }

    fn outcome(answer: &Session) -> &'static str {
        match answer.offered {
            Offered::Yes => "Tls",
            Offered::Absent | Offered::Refused(_) => "NoTls",
        }
    }

    fn size(answer: Option<&Session>, source: &Spoke) -> usize {
        let of_chain = |session: &Session| match &session.handshake {
            Some(Ok(handshake)) => handshake.chain.iter().map(Vec::len).sum(),
            Some(Err(_)) | None => 0,
        };
        let of_steps = |session: &Session| -> usize {
            let suites = session.steps.iter().map(|step| step.suites.len() * 2 + 128);
            let flights = session.steps.iter().filter_map(|step| step.reaction.flight());
            let certificates = flights.flat_map(|flight| &flight.certificates);
            suites.sum::<usize>() + certificates.map(Vec::len).sum::<usize>()
        };
        let session = answer.map_or(0, |session| {
            of_chain(session) + of_steps(session) + session.banner.len()
        });
        session + source.words.len()
    }

    fn rest(&self) -> SignedDuration {
        match self.closeness {
            Closeness::Chain => SignedDuration::from_mins(1),
            Closeness::Profile => SignedDuration::from_hours(24),
        }
    }

    fn destination(&self) -> Option<IpAddr> {
        Some(self.address)
    }

    fn urgency(&self) -> Urgency {
        match self.closeness {
            Closeness::Chain => Urgency::Urgent,
            Closeness::Profile => Urgency::Patient,
        }
    }
}
