//! SPF records as specification: tables of texts, and properties over any text.

mod likeness;
mod properties;
mod reading;
mod writing;

use super::*;
use crate::name::Name;
use crate::records::Class;

fn owner() -> Name {
    "voorbeeld.nl".parse().unwrap()
}

fn record(text: &str) -> Record {
    parse(text.as_bytes())
}

fn class(one: &str, other: &str) -> Class {
    compare(&record(one), &record(other), &owner()).class
}
