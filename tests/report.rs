//! What people and machines read, as snapshots over made-up verdicts.

#[path = "support/facts.rs"]
mod facts;

mod report {
    mod adopt;
    mod formats;
    mod made_up;
}
