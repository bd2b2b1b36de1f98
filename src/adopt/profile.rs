//! What a domain is, told from its records: the first thing a person wants to know of a domain nobody wrote a manifest
//! for. Pure.
//!
//! A reading, never a verdict: it decides nothing. The words are those of `spec.role` where DNS says as much as a
//! role does; a domain without any mail record says nothing about mail, and that is said.

use serde::Serialize;

use super::Live;
use crate::records::spf::{self, Mechanism, Modifier, Qualifier, TermKind};

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
            [record] if lets_nobody_send(record) => Self::Nobody,
            [record] if names_somebody(record) => Self::Named,
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

/// Whether a record passes nobody and asks nobody else: `v=spf1 -all`.
fn lets_nobody_send(text: &[u8]) -> bool {
    let record = spf::parse(text);
    let kinds = || record.terms.iter().map(|term| &term.kind);
    // One term nobody can read, and receivers give up on all of it.
    if kinds().any(|kind| matches!(kind, TermKind::Invalid(_))) {
        return false;
    }
    for kind in kinds() {
        match kind {
            TermKind::Directive {
                qualifier: Qualifier::Fail,
                mechanism: Mechanism::All,
            } => return true,
            TermKind::Directive {
                qualifier: Qualifier::Fail,
                ..
            } => {}
            TermKind::Directive { .. } => return false,
            // A redirect only counts where no `all` stands; then the loop ends without one.
            _ => {}
        }
    }
    false
}

/// Whether a record that can be read passes somebody: a mechanism that is no `all` and no failure, or a redirect.
fn names_somebody(text: &[u8]) -> bool {
    let record = spf::parse(text);
    let kinds = || record.terms.iter().map(|term| &term.kind);
    let is_all = |kind: &TermKind| {
        matches!(
            kind,
            TermKind::Directive {
                mechanism: Mechanism::All,
                ..
            }
        )
    };
    let names = |kind: &TermKind| match kind {
        TermKind::Directive { qualifier, .. } => *qualifier == Qualifier::Pass,
        TermKind::Modifier(Modifier::Redirect(_)) => !kinds().any(is_all),
        _ => false,
    };
    // Behind `all` nothing is looked at.
    let all_valid = !kinds().any(|kind| matches!(kind, TermKind::Invalid(_)));
    let mut before_all = kinds().take_while(|kind| !is_all(kind));
    let passes_all = kinds().find(|kind| is_all(kind)).is_some_and(names);
    all_valid && (before_all.any(names) || passes_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_fail_lets_nobody_send() {
        for (text, nobody) in [
            ("v=spf1 -all", true),
            ("v=spf1 -ip4:192.0.2.1 -all", true),
            ("v=spf1 redirect=a.example -all", true),
            ("v=spf1 x=y -all", true),
            ("v=spf1 mx -all", false),
            ("v=spf1 ~all", false),
            ("v=spf1", false),
            ("v=spf1 redirect=a.example", false),
            ("v=spf1 ip4:nonsense -all", false),
        ] {
            assert_eq!(lets_nobody_send(text.as_bytes()), nobody, "{text}");
        }
    }

    #[test]
    fn who_is_passed_before_all_is_named() {
        for (text, named) in [
            ("v=spf1 mx -all", true),
            ("v=spf1 -ip4:192.0.2.1 a ~all", true),
            ("v=spf1 redirect=a.example", true),
            ("v=spf1 +all", true),
            ("v=spf1 redirect=a.example ?all", false),
            ("v=spf1 ?mx ~all", false),
            ("v=spf1 -all mx", false),
            ("v=spf1 ~all", false),
            ("v=spf1", false),
            ("v=spf1 mx ip4:nonsense -all", false),
        ] {
            assert_eq!(names_somebody(text.as_bytes()), named, "{text}");
        }
    }
}
