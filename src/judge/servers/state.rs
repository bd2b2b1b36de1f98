//! What a server is: the states, and the ways not to serve a zone one is named for. Pure.

use std::fmt;

/// What one address of a name server says of a record set, as seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerState {
    /// It has authority and holds what is meant.
    Right,
    /// It has authority and holds an older version than others do.
    Stale,
    /// It has authority and holds something else.
    Differs,
    /// It is named for the zone and does not serve it (RFC 9499).
    Lame(Lame),
    /// No answer came: it may be down, or the way to it.
    Silent,
    /// Nothing can be sent to it from here, or nothing that is sent reaches it: never counted against the zone.
    NoRoute,
    /// Its name leads to no address.
    NoAddress,
    /// Whether its name leads to an address is not known: the resolver has no answer.
    Unresolved,
    /// It was not asked in this look: others were first, or its serial told enough.
    NotAsked,
}

impl ServerState {
    /// The state a status names, with how a server is lame; `None` of a word of another version.
    pub fn parse(word: &str, lame: Option<&str>) -> Option<Self> {
        let how = Lame::ALL.into_iter().find(|how| Some(how.as_str()) == lame);
        let states = [
            Self::Right,
            Self::Stale,
            Self::Differs,
            Self::Lame(how.unwrap_or(Lame::Unusable)),
            Self::Silent,
            Self::NoRoute,
            Self::NoAddress,
            Self::Unresolved,
            Self::NotAsked,
        ];
        states.into_iter().find(|state| state.as_str() == word)
    }

    /// The word of status and JSON; how a server is lame is told beside.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "Right",
            Self::Stale => "Stale",
            Self::Differs => "Differs",
            Self::Lame(_) => "Lame",
            Self::Silent => "Silent",
            Self::NoRoute => "NoRoute",
            Self::NoAddress => "NoAddress",
            Self::Unresolved => "Unresolved",
            Self::NotAsked => "NotAsked",
        }
    }

    /// Whether it answered as an authority: only then does it count when all of them are to agree.
    pub fn counts(self) -> bool {
        matches!(self, Self::Right | Self::Stale | Self::Differs)
    }
}

/// In which way a server that is named for a zone does not serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lame {
    /// It answers, without authority.
    NotAuthoritative,
    /// It sends us on, to a zone below or beside.
    Referral,
    /// It sends us back up, to the root or a zone above.
    UpwardReferral,
    /// It refuses (RCODE 5).
    Refused,
    /// It fails (RCODE 2): it has the zone configured and cannot load it, or it expired.
    ServFail,
    /// It answers with the start of authority of another zone.
    WrongZone,
    /// It cannot read the question (RCODE 1).
    FormErr,
    /// It does not do this kind of question (RCODE 4).
    NotImp,
    /// It says that it has no authority (RCODE 9).
    NotAuth,
    /// It answers with another error code.
    ErrorCode,
    /// It answers with no usable DNS message.
    Unusable,
}

impl Lame {
    /// Every way.
    pub const ALL: [Self; 11] = [
        Self::NotAuthoritative,
        Self::Referral,
        Self::UpwardReferral,
        Self::Refused,
        Self::ServFail,
        Self::WrongZone,
        Self::FormErr,
        Self::NotImp,
        Self::NotAuth,
        Self::ErrorCode,
        Self::Unusable,
    ];

    /// By the error code of the answer (RFC 6895 2.3).
    pub fn by_code(rcode: u16) -> Self {
        match rcode {
            1 => Self::FormErr,
            2 => Self::ServFail,
            4 => Self::NotImp,
            5 => Self::Refused,
            9 => Self::NotAuth,
            _ => Self::ErrorCode,
        }
    }

    /// The word of status and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAuthoritative => "NotAuthoritative",
            Self::Referral => "Referral",
            Self::UpwardReferral => "UpwardReferral",
            Self::Refused => "Refused",
            Self::ServFail => "ServFail",
            Self::WrongZone => "WrongZone",
            Self::FormErr => "FormErr",
            Self::NotImp => "NotImp",
            Self::NotAuth => "NotAuth",
            Self::ErrorCode => "ErrorCode",
            Self::Unusable => "Unusable",
        }
    }
}

impl fmt::Display for Lame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAuthoritative => "answers without authority",
            Self::Referral => "refers to other servers",
            Self::UpwardReferral => "refers back up, to a zone above",
            Self::Refused => "refuses (REFUSED)",
            Self::ServFail => "fails (SERVFAIL): it cannot load the zone, or the zone expired",
            Self::WrongZone => "answers for another zone",
            Self::FormErr => "answers FORMERR: it cannot read the question",
            Self::NotImp => "answers NOTIMP: it does not do this kind of question",
            Self::NotAuth => "answers NOTAUTH: it says that it has no authority",
            Self::ErrorCode => "answers with another error code",
            Self::Unusable => "answers with no usable DNS message",
        })
    }
}
