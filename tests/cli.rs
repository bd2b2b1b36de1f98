//! The program as a person or a pipeline runs it: commands, files in, text out, exit codes.

#[path = "support/dns.rs"]
mod dns;
#[path = "support/json_page.rs"]
mod json_page;
#[path = "support/knot.rs"]
mod knot;
#[path = "support/name_servers.rs"]
mod name_servers;
#[path = "support/unbound.rs"]
mod unbound;

mod cli {
    mod authorities;
    mod check;
    mod dmarc;
    mod examples;
    mod explain;
    mod harness;
    mod init;
    mod init_role;
    mod init_selectors;
    mod inspect;
    mod json_page;
    mod knot;
    mod krew;
    mod lookup;
    mod manifests;
    mod plan;
    mod plan_as;
    mod plan_back;
    mod plan_shared;
    mod plan_zones;
    mod replay;
    mod shells;
    mod shown;
    mod spf;
    mod starting;
    mod validation;
}
