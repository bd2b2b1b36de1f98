//! What a domain is, told from its records: the first thing a person wants to know of a domain nobody wrote a manifest
//! for. Pure.
//!
//! A reading, never a verdict: nothing is right or wrong by it. `zegel inspect` tells it, and `zegel init` begins a manifest
//! with the role it comes to. The words are those of `spec.role` where DNS says as much as a role does; a domain without any
//! mail record says nothing about mail, and that is said.

use serde::Serialize;

use super::Live;
use crate::records::spf::{self, Qualifier, Term, TermKind};

/// What a domain is used for, as far as its MX and SPF say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Profile {
    /// Sends and receives mail.
    Mail,
    /// No host accepts its mail.
    SendOnly,
    /// SPF lets nobody send.
    ReceiveOnly,
    /// Neither: no host accepts mail, SPF lets nobody send.
    Parked,
    /// Neither MX nor SPF.
    NoMailRecords,
    /// NXDOMAIN.
    Nonexistent,
    /// Its MX or its TXT was not answered.
    NotAnswered,
}

/// What SPF says of who sends. What signs keeps nobody from sending, and lets nobody: that is for whoever asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// One record, and it lets nobody send.
    Nobody,
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
    /// What the SPF records of `live` say.
    pub fn of(live: &Live) -> Self {
        if live.spf_trouble().is_some() {
            return Self::NotAnswered;
        }
        match live.spf_texts().as_slice() {
            [] => Self::NoRecord,
            [record] => said_by(record),
            _ => Self::Unsaid,
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

/// What one record says. Directives count up to the first `all`, a redirect where there is none (RFC 7208 4.7, 6.1).
fn said_by(text: &[u8]) -> Sends {
    let record = spf::parse(text);
    let is_unreadable = |term: &Term| matches!(term.kind, TermKind::Invalid(_));
    // One term nobody can read, and receivers give up on all of it.
    if record.terms.iter().any(is_unreadable) {
        return Sends::Unsaid;
    }
    let end = record.all().map(|(index, _)| index);
    let mut counting = record
        .directives()
        .filter(|(index, ..)| end.is_none_or(|end| *index <= end))
        .map(|(_, qualifier, _)| qualifier);
    let passes = counting.clone().any(|qualifier| qualifier == Qualifier::Pass);
    if passes || end.is_none() && record.redirect().is_some() {
        return Sends::Named;
    }
    match end.is_some() && counting.all(|qualifier| qualifier == Qualifier::Fail) {
        true => Sends::Nobody,
        false => Sends::Unsaid,
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
        ] {
            assert_eq!(said_by(text.as_bytes()), says, "{text}");
        }
    }
}
