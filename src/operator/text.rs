//! JSON as its text, taken from wherever it is read: what is not looked into is neither made into values nor thrown away.
//!
//! An object of the watch may hold anything in spec and status, so they are not read as what they should be before the whole
//! object is read. Kept as text meanwhile they cost a fraction of a tree of values, and the text is what is packed anyway.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// So long is what most values are no longer than, or twice or thrice that.
const USUAL: usize = 2048;

/// The text of a JSON value, without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(String);

impl Default for Text {
    /// Nothing was there.
    fn default() -> Self {
        Self("null".to_owned())
    }
}

impl Text {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The value.
    ///
    /// # Errors
    /// When it is the JSON of something else. The error speaks of the value alone: where in the text it stands would mean
    /// nothing to who wrote the object.
    pub(super) fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0).or_else(|_| serde_json::from_value(serde_json::from_str(&self.0)?))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Grown from nothing it would be moved ten times.
        let mut text = Vec::with_capacity(USUAL);
        Writer(&mut text).deserialize(deserializer)?;
        String::from_utf8(text).map(Self).map_err(D::Error::custom)
    }
}

/// Writes what it is shown.
struct Writer<'t>(&'t mut Vec<u8>);

impl Writer<'_> {
    fn say<E: serde::de::Error>(self, value: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self.0, &value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Writer<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Writer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.say(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.say(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.say(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.say(value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.say(value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.say(())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        self.say(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let begin = self.0.len();
        self.0.push(b'[');
        while items.next_element_seed(Writer(self.0))?.is_some() {
            self.0.push(b',');
        }
        close(self.0, begin, b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let begin = self.0.len();
        self.0.push(b'{');
        while entries.next_key_seed(Writer(self.0))?.is_some() {
            self.0.push(b':');
            entries.next_value_seed(Writer(self.0))?;
            self.0.push(b',');
        }
        close(self.0, begin, b'}');
        Ok(())
    }
}

/// Ends a list that began there: the comma after its last item becomes the bracket.
fn close(text: &mut Vec<u8>, begin: usize, bracket: u8) {
    if text.len() > begin + 1 {
        text.pop();
    }
    text.push(bracket);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Any JSON.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            // Others are read by serde_json to the last digit but one.
            any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_text_is_the_value_wherever_it_is_read_from(value in value()) {
            let text = value.to_string();
            let read: Text = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.as_str(), text.as_str());
            prop_assert_eq!(&serde_json::from_value::<Text>(value.clone()).unwrap(), &read);
            prop_assert_eq!(read.read::<Value>().unwrap(), value);
        }
    }

    #[test]
    fn spaces_and_escapes_that_say_nothing_are_left_out() {
        let read: Text = serde_json::from_str(" { \"a\\u0062\" : [ ] , \"c\" : { } } ").unwrap();
        assert_eq!(read.as_str(), r#"{"ab":[],"c":{}}"#);
    }

    #[test]
    fn what_is_no_json_is_no_text() {
        for text in ["", "{", "{\"a\"}", "[1,]", "nul", "\"\\ud800\""] {
            assert!(serde_json::from_str::<Text>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_says_what_is_wrong_and_not_where_in_the_text() {
        let read = Text(json!({"a": "x"}).to_string());
        let said = read
            .read::<std::collections::BTreeMap<String, u8>>()
            .unwrap_err()
            .to_string();
        assert_eq!(said, "invalid type: string \"x\", expected u8");
    }
}
