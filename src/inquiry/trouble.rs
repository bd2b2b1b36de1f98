//! Why there is no answer: a third thing beside presence and absence. Pure.

use std::fmt;

use serde::Serialize;

/// Why a question got no usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub enum Trouble {
    /// The answer failed DNSSEC validation (told only when Zegel validates itself).
    Bogus,
    /// A mail server that puts us off: it takes nobody just now, or not us, or has no TLS for a while.
    Busy,
    /// A CNAME chain that loops or is too long to follow.
    CnameLoop,
    /// A server that is not responsible and does not recurse: neither RA nor AA, or an upward referral.
    Lame,
    /// The pass' bounds on waves, questions or time were reached before it was asked.
    Limit,
    /// An answer that is no message of its protocol, or not for this question.
    Malformed,
    /// No connection to the server could be made.
    Network,
    /// No question to anybody: what is wanted follows from a certificate that is not known here.
    NoCertificate,
    /// The probe that looks at mail servers for us cannot be asked.
    NoProbe,
    /// No question to anybody: what is wanted is told by a look at all of a mail server's TLS alone, and none was asked for.
    NoProfile,
    /// The proxy through which mail servers are connected to cannot be used.
    NoProxy,
    /// Nothing can be sent to the server from here: no route, or an address that is nobody's.
    NoRoute,
    /// The look is judged from a recording that does not hold it.
    NotRecorded,
    /// A proof is asked for, and by choice nothing is validated.
    NotValidated,
    /// NOTIMP, FORMERR or another error code.
    OtherRcode,
    /// No mail server at all can be reached from here: port 25 is closed outward.
    PortBlocked,
    /// An address of a private network, which is not connected to because a name says so.
    Private,
    /// The server refused.
    Refused,
    /// The server could not get an answer either.
    ServFail,
    /// There should be a proof, and none can be had through a resolver that does not pass DNSSEC on, or not all of it.
    Stripped,
    /// No answer in time.
    Timeout,
    /// The answer was too large for UDP and could not be had over TCP (RFC 7766 5).
    Truncated,
    /// An answer that could neither be proven nor be shown to be unsigned, where a proof is asked for.
    Unproven,
}

impl Trouble {
    /// Every trouble, in the order of their words.
    pub const ALL: [Self; 23] = [
        Self::Bogus,
        Self::Busy,
        Self::CnameLoop,
        Self::Lame,
        Self::Limit,
        Self::Malformed,
        Self::Network,
        Self::NoCertificate,
        Self::NoProbe,
        Self::NoProfile,
        Self::NoProxy,
        Self::NoRoute,
        Self::NotRecorded,
        Self::NotValidated,
        Self::OtherRcode,
        Self::PortBlocked,
        Self::Private,
        Self::Refused,
        Self::ServFail,
        Self::Stripped,
        Self::Timeout,
        Self::Truncated,
        Self::Unproven,
    ];

    /// The word used in status, JSON and metric labels.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Bogus => "Bogus",
            Self::Busy => "Busy",
            Self::CnameLoop => "CnameLoop",
            Self::Lame => "Lame",
            Self::Limit => "Limit",
            Self::Malformed => "Malformed",
            Self::Network => "Network",
            Self::NoCertificate => "NoCertificate",
            Self::NoProbe => "NoProbe",
            Self::NoProfile => "NoProfile",
            Self::NoProxy => "NoProxy",
            Self::NoRoute => "NoRoute",
            Self::NotRecorded => "NotRecorded",
            Self::NotValidated => "NotValidated",
            Self::OtherRcode => "OtherRcode",
            Self::PortBlocked => "PortBlocked",
            Self::Private => "Private",
            Self::Refused => "Refused",
            Self::ServFail => "ServFail",
            Self::Stripped => "Stripped",
            Self::Timeout => "Timeout",
            Self::Truncated => "Truncated",
            Self::Unproven => "Unproven",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bogus => "the answer failed DNSSEC validation",
            Self::Busy => "the mail server says not now, or closes the connection",
            Self::CnameLoop => "its CNAME chain does not end",
            Self::Lame => "the server is not responsible for the name (lame)",
            Self::Limit => "the bounds of one look were reached",
            Self::Malformed => "the answer was none that could be read",
            Self::Network => "no connection to a server could be made",
            Self::NoCertificate => {
                "what is wanted follows from a certificate that is not known here (certificateRefs): a controller with \
                 --certificate-requests reads it"
            }
            Self::NoProbe => "the probe that looks at mail servers for us (--probe) cannot be asked",
            Self::NoProfile => {
                "whether TLS is as wanted is told by a look at all of it alone, and only certificates were looked at: ask for \
                 --starttls profile"
            }
            Self::NoProxy => "the proxy through which mail servers are connected to (--smtp-proxy) cannot be used",
            Self::NoRoute => "nothing can be sent to the server from here",
            Self::NotRecorded => "the recording does not hold it: the zegel that made it did not ask",
            Self::NotValidated => "a proof is asked for, and DNSSEC is not validated here (--dnssec off)",
            Self::OtherRcode => "the server answered with an error code",
            Self::PortBlocked => "no mail server at all can be reached from here: port 25 is closed outward",
            Self::Private => {
                "the address is one of a private network, and is not connected to without --allow-private-targets"
            }
            Self::Refused => "the server refused to answer",
            Self::ServFail => "the server answered SERVFAIL",
            Self::Stripped => {
                "it cannot be proven: the resolver does not pass DNSSEC on, or not all of it, or it answers for this name by \
                 itself; name one that passes all on with --resolver"
            }
            Self::Timeout => "no answer came in time",
            Self::Truncated => "the answer was truncated and could not be had over TCP",
            Self::Unproven => "a proof is asked for, and it could be proven neither that the answer is true nor that it is false",
        })
    }
}
