//! What a domain is, told from its records: the first thing a person wants to know of a domain nobody wrote a manifest
//! for. Pure.
//!
//! A reading, never a verdict: nothing is right or wrong by it. `zegel inspect` tells it, and `zegel init` begins a manifest
//! with the role it comes to. The words are those of `spec.role` where DNS says as much as a role does; a domain without any
//! mail record says nothing about mail, and that is said.

use serde::Serialize;

use super::Live;
use crate::records::spf::{Senders, senders};

/// What a domain is used for, as far as its MX, its SPF and the DKIM selectors that were found say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Profile {
    /// Sends and receives mail.
    Mail,
    /// No host accepts its mail.
    SendOnly,
    /// SPF lets nobody send, and nobody signs.
    ReceiveOnly,
    /// Neither: no host accepts mail, SPF lets nobody send, and nobody signs.
    Parked,
    /// Neither MX nor SPF.
    NoMailRecords,
    /// NXDOMAIN.
    Nonexistent,
    /// Its MX or its TXT was not answered.
    NotAnswered,
}

/// What SPF and the keys say of who sends: the one place that decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// One record, and it lets nobody send; no selector with a key is known.
    Nobody,
    /// One record, and it lets nobody send; but a selector has a key. A provider that signs, and takes bounces at a domain of
    /// its own, needs no more than that (RFC 7208 2.4 checks its domain, RFC 9989 takes the signature), so somebody may send.
    Signed,
    /// One record, and it names somebody who may.
    Named,
    /// Neither: a record that names nobody and forbids nothing, one that does not count, or several of which none does.
    Unsaid,
    /// There is no record.
    NoRecord,
    /// It was not answered.
    NotAnswered,
}

impl Sends {
    /// What the SPF records and the keys of `live` say.
    pub fn of(live: &Live) -> Self {
        if live.spf_trouble().is_some() {
            return Self::NotAnswered;
        }
        match said_by(&live.spf_texts()) {
            Self::Nobody if live.has_key() => Self::Signed,
            says => says,
        }
    }
}

impl Profile {
    /// What `live` says, of a domain that does or does not exist.
    pub fn of(live: &Live, exists: bool) -> Self {
        if !exists {
            return Self::Nonexistent;
        }
        let says = Sends::of(live);
        if says == Sends::NotAnswered || live.mx_trouble().is_some() {
            return Self::NotAnswered;
        }
        let receives = live.has_mx() && !live.has_null_mx();
        match (receives, says) {
            (true, Sends::Nobody) => Self::ReceiveOnly,
            (false, Sends::Nobody) => Self::Parked,
            (false, Sends::NoRecord) if !live.has_mx() => Self::NoMailRecords,
            // Several records, or one nobody can read, keep nobody from sending.
            (true, _) => Self::Mail,
            (false, _) => Self::SendOnly,
        }
    }

    /// The word of JSON and CSV: a role's where one fits.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::SendOnly => "SendOnly",
            Self::ReceiveOnly => "ReceiveOnly",
            Self::Parked => "Parked",
            Self::NoMailRecords => "NoMailRecords",
            Self::Nonexistent => "Nonexistent",
            Self::NotAnswered => "NotAnswered",
        }
    }

    /// What it is, in a few words that follow the domain's name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Mail => "sends and receives mail",
            Self::SendOnly => "sends mail and receives none",
            Self::ReceiveOnly => "receives mail and sends none",
            Self::Parked => "parked: neither sends nor receives mail",
            Self::NoMailRecords => "has neither MX nor SPF",
            Self::Nonexistent => "does not exist",
            Self::NotAnswered => "not answered",
        }
    }

    /// The same in a table's column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::SendOnly => "send only",
            Self::ReceiveOnly => "receive only",
            Self::Parked => "parked",
            Self::NoMailRecords => "no records",
            Self::Nonexistent => "nonexistent",
            Self::NotAnswered => "not answered",
        }
    }
}

/// What the texts say that were meant as records.
fn said_by(texts: &[Vec<u8>]) -> Sends {
    match senders(texts) {
        Senders::Closed | Senders::Refused => Sends::Nobody,
        Senders::Somebody | Senders::Elsewhere => Sends::Named,
        Senders::NobodyPasses if texts.is_empty() => Sends::NoRecord,
        Senders::NobodyPasses => Sends::Unsaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_lets_nobody_send_or_names_somebody_or_says_neither() {
        for (text, says) in [
            ("v=spf1 -all", Sends::Nobody),
            ("v=spf1 -ip4:192.0.2.1 -all", Sends::Nobody),
            ("v=spf1 redirect=a.example -all", Sends::Nobody),
            ("v=spf1 x=y -all", Sends::Nobody),
            ("v=spf1 -all mx", Sends::Nobody),
            ("v=spf1 mx -all", Sends::Named),
            ("v=spf1 -ip4:192.0.2.1 a ~all", Sends::Named),
            ("v=spf1 redirect=a.example", Sends::Named),
            ("v=spf1 +all", Sends::Named),
            ("v=spf1 redirect=a.example ?all", Sends::Unsaid),
            ("v=spf1 ?mx ~all", Sends::Unsaid),
            ("v=spf1 ?mx -all", Sends::Unsaid),
            ("v=spf1 -mx", Sends::Unsaid),
            ("v=spf1 ~all", Sends::Unsaid),
            ("v=spf1", Sends::Unsaid),
            ("v=spf1 ip4:nonsense -all", Sends::Unsaid),
            ("v=spf1 mx ip4:nonsense -all", Sends::Unsaid),
            // RFC 7208 6: redirect= and exp= stand once at the most, also where all= makes one of no account.
            ("v=spf1 redirect=a.example redirect=a.example", Sends::Unsaid),
            ("v=spf1 redirect=a.example REDIRECT=b.example", Sends::Unsaid),
            ("v=spf1 redirect=a.example redirect=b.example -all", Sends::Unsaid),
            ("v=spf1 exp=a.example mx exp=a.example -all", Sends::Unsaid),
            ("v=spf1 exp=a.example exp=b.example -all", Sends::Unsaid),
            ("v=spf1 exp=a.example -all", Sends::Nobody),
            ("v=spf1 x=y x=y mx -all", Sends::Named),
        ] {
            assert_eq!(said_by(&[text.as_bytes().to_vec()]), says, "{text}");
        }
    }

    #[test]
    fn of_several_texts_the_records_count_and_of_several_records_none() {
        for (texts, says) in [
            (&[][..], Sends::NoRecord),
            (&["v=spf1 -all"], Sends::Nobody),
            (&["v=spf1 -all", "v=spf1 mx -all"], Sends::Unsaid),
            (&["v=spf1 -all", "v=spf1-all"], Sends::Nobody),
            (&["v=spf1-all"], Sends::Unsaid),
            (&["v=spf1mx -all", "v=spf1 mx -all"], Sends::Named),
        ] {
            let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            assert_eq!(said_by(&texts), says, "{texts:?}");
        }
    }
}
