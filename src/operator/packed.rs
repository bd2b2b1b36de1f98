//! What is kept of thousands of objects and read a few times an hour: JSON, packed.
//!
//! A status is five kilobytes of text, and twice that as values. Most of it is what the statuses of others say as well, so it
//! is packed by what it has in common with one of them, a [`Dictionary`]: a few hundred octets are left. Packing and reading
//! take a fraction of what a look at DNS does.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use lz4_flex::block::{compress_into_with_dict, decompress_into_with_dict, get_maximum_output_size};
use serde::de::DeserializeOwned;

thread_local! {
    // What is packed and unpacked into: one a thread, not one an object.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A text that others of its kind are like.
///
/// It is the first that comes, until one comes that is twice as long: that says more of what others may say. So there are a few
/// in the life of a process, and each lives as long as something packed by it.
#[derive(Debug)]
pub(super) struct Dictionary(Mutex<Option<Arc<[u8]>>>);

impl Dictionary {
    /// A longer text is none: each time something is packed, the dictionary is gone over.
    const LONGEST: usize = 16 << 10;

    /// None yet.
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The text to pack this one by.
    fn of(&self, json: &str) -> Arc<[u8]> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let length = known.as_ref().map_or(0, |known| known.len());
        match &*known {
            Some(known) if json.len() < 2 * length || json.len() > Self::LONGEST => known.clone(),
            None if json.len() > Self::LONGEST => Arc::default(),
            _ => {
                let before = known.replace(json.as_bytes().into());
                // It is packed by the one before: by itself nothing would be left of it, and that one lives on for others anyway.
                before.unwrap_or_default()
            }
        }
    }
}

/// A value, packed. Cloning shares it.
#[derive(Debug)]
pub(super) struct Packed<T> {
    octets: Arc<[u8]>,
    /// How long the text is.
    length: usize,
    /// By what it is packed.
    dictionary: Arc<[u8]>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self {
            octets: self.octets.clone(),
            length: self.length,
            dictionary: self.dictionary.clone(),
            value: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Packed<T> {
    /// Packs the JSON of a value, by what others of its kind are like.
    pub(super) fn of(json: &str, dictionary: &Dictionary) -> Self {
        let dictionary = dictionary.of(json);
        let packed = BUFFER.with_borrow_mut(|buffer| {
            buffer.resize(get_maximum_output_size(json.len()), 0);
            let length = compress_into_with_dict(json.as_bytes(), buffer, &dictionary).ok()?;
            buffer.get(..length).map(Arc::from)
        });
        let (octets, length) = match packed {
            Some(octets) => (octets, json.len()),
            // What cannot be packed stays as it is.
            None => (json.as_bytes().into(), 0),
        };
        Self {
            octets,
            length,
            dictionary,
            value: PhantomData,
        }
    }

    /// The value.
    ///
    /// # Errors
    /// When it was the JSON of something else.
    pub(super) fn read(&self) -> serde_json::Result<T> {
        if self.length == 0 {
            return serde_json::from_slice(&self.octets);
        }
        BUFFER.with_borrow_mut(|buffer| {
            buffer.resize(self.length, 0);
            let length = decompress_into_with_dict(&self.octets, buffer, &self.dictionary);
            // What is cut short here is no JSON.
            serde_json::from_slice(buffer.get(..length.unwrap_or(0)).unwrap_or_default())
        })
    }

    /// How many octets it takes.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.octets.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn status(domain: &str, records: usize) -> Value {
        let record = |number: usize| {
            json!({"name": format!("s{number}._domainkey.{domain}"), "standard": "DKIM", "state": "InSync",
                "desired": ["s.provider.example"], "observed": ["s.provider.example"]})
        };
        (0..records).map(record).collect()
    }

    #[test]
    fn what_is_packed_is_read_again_and_smaller() {
        let dictionary = Dictionary::new();
        let value = status("voorbeeld.nl", 30);
        let text = value.to_string();
        let first = Packed::<Value>::of(&text, &dictionary);
        assert_eq!(first.read().unwrap(), value);
        assert!(
            first.size() * 5 < text.len(),
            "{} of {}",
            first.size(),
            text.len()
        );
        assert_eq!(first.clone().read().unwrap(), value);
        let value = status("gemeente.nl", 20);
        let text = value.to_string();
        let another = Packed::<Value>::of(&text, &dictionary);
        assert_eq!(another.read().unwrap(), value);
        assert!(
            another.size() * 8 < text.len(),
            "{} of {}",
            another.size(),
            text.len()
        );
    }

    #[test]
    fn what_was_packed_by_one_dictionary_is_read_when_there_is_another() {
        let dictionary = Dictionary::new();
        let values: Vec<Value> = [1, 3, 2, 9, 40, 2000, 41]
            .map(|records| status("voorbeeld.nl", records))
            .into();
        let packed: Vec<_> = values
            .iter()
            .map(|value| Packed::<Value>::of(&value.to_string(), &dictionary))
            .collect();
        for (packed, value) in packed.iter().zip(&values) {
            assert_eq!(packed.read().unwrap(), *value);
        }
        let longest = dictionary.0.lock().unwrap().clone().unwrap().len();
        assert!(longest <= Dictionary::LONGEST, "{longest}");
        assert!(
            longest > values[3].to_string().len(),
            "a longer one took the place of a short one"
        );
    }

    #[test]
    fn the_json_of_something_else_is_an_error() {
        let dictionary = Dictionary::new();
        for text in ["17", "", "\"cut"] {
            assert!(Packed::<String>::of(text, &dictionary).read().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back_whatever_came_before(texts: Vec<String>) {
            let dictionary = Dictionary::new();
            for text in texts {
                let json = serde_json::to_string(&text).unwrap();
                prop_assert_eq!(Packed::<String>::of(&json, &dictionary).read().unwrap(), text);
            }
        }
    }
}
