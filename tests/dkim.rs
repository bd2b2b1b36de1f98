//! DKIM and DNS plumbing as specification: tables of records and worlds, with what must be said of them.

#[path = "support/facts.rs"]
mod facts;

#[path = "dkim/compared.rs"]
mod compared;
#[path = "dkim/damage.rs"]
mod damage;
#[path = "dkim/fleet.rs"]
mod fleet;
#[path = "dkim/keys.rs"]
mod keys;
#[path = "dkim/kinds.rs"]
mod kinds;
#[path = "dkim/kinds_dns.rs"]
mod kinds_dns;
#[path = "dkim/rules.rs"]
mod rules;
#[path = "dkim/rules_dkim.rs"]
mod rules_dkim;
#[path = "dkim/rules_dns.rs"]
mod rules_dns;
#[path = "dkim/signs.rs"]
mod signs;
#[path = "dkim/slips.rs"]
mod slips;
#[path = "dkim/states.rs"]
mod states;
#[path = "dkim/tried.rs"]
mod tried;
