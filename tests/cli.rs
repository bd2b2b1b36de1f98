//! The program as a person or a pipeline runs it: commands, files in, text out, exit codes.

mod cli {
    mod explain;
    mod harness;
    mod plan;
}
