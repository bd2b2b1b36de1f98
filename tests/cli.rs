//! The program as a person or a pipeline runs it: commands, files in, text out, exit codes.

#[path = "support/dns.rs"]
mod dns;

mod cli {
    mod check;
    mod dmarc;
    mod examples;
    mod explain;
    mod harness;
    mod inspect;
    mod lookup;
    mod manifests;
    mod plan;
    mod replay;
    mod shown;
    mod spf;
}
