//! What people and machines read, as snapshots over made-up verdicts.

mod report {
    mod formats;
    mod made_up;
}
