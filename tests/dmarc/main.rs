//! DMARC as specification: the tree of RFC 9989, the states of a wanted record, the report, the rules.

#[path = "../support/facts.rs"]
mod facts;

mod aliases;
mod foreign;
mod kinds;
mod legacy;
mod one_record;
mod outages;
mod report;
mod reports_lost;
mod rules;
mod slips;
mod states;
mod tree;
