//! The `zegel` program: arguments, tracing, exit code.

fn main() {}
