//! Who may send by a domain's own SPF record alone, asking nobody: what other standards want to know of it.

use super::likeness::{Likeness, likeness};
use super::parse::parse;
use super::record::{Mechanism, Qualifier};

/// Whom the record of a name lets pass, as far as it says so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Senders {
    /// Nobody, and receivers are told to refuse all: `-all` alone.
    Closed,
    /// The same, but some are told apart before, and refused too: `-ip4:192.0.2.1 -all`.
    Refused,
    /// Nobody passes, but receivers are not told to refuse: `~all`, `?all`, nothing, no record, a broken one, several.
    NobodyPasses,
    /// Somebody may pass.
    Somebody,
    /// Another domain's record decides.
    Elsewhere,
}

/// Who may send by the TXT values of a name.
pub fn senders(texts: &[Vec<u8>]) -> Senders {
    let is_record = |text: &&Vec<u8>| likeness(text) == Likeness::Spf;
    let mut records = texts.iter().filter(is_record).map(|text| parse(text));
    let (Some(record), None) = (records.next(), records.next()) else {
        return Senders::NobodyPasses;
    };
    if !record.is_valid() {
        return Senders::NobodyPasses;
    }
    let (mut any, mut all_refused) = (false, true);
    for (_, qualifier, mechanism) in record.directives() {
        match (mechanism, qualifier) {
            (_, Qualifier::Pass) => return Senders::Somebody,
            (Mechanism::All, Qualifier::Fail) if !any => return Senders::Closed,
            (Mechanism::All, Qualifier::Fail) if all_refused => return Senders::Refused,
            (Mechanism::All, _) => return Senders::NobodyPasses,
            // It tells some senders from others, and lets none of them pass.
            (_, qualifier) => {
                any = true;
                all_refused &= qualifier == Qualifier::Fail;
            }
        }
    }
    match record.redirect() {
        Some(_) => Senders::Elsewhere,
        None => Senders::NobodyPasses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_send_is_what_the_record_says() {
        use Senders::*;
        for (text, want) in [
            ("v=spf1 -all", Closed),
            ("V=SPF1  -ALL", Closed),
            ("v=spf1 exp=why.a.nl -all", Closed),
            ("v=spf1 -all ip4:192.0.2.1", Closed),
            ("v=spf1 ~all", NobodyPasses),
            ("v=spf1 ?all", NobodyPasses),
            ("v=spf1", NobodyPasses),
            ("v=spf1 -ip4:192.0.2.1 ~all", NobodyPasses),
            ("v=spf1 ?a -all", NobodyPasses),
            ("v=spf1 -ip4:192.0.2.1 -all", Refused),
            ("v=spf1 -ip4:192.0.2.1 ?a -all", NobodyPasses),
            ("v=spf1 -mx", NobodyPasses),
            ("v=spf1 ip4:192.0.2.1 -all;", NobodyPasses),
            ("v=spf10 +all", NobodyPasses),
            ("hello", NobodyPasses),
            ("v=spf1 +all", Somebody),
            ("v=spf1 mx -all", Somebody),
            ("v=spf1 -ip4:192.0.2.1 include:b.nl ~all", Somebody),
            ("v=spf1 redirect=b.nl", Elsewhere),
            ("v=spf1 redirect=b.nl -all", Closed),
        ] {
            assert_eq!(senders(&[text.as_bytes().to_vec()]), want, "{text}");
        }
        assert_eq!(senders(&[]), NobodyPasses);
        let two = [b"v=spf1 -all".to_vec(), b"v=spf1 mx -all".to_vec()];
        assert_eq!(senders(&two), NobodyPasses, "two records are a permerror");
    }
}
