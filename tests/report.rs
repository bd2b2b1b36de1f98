//! What people and machines read, as snapshots over made-up verdicts.

mod report {
    mod formats;
    mod inspect;
    mod made_up;
    mod many;
    mod objects;
    mod sarif;
}
