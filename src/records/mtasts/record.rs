//! The TXT record at `_mta-sts` (RFC 8461 3.1): that there is a policy, and by its id whether it is a new one.

use crate::records::fields::{self, FaultKind, Field, Fields, Likeness};
use crate::records::{Comparison, Span, presentation};

/// How every record begins.
pub const VERSION: &str = "v=STSv1";

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its fields and what is wrong with them.
    pub fields: Fields,
    /// The first id, whatever it is made of.
    pub id: Option<String>,
}

/// Whether a text is a record, was meant as one, or is something else.
pub fn likeness(text: &[u8]) -> Likeness {
    fields::likeness(text, VERSION)
}

/// Reads a text that is a record.
pub fn parse(text: &[u8]) -> Record {
    let fields = fields::parse(text);
    let id = fields.named("id").next();
    let id = id.map(|field| presentation(fields.octets(&field.value)));
    Record { fields, id }
}

impl Record {
    /// Whether its id is one: 1 to 32 letters and digits.
    pub fn id_is_sound(&self) -> bool {
        let is_sound =
            |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|octet| octet.is_ascii_alphanumeric());
        self.id.as_deref().is_some_and(is_sound)
    }

    /// What of the grammar keeps senders from reading the record, with its place; the id is not looked at.
    pub fn problems(&self) -> impl Iterator<Item = (FaultKind, Span)> {
        let faults = self.fields.faults.iter();
        faults
            .filter(|fault| fault.kind != FaultKind::BlankBehindVersion)
            .map(|fault| (fault.kind, fault.span.clone()))
    }

    /// Its id, where senders can read the record.
    pub fn read_id(&self) -> Option<&str> {
        let is_read = self.id_is_sound() && self.problems().next().is_none();
        self.id.as_deref().filter(|_| is_read)
    }

    /// Fields nobody gives a meaning to, with whether their value is one at all.
    pub fn unknown(&self) -> impl Iterator<Item = (&Field, bool)> {
        self.fields.unknown("id")
    }
}

/// The record of a policy with this id.
pub fn write(id: &str) -> String {
    format!("{VERSION}; id={id};")
}

/// Compares a record that was found with the one of this id.
pub fn compare(id: &str, found: &Record) -> Comparison {
    let mut differences: Vec<String> = found
        .problems()
        .map(|(kind, span)| match found.fields.octets(&span) {
            [] => format!("record: want one senders can read, found {}", kind.as_str()),
            text => format!(
                "record: want one senders can read, found {}: {}",
                kind.as_str(),
                presentation(text)
            ),
        })
        .collect();
    match &found.id {
        Some(have) if have == id => {}
        Some(have) => differences.push(format!("id: want {id}, found {have}")),
        None => differences.push(format!("id: want {id}, found none")),
    }
    Comparison::from_parts(differences, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Class;
    use proptest::prelude::*;

    #[test]
    fn records_are_compared_by_their_id() {
        for (text, differences) in [
            ("v=STSv1; id=abc1;", &[] as &[&str]),
            ("v=STSv1;id=abc1", &[]),
            ("v=STSv1; x=y; id=abc1; id=other", &[]),
            ("v=STSv1; id=ABC1", &["id: want abc1, found ABC1"]),
            ("v=STSv1; ID=abc1", &["id: want abc1, found none"]),
            (
                "v=STSv1;; id=abc1",
                &["record: want one senders can read, found two semicolons with nothing between them"],
            ),
            (
                "v=STSv1; id = abc1",
                &["record: want one senders can read, found white space around =: id = abc1"],
            ),
        ] {
            let comparison = compare("abc1", &parse(text.as_bytes()));
            assert_eq!(comparison.differences, differences, "{text}");
        }
    }

    #[test]
    fn an_id_is_letters_and_digits() {
        for (id, sound) in [
            ("20260101T000000Z", true),
            (&*"a".repeat(32), true),
            (&*"a".repeat(33), false),
            ("2026-01-01", false),
            ("", false),
        ] {
            assert_eq!(parse(write(id).as_bytes()).id_is_sound(), sound, "{id}");
        }
        assert!(!parse(b"v=STSv1; x=1").id_is_sound());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(id in "[A-Za-z0-9]{1,32}") {
            let text = write(&id);
            prop_assert_eq!(likeness(text.as_bytes()), Likeness::Record);
            let record = parse(text.as_bytes());
            prop_assert_eq!(record.id.as_deref(), Some(&*id));
            prop_assert!(record.id_is_sound() && record.problems().next().is_none());
            prop_assert_eq!(compare(&id, &record).class, Class::Equal);
        }

        #[test]
        fn anything_can_be_read(text in prop::collection::vec(any::<u8>(), 0..160)) {
            let record = parse(&text);
            let _ = (record.id_is_sound(), record.problems().count(), record.unknown().count());
        }
    }
}
