//! What is kept of thousands of objects and read a few times an hour: JSON, packed.
//!
//! A status is five kilobytes of text, twice that as values, and a fifth of it packed. Reading one takes a fraction of
//! what a look at DNS does.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use serde::de::DeserializeOwned;

thread_local! {
    // A packer is a third of a megabyte and an unpacker a tenth of that: one a thread, not one an object.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
    static UNPACKER: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// A value, packed. Cloning shares it.
#[derive(Debug)]
pub(super) struct Packed<T> {
    octets: Arc<[u8]>,
    /// How long the text is.
    length: usize,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self {
            octets: self.octets.clone(),
            length: self.length,
            value: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Packed<T> {
    /// Packs the JSON of a value.
    pub(super) fn of(json: &str) -> Self {
        let mut octets = Vec::with_capacity(json.len() + 64);
        let packed = PACKER.with_borrow_mut(|packer| {
            packer.reset();
            packer.compress_vec(json.as_bytes(), &mut octets, FlushCompress::Finish)
        });
        if !matches!(packed, Ok(Status::StreamEnd)) {
            // What cannot be packed within its own length stays as it is.
            octets.clear();
            octets.extend_from_slice(json.as_bytes());
            return Self {
                octets: octets.into(),
                length: 0,
                value: PhantomData,
            };
        }
        Self {
            octets: octets.into(),
            length: json.len(),
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
        let mut text = Vec::with_capacity(self.length);
        UNPACKER.with_borrow_mut(|unpacker| {
            unpacker.reset(false);
            // What is cut short here is no JSON, and found out below.
            let _ = unpacker.decompress_vec(&self.octets, &mut text, FlushDecompress::Finish);
        });
        serde_json::from_slice(&text)
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

    #[test]
    fn what_is_packed_is_read_again_and_smaller() {
        let record = |number: usize| {
            json!({"name": format!("s{number}._domainkey.voorbeeld.nl"), "standard": "DKIM", "state": "InSync",
                "desired": ["s.provider.example"], "observed": ["s.provider.example"]})
        };
        let value: Value = (0..30).map(record).collect();
        let text = value.to_string();
        let packed = Packed::<Value>::of(&text);
        assert_eq!(packed.read().unwrap(), value);
        assert!(
            packed.size() * 5 < text.len(),
            "{} of {}",
            packed.size(),
            text.len()
        );
        assert_eq!(packed.clone().read().unwrap(), value);
    }

    #[test]
    fn the_json_of_something_else_is_an_error() {
        assert!(Packed::<String>::of("17").read().is_err());
        assert!(Packed::<String>::of("").read().is_err());
        assert!(Packed::<String>::of("\"cut").read().is_err());
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Packed::<String>::of(&json).read().unwrap(), text);
        }
    }
}
